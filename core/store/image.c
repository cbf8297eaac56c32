/*
 * A data object directory as it will be: entries of moved documents get the
 * new file identifier in place, entries of removed ones go, new ones come;
 * all else keeps its bytes and its order. The first directory gets oidDOs
 * alone (Android stops at anything else), another the opaqueDO twins before
 * any oidDOs (OpenSC). In the last that the ODF names Nordic looks for LwM2M:
 * it reads 128 bytes and stops at padding. So a last one of its own gets the
 * oidDOs of LwM2M alone, one that has the twins all of them, public ones
 * first.
 */
#include "store/beside.h"
#include "store/plan.h"

#include <string.h>

#include "base/base.h"

enum { OID_ROOM = 56 };		/* an oidDO with a label of some length */


/* Where new entries go in an image. */
struct spots {
	size_t twin;		/* behind the last opaqueDO */
	size_t oid;		/* before the first private oidDO */
	size_t ours;		/* before the first oidDO of a document */
	bool has_private, has_ours;
	bool small;		/* here readers look that read little */
	bool first;		/* here one does that stops at an opaqueDO */
	bool changed;		/* an entry is not as it was */
};

/* What a new entry becomes. */
struct forms {
	bool twin, oid;
};

static bool
is_lwm2m(const struct dmsc_work *w)
{
	return strcmp(w->kind, "lwm2m") == 0;
}

/* The oidDO of a new document, public ones before private ones. Readers of
 * LwM2M are small: where it would end out of their reach it comes first. */
static size_t
oid_spot(const struct dmsc_target *t, const struct dmsc_buf *out,
    const struct spots *s)
{
	size_t at = !s->has_private || t->work->is_private ? out->len :
	    s->oid;

	return s->small && is_lwm2m(t->work) && s->has_ours &&
	    !t->work->is_private && at + OID_ROOM > DMSC_P15_WINDOW ?
	    s->ours : at;
}

/* What stands beside a document is for nobody but us and OpenSC: it takes no
 * document out of the reach of others. Behind all it does so nowhere. */
static int
put_beside(struct dmsc_build *b, const struct dmsc_target *t,
    struct dmsc_buf *out, const struct spots *s, bool *put)
{
	struct dmsc_buf *was;
	bool reach = dmsc_dir_in_reach(b->st, dmsc_buf_rd(out));
	int r;

