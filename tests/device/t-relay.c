/*
 * ./SC in a device's tree: what a server says there goes to the simulated
 * card with the server's own credential; the card judges, copies go both
 * ways, and nothing passes without a credential.
 */
/* req: ADM-1, ADM-2, GEN-7 */
#include "base/base.h"
#include "card/app.h"
#include "codec/inner.h"
#include "device/nodes.h"
#include "device/relay.h"
#include "dm/cred.h"
#include "dm/dm.h"
#include "tap.h"

#define SERVER "ma.example"
#define SECRET "ma-s3cret"
enum { TREE_MAX = 1 << 20, MSG_MAX = 32768, CMDS = 8, DATA = 64,
	TO_CARD = 8192, LARGE = 30000 };

struct cmd {
	const char *parent;	/* "Atomic": a child of the one before it */
	const char *name, *uri, *format, *data;
	unsigned want;
};
struct lab {
	struct dmsc_card *card;	/* NULL: no answer comes */
	struct dmsc_tree *t;
	unsigned to_card;
	bool bend;		/* the device is a liar */
	unsigned cut;		/* no answer to this one; 0: to all */
	struct dmsc_cred_told told;
	uint8_t nonce[DMSC_NONCE_MAX];	/* the last challenge's */
	size_t n;
	char data[DATA];	/* of the last Results, and its URI */
	char uri[DATA];
};

/* Asks for another value than the server does. */
static int
liar(struct lab *w, struct dmsc_rd object, struct dmsc_buf *answer)
{
	static const char said[] = "sealed value", instead[] = "another value";
	struct dmsc_buf *b = dmsc_buf_from(object, object.left);
	unsigned sw;
	size_t i;

	for (i = 0; i + sizeof said - 1 <= b->len; i++)
		if (memcmp(b->p + i, said, sizeof said - 1) == 0)
			memcpy(b->p + i, instead, sizeof said - 1);
	sw = app_object(w->card, dmsc_buf_rd(b), APP_SHORT, answer);
	dmsc_buf_free(&b);
	return sw == 0x9000 ? DMSC_E_OK : DMSC_E_SW;
}

static int
exchange(void *ctx, struct dmsc_rd object, struct dmsc_buf *answer,
    struct dmsc_err *e)
{
	struct lab *w = ctx;

	w->to_card++;
	if (w->card == NULL || w->to_card == w->cut)
		return dmsc_fail(e, DMSC_E_TRANSPORT, "no answer");
	if (w->bend)
		return liar(w, object, answer);
	return app_object(w->card, object, APP_SHORT, answer) == 0x9000 ?
	    DMSC_E_OK : dmsc_fail(e, DMSC_E_SW, "refused");
}

static void
lab_begin(struct lab *w)
{
	static const char *const rows[][2] = {
		{ "DevInfo/DevId", "dev" }, { "Mail/in/Addr", "mx.example" },
		{ "Mail/in/Port", "143" }, { "Mail/in/AAuthSecret", "pw" },
		{ "Shut/leaf", "none of yours" },
	};
	struct dmsc_buf *b = dmsc_buf_new(64);
	size_t i;

	memset(w, 0, sizeof *w);
	w->card = app_card();
	w->t = dmsc_tree_new(TREE_MAX);
	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (dmsc_tree_add(w->t, rows[i][0], DMSC_FMT_CHR, NULL,
		    dmsc_rd_str(rows[i][1]), NULL) != DMSC_E_OK)
			abort();
	if (dmsc_tree_add(w->t, "SC", DMSC_FMT_NODE, NULL, dmsc_rd_str(""),
	    NULL) != DMSC_E_OK || dmsc_node_set_type(w->t, dmsc_tree_find(
	    w->t, "Mail/in"), "org.example/1.0/Mail") != DMSC_E_OK ||
	    dmsc_node_set_acl(w->t, dmsc_tree_find(w->t, "Shut"),
	    "Get=other") != DMSC_E_OK || dmsc_node_set_acl(w->t,
	    dmsc_tree_root(w->t), "Add=*&Get=*&Replace=*&Delete=*") !=
	    DMSC_E_OK || dmsc_hex_get(APP_SELECT, b) != DMSC_E_OK ||
	    app_apdu(w->card, dmsc_buf_rd(b), NULL) >> 8 == 0x6A)
		abort();
	dmsc_buf_free(&b);
}

