/*
 * DM semantics on a tree (SyncML DM 1.2 representation protocol): what a
 * command does to nodes and which status it answers. Pure.
 */
#ifndef DMSC_DM_DM_H
#define DMSC_DM_DM_H

#include <dmsc/tree.h>

/* DM status codes that we give. */
enum { DMSC_DM_OK = 200, DMSC_DM_ACCEPTED = 202,
	DMSC_DM_AUTHENTICATED = 212,
	DMSC_DM_CHUNK = 213, DMSC_DM_CANCELLED = 214,
	DMSC_DM_NOT_EXECUTED = 215, DMSC_DM_ROLLED_BACK = 216,
	DMSC_DM_NO = 304, DMSC_DM_BAD = 400, DMSC_DM_UNAUTHORIZED = 401,
	DMSC_DM_FORBIDDEN = 403, DMSC_DM_NOT_FOUND = 404,
	DMSC_DM_NOT_ALLOWED = 405, DMSC_DM_UNSUPPORTED = 406,
	DMSC_DM_NO_CREDENTIALS = 407, DMSC_DM_TIMED_OUT = 408,
	DMSC_DM_SIZE_NEEDED = 411, DMSC_DM_INCOMPLETE = 412,
	DMSC_DM_TOO_LARGE = 413, DMSC_DM_TOO_LONG = 414,
	DMSC_DM_MEDIA = 415, DMSC_DM_EXISTS = 418, DMSC_DM_FULL = 420,
	DMSC_DM_SIZE_MISMATCH = 424, DMSC_DM_DENIED = 425,
	DMSC_DM_FAILED = 500, DMSC_DM_UNKNOWN = 501, DMSC_DM_DTD = 505,
	DMSC_DM_ATOMIC_FAILED = 507, DMSC_DM_PROTOCOL = 513,
	DMSC_DM_NOT_ROLLED_BACK = 516, DMSC_DM_ANSWER_TOO_LARGE = 517 };
const char *dmsc_dm_text(unsigned status);
/* The i-th of them, in their order; false past the end. */
bool dmsc_dm_row(unsigned i, unsigned *status, const char **text);
unsigned dmsc_dm_status(int code);	/* of a tree's error code */

/*
 * The MO of a document behind after, NULL: the first one or no more. An MO
 * is a top-level node; a node without a Type that holds nothing but interior
 * nodes, some with a Type, is no MO itself: its children are (DMAcc).
 */
const struct dmsc_node *dmsc_dm_next_mo(const struct dmsc_tree *doc,
    const struct dmsc_node *after);

/*
 * Takes an MO of a document into a device's or card's tree: an account (by
 * its Type) at the document's top level goes to DMAcc/NAME, all else where
 * the document has it. References "./Inbox/..." inside are rewritten to the
 * final place. out is emptied and gets the URI, without "./". What stands
 * there is replaced, or EXISTS; a failure leaves t as it was. status is the
 * DM status of the whole.
 */
int dmsc_dm_place(struct dmsc_tree *t, const struct dmsc_node *mo,
    bool replace, struct dmsc_buf *out, unsigned *status) DMSC_MUST_CHECK;

#endif
