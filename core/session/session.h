/*
 * The inside of the session handle, for the files of this room: one file per
 * public header (reader.c, file.c, pin.c, doc.c, device.c, sim.c, sign.c).
 */
#ifndef DMSC_SESSION_SESSION_H
#define DMSC_SESSION_SESSION_H

#include "card/end.h"
#include "guard/guard.h"
#include "link/link.h"
#include "store/store.h"
#include "uicc/uicc.h"

#include <dmsc/api.h>

struct dmsc_session {
	struct dmsc_err err;
	struct dmsc_ui ui;
	char *state_dir;
	char *data_dir;
	char **warnings;
	size_t n_warnings;
	volatile int interrupted;
	/* The connection; link.ops NULL: none. */
	char *reader;
	struct dmsc_link link;		/* a trace layer over the end */
	struct dmsc_uicc *uicc;
	struct dmsc_guard *guard;
	struct dmsc_store *store;
};

/* OK when a card is connected, else NOREADER in the record. */
int dmsc_session_need_card(struct dmsc_session *s) DMSC_MUST_CHECK;
void dmsc_session_warn(void *session, const char *text);
/* After a transport error or a reset: picture and rights are void. */
void dmsc_session_forget(struct dmsc_session *s);

#endif
