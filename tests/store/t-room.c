/*
 * Files are the card's own business where it has the DM-SC application
 * (OSR-1): what it gives and takes back, and that no host makes, sizes or
 * deletes a file there, whatever it commits and wherever power is cut.
 */
#include "store/cards.h"

#include "base/text.h"
#include "card/app.h"
#include "card/dirs.h"
#include "store/inside.h"

enum { FREE_CUTS = 120, FREE_CUTS_HARD = 1500 };

static struct dmsc_rd
bytes_of(const char *hex, struct dmsc_buf *b)
{
	dmsc_buf_reset(b);
	put_hex(b, hex);
	return dmsc_buf_rd(b);
}

/* Identifiers from 4D18 on stand for the first that are free on the card. */
static unsigned shift, documents;

static const char *
shifted(const char *text)
{
	static char out[2][256];
	static unsigned turn;
	char *to = out[turn = turn ^ 1], *at;
	char two[3] = "";
	uint64_t low;

	(void)snprintf(to, sizeof out[0], "%s", text);
	for (at = to; (at = strstr(at, "504D")) != NULL; at += 4) {
		memcpy(two, at + 4, 2);
		if (dmsc_num(two, 16, UINT8_MAX, &low) != DMSC_E_OK ||
		    low < 0x18 || low >= 0xA0)
			continue;
		(void)snprintf(two, sizeof two, "%02X",
		    (unsigned)(low + shift) & UINT8_MAX);
		memcpy(at + 4, two, 2);
	}
	return to;
}

static void
find_shift(const char *dir)
{
	static struct host h;
	int df;

	host_over(&h, app_card(), &spy_ops, dir);
	if (dmsc_store_load(h.st) == DMSC_E_OK)
		documents = (unsigned)h.st->n_docs;
	df = dmsc_card_p15(h.card);
	while (dmsc_card_child(h.card, df, 0x4D18 + shift) !=
	    DMSC_CARD_NONE)
		shift += 2;
	host_free(&h);
}

static const char *
answer_of(struct dmsc_card *c, const char *object)
{
	static char text[256];
	struct dmsc_buf *in = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *out = dmsc_buf_new(LAB_MAX);
	unsigned sw = app_object(c, bytes_of(shifted(object), in), APP_SHORT,
	    out);
	struct dmsc_appl_files f;
	char one[32], two[32];

	if (sw != 0x9000 || out->len == 0)
		(void)snprintf(text, sizeof text, "%04X", sw);
	else if (dmsc_appl_files_get(dmsc_buf_rd(out), &f) != DMSC_E_OK ||
	    f.counter != dmsc_card_counter(c))
		(void)snprintf(text, sizeof text, "?");
	else
		(void)snprintf(text, sizeof text, "%s %s %lu",
		    dmsc_hex(f.path, one, sizeof one),
		    dmsc_hex(f.second, two, sizeof two),
		    (unsigned long)f.size);
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return text;
}

/* E5: 80 use, 81 size, 82 authId, 83 label, 84 identifier, 85 pair, 86. */
#define DOC "800101 8104"
static const struct {
	const char *name, *object, *want;
	bool counts;
} rows[] = {
	{ "a pair", "E50B" DOC "00000200 8500",
	    "3F007F504D18 3F007F504D19 512", true },
	{ "another one", "E50B" DOC "00000100 8500",
	    "3F007F504D1A 3F007F504D1B 256", true },
	{ "one file", "E509" DOC "00000100", "3F007F504D1C  256", true },
	{ "private", "E50E" DOC "00000100 8500 820101",
	    "3F007F504D1E 3F007F504D1F 256", true },
	{ "no such PIN", "E50E" DOC "00000100 8500 820109", "6A88", false },
	{ "no size", "E50B" DOC "00000000 8500", "6A80", false },
	{ "too large", "E50B" DOC "01000000 8500", "6A80", false },
	{ "more than there is", "E50B" DOC "0000FFFF 8500",
	    "3F007F504D20 3F007F504D21 65535", true },
	{ "and more", "E50B" DOC "0000FFFF 8500", "6A84", false },
	{ "a label and no kind", "E50E" DOC "00000100 8500 830141", "6A80",
	    false },
	{ "listed", "E51E" DOC "00000040 8500 8304 4E657765 "
	    "840B 322E32332E34332E372E31", "3F007F504D22 3F007F504D23 64",
	    true },
	{ "another slot that is there", "E511 800102 810400000000 "
	    "8606 3F007F504D10", "6A89", false },
	{ "of a file that is alone", "E511 800102 810400000000 "
	    "8606 3F007F504D1C", "3F007F504D1D  256", true },
	{ "beside none", "E511 800102 810400000000 8606 3F007F504DAA",
	    "6A82", false },
	{ "elsewhere", "E511 800102 810400000000 8606 3F007FD06F07",
	    "6A82", false },
	{ "larger", "E513 800103 810400001000 8500 8606 3F007F504D12",
	    "3F007F504D24 3F007F504D25 4096", true },
	{ "of no document", "E513 800103 810400001000 8500 8606 "
	    "3F007F504DAA", "6A82", false },
	{ "no such use", "E50B 800104 810400000100 8500", "6A80", false },
	{ "use 0", "E50B 800100 810400000100 8500", "6A80", false },
	{ "nothing asked", "E500", "6A80", false },
	{ "given back", "E708 8006 3F007F504D20", "9000", true },
	{ "twice", "E708 8006 3F007F504D20", "6A82", false },
	{ "by the other slot", "E708 8006 3F007F504D1B", "9000", true },
	{ "a directory", "E708 8006 3F007F504D00", "6985", false },
	{ "the ODF", "E708 8006 3F007F505031", "6985", false },
	{ "no path", "E700", "6A80", false },
	{ "half a path", "E707 8005 3F007F504D", "6A82", false },
};