static void
lab_end(struct lab *w)
{
	dmsc_card_close(&w->card);
	dmsc_tree_free(&w->t);
}

/* An Exec of ./SC with the credential over the last challenge. */
static void
prove(struct lab *w, struct dmsc_msg *m, const char *user,
    const char *secret)
{
	struct dmsc_cred_login l = { .scheme = DMSC_CRED_MD5,
	    .user = dmsc_rd_str(user), .secret = dmsc_rd_str(secret),
	    .nonce = dmsc_rd_of(w->nonce, w->n) };

	if (dmsc_relay_prove(m, &l) != DMSC_E_OK)
		abort();
}

static void
keep_texts(struct lab *w, const struct dmsc_msg *out)
{
	const struct dmsc_item *it;
	struct dmsc_cred_told told;
	size_t i;

	memset(&w->told, 0, sizeof w->told);
	w->data[0] = w->uri[0] = '\0';
	for (i = 0; i < out->n_cmds; i++) {
		const struct dmsc_cmd *c = out->cmds[i];

		if (c->kind == DMSC_CMD_STATUS && c->chal.set &&
		    dmsc_cred_told_of(c, &told) == DMSC_E_OK) {
			w->told = told;
			memcpy(w->nonce, told.nonce, sizeof w->nonce);
			w->n = told.n;
		}
		if (c->kind != DMSC_CMD_RESULTS)
			continue;
		it = c->items[c->n_items - 1];
		(void)snprintf(w->uri, sizeof w->uri, "%s", it->source.uri);
		(void)snprintf(w->data, sizeof w->data, "%.*s",
		    (int)it->data.bytes.left, it->data.bytes.left == 0 ? "" :
		    (const char *)it->data.bytes.p);
	}
}

/* The message to the device, as of the server; what it answers. */
static struct dmsc_msg *
turn(struct lab *w, const struct dmsc_msg *m, const char *server)
{
	const struct dmsc_relay_opts o = { .server = server, .session = "7",
	    .device = "dev", .exchange = exchange, .ctx = w,
	    .max_msg = TO_CARD };
	struct dmsc_dm_opts d = { .server = server,
	    .hooks = { .rule = dmsc_device_rule } };
	struct dmsc_responder *r = NULL;
	struct dmsc_relay *relay = NULL;
	struct dmsc_msg *out;

	if (dmsc_relay_new(&o, &relay) != DMSC_E_OK)
		abort();
	d.hooks.elsewhere = dmsc_relay_past(relay);
	if (dmsc_responder_new(w->t, &d, &r) != DMSC_E_OK ||
	    dmsc_responder_take(r, m, NULL) != DMSC_E_OK)
		abort();
	out = world_said(r);
	keep_texts(w, out);
	dmsc_responder_free(&r);
	dmsc_relay_free(&relay);
	return out;
}

/* secret NULL: no credential; the statuses are as wanted. */
static bool
says(struct lab *w, const struct cmd *v, size_t n, const char *secret)
{
	struct dmsc_msg *m = world_msg("1"), *out;
	struct dmsc_cmd *c = NULL, *whole = NULL;
	bool good = true;
	size_t i;

	for (i = 0; i < n && v[i].name != NULL; i++) {
		c = world_cmd(m, v[i].parent == NULL ? NULL : whole,
		    v[i].name, v[i].uri, v[i].format, NULL, v[i].data);
		c->id = dmsc_msg_str(m, "%zu", i + 1);
		whole = v[i].parent == NULL ? c : whole;
	}
	if (secret != NULL)
		prove(w, m, SERVER, secret);
	out = turn(w, m, SERVER);
	for (i = 0; i < n && v[i].name != NULL; i++) {
		unsigned status = world_status(out, m->n_cmds == 0 ? "" :
		    dmsc_msg_str(m, "%zu", i + 1));

		if (status != v[i].want)
			printf("# %s %s: %u, not %u\n", v[i].name, v[i].uri ==
			    NULL ? "" : v[i].uri, status, v[i].want);
		good = good && status == v[i].want;
	}
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	return good;
}

