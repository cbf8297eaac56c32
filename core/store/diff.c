/*
 * Differences: of the working copy to the card, of two places, of a place to
 * a tree from elsewhere. For all documents ("/") the URIs begin with the
 * document's name, for one place they are below that place.
 */
#include "store/cardtree.h"
#include "store/resign.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"

static int
add_whole(struct dmsc_diff *d, const char *op, const char *uri,
    const struct dmsc_buf *before, const struct dmsc_buf *after)
{
	struct dmsc_change *c = dmsc_list_add(&d->changes, &d->n_changes,
	    sizeof *c);
	int r;

	if (c == NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_str_set(&c->op, "%s", op)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&c->uri, "%s", uri)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&c->format, "bin")) != DMSC_E_OK)
		return r;
	if ((before != NULL && (c->before = dmsc_buf_from(dmsc_buf_rd(before),
	    DMSC_DOC_MAX)) == NULL) ||
	    (after != NULL && (c->after = dmsc_buf_from(dmsc_buf_rd(after),
	    DMSC_DOC_MAX)) == NULL))
		return DMSC_E_NOMEM;
	return DMSC_E_OK;
}

/* Bytes of a document that may hold a secret are one. */
static int
add_document(struct dmsc_diff *d, const char *op, const struct dmsc_work *w,
    const struct dmsc_buf *before, const struct dmsc_buf *after)
{
	int r = add_whole(d, op, w->name, before, after);

	if (r == DMSC_E_OK)
		d->changes[d->n_changes - 1].secret = w->is_private ||
		    (strcmp(w->kind, "app") != 0 &&
		    !dmsc_signed_is(w->kind));
	return r;
}

/* Moves the changes of from to the end of d, name (may be "") in front of
 * their URIs. */
static int
append(struct dmsc_diff *d, struct dmsc_diff *from, const char *name)
{
	struct dmsc_change *c;
	char *uri;
	size_t i;

	for (i = 0; i < from->n_changes; i++) {
		uri = NULL;
		if (dmsc_str_set(&uri, "%s%s%s", name,
		    *from->changes[i].uri != '\0' && *name != '\0' ? "/" : "",
		    from->changes[i].uri) != DMSC_E_OK)
			return DMSC_E_NOMEM;
		c = dmsc_list_add(&d->changes, &d->n_changes, sizeof *c);
		if (c == NULL) {
			free(uri);
			return DMSC_E_NOMEM;
		}
		*c = from->changes[i];
		memset(&from->changes[i], 0, sizeof from->changes[i]);
		free(c->uri);
		c->uri = uri;
	}
	return DMSC_E_OK;
}

static size_t
depth_of(const char *uri)
{
	size_t n = *uri != '\0';

	for (; *uri != '\0'; uri++)
		n += *uri == '/';
	return n;
}

/* Titles that the kind gives by name are no changes: those of nodes that are
 * no object. */
static void
drop_titles(const struct dmsc_work *w, const char *uri, struct dmsc_diff *d)
{
	const struct dmsc_dockind *k = dmsc_kind_find(w->kind);
	struct dmsc_change *c;
	size_t i, n = 0;

	if (k == NULL || k->titles == NULL)
		return;
	for (i = 0; i < d->n_changes; i++) {
		c = &d->changes[i];
		if (strcmp(c->op, "title") == 0 &&
		    depth_of(uri) + depth_of(c->uri) > 1)
			dmsc_view_clear(&dmsc_change_view, c);
		else
			d->changes[n++] = *c;
	}
	d->n_changes = n;
}

/* From the card to the working copy at uri of one document. */
static int
diff_tree(struct dmsc_store *st, struct dmsc_work *w, const char *uri,
    struct dmsc_diff **out)
{
	const struct dmsc_tree *now;
	struct dmsc_boot *boot = NULL;
	struct dmsc_tree *was = NULL;
	const struct dmsc_node *a = NULL, *b = NULL;
	int r;

