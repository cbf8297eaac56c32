/*
 * What a commit would do: targets from the working copy, files for them,
 * the directories as they will be, and the switch of the ODF.
 */
#include "store/conceal.h"
#include "store/plan.h"

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
	for (i = 0; i < b->n_targets; i++)
		dmsc_buf_free(&b->targets[i].bytes);
	free(b->targets);
	dmsc_buf_free(&b->odf);
	memset(b, 0, sizeof *b);
}

const char *
dmsc_build_way(const struct dmsc_build *b)
{
	return b->n_ops == 0 ? "none" : b->straight ? "straight" :
	    b->guard ? "in place, guarded" : b->create ? "create" : "pair";
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
			    DMSC_E_OK)
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
	size_t bytes, at;

	if (b->n_targets != 1 || t->doc == NULL || t->bytes == NULL)
		return DMSC_E_OK;
	f = &t->doc->file;
	at = t->doc->has_range ? t->doc->index : 0;
	if (at + t->bytes->len > f->bytes->len)
		return DMSC_E_OK;
	image = dmsc_build_image(f->bytes->len, at, dmsc_buf_rd(t->bytes),
	    dmsc_buf_rd(f->bytes));
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

static int
place_target(struct dmsc_build *b, struct dmsc_target *t)
{
	char what[DMSC_ERR_TEXT];
	struct dmsc_need n = { .bytes = dmsc_buf_rd(t->bytes),
	    .first = DMSC_FID_DOCS, .last = DMSC_FID_DOCS_END,
	    .least = t->work->size, .what = what };
	int r;

	(void)snprintf(what, sizeof what, "/%s", t->work->name);
	if (t->doc != NULL) {
		n.file = &t->doc->file;
		n.slot = &t->doc->slot;
		n.head = t->doc->has_range ? t->doc->index : 0;
		n.sec_tag = n.file->fcp.sec_tag;
		n.sec = n.file->fcp.sec;
	} else if ((r = dmsc_where_rules(b, t->work->is_private,
	    &n.sec_tag, &n.sec)) != DMSC_E_OK)
		return dmsc_err_where(b->st->e, "%s", what);
	if ((r = dmsc_where(b, &n, &t->fid)) == DMSC_E_OK)
		dmsc_conceal_file(b->st, t->work->kind,
		    t->work->is_private, t->fid);
	return r;
}

/* A directory whose entries change moves to its other slot. */
static int
place_dir(struct dmsc_build *b, size_t dir, unsigned *fid)
{
	struct dmsc_sdir *d = &b->st->dirs[dir];
	struct dmsc_buf *now = dmsc_buf_new(DMSC_EF_MAX);
	char what[DMSC_ERR_TEXT];
	bool changed = false;
	struct dmsc_need n = { .file = &d->file, .slot = &d->slot,
	    .first = DMSC_FID_DODF1, .last = DMSC_FID_DOCS, .what = what };
	int r = DMSC_E_NOMEM;

	*fid = dmsc_place_fid(&d->file.place);
	(void)snprintf(what, sizeof what, "directory %04X", *fid);
	if (now == NULL || (r = dmsc_dir_image(b, dir, now, &changed)) !=
	    DMSC_E_OK)
		dmsc_fail(b->st->e, r, "cannot write a directory");
	else if (changed && d->broken) {
		dmsc_fail(b->st->e, DMSC_E_PLAN, "a broken directory is left "
		    "as it is");
		r = dmsc_err_where(b->st->e, "%s", what);
	} else if (changed) {
		n.bytes = dmsc_buf_rd(now);
		n.least = d->file.fcp.size == SIZE_MAX ? 0 :
		    d->file.fcp.size;
		n.sec_tag = d->file.fcp.sec_tag;
		n.sec = d->file.fcp.sec;
		if ((r = dmsc_sdir_whole(b->st, d)) == DMSC_E_OK)
			r = dmsc_where(b, &n, fid);
	}
	dmsc_buf_free(&now);
	return r;
}

