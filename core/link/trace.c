/* The trace layer: records a conversation, secrets masked (link/layers.h). */
#include "link/layers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "link/redact.h"

enum {
	INS = 1,
	SW_SIZE = 2,
	OURS = 0600,
	LINE_MAX_BYTES = 3 * DMSC_APDU_RSP_MAX	/* prefix, hex, line end */
};

struct trace {
	struct dmsc_link below;
	int fd;			/* -1: no recording */
	bool broken;		/* a write failed: the rest is dropped */
	bool hide;
	bool failed;		/* told once */
	struct dmsc_buf *line;
	struct dmsc_redact redact;
	uint8_t atr[DMSC_ATR_MAX];
	size_t atr_len;
};

/* VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK; PUT KEY and PUT DATA, which
 * brings PINs and keys to a blank card. */
static const uint8_t secret_ins[] = { 0x20, 0x24, 0x26, 0x28, 0x2C, 0xD8,
	0xDA };

static bool
is_secret(struct dmsc_rd cmd)
{
	size_t i;

	for (i = 0; cmd.left > INS && i < sizeof secret_ins; i++)
		if (cmd.p[INS] == secret_ins[i])
			return true;
	return false;
}

static int
put_masked(struct dmsc_buf *b, size_t n)
{
	return dmsc_buf_fill(b, '*', 2 * n);
}

/* all in hex, but for the part `secret` of it, which is masked. */
static int
put_bytes(struct dmsc_buf *b, struct dmsc_rd all, struct dmsc_rd secret)
{
	size_t head = secret.left == 0 ? all.left :
	    (size_t)(secret.p - all.p);
	int r;

	if ((r = dmsc_hex_put(b, dmsc_rd_slice(all, 0, head))) == DMSC_E_OK)
		r = put_masked(b, secret.left);
	if (r == DMSC_E_OK)
		r = dmsc_hex_put(b, dmsc_rd_slice(all, head + secret.left,
		    all.left));
	return r;
}

static void
write_line(struct trace *t)
{
	struct dmsc_rd left = dmsc_buf_rd(t->line);
	ssize_t n;

	while (left.left > 0 && !t->broken) {
		n = write(t->fd, left.p, left.left);
		if (n >= 0)
			left = dmsc_rd_slice(left, (size_t)n, left.left);
		else if (errno != EINTR)
			t->broken = true;
	}
	dmsc_buf_reset(t->line);
}

/* One line: prefix, bytes with the secret part masked. */
static void
note(struct trace *t, const char *prefix, struct dmsc_rd all,
    struct dmsc_rd secret)
{
	if (t->fd < 0 || t->broken)
		return;
	dmsc_buf_reset(t->line);
	if (dmsc_buf_str(t->line, prefix) != DMSC_E_OK ||
	    put_bytes(t->line, all, secret) != DMSC_E_OK ||
	    dmsc_buf_u8(t->line, '\n') != DMSC_E_OK)
		t->broken = true;
	write_line(t);
}

static void
note_error(struct trace *t, int code, const struct dmsc_err *e)
{
	if (t->fd < 0 || t->broken)
		return;
	if (dmsc_buf_fmt(t->line, "# %s: %s\n", dmsc_e_name(code),
	    e != NULL ? e->message : "") != DMSC_E_OK)
		t->broken = true;
	write_line(t);
}

/* A command or an answer and the data in it, which may hold a secret. */
static void
note_data(struct trace *t, const char *prefix, struct dmsc_rd all,
    struct dmsc_rd data)
{
	off_t file = t->broken ? -1 : lseek(t->fd, 0, SEEK_END);

	note(t, prefix, all, dmsc_rd_of(NULL, 0));
	if (file < 0 || t->broken || data.left == 0)
		return;
	file += (off_t)(strlen(prefix) + 2 * (size_t)(data.p - all.p));
	if (dmsc_redact_note(&t->redact, t->fd, file, data) != DMSC_E_OK)
		t->broken = true;
}

