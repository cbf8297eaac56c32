/* What the files of the room guard share with each other. */
#ifndef DMSC_GUARD_INSIDE_H
#define DMSC_GUARD_INSIDE_H

#include "guard/guard.h"

#include <dmsc/secret.h>

enum { GUARD_PIN = 8, GUARD_KEYS = 256, GUARD_SAFE_TRIES = 2,
	GUARD_MAC_HEX = 32,
	/* the keys of a secure channel: above this bit; a hash of their AID
	 * and, in the last byte, their version */
	GUARD_SCP = 0x1000000, GUARD_VERSIONS = 0x100 };

struct guard_refused;

struct dmsc_guard {
	struct dmsc_uicc *u;
	struct dmsc_err *err;
	char *state_dir;		/* NULL: no ledger */
	char *id;			/* NULL: none, or not read yet */
	bool known;			/* id is what the card says now */
	struct dmsc_buf *iccid;		/* EF.ICCID as read, may be empty */
	unsigned iccid_apdus, ask_apdus;	/* that it took, and all */
	int last[GUARD_KEYS];		/* tries seen, -1: never */
	bool disabled[GUARD_KEYS];	/* by us: no try is spent since */
	bool told;			/* the card told the tries of the */
	bool off;			/* last PIN, or it was disabled */
	bool keys_stood;		/* a try was open before this one */
	struct dmsc_place home;		/* application of local PINs */
	bool home_known, has_home;
	struct guard_refused *refused;	/* in this session */
	size_t n_refused;
	struct dmsc_secret *recall_key;	/* of their MACs */
};

/* A value about to be sent: the PIN itself, or the PUK of ref. */
struct guard_value {
	unsigned ref;
	bool puk;
	struct dmsc_rd bytes;		/* as encoded */
	bool raw;			/* typed by hand: nothing may move */
	bool wants_on;			/* for a PIN that is enabled alone */
	uint8_t cla;			/* raw: its class, channel included */
};

/* What became of a value that was sent before; the worst word counts. */
enum guard_seen {
	GUARD_NEW,
	GUARD_LOST,		/* no answer came: nobody knows */
	GUARD_REFUSED
};

/* ledger.c: fail with IO in the guard's record. */
int guard_ledger_has(struct dmsc_guard *g, const struct guard_value *v,
    enum guard_seen *seen) DMSC_MUST_CHECK;
/* Before it is sent: LOST, until the answer says more. */
int guard_ledger_add(struct dmsc_guard *g, const struct guard_value *v)
    DMSC_MUST_CHECK;
/* The card found it wrong. Without a file it stays LOST there. */
void guard_ledger_refused(struct dmsc_guard *g, const struct guard_value *v);
/* It was not refused: the entry goes. Best effort: the card has answered. */
void guard_ledger_drop(struct dmsc_guard *g, const struct guard_value *v);
/* ref has another value now: all its entries go. */
void guard_ledger_clear(struct dmsc_guard *g, unsigned ref);

/* locked.c: what is asked of the card moves its selection. */
bool guard_is_secured(struct dmsc_guard *g);
bool guard_has_channel(struct dmsc_guard *g);	/* keys for one */
bool guard_is_locked(struct dmsc_guard *g);
int guard_say_locked(struct dmsc_err *e);	/* AUTH */

/* Whether tries of a key set may have been spent and not been made good. */
enum guard_open {
	GUARD_CLOSED,
	GUARD_OPEN,
	GUARD_UNTOLD		/* the ledger is gone or damaged, or none */
};
int guard_ledger_open(struct dmsc_guard *g, unsigned ref,
    enum guard_open *out) DMSC_MUST_CHECK;
/* The set has been used: its counter is full again. */
void guard_ledger_heal(struct dmsc_guard *g, unsigned ref);
/* Whether what is noted of a may be true of b: the same, or the same keys
 * where one has no version. */
bool guard_covers(unsigned a, unsigned b);

/* A refusal is an answer; what the link says is a failure. */
int guard_refusal_is_fine(struct dmsc_guard *g, int r) DMSC_MUST_CHECK;
/* Selects p; a card that refuses has it not. */
int guard_select(struct dmsc_guard *g, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp, bool *there) DMSC_MUST_CHECK;

/* HMAC over label and data, the first bytes in hex. */
int guard_mac(struct dmsc_guard *g, const struct dmsc_secret *key,
    const char *label, struct dmsc_rd data, char *out, size_t size)
    DMSC_MUST_CHECK;
/* recall.c: the same list for this session, kept without an identity and
 * across resets. The ledger's calls keep it too. */
int guard_recall_has(struct dmsc_guard *g, const struct guard_value *v,
    enum guard_seen *seen) DMSC_MUST_CHECK;
void guard_recall_refused(struct dmsc_guard *g, const struct guard_value *v);
int guard_recall_add(struct dmsc_guard *g, const struct guard_value *v)
    DMSC_MUST_CHECK;
void guard_recall_drop(struct dmsc_guard *g, const struct guard_value *v);
void guard_recall_clear(struct dmsc_guard *g, unsigned ref);
bool guard_recall_open(const struct dmsc_guard *g, unsigned ref);
void guard_recall_heal(struct dmsc_guard *g, unsigned ref);
void guard_recall_free(struct dmsc_guard *g);

/* The lines of a ledger that still count. */
int guard_ledger_tidy(struct dmsc_rd all, struct dmsc_buf *out)
    DMSC_MUST_CHECK;

/* guard.c: the rules before a value is sent; *verified: the card says that
 * there is nothing to do. */
int guard_allow(struct dmsc_guard *g, const struct guard_value *v,
    bool spend_try, bool *verified) DMSC_MUST_CHECK;
/* What the answer means for the ledger; sw 0: the answer is lost. */
void guard_answered(struct dmsc_guard *g, const struct guard_value *v,
    unsigned ins, unsigned sw);
/* status.c: the card says that ref is disabled (FCP), and its answer sw to an
 * empty VERIFY tells no tries. False: it is not, or nobody knows. */
int guard_disabled(struct dmsc_guard *g, unsigned ref, unsigned sw,
    bool *off) DMSC_MUST_CHECK;
/* Selects the application that a local reference belongs to. */
int guard_home(struct dmsc_guard *g, unsigned ref) DMSC_MUST_CHECK;

#endif