	*put = !s->first;
	if (s->first || !s->small || !reach)
		return dmsc_entry_insert(b, t, DMSC_DO_OPAQUE, out,
		    s->first ? out->len : s->twin);
	if ((was = dmsc_buf_from(dmsc_buf_rd(out), DMSC_EF_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_entry_insert(b, t, DMSC_DO_OPAQUE, out, s->twin);
	if (r == DMSC_E_OK && !dmsc_dir_in_reach(b->st, dmsc_buf_rd(out))) {
		dmsc_buf_reset(out);
		if ((r = dmsc_buf_put(out, dmsc_buf_rd(was))) == DMSC_E_OK)
			r = dmsc_entry_insert(b, t, DMSC_DO_OPAQUE, out,
			    out->len);
		*put = false;
	}
	dmsc_buf_free(&was);
	return r;
}

static int
put_new(struct dmsc_build *b, const struct dmsc_target *t, struct forms f,
    struct dmsc_buf *out, struct spots *s)
{
	size_t before = out->len, more;
	bool front = true;
	int r;

	if (f.twin) {
		r = dmsc_beside_is(t->work->kind) ?
		    put_beside(b, t, out, s, &front) :
		    dmsc_entry_insert(b, t, DMSC_DO_OPAQUE, out, s->twin);
		if (r != DMSC_E_OK)
			return r;
		more = front ? out->len - before : 0;
		s->twin += more;
		s->oid += more;
		s->ours += more;
	}
	if (!f.oid)
		return DMSC_E_OK;
	before = out->len;
	if ((r = dmsc_entry_insert(b, t, DMSC_DO_OID, out, oid_spot(t, out,
	    s))) != DMSC_E_OK)
		return r;
	if (!t->work->is_private)
		s->oid += out->len - before;
	return r;
}

static bool
has_twins(const struct dmsc_sdir *d)
{
	size_t i;

	for (i = 0; i < d->dodf.n; i++)
		if (d->dodf.v[i].choice == DMSC_DO_OPAQUE)
			return true;
	return false;
}

/* The first and the last directory that is named and there, and that of the
 * twins: the last that has some, else the last of several. */
struct roles {
	size_t first, last, twins;
};

static struct roles
roles_of(const struct dmsc_store *st)
{
	struct roles x = { DMSC_DIRS_MAX, DMSC_DIRS_MAX, DMSC_DIRS_MAX };
	bool have = false;
	size_t i;

	for (i = 0; i < st->n_dirs; i++) {
		if (st->dirs[i].missing || st->dirs[i].listed)
			continue;
		if (x.first == DMSC_DIRS_MAX)
			x.first = i;
		x.last = i;
		if (has_twins(&st->dirs[i]) || (!have && x.first != i)) {
			x.twins = i;
			have = have || has_twins(&st->dirs[i]);
		}
	}
	if (st->n_dirs > 0 && !st->dirs[st->last_dir].missing &&
	    !st->dirs[st->last_dir].listed)
		x.last = st->last_dir;
	return x;
}

static int
put_all_new(struct dmsc_build *b, size_t dir, struct dmsc_buf *out,
    struct spots *s)
{
	const struct roles x = roles_of(b->st);
	struct forms f;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < b->n_targets; i++) {
		if (b->targets[i].doc != NULL)
			continue;
		f.oid = dmsc_entry_oid(b->targets[i].work->kind) != NULL &&
		    (dir == x.first || (dir == x.last &&
		    (dir == x.twins || is_lwm2m(b->targets[i].work))));
		f.twin = dir == x.twins || (x.twins == DMSC_DIRS_MAX &&
		    dir == x.last && !b->second &&
		    dmsc_entry_oid(b->targets[i].work->kind) == NULL);
		r = put_new(b, &b->targets[i], f, out, s);
	}
	return r;
}

static bool
is_ours(const struct dmsc_dodf_entry *e)
{
	const char *kind = dmsc_store_kind_of_oid(e->oid);

	return e->choice == DMSC_DO_OID && strcmp(kind, "app") != 0 &&
	    strcmp(kind, "arf") != 0;
}

/* Whether no public oidDO stands at k or behind. */
static bool
rest_is_private(const struct dmsc_dodf *d, size_t k)
{
	for (; k < d->n; k++)
		if (d->v[k].choice == DMSC_DO_OID && !d->v[k].is_private)
			return false;
	return true;
}

/* What stands beside a document, behind the oidDOs. */
static bool
is_behind(const struct dmsc_dodf_entry *e)
{
	return e->choice == DMSC_DO_OPAQUE && dmsc_beside_label(e->label);
}

/* The byte of padding at which small readers stop (pkcs15/pkcs15.h). Never
 * before an entry of others: their reader may go further. */
int
dmsc_dir_stop(struct dmsc_buf *out)
{
	static const uint8_t stop = DMSC_P15_STOP;
	struct dmsc_dodf d;
	size_t k, at = 0;
	bool cut, any = false;
	int r;

	r = dmsc_dodf_read(dmsc_buf_rd(out), &d);
	for (k = 0; r == DMSC_E_OK && at == 0 && k < d.n; k++) {
		cut = d.v[k].at + d.v[k].raw.left > DMSC_P15_WINDOW;
		if (d.v[k].choice != DMSC_DO_OID && cut) {
			if (any && is_behind(&d.v[k]))
				at = d.v[k].at;
			break;		/* no oidDO is within reach */
		}
		any |= d.v[k].choice == DMSC_DO_OID;
		if (d.v[k].choice == DMSC_DO_OID &&
		    (cut || rest_is_private(&d, k))) {
			if (!is_ours(&d.v[k]))
				break;
			at = d.v[k].at;
		}
	}
	dmsc_dodf_clear(&d);
	return at == 0 ? r : dmsc_buf_insert(out, at, dmsc_rd_of(&stop, 1));
}

/*
 * Padding between entries stays where it is: what stands behind it is not
 * seen by readers that stop there. That is also why our own byte of it is
 * set anew (put_stop), and none stays in front, where a guarded write needs
 * the first byte of an entry. In a directory of ours a row of it is its end:
 * less than DMSC_DIR_END stays of a gap that moves there.
 */
static int
put_gap(struct dmsc_build *b, size_t dir, size_t k, bool all, bool stops,
    struct dmsc_buf *out)
{
	const struct dmsc_dodf_entry *e = &b->st->dirs[dir].dodf.v[k];
	struct dmsc_rd gap;
	size_t from;

	if (k == 0)
		return DMSC_E_OK;
	from = e[-1].at + e[-1].raw.left;
	gap = dmsc_rd_slice(dmsc_sdir_bytes(b->st, &b->st->dirs[dir]), from,
	    e->at - from);
	if (out->len == 0 || (stops && gap.left == 1 &&
	    gap.p[0] == DMSC_P15_STOP))
		return DMSC_E_OK;
	return dmsc_buf_put(out, all ? gap :
	    dmsc_rd_slice(gap, 0, DMSC_DIR_END - 1));
}

static int
put_entries(struct dmsc_build *b, size_t dir, bool all, bool stops,
    struct dmsc_buf *out, struct spots *s)
{
	const struct dmsc_dodf *d = &b->st->dirs[dir].dodf;
	size_t k, before;
	int r;

	for (k = 0; k < d->n; k++) {
		if ((r = put_gap(b, dir, k, all, stops, out)) != DMSC_E_OK)
			return r;
		before = out->len;
		if (!s->has_private && d->v[k].choice == DMSC_DO_OID &&
		    d->v[k].is_private) {
			s->has_private = true;
			s->oid = before;
		}
		if (!s->has_ours && is_ours(&d->v[k])) {
			s->has_ours = true;
			s->ours = out->len;
		}
		if ((r = dmsc_entry_put(b, dir, k, out)) != DMSC_E_OK)
			return r;
		if (d->v[k].choice == DMSC_DO_OPAQUE)
			s->twin = out->len;
		s->changed |= !dmsc_rd_eq(d->v[k].raw, dmsc_rd_slice(
		    dmsc_buf_rd(out), before, out->len));
	}
	return DMSC_E_OK;
}

bool
dmsc_dir_alone(const struct dmsc_store *st)
{
	const struct roles x = roles_of(st);

	return x.first != DMSC_DIRS_MAX && x.first == x.last &&
	    x.twins == DMSC_DIRS_MAX;
}

int
dmsc_dir_image(struct dmsc_build *b, size_t dir, bool stays,
    struct dmsc_buf *out, bool *changed)
{
	const struct roles x = roles_of(b->st);
	struct spots s = { .small = dir == x.last && dir != x.first,
	    .first = dir == x.first };
	bool stops = dir == x.last && dir != x.first;
	size_t before;
	int r;

	*changed = false;
	r = put_entries(b, dir, stays, stops, out, &s);
	before = out->len;
	if (r != DMSC_E_OK || (r = put_all_new(b, dir, out, &s)) != DMSC_E_OK)
		return r;
	*changed = s.changed || out->len != before;
	return *changed && stops ? dmsc_dir_stop(out) : r;
}
