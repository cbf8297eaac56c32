/* Inside of the room codec: what the files of conversion share. */
#ifndef DMSC_CODEC_CONVERT_H
#define DMSC_CODEC_CONVERT_H

#include <dmsc/convert.h>

#include "codec/codec.h"

enum cv_kind { CV_DM, CV_CP, CV_LWM2M, CV_OTHER };

/* What a document has beside the tree that it makes. */
struct cv_more {
	char what[64];		/* "Replace"; "" where there is nothing */
	char in[64];		/* the element around it */
};

struct cv_doc {
	enum dmsc_form form;
	enum cv_kind kind;
	struct dmsc_rd bytes;	/* without padding */
	size_t padding;
	struct dmsc_tree *t;	/* NULL: CV_OTHER, or a message with more */
	bool bare;		/* LwM2M without headers */
	struct cv_more more;
};
/* bytes must outlive d; form is not UNKNOWN. Clear d in any case. */
int dmsc_cv_read(struct dmsc_rd bytes, enum dmsc_form f, struct cv_doc *d,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_cv_clear(struct cv_doc *d);
/* A tree as a form; DATA with the node where the form cannot hold it. */
int dmsc_cv_write(const struct dmsc_tree *t, enum cv_kind kind,
    enum dmsc_form f, struct dmsc_buf *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* The kind of a document of this form; JSON's is told by the bytes. */
enum cv_kind dmsc_cv_kind(enum dmsc_form f, struct dmsc_rd bytes);

/* DATA, with the first node that the form f cannot hold. */
int dmsc_cv_fit(const struct dmsc_node *top, enum dmsc_form f,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* DATA, with the first node that is another below b; all properties and the
 * order count. */
int dmsc_cv_same(const struct dmsc_node *a, const struct dmsc_node *b,
    enum dmsc_form f, struct dmsc_err *e) DMSC_MUST_CHECK;

/* A message in its other encoding, whole. FORMAT, UNSUPPORTED: it is not as
 * the standard wants it. */
int dmsc_cv_message(struct dmsc_rd in, enum dmsc_form to,
    struct dmsc_buf *out, struct dmsc_err *e) DMSC_MUST_CHECK;
/* By libwbxml, to XML or WBXML; DATA where it loses something. */
int dmsc_cv_other(struct dmsc_rd in, enum dmsc_form from, enum dmsc_form to,
    struct dmsc_buf *out, struct dmsc_err *e) DMSC_MUST_CHECK;
/* DATA, with the first element that differs, unless both say the same. */
int dmsc_cv_same_xml(struct dmsc_rd a, struct dmsc_rd b, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/* Looks through a document of elements (TNDS, SyncML) for what its tree does
 * not have. *used as dmsc_wbxml_read. */
int dmsc_cv_look(struct dmsc_rd bytes, bool xml, struct cv_more *more,
    size_t *used, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
