/*
 * What a commit would do: targets from the working copy, files for them,
 * the directories as they will be, and the switch of the ODF.
 */
#include "store/cardcommit.h"
#include "store/cardtree.h"
#include "store/conceal.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

void
dmsc_build_clear(struct dmsc_build *b)
{
	size_t i;

	for (i = 0; i < b->n_ops; i++)
		dmsc_op_clear(&b->ops[i]);
	free(b->ops);
	for (i = 0; i < b->n_moves; i++)
		dmsc_move_clear(&b->moves[i]);
	free(b->moves);
	for (i = 0; i < b->n_targets; i++) {
		dmsc_buf_free(&b->targets[i].bytes);
		if (b->targets[i].own)
			dmsc_work_drop(b->st, b->targets[i].work);
	}
	free(b->targets);
	for (i = 0; i < b->n_signs; i++)
		dmsc_view_clear(&dmsc_doc_signed_view, &b->signs[i]);
	free(b->signs);
	dmsc_buf_free(&b->odf);
	dmsc_cardcmds_clear(&b->cmds);
	memset(b, 0, sizeof *b);
}

const char *
dmsc_build_way(const struct dmsc_build *b)
{
	if (b->n_ops == 0)
		return b->card ? "atomic" : "none";
	return b->straight ? "straight" : b->guard ? "in place, guarded" :
	    b->create ? "create" : "pair";
}

int
dmsc_build_op(struct dmsc_build *b, enum dmsc_opkind kind,
    struct dmsc_sfile *file, struct dmsc_buf **after)
{
	struct dmsc_op *op = dmsc_list_add(&b->ops, &b->n_ops, sizeof *op);

	if (op == NULL) {
		if (after != NULL)
			dmsc_buf_free(after);
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	}
	op->kind = kind;
	op->file = file;
	if (after != NULL) {
		op->after = *after;
		*after = NULL;
	}
	return DMSC_E_OK;
}

static struct dmsc_sdoc *
doc_of_work(struct dmsc_store *st, const struct dmsc_work *w)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++)
		if (st->docs[i].work == w)
			return &st->docs[i];
	return NULL;
}