static struct host host;

/* Newe is there, in two directories, and no private one before it. */
static bool
is_listed(const struct dmsc_store *st)
{
	size_t i;

	for (i = 0; i < st->n_docs && !st->docs[i].is_private; i++)
		if (strcmp(st->docs[i].name, "Newe") == 0)
			return st->docs[i].n_refs >= 2 &&
			    strcmp(st->docs[i].oid, DMSC_OID_DM) == 0;
	return false;
}

static void
test_card(const char *dir)
{
	struct dmsc_card *c = app_card();
	uint32_t before;
	size_t i, n, all = c->free_bytes;
	const char *got;

	(void)lab_send(c, APP_SELECT);
	ok(strcmp(answer_of(c, rows[0].object), "6982") == 0 &&
	    strcmp(answer_of(c, "E708 8006 3F007F504D10"), "6982") == 0,
	    "nobody gets room, or takes it");
	(void)lab_send(c, APP_ADM1);
	for (i = 0; i < DMSC_COUNT(rows); i++) {
		before = dmsc_card_counter(c);
		n = c->free_bytes;
		got = answer_of(c, rows[i].object);
		if (!ok(strcmp(got, shifted(rows[i].want)) == 0 &&
		    dmsc_card_counter(c) == before + (rows[i].counts ? 1 :
		    0) && (rows[i].counts || c->free_bytes == n),
		    rows[i].name))
			printf("# %s\n", got);
	}
	ok(app_reset(c) && c->free_bytes < all, "power was off");
	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	ok(strcmp(answer_of(c, rows[0].object),
	    shifted(rows[0].want)) == 0,
	    "what no directory named is free again");
	host_over(&host, c, &spy_ops, dir);
	ok(dmsc_store_load(host.st) == DMSC_E_OK &&
	    host.st->n_docs == documents + 1 && is_listed(host.st),
	    "the one with a label is listed, before private ones");
	host_down(&host);
	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	ok(strcmp(answer_of(c, "E708 8006 3F007F504D22"), "9000") == 0 &&
	    strcmp(answer_of(c, "E708 8006 3F007F504D18"), "9000") == 0 &&
	    c->free_bytes == all, "given back: all is free that was free");
	host_up(&host);
	ok(dmsc_store_load(host.st) == DMSC_E_OK &&
	    host.st->n_docs == documents,
	    "and it is listed no more");
	host_free(&host);
}

/* Every truncation, and every bit flipped: no host gets more by it. */
static void
test_bad_bytes(void)
{
	struct dmsc_card *c = app_card();
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX), *out = NULL;
	struct dmsc_buf *bad = NULL;
	size_t i, k;

	(void)lab_send(c, APP_SELECT);
	(void)lab_send(c, APP_ADM1);
	for (i = 0; i < DMSC_COUNT(rows); i++) {
		(void)bytes_of(rows[i].object, b);
		for (k = 0; k < 8 * b->len; k++) {
			bad = dmsc_buf_from(dmsc_buf_rd(b), LAB_MAX);
			out = dmsc_buf_new(LAB_MAX);
			bad->p[k / 8] ^= (uint8_t)(1u << k % 8);
			(void)app_object(c, dmsc_buf_rd(bad), APP_SHORT, out);
			dmsc_buf_free(&bad);
			dmsc_buf_free(&out);
		}
	}
	ok(app_reset(c) && dmsc_card_load(c) == DMSC_E_OK,
	    "requests of flipped bits leave a card that can be read");
	dmsc_buf_free(&b);
	dmsc_card_close(&c);
}

