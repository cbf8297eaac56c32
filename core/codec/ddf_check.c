/* A tree held against a description (codec/ddf.h). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/ddf.h"

enum { MESSAGE = 256 };

struct check {
	const struct dmsc_ddf *d;
	const struct dmsc_tree *t;
	struct dmsc_lint_out *o;
	struct dmsc_buf *uri;
	uintptr_t *met;			/* nodes at the top that were */
	size_t n_met;
};

static int node(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n);

/* The URI of n, or of what lacks or is too often below it. */
static int
uri(struct check *c, const struct dmsc_node *n,
    const struct dmsc_ddf_node *below)
{
	int r;

	dmsc_buf_reset(c->uri);
	if ((r = dmsc_node_uri(n, c->uri)) != DMSC_E_OK)
		return r;
	if (below != NULL && c->uri->len > 0)
		r = dmsc_buf_u8(c->uri, '/');
	if (r == DMSC_E_OK && below != NULL)
		r = *below->name == '\0' ? dmsc_buf_str(c->uri, "<X>") :
		    dmsc_uri_escape(below->name, c->uri);
	if (r == DMSC_E_OK && dmsc_buf_cstr(c->uri) == NULL)
		r = DMSC_E_NOMEM;
	return r;
}

/* Of n, or of what is below it. */
static int
tell(struct check *c, enum dmsc_rule rule, const struct dmsc_node *n,
    const struct dmsc_ddf_node *below, const char *message)
{
	int r;

	if ((r = uri(c, n, below)) != DMSC_E_OK)
		return r;
	dmsc_lint_say(c->o, rule, DMSC_NO_OFFSET, dmsc_buf_cstr(c->uri),
	    "%s", message);
	return c->o->code;
}

static int
tellf(struct check *c, enum dmsc_rule rule, const struct dmsc_node *n,
    const char *fmt, ...) DMSC_PRINTF(4, 5);
