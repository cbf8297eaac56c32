/* card: PINs, counters, who is verified, and access rules. */
#include "card/lab.h"

#define BAD8 "39393939FFFFFFFF"
#define NEW8 "35353535FFFFFFFF"

static const struct {
	const char *name;
	struct step s[14];
} scripts[] = {
	{ "query and unknown references", {
	    { "00200001", "63C3" }, { "0020000100", "63C3" },
	    { "0020000A", "63C3" }, { "00200002", "6A88" },
	    { "00200081", "6A88" }, { "00200000", "6A88" },
	    { "00200061", "6A86" }, { "00200101", "6A86" },
	    { "002000010431323334", "6700" },
	    { "002C0001", "63CA" }, { "002C000A", "6A88" } } },
	{ "wrong three times, then the PUK", {
	    { "0020000108" BAD8, "63C2" }, { "0020000108" BAD8, "63C1" },
	    { "0020000108" BAD8, "63C0" }, { "0020000108" PIN1234, "6983" },
	    { "00200001", "63C0" },
	    { "0024000110" PIN1234 NEW8, "6983" },
	    { "002C000110" BAD8 NEW8, "63C9" },
	    { "002C000110" PUK8 NEW8, "9000" }, { "002C0001", "63CA" },
	    { "00200001", "63C3" }, { "0020000108" PIN1234, "63C2" },
	    { "0020000108" NEW8, "9000" }, { "00200001", "63C3" } } },
	{ "a right value fills the counter", {
	    { "0020000108" BAD8, "63C2" }, { "0020000108" PIN1234, "9000" },
	    { "00200001", "63C3" } } },
	{ "CHANGE", {
	    { "0024000110" PIN1234 NEW8, "9000" },
	    { "0020000108" PIN1234, "63C2" }, { "0020000108" NEW8, "9000" },
	    { "0024000108" NEW8, "6700" },
	    { "0024000110" BAD8 NEW8, "63C2" } } },
	{ "DISABLE and ENABLE show in the template", {
	    { "00A4080C027F50", "9000" },
	    { "00260001 08" PIN1234, "9000" }, { "0020000108" PIN1234,
	    "6984" }, { "00200001", "6984" }, { "0024000110" PIN1234 NEW8,
	    "6984" },
	    { "00260001 08" PIN1234, "6984" },
	    { "00A40004027F50", "622C82027821 83027F50840C" AID15
	    "8A01058B032F0601C60C900160 83010183010A 830181 9000" },
	    { "00280001 08" BAD8, "63C2" }, { "00280001 08" PIN1234, "9000" },
	    { "00280001 08" PIN1234, "6985" },
	    { "00A40004027F50", "622C82027821 83027F50840C" AID15
	    "8A01058B032F0601C60C9001E0 83010183010A 830181 9000" } } },
	{ "a PIN that cannot be disabled", {
	    { "00A4080C027F50", "9000" }, { "0026008108" PIN2468, "6985" },
	    { "0026000A08" ADM, "6985" }, { "0026910108" PIN1234, "6A88" },
	    { "0026820108" PIN1234, "6A86" } } },
	{ "a disabled PIN counts as verified", {
	    { "00A4080C047F505032", "9000" }, { "00B0000001", "6982" },
	    { "0026000108" PIN1234, "9000" }, { "00B0000001", "FF9000" } } },
	{ "PIN1 is global", {
	    { "0020000108" PIN1234, "9000" },
	    { "00A4080C047F505032", "9000" }, { "00B0000001", "FF9000" },
	    { "0070000001", "019000" }, { "01A4080C047F505032", "9000" },
	    { "01B0000001", "FF9000" },
	    { "0020000108" BAD8, "63C2" }, { "01B0000001", "6982" } } },
	{ "a local PIN outlives SELECT of the same application", {
	    { "00A4040C0C" AID15, "9000" }, { "0020008108" PIN2468, "9000" },
	    { "00A4040C0C" AID15, "9000" }, { "00A4000C024D10", "9000" },
	    { "00B0000001", "FF9000" }, { "00A4000C023F00", "9000" },
	    { "00A4080C047FFF4D10", "9000" }, { "00B0000001", "FF9000" },
	    { "00A404400C" AID15, "62~" },
	    { "00A4080C047F504D10", "9000" }, { "00B0000001", "6982" } } },
	{ "a local PIN lives as long as a channel uses it", {
	    { "0070000001", "019000" }, { "01A4040C0C" AID15, "9000" },
	    { "0120008108" PIN2468, "9000" }, { "00A4080C047F504D10", "9000" },
	    { "00B0000001", "FF9000" }, { "00708001", "9000" },
	    { "00B0000001", "FF9000" }, { "00A404400C" AID15, "62~" },
	    { "00A4080C047F504D10", "9000" }, { "00B0000001", "6982" } } },
	{ "OR of ADM1 and the local PIN", {
	    { "00A4080C047F504D10", "9000" }, { "00D600000101", "6982" },
	    { "0020000A08" ADM, "9000" }, { "00D600000101", "9000" },
	    { "00B0000001", "6982" } } },
	{ "a rule that changes decides at once", {
	    { "00A4080C047F505031", "9000" }, { "00B0000001", "FF9000" },
	    { "0020000A08" ADM, "9000" }, { "00A4080C022F06", "9000" },
	    { "=02 8001019700 800102A40683010A950108", "9000" },
	    { "00A4080C047F505031", "9000" }, { "00B0000001", "6982" } } },
};

