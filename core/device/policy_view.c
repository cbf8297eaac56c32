/* The fields of dmsc/policy.h. */
#include <dmsc/policy.h>

static const struct dmsc_field function_fields[] = {
	DMSC_F(dmsc_function, name, DMSC_K_STR),
	DMSC_F(dmsc_function, enabled, DMSC_K_BOOL),
	DMSC_F(dmsc_function, denied, DMSC_K_BOOL),
	DMSC_F(dmsc_function, by, DMSC_K_STR),
	DMSC_F(dmsc_function, rule, DMSC_K_STR),
	DMSC_F_END
};
static const struct dmsc_view function_view = { "function",
	sizeof(struct dmsc_function), function_fields };

static const struct dmsc_field rule_fields[] = {
	DMSC_F(dmsc_policy_row, name, DMSC_K_STR),
	DMSC_F(dmsc_policy_row, functions, DMSC_K_STR),
	DMSC_F(dmsc_policy_row, days, DMSC_K_STR),
	DMSC_F(dmsc_policy_row, hours, DMSC_K_STR),
	DMSC_F(dmsc_policy_row, place, DMSC_K_STR),
	DMSC_F(dmsc_policy_row, enabled, DMSC_K_BOOL),
	DMSC_F(dmsc_policy_row, deny_user, DMSC_K_BOOL),
	DMSC_F_END
};
static const struct dmsc_view rule_view = { "rule",
	sizeof(struct dmsc_policy_row), rule_fields };

static const struct dmsc_field policy_fields[] = {
	DMSC_F(dmsc_policy_info, uri, DMSC_K_STR),
	DMSC_F(dmsc_policy_info, name, DMSC_K_STR),
	DMSC_F(dmsc_policy_info, administrator, DMSC_K_STR),
	DMSC_F(dmsc_policy_info, version, DMSC_K_SIZE),
	DMSC_F(dmsc_policy_info, card, DMSC_K_STR),
	DMSC_F(dmsc_policy_info, document, DMSC_K_STR),
	DMSC_F(dmsc_policy_info, next, DMSC_K_STR),
	DMSC_F_LIST(dmsc_policy_info, rules, n_rules, &rule_view),
	DMSC_F_END
};
static const struct dmsc_view policy_view = { "policy",
	sizeof(struct dmsc_policy_info), policy_fields };

static const struct dmsc_field functions_fields[] = {
	DMSC_F(dmsc_functions, device, DMSC_K_STR),
	DMSC_F(dmsc_functions, time, DMSC_K_STR),
	DMSC_F(dmsc_functions, simulated, DMSC_K_BOOL),
	DMSC_F(dmsc_functions, place, DMSC_K_STR),
	DMSC_F_LIST(dmsc_functions, functions, n_functions, &function_view),
	DMSC_F_SUB(dmsc_functions, policy, &policy_view),
	DMSC_F(dmsc_functions, alerts, DMSC_K_SIZE),
	DMSC_F_END
};
const struct dmsc_view dmsc_functions_view = { "functions",
	sizeof(struct dmsc_functions), functions_fields };
