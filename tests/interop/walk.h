/* What the readers of readers.h share. */
#ifndef DMSC_TESTS_WALK_H
#define DMSC_TESTS_WALK_H

#include "interop/readers.h"

#define WALK_AID "A000000063504B43532D3135"

struct walk {
	struct dmsc_link *l;
	struct reader_found *out;
	struct dmsc_buf *rsp;	/* data of the last answer */
	unsigned sw;
};
bool walk_begin(struct walk *w, struct dmsc_link *l,
    struct reader_found *out);
void walk_end(struct walk *w);
/* One command in hex; false when the link fails. */
bool walk_send(struct walk *w, const char *fmt, ...) DMSC_PRINTF(2, 3);
/* Remembers the first reason; returns false. */
bool walk_give_up(struct walk *w, const char *why);
/* The last answer becomes (more of) what was found. */
bool walk_keep(struct walk *w, unsigned fid);
unsigned walk_fid(struct dmsc_rd path);	/* its first file identifier */
bool walk_same(struct dmsc_rd r, const char *hex);

#endif