static int
tellf(struct check *c, enum dmsc_rule rule, const struct dmsc_node *n,
    const char *fmt, ...)
{
	char message[MESSAGE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	return tell(c, rule, n, NULL, message);
}

/* A name that nodes of d have but for its case: the first of them. */
static size_t
first_like(const struct dmsc_ddf_node *d, const char *name)
{
	size_t lo = 0, hi = d->n_nodes, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (dmsc_ddf_fold(d->nodes[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Of several nameless nodes the one of n's format, else the first. */
static size_t
nameless(const struct dmsc_ddf_node *d, const struct dmsc_node *n)
{
	size_t i, kind = d->n_nodes;

	for (i = 0; i < d->n_nodes && *d->nodes[i]->name == '\0'; i++) {
		if (d->nodes[i]->format == (int)dmsc_node_format(n))
			return i;
		if (kind == d->n_nodes && (d->nodes[i]->format ==
		    DMSC_FMT_NODE) == !dmsc_node_is_leaf(n))
			kind = i;
	}
	return kind < d->n_nodes ? kind : i > 0 ? 0 : d->n_nodes;
}

/* Which of d's nodes describes its child n; n_nodes: none. */
static size_t
match(const struct dmsc_ddf_node *d, const struct dmsc_node *n,
    bool *other_case)
{
	const char *name = dmsc_node_name(n);
	size_t i = first_like(d, name), like = d->n_nodes, any;

	*other_case = false;
	for (; i < d->n_nodes &&
	    dmsc_ddf_fold(d->nodes[i]->name, name) == 0; i++) {
		if (strcmp(d->nodes[i]->name, name) == 0)
			return i;
		if (like == d->n_nodes || !d->nodes[i]->is_cased)
			like = i;
	}
	if (like < d->n_nodes && !d->nodes[like]->is_cased)
		return like;
	if ((any = nameless(d, n)) < d->n_nodes)
		return any;
	*other_case = like < d->n_nodes;
	return like;
}

static int
occurrence(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *parent, size_t n)
{
	char message[MESSAGE];

	if (n < d->least)
		return tell(c, DMSC_L_DDF_MISSING, parent, d,
		    "must be there");
	if (d->most == DMSC_DDF_NO_LIMIT || n <= d->most)
		return DMSC_E_OK;
	(void)snprintf(message, sizeof message, "%zu nodes, at most %lu are "
	    "described", n, (unsigned long)d->most);
	return tell(c, DMSC_L_DDF_OCCURRENCE, parent, d, message);
}

static int
child(struct check *c, const struct dmsc_ddf_node *d, size_t *counts,
    const struct dmsc_node *n, bool open)
{
	bool other_case;
	size_t i = match(d, n, &other_case);
	int r;

	if (i == d->n_nodes)
		return open ? DMSC_E_OK : tell(c, DMSC_L_DDF_UNKNOWN, n, NULL,
		    "not described");
	counts[i]++;
	if (other_case && (r = tellf(c, DMSC_L_DDF_CASE, n,
	    "described as '%s'", d->nodes[i]->name)) != DMSC_E_OK)
		return r;
	return node(c, d->nodes[i], n);
}

/* What says what is below d: d, or the MO that it names. */
static const struct dmsc_ddf_node *
below(const struct check *c, const struct dmsc_ddf_node *d)
{
	const struct dmsc_ddf_node *top = &c->d->top;
	size_t i;

	if (d->n_nodes > 0 || *d->ddf_name == '\0')
		return d;
	for (i = 0; i < top->n_nodes; i++)
		if (top->nodes[i]->n_nodes > 0 &&
		    strcmp(top->nodes[i]->ddf_name, d->ddf_name) == 0)
			return top->nodes[i];
	return d;
}

static int
children(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n)
{
	bool open = strcmp(d->name, "Ext") == 0 ||
	    strcmp(d->name, "Bearer") == 0;
	const struct dmsc_node *k;
	size_t *counts, i;
	int r = DMSC_E_OK;

	d = below(c, d);
	if (d->n_nodes == 0)
		return DMSC_E_OK;
	if ((counts = calloc(d->n_nodes, sizeof *counts)) == NULL)
		return DMSC_E_NOMEM;
	for (k = dmsc_node_first(n); k != NULL && r == DMSC_E_OK;
	    k = dmsc_node_next(k))
		r = child(c, d, counts, k, open);
	for (i = 0; i < d->n_nodes && r == DMSC_E_OK; i++)
		r = occurrence(c, d->nodes[i], n, counts[i]);
	free(counts);
	return r;
}

/* Types are equal without their parameters and their case. */
static bool
same_type(const char *a, const char *b)
{
	char x[DMSC_TREE_NAME_MAX + 1], y[DMSC_TREE_NAME_MAX + 1];

	(void)snprintf(x, sizeof x, "%.*s", (int)strcspn(a, "; "), a);
	(void)snprintf(y, sizeof y, "%.*s", (int)strcspn(b, "; "), b);
	return dmsc_ddf_fold(x, y) == 0;
}

static int
type(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n)
{
	const char *has = dmsc_node_type(n), *want = d->ddf_name;
	size_t i;

	if (*has == '\0')
		return DMSC_E_OK;
	if (!dmsc_node_is_leaf(n))
		return *want == '\0' || strcmp(has, want) == 0 ? DMSC_E_OK :
		    tellf(c, DMSC_L_DDF_TYPE, n, "Type '%s', described as "
		    "'%s'", has, want);
	for (i = 0; i < d->n_mimes; i++)
		if (same_type(has, d->mimes[i]))
			return DMSC_E_OK;
	return d->n_mimes == 0 ? DMSC_E_OK : tellf(c, DMSC_L_DDF_TYPE, n,
	    "Type '%s', described as '%s'", has, d->mimes[0]);
}

static const struct { const char *name; unsigned bit; } commands[] = {
	{ "Add=", DMSC_DDF_ADD }, { "Delete=", DMSC_DDF_DELETE },
	{ "Exec=", DMSC_DDF_EXEC }, { "Get=", DMSC_DDF_GET },
	{ "Replace=", DMSC_DDF_REPLACE },
};

/* An ACL holds for all below, so that something there must allow it. */
static int
acl(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n)
{
	const char *s = dmsc_node_acl(n);
	size_t i;
	int r = DMSC_E_OK;

	while (*s != '\0' && r == DMSC_E_OK) {
		for (i = 0; i < DMSC_COUNT(commands) && r == DMSC_E_OK; i++)
			if (dmsc_begins(s, commands[i].name) &&
			    !(d->below & commands[i].bit))
				r = tellf(c, DMSC_L_DDF_ACCESS, n, "the ACL "
				    "grants %.*s, which no AccessType here "
				    "allows", (int)strlen(commands[i].name) -
				    1, commands[i].name);
		s += strcspn(s, "&");
		s += *s == '&';
	}
	return r;
}

static int
format(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n)
{
	enum dmsc_format f = dmsc_node_format(n);

	if (d->format == DMSC_DDF_ANY)
		return DMSC_E_OK;
	if ((int)f != d->format)
		return tellf(c, DMSC_L_DDF_FORMAT, n, "%s, described as %s",
		    dmsc_format_name(f),
		    dmsc_format_name((enum dmsc_format)d->format));
	return dmsc_format_check(f, dmsc_node_value(n)) == DMSC_E_OK ?
	    DMSC_E_OK : tellf(c, DMSC_L_DDF_VALUE, n, "the value is no %s",
	    dmsc_format_name(f));
}

/* No deeper than the tree is. */
static int
node(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n)
{
	int r;

	if ((r = format(c, d, n)) != DMSC_E_OK ||
	    (r = type(c, d, n)) != DMSC_E_OK ||
	    (r = acl(c, d, n)) != DMSC_E_OK)
		return r;
	return dmsc_node_is_leaf(n) ? DMSC_E_OK : children(c, d, n);
}

/* The node at the top of the tree that n is in; the root for itself. */
static const struct dmsc_node *
at_top(const struct dmsc_node *n)
{
	const struct dmsc_node *up = dmsc_node_parent(n);

	while (up != NULL && dmsc_node_parent(up) != NULL) {
		n = up;
		up = dmsc_node_parent(n);
	}
	return n;
}

static int
meet(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n, size_t *count)
{
	uintptr_t *slot = dmsc_list_add(&c->met, &c->n_met, sizeof *slot);

	if (slot == NULL)
		return DMSC_E_NOMEM;
	*slot = (uintptr_t)at_top(n);
	(*count)++;
	return node(c, d, n);
}

/* The nodes of d's Type below n. No deeper than the tree is. */
static int
by_type(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *n, size_t *count)
{
	const struct dmsc_node *k;
	int r = DMSC_E_OK;

	for (k = dmsc_node_first(n); k != NULL && r == DMSC_E_OK;
	    k = dmsc_node_next(k))
		r = strcmp(dmsc_node_type(k), d->ddf_name) == 0 ?
		    meet(c, d, k, count) : by_type(c, d, k, count);
	return r;
}

/* The node that d's Path names, NULL: not there. */
static const struct dmsc_node *
base(const struct check *c, const struct dmsc_ddf_node *d)
{
	char path[DMSC_ERR_TEXT * 4];
	size_t n = strlen(d->path);

	while (n > 1 && d->path[n - 1] == '/')
		n--;
	if (n >= sizeof path)
		return NULL;
	(void)snprintf(path, sizeof path, "%.*s", (int)n, d->path);
	return dmsc_tree_find(c->t, path);
}

static int
named(struct check *c, const struct dmsc_ddf_node *d,
    const struct dmsc_node *at, size_t *count)
{
	const struct dmsc_node *k;
	int r = DMSC_E_OK;

	if (strcmp(d->name, ".") == 0)
		return meet(c, d, dmsc_tree_root(c->t), count);
	if ((k = dmsc_node_child(at, d->name)) != NULL || d->is_cased)
		return k == NULL ? DMSC_E_OK : meet(c, d, k, count);
	for (k = dmsc_node_first(at); k != NULL && r == DMSC_E_OK;
	    k = dmsc_node_next(k))
		if (dmsc_ddf_fold(dmsc_node_name(k), d->name) == 0)
			r = meet(c, d, k, count);
	return r;
}

static int
top_node(struct check *c, const struct dmsc_ddf_node *d)
{
	const struct dmsc_node *at = base(c, d), *k;
	size_t count = 0;
	int r = DMSC_E_OK;

	if (at == NULL)
		at = dmsc_tree_root(c->t);
	else if (*d->name != '\0')
		r = named(c, d, at, &count);
	else if (*d->path == '\0' && *d->ddf_name != '\0')
		r = by_type(c, d, at, &count);
	else
		for (k = dmsc_node_first(at); k != NULL && r == DMSC_E_OK;
		    k = dmsc_node_next(k))
			r = meet(c, d, k, &count);
	if (r != DMSC_E_OK || count >= d->least || *d->name != '\0' ||
	    *d->ddf_name == '\0')
		return r != DMSC_E_OK ? r : occurrence(c, d, at, count);
	return tellf(c, DMSC_L_DDF_MISSING, at, "no node has the Type '%s'",
	    d->ddf_name);
}

static int
by_value(const void *a, const void *b)
{
	const uintptr_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool
is_met(const struct check *c, const struct dmsc_node *n)
{
	uintptr_t v = (uintptr_t)n;

	return c->n_met > 0 && bsearch(&v, c->met, c->n_met, sizeof v,
	    by_value) != NULL;
}

/* What stands at the top of the tree, and nothing described any of it. */
static int
rest(struct check *c)
{
	const struct dmsc_node *root = dmsc_tree_root(c->t), *k;
	int r = DMSC_E_OK;

	if (c->n_met > 1)
		qsort(c->met, c->n_met, sizeof *c->met, by_value);
	if (is_met(c, root))
		return DMSC_E_OK;
	for (k = dmsc_node_first(root); k != NULL && r == DMSC_E_OK;
	    k = dmsc_node_next(k))
		if (!is_met(c, k))
			r = tell(c, DMSC_L_DDF_NOT_DESCRIBED, k, NULL,
			    "no node of the description is about it");
	return r;
}

void
dmsc_ddf_check(const struct dmsc_ddf *d, const struct dmsc_tree *t,
    struct dmsc_lint_out *o)
{
	struct check c = { .d = d, .t = t, .o = o,
	    .uri = dmsc_buf_new(SIZE_MAX) };
	size_t i;
	int r = c.uri == NULL ? DMSC_E_NOMEM : o->code;

	for (i = 0; i < d->top.n_nodes && r == DMSC_E_OK; i++)
		r = top_node(&c, d->top.nodes[i]);
	if (r == DMSC_E_OK)
		r = rest(&c);
	if (o->code == DMSC_E_OK)
		o->code = r;
	free(c.met);
	dmsc_buf_free(&c.uri);
}