static void
note_command(struct trace *t, struct dmsc_rd cmd)
{
	struct dmsc_rd data;
	int r = dmsc_apdu_data(cmd, &data);

	/* Where the lengths do not fit, all behind them may be the secret. */
	if (r == DMSC_E_OK && !t->hide && !is_secret(cmd))
		note_data(t, "> ", cmd, data);
	else
		note(t, "> ", cmd, t->hide || is_secret(cmd) ? data :
		    dmsc_rd_of(NULL, 0));
}

static int
recorded_xfer(struct trace *t, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct dmsc_rd answer, data;
	size_t from = rsp->len;
	int r;

	note_command(t, cmd);
	if ((r = dmsc_link_xfer(&t->below, cmd, rsp, e)) != DMSC_E_OK) {
		note_error(t, r, e);
		return r;
	}
	answer = dmsc_rd_slice(dmsc_buf_rd(rsp), from, rsp->len);
	data = dmsc_rd_slice(answer, 0, answer.left - SW_SIZE);
	if (t->hide)
		note(t, "< ", answer, data);
	else
		note_data(t, "< ", answer, data);
	return r;
}

static int
trace_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct trace *t = h;
	int r = t->fd < 0 ? dmsc_link_xfer(&t->below, cmd, rsp, e) :
	    recorded_xfer(t, cmd, rsp, e);

	if (r != DMSC_E_OK)
		t->failed = true;
	return r;
}

/* How the reader speaks to the card decides which commands are sent. */
static void
note_atr(struct trace *t)
{
	struct dmsc_link_facts facts;

	if (t->atr_len > 0)
		note(t, "atr ", dmsc_rd_of(t->atr, t->atr_len),
		    dmsc_rd_of(NULL, 0));
	dmsc_link_facts(&t->below, &facts);
	if (t->fd < 0 || t->broken || facts.protocol == NULL)
		return;
	if (dmsc_buf_fmt(t->line, "protocol %s\n", facts.protocol) !=
	    DMSC_E_OK)
		t->broken = true;
	write_line(t);
}

static void
keep_atr(struct trace *t, struct dmsc_rd atr)
{
	t->atr_len = DMSC_MIN(atr.left, sizeof t->atr);
	if (t->atr_len > 0)
		memcpy(t->atr, atr.p, t->atr_len);
}

static int
trace_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	static const struct dmsc_rd none = { NULL, 0 };
	struct trace *t = h;
	int r;

	note(t, cold ? "reset cold" : "reset", none, none);
	if ((r = dmsc_link_reset(&t->below, cold, atr, e)) != DMSC_E_OK) {
		note_error(t, r, e);
		return r;
	}
	keep_atr(t, dmsc_buf_rd(atr));
	note_atr(t);
	return r;
}

static int
trace_lock(void *h, bool on, struct dmsc_err *e)
{
	struct trace *t = h;
	int r = dmsc_link_lock(&t->below, on, e);

	if (r != DMSC_E_OK)
		t->failed = true;
	return r;
}

static int
trace_claim(void *h, struct dmsc_err *e)
{
	struct trace *t = h;

	return dmsc_link_claim(&t->below, e);
}

static void
trace_facts(void *h, struct dmsc_link_facts *out)
{
	struct trace *t = h;

	dmsc_link_facts(&t->below, out);
}

/* What cannot be masked is not recorded any more. */
static void
trace_redact(void *h, struct dmsc_rd value)
{
	struct trace *t = h;

	if (dmsc_redact_add(&t->redact, t->fd, value) != DMSC_E_OK)
		t->broken = true;
	dmsc_link_redact(&t->below, value);
}

static void
trace_hide(void *h, bool on)
{
	struct trace *t = h;

	t->hide = on;
	dmsc_link_hide(&t->below, on);
}

