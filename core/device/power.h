/*
 * Power-on of the simulated device (poweron.c), inside: what its parts share.
 * Each row of the report is a document.
 */
#ifndef DMSC_DEVICE_POWER_H
#define DMSC_DEVICE_POWER_H

#include "device/device.h"
#include "device/state.h"

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
	char card[64];
	int outcome;	/* the first code that is no reason to stop */
	struct dmsc_err said;	/* its record */
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

/* power_take.c: the bytes of a document into the device's tree, or why not. */
int dmsc_power_take(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_rd bytes, struct dmsc_taken *t) DMSC_MUST_CHECK;

#endif
