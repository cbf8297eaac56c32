/*
 * lint: what is wrong or risky in a document or in a card's directories.
 * Room store; the rules of documents alone are pure and lie in codec.
 */
#ifndef DMSC_LINT_H
#define DMSC_LINT_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

struct dmsc_finding {
	char *name;		/* stable: "oid-double-wrapped" */
	char *severity;		/* "error", "warning", "note" */
	char *place;		/* file or document */
	size_t offset;		/* byte in it, SIZE_MAX: none */
	char *uri;		/* node, or NULL */
	char *text;		/* what, in a sentence */
	char *source;		/* where the rule comes from */
	bool fixable;
};
struct dmsc_lint {
	struct dmsc_finding *findings;
	size_t n_findings;
	char *model;		/* as whom it was judged, or NULL */
	char *sees;		/* what that reader would find, or NULL */
};
extern const struct dmsc_view dmsc_finding_view, dmsc_lint_view;

/* model: NULL, "nrf91", "anjay", "android", "opensc", "strict". */
int dmsc_lint_card(struct dmsc_session *s, const char *model,
    struct dmsc_lint **out) DMSC_MUST_CHECK;
/* Bytes of any form; ddf (may be empty) is a description in TNDS/DDF XML. */
int dmsc_lint_bytes(struct dmsc_session *s, struct dmsc_rd bytes,
    struct dmsc_rd ddf, struct dmsc_lint **out) DMSC_MUST_CHECK;

#endif
