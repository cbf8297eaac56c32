/*
 * What may be given to libwbxml: it recurses as deep as a document, its time
 * grows with the square of an element's children, it copies a string of the
 * table as often as it is named, and it expands entities. All of that is
 * counted here first (codec/inner.h). And what makes it fall over is refused:
 * opaque data where it has lost the element, characters above 31 bits.
 */
#include <string.h>

#include "codec/codec.h"
#include "codec/el.h"
#include "codec/inner.h"

enum {
	STEPS_MAX = 1 << 28,	/* over brothers: 23000 in one element */
	TEXT_MAX = 4 * 1024 * 1024, NESTED_MAX = 4, VERSION_MAX = 3,
	CHAR_BITS = 31, HARMLESS = 8192,
	PUBLIC_WML11 = 0x04, PUBLIC_WML12 = 0x09, PUBLIC_WML13 = 0x0A,
	PUBLIC_DRMREL = 0x0E, PUBLIC_WV11 = 0x10, PUBLIC_WV12 = 0x12,
	CHARSET_UCS2 = 1000, CHARSET_UTF16 = 1015
};
/* Global tokens of WBXML 1.3, clause 7.1. */
enum {
	T_SWITCH = 0x00, T_END = 0x01, T_ENTITY = 0x02, T_STR_I = 0x03,
	T_LITERAL = 0x04, T_FIRST = 0x05, T_EXT_I = 0x40, T_PI = 0x43,
	T_EXT_T = 0x80,
	T_STR_T = 0x83, T_EXT = 0xC0, T_OPAQUE = 0xC3,
	T_CONTENT = 0x40, T_ATTR = 0x80, T_TOKEN = 0x3F, T_VALUE = 0x80,
	EXTS = 3
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

/*
 * A document in WBXML of any language, walked over as libwbxml would. Where
 * its way through odd tokens differs from the standard's, what follows would
 * be seen by one of the two only: that is refused.
 */
struct walk {
	struct guard *g;
	struct dmsc_rd r;
	struct dmsc_rd strings;
	bool done;
	bool has_tag;		/* libwbxml knows which element is open */
	bool no_opaque;		/* and yet may lose it in this language */
	bool exts;		/* extensions have operands */
	size_t base;		/* depth of the root */
	unsigned nested;	/* documents around this one */
};

static int document(struct guard *g, struct dmsc_rd r, unsigned nested);

static int
odd(struct walk *w)
{
	return bad(w->g, DMSC_E_UNSUPPORTED, "tokens that libwbxml takes for "
	    "others");
}

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

static int
table_string(struct walk *w)
{
	struct dmsc_rd s;
	uint32_t at;
	int r;

	if ((r = dmsc_wbxml_number(&w->r, &at)) != DMSC_E_OK)
		return r;
	if (dmsc_wbxml_string(w->strings, at, &s) != DMSC_E_OK)
		return bad(w->g, DMSC_E_FORMAT, "no such string");
	return some_text(w->g, s.left);
}

static int
entity(struct walk *w)
{
	uint32_t c;
	int r = dmsc_wbxml_number(&w->r, &c);

	if (r != DMSC_E_OK)
		return r;
	return c >> CHAR_BITS != 0 ?
	    bad(w->g, DMSC_E_FORMAT, "no such character") : DMSC_E_OK;
}

static int
opaque(struct walk *w, struct dmsc_rd *in)
{
	uint32_t n;
	int r;

	if ((r = dmsc_wbxml_number(&w->r, &n)) != DMSC_E_OK ||
	    (r = dmsc_rd_take(&w->r, n, in)) != DMSC_E_OK)
		return r;
	return some_text(w->g, n);
}

/* libwbxml reads documents inside of documents. What is none is data; but
 * then it must be too short to do harm. */
static int
inner(struct walk *w)
{
	struct dmsc_rd in;
	int r;

	if (!w->has_tag || w->no_opaque)
		return bad(w->g, DMSC_E_UNSUPPORTED, "opaque data where "
		    "libwbxml may fall over");
	if ((r = opaque(w, &in)) != DMSC_E_OK)
		return r;
	if (in.left == 0 || in.p[0] > VERSION_MAX)
		return DMSC_E_OK;
	if (w->nested == NESTED_MAX)
		return bad(w->g, DMSC_E_LIMIT, "documents in documents");
	r = document(w->g, in, w->nested + 1);
	if (r == DMSC_E_OK || r == DMSC_E_LIMIT)
		return r;
	return in.left <= HARMLESS ? DMSC_E_OK : bad(w->g, DMSC_E_LIMIT,
	    "data that it may take for a document");
}

static bool
among(uint8_t b, unsigned first)
{
	return b >= first && b < first + EXTS;
}

/* A token that stands for text, in content and in attributes alike; *done:
 * it was one. */
static int
text(struct walk *w, uint8_t b, bool *done)
{
	*done = true;
	if ((among(b, T_EXT_I) || among(b, T_EXT_T)) && !w->exts)
		return odd(w);
	if (b == T_STR_I || among(b, T_EXT_I))
		return inline_string(w);
	if (b == T_STR_T || among(b, T_EXT_T))
		return table_string(w);
	if (b == T_ENTITY)
		return entity(w);
	*done = among(b, T_EXT);
	return DMSC_E_OK;
}

/* A token of attributes with nothing behind it that is its own. */
static bool
is_plain(uint8_t b)
{
	return (b & T_TOKEN) >= T_FIRST;
}

/* What begins an attribute, or one of what may follow. */
static int
attribute(struct walk *w, uint8_t b, bool first)
{
	struct dmsc_rd in;
	uint8_t page;
	bool done;
	int r;

	if (b == T_LITERAL)
		return table_string(w);
	if (b == T_SWITCH) {
		if ((r = dmsc_rd_u8(&w->r, &page)) != DMSC_E_OK ||
		    (r = dmsc_rd_u8(&w->r, &b)) != DMSC_E_OK)
			return r;
		return is_plain(b) && (!first || b < T_VALUE) ? DMSC_E_OK :
		    odd(w);
	}
	if (is_plain(b))
		return first && b >= T_VALUE ? odd(w) : DMSC_E_OK;
	if (first)
		return odd(w);
	if (b == T_OPAQUE)
		return opaque(w, &in);
	r = text(w, b, &done);
	return r != DMSC_E_OK || done ? r : odd(w);
}

static int
attributes(struct walk *w)
{
	bool first = true;
	uint8_t b;
	int r;

	for (;; first = false) {
		if ((r = dmsc_rd_u8(&w->r, &b)) != DMSC_E_OK ||
		    (b == T_END && !first))
			return r;
		if ((r = child(w->g)) != DMSC_E_OK ||
		    (r = attribute(w, b, first)) != DMSC_E_OK)
			return r;
	}
}

static void
leave(struct walk *w)
{
	w->done = --w->g->depth == w->base;
	w->has_tag = false;
}

static int
tag(struct walk *w, uint8_t b)
{
	int r = enter(w->g);

	w->has_tag = (b & T_TOKEN) != T_LITERAL;
	if (r == DMSC_E_OK && !w->has_tag)
		r = table_string(w);
	if (r == DMSC_E_OK && (b & T_ATTR))
		r = attributes(w);
	if (r == DMSC_E_OK && !(b & T_CONTENT))
		leave(w);
	return r;
}

static bool
is_tag(uint8_t b)
{
	return (b & T_TOKEN) >= T_FIRST || (b & T_TOKEN) == T_LITERAL;
}

static int
content(struct walk *w, uint8_t b)
{
	uint8_t page;
	bool done;
	int r;

	if (b == T_SWITCH)
		return dmsc_rd_u8(&w->r, &page);
	if (b == T_END) {
		leave(w);
		return DMSC_E_OK;
	}
	if (is_tag(b))
		return tag(w, b);
	if ((r = child(w->g)) != DMSC_E_OK)
		return r;
	if (b == T_OPAQUE)
		return inner(w);
	r = text(w, b, &done);
	return r != DMSC_E_OK || done ? r : odd(w);
}

/* The root: one page may be put in force before it. */
static int
root(struct walk *w)
{
	uint8_t b, page;
	int r = dmsc_rd_u8(&w->r, &b);

	if (r == DMSC_E_OK && b == T_SWITCH &&
	    (r = dmsc_rd_u8(&w->r, &page)) == DMSC_E_OK)
		r = dmsc_rd_u8(&w->r, &b);
	if (r != DMSC_E_OK)
		return r;
	return is_tag(b) ? tag(w, b) :
	    bad(w->g, DMSC_E_FORMAT, "no root element");
}

static bool
holds(struct dmsc_rd r, const char *s)
{
	size_t n = strlen(s);

	for (; r.left >= n; r = dmsc_rd_slice(r, 1, r.left))
		if (memcmp(r.p, s, n) == 0)
			return true;
	return false;
}

/* DRM REL 1.0 and Wireless Village CSP: it looks at an element that it may
 * have no token of. */
static bool
falls_over(const struct wbxml_head *h)
{
	return h->public_id == PUBLIC_DRMREL || h->public_id == PUBLIC_WV11 ||
	    h->public_id == PUBLIC_WV12 || holds(h->fpi, "DRMREL") ||
	    holds(h->fpi, "WV-CSP");
}

static int
head(struct walk *w)
{
	bool zero = w->r.left > 1 && w->r.p[1] == 0;
	struct wbxml_head h;
	int r;

	if ((r = dmsc_wbxml_head(&w->r, &h)) != DMSC_E_OK)
		return bad(w->g, r, "the header is not WBXML's");
	if (h.version == 0 || zero != (h.public_id == 0))
		return bad(w->g, DMSC_E_UNSUPPORTED, "the version");
	if (h.charset == CHARSET_UCS2 || h.charset == CHARSET_UTF16)
		return bad(w->g, DMSC_E_UNSUPPORTED, "the character set");
	w->strings = h.strings;
	w->no_opaque = falls_over(&h);
	w->exts = h.public_id == PUBLIC_WML11 ||
	    h.public_id == PUBLIC_WML12 || h.public_id == PUBLIC_WML13;
	return DMSC_E_OK;
}

static int
document(struct guard *g, struct dmsc_rd r, unsigned nested)
{
	struct walk w = { .g = g, .r = r, .base = g->depth,
	    .nested = nested };
	uint8_t b;
	int code = head(&w);

	if (code == DMSC_E_OK)
		code = root(&w);
	while (code == DMSC_E_OK && !w.done)
		if ((code = dmsc_rd_u8(&w.r, &b)) == DMSC_E_OK)
			code = content(&w, b);
	g->depth = w.base;
	/* All else behind the root it leaves alone. */
	return code == DMSC_E_OK && w.r.left > 0 && w.r.p[0] == T_PI ?
	    odd(&w) : code;
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
