/* TNDS (OMA DM 1.2 Tree and Description serialised): XML and WBXML, to a
 * tree and back. Belongs to the room codec. */
#ifndef DMSC_TNDS_H
#define DMSC_TNDS_H

#include <dmsc/tree.h>

/* TNDS into t, below parent (the node that the command's target names). The
 * tree is unchanged on failure. e (may be NULL) gets line or offset. */
int dmsc_tnds_read(struct dmsc_rd bytes, struct dmsc_tree *t,
    struct dmsc_node *parent, struct dmsc_err *e) DMSC_MUST_CHECK;
/* The children of top (or top itself where self) as TNDS. indent: for
 * people; only XML. */
int dmsc_tnds_write_xml(const struct dmsc_node *top, bool self, bool indent,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_tnds_write_wbxml(const struct dmsc_node *top, bool self,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* The same in fewer bytes, for messages: what repeats stands in its string
 * table once, which small readers of files do not expect. */
int dmsc_tnds_write_packed(const struct dmsc_node *top, bool self,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
