/*
 * Documents' own rules: the MO ./DMSC (urn:oma:mo:ext-dmsc:1.0). In dm
 * documents it is part of the tree; other documents have it in a companion,
 * a data object LABEL.dmsc that holds the TNDS of that one MO. A path
 * /LABEL/DMSC means it for every kind; the companion is no document of its
 * own, it goes with its document.
 */
#include "store/beside.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define MO "DMSC"

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
	    !dmsc_beside_is(kind);
}

static const struct dmsc_beside companion = {
	DMSC_KIND_RULES, DMSC_RULES_SUFFIX, has_companion
};

void
dmsc_rules_mark(struct dmsc_store *st)
{
	struct dmsc_sdoc *d;
	size_t i;

	for (i = 0; i < st->n_docs; i++) {
		d = &st->docs[i];
		if (strcmp(d->kind, "app") == 0 && d->oid == NULL &&
		    !d->is_dir && !d->direct &&
		    dmsc_beside_doc(st, &companion, d->label) != NULL)
			d->kind = DMSC_KIND_RULES;
	}
}

void
dmsc_rules_of(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_what *out)
{
	dmsc_beside_of(st, &companion, owner, out);
}

void
dmsc_rules_look(struct dmsc_store *st, struct dmsc_what *w)
{
	size_t n = sizeof MO - 1;
	struct dmsc_what to;

	if ((w->doc == NULL && w->work == NULL) ||
	    !has_companion(dmsc_what_kind(w)) || dmsc_what_label(w) == NULL ||
	    !dmsc_begins(w->rest, MO) ||
	    (w->rest[n] != '\0' && w->rest[n] != '/'))
		return;
	w->owner = dmsc_what_label(w);
	w->owner_private = w->doc != NULL ? w->doc->is_private :
	    w->work->is_private;
	dmsc_beside_find(st, &companion, w->owner, &to);
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

	return dmsc_beside_make(st, &companion, owner, is_private, &w);
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
		dmsc_beside_find(st, &companion, label, &to);
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
	return dmsc_rules_is(w->kind) ?
	    dmsc_beside_owner(&companion, w->name) : 0;
}

bool
dmsc_rules_taken(struct dmsc_store *st, const char *label)
{
	return dmsc_beside_taken(st, &companion, label);
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
