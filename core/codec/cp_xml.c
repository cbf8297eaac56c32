/* Client Provisioning in XML, both ways (codec/cp.h). */
#include "codec/cp.h"

#include <expat.h>
#include <string.h>

#include "base/base.h"
#include "codec/cpel.h"
#include "codec/emit.h"
#include "codec/inner.h"

struct cp_xml {
	XML_Parser p;
	struct cp_in in;
	int code;
	size_t depth;
};

static void
stop(struct cp_xml *x, int code, const char *why)
{
	if (code == DMSC_E_OK || x->code != DMSC_E_OK)
		return;
	x->code = code;
	if (why != NULL)
		x->in.why = why;
	(void)XML_StopParser(x->p, XML_FALSE);
}

static const char *
bare(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon == NULL ? name : colon + 1;
}

static void XMLCALL
on_open(void *arg, const XML_Char *name, const XML_Char **atts)
{
	struct cp_xml *x = arg;
	enum cp_attr a;
	XML_Index at;
	int r = DMSC_E_OK;

	if (x->code != DMSC_E_OK)
		return;
	if (x->depth++ == DMSC_DOC_DEPTH) {
		stop(x, DMSC_E_LIMIT, "elements are nested too deep");
		return;
	}
	dmsc_cp_start(&x->in);
	for (; *atts != NULL && r == DMSC_E_OK; atts += 2) {
		if (strncmp(atts[0], "xmlns", strlen("xmlns")) == 0)
			continue;
		a = dmsc_cp_attr(dmsc_rd_str(atts[0]));
		if ((r = dmsc_cp_set(&x->in, a)) == DMSC_E_OK)
			r = dmsc_buf_put(x->in.value[a],
			    dmsc_rd_str(atts[1]));
	}
	at = XML_GetCurrentByteIndex(x->p);
	x->in.from = at < 0 ? 0 : (size_t)at;
	if (r == DMSC_E_OK)
		r = dmsc_cp_open(&x->in,
		    dmsc_cp_element(dmsc_rd_str(bare(name))));
	stop(x, r, NULL);
}

static void XMLCALL
on_close(void *arg, const XML_Char *name)
{
	struct cp_xml *x = arg;

	(void)name;
	if (x->code == DMSC_E_OK) {
		x->depth--;
		dmsc_cp_close(&x->in);
	}
}

static void XMLCALL
on_text(void *arg, const XML_Char *s, int n)
{
	struct cp_xml *x = arg;

	if (x->code == DMSC_E_OK)
		stop(x, dmsc_cp_text(&x->in, dmsc_rd_of(s, (size_t)n)),
		    NULL);
}

/* What has no other handler: here declarations of entities. */
static void XMLCALL
on_rest(void *arg, const XML_Char *s, int n)
{
	if (dmsc_rd_eq_str(dmsc_rd_slice(dmsc_rd_of(s, (size_t)n), 0,
	    strlen("<!ENTITY")), "<!ENTITY"))
		stop(arg, DMSC_E_FORMAT, "entities are refused");
}

bool
dmsc_xml_entities(struct dmsc_rd r)
{
	static const char *const known[] = { "amp;", "lt;", "gt;", "quot;",
	    "apos;", "#" };
	const uint8_t *at;
	size_t i;

	while (r.left > 0 && (at = memchr(r.p, '&', r.left)) != NULL) {
		r = dmsc_rd_slice(r, (size_t)(at - r.p) + 1, r.left);
		for (i = 0; i < DMSC_COUNT(known); i++)
			if (dmsc_rd_eq_str(dmsc_rd_slice(r, 0,
			    strlen(known[i])), known[i]))
				break;
		if (i == DMSC_COUNT(known))
			return true;
	}
	return false;
}

static int
report(struct cp_xml *x, struct dmsc_err *e)
{
	enum XML_Error err = XML_GetErrorCode(x->p);
	int r = x->code != DMSC_E_OK ? x->code :
	    err == XML_ERROR_NO_MEMORY ? DMSC_E_NOMEM : DMSC_E_FORMAT;

	(void)dmsc_fail(e, r, "not a provisioning document that can be "
	    "read");
	(void)dmsc_err_where(e, "line %lu, column %lu",
	    (unsigned long)XML_GetCurrentLineNumber(x->p),
	    (unsigned long)XML_GetCurrentColumnNumber(x->p) + 1);
	(void)dmsc_err_why(e, "%s", x->code == DMSC_E_OK ?
	    XML_ErrorString(err) : x->in.why != NULL ? x->in.why :
	    dmsc_e_text(r));
	return r;
}

int
dmsc_cp_read_xml(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	return dmsc_cp_watch_xml(text, t, NULL, e);
}

