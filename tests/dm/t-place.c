/* dm: MOs of a document find their places, references follow, statuses. */
#include <string.h>

#include "base/base.h"
#include "dm/dm.h"
#include "tap.h"

enum { MAX = 1 << 16 };

#define ACC "urn:oma:mo:oma-dm-dmacc:1.0"
#define W7 "org.openmobilealliance/1.0/w7"

struct row { const char *uri, *type, *value; };

static const struct row document[] = {
	{ "opx", ACC, NULL }, { "opx/ServerID", NULL, "S1" },
	{ "opx/PrefConRef", NULL, "./Inbox/Con/nap" },
	{ "DMAcc", "", NULL }, { "DMAcc/two", W7, NULL },
	{ "DMAcc/two/ConRef", NULL, "./Inbox/opx/Addr" },
	{ "Con", "", NULL }, { "Con/nap", "urn:oma:mo:oma-connmo-nap:1.0",
	    NULL }, { "Con/nap/Self", NULL, "./Con/nap" },
	{ "opx/Addr", NULL, "./Inbox/none/x" }, { "Loose", NULL, "v" },
};
static const char *const mos[] = { "opx", "DMAcc/two", "Con/nap", "Loose" };
static const char *const places[] = { "DMAcc/opx", "DMAcc/two", "Con/nap",
    "Loose" };
static const struct row placed[] = {
	{ "DMAcc/opx/ServerID", NULL, "S1" },
	{ "DMAcc/opx/PrefConRef", NULL, "./Con/nap" },
	{ "DMAcc/two/ConRef", NULL, "./DMAcc/opx/Addr" },
	{ "Con/nap/Self", NULL, "./Con/nap" },
	{ "DMAcc/opx/Addr", NULL, "./none/x" }, { "Loose", NULL, "v" },
};

static struct dmsc_tree *
make(void)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	size_t i;

	for (i = 0; i < DMSC_COUNT(document); i++)
		if (dmsc_tree_add(t, document[i].uri,
		    document[i].value == NULL ? DMSC_FMT_NODE : DMSC_FMT_CHR,
		    document[i].type, dmsc_rd_str(document[i].value == NULL ?
		    "" : document[i].value), NULL) != DMSC_E_OK)
			dmsc_tree_free(&t);
	return t;
}

static bool
is(const struct dmsc_tree *t, const char *uri, const char *value)
{
	struct dmsc_node *n = dmsc_tree_find(t, uri);

	return n != NULL && dmsc_rd_eq_str(dmsc_node_value(n), value);
}

static void
test_place(void)
{
	struct dmsc_tree *doc = make(), *t = dmsc_tree_new(MAX);
	struct dmsc_buf *uri = dmsc_buf_new(MAX);
	const struct dmsc_node *n = NULL;
	unsigned status;
	size_t i;

	for (i = 0; (n = dmsc_dm_next_mo(doc, n)) != NULL; i++)
		ok(i < DMSC_COUNT(mos) && n == dmsc_tree_find(doc, mos[i]) &&
		    dmsc_dm_place(t, n, false, uri, &status) == DMSC_E_OK &&
		    status == DMSC_DM_OK && dmsc_rd_eq_str(dmsc_buf_rd(uri),
		    places[i]), mos[i % DMSC_COUNT(mos)]);
	ok(i == DMSC_COUNT(mos), "all of them");
	for (i = 0; i < DMSC_COUNT(placed); i++)
		ok(is(t, placed[i].uri, placed[i].value), placed[i].uri);
	n = dmsc_tree_find(doc, "opx");
	i = dmsc_tree_count(t);
	ok(dmsc_dm_place(t, n, false, uri, &status) == DMSC_E_EXISTS &&
	    status == DMSC_DM_EXISTS && dmsc_tree_count(t) == i, "twice");
	ok(dmsc_node_set_value(doc, dmsc_tree_find(doc, "opx/ServerID"),
	    dmsc_rd_str("S2")) == DMSC_E_OK && dmsc_dm_place(t, n, true, uri,
	    &status) == DMSC_E_OK && is(t, "DMAcc/opx/ServerID", "S2") &&
	    dmsc_tree_count(t) == i, "replaced");
	dmsc_tree_free(&t);
	t = dmsc_tree_new(20);
	ok(dmsc_dm_place(t, n, false, uri, &status) == DMSC_E_LIMIT &&
	    status == DMSC_DM_FULL && dmsc_tree_count(t) == 0,
	    "no room leaves nothing");
	ok(dmsc_dm_place(t, dmsc_tree_root(doc), false, uri, &status) ==
	    DMSC_E_USAGE && status == DMSC_DM_NOT_ALLOWED, "the root");
	dmsc_tree_free(&t);
	dmsc_tree_free(&doc);
	dmsc_buf_free(&uri);
}

static void
test_status(void)
{
	unsigned i, known = 0;

	ok(dmsc_dm_status(DMSC_E_NOTFOUND) == 404 &&
	    dmsc_dm_status(DMSC_E_FORMAT) == 400 &&
	    dmsc_dm_status(DMSC_E_INTERNAL) == 500, "statuses of errors");
	ok(strcmp(dmsc_dm_text(418), "already exists") == 0 &&
	    strcmp(dmsc_dm_text(999), "unknown status") == 0, "words");
	for (i = 100; i < 600; i++)
		known += strcmp(dmsc_dm_text(i), "unknown status") != 0;
	ok(known == 69 && strcmp(dmsc_dm_text(509), "unknown status") == 0,
	    "words for each status of SyncML, none for what is reserved");
}

int
main(void)
{
	test_place();
	test_status();
	return tap_done();
}
