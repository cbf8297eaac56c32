/* What of the device's tree is copied to the card, and how it goes once the
 * card has it (device/copy.h). */
#include "device/copy.h"

#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "device/nodes.h"
#include "device/talk.h"
#include "dm/respond.h"
#include "store/appl.h"

static int
no_memory(struct dmsc_err *e)
{
	return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
}

static int
refuse(struct dmsc_err *e, const char *uri, const char *as, unsigned status)
{
	int code = dmsc_appl_code(status);

	(void)dmsc_fail(e, code, status == DMSC_DM_NOT_FOUND ?
	    "the device has no such node" : as == NULL ?
	    "this node cannot be copied" : "this server may not read it");
	(void)dmsc_err_where(e, "./%s", uri);
	(void)dmsc_err_why(e, "%s", dmsc_dm_text(status));
	e->dm = status;
	return dmsc_err_next(e, "device tree");
}

static size_t
count(const struct dmsc_node *n)
{
	const struct dmsc_node *c;
	size_t k = 1;

	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		k += count(c);
	return k;
}

/* The one node of it in a tree of its own, named as the device's. */
static int
build(const struct dmsc_node *n, struct dmsc_copy_from *f)
{
	struct dmsc_rd bytes = dmsc_buf_rd(f->bytes);
	int r;

	if ((f->t = dmsc_tree_new(2UL * DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_node_add(f->t, dmsc_tree_root(f->t), dmsc_node_name(n),
	    dmsc_node_format(n), &f->n);
	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_node_is_leaf(n))
		return dmsc_tnds_read(bytes, f->t, f->n, NULL);
	if ((r = dmsc_node_set_type(f->t, f->n, dmsc_node_type(n))) !=
	    DMSC_E_OK)
		return r;
	return bytes.left == 0 ? r : dmsc_node_set_value(f->t, f->n, bytes);
}

/* By the responder: the ACL and what nodes are made for bind a server, and
 * nobody's ACL goes along. */
static unsigned
read_as(const struct dmsc_device *d, const char *uri, const char *as,
    struct dmsc_copy_from *f)
{
	const struct dmsc_dm_opts o = { .server = as,
	    .depth = DMSC_TREE_DEPTH_MAX,
	    .hooks = { .rule = dmsc_device_rule } };
	struct dmsc_responder *r = NULL;
	unsigned status = DMSC_DM_FAILED;

	if (dmsc_responder_new(d->tree, &o, &r) == DMSC_E_OK)
		status = dmsc_responder_read(r, uri, &f->meta, f->bytes);
	dmsc_responder_free(&r);
	return status;
}

int
dmsc_copy_read(const struct dmsc_device *d, const char *uri, const char *as,
    struct dmsc_copy_from *out, struct dmsc_err *e)
{
	const struct dmsc_node *n = dmsc_tree_find(d->tree, uri);
	char *full = NULL;
	unsigned status = DMSC_DM_NOT_FOUND;
	int r;

	memset(out, 0, sizeof *out);
	if ((out->bytes = dmsc_buf_new(DMSC_DOC_MAX)) == NULL ||
	    dmsc_str_set(&full, "./%s", uri) != DMSC_E_OK)
		return no_memory(e);
	if (n != NULL)
		status = read_as(d, full, as, out);
	free(full);
	if (status != DMSC_DM_OK)
		return refuse(e, uri, as, status);
	if ((r = build(n, out)) != DMSC_E_OK)
		return dmsc_fail(e, r, "the node cannot be copied");
	out->left_out = count(n) - count(out->n);
	return r;
}

void
dmsc_copy_from_clear(struct dmsc_copy_from *f)
{
	dmsc_tree_free(&f->t);
	dmsc_buf_free(&f->bytes);
}

/* Nothing at or below n is made to stay. */
static bool
may_go(const struct dmsc_node *n, const char *as)
{
	struct dmsc_dm_rule rule = { .access = DMSC_DDF_DELETE };
	const struct dmsc_node *c = dmsc_node_first(n);

	dmsc_device_rule(NULL, dmsc_node_parent(n), dmsc_node_name(n),
	    &rule);
	if (rule.permanent || (as != NULL && !dmsc_acl_allows(
	    dmsc_acl_effective(n), "Delete", as)))
		return false;
	while (c != NULL && may_go(c, as))
		c = dmsc_node_next(c);
	return c == NULL;
}

/* a is b, or stands above it. */
static bool
holds(const char *a, const char *b)
{
	size_t n = strlen(a);

	return strncmp(a, b, n) == 0 && (b[n] == '\0' || b[n] == '/');
}

/* The document of this card, but that of to, which brought it or a part of
 * it: what is missing is taken again. */
static bool
comes_again(const struct dmsc_device *d, const char *uri, const char *to,
    struct dmsc_origin *o)
{
	struct dmsc_buf *place = dmsc_buf_new(4096);
	char card[sizeof o->card];
	bool again = false;
	const char *s;
	size_t i, k;

	dmsc_device_card(d, card, sizeof card);
	for (i = 0; place != NULL && !again && dmsc_origin_at(d, i, o); i++)
		for (k = 0; !again && strcmp(o->card, card) == 0 &&
		    !holds(o->document, to + 1) &&
		    dmsc_origin_place(o, k, place); k++)
			again = (s = dmsc_buf_cstr(place)) != NULL &&
			    holds(uri, s);
	dmsc_buf_free(&place);
	return again;
}

int
dmsc_copy_may_erase(const struct dmsc_device *d, const char *uri,
    const char *as, const char *to, struct dmsc_err *e)
{
	const struct dmsc_node *n = dmsc_tree_find(d->tree, uri);
	struct dmsc_origin o;

	if (comes_again(d, uri, to, &o)) {
		(void)dmsc_fail(e, DMSC_E_UNSUPPORTED,
		    "another document of this card would bring it again");
		(void)dmsc_err_where(e, "/%s", o.document);
		return dmsc_err_next(e, "the same line without --move");
	}
	if (n != NULL && may_go(n, as))
		return DMSC_E_OK;
	if (n == NULL || may_go(n, NULL))
		(void)dmsc_fail(e, DMSC_E_AUTH,
		    "this server may not erase it in the device");
	else
		(void)dmsc_fail(e, DMSC_E_UNSUPPORTED,
		    "the device cannot be without this node");
	(void)dmsc_err_where(e, "./%s", uri);
	return dmsc_err_next(e, "the same line without --move");
}

int
dmsc_copy_erase(struct dmsc_device *d, const char *uri, struct dmsc_err *e)
{
	struct dmsc_node *n = dmsc_tree_find(d->tree, uri), *up;
	int r = dmsc_told_begin(d);

	while (r == DMSC_E_OK && n != NULL) {
		up = dmsc_node_parent(n);
		r = dmsc_node_remove(d->tree, n);
		n = up == dmsc_tree_root(d->tree) ||
		    dmsc_node_children(up) > 0 || *dmsc_node_type(up) !=
		    '\0' || !may_go(up, NULL) ? NULL : up;
	}
	return r == DMSC_E_OK ? dmsc_device_save(d, e) : no_memory(e);
}
