/*
 * The guard: who this card is, how many tries are left, and the ledger of
 * values that it has refused. Nothing that spends a try passes by it.
 */
#ifndef DMSC_GUARD_GUARD_H
#define DMSC_GUARD_GUARD_H

#include "uicc/uicc.h"

#include <dmsc/pin.h>

struct dmsc_guard;

/* state_dir holds the ledger ("ledger", 0600) and its key; NULL: none. */
struct dmsc_guard *dmsc_guard_new(struct dmsc_uicc *u, const char *state_dir,
    struct dmsc_err *e);
void dmsc_guard_free(struct dmsc_guard **g);
/* The card was reset, lost or left: identity and tries are asked anew. */
void dmsc_guard_forget(struct dmsc_guard *g);
/* "eid:...", "cplc:...", "iccid:..." or NULL (none); read once, borrowed. */
int dmsc_guard_identity(struct dmsc_guard *g, const char **out)
    DMSC_MUST_CHECK;
/* A caller who knows which card has this EF.ICCID, just read, says so: the
 * rest is not asked. */
int dmsc_guard_assume(struct dmsc_guard *g, const char *identity,
    struct dmsc_rd iccid) DMSC_MUST_CHECK;
/* The same where it was read already, else NULL: costs nothing. */
const char *dmsc_guard_known(const struct dmsc_guard *g);
/* Reads it from the card again: SWAPPED when it is another one than at the
 * first call since forget. OK where the card tells nobody. */
int dmsc_guard_same_card(struct dmsc_guard *g) DMSC_MUST_CHECK;
/* How many APDUs that takes, once the identity is known. */
unsigned dmsc_guard_same_apdus(const struct dmsc_guard *g);
/* value NULL: only whether the tries allow it. */
int dmsc_guard_pin(struct dmsc_guard *g, enum dmsc_pin_op op, unsigned ref,
    const struct dmsc_secret *value, const struct dmsc_secret *fresh,
    bool spend_try) DMSC_MUST_CHECK;
/* The PIN of the last call was disabled: nothing was sent. VERIFY and
 * DISABLE are OK then, what they are for is so already. */
bool dmsc_guard_was_off(const struct dmsc_guard *g);
/* EF.ICCID as read with the identity, empty where there is none. */
struct dmsc_rd dmsc_guard_iccid(struct dmsc_guard *g);
/* How dmsc_pin_ref reads it: "1", "81", "adm1", "0x55". */
void dmsc_pin_which(unsigned ref, char *out, size_t size);
/* All references that the applications list, appended to out. */
int dmsc_guard_status(struct dmsc_guard *g, struct dmsc_pin_list *out)
    DMSC_MUST_CHECK;
int dmsc_guard_query(struct dmsc_guard *g, unsigned ref,
    struct dmsc_pin_state *out) DMSC_MUST_CHECK;
/*
 * After a call that failed with AUTH (6982, or a forecast): the record says
 * "not readable" (or "not writable"), what the access rule of p asks for in
 * mode, and what to type next with the tries left; where and sw stay. Other
 * records are left alone. Returns the record's code.
 */
int dmsc_guard_explain(struct dmsc_guard *g, const struct dmsc_place *p,
    enum dmsc_mode mode);
/* AUTH, and what to type, on a card that asks for a secure channel before
 * anything else; OK: it does not, or one is open. Spends nothing. */
int dmsc_guard_locked(struct dmsc_guard *g) DMSC_MUST_CHECK;
/* The same for the use of a key of the card that asks for the PIN ref (0:
 * nobody tells which), each: for every use. */
int dmsc_guard_explain_key(struct dmsc_guard *g, unsigned ref, bool each);
/* For a raw APDU: OK when it spends nothing or may be sent. The answer must
 * be told by dmsc_guard_raw_done. */
int dmsc_guard_raw(struct dmsc_guard *g, struct dmsc_rd cmd, bool spend_try)
    DMSC_MUST_CHECK;
void dmsc_guard_raw_done(struct dmsc_guard *g, struct dmsc_rd cmd,
    unsigned sw);

/*
 * Keys of a secure channel, known by their check values: before INITIALIZE
 * UPDATE, which spends a try that no card tells of. GUARD for what this card
 * has refused; and without spend_try where a try of this key set may have
 * been spent in vain, in any session, or nobody can know: a card that does
 * not tell who it is, a ledger that is gone or damaged. What became of it is
 * told by dmsc_guard_keys_done; a lost answer counts as spent.
 */
struct dmsc_guard_set {
	struct dmsc_rd aid;	/* whose keys */
	unsigned version;	/* asked for, 0: any */
	struct dmsc_rd check;
};
enum dmsc_guard_end {
	DMSC_KEYS_TAKEN,
	DMSC_KEYS_REFUSED,
	DMSC_KEYS_UNSPENT	/* the card did not begin */
};
int dmsc_guard_keys(struct dmsc_guard *g, const struct dmsc_guard_set *k,
    bool spend_try) DMSC_MUST_CHECK;
/* version: what the card has answered with. */
void dmsc_guard_keys_done(struct dmsc_guard *g,
    const struct dmsc_guard_set *k, unsigned version,
    enum dmsc_guard_end end);
/* The card has new keys there: what was refused may be right now. */
void dmsc_guard_keys_put(struct dmsc_guard *g, struct dmsc_rd aid,
    unsigned version);

#endif
