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

static struct dmsc_sdoc *
doc_of(struct dmsc_store *st, size_t dir, size_t entry)
{
	size_t i, k;

	for (i = 0; i < st->n_docs; i++)
		for (k = 0; k < st->docs[i].n_refs; k++)
			if (st->docs[i].refs[k].dir == dir &&
			    st->docs[i].refs[k].entry == entry)
				return &st->docs[i];
	return NULL;
}

static const struct dmsc_target *
target_of(const struct dmsc_build *b, const struct dmsc_sdoc *d)
{
	size_t i;

	for (i = 0; i < b->n_targets; i++)
		if (b->targets[i].doc == d)
			return &b->targets[i];
	return NULL;
}

/* The entry with another file behind it. A part of a file, and a path that
 * leads elsewhere than into the application, end with the move. */
static int
put_moved(struct dmsc_store *st, struct dmsc_buf *out,
    const struct dmsc_dodf_entry *e, unsigned fid)
{
	struct dmsc_p15_path path;
	size_t at = (size_t)(e->path_raw.p - e->raw.p);
	size_t start = out->len;
	int r;

	r = dmsc_buf_put(out, dmsc_rd_slice(e->raw, 0, at));
	if (r == DMSC_E_OK && e->has_path && dmsc_dir_patch(st, e->path_raw,
	    &e->path, fid, out, &r))
		return r != DMSC_E_OK ? r : dmsc_buf_put(out, dmsc_rd_slice(
		    e->raw, at + e->path_raw.left, e->raw.left));
	dmsc_buf_truncate(out, start);
	dmsc_name_file(&path, fid);
	return r != DMSC_E_OK ? r : dmsc_dodf_put_moved(out, e, &path);
}

static const char *
oid_of_kind(const char *kind)
{
	return strcmp(kind, "dm") == 0 ? DMSC_OID_DM :
	    strcmp(kind, "lwm2m") == 0 ? DMSC_OID_LWM2M :
	    strcmp(kind, "cp") == 0 ? DMSC_OID_CP1 : NULL;
}

/* The entry of one of our documents as readers like it: its identifier
 * wrapped once, its path of two bytes. False: it stays as it is. */
static bool
put_mended(struct dmsc_build *b, const struct dmsc_dodf_entry *e,
    const struct dmsc_sdoc *d, unsigned fid, struct dmsc_buf *out, int *r)
{
	struct dmsc_dodf_entry now = *e;

	if (!b->st->mend || d == NULL || !e->has_path ||
	    e->path.has_range || (!e->oid_double && e->path.len == 2) ||
	    oid_of_kind(d->kind) == NULL || !dmsc_in_app(b->st, &e->path))
		return false;
	now.oid_double = false;
	dmsc_name_file(&now.path, fid);
	*r = e->extra ? dmsc_dodf_put_moved(out, e, &now.path) :
	    dmsc_dodf_put(out, &now);
	return true;
}

/* The entry as it will be; nothing where its document goes. */
static int
put_entry(struct dmsc_build *b, size_t dir, size_t k, struct dmsc_buf *out)
{
	const struct dmsc_dodf_entry *e = &b->st->dirs[dir].dodf.v[k];
	const struct dmsc_sdoc *d = doc_of(b->st, dir, k);
	const struct dmsc_target *t = d != NULL ? target_of(b, d) : NULL;
	struct dmsc_place p;
	int r;

	if (t != NULL && t->bytes == NULL)
		return DMSC_E_OK;
	if (put_mended(b, e, d, t != NULL && t->moved ? t->fid : d == NULL ?
	    0 : dmsc_place_fid(&d->file.place), out, &r))
		return r;
	if (t != NULL && t->moved)
		return put_moved(b->st, out, e, t->fid);
	/* A cut switch: all entries name the slot that is used. */
	if (d != NULL && e->has_path && dmsc_store_resolve(b->st, &e->path,
	    &p) == DMSC_E_OK && dmsc_place_same_pair(&p, &d->file.place))
		return put_moved(b->st, out, e,
		    dmsc_place_fid(&d->file.place));
	return dmsc_buf_put(out, e->raw);
}

