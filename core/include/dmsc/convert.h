/*
 * Provisioning documents from one form into another: DM trees (tnds,
 * tnds-wbxml, syncml, syncml-wbxml, json), Client Provisioning (cp,
 * cp-wbxml, json), LwM2M bootstrap (lwm2m, json), and any other language
 * that libwbxml knows (xml, wbxml). Belongs to the room codec; needs no
 * card.
 */
#ifndef DMSC_CONVERT_H
#define DMSC_CONVERT_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_conversion {
	char *from, *to;	/* the forms */
	size_t bytes;		/* written */
	char **warnings;	/* what stayed behind, one a line */
	size_t n_warnings;
};
extern const struct dmsc_view dmsc_conversion_view;

struct dmsc_convert_opts {
	const char *from;	/* NULL: recognised */
	/* NULL: tnds for DM, json for LwM2M, cp for provisioning, for
	 * another language the other of xml and wbxml; these two mean that
	 * encoding of what the document is. */
	const char *to;
	bool map;		/* provisioning into management objects */
};

/*
 * Appends in, converted, to out. What is written was read back and found the
 * same, else it is refused: DATA where the form cannot hold something, which
 * e names. USAGE for a form that there is not; FORMAT, SHORT, LIMIT for what
 * cannot be read. On failure out is as it was. *res is freed with
 * dmsc_view_free(&dmsc_conversion_view, ...).
 */
int dmsc_convert(struct dmsc_rd in, const struct dmsc_convert_opts *o,
    struct dmsc_buf *out, struct dmsc_conversion **res, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* The form that a file's name says: its extension is a form, or .xml,
 * .wbxml, .json, .tlv; NULL: it says nothing. */
const char *dmsc_form_of_file(const char *file);
/* The forms' names in order; NULL past the end. */
const char *dmsc_form_at(size_t i);

#endif
