/* Signatures for the session (dmsc/sign.h). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/cms.h"
#include "crypto/crypto.h"
#include "session/on_card.h"
#include "session/session.h"
#include "session/source.h"

enum { TIME_TEXT = 32, SIGNATURE_MAX = 1 << 18, CARD_CERTS_MAX = 1 << 20 };

static const struct dmsc_field signed_fields[] = {
	DMSC_F(dmsc_signed, label, DMSC_K_STR),
	DMSC_F(dmsc_signed, version, DMSC_K_STR),
	DMSC_F(dmsc_signed, signed_at, DMSC_K_STR),
	DMSC_F(dmsc_signed, signer, DMSC_K_STR),
	DMSC_F(dmsc_signed, algorithm, DMSC_K_STR),
	DMSC_F(dmsc_signed, digest, DMSC_K_STR),
	DMSC_F(dmsc_signed, size, DMSC_K_SIZE),
	DMSC_F(dmsc_signed, cms, DMSC_K_BYTES),
	DMSC_F_END
};
const struct dmsc_view dmsc_signed_view = {
	"signature", sizeof(struct dmsc_signed), signed_fields
};

int
dmsc_signer_open(struct dmsc_session *s, const char *key,
    struct dmsc_rd certs, bool pss, struct dmsc_signer **out)
{
	struct session_with w;
	int r;

	*out = NULL;
	if ((r = session_source_with(s, key, false, &w)) != DMSC_E_OK ||
	    (r = dmsc_signer_read(key, &w.with, certs, pss, out, &s->err)) !=
	    DMSC_E_OK)
		return r;
	if ((r = dmsc_signer_check(*out, dmsc_wall(), &s->err)) != DMSC_E_OK)
		dmsc_signer_free(out);
	return r;
}

/* What the signature says, beside it. */
static int
tell(const struct dmsc_signer *k, const struct dmsc_cms_opts *o,
    struct dmsc_signed *d)
{
	char at[TIME_TEXT];
	int r;

	d->size = d->cms->len;
	if ((r = dmsc_signer_tell(k, &d->signer, &d->algorithm)) !=
	    DMSC_E_OK ||
	    (o->label != NULL &&
	    (r = dmsc_str_set(&d->label, "%s", o->label)) != DMSC_E_OK) ||
	    (o->version != NULL &&
	    (r = dmsc_str_set(&d->version, "%s", o->version)) != DMSC_E_OK))
		return r;
	r = dmsc_str_set(&d->signed_at, "%s",
	    dmsc_wall_text(o->time, at, sizeof at));
	return r != DMSC_E_OK ? r : dmsc_str_set(&d->digest, "%s",
	    dmsc_sig_digest_name(k->alg));
}

static int
sign(struct dmsc_session *s, const struct dmsc_signer *k,
    struct dmsc_rd data, const struct dmsc_cms_opts *o,
    struct dmsc_signed **out)
{
	struct dmsc_signed *d = dmsc_view_new(&dmsc_signed_view);
	int r = DMSC_E_NOMEM;

	if (d == NULL || (d->cms = dmsc_buf_new(SIGNATURE_MAX)) == NULL)
		dmsc_fail(&s->err, r, "out of memory");
	else if ((r = dmsc_cms_sign(data, o, k, d->cms, &s->err)) ==
	    DMSC_E_OK && (r = tell(k, o, d)) != DMSC_E_OK)
		dmsc_fail(&s->err, r, "out of memory");
	if (r == DMSC_E_OK) {
		*out = d;
		d = NULL;
	}
	dmsc_view_free(&dmsc_signed_view, d);
	return r;
}

int
dmsc_sign(struct dmsc_session *s, const struct dmsc_signer *k,
    struct dmsc_rd data, struct dmsc_signed **out)
{
	struct dmsc_cms_opts o = { .time = dmsc_wall() };

	*out = NULL;
	return sign(s, k, data, &o, out);
}

static struct dmsc_cms_opts
opts_of(const struct dmsc_signed_doc *d)
{
	struct dmsc_cms_opts o = { .time = dmsc_wall(), .label = d->label,
		.version = d->version, .length = d->length };

	return o;
}

