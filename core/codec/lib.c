/*
 * libwbxml's converter: for documents that people hand over and as second
 * opinion. Never for what card or device send (reference 3.7). Its string
 * table is cubic in time and always off; what it is given is bounded, and
 * looked through first (codec/lib_guard.c).
 */
#include <stdlib.h>
#include <string.h>

#include <wbxml/wbxml.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/inner.h"

enum { LIB_MAX = 256 * 1024 };

static int
refuse(struct dmsc_rd in, struct dmsc_err *e)
{
	if (in.left <= LIB_MAX)
		return DMSC_E_OK;
	return dmsc_fail(e, DMSC_E_LIMIT, "too large for libwbxml: %zu bytes",
	    in.left);
}

static int
result(WBXMLError err, WB_UTINY *p, WB_ULONG n, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	int r;

	if (err != WBXML_OK) {
		r = err == WBXML_ERROR_NOT_ENOUGH_MEMORY ? DMSC_E_NOMEM :
		    DMSC_E_FORMAT;
		(void)dmsc_fail(e, r, "libwbxml cannot convert it");
		(void)dmsc_err_why(e, "%s",
		    (const char *)wbxml_errors_string(err));
		return r;
	}
	r = dmsc_buf_put(out, dmsc_rd_of(p, n));
	free(p);
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "the conversion is too "
	    "large");
}

static bool
begins(struct dmsc_rd r, const char *s)
{
	return dmsc_rd_eq_str(dmsc_rd_slice(r, 0, strlen(s)), s);
}

/* How much of r belongs together: a CDATA section, a tag, one byte. */
static size_t
piece(struct dmsc_rd r)
{
	const char *end = begins(r, "<![CDATA[") ? "]]>" :
	    begins(r, "<!--") ? "-->" : begins(r, "<") ? ">" : "";
	size_t n = *end == '\0';

	while (n < r.left && *end != '\0' &&
	    !begins(dmsc_rd_slice(r, n, r.left), end))
		n++;
	return DMSC_MIN(n + strlen(end), r.left);
}

static bool
opens(struct dmsc_rd tag)
{
	return tag.left > 2 && tag.p[0] == '<' &&
	    strchr("/!?", tag.p[1]) == NULL && tag.p[tag.left - 2] != '/';
}

/* Blanks with a line end between two tags are layout, unless they are an
 * element's whole content: without this libwbxml would write them all to the
 * card. */
static int
squeeze(struct dmsc_rd in, struct dmsc_buf *out)
{
	bool open = false, tag = false;
	int r = DMSC_E_OK;
	size_t n;

	while (in.left > 0 && r == DMSC_E_OK) {
		for (n = 0; tag && n < in.left &&
		    strchr(" \t\r\n", in.p[n]) != NULL && in.p[n] != 0; n++)
			;
		if (n < in.left && in.p[n] == '<' &&
		    memchr(in.p, '\n', n) != NULL &&
		    !begins(dmsc_rd_slice(in, n, in.left), "<![CDATA[") &&
		    !(open && begins(dmsc_rd_slice(in, n, in.left), "</")))
			in = dmsc_rd_slice(in, n, in.left);
		n = piece(in);
		tag = in.p[0] == '<' && !begins(in, "<![CDATA[");
		open = tag && opens(dmsc_rd_slice(in, 0, n));
		r = dmsc_buf_put(out, dmsc_rd_slice(in, 0, n));
		in = dmsc_rd_slice(in, n, in.left);
	}
	return r;
}

static int
to_wbxml(struct dmsc_rd xml, struct dmsc_buf *out, struct dmsc_err *e)
{
	WBXMLConvXML2WBXML *c = NULL;
	WB_UTINY *p = NULL;
	WB_ULONG n = 0;
	WBXMLError err;

	if (wbxml_conv_xml2wbxml_create(&c) != WBXML_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot start libwbxml");
	wbxml_conv_xml2wbxml_set_version(c, WBXML_VERSION_12);
	wbxml_conv_xml2wbxml_disable_string_table(c);
	wbxml_conv_xml2wbxml_enable_preserve_whitespaces(c);
	err = wbxml_conv_xml2wbxml_run(c, (WB_UTINY *)(uintptr_t)xml.p,
	    (WB_ULONG)xml.left, &p, &n);
	wbxml_conv_xml2wbxml_destroy(c);
	return result(err, p, n, out, e);
}

int
dmsc_lib_to_wbxml(struct dmsc_rd xml, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	struct dmsc_buf *tight;
	int r;

	if ((r = refuse(xml, e)) != DMSC_E_OK ||
	    (r = dmsc_lib_guard_xml(xml, e)) != DMSC_E_OK)
		return r;
	if ((tight = dmsc_buf_new(LIB_MAX)) == NULL ||
	    (r = squeeze(xml, tight)) != DMSC_E_OK)
		r = dmsc_fail(e, DMSC_E_NOMEM, "cannot convert it");
	else
		r = to_wbxml(dmsc_buf_rd(tight), out, e);
	dmsc_buf_free(&tight);
	return r;
}

int
dmsc_lib_to_xml(struct dmsc_rd wbxml, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	WBXMLConvWBXML2XML *c = NULL;
	WB_UTINY *p = NULL;
	WB_ULONG n = 0;
	WBXMLError err;
	int r;

	if ((r = refuse(wbxml, e)) != DMSC_E_OK ||
	    (r = dmsc_lib_guard_wbxml(wbxml, e)) != DMSC_E_OK)
		return r;
	if (wbxml_conv_wbxml2xml_create(&c) != WBXML_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot start libwbxml");
	wbxml_conv_wbxml2xml_set_gen_type(c, WBXML_GEN_XML_COMPACT);
	wbxml_conv_wbxml2xml_enable_preserve_whitespaces(c);
	err = wbxml_conv_wbxml2xml_run(c, (WB_UTINY *)(uintptr_t)wbxml.p,
	    (WB_ULONG)wbxml.left, &p, &n);
	wbxml_conv_wbxml2xml_destroy(c);
	return result(err, p, n, out, e);
}
