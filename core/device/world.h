/*
 * What a device that runs has about it: its tree, its card, its user, the
 * net. The room session fills it; whatever the device does by itself or by
 * order is given it.
 */
#ifndef DMSC_DEVICE_WORLD_H
#define DMSC_DEVICE_WORLD_H

#include "device/mounts.h"
#include "dm/respond.h"

#include <dmsc/events.h>

enum { DMSC_WORLD_ORDERS = 64 };	/* of one message */

struct dmsc_order;

struct dmsc_world {
	struct dmsc_device *dev;
	const char *state_dir;
	/* The card: its identity, NULL: none or it has none. */
	const char *card;
	/* One object to its DM-SC application, the answer appended; NULL:
	 * there is none. */
	int (*exchange)(void *ctx, struct dmsc_rd object,
	    struct dmsc_buf *answer, struct dmsc_err *e);
	/* Whether the card finds by the key of its Management Authority (a
	 * public key whose private one it does not hold) that signature is
	 * over data: OK, MISMATCH (of other data), SIGNER (by no such key),
	 * or why it cannot tell. NULL: no card. */
	int (*approve)(void *ctx, struct dmsc_rd data,
	    struct dmsc_rd signature, struct dmsc_err *e);
	/* Nodes of the device that the card keeps. */
	struct dmsc_mount_card mounts;
	void *ctx;
	size_t max_msg;			/* bytes of a message to the card */
	/* The user. */
	enum dmsc_confirm confirm;
	int (*ask)(void *arg, const char *question, bool *yes);
	int (*input)(void *arg, const char *question,
	    const struct dmsc_input *what, struct dmsc_buf *out);
	void *arg;
	/* The net. */
	const char *ca_file;		/* NULL: those of this machine */
	bool plain;			/* credentials may go over http: */
	const volatile int *interrupted;
	int64_t now;			/* seconds since 1970, UTC */
	struct dmsc_err *e;
	/* Who commands now: a ServerID; NULL: the device or its user. */
	const char *server;
	/* Orders taken of the message that is being obeyed (orders.c). */
	struct dmsc_order *taken[DMSC_WORLD_ORDERS];
	size_t n_taken;
};

#endif
