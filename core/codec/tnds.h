/* Inside of the room codec: TNDS as elements, in and out. */
#ifndef DMSC_CODEC_TNDS_H
#define DMSC_CODEC_TNDS_H

#include "codec/el.h"
#include "codec/emit.h"
#include "codec/inner.h"

/*
 * Builds below base, a node of t, as reference 2.3 says. A top-level node
 * without a name is base itself (is_self is then true). A failure leaves t
 * half built: give it a tree of its own.
 */
struct tnds_in;
/* What makes no node and so is not written again: how many, the first of
 * them, and the node, else the element, that it stands in. */
struct tnds_gone {
	size_t n;
	char what[64], in[DMSC_ERR_TEXT];
};
void dmsc_tnds_gone(struct tnds_gone *g, const char *what, const char *in);
int dmsc_tnds_in_new(struct dmsc_tree *t, struct dmsc_node *base,
    struct tnds_in **out) DMSC_MUST_CHECK;
void dmsc_tnds_in_free(struct tnds_in **in);
bool dmsc_tnds_in_self(const struct tnds_in *in);
void dmsc_tnds_in_gone(const struct tnds_in *in, struct tnds_gone *out);
/* The members of a sink; ctx is the tnds_in. */
int dmsc_tnds_open(void *ctx, unsigned el, const struct el_at *at);
int dmsc_tnds_text(void *ctx, struct dmsc_rd text, bool opaque);
int dmsc_tnds_close(void *ctx, unsigned el, const struct el_at *at);
const char *dmsc_tnds_why(const struct tnds_in *in);

/* A whole document, XML or WBXML, below base; as above. gone may be NULL. */
int dmsc_tnds_build(struct dmsc_rd bytes, struct dmsc_tree *t,
    struct dmsc_node *base, bool *is_self, struct tnds_gone *gone,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The base that a document for parent is built on in a fresh tree: a node
 * with parent's name, or the root. NULL: no memory. */
struct dmsc_node *dmsc_tnds_base(struct dmsc_tree *t,
    const struct dmsc_node *parent);

enum tnds_top {
	TNDS_CHILDREN,		/* of the top node */
	TNDS_NAMED,		/* the top node */
	TNDS_SELF		/* the top node, without its name */
};
/* MgmtTree and all in it. */
void dmsc_tnds_emit(struct emit *em, const struct dmsc_node *top,
    enum tnds_top how);
/* The header of a TNDS document in WBXML, up to the first tag. */
int dmsc_tnds_head(struct dmsc_buf *out, unsigned version) DMSC_MUST_CHECK;

#endif
