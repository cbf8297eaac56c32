/* Add of nodes (reference 4.5, 1.6), and values as nodes keep them. */
#include <string.h>

#include "base/text.h"
#include "codec/inner.h"
#include "dm/inside.h"
#include "mo/node.h"

unsigned
dm_code(struct dmsc_responder *r, int code)
{
	if (code == DMSC_E_NOMEM) {
		r->code = code;
		return DMSC_DM_FAILED;
	}
	return dmsc_dm_status(code);
}

/* A server that may not Replace on the parent gets its rights on what it adds
 * there. */
static int
own_acl(struct dmsc_responder *r, struct dmsc_node *n, bool may_replace)
{
	const char *id = r->o.server;
	struct dmsc_buf *b;
	const char *s;
	int code;

	if (may_replace || id == NULL || *id == '\0' || dmsc_node_is_leaf(n) ||
	    *dmsc_node_acl(n) != '\0')
		return DMSC_E_OK;
	if ((b = dmsc_buf_new(DM_URI_MAX)) == NULL)
		return DMSC_E_NOMEM;
	code = dmsc_buf_fmt(b, "Add=%s&Delete=%s&Replace=%s", id, id, id);
	s = code == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
	if (code == DMSC_E_OK)
		code = s == NULL ? DMSC_E_NOMEM :
		    dmsc_node_set_acl(r->t, n, s);
	dmsc_buf_free(&b);
	return code;
}

/* Whether a node of this name may come below parent. */
static unsigned
may_come(const struct dmsc_responder *r, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule)
{
	dm_rule(r, parent, name, rule);
	if (!dm_bound(r))
		return DMSC_DM_OK;
	return rule->permanent || (rule->access & DMSC_DDF_ADD) == 0 ?
	    DMSC_DM_NOT_ALLOWED : DMSC_DM_OK;
}

static unsigned
interior(struct dmsc_responder *r, struct dmsc_node **at, const char *name)
{
	struct dmsc_dm_rule rule;
	unsigned status = may_come(r, *at, name, &rule);
	bool may = dm_may(r, *at, "Replace");
	struct dmsc_node *c;
	int code;

	if (status == DMSC_DM_OK)
		status = dm_fits(r, &rule, DMSC_FMT_NODE, "",
		    dmsc_rd_of(NULL, 0));
	if (status != DMSC_DM_OK)
		return status;
	code = dmsc_steps_add(r->steps, *at, name, DMSC_FMT_NODE, &c);
	if (code == DMSC_E_OK)
		code = own_acl(r, c, may);
	if (code == DMSC_E_OK)
		code = dm_stamp(r, c);
	if (code != DMSC_E_OK)
		return dm_code(r, code);
	*at = c;
	return DMSC_DM_OK;
}

/* Which of the parents could not be made. */
static unsigned
blame(struct dmsc_responder *r, struct dm_op *op,
    const struct dm_target *t, const char *end, unsigned status)
{
	size_t n = (size_t)(end - t->path);

	if (op == NULL || r->code != DMSC_E_OK)
		return status;
	if (n > 0 && t->path[n - 1] == '/')
		n--;
	if ((op->failed = dmsc_buf_from(dmsc_rd_of(t->path, n),
	    DM_URI_MAX)) == NULL)
		return dm_code(r, DMSC_E_NOMEM);
	return status;
}

unsigned
dm_parents(struct dmsc_responder *r, struct dm_target *t, struct dm_op *op,
    struct dmsc_node **parent, char *name)
{
	const char *at = t->rest;
	unsigned status;

	*parent = t->near;
	for (;;) {
		if (dmsc_mo_uri_step(&at, name) != DMSC_E_OK)
			return DMSC_DM_NOT_FOUND;
		if (*at == '\0')
			return DMSC_DM_OK;
		if ((status = interior(r, parent, name)) != DMSC_DM_OK)
			return blame(r, op, t, at, status);
	}
}

unsigned
dm_add_at(const struct dmsc_responder *r, const struct dm_target *t)
{
	const struct dmsc_node *at = t->near;

	if (t->n != NULL && dmsc_node_parent(t->n) != NULL)
		at = dmsc_node_parent(t->n);
	if (!dm_may(r, at, "Add"))
		return DMSC_DM_DENIED;
	if (t->prop != DM_P_NONE || t->list != DM_L_NONE)
		return DMSC_DM_NOT_ALLOWED;
	if (t->n == NULL && dmsc_node_is_leaf(t->near))
		return DMSC_DM_NOT_ALLOWED;
	return DMSC_DM_OK;
}

unsigned
dm_add_may(struct dmsc_responder *r, const struct dm_op *op,
    struct dm_target *t)
{
	unsigned status = dm_target(r, op->uri, t);

	return status == DMSC_DM_OK ? dm_add_at(r, t) : status;
}

/* Base64 for what is kept as bytes: whatever is not described as b64. */
static unsigned
unpack(struct dmsc_responder *r, struct dmsc_rd *value,
    struct dmsc_buf **own)
{
	int code = DMSC_E_NOMEM;

	if ((*own = dmsc_buf_new(value->left + 1)) != NULL)
		code = dmsc_b64_get(*value, *own);
	if (code != DMSC_E_OK)
		return code == DMSC_E_FORMAT ? DMSC_DM_MEDIA :
		    dm_code(r, code);
	*value = dmsc_buf_rd(*own);
	return DMSC_DM_OK;
}

