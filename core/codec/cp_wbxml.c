/* Client Provisioning in WBXML, publicid 0B, both ways (codec/cp.h). Tags and
 * attributes have code pages of their own. */
#include "codec/cp.h"

#include <string.h>

#include "codec/cpel.h"
#include "codec/el.h"
#include "codec/emit.h"

enum { T_SWITCH = 0x00, T_END = 0x01, T_ENTITY = 0x02, T_STR_I = 0x03,
	T_LITERAL = 0x04, T_STR_T = 0x83, T_OPAQUE = 0xC3,
	T_CONTENT = 0x40, T_ATTR = 0x80, T_TOKEN = 0x3F, T_VALUE = 0x80,
	CHARSET_UTF8 = 106 };

struct cp_wb {
	struct dmsc_rd all, r;
	struct wbxml_head head;
	struct cp_in in;
	unsigned tags, attrs;	/* code pages in force */
	size_t depth, token;	/* token: where the last one began */
	const struct cp_watch *watch;
	size_t total;		/* strings of the table, as often as named */
};

static int
bad(struct cp_wb *w, int code, const char *why)
{
	w->in.why = why;
	return code;
}

static int
indexed(struct cp_wb *w, struct dmsc_rd *out)
{
	uint32_t n;
	int r;

	if ((r = dmsc_wbxml_number(&w->r, &n)) != DMSC_E_OK)
		return r;
	if (dmsc_wbxml_string(w->head.strings, n, out) != DMSC_E_OK)
		return bad(w, DMSC_E_FORMAT, "no such string");
	if (out->left > dmsc_wbxml_text_max(w->all.left) - w->total)
		return bad(w, DMSC_E_LIMIT, "too much text");
	w->total += out->left;
	return DMSC_E_OK;
}

static int
inline_string(struct cp_wb *w, struct dmsc_rd *out)
{
	const uint8_t *end = w->r.left == 0 ? NULL :
	    memchr(w->r.p, 0, w->r.left);
	int r;

	if (end == NULL)
		return DMSC_E_SHORT;
	r = dmsc_rd_take(&w->r, (size_t)(end - w->r.p), out);
	w->r = dmsc_rd_slice(w->r, 1, w->r.left);
	return r;
}

static int
text(struct cp_wb *w, uint8_t b, uint8_t u[4], struct dmsc_rd *out)
{
	uint32_t n;
	int r;

	if (b == T_STR_I)
		return inline_string(w, out);
	if (b == T_STR_T)
		return indexed(w, out);
	if ((r = dmsc_wbxml_number(&w->r, &n)) != DMSC_E_OK)
		return r;
	if (b == T_OPAQUE)
		return dmsc_rd_take(&w->r, n, out);
	*out = dmsc_rd_of(u, dmsc_wbxml_char(n, u));
	return out->left > 0 ? DMSC_E_OK :
	    bad(w, DMSC_E_FORMAT, "no such character");
}

/* 83 is STR_T everywhere in WBXML, and DIGEST on page 1 of one numbering: it
 * is a string where there is a table of strings. */
static bool
is_text(const struct cp_wb *w, uint8_t b)
{
	return b == T_STR_I || b == T_ENTITY || b == T_OPAQUE ||
	    (b == T_STR_T && (w->attrs != 1 || w->head.strings.left > 0));
}

static int
attribute(struct cp_wb *w, uint8_t b, enum cp_attr *attr)
{
	const struct cp_token *row = dmsc_cp_token(w->attrs, b);
	struct dmsc_rd name;
	int r;

	if (b == T_LITERAL) {
		if ((r = indexed(w, &name)) != DMSC_E_OK)
			return r;
		*attr = dmsc_cp_attr(name);
		return dmsc_cp_set(&w->in, *attr);
	}
	if (row == NULL)
		return bad(w, DMSC_E_FORMAT, "no such token on this page");
	*attr = row->attr;
	if ((r = dmsc_cp_set(&w->in, row->attr)) != DMSC_E_OK)
		return r;
	return dmsc_buf_put(w->in.value[row->attr], dmsc_rd_str(row->text));
}

