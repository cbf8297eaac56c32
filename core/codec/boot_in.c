/* Elements of a SyncML DM message to a bootstrap document (codec/boot.h). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/boot.h"
#include "codec/tnds.h"

struct boot_in {
	struct dmsc_boot *b;
	struct boot_item *item;		/* the open one */
	struct tnds_in *tnds;		/* of an inline MgmtTree */
	bool started, in_cmd, in_target, opaque;
	unsigned collect;
	struct span span;		/* of what is collected */
	struct dmsc_buf *text, *data;
	char *format, *type;		/* of the Add's own Meta */
	struct dmsc_err inner;		/* what failed in an Item */
};

static int
fail(struct boot_in *in, int code, const char *what)
{
	return dmsc_fail(&in->inner, code, "%s", what);
}

static int
copy_meta(char **to, const char *from)
{
	*to = strdup(from == NULL ? "" : from);
	return *to == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
open_item(struct boot_in *in, const struct el_at *at)
{
	struct boot_item *it = dmsc_list_add(&in->b->items, &in->b->n_items,
	    sizeof *it);

	if (it == NULL)
		return DMSC_E_NOMEM;
	in->item = it;
	it->cmd = in->b->n_cmds - 1;
	it->all.from = at->from;
	it->all.page_from = PAGE_SYNCML;
	dmsc_buf_reset(in->data);
	if ((it->t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL ||
	    copy_meta(&it->format, in->format) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return copy_meta(&it->type, in->type);
}

static int
open_cmd(struct boot_in *in, const struct el_at *at)
{
	struct boot_cmd *c = dmsc_list_add(&in->b->cmds, &in->b->n_cmds,
	    sizeof *c);

	if (c == NULL)
		return DMSC_E_NOMEM;
	in->in_cmd = true;
	free(in->format);
	free(in->type);
	in->format = in->type = NULL;
	c->all.from = at->from;
	c->all.page_from = PAGE_SYNCML;
	return DMSC_E_OK;
}

static int
collect(struct boot_in *in, unsigned el, const struct el_at *at)
{
	dmsc_buf_reset(in->text);
	in->collect = el;
	in->opaque = false;
	in->span.from = at->to;
	in->span.page_from = at->page;
	return DMSC_E_OK;
}

static int
open_inline(struct boot_in *in)
{
	struct dmsc_node *base;
	int r;

	if (in->item->as == DATA_INLINE)
		return fail(in, DMSC_E_FORMAT, "two MgmtTree in one Item");
	if ((r = dmsc_boot_base(in->item, &base)) != DMSC_E_OK)
		return fail(in, r, "MgmtTree without a good Target");
	in->item->as = DATA_INLINE;
	return dmsc_tnds_in_new(in->item->t, base, &in->tnds);
}

/* What an Item has, and what it loses when it is written again. */
static void
note(struct boot_in *in, unsigned el, const struct el_at *at)
{
	static const struct { unsigned around, el; } known[] = {
		{ EL_ADD, EL_ITEM }, { EL_ITEM, EL_TARGET },
		{ EL_TARGET, EL_LOCURI }, { EL_ITEM, EL_META },
		{ EL_META, EL_M_FORMAT }, { EL_META, EL_M_TYPE },
		{ EL_META, EL_M_SIZE }, { EL_ITEM, EL_DATA },
	};
	char what[64];
	size_t i;

	for (i = 0; i < DMSC_COUNT(known); i++)
		if (known[i].around == at->parent && known[i].el == el)
			return;
	dmsc_el_say(el, at, what, sizeof what);
	dmsc_tnds_gone(in->collect == EL_DATA ? &in->item->gone :
	    &in->item->beside, what, dmsc_el_name(at->parent));
}

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct boot_in *in = ctx;
	int r;

	if (!in->started && el != EL_SYNCML)
		return fail(in, DMSC_E_FORMAT, "this is no SyncML message");
	in->started = true;
	if (in->tnds == NULL && el == EL_D_MGMTTREE && in->item != NULL &&
	    at->parent == EL_DATA &&
	    (r = open_inline(in)) != DMSC_E_OK)
		return r;
	if (in->tnds != NULL)
		return dmsc_tnds_open(in->tnds, el, at);
	if (in->item != NULL)
		note(in, el, at);
	if (el == EL_SYNCBODY) {
		in->b->insert.from = in->b->insert.to = at->to;
		in->b->insert.page_from = in->b->insert.page_to = at->page;
		in->b->insert.set = true;
	}
	if ((el == EL_ADD && in->in_cmd) ||
	    (el == EL_ITEM && in->item != NULL))
		return fail(in, DMSC_E_FORMAT, "an Add or Item inside itself");
	if (el == EL_ADD)
		return open_cmd(in, at);
	if (el == EL_ITEM && at->parent == EL_ADD)
		return open_item(in, at);
	if (el == EL_TARGET && at->parent == EL_ITEM)
		in->in_target = in->item != NULL;
	if (el == EL_CMDID || (el == EL_LOCURI && in->in_target) ||
	    (el == EL_DATA && in->item != NULL && at->parent == EL_ITEM) ||
	    (in->in_cmd && at->parent == EL_META && (el == EL_M_FORMAT ||
	    el == EL_M_TYPE || el == EL_M_SIZE)))
		return collect(in, el, at);
	return DMSC_E_OK;
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct boot_in *in = ctx;

	if (in->tnds != NULL)
		return dmsc_tnds_text(in->tnds, text, opaque);
	if (in->collect == EL_NONE)
		return DMSC_E_OK;
	in->opaque |= opaque;
	return dmsc_buf_put(in->text, text);
}

static int
set_trimmed(char **to, struct dmsc_rd r)
{
	char *s;

	if (!dmsc_is_utf8(r))
		return DMSC_E_FORMAT;
	if ((s = dmsc_strndup(dmsc_codec_trim(r))) == NULL)
		return DMSC_E_NOMEM;
	free(*to);
	*to = s;
	return DMSC_E_OK;
}

static int
close_id(struct boot_in *in)
{
	const char *s = dmsc_buf_cstr(in->text);
	uint64_t v;

	if (s == NULL)
		return DMSC_E_NOMEM;
	if (dmsc_num(s, 10, UINT32_MAX / 2, &v) == DMSC_E_OK &&
	    v > in->b->last_id)
		in->b->last_id = (uint32_t)v;
	return DMSC_E_OK;
}

/* The collected text goes where it belongs. */
static int
close_text(struct boot_in *in, const struct el_at *at)
{
	struct dmsc_rd r = dmsc_buf_rd(in->text);
	unsigned el = in->collect;
	struct dmsc_buf *swap;

	in->collect = EL_NONE;
	in->span.to = at->from;
	in->span.page_to = at->page;
	in->span.set = at->from >= in->span.from;
	switch (el) {
	case EL_CMDID:
		return close_id(in);
	case EL_LOCURI:
		return set_trimmed(&in->item->target, r);
	case EL_M_FORMAT:
		return set_trimmed(in->item != NULL ? &in->item->format :
		    &in->format, r);
	case EL_M_TYPE:
		return set_trimmed(in->item != NULL ? &in->item->type :
		    &in->type, r);
	case EL_M_SIZE:
		if (in->item != NULL)
			in->item->size = in->span;
		return DMSC_E_OK;
	default:
		in->item->opaque = in->opaque;
		in->item->data = in->span;
		swap = in->data;
		in->data = in->text;
		in->text = swap;
		return DMSC_E_OK;
	}
}

static int
close_item(struct boot_in *in, const struct el_at *at)
{
	struct boot_item *it = in->item;
	int r;

	in->item = NULL;
	in->in_target = false;
	it->all.to = at->to;
	it->all.page_to = at->page;
	if (it->target == NULL)
		return fail(in, DMSC_E_FORMAT, "an Item without a target");
	r = dmsc_boot_data(it, dmsc_buf_rd(in->data), &in->inner);
	if (r == DMSC_E_OK && !in->b->keep) {
		r = dmsc_codec_merge(in->b->tree,
		    dmsc_tree_root(in->b->tree), it->t,
		    dmsc_tree_root(it->t));
		r = r == DMSC_E_EXISTS ? DMSC_E_FORMAT : r;
		if (r != DMSC_E_OK)
			(void)dmsc_fail(&in->inner, r,
			    "two Adds make one node");
		dmsc_tree_free(&it->t);
	}
	if (r != DMSC_E_OK)
		(void)dmsc_err_where(&in->inner, "Add to '%s'%s%s",
		    it->target, *in->inner.where != '\0' ? ", " : "",
		    in->inner.where);
	return r;
}

static void
close_cmd(struct boot_in *in, const struct el_at *at)
{
	struct boot_cmd *c = &in->b->cmds[in->b->n_cmds - 1];

	in->in_cmd = false;
	c->all.to = at->to;
	c->all.page_to = at->page;
	/* New Adds stand behind the last one of the message's body. */
	if (at->parent == EL_SYNCBODY) {
		in->b->insert.from = in->b->insert.to = at->to;
		in->b->insert.page_from = in->b->insert.page_to = at->page;
	}
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct boot_in *in = ctx;
	int r;

	if (in->tnds != NULL) {
		r = dmsc_tnds_close(in->tnds, el, at);
		if (r == DMSC_E_OK && el == EL_D_MGMTTREE &&
		    at->parent == EL_DATA) {
			in->item->is_self = dmsc_tnds_in_self(in->tnds);
			dmsc_tnds_in_gone(in->tnds, &in->item->gone);
			dmsc_tnds_in_free(&in->tnds);
		}
		return r;
	}
	if (el == in->collect && el != EL_NONE)
		return close_text(in, at);
	if (el == EL_ITEM && in->item != NULL)
		return close_item(in, at);
	if (el == EL_TARGET)
		in->in_target = false;
	if (el == EL_ADD && in->in_cmd)
		close_cmd(in, at);
	if (el == EL_SYNCBODY && at->from < in->b->insert.from &&
	    in->b->n_cmds == 0) {
		in->b->no_body = true;
		in->b->insert.from = at->from;
	}
	return DMSC_E_OK;
}

int
dmsc_boot_elements(struct dmsc_boot *b, struct dmsc_rd bytes, bool xml,
    size_t *used, struct dmsc_err *e)
{
	struct boot_in in = { .b = b };
	struct el_sink s = { &in, on_open, on_text, on_close, NULL };
	int r = DMSC_E_NOMEM;

	in.text = dmsc_buf_new(DMSC_DOC_MAX);
	in.data = dmsc_buf_new(DMSC_DOC_MAX);
	if (in.text == NULL || in.data == NULL)
		(void)dmsc_fail(e, r, "cannot read SyncML");
	else if (xml)
		r = dmsc_xml_read(dmsc_codec_trim(bytes), &s, e);
	else
		r = dmsc_wbxml_read(bytes, &s, used, e);
	if (r != DMSC_E_OK && in.tnds != NULL &&
	    dmsc_tnds_why(in.tnds) != NULL)
		(void)dmsc_err_why(e, "%s", dmsc_tnds_why(in.tnds));
	if (r != DMSC_E_OK && in.inner.code != DMSC_E_OK && e != NULL)
		*e = in.inner;
	if (r == DMSC_E_OK && !b->insert.set)
		r = dmsc_fail(e, DMSC_E_FORMAT, "this is no SyncML message");
	dmsc_tnds_in_free(&in.tnds);
	dmsc_buf_free(&in.text);
	dmsc_buf_free(&in.data);
	free(in.format);
	free(in.type);
	return r;
}
