/*
 * Layers over a link, and the replay end.
 *
 * A recording (tests/cards/NAME.apdu) is text, one item a line: "# comment",
 * "atr HEX", "protocol T=0" or "T=1" as the reader spoke, "reset" or "reset
 * cold", "> HEX" a command, "< HEX" its answer with SW; a command without one
 * lost its answer. "else HEX", for replay in any order: the answer to every
 * command that is not there. "**" stands for one masked byte (PIN values,
 * keys, document bytes that are secret by content); in a command it matches
 * any byte on replay, in an answer it comes back as FF.
 */
#ifndef DMSC_LINK_LAYERS_H
#define DMSC_LINK_LAYERS_H

#include "link/link.h"

/* Each takes over *below (sets it empty) and closes it with itself; where it
 * fails *below stays. path NULL: no recording yet. */
int dmsc_trace_over(struct dmsc_link *below, const char *path,
    struct dmsc_link *out, struct dmsc_err *e) DMSC_MUST_CHECK;
/*
 * Starts a recording in a new file (0600) or ends it (path NULL). IO; ending
 * one tells whether all of it could be written. A recording that stood is
 * ended first. Nothing happens, and OK, on a link that is no trace layer.
 */
int dmsc_trace_to(struct dmsc_link *trace, const char *path,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The same behind what path holds: after a new connection. */
int dmsc_trace_more(struct dmsc_link *trace, const char *path,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The ATR that recordings begin with; told once after opening the end. */
void dmsc_trace_atr(struct dmsc_link *trace, struct dmsc_rd atr);
/* True once after an exchange or a transaction failed: what was known of the
 * card is void. */
bool dmsc_trace_failed(struct dmsc_link *trace);

enum dmsc_fault_kind {
	DMSC_FAULT_BEFORE,	/* the command never reaches the card */
	DMSC_FAULT_AFTER,	/* the card does it, the answer is lost */
	DMSC_FAULT_TEAR,	/* an UPDATE reaches it cut after `bytes` */
	DMSC_FAULT_FLIP,	/* one bit of the answer is flipped */
	DMSC_FAULT_SW		/* done, the answer is replaced by `sw` */
};
struct dmsc_fault {
	unsigned long at;	/* the at-th APDU from now, from 1; 0: never */
	enum dmsc_fault_kind kind;
	size_t bytes;		/* TEAR: data bytes that arrive; FLIP: bit */
	unsigned sw;
	bool sticky;		/* a power cut: REMOVED now and later, not
				 * TRANSPORT once; arming again ends it */
	unsigned pace;		/* milliseconds that each APDU takes longer */
};
int dmsc_fault_over(struct dmsc_link *below, struct dmsc_link *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_fault_arm(struct dmsc_link *fault, const struct dmsc_fault *f);
unsigned long dmsc_fault_count(const struct dmsc_link *fault);

/* Answers from a recording; a command that is not the next one is
 * TRANSPORT, with both in the record. loose: any order, a reset whenever one
 * is asked for. */
int dmsc_replay_open(const char *path, bool loose, struct dmsc_link *out,
    struct dmsc_buf *atr, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