/* Rules on one file by AB, decided with no right, PIN1, PIN1 and ADM1. */
static const struct {
	const char *name, *rule;
	const char *want[3];
} rules[] = {
	{ "always", "8001019000", { "9000", "9000", "9000" } },
	{ "never", "8001019700", { "6982", "6982", "6982" } },
	{ "no AM_DO for it", "8001029000", { "6982", "6982", "6982" } },
	{ "PIN1", "800101A406830101950108", { "6982", "9000", "9000" } },
	{ "ADM1", "800101A40683010A950108", { "6982", "6982", "9000" } },
	{ "unknown key", "800101A406830105950108", { "6982", "6982", "6982" } },
	{ "OR", "800101A010A406830101950108A40683010A950108",
	    { "6982", "9000", "9000" } },
	{ "AND", "800101A710A406830101950108A40683010A950108",
	    { "6982", "6982", "9000" } },
	{ "NOT", "800101AF08A40683010A950108", { "9000", "9000", "6982" } },
	{ "AND of OR", "800101A714A010A406830101950108A40683010A9501089000",
	    { "6982", "9000", "9000" } },
	{ "byte: always", "8001019E0100", { "9000", "9000", "9000" } },
	{ "byte: never", "8001019E01FF", { "6982", "6982", "6982" } },
	{ "byte: user", "8001019E0110", { "6982", "9000", "9000" } },
	{ "byte: user and channel", "8001019E01D0",
	    { "6982", "6982", "6982" } },
	{ "the first that names it decides", "80010397008001019000",
	    { "6982", "6982", "6982" } },
	{ "header rule is for others", "8401D490008001019000",
	    { "9000", "9000", "9000" } },
	{ "breaks off", "800101A4", { "6982", "6982", "6982" } },
	{ "empty OR", "800101A000", { "6982", "6982", "6982" } },
	{ "unknown condition", "80010195009000", { "6982", "6982", "6982" } },
};

static void
squeeze(const char *in, char *out, size_t size)
{
	size_t k = 0;

	for (; *in != '\0' && k < size - 1; in++)
		if (*in != ' ')
			out[k++] = *in;
	out[k] = '\0';
}

static void
test_scripts(void)
{
	struct dmsc_card *c;
	char want[200];
	struct step one;
	size_t i, n;
	bool good;

	for (i = 0; i < DMSC_COUNT(scripts); i++) {
		c = lab_card(true);
		good = true;
		for (n = 0; good && n < 14 && scripts[i].s[n].in != NULL;
		    n++) {
			squeeze(scripts[i].s[n].want, want, sizeof want);
			one.in = scripts[i].s[n].in;
			one.want = want;
			good = lab_run(c, &one, 1);
		}
		ok(good, scripts[i].name);
		dmsc_card_close(&c);
	}
}

