/* Whether a receipt holds: its signature, its transcript, its nonce. */
#include <stdio.h>

#include "base/base.h"
#include "crypto/cms.h"
#include "crypto/receipt.h"

enum { CONTENT_MAX = 4096 };

struct job {
	const struct dmsc_receipt_given *g;
	struct dmsc_receipt_check *out;
	struct dmsc_receipt_content content;
	struct dmsc_err *e;
};

/* The signature is good, and something else is not. */
static int
bad(struct job *j, const char *fmt, size_t line)
{
	struct dmsc_verdict *v = j->out->verdict;
	char why[DMSC_ERR_TEXT];

	(void)snprintf(why, sizeof why, "%s", fmt);
	if (line > 0)
		(void)snprintf(why, sizeof why, "line %zu is none of a "
		    "transcript", line);
	if (dmsc_str_set(&v->outcome, "bad") != DMSC_E_OK ||
	    dmsc_str_set(&v->why, "%s", why) != DMSC_E_OK)
		return dmsc_fail(j->e, DMSC_E_NOMEM, "out of memory");
	(void)dmsc_fail(j->e, DMSC_E_MISMATCH, "the receipt does not hold");
	return dmsc_err_why(j->e, "%s", why);
}

static int
check_transcript(struct job *j)
{
	const struct dmsc_receipt_content *c = &j->content;
	struct dmsc_buf *nonce = dmsc_buf_new(CONTENT_MAX);
	struct dmsc_chain chain;
	size_t line = 0;
	int r = DMSC_E_NOMEM;

	if (nonce != NULL)
		r = dmsc_transcript_read(j->g->transcript, &chain, nonce,
		    &line);
	if (r == DMSC_E_NOMEM)
		(void)dmsc_fail(j->e, r, "out of memory");
	else if (r != DMSC_E_OK)
		r = bad(j, "", line);
	else if (!dmsc_rd_eq(dmsc_buf_rd(nonce), dmsc_rd_of(c->nonce,
	    c->nonce_len)))
		r = bad(j, "the transcript has another nonce", 0);
	else if (chain.n != c->exchanges)
		r = bad(j, "the transcript has another number of exchanges",
		    0);
	else if (!dmsc_rd_eq(dmsc_rd_of(chain.hash, sizeof chain.hash),
	    dmsc_rd_of(c->hash, sizeof c->hash)))
		r = bad(j, "this is not the transcript that the card signed",
		    0);
	dmsc_buf_free(&nonce);
	return r;
}

static int
check_nonce(struct job *j)
{
	const struct dmsc_receipt_content *c = &j->content;

	if (j->g->nonce.p == NULL || dmsc_rd_eq(j->g->nonce,
	    dmsc_rd_of(c->nonce, c->nonce_len)))
		return DMSC_E_OK;
	return bad(j, "the receipt is for another nonce", 0);
}

/* What is said may be believed only where the signature is good; it is shown
 * in any case. */
static int
read_content(struct job *j, struct dmsc_rd der)
{
	int r = dmsc_receipt_get(der, &j->content);

	if (r == DMSC_E_FORMAT)
		return dmsc_fail(j->e, r, "what was signed is no receipt");
	if (r == DMSC_E_OK && ((j->out->receipt = dmsc_view_new(
	    &dmsc_receipt_view)) == NULL || dmsc_receipt_view_of(&j->content,
	    j->out->receipt) != DMSC_E_OK))
		r = DMSC_E_NOMEM;
	return r == DMSC_E_OK ? r : dmsc_fail(j->e, r, "out of memory");
}

static int
check_form(struct job *j)
{
	int r = dmsc_receipt_form(j->g->receipt);

	if (r == DMSC_E_NOMEM)
		return dmsc_fail(j->e, r, "out of memory");
	return r == DMSC_E_OK ? r : bad(j, "what no signature covers is not "
	    "as a receipt has it", 0);
}

static int
check(struct job *j, struct dmsc_rd der, int64_t now)
{
	int r;

	if ((r = read_content(j, der)) != DMSC_E_OK ||
	    (r = dmsc_cms_verify(der, j->g->receipt, j->g->ca_pem, now,
	    &j->out->verdict, j->e)) != DMSC_E_OK ||
	    (r = check_form(j)) != DMSC_E_OK ||
	    (r = check_nonce(j)) != DMSC_E_OK)
		return r;
	return check_transcript(j);
}

int
dmsc_receipt_judge(const struct dmsc_receipt_given *g, int64_t now,
    struct dmsc_receipt_check **out, struct dmsc_err *e)
{
	struct job j = { .g = g, .e = e };
	struct dmsc_buf *der = dmsc_buf_new(CONTENT_MAX);
	int r = DMSC_E_NOMEM;

	*out = NULL;
	j.out = dmsc_view_new(&dmsc_receipt_check_view);
	if (der != NULL && j.out != NULL)
		r = dmsc_cms_get_content(g->receipt, der);
	if (r == DMSC_E_NOMEM)
		(void)dmsc_fail(e, r, "out of memory");
	else if (r != DMSC_E_OK)
		r = dmsc_fail(e, DMSC_E_FORMAT, "the receipt is no CMS "
		    "signed-data with a content");
	else
		r = check(&j, dmsc_buf_rd(der), now);
	if (j.out != NULL && j.out->verdict != NULL && (r == DMSC_E_OK ||
	    r == DMSC_E_MISMATCH || r == DMSC_E_SIGNER)) {
		*out = j.out;
		j.out = NULL;
	}
	dmsc_view_free(&dmsc_receipt_check_view, j.out);
	dmsc_buf_free(&der);
	return r;
}
