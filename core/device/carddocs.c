/* The documents in a card's own tree (device/carddocs.h). */
#include "device/carddocs.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"

#define RULES "DMSC"
enum { NAME_MAX_ESCAPED = 3 * DMSC_TREE_NAME_MAX + 1 };

/* What the card has for itself, its servers and its sessions, and rules. */
static bool
is_own(const char *name)
{
	static const char *const own[] = { "DMAcc", "Group", "Personal",
		"Inbox", "Outbox", "Device", "Changes", "DevInfo", RULES };
	size_t i;

	for (i = 0; i < DMSC_COUNT(own); i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return false;
}

/* No deeper than a tree is. */
static int
drop_acls(struct dmsc_tree *t, struct dmsc_node *n)
{
	struct dmsc_node *c;
	int r = *dmsc_node_acl(n) == '\0' ? DMSC_E_OK :
	    dmsc_node_set_acl(t, n, "");

	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = drop_acls(t, c);
	return r;
}

static int
graft(struct dmsc_tree *t, const struct dmsc_node *n)
{
	return dmsc_node_graft(t, dmsc_tree_root(t), dmsc_node_name(n), n,
	    NULL);
}

/* "card/Group/" and the name, escaped; to be freed. */
static int
full_name(const char *where, const char *name, char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(NAME_MAX_ESCAPED);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_uri_escape(name, b);
	const char *text = r == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;

	r = text == NULL ? DMSC_E_NOMEM : dmsc_str_set(out, "%s%s%s",
	    DMSC_CARD_DOCUMENT "/", where, text);
	dmsc_buf_free(&b);
	return r;
}

/* A document of the nodes of from, or of from itself; rules may be NULL. */
static int
document(const char *where, const struct dmsc_node *from, bool itself,
    const struct dmsc_node *rules, const struct dmsc_carddocs_to *to)
{
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	const struct dmsc_node *n;
	char *name = NULL;
	int r = t == NULL ? DMSC_E_NOMEM :
	    full_name(where, dmsc_node_name(from), &name);

	if (r == DMSC_E_OK && itself)
		r = graft(t, from);
	for (n = itself ? NULL : dmsc_node_first(from);
	    n != NULL && r == DMSC_E_OK; n = dmsc_node_next(n))
		r = graft(t, n);
	if (r == DMSC_E_OK && itself && rules != NULL)
		r = graft(t, rules);
	if (r == DMSC_E_OK)
		r = drop_acls(t, dmsc_tree_root(t));
	if (r == DMSC_E_OK)
		r = to->each(to->ctx, name, t);
	free(name);
	dmsc_tree_free(&t);
	return r;
}

/* Each interior node below at, alone or as what it holds; a group that holds
 * nothing is none. */
static int
all_below(const struct dmsc_node *at, const char *where, bool itself,
    const struct dmsc_carddocs_to *to)
{
	const struct dmsc_node *n, *rules;
	bool root, skip;
	int r = DMSC_E_OK;

	if (at == NULL)
		return r;
	root = dmsc_node_parent(at) == NULL;
	rules = dmsc_node_child(at, RULES);
	for (n = dmsc_node_first(at); n != NULL && r == DMSC_E_OK;
	    n = dmsc_node_next(n)) {
		skip = dmsc_node_is_leaf(n) || (root ? is_own(
		    dmsc_node_name(n)) : n == rules) ||
		    (!itself && dmsc_node_children(n) == 0);
		if (!skip)
			r = document(where, n, itself, rules, to);
	}
	return r;
}

int
dmsc_carddocs_each(const struct dmsc_tree *card,
    const struct dmsc_carddocs_to *to)
{
	const struct dmsc_node *root = dmsc_tree_root(card);
	int r = all_below(root, "", true, to);

	if (r == DMSC_E_OK)
		r = all_below(dmsc_node_child(root, "Group"), "Group/", false,
		    to);
	return r != DMSC_E_OK ? r : all_below(dmsc_node_child(root,
	    "Personal"), "Personal/", true, to);
}

int
dmsc_carddocs_group(const struct dmsc_tree *t, const char *group,
    const struct dmsc_carddocs_to *to)
{
	const struct dmsc_node *n = dmsc_node_child(dmsc_tree_root(t), group);

	return n == NULL || dmsc_node_is_leaf(n) ? DMSC_E_OK :
	    document("Group/", n, false, NULL, to);
}
