/* Elements to WBXML 1.2 or XML 1.0 (codec/emit.h). */
#include "codec/emit.h"

#include <string.h>

#include "base/text.h"
#include "codec/inner.h"

enum { T_END = 1, T_STR_I = 3, T_STR_T = 0x83, T_OPAQUE = 0xC3,
	T_CONTENT = 0x40 };

static void
keep(struct emit *em, int code)
{
	if (em->code == DMSC_E_OK)
		em->code = code;
}

static void
u8(struct emit *em, unsigned v)
{
	if (em->code == DMSC_E_OK)
		keep(em, dmsc_buf_u8(em->b, v));
}

static void
str(struct emit *em, const char *s)
{
	if (em->code == DMSC_E_OK)
		keep(em, dmsc_buf_str(em->b, s));
}

static void
put(struct emit *em, struct dmsc_rd r)
{
	if (em->code == DMSC_E_OK)
		keep(em, dmsc_buf_put(em->b, r));
}

int
dmsc_emit_number(struct dmsc_buf *b, uint32_t v)
{
	uint8_t p[5];
	size_t n = sizeof p;

	p[--n] = v & 0x7F;
	while ((v >>= 7) != 0)
		p[--n] = (uint8_t)(0x80 | (v & 0x7F));
	return dmsc_buf_put(b, dmsc_rd_of(p + n, sizeof p - n));
}

/* The bytes of text up to the first one that must be escaped. */
static size_t
plain_run(struct dmsc_rd r)
{
	size_t n = 0;

	while (n < r.left && r.p[n] != '&' && r.p[n] != '<' &&
	    r.p[n] != '>' && r.p[n] != '\r')
		n++;
	return n;
}

/* What XML 1.0 allows; U+FFFE and U+FFFF are EF BF BE and EF BF BF. */
bool
dmsc_xml_fits(struct dmsc_rd r)
{
	size_t i;

	if (!dmsc_is_utf8(r))
		return false;
	for (i = 0; i < r.left; i++) {
		if (r.p[i] < 0x20 && r.p[i] != '\t' && r.p[i] != '\n' &&
		    r.p[i] != '\r')
			return false;
		if (r.p[i] == 0xEF && r.p[i + 1] == 0xBF &&
		    r.p[i + 2] >= 0xBE)
			return false;
	}
	return true;
}

int
dmsc_xml_escape(struct dmsc_buf *b, struct dmsc_rd r)
{
	size_t n;
	int code = DMSC_E_OK;

	if (!dmsc_xml_fits(r))
		return DMSC_E_FORMAT;
	while (r.left > 0 && code == DMSC_E_OK) {
		n = plain_run(r);
		code = dmsc_buf_put(b, dmsc_rd_slice(r, 0, n));
		r = dmsc_rd_slice(r, n, r.left);
		if (r.left == 0 || code != DMSC_E_OK)
			break;
		code = dmsc_buf_str(b, r.p[0] == '&' ? "&amp;" :
		    r.p[0] == '<' ? "&lt;" : r.p[0] == '>' ? "&gt;" :
		    "&#13;");
		r = dmsc_rd_slice(r, 1, r.left);
	}
	return code;
}

static void
line(struct emit *em, size_t depth)
{
	size_t i;

	if (!em->indent)
		return;
	u8(em, '\n');
	for (i = 0; i < depth; i++)
		u8(em, '\t');
}

static void
settle(struct emit *em)
{
	if (em->pending)
		u8(em, '>');
	em->pending = false;
}

static void
xml_open(struct emit *em, unsigned el)
{
	unsigned around = em->depth == 0 ? PAGES :
	    el_page(em->stack[em->depth - 1].el);

	settle(em);
	if (em->depth > 0) {
		if (!em->stack[em->depth - 1].text)
			line(em, em->depth);
		em->stack[em->depth - 1].parent = true;
	}
	u8(em, '<');
	str(em, dmsc_el_name(el));
	if (around != el_page(el)) {
		str(em, " xmlns=\"");
		str(em, dmsc_el_ns(el_page(el)));
		u8(em, '"');
	}
	em->pending = true;
}

void
dmsc_emit_page(struct emit *em, unsigned page)
{
	if (em->page == page)
		return;
	u8(em, 0);
	u8(em, page);
	em->page = page;
}

/* One level deeper, or the failure LIMIT. */
static void
push(struct emit *em, unsigned el)
{
	if (em->depth == DMSC_DOC_DEPTH) {
		keep(em, DMSC_E_LIMIT);
		return;
	}
	em->stack[em->depth].el = el;
	em->stack[em->depth].parent = em->stack[em->depth].text = false;
	em->depth++;
}

void
dmsc_emit_open(struct emit *em, unsigned el)
{
	if (em->code != DMSC_E_OK)
		return;
	if (em->xml)
		xml_open(em, el);
	else {
		dmsc_emit_page(em, el_page(el));
		u8(em, T_CONTENT | (el & 0xFF));
	}
	push(em, el);
}

void
dmsc_emit_close(struct emit *em)
{
	unsigned el;

	if (em->code != DMSC_E_OK)
		return;
	em->depth--;
	if (!em->xml) {
		u8(em, T_END);
		return;
	}
	if (em->pending) {
		em->pending = false;
		str(em, "/>");
		return;
	}
	el = em->stack[em->depth].el;
	if (em->stack[em->depth].parent && !em->stack[em->depth].text)
		line(em, em->depth);
	str(em, "</");
	str(em, dmsc_el_name(el));
	u8(em, '>');
}

void
dmsc_emit_text(struct emit *em, struct dmsc_rd text)
{
	uint32_t at;

	if (em->code != DMSC_E_OK || text.left == 0)
		return;
	if (em->xml) {
		settle(em);
		em->stack[em->depth - 1].text = true;
		keep(em, dmsc_xml_escape(em->b, text));
	} else if (memchr(text.p, '\0', text.left) != NULL)
		dmsc_emit_bytes(em, text);
	else if (em->pack != NULL && dmsc_pack_at(em->pack, text, &at)) {
		u8(em, T_STR_T);
		if (em->code == DMSC_E_OK)
			keep(em, dmsc_emit_number(em->b, at));
	} else {
		u8(em, T_STR_I);
		put(em, text);
		u8(em, '\0');
	}
}

void
dmsc_emit_str(struct emit *em, const char *text)
{
	dmsc_emit_text(em, dmsc_rd_str(text));
}

void
dmsc_emit_bytes(struct emit *em, struct dmsc_rd bytes)
{
	if (em->code != DMSC_E_OK || bytes.left == 0)
		return;
	if (em->xml) {
		settle(em);
		em->stack[em->depth - 1].text = true;
		keep(em, dmsc_b64_put(em->b, bytes));
		return;
	}
	if (bytes.left > DMSC_DOC_MAX) {
		keep(em, DMSC_E_LIMIT);
		return;
	}
	u8(em, T_OPAQUE);
	if (em->code == DMSC_E_OK)
		keep(em, dmsc_emit_number(em->b, (uint32_t)bytes.left));
	put(em, bytes);
}

void
dmsc_emit_empty(struct emit *em, unsigned el)
{
	if (em->xml) {
		dmsc_emit_open(em, el);
		dmsc_emit_close(em);
		return;
	}
	dmsc_emit_page(em, el_page(el));
	u8(em, el & 0xFF);
}

void
dmsc_emit_leaf(struct emit *em, unsigned el, struct dmsc_rd text)
{
	if (text.left == 0) {
		dmsc_emit_empty(em, el);
		return;
	}
	dmsc_emit_open(em, el);
	dmsc_emit_text(em, text);
	dmsc_emit_close(em);
}
