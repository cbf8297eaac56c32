/*
 * DM semantics on a tree (SyncML DM 1.2 representation protocol): what a
 * command does to nodes and which status it answers. Pure.
 */
#ifndef DMSC_DM_DM_H
#define DMSC_DM_DM_H

#include <dmsc/tree.h>

/* DM status codes that we give. */
enum { DMSC_DM_OK = 200, DMSC_DM_BAD = 400, DMSC_DM_NOT_FOUND = 404,
	DMSC_DM_NOT_ALLOWED = 405, DMSC_DM_TOO_LONG = 414,
	DMSC_DM_MEDIA = 415, DMSC_DM_EXISTS = 418, DMSC_DM_FULL = 420,
	DMSC_DM_DENIED = 425, DMSC_DM_FAILED = 500 };
const char *dmsc_dm_text(unsigned status);
unsigned dmsc_dm_status(int code);	/* of a tree's error code */

/*
 * Takes an MO into a device's or card's tree: the subtree `mo` goes to its
 * place by Type (DMAcc to ./DMAcc/NAME, an MO already placed by a target
 * outside ./Inbox there), references "./Inbox/..." are rewritten to the
 * final place. out gets the URI. Replaces what stands there when replace.
 */
int dmsc_dm_place(struct dmsc_tree *t, const struct dmsc_node *mo,
    bool replace, struct dmsc_buf *out, unsigned *status) DMSC_MUST_CHECK;

#endif
