/* Receipts (dmsc/receipt.h): started, taken, checked. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/cms.h"
#include "crypto/receipt.h"
#include "session/session.h"
#include "tlv/ber.h"

enum {
	STORE_DATA = 0x80E2, LAST = 0x9000, LAST_ANSWERS = 0x9100,
	TAG_SEED = 0x80, TAG_NONCE = 0x81, TAG_TIME = 0x80,
	OBJECT_MAX = 128, ANSWER_MAX = 65536, OURS = 0600, WALL = 24,
	SW_NO_INS = 0x6D00, SW_NOT_NOW = 0x6985
};

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

void
dmsc_session_receipt_gone(struct dmsc_session *s)
{
	dmsc_secure_watch(&s->secure, NULL);
	dmsc_witness_free(&s->witness);
}

static int
send(struct dmsc_session *s, unsigned p1p2, struct dmsc_rd object,
    struct dmsc_buf *answer, unsigned *sw)
{
	bool secret = answer == NULL;	/* the seed is for us alone */
	int r;

	if (secret)
		dmsc_link_hide(&s->link, true);
	r = dmsc_uicc_cmd(s->uicc, STORE_DATA, p1p2, object,
	    secret ? DMSC_LE_NONE : 256, answer, sw);
	if (secret)
		dmsc_link_hide(&s->link, false);
	return r;
}

static int
refused(struct dmsc_session *s, unsigned sw)
{
	int r;

	if (sw == SW_NO_INS) {
		(void)dmsc_fail(&s->err, DMSC_E_UNSUPPORTED,
		    "the card gives no receipts");
		(void)dmsc_err_sw(&s->err, sw);
		return dmsc_err_why(&s->err,
		    "it does not know them, or has no key for them");
	}
	if (sw == SW_NOT_NOW) {
		(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "the card has nothing to give a receipt for");
		(void)dmsc_err_sw(&s->err, sw);
		return dmsc_err_next(&s->err, "receipt start");
	}
	(void)dmsc_uicc_fail(s->uicc, sw, "get a receipt");
	if (s->err.code != DMSC_E_AUTH)
		return s->err.code;
	if ((r = dmsc_guard_locked(s->guard)) != DMSC_E_OK)
		return r;
	(void)dmsc_err_why(&s->err, "the card wants to know who asks");
	(void)dmsc_err_next(&s->err, "scp open");
	return dmsc_err_next(&s->err, "pin verify 1");
}

