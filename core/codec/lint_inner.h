/* Inside of the rules for documents: what their files share. */
#ifndef DMSC_CODEC_LINT_INNER_H
#define DMSC_CODEC_LINT_INNER_H

#include "codec/el.h"
#include "codec/lint.h"

/* A text as the document has it, and where its element begins. */
struct lint_text {
	struct dmsc_buf *b;	/* NULL: not there */
	size_t at;
	bool opaque;
};
struct dmsc_rd lint_rd(const struct lint_text *t);
const char *lint_str(const struct lint_text *t);	/* "" where none */
void lint_text_free(struct lint_text *t);
enum { LINT_SHOWN = 60 };	/* bytes of a value that a finding shows */
/* The beginning of v, as a string. Returns out. */
const char *lint_shown(struct dmsc_rd v, char out[LINT_SHOWN + 1]);
bool lint_one_of(struct dmsc_rd v, const char *const *of, size_t n);

enum { LINT_NO_FORMAT = -1, LINT_BAD_FORMAT = -2 };
#define LINT_TOP SIZE_MAX

/* A Node of a TNDS, as written. */
struct lint_node {
	struct lint_text name, path, value, acl, title, tstamp, verno, type;
	size_t at;
	size_t parent;		/* index, LINT_TOP at the top */
	size_t doc;		/* index of its MgmtTree */
	bool props, df, mime, typed;
	int format;		/* enum dmsc_format or as above */
	size_t children;
	struct dmsc_node *n;	/* in the tree, NULL: it has no place */
};
/* A MgmtTree: of an Item, or the document itself. */
struct lint_doc {
	char *base;		/* where it goes; "" the root */
	size_t at;
	bool has_verdtd, inbox, identified;
	size_t nodes;
};
struct lint_place {
	const struct dmsc_node *n;
	size_t at, value_at;
};

struct lint {
	struct dmsc_rd bytes;	/* the whole document */
	struct dmsc_lint_out *o;
	size_t before;		/* errors of others */
	size_t n_plain;		/* Items that are no TNDS */
	struct lint_doc *docs;
	size_t n_docs;
	struct lint_node *nodes;
	size_t n_nodes, cap_nodes;
	struct dmsc_tree *t;	/* what they build, as far as they do */
	struct lint_place *places;	/* sorted by node */
	size_t n_places, cap_places;
};
void lint_nomem(const struct lint *l);
void lint_clear(struct lint *l);

/* Where a node of l->t stands, by its node or its value. */
int lint_place_add(struct lint *l, const struct dmsc_node *n, size_t at,
    size_t value_at) DMSC_MUST_CHECK;
void lint_places_sort(struct lint *l);
size_t lint_at(const struct lint *l, const struct dmsc_node *n);
size_t lint_value_at(const struct lint *l, const struct dmsc_node *n);
/* Reports about a node of l->t, with its URI. */
void lint_node_say(const struct lint *l, enum dmsc_rule rule,
    const struct dmsc_node *n, const char *fmt, ...) DMSC_PRINTF(4, 5);
void lint_value_say(const struct lint *l, enum dmsc_rule rule,
    const struct dmsc_node *n, const char *fmt, ...) DMSC_PRINTF(4, 5);

/* lint_tnds.c: a sink that collects nodes. Offsets are delta + at. */
struct lint_tnds {
	struct lint *l;
	size_t delta, fixed;	/* fixed: for all, where not DMSC_NO_OFFSET */
	size_t open;		/* the open Node, LINT_TOP: none */
	size_t skip;
	bool in_tree;
	unsigned collect;
	struct lint_text text;
};
int lint_tnds_open(void *ctx, unsigned el, const struct el_at *at);
int lint_tnds_text(void *ctx, struct dmsc_rd text, bool opaque);
int lint_tnds_close(void *ctx, unsigned el, const struct el_at *at);
void lint_tnds_clear(struct lint_tnds *t);
/* A new MgmtTree for base. */
int lint_doc_add(struct lint *l, const char *base, bool inbox)
    DMSC_MUST_CHECK;
/* A whole TNDS, XML or WBXML. fixed as above. */
void lint_tnds(struct lint *l, struct dmsc_rd bytes, const char *base,
    bool inbox, size_t fixed);

/* lint_item.c: an Item of an Add. format, type: of the Add's own Meta. */
struct lint_item {
	size_t at;
	struct lint_text target, format, type, size, data;
	const uint8_t *data_p;		/* of the document, one piece */
	bool in_target, has_data, is_inline;
};
void lint_item(struct lint *l, const struct lint_item *it,
    const struct lint_text *format, const struct lint_text *type, bool xml);
/* Where a target points, without ./Inbox. */
const char *lint_base_of(const char *target, bool *inbox);
/* True: it was too long or too deep. */
bool lint_uri(struct lint *l, const char *uri, size_t at);

/* lint_msg.c: a SyncML message. */
void lint_message(struct lint *l, struct dmsc_rd bytes, bool xml);
/* lint_nodes.c: the nodes that were collected, and the tree of them. */
void lint_nodes(struct lint *l);
/* lint_names.c: all 0 is an empty set. */
struct lint_names {
	char **slots;
	size_t n, cap;
};
/* EXISTS where it is there already. Up to a NUL, if name holds one. */
int lint_names_add(struct lint_names *s, struct dmsc_rd name)
    DMSC_MUST_CHECK;
bool lint_names_has(const struct lint_names *s, struct dmsc_rd name);
void lint_names_clear(struct lint_names *s);

/* lint_acl.c */
void lint_acl(struct lint *l, const struct lint_node *n, const char *uri);
/* Those that no account is of. */
void lint_acl_servers(struct lint *l, const struct lint_names *servers);
/* lint_acc.c: accounts and references. */
void lint_accounts(struct lint *l);
/* lint_lwm2m.c, lint_cp.c; json and xml: not the form of a card. They give
 * the bytes used. */
size_t lint_lwm2m(struct lint *l, bool json);
size_t lint_cp(struct lint *l, bool xml);
/* What a reader said, unless a rule has said it better. */
void lint_unreadable(struct lint *l, const struct dmsc_err *e);
/* lint_lib.c: libwbxml as second opinion. */
void lint_libwbxml(struct lint *l, enum dmsc_form form, size_t used);
/* The WBXML header of the document or, inner, of one inside. */
void lint_head(struct lint *l, struct dmsc_rd bytes, enum dmsc_form form,
    size_t at);

#endif
