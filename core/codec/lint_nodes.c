/* Rules for the nodes of TNDS, as written and as the tree that they build. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"

enum { TITLE_MAX = 255, URI_BYTES = 1 << 16, TSTAMP_LEN = 16 };

struct counts {
	size_t no_type, no_format;
	const struct lint_node *type_first, *format_first;
	bool long_uri;
};

/* Trimmed, as a string of its own. */
static char *
trimmed(const struct lint_text *t)
{
	return dmsc_strndup(dmsc_codec_trim(lint_rd(t)));
}

static struct dmsc_node *
find_or_add(struct lint *l, const char *uri)
{
	struct dmsc_node *n = dmsc_tree_find(l->t, uri);
	int r = n != NULL ? DMSC_E_OK : dmsc_tree_add(l->t, uri,
	    DMSC_FMT_NODE, NULL, dmsc_rd_of(NULL, 0), &n);

	if (r == DMSC_E_NOMEM)
		lint_nomem(l);
	return r == DMSC_E_OK ? n : NULL;
}

/* The node that base and Path name. */
static struct dmsc_node *
path_node(struct lint *l, const char *base, const struct lint_text *path)
{
	struct dmsc_buf *b = dmsc_buf_new(2 * URI_BYTES);
	char *p = trimmed(path);
	const char *rest = p;
	struct dmsc_node *n = NULL;

	if (b == NULL || p == NULL)
		lint_nomem(l);
	else {
		if (dmsc_begins(rest, "./"))
			rest += 2;
		else if (strcmp(rest, ".") == 0)
			rest = "";
		if (dmsc_buf_fmt(b, "%s%s%s", base, *base != '\0' &&
		    *rest != '\0' ? "/" : "", rest) == DMSC_E_OK)
			n = find_or_add(l, dmsc_buf_cstr(b));
	}
	dmsc_buf_free(&b);
	free(p);
	return n;
}

static enum dmsc_format
format_of(const struct lint_node *n)
{
	if (n->format >= 0)
		return (enum dmsc_format)n->format;
	if (n->children > 0)
		return DMSC_FMT_NODE;
	return n->format == LINT_BAD_FORMAT || n->value.b != NULL || n->mime ?
	    DMSC_FMT_CHR : DMSC_FMT_NODE;
}

static size_t
name_at(const struct lint_node *n)
{
	return n->name.b != NULL ? n->name.at : n->at;
}

/* False: the node has no place in a tree. */
static bool
name_good(struct lint *l, const struct lint_node *n, const char *name)
{
	struct dmsc_rd r = lint_rd(&n->name);
	const unsigned char *p;

	if (r.left > DMSC_TREE_NAME_MAX) {
		dmsc_lint_say(l->o, DMSC_L_NAME_LONG, name_at(n), NULL,
		    "a name of %zu bytes", r.left);
		return false;
	}
	if (strlen(name) != r.left || !dmsc_is_utf8(r) ||
	    strcmp(name, "*") == 0 || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 || strchr(name, '/') != NULL) {
		dmsc_lint_say(l->o, DMSC_L_NAME_BAD, name_at(n), NULL,
		    "'%s' is no name", dmsc_is_utf8(r) ? name : "?");
		return false;
	}
	for (p = (const unsigned char *)name; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7F) {
			dmsc_lint_say(l->o, DMSC_L_NAME_BAD, name_at(n), NULL,
			    "a name holds the control byte %02X", *p);
			return false;
		}
	return true;
}

/* The parent in the tree; *self: the node is the base itself. */
static struct dmsc_node *
parent_of(struct lint *l, const struct lint_node *n, bool *self)
{
	const char *base = l->docs[n->doc].base;

	*self = false;
	if (n->parent != LINT_TOP) {
		if (n->path.b != NULL)
			dmsc_lint_say(l->o, DMSC_L_NESTED_PATH, n->path.at,
			    NULL, "the Path of a node inside another");
		return l->nodes[n->parent].n;
	}
	if (n->path.b != NULL)
		return path_node(l, base, &n->path);
	*self = lint_rd(&n->name).left == 0;
	return find_or_add(l, base);
}

static void
place(struct lint *l, struct lint_node *n, struct dmsc_node *parent,
    const char *name)
{
	struct dmsc_node *old = dmsc_node_child(parent, name);
	bool leaf = format_of(n) != DMSC_FMT_NODE;
	int r = DMSC_E_OK;

	if (old != NULL && (leaf || dmsc_node_is_leaf(old))) {
		lint_node_say(l, DMSC_L_NODE_TWICE, old, "'%s' is there "
		    "twice, again at byte %zu", name, n->at);
		return;
	}
	if (old == NULL)
		r = dmsc_node_add(l->t, parent, name, DMSC_FMT_NODE, &old);
	if (r == DMSC_E_NOMEM)
		lint_nomem(l);
	n->n = r == DMSC_E_OK ? old : NULL;
}

