/* The Inbox of a tree (reference 8.2): MOs come into it as documents and are
 * put where they belong; nothing stays in it. */
#include <string.h>

#include "dm/inside.h"

bool
dm_is_inbox(const struct dmsc_responder *r, const struct dm_target *t)
{
	const struct dmsc_node *n = t->n != NULL ? t->n : t->near, *up;

	if (!r->o.inbox || n == NULL)
		return false;
	for (; (up = dmsc_node_parent(n)) != NULL &&
	    dmsc_node_parent(up) != NULL; n = up)
		continue;
	return up != NULL && strcmp(dmsc_node_name(n), "Inbox") == 0;
}

/* Of a document for the Inbox itself: what it has, without the node that
 * stands for the Inbox. */
static int
unwrap(struct dmsc_tree **own, struct dmsc_node *base)
{
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	int code = t == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	while (code == DMSC_E_OK && dmsc_node_first(base) != NULL)
		code = dmsc_node_move(t, dmsc_tree_root(t), *own,
		    dmsc_node_first(base));
	if (code != DMSC_E_OK) {
		dmsc_tree_free(&t);
		return code;
	}
	dmsc_tree_free(own);
	*own = t;
	return code;
}

static unsigned
place_all(struct dmsc_responder *r, const struct dmsc_tree *own)
{
	const struct dmsc_node *mo = dmsc_dm_next_mo(own, NULL);
	unsigned status = mo == NULL ? DMSC_DM_BAD : DMSC_DM_OK;

	for (; mo != NULL && status == DMSC_DM_OK;
	    mo = dmsc_dm_next_mo(own, mo))
		status = dm_place(r, mo);
	return status;
}

unsigned
dm_inbox(struct dmsc_responder *r, const struct dm_op *op,
    const struct dm_target *t)
{
	struct dmsc_tree *own = NULL;
	struct dmsc_node *base;
	bool self = false;
	unsigned status;

	if (op->kind != DMSC_CMD_ADD || op->type == NULL || !op->has_data ||
	    !dm_is_tnds(op->type))
		return DMSC_DM_NOT_ALLOWED;
	status = dm_tnds(r, op, &own, &base, &self);
	if (status == DMSC_DM_OK && t->n != NULL)
		status = self ? DMSC_DM_EXISTS :
		    dm_code(r, unwrap(&own, base));
	if (status == DMSC_DM_OK)
		status = place_all(r, own);
	dmsc_tree_free(&own);
	return status;
}
