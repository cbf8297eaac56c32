/* lint of a card's documents: their entries, their files, their content. */
#include <string.h>

#include "base/base.h"
#include "codec/lint.h"
#include "store/lint.h"
#include "store/signed.h"

enum { SHOWN = 64 };

static const struct dmsc_dodf_entry *
entry(const struct dmsc_store *st, const struct dmsc_sdoc *d, size_t i)
{
	return &st->dirs[d->refs[i].dir].dodf.v[d->refs[i].entry];
}

static bool
is_ours(const char *kind)
{
	return strcmp(kind, "dm") == 0 || strcmp(kind, "lwm2m") == 0 ||
	    strcmp(kind, "cp") == 0;
}

static bool
disagree(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) != 0;
}

/* The entries of one document beside each other. */
static void
twins(struct dmsc_store_lint *l, const struct dmsc_sdoc *d)
{
	const struct dmsc_dodf_entry *first, *e;
	bool oid = false, opaque = false;
	size_t i;

	for (i = 0; i < d->n_refs; i++) {
		e = entry(l->st, d, i);
		oid |= e->choice == DMSC_DO_OID;
		opaque |= e->choice == DMSC_DO_OPAQUE;
		first = entry(l->st, d, 0);
		if (disagree(first->label, e->label) ||
		    disagree(first->oid, e->oid) ||
		    first->is_private != e->is_private)
			dmsc_lint_say(&l->o, DMSC_L_TWINS_DIFFER,
			    DMSC_NO_OFFSET, NULL, "the entries at byte %zu "
			    "and %zu of its directories differ in %s",
			    first->at, e->at, disagree(first->label,
			    e->label) ? "the label" : disagree(first->oid,
			    e->oid) ? "the object identifier" :
			    "the private flag");
	}
	if (!opaque && oid)
		dmsc_lint_say(&l->o, DMSC_L_NO_OPAQUE_TWIN, DMSC_NO_OFFSET,
		    NULL, "no opaqueDO names it");
	if (!oid && opaque)
		dmsc_lint_say(&l->o, DMSC_L_NO_OID_DO, DMSC_NO_OFFSET, NULL,
		    "no oidDO names it");
}

static void
label(struct dmsc_store_lint *l, const struct dmsc_sdoc *d)
{
	const struct dmsc_sdoc *o;

	for (o = l->st->docs; o < d; o++)
		if (d->label != NULL && o->label != NULL &&
		    strcmp(d->label, o->label) == 0) {
			dmsc_lint_say(&l->o, DMSC_L_DO_LABELS, DMSC_NO_OFFSET,
			    NULL, "/%s has the label '%s' too", o->name,
			    d->label);
			return;
		}
}

static bool
open_to_all(struct dmsc_store_lint *l, const struct dmsc_sfile *f, bool *known)
{
	struct dmsc_buf *b = dmsc_buf_new(SHOWN);
	const char *s = NULL;
	bool yes;

	*known = false;
	if (b == NULL)
		l->o.code = DMSC_E_NOMEM;
	else if (dmsc_uicc_access(l->st->u, &f->place, &f->fcp,
	    DMSC_MODE_READ, b, NULL, NULL) != DMSC_FORECAST_UNKNOWN)
		s = dmsc_buf_cstr(b);
	*known = s != NULL && *s != '\0' && strcmp(s, "unknown") != 0;
	yes = *known && strcmp(s, "always") == 0;
	dmsc_buf_free(&b);
	return yes;
}

static void
rights(struct dmsc_store_lint *l, const struct dmsc_sdoc *d)
{
	bool known, open = open_to_all(l, &d->file, &known);

	if (!known)
		return;
	if (d->is_private && open)
		dmsc_lint_say(&l->o, DMSC_L_PRIVATE_OPEN, DMSC_NO_OFFSET,
		    NULL, "READ is allowed always");
	if (!d->is_private && !open)
		dmsc_lint_say(&l->o, DMSC_L_PUBLIC_CLOSED, DMSC_NO_OFFSET,
		    NULL, "READ needs a right");
}

static int
slots(struct dmsc_store_lint *l, struct dmsc_sdoc *d)
{
	int r = dmsc_sslot_find(l->st, &d->file, &d->slot);

	if (r != DMSC_E_OK)
		return r;
	if (!d->slot.there)
		dmsc_lint_say(&l->o, DMSC_L_NO_PAIR, DMSC_NO_OFFSET, NULL,
		    "the file %04X has no second slot",
		    dmsc_place_fid(&d->file.place));
	else if (d->file.have_fcp && d->slot.file.have_fcp &&
	    d->file.fcp.size != d->slot.file.fcp.size)
		dmsc_lint_say(&l->o, DMSC_L_PAIR_SIZE, DMSC_NO_OFFSET, NULL,
		    "%zu bytes, the other slot has %zu", d->file.fcp.size,
		    d->slot.file.fcp.size);
	return r;
}

