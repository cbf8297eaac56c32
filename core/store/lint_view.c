/* The views of dmsc/lint.h, and a finding in its list. */
#include <limits.h>
#include <string.h>

#include "store/lint.h"

enum { FINDINGS_MAX = 10000 };	/* more are counted, not kept */

static const struct dmsc_field finding_fields[] = {
	DMSC_F(dmsc_finding, rule, DMSC_K_STR),
	DMSC_F(dmsc_finding, severity, DMSC_K_STR),
	DMSC_F(dmsc_finding, place, DMSC_K_STR),
	DMSC_F(dmsc_finding, offset, DMSC_K_COUNT),
	DMSC_F(dmsc_finding, node, DMSC_K_STR),
	DMSC_F(dmsc_finding, message, DMSC_K_STR),
	DMSC_F(dmsc_finding, source, DMSC_K_STR),
	DMSC_F(dmsc_finding, fixable, DMSC_K_BOOL),
	DMSC_F_END
};
const struct dmsc_view dmsc_finding_view = {
	"finding", sizeof(struct dmsc_finding), finding_fields
};

static const struct dmsc_field seen_fields[] = {
	DMSC_F(dmsc_seen, document, DMSC_K_STR),
	DMSC_F(dmsc_seen, kind, DMSC_K_STR),
	DMSC_F(dmsc_seen, found, DMSC_K_BOOL),
	DMSC_F(dmsc_seen, bytes, DMSC_K_SIZE),
	DMSC_F(dmsc_seen, why, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_seen_view = {
	"seen", sizeof(struct dmsc_seen), seen_fields
};

static const struct dmsc_field lint_fields[] = {
	DMSC_F_LIST(dmsc_lint, findings, n_findings, &dmsc_finding_view),
	DMSC_F(dmsc_lint, errors, DMSC_K_UINT),
	DMSC_F(dmsc_lint, warnings, DMSC_K_UINT),
	DMSC_F(dmsc_lint, notes, DMSC_K_UINT),
	DMSC_F(dmsc_lint, model, DMSC_K_STR),
	DMSC_F_LIST(dmsc_lint, seen, n_seen, &dmsc_seen_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_lint_view = {
	"lint", sizeof(struct dmsc_lint), lint_fields
};

static const struct dmsc_field rule_fields[] = {
	DMSC_F(dmsc_lint_rule, rule, DMSC_K_STR),
	DMSC_F(dmsc_lint_rule, severity, DMSC_K_STR),
	DMSC_F(dmsc_lint_rule, text, DMSC_K_STR),
	DMSC_F(dmsc_lint_rule, source, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_lint_rule_view = {
	"rule", sizeof(struct dmsc_lint_rule), rule_fields
};

static const struct dmsc_field rules_fields[] = {
	DMSC_F_LIST(dmsc_lint_rules, rules, n_rules, &dmsc_lint_rule_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_lint_rules_view = {
	"rules", sizeof(struct dmsc_lint_rules), rules_fields
};

static void
count(struct dmsc_lint *l, enum dmsc_severity s)
{
	l->errors += s == DMSC_ERROR;
	l->warnings += s == DMSC_WARNING;
	l->notes += s == DMSC_NOTE;
}

/* Whether node is below or what below names; an absent one is not. */
static bool
inside(const char *node, const char *below)
{
	size_t n = strlen(below);

	return n == 0 || (node != NULL && strncmp(node, below, n) == 0 &&
	    (node[n] == '\0' || node[n] == '/'));
}

static int
set(char **to, const char *from)
{
	return from == NULL ? DMSC_E_OK : dmsc_str_set(to, "%s", from);
}

int
dmsc_lint_found(void *ctx, enum dmsc_rule rule, size_t at, const char *node,
    const char *message)
{
	struct dmsc_lint_list *l = ctx;
	const struct dmsc_rule_row *row = dmsc_rule(rule);
	struct dmsc_finding *f;
	int r;

	if (l->below != NULL && !inside(node, l->below))
		return DMSC_E_OK;
	if (l->out->n_findings >= FINDINGS_MAX) {
		count(l->out, row->severity);
		return DMSC_E_OK;
	}
	f = dmsc_list_add(&l->out->findings, &l->out->n_findings, sizeof *f);
	if (f == NULL)
		return DMSC_E_NOMEM;
	f->offset = at > INT_MAX - l->base ? -1 : (int)(at + l->base);
	f->fixable = dmsc_rule_fixable(rule);
	count(l->out, row->severity);
	if ((r = set(&f->rule, row->name)) != DMSC_E_OK ||
	    (r = set(&f->severity, dmsc_severity_name(row->severity))) !=
	    DMSC_E_OK || (r = set(&f->place, l->place)) != DMSC_E_OK ||
	    (r = set(&f->node, node)) != DMSC_E_OK ||
	    (r = set(&f->message, message)) != DMSC_E_OK)
		return r;
	return set(&f->source, row->source);
}

void
dmsc_lint_sieve(struct dmsc_lint *l,
    bool (*keep)(const struct dmsc_finding *f, const void *ctx),
    const void *ctx)
{
	size_t i, n = 0;

	l->errors = l->warnings = l->notes = 0;
	for (i = 0; i < l->n_findings; i++) {
		struct dmsc_finding *f = &l->findings[i];

		if (!keep(f, ctx)) {
			dmsc_view_clear(&dmsc_finding_view, f);
			continue;
		}
		l->errors += strcmp(f->severity, "error") == 0;
		l->warnings += strcmp(f->severity, "warning") == 0;
		l->notes += strcmp(f->severity, "note") == 0;
		l->findings[n++] = *f;
	}
	l->n_findings = n;
}
