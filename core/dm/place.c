/* Management objects of a document into a device's tree (reference 8.2). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "dm/dm.h"

enum { URI_MAX = 1 << 16 };

static const char inbox[] = "./Inbox/";
static const char accounts[] = "DMAcc";

static bool
is_account_type(const char *type)
{
	return strcmp(type, "urn:oma:mo:oma-dm-dmacc:1.0") == 0 ||
	    strcmp(type, "org.openmobilealliance/1.0/w7") == 0;
}

/* A node that holds MOs and is none: no Type, no leaves, an MO inside. */
static bool
is_container(const struct dmsc_node *n)
{
	const struct dmsc_node *c;
	bool any = false;

	if (dmsc_node_is_leaf(n) || *dmsc_node_type(n) != '\0')
		return false;
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c)) {
		if (dmsc_node_is_leaf(c))
			return false;
		any |= *dmsc_node_type(c) != '\0';
	}
	return any;
}

const struct dmsc_node *
dmsc_dm_next_mo(const struct dmsc_tree *doc, const struct dmsc_node *after)
{
	const struct dmsc_node *root = dmsc_tree_root(doc), *n;

	if (after == NULL)
		n = dmsc_node_first(root);
	else {
		while (dmsc_node_next(after) == NULL &&
		    dmsc_node_parent(after) != root)
			after = dmsc_node_parent(after);
		n = dmsc_node_next(after);
	}
	while (n != NULL && is_container(n))
		n = dmsc_node_first(n);
	return n;
}

/* Where the node of a document ends up: as in the document, but below DMAcc
 * when it is, or belongs to, an account outside of it. */
static int
final_uri(const struct dmsc_node *n, struct dmsc_buf *out)
{
	const struct dmsc_node *p = n;
	int r;

	while (p != NULL && !is_account_type(dmsc_node_type(p)))
		p = dmsc_node_parent(p);
	if (p != NULL && dmsc_node_parent(p) != NULL &&
	    dmsc_node_parent(dmsc_node_parent(p)) == NULL &&
	    strcmp(dmsc_node_name(p), accounts) != 0) {
		r = dmsc_buf_str(out, accounts);
		if (r == DMSC_E_OK)
			r = dmsc_buf_u8(out, '/');
		return r == DMSC_E_OK ? dmsc_node_uri(n, out) : r;
	}
	return dmsc_node_uri(n, out);
}

/* The node of the document that a reference into the Inbox means, with what
 * it may name beyond the document; NULL: none. */
static const struct dmsc_node *
referred(const struct dmsc_node *top, const char *uri)
{
	const struct dmsc_node *n = top;
	struct dmsc_buf *b;

	while (dmsc_node_parent(n) != NULL)
		n = dmsc_node_parent(n);
	while (n != NULL && *uri != '\0') {
		size_t len = strcspn(uri, "/");
		char *seg = dmsc_strndup(dmsc_rd_of(uri, len));

		b = dmsc_buf_new(URI_MAX);
		n = seg != NULL && b != NULL &&
		    dmsc_uri_unescape(seg, b) == DMSC_E_OK &&
		    dmsc_buf_cstr(b) != NULL ?
		    dmsc_node_child(n, dmsc_buf_cstr(b)) : NULL;
		free(seg);
		dmsc_buf_free(&b);
		uri += uri[len] == '/' ? len + 1 : len;
	}
	return n;
}

/* A value that points into the Inbox now points to the final place. */
static int
rewrite(struct dmsc_tree *t, struct dmsc_node *n,
    const struct dmsc_node *mo)
{
	struct dmsc_rd v = dmsc_node_value(n);
	const struct dmsc_node *to;
	struct dmsc_buf *b;
	char *text;
	int r;

	if (dmsc_node_format(n) != DMSC_FMT_CHR || !dmsc_rd_eq_str(
	    dmsc_rd_slice(v, 0, sizeof inbox - 1), inbox))
		return DMSC_E_OK;
	v = dmsc_rd_slice(v, sizeof inbox - 1, v.left);
	text = dmsc_strndup(v);
	b = dmsc_buf_new(2 * URI_MAX);
	r = text == NULL || b == NULL ? DMSC_E_NOMEM :
	    dmsc_buf_str(b, "./");
	if (r == DMSC_E_OK) {
		to = strlen(text) == v.left ? referred(mo, text) : NULL;
		r = to == NULL ? dmsc_buf_put(b, v) : final_uri(to, b);
	}
	if (r == DMSC_E_OK)
		r = dmsc_node_set_value(t, n, dmsc_buf_rd(b));
	free(text);
	dmsc_buf_free(&b);
	return r;
}

