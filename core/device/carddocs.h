/*
 * What of a card's own tree (/card) is for devices, as documents: each MO
 * that stands at its root ("card/NAME"), each group with all of its MOs
 * ("card/Group/NAME"), each MO that the user's PIN opens ("card/Personal/
 * NAME"). What the card keeps for itself and its servers is none.
 */
#ifndef DMSC_DEVICE_CARDDOCS_H
#define DMSC_DEVICE_CARDDOCS_H

#include <dmsc/tree.h>

#define DMSC_CARD_DOCUMENT "card"	/* their kind, and the first of names */
#define DMSC_CARD_PERSONAL DMSC_CARD_DOCUMENT "/Personal/"

/* name is "card/..."; mos is the callee's for the call alone. */
struct dmsc_carddocs_to {
	int (*each)(void *ctx, const char *name, struct dmsc_tree *mos);
	void *ctx;
};
/*
 * Calls each for every document of the tree: its MOs in a tree of their own,
 * which is freed afterwards, the rules that hold for it below DMSC, ACLs,
 * which are about who may manage the card, left out. Ends with the first
 * failure: NOMEM, or of each.
 */
int dmsc_carddocs_each(const struct dmsc_tree *card,
    const struct dmsc_carddocs_to *to) DMSC_MUST_CHECK;
/* The group that stands alone in t: one document of that name. */
int dmsc_carddocs_group(const struct dmsc_tree *t, const char *group,
    const struct dmsc_carddocs_to *to) DMSC_MUST_CHECK;

#endif
