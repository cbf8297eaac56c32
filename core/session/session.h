/*
 * The inside of the session handle, for the files of this room: one file per
 * public header (reader.c, file.c, pin.c, doc.c, device.c, sim.c, sign.c).
 */
#ifndef DMSC_SESSION_SESSION_H
#define DMSC_SESSION_SESSION_H

#include "card/end.h"
#include "device/toolkit.h"
#include "guard/guard.h"
#include "link/link.h"
#include "link/secure.h"
#include "session/live.h"
#include "store/store.h"
#include "uicc/uicc.h"

#include <dmsc/api.h>

struct dmsc_session {
	struct dmsc_err err;
	struct dmsc_ui ui;
	bool aside;		/* a file is looked at on another channel */
	char *state_dir;
	char *data_dir;
	char **warnings;
	size_t n_warnings;
	volatile int interrupted;
	bool no_basic_channel;
	char *trace;		/* where the conversation goes, or NULL */
	bool trace_begun;	/* something of it is there already */
	/* The connection; link.ops NULL: none. */
	char *reader;		/* its name, "sim" for the card inside */
	char *image;		/* sim: its file */
	char *served;		/* found by dmsc_served: its socket */
	struct dmsc_card *card;	/* sim: the card, the link's own */
	struct dmsc_toolkit toolkit;	/* since the reset */
	struct session_live live;	/* the device that is on */
	struct session_hold *holds;	/* devices that a call changes now */
	struct dmsc_link link;	/* trace over secure layer over the end */
	struct dmsc_link secure;	/* that layer, link's own */
	struct session_scp *scp;	/* what was opened in it, or NULL */
	struct dmsc_witness *witness;	/* between receipt start and reset */
	unsigned long pull;	/* sim: the APDU that finds no card, 0: none */
	bool pull_after;	/* or whose answer is lost */
	unsigned pace;		/* sim: milliseconds of each APDU */
	bool gained;		/* a right may stand on the card: reset it */
	unsigned long apdus, bytes;	/* of u's, when we connected */
	/* Made at the first connection, kept over all of the session: the
	 * working copy outlives a card that is pulled. */
	struct dmsc_uicc *uicc;
	struct dmsc_guard *guard;
	struct dmsc_store *store;
	const struct dmsc_signer *signer;	/* of commits, borrowed */
};

/* How every call on a card begins: clears the record, forgets the picture
 * of the card where an exchange has failed since. NOREADER: none connected. */
int dmsc_session_need_card(struct dmsc_session *s) DMSC_MUST_CHECK;
void dmsc_session_warn(void *session, const char *text);
/* After a transport error or a reset: picture and rights are void. */
void dmsc_session_forget(struct dmsc_session *s);
/* scp.c: the secure channel is gone: reset, disconnect. */
void dmsc_session_scp_gone(struct dmsc_session *s);
/* talk.c: an object to the card's application; ctx is the session. */
int dmsc_session_to_card(void *ctx, struct dmsc_rd object,
    struct dmsc_buf *answer, struct dmsc_err *e) DMSC_MUST_CHECK;
/* receipt.c: a reset has ended what the card hashes. */
void dmsc_session_receipt_gone(struct dmsc_session *s);
/* The end of store, guard and uicc, after the link is closed. */
void dmsc_session_free_rooms(struct dmsc_session *s);
/*
 * sim.c: the embedded card of an image file as a link end, powered, its ATR
 * in atr. image NULL: dmsc_session_sim_image, made from the profile demo on
 * first use; another one that is missing is NOREADER. LOCKED.
 */
int dmsc_session_open_sim(struct dmsc_session *s, const char *image,
    struct dmsc_link *out, struct dmsc_buf *atr) DMSC_MUST_CHECK;
/* The default image, state_dir/card.img; the caller frees, NULL: no memory. */
char *dmsc_session_sim_image(const struct dmsc_session *s);

#endif
