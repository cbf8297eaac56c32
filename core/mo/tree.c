/* The tree and what can be read of its nodes (dmsc/tree.h). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "mo/node.h"

struct dmsc_tree *
dmsc_tree_new(size_t max_bytes)
{
	struct dmsc_tree *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	if ((t->root = dmsc_mo_new(".", DMSC_FMT_NODE)) == NULL) {
		free(t);
		return NULL;
	}
	t->max = DMSC_MIN(max_bytes, UINT32_MAX);
	return t;
}

void
dmsc_tree_free(struct dmsc_tree **t)
{
	if (t == NULL || *t == NULL)
		return;
	dmsc_mo_free((*t)->root);
	free(*t);
	*t = NULL;
}

struct dmsc_tree *
dmsc_tree_clone(const struct dmsc_tree *t)
{
	struct dmsc_tree *c = dmsc_tree_new(t->max);
	struct dmsc_node *root, *n;

	if (c == NULL)
		return NULL;
	if ((root = dmsc_mo_copy(t->root, t->root->name)) == NULL) {
		dmsc_tree_free(&c);
		return NULL;
	}
	dmsc_mo_free(c->root);
	c->root = root;
	for (n = dmsc_node_first(t->root); n != NULL; n = n->next)
		if (dmsc_node_graft(c, c->root, n->name, n, NULL) !=
		    DMSC_E_OK) {
			dmsc_tree_free(&c);
			return NULL;
		}
	c->bytes = t->bytes;
	return c;
}

struct dmsc_node *
dmsc_tree_root(const struct dmsc_tree *t)
{
	return t->root;
}

size_t
dmsc_tree_count(const struct dmsc_tree *t)
{
	return t->count;
}

size_t
dmsc_tree_bytes(const struct dmsc_tree *t)
{
	return t->bytes;
}

struct dmsc_node *
dmsc_tree_find(const struct dmsc_tree *t, const char *uri)
{
	struct dmsc_node *n = t->root;
	char name[DMSC_TREE_NAME_MAX + 1];

	if (dmsc_mo_uri_begin(&uri) != DMSC_E_OK)
		return NULL;
	while (n != NULL && *uri != '\0') {
		if (dmsc_mo_uri_step(&uri, name) != DMSC_E_OK)
			return NULL;
		n = dmsc_node_child(n, name);
	}
	return n;
}

const char *
dmsc_node_name(const struct dmsc_node *n)
{
	return n->name;
}

enum dmsc_format
dmsc_node_format(const struct dmsc_node *n)
{
	return (enum dmsc_format)n->format;
}

const char *
dmsc_node_type(const struct dmsc_node *n)
{
	return n->type;
}

const char *
dmsc_node_acl(const struct dmsc_node *n)
{
	return n->props == NULL || n->props->acl == NULL ? "" :
	    n->props->acl;
}

const char *
dmsc_node_title(const struct dmsc_node *n)
{
	return n->props == NULL || n->props->title == NULL ? "" :
	    n->props->title;
}

const char *
dmsc_node_tstamp(const struct dmsc_node *n)
{
	return n->props == NULL || n->props->tstamp == NULL ? "" :
	    n->props->tstamp;
}

int
dmsc_node_verno(const struct dmsc_node *n)
{
	return n->verno;
}

struct dmsc_rd
dmsc_node_value(const struct dmsc_node *n)
{
	return n->len == 0 ? dmsc_rd_of(NULL, 0) :
	    dmsc_rd_of(n->len > MO_FEW ? n->u.value : n->u.few, n->len);
}

bool
dmsc_node_is_leaf(const struct dmsc_node *n)
{
	return mo_is_leaf(n);
}

struct dmsc_node *
dmsc_node_parent(const struct dmsc_node *n)
{
	return n->parent;
}

struct dmsc_node *
dmsc_node_first(const struct dmsc_node *n)
{
	return mo_is_leaf(n) ? NULL : n->u.kids.first;
}

struct dmsc_node *
dmsc_node_next(const struct dmsc_node *n)
{
	return n->next;
}

size_t
dmsc_node_children(const struct dmsc_node *n)
{
	return mo_is_leaf(n) ? 0 : n->u.kids.n;
}
