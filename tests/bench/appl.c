/*
 * What the card's own tree costs in APDUs and bytes, in the clear and under
 * the owner's key, beside the least possible for this card. The least is
 * derived, not measured:
 *
 * - SELECT by AID (its answer says how large a message may be), then one
 *   STORE DATA of a message of one Get ?list=TNDS and nothing else, whose
 *   answer is a message of the Statuses and that document, as our WBXML has
 *   it with what repeats in its string table: this card takes and gives
 *   65,000 bytes in one APDU. A longer answer is one more APDU for each
 *   64,000 bytes of it.
 * - one changed leaf: the card's identity again (as before every write), one
 *   STORE DATA of a message of one Replace, and its answer; that the card said
 *   200 is the proof.
 * - a value of n bytes: an Add in as many messages as the card takes at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/api.h>

#include "codec/msg.h"
#include "cost.h"
#include "dm/appl.h"

enum { SIZES = 3, FAN = 10, NODES_MAX = 1000, URI_BYTES = 64, HEAD = 10,
	SW_BYTES = 2, WIDE = 64000, MESSAGE_MAX = 1 << 24, SMALL = 65536,
	LARGE = 1 << 20, SPACE = 4 << 20, ICCID = 10 };

static char reader[4200], image[4096];

/* Bytes of a message with one command: one Item with data, or none. */
static size_t
message(enum dmsc_cmd_kind kind, const char *target, struct dmsc_rd data)
{
	struct dmsc_buf *b = dmsc_buf_new(MESSAGE_MAX);
	struct dmsc_msg *m = dmsc_msg_new();
	struct dmsc_cmd *c = m == NULL ? NULL : dmsc_msg_cmd(m, NULL, kind);
	struct dmsc_item *it = c == NULL ? NULL : dmsc_msg_item(m, c);
	size_t n;

	if (b == NULL || it == NULL)
		die("memory");
	m->hdr.session_id = m->hdr.msg_id = c->id = "1";
	m->hdr.target.uri = m->hdr.source.uri = ".";
	m->final = true;
	if (kind == DMSC_CMD_RESULTS)
		c->msg_ref = c->cmd_ref = "1";
	it->target.uri = target;
	if (data.left > 0)
		must(dmsc_msg_data(m, &it->data, data, true), "data");
	must(dmsc_msg_write(m, b, dmsc_session_err(s)), "message");
	n = b->len;
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
	return n;
}

/* Statuses of header and command, Results with data bytes. */
static size_t
answer(struct dmsc_rd data)
{
	/* each Status: CmdID, MsgRef, CmdRef, Cmd, Data, and their ends */
	static const size_t status = 2 + 5 * 5;

	return message(DMSC_CMD_RESULTS, NULL, data) + 2 * status;
}

/* One message there and its answer back, in envelopes. */
static void
exchange(struct cost *c, size_t there, size_t back)
{
	c->apdus += 1 + there / WIDE;
	c->bytes += (1 + there / WIDE) * (HEAD + SW_BYTES) + there + back;
	if (back > WIDE) {
		c->apdus += back / WIDE;
		c->bytes += back / WIDE * (HEAD + SW_BYTES);
	}
}

/* A fresh session: the rights, and nothing that was read before. */
static void
begin(void)
{
	static const uint8_t adm1[] = { 0x44, 0x44, 0x44, 0x44, 0x44, 0x44,
	    0x44, 0x44 };
	struct dmsc_secret *v = dmsc_secret_from(dmsc_rd_of(adm1,
	    sizeof adm1));

	must(dmsc_connect(s, reader), "connect");
	must(dmsc_pin_run(s, DMSC_PIN_VERIFY, 0x0A, v, NULL, false), "ADM1");
	dmsc_secret_free(&v);
}

static void
run(const struct dmsc_dm_command *c, size_t n)
{
	struct dmsc_dm_answer *x = NULL;

	must(dmsc_dm_run(s, c, n, false, &x), "commands");
	dmsc_view_free(&dmsc_dm_answer_view, x);
}

/* ./T with nodes nodes in it, leaves in folders of FAN. */
static void
grow(unsigned nodes)
{
	static struct dmsc_dm_command c[NODES_MAX + 1];
	static char uri[NODES_MAX + 1][URI_BYTES];
	unsigned i, folder = 0;

	memset(c, 0, sizeof c);
	for (i = 0; i <= nodes; i++) {
		c[i].verb = DMSC_DM_VERB_ADD;
		c[i].uri = uri[i];
		if (i == 0)
			(void)snprintf(uri[i], URI_BYTES, "./T");
		else if (i % (FAN + 1) == 1)
			(void)snprintf(uri[i], URI_BYTES, "./T/n%u",
			    folder = i);
		else {
			(void)snprintf(uri[i], URI_BYTES, "./T/n%u/l%u",
			    folder, i);
			c[i].has_value = true;
			c[i].value = dmsc_rd_str("some value");
		}
	}
	run(c, nodes + 1);
}

