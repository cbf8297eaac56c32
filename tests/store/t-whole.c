/* store: prepare, import and export, backup, and what goes wrong. */
#include "store/cards.h"

#define SERVER "/OperatorX/DMAcc/opx/ServerID"
#define OLD "com.example.operator"

static int
set(struct host *h, const char *path, const char *value)
{
	return dmsc_store_set(h->st, path, dmsc_rd_str(value), NULL, NULL);
}

static bool
prepare(struct host *h, bool dry, size_t *n)
{
	char **done = NULL;
	size_t i;
	int r = dmsc_store_prepare(h->st, dry, &done, n);

	for (i = 0; r == DMSC_E_OK && i < *n; i++) {
		printf("# %s\n", done[i]);
		free(done[i]);
	}
	free(done);
	if (r != DMSC_E_OK)
		say(&h->e);
	return r == DMSC_E_OK;
}

static void
add_document(struct host *h, const char *name, bool is_private)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/DMAcc/x/ServerID", name);
	if (dmsc_store_mkdoc(h->st, name, "dm", 0, is_private) !=
	    DMSC_E_OK || dmsc_store_add(h->st, path, DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("made")) != DMSC_E_OK)
		say(&h->e);
}

static const struct { const char *name; enum shape shape; } blank[] = {
	{ "no PKCS#15", NO_P15 },
	{ "access rules only", RULES_ONLY },
	{ "one directory", LEGACY },
};

static void
prepares(const char *dir)
{
	struct host h;
	size_t i, n = 0, again = 0;

	for (i = 0; i < DMSC_COUNT(blank); i++) {
		host_new(&h, blank[i].shape, dir);
		printf("# %s\n", blank[i].name);
		ok(host_adm(&h) == DMSC_E_OK && prepare(&h, true, &n) &&
		    n > 0, "a dry run tells");
		ok(prepare(&h, false, &again) && again >= n, "prepare");
		ok(prepare(&h, false, &n) && n == 0, "once is enough");
		add_document(&h, "/New", false);
		if (!ok(strcmp(host_commit(&h, false), "pair") == 0,
		    "then documents have pairs"))
			say(&h.e);
		host_restart(&h);
		ok(host_is(&h, "/New/DMAcc/x/ServerID", "made"),
		    "and are there");
		ok(blank[i].shape == NO_P15 || rules_stand(&h),
		    "Android's rules stand, byte for byte");
		host_free(&h);
	}
	host_new(&h, NO_P15, dir);
	ok(host_adm(&h) == DMSC_E_OK, "ADM1");
	add_document(&h, "/New", false);
	ok(strcmp(host_commit(&h, false), "") == 0 && h.e.code == DMSC_E_PLAN &&
	    h.e.n_next > 0 && strcmp(h.e.next[0], "card prepare") == 0,
	    "without it commit says what to do");
	host_free(&h);
	host_new(&h, LEGACY_FIELD, dir);
	ok(host_adm(&h) == DMSC_E_OK && !prepare(&h, false, &n),
	    "a card that does not let us");
	ok(host_is(&h, "/@6432/DMAcc/opx/ServerID", OLD), "is as before");
	host_free(&h);
}

static const char *const forms[] = { "tnds", "tnds-wbxml", "syncml",
	"syncml-wbxml", "json", "raw" };