/* The card's challenge is fetched first. */
static bool
logged_in(struct lab *w, const struct cmd *v, size_t n)
{
	static const struct cmd ask[] = { { NULL, "Get", "./SC", NULL, NULL,
	    407 } };

	return says(w, ask, 1, NULL) && w->told.status == 407 &&
	    w->n == DMSC_APPL_NONCE && says(w, v, n, SECRET);
}

static const struct {
	const char *name;
	struct cmd cmds[CMDS];
} rows[] = {
	{ "GEN-7: an MO of the device is copied to the card", {
	    { NULL, "Copy", "./Mail/in>./SC/Group/Fleet/Mail", NULL, NULL,
		200 },
	    { NULL, "Get", "./SC/Group/Fleet/Mail/Addr", NULL, NULL, 200 },
	    { NULL, "Get", "./SC/Group/Fleet/Mail?prop=Type", NULL, NULL,
		200 },
	    { NULL, "Get", "./SC/Group/Fleet/Mail/AAuthSecret", NULL, NULL,
		404 } } },
	{ "GEN-7: a part of one, a value", {
	    { NULL, "Copy", "./Mail/in/Addr>./SC/Group/Fleet/Host", NULL,
		NULL, 200 },
	    { NULL, "Copy", "./Mail/in/Port>./SC/Group/Fleet/Host", NULL,
		NULL, 200 },
	    { NULL, "Get", "./SC/Group/Fleet/Host", NULL, NULL, 200 } } },
	{ "GEN-7: and back", {
	    { NULL, "Copy", "./SC/Update>./Copy", NULL, NULL, 200 },
	    { NULL, "Copy", "./SC/Update/Hour>./Hour", NULL, NULL, 200 } } },
	{ "GEN-7: within the card", {
	    { NULL, "Copy", "./SC/Update/Hour>./SC/Update/Other", NULL,
		NULL, 200 },
	    { NULL, "Get", "./SC/Update/Other", NULL, NULL, 200 } } },
	{ "ADM-2: Add, Replace, Get, Delete", {
	    { NULL, "Add", "./SC/Update/New", "chr", "v", 200 },
	    { NULL, "Add", "./SC/Update/New", "chr", "v", 418 },
	    { NULL, "Replace", "./SC/Update/New", "chr", "w", 200 },
	    { NULL, "Get", "./SC/Update/New", NULL, NULL, 200 },
	    { NULL, "Delete", "./SC/Update/New", NULL, NULL, 200 },
	    { NULL, "Get", "./SC/Update/New", NULL, NULL, 404 } } },
	{ "ADM-2: an Atomic goes whole", {
	    { NULL, "Atomic", NULL, NULL, NULL, 507 },
	    { "Atomic", "Add", "./SC/Update/a", "chr", "1", 216 },
	    { "Atomic", "Delete", "./SC/Update/none", NULL, NULL, 404 },
	    { NULL, "Get", "./SC/Update/a", NULL, NULL, 404 } } },
	{ "a Sequence does", {
	    { NULL, "Sequence", NULL, NULL, NULL, 200 },
	    { "Sequence", "Add", "./SC/Update/s", "chr", "1", 200 },
	    { "Sequence", "Get", "./SC/Update/s", NULL, NULL, 200 } } },
	{ "one that is for both does not", {
	    { NULL, "Atomic", NULL, NULL, NULL, 507 },
	    { "Atomic", "Add", "./Dev", "chr", "1", 216 },
	    { "Atomic", "Add", "./SC/Update/b", "chr", "1", 405 } } },
	{ "ADM-2: the card's ACL binds the server", {
	    { NULL, "Get", "./SC/DMAcc", NULL, NULL, 425 },
	    { NULL, "Delete", "./SC/DevInfo", NULL, NULL, 425 },
	    { NULL, "Add", "./SC/DMAcc/x", "node", NULL, 425 } } },
	{ "ADM-2: so does the device's, for what is copied", {
	    { NULL, "Copy", "./Shut/leaf>./SC/Update/x", NULL, NULL, 425 },
	    { NULL, "Copy", "./Mail/in/AAuthSecret>./SC/Update/x", NULL,
		NULL, 405 },
	    { NULL, "Copy", "./none>./SC/Update/x", NULL, NULL, 403 },
	    { NULL, "Copy", "./SC/none>./x", NULL, NULL, 403 },
	    { NULL, "Copy", "./SC/DMAcc>./x", NULL, NULL, 425 } } },
	{ "both in one message, each in its place", {
	    { NULL, "Add", "./Mine", "chr", "new", 200 },
	    { NULL, "Copy", "./Mine>./SC/Update/Mine", NULL, NULL, 200 },
	    { NULL, "Delete", "./Mine", NULL, NULL, 200 },
	    { NULL, "Get", "./SC/Update/Mine", NULL, NULL, 200 },
	    { NULL, "Get", "./Mine", NULL, NULL, 200 } } },
	{ "UC-5.2-A3: what the card does not take is not deleted", {
	    { NULL, "Copy", "./Mail/in>./SC/DMAcc/in", NULL, NULL, 425 },
	    { NULL, "Copy", "./Mail/in/Port>./SC/Update/Port", NULL, NULL,
		200 },
	    { NULL, "Delete", "./Mail/in", NULL, NULL, 215 },
	    { NULL, "Delete", "./Mail/in/Port", NULL, NULL, 215 },
	    { NULL, "Get", "./Mail/in/Port", NULL, NULL, 200 } } },
	{ "UC-5.2-A3: what it takes is, and what it was not asked for", {
	    { NULL, "Copy", "./Mail/in/Port>./SC/Update/Port", NULL, NULL,
		200 },
	    { NULL, "Delete", "./Mail/in/Port", NULL, NULL, 200 },
	    { NULL, "Delete", "./Mail/in/none", NULL, NULL, 404 },
	    { NULL, "Delete", "./Mail/in/Addr", NULL, NULL, 200 },
	    { NULL, "Get", "./Mail/in/Addr", NULL, NULL, 404 } } },
	{ "names that only begin so are the device's", {
	    { NULL, "Add", "./SCx", "chr", "1", 200 },
	    { NULL, "Get", "./SCx", NULL, NULL, 200 } } },
	{ "Exec of what is below it is the card's to refuse", {
	    { NULL, "Exec", "./SC/Update", NULL, NULL, 425 } } },
};

