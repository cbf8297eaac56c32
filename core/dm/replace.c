/* Replace: values, properties, names, ACLs (reference 1.3, 1.6, 4.5). */
#include <string.h>

#include "base/text.h"
#include "dm/inside.h"
#include "mo/node.h"

/* Data as text; it is no text where bytes are in it that no text has. */
static unsigned
text_of(struct dmsc_responder *r, const struct dm_op *op, char **out)
{
	*out = NULL;
	if (!op->has_data)
		return DMSC_DM_INCOMPLETE;
	if (!dmsc_is_text(op->data))
		return DMSC_DM_BAD;
	*out = dmsc_strndup(op->data);
	return *out == NULL ? dm_code(r, DMSC_E_NOMEM) : DMSC_DM_OK;
}

static unsigned
set_acl(struct dmsc_responder *r, struct dmsc_node *n, const char *acl)
{
	int code;

	if (dmsc_acl_check(acl) != DMSC_E_OK)
		return DMSC_DM_BAD;
	if (dmsc_node_parent(n) == NULL && !dmsc_acl_allows(acl, "Add", ""))
		return DMSC_DM_NOT_ALLOWED;
	if ((code = dm_touch(r, n)) == DMSC_E_OK)
		code = dmsc_node_set_acl(r->t, n, acl);
	return dm_code(r, code);
}

static unsigned
set_title(struct dmsc_responder *r, struct dmsc_node *n, const char *title)
{
	int code;

	if ((r->o.props & DMSC_DM_TITLE) == 0)
		return DMSC_DM_UNSUPPORTED;
	if (strlen(title) > DMSC_TREE_NAME_MAX)
		return DMSC_DM_TOO_LARGE;
	if ((code = dm_touch(r, n)) == DMSC_E_OK)
		code = dmsc_node_set_title(r->t, n, title);
	return dm_code(r, code);
}

static unsigned
rename_to(struct dmsc_responder *r, struct dmsc_node *n, const char *seg)
{
	struct dmsc_node *parent = dmsc_node_parent(n);
	char name[DMSC_TREE_NAME_MAX + 1];
	struct dmsc_dm_rule rule;
	int code = *seg == '\0' ? DMSC_E_FORMAT :
	    dmsc_mo_uri_step(&seg, name);

	if (code != DMSC_E_OK || *seg != '\0')
		return code == DMSC_E_LIMIT ? DMSC_DM_TOO_LONG : DMSC_DM_BAD;
	if (r->o.segment > 0 && strlen(name) > r->o.segment)
		return DMSC_DM_TOO_LONG;
	dm_rule(r, parent, name, &rule);
	if (rule.permanent && dm_bound(r))
		return DMSC_DM_NOT_ALLOWED;
	if (strcmp(name, dmsc_node_name(n)) == 0)
		return DMSC_DM_OK;
	if (dmsc_node_child(parent, name) != NULL)
		return DMSC_DM_EXISTS;
	if ((code = dm_touch(r, n)) == DMSC_E_OK)
		code = dmsc_node_rename(r->t, n, name);
	return dm_code(r, code);
}

static unsigned
property(struct dmsc_responder *r, const struct dm_op *op,
    const struct dm_target *t)
{
	char *text;
	unsigned status = text_of(r, op, &text);

	if (status == DMSC_DM_OK)
		status = t->prop == DM_P_ACL ? set_acl(r, t->n, text) :
		    t->prop == DM_P_TITLE ? set_title(r, t->n, text) :
		    rename_to(r, t->n, text);
	free(text);
	return status;
}

