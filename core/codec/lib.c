/*
 * libwbxml's converter: for documents that people hand over and as second
 * opinion. Never for what card or device send (reference 3.7). Its string
 * table is cubic in time and always off; both ways are quadratic above the
 * bound.
 */
#include <stdlib.h>

#include <wbxml/wbxml.h>

#include "codec/codec.h"

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

int
dmsc_lib_to_wbxml(struct dmsc_rd xml, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	WBXMLConvXML2WBXML *c = NULL;
	WB_UTINY *p = NULL;
	WB_ULONG n = 0;
	WBXMLError err;
	int r;

	if ((r = refuse(xml, e)) != DMSC_E_OK)
		return r;
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
dmsc_lib_to_xml(struct dmsc_rd wbxml, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	WBXMLConvWBXML2XML *c = NULL;
	WB_UTINY *p = NULL;
	WB_ULONG n = 0;
	WBXMLError err;
	int r;

	if ((r = refuse(wbxml, e)) != DMSC_E_OK)
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
