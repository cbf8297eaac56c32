/*
 * OMA Client Provisioning documents (WAP provisioning, publicid 0B;
 * reference oma-dm.md 3.5, 8.1) to a tree and back. A characteristic is an
 * interior node named by its type, "~2", "~3" for further ones of the same
 * type under one parent; a parm is a chr leaf named by its name, again with
 * "~n" where it repeats; a parm without a value has an empty one. Order is
 * kept by the order of children. The document's version stands in the title
 * of the root. A reader that fails leaves t half built: give it a tree of its
 * own. A tree that is no such document is refused with DATA.
 */
#ifndef DMSC_CODEC_CP_H
#define DMSC_CODEC_CP_H

#include <dmsc/bytes.h>
#include <dmsc/tree.h>

int dmsc_cp_read_wbxml(struct dmsc_rd bytes, struct dmsc_tree *t,
    size_t *used, struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_cp_write_wbxml(const struct dmsc_tree *t, struct dmsc_buf *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_cp_read_xml(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_cp_write_xml(const struct dmsc_tree *t, struct dmsc_buf *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/*
 * What w7, NAPDEF and PXLOGICAL mean as management objects, into mo, which is
 * empty: DMAcc/1 and on, NAP/1, Proxy/1 (one for each PXPHYSICAL), numbered
 * in order; the servers of w7 may get, replace and delete them. What has no
 * place is added to left, "NAPDEF/CALLTYPE: why", and is the caller's. DATA
 * where nothing can be mapped; LIMIT above 65536 nodes or 1024 characteristics
 * in one. A failure leaves mo half built.
 */
int dmsc_cp_to_mo(const struct dmsc_tree *cp, struct dmsc_tree *mo,
    char ***left, size_t *n_left, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