/* No deeper than a tree is. */
static int
rewrite_all(struct dmsc_tree *t, struct dmsc_node *n,
    const struct dmsc_node *mo)
{
	struct dmsc_node *c;
	int r = dmsc_node_is_leaf(n) ? rewrite(t, n, mo) : DMSC_E_OK;

	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = rewrite_all(t, c, mo);
	return r;
}

/* The interior node above uri, made where it is missing. */
static int
parent_of(struct dmsc_tree *t, struct dmsc_buf *uri,
    struct dmsc_node **parent, struct dmsc_node **made)
{
	struct dmsc_buf *b = dmsc_buf_from(dmsc_buf_rd(uri), URI_MAX);
	size_t n = uri->len, cut;
	const char *s;
	int r = DMSC_E_OK;

	*made = NULL;
	*parent = dmsc_tree_root(t);
	while (n > 0 && uri->p[n - 1] != '/')
		n--;
	if (b == NULL)
		return DMSC_E_NOMEM;
	for (cut = 1; cut < n && r == DMSC_E_OK; cut++) {
		if (uri->p[cut] != '/')
			continue;
		dmsc_buf_truncate(b, 0);
		r = dmsc_buf_put(b, dmsc_rd_of(uri->p, cut));
		s = r == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
		if (s == NULL)
			r = DMSC_E_NOMEM;
		else if ((*parent = dmsc_tree_find(t, s)) == NULL &&
		    (r = dmsc_tree_add(t, s, DMSC_FMT_NODE, NULL,
		    dmsc_rd_of(NULL, 0), parent)) == DMSC_E_OK &&
		    *made == NULL)
			*made = *parent;
	}
	dmsc_buf_free(&b);
	return r;
}

/* mo below parent; what stood there goes only when all else is done. */
static int
put(struct dmsc_tree *t, struct dmsc_node *parent,
    const struct dmsc_node *mo, bool replace)
{
	static const char aside[] = "\x01new";
	const char *name = dmsc_node_name(mo);
	struct dmsc_node *old = dmsc_node_child(parent, name), *n;
	int r;

	if (old != NULL && !replace)
		return DMSC_E_EXISTS;
	r = dmsc_node_graft(t, parent, old != NULL ? aside : name, mo, &n);
	if (r != DMSC_E_OK)
		return r;
	if ((r = rewrite_all(t, n, mo)) != DMSC_E_OK) {
		(void)!dmsc_node_remove(t, n);
		return r;
	}
	if (old == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_node_remove(t, old)) == DMSC_E_OK)
		r = dmsc_node_rename(t, n, name);
	return r;
}

int
dmsc_dm_place(struct dmsc_tree *t, const struct dmsc_node *mo,
    bool replace, struct dmsc_buf *out, unsigned *status)
{
	struct dmsc_node *parent, *made = NULL;
	int r = dmsc_node_parent(mo) == NULL ? DMSC_E_USAGE : DMSC_E_OK;

	dmsc_buf_reset(out);
	if (r == DMSC_E_OK)
		r = final_uri(mo, out);
	if (r == DMSC_E_OK)
		r = parent_of(t, out, &parent, &made);
	if (r == DMSC_E_OK)
		r = put(t, parent, mo, replace);
	if (r != DMSC_E_OK && made != NULL)
		(void)!dmsc_node_remove(t, made);
	*status = dmsc_dm_status(r);
	return r;
}