static void
rows_all(void)
{
	struct lab w;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		lab_begin(&w);
		ok(logged_in(&w, rows[i].cmds, CMDS), rows[i].name);
		lab_end(&w);
	}
}

static void
moved(void)
{
	static const struct cmd copy[] = {
	    { NULL, "Copy", "./Mail/in>./SC/Group/Fleet/Mail", NULL, NULL,
		200 },
	    { NULL, "Delete", "./Mail", NULL, NULL, 200 } };
	static const struct cmd unproved[] = {
	    { NULL, "Copy", "./Mail/in>./SC/Group/Fleet/Mail", NULL, NULL,
		407 },
	    { NULL, "Delete", "./Mail", NULL, NULL, 215 } };
	struct lab w;

	lab_begin(&w);
	ok(says(&w, unproved, 2, NULL) && dmsc_tree_find(w.t, "Mail/in/Port")
	    != NULL, "UC-5.2-A3: nor where the card does not know who asks");
	ok(logged_in(&w, copy, 2) && dmsc_tree_find(w.t, "Mail") == NULL,
	    "UC-5.2-A3: an MO moves to the card");
	dmsc_card_close(&w.card);
	lab_end(&w);
	lab_begin(&w);
	dmsc_card_close(&w.card);
	ok(says(&w, (const struct cmd[]){ { NULL, "Copy",
	    "./Mail/in>./SC/Group/Fleet/Mail", NULL, NULL, 500 }, { NULL,
	    "Delete", "./Mail", NULL, NULL, 215 } }, 2, NULL) &&
	    dmsc_tree_find(w.t, "Mail/in/Port") != NULL,
	    "UC-5.2-A3: nor where the card gives no answer");
	lab_end(&w);
}

