/*
 * Power-on of the simulated device (poweron.c), inside: what its parts share.
 * Each row of the report is a document.
 */
#ifndef DMSC_DEVICE_POWER_H
#define DMSC_DEVICE_POWER_H

#include "device/carddocs.h"
#include "device/device.h"
#include "device/seen.h"

#define DMSC_POWER_RULES "DMSC"		/* the document's own rules MO */

struct dmsc_power {
	struct dmsc_uicc *u;
	struct dmsc_guard *g;
	struct dmsc_store *st;
	struct dmsc_device *dev;
	const struct dmsc_poweron_opts *o;
	int (*ask)(void *arg, const char *question, bool *yes);
	void *arg;
	struct dmsc_poweron *report;
	struct dmsc_err *e;
	const struct dmsc_poweron_env *env;
	char card[64];
	int outcome;	/* the first code that is no reason to stop */
	struct dmsc_err said;	/* its record */
	struct dmsc_tree *own;	/* /card, or the group of it that is asked
				 * for; NULL: not read */
	bool group_is_own;	/* own is that group */
	char own_why[DMSC_ERR_TEXT];	/* why it may not be read, or "" */
	bool all_stays;		/* nothing of this card is gone */
	bool no_files;		/* nothing was found in them */
	bool doubt;		/* a look at the same card may see more */
	bool in_way;		/* the device has something of its own where
				 * a document would go */
	unsigned long faults;	/* of the card, before */
	bool unchanged;		/* by its counter: nothing was read */
	bool renewed;		/* what is remembered of it */
};

int dmsc_power_nomem(struct dmsc_power *p);	/* fails with NOMEM */
/* NULL: no memory. */
struct dmsc_taken *dmsc_power_row(struct dmsc_power *p,
    const char *document, const char *kind);
int dmsc_power_state(struct dmsc_power *p, struct dmsc_taken *t,
    const char *state, const char *why) DMSC_MUST_CHECK;
int dmsc_power_places(struct dmsc_power *p, struct dmsc_taken *t,
    const struct dmsc_origin *o) DMSC_MUST_CHECK;
/* A document that cannot be decoded, the record says why; one that may not
 * be read is skipped, what was taken stays. Other codes are handed on. */
int dmsc_power_broken(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_taken *t) DMSC_MUST_CHECK;
int dmsc_power_unread(struct dmsc_power *p, const struct dmsc_doc *doc,
    int code, struct dmsc_taken *t) DMSC_MUST_CHECK;

/* power_take.c: the bytes of a document into the device's tree, or why not;
 * objects that are decoded already, whose rules are among them. */
int dmsc_power_take(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_rd bytes, struct dmsc_taken *t) DMSC_MUST_CHECK;
int dmsc_power_take_tree(struct dmsc_power *p, const struct dmsc_doc *doc,
    const struct dmsc_tree *mos, struct dmsc_taken *t) DMSC_MUST_CHECK;
/* Whether all MOs of an origin are still in the tree. */
bool dmsc_power_all_there(struct dmsc_power *p, const struct dmsc_origin *o);

/* power_trust.c: the options into the device's settings; a document, taken
 * where whose signature it has is enough for them; one that has none. */
int dmsc_power_trust(struct dmsc_power *p) DMSC_MUST_CHECK;
int dmsc_power_take_signed(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_rd bytes, struct dmsc_taken *t) DMSC_MUST_CHECK;
int dmsc_power_take_unsigned(struct dmsc_power *p,
    const struct dmsc_doc *doc, const struct dmsc_tree *mos,
    struct dmsc_taken *t) DMSC_MUST_CHECK;

/* power_own.c: the card's own tree. read: into p->own, where the card knows
 * the device; NOTFOUND of a group that it does not have is no error. listed:
 * whether it has (or may have, where it was not read) the document. */
int dmsc_power_own_read(struct dmsc_power *p) DMSC_MUST_CHECK;
int dmsc_power_own_take(struct dmsc_power *p) DMSC_MUST_CHECK;
bool dmsc_power_own_listed(struct dmsc_power *p, const char *document);

/* power_hello.c: card and device tell each other what they support. */
int dmsc_power_hello(struct dmsc_power *p) DMSC_MUST_CHECK;
/* Whether the card knows the device, so that its own tree may be read. */
bool dmsc_power_known(const struct dmsc_power *p);
/* Whether all is as when the card was taken last, by its own word; then the
 * rows of the report are made. */
int dmsc_power_same(struct dmsc_power *p, bool *same) DMSC_MUST_CHECK;
/* For the next time, where the card's word can be believed then. */
int dmsc_power_remember(struct dmsc_power *p) DMSC_MUST_CHECK;
/* poweron.c: what came from another card goes, and of this card what it has
 * no longer; l NULL: it has no documents in files. */
int dmsc_power_remove_gone(struct dmsc_power *p,
    const struct dmsc_doc_list *l) DMSC_MUST_CHECK;

#endif
