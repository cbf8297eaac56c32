/*
 * Orders: Execs of nodes of the device's tree. One that is accepted gets 202
 * and is kept in ./Origin/Order before the server hears so; it is carried out
 * when the session is over, or when the device runs next. What it did to the
 * tree, that it is done, and the Generic Alert that tells the server so are
 * one write of the device's file: nothing is done twice, nothing is lost.
 */
#ifndef DMSC_DEVICE_ORDERS_H
#define DMSC_DEVICE_ORDERS_H

#include "device/world.h"

enum { DMSC_ORDER_URI = 1024, DMSC_ORDER_TEXT = 256,
	DMSC_ORDER_DATA = 65536 };

struct dmsc_order {
	char uri[DMSC_ORDER_URI];	/* without "./" */
	char server[DMSC_ORDER_TEXT];	/* "": the device or its user */
	char correlator[DMSC_ORDER_TEXT];	/* "": none */
	struct dmsc_buf *data;		/* of the Exec; empty */
};
/*
 * One kind of order, a row of the table in orders.c. uri is a pattern, each
 * name as it stands or * for any.
 *
 * may: the Status that the Exec gets, DMSC_DM_ACCEPTED to take it; the tree
 * is the responder's meanwhile and may only be read. NULL: accepted.
 *
 * run: does it on the tree and adds its alerts (alerts.h). What it returns
 * but OK leaves the order for the next time, and the tree as it was: no
 * memory, no card yet. An order that fails for good is OK with an alert that
 * says so. It may save the tree on its way (dmsc_device_save): then it is
 * called again after a cut, and finds what it had saved.
 */
struct dmsc_order_kind {
	const char *uri;
	unsigned (*may)(const struct dmsc_world *w,
	    const struct dmsc_node *n, const struct dmsc_order *o);
	int (*run)(struct dmsc_world *w, const struct dmsc_order *o);
};

/* hooks.exec of the responder; ctx is the world. 406: nothing is done by an
 * Exec of this node. */
unsigned dmsc_order_take(void *ctx, const struct dmsc_node *n,
    const struct dmsc_cmd *c, struct dmsc_rd arg);
/* Those taken since into the tree, which the caller saves before it answers
 * the server. */
int dmsc_orders_keep(struct dmsc_world *w) DMSC_MUST_CHECK;
/* Forgets those taken since. */
void dmsc_orders_drop(struct dmsc_world *w);
/* Carries out all that are kept, oldest first; *n, which may be NULL: how
 * many. Each is saved by itself. The first error ends it, but NOCARD: those
 * that need no card are done first. */
int dmsc_orders_run(struct dmsc_world *w, size_t *n) DMSC_MUST_CHECK;
/* The device itself or its user orders the Exec of a node: kept, not run.
 * NOTFOUND: no such node, UNSUPPORTED: nothing is done there, AUTH: not
 * now (may says no). */
int dmsc_order_add(struct dmsc_world *w, const char *uri)
    DMSC_MUST_CHECK;
size_t dmsc_orders_waiting(const struct dmsc_device *d);

#endif