static void
values(void)
{
	static const struct cmd copy[] = {
	    { NULL, "Copy", "./Mail/in>./SC/Group/Fleet/Mail", NULL, NULL,
		200 },
	    { NULL, "Get", "./SC/Group/Fleet/Mail?prop=Type", NULL, NULL,
		200 } };
	static const struct cmd back[] = {
	    { NULL, "Copy", "./SC/Group/Fleet/Mail>./Back", NULL, NULL,
		200 },
	    { NULL, "Get", "./SC/Group/Fleet/Mail/Addr", NULL, NULL,
		200 } };
	struct lab w;
	struct dmsc_node *n;

	lab_begin(&w);
	ok(logged_in(&w, copy, 2) && strcmp(w.data, "org.example/1.0/Mail")
	    == 0 && strcmp(w.uri, "./SC/Group/Fleet/Mail?prop=Type") == 0,
	    "GEN-7: the copy is the same MO");
	ok(logged_in(&w, back, 2) && strcmp(w.data, "mx.example") == 0 &&
	    (n = dmsc_tree_find(w.t, "Back")) != NULL &&
	    strcmp(dmsc_node_type(n), "org.example/1.0/Mail") == 0 &&
	    (n = dmsc_tree_find(w.t, "Back/Port")) != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), "143") &&
	    dmsc_tree_find(w.t, "Back/AAuthSecret") == NULL,
	    "GEN-7: what comes back is it, without its secrets");
	lab_end(&w);
}

/* An MO of more than three messages; each of its bytes is another one's. */
static void
make_large(struct lab *w, const char *uri, int salt)
{
	static char text[LARGE];
	struct dmsc_node *n = dmsc_tree_find(w->t, uri);
	size_t i;

	for (i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + (i * 7 + i / 1000 + (size_t)salt) %
		    26);
	if ((n == NULL ? dmsc_tree_add(w->t, uri, DMSC_FMT_CHR, NULL,
	    dmsc_rd_of(text, sizeof text), NULL) : dmsc_node_set_value(w->t,
	    n, dmsc_rd_of(text, sizeof text))) != DMSC_E_OK)
		abort();
}

static bool
same(struct lab *w, const char *a, const char *b)
{
	const struct dmsc_node *x = dmsc_tree_find(w->t, a);
	const struct dmsc_node *y = dmsc_tree_find(w->t, b);

	return x != NULL && y != NULL && dmsc_rd_eq(dmsc_node_value(x),
	    dmsc_node_value(y));
}

static const struct cmd large_in[] = {
	{ NULL, "Copy", "./Mail/in>./SC/Group/Fleet/Mail", NULL, NULL, 200 },
	{ NULL, "Get", "./SC/Update/Hour", NULL, NULL, 200 } };
static const struct cmd large_out[] = {
	{ NULL, "Copy", "./SC/Group/Fleet/Mail>./Back", NULL, NULL, 200 },
	{ NULL, "Copy", "./SC/Group/Fleet/Mail/Addr>./Addr", NULL, NULL,
	    200 } };
static const struct cmd large_leaf[] = {
	{ NULL, "Copy", "./Mail/in/Big>./SC/Group/Fleet/Leaf", NULL, NULL,
	    200 },
	{ NULL, "Delete", "./Mail/in/Big", NULL, NULL, 200 } };
static const struct cmd large_cut[] = {
	{ NULL, "Copy", "./Mail/in>./SC/Group/Fleet/Mail", NULL, NULL, 500 },
	{ NULL, "Delete", "./Mail/in", NULL, NULL, 215 } };
