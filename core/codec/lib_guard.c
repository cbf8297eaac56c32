/*
 * What may be given to libwbxml: it recurses as deep as a document, its time
 * grows with the square of an element's children, it copies a string of the
 * table as often as it is named, and it expands entities. All of that is
 * counted here first (codec/inner.h).
 */
#include <string.h>

#include "codec/codec.h"
#include "codec/el.h"
#include "codec/inner.h"

enum {
	STEPS_MAX = 1 << 28,	/* over brothers: 23000 in one element */
	TEXT_MAX = 4 * 1024 * 1024, NESTED_MAX = 4, VERSION_MAX = 3,
	CHARSET_UCS2 = 1000, CHARSET_UTF16 = 1015
};
/* Global tokens of WBXML 1.3, clause 7.1. */
enum {
	T_SWITCH = 0x00, T_END = 0x01, T_ENTITY = 0x02, T_STR_I = 0x03,
	T_LITERAL = 0x04, T_EXT_I = 0x40, T_PI = 0x43, T_EXT_T = 0x80,
	T_STR_T = 0x83, T_EXT = 0xC0, T_OPAQUE = 0xC3,
	T_CONTENT = 0x40, T_ATTR = 0x80, T_TOKEN = 0x3F, EXTS = 3
};

struct guard {
	size_t steps, text, depth;
	size_t children[DMSC_DOC_DEPTH + 1];	/* so far, at each depth */
	const char *why;
};

static int
bad(struct guard *g, int code, const char *why)
{
	g->why = why;
	return code;
}

/* One more child of the element that is open: behind all before it. */
static int
child(struct guard *g)
{
	g->steps += ++g->children[g->depth];
	return g->steps > STEPS_MAX ?
	    bad(g, DMSC_E_LIMIT, "too much side by side") : DMSC_E_OK;
}

static int
enter(struct guard *g)
{
	int r = child(g);

	if (r != DMSC_E_OK)
		return r;
	if (g->depth == DMSC_DOC_DEPTH)
		return bad(g, DMSC_E_LIMIT, "elements are nested too deep");
	g->children[++g->depth] = 0;
	return DMSC_E_OK;
}

static int
some_text(struct guard *g, size_t n)
{
	if (n > TEXT_MAX - g->text)
		return bad(g, DMSC_E_LIMIT, "too much text");
	g->text += n;
	return DMSC_E_OK;
}

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	(void)el;
	(void)at;
	return enter(ctx);
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	int r = child(ctx);

	(void)opaque;
	return r != DMSC_E_OK ? r : some_text(ctx, text.left);
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct guard *g = ctx;

	(void)el;
	(void)at;
	g->depth--;
	return DMSC_E_OK;
}

/* Entities are refused where XML is read. */
int
dmsc_lib_guard_xml(struct dmsc_rd xml, struct dmsc_err *e)
{
	struct guard g = { 0 };
	struct el_sink s = { &g, on_open, on_text, on_close, NULL };
	int r = dmsc_xml_read(xml, &s, e);

	if (r != DMSC_E_OK && g.why != NULL)
		(void)dmsc_err_why(e, "%s", g.why);
	return r;
}

/* A document in WBXML of any language, walked over. */
struct walk {
	struct guard *g;
	struct dmsc_rd r;
	struct dmsc_rd strings;
	bool in_attrs, then_content, done;
	size_t base;		/* depth of the root */
	unsigned nested;	/* documents around this one */
};

static int document(struct guard *g, struct dmsc_rd r, unsigned nested);

static int
inline_string(struct walk *w)
{
	const uint8_t *end = w->r.left == 0 ? NULL :
	    memchr(w->r.p, '\0', w->r.left);
	size_t n;

	if (end == NULL)
		return DMSC_E_SHORT;
	n = (size_t)(end - w->r.p);
	w->r = dmsc_rd_slice(w->r, n + 1, w->r.left);
	return some_text(w->g, n);
}

/* An operand that may be a string of the table; in some languages the one of
 * an extension is not. */
static int
table_string(struct walk *w)
{
	struct dmsc_rd s;
	uint32_t at;
	int r;

	if ((r = dmsc_wbxml_number(&w->r, &at)) != DMSC_E_OK)
		return r;
	if (dmsc_wbxml_string(w->strings, at, &s) != DMSC_E_OK)
		return DMSC_E_OK;
	return some_text(w->g, s.left);
}

