/* JSON text of views and trees, over jansson. Belongs to the room codec. */
#ifndef DMSC_JSON_H
#define DMSC_JSON_H

#include <dmsc/bytes.h>
#include <dmsc/tree.h>
#include <dmsc/view.h>

/* Each appends one JSON value on one line to out. NULL obj is null. */
int dmsc_json_view(const struct dmsc_view *v, const void *obj,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* {name,format,type,acl?,title?,tstamp?,verno?,value | nodes}; depth < 0 is
 * all, 0 leaves nodes out. A value that is no UTF-8 text, or of format bin, is
 * {"hex":...}; of format null, null. */
int dmsc_json_node(const struct dmsc_node *n, int depth,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_json_string(const char *s, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* The node form above back into a tree as parent's child, merged with what
 * is there (EXISTS for a leaf); the node "." gives its nodes and properties
 * to parent. Bounded. t is unchanged on failure. */
int dmsc_json_read_node(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_node *parent, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
