/* uicc: access rules in every form, and forecasts on the simulated card. */
#include <string.h>

#include "card/lab.h"
#include "uicc/rule.h"
#include "uicc/uicc.h"

static bool
holds(const void *arg, unsigned ref)
{
	return *(const unsigned *)arg == ref;
}

static const struct {
	const char *name, *hex;
	enum uicc_rule_form form;
	bool df;
	enum dmsc_mode mode;
	unsigned have;		/* the key that is verified */
	enum dmsc_forecast want;
	const char *needs;
	unsigned ref;
} rules[] = {
	{ "always", "8001019000800102A40683010A950108", RULE_EXPANDED,
	    false, DMSC_MODE_READ, 0, DMSC_ALLOWED, "always", 0 },
	{ "ADM1 is missing", "8001019000800102A40683010A950108",
	    RULE_EXPANDED, false, DMSC_MODE_UPDATE, 0, DMSC_REFUSED,
	    "ADM1", 0x0A },
	{ "ADM1 is there", "8001019000800102A40683010A950108",
	    RULE_EXPANDED, false, DMSC_MODE_UPDATE, 0x0A, DMSC_ALLOWED,
	    "ADM1", 0 },
	{ "what no rule speaks of", "8001019000FFFF", RULE_EXPANDED, false,
	    DMSC_MODE_DELETE, 0, DMSC_REFUSED, "never", 0 },
	{ "never", "800101A4068301819501088001029700", RULE_EXPANDED,
	    false, DMSC_MODE_UPDATE, 0x81, DMSC_REFUSED, "never", 0 },
	{ "or, the second", "800102A010A40683010A950108A406830101950108",
	    RULE_EXPANDED, false, DMSC_MODE_UPDATE, 1, DMSC_ALLOWED,
	    "ADM1 or PIN1", 0 },
	{ "or, none", "800102A010A40683010A950108A406830101950108",
	    RULE_EXPANDED, false, DMSC_MODE_UPDATE, 2, DMSC_REFUSED,
	    "ADM1 or PIN1", 0x0A },
	{ "and, one", "800102A710A40683010A950108A406830101950108",
	    RULE_EXPANDED, false, DMSC_MODE_UPDATE, 0x0A, DMSC_REFUSED,
	    "ADM1 and PIN1", 1 },
	{ "not", "800101AF08A406830101950108", RULE_EXPANDED, false,
	    DMSC_MODE_READ, 0, DMSC_ALLOWED, "not (PIN1)", 0 },
	{ "nested", "800101A014A70A9000A406830101950108A40683010A950108",
	    RULE_EXPANDED, false, DMSC_MODE_READ, 1, DMSC_ALLOWED,
	    "(always and PIN1) or ADM1", 0 },
	{ "external authentication", "800101A406830101950180",
	    RULE_EXPANDED, false, DMSC_MODE_READ, 1, DMSC_FORECAST_UNKNOWN,
	    "external authentication", 0 },
	{ "a condition byte", "8001019E0110", RULE_EXPANDED, false,
	    DMSC_MODE_READ, 1, DMSC_FORECAST_UNKNOWN,
	    "user authentication", 0 },
	{ "an unknown condition", "800101B600", RULE_EXPANDED, false,
	    DMSC_MODE_READ, 1, DMSC_FORECAST_UNKNOWN, "unknown", 0 },
	{ "by instruction", "8401B09000", RULE_EXPANDED, false,
	    DMSC_MODE_READ, 0, DMSC_ALLOWED, "always", 0 },
	{ "by a whole header", "8F0400D600009000", RULE_EXPANDED, false,
	    DMSC_MODE_UPDATE, 0, DMSC_FORECAST_UNKNOWN, "always", 0 },
	{ "by the command for records", "8401B29000", RULE_EXPANDED, false,
	    DMSC_MODE_READ, 0, DMSC_REFUSED, "never", 0 },
	{ "by class and instruction", "8C0200D69000", RULE_EXPANDED, false,
	    DMSC_MODE_UPDATE, 0, DMSC_ALLOWED, "always", 0 },
	{ "another instruction", "8401D49000", RULE_EXPANDED, false,
	    DMSC_MODE_UPDATE, 0, DMSC_REFUSED, "never", 0 },
	{ "a directory", "800106900080016097008401D4A40683010A950108",
	    RULE_EXPANDED, true, DMSC_MODE_CREATE_EF, 0, DMSC_ALLOWED,
	    "always", 0 },
	{ "a directory is not read", "8001019000", RULE_EXPANDED, true,
	    DMSC_MODE_READ, 0, DMSC_FORECAST_UNKNOWN, "unknown", 0 },
	{ "broken off", "800101A406", RULE_EXPANDED, false, DMSC_MODE_READ,
	    0, DMSC_FORECAST_UNKNOWN, "unknown", 0 },
	{ "compact, read", "0100", RULE_COMPACT, false, DMSC_MODE_READ, 0,
	    DMSC_ALLOWED, "always", 0 },
	{ "compact, update", "031000", RULE_COMPACT, false,
	    DMSC_MODE_UPDATE, 0, DMSC_FORECAST_UNKNOWN,
	    "user authentication", 0 },
	{ "compact, second byte", "0310FF", RULE_COMPACT, false,
	    DMSC_MODE_READ, 0, DMSC_REFUSED, "never", 0 },
	{ "compact, both", "01B0", RULE_COMPACT, false, DMSC_MODE_READ, 0,
	    DMSC_FORECAST_UNKNOWN,
	    "user authentication and external authentication", 0 },
	{ "compact, not listed", "0100", RULE_COMPACT, false,
	    DMSC_MODE_UPDATE, 0, DMSC_REFUSED, "never", 0 },
	{ "compact, short", "03", RULE_COMPACT, false, DMSC_MODE_READ, 0,
	    DMSC_FORECAST_UNKNOWN, "unknown", 0 },
	{ "no rule", "", RULE_NONE, false, DMSC_MODE_READ, 0,
	    DMSC_FORECAST_UNKNOWN, "unknown", 0 },
};

