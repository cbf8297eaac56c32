/* Edits of nodes in the working copy. */
#include "store/cardtree.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

int
dmsc_edit_fail(struct dmsc_store *st, int code, const char *path)
{
	const char *text =
	    code == DMSC_E_NOTFOUND ? "no such node" :
	    code == DMSC_E_EXISTS ? "already there" :
	    code == DMSC_E_FORMAT ? "not a valid name or value" :
	    code == DMSC_E_USAGE ? "this kind of node does not allow it" :
	    code == DMSC_E_LIMIT ? "too large or too deep" :
	    code == DMSC_E_NOMEM ? "out of memory" : dmsc_e_text(code);

	dmsc_fail(st->e, code == DMSC_E_FORMAT ? DMSC_E_DATA : code, "%s",
	    text);
	return dmsc_err_where(st->e, "%s", path);
}

/* The nearest folder that is there is worth a look. */
int
dmsc_edit_missing(struct dmsc_store *st, const struct dmsc_tree *t,
    const char *path)
{
	size_t n = strlen(path), root = strspn(path, "/");
	char *near = dmsc_strndup(dmsc_rd_str(path));

	if (dmsc_cardhide_hidden(st, t, path)) {
		free(near);
		return st->e->code;
	}
	(void)dmsc_edit_fail(st, DMSC_E_NOTFOUND, path);
	/* A next step is a line to type: no names that need quotes. */
	if (near == NULL || strpbrk(path, " \t'\"\\$&;|<>#*") != NULL) {
		free(near);
		return DMSC_E_NOTFOUND;
	}
	/* The tree begins behind the document's name. */
	root += strcspn(path + root, "/");
	root += strspn(path + root, "/");
	do {
		while (n > 1 && near[n - 1] != '/')
			n--;
		near[--n] = '\0';
	} while (n > root && dmsc_tree_find(t, near + root) == NULL);
	dmsc_err_next(st->e, "ls %s", near);
	free(near);
	return DMSC_E_NOTFOUND;
}

/* The document's tree to edit and the node that path names (NULL: absent);
 * a path that is a whole document gives its root. */
static int
open_tree(struct dmsc_store *st, const char *path, struct dmsc_what *w,
    struct dmsc_tree **t, struct dmsc_node **n)
{
	int r;

	*t = NULL;
	*n = NULL;
	if ((r = dmsc_store_need(st, path, w)) != DMSC_E_OK ||
	    (r = dmsc_work_open(st, w)) != DMSC_E_OK ||
	    (r = dmsc_work_edit(st, w->work, t)) != DMSC_E_OK)
		return r;
	*n = dmsc_tree_find(*t, w->rest);
	return DMSC_E_OK;
}

/* As open_tree; the node must be there and be no document. */
static int
open_node(struct dmsc_store *st, const char *path, struct dmsc_what *w,
    struct dmsc_tree **t, struct dmsc_node **n)
{
	int r;

	if ((r = open_tree(st, path, w, t, n)) != DMSC_E_OK)
		return r;
	if (*n == NULL)
		return dmsc_edit_missing(st, *t, path);
	if (*w->rest != '\0')
		return DMSC_E_OK;
	dmsc_fail(st->e, DMSC_E_USAGE, "a node of a document is meant");
	return dmsc_err_where(st->e, "%s", path);
}

/* Whether a value of format f may stand at path, which is w. */
static int
check_value(struct dmsc_store *st, const struct dmsc_what *w,
    enum dmsc_format f, struct dmsc_rd value, const char *path)
{
	const struct dmsc_dockind *k = dmsc_kind_find(w->work->kind);
	bool by_kind = k != NULL && k->check != NULL;
	int r = by_kind ? k->check(w->rest, f, value) :
	    dmsc_format_check(f, value);

	if (r == DMSC_E_OK)
		return r;
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(st->e, r, "out of memory");
	if (dmsc_rules_is(w->work->kind)) {
		dmsc_fail(st->e, DMSC_E_DATA, "not a value of this rule");
		dmsc_err_why(st->e, "UserConfirmation is required or none; "
		    "Group, Version and Issuer are text");
	} else if (by_kind)
		dmsc_fail(st->e, DMSC_E_DATA, "not a value that a document "
		    "of kind %s can hold here", k->name);
	else
		dmsc_fail(st->e, DMSC_E_DATA, "not a value of format %s",
		    dmsc_format_name(f));
	return dmsc_err_where(st->e, "%s", path);
}

