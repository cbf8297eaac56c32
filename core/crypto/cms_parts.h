/* What a card needs of a CMS SignedData to check its signature. Pure. */
#ifndef DMSC_CRYPTO_CMS_PARTS_H
#define DMSC_CRYPTO_CMS_PARTS_H

#include "crypto/pk.h"

struct dmsc_card_parts {
	enum dmsc_pk_type type;
	struct dmsc_buf *cert, *spki;	/* of the signer, DER */
	struct dmsc_buf *attrs;		/* signed attributes, as signed */
	struct dmsc_buf *signature;	/* raw */
};
/*
 * Of a SignedData (DER or PEM) with one signer and signed attributes. What it
 * says is not checked: that is the host's verdict before. NOTFOUND: the
 * signer's certificate is not inside. UNSUPPORTED: more signers, no
 * attributes, or an algorithm that cards do not have here.
 */
int dmsc_card_parts(struct dmsc_rd signature, struct dmsc_card_parts *out)
    DMSC_MUST_CHECK;
void dmsc_card_parts_free(struct dmsc_card_parts *p);

#endif
