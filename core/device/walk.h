/* What the players of readers share (device/play.h). */
#ifndef DMSC_DEVICE_WALK_H
#define DMSC_DEVICE_WALK_H

#include "device/play.h"

#define DMSC_WALK_AID "A000000063504B43532D3135"

struct dmsc_walk {
	struct dmsc_link *l;
	struct dmsc_play_found *out;
	struct dmsc_buf *rsp;	/* data of the last answer */
	unsigned sw;
};
bool dmsc_walk_begin(struct dmsc_walk *w, struct dmsc_link *l,
    struct dmsc_play_found *out);
void dmsc_walk_end(struct dmsc_walk *w);
/* One command in hex; false when the link fails. */
bool dmsc_walk_send(struct dmsc_walk *w, const char *fmt, ...)
    DMSC_PRINTF(2, 3);
/* Remembers the first reason; returns false. */
bool dmsc_walk_give_up(struct dmsc_walk *w, const char *why);
/* The last answer becomes (more of) what was found. */
bool dmsc_walk_keep(struct dmsc_walk *w, unsigned fid);
unsigned dmsc_walk_fid(struct dmsc_rd path);	/* its first file identifier */
bool dmsc_walk_same(struct dmsc_rd r, const char *hex);

#endif
