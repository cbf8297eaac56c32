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
#include "store/plan.h"

#include <string.h>

#include "base/base.h"

enum { OID_ROOM = 56 };		/* an oidDO with a label of some length */

size_t
dmsc_dir_path_at(struct dmsc_rd raw, const struct dmsc_p15_path *path)
{
	size_t i, n = path->len;

	if (n < 2 || raw.left < n + 2)
		return 0;
	for (i = raw.left - n; i >= 2; i--)
		if (raw.p[i - 2] == 0x04 && raw.p[i - 1] == n &&
		    memcmp(raw.p + i, path->path, n) == 0)
			return i + n - 2;
	return 0;
}

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

static void
name_file(struct dmsc_p15_path *p, unsigned fid)
{
	memset(p, 0, sizeof *p);
	p->path[0] = (uint8_t)(fid >> 8);
	p->path[1] = (uint8_t)fid;
	p->len = 2;
}

/* The entry with another file behind it. A range ends with the move. */
static int
put_moved(struct dmsc_buf *out, const struct dmsc_dodf_entry *e,
    unsigned fid)
{
	const uint8_t two[2] = { (uint8_t)(fid >> 8), (uint8_t)fid };
	struct dmsc_dodf_entry copy = *e;
	size_t at = dmsc_dir_path_at(e->raw, &e->path);
	int r;

	if (at == 0 || e->path.has_range) {
		name_file(&copy.path, fid);
		return dmsc_dodf_put(out, &copy);
	}
	if ((r = dmsc_buf_put(out, dmsc_rd_slice(e->raw, 0, at))) !=
	    DMSC_E_OK || (r = dmsc_buf_put(out, dmsc_rd_of(two, 2))) !=
	    DMSC_E_OK)
		return r;
	return dmsc_buf_put(out, dmsc_rd_slice(e->raw, at + 2,
	    e->raw.left));
}

static int
put_entry(struct dmsc_build *b, size_t dir, size_t k, struct dmsc_buf *out)
{
	const struct dmsc_dodf_entry *e = &b->st->dirs[dir].dodf.v[k];
	const struct dmsc_sdoc *d = doc_of(b->st, dir, k);
	const struct dmsc_target *t = d != NULL ? target_of(b, d) : NULL;
	unsigned fid, now;

	if (d == NULL)
		return dmsc_buf_put(out, e->raw);
	if (t != NULL && t->bytes == NULL)
		return DMSC_E_OK;
	fid = t != NULL ? t->fid : dmsc_place_fid(&d->file.place);
	now = (unsigned)(e->path.path[e->path.len - 2] << 8 |
	    e->path.path[e->path.len - 1]);
	return fid == now ? dmsc_buf_put(out, e->raw) :
	    put_moved(out, e, fid);
}

