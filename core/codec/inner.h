/* Inside of the room codec: what several of its files share. */
#ifndef DMSC_CODEC_INNER_H
#define DMSC_CODEC_INNER_H

#include <dmsc/bytes.h>
#include <dmsc/tree.h>

#include "codec/codec.h"

/*
 * Moves the children and copies the non-empty properties of src, a node of
 * from, into dst, a node of t. Interior nodes that both have are merged;
 * EXISTS where a leaf is in the way. On failure no node was added to t;
 * what is left in from is of no use.
 */
int dmsc_codec_merge(struct dmsc_tree *t, struct dmsc_node *dst,
    struct dmsc_tree *from, struct dmsc_node *src) DMSC_MUST_CHECK;
/* Sets those of type, ACL, title, time stamp and version that src has. */
int dmsc_codec_props(struct dmsc_tree *t, struct dmsc_node *dst,
    const struct dmsc_node *src) DMSC_MUST_CHECK;

/* Where n stands, into e. */
void dmsc_codec_where(const struct dmsc_node *n, struct dmsc_err *e);

/* Indented JSON of the whole tree, for people: nodes below ".", or the form of
 * a provisioning document, {"kind":"cp","version":...,"nodes":[...]}. */
int dmsc_json_write(const struct dmsc_tree *t, bool cp, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* And back; a failure leaves t half built. */
int dmsc_json_read_cp(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* TNDS: nodes; CP; LWM2M: anything else. */
enum dmsc_form dmsc_json_holds(struct dmsc_rd text);

/* Whether libwbxml can be given this: LIMIT, FORMAT, UNSUPPORTED. */
int dmsc_lib_guard_xml(struct dmsc_rd xml, struct dmsc_err *e)
    DMSC_MUST_CHECK;
int dmsc_lib_guard_wbxml(struct dmsc_rd wbxml, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/* Base64; blanks and line ends between are skipped. FORMAT leaves out as it
 * was. */
int dmsc_b64_get(struct dmsc_rd text, struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_b64_put(struct dmsc_buf *out, struct dmsc_rd r) DMSC_MUST_CHECK;
/* Whether XML uses entities of its own. Behind a document type that is not
 * read, expat drops them in attributes and says nothing. */
bool dmsc_xml_entities(struct dmsc_rd text);
/* r without white space at either end. */
struct dmsc_rd dmsc_codec_trim(struct dmsc_rd r);

#endif
