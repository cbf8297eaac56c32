/*
 * PINs and administrative keys, behind the guard (TS 102 221 11.1.9-13).
 * Room guard. WHICH: "1".."8", "81".."88", "adm1".."adm10", or hex "0x0A".
 */
#ifndef DMSC_PIN_H
#define DMSC_PIN_H

#include <dmsc/bytes.h>
#include <dmsc/file.h>
#include <dmsc/secret.h>

enum dmsc_pin_op {
	DMSC_PIN_VERIFY,
	DMSC_PIN_CHANGE,	/* value, fresh */
	DMSC_PIN_UNBLOCK,	/* value is the PUK, fresh the new PIN */
	DMSC_PIN_ENABLE,
	DMSC_PIN_DISABLE
};

int dmsc_pin_ref(const char *which, unsigned *ref) DMSC_MUST_CHECK;
/* "PIN1", "PIN81", "ADM1", "key 0x55" */
void dmsc_pin_name(unsigned ref, char *out, size_t size);

/* State and tries of the usual references, nothing spent. */
int dmsc_pin_status(struct dmsc_session *s, struct dmsc_pin_list **out)
    DMSC_MUST_CHECK;
/* One reference (for the prompt before a value is typed). */
int dmsc_pin_query(struct dmsc_session *s, unsigned ref,
    struct dmsc_pin_state **out) DMSC_MUST_CHECK;
/*
 * Runs op. Tries are asked for first; GUARD at two or fewer or unknown
 * unless spend_try; GUARD when this card has refused the value before;
 * BLOCKED, AUTHFAIL with the tries left, AUTH. fresh: only for CHANGE and
 * UNBLOCK. Where the card says that the PIN is disabled, VERIFY and DISABLE
 * send nothing: OK with a warning. value NULL: nothing is sent; the code is
 * what the guard says of the tries, before a value is asked for.
 */
int dmsc_pin_run(struct dmsc_session *s, enum dmsc_pin_op op, unsigned ref,
    const struct dmsc_secret *value, const struct dmsc_secret *fresh,
    bool spend_try) DMSC_MUST_CHECK;

#endif
