/*
 * card: large objects to the DM-SC application: 64 KB through blocks of 255
 * bytes, 1 MB through extended ones, power cut before a block or behind it
 * (its answer is lost), resumed where the card says, and equal; whose they
 * are, and what ends them. DMSC_HARD=1: a cut at every block.
 */
#include "card/app.h"

enum { SMALL = 65536, BIG = 1 << 20, PART = 40000, STEPS = 9,
	SESSION_MAX = 16, SPACE = 1 << 22 };


/* The card of the profile with 4 MB of room. */
static struct dmsc_card *
roomy(void)
{
	struct dmsc_card *c = app_card_with("dmsc", SPACE);

	if (c == NULL || !app_reset(c))
		abort();
	return c;
}

static struct dmsc_buf *
pattern(size_t n)
{
	struct dmsc_buf *b = dmsc_buf_new(n);
	size_t i;

	for (i = 0; i < n; i++)
		if (dmsc_buf_u8(b, (unsigned)(i * 7 + i / 251) & 0xFF) !=
		    DMSC_E_OK)
			abort();
	return b;
}

/* A host that loses the card at its cut-th block, before it or behind it. */
struct host {
	struct dmsc_card *c;
	size_t block;			/* bytes of one */
	unsigned sent, cut;		/* 0: never */
	bool behind, lost;
	unsigned session;
};

static void
hello(struct host *h)
{
	if (strcmp(lab_send(h->c, APP_SELECT), "9000") != 0 ||
	    strcmp(lab_send(h->c, APP_ADM1), "9000") != 0)
		printf("# no hello\n");
	h->session++;
}

static void
lose(struct host *h)
{
	h->lost = true;
	if (dmsc_card_power_back(h->c) != DMSC_E_OK)
		printf("# no power\n");
	hello(h);
}

/* An object; its answer, NULL where the card was lost on the way. */
static struct dmsc_buf *
talk(struct host *h, struct dmsc_rd object)
{
	struct dmsc_buf *out = dmsc_buf_new(APP_OBJECT_MAX);
	unsigned sw = 0x9000, i;

	for (i = 0; object.left > 0 && sw == 0x9000; i++) {
		struct dmsc_rd block = dmsc_rd_slice(object, 0, h->block);

		object = dmsc_rd_slice(object, block.left, object.left);
		h->sent++;
		if (h->sent != h->cut || h->behind)
			sw = app_block(h->c, DMSC_APPL_P1 | (object.left ==
			    0 ? DMSC_APPL_P1_LAST | DMSC_APPL_P1_ANSWER :
			    0), i, block, out);
		if (h->sent == h->cut) {
			lose(h);
			sw = 0;
		}
	}
	if (sw != 0x9000)
		dmsc_buf_free(&out);
	return out;
}

/* The part of the value from at on, and what is said to it: a status, 0
 * where the card was lost. */
static unsigned
send_part(struct host *h, const char *uri, struct dmsc_rd value, size_t at)
{
	char session[SESSION_MAX];
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_cmd *c = world_cmd(m, NULL, "Add", uri, "bin", NULL,
	    NULL);
	struct dmsc_buf *in = dmsc_buf_new(APP_OBJECT_MAX), *out;
	struct dmsc_rd part = dmsc_rd_slice(value, at, PART);
	unsigned status = 0;

	(void)snprintf(session, sizeof session, "%u", h->session);
	m->hdr.session_id = session;
	if (dmsc_msg_data(m, &c->items[0]->data, part, true) != DMSC_E_OK)
		abort();
	c->items[0]->more_data = at + part.left < value.left;
	if (at == 0 && c->items[0]->more_data)
		c->items[0]->meta.size = dmsc_msg_str(m, "%zu", value.left);
	app_write(m, false, in);
	out = talk(h, dmsc_buf_rd(in));
	if (out != NULL)
		status = app_status(out);
	dmsc_msg_free(&m);
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return status;
}

/* Where to go on: what the card says. done: the node is whole already. */
static size_t
ask(struct host *h, const char *uri, size_t size, bool *done)
{
	struct dmsc_buf *keep = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_appl_state s;
	size_t at = 0;

	*done = false;
	if (app_state(h->c, keep, &s) == 0x9000 && s.half_have > 0 &&
	    dmsc_rd_eq_str(s.half_uri, uri) && s.half_size == size)
		at = s.half_have;
	else
		*done = dmsc_tree_find(dmsc_card_tree(h->c), uri) != NULL;
	dmsc_buf_free(&keep);
	return at;
}

static bool
send_all(struct host *h, const char *uri, struct dmsc_rd value)
{
	unsigned status = DMSC_DM_CHUNK;
	bool done = false;
	size_t at = 0;

	while (!done && (status == 0 || status == DMSC_DM_CHUNK)) {
		if ((status = send_part(h, uri, value, at)) == 0)
			at = ask(h, uri, value.left, &done);
		else
			at += PART;
		if (status == DMSC_DM_OK)
			done = true;
	}
	return done;
}

static bool
is_there(struct dmsc_card *c, const char *uri, struct dmsc_rd value)
{
	const struct dmsc_node *n = dmsc_tree_find(dmsc_card_tree(c), uri);

	return n != NULL && dmsc_rd_eq(dmsc_node_value(n), value);
}

