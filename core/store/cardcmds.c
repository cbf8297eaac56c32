/* The difference of two trees of the card as DM commands
 * (store/cardcmds.h; reference 4.5). */
#include "store/cardcmds.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"

enum { URI_MAX = 1 << 16, GETS_MAX = 64, GET_BYTES = 16384 };

static const char tnds_type[] = "application/vnd.syncml.dmtnds+wbxml",
    list_all[] = "?list=TNDS-TStamp-VerNo";

void
dmsc_cardcmds_clear(struct dmsc_cardcmds *c)
{
	size_t i;

	for (i = 0; i < c->n_texts; i++)
		free(c->texts[i]);
	for (i = 0; i < c->n_bufs; i++)
		dmsc_buf_free(&c->bufs[i]);
	free(c->texts);
	free(c->bufs);
	free(c->v);
	free(c->nodes);
	memset(c, 0, sizeof *c);
}

/* "./A/B" and what is behind it; a '?' in a name is %3F. NULL: no memory. */
static const char *
uri_of(struct dmsc_cardcmds *c, const struct dmsc_node *n, const char *query)
{
	struct dmsc_buf *raw = dmsc_buf_new(URI_MAX);
	struct dmsc_buf *b = dmsc_buf_new(URI_MAX);
	int r = raw == NULL || b == NULL ? DMSC_E_NOMEM :
	    dmsc_node_uri(n, raw);
	const char *s;
	size_t i;

	if (r == DMSC_E_OK)
		r = dmsc_buf_str(b, raw->len == 0 ? "." : "./");
	for (i = 0; r == DMSC_E_OK && i < raw->len; i++)
		r = raw->p[i] == '?' ? dmsc_buf_str(b, "%3F") :
		    dmsc_buf_u8(b, raw->p[i]);
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(b, query);
	s = r == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
	if (s != NULL)
		s = dmsc_strs_add(&c->texts, &c->n_texts, "%s", s) !=
		    DMSC_E_OK ? NULL : c->texts[c->n_texts - 1];
	dmsc_buf_free(&raw);
	dmsc_buf_free(&b);
	return s;
}

static struct dmsc_request *
add(struct dmsc_cardcmds *c, enum dmsc_cmd_kind kind, const char *uri,
    const struct dmsc_node *n)
{
	size_t cap = DMSC_MAX(2 * c->cap, 16);
	struct dmsc_request *v;
	const struct dmsc_node **nodes;

	if (uri == NULL)
		return NULL;
	if (c->n == c->cap) {
		if ((v = realloc(c->v, cap * sizeof *v)) == NULL)
			return NULL;
		c->v = v;
		nodes = realloc(c->nodes, cap * sizeof *nodes);
		if (nodes == NULL)
			return NULL;
		c->nodes = nodes;
		c->cap = cap;
	}
	v = &c->v[c->n];
	memset(v, 0, sizeof *v);
	v->kind = kind;
	v->uri = uri;
	c->nodes[c->n++] = n;
	return v;
}

static int
property(struct dmsc_cardcmds *c, const struct dmsc_node *n,
    const char *query, const char *value)
{
	struct dmsc_request *v = add(c, DMSC_CMD_REPLACE, uri_of(c, n,
	    query), n);

	if (v == NULL)
		return DMSC_E_NOMEM;
	v->has_data = true;
	v->data = dmsc_rd_str(value);
	return DMSC_E_OK;
}

/* The value and what it is, as Meta where it is not text. */
static int
leaf(struct dmsc_cardcmds *c, enum dmsc_cmd_kind kind,
    const struct dmsc_node *n)
{
	struct dmsc_request *v = add(c, kind, uri_of(c, n, ""), n);

	if (v == NULL)
		return DMSC_E_NOMEM;
	v->has_data = dmsc_node_format(n) != DMSC_FMT_NULL;
	v->data = dmsc_node_value(n);
	if (kind == DMSC_CMD_ADD || dmsc_node_format(n) != DMSC_FMT_CHR ||
	    strcmp(dmsc_node_type(n), "text/plain") != 0) {
		v->format = dmsc_format_name(dmsc_node_format(n));
		v->type = *dmsc_node_type(n) == '\0' ? NULL :
		    dmsc_node_type(n);
	}
	return DMSC_E_OK;
}