static void
find_place(struct lint *l, struct lint_node *n)
{
	char *name = dmsc_strndup(lint_rd(&n->name));
	struct dmsc_node *parent;
	bool self;

	if (name == NULL) {
		lint_nomem(l);
		return;
	}
	parent = parent_of(l, n, &self);
	if (self)
		n->n = parent;
	else if (lint_rd(&n->name).left == 0 && n->parent != LINT_TOP)
		dmsc_lint_say(l->o, DMSC_L_NAME_EMPTY, name_at(n), NULL,
		    "a node inside another has no name");
	else if (lint_rd(&n->name).left > 0 && name_good(l, n, name) &&
	    parent != NULL && !dmsc_node_is_leaf(parent))
		place(l, n, parent, name);
	free(name);
}

/* What it is goes into the tree; faults were or will be told. */
static void
fill(struct lint *l, struct lint_node *n)
{
	enum dmsc_format f = format_of(n);
	char *acl = trimmed(&n->acl), *type = trimmed(&n->type);
	int r = DMSC_E_OK;

	if (acl == NULL || type == NULL)
		lint_nomem(l);
	else {
		if (f != DMSC_FMT_NODE && n->children == 0 &&
		    dmsc_node_parent(n->n) != NULL &&
		    dmsc_node_children(n->n) == 0)
			r = dmsc_node_set_format(l->t, n->n, f);
		if (r == DMSC_E_OK && dmsc_node_is_leaf(n->n))
			r = dmsc_node_set_value(l->t, n->n,
			    lint_rd(&n->value));
		if (r == DMSC_E_OK && dmsc_acl_check(acl) == DMSC_E_OK)
			r = dmsc_node_set_acl(l->t, n->n, acl);
		if (r == DMSC_E_OK && !n->mime)
			r = dmsc_node_set_type(l->t, n->n, type);
	}
	free(acl);
	free(type);
	if (r == DMSC_E_OK)
		r = lint_place_add(l, n->n, n->at, n->value.b != NULL ?
		    n->value.at : n->at);
	if (r == DMSC_E_NOMEM)
		lint_nomem(l);
}

static void
shape(struct lint *l, const struct lint_node *n, const char *uri)
{
	enum dmsc_format f = format_of(n);

	if (f != DMSC_FMT_NODE && n->children > 0)
		dmsc_lint_say(l->o, DMSC_L_LEAF_CHILDREN, n->at, uri,
		    "a %s leaf with %zu children", dmsc_format_name(f),
		    n->children);
	if ((f == DMSC_FMT_NODE || n->children > 0) &&
	    lint_rd(&n->value).left > 0)
		dmsc_lint_say(l->o, DMSC_L_NODE_VALUE, n->value.at, uri,
		    "an interior node has a value");
}

static bool
is_word(struct dmsc_rd r, const char *lower)
{
	size_t i;

	for (i = 0; i < r.left; i++)
		if ((r.p[i] | 0x20) != (unsigned char)lower[i])
			return false;
	return r.left == strlen(lower);
}

static void
value(struct lint *l, const struct lint_node *n, const char *uri)
{
	enum dmsc_format f = format_of(n);
	struct dmsc_rd v = lint_rd(&n->value);

	if (n->value.b == NULL || f == DMSC_FMT_NODE || f == DMSC_FMT_BIN)
		return;
	if (!dmsc_is_utf8(v))
		dmsc_lint_say(l->o, DMSC_L_VALUE_UTF8, n->value.at, uri,
		    "a %s value is no UTF-8", dmsc_format_name(f));
	else if (f == DMSC_FMT_BOOL && !dmsc_rd_eq_str(v, "true") &&
	    !dmsc_rd_eq_str(v, "false") && (is_word(v, "true") ||
	    is_word(v, "false")))
		dmsc_lint_say(l->o, DMSC_L_BOOL_CASE, n->value.at, uri,
		    "'%.*s'", (int)v.left, (const char *)v.p);
	else if (dmsc_format_check(f, v) != DMSC_E_OK)
		dmsc_lint_say(l->o, DMSC_L_FORMAT_VALUE, n->value.at, uri,
		    "the value is no %s", dmsc_format_name(f));
}

/* 20260102T030405Z */
static bool
tstamp_good(const char *s)
{
	size_t i;

	for (i = 0; i < TSTAMP_LEN; i++)
		if (s[i] == '\0' || (i == 8 ? s[i] != 'T' : i == 15 ?
		    s[i] != 'Z' : dmsc_digit(s[i]) < 0 ||
		    dmsc_digit(s[i]) > 9))
			return false;
	return s[TSTAMP_LEN] == '\0';
}

