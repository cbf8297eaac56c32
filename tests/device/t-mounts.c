/*
 * device: nodes that the card keeps. What servers get of them, what they are
 * refused, what is there without the card, and that no value of theirs comes
 * into the device's file; messages with bits flipped.
 */
/* req: GEN-17, PRV-1 */
#include <stdarg.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "codec/codec.h"
#include "device/mounts.h"
#include "device/nodes.h"
#include "dm/dm.h"
#include "nomem.h"
#include "tap.h"

#define VALUE "kept-by-the-card"
#define HIDDEN "shut-away-value"
#define ID "iccid:89"
enum { TREE_MAX = 1 << 20, MSG_MAX = 4096, FLIPS = 2000,
	ALLOCATIONS = 5000 };

static char folder[TAP_FOLDER];

static void DMSC_PRINTF(2, 3)
check(bool good, const char *fmt, ...)
{
	char name[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof name, fmt, ap);
	va_end(ap);
	ok(good, name);
}

struct lab {
	struct dmsc_tree *doc;		/* what the card has at /Doc */
	const char *id;			/* of the card that is there */
	int code;			/* that it fails with */
	unsigned reads;
};

static const char *
who(void *ctx)
{
	return ((struct lab *)ctx)->id;
}

static int
read_it(void *ctx, const char *path, struct dmsc_tree *t,
    struct dmsc_node *parent, const char *name, struct dmsc_err *e)
{
	struct lab *w = ctx;

	w->reads++;
	if (w->code != DMSC_E_OK)
		return dmsc_fail(e, w->code, "cannot read '%s'", path);
	return dmsc_node_graft(t, parent, name, dmsc_tree_root(w->doc), NULL);
}

static void
put(struct dmsc_tree *t, const char *uri, const char *value)
{
	if (dmsc_tree_add(t, uri, value == NULL ? DMSC_FMT_NODE :
	    DMSC_FMT_CHR, NULL, dmsc_rd_str(value == NULL ? "" : value),
	    NULL) != DMSC_E_OK)
		abort();
}

static struct dmsc_device *
load(void)
{
	struct dmsc_device *d = NULL;
	struct dmsc_err e;

	if (dmsc_device_load(folder, "mounts", &d, &e) != DMSC_E_OK)
		abort();
	return d;
}

static int
add(struct dmsc_device *d, const char *uri, const char *path)
{
	struct dmsc_mount_row row = { .node = NULL };
	struct dmsc_err e;

	(void)snprintf(row.uri, sizeof row.uri, "%s", uri);
	(void)snprintf(row.path, sizeof row.path, "%s", path);
	(void)snprintf(row.card, sizeof row.card, ID);
	return dmsc_mount_add(d, &row, &e);
}

static void
places(struct dmsc_device *d)
{
	static const struct { const char *uri; int code; } rows[] = {
		{ "./Mine", DMSC_E_OK }, { "Set/Deep", DMSC_E_OK },
		{ "./Mine", DMSC_E_EXISTS }, { "./Mine/x", DMSC_E_NOTFOUND },
		{ "Set", DMSC_E_EXISTS }, { "DevInfo", DMSC_E_EXISTS },
		{ "", DMSC_E_USAGE }, { ".", DMSC_E_EXISTS },
		{ "./", DMSC_E_USAGE }, { "Set/", DMSC_E_USAGE },
		{ "Origin/x", DMSC_E_USAGE }, { "SC", DMSC_E_USAGE },
		{ "Inbox/a", DMSC_E_USAGE }, { "No/such", DMSC_E_NOTFOUND },
		{ "a?prop=ACL", DMSC_E_USAGE },
		{ "DevInfo/Man/x", DMSC_E_NOTFOUND },
	};
	struct dmsc_mount_row row;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		check(add(d, rows[i].uri, "/Doc") == rows[i].code, "at '%s'",
		    rows[i].uri);
	check(dmsc_mount_find(d, "./Mine", &row) && dmsc_mount_find(d,
	    "Set/Deep", &row) && !dmsc_mount_find(d, "./Other", &row) &&
	    !dmsc_mount_at(d, 2, &row), "those are kept");
	check(dmsc_mount_covers(d, ID, "/Doc/a", NULL) &&
	    dmsc_mount_covers(d, ID, "/Doc", &row) &&
	    !dmsc_mount_covers(d, ID, "/Document", NULL) &&
	    !dmsc_mount_covers(d, "iccid:1", "/Doc", NULL),
	    "a document that is mounted is known");
}