static int
add_target(struct dmsc_build *b, struct dmsc_sdoc *d, struct dmsc_work *w)
{
	struct dmsc_target *t = dmsc_list_add(&b->targets, &b->n_targets,
	    sizeof *t);

	if (t == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	t->doc = d;
	t->work = w;
	t->fid = d != NULL ? dmsc_place_fid(&d->file.place) : 0;
	if (w->removed)
		return DMSC_E_OK;
	if ((t->bytes = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	return dmsc_work_bytes(b->st, w, t->bytes);
}

static int
collect(struct dmsc_build *b)
{
	struct dmsc_work *w, *next;
	struct dmsc_sdoc *d;
	int r;

	for (w = b->st->works; w != NULL; w = next) {
		next = w->next;
		d = doc_of_work(b->st, w);
		if (!dmsc_work_dirty(w))
			continue;
		if (d != NULL && !w->removed) {
			if ((r = dmsc_work_check(b->st, d)) != DMSC_E_OK ||
			    (r = dmsc_sdoc_read(b->st, d, false)) !=
			    DMSC_E_OK || (d->has_range && (r =
			    dmsc_sfile_read(b->st, &d->file)) != DMSC_E_OK))
				return r;
			if (d->work == NULL)
				continue;	/* other bytes by now */
		}
		if ((r = add_target(b, d, w)) != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

/* One byte of one document: its UPDATE BINARY is atomic by itself. */
static int
try_straight(struct dmsc_build *b)
{
	struct dmsc_target *t = &b->targets[0];
	struct dmsc_sfile *f;
	struct dmsc_buf *image;
	size_t bytes, at, room;

	if (t->doc == NULL || t->bytes == NULL)
		return DMSC_E_OK;
	f = &t->doc->file;
	at = t->doc->has_range ? t->doc->index : 0;
	room = t->doc->has_range ? t->doc->length : f->bytes->len;
	if (t->doc->is_dir || t->bytes->len > room ||
	    at + t->bytes->len > f->bytes->len)
		return DMSC_E_OK;
	image = dmsc_build_part(dmsc_buf_rd(f->bytes), at, room,
	    dmsc_buf_rd(t->bytes));
	if (image == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	if (dmsc_ranges(dmsc_buf_rd(f->bytes), dmsc_buf_rd(image), 1,
	    &bytes) != 1) {
		dmsc_buf_free(&image);
		return DMSC_E_OK;
	}
	b->straight = true;
	dmsc_where_forecast(b, f, DMSC_MODE_UPDATE);
	return dmsc_build_op(b, DMSC_OP_STRAIGHT, f, &image);
}

/* What stands in a directory gets a file of its own or stays as it is; a
 * directory that is named as a document is never written as one. */
static int
may_place(struct dmsc_build *b, const struct dmsc_target *t)
{
	const struct dmsc_target *o;

	if (t->doc == NULL)
		return DMSC_E_OK;
	if (t->doc->is_dir || (t->doc->direct && t->doc->stays)) {
		dmsc_fail(b->st->e, DMSC_E_PLAN, t->doc->is_dir ?
		    "its file is a directory, not a document" :
		    "it stands in a directory that is left as it is");
		return dmsc_err_where(b->st->e, "/%s", t->work->name);
	}
	for (o = b->targets; o < t; o++)
		if (o->doc != NULL && !o->moved && o->bytes != NULL &&
		    dmsc_place_eq(&o->doc->file.place, &t->doc->file.place)) {
			dmsc_fail(b->st->e, DMSC_E_PLAN, "two documents of "
			    "one file change");
			dmsc_err_where(b->st->e, "/%s", t->work->name);
			return dmsc_err_next(b->st->e, "revert /%s",
			    t->work->name);
		}
	return DMSC_E_OK;
}

static int
place_target(struct dmsc_build *b, struct dmsc_target *t)
{
	char what[DMSC_ERR_TEXT];
	struct dmsc_need n = { .bytes = dmsc_buf_rd(t->bytes),
	    .first = DMSC_FID_DOCS, .last = DMSC_FID_DOCS_END,
	    .least = t->work->size, .what = what,
	    .is_private = t->doc == NULL && t->work->is_private };
	int r;

	if ((r = may_place(b, t)) != DMSC_E_OK)
		return r;
	(void)snprintf(what, sizeof what, "/%s", t->work->name);
	if (t->doc != NULL) {
		n.file = &t->doc->file;
		n.slot = &t->doc->slot;
		n.inside = t->doc->direct;
		n.part = t->doc->has_range;
		n.head = t->doc->index;
		n.room = t->doc->length;
		n.stays = t->doc->stays;
		n.sec_tag = n.file->fcp.sec_tag;
		n.sec = n.file->fcp.sec;
	} else if ((r = dmsc_where_rules(b, t->work->is_private,
	    &n.sec_tag, &n.sec)) != DMSC_E_OK)
		return dmsc_err_where(b->st->e, "%s", what);
	r = dmsc_where(b, &n, &t->fid, &t->moved);
	if (r == DMSC_E_OK)
		dmsc_conceal_file(b->st, t->work->kind,
		    t->work->is_private, t->fid);
	return r;
}

/* Why a directory that would change cannot. */
static int
left_as_it_is(struct dmsc_build *b, const struct dmsc_sdir *d,
    const char *what)
{
	dmsc_fail(b->st->e, DMSC_E_PLAN, d->listed ? "a list in the object "
	    "directory is left as it is" :
	    "a broken directory is left as it is");
	return dmsc_err_where(b->st->e, "%s", what);
}

/* The two bytes at offset at of the ODF as it will be. */
static int
place_changed(struct dmsc_build *b, size_t dir, struct dmsc_need *n)
{
	struct dmsc_sdir *d = &b->st->dirs[dir];
	bool moved = false;
	unsigned fid;
	int r;

	n->file = &d->file;
	n->slot = &d->slot;
	n->part = d->has_range;
	n->head = d->index;
	n->room = d->length;
	n->first = DMSC_FID_DODF1;
	n->last = DMSC_FID_DOCS_END;
	n->least = d->file.fcp.size == SIZE_MAX || d->has_range ? 0 :
	    d->file.fcp.size;
	n->sec_tag = d->file.fcp.sec_tag;
	n->sec = d->file.fcp.sec;
	if ((r = dmsc_sdir_whole(b->st, d)) == DMSC_E_OK)
		r = dmsc_where(b, n, &fid, &moved);
	b->dir_to[dir] = moved ? fid : 0;
	return r;
}

/* A directory whose entries change moves to its other slot. */
static int
place_dir(struct dmsc_build *b, size_t dir)
{
	const struct dmsc_sdir *d = &b->st->dirs[dir];
	struct dmsc_buf *now = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_buf *here = dmsc_buf_new(DMSC_EF_MAX);
	char what[DMSC_ERR_TEXT];
	struct dmsc_need n = { .what = what };
	bool changed = false;
	int r = DMSC_E_NOMEM;

	(void)snprintf(what, sizeof what, "directory %04X",
	    dmsc_place_fid(&d->file.place));
	if (now == NULL || here == NULL ||
	    (r = dmsc_dir_image(b, dir, false, now, &changed)) != DMSC_E_OK ||
	    (r = dmsc_dir_image(b, dir, true, here, &changed)) != DMSC_E_OK)
		dmsc_fail(b->st->e, r, "cannot write a directory");
	else if (changed && (d->broken || d->listed))
		r = left_as_it_is(b, d, what);
	else if (changed) {
		n.bytes = dmsc_buf_rd(now);
		n.as_found = dmsc_buf_rd(here);
		r = place_changed(b, dir, &n);
	}
	dmsc_buf_free(&now);
	dmsc_buf_free(&here);
	return r;
}

/* What is no single UPDATE BINARY is no switch: a cut between would leave
 * half of it. */
static void
switch_in_one(struct dmsc_build *b)
{
	struct dmsc_store *st = b->st;
	size_t bytes;

	if (dmsc_ranges(dmsc_buf_rd(st->odf_file.bytes), dmsc_buf_rd(b->odf),
	    dmsc_uicc_update_block(st->u), &bytes) < 2 || b->in_place)
		return;
	b->needs_in_place = true;
	if (b->verdict != DMSC_REFUSED)
		(void)snprintf(b->why, sizeof b->why, "the object directory "
		    "(5031) would not change by one command");
}

static int
place_dirs(struct dmsc_build *b)
{
	struct dmsc_store *st = b->st;
	struct dmsc_buf *after;
	size_t i;
	int r;

	if ((r = dmsc_build_second(b)) != DMSC_E_OK)
		return r;
	for (i = 0; i < st->n_dirs; i++)
		if (!st->dirs[i].missing &&
		    (r = place_dir(b, i)) != DMSC_E_OK)
			return r;
	if ((r = dmsc_odf_image(b)) != DMSC_E_OK)
		return r;
	if (dmsc_rd_eq(dmsc_buf_rd(b->odf), dmsc_buf_rd(st->odf_file.bytes)))
		return DMSC_E_OK;
	dmsc_where_forecast(b, &st->odf_file, DMSC_MODE_UPDATE);
	switch_in_one(b);
	after = dmsc_buf_from(dmsc_buf_rd(b->odf), DMSC_EF_MAX);
	if (after == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	return dmsc_build_op(b, DMSC_OP_SWITCH, &st->odf_file, &after);
}

static bool
is_dir(const struct dmsc_build *b, const struct dmsc_op *op)
{
	size_t i;

	for (i = 0; i < b->st->n_dirs; i++)
		if (op->file == &b->st->dirs[i].file)
			return true;
	return false;
}

/* A signature that goes does so before its document changes. */
static int
rank(const struct dmsc_build *b, const struct dmsc_op *op)
{
	return op->kind == DMSC_OP_GUARD ?
	    (b->n_signs > 0 && is_dir(b, op) ? 1 : 2) :
	    op->kind == DMSC_OP_SWITCH ? 3 : 0;
}

/* First what nobody reads yet, then files in use, the switch last. */
static void
order(struct dmsc_build *b)
{
	struct dmsc_op op;
	size_t i, k;

	for (i = 1; i < b->n_ops; i++)
		for (k = i; k > 0 && rank(b, &b->ops[k - 1]) >
		    rank(b, &b->ops[k]); k--) {
			op = b->ops[k];
			b->ops[k] = b->ops[k - 1];
			b->ops[k - 1] = op;
		}
}

static int
nowhere(struct dmsc_store *st)
{
	dmsc_fail(st->e, DMSC_E_PLAN, "there is no place for documents");
	dmsc_err_why(st->e, "%s", st->why != NULL ? st->why :
	    "the card names no data object directory");
	return st->state == DMSC_P15_BLANK ? dmsc_uicc_blank_next(st->e) :
	    dmsc_err_next(st->e, "card prepare");
}

static int
build_files(struct dmsc_build *b)
{
	size_t i;
	int r;

	if ((r = dmsc_store_load(b->st)) != DMSC_E_OK ||
	    (r = collect(b)) != DMSC_E_OK ||
	    (r = dmsc_build_signatures(b)) != DMSC_E_OK ||
	    (b->n_targets == 0 && !b->st->mend))
		return r;
	if (!b->st->have_app || b->st->n_dirs == 0)
		return nowhere(b->st);
	if (b->n_targets == 1 && !b->st->mend &&
	    (r = try_straight(b)) != DMSC_E_OK)
		return r;
	for (i = 0; i < b->n_targets && !b->straight; i++)
		if (b->targets[i].bytes != NULL &&
		    (r = place_target(b, &b->targets[i])) != DMSC_E_OK)
			return r;
	if (!b->straight && (r = place_dirs(b)) != DMSC_E_OK)
		return r;
	order(b);
	return dmsc_build_moves(b);
}

static bool
any_file(const struct dmsc_store *st)
{
	const struct dmsc_work *w = st->works;

	while (w != NULL && !dmsc_work_dirty(w))
		w = w->next;
	return w != NULL || st->mend;
}

/* Where /card alone changes, no directory is read. */
int
dmsc_build_all(struct dmsc_build *b)
{
	int r = DMSC_E_OK;

	b->verdict = DMSC_ALLOWED;
	if (any_file(b->st) || !dmsc_cardtree_dirty(b->st))
		r = build_files(b);
	return r == DMSC_E_OK ? dmsc_build_card(b) : r;
}