static enum dmsc_forecast
ask(size_t i, struct dmsc_rd bytes, struct dmsc_buf *needs, unsigned *ref)
{
	struct uicc_rule_in in = { rules[i].form, bytes, rules[i].df,
	    false };
	struct uicc_keys keys = { holds, &rules[i].have,
	    SECURE_UNKNOWN, NULL };

	dmsc_buf_reset(needs);
	return uicc_rule_ask(&in, rules[i].mode, &keys, needs, ref);
}

/* Truncated or flipped, an answer comes; a cut rule never allows more. */
static bool
sweep(size_t i, const struct dmsc_buf *b, struct dmsc_buf *needs)
{
	struct dmsc_buf *copy;
	unsigned ref;
	size_t k;

	for (k = 0; k < b->len * 9; k++) {
		copy = dmsc_buf_from(dmsc_rd_of(b->p, k < b->len * 8 ?
		    b->len : k - b->len * 8), b->len);
		if (k < b->len * 8)
			copy->p[k / 8] ^= (uint8_t)(1u << k % 8);
		if (ask(i, dmsc_buf_rd(copy), needs, &ref) >
		    DMSC_FORECAST_UNKNOWN)
			return false;
		dmsc_buf_free(&copy);
	}
	return true;
}

static void
test_rules(void)
{
	struct dmsc_buf *b = dmsc_buf_new(100), *needs = dmsc_buf_new(500);
	enum dmsc_forecast f;
	unsigned ref;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rules); i++) {
		dmsc_buf_reset(b);
		if (dmsc_hex_get(rules[i].hex, b) != DMSC_E_OK)
			break;
		f = ask(i, dmsc_buf_rd(b), needs, &ref);
		if (!ok(f == rules[i].want && ref == rules[i].ref &&
		    strcmp(dmsc_buf_cstr(needs), rules[i].needs) == 0,
		    rules[i].name))
			printf("# %d, %02X, %s\n", (int)f, ref,
			    dmsc_buf_cstr(needs));
		ok(sweep(i, b, needs), "and disturbed");
	}
	dmsc_buf_free(&b);
	dmsc_buf_free(&needs);
}

