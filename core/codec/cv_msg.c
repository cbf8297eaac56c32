/* SyncML messages from one encoding into the other, whole: header, targets
 * and every command (codec/convert.h). */
#include "codec/convert.h"
#include "codec/msg.h"

/* Indented XML: what both encodings of a message say. */
static int
as_xml(struct dmsc_rd bytes, struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_msg *m = NULL;
	int r = dmsc_msg_read(bytes, &m, NULL, e);

	if (r == DMSC_E_OK)
		r = dmsc_msg_check(m, e);
	if (r == DMSC_E_OK)
		r = dmsc_msg_write_xml(m, true, out, e);
	dmsc_msg_free(&m);
	return r;
}

static int
write(struct dmsc_rd in, enum dmsc_form to, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	struct dmsc_msg *m = NULL;
	int r;

	if (to == DMSC_FORM_SYNCML)
		return as_xml(in, out, e);
	r = dmsc_msg_read(in, &m, NULL, e);
	if (r == DMSC_E_OK)
		r = dmsc_msg_check(m, e);
	if (r == DMSC_E_OK)
		r = dmsc_msg_write(m, out, e);
	dmsc_msg_free(&m);
	return r;
}

/* What was written says what was read. */
static int
verify(struct dmsc_rd in, struct dmsc_rd made, enum dmsc_form to,
    struct dmsc_err *e)
{
	struct dmsc_buf *a = dmsc_buf_new(2UL * DMSC_DOC_MAX),
	    *b = dmsc_buf_new(2UL * DMSC_DOC_MAX);
	int r;

	if (a == NULL || b == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "cannot convert");
	else if ((r = as_xml(in, a, e)) == DMSC_E_OK &&
	    (r = as_xml(made, b, e)) == DMSC_E_OK &&
	    !dmsc_rd_eq(dmsc_buf_rd(a), dmsc_buf_rd(b)) &&
	    (r = dmsc_cv_same_xml(dmsc_buf_rd(a), dmsc_buf_rd(b), e)) !=
	    DMSC_E_OK) {
		(void)dmsc_fail(e, DMSC_E_DATA, "%s cannot hold this "
		    "message", dmsc_form_name(to));
		(void)dmsc_err_why(e, "it would come back changed");
	}
	dmsc_buf_free(&a);
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_cv_message(struct dmsc_rd in, enum dmsc_form to, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	size_t at = out->len;
	int r = write(in, to, out, e);

	if (r == DMSC_E_OK)
		r = verify(in, dmsc_rd_slice(dmsc_buf_rd(out), at, out->len),
		    to, e);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}