static int
start_object(struct dmsc_rd seed, struct dmsc_rd nonce, struct dmsc_buf *b)
{
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, DMSC_RECEIPT_START, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_SEED, seed)) != DMSC_E_OK)
		return r;
	if (nonce.left > 0 &&
	    (r = dmsc_tlv_put(b, TAG_NONCE, nonce)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

/* The card first: what it does not do is not recorded. */
static int
start(struct dmsc_session *s, struct dmsc_rd seed, struct dmsc_rd nonce,
    struct dmsc_witness *w)
{
	struct dmsc_buf *b = dmsc_buf_new(OBJECT_MAX);
	unsigned sw = 0;
	int r = b == NULL || start_object(seed, nonce, b) != DMSC_E_OK ?
	    no_memory(s) : send(s, LAST, dmsc_buf_rd(b), NULL, &sw);

	dmsc_buf_free(&b);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = refused(s, sw);
	if (r == DMSC_E_OK)
		dmsc_secure_watch(&s->secure, w);
	return r;
}

int
dmsc_receipt_start(struct dmsc_session *s, struct dmsc_rd nonce)
{
	uint8_t seed[DMSC_RECEIPT_SEED];
	struct dmsc_witness *w = NULL;
	int r;

	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	dmsc_session_receipt_gone(s);
	if (nonce.left > DMSC_RECEIPT_NONCE)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a nonce has at most %d bytes", (int)DMSC_RECEIPT_NONCE);
	if ((r = dmsc_random(seed, sizeof seed)) != DMSC_E_OK)
		return dmsc_fail(&s->err, r, "no random bytes");
	r = dmsc_witness_new(s->state_dir, dmsc_rd_of(seed, sizeof seed),
	    nonce, &w, &s->err);
	if (r == DMSC_E_OK)
		r = start(s, dmsc_rd_of(seed, sizeof seed), nonce, w);
	dmsc_wipe(seed, sizeof seed);
	if (r != DMSC_E_OK)
		dmsc_witness_free(&w);
	s->witness = w;
	return r;
}

/* "2026-11-23T15:04:05Z" as GeneralizedTime. */
static int
time_object(struct dmsc_buf *b)
{
	char text[WALL], t[WALL];
	size_t i, n = 0, at;
	int r;

	(void)dmsc_wall_text(dmsc_wall(), text, sizeof text);
	for (i = 0; text[i] != '\0'; i++)
		if ((text[i] >= '0' && text[i] <= '9') || text[i] == 'Z')
			t[n++] = text[i];
	if ((r = dmsc_tlv_begin(b, DMSC_RECEIPT_GIVE, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_TIME, dmsc_rd_of(t, n))) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

static int
ask(struct dmsc_session *s, struct dmsc_buf *cms)
{
	struct dmsc_buf *b = dmsc_buf_new(OBJECT_MAX);
	unsigned sw = 0;
	int r = b == NULL || time_object(b) != DMSC_E_OK ? no_memory(s) :
	    send(s, LAST_ANSWERS, dmsc_buf_rd(b), cms, &sw);

	dmsc_buf_free(&b);
	return r == DMSC_E_OK && !dmsc_sw_ok(sw) ? refused(s, sw) : r;
}

/* What the card signed, and whether it is what was recorded. */
static int
compare(struct dmsc_session *s, const struct dmsc_witness_sum *sum,
    struct dmsc_receipt_new *n)
{
	struct dmsc_buf *der = dmsc_buf_new(ANSWER_MAX);
	struct dmsc_receipt_content c;
	int r = DMSC_E_NOMEM;

	if (der != NULL)
		r = dmsc_cms_get_content(dmsc_buf_rd(n->der), der);
	if (r == DMSC_E_OK)
		r = dmsc_receipt_get(dmsc_buf_rd(der), &c);
	dmsc_buf_free(&der);
	if (r == DMSC_E_NOMEM)
		return no_memory(s);
	if (r != DMSC_E_OK)
		return dmsc_fail(&s->err, DMSC_E_FORMAT,
		    "the card's answer is no receipt");
	n->recorded = sum->exchanges;
	n->matches = c.exchanges == sum->exchanges &&
	    memcmp(c.hash, sum->hash, sizeof c.hash) == 0;
	n->receipt = dmsc_view_new(&dmsc_receipt_view);
	return n->receipt == NULL || dmsc_receipt_view_of(&c, n->receipt) !=
	    DMSC_E_OK ? no_memory(s) : DMSC_E_OK;
}

/* A new file beside it, then in its place. */
static int
write_transcript(struct dmsc_session *s, const char *path,
    struct dmsc_receipt_new *n)
{
	char *beside = NULL;
	int fd, r = DMSC_E_OK, err;

	if (dmsc_str_set(&beside, "%s.new", path) != DMSC_E_OK)
		return no_memory(s);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, OURS);
	if (fd >= 0)
		r = dmsc_witness_write(s->witness, fd, !n->matches,
		    &n->withheld, &s->err);
	if (r == DMSC_E_OK && (fd < 0 || fsync(fd) != 0 ||
	    rename(beside, path) != 0)) {
		err = errno;
		r = dmsc_fail(&s->err, DMSC_E_IO,
		    "cannot write the transcript");
		(void)dmsc_err_why(&s->err, "%s", strerror(err));
	}
	if (fd >= 0)
		(void)close(fd);
	if (r != DMSC_E_OK) {
		(void)dmsc_err_where(&s->err, "%s", path);
		(void)unlink(beside);
	}
	free(beside);
	return r;
}

static int
differs(struct dmsc_session *s, const struct dmsc_witness_sum *sum,
    const struct dmsc_receipt_new *n)
{
	(void)dmsc_fail(&s->err, DMSC_E_MISMATCH,
	    "the card has seen something else than was recorded");
	return dmsc_err_why(&s->err, "%zu exchanges there, %zu here, and %zu "
	    "answers were lost", n->receipt->exchanges, sum->exchanges,
	    sum->lost);
}

static int
take(struct dmsc_session *s, const char *transcript,
    struct dmsc_receipt_new *n)
{
	struct dmsc_witness_sum sum;
	int r;

	dmsc_witness_sum(s->witness, &sum);
	if (sum.broken != DMSC_E_OK) {
		(void)dmsc_fail(&s->err, sum.broken,
		    "the record of the conversation is not whole");
		return dmsc_err_next(&s->err, "receipt start");
	}
	if ((n->der = dmsc_buf_new(ANSWER_MAX)) == NULL)
		return no_memory(s);
	if ((r = ask(s, n->der)) != DMSC_E_OK ||
	    (r = compare(s, &sum, n)) != DMSC_E_OK)
		return r;
	if (transcript != NULL &&
	    (r = write_transcript(s, transcript, n)) != DMSC_E_OK)
		return r;
	return n->matches ? DMSC_E_OK : differs(s, &sum, n);
}

int
dmsc_receipt_take(struct dmsc_session *s, const char *transcript,
    struct dmsc_receipt_new **out)
{
	struct dmsc_receipt_new *n;
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	if (s->witness == NULL) {
		(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "no receipt was started, or a reset has ended it");
		return dmsc_err_next(&s->err, "receipt start");
	}
	if ((n = dmsc_view_new(&dmsc_receipt_new_view)) == NULL)
		return no_memory(s);
	r = take(s, transcript, n);
	if (r == DMSC_E_OK || r == DMSC_E_MISMATCH)
		*out = n;
	else
		dmsc_view_free(&dmsc_receipt_new_view, n);
	return r;
}

int
dmsc_receipt_verify(struct dmsc_session *s,
    const struct dmsc_receipt_given *g, struct dmsc_receipt_check **out)
{
	dmsc_err_clear(&s->err);
	return dmsc_receipt_judge(g, dmsc_wall(), out, &s->err);
}
