/* TNDS documents in Add and Replace (reference 2.3, 2.4). */
#include <string.h>

#include "base/text.h"
#include "codec/inner.h"
#include "codec/tnds.h"
#include "dm/inside.h"
#include "mo/node.h"

bool
dm_is_tnds(const char *type)
{
	return dmsc_begins(type, "application/vnd.syncml.dmtnds");
}

/* The last segment of the target, which the document's node may take. */
static const char *
last_name(const struct dm_op *op, char name[DMSC_TREE_NAME_MAX + 1])
{
	char *copy = dmsc_strndup(dmsc_rd_of(op->uri,
	    strcspn(op->uri, "?")));
	const char *at = copy;
	bool good = copy != NULL && dmsc_mo_uri_begin(&at) == DMSC_E_OK &&
	    *at != '\0';

	while (good && *at != '\0')
		good = dmsc_mo_uri_step(&at, name) == DMSC_E_OK;
	free(copy);
	return good ? name : "root";
}

/* The document as it was sent: base64, XML, WBXML. */
static int
unpack(struct dmsc_rd data, struct dmsc_buf **own)
{
	struct dmsc_rd r = dmsc_codec_trim(data);
	int code;

	*own = NULL;
	if (r.left == 0)
		return DMSC_E_FORMAT;
	if (r.p[0] == '<' || r.p[0] <= 3)
		return DMSC_E_OK;
	if ((*own = dmsc_buf_new(r.left)) == NULL)
		return DMSC_E_NOMEM;
	code = dmsc_b64_get(r, *own);
	return code == DMSC_E_OK && (*own)->len == 0 ? DMSC_E_FORMAT : code;
}

unsigned
dm_tnds(struct dmsc_responder *r, const struct dm_op *op,
    struct dmsc_tree **t, struct dmsc_node **base, bool *self)
{
	char name[DMSC_TREE_NAME_MAX + 1];
	struct dmsc_buf *own = NULL;
	int code = DMSC_E_NOMEM;

	if ((*t = dmsc_tree_new(DMSC_DOC_MAX)) != NULL)
		code = dmsc_node_add(*t, dmsc_tree_root(*t),
		    last_name(op, name), DMSC_FMT_NODE, base);
	if (code == DMSC_E_OK)
		code = unpack(op->data, &own);
	if (code == DMSC_E_OK)
		code = dmsc_tnds_build(own == NULL ? op->data :
		    dmsc_buf_rd(own), *t, *base, self, NULL, NULL);
	dmsc_buf_free(&own);
	return code == DMSC_E_UNSUPPORTED ? DMSC_DM_MEDIA :
	    dm_code(r, code);
}

/* The nodes below base, each to its place below n. */
static unsigned
add_below(struct dmsc_responder *r, struct dmsc_node *n,
    const struct dmsc_node *base)
{
	const struct dmsc_node *c;
	unsigned status = DMSC_DM_OK;

	for (c = dmsc_node_first(base); c != NULL && status == DMSC_DM_OK;
	    c = dmsc_node_next(c))
		status = dmsc_node_child(n, dmsc_node_name(c)) != NULL ?
		    DMSC_DM_EXISTS : dm_graft(r, n, dmsc_node_name(c), c,
		    NULL);
	return status;
}

static unsigned
add_built(struct dmsc_responder *r, struct dm_op *op, struct dm_target *t,
    const struct dmsc_node *base, bool self)
{
	char name[DMSC_TREE_NAME_MAX + 1];
	struct dmsc_node *parent;
	unsigned status;

	if (t->n != NULL)
		return self || dmsc_node_is_leaf(t->n) ? DMSC_DM_EXISTS :
		    !dm_may(r, t->n, "Add") ? DMSC_DM_DENIED :
		    add_below(r, t->n, base);
	/* Named nodes need the target itself, a node like any parent: base,
	 * which has nothing of its own. */
	status = dm_parents(r, t, op, &parent, name);
	return status != DMSC_DM_OK ? status :
	    dm_graft(r, parent, name, base, NULL);
}

unsigned
dm_add_tnds(struct dmsc_responder *r, struct dm_op *op, struct dm_target *t)
{
	struct dmsc_tree *own;
	struct dmsc_node *base;
	bool self = false;
	unsigned status = dm_tnds(r, op, &own, &base, &self);

	if (status == DMSC_DM_OK)
		status = add_built(r, op, t, base, self);
	dmsc_tree_free(&own);
	return status;
}

/* Whether a node that was made for ever would go: 405. */
static unsigned
may_go(struct dmsc_responder *r, const struct dmsc_node *top,
    const struct dmsc_node *stays)
{
	const struct dmsc_node *c, *s;
	struct dmsc_dm_rule rule;
	unsigned status = DMSC_DM_OK;

	for (c = dmsc_node_first(top); c != NULL && status == DMSC_DM_OK;
	    c = dmsc_node_next(c)) {
		s = stays == NULL ? NULL :
		    dmsc_node_child(stays, dmsc_node_name(c));
		dm_rule_of(r, c, &rule);
		if (rule.permanent && dm_bound(r))
			return DMSC_DM_NOT_ALLOWED;
		if (!dm_may(r, c, "Delete"))
			return DMSC_DM_DENIED;
		status = may_go(r, c, s);
	}
	return status;
}

static int
top_props(struct dmsc_responder *r, struct dmsc_node *n,
    const struct dmsc_node *base)
{
	int code = dm_touch(r, n);

	if (code == DMSC_E_OK)
		code = dmsc_node_set_type(r->t, n, dmsc_node_type(base));
	if (code == DMSC_E_OK && *dmsc_node_acl(base) != '\0')
		code = dmsc_node_set_acl(r->t, n, dmsc_node_acl(base));
	if (code == DMSC_E_OK && *dmsc_node_title(base) != '\0')
		code = dmsc_node_set_title(r->t, n, dmsc_node_title(base));
	return code;
}

/* The rights are those before anything is changed. */
static unsigned
replace_may(struct dmsc_responder *r, const struct dmsc_node *n,
    const struct dmsc_node *base, bool self)
{
	struct dmsc_dm_rule rule;

	dm_rule_of(r, n, &rule);
	if (dmsc_node_is_leaf(n) || dmsc_node_is_leaf(base))
		return DMSC_DM_NOT_ALLOWED;
	if (dmsc_node_first(base) != NULL && !dm_may(r, n, "Add"))
		return DMSC_DM_DENIED;
	if (self && *dmsc_node_acl(base) != '\0' && !dm_may_acl(r, n))
		return DMSC_DM_DENIED;
	if (self && rule.permanent && dm_bound(r) &&
	    strcmp(dmsc_node_type(n), dmsc_node_type(base)) != 0)
		return DMSC_DM_NOT_ALLOWED;
	return may_go(r, n, base);
}

unsigned
dm_replace_tnds(struct dmsc_responder *r, const struct dm_op *op,
    struct dmsc_node *n)
{
	struct dmsc_tree *own;
	struct dmsc_node *base;
	bool self = false;
	unsigned status = dm_tnds(r, op, &own, &base, &self);
	int code = DMSC_E_OK;

	if (status == DMSC_DM_OK)
		status = replace_may(r, n, base, self);
	if (status == DMSC_DM_OK) {
		while (dmsc_node_first(n) != NULL && code == DMSC_E_OK)
			code = dmsc_steps_remove(r->steps,
			    dmsc_node_first(n));
		if (code == DMSC_E_OK && self)
			code = top_props(r, n, base);
		status = code != DMSC_E_OK ? dm_code(r, code) :
		    add_below(r, n, base);
	}
	dmsc_tree_free(&own);
	return status;
}
