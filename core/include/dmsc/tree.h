/*
 * A management tree in memory (OMA DM 1.2 Tree and Description): nodes,
 * URIs, properties, ACL, compare, patch. Look-up costs the depth of the URI,
 * not the size of the tree. Belongs to the room mo.
 *
 * URIs: "./A/B", "A/B", "A/B/" never; "." or "" is the root. Segments are
 * kept decoded; '/' inside a name is %2F in a URI. Errors: FORMAT for a URI
 * that is not one, LIMIT for depth, size or number of nodes, NOTFOUND, EXISTS,
 * USAGE for what the kind of node forbids (a child below a leaf, a value on an
 * interior node), NOMEM. A failed call changes nothing.
 */
#ifndef DMSC_TREE_H
#define DMSC_TREE_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

enum dmsc_format {
	DMSC_FMT_NODE, DMSC_FMT_CHR, DMSC_FMT_INT, DMSC_FMT_BOOL,
	DMSC_FMT_FLOAT, DMSC_FMT_DATE, DMSC_FMT_TIME, DMSC_FMT_BIN,
	DMSC_FMT_B64, DMSC_FMT_XML, DMSC_FMT_NULL
};

enum { DMSC_TREE_DEPTH_MAX = 64, DMSC_TREE_NAME_MAX = 255,
	DMSC_TREE_NODES_MAX = 1 << 21 };

struct dmsc_tree;
struct dmsc_node;

const char *dmsc_format_name(enum dmsc_format f);	/* "chr" */
int dmsc_format_parse(const char *name, enum dmsc_format *out)
    DMSC_MUST_CHECK;
/* The Type that a node of this format gets where none is given. */
const char *dmsc_format_type(enum dmsc_format f);

/* A tree with its root. max_bytes bounds all names, values and
 * properties together. */
struct dmsc_tree *dmsc_tree_new(size_t max_bytes);	/* NULL: no memory */
void dmsc_tree_free(struct dmsc_tree **t);
struct dmsc_tree *dmsc_tree_clone(const struct dmsc_tree *t);
struct dmsc_node *dmsc_tree_root(const struct dmsc_tree *t);
size_t dmsc_tree_count(const struct dmsc_tree *t);	/* without the root */
size_t dmsc_tree_bytes(const struct dmsc_tree *t);

/* Reading. A node is valid until it or an ancestor is removed. Text
 * properties are never NULL: an absent one is "". */
struct dmsc_node *dmsc_tree_find(const struct dmsc_tree *t, const char *uri);
const char *dmsc_node_name(const struct dmsc_node *n);	/* decoded */
enum dmsc_format dmsc_node_format(const struct dmsc_node *n);
const char *dmsc_node_type(const struct dmsc_node *n);	/* MIME or MO id */
const char *dmsc_node_acl(const struct dmsc_node *n);
const char *dmsc_node_title(const struct dmsc_node *n);
const char *dmsc_node_tstamp(const struct dmsc_node *n);
int dmsc_node_verno(const struct dmsc_node *n);		/* -1: absent */
struct dmsc_rd dmsc_node_value(const struct dmsc_node *n);
/* Values that are secret by their node's name or title: AAuthSecret,
 * AuthSecret, AAuthData, Password, PSK and their like, in upper or lower
 * case. */
bool dmsc_name_is_secret(const char *name);
bool dmsc_node_is_secret(const struct dmsc_node *n);
bool dmsc_node_is_leaf(const struct dmsc_node *n);
struct dmsc_node *dmsc_node_parent(const struct dmsc_node *n);
struct dmsc_node *dmsc_node_child(const struct dmsc_node *n,
    const char *name);
struct dmsc_node *dmsc_node_first(const struct dmsc_node *n);
struct dmsc_node *dmsc_node_next(const struct dmsc_node *n); /* sibling */
size_t dmsc_node_children(const struct dmsc_node *n);
/* The URI of n without "./", segments escaped; "" for the root. */
int dmsc_node_uri(const struct dmsc_node *n, struct dmsc_buf *out)
    DMSC_MUST_CHECK;

/*
 * Changing. Missing parents are made (interior) by add. type NULL is the
 * format's default; out may be NULL. Values are not held against the format
 * here, because what a card holds must be shown: see dmsc_format_check.
 */
int dmsc_tree_add(struct dmsc_tree *t, const char *uri, enum dmsc_format f,
    const char *type, struct dmsc_rd value, struct dmsc_node **out)
    DMSC_MUST_CHECK;
