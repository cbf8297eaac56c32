/* Whether a form can hold a tree, and whether it did (codec/convert.h). */
#include <string.h>

#include "base/text.h"
#include "codec/convert.h"
#include "codec/emit.h"
#include "codec/inner.h"

void
dmsc_codec_where(const struct dmsc_node *n, struct dmsc_err *e)
{
	struct dmsc_buf *uri = dmsc_buf_new(UINT16_MAX);

	if (uri != NULL && dmsc_node_uri(n, uri) == DMSC_E_OK)
		(void)dmsc_err_where(e, "%s", uri->len == 0 ? "." :
		    dmsc_buf_cstr(uri));
	dmsc_buf_free(&uri);
}

static int
refuse(const struct dmsc_node *n, enum dmsc_form f, const char *why,
    struct dmsc_err *e)
{
	(void)dmsc_fail(e, DMSC_E_DATA, "%s cannot hold this document",
	    dmsc_form_name(f));
	dmsc_codec_where(n, e);
	(void)dmsc_err_why(e, "%s", why);
	return DMSC_E_DATA;
}

static bool
is_xml(enum dmsc_form f)
{
	return f == DMSC_FORM_TNDS || f == DMSC_FORM_SYNCML;
}

/* Properties are written as text, and all but a title are read without
 * blanks around. */
static const char *
text_misfit(const char *s, enum dmsc_form f, bool title)
{
	struct dmsc_rd r = dmsc_rd_str(s);

	if (!dmsc_is_utf8(r))
		return "a property is no UTF-8 text";
	if (f == DMSC_FORM_JSON)
		return NULL;
	if (!title && dmsc_codec_trim(r).left != r.left)
		return "a property begins or ends in blanks";
	return is_xml(f) && !dmsc_xml_fits(r) ?
	    "a property holds characters that no XML can hold" : NULL;
}

static const char *
value_misfit(const struct dmsc_node *n, enum dmsc_form f)
{
	struct dmsc_rd v = dmsc_node_value(n);

	if (dmsc_node_format(n) == DMSC_FMT_NULL)
		return v.left > 0 ? "its format is null, and it has a value" :
		    NULL;
	if (f == DMSC_FORM_JSON || dmsc_node_format(n) == DMSC_FMT_BIN)
		return NULL;
	if (is_xml(f) && !dmsc_xml_fits(v))
		return "its value is not text that XML can hold";
	return dmsc_is_utf8(v) ? NULL : "its value is no UTF-8 text, and its "
	    "format is not bin";
}

static const char *
misfit(const struct dmsc_node *n, enum dmsc_form f)
{
	enum { TITLE = 2 };
	const char *text[] = { dmsc_node_type(n), dmsc_node_acl(n),
	    [TITLE] = dmsc_node_title(n), dmsc_node_tstamp(n) };
	const char *why = NULL;
	size_t i;

	if (dmsc_node_parent(n) == NULL && (f == DMSC_FORM_SYNCML ||
	    f == DMSC_FORM_SYNCML_WBXML)) {
		for (i = 0; i < 4; i++)
			if (*text[i] != '\0')
				return "the root has properties, and no Add "
				    "to carry them";
		if (dmsc_node_verno(n) >= 0)
			return "the root has a version number, and no Add "
			    "to carry it";
	}
	for (i = 0; i < 4 && why == NULL; i++)
		why = text_misfit(text[i], f, i == TITLE);
	if (why == NULL && is_xml(f) &&
	    !dmsc_xml_fits(dmsc_rd_str(dmsc_node_name(n))))
		why = "its name holds characters that no XML can hold";
	return why != NULL ? why : value_misfit(n, f);
}

/* No deeper than a tree is. */
int
dmsc_cv_fit(const struct dmsc_node *n, enum dmsc_form f, struct dmsc_err *e)
{
	const char *why = misfit(n, f);
	const struct dmsc_node *c;
	int r = why == NULL ? DMSC_E_OK : refuse(n, f, why, e);

	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = dmsc_cv_fit(c, f, e);
	return r;
}

static const char *
differ(const struct dmsc_node *a, const struct dmsc_node *b)
{
	if (strcmp(dmsc_node_name(a), dmsc_node_name(b)) != 0)
		return "its name or place would change";
	if (dmsc_node_format(a) != dmsc_node_format(b))
		return "its format would change";
	if (strcmp(dmsc_node_type(a), dmsc_node_type(b)) != 0)
		return "its type would change";
	if (strcmp(dmsc_node_acl(a), dmsc_node_acl(b)) != 0)
		return "its ACL would change";
	if (strcmp(dmsc_node_title(a), dmsc_node_title(b)) != 0)
		return "its title would change";
	if (strcmp(dmsc_node_tstamp(a), dmsc_node_tstamp(b)) != 0)
		return "its time stamp would change";
	if (dmsc_node_verno(a) != dmsc_node_verno(b))
		return "its version number would change";
	return dmsc_rd_eq(dmsc_node_value(a), dmsc_node_value(b)) ? NULL :
	    "its value would change";
}

int
dmsc_cv_same(const struct dmsc_node *a, const struct dmsc_node *b,
    enum dmsc_form f, struct dmsc_err *e)
{
	const struct dmsc_node *c, *d = dmsc_node_first(b);
	const char *why = differ(a, b);
	int r = why == NULL ? DMSC_E_OK : refuse(a, f, why, e);

	for (c = dmsc_node_first(a); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c)) {
		r = d == NULL ? refuse(c, f, "it would be lost", e) :
		    dmsc_cv_same(c, d, f, e);
		d = d == NULL ? NULL : dmsc_node_next(d);
	}
	return r == DMSC_E_OK && d != NULL ?
	    refuse(a, f, "it would gain nodes", e) : r;
}
