/* Rules for WBXML as such: its header, and libwbxml as second opinion. */
#include <string.h>

#include "base/text.h"
#include "codec/cp.h"
#include "codec/lint_inner.h"

enum { PUBLIC_SYNCML12 = 0x1201, CHARSET_ASCII = 3, CHARSET_UTF8 = 106 };

static bool
holds(struct dmsc_rd r, const char *s)
{
	size_t n = strlen(s);

	for (; r.left >= n; r = dmsc_rd_slice(r, 1, r.left))
		if (dmsc_rd_eq_str(dmsc_rd_slice(r, 0, n), s))
			return true;
	return false;
}

/* Where the character set stands in the header. */
static size_t
charset_at(struct dmsc_rd bytes, const struct wbxml_head *h)
{
	struct dmsc_rd r = dmsc_rd_slice(bytes, 1, bytes.left);
	uint32_t v;

	if (dmsc_wbxml_number(&r, &v) != DMSC_E_OK ||
	    (h->public_id == 0 && dmsc_wbxml_number(&r, &v) != DMSC_E_OK))
		return 0;
	return bytes.left - r.left;
}

void
lint_head(struct lint *l, struct dmsc_rd bytes, enum dmsc_form form,
    size_t at)
{
	bool tnds = form == DMSC_FORM_TNDS_WBXML;
	struct dmsc_rd r = bytes;
	struct wbxml_head h;

	if ((!tnds && form != DMSC_FORM_SYNCML_WBXML) ||
	    dmsc_wbxml_head(&r, &h) != DMSC_E_OK)
		return;
	if (h.version == 0)
		dmsc_lint_say(l->o, DMSC_L_WBXML_VERSION, at, NULL,
		    "WBXML 1.0");
	if (tnds && !holds(h.fpi, "DTD-DM-DDF"))
		dmsc_lint_say(l->o, DMSC_L_INNER_PUBLIC, at + 1, NULL,
		    "the public identifier is %04X", (unsigned)h.public_id);
	if (!tnds && h.public_id != PUBLIC_SYNCML12 &&
	    !holds(h.fpi, "1.2"))
		dmsc_lint_say(l->o, DMSC_L_WBXML_PUBLIC, at + 1, NULL,
		    "the public identifier is %04X, not 1201 (SyncML 1.2)",
		    (unsigned)h.public_id);
	if (h.charset == 0)
		dmsc_lint_say(l->o, DMSC_L_WBXML_NO_CHARSET,
		    at + charset_at(bytes, &h), NULL, "no character set");
	else if (h.charset != CHARSET_ASCII && h.charset != CHARSET_UTF8)
		dmsc_lint_say(l->o, DMSC_L_WBXML_CHARSET,
		    at + charset_at(bytes, &h), NULL, "the character set %u",
		    (unsigned)h.charset);
}

/* What libwbxml is known to lose: bytes that are no text, line ends. */
static bool
lossy(const struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_node_value(n);
	const struct dmsc_node *c;

	if (v.left > 0 && (!dmsc_is_text(v) || memchr(v.p, '\r', v.left) !=
	    NULL || memchr(v.p, '\n', v.left) != NULL))
		return true;
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (lossy(c))
			return true;
	return false;
}

/* Equal but for values of bin leaves, which are base64 in XML or not. */
static bool
same(const struct dmsc_node *a, const struct dmsc_node *b)
{
	const struct dmsc_node *c, *d;

	if (dmsc_node_format(a) != dmsc_node_format(b) ||
	    strcmp(dmsc_node_type(a), dmsc_node_type(b)) != 0 ||
	    strcmp(dmsc_node_acl(a), dmsc_node_acl(b)) != 0 ||
	    dmsc_node_children(a) != dmsc_node_children(b))
		return false;
	if (dmsc_node_is_leaf(a) && dmsc_node_format(a) != DMSC_FMT_BIN &&
	    !dmsc_rd_eq(dmsc_node_value(a), dmsc_node_value(b)))
		return false;
	for (c = dmsc_node_first(a); c != NULL; c = dmsc_node_next(c))
		if ((d = dmsc_node_child(b, dmsc_node_name(c))) == NULL ||
		    !same(c, d))
			return false;
	return true;
}

/* Documents of either kind into a new tree. */
static int
read_tree(struct dmsc_rd bytes, bool cp, bool xml, struct dmsc_tree **t,
    struct dmsc_err *e)
{
	enum dmsc_form f;
	size_t used;
	int r;

	if (!cp)
		return dmsc_tree_parse(bytes, t, &f, e);
	if ((*t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	r = xml ? dmsc_cp_read_xml(bytes, *t, e) :
	    dmsc_cp_read_wbxml(bytes, *t, &used, e);
	if (r != DMSC_E_OK)
		dmsc_tree_free(t);
	return r;
}

/* libwbxml's XML of it, read again. */
static int
other_way(struct dmsc_rd bytes, bool cp, struct dmsc_tree **t,
    struct dmsc_err *e)
{
	struct dmsc_buf *xml = dmsc_buf_new(DMSC_DOC_MAX);
	int r = DMSC_E_NOMEM;

	if (xml != NULL && (r = dmsc_lib_to_xml(bytes, xml, e)) == DMSC_E_OK)
		r = read_tree(dmsc_buf_rd(xml), cp, true, t, e);
	dmsc_buf_free(&xml);
	return r;
}

void
lint_libwbxml(struct lint *l, enum dmsc_form form, size_t used)
{
	struct dmsc_tree *mine = NULL, *theirs = NULL;
	struct dmsc_rd bytes = dmsc_rd_slice(l->bytes, 0, used);
	struct dmsc_err e = { 0 };
	bool cp = form == DMSC_FORM_CP_WBXML;
	int r;

	if ((form != DMSC_FORM_TNDS_WBXML && !cp &&
	    form != DMSC_FORM_SYNCML_WBXML) || l->n_plain > 0)
		return;
	if ((r = read_tree(bytes, cp, false, &mine, &e)) != DMSC_E_OK) {
		if (r == DMSC_E_NOMEM)
			lint_nomem(l);
		return;
	}
	if (!lossy(dmsc_tree_root(mine))) {
		r = other_way(bytes, cp, &theirs, &e);
		if (r == DMSC_E_NOMEM)
			lint_nomem(l);
		else if (r != DMSC_E_OK && r != DMSC_E_LIMIT)
			dmsc_lint_say(l->o, DMSC_L_LIBWBXML, DMSC_NO_OFFSET,
			    NULL, "%s%s%s", e.message, *e.why != '\0' ?
			    ": " : "", e.why);
		else if (r == DMSC_E_OK && !same(dmsc_tree_root(mine),
		    dmsc_tree_root(theirs)))
			dmsc_lint_say(l->o, DMSC_L_LIBWBXML, DMSC_NO_OFFSET,
			    NULL, "libwbxml reads another tree");
	}
	dmsc_tree_free(&mine);
	dmsc_tree_free(&theirs);
}