static const struct cmd large_denied[] = {
	{ NULL, "Copy", "./Mail/in>./SC/DMAcc/Mail", NULL, NULL, 425 } };

static void
large(void)
{
	unsigned before;
	struct lab w;

	lab_begin(&w);
	make_large(&w, "Mail/in/Big", 0);
	ok(logged_in(&w, large_in, 2) && w.to_card > 5,
	    "GEN-7: an MO of many messages is copied to the card");
	ok(logged_in(&w, large_out, 2) && same(&w, "Mail/in/Big",
	    "Back/Big") && same(&w, "Addr", "Mail/in/Addr"),
	    "GEN-7: and back");
	make_large(&w, "Mail/in/Big", 3);
	before = w.to_card;
	ok(logged_in(&w, large_in, 2) && logged_in(&w, large_out, 2) &&
	    same(&w, "Mail/in/Big", "Back/Big") && w.to_card > before,
	    "GEN-7: another in its place");
	ok(logged_in(&w, large_denied, 1),
	    "ADM-2: the card refuses it at the first part");
	ok(logged_in(&w, large_leaf, 2) && dmsc_tree_find(w.t,
	    "Mail/in/Big") == NULL, "GEN-7: a large value moves");
	lab_end(&w);
}

static void
large_is_cut(void)
{
	struct lab w;
	unsigned i;
	bool good = true;

	lab_begin(&w);
	make_large(&w, "Mail/in/Big", 0);
	good = logged_in(&w, large_in, 2);
	for (i = 2; good && i < 6; i++) {
		make_large(&w, "Mail/in/Big", (int)i);
		w.cut = w.to_card + i;
		good = logged_in(&w, large_cut, 2) && dmsc_tree_find(w.t,
		    "Mail/in/Big") != NULL;
		w.cut = 0;
		good = good && logged_in(&w, large_out, 2) && !same(&w,
		    "Mail/in/Big", "Back/Big") && logged_in(&w, large_in,
		    2) && logged_in(&w, large_out, 2) && same(&w,
		    "Mail/in/Big", "Back/Big");
		if (!good)
			printf("# cut at message %u\n", i);
	}
	ok(good, "UC-5.2-A3: cut between its parts, the card has the old one "
	    "and the device its own; the same order again copies it");
	lab_end(&w);
}

/* A message that a device hands on with no credential. */
static unsigned
bare(struct lab *w, const char *session, const char *cmd, const char *uri,
    const char *data)
{
	struct dmsc_appl_message env = { .relayed = true };
	struct dmsc_msg *m = world_msg("9"), *a = NULL;
	struct dmsc_buf *b = dmsc_buf_new(MSG_MAX), *in = dmsc_buf_new(
	    MSG_MAX), *out = dmsc_buf_new(MSG_MAX);
	unsigned status = 0;

	m->hdr.session_id = session;
	(void)world_cmd(m, NULL, cmd, uri, uri == NULL ? NULL : "chr", NULL,
	    data);
	if (dmsc_msg_write(m, b, NULL) == DMSC_E_OK) {
		env.bytes = dmsc_buf_rd(b);
		if (dmsc_appl_message_put(in, DMSC_APPL_MESSAGE, &env) ==
		    DMSC_E_OK && app_object(w->card, dmsc_buf_rd(in),
		    APP_SHORT, out) == 0x9000 && dmsc_appl_message_get(
		    dmsc_buf_rd(out), DMSC_APPL_MESSAGE, &env) == DMSC_E_OK &&
		    dmsc_msg_read(env.bytes, &a, NULL, NULL) == DMSC_E_OK)
			status = world_status(a, "1");
	}
	dmsc_msg_free(&a);
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return status;
}