static int
part(struct cp_wb *w, uint8_t b, enum cp_attr attr)
{
	const struct cp_token *row;
	struct dmsc_rd s;
	uint8_t u[4];
	int r;

	if (attr == CP_ATTRS)
		return bad(w, DMSC_E_FORMAT, "a value without its attribute");
	if (is_text(w, b))
		return (r = text(w, b, u, &s)) == DMSC_E_OK ?
		    dmsc_buf_put(w->in.value[attr], s) : r;
	if ((row = dmsc_cp_token(w->attrs, b)) == NULL)
		return bad(w, DMSC_E_FORMAT, "no such token on this page");
	return dmsc_buf_put(w->in.value[attr], dmsc_rd_str(row->text));
}

static int
attributes(struct cp_wb *w)
{
	enum cp_attr attr = CP_ATTRS;
	uint8_t b, page;
	int r;

	for (;;) {
		w->token = w->all.left - w->r.left;
		if ((r = dmsc_rd_u8(&w->r, &b)) != DMSC_E_OK || b == T_END)
			return r;
		if (b == T_SWITCH) {
			if ((r = dmsc_rd_u8(&w->r, &page)) == DMSC_E_OK)
				w->attrs = page;
		} else if (b < T_VALUE && b != T_STR_I && b != T_ENTITY)
			r = attribute(w, b, &attr);
		else
			r = part(w, b, attr);
		if (r != DMSC_E_OK)
			return r;
	}
}

static int
tag(struct cp_wb *w, uint8_t b)
{
	unsigned el = b & T_TOKEN;
	size_t from = w->token;
	struct dmsc_rd name;
	int r = DMSC_E_OK;

	if (el == T_LITERAL) {
		if ((r = indexed(w, &name)) != DMSC_E_OK)
			return r;
		el = dmsc_cp_element(name);
	} else if (w->tags >= CP_PAGES || (w->tags == 1 && el == CP_DOC))
		el = CP_OTHER;
	dmsc_cp_start(&w->in);
	if ((b & T_ATTR) && (r = attributes(w)) != DMSC_E_OK)
		return r;
	w->in.from = from;
	if ((r = dmsc_cp_open(&w->in, el)) != DMSC_E_OK)
		return r;
	if (b & T_CONTENT)
		w->depth++;
	else
		dmsc_cp_close(&w->in);
	return DMSC_E_OK;
}

static int
token(struct cp_wb *w)
{
	struct dmsc_rd s;
	uint8_t b, page, u[4];
	int r;

	w->token = w->all.left - w->r.left;
	if ((r = dmsc_rd_u8(&w->r, &b)) != DMSC_E_OK)
		return r;
	if (b == T_SWITCH) {
		if ((r = dmsc_rd_u8(&w->r, &page)) == DMSC_E_OK)
			w->tags = page;
		return r;
	}
	if ((b & T_TOKEN) >= T_LITERAL)
		return tag(w, b);
	if (w->depth == 0)
		return bad(w, DMSC_E_FORMAT, "no root element");
	if (b == T_END) {
		w->depth--;
		dmsc_cp_close(&w->in);
		return DMSC_E_OK;
	}
	if (b != T_STR_I && b != T_STR_T && b != T_ENTITY && b != T_OPAQUE)
		return bad(w, DMSC_E_FORMAT, "a token that has no place here");
	return (r = text(w, b, u, &s)) == DMSC_E_OK ?
	    dmsc_cp_text(&w->in, s) : r;
}

static int
document(struct cp_wb *w, struct dmsc_tree *t)
{
	const char *why;
	int r;

	w->r = w->all;
	if ((r = dmsc_cp_in_new(&w->in, t)) != DMSC_E_OK)
		return r;
	w->in.watch = w->watch;
	if (w->all.left > DMSC_DOC_MAX)
		return bad(w, DMSC_E_LIMIT, "the document is too large");
	if ((r = dmsc_wbxml_start(&w->r, &w->head, &why)) != DMSC_E_OK)
		return bad(w, r, why);
	while (r == DMSC_E_OK && !w->in.done)
		r = token(w);
	return r;
}

int
dmsc_cp_read_wbxml(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    struct dmsc_err *e)
{
	return dmsc_cp_watch_wbxml(bytes, t, used, NULL, e);
}

