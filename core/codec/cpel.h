/*
 * Inside of the room codec: Client Provisioning as elements (DTD PROV 1.0
 * and its additions by OMA): names, tokens, and what a document builds.
 */
#ifndef DMSC_CODEC_CPEL_H
#define DMSC_CODEC_CPEL_H

#include "codec/codec.h"

/* Elements; their values are their WBXML tokens. */
enum { CP_OTHER = 0, CP_DOC = 0x05, CP_CHARACTERISTIC = 0x06,
	CP_PARM = 0x07 };
enum cp_attr { CP_NAME, CP_VALUE, CP_TYPE, CP_VERSION, CP_ATTRS };

/* A token of attributes: what it begins, and the text that it stands for. */
struct cp_token {
	uint8_t token;
	enum cp_attr attr;	/* CP_ATTRS: a value token */
	const char *text;	/* "" or the beginning of the value */
};
enum { CP_PAGES = 2 };
/* NULL where the page has no such token. */
const struct cp_token *dmsc_cp_token(unsigned page, uint8_t token);
/* The tokens by what they stand for: made once for a document. */
enum { CP_BUCKETS = 128, CP_ROWS = 160 };
struct cp_index {
	uint8_t head[CP_PAGES][CP_BUCKETS], next[CP_PAGES][CP_ROWS];
};
void dmsc_cp_index(struct cp_index *x);
/* The token for an attribute that has exactly this value, or, attr
 * CP_ATTRS, for a value; NULL where there is none on this page. */
const struct cp_token *dmsc_cp_find(const struct cp_index *x, unsigned page,
    enum cp_attr attr, struct dmsc_rd text);
unsigned dmsc_cp_element(struct dmsc_rd name);		/* CP_OTHER: none */
enum cp_attr dmsc_cp_attr(struct dmsc_rd name);		/* CP_ATTRS: none */

/* How often a name came below a node: the next one gets its number. */
enum { CP_NAMED = 8, CP_NAMED_MAX = 32 };
struct cp_named {
	const struct dmsc_node *at;	/* NULL: nothing here yet */
	size_t times;
	char name[CP_NAMED_MAX];
};

/* Is told of each node and where its element begins; OK goes on. */
struct cp_watch {
	void *ctx;
	int (*node)(void *ctx, const struct dmsc_node *n, size_t from);
};
/* As dmsc_cp_read_wbxml and _xml, watched. */
int dmsc_cp_watch_wbxml(struct dmsc_rd bytes, struct dmsc_tree *t,
    size_t *used, const struct cp_watch *watch, struct dmsc_err *e)
    DMSC_MUST_CHECK;
int dmsc_cp_watch_xml(struct dmsc_rd text, struct dmsc_tree *t,
    const struct cp_watch *watch, struct dmsc_err *e) DMSC_MUST_CHECK;

/* What both readers build with: one element's attributes at a time. */
struct cp_in {
	const struct cp_watch *watch;	/* NULL: nobody watches */
	size_t from;			/* of the element */
	struct dmsc_tree *t;
	struct dmsc_node *at;
	struct cp_named last[CP_NAMED];
	bool in_doc, in_parm, done;
	struct dmsc_buf *value[CP_ATTRS];
	bool set[CP_ATTRS];
	const char *why;	/* NULL: nothing to add */
};
int dmsc_cp_in_new(struct cp_in *in, struct dmsc_tree *t) DMSC_MUST_CHECK;
void dmsc_cp_in_clear(struct cp_in *in);
/* Before an element's attributes; each of them; then open. */
void dmsc_cp_start(struct cp_in *in);
int dmsc_cp_set(struct cp_in *in, enum cp_attr a) DMSC_MUST_CHECK;
int dmsc_cp_open(struct cp_in *in, unsigned el) DMSC_MUST_CHECK;
int dmsc_cp_text(struct cp_in *in, struct dmsc_rd text) DMSC_MUST_CHECK;
void dmsc_cp_close(struct cp_in *in);

/* A node's name as a document has it, without "~n". */
struct dmsc_rd dmsc_cp_bare(const char *name);
/* DATA where the tree below root holds what no document can. */
int dmsc_cp_check(const struct dmsc_node *root, struct dmsc_err *e)
    DMSC_MUST_CHECK;

#endif
