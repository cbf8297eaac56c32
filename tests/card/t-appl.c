/* card: the DM-SC application: hello, blocks, STATE, messages by the owner,
 * nobody and a server, personal data. */
#include "card/app.h"

static void
test_hello(void)
{
	struct dmsc_card *c = app_card();
	struct dmsc_appl_hello h;
	struct dmsc_buf *b = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s;

	ok(dmsc_card_hello(c, &h) && h.version == DMSC_APPL_VERSION &&
	    h.methods == DMSC_APPL_METHODS && h.max_msg ==
	    DMSC_CARD_MSG_MAX && h.max_obj == DMSC_CARD_OBJ_MAX &&
	    (h.to_personal & DMSC_APPL_USER) != 0, "the hello of the FCP");
	ok(strncmp(lab_send(c, "00A4040407F0444D2D534301"), "62", 2) == 0,
	    "SELECT by AID");
	ok(app_state(c, b, &s) == 0x9000 && !s.authenticated,
	    "nobody is told a nonce and nothing else");
	ok(strcmp(lab_send(c, APP_ADM1), "9000") == 0 &&
	    app_state(c, b, &s) == 0x9000 && s.authenticated &&
	    s.server.left == 0 && s.free_bytes > 0 &&
	    s.free_bytes <= s.total, "the owner is told how things stand");
	dmsc_buf_free(&b);
	dmsc_card_close(&c);
}

static const struct {
	const char *cmd, *uri, *format, *data;
	unsigned nobody, owner;
} does[] = {
	{ "Get", "./DevInfo/Mod", NULL, NULL, 407, 200 },
	{ "Get", "./Group/Fleet/Tracking/Interval", NULL, NULL, 407, 200 },
	{ "Get", "./None", NULL, NULL, 407, 404 },
	{ "Add", "./New", "node", NULL, 407, 200 },
	{ "Add", "./New/Leaf", "chr", "text", 407, 200 },
	{ "Replace", "./New/Leaf", NULL, "other", 407, 200 },
	{ "Copy", "./New/Leaf>./New/Second", NULL, NULL, 407, 200 },
	{ "Delete", "./New/Second", NULL, NULL, 407, 200 },
	{ "Exec", "./New/Leaf", NULL, NULL, 407, 406 },
	{ "Get", "./Personal/Contact/Name", NULL, NULL, 407, 425 },
	{ "Add", "./Personal/Mine", "node", NULL, 407, 425 },
};

static void
test_commands(void)
{
	struct dmsc_card *c = app_card();
	unsigned got;
	char name[96];
	size_t i;

	(void)lab_send(c, APP_SELECT);
	for (i = 0; i < DMSC_COUNT(does); i++) {
		got = app_do(c, does[i].cmd, does[i].uri, does[i].format,
		    does[i].data);
		(void)snprintf(name, sizeof name, "nobody: %s %s: %u",
		    does[i].cmd, does[i].uri, got);
		ok(got == does[i].nobody, name);
	}
	(void)lab_send(c, APP_ADM1);
	for (i = 0; i < DMSC_COUNT(does); i++) {
		got = app_do(c, does[i].cmd, does[i].uri, does[i].format,
		    does[i].data);
		(void)snprintf(name, sizeof name, "the owner: %s %s: %u",
		    does[i].cmd, does[i].uri, got);
		ok(got == does[i].owner, name);
	}
	ok(app_has(c, "./New/Leaf", "other"), "what was written is read");
	ok(strcmp(lab_send(c, APP_PIN81), "9000") == 0 &&
	    app_has(c, "./Personal/Contact/Name", "Alice Example"),
	    "with the user's PIN personal data are read");
	(void)lab_send(c, "00A4040C0C" AID15);
	(void)lab_send(c, APP_SELECT);
	ok(app_has(c, "./Personal/Contact/Name", "Alice Example"),
	    "the PIN outlives a visit to the PKCS#15 application");
	(void)lab_send(c, "00A4040C10A0000000871002FFFFFFFF8907090000");
	(void)lab_send(c, APP_SELECT);
	ok(app_do(c, "Get", "./Personal/Contact/Name", NULL, NULL) == 425,
	    "and falls in another one");
	dmsc_card_close(&c);
}

int
main(void)
{
	test_hello();
	test_commands();
	return tap_done();
}
