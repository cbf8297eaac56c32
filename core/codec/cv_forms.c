/* Each form read into a tree and written from one (codec/convert.h). */
#include <string.h>

#include <dmsc/json.h>

#include "base/base.h"
#include "codec/boot.h"
#include "codec/convert.h"
#include "codec/cp.h"
#include "codec/cpel.h"
#include "codec/lwm2m.h"
#include "codec/tnds.h"

enum cv_kind
dmsc_cv_kind(enum dmsc_form f, struct dmsc_rd bytes)
{
	if (f == DMSC_FORM_JSON)
		f = dmsc_json_holds(bytes);
	switch (f) {
	case DMSC_FORM_CP:
	case DMSC_FORM_CP_WBXML:
		return CV_CP;
	case DMSC_FORM_LWM2M:
		return CV_LWM2M;
	case DMSC_FORM_XML:
	case DMSC_FORM_WBXML:
		return CV_OTHER;
	default:
		return CV_DM;
	}
}

/* A card's file is longer than its document; what stands behind the end must
 * be padding. */
static int
cut(struct cv_doc *d, size_t used, struct dmsc_err *e)
{
	struct dmsc_rd rest = dmsc_rd_slice(d->bytes, used, d->bytes.left);
	size_t i;

	for (i = 0; i < rest.left; i++)
		if (rest.p[i] != 0 && rest.p[i] != 0xFF) {
			(void)dmsc_fail(e, DMSC_E_FORMAT, "bytes behind the "
			    "document that are no padding");
			(void)dmsc_err_where(e, "byte %zu", used + i);
			return DMSC_E_FORMAT;
		}
	d->padding = rest.left;
	d->bytes = dmsc_rd_slice(d->bytes, 0, used);
	return DMSC_E_OK;
}

static bool
is_message(enum dmsc_form f)
{
	return f == DMSC_FORM_SYNCML || f == DMSC_FORM_SYNCML_WBXML;
}