int
dmsc_cp_watch_wbxml(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    const struct cp_watch *watch, struct dmsc_err *e)
{
	struct cp_wb w = { .all = bytes, .watch = watch };
	int r = document(&w, t);

	if (r == DMSC_E_OK && used != NULL)
		*used = w.all.left - w.r.left;
	else if (r == DMSC_E_OK && w.r.left > 0)
		r = bad(&w, DMSC_E_FORMAT, "bytes behind the end");
	if (r != DMSC_E_OK) {
		(void)dmsc_fail(e, r, "not a provisioning document that can "
		    "be read");
		(void)dmsc_err_where(e, "byte %zu", w.token);
		(void)dmsc_err_why(e, "%s", w.in.why != NULL ? w.in.why :
		    dmsc_e_text(r));
	}
	dmsc_cp_in_clear(&w.in);
	return r;
}

struct cp_out {
	struct dmsc_buf *b;
	unsigned attrs;
	int code;
	struct cp_index index;
};

static void
u8(struct cp_out *o, unsigned v)
{
	if (o->code == DMSC_E_OK)
		o->code = dmsc_buf_u8(o->b, v);
}

static void
string(struct cp_out *o, struct dmsc_rd s)
{
	u8(o, T_STR_I);
	if (o->code == DMSC_E_OK)
		o->code = dmsc_buf_put(o->b, s);
	u8(o, 0);
}

/* The page in force is tried first. */
static const struct cp_token *
choose(const struct cp_out *o, enum cp_attr a, struct dmsc_rd s,
    unsigned *page)
{
	const struct cp_token *row = dmsc_cp_find(&o->index, o->attrs, a, s);

	*page = row != NULL ? o->attrs : 1 - o->attrs;
	return row != NULL ? row : dmsc_cp_find(&o->index, *page, a, s);
}

static void
put_attr(struct cp_out *o, enum cp_attr a, struct dmsc_rd s)
{
	const struct dmsc_rd none = { 0 };
	unsigned page;
	const struct cp_token *row = choose(o, a, s, &page), *value;

	if (row == NULL || s.left == 0)
		row = choose(o, a, none, &page);
	if (row == NULL) {
		o->code = DMSC_E_INTERNAL;
		return;
	}
	if (page != o->attrs) {
		u8(o, T_SWITCH);
		u8(o, page);
		o->attrs = page;
	}
	u8(o, row->token);
	if (*row->text != '\0')
		return;
	if ((value = dmsc_cp_find(&o->index, page, CP_ATTRS, s)) != NULL)
		u8(o, value->token);
	else
		string(o, s);
}

/* No deeper than a tree is. */
static void
put_node(struct cp_out *o, const struct dmsc_node *n)
{
	bool leaf = dmsc_node_is_leaf(n), full = dmsc_node_first(n) != NULL;
	const struct dmsc_node *c;

	u8(o, (leaf ? CP_PARM : CP_CHARACTERISTIC) | T_ATTR |
	    (full ? T_CONTENT : 0U));
	put_attr(o, leaf ? CP_NAME : CP_TYPE,
	    dmsc_cp_bare(dmsc_node_name(n)));
	if (leaf && dmsc_node_value(n).left > 0)
		put_attr(o, CP_VALUE, dmsc_node_value(n));
	u8(o, T_END);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		put_node(o, c);
	if (full)
		u8(o, T_END);
}

int
dmsc_cp_write_wbxml(const struct dmsc_tree *t, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	static const uint8_t head[] = { 0x03, 0x0B, CHARSET_UTF8, 0 };
	const struct dmsc_node *root = dmsc_tree_root(t), *n;
	struct cp_out o;
	struct dmsc_rd version = dmsc_rd_str(dmsc_node_title(root));
	size_t at = out->len;
	bool full = dmsc_node_first(root) != NULL;

	o.b = out;
	o.attrs = 0;
	if ((o.code = dmsc_cp_check(root, e)) != DMSC_E_OK)
		return o.code;
	dmsc_cp_index(&o.index);
	o.code = dmsc_buf_put(out, dmsc_rd_of(head, sizeof head));
	u8(&o, CP_DOC | (full ? T_CONTENT : 0U) |
	    (version.left > 0 ? T_ATTR : 0U));
	if (version.left > 0) {
		put_attr(&o, CP_VERSION, version);
		u8(&o, T_END);
	}
	for (n = dmsc_node_first(root); n != NULL; n = dmsc_node_next(n))
		put_node(&o, n);
	if (full)
		u8(&o, T_END);
	if (o.code != DMSC_E_OK) {
		dmsc_buf_truncate(out, at);
		return dmsc_fail(e, o.code, "cannot write the provisioning "
		    "document");
	}
	return DMSC_E_OK;
}
