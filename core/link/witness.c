/* The host's record of a conversation, for receipts (link/witness.h). */
#include "link/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmsc/secret.h>
#include <dmsc/view.h>

#include "base/base.h"
#include "link/redact.h"

/*
 * The file: for each line of the transcript the record below, then the data
 * in hex, "**" for each byte of a secret.
 */
enum {
	INS = 1, SW_SIZE = 2, LINE_MAX_BYTES = 3 * DMSC_APDU_RSP_MAX,
	GET_RESPONSE = 0xC0
};
struct record {
	bool lost;		/* no line of its own: the answer is */
	bool is_answer;
	unsigned level, sw;
	uint8_t head[4];
	struct dmsc_chain_part part;
	uint32_t stored;	/* bytes of data behind */
};

struct dmsc_witness {
	struct dmsc_chain chain;
	uint8_t nonce[DMSC_RECEIPT_NONCE];
	size_t nonce_len;
	int fd;
	off_t end;
	int broken;		/* why the record is not whole, or OK */
	bool hide;
	size_t lost;
	struct dmsc_redact redact;
	struct dmsc_buf *cmd, *data;	/* of a command that 61xx holds up */
	bool pending, was_hidden;
	unsigned level;
	struct dmsc_buf *line;
};

/* VERIFY to UNBLOCK; PUT KEY and PUT DATA, which bring PINs and keys. */
static bool
is_secret(struct dmsc_rd cmd)
{
	static const uint8_t list[] = { 0x20, 0x24, 0x26, 0x28, 0x2C, 0xD8,
		0xDA };

	return memchr(list, cmd.p[INS], sizeof list) != NULL;
}

static int
no_memory(struct dmsc_err *e)
{
	return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
}

static int
open_file(const char *dir, int *fd, struct dmsc_err *e)
{
	char *path = NULL;
	int r = DMSC_E_OK, err;

	if (dmsc_str_set(&path, "%s/record-XXXXXX", dir) != DMSC_E_OK)
		return no_memory(e);
	if ((*fd = mkstemp(path)) < 0 || unlink(path) != 0) {
		err = errno;
		r = dmsc_fail(e, DMSC_E_IO, "cannot record the conversation");
		dmsc_err_where(e, "%s", dir);
		dmsc_err_why(e, "%s", strerror(err));
	}
	if (*fd >= 0)
		(void)fcntl(*fd, F_SETFD, FD_CLOEXEC);
	free(path);
	return r;
}

int
dmsc_witness_new(const char *dir, struct dmsc_rd seed, struct dmsc_rd nonce,
    struct dmsc_witness **out, struct dmsc_err *e)
{
	struct dmsc_witness *w = calloc(1, sizeof *w);
	int r = DMSC_E_OK;

	*out = NULL;
	if (w == NULL)
		return no_memory(e);
	w->fd = -1;
	w->cmd = dmsc_buf_new(DMSC_APDU_CMD_MAX);
	w->data = dmsc_buf_new(2 * DMSC_APDU_RSP_MAX);
	w->line = dmsc_buf_new(2 * LINE_MAX_BYTES);
	if (w->cmd == NULL || w->data == NULL || w->line == NULL)
		r = no_memory(e);
	else if ((r = dmsc_chain_begin(&w->chain, seed, nonce)) != DMSC_E_OK)
		(void)dmsc_fail(e, r, "the nonce is longer than %d bytes",
		    (int)DMSC_RECEIPT_NONCE);
	else
		r = open_file(dir, &w->fd, e);
	if (r != DMSC_E_OK) {
		dmsc_witness_free(&w);
		return r;
	}
	if (nonce.left > 0)
		memcpy(w->nonce, nonce.p, nonce.left);
	w->nonce_len = nonce.left;
	*out = w;
	return r;
}

void
dmsc_witness_free(struct dmsc_witness **wp)
{
	struct dmsc_witness *w = *wp;

	if (w == NULL)
		return;
	if (w->fd >= 0)
		(void)close(w->fd);
	dmsc_buf_free(&w->cmd);
	dmsc_buf_free(&w->data);
	dmsc_buf_free(&w->line);
	dmsc_redact_free(&w->redact);
	dmsc_wipe(w, sizeof *w);
	free(w);
	*wp = NULL;
}

