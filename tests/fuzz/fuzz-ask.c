/* An answer of a peer, the same one to every message: whatever it says, the
 * requester ends in bounded messages, and no command has a status that did
 * not come. */
#include "dm/request.h"
#include "dm/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { MESSAGES = 200, BIG = 3000, ROOM = 700, HELD = 1 << 16 };

static void
ask(const struct dmsc_msg *answer, size_t atomic)
{
	static const uint8_t big[BIG];
	struct dmsc_request v[] = {
		{ .kind = DMSC_CMD_ADD, .uri = "./X/n", .has_data = true,
		    .data = { (const uint8_t *)"1", 1 } },
		{ .kind = DMSC_CMD_DELETE, .uri = "./X/sub" },
		{ .kind = DMSC_CMD_GET, .uri = "./X?list=TNDS" },
		{ .kind = DMSC_CMD_REPLACE, .uri = "./X/big",
		    .format = "bin", .has_data = true, .data = { big, BIG } },
	};
	const struct dmsc_request_opts o = { .self = "host", .peer = "card",
	    .session = "1", .peer_msg = ROOM, .max_reply = HELD };
	struct dmsc_requester *q = NULL;
	struct dmsc_msg *m = NULL;
	unsigned i;
	int r = dmsc_requester_new(&o, &q);

	if (r != DMSC_E_OK)
		abort();
	dmsc_requester_start(q, v, DMSC_COUNT(v), atomic);
	for (i = 0; r == DMSC_E_OK && i < MESSAGES; i++) {
		r = dmsc_requester_give(q, &m, NULL);
		if (r != DMSC_E_OK || m == NULL)
			break;
		dmsc_msg_free(&m);
		r = dmsc_requester_take(q, answer, NULL);
	}
	dmsc_msg_free(&m);
	dmsc_requester_free(&q);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_msg *m = NULL;

	if (dmsc_msg_read(dmsc_rd_of(p, n), &m, NULL, NULL) == DMSC_E_OK) {
		ask(m, 0);
		ask(m, 2);
	}
	dmsc_msg_free(&m);
	return 0;
}

#include "fuzz/replay.h"

struct said { const char *ref, *code; };

static void
put_status(struct dmsc_msg *m, const char *ref, const char *code)
{
	struct dmsc_cmd *c = dmsc_msg_cmd(m, NULL, DMSC_CMD_STATUS);

	c->id = "1";
	c->msg_ref = "1";
	c->cmd_ref = ref;
	c->cmd = strcmp(ref, "0") == 0 ? "SyncHdr" : "Add";
	c->data = code;
}

static void
put_result(struct dmsc_msg *m, bool more)
{
	struct dmsc_cmd *c = dmsc_msg_cmd(m, NULL, DMSC_CMD_RESULTS);
	struct dmsc_item *it = dmsc_msg_item(m, c);

	c->id = "7";
	c->msg_ref = "1";
	c->cmd_ref = "3";
	it->source.uri = "./X";
	it->meta.size = more ? "10" : NULL;
	it->more_data = more;
	if (dmsc_msg_data(m, &it->data, dmsc_rd_str("value"), true) !=
	    DMSC_E_OK)
		abort();
}

/* Good ones, parts, challenges, an Alert, more to come. */
const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char *const names[] = { "ask-good", "ask-part",
	    "ask-407", "ask-atomic", "ask-more", "ask-1225" };
	static const struct said said[][5] = {
		{ { "0", "200" }, { "1", "200" }, { "2", "404" },
		    { "3", "200" }, { "4", "213" } },
		{ { "0", "200" }, { "1", "213" } },
		{ { "0", "407" }, { "1", "407" }, { "2", "407" } },
		{ { "0", "212" }, { "1", "507" }, { "2", "216" },
		    { "3", "404" } },
		{ { "0", "200" }, { "1", "200" } },
		{ { "0", "200" }, { "1", "424" } },
	};
	struct dmsc_msg *m;
	size_t k;

	if (i >= DMSC_COUNT(names))
		return NULL;
	m = world_msg("1");
	m->final = i != 4;
	for (k = 0; k < DMSC_COUNT(said[0]) && said[i][k].ref != NULL; k++)
		put_status(m, said[i][k].ref, said[i][k].code);
	if (i == 0 || i == 4)
		put_result(m, i == 4);
	if (i == 5)
		(void)world_cmd(m, NULL, "Alert", "./X/big", NULL, NULL,
		    "1225");
	k = (size_t)dmsc_msg_write(m, out, NULL);
	dmsc_msg_free(&m);
	return k == DMSC_E_OK ? names[i] : NULL;
}