/* One command, as a server sends it. */
struct turn {
	const char *verb, *uri, *source;
	unsigned status;
	const char *holds;	/* in the answer; NULL: nothing of the card's */
};

static size_t
write_one(char *out, size_t size, const struct turn *t, unsigned id)
{
	return (size_t)snprintf(out, size, "<%s><CmdID>%u</CmdID><Item>"
	    "<Target><LocURI>%s</LocURI></Target>%s%s%s%s</Item></%s>",
	    t->verb, id, t->uri, t->source == NULL ? "" : "<Source><LocURI>",
	    t->source == NULL ? "" : t->source, t->source == NULL ? "" :
	    "</LocURI></Source>", strcmp(t->verb, "Add") == 0 ||
	    strcmp(t->verb, "Replace") == 0 ? "<Data>x</Data>" : "",
	    t->verb);
}

static size_t
write_all(char *out, size_t size, const char *body)
{
	return (size_t)snprintf(out, size, "<SyncML xmlns=\"SYNCML:SYNCML1.2\">"
	    "<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>d"
	    "</LocURI></Target><Source><LocURI>s</LocURI></Source></SyncHdr>"
	    "<SyncBody>%s<Final/></SyncBody></SyncML>", body);
}

/* What the device answers, in XML, into out; its code. */
static int
say(struct dmsc_device *d, struct lab *w, const char *server,
    struct dmsc_rd message, struct dmsc_buf *out)
{
	const struct dmsc_mount_card card = { .who = who, .read = read_it,
	    .ctx = w };
	const struct dmsc_mounts_opts mo = { .dev = d, .card = &card,
	    .server = server, .xml = true };
	struct dmsc_dm_opts o = { .server = server, .xml = true,
	    .depth = DMSC_TREE_DEPTH_MAX, .hooks = { .rule =
	    dmsc_device_rule } };
	struct dmsc_mounts *m = NULL;
	struct dmsc_responder *r = NULL;
	struct dmsc_msg *in = NULL, *a = dmsc_msg_new();
	struct dmsc_err e;
	int code = dmsc_msg_read(message, &in, NULL, &e);

	dmsc_buf_reset(out);
	if (a == NULL)
		code = DMSC_E_NOMEM;
	if (code == DMSC_E_OK)
		code = dmsc_mount_show(d, &card);
	if (code == DMSC_E_OK)
		code = dmsc_mounts_new(&mo, &m);
	o.hooks.elsewhere = m == NULL ? NULL : dmsc_mounts_past(m);
	if (code == DMSC_E_OK)
		code = dmsc_responder_new(d->tree, &o, &r);
	if (code == DMSC_E_OK)
		code = dmsc_responder_take(r, in, NULL);
	if (code == DMSC_E_OK) {
		a->hdr = in->hdr;
		code = dmsc_responder_give(r, a);
	}
	if (code == DMSC_E_OK)
		code = dmsc_msg_write_xml(a, false, out, &e);
	dmsc_msg_free(&a);
	dmsc_msg_free(&in);
	dmsc_responder_free(&r);
	dmsc_mounts_free(&m);
	return code;
}

static unsigned
status_in(const char *answer, unsigned cmd)
{
	char ref[32];
	const char *p;
	unsigned status = 0;

	(void)snprintf(ref, sizeof ref, "<CmdRef>%u</CmdRef>", cmd);
	while ((p = strstr(answer, ref)) != NULL) {
		answer = p + 1;
		if ((p = strstr(p, "<Data>")) != NULL && p[6] >= '1' &&
		    p[6] <= '5' && p[9] == '<') {
			status = (unsigned)((p[6] - '0') * 100 +
			    (p[7] - '0') * 10 + p[8] - '0');
			break;
		}
	}
	return status;
}

static bool
in_file(const struct dmsc_device *d, const char *text)
{
	struct dmsc_buf *b = NULL;
	struct dmsc_err e;
	bool found = dmsc_file_slurp(d->file, TREE_MAX, &b, &e) == DMSC_E_OK &&
	    strstr(dmsc_buf_cstr(b), text) != NULL;

	dmsc_buf_free(&b);
	return found;
}