static bool
put_all(int fd, struct dmsc_rd r, off_t at)
{
	ssize_t n;

	while (r.left > 0) {
		n = pwrite(fd, r.p, r.left, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		r = dmsc_rd_slice(r, (size_t)n, r.left);
		at += n;
	}
	return true;
}

static bool
get_all(int fd, void *out, size_t size, off_t at)
{
	uint8_t *p = out;
	ssize_t n;

	while (size > 0) {
		n = pread(fd, p, size, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
		at += n;
	}
	return true;
}

/* A record and its data, where it may be seen. */
static int
append(struct dmsc_witness *w, struct record *rec, struct dmsc_rd data,
    bool secret)
{
	off_t hex = w->end + (off_t)sizeof *rec;
	int r;

	rec->stored = secret ? 0 : (uint32_t)data.left;
	dmsc_buf_reset(w->line);
	r = dmsc_buf_put(w->line, dmsc_rd_of(rec, sizeof *rec));
	if (r == DMSC_E_OK && !secret)
		r = dmsc_hex_put(w->line, data);
	if (r == DMSC_E_OK && !put_all(w->fd, dmsc_buf_rd(w->line), w->end))
		r = DMSC_E_IO;
	if (r != DMSC_E_OK)
		return r;
	w->end += (off_t)w->line->len;
	return secret || data.left == 0 ? DMSC_E_OK :
	    dmsc_redact_note(&w->redact, w->fd, hex, data);
}

/* From the first failure on nothing is recorded. */
static void
failed(struct dmsc_witness *w, int r)
{
	if (w->broken == DMSC_E_OK)
		w->broken = r;
}

/* Both lines of an exchange. */
static int
record(struct dmsc_witness *w, const struct dmsc_heard *h,
    const struct dmsc_exchange *x, bool hidden)
{
	struct record rec;
	int r;

	memset(&rec, 0, sizeof rec);
	rec.level = x->level;
	memcpy(rec.head, x->head, sizeof rec.head);
	rec.part = x->cmd;
	r = append(w, &rec, dmsc_chain_data(h->cmd), hidden ||
	    is_secret(h->cmd));
	if (r != DMSC_E_OK)
		return r;
	rec.is_answer = true;
	rec.sw = x->sw;
	rec.part = x->rsp;
	return append(w, &rec, h->data, hidden);
}

static void
note(struct dmsc_witness *w, const struct dmsc_heard *h, bool hidden)
{
	struct dmsc_exchange x;
	int r;

	if (w->broken != DMSC_E_OK)
		return;
	memset(&x, 0, sizeof x);
	if ((r = dmsc_chain_make(&w->chain, h, &x)) == DMSC_E_OK &&
	    (r = dmsc_chain_add(&w->chain, &x)) == DMSC_E_OK)
		r = record(w, h, &x, hidden);
	failed(w, r);
}

/* What 61xx held up is over, with this status word. */
static void
finish(struct dmsc_witness *w, unsigned sw)
{
	const struct dmsc_heard h = { w->level, dmsc_buf_rd(w->cmd),
	    dmsc_buf_rd(w->data), sw };

	if (!w->pending)
		return;
	w->pending = false;
	note(w, &h, w->was_hidden);
	dmsc_buf_reset(w->cmd);
	dmsc_buf_reset(w->data);
}

static bool
is_get_response(struct dmsc_rd cmd)
{
	return (cmd.p[0] & 0x80) == 0 && cmd.p[INS] == GET_RESPONSE;
}

static void
hold_up(struct dmsc_witness *w, unsigned level, struct dmsc_rd cmd,
    struct dmsc_rd data)
{
	w->pending = true;
	w->was_hidden = w->hide;
	w->level = level;
	failed(w, dmsc_buf_put(w->cmd, cmd));
	failed(w, dmsc_buf_put(w->data, data));
}

void
dmsc_witness_hear(struct dmsc_witness *w, unsigned level, struct dmsc_rd cmd,
    struct dmsc_rd rsp)
{
	size_t n = rsp.left - SW_SIZE;
	struct dmsc_heard h = { level, cmd, dmsc_rd_slice(rsp, 0, n),
	    (unsigned)rsp.p[n] << 8 | rsp.p[n + 1] };
	bool more = h.sw >> 8 == 0x61;

	if (is_get_response(cmd)) {
		if (!w->pending || h.sw >> 8 == 0x6C)
			return;
		failed(w, dmsc_buf_put(w->data, h.data));
		if (!more)
			finish(w, h.sw);
		return;
	}
	finish(w, 0x6100);
	if (dmsc_chain_skips(cmd))
		return;
	if (more)
		hold_up(w, level, cmd, h.data);
	else
		note(w, &h, w->hide);
}

void
dmsc_witness_lost(struct dmsc_witness *w, unsigned level, struct dmsc_rd cmd)
{
	struct record rec;

	if (dmsc_chain_skips(cmd) && !w->pending)
		return;
	if (w->pending && is_get_response(cmd)) {	/* the rest of it */
		finish(w, 0x6100);
		w->lost++;
		return;
	}
	finish(w, 0x6100);
	memset(&rec, 0, sizeof rec);
	rec.lost = true;
	rec.level = (uint8_t)level;
	memcpy(rec.head, cmd.p, sizeof rec.head);
	w->lost++;
	if (w->broken == DMSC_E_OK)
		failed(w, append(w, &rec, dmsc_rd_of(NULL, 0), true));
}

void
dmsc_witness_redact(struct dmsc_witness *w, struct dmsc_rd value)
{
	failed(w, dmsc_redact_add(&w->redact, w->fd, value));
}

void
dmsc_witness_hide(struct dmsc_witness *w, bool on)
{
	w->hide = on;
}

void
dmsc_witness_sum(const struct dmsc_witness *w, struct dmsc_witness_sum *out)
{
	memcpy(out->hash, w->chain.hash, sizeof out->hash);
	out->exchanges = w->chain.n;
	out->lost = w->lost;
	out->broken = w->broken;
}

/* The data of a record, back from hex; false: a byte of it is masked. */
static bool
seen(const char *hex, const struct record *rec, struct dmsc_buf *out)
{
	return rec->stored == rec->part.len && strchr(hex, '*') == NULL &&
	    dmsc_hex_get(hex, out) == DMSC_E_OK;
}

static int
put_head(const struct record *rec, struct dmsc_buf *out)
{
	const uint8_t *h = rec->head;

	if (rec->is_answer)
		return dmsc_buf_fmt(out, "< %04X", rec->sw);
	return dmsc_buf_fmt(out, "> %02X %02X%02X%02X%02X", rec->level, h[0],
	    h[1], h[2], h[3]);
}

/* One record as its line. */
static int
put_line(struct dmsc_witness *w, const struct record *rec, off_t hex_at,
    struct dmsc_buf *out, size_t *withheld)
{
	size_t n = 2 * (size_t)rec->stored;
	struct dmsc_buf *data = dmsc_buf_new(rec->stored + 1);
	char *hex = malloc(n + 1);
	int r = DMSC_E_NOMEM;
	bool shown;

	if (hex == NULL || data == NULL)
		goto done;
	hex[n] = '\0';
	r = DMSC_E_IO;
	if (!get_all(w->fd, hex, n, hex_at))
		goto done;
	shown = seen(hex, rec, data);
	*withheld += !shown && rec->part.len > 0 ? 1 : 0;
	if ((r = put_head(rec, out)) == DMSC_E_OK)
		r = dmsc_transcript_part(&rec->part, shown,
		    dmsc_buf_rd(data), out);
	if (r == DMSC_E_OK && rec->lost)
		r = dmsc_buf_str(out, "< lost\n");
done:
	free(hex);
	dmsc_buf_free(&data);
	return r;
}

static int
flush(int fd, struct dmsc_buf *line, off_t *at)
{
	if (!put_all(fd, dmsc_buf_rd(line), *at))
		return DMSC_E_IO;
	*at += (off_t)line->len;
	dmsc_buf_reset(line);
	return DMSC_E_OK;
}

static int
write_lines(struct dmsc_witness *w, int fd, bool lost, size_t *withheld)
{
	struct record rec;
	off_t at = 0, to = 0;
	int r;

	dmsc_buf_reset(w->line);
	if ((r = dmsc_transcript_head(dmsc_rd_of(w->nonce, w->nonce_len),
	    w->line)) != DMSC_E_OK || (r = flush(fd, w->line, &to)) !=
	    DMSC_E_OK)
		return r;
	while (r == DMSC_E_OK && at < w->end) {
		if (!get_all(w->fd, &rec, sizeof rec, at))
			return DMSC_E_IO;
		at += (off_t)sizeof rec;
		if (!rec.lost || lost)
			r = put_line(w, &rec, at, w->line, withheld);
		if (r == DMSC_E_OK)
			r = flush(fd, w->line, &to);
		at += 2 * (off_t)rec.stored;
	}
	return r;
}

int
dmsc_witness_write(struct dmsc_witness *w, int fd, bool lost,
    size_t *withheld, struct dmsc_err *e)
{
	int r;

	*withheld = 0;
	errno = 0;
	r = write_lines(w, fd, lost, withheld);
	if (r == DMSC_E_OK)
		return r;
	(void)dmsc_fail(e, r, r == DMSC_E_NOMEM ? "out of memory" :
	    "cannot write the transcript");
	if (errno != 0 && r == DMSC_E_IO)
		(void)dmsc_err_why(e, "%s", strerror(errno));
	return r;
}