/* A node and all below as one TNDS document for its parent. */
static int
whole(struct dmsc_cardcmds *c, const struct dmsc_node *n)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX), **own;
	struct dmsc_request *v;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_tnds_write_packed(n, true, b);

	own = r == DMSC_E_OK ? dmsc_list_add(&c->bufs, &c->n_bufs,
	    sizeof *own) : NULL;
	if (own == NULL) {
		dmsc_buf_free(&b);
		return r == DMSC_E_OK ? DMSC_E_NOMEM : r;
	}
	*own = b;
	if ((v = add(c, DMSC_CMD_ADD, uri_of(c, dmsc_node_parent(n), ""),
	    n)) == NULL)
		return DMSC_E_NOMEM;
	v->has_data = true;
	v->data = dmsc_buf_rd(b);
	v->format = "xml";
	v->type = tnds_type;
	return DMSC_E_OK;
}

/* Roots of the card that a host may not see: what is new below them is
 * added, not they. */
static bool
is_hidden_root(const struct dmsc_node *n)
{
	static const char *const names[] = { "Changes", "DMAcc", "DevInfo",
	    "Group", "Inbox", "Outbox", "Personal" };
	size_t i;

	if (dmsc_node_parent(dmsc_node_parent(n)) != NULL ||
	    dmsc_node_is_leaf(n) || *dmsc_node_acl(n) != '\0')
		return false;
	for (i = 0; i < DMSC_COUNT(names); i++)
		if (strcmp(dmsc_node_name(n), names[i]) == 0)
			return true;
	return false;
}

static int
add_node(struct dmsc_cardcmds *c, const struct dmsc_node *n)
{
	const struct dmsc_node *k;
	bool plain = *dmsc_node_acl(n) == '\0' &&
	    *dmsc_node_title(n) == '\0';
	int r = DMSC_E_OK;

	if (is_hidden_root(n)) {
		for (k = dmsc_node_first(n); r == DMSC_E_OK && k != NULL;
		    k = dmsc_node_next(k))
			r = add_node(c, k);
		return r;
	}
	return plain && dmsc_node_is_leaf(n) ? leaf(c, DMSC_CMD_ADD, n) :
	    whole(c, n);
}

