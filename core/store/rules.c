/*
 * Documents' own rules: the MO ./DMSC (urn:oma:mo:ext-dmsc:1.0). In dm
 * documents it is part of the tree; other documents have it in a companion,
 * a data object LABEL.dmsc that holds the TNDS of that one MO. A path
 * /LABEL/DMSC means it for every kind; the companion is no document of its
 * own, it goes with its document.
 */
#include "store/inside.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define MO "DMSC"
#define SUFFIX ".dmsc"

bool
dmsc_rules_is(const char *kind)
{
	return strcmp(kind, DMSC_KIND_RULES) == 0;
}

/* Whether a document of this kind has its rules in a companion. */
static bool
has_companion(const char *kind)
{
	return strcmp(kind, "dm") != 0 && strcmp(kind, "arf") != 0 &&
	    !dmsc_rules_is(kind);
}

/* The label of the document whose companion has this one; 0: of none. */
static size_t
owner_length(const char *label)
{
	size_t n = label == NULL ? 0 : strlen(label),
	    m = sizeof SUFFIX - 1;

	return n > m && strcmp(label + n - m, SUFFIX) == 0 ? n - m : 0;
}

static bool
is_label(const char *label, const char *owner, size_t n)
{
	return owner != NULL && strlen(owner) == n &&
	    memcmp(label, owner, n) == 0;
}

static struct dmsc_sdoc *
owner_on_card(struct dmsc_store *st, const char *label)
{
	size_t i, n = owner_length(label);

	for (i = 0; n > 0 && i < st->n_docs; i++)
		if (is_label(label, st->docs[i].label, n) &&
		    has_companion(st->docs[i].kind))
			return &st->docs[i];
	return NULL;
}

void
dmsc_rules_mark(struct dmsc_store *st)
{
	struct dmsc_sdoc *d;
	size_t i;

	for (i = 0; i < st->n_docs; i++) {
		d = &st->docs[i];
		if (strcmp(d->kind, "app") == 0 && d->oid == NULL &&
		    !d->is_dir && !d->direct &&
		    owner_on_card(st, d->label) != NULL)
			d->kind = DMSC_KIND_RULES;
	}
}

static struct dmsc_work *
new_work(struct dmsc_store *st, const char *label, bool rules)
{
	struct dmsc_work *w;

	for (w = st->works; w != NULL; w = w->next)
		if (w->is_new && w->label != NULL &&
		    dmsc_rules_is(w->kind) == rules &&
		    strcmp(w->label, label) == 0)
			return w;
	return NULL;
}

/* The companion of the document with this label. */
static void
find_companion(struct dmsc_store *st, const char *label,
    struct dmsc_what *out)
{
	char *full = NULL;
	size_t i;

	out->doc = NULL;
	out->work = NULL;
	if (label == NULL ||
	    dmsc_str_set(&full, "%s" SUFFIX, label) != DMSC_E_OK)
		return;
	for (i = 0; i < st->n_docs; i++)
		if (dmsc_rules_is(st->docs[i].kind) &&
		    strcmp(st->docs[i].label, full) == 0) {
			out->doc = &st->docs[i];
			out->work = out->doc->work;
		}
	if (out->doc == NULL)
		out->work = new_work(st, full, true);
	free(full);
}

static const char *
label_of(const struct dmsc_what *w)
{
	return w->doc != NULL ? w->doc->label : w->work != NULL ?
	    w->work->label : NULL;
}

static const char *
kind_of(const struct dmsc_what *w)
{
	return w->doc != NULL ? w->doc->kind : w->work->kind;
}

void
dmsc_rules_of(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_what *out)
{
	memset(out, 0, sizeof *out);
	if ((owner->doc != NULL || owner->work != NULL) &&
	    has_companion(kind_of(owner)))
		find_companion(st, label_of(owner), out);
}

void
dmsc_rules_look(struct dmsc_store *st, struct dmsc_what *w)
{
	size_t n = sizeof MO - 1;
	struct dmsc_what to;

	if ((w->doc == NULL && w->work == NULL) ||
	    !has_companion(kind_of(w)) || label_of(w) == NULL ||
	    !dmsc_begins(w->rest, MO) ||
	    (w->rest[n] != '\0' && w->rest[n] != '/'))
		return;
	w->owner = label_of(w);
	w->owner_private = w->doc != NULL ? w->doc->is_private :
	    w->work->is_private;
	find_companion(st, w->owner, &to);
	w->doc = to.doc;
	w->work = to.work;
}

int
dmsc_rules_missing(struct dmsc_store *st, const char *path)
{
	dmsc_fail(st->e, DMSC_E_NOTFOUND,
	    "the document has no rules of its own");
	dmsc_err_where(st->e, "%s", path);
	path += strspn(path, "/");
	path += strcspn(path, "/");	/* behind the document's name */
	path += strspn(path, "/");
	return dmsc_err_next(st->e, "add %s%s VALUE", st->e->where,
	    strchr(path, '/') == NULL ? "/Group" : "");
}

/* Removed in the working copy and wanted again: it begins anew. */
static int
revive(struct dmsc_store *st, struct dmsc_work *w)
{
	struct dmsc_tree *t;
	struct dmsc_node *n;
	int r;

	w->removed = false;
	if ((r = dmsc_work_edit(st, w, &t)) != DMSC_E_OK)
		return r;
	while (r == DMSC_E_OK &&
	    (n = dmsc_node_first(dmsc_tree_root(t))) != NULL)
		r = dmsc_node_remove(t, n);
	return r;
}