	if ((r = dmsc_work_tree(st, w, &now)) != DMSC_E_OK ||
	    (r = dmsc_work_card_tree(st, w, &boot, &was)) != DMSC_E_OK)
		return r;
	a = dmsc_tree_find(boot != NULL ? dmsc_boot_tree(boot) : was, uri);
	b = dmsc_tree_find(now, uri);
	r = a == NULL && b == NULL ? dmsc_edit_fail(st, DMSC_E_NOTFOUND, uri) :
	    dmsc_tree_diff(a, b, out);
	if (r == DMSC_E_OK)
		drop_titles(w, uri, *out);
	dmsc_boot_free(&boot);
	dmsc_tree_free(&was);
	return r;
}

/* Rules are a part of their document: its name (NULL: none) in front. */
static int
diff_rules(struct dmsc_store *st, struct dmsc_work *w, const char *name,
    struct dmsc_diff *d)
{
	struct dmsc_diff *one = NULL;
	char *uri = NULL;
	int r;

	if (w->removed) {
		r = dmsc_str_set(&uri, "%s%sDMSC", name, *name != '\0' ?
		    "/" : "");
		r = r != DMSC_E_OK ? r : add_whole(d, "remove", uri, NULL,
		    NULL);
		free(uri);
		return r;
	}
	r = diff_tree(st, w, "", &one);
	if (r == DMSC_E_OK)
		r = append(d, one, name);
	dmsc_view_free(&dmsc_diff_view, one);
	return r;
}

static int
diff_work(struct dmsc_store *st, struct dmsc_work *w, struct dmsc_diff *d)
{
	struct dmsc_diff *one = NULL;
	char *name;
	size_t n = dmsc_rules_owner(w);
	int r;

	if (n > 0) {
		if ((name = dmsc_strndup(dmsc_rd_of(w->name, n))) == NULL)
			return DMSC_E_NOMEM;
		r = diff_rules(st, w, name, d);
		free(name);
		return r;
	}
	if (w->removed)
		return add_document(d, "remove", w, w->base, NULL);
	if (w->is_new &&
	    (r = add_document(d, "add", w, NULL, w->raw)) != DMSC_E_OK)
		return r;
	if (!dmsc_kind_is_tree(w->kind))
		return w->is_new || !dmsc_work_changed(w) ? DMSC_E_OK :
		    add_document(d, "set", w, w->base, w->raw);
	r = diff_tree(st, w, "", &one);
	if (r == DMSC_E_OK)
		r = append(d, one, w->name);
	dmsc_view_free(&dmsc_diff_view, one);
	return r;
}

/* What a commit does to a signature that does not hold any more. */
static int
diff_stale(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_diff *d)
{
	bool anew = st->signer.sign != NULL;
	struct dmsc_what s;
	enum dmsc_fate f;
	int r;

	if ((r = dmsc_signed_fate(st, owner, &f)) != DMSC_E_OK ||
	    f != DMSC_FATE_STALE)
		return r;
	dmsc_signed_of(st, owner, &s);
	return s.doc == NULL && !anew ? DMSC_E_OK : add_whole(d,
	    !anew ? "remove" : s.doc != NULL ? "set" : "add",
	    dmsc_what_name(&s), NULL, NULL);
}

/* Signatures are told of behind what changes, once: one that was put and
 * does not hold any more is not written. */
static bool
is_stale(struct dmsc_store *st, struct dmsc_work *w)
{
	struct dmsc_what owner;
	enum dmsc_fate f = DMSC_FATE_NONE;

	return dmsc_signed_owner_of(st, w, &owner) &&
	    dmsc_signed_fate(st, &owner, &f) == DMSC_E_OK &&
	    f == DMSC_FATE_STALE;
}

