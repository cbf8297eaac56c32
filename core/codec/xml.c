/* XML to elements, over expat (codec/el.h). */
#include <expat.h>
#include <string.h>

#include "codec/codec.h"
#include "codec/el.h"

enum { KNOWN = 128, KNOWN_NAME = 24 };

/* An element's name found before: the names of a document are few. */
struct known {
	unsigned page, el;
	size_t len;		/* 0: nothing here yet */
	char name[KNOWN_NAME];
};
struct xml {
	XML_Parser p;
	struct el_sink *sink;
	const char *why;
	int code;
	size_t depth;
	unsigned stack[DMSC_DOC_DEPTH];
	struct known known[KNOWN];
};

static void
stop(struct xml *x, int code, const char *why)
{
	if (x->code != DMSC_E_OK)
		return;
	x->code = code;
	x->why = why;
	(void)XML_StopParser(x->p, XML_FALSE);
}

/* Elements are told apart by where they stand, not by their namespace,
 * which many documents leave out. */
static unsigned
find(unsigned page, const char *name)
{
	const char *colon = strrchr(name, ':');
	struct dmsc_rd n = dmsc_rd_str(colon == NULL ? name : colon + 1);

	if (dmsc_rd_eq_str(n, "MgmtTree"))
		return EL_D_MGMTTREE;
	return dmsc_el_find(page, n);
}

static unsigned
element(struct xml *x, unsigned parent, const char *name)
{
	unsigned page = parent == EL_META ? PAGE_METINF : el_page(parent);
	size_t len = strlen(name);
	/* No two common names of TNDS, or of SyncML, fall together. */
	struct known *k = &x->known[(len + (unsigned char)name[0] +
	    (unsigned char)name[len / 2] * 5u + page) % KNOWN];

	if (len >= sizeof k->name)
		return find(page, name);
	if (k->len != len || k->page != page ||
	    memcmp(k->name, name, len) != 0) {
		k->len = len;
		k->page = page;
		memcpy(k->name, name, len);
		k->el = find(page, name);
	}
	return k->el;
}

static size_t
offset(const struct xml *x)
{
	XML_Index at = XML_GetCurrentByteIndex(x->p);

	return at < 0 ? 0 : (size_t)at;
}

/* The first attribute that is no name of a namespace. */
static const char *
attribute(const XML_Char **atts)
{
	for (; atts[0] != NULL; atts += 2)
		if (strncmp(atts[0], "xmlns", strlen("xmlns")) != 0)
			break;
	return atts[0];
}

static void XMLCALL
on_open(void *arg, const XML_Char *name, const XML_Char **atts)
{
	struct xml *x = arg;
	struct el_at at = { 0 };
	unsigned el;
	int r;

	if (x->code != DMSC_E_OK)
		return;
	if (x->depth == DMSC_DOC_DEPTH) {
		stop(x, DMSC_E_LIMIT, "elements are nested too deep");
		return;
	}
	at.from = offset(x);
	at.parent = x->depth == 0 ? EL_NONE : x->stack[x->depth - 1];
	el = element(x, at.parent, name);
	if (el == EL_NONE)
		at.name = dmsc_rd_str(name);
	at.attr = attribute(atts);
	x->stack[x->depth++] = el;
	if ((r = x->sink->open(x->sink->ctx, el, &at)) != DMSC_E_OK)
		stop(x, r, NULL);
}

static void XMLCALL
on_close(void *arg, const XML_Char *name)
{
	struct xml *x = arg;
	struct el_at at = { 0 };
	unsigned el;
	int r;

	(void)name;
	if (x->code != DMSC_E_OK || x->depth == 0)
		return;
	el = x->stack[--x->depth];
	at.from = offset(x);
	at.parent = x->depth == 0 ? EL_NONE : x->stack[x->depth - 1];
	if ((r = x->sink->close(x->sink->ctx, el, &at)) != DMSC_E_OK)
		stop(x, r, NULL);
}

static void XMLCALL
on_text(void *arg, const XML_Char *s, int n)
{
	struct xml *x = arg;
	int r;

	if (x->code != DMSC_E_OK)
		return;
	r = x->sink->text(x->sink->ctx, dmsc_rd_of(s, (size_t)n), false);
	if (r != DMSC_E_OK)
		stop(x, r, NULL);
}

/* What has no other handler: here declarations and references of entities,
 * which expat leaves unexpanded because of this handler. */
static void XMLCALL
on_rest(void *arg, const XML_Char *s, int n)
{
	struct dmsc_rd r = dmsc_rd_of(s, (size_t)n);

	if (dmsc_rd_eq_str(dmsc_rd_slice(r, 0, 8), "<!ENTITY") ||
	    dmsc_rd_eq_str(dmsc_rd_slice(r, 0, 1), "&"))
		stop(arg, DMSC_E_FORMAT, "entities are refused");
}

int
dmsc_xml_read(struct dmsc_rd bytes, struct el_sink *s, struct dmsc_err *e)
{
	struct xml x = { .sink = s };
	int r;

	if (bytes.left > DMSC_DOC_MAX)
		return dmsc_fail(e, DMSC_E_LIMIT, "the XML is too large");
	if ((x.p = XML_ParserCreate(NULL)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read XML");
	XML_SetUserData(x.p, &x);
	XML_SetElementHandler(x.p, on_open, on_close);
	XML_SetCharacterDataHandler(x.p, on_text);
	XML_SetDefaultHandler(x.p, on_rest);
	r = DMSC_E_OK;
	if (XML_Parse(x.p, (const char *)bytes.p, (int)bytes.left, 1) !=
	    XML_STATUS_OK) {
		enum XML_Error err = XML_GetErrorCode(x.p);

		r = x.code != DMSC_E_OK ? x.code :
		    err == XML_ERROR_NO_MEMORY ? DMSC_E_NOMEM : DMSC_E_FORMAT;
		(void)dmsc_fail(e, r, "not a document in XML that can be "
		    "read");
		(void)dmsc_err_where(e, "line %lu, column %lu",
		    (unsigned long)XML_GetCurrentLineNumber(x.p),
		    (unsigned long)XML_GetCurrentColumnNumber(x.p) + 1);
		(void)dmsc_err_why(e, "%s", x.code == DMSC_E_OK ?
		    XML_ErrorString(err) : x.why != NULL ? x.why :
		    s->why != NULL ? s->why : dmsc_e_text(r));
	}
	XML_ParserFree(x.p);
	return r;
}