static void
exchanges(const char *dir)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct host h;
	char name[64];
	size_t i;

	host_new(&h, PAIRS, dir);
	for (i = 0; i < DMSC_COUNT(forms); i++) {
		dmsc_buf_reset(b);
		if (!ok(dmsc_store_export(h.st, "/OperatorX", forms[i], b) ==
		    DMSC_E_OK && b->len > 100, forms[i]))
			say(&h.e);
		(void)snprintf(name, sizeof name, "/Copy-%s", forms[i]);
		if (!ok(dmsc_store_import(h.st, name, dmsc_buf_rd(b)) ==
		    DMSC_E_OK, "and back"))
			say(&h.e);
		(void)snprintf(name, sizeof name,
		    "/Copy-%s/DMAcc/opx/ServerID", forms[i]);
		ok(host_is(&h, name, OLD), "with its values");
		ok(dmsc_store_import(h.st, "/OperatorX", dmsc_buf_rd(b)) ==
		    DMSC_E_OK && host_is(&h, SERVER, OLD),
		    "into one that is there");
	}
	dmsc_buf_reset(b);
	ok(dmsc_store_export(h.st, "/OperatorX/DMAcc/opx", "tnds", b) ==
	    DMSC_E_OK && dmsc_store_import(h.st, "/OperatorX/DMAcc/two",
	    dmsc_buf_rd(b)) == DMSC_E_OK &&
	    host_is(&h, "/OperatorX/DMAcc/two/ServerID", OLD),
	    "a node from a file");
	ok(dmsc_store_import(h.st, "/OperatorX", dmsc_rd_str("nonsense")) ==
	    DMSC_E_FORMAT && host_is(&h, SERVER, OLD),
	    "nonsense changes nothing");
	say(&h.e);
	ok(dmsc_store_export(h.st, "/OperatorX", "pdf", b) == DMSC_E_USAGE,
	    "no such form");
	dmsc_buf_free(&b);
	host_free(&h);
}

