/* What a model of a reader finds on a card (device/model.h). */
#include "device/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pkcs15/pkcs15.h"
#include "store/lint.h"
#include "tlv/ber.h"

enum { ODF_DODF = 0xA7, PAD_FF = 0xFF, PAD_00 = 0x00, FID_LEN = 2,
	MF = 0x3F, DF = 0x7F, NO_SIZE = 1024, LAST_OFFSET = 0x8000,
	LWM2M_MOST = 32768 };

struct walk {
	const struct dmsc_model *m;
	const struct dmsc_raw *raw;
	const struct dmsc_raw_doc *doc;	/* that is looked for */
	bool hit;			/* an entry of it was taken */
	bool other;			/* one of the same identifier was */
	const char *why;		/* the entry was seen and refused */
};

/* The next entry of what the reader has of a file. False: its end; *spoilt
 * says that what came before does not count. */
static bool
next(const struct dmsc_model *m, struct dmsc_rd *r, struct dmsc_rd *entry,
    bool *spoilt)
{
	struct dmsc_rd value;
	uint32_t tag;

	while (r->left > 0 && (r->p[0] == PAD_FF || r->p[0] == PAD_00)) {
		if (m->stops_at_pad)
			return false;
		*r = dmsc_rd_slice(*r, 1, r->left);
	}
	if (r->left == 0)
		return false;
	if (dmsc_tlv_next_raw(r, &tag, &value, entry) == DMSC_E_OK)
		return true;
	*spoilt = m->cut_spoils;
	return false;
}

static struct dmsc_rd
block(const struct dmsc_model *m, struct dmsc_rd file)
{
	return m->dir_block == 0 ? file :
	    dmsc_rd_slice(file, 0, m->dir_block);
}

/* The file identifier that the reader makes of a path; 0: it cannot. */
static unsigned
follow(const struct walk *w, const struct dmsc_p15_path *p)
{
	const uint8_t *end = p->path + p->len;

	if (p->len < FID_LEN || p->len % FID_LEN != 0)
		return 0;
	if (p->len > FID_LEN && (w->m->path == MODEL_PATH_FID ||
	    (w->m->path == MODEL_PATH_MF && (p->path[0] == DF ||
	    !w->raw->by_path))))
		return 0;
	return (unsigned)end[-2] << 8 | end[-1];
}

static const char *
refused(const struct walk *w, const struct dmsc_dodf_entry *e)
{
	bool arf = strcmp(w->doc->kind, "arf") == 0;
	unsigned form = e->oid_double ? MODEL_TWICE : MODEL_PLAIN;

	if (w->m->match != MODEL_MATCH_EACH &&
	    ((arf ? w->m->arf_oids : w->m->oids) & form) == 0)
		return e->oid_double ? "its identifier is wrapped twice" :
		    "its identifier is not wrapped twice";
	if (e->path.has_range && w->m->range == MODEL_RANGE_FATAL)
		return "its path has an index and a length";
	if (e->path.has_range && w->m->range == MODEL_RANGE_IGNORED &&
	    e->path.index > 0)
		return "its path has an index, which the reader ignores";
	if (follow(w, &e->path) == 0)
		return "its path is none that the reader follows";
	return NULL;
}

/* One entry of the kind that the reader takes. False: the walk ends. */
static bool
take(struct walk *w, const struct dmsc_dodf_entry *e)
{
	bool mine = follow(w, &e->path) == w->doc->fid ||
	    (e->path.len >= FID_LEN && ((unsigned)e->path.path[e->path.len -
	    2] << 8 | e->path.path[e->path.len - 1]) == w->doc->fid);
	const char *why;

	if (w->m->match == MODEL_MATCH_EACH && !mine)
		return true;
	if (w->m->match != MODEL_MATCH_EACH && (e->oid == NULL ||
	    w->doc->oid == NULL || strcmp(e->oid, w->doc->oid) != 0))
		return true;
	why = refused(w, e);
	if (why != NULL && mine)
		w->why = why;
	if (why != NULL)
		return w->m->range != MODEL_RANGE_FATAL ||
		    !e->path.has_range;
	if (w->m->match == MODEL_MATCH_LAST) {
		w->hit = mine;
		w->other = !mine;
	} else if (mine)
		w->hit = !w->other;
	else
		w->other = !w->hit;
	return w->m->match == MODEL_MATCH_LAST;
}

