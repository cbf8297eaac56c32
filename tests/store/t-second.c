/* A new document on a card of another maker with one directory of oidDOs:
 * the opaqueDO twins go into a second one, what was there stands. */
#include "store/cards.h"
#include "store/inside.h"

static bool
add_document(struct host *h, const char *name, const char *kind)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/%s/DMAcc/a/ServerID", name);
	return dmsc_store_mkdoc(h->st, name, kind, 0, false) == DMSC_E_OK &&
	    (strcmp(kind, "dm") != 0 || dmsc_store_add(h->st, path,
	    DMSC_FMT_CHR, NULL, dmsc_rd_str(name)) == DMSC_E_OK);
}

/* Entry k of directory dir: "30 label", "A1 label", or "". */
static const char *
entry_is(struct host *h, size_t dir, size_t k)
{
	static char text[64];
	const struct dmsc_dodf_entry *e;

	text[0] = '\0';
	if (dmsc_store_load(h->st) == DMSC_E_OK && dir < h->st->n_dirs &&
	    k < h->st->dirs[dir].dodf.n) {
		e = &h->st->dirs[dir].dodf.v[k];
		(void)snprintf(text, sizeof text, "%02X %s", e->choice,
		    e->label != NULL ? e->label : e->app_name != NULL ?
		    e->app_name : "");
	}
	return text;
}

/* The bytes of an entry, as the card of cards.h has them. */
static bool
is_raw(struct host *h, size_t k, const char *hex)
{
	struct dmsc_buf *want = dmsc_buf_new(LAB_MAX);
	bool same;

	put_hex(want, hex);
	same = dmsc_store_load(h->st) == DMSC_E_OK &&
	    k < h->st->dirs[0].dodf.n && dmsc_rd_eq(dmsc_buf_rd(want),
	    h->st->dirs[0].dodf.v[k].raw);
	dmsc_buf_free(&want);
	return same;
}

static void
test_first(const char *dir)
{
	struct dmsc_commit *c = NULL;
	struct host h;

	host_new(&h, RULES_ONLY, dir);
	ok(host_adm(&h) == DMSC_E_OK && add_document(&h, "New", "dm") &&
	    strcmp(host_commit(&h, false), "create") == 0, "a document");
	host_restart(&h);
	ok(host_is(&h, "/New/DMAcc/a/ServerID", "New"), "is there");
	ok(h.st->n_dirs == 2 && h.st->odf.n == 3 &&
	    h.st->odf.v[1].tag == 0xA5, "a directory more, listed last");
	ok(is_raw(&h, 0, arf_entry) && is_raw(&h, 1, "BF 21 03 010203") &&
	    strcmp(entry_is(&h, 0, 2), "A1 New") == 0 &&
	    *entry_is(&h, 0, 3) == '\0',
	    "oidDOs alone in the first, foreign ones byte for byte");
	ok(strcmp(entry_is(&h, 1, 0), "30 New") == 0 &&
	    strcmp(entry_is(&h, 1, 1), "A1 New") == 0 &&
	    *entry_is(&h, 1, 2) == '\0', "the twin and the oidDO");
	ok(host_adm(&h) == DMSC_E_OK && add_document(&h, "Two", "dm") &&
	    add_document(&h, "Raw", "app") &&
	    strcmp(host_commit(&h, false), "create") == 0 &&
	    dmsc_store_load(h.st) == DMSC_E_OK && h.st->n_dirs == 2 &&
	    strcmp(entry_is(&h, 0, 3), "A1 Two") == 0 &&
	    strcmp(entry_is(&h, 1, 0), "30 New") == 0 &&
	    strcmp(entry_is(&h, 1, 1), "30 Two") == 0,
	    "the next ones go there");
	ok(dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK,
	    "undo of the second");
	dmsc_view_free(&dmsc_commit_view, c);
	host_free(&h);
}

static void
test_others(const char *dir)
{
	struct dmsc_commit *c = NULL;
	struct host h;

	host_new(&h, LEGACY, dir);
	ok(host_adm(&h) == DMSC_E_OK && add_document(&h, "Raw", "app") &&
	    strcmp(host_commit(&h, false), "create") == 0 &&
	    dmsc_store_load(h.st) == DMSC_E_OK && h.st->n_dirs == 2,
	    "beside a document of another maker");
	ok(strcmp(entry_is(&h, 1, 0), "30 Raw") == 0 &&
	    strcmp(entry_is(&h, 1, 1), "30 DM bootstrap xx") == 0 &&
	    strcmp(entry_is(&h, 1, 2), "A1 DM bootstrap xx") == 0 &&
	    *entry_is(&h, 1, 3) == '\0', "both have an opaqueDO");
	ok(host_is(&h, "/DM bootstrap xx/DMAcc/opx/ServerID",
	    "com.example.operator") && h.st->n_docs == 3,
	    "each is one document");
	if (!ok(dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK &&
	    dmsc_store_load(h.st) == DMSC_E_OK && h.st->n_dirs == 1,
	    "undo takes the directory back"))
		printf("# %s: %s\n", h.e.message, h.e.why);
	dmsc_view_free(&dmsc_commit_view, c);
	ok(add_document(&h, "New", "dm") &&
	    strcmp(host_commit(&h, false), "create") == 0 &&
	    dmsc_store_load(h.st) == DMSC_E_OK && h.st->n_dirs == 2 &&
	    strcmp(entry_is(&h, 1, 1), "30 New") == 0,
	    "its files are used again");
	host_free(&h);
	host_new(&h, LEGACY_FIELD, dir);
	ok(host_adm(&h) == DMSC_E_OK && add_document(&h, "New", "dm") &&
	    *host_commit(&h, true) == '\0' && h.e.code == DMSC_E_PLAN &&
	    h.st->n_dirs <= 1, "a card that makes no files");
	host_free(&h);
}

int
main(void)
{
	char dir[] = "/tmp/dmsc-second-XXXXXX", command[64];

	if (mkdtemp(dir) == NULL)
		return 1;
	test_first(dir);
	test_others(dir);
	(void)snprintf(command, sizeof command, "rm -rf %s", dir);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