static void
marks(struct lint *l, const struct lint_node *n, const char *uri)
{
	char *tstamp = trimmed(&n->tstamp), *verno = trimmed(&n->verno);
	uint64_t v;

	if (tstamp == NULL || verno == NULL)
		lint_nomem(l);
	else {
		if (n->tstamp.b != NULL && !tstamp_good(tstamp))
			dmsc_lint_say(l->o, DMSC_L_TSTAMP, n->tstamp.at, uri,
			    "the time stamp '%s'", tstamp);
		if (n->verno.b != NULL && dmsc_num(verno, 10, UINT16_MAX,
		    &v) != DMSC_E_OK)
			dmsc_lint_say(l->o, DMSC_L_VERNO, n->verno.at, uri,
			    "the version '%s'", verno);
	}
	if (dmsc_codec_trim(lint_rd(&n->title)).left > TITLE_MAX)
		dmsc_lint_say(l->o, DMSC_L_TITLE_LONG, n->title.at, uri,
		    "a Title of %zu bytes", lint_rd(&n->title).left);
	free(tstamp);
	free(verno);
}

/* urn:..., or reversed domain/major.minor/name. */
static bool
mo_id_good(const char *s)
{
	const char *slash = strchr(s, '/');
	size_t major, minor;

	if (dmsc_begins(s, "urn:"))
		return strchr(s + 4, ':') != NULL;
	if (slash == NULL || slash == s || slash[1] == '0')
		return false;
	major = strspn(slash + 1, "0123456789");
	if (major == 0 || slash[1 + major] != '.')
		return false;
	minor = strspn(slash + 2 + major, "0123456789");
	return minor > 0 && slash[2 + major + minor] == '/' &&
	    slash[3 + major + minor] != '\0';
}

static void
type(struct lint *l, const struct lint_node *n, const char *uri)
{
	char *s = trimmed(&n->type);
	const char *slash;

	if (s == NULL) {
		lint_nomem(l);
		return;
	}
	slash = strchr(s, '/');
	if (n->mime && (slash == NULL || slash == s || slash[1] == '\0'))
		dmsc_lint_say(l->o, DMSC_L_MIME, n->type.at, uri,
		    "the type '%s'", s);
	if (!n->mime && *s != '\0' && format_of(n) == DMSC_FMT_NODE &&
	    !mo_id_good(s))
		dmsc_lint_say(l->o, DMSC_L_MO_ID, n->type.at, uri,
		    "the MO identifier '%s'", s);
	free(s);
}

static void
count(struct counts *c, const struct lint_node *n)
{
	if (n->props && !n->typed && c->no_type++ == 0)
		c->type_first = n;
	if (n->props && n->format == LINT_NO_FORMAT &&
	    format_of(n) != DMSC_FMT_NODE && c->no_format++ == 0)
		c->format_first = n;
}

static void
length(struct lint *l, struct counts *c, const struct lint_node *n,
    const char *uri)
{
	if (uri == NULL || c->long_uri)
		return;
	c->long_uri = lint_uri(l, uri, n->at);
}

static void
node(struct lint *l, struct lint_node *n, struct counts *c)
{
	struct dmsc_buf *b = dmsc_buf_new(URI_BYTES);
	const char *uri = NULL;

	find_place(l, n);
	if (b == NULL)
		lint_nomem(l);
	else if (n->n != NULL) {
		fill(l, n);
		if (dmsc_node_uri(n->n, b) == DMSC_E_NOMEM ||
		    (uri = dmsc_buf_cstr(b)) == NULL)
			lint_nomem(l);
	}
	if (!n->props)
		dmsc_lint_say(l->o, DMSC_L_NO_RTPROPS, n->at, uri,
		    "the node has no RTProperties");
	count(c, n);
	shape(l, n, uri);
	value(l, n, uri);
	marks(l, n, uri);
	type(l, n, uri);
	lint_acl(l, n, uri);
	length(l, c, n, uri);
	dmsc_buf_free(&b);
}

/* What goes to the Inbox is placed by its identifier. */
static void
identified(struct lint *l)
{
	const struct lint_doc *d;
	size_t i;

	for (i = 0; i < l->n_nodes; i++) {
		l->docs[l->nodes[i].doc].nodes++;
		if (!l->nodes[i].mime && lint_rd(&l->nodes[i].type).left > 0)
			l->docs[l->nodes[i].doc].identified = true;
	}
	for (i = 0; i < l->n_docs; i++) {
		d = &l->docs[i];
		if (d->inbox && d->nodes > 0 && !d->identified)
			dmsc_lint_say(l->o, DMSC_L_NO_MO_ID, d->at, NULL,
			    "no node has an MO identifier");
	}
}

void
lint_nodes(struct lint *l)
{
	struct counts c = { 0 };
	size_t i;

	for (i = 0; i < l->n_nodes && l->o->code == DMSC_E_OK; i++)
		node(l, &l->nodes[i], &c);
	lint_places_sort(l);
	if (c.no_type > 0)
		dmsc_lint_say(l->o, DMSC_L_NO_TYPE, c.type_first->at, NULL,
		    "%zu of %zu nodes have no Type", c.no_type, l->n_nodes);
	if (c.no_format > 0)
		dmsc_lint_say(l->o, DMSC_L_NO_FORMAT, c.format_first->at,
		    NULL, "%zu leaves have no Format", c.no_format);
	identified(l);
}
