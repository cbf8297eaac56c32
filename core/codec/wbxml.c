/* WBXML 1.0 to 1.3 to elements, bounded and linear (codec/el.h). */
#include <string.h>

#include "codec/codec.h"
#include "codec/el.h"

enum {
	T_SWITCH = 0x00, T_END = 0x01, T_ENTITY = 0x02, T_STR_I = 0x03,
	T_LITERAL = 0x04, T_STR_T = 0x83, T_OPAQUE = 0xC3,
	T_CONTENT = 0x40, T_ATTR = 0x80, T_TOKEN = 0x3F, T_FIRST = 0x05,
	VERSION_MAX = 3, CHARSET_ASCII = 3, CHARSET_UTF8 = 106,
	TEXT_LEAST = 65536, TEXT_TIMES = 64
};

struct wb {
	struct dmsc_rd all, r;
	struct wbxml_head head;
	struct el_sink *sink;
	struct el_at at;
	const char *why;
	size_t total, text_max;	/* text handed on: STR_T can repeat it */
	unsigned page;
	size_t depth;
	unsigned stack[DMSC_DOC_DEPTH];
};

int
dmsc_wbxml_number(struct dmsc_rd *r, uint32_t *out)
{
	struct dmsc_rd at = *r;
	uint32_t v = 0;
	uint8_t b = 0x80;

	while (b & 0x80) {
		if (dmsc_rd_u8(&at, &b) != DMSC_E_OK)
			return DMSC_E_SHORT;
		if (v > UINT32_MAX >> 7)
			return DMSC_E_FORMAT;
		v = v << 7 | (b & 0x7F);
	}
	*r = at;
	*out = v;
	return DMSC_E_OK;
}

int
dmsc_wbxml_string(struct dmsc_rd table, uint32_t offset, struct dmsc_rd *out)
{
	struct dmsc_rd r = dmsc_rd_slice(table, offset, table.left);
	const uint8_t *end;

	if (r.left == 0 || (end = memchr(r.p, '\0', r.left)) == NULL)
		return DMSC_E_FORMAT;
	*out = dmsc_rd_of(r.p, (size_t)(end - r.p));
	return DMSC_E_OK;
}

int
dmsc_wbxml_head(struct dmsc_rd *r, struct wbxml_head *out)
{
	struct wbxml_head h = { 0 };
	uint32_t index = 0, n;
	uint8_t version;
	int code;

	if ((code = dmsc_rd_u8(r, &version)) != DMSC_E_OK ||
	    (code = dmsc_wbxml_number(r, &h.public_id)) != DMSC_E_OK)
		return code;
	if (version > VERSION_MAX)
		return DMSC_E_FORMAT;
	if (h.public_id == 0 &&
	    (code = dmsc_wbxml_number(r, &index)) != DMSC_E_OK)
		return code;
	if ((code = dmsc_wbxml_number(r, &h.charset)) != DMSC_E_OK ||
	    (code = dmsc_wbxml_number(r, &n)) != DMSC_E_OK ||
	    (code = dmsc_rd_take(r, n, &h.strings)) != DMSC_E_OK)
		return code;
	if (h.public_id == 0 &&
	    (code = dmsc_wbxml_string(h.strings, index, &h.fpi)) != DMSC_E_OK)
		return code;
	h.version = version;
	*out = h;
	return DMSC_E_OK;
}

int
dmsc_wbxml_start(struct dmsc_rd *r, struct wbxml_head *out, const char **why)
{
	int code = dmsc_wbxml_head(r, out);

	*why = "the header is not WBXML's";
	if (code != DMSC_E_OK || out->charset == 0 ||
	    out->charset == CHARSET_UTF8 || out->charset == CHARSET_ASCII)
		return code;
	*why = "the character set";
	return DMSC_E_UNSUPPORTED;
}

size_t
dmsc_wbxml_text_max(size_t bytes)
{
	return bytes > DMSC_DOC_MAX / TEXT_TIMES ? DMSC_DOC_MAX :
	    TEXT_LEAST + bytes * TEXT_TIMES;
}

static size_t
offset(const struct wb *w)
{
	return w->all.left - w->r.left;
}

static int
bad(struct wb *w, int code, const char *why)
{
	w->why = why;
	return code;
}

static int
close_one(struct wb *w)
{
	unsigned el = w->stack[--w->depth];

	w->at.to = offset(w);
	w->at.page = w->page;
	w->at.parent = w->depth == 0 ? EL_NONE : w->stack[w->depth - 1];
	return w->sink->close(w->sink->ctx, el, &w->at);
}

static int
tag(struct wb *w, uint8_t b)
{
	unsigned el = w->page << 8 | (b & T_TOKEN);
	uint32_t index = 0;
	int r;

	if (b & T_ATTR)
		return bad(w, DMSC_E_FORMAT, "attributes have no place here");
	if ((b & T_TOKEN) == T_LITERAL &&
	    (r = dmsc_wbxml_number(&w->r, &index)) != DMSC_E_OK)
		return r;
	if (dmsc_el_name(el) == NULL) {
		w->at.token = el;
		w->at.name = dmsc_rd_of(NULL, 0);
		if ((b & T_TOKEN) == T_LITERAL &&
		    dmsc_wbxml_string(w->head.strings, index, &w->at.name) !=
		    DMSC_E_OK)
			return bad(w, DMSC_E_FORMAT, "no such string");
		el = EL_NONE;
	}
	if (w->depth == DMSC_DOC_DEPTH)
		return bad(w, DMSC_E_LIMIT, "elements are nested too deep");
	w->at.to = offset(w);
	w->at.page = w->page;
	w->at.parent = w->depth == 0 ? EL_NONE : w->stack[w->depth - 1];
	w->stack[w->depth++] = el;
	r = w->sink->open(w->sink->ctx, el, &w->at);
	return r == DMSC_E_OK && !(b & T_CONTENT) ? close_one(w) : r;
}

