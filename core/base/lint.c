/* The table of lint's rules, and reporting by them (base/lint.h). */
#include "base/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct dmsc_rule_row rows[] = {
#define ROW(id, name, severity, text, source) \
	{ (name), (text), (source), DMSC_##severity },
	DMSC_RULES(ROW)
#undef ROW
};

const struct dmsc_rule_row *
dmsc_rule(enum dmsc_rule r)
{
	return &rows[r < DMSC_L_COUNT ? r : 0];
}

bool
dmsc_rule_fixable(enum dmsc_rule r)
{
	static const enum dmsc_rule can[] = { DMSC_L_OID_DOUBLE,
	    DMSC_L_PATH_ABSOLUTE, DMSC_L_PATH_7F, DMSC_L_ODF_NOT_A7_FIRST,
	    DMSC_L_NO_OPAQUE_TWIN, DMSC_L_TRAILING, DMSC_L_WBXML_VERSION,
	    DMSC_L_WBXML_NO_CHARSET, DMSC_L_WBXML_PUBLIC,
	    DMSC_L_INNER_PUBLIC, DMSC_L_INNER_INLINE, DMSC_L_LIBWBXML,
	    DMSC_L_HDR_MISSING, DMSC_L_HDR_VERSION, DMSC_L_NO_FINAL,
	    DMSC_L_CMDID_MISSING, DMSC_L_CMDID_BAD, DMSC_L_META_SIZE,
	    DMSC_L_META_TYPE, DMSC_L_META_FORMAT, DMSC_L_TNDS_XML,
	    DMSC_L_NO_VERDTD, DMSC_L_VERDTD, DMSC_L_NO_RTPROPS,
	    DMSC_L_NO_TYPE, DMSC_L_NO_FORMAT, DMSC_L_BOOL_CASE,
	    DMSC_L_ACL_WILD, DMSC_L_ACL_TWICE, DMSC_L_L_BARE,
	    DMSC_L_L_ALONE };
	size_t i;

	for (i = 0; i < sizeof can / sizeof can[0]; i++)
		if (can[i] == r)
			return true;
	return false;
}

bool
dmsc_rule_of_content(const char *name)
{
	size_t i;

	for (i = DMSC_L_UNREADABLE; i < DMSC_L_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return true;
	return false;
}

const char *
dmsc_severity_name(enum dmsc_severity s)
{
	return s == DMSC_ERROR ? "error" : s == DMSC_WARNING ? "warning" :
	    "note";
}

void
dmsc_lint_say(struct dmsc_lint_out *o, enum dmsc_rule rule, size_t at,
    const char *node, const char *fmt, ...)
{
	char text[DMSC_ERR_TEXT];
	va_list ap;

	if (o->code != DMSC_E_OK)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	o->errors += dmsc_rule(rule)->severity == DMSC_ERROR;
	o->code = o->found(o->ctx, rule, at, node, text);
}
