/*
 * What stands on a card of the field before and after a change: its files,
 * its directories, the bytes of its documents; and the changes themselves.
 */
#ifndef DMSC_TESTS_STORE_PICTURE_H
#define DMSC_TESTS_STORE_PICTURE_H

#include "store/odd.h"

enum { DOCS_MAX = 16, DIRS_MAX = 8, TEXT_MAX = 512 };

/* One directory as it stands on a card: the ODF or a DODF. */
struct picture {
	struct world_kept files;
	struct dmsc_buf *odf_bytes, *dir_bytes[DIRS_MAX];
	struct dmsc_odf odf;
	struct dmsc_dodf dirs[DIRS_MAX];
	size_t n_dirs;
	struct { char name[80]; struct dmsc_buf *bytes; } docs[DOCS_MAX];
	size_t n_docs;
};

/* What is changed, and how. */
enum how { STRAIGHT, CREATE, IN_PLACE, REMOVE, REMOVE_IN_PLACE, HOWS };
static const char *const hows[HOWS] = { "one byte", "longer",
	"longer, in place", "removed", "removed, in place" };

/* The file at the end of a path, looked for as a person would. */
static inline struct dmsc_card_file *
follow(struct dmsc_card *c, const struct dmsc_p15_path *p)
{
	unsigned fid = 0, df = 0x7F50, next;
	size_t i;

	for (i = 0; i + 1 < p->len; i += 2) {
		next = (unsigned)p->path[i] << 8 | p->path[i + 1];
		if (fid != 0)
			df = fid == 0x7FFF ? 0x7F50 : fid;
		fid = next;
	}
	return field_find(c, df, fid);
}

static inline struct dmsc_buf *
bytes_of(const struct dmsc_card *c, const struct dmsc_card_file *f)
{
	return dmsc_buf_from(f == NULL ? dmsc_rd_of(NULL, 0) :
	    dmsc_rd_of(c->mem->ram + f->data, f->size), WORLD_MAX);
}

static inline void
take_dirs(struct picture *p, struct dmsc_card *c)
{
	const struct dmsc_odf_entry *e;
	struct dmsc_rd r;
	size_t i;

	p->odf_bytes = bytes_of(c, world_file(c, 0x5031));
	(void)!dmsc_odf_read(dmsc_buf_rd(p->odf_bytes), &p->odf);
	for (i = 0; i < p->odf.n && p->n_dirs < DIRS_MAX; i++) {
		e = &p->odf.v[i];
		if (e->tag != 0xA7 || (e->has_path && follow(c, &e->path) ==
		    world_file(c, 0x5031)))
			continue;
		p->dir_bytes[p->n_dirs] = e->has_path ?
		    bytes_of(c, follow(c, &e->path)) :
		    dmsc_buf_from(e->list, WORLD_MAX);
		r = dmsc_buf_rd(p->dir_bytes[p->n_dirs]);
		if (e->path.has_range)
			r = dmsc_rd_slice(r, e->path.index, e->path.length);
		(void)!dmsc_dodf_read(r, &p->dirs[p->n_dirs]);
		p->n_dirs++;
	}
}

static inline bool
warned(const struct dmsc_doc *d, const char *text)
{
	size_t i;

	for (i = 0; i < d->n_warnings; i++)
		if (strstr(d->warnings[i], text) != NULL)
			return true;
	return false;
}

static inline void
take_docs(struct picture *p, struct world *w)
{
	struct dmsc_doc_list *l = NULL;
	struct dmsc_buf *b;
	char path[80];
	size_t i;

	if (dmsc_docs(w->s, &l) != DMSC_E_OK)
		return;
	for (i = 0; i < l->n_documents && p->n_docs < DOCS_MAX; i++) {
		b = dmsc_buf_new(WORLD_MAX);
		(void)snprintf(path, sizeof path, "/%s",
		    l->documents[i].name);
		if (dmsc_doc_bytes(w->s, path, true, b) != DMSC_E_OK ||
		    warned(&l->documents[i], "is a directory"))
			dmsc_buf_reset(b);
		(void)snprintf(p->docs[p->n_docs].name,
		    sizeof p->docs[0].name, "%s", path);
		p->docs[p->n_docs++].bytes = b;
	}
	dmsc_view_free(&dmsc_doc_list_view, l);
}

