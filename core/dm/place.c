/* Management objects of a document into a device's tree (reference 8.2). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "dm/inside.h"

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

/* The code that says what a status says. */
static int
code_of(unsigned status)
{
	switch (status) {
	case DMSC_DM_OK:
		return DMSC_E_OK;
	case DMSC_DM_NOT_FOUND:
		return DMSC_E_NOTFOUND;
	case DMSC_DM_NOT_ALLOWED:
		return DMSC_E_USAGE;
	case DMSC_DM_EXISTS:
		return DMSC_E_EXISTS;
	case DMSC_DM_FULL:
	case DMSC_DM_TOO_LONG:
		return DMSC_E_LIMIT;
	default:
		return DMSC_E_DATA;
	}
}

/* The device itself adds it: no ACL binds it. */
static int
put(struct dmsc_tree *t, const char *uri, const struct dmsc_node *mo,
    bool replace, unsigned *status)
{
	static const struct dmsc_dm_opts owner;
	struct dmsc_responder *r;
	struct dmsc_node *n;
	int code = dmsc_responder_new(t, &owner, &r);

	*status = DMSC_DM_FAILED;
	if (code != DMSC_E_OK)
		return code;
	code = dmsc_responder_put(r, uri, mo, replace, &n, status);
	if (code == DMSC_E_OK && (code = code_of(*status)) == DMSC_E_OK &&
	    (code = rewrite_all(t, n, mo)) != DMSC_E_OK) {
		dmsc_responder_back(r);
		*status = dmsc_dm_status(code);
	}
	dmsc_responder_free(&r);
	return code;
}

int
dmsc_dm_place(struct dmsc_tree *t, const struct dmsc_node *mo,
    bool replace, struct dmsc_buf *out, unsigned *status)
{
	const char *uri = NULL;
	int r = dmsc_node_parent(mo) == NULL ? DMSC_E_USAGE : DMSC_E_OK;

	dmsc_buf_reset(out);
	if (r == DMSC_E_OK)
		r = final_uri(mo, out);
	if (r == DMSC_E_OK && (uri = dmsc_buf_cstr(out)) == NULL)
		r = DMSC_E_NOMEM;
	*status = dmsc_dm_status(r);
	return r != DMSC_E_OK ? r : put(t, uri, mo, replace, status);
}

unsigned
dm_place(struct dmsc_responder *r, const struct dmsc_node *mo)
{
	struct dmsc_buf *b = dmsc_buf_new(URI_MAX);
	const char *uri = NULL;
	struct dmsc_node *n;
	unsigned status = DMSC_DM_OK;
	int code = b == NULL ? DMSC_E_NOMEM : final_uri(mo, b);

	if (code == DMSC_E_OK && (uri = dmsc_buf_cstr(b)) == NULL)
		code = DMSC_E_NOMEM;
	if (code == DMSC_E_OK)
		code = dmsc_responder_put(r, uri, mo, false, &n, &status);
	if (code == DMSC_E_OK && status == DMSC_DM_OK)
		code = rewrite_all(r->t, n, mo);
	dmsc_buf_free(&b);
	return code != DMSC_E_OK ? dm_code(r, code) : status;
}
