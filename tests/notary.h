/* A signer for tests: what it makes looks like a CMS, and holds the digest of
 * what it is for and the label. */
#ifndef DMSC_TESTS_NOTARY_H
#define DMSC_TESTS_NOTARY_H

#include <stdio.h>
#include <string.h>

#include <dmsc/doc.h>

#include "crypto/crypto.h"
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

/* Whether the signature beside the document is of it. */
static inline bool
notary_holds(const struct dmsc_signed_doc *d)
{
	uint8_t sha[DMSC_SHA256_LEN];
	size_t i;

	if (dmsc_sha256(dmsc_buf_rd(d->bytes), sha) != DMSC_E_OK)
		return false;
	for (i = 0; i + sizeof sha <= d->signature->len; i++)
		if (memcmp(d->signature->p + i, sha, sizeof sha) == 0)
			return true;
	return false;
}

#endif