static int
hand_on(struct wb *w, struct dmsc_rd text, bool opaque)
{
	if (text.left > w->text_max - w->total)
		return bad(w, DMSC_E_LIMIT, "too much text");
	w->total += text.left;
	return w->sink->text(w->sink->ctx, text, opaque);
}

size_t
dmsc_wbxml_char(uint32_t c, uint8_t u[4])
{
	size_t n = 0;

	if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) || c == 0)
		return 0;
	if (c < 0x80)
		u[n++] = (uint8_t)c;
	else {
		if (c >= 0x10000)
			u[n++] = (uint8_t)(0xF0 | c >> 18);
		if (c >= 0x800)
			u[n++] = (uint8_t)(c >= 0x10000 ?
			    0x80 | (c >> 12 & 0x3F) : 0xE0 | c >> 12);
		u[n++] = (uint8_t)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3F) :
		    0xC0 | c >> 6);
		u[n++] = (uint8_t)(0x80 | (c & 0x3F));
	}
	return n;
}

static int
entity(struct wb *w)
{
	uint8_t u[4];
	size_t n;
	uint32_t c;
	int r;

	if ((r = dmsc_wbxml_number(&w->r, &c)) != DMSC_E_OK)
		return r;
	if ((n = dmsc_wbxml_char(c, u)) == 0)
		return bad(w, DMSC_E_FORMAT, "no such character");
	return hand_on(w, dmsc_rd_of(u, n), false);
}

/* A token with text; b is the token. */
static int
text(struct wb *w, uint8_t b)
{
	struct dmsc_rd s;
	const uint8_t *end;
	uint32_t n;
	int r;

	if (b == T_ENTITY)
		return entity(w);
	if (b == T_STR_I) {
		end = w->r.left == 0 ? NULL : memchr(w->r.p, 0, w->r.left);
		if (end == NULL)
			return DMSC_E_SHORT;
		n = (uint32_t)(end - w->r.p);
		if ((r = dmsc_rd_take(&w->r, n, &s)) != DMSC_E_OK)
			return r;
		w->r = dmsc_rd_slice(w->r, 1, w->r.left);
		return hand_on(w, s, false);
	}
	if ((r = dmsc_wbxml_number(&w->r, &n)) != DMSC_E_OK)
		return r;
	if (b == T_STR_T) {
		if (dmsc_wbxml_string(w->head.strings, n, &s) != DMSC_E_OK)
			return bad(w, DMSC_E_FORMAT, "no such string");
		return hand_on(w, s, false);
	}
	if ((r = dmsc_rd_take(&w->r, n, &s)) != DMSC_E_OK)
		return r;
	return hand_on(w, s, true);
}

static int
token(struct wb *w)
{
	uint8_t b, page;
	int r;

	w->at.from = offset(w);
	if ((r = dmsc_rd_u8(&w->r, &b)) != DMSC_E_OK)
		return r;
	if (b == T_SWITCH) {
		if ((r = dmsc_rd_u8(&w->r, &page)) == DMSC_E_OK)
			w->page = page;
		return r;
	}
	if ((b & T_TOKEN) >= T_FIRST || (b & T_TOKEN) == T_LITERAL)
		return tag(w, b);
	if (w->depth == 0)
		return bad(w, DMSC_E_FORMAT, "no root element");
	if (b == T_END)
		return close_one(w);
	if (b == T_ENTITY || b == T_STR_I || b == T_STR_T || b == T_OPAQUE)
		return text(w, b);
	return bad(w, DMSC_E_FORMAT, "a token that has no place here");
}

static int
document(struct wb *w, size_t *used)
{
	const char *why;
	int r;

	w->r = w->all;
	w->text_max = dmsc_wbxml_text_max(w->all.left);
	if (w->all.left > DMSC_DOC_MAX)
		return bad(w, DMSC_E_LIMIT, "the document is too large");
	if ((r = dmsc_wbxml_start(&w->r, &w->head, &why)) != DMSC_E_OK)
		return bad(w, r, why);
	/* SWITCH_PAGE may stand before the root. */
	do
		r = token(w);
	while (r == DMSC_E_OK && (w->depth > 0 || w->at.to == 0));
	if (r != DMSC_E_OK)
		return r;
	if (used != NULL)
		*used = offset(w);
	else if (w->r.left > 0)
		return bad(w, DMSC_E_FORMAT, "bytes behind the end");
	return DMSC_E_OK;
}

int
dmsc_wbxml_read(struct dmsc_rd bytes, struct el_sink *s, size_t *used,
    struct dmsc_err *e)
{
	struct wb w = { .all = bytes, .sink = s };
	int r = document(&w, used);

	if (r == DMSC_E_OK)
		return r;
	(void)dmsc_fail(e, r, "not a document in WBXML that can be read");
	(void)dmsc_err_where(e, "byte %zu", w.at.from);
	(void)dmsc_err_why(e, "%s", w.why != NULL ? w.why :
	    s->why != NULL ? s->why : dmsc_e_text(r));
	return r;
}