/* False: no further directory is looked into. */
static bool
directory(struct walk *w, struct dmsc_rd file)
{
	struct dmsc_rd r = block(w->m, file), entry;
	struct dmsc_dodf d;
	bool spoilt = false, go = true;

	while (go && next(w->m, &r, &entry, &spoilt)) {
		if (entry.p[0] != w->m->choice) {
			if (w->m->stops_at_other)
				break;
			continue;
		}
		if (dmsc_dodf_read(entry, &d) == DMSC_E_OK && d.n == 1 &&
		    d.v[0].understood && d.v[0].has_path)
			go = take(w, &d.v[0]);
		dmsc_dodf_clear(&d);
	}
	if (spoilt) {
		w->hit = w->other = false;
		w->why = "an entry is cut at the end of what the reader "
		    "reads";
	}
	return !w->hit && !w->other;
}

static const struct dmsc_raw_dir *
dir_of(const struct walk *w, const struct dmsc_odf_entry *e)
{
	unsigned fid = e->has_path && !(e->path.has_range &&
	    w->m->range == MODEL_RANGE_FATAL) ? follow(w, &e->path) : 0;
	size_t i;

	for (i = 0; i < w->raw->n_dirs; i++)
		if (w->raw->dirs[i].fid == fid)
			return &w->raw->dirs[i];
	return NULL;
}

static void
all_dirs(struct walk *w, const struct dmsc_odf *odf)
{
	const struct dmsc_raw_dir *d;
	size_t i;
	bool go = true;

	for (i = 0; i < odf->n && go; i++)
		if (odf->v[i].tag == ODF_DODF &&
		    (d = dir_of(w, &odf->v[i])) != NULL)
			go = directory(w, d->bytes);
}

static void
one_dir(struct walk *w, const struct dmsc_odf *odf)
{
	const struct dmsc_raw_dir *d = NULL;
	size_t i;

	for (i = 0; i < odf->n; i++) {
		if (w->m->odf == MODEL_ODF_FIRST && i > 0)
			break;
		if (odf->v[i].tag == ODF_DODF)
			d = dir_of(w, &odf->v[i]);
	}
	if (d != NULL)
		(void)directory(w, d->bytes);
	else
		w->why = w->m->odf == MODEL_ODF_FIRST && odf->n > 0 &&
		    odf->v[0].tag != ODF_DODF ? "the first entry of the ODF "
		    "is no directory of data objects" : "it finds no "
		    "directory of data objects";
}

/* The entries of the ODF as the reader comes by them. */
static bool
object_dir(struct walk *w)
{
	struct dmsc_rd r = block(w->m, w->raw->odf), entry, all = r;
	struct dmsc_odf odf;
	bool spoilt = false, good;

	while (next(w->m, &r, &entry, &spoilt))
		;
	good = !spoilt && dmsc_odf_read(dmsc_rd_slice(all, 0, all.left -
	    r.left), &odf) == DMSC_E_OK;
	if (!good) {
		w->why = "the ODF is broken";
		if (spoilt)
			return false;
	} else if (w->m->odf == MODEL_ODF_ALL)
		all_dirs(w, &odf);
	else
		one_dir(w, &odf);
	dmsc_odf_clear(&odf);
	return good;
}

/* What of the card itself the reader needs. */
static const char *
outside(const struct dmsc_model *m, const struct dmsc_raw *raw)
{
	if (m->listed && !raw->listed)
		return "EF.DIR does not list the application";
	if (m->by_path && !raw->by_path)
		return "the entry of EF.DIR has no path";
	if (m->token_flags && !raw->token_flags)
		return "TokenInfo has no flags";
	return NULL;
}

static const char *
content(const struct dmsc_model *m, const struct dmsc_raw_doc *d)
{
	if (d->in_entry)
		return "it stands in the directory itself";
	if (!d->there)
		return "its file is not there";
	if (!d->open && !m->pin)
		return "its file needs a PIN or key";
	if (m->header && d->bare)
		return "it has no header";
	if (m->header && strcmp(d->kind, "lwm2m") == 0 &&
	    d->used > LWM2M_MOST)
		return "it has more than 32 KB";
	return NULL;
}