/* Bytes as the working copy would write them, or as on the card. */
static void
content(struct dmsc_store_lint *l, struct dmsc_rd bytes, const char *kind,
    bool is_private)
{
	if (dmsc_store_empty(bytes)) {
		dmsc_lint_say(&l->o, DMSC_L_EMPTY, DMSC_NO_OFFSET, NULL,
		    "nothing stands in the file");
		return;
	}
	(void)dmsc_lint_document(bytes, true, &l->o);
	if (!is_private && dmsc_lint_has_secret(bytes))
		dmsc_lint_say(&l->o, DMSC_L_SECRET_OPEN, DMSC_NO_OFFSET,
		    NULL, "the %s document holds a secret", kind);
}

static int
work_content(struct dmsc_store_lint *l, const struct dmsc_work *w,
    bool is_private)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_work_bytes(l->st, w, b);

	if (r == DMSC_E_OK)
		content(l, dmsc_buf_rd(b), w->kind, is_private);
	dmsc_buf_free(&b);
	return r;
}

/* What could not be read is told, unless the link broke. */
static int
unread(struct dmsc_store_lint *l, int code)
{
	if (dmsc_store_lost(code) || code == DMSC_E_NOMEM ||
	    code == DMSC_E_INTERRUPTED)
		return code;
	/* What is there and no transparent file was told already. */
	if (code != DMSC_E_NOTFOUND || l->st->e->sw != 0)
		dmsc_lint_say(&l->o, code == DMSC_E_NOTFOUND ?
		    DMSC_L_FILE_GONE : DMSC_L_NOT_READ, DMSC_NO_OFFSET, NULL,
		    "%s", code == DMSC_E_AUTH ? "it needs a right" :
		    dmsc_e_text(code));
	dmsc_err_clear(l->st->e);
	return DMSC_E_OK;
}

static int
read_content(struct dmsc_store_lint *l, struct dmsc_sdoc *d)
{
	const char *said = dmsc_store_kind_of_oid(d->oid);
	bool locked = d->is_private && d->pin_ref != 0 &&
	    !dmsc_uicc_has_right(l->st->u, d->pin_ref);
	int r = locked ? dmsc_sfile_select(l->st, &d->file) :
	    dmsc_sdoc_read(l->st, d, false);

	if (r == DMSC_E_OK && locked)
		r = DMSC_E_AUTH;
	if (d->file.have_fcp && !d->direct) {
		dmsc_lint_file(l, &d->file, false);
		rights(l, d);
	}
	if (r != DMSC_E_OK)
		return unread(l, r);
	if (d->oid != NULL && is_ours(said) && strcmp(said, d->kind) != 0)
		dmsc_lint_say(&l->o, DMSC_L_KIND_DIFFERS, DMSC_NO_OFFSET,
		    NULL, "the identifier says %s, the content is %s", said,
		    d->kind);
	if (d->work != NULL && dmsc_work_dirty(d->work))
		return work_content(l, d->work, d->is_private);
	content(l, dmsc_sdoc_bytes(d), d->kind, d->is_private);
	return DMSC_E_OK;
}

/* The rules of a document, in its companion: their content alone. */
static int
companion(struct dmsc_store_lint *l, struct dmsc_sdoc *d)
{
	bool locked = d->is_private && d->pin_ref != 0 &&
	    !dmsc_uicc_has_right(l->st->u, d->pin_ref);
	int r = locked ? DMSC_E_AUTH : dmsc_sdoc_read(l->st, d, false);

	if (r != DMSC_E_OK)
		return unread(l, r);
	if (d->work != NULL && dmsc_work_dirty(d->work))
		return work_content(l, d->work, d->is_private);
	content(l, dmsc_sdoc_bytes(d), d->kind, d->is_private);
	return DMSC_E_OK;
}

/* As the card has it, or the working copy; empty is told by its kind. */
static void
check_cms(struct dmsc_store_lint *l, struct dmsc_rd bytes)
{
	if (!dmsc_signed_is_cms(bytes))
		dmsc_lint_say(&l->o, DMSC_L_SIG_NO_CMS, 0, NULL,
		    "this is no CMS SignedData");
}

/* The signature of a document, or an object that would be one. */
static int
signature(struct dmsc_store_lint *l, struct dmsc_sdoc *d)
{
	const struct dmsc_sdoc *owner = dmsc_signed_doc_of(l->st, d);
	bool locked = d->is_private && d->pin_ref != 0 &&
	    !dmsc_uicc_has_right(l->st->u, d->pin_ref);
	int r = locked ? DMSC_E_AUTH : dmsc_sdoc_read(l->st, d, false);

	if (owner == NULL)
		dmsc_lint_say(&l->o, DMSC_L_SIG_ORPHAN, DMSC_NO_OFFSET, NULL,
		    "no document has the label that it names");
	else if (owner->is_private && !d->is_private)
		dmsc_lint_say(&l->o, DMSC_L_SIG_OPEN, DMSC_NO_OFFSET, NULL,
		    "the document is private, its signature is not");
	if (r != DMSC_E_OK)
		return unread(l, r);
	if (d->work != NULL && d->work->raw != NULL)
		check_cms(l, dmsc_buf_rd(d->work->raw));
	else
		check_cms(l, dmsc_rd_slice(dmsc_sdoc_bytes(d), 0,
		    dmsc_signed_used(dmsc_sdoc_bytes(d))));
	return DMSC_E_OK;
}

