/*
 * An MO of the simulated device, or a part of one, copied to its card (use
 * case 5.2; GEN-5, GEN-7). Room device. A server's own order goes through ./SC
 * (dmsc/device.h); this is the device that copies, for its user or for a
 * server that it has heard.
 */
#ifndef DMSC_COPY_H
#define DMSC_COPY_H

#include <dmsc/tree.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_copy_opts {
	const char *device;	/* NULL: "default" */
	const char *uri;	/* of the device's tree */
	const char *to;		/* "/DOC": as URI there; "/DOC/PATH",
				 * "/card/PATH": as this node */
	const char *as;		/* ServerID of who wants it; NULL: the user */
	bool compare;		/* what is there is read, and only what
				 * differs is sent */
	bool move;		/* the device's own goes once the card has it */
	bool is_private;	/* a document that is made asks for the PIN */
	bool dry;
};
struct dmsc_copied {
	char *device;
	char *uri;		/* "./Mail/in" */
	char *to;		/* "/Mail/Mail/in" */
	char *state;		/* "new", "replaced", "changed", "same" */
	size_t nodes;		/* of the copy */
	unsigned left_out;	/* nodes that may not be read */
	struct dmsc_change *changes;	/* with compare: from the card's to
					 * the device's */
	size_t n_changes;
	bool exposed;		/* secrets stand in a document that anybody
				 * may read */
	bool moved;
	char *way;		/* of the commit; "none", "replace" */
	char *journal;		/* its entry, or NULL */
	unsigned apdus;
};
extern const struct dmsc_view dmsc_copied_view;

/*
 * The card takes the copy wholly or not at all; only when it has it, and it
 * was read back, does the device's own go, by one rename: cut anywhere, at
 * least one of the two is there, and the same call again finishes the work
 * (TORN: behind a recover, as for any commit that was cut).
 *
 * NOTFOUND: the device has no such node. AUTH: as may not read or not erase
 * it, or the session may not write there; next says what to type. USAGE: the
 * working copy holds other changes; the place is none. UNSUPPORTED: no
 * document of management objects; a node that the device cannot lose; a move
 * that would lose what may not be read, or that another document of the card
 * would undo. MISMATCH: the card gives back
 * something else; both are kept. PLAN, SPACE, LIMIT: nothing was written.
 */
int dmsc_device_copy(struct dmsc_session *s, const struct dmsc_copy_opts *o,
    struct dmsc_copied **out) DMSC_MUST_CHECK;

#endif
