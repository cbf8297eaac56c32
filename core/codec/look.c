/* What a document of elements has that the tree it makes has not: other
 * commands, credentials, descriptions (codec/convert.h). */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "codec/convert.h"
#include "codec/el.h"
#include "codec/inner.h"

/* What a tree is made of, or what says nothing beside it. */
static const struct { unsigned around, el; } known[] = {
	{ EL_NONE, EL_SYNCML }, { EL_NONE, EL_D_MGMTTREE },
	{ EL_SYNCML, EL_SYNCHDR }, { EL_SYNCML, EL_SYNCBODY },
	{ EL_TARGET, EL_LOCURI }, { EL_SYNCBODY, EL_ADD },
	{ EL_SYNCBODY, EL_FINAL },
	{ EL_ADD, EL_CMDID }, { EL_ADD, EL_META }, { EL_ADD, EL_ITEM },
	{ EL_ITEM, EL_TARGET }, { EL_ITEM, EL_META }, { EL_ITEM, EL_DATA },
	{ EL_META, EL_M_FORMAT }, { EL_META, EL_M_TYPE },
	{ EL_META, EL_M_SIZE }, { EL_DATA, EL_D_MGMTTREE },
	{ EL_D_MGMTTREE, EL_D_VERDTD }, { EL_D_MGMTTREE, EL_D_NODE },
	{ EL_D_NODE, EL_D_NODENAME }, { EL_D_NODE, EL_D_PATH },
	{ EL_D_NODE, EL_D_RTPROPERTIES }, { EL_D_NODE, EL_D_VALUE },
	{ EL_D_NODE, EL_D_NODE }, { EL_D_RTPROPERTIES, EL_D_ACL },
	{ EL_D_RTPROPERTIES, EL_D_FORMAT }, { EL_D_RTPROPERTIES, EL_D_NAME },
	{ EL_D_RTPROPERTIES, EL_D_SIZE }, { EL_D_RTPROPERTIES, EL_D_TITLE },
	{ EL_D_RTPROPERTIES, EL_D_TSTAMP }, { EL_D_RTPROPERTIES, EL_D_TYPE },
	{ EL_D_RTPROPERTIES, EL_D_VERNO }, { EL_D_FORMAT, EL_D_B64 },
	{ EL_D_FORMAT, EL_D_BIN }, { EL_D_FORMAT, EL_D_BOOL },
	{ EL_D_FORMAT, EL_D_CHR }, { EL_D_FORMAT, EL_D_DATE },
	{ EL_D_FORMAT, EL_D_FLOAT }, { EL_D_FORMAT, EL_D_INT },
	{ EL_D_FORMAT, EL_D_FNODE }, { EL_D_FORMAT, EL_D_NULL },
	{ EL_D_FORMAT, EL_D_TIME }, { EL_D_FORMAT, EL_D_XML },
	{ EL_D_TYPE, EL_D_MIME }, { EL_D_TYPE, EL_D_DDFNAME },
};

/* These have elements; text in them is layout or lost. */
static const unsigned groups[] = { EL_SYNCML, EL_SYNCBODY, EL_ADD, EL_ITEM,
    EL_META, EL_TARGET, EL_D_MGMTTREE, EL_D_NODE,
    EL_D_RTPROPERTIES, EL_D_FORMAT, EL_D_TYPE };

struct look {
	struct cv_more *more;
	unsigned stack[DMSC_DOC_DEPTH];
	size_t depth;
	struct dmsc_buf *data;	/* of a Data, which may hold TNDS */
};

static void
note(struct look *l, const char *what, unsigned around)
{
	const char *in = dmsc_el_name(around);

	if (l->more->what[0] != '\0')
		return;
	(void)snprintf(l->more->what, sizeof l->more->what, "%s", what);
	(void)snprintf(l->more->in, sizeof l->more->in, "%s",
	    in == NULL ? "" : in);
}

/* The header of a message is no part of what the message does. */
static bool
in_header(const struct look *l)
{
	return l->depth > 1 && l->stack[1] == EL_SYNCHDR;
}

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct look *l = ctx;
	char name[48];
	size_t i;

	for (i = in_header(l) ? DMSC_COUNT(known) + 1 : 0;
	    i < DMSC_COUNT(known); i++)
		if (known[i].around == at->parent && known[i].el == el)
			break;
	if (i == DMSC_COUNT(known)) {
		dmsc_el_say(el, at, name, sizeof name);
		note(l, name, at->parent);
	}
	if (at->attr != NULL && !in_header(l)) {
		(void)snprintf(name, sizeof name, "attribute %.32s",
		    at->attr);
		note(l, name, el);
	}
	if (l->depth == DMSC_COUNT(l->stack))
		return DMSC_E_LIMIT;
	l->stack[l->depth++] = el;
	dmsc_buf_reset(l->data);
	return DMSC_E_OK;
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct look *l = ctx;
	unsigned el = l->stack[l->depth - 1];
	size_t i;

	(void)opaque;
	if (el == EL_DATA)
		return dmsc_buf_put(l->data, text);
	for (i = 0; i < DMSC_COUNT(groups) && !in_header(l); i++)
		if (groups[i] == el && dmsc_codec_trim(text).left > 0)
			note(l, "text", el);
	return DMSC_E_OK;
}

/* An inner document, as it is or in base64, is looked through too. */
static int
inner(struct look *l)
{
	struct dmsc_rd r = dmsc_codec_trim(dmsc_buf_rd(l->data));
	enum dmsc_form f = dmsc_form_guess(r);
	struct dmsc_buf *raw;
	int code = DMSC_E_OK;

	if (f == DMSC_FORM_TNDS || f == DMSC_FORM_TNDS_WBXML)
		return dmsc_cv_look(r, f == DMSC_FORM_TNDS, l->more, NULL,
		    NULL);
	if ((raw = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if (r.left > 0 && dmsc_b64_get(r, raw) == DMSC_E_OK) {
		f = dmsc_form_guess(dmsc_buf_rd(raw));
		if (f == DMSC_FORM_TNDS || f == DMSC_FORM_TNDS_WBXML)
			code = dmsc_cv_look(dmsc_buf_rd(raw),
			    f == DMSC_FORM_TNDS, l->more, NULL, NULL);
	}
	dmsc_buf_free(&raw);
	return code;
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct look *l = ctx;
	int r = DMSC_E_OK;

	(void)at;
	if (el == EL_DATA && l->data->len > 0)
		r = inner(l);
	dmsc_buf_reset(l->data);
	l->depth--;
	return r;
}

int
dmsc_cv_look(struct dmsc_rd bytes, bool xml, struct cv_more *more,
    size_t *used, struct dmsc_err *e)
{
	struct look l = { .more = more, .data = dmsc_buf_new(DMSC_DOC_MAX) };
	struct el_sink s = { &l, on_open, on_text, on_close, NULL };
	int r;

	if (l.data == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "cannot read the document");
	else if (xml)
		r = dmsc_xml_read(dmsc_codec_trim(bytes), &s, e);
	else
		r = dmsc_wbxml_read(bytes, &s, used, e);
	dmsc_buf_free(&l.data);
	return r;
}