/* The two bytes at offset at of the ODF as it will be. */
static int
patch_at(struct dmsc_build *b, size_t at, unsigned fid)
{
	const uint8_t two[2] = { (uint8_t)(fid >> 8), (uint8_t)fid };
	struct dmsc_buf *fresh = dmsc_buf_new(DMSC_EF_MAX);
	int r;

	if (fresh == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_buf_put(fresh, dmsc_rd_slice(dmsc_buf_rd(b->odf), 0,
	    at))) != DMSC_E_OK ||
	    (r = dmsc_buf_put(fresh, dmsc_rd_of(two, 2))) != DMSC_E_OK ||
	    (r = dmsc_buf_put(fresh, dmsc_rd_slice(dmsc_buf_rd(b->odf),
	    at + 2, b->odf->len))) != DMSC_E_OK) {
		dmsc_buf_free(&fresh);
		return dmsc_fail(b->st->e, r, "out of memory");
	}
	dmsc_buf_free(&b->odf);
	b->odf = fresh;
	return DMSC_E_OK;
}

/* Wherever the ODF names the directory. */
static int
patch_odf(struct dmsc_build *b, size_t dir, unsigned fid)
{
	struct dmsc_store *st = b->st;
	const struct dmsc_odf_entry *e;
	struct dmsc_place p;
	size_t i, at;
	int r = DMSC_E_OK;

	for (i = st->dirs[dir].odf_entry; r == DMSC_E_OK && i < st->odf.n;
	    i++) {
		e = &st->odf.v[i];
		if (e->tag != 0xA7 || !e->has_path ||
		    dmsc_store_resolve(st, &e->path, &p) != DMSC_E_OK ||
		    !dmsc_place_eq(&p, &st->dirs[dir].file.place))
			continue;
		if ((at = dmsc_dir_path_at(e->raw, &e->path)) == 0)
			return dmsc_fail(st->e, DMSC_E_PLAN,
			    "the object directory cannot be changed");
		r = patch_at(b, e->at + at, fid);
	}
	return r;
}

static int
place_dirs(struct dmsc_build *b)
{
	struct dmsc_store *st = b->st;
	struct dmsc_buf *after;
	unsigned fid;
	size_t i;
	int r;

	b->odf = dmsc_buf_from(dmsc_buf_rd(st->odf_file.bytes), DMSC_EF_MAX);
	if (b->odf == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	for (i = 0; i < st->n_dirs; i++) {
		if (st->dirs[i].missing)
			continue;
		if ((r = place_dir(b, i, &fid)) != DMSC_E_OK)
			return r;
		if (fid != dmsc_place_fid(&st->dirs[i].file.place) &&
		    (r = patch_odf(b, i, fid)) != DMSC_E_OK)
			return r;
	}
	if (dmsc_rd_eq(dmsc_buf_rd(b->odf), dmsc_buf_rd(st->odf_file.bytes)))
		return DMSC_E_OK;
	dmsc_where_forecast(b, &st->odf_file, DMSC_MODE_UPDATE);
	after = dmsc_buf_from(dmsc_buf_rd(b->odf), DMSC_EF_MAX);
	if (after == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	return dmsc_build_op(b, DMSC_OP_SWITCH, &st->odf_file, &after);
}

static int
rank(const struct dmsc_op *op)
{
	return op->kind == DMSC_OP_GUARD ? 1 : op->kind == DMSC_OP_SWITCH ?
	    2 : 0;
}

/* First what nobody reads yet, then files in use, the switch last. */
static void
order(struct dmsc_build *b)
{
	struct dmsc_op op;
	size_t i, k;

	for (i = 1; i < b->n_ops; i++)
		for (k = i; k > 0 && rank(&b->ops[k - 1]) >
		    rank(&b->ops[k]); k--) {
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

int
dmsc_build_all(struct dmsc_build *b)
{
	size_t i;
	int r;

	b->verdict = DMSC_ALLOWED;
	if ((r = dmsc_store_load(b->st)) != DMSC_E_OK ||
	    (r = collect(b)) != DMSC_E_OK || b->n_targets == 0)
		return r;
	if (!b->st->have_app || b->st->n_dirs == 0)
		return nowhere(b->st);
	if ((r = try_straight(b)) != DMSC_E_OK)
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