/* CREATE, DELETE, RESIZE FILE, among what went to the card. */
static bool
made_files(const struct spy *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->ins[i] == 0xE0 || s->ins[i] == 0xE4 ||
		    s->ins[i] == 0xD4)
			return true;
	return false;
}

static int
add_document(struct host *h, const char *name, size_t n, bool private)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	char path[64];
	int r;

	(void)snprintf(path, sizeof path, "/%s/DMAcc/a/ServerID", name);
	if ((r = dmsc_store_mkdoc(h->st, name, "dm", 0, private)) ==
	    DMSC_E_OK && (r = dmsc_buf_fill(b, 'x', n)) == DMSC_E_OK)
		r = dmsc_store_add(h->st, path, DMSC_FMT_CHR, NULL,
		    dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

static size_t
length(struct host *h, const char *path)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n;

	return dmsc_store_at(h->st, path, &t, &n) == DMSC_E_OK && n != NULL ?
	    dmsc_node_value(n).left : 0;
}

/* The plan says how many APDUs, and the commit takes as many: a private file
 * is tried once more. */
static bool
as_planned_but(struct host *h, const char *way, unsigned more)
{
	struct dmsc_plan *p = NULL;
	struct dmsc_commit *c = NULL;
	bool good = dmsc_store_plan(h->st, false, &p) == DMSC_E_OK &&
	    dmsc_store_commit(h->st, false, &c) == DMSC_E_OK &&
	    strcmp(c->way, way) == 0 && p->apdus + more == c->apdus;

	if (c != NULL && p->apdus != c->apdus)
		printf("# planned %u, took %u\n", p->apdus, c->apdus);
	if (!good)
		say(&h->e);
	dmsc_view_free(&dmsc_plan_view, p);
	dmsc_view_free(&dmsc_commit_view, c);
	return good;
}

static bool
as_planned(struct host *h, const char *way)
{
	return as_planned_but(h, way, 0);
}

static void
test_host(const char *dir)
{
	struct dmsc_commit *c = NULL;
	char **done = NULL;
	size_t n = 0;
	struct host h;

	host_over(&h, app_card(), &spy_ops, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_prepare(h.st, false,
	    &done, &n) == DMSC_E_OK && n == 0, "there is nothing to prepare");
	host_restart(&h);
	ok(add_document(&h, "One", 3, false) == DMSC_E_OK &&
	    *host_commit(&h, false) == '\0' && h.e.code == DMSC_E_AUTH,
	    "nobody is given room");
	ok(host_adm(&h) == DMSC_E_OK && as_planned(&h, "create"),
	    "a document by room from the card");
	host_restart(&h);
	ok(length(&h, "/One/DMAcc/a/ServerID") == 3, "is there");
	ok(host_adm(&h) == DMSC_E_OK &&
	    add_document(&h, "Two", 5, true) == DMSC_E_OK &&
	    add_document(&h, "Three", 7, false) == DMSC_E_OK &&
	    as_planned_but(&h, "create", 1), "a private one and another");
	host_restart(&h);
	ok(length(&h, "/Three/DMAcc/a/ServerID") == 7 &&
	    length(&h, "/Two/DMAcc/a/ServerID") == 0 &&
	    host_pin81(&h) == DMSC_E_OK &&
	    length(&h, "/Two/DMAcc/a/ServerID") == 5,
	    "are there, one for the user alone");
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_set(h.st,
	    "/One/DMAcc/a/ServerID", dmsc_rd_str("another value"), NULL,
	    NULL) == DMSC_E_OK && as_planned(&h, "pair"),
	    "it changes in its pair");
	ok(dmsc_store_rmdoc(h.st, "/Three") == DMSC_E_OK &&
	    as_planned(&h, "pair"), "one is removed");
	ok(dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK &&
	    length(&h, "/Three/DMAcc/a/ServerID") == 7, "and is back");
	dmsc_view_free(&dmsc_commit_view, c);
	ok(!made_files(&h.spy) && h.spy.n < SPY_MAX,
	    "no host made, sized or deleted a file");
	host_free(&h);
}

