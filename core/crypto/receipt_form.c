/* A receipt has one form: what no signature covers of a SignedData (RFC 5652)
 * must be written as this release, and any card after dmsc-card(7), does. */
#include <string.h>

#include "base/base.h"
#include "crypto/cms.h"
#include "crypto/pk.h"
#include "crypto/receipt.h"
#include "tlv/ber.h"

enum {
	FORM_MAX = 1 << 16, T_INT = 0x02, T_BYTES = 0x04, T_OID = 0x06,
	T_SEQ = 0x30, T_SET = 0x31, T_CTX0 = 0xA0
};

static bool
take(struct dmsc_rd *r, uint32_t want, struct dmsc_rd *value)
{
	uint32_t tag;

	return dmsc_tlv_next(r, &tag, value) == DMSC_E_OK && tag == want;
}

/* Certificate, signature and content; views into der. */
static bool
take_apart(struct dmsc_rd der, struct dmsc_cms_parts *p)
{
	struct dmsc_rd r, v, in, signers;

	return take(&der, T_SEQ, &r) && take(&r, T_OID, &v) &&
	    take(&r, T_CTX0, &v) && take(&v, T_SEQ, &r) &&
	    take(&r, T_INT, &v) && take(&r, T_SET, &v) &&
	    take(&r, T_SEQ, &in) && take(&in, T_OID, &v) &&
	    take(&in, T_CTX0, &v) && take(&v, T_BYTES, &p->content) &&
	    take(&r, T_CTX0, &p->cert) && take(&r, T_SET, &signers) &&
	    take(&signers, T_SEQ, &r) && take(&r, T_INT, &v) &&
	    take(&r, T_SEQ, &v) && take(&r, T_SEQ, &v) &&
	    take(&r, T_CTX0, &v) && take(&r, T_SEQ, &v) &&
	    take(&r, T_BYTES, &p->signature);
}

/* The same parts put together again, by one algorithm: equal? */
static int
same_by(const struct dmsc_cms_parts *parts, struct dmsc_rd der,
    enum dmsc_sig_alg alg, enum dmsc_pk_type type)
{
	struct dmsc_buf *attrs = dmsc_buf_new(FORM_MAX),
	    *raw = dmsc_buf_new(FORM_MAX), *out = dmsc_buf_new(FORM_MAX);
	const struct dmsc_cms_opts o = { .attached = true };
	struct dmsc_cms_parts p = *parts;
	int r = DMSC_E_NOMEM;

	if (attrs == NULL || raw == NULL || out == NULL ||
	    (r = dmsc_cms_attrs(p.content, alg, &o, attrs)) != DMSC_E_OK ||
	    (r = dmsc_pk_sig_raw(type, parts->signature, raw)) != DMSC_E_OK)
		goto done;
	p.alg = alg;
	p.attrs = dmsc_buf_rd(attrs);
	p.signature = dmsc_buf_rd(raw);
	r = dmsc_cms_join(&p, out);
	if (r == DMSC_E_OK && !dmsc_rd_eq(dmsc_buf_rd(out), der))
		r = DMSC_E_FORMAT;
done:
	dmsc_buf_free(&attrs);
	dmsc_buf_free(&raw);
	dmsc_buf_free(&out);
	return r;
}

int
dmsc_receipt_form(struct dmsc_rd der)
{
	static const struct {
		enum dmsc_sig_alg alg;
		enum dmsc_pk_type type;
	} ways[] = {
		{ DMSC_SIG_P256, DMSC_PK_P256 }, { DMSC_SIG_P384,
		    DMSC_PK_P384 }, { DMSC_SIG_RSA, DMSC_PK_RSA2048 },
	};
	struct dmsc_cms_parts p;
	int r = DMSC_E_FORMAT;
	size_t i;

	memset(&p, 0, sizeof p);
	if (!take_apart(der, &p))
		return r;
	for (i = 0; r != DMSC_E_OK && r != DMSC_E_NOMEM &&
	    i < DMSC_COUNT(ways); i++)
		r = same_by(&p, der, ways[i].alg, ways[i].type);
	return r == DMSC_E_OK || r == DMSC_E_NOMEM ? r : DMSC_E_FORMAT;
}