/* Of a property: who may, and whether it can be. */
static unsigned
property_may(const struct dmsc_responder *r, const struct dm_target *t)
{
	struct dmsc_dm_rule rule;

	if (t->prop == DM_P_ACL)
		return dm_may_acl(r, t->n) ? DMSC_DM_OK : DMSC_DM_DENIED;
	if (!dm_may(r, t->n, "Replace"))
		return DMSC_DM_DENIED;
	if (t->prop == DM_P_UNKNOWN)
		return DMSC_DM_UNSUPPORTED;
	if (t->prop != DM_P_NAME && t->prop != DM_P_TITLE)
		return DMSC_DM_NOT_ALLOWED;
	dm_rule_of(r, t->n, &rule);
	if (t->prop == DM_P_NAME && (dmsc_node_parent(t->n) == NULL ||
	    (rule.permanent && dm_bound(r))))
		return DMSC_DM_NOT_ALLOWED;
	return dm_bound(r) && (rule.access & DMSC_DDF_REPLACE) == 0 ?
	    DMSC_DM_NOT_ALLOWED : DMSC_DM_OK;
}

unsigned
dm_replace_may(struct dmsc_responder *r, const struct dm_op *op,
    struct dm_target *t)
{
	unsigned status = dm_target(r, op->uri, t);
	struct dmsc_dm_rule rule;

	if (status != DMSC_DM_OK)
		return status;
	if (t->n == NULL)
		return DMSC_DM_NOT_FOUND;
	if (t->prop != DM_P_NONE)
		return property_may(r, t);
	if (!dm_may(r, t->n, "Replace"))
		return DMSC_DM_DENIED;
	dm_rule_of(r, t->n, &rule);
	return t->list != DM_L_NONE || (dm_bound(r) &&
	    (rule.access & DMSC_DDF_REPLACE) == 0) ? DMSC_DM_NOT_ALLOWED :
	    DMSC_DM_OK;
}

/* An emptied value first: a leaf of format null must not hold any. */
static int
put(struct dmsc_responder *r, struct dmsc_node *n, enum dmsc_format f,
    const char *type, struct dmsc_rd value)
{
	int code = dm_touch(r, n);

	if (code == DMSC_E_OK && f == DMSC_FMT_NULL)
		code = dmsc_node_set_value(r->t, n, value);
	if (code == DMSC_E_OK && f != dmsc_node_format(n))
		code = dmsc_node_set_format(r->t, n, f);
	if (code == DMSC_E_OK)
		code = dmsc_node_set_type(r->t, n, type);
	if (code == DMSC_E_OK)
		code = dmsc_node_set_value(r->t, n, value);
	return code;
}

static unsigned
value_to(struct dmsc_responder *r, const struct dm_op *op,
    struct dmsc_node *n)
{
	enum dmsc_format f, kept = dmsc_node_format(n);
	const char *type = op->type;
	struct dmsc_dm_rule rule;
	struct dmsc_buf *own;
	struct dmsc_rd value;
	unsigned status = dm_value(r, op, &f, kept, &value, &own);

	dm_rule_of(r, n, &rule);
	if (type == NULL)
		type = f == kept ? dmsc_node_type(n) : dmsc_format_type(f);
	if (status == DMSC_DM_OK && (f == DMSC_FMT_NODE ||
	    (rule.permanent && dm_bound(r) && (f != kept ||
	    strcmp(type, dmsc_node_type(n)) != 0))))
		status = DMSC_DM_NOT_ALLOWED;
	if (status == DMSC_DM_OK)
		status = dm_fits(r, &rule, f, type, value);
	if (status == DMSC_DM_OK)
		status = dm_code(r, put(r, n, f, type, value));
	dmsc_buf_free(&own);
	return status;
}

unsigned
dm_replace(struct dmsc_responder *r, struct dm_op *op)
{
	struct dm_target t;
	unsigned status = dm_replace_may(r, op, &t);

	if (status != DMSC_DM_OK)
		;
	else if (t.prop != DM_P_NONE)
		status = property(r, op, &t);
	else if (op->kind == DMSC_CMD_REPLACE && op->has_data &&
	    op->type != NULL && dm_is_tnds(op->type))
		status = dm_replace_tnds(r, op, t.n);
	else
		status = dmsc_node_is_leaf(t.n) ? value_to(r, op, t.n) :
		    DMSC_DM_NOT_ALLOWED;
	dm_target_free(&t);
	return status;
}