/* again: another comes in its place; else it is asked for behind. */
static int
delete(struct dmsc_cardcmds *c, const struct dmsc_node *n, bool again)
{
	return add(c, DMSC_CMD_DELETE, uri_of(c, n, ""), again ? n : NULL) ==
	    NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

/* What Replace cannot make of it: it goes and comes again. */
static bool
is_another(const struct dmsc_node *a, const struct dmsc_node *b)
{
	return dmsc_node_is_leaf(a) != dmsc_node_is_leaf(b) ||
	    (!dmsc_node_is_leaf(a) &&
	    strcmp(dmsc_node_type(a), dmsc_node_type(b)) != 0);
}

static bool
same_leaf(const struct dmsc_node *a, const struct dmsc_node *b)
{
	return dmsc_node_format(a) == dmsc_node_format(b) &&
	    strcmp(dmsc_node_type(a), dmsc_node_type(b)) == 0 &&
	    dmsc_rd_eq(dmsc_node_value(a), dmsc_node_value(b));
}

static int
change(struct dmsc_cardcmds *c, const struct dmsc_node *a,
    const struct dmsc_node *b)
{
	int r = DMSC_E_OK;

	if (dmsc_node_is_leaf(b) && !same_leaf(a, b))
		r = leaf(c, DMSC_CMD_REPLACE, b);
	if (r == DMSC_E_OK && strcmp(dmsc_node_title(a),
	    dmsc_node_title(b)) != 0)
		r = property(c, b, "?prop=Title", dmsc_node_title(b));
	return r;
}

/* Deletes of what is in a alone, then what is new or other in b. */
static int
walk(struct dmsc_cardcmds *c, const struct dmsc_node *a,
    const struct dmsc_node *b)
{
	const struct dmsc_node *k, *other;
	int r = DMSC_E_OK;

	for (k = dmsc_node_first(a); r == DMSC_E_OK && k != NULL;
	    k = dmsc_node_next(k)) {
		other = dmsc_node_child(b, dmsc_node_name(k));
		if (other == NULL || is_another(k, other))
			r = delete(c, k, other != NULL);
	}
	for (k = dmsc_node_first(b); r == DMSC_E_OK && k != NULL;
	    k = dmsc_node_next(k)) {
		other = dmsc_node_child(a, dmsc_node_name(k));
		if (other == NULL || is_another(other, k))
			r = add_node(c, k);
		else if ((r = change(c, other, k)) == DMSC_E_OK)
			r = walk(c, other, k);
	}
	return r;
}

static int
lists(struct dmsc_cardcmds *c, const struct dmsc_node *a,
    const struct dmsc_node *b)
{
	const struct dmsc_node *k, *other;
	int r = DMSC_E_OK;

	for (k = dmsc_node_first(b); r == DMSC_E_OK && k != NULL;
	    k = dmsc_node_next(k)) {
		other = dmsc_node_child(a, dmsc_node_name(k));
		if (other != NULL && !is_another(other, k))
			r = lists(c, other, k);
	}
	if (r == DMSC_E_OK && strcmp(dmsc_node_acl(a), dmsc_node_acl(b)) != 0)
		r = property(c, b, "?prop=ACL", dmsc_node_acl(b));
	return r;
}

int
dmsc_cardcmds_make(struct dmsc_cardcmds *c, const struct dmsc_tree *a,
    const struct dmsc_tree *b)
{
	const struct dmsc_node *from = dmsc_tree_root(a);
	const struct dmsc_node *to = dmsc_tree_root(b);
	int r;

	memset(c, 0, sizeof *c);
	if ((r = walk(c, from, to)) == DMSC_E_OK)
		r = lists(c, from, to);
	c->changes = c->n;
	if (r != DMSC_E_OK)
		dmsc_cardcmds_clear(c);
	return r;
}

int
dmsc_cardcmds_gets(struct dmsc_cardcmds *c)
{
	size_t i, n = c->changes, bytes = 0;
	const char *uri;

	for (i = 0; i < n; i++)
		bytes += c->v[i].data.left;
	if (n > GETS_MAX || bytes > GET_BYTES)
		return DMSC_E_OK;
	for (i = 0; i < n; i++) {
		if (c->v[i].kind == DMSC_CMD_DELETE && c->nodes[i] != NULL)
			continue;
		uri = c->v[i].type == tnds_type ?
		    uri_of(c, c->nodes[i], list_all) : c->v[i].uri;
		if (add(c, DMSC_CMD_GET, uri, c->nodes[i]) == NULL)
			return DMSC_E_NOMEM;
	}
	return DMSC_E_OK;
}

static bool
same_props(const struct dmsc_node *a, const struct dmsc_node *b)
{
	return same_leaf(a, b) && strcmp(dmsc_node_acl(a), dmsc_node_acl(b)) ==
	    0 && strcmp(dmsc_node_title(a), dmsc_node_title(b)) == 0;
}

/* What got has of n: nothing else, and nothing in another way. */
static int
same_below(const struct dmsc_node *n, const struct dmsc_node *got)
{
	const struct dmsc_node *k, *other;
	int same = same_props(n, got) ? 1 : 0, r;

	for (k = dmsc_node_first(got); same != 0 && k != NULL;
	    k = dmsc_node_next(k)) {
		other = dmsc_node_child(n, dmsc_node_name(k));
		r = other == NULL ? 0 : same_below(other, k);
		if (r != 1)
			same = r;
	}
	return same == 1 && dmsc_node_children(n) !=
	    dmsc_node_children(got) ? -1 : same;
}

/* A subtree: what the document says, at its place. */
static int
same_nodes(const struct dmsc_node *n, struct dmsc_rd data)
{
	struct dmsc_tree *t = dmsc_tree_new(2UL * DMSC_DOC_MAX);
	const struct dmsc_node *k = NULL;
	int same = -1;

	if (t != NULL && dmsc_tnds_read(data, t, dmsc_tree_root(t), NULL) ==
	    DMSC_E_OK) {
		k = dmsc_node_child(dmsc_tree_root(t), dmsc_node_name(n));
		same = k == NULL ? 0 : same_below(n, k);
	}
	dmsc_tree_free(&t);
	return same;
}

int
dmsc_cardcmds_same(const struct dmsc_cardcmds *c, size_t i,
    struct dmsc_rd data)
{
	const struct dmsc_node *n = c->nodes[i];
	const char *uri = c->v[i].uri;

	if (n == NULL)
		return 0;
	return dmsc_ends(uri, list_all) ? same_nodes(n, data) :
	    dmsc_ends(uri, "?prop=ACL") ?
	    dmsc_rd_eq_str(data, dmsc_node_acl(n)) :
	    dmsc_ends(uri, "?prop=Title") ?
	    dmsc_rd_eq_str(data, dmsc_node_title(n)) :
	    dmsc_rd_eq(data, dmsc_node_value(n));
}

int
dmsc_cardcmds_message(struct dmsc_cardcmds *c, size_t n, size_t n_atomic,
    struct dmsc_msg **out)
{
	const struct dmsc_request_opts o = { .self = "dmsc", .peer = "card",
	    .session = "1" };
	struct dmsc_requester *q = NULL;
	int r = dmsc_requester_new(&o, &q);

	*out = NULL;
	if (r == DMSC_E_OK) {
		dmsc_requester_start(q, c->v, n, n_atomic);
		r = dmsc_requester_give(q, out, NULL);
	}
	if (r == DMSC_E_OK && *out == NULL)
		r = DMSC_E_LIMIT;
	dmsc_requester_free(&q);
	return r;
}