int
dmsc_sign_document(struct dmsc_session *s, const struct dmsc_signer *k,
    const char *path, struct dmsc_signed **out)
{
	struct dmsc_signed_doc *d;
	struct dmsc_cms_opts o;
	int r;

	*out = NULL;
	if ((r = dmsc_signed_doc(s, path, false, &d)) != DMSC_E_OK)
		return r;
	o = opts_of(d);
	if (d->bytes->len == 0) {
		r = dmsc_fail(&s->err, DMSC_E_DATA,
		    "there is nothing to sign");
		dmsc_err_where(&s->err, "%s", path);
	} else
		r = sign(s, k, dmsc_buf_rd(d->bytes), &o, out);
	dmsc_signed_doc_free(&d);
	return r;
}

/* For a commit: ctx is the session, which keeps the record and the signer. */
static int
sign_commit(void *ctx, const struct dmsc_signed_doc *d, struct dmsc_buf *out)
{
	struct dmsc_session *s = ctx;
	struct dmsc_cms_opts o = opts_of(d);

	return dmsc_cms_sign(dmsc_buf_rd(d->bytes), &o, s->signer, out,
	    &s->err);
}

int
dmsc_sign_commits_with(struct dmsc_session *s, const struct dmsc_signer *k)
{
	struct dmsc_doc_signer d = { sign_commit, s };

	s->signer = k;
	return dmsc_sign_commits(s, &d);
}

void
dmsc_sign_commits_end(struct dmsc_session *s)
{
	s->signer = NULL;
	if (s->store != NULL)
		dmsc_store_signer(s->store, NULL);
}

int
dmsc_verify(struct dmsc_session *s, struct dmsc_rd data,
    struct dmsc_rd signature, struct dmsc_rd ca_pem,
    struct dmsc_verdict **out)
{
	return dmsc_cms_verify(data, signature, ca_pem, dmsc_wall(), out,
	    &s->err);
}

static int
verify_data(struct dmsc_session *s, struct dmsc_rd data,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
{
	struct dmsc_cms_ask a = { .data = data, .by_file = o->by_file,
		.by_card = o->by_card, .file = o->file, .now = dmsc_wall() };
	struct dmsc_buf *trusted = NULL;
	int r = DMSC_E_OK;

	*out = NULL;
	if (o->has_signature)
		a.signature = o->signature;
	if (o->by_card && (r = dmsc_session_need_card(s)) == DMSC_E_OK) {
		if ((trusted = dmsc_buf_new(CARD_CERTS_MAX)) == NULL)
			return dmsc_fail(&s->err, DMSC_E_NOMEM,
			    "out of memory");
		r = dmsc_store_trusted(s->store, trusted);
		a.card = dmsc_buf_rd(trusted);
	}
	if (r == DMSC_E_OK)
		r = dmsc_cms_check(&a, out, &s->err);
	dmsc_buf_free(&trusted);
	return r;
}

static int
host_data(struct dmsc_session *s, const struct session_on_card *c,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
{
	return verify_data(s, c->data, o, out);
}

int
dmsc_verify_data(struct dmsc_session *s, struct dmsc_rd data,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
{
	struct session_on_card c = { host_data, NULL, data };

	return o->on_card ? session_on_card(s, &c, o, out) :
	    verify_data(s, data, o, out);
}

static int
host_doc(struct dmsc_session *s, const struct session_on_card *c,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
{
	return dmsc_store_verify(s->store, c->path, o, dmsc_wall(), out);
}

/* With the document's own signature where no other is given. */
static int
doc_on_card(struct dmsc_session *s, const char *path,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
{
	struct session_on_card c = { host_doc, path, { NULL, 0 } };
	struct dmsc_verify_opts with = *o;
	struct dmsc_buf *own = NULL;
	int r = DMSC_E_OK;

	if (!o->has_signature) {
		if ((own = dmsc_buf_new(SIGNATURE_MAX)) == NULL)
			return dmsc_fail(&s->err, DMSC_E_NOMEM,
			    "out of memory");
		r = dmsc_signature(s, path, o->as_read, own);
		with.has_signature = true;
		with.signature = dmsc_buf_rd(own);
	}
	if (r == DMSC_E_OK)
		r = session_on_card(s, &c, &with, out);
	dmsc_buf_free(&own);
	return r;
}

int
dmsc_verify_doc(struct dmsc_session *s, const char *path,
    const struct dmsc_verify_opts *o, struct dmsc_verdict **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	return o->on_card ? doc_on_card(s, path, o, out) :
	    dmsc_store_verify(s->store, path, o, dmsc_wall(), out);
}
