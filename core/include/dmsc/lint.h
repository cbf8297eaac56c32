/*
 * lint: what is wrong or risky in a document or on a card, each finding by a
 * stable name, with its place down to the byte and where the rule comes
 * from. Room store.
 */
#ifndef DMSC_LINT_H
#define DMSC_LINT_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_finding {
	char *rule;		/* stable: "oid-double-wrapped" */
	char *severity;		/* "error", "warning", "note" */
	char *place;		/* "3F00/7F50/4D02", "/OperatorX"; NULL: the
				 * bytes that were given */
	int offset;		/* byte in it, -1: none */
	char *node;		/* URI in the document, or NULL */
	char *message;
	char *source;		/* where the rule comes from */
	bool fixable;
};
/* A document as a reader of another maker sees it. */
struct dmsc_seen {
	char *document;		/* its name */
	char *kind;
	bool found;
	size_t bytes;		/* of it that the reader reads */
	char *why;		/* it is not found or not wholly read */
};
struct dmsc_lint {
	struct dmsc_finding *findings;
	size_t n_findings;
	unsigned errors, warnings, notes;
	char *model;		/* the reader that judged; NULL: none */
	struct dmsc_seen *seen;
	size_t n_seen;
};
/* A rule of the table: its name, what a fault of it means. */
struct dmsc_lint_rule {
	char *rule, *severity, *text, *source;
};
struct dmsc_lint_rules {
	struct dmsc_lint_rule *rules;
	size_t n_rules;
};
extern const struct dmsc_view dmsc_finding_view, dmsc_seen_view, dmsc_lint_view,
    dmsc_lint_rule_view, dmsc_lint_rules_view;

/* path: "/" or NULL the card with all its documents, else a document or a
 * node of it; as the working copy has them. model: NULL, or the name of a
 * reader, "nrf91", "anjay", "android", "opensc", "strict", that judges the
 * card (path is "/"): USAGE for another. */
int dmsc_lint_card(struct dmsc_session *s, const char *path,
    const char *model, struct dmsc_lint **out) DMSC_MUST_CHECK;
/* The i-th model and what it is; NULL: there are no more. */
const char *dmsc_lint_model(size_t i, const char **title);
/*
 * Mends what needs no question: documents in the working copy, directories
 * with the next commit (path "/"). out: what was or will be mended.
 */
int dmsc_lint_fix(struct dmsc_session *s, const char *path,
    struct dmsc_lint **out) DMSC_MUST_CHECK;
/* The bytes mended, appended to fixed: as they are where nothing can be. */
int dmsc_lint_fix_bytes(struct dmsc_session *s, struct dmsc_rd bytes,
    struct dmsc_buf *fixed) DMSC_MUST_CHECK;
/* A document in any form; FF and 00 behind it are padding. on_card: it is
 * what a card has, where a message is WBXML. */
int dmsc_lint_bytes(struct dmsc_session *s, struct dmsc_rd bytes,
    bool on_card, struct dmsc_lint **out) DMSC_MUST_CHECK;
/* The tree of a document, or below a node of it, against a device
 * description (DDF, XML or WBXML): rules ddf-... alone. FORMAT and
 * UNSUPPORTED for what holds no tree or is no DDF. */
int dmsc_lint_ddf(struct dmsc_session *s, struct dmsc_rd ddf,
    const char *path, struct dmsc_lint **out) DMSC_MUST_CHECK;
int dmsc_lint_ddf_bytes(struct dmsc_session *s, struct dmsc_rd ddf,
    struct dmsc_rd bytes, struct dmsc_lint **out) DMSC_MUST_CHECK;
/* The table itself. */
int dmsc_lint_table(struct dmsc_session *s, struct dmsc_lint_rules **out)
    DMSC_MUST_CHECK;

#endif