int
dmsc_store_set(struct dmsc_store *st, const char *path,
    struct dmsc_rd value, const enum dmsc_format *f, const char *type)
{
	struct dmsc_what w;
	struct dmsc_tree *t;
	struct dmsc_node *n;
	enum dmsc_format old, now;
	int r;

	if ((r = open_node(st, path, &w, &t, &n)) != DMSC_E_OK)
		return r;
	if (!dmsc_node_is_leaf(n))
		return dmsc_edit_fail(st, DMSC_E_USAGE, path);
	old = dmsc_node_format(n);
	now = f != NULL ? *f : old;
	if (now == DMSC_FMT_NODE)
		return dmsc_edit_fail(st, DMSC_E_USAGE, path);
	if ((r = check_value(st, &w, now, value, path)) != DMSC_E_OK)
		return r;
	if (now != old && (r = dmsc_node_set_format(t, n, now)) != DMSC_E_OK)
		return dmsc_edit_fail(st, r, path);
	if ((r = dmsc_node_set_value(t, n, value)) != DMSC_E_OK) {
		if (dmsc_node_set_format(t, n, old) != DMSC_E_OK)
			r = DMSC_E_NOMEM;
		return dmsc_edit_fail(st, r, path);
	}
	if (type != NULL && (r = dmsc_node_set_type(t, n, type)) != DMSC_E_OK)
		return dmsc_edit_fail(st, r, path);
	return DMSC_E_OK;
}

static int
add_node(struct dmsc_store *st, const char *path, enum dmsc_format f,
    const char *type, struct dmsc_rd value)
{
	const struct dmsc_dockind *k;
	struct dmsc_what w;
	struct dmsc_tree *t;
	struct dmsc_node *n;
	int r;

	if ((r = open_tree(st, path, &w, &t, &n)) != DMSC_E_OK)
		return r;
	if (n != NULL)
		return dmsc_edit_fail(st, DMSC_E_EXISTS, path);
	if (dmsc_cardhide_hidden(st, t, path))
		return st->e->code;
	if ((k = dmsc_kind_find(w.work->kind)) != NULL && k->path != NULL &&
	    w.rest != w.mapped) {
		dmsc_fail(st->e, DMSC_E_DATA, "no name or number that a "
		    "document of kind %s can hold", k->name);
		return dmsc_err_where(st->e, "%s", path);
	}
	if ((r = check_value(st, &w, f, value, path)) != DMSC_E_OK)
		return r;
	r = dmsc_tree_add(t, w.rest, f, type, value, &n);
	return r == DMSC_E_OK ? dmsc_work_titles(st, w.work) :
	    dmsc_edit_fail(st, r, path);
}

int
dmsc_store_add(struct dmsc_store *st, const char *path, enum dmsc_format f,
    const char *type, struct dmsc_rd value)
{
	int r = dmsc_rules_need(st, path);

	if (r != DMSC_E_OK)
		return r;
	return dmsc_rules_end(st, path, add_node(st, path, f, type, value));
}

int
dmsc_store_rm(struct dmsc_store *st, const char *path)
{
	struct dmsc_what w;
	struct dmsc_tree *t;
	struct dmsc_node *n;
	int r;

	if ((r = open_node(st, path, &w, &t, &n)) != DMSC_E_OK) {
		if (r == DMSC_E_USAGE)
			dmsc_err_next(st->e, strcmp(path, "/") == 0 ?
			    "docs" : "rmdoc %s", path);
		return r;
	}
	r = dmsc_node_remove(t, n);
	if (r == DMSC_E_OK && w.owner != NULL &&
	    dmsc_node_children(dmsc_tree_root(t)) == 0)
		return dmsc_work_remove(st, &w);	/* no rules are left */
	return r == DMSC_E_OK ? r : dmsc_edit_fail(st, r, path);
}

