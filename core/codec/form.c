/* What bytes look like, and any form that holds a tree (codec/codec.h). */
#include <string.h>

#include <dmsc/json.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/boot.h"
#include "codec/lwm2m_inner.h"

enum { PUBLIC_SYNCML12 = 0x1201, PUBLIC_SYNCML11 = 0x0FD3,
	PUBLIC_PROV = 0x0B, PUBLIC_NONE = 0x01, PUBLIC_OMA = 0x1200,
	TAG_SYNCML = 0x6D, TAG_PROV = 0x45,
	TAG_MGMTTREE = 0x60, VERSION_MAX = 3 };

static const char *const names[] = { "unknown", "tnds", "tnds-wbxml",
    "syncml", "syncml-wbxml", "json", "cp", "cp-wbxml", "lwm2m", "empty",
    "xml", "wbxml" };

const char *
dmsc_form_name(enum dmsc_form f)
{
	return (size_t)f < DMSC_COUNT(names) ? names[f] : names[0];
}

int
dmsc_form_parse(const char *name, enum dmsc_form *out)
{
	size_t i;

	for (i = 1; i < DMSC_COUNT(names); i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum dmsc_form)i;
			return DMSC_E_OK;
		}
	return DMSC_E_FORMAT;
}

static bool
begins(struct dmsc_rd r, const char *s)
{
	return dmsc_rd_eq_str(dmsc_rd_slice(r, 0, strlen(s)), s);
}

/* r from s on; empty where s is not in it. */
static struct dmsc_rd
from(struct dmsc_rd r, const char *s)
{
	size_t n = strlen(s);
	const uint8_t *at;

	while (r.left >= n &&
	    (at = memchr(r.p, s[0], r.left - n + 1)) != NULL) {
		r = dmsc_rd_slice(r, (size_t)(at - r.p), r.left);
		if (begins(r, s))
			return r;
		r = dmsc_rd_slice(r, 1, r.left);
	}
	return dmsc_rd_slice(r, r.left, 0);
}

/* Behind the next end in r; empty where there is none. */
static struct dmsc_rd
behind(struct dmsc_rd r, const char *end)
{
	return dmsc_rd_slice(from(r, end), strlen(end), r.left);
}

static struct dmsc_rd
behind_doctype(struct dmsc_rd r)
{
	while (r.left > 0 && r.p[0] != '>' && r.p[0] != '[')
		r = dmsc_rd_slice(r, 1, r.left);
	if (r.left > 0 && r.p[0] == '[')
		r = behind(r, "]");
	return behind(r, ">");
}

/* The root element's name without its prefix; empty where it is no XML. */
static struct dmsc_rd
xml_root(struct dmsc_rd r)
{
	size_t n = 0, at = 0;

	if (begins(r, "\xEF\xBB\xBF"))
		r = dmsc_rd_slice(r, 3, r.left);
	for (;;) {
		r = dmsc_codec_trim(r);
		if (begins(r, "<?"))
			r = behind(r, "?>");
		else if (begins(r, "<!--"))
			r = behind(r, "-->");
		else if (begins(r, "<!"))
			r = behind_doctype(r);
		else
			break;
	}
	if (!begins(r, "<"))
		return dmsc_rd_of(NULL, 0);
	r = dmsc_rd_slice(r, 1, r.left);
	while (n < r.left && strchr(" \t\r\n/>", r.p[n]) == NULL) {
		if (r.p[n++] == ':')
			at = n;
	}
	return dmsc_rd_slice(r, at, n - at);
}

static bool
holds(struct dmsc_rd r, const char *s)
{
	return from(r, s).left > 0;
}

static enum dmsc_form
wbxml_form(struct dmsc_rd r)
{
	struct wbxml_head h;

	if (r.left == 0 || r.p[0] > VERSION_MAX ||
	    dmsc_wbxml_head(&r, &h) != DMSC_E_OK || r.left == 0)
		return DMSC_FORM_UNKNOWN;
	if (h.public_id == PUBLIC_SYNCML12 ||
	    h.public_id == PUBLIC_SYNCML11 || holds(h.fpi, "DTD SyncML") ||
	    holds(h.fpi, "DTD SYNCML"))
		return DMSC_FORM_SYNCML_WBXML;
	if (holds(h.fpi, "DTD-DM-DDF"))
		return DMSC_FORM_TNDS_WBXML;
	if (h.public_id == PUBLIC_PROV || holds(h.fpi, "DTD PROV"))
		return DMSC_FORM_CP_WBXML;
	/* WAP's other languages have identifiers of their own. */
	if ((h.public_id > PUBLIC_NONE && h.public_id < PUBLIC_OMA) ||
	    holds(h.fpi, "//DTD "))
		return DMSC_FORM_UNKNOWN;
	/* No identifier that is known: the first tag says it. */
	if (r.p[0] == TAG_SYNCML)
		return DMSC_FORM_SYNCML_WBXML;
	if (begins(r, "\xC5") || r.p[0] == TAG_PROV)
		return DMSC_FORM_CP_WBXML;
	return r.left > 2 && r.p[0] == 0 && r.p[1] == PAGE_DDF &&
	    r.p[2] == TAG_MGMTTREE ? DMSC_FORM_TNDS_WBXML :
	    DMSC_FORM_UNKNOWN;
}