static void
backs_up(const char *dir)
{
	struct dmsc_buf *b = dmsc_buf_new(1 << 20);
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(dmsc_store_backup(h.st, b) == DMSC_E_OK && h.warnings == 1 &&
	    strstr(h.warning, "Personal") != NULL,
	    "what may be read; the rest is said");
	ok(host_adm(&h) == DMSC_E_OK && set(&h, SERVER, "changed") ==
	    DMSC_E_OK && strcmp(host_commit(&h, false), "pair") == 0,
	    "a change");
	if (!ok(dmsc_store_restore(h.st, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    host_is(&h, SERVER, OLD), "restore"))
		say(&h.e);
	ok(dmsc_store_dirty(h.st) &&
	    strcmp(host_commit(&h, false), "pair") == 0,
	    "into the working copy");
	ok(dmsc_store_restore(h.st, dmsc_rd_str("{\"name\":\"x\"}")) ==
	    DMSC_E_DATA, "no backup");
	host_free(&h);
	host_new(&h, NO_P15, dir);
	ok(dmsc_store_restore(h.st, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    host_is(&h, SERVER, OLD), "on another card");
	host_free(&h);
	dmsc_buf_free(&b);
}

/* The working copy over a reset of the card. */
static void
keeps(const char *dir)
{
	struct dmsc_buf *b = message("DMAcc", "other");
	struct dmsc_buf *hex = dmsc_buf_new(LAB_MAX);
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(set(&h, SERVER, "mine") == DMSC_E_OK, "an edit");
	add_document(&h, "/New", false);
	dmsc_uicc_forget(h.u);
	dmsc_guard_forget(h.g);
	dmsc_store_forget(h.st);
	ok(host_is(&h, SERVER, "mine") && dmsc_store_dirty(h.st),
	    "is kept while the card holds the same");
	ok(host_is(&h, "/New/DMAcc/x/ServerID", "made"), "a new one too");
	dmsc_store_forget(h.st);
	if (dmsc_buf_fmt(hex, "00D60000%02zX", DMSC_MIN(b->len,
	    (size_t)255)) != DMSC_E_OK || dmsc_hex_put(hex,
	    dmsc_rd_slice(dmsc_buf_rd(b), 0, 255)) != DMSC_E_OK)
		printf("# no memory\n");
	lab_send(h.card, "00A4000C023F00");
	lab_send(h.card, "0020000A08" ADM);
	lab_send(h.card, "00A4040C0C" AID15);
	lab_send(h.card, "00A4000C024D10");
	ok(strcmp(lab_send(h.card, dmsc_buf_cstr(hex)), "9000") == 0,
	    "somebody else writes it");
	dmsc_uicc_forget(h.u);
	(void)host_value(&h, SERVER);
	ok(h.warnings == 1 && strstr(h.warning, "dropped") != NULL,
	    "then it is dropped, with a warning");
	dmsc_buf_free(&b);
	dmsc_buf_free(&hex);
	host_free(&h);
}

/* Another card in the reader, between plan and writing. */
static void
swapped(const char *dir)
{
	static const struct step other[] = {
		{ "00A4000C023F00", "9000" }, { "0020000A08" ADM, "9000" },
		{ "00A4000C022FE2", "9000" },
		{ "00D600000A 98881201000050019999", "9000" },
	};
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK && set(&h, SERVER, "x") == DMSC_E_OK,
	    "an edit");
	ok(lab_run(h.card, other, DMSC_COUNT(other)), "another card");
	dmsc_uicc_forget(h.u);
	dmsc_uicc_right(h.u, 0x0A, true);
	ok(strcmp(host_commit(&h, false), "") == 0 && h.e.code ==
	    DMSC_E_SWAPPED, "nothing is written");
	say(&h.e);
	host_restart(&h);
	ok(host_is(&h, SERVER, OLD), "it is as before");
	host_free(&h);
}

/* A card whose memory is full; a document that outgrows its file. */
static void
full(const char *dir)
{
	static char big[40000];
	struct host h;

	memset(big, 'x', sizeof big - 1);
	host_new(&h, FIELD, dir);
	big[900] = '\0';
	ok(host_adm(&h) == DMSC_E_OK && set(&h, SERVER, big) == DMSC_E_OK,
	    "an edit that does not fit");
	ok(strcmp(host_commit(&h, true), "") == 0 && h.e.code == DMSC_E_SPACE,
	    "no space");
	say(&h.e);
	ok(h.e.why[0] != '\0' && h.e.n_next > 0, "why, and what next");
	host_free(&h);
	host_new(&h, PAIRS, dir);
	big[900] = 'x';
	ok(host_adm(&h) == DMSC_E_OK && set(&h, SERVER, big) == DMSC_E_OK,
	    "a very large one");
	ok(strcmp(host_commit(&h, false), "create") == 0, "gets a larger pair");
	add_document(&h, "/B", false);
	ok(dmsc_store_set(h.st, "/B/DMAcc/x/ServerID", dmsc_rd_str(big), NULL,
	    NULL) == DMSC_E_OK && strcmp(host_commit(&h, false), "create") == 0,
	    "one more");
	add_document(&h, "/D", false);
	ok(dmsc_store_set(h.st, "/D/DMAcc/x/ServerID", dmsc_rd_str(big), NULL,
	    NULL) == DMSC_E_OK, "and one too many");
	ok(strcmp(host_commit(&h, false), "") == 0 && h.e.code == DMSC_E_SPACE,
	    "the card is full");
	say(&h.e);
	host_restart(&h);
	ok(host_is(&h, "/D", "") && h.e.code == DMSC_E_NOTFOUND,
	    "it is as before");
	add_document(&h, "/E", false);
	ok(host_adm(&h) == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0 &&
	    host_is(&h, "/E/DMAcc/x/ServerID", "made"),
	    "a small one still finds the pair that is free");
	host_free(&h);
}

/* A document that is no document. */
static void
broken(const char *dir)
{
	static const struct step spoil[] = {
		{ "00A4000C023F00", "9000" }, { "0020000A08" ADM, "9000" },
		{ "00A4040C0C" AID15, "9000" }, { "00A4000C024D10", "9000" },
		{ "00D60000037F7F7F", "9000" },
	};
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(lab_run(h.card, spoil, DMSC_COUNT(spoil)), "bytes are spoilt");
	host_restart(&h);
	ok(host_is(&h, SERVER, "") && dmsc_e_exit(h.e.code) == 10,
	    "bad data is said");
	say(&h.e);
	ok(dmsc_store_export(h.st, "/OperatorX", "raw", b) == DMSC_E_OK &&
	    b->len > 100, "its bytes can be had");
	dmsc_buf_free(&b);
	b = message("DMAcc", "mended");
	ok(dmsc_store_import(h.st, "/OperatorX", dmsc_buf_rd(b)) ==
	    DMSC_E_OK && host_adm(&h) == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0 &&
	    host_is(&h, SERVER, "mended"), "and replaced");
	dmsc_buf_free(&b);
	host_free(&h);
}

int
main(void)
{
	char dir[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	prepares(dir);
	exchanges(dir);
	backs_up(dir);
	keeps(dir);
	swapped(dir);
	full(dir);
	broken(dir);
	clean(dir);
	return tap_done();
}
