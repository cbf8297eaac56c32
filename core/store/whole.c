/* Documents as a whole in the working copy: made, removed, reverted. */
#include "store/cardtree.h"

#include <string.h>

#include "base/base.h"

enum { LABEL_MAX = 128 };

static const char *
known_kind(const char *kind)
{
	static const char *const kinds[] = { "dm", "lwm2m", "cp", "app" };
	size_t i;

	for (i = 0; i < DMSC_COUNT(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return kinds[i];
	return NULL;
}

/* A label from a name in a path; names that mean something else are out. */
static int
label_of(struct dmsc_store *st, const char *name, char **label,
    char **escaped)
{
	struct dmsc_buf *b = dmsc_buf_new(LABEL_MAX);
	const char *text;
	int r = DMSC_E_NOMEM;

	*label = *escaped = NULL;
	if (b != NULL && *name != '@' &&
	    (r = dmsc_uri_unescape(name, b)) == DMSC_E_OK &&
	    (text = dmsc_buf_cstr(b)) != NULL &&
	    (r = dmsc_str_set(label, "%s", text)) == DMSC_E_OK)
		r = dmsc_store_escape(*label, escaped);
	else if (b != NULL && r != DMSC_E_LIMIT && (r != DMSC_E_NOMEM ||
	    *name == '@'))
		r = DMSC_E_FORMAT;
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK)
		return r;
	dmsc_fail(st->e, r == DMSC_E_NOMEM ? r : DMSC_E_USAGE,
	    "not a name for a document");
	return dmsc_err_where(st->e, "%s", name);
}

static int
not_there(struct dmsc_store *st, const char *path)
{
	struct dmsc_what w;
	int r;

	if ((r = dmsc_store_look(st, path, &w)) != DMSC_E_OK)
		return r;
	if (*w.rest != '\0') {
		dmsc_fail(st->e, DMSC_E_USAGE, "a document is meant");
		return dmsc_err_where(st->e, "%s", path);
	}
	if (w.doc == NULL && w.work == NULL && !w.card)
		return DMSC_E_OK;
	dmsc_fail(st->e, DMSC_E_EXISTS, "already there");
	dmsc_err_where(st->e, "%s", path);
	if (w.work != NULL && w.work->removed)
		dmsc_err_why(st->e, "its removal is not committed yet");
	return st->e->code;
}

/* A new document belongs to this card, also after a reconnect. */
int
dmsc_work_note_card(struct dmsc_store *st)
{
	const char *id = NULL;
	int r;

	if ((r = dmsc_guard_identity(st->g, &id)) != DMSC_E_OK)
		return r;
	r = dmsc_str_set(&st->works_card, "%s", id != NULL ? id : "");
	return r == DMSC_E_OK ? r : dmsc_fail(st->e, r, "out of memory");
}

int
dmsc_store_mkdoc(struct dmsc_store *st, const char *path, const char *kind,
    size_t size, bool is_private)
{
	const char *k = known_kind(kind), *rest;
	char *name = NULL, *label = NULL, *escaped = NULL;
	struct dmsc_work *w;
	int r;

	if (k == NULL) {
		dmsc_fail(st->e, DMSC_E_USAGE, "no such kind of document");
		dmsc_err_where(st->e, "%s", kind);
		return dmsc_err_why(st->e, "kinds are dm, lwm2m, cp, app");
	}
	if (size > DMSC_EF_MAX)
		return dmsc_fail(st->e, DMSC_E_USAGE,
		    "a file holds at most %d bytes", DMSC_EF_MAX);
	if ((r = not_there(st, path)) != DMSC_E_OK ||
	    (r = dmsc_store_split(st, path, &name, &rest)) != DMSC_E_OK)
		return r;
	r = label_of(st, name, &label, &escaped);
	free(name);
	if (r == DMSC_E_OK && (dmsc_rules_taken(st, label) ||
	    dmsc_signed_taken(st, label))) {
		dmsc_fail(st->e, DMSC_E_USAGE, "the name of a document's %s",
		    dmsc_signed_taken(st, label) ? "signature" : "rules");
		r = dmsc_err_where(st->e, "%s", path);
	}
	if (r == DMSC_E_OK)
		r = dmsc_work_note_card(st);
	if (r != DMSC_E_OK) {
		free(label);
		free(escaped);
		return r;
	}
	if ((w = dmsc_work_new(st, escaped, k)) != NULL) {
		w->label = label;
		w->is_new = w->checked = true;
		w->is_private = is_private;
		w->size = size;
	} else {
		free(label);
		r = dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	}
	free(escaped);
	return r;
}

static int
untouchable(struct dmsc_store *st, const char *path)
{
	dmsc_fail(st->e, DMSC_E_UNSUPPORTED, "never touched");
	dmsc_err_where(st->e, "%s", path);
	return dmsc_err_why(st->e, "these are the access rules that Android "
	    "enforces");
}

int
dmsc_work_remove(struct dmsc_store *st, struct dmsc_what *w)
{
	if (w->doc == NULL) {
		dmsc_work_drop(st, w->work);
		return DMSC_E_OK;
	}
	if (w->work == NULL) {
		w->work = dmsc_work_new(st, w->doc->name, w->doc->kind);
		if (w->work == NULL)
			return dmsc_fail(st->e, DMSC_E_NOMEM,
			    "out of memory");
		w->doc->work = w->work;
		w->work->checked = true;
	}
	w->work->removed = true;
	return DMSC_E_OK;
}

/* Its rules and its signature go with it. */
int
dmsc_store_rmdoc(struct dmsc_store *st, const char *path)
{
	struct dmsc_what w;
	int r;

	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK)
		return r;
	if (*w.rest != '\0') {
		dmsc_fail(st->e, DMSC_E_USAGE, "a document is meant");
		dmsc_err_where(st->e, "%s", path);
		return dmsc_err_next(st->e, "rm %s", path);
	}
	if (w.card)
		return dmsc_cardtree_never(st, "removed");
	if (w.doc != NULL && strcmp(w.doc->kind, "arf") == 0)
		return untouchable(st, path);
	if ((r = dmsc_rules_remove(st, &w)) == DMSC_E_OK)
		r = dmsc_signed_remove(st, &w);
	return r == DMSC_E_OK ? dmsc_work_remove(st, &w) : r;
}

int
dmsc_store_revert(struct dmsc_store *st, const char *path)
{
	struct dmsc_what w, rules;
	int r;

	if (path == NULL || path[strspn(path, "/")] == '\0') {
		while (st->works != NULL)
			dmsc_work_drop(st, st->works);
		dmsc_cardtree_drop(st);
		st->mend = false;
		return DMSC_E_OK;
	}
	if ((r = dmsc_store_look(st, path, &w)) != DMSC_E_OK)
		return r;
	if (w.doc == NULL && w.work == NULL && !w.card)
		return dmsc_store_need(st, path, &w);
	if (*w.rest != '\0') {
		dmsc_fail(st->e, DMSC_E_USAGE,
		    "a document is reverted as a whole");
		return dmsc_err_where(st->e, "%s", path);
	}
	if (w.card) {
		dmsc_cardtree_drop(st);
		return DMSC_E_OK;
	}
	dmsc_rules_of(st, &w, &rules);
	if (rules.work != NULL)
		dmsc_work_drop(st, rules.work);
	dmsc_signed_revert(st, &w);
	if (w.work != NULL)
		dmsc_work_drop(st, w.work);
	return DMSC_E_OK;
}