static struct cost
least_tree(const char *uri, const struct dmsc_node *top)
{
	struct dmsc_buf *b = dmsc_buf_new(MESSAGE_MAX);
	struct cost c = { 1, HEAD + DMSC_APPL_AID_LEN + SW_BYTES };

	if (b == NULL)
		die("memory");
	must(dmsc_tnds_write_packed(top, false, b), "tnds");
	exchange(&c, message(DMSC_CMD_GET, uri, dmsc_rd_of(NULL, 0)),
	    answer(dmsc_buf_rd(b)));
	dmsc_buf_free(&b);
	return c;
}

static void
change(void)
{
	static const char uri[] = "/card/T/n1/l2";
	struct dmsc_rd value = dmsc_rd_str("some other");
	struct cost least = { 0, 0 }, from;
	struct dmsc_commit *done = NULL;

	least.apdus = 2;
	least.bytes = (HEAD + SW_BYTES) * 2 + ICCID;
	exchange(&least, message(DMSC_CMD_REPLACE, "./T/n1/l2", value),
	    answer(dmsc_rd_of(NULL, 0)));
	must(dmsc_edit_set(s, uri, value, NULL, NULL), "set");
	from = now();
	must(dmsc_commit(s, false, &done), "commit");
	report("one changed leaf", from, &least);
	dmsc_view_free(&dmsc_commit_view, done);
}

static void
of_size(unsigned nodes)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *top;
	struct cost from, least;
	char name[URI_BYTES];

	begin();
	grow(nodes);
	dmsc_disconnect(s);
	begin();
	from = now();
	must(dmsc_at(s, "/card", &tree, &top), "tree");
	least = least_tree(".?list=TNDS", top);
	(void)snprintf(name, sizeof name, "tree, %zu nodes",
	    dmsc_tree_count(tree));
	report(name, from, &least);
	change();
	dmsc_disconnect(s);
}

static void
large(size_t size, const char *name)
{
	struct dmsc_dm_command c = { .verb = DMSC_DM_VERB_ADD,
		.uri = "./L", .has_value = true, .format = "bin" };
	struct dmsc_dm_state *x = NULL;
	uint8_t *v = calloc(1, size);
	struct cost from, least = { 0, 0 };
	size_t room, n;

	if (v == NULL)
		die("memory");
	begin();
	must(dmsc_dm_state(s, &x), "state");
	room = x->max_message;
	c.value = dmsc_rd_of(v, size);
	for (n = size; n > 0; n -= n < room ? n : room)
		exchange(&least, message(DMSC_CMD_ADD, "./L", dmsc_rd_of(v,
		    n < room ? n : room)), answer(dmsc_rd_of(NULL, 0)));
	from = now();
	run(&c, 1);
	report(name, from, &least);
	c.verb = DMSC_DM_VERB_DELETE;
	c.has_value = false;
	run(&c, 1);
	dmsc_disconnect(s);
	dmsc_view_free(&dmsc_dm_state_view, x);
	free(v);
}

/* appl FOLDER: a folder for cards and state. */
int
main(int argc, char **argv)
{
	static const unsigned sizes[SIZES] = { 10, 100, NODES_MAX };
	struct dmsc_card_new_opts o = { .force = true, .profile = "dmsc",
		.space = SPACE };
	struct dmsc_setup setup = { 0 };
	struct dmsc_image_info *info = NULL;
	size_t i;

	if (argc != 2)
		return 2;
	setup.state_dir = argv[1];
	if (dmsc_session_new(&setup, &s) != DMSC_E_OK)
		return 1;
	(void)snprintf(image, sizeof image, "%s/appl.img", argv[1]);
	(void)snprintf(reader, sizeof reader, "sim:%s", image);
	o.image = image;
	puts("APDUs and bytes of the card's own tree");
	for (i = 0; i < SIZES; i++) {
		must(dmsc_card_new(s, &o, &info), "card new");
		dmsc_view_free(&dmsc_image_info_view, info);
		info = NULL;
		of_size(sizes[i]);
	}
	large(SMALL, "a value of 64 KB");
	large(LARGE, "a value of 1 MB");
	dmsc_session_free(&s);
	return 0;
}
