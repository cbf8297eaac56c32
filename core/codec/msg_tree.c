/* A MgmtTree inside a message: elements to a writer (codec/msg_part.h). */
#include <stdio.h>
#include <string.h>

#include "codec/inner.h"
#include "codec/msg_part.h"

static bool
is_blank(const struct dmsc_buf *b)
{
	return dmsc_codec_trim(dmsc_buf_rd(b)).left == 0;
}

/* The start tag that waits. */
static void
settle(struct msg_tree *t)
{
	if (t->pending != EL_NONE)
		dmsc_emit_open(t->em, t->pending);
	t->pending = EL_NONE;
}

static int
mixed(struct msg_tree *t)
{
	(void)snprintf(t->why, sizeof t->why, "text beside elements in "
	    "MgmtTree");
	return DMSC_E_FORMAT;
}

int
dmsc_msg_tree_open(struct msg_tree *t, unsigned el, const struct el_at *at)
{
	char name[48];

	if (el == EL_NONE || el_page(el) != PAGE_DDF) {
		dmsc_el_say(el, at, name, sizeof name);
		(void)snprintf(t->why, sizeof t->why, "element '%s' in "
		    "MgmtTree", name);
		return DMSC_E_UNSUPPORTED;
	}
	if (!is_blank(t->text))
		return mixed(t);
	settle(t);
	dmsc_buf_reset(t->text);
	t->opaque = false;
	t->pending = el;
	if (el == EL_D_NODE)
		t->bin = false;
	if (el == EL_D_BIN && at->parent == EL_D_FORMAT)
		t->bin = true;
	return t->em->code;
}

int
dmsc_msg_tree_text(struct msg_tree *t, struct dmsc_rd text, bool opaque)
{
	t->opaque |= opaque;
	return dmsc_buf_put(t->text, text);
}

/* Octets: as they are in WBXML, as base64 in XML. */
static void
value(struct msg_tree *t)
{
	struct dmsc_rd text = dmsc_buf_rd(t->text);
	struct dmsc_buf *raw;
	int r;

	if (t->opaque || t->em->xml) {
		if (t->opaque)
			dmsc_emit_bytes(t->em, text);
		else
			dmsc_emit_text(t->em, text);
		return;
	}
	if ((raw = dmsc_buf_new(DMSC_DOC_MAX)) == NULL) {
		t->em->code = DMSC_E_NOMEM;
		return;
	}
	r = dmsc_b64_get(text, raw);
	if (r == DMSC_E_OK)
		dmsc_emit_bytes(t->em, dmsc_buf_rd(raw));
	else if (r == DMSC_E_FORMAT)
		dmsc_emit_text(t->em, text);
	else
		t->em->code = r;
	dmsc_buf_free(&raw);
}

int
dmsc_msg_tree_close(struct msg_tree *t, unsigned el)
{
	bool leaf = t->pending != EL_NONE;

	if (!leaf && !is_blank(t->text))
		return mixed(t);
	t->pending = EL_NONE;
	if (leaf && el == EL_D_VALUE && t->bin && t->text->len > 0) {
		dmsc_emit_open(t->em, el);
		value(t);
		dmsc_emit_close(t->em);
	} else if (leaf)
		dmsc_emit_leaf(t->em, el, dmsc_buf_rd(t->text));
	else
		dmsc_emit_close(t->em);
	dmsc_buf_reset(t->text);
	t->opaque = false;
	if (t->em->code != DMSC_E_OK && t->em->xml)
		(void)snprintf(t->why, sizeof t->why, "'%s' in MgmtTree "
		    "that XML cannot hold", dmsc_el_name(el));
	return t->em->code;
}

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	return dmsc_msg_tree_open(ctx, el, at);
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	return dmsc_msg_tree_text(ctx, text, opaque);
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	(void)at;
	return dmsc_msg_tree_close(ctx, el);
}

int
dmsc_msg_tree_emit(struct emit *em, struct dmsc_rd doc, struct dmsc_err *e)
{
	struct msg_tree t = { .em = em, .text = dmsc_buf_new(DMSC_DOC_MAX) };
	struct el_sink s = { &t, on_open, on_text, on_close, NULL };
	int r;

	if (t.text == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot write TNDS");
	r = dmsc_wbxml_read(doc, &s, NULL, e);
	if (r != DMSC_E_OK && t.why[0] != '\0')
		(void)dmsc_err_why(e, "%s", t.why);
	dmsc_buf_free(&t.text);
	return r;
}
