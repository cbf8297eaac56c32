/* Commands that go past the tree: what their keeper says and does through
 * the responder (dm/respond.h). */
#include <string.h>

#include "dm/inside.h"

#define TNDS_WBXML "application/vnd.syncml.dmtnds+wbxml"

int
dmsc_responder_say(struct dmsc_responder *r, const struct dmsc_cmd *c,
    const struct dmsc_item *it, unsigned status, const struct dmsc_chal *chal)
{
	struct dm_reply *p = dm_answer(r, c, it, status);

	if (p != NULL && chal != NULL && chal->set &&
	    dm_reply_text(r, p, DM_T_TYPE, chal->meta.type) &&
	    dm_reply_text(r, p, DM_T_FORMAT, chal->meta.format))
		(void)dm_reply_text(r, p, DM_T_NONCE, chal->meta.next_nonce);
	return r->code;
}

int
dmsc_responder_tell(struct dmsc_responder *r, const struct dmsc_cmd *c,
    const struct dmsc_item *it)
{
	const struct dm_op op = { .kind = c->kind, .c = c };
	const char *format = dmsc_item_format(c, it);
	const char *type = dmsc_item_type(c, it);
	unsigned status = dm_result(r, &op, it->source.uri, format, type,
	    it->data.set ? &it->data.bytes : NULL);

	if (r->code == DMSC_E_OK && status != DMSC_DM_OK)
		r->code = DMSC_E_LIMIT;
	return r->code;
}

unsigned
dmsc_responder_copy(struct dmsc_responder *r, const char *uri,
    const struct dmsc_node *from)
{
	struct dm_op op = { .kind = DMSC_CMD_COPY, .uri = uri };
	size_t mark = dmsc_steps_mark(r->steps);
	unsigned status = DMSC_DM_FAILED;

	if (dmsc_node_is_leaf(from))
		status = dm_copy_to(r, &op, from);
	else if (dmsc_responder_put(r, uri, from, true, NULL, &status) !=
	    DMSC_E_OK)
		status = DMSC_DM_FAILED;
	if (!dm_good(status))
		dmsc_steps_back(r->steps, mark);
	dmsc_buf_free(&op.failed);
	return status;
}

unsigned
dmsc_responder_delete(struct dmsc_responder *r, const char *uri)
{
	struct dm_op op = { .kind = DMSC_CMD_DELETE, .uri = uri };
	size_t mark = dmsc_steps_mark(r->steps);
	unsigned status = dm_delete(r, &op);

	if (!dm_good(status))
		dmsc_steps_back(r->steps, mark);
	dmsc_buf_free(&op.failed);
	return status;
}

/* What a Copy of it gives; of more than a leaf, what a Get would. */
unsigned
dmsc_responder_read(struct dmsc_responder *r, const char *uri,
    struct dmsc_meta *meta, struct dmsc_buf *out)
{
	struct dm_target t = { .n = NULL };
	struct dmsc_dm_rule rule;
	unsigned status = dm_gettable(r, dm_path(r, dmsc_rd_str(uri), &t),
	    &t);

	if (status == DMSC_DM_OK) {
		dm_rule_of(r, t.n, &rule);
		if ((rule.access & (dmsc_node_is_leaf(t.n) ? DMSC_DDF_COPY :
		    DMSC_DDF_GET)) == 0)
			status = DMSC_DM_NOT_ALLOWED;
	}
	if (status == DMSC_DM_OK && dmsc_node_is_leaf(t.n)) {
		meta->format = dmsc_format_name(dmsc_node_format(t.n));
		meta->type = dmsc_node_type(t.n);
		status = dm_code(r, dmsc_buf_put(out, dmsc_node_value(t.n)));
	} else if (status == DMSC_DM_OK) {
		meta->format = "xml";
		meta->type = TNDS_WBXML;
		status = dm_code(r, dm_subtree(r, t.n, out));
	}
	dm_target_free(&t);
	return status;
}