static int
end_recording(struct trace *t, struct dmsc_err *e)
{
	bool lost = t->fd >= 0 && t->broken;

	if (t->fd >= 0 && close(t->fd) != 0)
		lost = true;
	t->fd = -1;
	t->broken = false;
	dmsc_redact_restart(&t->redact);
	if (lost)
		return dmsc_fail(e, DMSC_E_IO,
		    "the end of the trace could not be written");
	return DMSC_E_OK;
}

static void
trace_close(void **h, bool reset_card)
{
	struct trace *t = *h;

	dmsc_link_close(&t->below, reset_card);
	if (end_recording(t, NULL) != DMSC_E_OK)
		t->broken = true;	/* nobody is left to be told */
	dmsc_buf_free(&t->line);
	dmsc_redact_free(&t->redact);
	free(t);
	*h = NULL;
}

static const struct dmsc_link_ops trace_ops = {
	.name = "trace",
	.reset = trace_reset,
	.xfer = trace_xfer,
	.lock = trace_lock,
	.claim = trace_claim,
	.close = trace_close,
	.facts = trace_facts,
	.redact = trace_redact,
	.hide = trace_hide,
};

static int
cannot(struct dmsc_err *e, const char *path)
{
	int err = errno;

	dmsc_fail(e, DMSC_E_IO, "cannot write the trace");
	dmsc_err_where(e, "%s", path);
	dmsc_err_why(e, "%s", strerror(err));
	return DMSC_E_IO;
}

/* Only a file is made 0600: a terminal or a pipe keeps its rights. */
static bool
make_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	    (!S_ISREG(st.st_mode) || fchmod(fd, OURS) == 0);
}

static int
start(struct dmsc_link *l, const char *path, int how, struct dmsc_err *e)
{
	struct trace *t = l->h;
	int r;

	if (l->ops != &trace_ops)
		return DMSC_E_OK;
	if ((r = end_recording(t, e)) != DMSC_E_OK || path == NULL)
		return r;
	t->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | how, OURS);
	if (t->fd >= 0)		/* no O_APPEND: masks are written behind us */
		(void)lseek(t->fd, 0, SEEK_END);
	if (t->fd < 0 || !make_ours(t->fd)) {
		r = cannot(e, path);
		if (end_recording(t, NULL) != DMSC_E_OK)
			t->broken = true;
		return r;
	}
	note_atr(t);
	return DMSC_E_OK;
}

int
dmsc_trace_to(struct dmsc_link *trace, const char *path, struct dmsc_err *e)
{
	return start(trace, path, O_TRUNC, e);
}

int
dmsc_trace_more(struct dmsc_link *trace, const char *path,
    struct dmsc_err *e)
{
	return start(trace, path, 0, e);
}

void
dmsc_trace_atr(struct dmsc_link *trace, struct dmsc_rd atr)
{
	struct trace *t = trace->h;

	if (trace->ops != &trace_ops)
		return;
	keep_atr(t, atr);
	note_atr(t);
}

bool
dmsc_trace_failed(struct dmsc_link *trace)
{
	struct trace *t = trace->h;
	bool failed = trace->ops == &trace_ops && t->failed;

	if (failed)
		t->failed = false;
	return failed;
}

int
dmsc_trace_over(struct dmsc_link *below, const char *path,
    struct dmsc_link *out, struct dmsc_err *e)
{
	struct trace *t = calloc(1, sizeof *t);
	struct dmsc_link fresh = { &trace_ops, t };
	int r = DMSC_E_NOMEM;

	if (t == NULL || (t->line = dmsc_buf_new(LINE_MAX_BYTES)) == NULL) {
		free(t);
		return dmsc_fail(e, r, "out of memory");
	}
	t->fd = -1;
	if ((r = dmsc_trace_to(&fresh, path, e)) != DMSC_E_OK) {
		dmsc_link_close(&fresh, false);
		return r;
	}
	t->below = *below;
	memset(below, 0, sizeof *below);
	*out = fresh;
	return DMSC_E_OK;
}
