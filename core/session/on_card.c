/* Signatures that the card checks: verify --on-card (dmsc/sign.h). */
#include "session/on_card.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/cms_parts.h"
#include "session/pairs.h"

static int
say(struct dmsc_session *s, struct dmsc_verdict *v, int code,
    const char *outcome, const char *why)
{
	if (dmsc_str_set(&v->outcome, "%s", outcome) != DMSC_E_OK ||
	    dmsc_str_set(&v->why, "%s", why) != DMSC_E_OK)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	(void)dmsc_fail(&s->err, code, "the signature does not hold: %s",
	    outcome);
	return dmsc_err_why(&s->err, "%s", why);
}

/* The card's word on what the host has found good. */
static int
ask_card(struct dmsc_session *s, const struct dmsc_card_parts *p,
    bool others, struct dmsc_verdict *v)
{
	char *key = NULL;
	int r;

	free(v->trust);		/* the host was to trust anyone */
	v->trust = NULL;
	r = session_card_verify(s, dmsc_buf_rd(p->spki),
	    dmsc_buf_rd(p->attrs), dmsc_buf_rd(p->signature), others, &key);

	if (r == DMSC_E_MISMATCH)
		r = say(s, v, r, "bad", "the card says that the signature "
		    "does not fit its key");
	else if (r == DMSC_E_NOTFOUND && s->err.sw == 0)
		r = say(s, v, DMSC_E_SIGNER, "unknown signer",
		    "the signer's key is not one of the card's");
	else if (r == DMSC_E_OK && dmsc_str_set(&v->trust,
	    "key %s of the card, which checked the signature", key) !=
	    DMSC_E_OK)
		r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	free(key);
	return r;
}

static int
no_parts(struct dmsc_session *s, int r)
{
	(void)dmsc_fail(&s->err, r, r == DMSC_E_UNSUPPORTED ?
	    "a card cannot check this signature" : r == DMSC_E_NOTFOUND ?
	    "the signer's certificate is not in the signature" :
	    r == DMSC_E_NOMEM ? "out of memory" :
	    "the signature is no CMS signed-data");
	return r != DMSC_E_UNSUPPORTED ? r : dmsc_err_why(&s->err,
	    "it needs one signer, signed attributes, and RSA-2048 (PKCS #1 "
	    "v1.5) or ECDSA on P-256 or P-384");
}

int
session_on_card(struct dmsc_session *s, struct session_on_card *c,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
{
	struct dmsc_verify_opts host = *o;
	struct dmsc_card_parts p;
	int r;

	*out = NULL;
	if (!o->has_signature || o->signature.left == 0) {
		*out = dmsc_view_new(&dmsc_verdict_view);
		return *out == NULL ? dmsc_fail(&s->err, DMSC_E_NOMEM,
		    "out of memory") : say(s, *out, DMSC_E_SIGNER,
		    "unsigned", "there is no signature");
	}
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_card_parts(o->signature, &p)) != DMSC_E_OK)
		return no_parts(s, r);
	/* All but who is trusted is the host's to say. */
	host.by_file = true;
	host.by_card = host.on_card = false;
	host.file = dmsc_buf_rd(p.cert);
	if ((r = c->host(s, c, &host, out)) == DMSC_E_OK) {
		r = ask_card(s, &p, o->others, *out);
		if (r != DMSC_E_OK && r != DMSC_E_MISMATCH &&
		    r != DMSC_E_SIGNER) {
			dmsc_view_free(&dmsc_verdict_view, *out);
			*out = NULL;
		}
	} else if (*out != NULL) {
		free((*out)->trust);	/* it was asked of the card */
		(*out)->trust = NULL;
	}
	dmsc_card_parts_free(&p);
	return r;
}
