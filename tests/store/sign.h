/* The notary over a store, and what the card has of its signatures. */
#ifndef DMSC_TESTS_STORE_SIGN_H
#define DMSC_TESTS_STORE_SIGN_H

#include "notary.h"
#include "store/cards.h"

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
	struct dmsc_signed_doc *d = NULL;
	enum seal s = SEAL_LOST;

	if (dmsc_store_signed_doc(h->st, path, as_read, &d) == DMSC_E_OK)
		s = d->signature->len == 0 ? SEAL_NONE :
		    notary_holds(d) ? SEAL_GOOD : SEAL_BAD;
	dmsc_signed_doc_free(&d);
	return s;
}

#endif