/* On the card of the lab: what is forecast is what the card does. */
static const struct {
	const char *path;
	enum dmsc_mode mode;
	enum dmsc_forecast want;
	const char *needs, *rule;
} files[] = {
	{ "2FE2", DMSC_MODE_READ, DMSC_ALLOWED, "always",
	    "rule 2 of EF.ARR" },
	{ "2FE2", DMSC_MODE_UPDATE, DMSC_REFUSED, "ADM1",
	    "rule 2 of EF.ARR" },
	{ "7F50/5031", DMSC_MODE_READ, DMSC_ALLOWED, "always",
	    "rule 2 of EF.ARR" },
	{ "7F50/5032", DMSC_MODE_READ, DMSC_REFUSED, "PIN1",
	    "rule 3 of EF.ARR" },
	{ "7F50/4D10", DMSC_MODE_READ, DMSC_REFUSED, "PIN81",
	    "rule 4 of EF.ARR" },
	{ "7F50/4D10", DMSC_MODE_UPDATE, DMSC_REFUSED, "ADM1 or PIN81",
	    "rule 4 of EF.ARR" },
	{ "7F50/4D12", DMSC_MODE_READ, DMSC_REFUSED, "never",
	    "rule 5 of EF.ARR" },
	{ "7F50/6F12", DMSC_MODE_READ, DMSC_ALLOWED, "always",
	    "the rule in its FCP" },
	{ "7F50/6F12", DMSC_MODE_UPDATE, DMSC_REFUSED, "never",
	    "the rule in its FCP" },
	{ "7F50/6F11", DMSC_MODE_READ, DMSC_ALLOWED, "always",
	    "the rule in its FCP" },
	{ "7F50", DMSC_MODE_CREATE_EF, DMSC_REFUSED, "ADM1",
	    "rule 1 of EF.ARR" },
	{ "3F00", DMSC_MODE_DELETE, DMSC_REFUSED, "ADM1",
	    "rule 1 of EF.ARR" },
};

static bool
forecast_good(struct dmsc_uicc *u, size_t i)
{
	struct dmsc_buf *needs = dmsc_buf_new(200), *rule = dmsc_buf_new(200);
	struct dmsc_uicc_fcp fcp;
	struct dmsc_place p;
	unsigned ref;
	bool good = dmsc_place_parse(files[i].path, &p, NULL) == DMSC_E_OK &&
	    dmsc_uicc_select(u, &p, &fcp) == DMSC_E_OK &&
	    dmsc_uicc_access(u, &p, &fcp, files[i].mode, needs, rule,
	    &ref) == files[i].want &&
	    strcmp(dmsc_buf_cstr(needs), files[i].needs) == 0 &&
	    strcmp(dmsc_buf_cstr(rule), files[i].rule) == 0;

	if (!good)
		printf("# %s: %s by %s\n", files[i].path,
		    dmsc_buf_cstr(needs), dmsc_buf_cstr(rule));
	dmsc_buf_free(&needs);
	dmsc_buf_free(&rule);
	return good;
}

static enum dmsc_forecast
forecast(struct dmsc_uicc *u, const char *path)
{
	struct dmsc_uicc_fcp fcp;
	struct dmsc_place p;

	if (dmsc_place_parse(path, &p, NULL) != DMSC_E_OK ||
	    dmsc_uicc_select(u, &p, &fcp) != DMSC_E_OK)
		return DMSC_FORECAST_UNKNOWN;
	return dmsc_uicc_access(u, &p, &fcp, DMSC_MODE_READ, NULL, NULL,
	    NULL);
}

static void
test_card(bool t0)
{
	static const char pin[] = "1234\xFF\xFF\xFF\xFF";
	struct dmsc_card *c = lab_card(true);
	struct dmsc_link l;
	struct dmsc_err e;
	struct dmsc_uicc *u;
	unsigned long n, again;
	unsigned sw;
	size_t i;

	dmsc_card_t0_style(c, t0);
	if (dmsc_card_end(&c, &l) != DMSC_E_OK)
		return;
	u = dmsc_uicc_new(&l, &e, NULL);
	for (i = 0; i < DMSC_COUNT(files); i++)
		ok(forecast_good(u, i), files[i].path);
	dmsc_uicc_counters(u, &n, NULL);
	ok(forecast_good(u, DMSC_COUNT(files) - 1) &&
	    forecast_good(u, DMSC_COUNT(files) - 1), "asked again");
	dmsc_uicc_counters(u, &again, NULL);
	ok(again == n, "rules and PINs are remembered: no APDU");
	ok(dmsc_uicc_pin_send(u, 0x20, 1, dmsc_rd_of(pin, 8), &sw) ==
	    DMSC_E_OK && sw == 0x9000 && forecast(u, "7F50/5032") ==
	    DMSC_ALLOWED, "a verified PIN");
	dmsc_uicc_forget(u);
	ok(forecast(u, "7F50/5032") == DMSC_REFUSED, "forgotten");
	ok(dmsc_uicc_pin_send(u, 0x26, 1, dmsc_rd_of(pin, 8), &sw) ==
	    DMSC_E_OK && sw == 0x9000, "disabled");
	dmsc_uicc_forget(u);
	ok(forecast(u, "7F50/5032") == DMSC_ALLOWED,
	    "a disabled PIN counts as verified");
	dmsc_uicc_free(&u);
	dmsc_link_close(&l, false);
}

int
main(void)
{
	test_rules();
	test_card(false);
	test_card(true);
	return tap_done();
}