static const char *
oid_of_kind(const char *kind)
{
	return strcmp(kind, "dm") == 0 ? DMSC_OID_DM :
	    strcmp(kind, "lwm2m") == 0 ? DMSC_OID_LWM2M :
	    strcmp(kind, "cp") == 0 ? DMSC_OID_CP1 : NULL;
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
static void
name_auth(const struct dmsc_store *st, struct dmsc_dodf_entry *e)
{
	const struct dmsc_aodf_entry *a = NULL;
	size_t i;

	for (i = 0; i < st->aodf.n; i++)
		if (a == NULL || st->aodf.v[i].pin_ref == 0x81)
			a = &st->aodf.v[i];
	if (a == NULL)
		return;
	memcpy(e->auth_id, a->auth_id, a->auth_id_len);
	e->auth_id_len = a->auth_id_len;
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
	if (oid_of_kind(t->work->kind) != NULL && dmsc_str_set(&oid, "%s",
	    oid_of_kind(t->work->kind)) != DMSC_E_OK)
		goto done;
	e.label = t->work->label;
	e.is_private = t->work->is_private;
	if (e.is_private)
		name_auth(b->st, &e);
	/* One name of the application is enough for a twin: what it is short
	 * of brings the oidDOs behind it nearer. */
	e.app_name = tag == DMSC_DO_OID || oid == NULL ? app : NULL;
	if (tag == DMSC_DO_OID)
		e.oid = oid;
	else
		e.app_oid = oid;
	name_file(&e.path, t->fid);
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

	return is_lwm2m(t->work) && s->has_ours &&
	    !t->work->is_private && at + OID_ROOM > DMSC_P15_WINDOW ?
	    s->ours : at;
}

static int
put_new(struct dmsc_build *b, const struct dmsc_target *t, struct forms f,
    struct dmsc_buf *out, struct spots *s)
{
	size_t before = out->len, more;
	int r;

	if (f.twin) {
		if ((r = insert_new(b, t, DMSC_DO_OPAQUE, out, s->twin)) !=
		    DMSC_E_OK)
			return r;
		more = out->len - before;
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
		if (st->dirs[i].missing)
			continue;
		if (x.first == DMSC_DIRS_MAX)
			x.first = i;
		x.last = i;
		if (has_twins(&st->dirs[i]) || (!have && x.first != i)) {
			x.twins = i;
			have = have || has_twins(&st->dirs[i]);
		}
	}
	if (st->n_dirs > 0 && !st->dirs[st->last_dir].missing)
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
		    dir == x.last &&
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

/* The byte of padding at which small readers stop (pkcs15/pkcs15.h). Never
 * before an entry of others: their reader may go further. */
static int
put_stop(struct dmsc_buf *out)
{
	static const uint8_t stop = DMSC_P15_STOP;
	struct dmsc_dodf d;
	size_t k, at = 0;
	bool cut;
	int r;

	r = dmsc_dodf_read(dmsc_buf_rd(out), &d);
	for (k = 0; r == DMSC_E_OK && at == 0 && k < d.n; k++) {
		cut = d.v[k].at + d.v[k].raw.left > DMSC_P15_WINDOW;
		if (d.v[k].choice != DMSC_DO_OID && cut)
			break;		/* no oidDO is within reach */
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

/* Whether out is anything else than the entries as they are. */
static bool
differs(const struct dmsc_dodf *d, const struct dmsc_buf *out)
{
	struct dmsc_rd rest = dmsc_buf_rd(out), one;
	size_t k;

	for (k = 0; k < d->n; k++)
		if (dmsc_rd_take(&rest, d->v[k].raw.left, &one) !=
		    DMSC_E_OK || !dmsc_rd_eq(one, d->v[k].raw))
			return true;
	return rest.left > 0;
}

int
dmsc_dir_image(struct dmsc_build *b, size_t dir, struct dmsc_buf *out,
    bool *changed)
{
	const struct dmsc_dodf *d = &b->st->dirs[dir].dodf;
	const struct roles x = roles_of(b->st);
	struct spots s = { .twin = 0 };
	size_t k;
	int r;

	for (k = 0; k < d->n; k++) {
		if (!s.has_private && d->v[k].choice == DMSC_DO_OID &&
		    d->v[k].is_private) {
			s.has_private = true;
			s.oid = out->len;
		}
		if (!s.has_ours && is_ours(&d->v[k])) {
			s.has_ours = true;
			s.ours = out->len;
		}
		if ((r = put_entry(b, dir, k, out)) != DMSC_E_OK)
			return r;
		if (d->v[k].choice == DMSC_DO_OPAQUE)
			s.twin = out->len;
	}
	if ((r = put_all_new(b, dir, out, &s)) != DMSC_E_OK)
		return r;
	*changed = differs(d, out);
	return *changed && dir == x.last && dir != x.first ?
	    put_stop(out) : r;
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

int
dmsc_dir_twins(struct dmsc_store *st, struct dmsc_buf *out)
{
	const struct dmsc_dodf *d = &st->dirs[0].dodf;
	struct dmsc_sdoc *doc;
	size_t k;
	int r = DMSC_E_OK, private;

	for (k = 0; r == DMSC_E_OK && k < d->n; k++)
		if ((doc = doc_of(st, 0, k)) != NULL &&
		    d->v[k].choice == DMSC_DO_OID &&
		    strcmp(doc->kind, "arf") != 0)
			r = put_twin(&d->v[k], out);
		else if (doc != NULL && d->v[k].choice == DMSC_DO_OPAQUE)
			r = dmsc_buf_put(out, d->v[k].raw);
	for (private = 0; private < 2; private++)
		for (k = 0; r == DMSC_E_OK && k < d->n; k++)
			if ((doc = doc_of(st, 0, k)) != NULL &&
			    d->v[k].choice == DMSC_DO_OID &&
			    strcmp(doc->kind, "arf") != 0 &&
			    d->v[k].is_private == (private == 1))
				r = dmsc_buf_put(out, d->v[k].raw);
	return r == DMSC_E_OK ? put_stop(out) : r;
}