int
dmsc_rules_make(struct dmsc_store *st, const char *owner, bool is_private)
{
	struct dmsc_work *w;
	char *label = NULL, *name = NULL;
	int r;

	if ((r = dmsc_work_note_card(st)) != DMSC_E_OK)
		return r;
	if (dmsc_str_set(&label, "%s" SUFFIX, owner) != DMSC_E_OK ||
	    dmsc_store_escape(label, &name) != DMSC_E_OK ||
	    (w = dmsc_work_new(st, name, DMSC_KIND_RULES)) == NULL) {
		free(label);
		free(name);
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	}
	free(name);
	w->label = label;
	w->is_new = w->checked = true;
	w->is_private = is_private;
	return DMSC_E_OK;
}

int
dmsc_rules_need(struct dmsc_store *st, const char *path)
{
	struct dmsc_what w;
	int r = dmsc_store_look(st, path, &w);

	if (r != DMSC_E_OK || w.owner == NULL)
		return r;
	if (w.work != NULL && w.work->removed)
		return revive(st, w.work);
	return w.doc != NULL || w.work != NULL ? DMSC_E_OK :
	    dmsc_rules_make(st, w.owner, w.owner_private);
}

/* One that was made for what failed does not stay. */
int
dmsc_rules_end(struct dmsc_store *st, const char *path, int r)
{
	struct dmsc_what w;

	if (r == DMSC_E_OK || dmsc_store_look(st, path, &w) != DMSC_E_OK ||
	    w.owner == NULL || w.work == NULL || !w.work->is_new ||
	    w.work->raw != NULL || (w.work->tree != NULL &&
	    dmsc_node_children(dmsc_tree_root(w.work->tree)) > 0))
		return r;
	dmsc_work_drop(st, w.work);
	return r;
}

int
dmsc_rules_copy(struct dmsc_store *st, const struct dmsc_what *from,
    const char *label, bool is_private)
{
	struct dmsc_buf *b;
	struct dmsc_what w, to;
	int r;

	dmsc_rules_of(st, from, &w);
	if ((w.doc == NULL && w.work == NULL) ||
	    (w.work != NULL && w.work->removed))
		return DMSC_E_OK;
	w.rest = "";
	if ((b = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_work_open(st, &w)) == DMSC_E_OK &&
	    (r = dmsc_work_bytes(st, w.work, b)) == DMSC_E_OK &&
	    (r = dmsc_rules_make(st, label, is_private)) == DMSC_E_OK) {
		find_companion(st, label, &to);
		r = dmsc_work_replace(st, to.work, dmsc_buf_rd(b));
	}
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_rules_remove(struct dmsc_store *st, const struct dmsc_what *owner)
{
	struct dmsc_what w;

	dmsc_rules_of(st, owner, &w);
	return w.doc == NULL && w.work == NULL ? DMSC_E_OK :
	    dmsc_work_remove(st, &w);
}

size_t
dmsc_rules_owner(const struct dmsc_work *w)
{
	return dmsc_rules_is(w->kind) ? owner_length(w->name) : 0;
}

bool
dmsc_rules_taken(struct dmsc_store *st, const char *label)
{
	size_t n = owner_length(label);
	const struct dmsc_work *w;

	if (n == 0)
		return false;
	for (w = st->works; w != NULL; w = w->next)
		if (w->is_new && has_companion(w->kind) &&
		    is_label(label, w->label, n))
			return true;
	return owner_on_card(st, label) != NULL;
}

/* ---- what they say */

static int
take(const struct dmsc_node *mo, const char *name, char **out)
{
	const struct dmsc_node *n = dmsc_node_child(mo, name);

	if (n == NULL || !dmsc_node_is_leaf(n))
		return DMSC_E_OK;
	*out = dmsc_strndup(dmsc_node_value(n));
	return *out == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
say(const struct dmsc_node *mo, struct dmsc_doc_rules *out)
{
	int r;

	if ((r = take(mo, "UserConfirmation", &out->confirmation)) !=
	    DMSC_E_OK || (r = take(mo, "Group", &out->group)) != DMSC_E_OK ||
	    (r = take(mo, "Version", &out->version)) != DMSC_E_OK)
		return r;
	return take(mo, "Issuer", &out->issuer);
}

/* None is no failure; what cannot be read is as if it were not there. */
int
dmsc_rules_read(struct dmsc_store *st, const char *name,
    struct dmsc_doc_rules **out)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *mo = NULL;
	char *path = NULL;
	int r;

	*out = NULL;
	if (dmsc_str_set(&path, "/%s/" MO, name) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	r = dmsc_store_at(st, path, &t, &mo);
	free(path);
	if (r != DMSC_E_OK) {
		if (dmsc_store_lost(r) || r == DMSC_E_INTERRUPTED ||
		    r == DMSC_E_NOMEM)
			return r;
		dmsc_err_clear(st->e);
		return DMSC_E_OK;
	}
	if (mo == NULL)
		return DMSC_E_OK;
	if ((*out = dmsc_view_new(&dmsc_doc_rules_view)) == NULL)
		return DMSC_E_NOMEM;
	return say(mo, *out);
}