static const struct {
	const char *name, *session, *cmd, *uri, *data;
	unsigned want;
} strays[] = {
	{ "of another session", "8", "Add", "./Group/Fleet/Mail", "x", 407 },
	{ "for another node", "7", "Add", "./Group/Fleet/Other", "x", 407 },
	{ "a Delete", "7", "Delete", "./Group/Fleet/Mail", NULL, 407 },
	{ "a Get", "7", "Get", "./Group/Fleet/Mail", NULL, 407 },
	{ "an Alert, with nothing to tell", "7", "Alert", NULL, "1222",
	    407 },
	{ "the next part, too large by itself", "7", "Add",
	    "./Group/Fleet/Mail", "x", 424 },
};

/* What needs no credential is the rest of what was begun with one. */
static void
large_strays(void)
{
	char name[96];
	struct lab w;
	size_t i;

	for (i = 0; i < DMSC_COUNT(strays); i++) {
		lab_begin(&w);
		make_large(&w, "Mail/in/Big", 0);
		w.cut = 4;
		(void)snprintf(name, sizeof name, "ADM-1: without a "
		    "credential: %s", strays[i].name);
		ok(logged_in(&w, large_cut, 2) && bare(&w,
		    strays[i].session, strays[i].cmd, strays[i].uri,
		    strays[i].data) == strays[i].want, name);
		lab_end(&w);
	}
	lab_begin(&w);
	make_large(&w, "Mail/in/Big", 0);
	ok(logged_in(&w, large_in, 2) && bare(&w, "7", "Add",
	    "./Group/Fleet/Mail", "x") == 407,
	    "ADM-1: and when it is done, nothing");
	lab_end(&w);
}

static const struct cmd add[] = {
	{ NULL, "Add", "./SC/Update/New", "chr", "v", 407 },
	{ NULL, "Add", "./Own", "chr", "v", 200 } };
static const struct cmd refused[] = {
	{ NULL, "Add", "./SC/Update/New", "chr", "v", 401 },
	{ NULL, "Copy", "./Mail/in/Addr>./SC/Update/New", NULL, NULL,
	    401 } };
static const struct cmd get[] = {
	{ NULL, "Get", "./SC/Update/New", NULL, NULL, 404 } };

static void
credentials(void)
{
	struct lab w;

	lab_begin(&w);
	ok(says(&w, add, 2, NULL) && w.told.scheme == DMSC_CRED_MD5 &&
	    w.n == DMSC_APPL_NONCE,
	    "ADM-1: without a credential the card challenges the server");
	ok(says(&w, refused, 2, "guess") && w.told.status == 401,
	    "ADM-1: a wrong one is the card's to refuse");
	ok(says(&w, get, 1, SECRET), "and nothing came of it");
	ok(w.told.status == 200 && says(&w, get, 1, SECRET),
	    "ADM-1: each answer has the next challenge");
	w.n = 4;
	ok(says(&w, refused, 1, SECRET), "ADM-1: an old nonce is no good");
	ok(w.to_card == 5, "one message to the card for one of the server's");
	lab_end(&w);
}

/* Another server's name, which the device knows to be wrong, is not even
 * possible: the name is the device's to say. */
static void
others(void)
{
	struct dmsc_msg *m = world_msg("1"), *out;
	struct lab w;

	lab_begin(&w);
	if (!says(&w, add, 2, NULL))
		abort();
	(void)world_cmd(m, NULL, "Get", "./SC/Update", NULL, NULL, NULL);
	prove(&w, m, SERVER, SECRET);
	out = turn(&w, m, "opx");
	ok(world_status(out, "1") == 401,
	    "ADM-1: who is somebody else to the device is not believed");
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	dmsc_card_close(&w.card);
	ok(says(&w, (const struct cmd[]){ { NULL, "Get", "./SC/Update", NULL,
	    NULL, 500 }, { NULL, "Get", "./Mail/in/Port", NULL, NULL, 200 }
	    }, 2, NULL) && strcmp(w.data, "143") == 0,
	    "a card that does not answer is told, the rest goes on");
	lab_end(&w);
}

static const struct {
	const char *name, *type;
	bool data;
	unsigned want;
} logins[] = {
	{ "a credential without a Type", NULL, true, 412 },
	{ "one of another kind", "syncml:auth-basic", true, 406 },
	{ "no credential at all", "syncml:auth-md5", false, 412 },
};