/* A document that outgrows its pair gets another one. */
static void
test_grow(const char *dir)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	size_t before;
	struct host h;

	host_over(&h, app_card(), &spy_ops, dir);
	before = h.card->free_bytes;
	ok(host_adm(&h) == DMSC_E_OK &&
	    add_document(&h, "One", 3, false) == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "create") == 0 &&
	    dmsc_buf_fill(b, 'y', 3000) == DMSC_E_OK &&
	    dmsc_store_set(h.st, "/One/DMAcc/a/ServerID", dmsc_buf_rd(b),
	    NULL, NULL) == DMSC_E_OK && as_planned(&h, "create"),
	    "a document outgrows its files");
	host_restart(&h);
	ok(length(&h, "/One/DMAcc/a/ServerID") == 3000 && !made_files(&h.spy),
	    "and has others, from the card");
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_rmdoc(h.st, "/One") ==
	    DMSC_E_OK && strcmp(host_commit(&h, false), "pair") == 0 &&
	    add_document(&h, "Two", 3, false) == DMSC_E_OK,
	    "removed, and another document");
	host_restart(&h);
	ok(host_adm(&h) == DMSC_E_OK &&
	    add_document(&h, "Two", 3, false) == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "create") == 0 &&
	    before - h.card->free_bytes < 1000,
	    "what was removed makes room for it");
	ok(dmsc_buf_fill(b, 'y', 60000) == DMSC_E_OK &&
	    add_document(&h, "Big", 60000, false) == DMSC_E_OK &&
	    add_document(&h, "Fat", 60000, false) == DMSC_E_OK &&
	    *host_commit(&h, false) == '\0' && h.e.code == DMSC_E_SPACE,
	    "more than there is");
	host_restart(&h);
	ok(dmsc_store_load(h.st) == DMSC_E_OK &&
	    h.st->n_docs == documents + 1 &&
	    before - h.card->free_bytes < 1000,
	    "a commit that found no room leaves nothing behind");
	dmsc_buf_free(&b);
	host_free(&h);
}

/* A commit of a new document cut somewhere, again and again; sometimes
 * whole, and removed. At last all is free that was free. */
static void
test_leaks(const char *dir, unsigned cuts)
{
	unsigned i, at = 1;
	size_t before;
	struct host h;
	bool good = true;

	host_over(&h, app_card(), &spy_ops, dir);
	before = h.card->free_bytes;
	for (i = 0; good && i < cuts; i++) {
		dmsc_card_cut(h.card, at, i % 50);
		at = at % 40 + 1;
		if (host_adm(&h) != DMSC_E_OK || add_document(&h, "New",
		    i % 300, false) != DMSC_E_OK || *host_commit(&h, false) ==
		    '\0' || dmsc_store_rmdoc(h.st, "/New") != DMSC_E_OK ||
		    *host_commit(&h, false) == '\0')
			dmsc_err_clear(&h.e);
		good = dmsc_card_power_back(h.card) == DMSC_E_OK;
		host_restart(&h);
		good = host_adm(&h) == DMSC_E_OK && good;
		if (dmsc_store_load(h.st) == DMSC_E_OK &&
		    h.st->n_docs > documents)
			good = dmsc_store_rmdoc(h.st, "/New") == DMSC_E_OK &&
			    *host_commit(&h, false) != '\0' && good;
		host_restart(&h);
	}
	if (!good)
		say(&h.e);
	ok(good, "commits of a new document, each cut somewhere");
	(void)lab_send(h.card, APP_SELECT);
	(void)lab_send(h.card, APP_ADM1);
	ok(strcmp(answer_of(h.card, rows[0].object),
	    shifted(rows[0].want)) == 0 &&
	    strcmp(answer_of(h.card, "E708 8006 3F007F504D18"), "9000") ==
	    0 && h.card->free_bytes == before,
	    "after them all is free that was free");
	host_free(&h);
}

int
main(void)
{
	char dir[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	find_shift(dir);
	test_card(dir);
	test_bad_bytes();
	test_host(dir);
	test_grow(dir);
	test_leaks(dir, getenv("DMSC_HARD") != NULL ? FREE_CUTS_HARD :
	    FREE_CUTS);
	clean(dir);
	return tap_done();
}
