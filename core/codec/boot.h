/*
 * Inside of the room codec: a DM bootstrap document in memory. It keeps its
 * bytes; of each Item of an Add it knows where it stands, how its data is
 * written, and the nodes that it alone makes.
 */
#ifndef DMSC_CODEC_BOOT_H
#define DMSC_CODEC_BOOT_H

#include "codec/codec.h"
#include "codec/el.h"
#include "codec/inner.h"
#include "codec/owner.h"
#include "codec/tnds.h"

/* Bytes [from, to) and the code pages in force at either end. */
struct span {
	size_t from, to;
	unsigned page_from, page_to;
	bool set;
};

enum data_as { DATA_PLAIN, DATA_INLINE, DATA_WBXML, DATA_XML };

struct boot_item {
	size_t cmd;		/* the Add it stands in */
	char *target;		/* as written */
	char *base;		/* the URI that it means in the tree */
	char *format, *type;	/* of its Meta, else the Add's; "" absent */
	enum data_as as;
	bool opaque, b64;	/* how the data is carried */
	unsigned version;	/* DATA_WBXML: of the inner document */
	bool is_self;		/* the node at base is its own */
	size_t own_depth;	/* nodes from this depth on are its own */
	struct dmsc_tree *t;	/* with the nodes on the way to base; NULL
				 * where the document does not keep it */
	struct span all, data, size;
	struct tnds_gone gone;	/* lost where the data is written again */
	struct tnds_gone beside;	/* and where the Item is */
};
struct boot_cmd {
	struct span all;
};
struct dmsc_boot {
	struct dmsc_buf *bytes;
	struct dmsc_tree *tree;
	struct boot_item *items;
	size_t n_items;
	struct boot_cmd *cmds;
	size_t n_cmds;
	struct span insert;	/* where new Adds go: from equals to */
	bool no_body;		/* insert is a SyncBody without content */
	uint32_t last_id;	/* the highest CmdID */
	bool keep;		/* the items' trees, and no tree of all */
};

/* The elements of a message into b, which has a tree and nothing else. */
int dmsc_boot_elements(struct dmsc_boot *b, struct dmsc_rd bytes, bool xml,
    size_t *used, struct dmsc_err *e) DMSC_MUST_CHECK;
struct dmsc_boot *dmsc_boot_empty(void);
/* The document again, with a tree for each item and none of all: to read it
 * needs one copy of its nodes, to write it both. */
int dmsc_boot_again(struct dmsc_rd bytes, struct dmsc_boot **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Decides what an item's data is, and builds its nodes. */
int dmsc_boot_data(struct boot_item *it, struct dmsc_rd data,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The node that the item's data is about, made in its tree. */
int dmsc_boot_base(struct boot_item *it, struct dmsc_node **out)
    DMSC_MUST_CHECK;
size_t dmsc_boot_depth(const char *uri);	/* "": 0, "A/b": 2 */

/* What an edit makes of each item, and what no item covers. */
struct boot_edit {
	const struct dmsc_boot *b;	/* with its items' trees */
	const struct dmsc_tree *was, *now;
	struct owners owners;		/* of the nodes of was */
	struct dmsc_tree **trees;	/* one an item: its nodes now */
	bool *changed;
	size_t *own;			/* nodes of its own that are left */
	const struct dmsc_node **fresh;	/* nodes that need an Add */
	bool *alone;			/* fresh: without its children */
	size_t n_fresh, n_alone;
};
int dmsc_boot_edit(struct boot_edit *ed) DMSC_MUST_CHECK;
void dmsc_boot_edit_clear(struct boot_edit *ed);
/* Whether a plain item can say what its node is now. */
bool dmsc_boot_stays_plain(const struct boot_item *it,
    const struct dmsc_node *n);

#endif