static void
signatures(struct dmsc_store_lint *l, struct dmsc_sdoc *d)
{
	const struct dmsc_what w = { .doc = d, .work = d->work, .rest = "" };
	size_t i, n = 0;

	for (i = 0; i < l->st->n_docs; i++)
		n += dmsc_signed_for(l->st, &l->st->docs[i], &w);
	if (!dmsc_signed_there(l->st, &w))
		dmsc_lint_say(&l->o, DMSC_L_UNSIGNED, DMSC_NO_OFFSET, NULL,
		    "no signature of it is on the card");
	else if (n > 1)
		dmsc_lint_say(&l->o, DMSC_L_SIG_TWO, DMSC_NO_OFFSET, NULL,
		    "it has %zu signatures", n);
}

static int
document(struct dmsc_store_lint *l, struct dmsc_sdoc *d)
{
	int r;

	if (strcmp(d->kind, "arf") == 0 || d->is_dir)
		return DMSC_E_OK;
	if (dmsc_rules_is(d->kind))
		return companion(l, d);
	if (dmsc_signed_is(d->kind) || (d->oid != NULL &&
	    strcmp(d->oid, DMSC_OID_SIGNED_DATA) == 0))
		return signature(l, d);
	if (strcmp(d->kind, "app") == 0) {
		r = dmsc_sfile_select(l->st, &d->file);
		return r == DMSC_E_OK ? r : unread(l, r);
	}
	if ((r = read_content(l, d)) != DMSC_E_OK || !d->file.have_fcp)
		return r;
	twins(l, d);
	label(l, d);
	if (d->oid == NULL)
		dmsc_lint_say(&l->o, DMSC_L_DO_NO_OID, DMSC_NO_OFFSET, NULL,
		    "no entry of it has an object identifier");
	signatures(l, d);
	return d->direct || d->has_range ? DMSC_E_OK : slots(l, d);
}

/* A companion goes by the name of its document: its nodes do the rest. */
static int
name_of(const struct dmsc_sdoc *d, const struct dmsc_work *w, char **name)
{
	const char *own = d != NULL ? d->name : w->name;
	const char *kind = d != NULL ? d->kind : w->kind;
	size_t n = strlen(own);

	if (dmsc_rules_is(kind) && strrchr(own, '.') != NULL)
		n = (size_t)(strrchr(own, '.') - own);
	return dmsc_str_set(name, "/%.*s", (int)n, own);
}

static int
named(struct dmsc_store_lint *l, struct dmsc_sdoc *d, struct dmsc_work *w)
{
	char *name = NULL;
	int r = name_of(d, w, &name);

	l->list.place = name;
	if (r == DMSC_E_OK)
		r = d != NULL ? document(l, d) :
		    work_content(l, w, w->is_private);
	l->list.place = NULL;
	free(name);
	return r;
}

/* The card's own tree; who owns the card has no account in it. */
static int
own_tree(struct dmsc_store_lint *l, struct dmsc_what *w)
{
	int r = dmsc_work_open(l->st, w);

	if (r != DMSC_E_OK)
		return r;
	l->o.owner = "owner";
	r = named(l, NULL, w->work);
	l->o.owner = NULL;
	return r;
}

int
dmsc_lint_one(struct dmsc_store_lint *l, struct dmsc_what *w)
{
	return w->card ? own_tree(l, w) : named(l, w->doc, w->work);
}

int
dmsc_lint_docs(struct dmsc_store_lint *l)
{
	struct dmsc_what card = { .card = true, .rest = "" };
	struct dmsc_work *w;
	size_t i;
	int r = DMSC_E_OK;

	if (l->st->mixed)
		dmsc_lint_say(&l->o, DMSC_L_CUT, DMSC_NO_OFFSET, NULL,
		    "'recover' clears it");
	for (i = 0; i < l->st->n_docs && r == DMSC_E_OK; i++)
		if (l->st->docs[i].work == NULL ||
		    !l->st->docs[i].work->removed)
			r = named(l, &l->st->docs[i], NULL);
	for (w = l->st->works; r == DMSC_E_OK && w != NULL; w = w->next)
		if (w->is_new && !dmsc_beside_is(w->kind))
			r = named(l, NULL, w);
	if (r != DMSC_E_OK || l->st->brief || !dmsc_appl_listed(l->st) ||
	    (r = own_tree(l, &card)) == DMSC_E_OK)
		return r;
	l->list.place = "/card";
	r = unread(l, r);
	l->list.place = NULL;
	return r;
}