static void
turns(struct lab *w, const char *server, const struct turn *rows, size_t n)
{
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);
	char body[MSG_MAX], message[2 * MSG_MAX];
	struct dmsc_device *d = load();
	struct dmsc_err e;
	const char *s;
	size_t i;

	for (i = 0; i < n; i++) {
		(void)write_one(body, sizeof body, &rows[i], 1);
		(void)write_all(message, sizeof message, body);
		if (say(d, w, server, dmsc_rd_str(message), out) != DMSC_E_OK)
			abort();
		s = dmsc_buf_cstr(out);
		check(status_in(s, 1) == rows[i].status, "%s: %s %s: %u",
		    server, rows[i].verb, rows[i].uri, rows[i].status);
		check(rows[i].holds == NULL ? strstr(s, VALUE) == NULL :
		    strstr(s, rows[i].holds) != NULL, "what comes of it");
		check(strstr(s, HIDDEN) == NULL, "nothing that is shut");
	}
	check(dmsc_device_save(d, &e) == DMSC_E_OK && !in_file(d, VALUE) &&
	    !in_file(d, HIDDEN) && in_file(d, "Deep"),
	    "the file has the mounts, not what is mounted");
	dmsc_device_free(&d);
	dmsc_buf_free(&out);
}

static void
with_card(struct lab *w)
{
	static const struct turn rows[] = {
		{ "Get", "./Mine/Host", NULL, 200, VALUE },
		{ "Get", "./Set/Deep/Host", NULL, 200, VALUE },
		{ "Get", "Set//Deep/Host", NULL, 404, NULL },
		{ "Get", "./Mi%6Ee/Host", NULL, 200, VALUE },
		{ "Get", "./Mine", NULL, 200, "Host/Shut" },
		{ "Get", "./Mine?list=StructData", NULL, 200, VALUE },
		{ "Get", "./Mine?list=TNDS", NULL, 200, VALUE },
		{ "Get", "./Mine/Host?prop=Format", NULL, 200, "chr" },
		{ "Get", "./Mine/Host?prop=What", NULL, 406, NULL },
		{ "Get", "./Mine/None", NULL, 404, NULL },
		{ "Get", "./Mine/Shut", NULL, 425, NULL },
		{ "Get", "./Mine/AAuthSecret", NULL, 405, NULL },
		{ "Get", ".", NULL, 200, "Mine" },
		{ "Get", "./Set", NULL, 200, "Deep" },
		{ "Add", "./Mine/New", NULL, 405, NULL },
		{ "Add", "./Mine", NULL, 405, NULL },
		{ "Replace", "./Mine/Host", NULL, 405, NULL },
		{ "Delete", "./Mine", NULL, 405, NULL },
		{ "Delete", "./Mine/Host", NULL, 405, NULL },
		{ "Exec", "./Mine/Host", NULL, 405, NULL },
		{ "Copy", "./Stolen", "./Mine/Host", 405, NULL },
		{ "Copy", "./Mine/Host", "./DevInfo/Man", 405, NULL },
		{ "Get", "./Minefield", NULL, 404, NULL },
		{ "Get", "./DevInfo/Man", NULL, 200, "dmsc" },
	};

	w->reads = 0;
	turns(w, "s.example", rows, DMSC_COUNT(rows));
	check(w->reads == 11, "the card is read for each message that asks: %u",
	    w->reads);
}

static void
without_card(struct lab *w, const char *id, const char *what)
{
	static const struct turn rows[] = {
		{ "Get", "./Mine/Host", NULL, 404, NULL },
		{ "Get", "./Mine", NULL, 404, NULL },
		{ "Get", "./Set/Deep?list=TNDS", NULL, 404, NULL },
		{ "Add", "./Mine", NULL, 405, NULL },
		{ "Replace", "./Mine/Host", NULL, 404, NULL },
		{ "Delete", "./Mine", NULL, 404, NULL },
		{ "Copy", "./Stolen", "./Mine/Host", 404, NULL },
		{ "Get", "./DevInfo/Man", NULL, 200, "dmsc" },
	};
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);
	struct dmsc_device *d = load();
	char message[MSG_MAX];

	w->id = id;
	w->reads = 0;
	turns(w, "s.example", rows, DMSC_COUNT(rows));
	check(w->reads == 0, "%s: nothing is read", what);
	(void)write_all(message, sizeof message, "<Get><CmdID>1</CmdID><Item>"
	    "<Target><LocURI>.</LocURI></Target></Item></Get>");
	check(say(d, w, "s.example", dmsc_rd_str(message), out) == DMSC_E_OK &&
	    strstr(dmsc_buf_cstr(out), "Mine") == NULL, "%s: the root does "
	    "not list it", what);
	w->id = ID;
	dmsc_device_free(&d);
	dmsc_buf_free(&out);
}

