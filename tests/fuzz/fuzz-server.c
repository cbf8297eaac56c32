/*
 * Servers from outside: the first byte chooses what the rest is: what a
 * header shows (a length, x-syncml-hmac, the message), a server's message to
 * a device, or what a card answers to one that the device hands on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/nodes.h"
#include "device/relay.h"
#include "dm/appl.h"
#include "dm/world.h"
#include "fuzz/replay.h"

enum { HOW_SHOWN, HOW_SERVER, HOW_CARD, HOWS, ROOM = 65536,
	DEPTH = 64 };

static void
must(bool good)
{
	if (!good)
		abort();
}

/* Whatever is shown, it is nobody's without the secret. */
static void
read_shown(struct dmsc_rd in)
{
	struct dmsc_cred_login l = { .user = dmsc_rd_str("u"),
	    .secret = dmsc_rd_str("a secret that no input has"),
	    .nonce = dmsc_rd_str("nonce") };
	struct dmsc_cred_shown s;
	struct dmsc_cred_told told;
	struct dmsc_msg *m = NULL;
	struct dmsc_rd mac;
	uint8_t n;

	if (dmsc_rd_u8(&in, &n) != DMSC_E_OK)
		return;
	mac = dmsc_rd_slice(in, 0, n);
	in = dmsc_rd_slice(in, n, in.left);
	if (dmsc_msg_read(in, &m, NULL, NULL) != DMSC_E_OK)
		return;
	if (dmsc_cred_shown(m, mac, &s) == DMSC_E_OK)
		must(dmsc_cred_check(&s, &l, in) != DMSC_E_OK);
	if (dmsc_cred_told(m, &told) == DMSC_E_OK)
		must(told.n <= DMSC_NONCE_MAX);
	dmsc_msg_free(&m);
}

static int
answer_with(void *ctx, struct dmsc_rd object, struct dmsc_buf *answer,
    struct dmsc_err *e)
{
	const struct dmsc_rd *bytes = ctx;
	struct dmsc_appl_message env;

	must(dmsc_appl_message_get(object, DMSC_APPL_MESSAGE, &env) ==
	    DMSC_E_OK && env.relayed);
	return dmsc_buf_put(answer, *bytes) == DMSC_E_OK ? DMSC_E_OK :
	    dmsc_fail(e, DMSC_E_LIMIT, "too much");
}

/* The device answers each command, whatever the card says. */
static void
hand_on(const struct dmsc_msg *m, struct dmsc_rd card)
{
	const struct dmsc_relay_opts o = { .server = "S1", .session = "1",
	    .device = "d", .exchange = answer_with, .ctx = &card,
	    .max_msg = ROOM };
	struct dmsc_dm_opts d = { .server = "S1", .depth = DEPTH,
	    .hooks = { .rule = dmsc_device_rule } };
	struct dmsc_tree *t = world_tree();
	struct dmsc_responder *r = NULL;
	struct dmsc_relay *relay = NULL;
	struct dmsc_msg *out = world_msg("1");

	must(dmsc_relay_new(&o, &relay) == DMSC_E_OK);
	d.hooks.elsewhere = dmsc_relay_past(relay);
	must(dmsc_responder_new(t, &d, &r) == DMSC_E_OK);
	if (dmsc_responder_take(r, m, NULL) == DMSC_E_OK) {
		must(dmsc_responder_give(r, out) == DMSC_E_OK &&
		    out->n_cmds > 0);
		must(dmsc_relay_messages(relay) <= 1 + m->n_cmds +
		    DMSC_RELAY_ROUNDS);
	}
	dmsc_msg_free(&out);
	dmsc_responder_free(&r);
	dmsc_relay_free(&relay);
	dmsc_tree_free(&t);
}