static size_t
most_of(const struct dmsc_model *m, const struct dmsc_raw_doc *d)
{
	size_t n = m->doc_block != 0 ? DMSC_MIN(d->used, m->doc_block) :
	    d->used;

	if (m->size_sign)
		n = DMSC_MIN(n, d->size_sign ? (size_t)NO_SIZE :
		    (size_t)LAST_OFFSET);
	return n;
}

static int
see(struct walk *w, struct dmsc_seen *s)
{
	const struct dmsc_raw_doc *d = w->doc;
	const char *why = outside(w->m, w->raw);
	char cut[DMSC_ERR_TEXT];
	int r;

	if (why == NULL) {
		(void)object_dir(w);
		why = w->hit ? content(w->m, d) : w->other ?
		    "another document has its identifier too" :
		    w->why != NULL ? w->why : "no entry within its reach "
		    "names it";
	}
	s->found = w->hit && why == NULL;
	s->bytes = s->found ? most_of(w->m, d) : 0;
	if (s->found && s->bytes < d->used) {
		(void)snprintf(cut, sizeof cut, "%zu of %zu bytes are read",
		    s->bytes, d->used);
		why = cut;
	}
	if ((r = dmsc_str_set(&s->document, "%s", d->name)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&s->kind, "%s", d->kind)) != DMSC_E_OK)
		return r;
	return why == NULL ? r : dmsc_str_set(&s->why, "%s", why);
}

static bool
made_for(const struct dmsc_model *m, const char *kind)
{
	size_t n = strlen(kind);
	const char *p = m->kinds;

	for (; p != NULL && (p = strstr(p, kind)) != NULL; p += n)
		if ((p == m->kinds || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static int
tell(const struct walk *w, const struct dmsc_seen *s, struct dmsc_lint *l)
{
	struct dmsc_lint_list list = { .out = l };
	char *place = NULL;
	enum dmsc_rule rule;
	int r;

	if (s->why == NULL)
		return DMSC_E_OK;
	rule = !made_for(w->m, s->kind) || w->doc->is_private ?
	    DMSC_L_MODEL_OTHER : s->found ? DMSC_L_MODEL_CUTS :
	    DMSC_L_MODEL_MISSES;
	if ((r = dmsc_str_set(&place, "/%s", s->document)) == DMSC_E_OK) {
		list.place = place;
		r = dmsc_lint_found(&list, rule, DMSC_NO_OFFSET, NULL,
		    s->why);
	}
	free(place);
	return r;
}

struct judged {
	const struct dmsc_model *m;
	const struct dmsc_lint *l;
};

/* Whether a finding matters to the reader. */
static bool
matters(const struct dmsc_finding *f, const void *ctx)
{
	const struct judged *j = ctx;
	const struct dmsc_model *m = j->m;
	const struct dmsc_lint *l = j->l;
	const enum dmsc_rule *r;
	size_t i;

	if (m->rules == NULL)
		return true;
	for (r = m->rules; *r != DMSC_L_COUNT; r++)
		if (strcmp(dmsc_rule(*r)->name, f->rule) == 0)
			return true;
	if (f->place == NULL || f->place[0] != '/' ||
	    dmsc_rule_of_content(f->rule) == false)
		return false;
	for (i = 0; i < l->n_seen; i++)
		if (strcmp(l->seen[i].document, f->place + 1) == 0)
			return made_for(m, l->seen[i].kind);
	return false;
}

int
dmsc_model_judge(const struct dmsc_model *m, const struct dmsc_raw *raw,
    struct dmsc_lint *l)
{
	const struct judged j = { m, l };
	struct dmsc_seen *s;
	size_t i;
	int r = dmsc_str_set(&l->model, "%s", m->name);

	for (i = 0; r == DMSC_E_OK && i < raw->n_docs; i++) {
		struct walk w = { .m = m, .raw = raw, .doc = &raw->docs[i] };

		s = dmsc_list_add(&l->seen, &l->n_seen, sizeof *s);
		r = s == NULL ? DMSC_E_NOMEM : see(&w, s);
	}
	if (r != DMSC_E_OK)
		return r;
	dmsc_lint_sieve(l, matters, &j);
	for (i = 0; r == DMSC_E_OK && i < raw->n_docs; i++) {
		struct walk w = { .m = m, .raw = raw, .doc = &raw->docs[i] };

		r = tell(&w, &l->seen[i], l);
	}
	return r;
}