static void
failing(struct lab *w)
{
	static const struct { int code; unsigned status; } rows[] = {
		{ DMSC_E_AUTH, 425 }, { DMSC_E_BLOCKED, 425 },
		{ DMSC_E_NOTFOUND, 404 }, { DMSC_E_REMOVED, 404 },
		{ DMSC_E_TRANSPORT, 500 }, { DMSC_E_DATA, 500 },
	};
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		const struct turn t = { "Get", "./Mine/Host", NULL,
		    rows[i].status, NULL };

		w->code = rows[i].code;
		turns(w, "s.example", &t, 1);
	}
	w->code = DMSC_E_OK;
}

/* Several commands: one read; what is to be done as a whole. */
static void
together(struct lab *w)
{
	static const struct { const char *body; unsigned status[4];
	    unsigned reads; } rows[] = {
		{ "<Get><CmdID>1</CmdID><Item><Target><LocURI>./Mine/Host"
		    "</LocURI></Target></Item><Item><Target><LocURI>./Mine"
		    "</LocURI></Target></Item></Get>", { 200 }, 1 },
		{ "<Get><CmdID>1</CmdID><Item><Target><LocURI>./Mine/Host"
		    "</LocURI></Target></Item><Item><Target><LocURI>./DevInfo"
		    "</LocURI></Target></Item></Get>", { 406 }, 0 },
		{ "<Sequence><CmdID>1</CmdID><Get><CmdID>2</CmdID><Item>"
		    "<Target><LocURI>./Mine/Host</LocURI></Target></Item>"
		    "</Get><Get><CmdID>3</CmdID><Item><Target><LocURI>"
		    "./Mine/None</LocURI></Target></Item></Get></Sequence>",
		    { 200, 200, 404 }, 1 },
		{ "<Sequence><CmdID>1</CmdID><Get><CmdID>2</CmdID><Item>"
		    "<Target><LocURI>./Mine/Host</LocURI></Target></Item>"
		    "</Get><Add><CmdID>3</CmdID><Item><Target><LocURI>./B"
		    "</LocURI></Target><Data>x</Data></Item></Add></Sequence>",
		    { 406, 215, 215 }, 0 },
		{ "<Atomic><CmdID>1</CmdID><Add><CmdID>2</CmdID><Item><Target>"
		    "<LocURI>./Mine/x</LocURI></Target><Data>x</Data></Item>"
		    "</Add></Atomic>", { 406, 215 }, 0 },
	};
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);
	struct dmsc_device *d = load();
	char message[2 * MSG_MAX];
	size_t i;
	unsigned k;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		w->reads = 0;
		(void)write_all(message, sizeof message, rows[i].body);
		check(say(d, w, "s.example", dmsc_rd_str(message), out) ==
		    DMSC_E_OK, "message %zu", i);
		for (k = 0; k < 4 && rows[i].status[k] != 0; k++)
			check(status_in(dmsc_buf_cstr(out), k + 1) ==
			    rows[i].status[k], "command %u", k + 1);
		check(w->reads == rows[i].reads, "reads: %u", w->reads);
	}
	check(dmsc_tree_find(d->tree, "B") == NULL &&
	    dmsc_tree_find(d->tree, "Mine/x") == NULL, "nothing was half done");
	dmsc_device_free(&d);
	dmsc_buf_free(&out);
}

/* Any message at all: the file never has a value of the card. */
static void
hostile(struct lab *w)
{
	static const struct turn seeds[] = {
		{ "Get", "./Mine?list=StructData", NULL, 0, NULL },
		{ "Copy", "./DevInfo/Man", "./Mine/Host", 0, NULL },
		{ "Replace", "./Set/Deep/Host", NULL, 0, NULL },
		{ "Add", "./Mine/Host/x", NULL, 0, NULL },
	};
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);
	char body[MSG_MAX], message[2 * MSG_MAX];
	unsigned seed = 17, held = 0;
	struct dmsc_device *d;
	struct dmsc_err e;
	size_t i, n, at;

	for (i = 0; i < FLIPS; i++) {
		(void)write_one(body, sizeof body, &seeds[i % 4], 1);
		n = write_all(message, sizeof message, body);
		seed = seed * 1103515245 + 12345;
		at = n / 2 + (seed >> 8) % (n / 2);
		message[at] = (char)(message[at] ^ (1 << (seed >> 28 & 7)));
		d = load();
		(void)say(d, w, NULL, dmsc_rd_of(message, n), out);
		if (i % 50 == 0 && dmsc_device_save(d, &e) == DMSC_E_OK)
			held += in_file(d, VALUE) || in_file(d, HIDDEN);
		dmsc_device_free(&d);
	}
	check(held == 0, "%d bent messages brought nothing into the file",
	    FLIPS);
	dmsc_buf_free(&out);
}

