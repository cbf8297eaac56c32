/* What stood where before and after: for the journal, undo and recover. */
#include "store/plan.h"

#include <string.h>

#include "base/base.h"

void
dmsc_move_clear(struct dmsc_move *m)
{
	free(m->name);
	dmsc_buf_free(&m->old);
	dmsc_buf_free(&m->fresh);
	memset(m, 0, sizeof *m);
}

static int
sha(struct dmsc_build *b, struct dmsc_rd bytes, uint8_t *out)
{
	int r = dmsc_sha256(bytes, out);

	return r == DMSC_E_OK ? r :
	    dmsc_fail(b->st->e, r, "cannot compute a digest");
}

static const struct dmsc_op *
op_of(const struct dmsc_build *b, const struct dmsc_place *p)
{
	size_t i;

	for (i = 0; i < b->n_ops; i++)
		if (b->ops[i].after != NULL &&
		    dmsc_place_eq(&b->ops[i].file->place, p))
			return &b->ops[i];
	return NULL;
}

static int
keep_old(struct dmsc_build *b, struct dmsc_move *m, struct dmsc_rd bytes)
{
	m->old = dmsc_buf_from(bytes, DMSC_EF_MAX);
	return m->old != NULL ? DMSC_E_OK :
	    dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
}

/* file is what is in use before (NULL: nothing); to->n 0: nothing after. */
static int
add(struct dmsc_build *b, const char *name, const struct dmsc_sfile *file,
    const struct dmsc_place *to, struct dmsc_move **out)
{
	struct dmsc_move *m = dmsc_list_add(&b->moves, &b->n_moves,
	    sizeof *m);
	const struct dmsc_op *op = op_of(b, to);
	int r = DMSC_E_OK;

	*out = m;
	if (m == NULL || (name != NULL &&
	    dmsc_str_set(&m->name, "%s", name) != DMSC_E_OK))
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	m->to = *to;
	if (file != NULL)
		m->from = file->place;
	if (file != NULL && file->whole)
		r = sha(b, dmsc_buf_rd(file->bytes), m->sha_from);
	if (r == DMSC_E_OK && op != NULL)
		r = sha(b, dmsc_buf_rd(op->after), m->sha_to);
	if (r == DMSC_E_OK && file != NULL && file->whole &&
	    dmsc_place_eq(&m->from, &m->to))
		r = keep_old(b, m, dmsc_buf_rd(file->bytes));
	return r;
}

static int
add_target(struct dmsc_build *b, const struct dmsc_target *t)
{
	struct dmsc_place to = { .aid_len = 0 };
	struct dmsc_move *m;
	int r;

	if (t->bytes != NULL && t->doc != NULL && !t->moved)
		to = t->doc->file.place;
	else if (t->bytes != NULL)
		to = dmsc_store_place(b->st, t->fid);
	r = add(b, t->work->name, t->doc != NULL ? &t->doc->file : NULL, &to,
	    &m);
	if (r == DMSC_E_OK)
		/* Of a part of a file what stands around it may be one. */
		m->secret = t->work->is_private || (t->doc != NULL &&
		    (t->doc->is_private || t->doc->has_range));
	return r;
}

/* What stands in a directory itself may be a secret. */
static bool
has_values(const struct dmsc_sdir *d)
{
	size_t k;

	for (k = 0; k < d->dodf.n; k++)
		if (d->dodf.v[k].direct.left > 0)
			return true;
	return false;
}

/* Directories: an operation on their slot or on themselves. */
static int
add_dir(struct dmsc_build *b, size_t dir)
{
	const struct dmsc_sdir *d = &b->st->dirs[dir];
	struct dmsc_place to = d->file.place;
	struct dmsc_move *m;
	int r;

	if (b->dir_to[dir] != 0)
		to = dmsc_store_place(b->st, b->dir_to[dir]);
	if (d->missing || d->listed || op_of(b, &to) == NULL)
		return DMSC_E_OK;
	r = add(b, NULL, &d->file, &to, &m);
	if (r == DMSC_E_OK)
		m->secret = has_values(d);
	return r;
}

static int
add_odf(struct dmsc_build *b)
{
	struct dmsc_sfile *f = &b->st->odf_file;
	const struct dmsc_op *op = op_of(b, &f->place);
	struct dmsc_move *m;
	int r;

	if (op == NULL)
		return DMSC_E_OK;
	if ((r = add(b, NULL, f, &f->place, &m)) != DMSC_E_OK)
		return r;
	m->odf = true;
	m->fresh = dmsc_buf_from(dmsc_buf_rd(op->after), DMSC_EF_MAX);
	return m->fresh != NULL ? DMSC_E_OK :
	    dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
}

int
dmsc_build_moves(struct dmsc_build *b)
{
	size_t i;
	int r;

	for (i = 0; i < b->n_targets; i++)
		if ((r = add_target(b, &b->targets[i])) != DMSC_E_OK)
			return r;
	for (i = 0; i < b->st->n_dirs; i++)
		if ((r = add_dir(b, i)) != DMSC_E_OK)
			return r;
	return add_odf(b);
}
