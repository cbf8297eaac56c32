/* A plan counts the APDUs that its commit takes: small and large documents,
 * extended and short lengths, every way of writing. */
#include "cards.h"
#include "tap.h"
#include "uicc/inside.h"

static const char path[] = "/OperatorX/DMAcc/opx/ServerID",
    foreign[] = "/DM bootstrap xx/DMAcc/opx/ServerID";

/* Plans and commits what was edited: the same number, and what it is. */
static void
same(struct host *h, bool in_place, const char *way, const char *name)
{
	struct dmsc_plan *p = NULL;
	struct dmsc_commit *c = NULL;
	bool good = dmsc_store_plan(h->st, in_place, &p) == DMSC_E_OK &&
	    dmsc_store_commit(h->st, in_place, &c) == DMSC_E_OK;

	if (!ok(good && p->apdus == c->apdus && p->apdus > 0 &&
	    strcmp(p->way, way) == 0 && strcmp(c->way, way) == 0, name))
		printf("# %s, %u and %s, %u APDUs: %s: %s\n",
		    p != NULL ? p->way : "-", p != NULL ? p->apdus : 0,
		    c != NULL ? c->way : "-", c != NULL ? c->apdus : 0,
		    h->e.message, h->e.why);
	dmsc_view_free(&dmsc_plan_view, p);
	dmsc_view_free(&dmsc_commit_view, c);
}

static int
set_value(struct host *h, const char *at, size_t n, char fill)
{
	char *text = malloc(n + 1);
	size_t i;
	int r = DMSC_E_NOMEM;

	for (i = 0; text != NULL && i < n; i++)
		text[i] = (char)(fill + (int)(i * i % 23));
	if (text != NULL)
		r = dmsc_store_set(h->st, at, dmsc_rd_of(
		    (uint8_t *)text, n), NULL, NULL);
	free(text);
	return r;
}

static void
test_sizes(const char *dir, size_t size, bool extended)
{
	char name[64];
	struct host h;

	host_new(&h, PAIRS, dir);
	h.u->style.extended = extended;
	(void)snprintf(name, sizeof name, "%zu bytes, %s", size,
	    extended ? "extended" : "short");
	ok(host_adm(&h) == DMSC_E_OK && set_value(&h, path, size, 'a') ==
	    DMSC_E_OK, name);
	same(&h, false, size > 300 ? "create" : "pair", "into another file");
	ok(set_value(&h, path, size, 'A') == DMSC_E_OK, "other bytes");
	same(&h, false, "pair", "into the other slot");
	ok(set_value(&h, path, size - 20, 'b') == DMSC_E_OK, "fewer bytes");
	same(&h, false, "pair", "and back");
	ok(strlen(host_value(&h, path)) == (size < 500 ? size - 20 : 0) &&
	    h.e.code == DMSC_E_OK, "they are there");
	host_free(&h);
}

static void
test_ways(const char *dir)
{
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_set(h.st, path,
	    dmsc_rd_str("com.example.operatoR"), NULL, NULL) == DMSC_E_OK,
	    "one byte");
	same(&h, false, "straight", "straight");
	host_free(&h);
	host_new(&h, LEGACY, dir);
	ok(host_adm(&h) == DMSC_E_OK && set_value(&h, foreign, 200, 'a') ==
	    DMSC_E_OK, "a card of another maker");
	same(&h, false, "create", "files are made");
	host_free(&h);
	host_new(&h, LEGACY_FIELD, dir);
	ok(host_adm(&h) == DMSC_E_OK && set_value(&h, foreign, 100, 'a') ==
	    DMSC_E_OK, "in the field");
	same(&h, true, "in place, guarded", "in place");
	host_free(&h);
	host_new(&h, FIELD, dir);
	ok(host_adm(&h) == DMSC_E_OK && host_pin81(&h) == DMSC_E_OK &&
	    dmsc_store_set(h.st, "/Personal/AppA/opx/ServerID",
	    dmsc_rd_str("another private value"), NULL, NULL) == DMSC_E_OK,
	    "a private document");
	same(&h, true, "in place, guarded", "in place");
	host_free(&h);
	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_mkdoc(h.st, "Mine", "dm",
	    0, true) == DMSC_E_OK && dmsc_store_add(h.st, "/Mine/x",
	    DMSC_FMT_CHR, NULL, dmsc_rd_str("v")) == DMSC_E_OK,
	    "a document that cannot be read back");
	same(&h, false, "create", "written, not verified");
	ok(dmsc_store_set(h.st, path, dmsc_rd_str("v"), NULL, NULL) ==
	    DMSC_E_OK, "another one");
	same(&h, false, "pair", "read back");
	host_free(&h);
	host_new(&h, LEGACY, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_mkdoc(h.st, "Mine", "dm",
	    0, true) == DMSC_E_OK && dmsc_store_add(h.st, "/Mine/x",
	    DMSC_FMT_CHR, NULL, dmsc_rd_str("v")) == DMSC_E_OK,
	    "the first private one");
	same(&h, false, "create", "with a rule of EF.ARR");
	ok(*host_value(&h, "/Mine/x") == '\0' && h.e.code == DMSC_E_AUTH &&
	    host_pin81(&h) == DMSC_E_OK &&
	    strcmp(host_value(&h, "/Mine/x"), "v") == 0,
	    "it asks for the PIN");
	host_free(&h);
	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_mkdoc(h.st, "New", "dm",
	    0, false) == DMSC_E_OK && dmsc_store_rmdoc(h.st, "/Personal") ==
	    DMSC_E_OK && set_value(&h, path, 100, 'c') == DMSC_E_OK,
	    "made, removed and changed");
	same(&h, false, "create", "at once");
	host_free(&h);
}

int
main(void)
{
	static const size_t sizes[] = { 100, 10000, 33000, 60000 };
	char dir[] = "/tmp/dmsc-plan-XXXXXX", command[64];
	size_t i;

	if (mkdtemp(dir) == NULL)
		return 1;
	for (i = 0; i < DMSC_COUNT(sizes); i++) {
		test_sizes(dir, sizes[i], true);
		test_sizes(dir, sizes[i], false);
	}
	test_ways(dir);
	(void)snprintf(command, sizeof command, "rm -rf %s", dir);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