static const char *
application_of_kind(const char *kind)
{
	return strcmp(kind, "dm") == 0 ? "DM Bootstrap" :
	    strcmp(kind, "lwm2m") == 0 ? "LwM2M Bootstrap" :
	    strcmp(kind, "cp") == 0 ? "CP Bootstrap" : "dmsc";
}

/* The authentication object of private documents: the local PIN 81 where
 * there is one, else the first. */
size_t
dmsc_private_auth(const struct dmsc_store *st, uint8_t *id)
{
	const struct dmsc_aodf_entry *a = NULL;
	size_t i;

	for (i = 0; i < st->aodf.n; i++)
		if (a == NULL || st->aodf.v[i].pin_ref == 0x81)
			a = &st->aodf.v[i];
	if (a == NULL)
		return 0;
	memcpy(id, a->auth_id, a->auth_id_len);
	return a->auth_id_len;
}

/* Whether a document that stays has the identifier. */
static bool
has_oid(const struct dmsc_build *b, const char *oid)
{
	const struct dmsc_sdoc *d;
	size_t i;

	for (i = 0; i < b->st->n_docs; i++) {
		d = &b->st->docs[i];
		if (d->oid != NULL && strcmp(d->oid, oid) == 0 &&
		    (d->work == NULL || !d->work->removed))
			return true;
	}
	return false;
}

/* Of a new one. Old phones look for Client Provisioning under three
 * identifiers: a further document gets one that is free. */
static const char *
oid_of_new(const struct dmsc_build *b, const struct dmsc_target *t)
{
	static const char *const cp[] = { DMSC_OID_CP1, DMSC_OID_CP2,
		DMSC_OID_CP3 };
	const struct dmsc_target *o;
	size_t i, before = 0;

	if (dmsc_signed_is(t->work->kind))
		return DMSC_OID_SIGNED_DATA;
	if (strcmp(t->work->kind, "cp") != 0)
		return oid_of_kind(t->work->kind);
	for (o = b->targets; o < t; o++)
		before += o->doc == NULL && strcmp(o->work->kind, "cp") == 0;
	for (i = 0; i < DMSC_COUNT(cp); i++)
		if (!has_oid(b, cp[i]) && before-- == 0)
			return cp[i];
	return cp[0];
}

/* One new entry at offset at of out. The strings are the work's. */
static int
insert_new(struct dmsc_build *b, const struct dmsc_target *t, unsigned tag,
    struct dmsc_buf *out, size_t at)
{
	struct dmsc_dodf_entry e = { .choice = (uint8_t)tag,
	    .understood = true, .modifiable = true, .has_flags = true,
	    .has_path = true };
	struct dmsc_buf *one = dmsc_buf_new(DMSC_EF_MAX);
	char *oid = NULL, *app = NULL;
	int r = DMSC_E_NOMEM;