static void
odd_logins(void)
{
	struct lab w;
	size_t i;

	for (i = 0; i < DMSC_COUNT(logins); i++) {
		struct dmsc_msg *m = world_msg("1"), *out;

		lab_begin(&w);
		(void)world_cmd(m, NULL, "Exec", "./SC", "b64",
		    logins[i].type, logins[i].data ? "AAAA" : NULL);
		out = turn(&w, m, SERVER);
		ok(world_status(out, "1") == logins[i].want && w.to_card ==
		    0, logins[i].name);
		dmsc_msg_free(&out);
		dmsc_msg_free(&m);
		lab_end(&w);
	}
	lab_begin(&w);
	ok(logged_in(&w, (const struct cmd[]){ { NULL, NULL, NULL, NULL,
	    NULL, 0 } }, 1) && w.told.status == 200,
	    "ADM-1: a credential alone: the link is there");
	lab_end(&w);
}

/* A message for the card that the device does not open: the Status of its
 * Exec. */
static unsigned
seal(struct lab *w, const char *uri, const char *secret, bool b64)
{
	struct dmsc_cred_login l = { .scheme = DMSC_CRED_MAC,
	    .user = dmsc_rd_str(SERVER), .secret = dmsc_rd_str(secret),
	    .nonce = dmsc_rd_of(w->nonce, w->n) };
	struct dmsc_msg *in = world_msg("1"), *m = world_msg("1"), *out;
	struct dmsc_buf *b = dmsc_buf_new(MSG_MAX), *t = dmsc_buf_new(MSG_MAX);
	unsigned status;

	(void)world_cmd(in, NULL, "Add", uri, "chr", NULL, "sealed value");
	if (dmsc_msg_write(in, b, NULL) != DMSC_E_OK || dmsc_relay_sealed(m,
	    &l, dmsc_buf_rd(b), false) != DMSC_E_OK || (b64 &&
	    dmsc_b64_put(t, dmsc_buf_rd(b)) != DMSC_E_OK))
		abort();
	if (b64) {
		m->cmds[0]->items[0]->meta.format = "b64";
		m->cmds[0]->items[0]->data.bytes = dmsc_buf_rd(t);
	}
	m->cmds[0]->id = "1";
	out = turn(w, m, SERVER);
	status = world_status(out, "1");
	dmsc_msg_free(&out);
	dmsc_msg_free(&m);
	dmsc_msg_free(&in);
	dmsc_buf_free(&b);
	dmsc_buf_free(&t);
	return status;
}

static void
sealed(void)
{
	static const struct cmd there[] = {
		{ NULL, "Get", "./SC/Update/a", NULL, NULL, 200 },
		{ NULL, "Get", "./SC/Update/b", NULL, NULL, 200 },
		{ NULL, "Get", "./SC/Update/c", NULL, NULL, 404 } };
	struct lab w;

	lab_begin(&w);
	if (!says(&w, add, 2, NULL))
		abort();
	ok(seal(&w, "./Update/a", SECRET, false) == 200 &&
	    strcmp(w.uri, "./SC") == 0,
	    "ADM-1: a sealed message goes to the card as it is");
	ok(w.told.status == 200 && seal(&w, "./Update/b", SECRET, true) ==
	    200, "in base64 too, over the next nonce");
	ok(seal(&w, "./Update/c", "guess", false) == 401,
	    "ADM-1: sealed with another password it is refused");
	w.bend = true;
	ok(seal(&w, "./Update/c", SECRET, false) == 401,
	    "ADM-1: what the device changes is refused");
	w.bend = false;
	ok(says(&w, there, 3, SECRET), "and nothing came of it");
	lab_end(&w);
}

int
main(void)
{
	rows_all();
	moved();
	values();
	large();
	large_is_cut();
	large_strays();
	credentials();
	others();
	odd_logins();
	sealed();
	return tap_done();
}
