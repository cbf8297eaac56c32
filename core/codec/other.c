/* Languages that are none of ours, by libwbxml, which is not believed: what
 * it made must come back as it was (codec/convert.h). */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "codec/convert.h"
#include "codec/inner.h"

/* A document as one text: "<name" "@attribute=value" "'text" ">", each ended
 * by a NUL; blanks with a line end are layout. */
struct flat {
	XML_Parser p;
	struct dmsc_buf *b, *text;
	int code;
};

static void
put(struct flat *f, const char *mark, struct dmsc_rd r)
{
	if (f->code == DMSC_E_OK)
		f->code = dmsc_buf_str(f->b, mark);
	if (f->code == DMSC_E_OK)
		f->code = dmsc_buf_put(f->b, r);
	if (f->code == DMSC_E_OK)
		f->code = dmsc_buf_u8(f->b, 0);
}

static void
flush(struct flat *f)
{
	struct dmsc_rd r = dmsc_buf_rd(f->text);

	if (dmsc_codec_trim(r).left > 0 || (r.left > 0 &&
	    memchr(r.p, '\n', r.left) == NULL))
		put(f, "'", r);
	dmsc_buf_reset(f->text);
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Attributes in the order of their names; atts is expat's list of pairs. */
static void
attributes(struct flat *f, const XML_Char **atts)
{
	const char **copy;
	size_t n = 0, i;

	while (atts[2 * n] != NULL)
		n++;
	if ((copy = calloc(n + 1, 2 * sizeof *copy)) == NULL) {
		f->code = DMSC_E_NOMEM;
		return;
	}
	memcpy(copy, atts, 2 * n * sizeof *copy);
	qsort(copy, n, 2 * sizeof *copy, by_name);
	for (i = 0; i < n; i++) {
		if (strncmp(copy[2 * i], "xmlns", strlen("xmlns")) == 0)
			continue;
		put(f, "@", dmsc_rd_str(copy[2 * i]));
		put(f, "=", dmsc_rd_str(copy[2 * i + 1]));
	}
	free(copy);
}

static void XMLCALL
on_open(void *arg, const XML_Char *name, const XML_Char **atts)
{
	struct flat *f = arg;
	const char *colon = strrchr(name, ':');

	flush(f);
	put(f, "<", dmsc_rd_str(colon == NULL ? name : colon + 1));
	attributes(f, atts);
}

static void XMLCALL
on_close(void *arg, const XML_Char *name)
{
	struct flat *f = arg;

	(void)name;
	flush(f);
	put(f, ">", dmsc_rd_of(NULL, 0));
}

static void XMLCALL
on_text(void *arg, const XML_Char *s, int n)
{
	struct flat *f = arg;

	if (f->code == DMSC_E_OK)
		f->code = dmsc_buf_put(f->text, dmsc_rd_of(s, (size_t)n));
}

static int
flatten(struct dmsc_rd xml, struct dmsc_buf *out)
{
	struct flat f = { XML_ParserCreate(NULL), out,
	    dmsc_buf_new(DMSC_DOC_MAX), DMSC_E_OK };

	if (f.p == NULL || f.text == NULL)
		f.code = DMSC_E_NOMEM;
	else {
		XML_SetUserData(f.p, &f);
		XML_SetElementHandler(f.p, on_open, on_close);
		XML_SetCharacterDataHandler(f.p, on_text);
		if (XML_Parse(f.p, (const char *)xml.p, (int)xml.left, 1) !=
		    XML_STATUS_OK && f.code == DMSC_E_OK)
			f.code = DMSC_E_FORMAT;
	}
	if (f.p != NULL)
		XML_ParserFree(f.p);
	dmsc_buf_free(&f.text);
	return f.code;
}

/* The element that is open, or begins, where two flat texts part. */
static const char *
element_at(const struct dmsc_buf *b, size_t at)
{
	while (at > 0 && (b->p[at] != '<' || b->p[at - 1] != '\0'))
		at--;
	return (const char *)b->p + at + (b->p[at] == '<');
}

static int
lost(const char *name, struct dmsc_err *e)
{
	(void)dmsc_fail(e, DMSC_E_DATA, "libwbxml cannot hold this document");
	(void)dmsc_err_where(e, "%s", name);
	(void)dmsc_err_why(e, "it would come back changed");
	return DMSC_E_DATA;
}

int
dmsc_cv_same_xml(struct dmsc_rd a, struct dmsc_rd b, struct dmsc_err *e)
{
	struct dmsc_buf *x = dmsc_buf_new(2UL * DMSC_DOC_MAX),
	    *y = dmsc_buf_new(2UL * DMSC_DOC_MAX);
	size_t i = 0;
	int r = DMSC_E_NOMEM;

	if (x != NULL && y != NULL && (r = flatten(a, x)) == DMSC_E_OK)
		r = flatten(b, y);
	if (r != DMSC_E_OK)
		(void)dmsc_fail(e, r, "not XML that can be read");
	else if (!dmsc_rd_eq(dmsc_buf_rd(x), dmsc_buf_rd(y))) {
		while (i + 1 < x->len && i < y->len && x->p[i] == y->p[i])
			i++;
		r = lost(x->len == 0 ? "" : element_at(x, i), e);
	}
	dmsc_buf_free(&x);
	dmsc_buf_free(&y);
	return r;
}

/* libwbxml gives what it does not know this name, and says nothing. */
static bool
has_unknown(struct dmsc_rd r)
{
	static const char mark[] = "<unknown";
	size_t n = sizeof mark - 1;

	for (; r.left >= n; r = dmsc_rd_slice(r, 1, r.left))
		if (memcmp(r.p, mark, n) == 0)
			return true;
	return false;
}

/* There and back again; xml is the document, or its first translation. */
static int
check(struct dmsc_rd xml, struct dmsc_err *e)
{
	struct dmsc_buf *wbxml = dmsc_buf_new(DMSC_DOC_MAX),
	    *again = dmsc_buf_new(DMSC_DOC_MAX);
	int r = DMSC_E_NOMEM;

	if (wbxml == NULL || again == NULL)
		(void)dmsc_fail(e, r, "cannot convert");
	else if ((r = dmsc_lib_to_wbxml(xml, wbxml, e)) == DMSC_E_OK &&
	    (r = dmsc_lib_to_xml(dmsc_buf_rd(wbxml), again, e)) == DMSC_E_OK)
		r = dmsc_cv_same_xml(xml, dmsc_buf_rd(again), e);
	dmsc_buf_free(&wbxml);
	dmsc_buf_free(&again);
	return r;
}

/* What XML's reader makes something else of, written as it is: a CR, and a
 * tab or a line end in an attribute. */
static bool
has_blanks_lost(struct dmsc_rd r)
{
	size_t i;
	bool tag = false;
	uint8_t quote = 0;

	for (i = 0; i < r.left; i++) {
		uint8_t c = r.p[i];

		if (c == '\r' || (quote != 0 && (c == '\n' || c == '\t')))
			return true;
		if (quote != 0)
			quote = c == quote ? 0 : quote;
		else if (tag && (c == '"' || c == '\''))
			quote = c;
		else if (c == '<' || c == '>')
			tag = c == '<';
	}
	return false;
}

int
dmsc_cv_other(struct dmsc_rd in, enum dmsc_form from, enum dmsc_form to,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	bool xml = from == DMSC_FORM_XML || from == DMSC_FORM_TNDS;
	size_t at = out->len;
	struct dmsc_rd made;
	int r;

	if (from == to)
		return dmsc_fail(e, DMSC_E_DATA, "this is %s already",
		    dmsc_form_name(from));
	if (xml && dmsc_xml_entities(in)) {
		(void)dmsc_fail(e, DMSC_E_FORMAT, "not XML that is read");
		(void)dmsc_err_why(e, "entities are refused");
		return DMSC_E_FORMAT;
	}
	r = xml ? dmsc_lib_to_wbxml(in, out, e) :
	    dmsc_lib_to_xml(in, out, e);
	if (r != DMSC_E_OK)
		return r;
	if (!xml && (r = dmsc_buf_u8(out, '\n')) !=
	    DMSC_E_OK)
		return dmsc_fail(e, r, "the conversion is too large");
	made = dmsc_rd_slice(dmsc_buf_rd(out), at, out->len);
	if (!xml && has_unknown(made))
		r = lost("a token that libwbxml does not know", e);
	else if (!xml && has_blanks_lost(made))
		r = lost("a line end or a tab", e);
	else
		r = check(xml ? in : made, e);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}