static void
test_rules(void)
{
	static const struct step rights[] = {
		{ "00B0000001", "*" },
		{ "0020000108" PIN1234, "9000" },
		{ "0020000A08" ADM, "9000" },
	};
	struct dmsc_card *c;
	char create[200];
	const char *got;
	size_t i, k;
	bool good;

	for (i = 0; i < DMSC_COUNT(rules); i++) {
		c = lab_card(false);
		(void)snprintf(create, sizeof create,
		    "+ 82024121 83026F40 AB%02zX%s 80020004",
		    strlen(rules[i].rule) / 2, rules[i].rule);
		(void)lab_send(c, "00A4080C027F50");
		good = strcmp(lab_send(c, create), "9000") == 0 &&
		    strcmp(lab_send(c, "00440000023F00"), "9000") == 0;
		for (k = 0; good && k < 3; k++) {
			(void)lab_send(c, rights[k].in);
			got = lab_send(c, "00B0000001");
			good = strcmp(got + strlen(got) - 4,
			    rules[i].want[k]) == 0;
			if (!good)
				printf("# %s with rights %zu: %s\n",
				    rules[i].name, k, got);
		}
		ok(good, rules[i].name);
		dmsc_card_close(&c);
	}
}

/* Security environments: record 2 (always) while PIN1 is disabled, record 5
 * (never) while it is enabled. */
static void
test_environments(void)
{
	static const struct step s[] = {
		{ "00A4080C027F50", "9000" },
		{ "+ 82024121 83026F41 8B062F0600020105 80020004", "9000" },
		{ "00440000023F00", "9000" },
		{ "00A4080C047F506F41", "9000" },
		{ "00B0000001", "6982" },
		{ "0020000108" PIN1234, "9000" },
		{ "00B0000001", "6982" },
		{ "0026000108" PIN1234, "9000" },
		{ "00B0000001", "FF9000" },
	};
	struct dmsc_card *c = lab_card(false);

	ok(lab_run(c, s, DMSC_COUNT(s)), "rules by security environment");
	dmsc_card_close(&c);
}

static void
test_universal(void)
{
	static const struct step s[] = {
		{ "00DA02110A" NEW8 "0303", "9000" },
		{ "00440000023F00", "9000" },
		{ "00A4080C047F505032", "9000" },
		{ "0026910108" PIN1234, "9000" },
		{ "00B0000001", "6982" },
		{ "0020001108" NEW8, "9000" },
		{ "00B0000001", "FF9000" },
	};
	struct dmsc_card *c = lab_card(false);

	ok(lab_run(c, s, DMSC_COUNT(s)), "the universal PIN replaces PIN1");
	dmsc_card_close(&c);
}

/* Reset ends every right, and nothing else. */
static void
test_reset(void)
{
	static const struct step s[] = {
		{ "0020000108" PIN1234, "9000" },
		{ "00A4080C047F505032", "9000" },
		{ "00B0000001", "FF9000" },
	};
	static const struct step after[] = {
		{ "00B0000001", "6986" },
		{ "01A4000C023F00", "6881" },
		{ "00A4080C047F505032", "9000" },
		{ "00B0000001", "6982" },
	};
	struct dmsc_card *c = lab_card(true);
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);

	ok(lab_run(c, s, DMSC_COUNT(s)) &&
	    dmsc_card_reset(c, atr) == DMSC_E_OK && atr->len == 5 &&
	    lab_run(c, after, DMSC_COUNT(after)), "reset ends rights");
	dmsc_buf_free(&atr);
	dmsc_card_close(&c);
}

int
main(void)
{
	test_scripts();
	test_rules();
	test_environments();
	test_universal();
	test_reset();
	return tap_done();
}