/* All cuts, or some of them; each on a card that never saw one. */
static bool
cut_each(const struct dmsc_buf *value, size_t block, unsigned every,
    unsigned *blocks)
{
	struct host h = { .c = roomy(), .block = block };
	struct dmsc_rd r = dmsc_buf_rd(value);
	unsigned i, n;
	size_t room;
	bool good;

	hello(&h);
	room = dmsc_card_tree_room(h.c);
	good = send_all(&h, "Big", r) && is_there(h.c, "Big", r);
	*blocks = n = h.sent;
	for (i = 1; good && i <= n; i += every) {
		good = app_do(h.c, "Delete", "./Big", NULL, NULL) == 200 &&
		    dmsc_card_tree_room(h.c) == room;
		h.sent = 0;
		h.cut = i;
		h.behind = i / every % 2 == 0;
		h.lost = false;
		good = good && send_all(&h, "Big", r) && h.lost &&
		    dmsc_card_power_back(h.c) == DMSC_E_OK;
		hello(&h);
		good = good && app_do(h.c, "Get", "./DevInfo/Man", NULL,
		    NULL) == 200 && is_there(h.c, "Big", r);
	}
	if (!good)
		printf("# cut at block %u of %u\n", i, n);
	dmsc_card_close(&h.c);
	return good;
}

static void
test_cuts(void)
{
	bool hard = getenv("DMSC_HARD") != NULL;
	struct dmsc_buf *small = pattern(SMALL), *big = pattern(BIG);
	unsigned n;
	char name[96];
	bool good = cut_each(small, APP_SHORT, hard ? 1 : STEPS, &n);

	(void)snprintf(name, sizeof name, "64 KB in %u blocks of 255 bytes, "
	    "cut, resumed, equal", n);
	ok(good && n > 250, name);
	good = cut_each(big, APP_LONG, hard ? 1 : STEPS, &n);
	(void)snprintf(name, sizeof name, "1 MB in %u extended blocks, cut, "
	    "resumed, equal", n);
	ok(good && n > 20, name);
	dmsc_buf_free(&small);
	dmsc_buf_free(&big);
}

/* The other way: as Results in parts, each asked for with Alert 1222. */
static size_t
read_back(struct host *h, const char *uri, struct dmsc_buf *out)
{
	size_t messages = 0, i;
	bool more = true;

	while (more && messages < 100) {
		struct dmsc_msg *m = world_msg("1"), *a;
		unsigned sw;

		if (messages++ == 0)
			(void)world_cmd(m, NULL, "Get", uri, NULL, NULL,
			    NULL);
		else
			(void)world_cmd(m, NULL, "Alert", NULL, NULL, NULL,
			    "1222");
		if ((a = app_tell(h->c, m, h->block, &sw)) == NULL)
			printf("# SW %04X\n", sw);
		more = a != NULL && !a->final;
		for (i = 0; a != NULL && i < a->n_cmds; i++)
			if (a->cmds[i]->kind == DMSC_CMD_RESULTS &&
			    dmsc_buf_put(out, a->cmds[i]->items[0]->data.
			    bytes) != DMSC_E_OK)
				abort();
		dmsc_msg_free(&a);
		dmsc_msg_free(&m);
	}
	return messages;
}

static void
test_read(void)
{
	struct host h = { .c = roomy(), .block = APP_LONG };
	struct dmsc_buf *big = pattern(BIG), *out = dmsc_buf_new(2 * BIG),
	    *keep = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s;
	size_t n;

	hello(&h);
	ok(send_all(&h, "./Big", dmsc_buf_rd(big)) &&
	    app_state(h.c, keep, &s) == 0x9000, "1 MB is written");
	n = read_back(&h, "./Big", out);
	ok(n > 30 && n < 40 && dmsc_rd_eq(dmsc_buf_rd(out),
	    dmsc_buf_rd(big)), "and read in messages as the host takes them");
	dmsc_buf_free(&big);
	dmsc_buf_free(&out);
	dmsc_buf_free(&keep);
	dmsc_card_close(&h.c);
}

/* What ends one, and who may not go on with it. */
static void
test_whose(void)
{
	struct host h = { .c = roomy(), .block = APP_LONG };
	struct dmsc_buf *v = pattern(SMALL), *w = pattern(BIG),
	    *keep = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s;

	hello(&h);
	ok(send_part(&h, "./Big", dmsc_buf_rd(v), 0) == DMSC_DM_CHUNK &&
	    app_state(h.c, keep, &s) == 0x9000 && s.half_have == PART &&
	    s.half_size == SMALL, "STATE says what came");
	app_reset(h.c);
	(void)lab_send(h.c, APP_SELECT);
	ok(app_state(h.c, keep, &s) == 0x9000 && s.half_uri.left == 0,
	    "but not to nobody");
	ok(app_do(h.c, "Get", "./DevInfo", NULL, NULL) == 407,
	    "whom it refuses without losing it");
	hello(&h);
	ok(app_state(h.c, keep, &s) == 0x9000 && s.half_have == PART,
	    "it is still there for whose it is");
	ok(app_do(h.c, "Get", "./DevInfo/Man", NULL, NULL) == 200 &&
	    app_state(h.c, keep, &s) == 0x9000 && s.half_have == 0,
	    "another command ends it");
	ok(send_part(&h, "./Big", dmsc_buf_rd(w), PART) ==
	    DMSC_DM_SIZE_NEEDED &&
	    dmsc_tree_find(dmsc_card_tree(h.c), "Big") == NULL,
	    "and what would go on with it is none");
	dmsc_buf_free(&v);
	dmsc_buf_free(&w);
	dmsc_buf_free(&keep);
	dmsc_card_close(&h.c);
}

int
main(void)
{
	test_cuts();
	test_read();
	test_whose();
	return tap_done();
}