/* One of each that goes to a card. */
static struct dmsc_msg *
all_ways(void)
{
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_cmd *c;

	(void)world_cmd(m, NULL, "Exec", "./SC", "b64", "syncml:auth-md5",
	    "AAAA");
	(void)world_cmd(m, NULL, "Exec", "./SC", "bin",
	    "application/vnd.syncml.dm+wbxml", "sealed");
	(void)world_cmd(m, NULL, "Get", "./SC/A", NULL, NULL, NULL);
	(void)world_cmd(m, NULL, "Copy", "./X>./SC/B", NULL, NULL, NULL);
	(void)world_cmd(m, NULL, "Copy", "./SC/A>./Y", NULL, NULL, NULL);
	c = world_cmd(m, NULL, "Atomic", NULL, NULL, NULL, NULL);
	(void)world_cmd(m, c, "Add", "./SC/C", "chr", NULL, "v");
	(void)world_cmd(m, c, "Delete", "./SC/A", NULL, NULL, NULL);
	return m;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_rd in = dmsc_rd_of(p, n);
	struct dmsc_msg *m = NULL;
	uint8_t how;

	if (dmsc_rd_u8(&in, &how) != DMSC_E_OK)
		return 0;
	if (how % HOWS == HOW_SHOWN)
		read_shown(in);
	else if (how % HOWS == HOW_CARD) {
		m = all_ways();
		hand_on(m, in);
	} else if (dmsc_msg_read(in, &m, NULL, NULL) == DMSC_E_OK)
		hand_on(m, dmsc_rd_str("no answer"));
	dmsc_msg_free(&m);
	return 0;
}

/* ---- golden inputs */

static void
put_message(const struct dmsc_msg *m, struct dmsc_buf *out)
{
	must(dmsc_msg_write(m, out, NULL) == DMSC_E_OK);
}

/* What a card answers to all_ways: a Status each, and a subtree. */
static void
card_seed(struct dmsc_buf *out)
{
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_buf *b = dmsc_buf_new(ROOM);
	struct dmsc_tree *t = world_tree();
	struct dmsc_appl_message env = { .xml = false };
	struct dmsc_cred_chal chal;
	struct dmsc_item *it;
	struct dmsc_cmd *c;
	int i;

	must(dmsc_cred_chal(DMSC_CRED_MD5, dmsc_rd_str("nonce"), &chal) ==
	    DMSC_E_OK);
	for (i = 0; i < 9; i++) {
		c = dmsc_msg_cmd(m, NULL, i == 8 ? DMSC_CMD_RESULTS :
		    DMSC_CMD_STATUS);
		c->id = dmsc_msg_str(m, "%d", i + 1);
		c->msg_ref = "1";
		c->cmd_ref = dmsc_msg_str(m, "%d", i == 8 ? 4 : i);
		if (i == 8)
			break;
		c->cmd = i == 0 ? "SyncHdr" : "Get";
		c->data = "200";
		if (i == 0)
			c->chal = chal.chal;
	}
	it = dmsc_msg_item(m, c);
	it->source.uri = "./A?list=TNDS";
	it->meta.format = "xml";
	it->meta.type = "application/vnd.syncml.dmtnds+wbxml";
	must(dmsc_tnds_write_wbxml(dmsc_tree_find(t, "X/sub"), true, b) ==
	    DMSC_E_OK && dmsc_msg_data(m, &it->data, dmsc_buf_rd(b), true) ==
	    DMSC_E_OK);
	dmsc_buf_reset(b);
	put_message(m, b);
	env.bytes = dmsc_buf_rd(b);
	must(dmsc_appl_message_put(out, DMSC_APPL_MESSAGE, &env) ==
	    DMSC_E_OK);
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
	dmsc_msg_free(&m);
}

static void
shown_seed(bool by_mac, struct dmsc_buf *out)
{
	static const char mac[] = "algorithm=MD5, username=\"u\", "
	    "mac=VYh+kx7PcvIDwRvDg4UyCw==";
	const struct dmsc_cred_login l = { .scheme = DMSC_CRED_MD5,
	    .user = dmsc_rd_str("u"), .secret = dmsc_rd_str("s") };
	struct dmsc_msg *m = all_ways();

	if (!by_mac)
		must(dmsc_cred_put(m, &l) == DMSC_E_OK);
	must(dmsc_buf_u8(out, by_mac ? sizeof mac - 1 : 0) == DMSC_E_OK &&
	    (!by_mac || dmsc_buf_str(out, mac) == DMSC_E_OK));
	put_message(m, out);
	dmsc_msg_free(&m);
}

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char *const names[] = { "shown-md5", "shown-mac",
	    "server", "card" };
	static const uint8_t hows[] = { HOW_SHOWN, HOW_SHOWN, HOW_SERVER,
	    HOW_CARD };
	struct dmsc_msg *m;

	if (i >= DMSC_COUNT(names))
		return NULL;
	must(dmsc_buf_u8(out, hows[i]) == DMSC_E_OK);
	if (hows[i] == HOW_SHOWN)
		shown_seed(i == 1, out);
	else if (hows[i] == HOW_CARD)
		card_seed(out);
	else {
		m = all_ways();
		put_message(m, out);
		dmsc_msg_free(&m);
	}
	return names[i];
}
