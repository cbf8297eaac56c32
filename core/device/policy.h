/*
 * A policy (use case 5.3, GEN-19): an MO of Type
 * urn:oma:mo:ext-dmsc-policy:1.0, which is ours. Pure: what it says, and what
 * holds when and where. dmsc-device-functions(1) has the layout:
 *
 *   Administrator      chr   ServerID
 *   Version            int   a later one replaces an earlier one
 *   Name               chr   optional
 *   Rule/<X>/Function  chr   "Camera", "Camera,USB" or "*"
 *   Rule/<X>/Days      chr   "Mon-Fri", "Sat,Sun"; absent: every day
 *   Rule/<X>/Hours     chr   "08:00-18:00", "22:00-06:00" to the next day,
 *                            which is the day it began on; absent: all day
 *   Rule/<X>/Place     chr   absent: everywhere
 *   Rule/<X>/State     chr   "on" or "off"; absent: off
 *   Rule/<X>/DenyUser  bool  absent: true
 *
 * Of the rules that hold for a function the first one counts.
 */
#ifndef DMSC_DEVICE_POLICY_H
#define DMSC_DEVICE_POLICY_H

#include <dmsc/err.h>
#include <dmsc/tree.h>

enum { DMSC_POLICY_RULES = 64, DMSC_POLICY_NAME = 64,
	DMSC_POLICY_FUNCTIONS = 256 };

struct dmsc_policy_rule {
	char name[DMSC_POLICY_NAME + 1];
	char functions[DMSC_POLICY_FUNCTIONS + 1];
	char place[DMSC_POLICY_NAME + 1];	/* "": everywhere */
	unsigned days;			/* bit 0: Monday */
	int from, to;			/* minutes; to <= from: the next day */
	bool on, deny;
};
struct dmsc_policy {
	char name[DMSC_POLICY_NAME + 1];
	char administrator[DMSC_POLICY_NAME + 1];
	int64_t version;
	struct dmsc_policy_rule rules[DMSC_POLICY_RULES];
	size_t n_rules;
};

/* OK, NOMEM; or DATA: it is no policy, and why (DMSC_ERR_TEXT bytes) says the
 * first thing that is wrong. */
int dmsc_policy_read(const struct dmsc_node *mo, struct dmsc_policy **out,
    char *why) DMSC_MUST_CHECK;
/* The rule that holds for the function, NULL: none. */
const struct dmsc_policy_rule *dmsc_policy_rule_at(
    const struct dmsc_policy *p, const char *function, int64_t t,
    const char *place);
/* The first time behind t at which a rule may begin or end, whatever it is
 * for; 0: there are no rules. */
int64_t dmsc_policy_turn(const struct dmsc_policy *p, int64_t t);
/* Its days and hours as they are written. */
void dmsc_policy_days(const struct dmsc_policy_rule *r, char *out,
    size_t size);
void dmsc_policy_hours(const struct dmsc_policy_rule *r, char *out,
    size_t size);

#endif