int dmsc_node_add(struct dmsc_tree *t, struct dmsc_node *parent,
    const char *name, enum dmsc_format f, struct dmsc_node **out)
    DMSC_MUST_CHECK;
int dmsc_node_set_value(struct dmsc_tree *t, struct dmsc_node *n,
    struct dmsc_rd value) DMSC_MUST_CHECK;
/* A leaf's other format; to or from NODE only while it has no children and
 * no value. */
int dmsc_node_set_format(struct dmsc_tree *t, struct dmsc_node *n,
    enum dmsc_format f) DMSC_MUST_CHECK;
int dmsc_node_set_type(struct dmsc_tree *t, struct dmsc_node *n,
    const char *type) DMSC_MUST_CHECK;
/* FORMAT when acl is not one (see dmsc_acl_check); "" inherits. */
int dmsc_node_set_acl(struct dmsc_tree *t, struct dmsc_node *n,
    const char *acl) DMSC_MUST_CHECK;
int dmsc_node_set_title(struct dmsc_tree *t, struct dmsc_node *n,
    const char *title) DMSC_MUST_CHECK;
int dmsc_node_set_tstamp(struct dmsc_tree *t, struct dmsc_node *n,
    const char *tstamp) DMSC_MUST_CHECK;
int dmsc_node_set_verno(struct dmsc_tree *t, struct dmsc_node *n, int v)
    DMSC_MUST_CHECK;
int dmsc_node_rename(struct dmsc_tree *t, struct dmsc_node *n,
    const char *name) DMSC_MUST_CHECK;
int dmsc_node_remove(struct dmsc_tree *t, struct dmsc_node *n)
    DMSC_MUST_CHECK;			/* with all below; never the root */
/* A deep copy of from (of any tree) as child name of parent in t. */
int dmsc_node_graft(struct dmsc_tree *t, struct dmsc_node *parent,
    const char *name, const struct dmsc_node *from, struct dmsc_node **out)
    DMSC_MUST_CHECK;

/* Takes n and all below out of from, another tree, and hangs it last below
 * parent in t. Nothing is copied: n stays valid. */
int dmsc_node_move(struct dmsc_tree *t, struct dmsc_node *parent,
    struct dmsc_tree *from, struct dmsc_node *n) DMSC_MUST_CHECK;

/* Whether a value fits its format (a NULL-format value must be empty, an int
 * a 32-bit decimal, ...): OK or FORMAT. */
int dmsc_format_check(enum dmsc_format f, struct dmsc_rd value)
    DMSC_MUST_CHECK;

/* ACL (clause: reference 1.6). */
int dmsc_acl_check(const char *acl) DMSC_MUST_CHECK;
/* The nearest non-empty ACL at or above n; "" when there is none. */
const char *dmsc_acl_effective(const struct dmsc_node *n);
/* cmd is "Add", "Delete", "Exec", "Get" or "Replace". */
bool dmsc_acl_allows(const char *acl, const char *cmd, const char *server);

/* URI segments: %XX escape of '/', '%', control bytes, a leading '.', and
 * back. */
int dmsc_uri_escape(const char *name, struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_uri_unescape(const char *seg, struct dmsc_buf *out) DMSC_MUST_CHECK;

/* Compare. Equality covers name, format, type, ACL, title and value of all
 * nodes, not the order of siblings. */
bool dmsc_node_equal(const struct dmsc_node *a, const struct dmsc_node *b);

struct dmsc_change {
	char *op;		/* "add", "remove", "set", "format", "type",
				 * "acl", "title" */
	char *uri;		/* below the compared nodes */
	char *format;		/* of the new (remove: the old) node */
	bool is_text;		/* before and after are printable UTF-8 */
	bool secret;		/* so are before and after */
	struct dmsc_buf *before;	/* NULL where it does not apply */
	struct dmsc_buf *after;
};
struct dmsc_diff {
	struct dmsc_change *changes;
	size_t n_changes;
};
extern const struct dmsc_view dmsc_change_view;
extern const struct dmsc_view dmsc_diff_view;

/* What turns a into b, parents before children; NULL a or b is an empty
 * tree. A removed subtree is one "remove", an added one is an "add" for each
 * node. *out is freed with dmsc_view_free(&dmsc_diff_view, ...). */
int dmsc_tree_diff(const struct dmsc_node *a, const struct dmsc_node *b,
    struct dmsc_diff **out) DMSC_MUST_CHECK;

#endif