/* libwbxml reads documents inside of documents. */
static int
opaque(struct walk *w)
{
	struct dmsc_rd in;
	uint32_t n;
	int r;

	if ((r = dmsc_wbxml_number(&w->r, &n)) != DMSC_E_OK ||
	    (r = dmsc_rd_take(&w->r, n, &in)) != DMSC_E_OK ||
	    (r = some_text(w->g, n)) != DMSC_E_OK)
		return r;
	if (in.left == 0 || in.p[0] > VERSION_MAX)
		return DMSC_E_OK;
	if (w->nested == NESTED_MAX)
		return bad(w->g, DMSC_E_LIMIT, "documents in documents");
	r = document(w->g, in, w->nested + 1);
	return r == DMSC_E_LIMIT ? r : DMSC_E_OK;
}

/* A token that stands for text, in content and in attributes alike; *done:
 * it was one. */
static int
text(struct walk *w, uint8_t b, bool *done)
{
	uint32_t n;

	*done = true;
	if (b == T_STR_I || (b >= T_EXT_I && b < T_EXT_I + EXTS))
		return inline_string(w);
	if (b == T_STR_T || (b >= T_EXT_T && b < T_EXT_T + EXTS))
		return table_string(w);
	if (b == T_ENTITY)
		return dmsc_wbxml_number(&w->r, &n);
	if (b == T_OPAQUE)
		return opaque(w);
	*done = b >= T_EXT && b < T_EXT + EXTS;
	return DMSC_E_OK;
}

static void
leave(struct walk *w)
{
	w->done = --w->g->depth == w->base;
}

static int
tag(struct walk *w, uint8_t b)
{
	int r = enter(w->g);

	w->then_content = (b & T_CONTENT) != 0;
	w->in_attrs = (b & T_ATTR) != 0;
	if (r == DMSC_E_OK && (b & T_TOKEN) == T_LITERAL)
		r = table_string(w);
	if (r == DMSC_E_OK && !w->in_attrs && !w->then_content)
		leave(w);
	return r;
}

static int
in_attrs(struct walk *w, uint8_t b)
{
	if (b == T_LITERAL)
		return table_string(w);
	if (b != T_END)
		return DMSC_E_OK;
	w->in_attrs = false;
	if (!w->then_content)
		leave(w);
	return DMSC_E_OK;
}

static int
token(struct walk *w)
{
	uint8_t b, page;
	bool done;
	int r;

	if ((r = dmsc_rd_u8(&w->r, &b)) != DMSC_E_OK)
		return r;
	if (b == T_SWITCH)
		return dmsc_rd_u8(&w->r, &page);
	if ((r = text(w, b, &done)) != DMSC_E_OK)
		return r;
	if (done)
		return child(w->g);
	if (w->in_attrs)
		return (r = child(w->g)) != DMSC_E_OK ? r : in_attrs(w, b);
	if (b == T_PI) {
		w->in_attrs = w->then_content = true;
		return child(w->g);
	}
	if (b != T_END)
		return tag(w, b);
	if (w->g->depth == w->base)
		return bad(w->g, DMSC_E_FORMAT, "no root element");
	leave(w);
	return DMSC_E_OK;
}

static int
document(struct guard *g, struct dmsc_rd r, unsigned nested)
{
	struct walk w = { .g = g, .r = r, .base = g->depth,
	    .nested = nested };
	struct wbxml_head h;
	int code;

	if ((code = dmsc_wbxml_head(&w.r, &h)) != DMSC_E_OK)
		return bad(g, code, "the header is not WBXML's");
	if (h.charset == CHARSET_UCS2 || h.charset == CHARSET_UTF16)
		return bad(g, DMSC_E_UNSUPPORTED, "the character set");
	w.strings = h.strings;
	while (code == DMSC_E_OK && !w.done)
		code = token(&w);
	g->depth = w.base;
	return code;
}

int
dmsc_lib_guard_wbxml(struct dmsc_rd wbxml, struct dmsc_err *e)
{
	struct guard g = { 0 };
	int r = document(&g, wbxml, 0);

	if (r == DMSC_E_OK)
		return r;
	if (r == DMSC_E_SHORT)
		r = bad(&g, DMSC_E_FORMAT, "it ends too early");
	(void)dmsc_fail(e, r, "not a document in WBXML for libwbxml");
	(void)dmsc_err_why(e, "%s", g.why != NULL ? g.why : dmsc_e_text(r));
	return r;
}
