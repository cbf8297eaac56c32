/*
 * How the rules of lint report, for rooms that know neither cards nor
 * sessions: a row of one table each, a callback, a code that stays.
 */
#ifndef DMSC_BASE_LINT_H
#define DMSC_BASE_LINT_H

#include <dmsc/bytes.h>

#include "base/rules.h"

enum dmsc_rule {
#define DMSC_RULE_ENUM(id, name, severity, text, source) DMSC_L_##id,
	DMSC_RULES(DMSC_RULE_ENUM)
#undef DMSC_RULE_ENUM
	DMSC_L_COUNT
};
enum dmsc_severity { DMSC_NOTE, DMSC_WARNING, DMSC_ERROR };

struct dmsc_rule_row {
	const char *name, *text, *source;
	enum dmsc_severity severity;
};
const struct dmsc_rule_row *dmsc_rule(enum dmsc_rule r);
/* Whether a fault of it can be mended without asking anybody. */
bool dmsc_rule_fixable(enum dmsc_rule r);
/* Whether the rule of this name is about a document's own bytes. */
bool dmsc_rule_of_content(const char *name);
const char *dmsc_severity_name(enum dmsc_severity s);

#define DMSC_NO_OFFSET SIZE_MAX

/* Where findings go. Once code is not OK nothing more is reported. */
struct dmsc_lint_out {
	void *ctx;
	/* node may be NULL; at is DMSC_NO_OFFSET where there is none. */
	int (*found)(void *ctx, enum dmsc_rule rule, size_t at,
	    const char *node, const char *message);
	int code;
	size_t errors;		/* findings of that severity so far */
	const char *owner;	/* in ACLs, who needs no account; NULL */
};
void dmsc_lint_say(struct dmsc_lint_out *o, enum dmsc_rule rule, size_t at,
    const char *node, const char *fmt, ...) DMSC_PRINTF(5, 6);

#endif
