/* Comparing trees (dmsc/tree.h). */
#include <string.h>

#include "base/text.h"
#include "mo/node.h"

static const struct dmsc_field change_fields[] = {
	DMSC_F(dmsc_change, op, DMSC_K_STR),
	DMSC_F(dmsc_change, uri, DMSC_K_STR),
	DMSC_F(dmsc_change, format, DMSC_K_STR),
	DMSC_F_AS("text", dmsc_change, is_text, DMSC_K_BOOL),
	DMSC_F(dmsc_change, secret, DMSC_K_BOOL),
	DMSC_F(dmsc_change, before, DMSC_K_BYTES),
	DMSC_F(dmsc_change, after, DMSC_K_BYTES),
	DMSC_F_END
};
const struct dmsc_view dmsc_change_view = { "change",
    sizeof(struct dmsc_change), change_fields };

static const struct dmsc_field diff_fields[] = {
	DMSC_F_LIST(dmsc_diff, changes, n_changes, &dmsc_change_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_diff_view = { "diff", sizeof(struct dmsc_diff),
    diff_fields };

static bool
same_node(const struct dmsc_node *a, const struct dmsc_node *b)
{
	return a->format == b->format && strcmp(a->type, b->type) == 0 &&
	    strcmp(dmsc_node_acl(a), dmsc_node_acl(b)) == 0 &&
	    strcmp(dmsc_node_title(a), dmsc_node_title(b)) == 0 &&
	    dmsc_rd_eq(dmsc_node_value(a), dmsc_node_value(b)) &&
	    dmsc_node_children(a) == dmsc_node_children(b);
}

bool
dmsc_node_equal(const struct dmsc_node *a, const struct dmsc_node *b)
{
	const struct dmsc_node *c, *d;

	if (strcmp(a->name, b->name) != 0 || !same_node(a, b))
		return false;
	/* No deeper than DMSC_TREE_DEPTH_MAX. */
	for (c = dmsc_node_first(a); c != NULL; c = c->next) {
		d = dmsc_node_child(b, c->name);
		if (d == NULL || !dmsc_node_equal(c, d))
			return false;
	}
	return true;
}

struct walk {
	struct dmsc_diff *d;
	struct dmsc_buf *uri;
};

static int
to_buf(const struct dmsc_rd *r, struct dmsc_buf **out)
{
	if (r == NULL)
		return DMSC_E_OK;
	*out = dmsc_buf_from(*r, r->left);
	return *out == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
note(struct walk *w, const char *op, const struct dmsc_node *n,
    const struct dmsc_rd *before, const struct dmsc_rd *after)
{
	struct dmsc_change *c = dmsc_list_add(&w->d->changes,
	    &w->d->n_changes, sizeof *c);

	if (c == NULL || dmsc_str_set(&c->op, "%s", op) != DMSC_E_OK ||
	    dmsc_str_set(&c->uri, "%.*s", (int)w->uri->len,
	    w->uri->len == 0 ? "" : (const char *)w->uri->p) != DMSC_E_OK ||
	    dmsc_str_set(&c->format, "%s",
	    dmsc_format_name(dmsc_node_format(n))) != DMSC_E_OK ||
	    to_buf(before, &c->before) != DMSC_E_OK ||
	    to_buf(after, &c->after) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	c->secret = dmsc_node_is_secret(n);
	c->is_text = (before == NULL || dmsc_is_text(*before)) &&
	    (after == NULL || dmsc_is_text(*after));
	return DMSC_E_OK;
}

static int
note_text(struct walk *w, const char *op, const struct dmsc_node *n,
    const char *before, const char *after)
{
	struct dmsc_rd x = dmsc_rd_str(before), y = dmsc_rd_str(after);

	int r;

	if (dmsc_rd_eq(x, y))
		return DMSC_E_OK;
	r = note(w, op, n, &x, &y);
	if (r == DMSC_E_OK)	/* values are, other properties never */
		w->d->changes[w->d->n_changes - 1].secret = false;
	return r;
}

/* Steps into a child; *at is where leave() cuts. */
static int
enter(struct walk *w, const struct dmsc_node *c, size_t *at)
{
	*at = w->uri->len;
	if (*at > 0 && dmsc_buf_u8(w->uri, '/') != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return dmsc_uri_escape(c->name, w->uri) == DMSC_E_OK ? DMSC_E_OK :
	    DMSC_E_NOMEM;
}

static int
added(struct walk *w, const struct dmsc_node *b)
{
	struct dmsc_rd v = dmsc_node_value(b);
	const struct dmsc_node *c;
	size_t at;
	int r;

	r = note(w, "add", b, NULL, mo_is_leaf(b) ? &v : NULL);
	if (r == DMSC_E_OK && strcmp(b->type,
	    dmsc_format_type(dmsc_node_format(b))) != 0)
		r = note_text(w, "type", b,
		    dmsc_format_type(dmsc_node_format(b)), b->type);
	if (r == DMSC_E_OK)
		r = note_text(w, "acl", b, "", dmsc_node_acl(b));
	if (r == DMSC_E_OK)
		r = note_text(w, "title", b, "", dmsc_node_title(b));
	for (c = dmsc_node_first(b); c != NULL && r == DMSC_E_OK;
	    c = c->next) {
		if ((r = enter(w, c, &at)) == DMSC_E_OK)
			r = added(w, c);
		dmsc_buf_truncate(w->uri, at);
	}
	return r;
}

static int
removed(struct walk *w, const struct dmsc_node *a)
{
	struct dmsc_rd v = dmsc_node_value(a);

	return note(w, "remove", a, mo_is_leaf(a) ? &v : NULL, NULL);
}

static int
properties(struct walk *w, const struct dmsc_node *a,
    const struct dmsc_node *b)
{
	struct dmsc_rd x = dmsc_node_value(a), y = dmsc_node_value(b);
	int r;

	r = note_text(w, "format", b, dmsc_format_name(dmsc_node_format(a)),
	    dmsc_format_name(dmsc_node_format(b)));
	if (r == DMSC_E_OK && !dmsc_rd_eq(x, y) &&
	    (r = note(w, "set", b, &x, &y)) == DMSC_E_OK &&
	    dmsc_node_is_secret(a))
		w->d->changes[w->d->n_changes - 1].secret = true;
	if (r == DMSC_E_OK)
		r = note_text(w, "type", b, a->type, b->type);
	if (r == DMSC_E_OK)
		r = note_text(w, "acl", b, dmsc_node_acl(a),
		    dmsc_node_acl(b));
	if (r == DMSC_E_OK)
		r = note_text(w, "title", b, dmsc_node_title(a),
		    dmsc_node_title(b));
	return r;
}

static int compare(struct walk *w, const struct dmsc_node *a,
    const struct dmsc_node *b);

static int
replaced(struct walk *w, const struct dmsc_node *a,
    const struct dmsc_node *b)
{
	int r = removed(w, a);

	return r != DMSC_E_OK ? r : added(w, b);
}

static int
children(struct walk *w, const struct dmsc_node *a,
    const struct dmsc_node *b)
{
	const struct dmsc_node *c, *d;
	size_t at;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(a); c != NULL && r == DMSC_E_OK;
	    c = c->next) {
		d = dmsc_node_child(b, c->name);
		if ((r = enter(w, c, &at)) == DMSC_E_OK)
			r = d == NULL ? removed(w, c) : compare(w, c, d);
		dmsc_buf_truncate(w->uri, at);
	}
	for (d = dmsc_node_first(b); d != NULL && r == DMSC_E_OK;
	    d = d->next) {
		if (dmsc_node_child(a, d->name) != NULL)
			continue;
		if ((r = enter(w, d, &at)) == DMSC_E_OK)
			r = added(w, d);
		dmsc_buf_truncate(w->uri, at);
	}
	return r;
}

static int
compare(struct walk *w, const struct dmsc_node *a, const struct dmsc_node *b)
{
	int r;

	if (mo_is_leaf(a) != mo_is_leaf(b))
		return replaced(w, a, b);
	if ((r = properties(w, a, b)) != DMSC_E_OK)
		return r;
	return children(w, a, b);
}

int
dmsc_tree_diff(const struct dmsc_node *a, const struct dmsc_node *b,
    struct dmsc_diff **out)
{
	struct walk w = { dmsc_view_new(&dmsc_diff_view),
	    dmsc_buf_new(SIZE_MAX) };
	struct dmsc_tree *empty = dmsc_tree_new(0);
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (w.d == NULL || w.uri == NULL || empty == NULL)
		goto done;
	if (a == NULL)
		a = empty->root;
	if (b == NULL)
		b = empty->root;
	if ((r = compare(&w, a, b)) != DMSC_E_OK)
		goto done;
	*out = w.d;
	w.d = NULL;
done:
	dmsc_view_free(&dmsc_diff_view, w.d);
	dmsc_buf_free(&w.uri);
	dmsc_tree_free(&empty);
	return r;
}