/* Every allocation fails once: an answer, or none for want of memory. */
static void
no_memory(struct lab *w)
{
	static const struct turn asks = { "Get", "./Mine?list=TNDS", NULL, 0,
		NULL };
	struct dmsc_buf *out = dmsc_buf_new(TREE_MAX);
	char body[MSG_MAX], message[2 * MSG_MAX];
	unsigned n = 0, odd = 0, none = 0;
	struct dmsc_device *d;
	struct dmsc_err e;
	bool failed = true;
	int code;

	(void)write_one(body, sizeof body, &asks, 1);
	(void)write_all(message, sizeof message, body);
	for (; failed && n < ALLOCATIONS; n++) {
		d = load();
		countdown = (long)n;
		code = say(d, w, "s.example", dmsc_rd_str(message), out);
		failed = countdown < 0;
		countdown = -1;
		none += code == DMSC_E_NOMEM;
		odd += (code != DMSC_E_OK && code != DMSC_E_NOMEM) ||
		    dmsc_device_save(d, &e) != DMSC_E_OK || in_file(d, VALUE);
		dmsc_device_free(&d);
	}
	check(!failed && odd == 0 && none > n / 2, "%u of %u allocations that "
	    "fail end the message, %u are odd", none, n, odd);
	dmsc_buf_free(&out);
}

/* The device's own program: values and errors. */
static void
own(struct lab *w)
{
	static const char *const uris[] = { "./Mine/Host", "./DevInfo/Man",
		"./Mine/Shut" };
	static const char *const odd[] = { "./None", "./Mine/Host" };
	const struct dmsc_mount_card card = { .who = who, .read = read_it,
	    .ctx = w };
	struct dmsc_dm_answer *a = NULL;
	struct dmsc_device *d = load();
	struct dmsc_err e = { .code = DMSC_E_OK };

	check(dmsc_device_get_run(d, &card, uris, 3, &a, &e) == DMSC_E_OK &&
	    a->n_results == 3 && dmsc_rd_eq_str(dmsc_buf_rd(
	    a->results[0].value), VALUE) && dmsc_rd_eq_str(dmsc_buf_rd(
	    a->results[2].value), HIDDEN), "all that its user may");
	dmsc_view_free(&dmsc_dm_answer_view, a);
	w->code = DMSC_E_AUTH;
	check(dmsc_device_get_run(d, &card, uris, 2, &a, &e) == DMSC_E_AUTH &&
	    e.dm == 425 && strcmp(e.message, "cannot read '/Doc'") == 0 &&
	    a->n_results == 1, "why the card does not give it");
	dmsc_view_free(&dmsc_dm_answer_view, a);
	check(dmsc_device_get_run(d, &card, odd, 2, &a, &e) ==
	    DMSC_E_NOTFOUND && e.dm == 404 && strcmp(e.where, "./None") == 0,
	    "of several the first that failed is told");
	dmsc_view_free(&dmsc_dm_answer_view, a);
	w->code = DMSC_E_OK;
	check(dmsc_device_get_run(d, NULL, uris, 1, &a, &e) ==
	    DMSC_E_NOTFOUND && e.dm == 404, "without a card it is not there");
	dmsc_view_free(&dmsc_dm_answer_view, a);
	dmsc_device_free(&d);
}

int
main(void)
{
	struct lab w = { .id = ID, .doc = dmsc_tree_new(TREE_MAX) };
	struct dmsc_device *d;
	struct dmsc_err e;

	if (!tap_folder(folder))
		return 1;
	put(w.doc, "Host", VALUE);
	put(w.doc, "Shut", HIDDEN);
	put(w.doc, "AAuthSecret", HIDDEN "2");
	if (dmsc_node_set_acl(w.doc, dmsc_tree_find(w.doc, "Shut"),
	    "Get=other.example") != DMSC_E_OK)
		abort();
	d = load();
	put(d->tree, "Set", NULL);
	places(d);
	check(dmsc_device_save(d, &e) == DMSC_E_OK, "saved");
	dmsc_device_free(&d);
	with_card(&w);
	without_card(&w, NULL, "no card");
	without_card(&w, "iccid:77", "another card");
	with_card(&w);
	failing(&w);
	together(&w);
	own(&w);
	no_memory(&w);
	hostile(&w);
	dmsc_tree_free(&w.doc);
	return tap_done();
}