int
dmsc_store_acl(struct dmsc_store *st, const char *path, const char *acl)
{
	struct dmsc_what w;
	struct dmsc_tree *t;
	struct dmsc_node *n;
	int r;

	/* The root of the card's own tree has one, too. */
	r = dmsc_cardtree_path(path) ? open_tree(st, path, &w, &t, &n) :
	    open_node(st, path, &w, &t, &n);
	if (r != DMSC_E_OK)
		return r;
	if (n == NULL)
		return dmsc_edit_missing(st, t, path);
	if (*w.rest == '\0' && !w.card)
		return open_node(st, path, &w, &t, &n);
	if (*acl != '\0' && dmsc_acl_check(acl) != DMSC_E_OK) {
		dmsc_fail(st->e, DMSC_E_DATA, "not an access control list");
		dmsc_err_where(st->e, "%s", acl);
		return dmsc_err_next(st->e, "acl %s 'Get=*&Replace=SERVER'",
		    path);
	}
	r = dmsc_node_set_acl(t, n, acl);
	return r == DMSC_E_OK ? r : dmsc_edit_fail(st, r, path);
}

int
dmsc_edit_children(struct dmsc_tree *t, struct dmsc_node *to,
    const struct dmsc_node *from)
{
	struct dmsc_node *n, *made;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && (n = dmsc_node_first(to)) != NULL)
		r = dmsc_node_remove(t, n);
	for (n = dmsc_node_first(from); r == DMSC_E_OK && n != NULL;
	    n = dmsc_node_next(n))
		r = dmsc_node_graft(t, to, dmsc_node_name(n), n, &made);
	return r;
}

/* The version of a Client Provisioning document is its root's title. */
static int
replace_root(struct dmsc_tree *t, struct dmsc_node *root,
    const struct dmsc_node *from)
{
	const char *title = dmsc_node_title(from);
	int r = dmsc_edit_children(t, root, from);

	return r != DMSC_E_OK || *title == '\0' ? r :
	    dmsc_node_set_title(t, root, title);
}

/* A node is replaced by the one node at the top of from. */
static int
replace_node(struct dmsc_tree *t, struct dmsc_node *n,
    const struct dmsc_tree *from)
{
	struct dmsc_node *top = dmsc_node_first(dmsc_tree_root(from));
	struct dmsc_node *parent = dmsc_node_parent(n), *made;
	char *name;
	int r;

	if (top == NULL || dmsc_node_next(top) != NULL)
		return DMSC_E_DATA;
	if (strcmp(dmsc_node_name(top), dmsc_node_name(n)) != 0 &&
	    dmsc_node_child(parent, dmsc_node_name(top)) != NULL)
		return DMSC_E_EXISTS;
	if ((name = strdup(dmsc_node_name(top))) == NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_node_remove(t, n)) == DMSC_E_OK)
		r = dmsc_node_graft(t, parent, name, top, &made);
	free(name);
	return r;
}

/* Done on a copy: a failure in the middle leaves the tree as it was. */
int
dmsc_store_tree(struct dmsc_store *st, const char *path,
    const struct dmsc_tree *from)
{
	struct dmsc_what w;
	struct dmsc_tree *t, *copy;
	struct dmsc_node *n;
	int r;

	if ((r = open_tree(st, path, &w, &t, &n)) != DMSC_E_OK)
		return r;
	if (n == NULL)
		return dmsc_edit_fail(st, DMSC_E_NOTFOUND, path);
	if ((copy = dmsc_tree_clone(t)) == NULL)
		return dmsc_edit_fail(st, DMSC_E_NOMEM, path);
	n = dmsc_tree_find(copy, w.rest);
	r = *w.rest == '\0' ? replace_root(copy, n, dmsc_tree_root(from)) :
	    replace_node(copy, n, from);
	if (r != DMSC_E_OK) {
		dmsc_tree_free(&copy);
		return dmsc_edit_fail(st, r, path);
	}
	dmsc_tree_free(&w.work->tree);
	w.work->tree = copy;
	return dmsc_work_titles(st, w.work);
}