static int
diff_signatures(struct dmsc_store *st, struct dmsc_diff *d)
{
	struct dmsc_what owner = { .rest = "" };
	struct dmsc_work *w;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++) {
		owner.doc = &st->docs[i];
		owner.work = owner.doc->work;
		r = diff_stale(st, &owner, d);
	}
	owner.doc = NULL;
	for (w = st->works; r == DMSC_E_OK && w != NULL; w = w->next) {
		owner.work = w;
		if (w->is_new)
			r = diff_stale(st, &owner, d);
	}
	return r;
}

static int
diff_all(struct dmsc_store *st, struct dmsc_diff *d)
{
	struct dmsc_work *w;
	int r = DMSC_E_OK;

	for (w = st->works; r == DMSC_E_OK && w != NULL; w = w->next)
		if (dmsc_work_dirty(w) && !is_stale(st, w))
			r = diff_work(st, w, d);
	if (r == DMSC_E_OK && dmsc_cardtree_dirty(st))
		r = diff_work(st, st->card_work, d);
	return r == DMSC_E_OK ? diff_signatures(st, d) : r;
}

static int
diff_one(struct dmsc_store *st, const char *path, struct dmsc_diff **out)
{
	struct dmsc_what w, rules;
	int r;

	if ((r = dmsc_store_look(st, path, &w)) != DMSC_E_OK)
		return r;
	if (w.doc == NULL && w.work == NULL && !w.card)
		return dmsc_store_need(st, path, &w);
	if ((r = dmsc_work_open(st, &w)) != DMSC_E_OK)
		return r;
	dmsc_rules_of(st, &w, &rules);
	if (dmsc_kind_is_tree(w.work->kind) && !w.work->removed) {
		r = diff_tree(st, w.work, w.rest, out);
		return r != DMSC_E_OK || *w.rest != '\0' ||
		    rules.work == NULL || !dmsc_work_dirty(rules.work) ? r :
		    diff_rules(st, rules.work, "", *out);
	}
	if ((*out = dmsc_view_new(&dmsc_diff_view)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	return diff_work(st, w.work, *out);
}

static bool
is_root(const char *path)
{
	return path == NULL || path[strspn(path, "/")] == '\0';
}

static int
two_places(struct dmsc_store *st, const char *path, const char *other,
    struct dmsc_diff **out)
{
	const struct dmsc_tree *t, *u;
	const struct dmsc_node *a, *b;
	int r;

	if ((r = dmsc_store_at(st, path, &t, &a)) != DMSC_E_OK ||
	    (r = dmsc_store_at(st, other, &u, &b)) != DMSC_E_OK)
		return r;
	if (a == NULL || b == NULL) {
		dmsc_fail(st->e, DMSC_E_UNSUPPORTED,
		    "a document that is bytes is not compared");
		return dmsc_err_where(st->e, "%s", a == NULL ? path : other);
	}
	return dmsc_tree_diff(a, b, out);
}

int
dmsc_store_diff(struct dmsc_store *st, const char *path, const char *other,
    struct dmsc_diff **out)
{
	int r;

	*out = NULL;
	if (other != NULL)
		r = two_places(st, path, other, out);
	else if (!is_root(path))
		r = diff_one(st, path, out);
	else if ((*out = dmsc_view_new(&dmsc_diff_view)) == NULL)
		r = DMSC_E_NOMEM;
	else
		r = diff_all(st, *out);
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_diff_view, *out);
		*out = NULL;
	}
	return r;
}

int
dmsc_store_diff_tree(struct dmsc_store *st, const char *path,
    const struct dmsc_node *other, struct dmsc_diff **out)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *a;
	int r;

	*out = NULL;
	if ((r = dmsc_store_at(st, path, &t, &a)) != DMSC_E_OK)
		return r;
	if (a == NULL) {
		dmsc_fail(st->e, DMSC_E_UNSUPPORTED,
		    "a document that is bytes is not compared");
		return dmsc_err_where(st->e, "%s", path);
	}
	r = dmsc_tree_diff(a, other, out);
	return r == DMSC_E_OK ? r : dmsc_edit_fail(st, r, path);
}
