/*
 * Which file takes new bytes: the other slot of the pair, a free or new
 * pair, or the file in use (guarded).
 */
#include "store/plan.h"

#include <stdio.h>

#include "base/base.h"

/* What the file in use, or the part of it, holds. */
static size_t
room_of(const struct dmsc_need *n)
{
	size_t size = n->file->bytes->len;

	return !n->part ? size : n->head >= size ? 0 :
	    DMSC_MIN(n->room, size - n->head);
}

/* Why there is no file but the one in use. */
static const char *
no_other(struct dmsc_build *b)
{
	bool may = false;

	return dmsc_pairs_may(b, &may) == DMSC_E_OK && may ?
	    "all file identifiers from 4D00 to 4DEF are taken" :
	    "this card lets nobody make another one";
}

static int
no_room(struct dmsc_build *b, const struct dmsc_need *n)
{
	const char *why = n->stays ? "the directory cannot name another one" :
	    no_other(b);

	dmsc_fail(b->st->e, DMSC_E_SPACE, "%zu bytes do not fit",
	    n->bytes.left);
	dmsc_err_where(b->st->e, "%s", n->what);
	if (n->file != NULL)
		dmsc_err_why(b->st->e, "its %sfile %04X holds %zu bytes, and "
		    "%s", n->part ? "part of " : "",
		    dmsc_place_fid(&n->file->place), room_of(n), why);
	return dmsc_err_next(b->st->e, "docs");
}

static int
too_large(struct dmsc_build *b, const struct dmsc_need *n)
{
	dmsc_fail(b->st->e, DMSC_E_SPACE, "%zu bytes do not fit",
	    n->bytes.left);
	dmsc_err_where(b->st->e, "%s", n->what);
	dmsc_err_why(b->st->e, "a file of a card holds %d bytes at most",
	    DMSC_EF_MAX);
	return dmsc_err_next(b->st->e, "docs");
}

static int
in_place(struct dmsc_build *b, const struct dmsc_need *n, unsigned *fid)
{
	bool as_found = n->file != NULL && n->as_found.left > 0 &&
	    n->as_found.left <= room_of(n);
	struct dmsc_rd bytes = n->bytes;
	struct dmsc_buf *image;
	int r;

	if (n->file == NULL) {
		const char *why = no_other(b);

		dmsc_fail(b->st->e, DMSC_E_PLAN, "the card has no free files, "
		    "and %s", why);
		dmsc_err_where(b->st->e, "%s", n->what);
		return dmsc_err_next(b->st->e, "file access %s",
		    "3F00/7F50");
	}
	if (n->inside) {
		dmsc_fail(b->st->e, DMSC_E_PLAN, "it stands in a directory, "
		    "and the card lets nobody make a file for it");
		return dmsc_err_where(b->st->e, "%s", n->what);
	}
	*fid = dmsc_place_fid(&n->file->place);
	if (as_found)
		bytes = n->as_found;
	if (bytes.left > room_of(n))
		return no_room(b, n);
	image = dmsc_build_part(dmsc_buf_rd(n->file->bytes), n->head,
	    room_of(n), bytes);
	if (image == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	b->guard = true;
	dmsc_where_forecast(b, n->file, DMSC_MODE_UPDATE);
	if ((r = dmsc_build_op(b, DMSC_OP_GUARD, n->file, &image)) ==
	    DMSC_E_OK)
		b->ops[b->n_ops - 1].head = n->head;
	if (!b->in_place && !b->needs_in_place) {
		b->needs_in_place = true;
		if (b->verdict != DMSC_REFUSED)
			(void)snprintf(b->why, sizeof b->why, n->stays ?
			    "the directory cannot name another file for %s" :
			    "%s has no second slot, and the card lets nobody "
			    "make one", n->what);
	}
	return r;
}

int
dmsc_where(struct dmsc_build *b, const struct dmsc_need *n, unsigned *fid,
    bool *moved)
{
	bool may = false;
	int r;

	*fid = 0;
	*moved = true;
	if (n->bytes.left > DMSC_EF_MAX)
		return too_large(b, n);
	if (n->file != NULL && !n->part && !n->stays &&
	    ((r = dmsc_pairs_other(b, n, fid)) != DMSC_E_OK || *fid != 0))
		return r;
	if (!n->stays && ((r = dmsc_pairs_may(b, &may)) != DMSC_E_OK ||
	    (r = dmsc_pairs_find(b, n, may, fid)) != DMSC_E_OK || *fid != 0))
		return r;
	*moved = false;
	return in_place(b, n, fid);
}