int
dmsc_cp_watch_xml(struct dmsc_rd text, struct dmsc_tree *t,
    const struct cp_watch *watch, struct dmsc_err *e)
{
	struct cp_xml x = { 0 };
	int r;

	if (text.left > DMSC_DOC_MAX)
		return dmsc_fail(e, DMSC_E_LIMIT, "the XML is too large");
	if (dmsc_xml_entities(text)) {
		(void)dmsc_fail(e, DMSC_E_FORMAT, "not a provisioning "
		    "document that can be read");
		(void)dmsc_err_why(e, "entities are refused");
		return DMSC_E_FORMAT;
	}
	r = dmsc_cp_in_new(&x.in, t);
	x.in.watch = watch;
	if (r == DMSC_E_OK && (x.p = XML_ParserCreate(NULL)) == NULL)
		r = DMSC_E_NOMEM;
	if (r != DMSC_E_OK) {
		dmsc_cp_in_clear(&x.in);
		return dmsc_fail(e, r, "cannot read XML");
	}
	XML_SetUserData(x.p, &x);
	XML_SetElementHandler(x.p, on_open, on_close);
	XML_SetCharacterDataHandler(x.p, on_text);
	XML_SetDefaultHandler(x.p, on_rest);
	if (XML_Parse(x.p, (const char *)text.p, (int)text.left, 1) !=
	    XML_STATUS_OK)
		r = report(&x, e);
	XML_ParserFree(x.p);
	dmsc_cp_in_clear(&x.in);
	return r;
}

struct cp_out {
	struct dmsc_buf *b;
	int code;
};

static void
put(struct cp_out *o, const char *s)
{
	if (o->code == DMSC_E_OK)
		o->code = dmsc_buf_str(o->b, s);
}

static size_t
run(struct dmsc_rd r)
{
	size_t n = 0;

	while (n < r.left && r.p[n] != '"' && r.p[n] != '\n' &&
	    r.p[n] != '\t')
		n++;
	return n;
}

static void
attr(struct cp_out *o, const char *name, struct dmsc_rd r)
{
	size_t n;

	put(o, " ");
	put(o, name);
	put(o, "=\"");
	while (o->code == DMSC_E_OK && r.left > 0) {
		n = run(r);
		o->code = dmsc_xml_escape(o->b, dmsc_rd_slice(r, 0, n));
		if (n == r.left)
			break;
		put(o, r.p[n] == '"' ? "&quot;" : r.p[n] == '\n' ? "&#10;" :
		    "&#9;");
		r = dmsc_rd_slice(r, n + 1, r.left);
	}
	put(o, "\"");
}

static void
node(struct cp_out *o, const struct dmsc_node *n, size_t depth)
{
	struct dmsc_rd name = dmsc_cp_bare(dmsc_node_name(n));
	const struct dmsc_node *c;
	size_t i;

	for (i = 0; i < depth; i++)
		put(o, "\t");
	if (dmsc_node_is_leaf(n)) {
		put(o, "<parm");
		attr(o, "name", name);
		if (dmsc_node_value(n).left > 0)
			attr(o, "value", dmsc_node_value(n));
		put(o, "/>\n");
		return;
	}
	put(o, "<characteristic");
	attr(o, "type", name);
	put(o, dmsc_node_first(n) == NULL ? "/>\n" : ">\n");
	if (dmsc_node_first(n) == NULL)
		return;
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		node(o, c, depth + 1);
	for (i = 0; i < depth; i++)
		put(o, "\t");
	put(o, "</characteristic>\n");
}

int
dmsc_cp_write_xml(const struct dmsc_tree *t, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	const struct dmsc_node *root = dmsc_tree_root(t), *n;
	struct cp_out o = { out, dmsc_cp_check(root, e) };
	size_t at = out->len;

	if (o.code != DMSC_E_OK)
		return o.code;
	put(&o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE wap-provisioningdoc PUBLIC "
	    "\"-//WAPFORUM//DTD PROV 1.0//EN\"\n"
	    "\t\"http://www.wapforum.org/DTD/prov.dtd\">\n"
	    "<wap-provisioningdoc");
	if (*dmsc_node_title(root) != '\0')
		attr(&o, "version", dmsc_rd_str(dmsc_node_title(root)));
	put(&o, ">\n");
	for (n = dmsc_node_first(root); n != NULL; n = dmsc_node_next(n))
		node(&o, n, 1);
	put(&o, "</wap-provisioningdoc>\n");
	if (o.code == DMSC_E_OK)
		return o.code;
	dmsc_buf_truncate(out, at);
	return dmsc_fail(e, o.code, "cannot write the provisioning document");
}
