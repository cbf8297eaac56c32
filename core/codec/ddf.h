/*
 * Device descriptions (DM DDF 1.2, reference 2.2): what a tree may look
 * like, and whether one does. XML and WBXML; order-tolerant; bounded.
 */
#ifndef DMSC_CODEC_DDF_H
#define DMSC_CODEC_DDF_H

#include <dmsc/bytes.h>
#include <dmsc/tree.h>

#include "base/lint.h"

enum { DMSC_DDF_NODES = 65536 };

/* AccessType, as bits. */
enum {
	DMSC_DDF_ADD = 1, DMSC_DDF_COPY = 2, DMSC_DDF_DELETE = 4,
	DMSC_DDF_EXEC = 8, DMSC_DDF_GET = 16, DMSC_DDF_REPLACE = 32,
	DMSC_DDF_ALL = 63
};
enum { DMSC_DDF_ANY = -1, DMSC_DDF_NO_LIMIT = 0 };

/* Texts are "" where they are absent. */
struct dmsc_ddf_node {
	char *name;		/* "": named at run time, <X> */
	char *path;		/* of a top node: where its parent is */
	unsigned access;	/* what the node itself allows */
	unsigned below;		/* and what anything at or below it does */
	int format;		/* enum dmsc_format, or ANY */
	uint32_t least, most;	/* Occurrence; most may be NO_LIMIT */
	bool is_permanent, is_cased;
	bool has_default;
	struct dmsc_buf *default_value;
	char *description, *title;
	char **mimes;		/* DFType; none: any */
	size_t n_mimes;
	char *ddf_name;		/* an MO, or what describes what is below */
	struct dmsc_ddf_node **nodes;	/* by name, see by_name */
	size_t n_nodes;
};
struct dmsc_ddf {
	char *ver_dtd, *man, *mod;
	struct dmsc_ddf_node top;	/* has nothing but nodes */
};

/* e says what is no DDF, and where. */
int dmsc_ddf_read(struct dmsc_rd bytes, struct dmsc_ddf **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_ddf_free(struct dmsc_ddf **d);
/* Compares without regard to the case of A to Z; nodes by their names so,
 * and those of one such name by their bytes: the nameless come first. */
int dmsc_ddf_fold(const char *a, const char *b);
int dmsc_ddf_by_name(const void *a, const void *b);

/*
 * Holds t against d; the rules are those of DMSC_RULES_DDF. A top node of d
 * with a name describes that node (below its Path); one without describes
 * the nodes whose Type is its DDFName, wherever they are, or the children of
 * its Path. Below Ext, Bearer and nodes that d does not describe further all
 * is allowed. o->code: NOMEM, or what found returned.
 */
void dmsc_ddf_check(const struct dmsc_ddf *d, const struct dmsc_tree *t,
    struct dmsc_lint_out *o);

#endif