static int
read_message(struct cv_doc *d, struct dmsc_err *e)
{
	struct dmsc_boot *b = dmsc_boot_empty();
	int r;

	if (b == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read SyncML");
	r = dmsc_boot_elements(b, d->bytes, d->form == DMSC_FORM_SYNCML,
	    NULL, e);
	if (r == DMSC_E_OK) {
		dmsc_tree_free(&d->t);
		d->t = b->tree;
		b->tree = NULL;
	}
	dmsc_boot_free(&b);
	return r;
}

static int
read_elements(struct cv_doc *d, struct dmsc_err *e)
{
	bool xml = d->form == DMSC_FORM_TNDS || d->form == DMSC_FORM_SYNCML;
	size_t used = d->bytes.left;
	int r = dmsc_cv_look(d->bytes, xml, &d->more, &used, e);

	if (r == DMSC_E_OK)
		r = cut(d, used, e);
	if (r == DMSC_E_OK && d->more.what[0] != '\0') {
		dmsc_tree_free(&d->t);
		return DMSC_E_OK;
	}
	if (r != DMSC_E_OK)
		return r;
	return is_message(d->form) ? read_message(d, e) :
	    dmsc_tnds_read(d->bytes, d->t, dmsc_tree_root(d->t), e);
}

static int
read_cp(struct cv_doc *d, struct dmsc_err *e)
{
	size_t used = d->bytes.left;
	int r;

	if (d->form == DMSC_FORM_JSON)
		r = dmsc_json_read_cp(d->bytes, d->t, e);
	else if (d->form == DMSC_FORM_CP)
		return dmsc_cp_read_xml(dmsc_codec_trim(d->bytes), d->t, e);
	else if ((r = dmsc_cp_read_wbxml(d->bytes, d->t, &used, e)) ==
	    DMSC_E_OK)
		return cut(d, used, e);
	return r != DMSC_E_OK ? r :
	    dmsc_cp_check(dmsc_tree_root(d->t), e);
}

static int
read_lwm2m(struct cv_doc *d, struct dmsc_err *e)
{
	size_t used = 0;
	int r;

	if (d->form == DMSC_FORM_JSON)
		return dmsc_lwm2m_read_json(d->bytes, d->t, e);
	r = dmsc_lwm2m_read(d->bytes, d->t, &used, &d->bare, e);
	return r == DMSC_E_OK ? cut(d, used, e) : r;
}

int
dmsc_cv_read(struct dmsc_rd bytes, enum dmsc_form f, struct cv_doc *d,
    struct dmsc_err *e)
{
	memset(d, 0, sizeof *d);
	d->form = f;
	d->bytes = bytes;
	d->kind = dmsc_cv_kind(f, bytes);
	if (bytes.left > DMSC_DOC_MAX)
		return dmsc_fail(e, DMSC_E_LIMIT, "the document is too large");
	if (d->kind == CV_OTHER)
		return DMSC_E_OK;
	if ((d->t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read the document");
	if (d->kind == CV_CP)
		return read_cp(d, e);
	if (d->kind == CV_LWM2M)
		return read_lwm2m(d, e);
	return f == DMSC_FORM_JSON ? dmsc_json_read_node(bytes, d->t,
	    dmsc_tree_root(d->t), e) : read_elements(d, e);
}

void
dmsc_cv_clear(struct cv_doc *d)
{
	dmsc_tree_free(&d->t);
}

/* The root with its own properties is a node without a name. */
static enum tnds_top
top_of(const struct dmsc_node *root)
{
	return *dmsc_node_type(root) != '\0' || *dmsc_node_acl(root) !=
	    '\0' || *dmsc_node_title(root) != '\0' ||
	    *dmsc_node_tstamp(root) != '\0' || dmsc_node_verno(root) >= 0 ?
	    TNDS_SELF : TNDS_CHILDREN;
}

static int
write_tnds(const struct dmsc_tree *t, bool xml, struct dmsc_buf *out)
{
	struct emit em = { .b = out, .xml = xml, .indent = xml };
	const struct dmsc_node *root = dmsc_tree_root(t);

	em.code = xml ? dmsc_buf_str(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") :
	    dmsc_tnds_head(out, 2);
	dmsc_tnds_emit(&em, root, top_of(root));
	if (em.code == DMSC_E_OK && xml)
		em.code = dmsc_buf_u8(out, '\n');
	return em.code;
}

static int
write_message(const struct dmsc_tree *t, bool xml, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	struct dmsc_boot *b = dmsc_boot_new();
	int r;

	if (b == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot write SyncML");
	r = xml ? dmsc_boot_write_xml(b, t, out, e) :
	    dmsc_boot_write(b, t, out, e);
	dmsc_boot_free(&b);
	return r;
}

/* FORMAT and OK leave e alone. */
static int
write_form(const struct dmsc_tree *t, enum cv_kind kind, enum dmsc_form f,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	switch (f) {
	case DMSC_FORM_TNDS:
	case DMSC_FORM_TNDS_WBXML:
		return write_tnds(t, f == DMSC_FORM_TNDS, out);
	case DMSC_FORM_SYNCML:
	case DMSC_FORM_SYNCML_WBXML:
		return write_message(t, f == DMSC_FORM_SYNCML, out, e);
	case DMSC_FORM_CP:
		return dmsc_cp_write_xml(t, out, e);
	case DMSC_FORM_CP_WBXML:
		return dmsc_cp_write_wbxml(t, out, e);
	case DMSC_FORM_LWM2M:
		return dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), out, e);
	case DMSC_FORM_JSON:
		return kind == CV_LWM2M ? dmsc_lwm2m_write_json(t, out) :
		    dmsc_json_write(t, kind == CV_CP, out);
	default:
		return DMSC_E_INTERNAL;
	}
}

int
dmsc_cv_write(const struct dmsc_tree *t, enum cv_kind kind, enum dmsc_form f,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	size_t at = out->len;
	int r = DMSC_E_OK;

	dmsc_err_clear(e);
	if (kind == CV_DM)
		r = dmsc_cv_fit(dmsc_tree_root(t), f, e);
	if (r == DMSC_E_OK)
		r = write_form(t, kind, f, out, e);
	if (r == DMSC_E_OK)
		return r;
	dmsc_buf_truncate(out, at);
	if (e != NULL && e->code == DMSC_E_OK) {
		(void)dmsc_fail(e, r, "cannot write %s", dmsc_form_name(f));
		(void)dmsc_err_why(e, "%s", dmsc_e_text(r));
	}
	return r;
}