unsigned
dm_value(struct dmsc_responder *r, const struct dm_op *op,
    enum dmsc_format *f, enum dmsc_format kept, struct dmsc_rd *value,
    struct dmsc_buf **own)
{
	*own = NULL;
	*value = op->data;
	if (dmsc_format_parse(op->format == NULL ? "chr" : op->format, f) !=
	    DMSC_E_OK)
		return DMSC_DM_MEDIA;
	if (op->format == NULL)
		*f = kept;
	if (!op->has_data && *f != DMSC_FMT_NODE && *f != DMSC_FMT_NULL)
		return DMSC_DM_INCOMPLETE;
	if (*f != DMSC_FMT_B64 || kept == DMSC_FMT_B64 ||
	    op->kind == DMSC_CMD_COPY)
		return DMSC_DM_OK;
	*f = DMSC_FMT_BIN;
	return unpack(r, value, own);
}

static int
make(struct dmsc_responder *r, struct dmsc_node *parent, const char *name,
    enum dmsc_format f, const char *type, struct dmsc_rd value)
{
	bool may = dm_may(r, parent, "Replace");
	struct dmsc_node *n;
	int code = dmsc_steps_add(r->steps, parent, name, f, &n);

	if (code == DMSC_E_OK && type != NULL)
		code = dmsc_node_set_type(r->t, n, type);
	if (code == DMSC_E_OK && value.left > 0)
		code = dmsc_node_set_value(r->t, n, value);
	if (code == DMSC_E_OK)
		code = own_acl(r, n, may);
	return code == DMSC_E_OK ? dm_stamp(r, n) : code;
}

static unsigned
add_one(struct dmsc_responder *r, struct dm_op *op,
    struct dmsc_node *parent, const char *name)
{
	struct dmsc_dm_rule rule;
	struct dmsc_buf *own = NULL;
	const char *type = op->type;
	struct dmsc_rd value;
	enum dmsc_format f = DMSC_FMT_CHR;
	unsigned status = may_come(r, parent, name, &rule);

	if (status == DMSC_DM_OK)
		status = dm_value(r, op, &f, rule.format == DMSC_DDF_ANY ?
		    DMSC_FMT_CHR : (enum dmsc_format)rule.format, &value,
		    &own);
	if (status == DMSC_DM_OK && f == DMSC_FMT_NODE) {
		if (type != NULL && strcmp(type, "text/plain") == 0)
			type = NULL;
		if (value.left > 0)
			status = DMSC_DM_BAD;
	}
	if (status == DMSC_DM_OK)
		status = dm_fits(r, &rule, f, type == NULL ?
		    dmsc_format_type(f) : type, value);
	if (status == DMSC_DM_OK)
		status = dm_code(r, make(r, parent, name, f, type, value));
	dmsc_buf_free(&own);
	return status;
}

unsigned
dm_add(struct dmsc_responder *r, struct dm_op *op)
{
	struct dmsc_node *parent;
	char name[DMSC_TREE_NAME_MAX + 1];
	struct dm_target t;
	unsigned status = dm_add_may(r, op, &t);

	if (status == DMSC_DM_OK && dm_is_inbox(r, &t))
		status = dm_inbox(r, op, &t);
	else if (status == DMSC_DM_OK && op->kind == DMSC_CMD_ADD &&
	    op->type != NULL && op->has_data && dm_is_tnds(op->type))
		status = dm_add_tnds(r, op, &t);
	else if (status == DMSC_DM_OK && t.n != NULL)
		status = DMSC_DM_EXISTS;
	else if (status == DMSC_DM_OK &&
	    (status = dm_parents(r, &t, op, &parent, name)) == DMSC_DM_OK)
		status = add_one(r, op, parent, name);
	dm_target_free(&t);
	return status;
}

/* Of a document: each node as an Add of its own would have it. */
static unsigned
check_all(struct dmsc_responder *r, struct dmsc_node *top)
{
	struct dmsc_node *n = top;
	struct dmsc_dm_rule rule;
	unsigned status;
	int code;

	for (;;) {
		status = may_come(r, dmsc_node_parent(n), dmsc_node_name(n),
		    &rule);
		if (status == DMSC_DM_OK && dm_bound(r))
			status = dm_fits(r, &rule, dmsc_node_format(n),
			    dmsc_node_type(n), dmsc_node_value(n));
		if (status != DMSC_DM_OK)
			return status;
		if ((code = dm_stamp(r, n)) != DMSC_E_OK)
			return dm_code(r, code);
		if (dmsc_node_first(n) != NULL) {
			n = dmsc_node_first(n);
			continue;
		}
		while (n != top && dmsc_node_next(n) == NULL)
			n = dmsc_node_parent(n);
		if (n == top)
			return DMSC_DM_OK;
		n = dmsc_node_next(n);
	}
}

unsigned
dm_graft(struct dmsc_responder *r, struct dmsc_node *parent,
    const char *name, const struct dmsc_node *from, struct dmsc_node **out)
{
	bool may = dm_may(r, parent, "Replace");
	struct dmsc_node *n;
	int code;

	if (!may && dmsc_node_is_leaf(from) && *dmsc_node_acl(from) != '\0')
		return DMSC_DM_DENIED;
	code = dmsc_steps_graft(r->steps, parent, name, from, &n);
	if (code == DMSC_E_OK)
		code = own_acl(r, n, may);
	if (code != DMSC_E_OK)
		return dm_code(r, code);
	if (out != NULL)
		*out = n;
	return check_all(r, n);
}
