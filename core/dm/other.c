/* Delete, Copy and Exec (reference 4.5). */
#include <string.h>

#include "dm/inside.h"

/* A node that there is, named without a query, which cmd may be done to. */
static unsigned
plain(struct dmsc_responder *r, const char *uri, const char *cmd,
    unsigned access, struct dm_target *t)
{
	unsigned status = dm_target(r, uri, t);
	struct dmsc_dm_rule rule;

	if (status != DMSC_DM_OK)
		return status;
	if (t->n == NULL)
		return DMSC_DM_NOT_FOUND;
	if (!dm_may(r, t->n, cmd))
		return DMSC_DM_DENIED;
	dm_rule_of(r, t->n, &rule);
	return t->prop != DM_P_NONE || t->list != DM_L_NONE ||
	    (dm_bound(r) && (rule.access & access) == 0) ?
	    DMSC_DM_NOT_ALLOWED : DMSC_DM_OK;
}

unsigned
dm_delete(struct dmsc_responder *r, struct dm_op *op)
{
	struct dmsc_dm_rule rule;
	struct dm_target t;
	unsigned status = plain(r, op->uri, "Delete", DMSC_DDF_DELETE, &t);

	if (status == DMSC_DM_OK) {
		dm_rule_of(r, t.n, &rule);
		status = dmsc_node_parent(t.n) == NULL ||
		    (rule.permanent && dm_bound(r)) ?
		    DMSC_DM_NOT_ALLOWED :
		    dm_code(r, dmsc_steps_remove(r->steps, t.n));
	}
	dm_target_free(&t);
	return status;
}

unsigned
dm_copy_to(struct dmsc_responder *r, struct dm_op *op,
    const struct dmsc_node *from)
{
	struct dm_op as = *op;
	struct dm_target t;
	unsigned status = dm_target(r, op->uri, &t);
	bool there = t.n != NULL;

	dm_target_free(&t);
	if (status != DMSC_DM_OK)
		return status;
	as.format = dmsc_format_name(dmsc_node_format(from));
	as.type = dmsc_node_type(from);
	as.data = dmsc_node_value(from);
	as.has_data = true;
	as.kind = DMSC_CMD_COPY;	/* values as they are kept */
	status = there ? dm_replace(r, &as) : dm_add(r, &as);
	op->failed = as.failed;
	return status == DMSC_DM_NOT_FOUND ? DMSC_DM_FORBIDDEN : status;
}

unsigned
dm_copy(struct dmsc_responder *r, struct dm_op *op)
{
	struct dm_target t;
	unsigned status = plain(r, op->source, "Get", DMSC_DDF_COPY, &t);

	if (status == DMSC_DM_OK)
		status = !dmsc_node_is_leaf(t.n) ? DMSC_DM_NOT_ALLOWED :
		    dm_copy_to(r, op, t.n);
	dm_target_free(&t);
	return status == DMSC_DM_NOT_FOUND ? DMSC_DM_FORBIDDEN : status;
}

unsigned
dm_exec(struct dmsc_responder *r, struct dm_op *op)
{
	struct dm_target t;
	unsigned status = plain(r, op->uri, "Exec", DMSC_DDF_EXEC, &t);

	if (status == DMSC_DM_OK)
		status = r->o.hooks.exec == NULL ? DMSC_DM_UNSUPPORTED :
		    r->o.hooks.exec(r->o.hooks.ctx, t.n, op->c, op->data);
	dm_target_free(&t);
	return status;
}
