/*
 * Errors: one list for codes, texts, exit statuses and next steps, and the
 * one record that a session keeps of what failed, where, why and what next.
 */
#ifndef DMSC_ERR_H
#define DMSC_ERR_H

#include <stddef.h>

/* name, value, exit status, text, default next step (may be empty) */
#define DMSC_ERRORS(X) \
	X(OK, 0, 0, "done", "") \
	X(SHORT, -1, 10, "the data ends inside a field", "") \
	X(FORMAT, -2, 10, "the data is not well formed", "") \
	X(LIMIT, -3, 10, "the data is larger than its limit", "") \
	X(NOMEM, -4, 5, "out of memory", "") \
	X(USAGE, -5, 2, "wrong usage", "") \
	X(NOREADER, -6, 3, "no such reader or image", "readers") \
	X(CHOICE, -7, 3, "a choice is needed", "readers") \
	X(NOCARD, -8, 4, "no card in the reader", "wait insert") \
	X(REMOVED, -9, 4, "the card was removed", "connect") \
	X(SWAPPED, -10, 4, "this is another card", "connect") \
	X(TRANSPORT, -11, 5, "the transport failed", "reset") \
	X(IO, -12, 5, "a file of this machine cannot be used", "") \
	X(LOCKED, -13, 5, "in use by another process", "") \
	X(SW, -14, 6, "the card refused the command", \
	    "help status-words") \
	X(NOTFOUND, -15, 6, "not there", "") \
	X(EXISTS, -16, 6, "already there", "") \
	X(AUTH, -17, 7, "authentication is needed", "pin status") \
	X(AUTHFAIL, -18, 7, "authentication failed", "pin status") \
	X(BLOCKED, -19, 8, "blocked: no tries left", "pin status") \
	X(GUARD, -20, 8, "held back by the guard", "") \
	X(NOANSWER, -21, 8, "a question had no answer", "") \
	X(CHANNEL, -22, 9, "the secure channel broke", "") \
	X(DATA, -23, 10, "bad input data", "") \
	X(PLAN, -24, 11, "the plan would fail", "plan") \
	X(DROPPED, -25, 11, "changes were dropped", "") \
	X(SPACE, -26, 11, "the card has no room for it", "") \
	X(UNSUPPORTED, -27, 6, "not supported", "") \
	X(MISMATCH, -28, 1, "the comparison does not hold", "") \
	X(SIGNER, -29, 7, "unsigned, unknown or expired signer", "") \
	X(INTERRUPTED, -30, 130, "interrupted", "") \
	X(INTERNAL, -31, 5, "a bug in dmsc", "") \
	X(TORN, -32, 5, "a cut commit is pending on this card", "recover") \
	X(LUA, -33, 13, "an error of Lua's own", "") \
	X(FAILED, -34, 14, "a test failed", "") \
	X(REJECTS, -35, 12, "a batch finished with rejects", "")

enum dmsc_e {
#define DMSC_E_ENUM(name, value, status, text, next) DMSC_E_##name = (value),
	DMSC_ERRORS(DMSC_E_ENUM)
#undef DMSC_E_ENUM
};

#define DMSC_MUST_CHECK __attribute__((warn_unused_result))
#define DMSC_PRINTF(f, a) __attribute__((format(printf, f, a)))

enum { DMSC_ERR_TEXT = 256, DMSC_ERR_NEXT = 4 };

/*
 * The error record. message says what failed (lower case, no full stop);
 * where names the document, file or argument; why the reason; next the
 * lines to type. sw is the card's status word (0: none), dm the DM status
 * (0: none); neither is ever rewritten.
 */
struct dmsc_err {
	int code;
	unsigned sw;
	unsigned dm;
	char message[DMSC_ERR_TEXT];
	char where[DMSC_ERR_TEXT];
	char why[DMSC_ERR_TEXT];
	char next[DMSC_ERR_NEXT][DMSC_ERR_TEXT];
	unsigned n_next;
};

/* The static facts of a code. Never NULL. */
const char *dmsc_e_name(int code);	/* "SHORT" */
const char *dmsc_e_text(int code);
const char *dmsc_e_next(int code);	/* "" when there is none */
int dmsc_e_exit(int code);

/* Starts a record anew. A NULL e is accepted by all of these. Returns code. */
int dmsc_fail(struct dmsc_err *e, int code, const char *fmt, ...)
    DMSC_PRINTF(3, 4);
/* Add to the record that stands; each returns e->code. */
int dmsc_err_where(struct dmsc_err *e, const char *fmt, ...)
    DMSC_PRINTF(2, 3);
int dmsc_err_why(struct dmsc_err *e, const char *fmt, ...) DMSC_PRINTF(2, 3);
int dmsc_err_next(struct dmsc_err *e, const char *fmt, ...) DMSC_PRINTF(2, 3);
/* How much of next is to be typed: without " (3 tries left)" at its end. */
size_t dmsc_err_next_len(const char *next);
int dmsc_err_sw(struct dmsc_err *e, unsigned sw);
void dmsc_err_clear(struct dmsc_err *e);

#endif