static inline void
take(struct picture *p, struct world *w)
{
	memset(p, 0, sizeof *p);
	world_keep(&p->files, w->card);
	take_dirs(p, w->card);
	take_docs(p, w);
}

static inline void
drop(struct picture *p)
{
	world_kept_free(&p->files);
	dmsc_odf_clear(&p->odf);
	dmsc_buf_free(&p->odf_bytes);
	while (p->n_dirs > 0) {
		dmsc_dodf_clear(&p->dirs[--p->n_dirs]);
		dmsc_buf_free(&p->dir_bytes[p->n_dirs]);
	}
	while (p->n_docs > 0)
		dmsc_buf_free(&p->docs[--p->n_docs].bytes);
}

/* The document in question: its file, and its part of it. */
struct subject {
	char name[80];
	unsigned fid;
	bool has_range, direct;
	size_t from, to;
};

static inline bool
means(const struct dmsc_dodf_entry *e, const struct subject *s)
{
	if (s->direct)
		return e->direct.left > 0 && e->label != NULL &&
		    strcmp(e->label, s->name + 1) == 0;
	return e->has_path && e->path.len >= 2 &&
	    ((unsigned)e->path.path[e->path.len - 2] << 8 |
	    e->path.path[e->path.len - 1]) == s->fid &&
	    (!e->path.has_range || e->path.index == s->from);
}

/* now is was, with another path, or another byte in its value. */
static inline bool
is_moved(const struct dmsc_dodf_entry *was, const struct dmsc_dodf_entry *now)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	bool good = now->has_path && dmsc_dodf_put_moved(b, was, &now->path) ==
	    DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(b), now->raw);

	dmsc_buf_free(&b);
	if (was->direct.left > 0 && was->direct.left == now->direct.left)
		good = was->raw.left == now->raw.left && memcmp(was->raw.p,
		    now->raw.p, was->raw.left - was->direct.left) == 0;
	return good;
}

static inline bool
same_dir(const struct dmsc_dodf *was, const struct dmsc_dodf *now,
    const struct subject *s, enum how how)
{
	size_t i, k = 0;

	for (i = 0; i < was->n; i++) {
		bool mine = means(&was->v[i], s);

		if (mine && how >= REMOVE)
			continue;
		if (k == now->n || (!dmsc_rd_eq(was->v[i].raw, now->v[k].raw)
		    && !(mine && is_moved(&was->v[i], &now->v[k])))) {
			printf("# entry %zu is another\n", i + 1);
			return false;
		}
		k++;
	}
	return k == now->n;
}

static inline bool
same_dirs(const struct picture *was, const struct picture *now,
    const struct subject *s, enum how how)
{
	const struct dmsc_odf_entry *a, *b;
	size_t i;

	for (i = 0; i < was->odf.n && i < now->odf.n; i++) {
		a = &was->odf.v[i];
		b = &now->odf.v[i];
		if (!dmsc_rd_eq(a->raw, b->raw) && (a->tag != 0xA7 ||
		    b->tag != 0xA7 || !a->has_path || !b->has_path)) {
			printf("# entry %zu of the ODF is another\n", i + 1);
			return false;
		}
	}
	if (was->odf.n != now->odf.n || was->n_dirs != now->n_dirs)
		return false;
	for (i = 0; i < was->n_dirs; i++)
		if (!same_dir(&was->dirs[i], &now->dirs[i], s, how))
			return false;
	return true;
}

/* Whether a file may differ now, and from where to where. */
static inline bool
may_differ(const struct picture *was, size_t i, const struct subject *s,
    enum how how, size_t *from, size_t *to)
{
	unsigned fid = was->files.files[i].fid;
	bool in_place = how == IN_PLACE || how == STRAIGHT;

	*from = 0;
	*to = SIZE_MAX;
	if (fid == s->fid && in_place && s->has_range) {
		*from = s->from;
		*to = s->to;
	}
	if (fid == s->fid && in_place)
		return true;
	if (how == REMOVE_IN_PLACE)
		return fid == 0x6430 || fid == 0x6431 || fid == 0x6436;
	return fid == 0x5031 && (how == CREATE || how == REMOVE);
}