	if (one == NULL || dmsc_str_set(&app, "%s",
	    application_of_kind(t->work->kind)) != DMSC_E_OK)
		goto done;
	if (oid_of_new(b, t) != NULL && dmsc_str_set(&oid, "%s",
	    oid_of_new(b, t)) != DMSC_E_OK)
		goto done;
	e.label = t->work->label;
	e.is_private = t->work->is_private;
	if (e.is_private)
		e.auth_id_len = dmsc_private_auth(b->st, e.auth_id);
	/* One name of the application is enough for a twin: what it is short
	 * of brings the oidDOs behind it nearer. */
	e.app_name = tag == DMSC_DO_OID || oid == NULL ? app : NULL;
	if (tag == DMSC_DO_OID)
		e.oid = oid;
	else
		e.app_oid = oid;
	dmsc_name_file(&e.path, t->fid);
	if ((r = dmsc_dodf_put(one, &e)) == DMSC_E_OK)
		r = dmsc_buf_insert(out, at, dmsc_buf_rd(one));
done:
	free(oid);
	free(app);
	dmsc_buf_free(&one);
	return r;
}

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
		return s->first ? insert_new(b, t, DMSC_DO_OPAQUE, out,
		    out->len) : insert_new(b, t, DMSC_DO_OPAQUE, out,
		    s->twin);
	if ((was = dmsc_buf_from(dmsc_buf_rd(out), DMSC_EF_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = insert_new(b, t, DMSC_DO_OPAQUE, out, s->twin);
	if (r == DMSC_E_OK && !dmsc_dir_in_reach(b->st, dmsc_buf_rd(out))) {
		dmsc_buf_reset(out);
		if ((r = dmsc_buf_put(out, dmsc_buf_rd(was))) == DMSC_E_OK)
			r = insert_new(b, t, DMSC_DO_OPAQUE, out, out->len);
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
		    insert_new(b, t, DMSC_DO_OPAQUE, out, s->twin);
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
	if ((r = insert_new(b, t, DMSC_DO_OID, out, oid_spot(t, out, s))) !=
	    DMSC_E_OK)
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
		f.oid = oid_of_kind(b->targets[i].work->kind) != NULL &&
		    (dir == x.first || (dir == x.last &&
		    (dir == x.twins || is_lwm2m(b->targets[i].work))));
		f.twin = dir == x.twins || (x.twins == DMSC_DIRS_MAX &&
		    dir == x.last && !b->second &&
		    oid_of_kind(b->targets[i].work->kind) == NULL);
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
static int
put_stop(struct dmsc_buf *out)
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
		if ((r = put_entry(b, dir, k, out)) != DMSC_E_OK)
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
	return *changed && stops ? put_stop(out) : r;
}

/* The opaqueDO of a document that has only an oidDO, and the other way. */
static int
put_twin(const struct dmsc_dodf_entry *e, struct dmsc_buf *out)
{
	struct dmsc_dodf_entry twin = *e;

	twin.choice = DMSC_DO_OPAQUE;
	twin.app_oid = e->oid;
	twin.oid = NULL;
	return dmsc_dodf_put(out, &twin);
}

/* A document, and not one of Android's access rules. */
static bool
wants_twin(const struct dmsc_dodf_entry *e)
{
	return e->understood && e->has_path &&
	    strcmp(dmsc_store_kind_of_oid(e->oid), "arf") != 0;
}

static int
put_twins(const struct dmsc_dodf *d, struct dmsc_buf *out)
{
	size_t k;
	int r = DMSC_E_OK, private;

	for (k = 0; r == DMSC_E_OK && k < d->n; k++)
		if (wants_twin(&d->v[k]) && d->v[k].choice == DMSC_DO_OID)
			r = put_twin(&d->v[k], out);
		else if (wants_twin(&d->v[k]) &&
		    d->v[k].choice == DMSC_DO_OPAQUE)
			r = dmsc_buf_put(out, d->v[k].raw);
	for (private = 0; private < 2; private++)
		for (k = 0; r == DMSC_E_OK && k < d->n; k++)
			if (wants_twin(&d->v[k]) &&
			    d->v[k].choice == DMSC_DO_OID &&
			    d->v[k].is_private == (private == 1))
				r = dmsc_buf_put(out, d->v[k].raw);
	return r;
}

int
dmsc_dir_twins(const struct dmsc_dodf *d, struct dmsc_buf *out)
{
	int r = put_twins(d, out);

	return r == DMSC_E_OK ? put_stop(out) : r;
}

int
dmsc_dir_second(struct dmsc_build *b, struct dmsc_buf *out)
{
	struct dmsc_buf *first = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_dodf d = { .v = NULL };
	bool changed;
	size_t i;
	int r = DMSC_E_NOMEM;

	if (first != NULL)
		r = dmsc_dir_image(b, 0, false, first, &changed);
	if (r == DMSC_E_OK)
		r = dmsc_dodf_read(dmsc_buf_rd(first), &d);
	for (i = 0; r == DMSC_E_OK && i < b->n_targets; i++)
		if (b->targets[i].doc == NULL &&
		    !dmsc_beside_is(b->targets[i].work->kind) &&
		    oid_of_kind(b->targets[i].work->kind) == NULL)
			r = insert_new(b, &b->targets[i], DMSC_DO_OPAQUE,
			    out, out->len);
	if (r == DMSC_E_OK)
		r = put_twins(&d, out);
	for (i = 0; r == DMSC_E_OK && i < b->n_targets; i++)
		if (b->targets[i].doc == NULL &&
		    dmsc_beside_is(b->targets[i].work->kind))
			r = insert_new(b, &b->targets[i], DMSC_DO_OPAQUE,
			    out, out->len);
	if (r == DMSC_E_OK)
		r = put_stop(out);
	dmsc_dodf_clear(&d);
	dmsc_buf_free(&first);
	return r;
}
