/* A signer for tests of the store: what it makes looks like a CMS, and holds
 * the digest of what it is for, the label and the version. */
#ifndef DMSC_TESTS_STORE_SIGN_H
#define DMSC_TESTS_STORE_SIGN_H

#include "crypto/crypto.h"
#include "store/cards.h"
#include "tlv/ber.h"

struct notary {
	unsigned calls;
	int fail;		/* this code, and nothing signed */
	size_t more;		/* bytes of padding inside */
	size_t length;		/* of the document, before a companion */
	char version[32];	/* that was handed over last, "-": none */
};

static const uint8_t notary_oid[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D,
	0x01, 0x07, 0x02 };

static inline int
notary_put(struct dmsc_rd bytes, const char *label, size_t more,
    struct dmsc_buf *out)
{
	uint8_t sha[DMSC_SHA256_LEN];
	size_t top, in;

	if (dmsc_sha256(bytes, sha) != DMSC_E_OK ||
	    dmsc_tlv_begin(out, 0x30, &top) != DMSC_E_OK ||
	    dmsc_tlv_put(out, 0x06, dmsc_rd_of(notary_oid,
	    sizeof notary_oid)) != DMSC_E_OK ||
	    dmsc_tlv_begin(out, 0xA0, &in) != DMSC_E_OK ||
	    dmsc_tlv_put(out, 0x04, dmsc_rd_of(sha, sizeof sha)) !=
	    DMSC_E_OK || dmsc_tlv_put(out, 0x0C, dmsc_rd_str(label)) !=
	    DMSC_E_OK || dmsc_buf_fill(out, 0xFF, more) != DMSC_E_OK ||
	    dmsc_tlv_end(out, in) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return dmsc_tlv_end(out, top);
}

static inline int
notary_sign(void *ctx, const struct dmsc_signed_doc *d,
    struct dmsc_buf *out)
{
	struct notary *n = ctx;

	n->calls++;
	n->length = d->length;
	(void)snprintf(n->version, sizeof n->version, "%s",
	    d->version != NULL ? d->version : "-");
	return n->fail != DMSC_E_OK ? n->fail :
	    notary_put(dmsc_buf_rd(d->bytes), d->label, n->more, out);
}

static inline void
notary_for(struct host *h, struct notary *n)
{
	struct dmsc_doc_signer s = { notary_sign, n };

	dmsc_store_signer(h->st, n != NULL ? &s : NULL);
}

/* Signs a document in the working copy. */
static inline int
notary_document(struct host *h, const char *path, size_t more)
{
	struct notary n = { .more = more };
	const struct dmsc_doc_signer s = { notary_sign, &n };

	return dmsc_store_sign_doc(h->st, path, &s);
}

enum seal { SEAL_NONE, SEAL_GOOD, SEAL_BAD, SEAL_LOST };

/* What the card (as_read) or the working copy has of a document. */
static inline enum seal
seal_of(struct host *h, const char *path, bool as_read)
{
	struct dmsc_buf *what = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *cms = dmsc_buf_new(DMSC_DOC_MAX);
	uint8_t sha[DMSC_SHA256_LEN];
	enum seal s = SEAL_LOST;
	size_t i;

	if (dmsc_store_signed_bytes(h->st, path, as_read, what) ==
	    DMSC_E_OK && dmsc_store_signature(h->st, path, as_read, cms) ==
	    DMSC_E_OK && dmsc_sha256(dmsc_buf_rd(what), sha) == DMSC_E_OK) {
		s = cms->len == 0 ? SEAL_NONE : SEAL_BAD;
		for (i = 0; i + sizeof sha <= cms->len; i++)
			if (memcmp(cms->p + i, sha, sizeof sha) == 0)
				s = SEAL_GOOD;
	}
	dmsc_buf_free(&what);
	dmsc_buf_free(&cms);
	return s;
}

#endif
