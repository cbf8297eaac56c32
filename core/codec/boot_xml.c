/* A bootstrap document as SyncML in XML, for people (codec/codec.h). */
#include <string.h>

#include "base/text.h"
#include "codec/boot.h"
#include "codec/emit.h"
#include "codec/tnds.h"

struct to_xml {
	const struct dmsc_boot *b;
	struct emit em;
	size_t next;		/* items seen */
	size_t skip;		/* levels inside an inline MgmtTree */
	bool in_item, in_add;
	bool meta_item, bin, cmd_bin;	/* Format bin, of which Meta */
	unsigned collect;
	struct dmsc_buf *text;
	const char *why;
};

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct to_xml *x = ctx;

	if (x->skip > 0 || (el == EL_D_MGMTTREE && at->parent == EL_DATA)) {
		x->skip++;
		return DMSC_E_OK;
	}
	if (el == EL_NONE) {
		x->why = "an element that we have no name for";
		return DMSC_E_UNSUPPORTED;
	}
	if (el == EL_ADD && !x->in_add)
		x->in_add = true;
	if (at->parent == EL_SYNCBODY)
		x->cmd_bin = false;
	if (el == EL_ITEM) {
		x->bin = x->cmd_bin;
		x->meta_item = true;
		if (x->in_add && at->parent == EL_ADD) {
			x->in_item = true;
			x->next++;
		}
	}
	x->collect = el == EL_DATA || el == EL_M_FORMAT || el == EL_M_TYPE ?
	    el : EL_NONE;
	dmsc_buf_reset(x->text);
	dmsc_emit_open(&x->em, el);
	return x->em.code;
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct to_xml *x = ctx;

	if (x->skip > 0)
		return DMSC_E_OK;
	(void)opaque;
	if (x->collect != EL_NONE)
		return dmsc_buf_put(x->text, text);
	dmsc_emit_text(&x->em, text);
	return x->em.code;
}

/* The item that is open, NULL outside of one. */
static const struct boot_item *
item(const struct to_xml *x)
{
	return x->in_item ? &x->b->items[x->next - 1] : NULL;
}

static void
data(struct to_xml *x)
{
	const struct boot_item *it = item(x);
	const struct dmsc_node *top;

	if (it != NULL && it->as != DATA_PLAIN) {
		top = dmsc_tree_find(it->t, it->base);
		if (top != NULL)
			dmsc_tnds_emit(&x->em, top, it->is_self ?
			    TNDS_SELF : TNDS_CHILDREN);
	} else if (x->bin)
		dmsc_emit_bytes(&x->em, dmsc_buf_rd(x->text));
	else
		dmsc_emit_text(&x->em, dmsc_buf_rd(x->text));
}

/* What XML must say of data that it carries in another way than WBXML. */
static void
meta(struct to_xml *x)
{
	const struct boot_item *it = item(x);
	struct dmsc_rd t = dmsc_codec_trim(dmsc_buf_rd(x->text));
	bool tnds = it != NULL && it->as != DATA_PLAIN;
	bool bin = x->collect == EL_M_FORMAT && dmsc_rd_eq_str(t, "bin");

	if (x->collect == EL_M_FORMAT) {
		x->bin = bin;
		x->cmd_bin = x->meta_item ? x->cmd_bin : bin;
	}
	if (x->collect == EL_M_TYPE)
		dmsc_emit_text(&x->em, dmsc_rd_eq_str(t,
		    "application/vnd.syncml.dmtnds+wbxml") ?
		    dmsc_rd_str("application/vnd.syncml.dmtnds+xml") : t);
	else if (tnds)
		dmsc_emit_str(&x->em, "xml");
	else if (bin)
		dmsc_emit_str(&x->em, "b64");
	else
		dmsc_emit_text(&x->em, t);
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct to_xml *x = ctx;

	(void)at;
	if (x->skip > 0) {
		x->skip--;
		return DMSC_E_OK;
	}
	if (el == EL_DATA)
		data(x);
	else if (x->collect == el)
		meta(x);
	x->collect = EL_NONE;
	if (el == EL_ITEM)
		x->in_item = x->meta_item = false;
	if (el == EL_ADD)
		x->in_add = false;
	dmsc_emit_close(&x->em);
	return x->em.code;
}

static int
to_xml(const struct dmsc_boot *b, struct dmsc_buf *out, struct dmsc_err *e)
{
	struct to_xml x = { .b = b, .em = { .b = out, .xml = true,
	    .indent = true }, .text = dmsc_buf_new(DMSC_DOC_MAX) };
	struct el_sink s = { &x, on_open, on_text, on_close, NULL };
	int r;

	if (x.text == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot write XML");
	r = dmsc_buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	if (r == DMSC_E_OK)
		r = dmsc_wbxml_read(dmsc_buf_rd(b->bytes), &s, NULL, e);
	if (r == DMSC_E_OK)
		r = dmsc_buf_u8(out, '\n');
	if (r != DMSC_E_OK) {
		(void)dmsc_fail(e, r, "cannot write the document as XML");
		(void)dmsc_err_why(e, "%s", x.why != NULL ? x.why :
		    r == DMSC_E_FORMAT ? "a value that no XML can hold" :
		    dmsc_e_text(r));
	}
	dmsc_buf_free(&x.text);
	return r;
}

int
dmsc_boot_write_xml(const struct dmsc_boot *b, const struct dmsc_tree *now,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_buf *bytes = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_boot *again = NULL;
	size_t at = out->len;
	int r;

	if (bytes == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot write XML");
	r = dmsc_boot_write(b, now, bytes, e);
	if (r == DMSC_E_OK)
		r = dmsc_boot_again(dmsc_buf_rd(bytes), &again, e);
	if (r == DMSC_E_OK)
		r = to_xml(again, out, e);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	dmsc_boot_free(&again);
	dmsc_buf_free(&bytes);
	return r;
}
