/* What becomes of signatures at a commit. */
#ifndef DMSC_STORE_RESIGN_H
#define DMSC_STORE_RESIGN_H

#include "store/plan.h"
#include "store/signed.h"

enum dmsc_fate {
	DMSC_FATE_NONE,		/* there is none, or it stays */
	DMSC_FATE_PUT,		/* the working copy has another one */
	DMSC_FATE_REMOVED,
	DMSC_FATE_STALE		/* it does not hold any more */
};
int dmsc_signed_fate(struct dmsc_store *st, const struct dmsc_what *owner,
    enum dmsc_fate *out) DMSC_MUST_CHECK;
/* In a word; s is the signature. */
const char *dmsc_signed_change(const struct dmsc_store *st,
    const struct dmsc_what *s, enum dmsc_fate f);

#endif
