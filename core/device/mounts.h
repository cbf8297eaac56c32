/*
 * Nodes of a device's tree that the card keeps (GEN-17, PRV-1): a document of
 * the card, or a part of it, mounted at a URI. It is read when a command asks
 * for it, held while that message is answered, and never in the device's
 * file, which has the mount alone (./Origin/Mount). Without that card the
 * nodes are not there: 404.
 *
 * Get alone may be said of them: Add, Replace, Delete, Exec are 405, and so is
 * Copy, which would leave the values in the device. They stand under the ACLs
 * that the document has, and where it has none, those of the node that they
 * are mounted below.
 */
#ifndef DMSC_DEVICE_MOUNTS_H
#define DMSC_DEVICE_MOUNTS_H

#include "device/state.h"
#include "dm/respond.h"

#include <dmsc/dm.h>

/* Why power-on takes nothing of it. */
#define DMSC_MOUNT_SKIPPED "mounted: used from the card"

enum { DMSC_MOUNT_TEXT = 1024, DMSC_MOUNTS_MAX = 64 };

struct dmsc_mount_row {
	char uri[DMSC_MOUNT_TEXT];	/* without "./" */
	char path[DMSC_MOUNT_TEXT];	/* "/OperatorX/Mail", "/card/..." */
	char card[64];			/* identity, "": it has none */
	struct dmsc_node *node;		/* of ./Origin/Mount */
};
/* The i-th, from 0; false past the end. */
bool dmsc_mount_at(const struct dmsc_device *d, size_t i,
    struct dmsc_mount_row *out);
/* By its URI, with or without "./". */
bool dmsc_mount_find(const struct dmsc_device *d, const char *uri,
    struct dmsc_mount_row *out);
/* USAGE: no URI for a mount; EXISTS: there is such a node, or a mount at,
 * above or below; NOTFOUND: no parent; LIMIT: too many. out->node is set. */
int dmsc_mount_add(struct dmsc_device *d, struct dmsc_mount_row *row,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_mount_remove(struct dmsc_device *d,
    const struct dmsc_mount_row *row) DMSC_MUST_CHECK;
/* Whether what the card has at path is mounted, a part of it, or something
 * that it is a part of: the device takes no copy of that (power-on). out may
 * be NULL. */
bool dmsc_mount_covers(const struct dmsc_device *d, const char *card,
    const char *path, struct dmsc_mount_row *out);
/* Whether a and b are the same path, or one is above the other. */
bool dmsc_mount_meets(const char *a, const char *b);
/* The last node of a URI in a tree that was made for it; dmsc_device_save
 * leaves what dmsc_mount_show put there away. */
bool dmsc_mount_is_point(const struct dmsc_device *d,
    const struct dmsc_node *n);

/* How the card that is there is read. */
struct dmsc_mount_card {
	/* Its identity, "": it has none; NULL: no card is there. */
	const char *(*who)(void *ctx);
	/* What stands at path on it, as child name of parent. AUTH, NOTFOUND
	 * and what else the way says. */
	int (*read)(void *ctx, const char *path, struct dmsc_tree *t,
	    struct dmsc_node *parent, const char *name, struct dmsc_err *e);
	void *ctx;
};
bool dmsc_mount_is_here(const struct dmsc_mount_row *row,
    const struct dmsc_mount_card *c);
/* An empty node at the place of each mount whose card is there, so that its
 * parent lists it. Before a responder has the tree. */
int dmsc_mount_show(struct dmsc_device *d, const struct dmsc_mount_card *c)
    DMSC_MUST_CHECK;

/* For the hooks of a responder on the device's tree. */
struct dmsc_mounts_opts {
	struct dmsc_device *dev;
	const struct dmsc_mount_card *card;	/* NULL: no card */
	const char *server;		/* as the responder's */
	bool xml;
	const struct dmsc_dm_elsewhere *next;	/* who else; may be NULL */
};
struct dmsc_mounts;
/* What o names lives longer than it. */
int dmsc_mounts_new(const struct dmsc_mounts_opts *o,
    struct dmsc_mounts **out) DMSC_MUST_CHECK;
void dmsc_mounts_free(struct dmsc_mounts **m);
const struct dmsc_dm_elsewhere *dmsc_mounts_past(
    const struct dmsc_mounts *m);
/* Why what is mounted at or above uri could not be read last; NULL: it could,
 * or nothing is. */
const struct dmsc_err *dmsc_mounts_why(const struct dmsc_mounts *m,
    const char *uri);

/* get.c: what the device's own program gets at these URIs (with their
 * queries), mounted or not. The first status that is no success is the error,
 * with *out. */
int dmsc_device_get_run(struct dmsc_device *d,
    const struct dmsc_mount_card *card, const char *const *uris, size_t n,
    struct dmsc_dm_answer **out, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