/* LwM2M card data: count, size, then objects that fill it (uicc.md 5.2). */
static bool
is_lwm2m(struct dmsc_rd r)
{
	struct dmsc_rd body, skip;
	uint16_t count, size, id, len;
	uint8_t major, minor;

	if (dmsc_rd_u16(&r, &count) != DMSC_E_OK ||
	    dmsc_rd_u16(&r, &size) != DMSC_E_OK || count == 0 ||
	    dmsc_rd_take(&r, size, &body) != DMSC_E_OK)
		return false;
	for (; count > 0; count--)
		if (dmsc_rd_u16(&body, &id) != DMSC_E_OK ||
		    dmsc_rd_u8(&body, &major) != DMSC_E_OK ||
		    (major != 0 && dmsc_rd_u8(&body, &minor) != DMSC_E_OK) ||
		    dmsc_rd_u16(&body, &len) != DMSC_E_OK ||
		    dmsc_rd_take(&body, len, &skip) != DMSC_E_OK)
			return false;
	return body.left == 0;
}

/* One TLV of at most 255 bytes and its number, as the field has them. */
static bool
short_tlv(struct dmsc_rd *r, uint8_t *id, struct dmsc_rd *value)
{
	uint8_t type, n;

	if (dmsc_rd_u8(r, &type) != DMSC_E_OK || type < LWM2M_RES_INSTANCE ||
	    (type & LWM2M_ID16) != 0 || dmsc_rd_u8(r, id) != DMSC_E_OK)
		return false;
	n = type & LWM2M_LEN_INLINE;
	if ((type >> LWM2M_LEN_SHIFT & LWM2M_LEN_MASK) > 1 ||
	    ((type >> LWM2M_LEN_SHIFT & LWM2M_LEN_MASK) == 1 &&
	    dmsc_rd_u8(r, &n) != DMSC_E_OK))
		return false;
	return dmsc_rd_take(r, n, value) == DMSC_E_OK;
}

/* Resources of a Security object with no header, the URI first, then padding
 * (uicc.md 5.4). */
static bool
is_bare_lwm2m(struct dmsc_rd r)
{
	struct dmsc_rd value;
	uint8_t id;

	if (!short_tlv(&r, &id, &value) || id != 0 || value.left == 0 ||
	    !dmsc_is_text(value))
		return false;
	while (r.left > 0 && r.p[0] != 0 && r.p[0] != 0xFF)
		if (!short_tlv(&r, &id, &value))
			return false;
	for (; r.left > 0; r = dmsc_rd_slice(r, 1, r.left))
		if (r.p[0] != 0 && r.p[0] != 0xFF)
			return false;
	return true;
}

static bool
is_empty(struct dmsc_rd r)
{
	size_t i;

	if (r.left == 0 || r.p[0] == 0xFF)
		return true;
	for (i = 0; i < r.left; i++)
		if (r.p[i] != 0)
			return false;
	return true;
}

enum dmsc_form
dmsc_form_guess(struct dmsc_rd r)
{
	enum dmsc_form f;
	struct dmsc_rd root;

	if (is_empty(r))
		return DMSC_FORM_EMPTY;
	if ((f = wbxml_form(r)) != DMSC_FORM_UNKNOWN)
		return f;
	root = xml_root(r);
	if (dmsc_rd_eq_str(root, "MgmtTree"))
		return DMSC_FORM_TNDS;
	if (dmsc_rd_eq_str(root, "SyncML"))
		return DMSC_FORM_SYNCML;
	if (dmsc_rd_eq_str(root, "wap-provisioningdoc"))
		return DMSC_FORM_CP;
	if (begins(dmsc_codec_trim(r), "{"))
		return DMSC_FORM_JSON;
	return is_lwm2m(r) || is_bare_lwm2m(r) ? DMSC_FORM_LWM2M :
	    DMSC_FORM_UNKNOWN;
}

/* The tree of a message; its padding and its bytes are of no interest. */
static int
message(struct dmsc_rd bytes, bool xml, struct dmsc_tree **out,
    struct dmsc_err *e)
{
	struct dmsc_boot *b = dmsc_boot_empty();
	size_t used;
	int r;

	if (b == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read SyncML");
	r = dmsc_boot_elements(b, bytes, xml, &used, e);
	if (r == DMSC_E_OK) {
		dmsc_tree_free(out);
		*out = b->tree;
		b->tree = NULL;
	}
	dmsc_boot_free(&b);
	return r;
}

static int
parse(struct dmsc_rd bytes, enum dmsc_form f, struct dmsc_tree **t,
    struct dmsc_err *e)
{
	struct dmsc_node *root = dmsc_tree_root(*t);

	switch (f) {
	case DMSC_FORM_TNDS:
	case DMSC_FORM_TNDS_WBXML:
		return dmsc_tnds_read(bytes, *t, root, e);
	case DMSC_FORM_SYNCML:
	case DMSC_FORM_SYNCML_WBXML:
		return message(bytes, f == DMSC_FORM_SYNCML, t, e);
	case DMSC_FORM_JSON:
		return dmsc_json_read_node(bytes, *t, root, e);
	case DMSC_FORM_EMPTY:
		return DMSC_E_OK;
	case DMSC_FORM_UNKNOWN:
		return dmsc_fail(e, DMSC_E_FORMAT, "no form of a tree that "
		    "is known");
	default:
		(void)dmsc_fail(e, DMSC_E_UNSUPPORTED, "this form holds no "
		    "management tree");
		(void)dmsc_err_why(e, "it is %s", dmsc_form_name(f));
		return DMSC_E_UNSUPPORTED;
	}
}

int
dmsc_tree_parse(struct dmsc_rd bytes, struct dmsc_tree **out,
    enum dmsc_form *form, struct dmsc_err *e)
{
	enum dmsc_form f = dmsc_form_guess(bytes);
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	int r;

	*out = NULL;
	if (form != NULL)
		*form = f;
	if (t == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read the tree");
	if ((r = parse(bytes, f, &t, e)) != DMSC_E_OK)
		dmsc_tree_free(&t);
	*out = t;
	return r;
}