static inline bool
same_files(const struct picture *was, const struct dmsc_card *c,
    const struct subject *s, enum how how)
{
	size_t i, k, from, to;
	const struct dmsc_buf *a;
	const uint8_t *b;
	int at;

	for (i = 0; i < was->files.n; i++) {
		if (world_same(&was->files, i, c))
			continue;
		a = was->files.files[i].b;
		at = dmsc_card_child(c, was->files.files[i].parent,
		    was->files.files[i].fid);
		if (at < 0 || !may_differ(was, i, s, how, &from, &to)) {
			printf("# file %04X was touched\n",
			    was->files.files[i].fid);
			return false;
		}
		b = c->mem->ram + c->files[at].data;
		for (k = 0; k < a->len; k++)
			if (a->p[k] != b[k] && (k < from || k >= to)) {
				printf("# byte %zu of file %04X too\n", k,
				    was->files.files[i].fid);
				return false;
			}
	}
	return true;
}

static inline bool
same_docs(const struct picture *was, const struct picture *now,
    const struct subject *s)
{
	size_t i, k;

	for (i = 0; i < was->n_docs; i++) {
		if (strcmp(was->docs[i].name, s->name) == 0 ||
		    was->docs[i].bytes->len == 0)
			continue;
		for (k = 0; k < now->n_docs; k++)
			if (dmsc_rd_eq(dmsc_buf_rd(was->docs[i].bytes),
			    dmsc_buf_rd(now->docs[k].bytes)))
				break;
		if (k == now->n_docs) {
			printf("# %s is another\n", was->docs[i].name);
			return false;
		}
	}
	return true;
}

static const struct {
	const char *rest, *one_byte, *longer;
} values[] = {
	{ "/DMAcc/opx/Name", "Nane", "a longer name" },
	{ "/AppA/opx/Name", "Nane", "a longer name" },
	{ "/0/0/0", "coap://leshan.eclipseprojects.io:5784",
	    "coap://leshan.eclipseprojects.io:57831" },
};

/* Changes the working copy; *value is what stands there then. */
static inline int
change(struct world *w, const struct subject *s, enum how how, char *path,
    const char **value)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n;
	size_t i;

	*value = NULL;
	if (how >= REMOVE)
		return dmsc_rmdoc(w->s, s->name);
	for (i = 0; i < DMSC_COUNT(values); i++) {
		(void)snprintf(path, TEXT_MAX, "%s%s", s->name,
		    values[i].rest);
		if (dmsc_at(w->s, path, &t, &n) != DMSC_E_OK || n == NULL)
			continue;
		*value = how == STRAIGHT ? values[i].one_byte :
		    values[i].longer;
		return dmsc_edit_set(w->s, path, dmsc_rd_str(*value), NULL,
		    NULL);
	}
	return DMSC_E_NOTFOUND;
}

static inline bool
holds(struct world *w, const char *path, const char *value)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n;

	if (value == NULL)
		return true;
	return dmsc_at(w->s, path, &t, &n) == DMSC_E_OK && n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), value);
}

static inline bool
rights(struct world *w)
{
	return world_pin(w, 0x0A, WORLD_ADM) == DMSC_E_OK &&
	    world_pin(w, 0x81, "2468") == DMSC_E_OK;
}

/* The last file identifier of a place, 0: it has none. */
static inline unsigned
fid_of_place(const char *place)
{
	const char *text = strrchr(place, '/');

	if (text++ == NULL)
		return 0;
	return field_num(&text, 16, 4);
}

static inline bool
find_subject(struct world *w, size_t i, struct subject *s)
{
	struct picture p;
	struct dmsc_doc *d = NULL;
	size_t k, j;

	memset(s, 0, sizeof *s);
	take(&p, w);
	if (i < p.n_docs)
		memcpy(s->name, p.docs[i].name, sizeof s->name);
	if (i < p.n_docs && dmsc_doc_stat(w->s, s->name, &d) == DMSC_E_OK) {
		s->fid = fid_of_place(d->place);
		s->direct = warned(d, "in the directory itself");
	}
	for (k = 0; k < p.n_dirs; k++)
		for (j = 0; j < p.dirs[k].n; j++) {
			const struct dmsc_dodf_entry *e = &p.dirs[k].v[j];

			if (e->label == NULL || strcmp(e->label, s->name + 1)
			    != 0 || !e->path.has_range)
				continue;
			s->has_range = true;
			s->from = e->path.index;
			s->to = s->from + e->path.length;
		}
	dmsc_view_free(&dmsc_doc_view, d);
	drop(&p);
	return s->name[0] != '\0';
}

#endif
