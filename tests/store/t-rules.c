/* store: rules of documents that are no messages: their companion goes with
 * them, is listed with them and edited as a part of them; groups. */
#include "store/cards.h"

/* req: GEN-10 */

#define JSON "{\"Security\":{\"0\":{\"ServerURI\":\"coap://h.example\"," \
	"\"SecurityMode\":3,\"ShortServerID\":1}}}"
#define MO "urn:oma:mo:ext-dmsc:1.0"

static bool
commit(struct host *h, size_t documents)
{
	struct dmsc_commit *c = NULL;
	bool good = host_adm(h) == DMSC_E_OK &&
	    dmsc_store_commit(h->st, false, &c) == DMSC_E_OK &&
	    c->n_documents == documents;

	if (!good)
		say(&h->e);
	dmsc_view_free(&dmsc_commit_view, c);
	return good;
}

static int
add(struct host *h, const char *path, const char *value)
{
	return dmsc_store_add(h->st, path, DMSC_FMT_CHR, NULL,
	    dmsc_rd_str(value));
}

/* How many documents the card shows; state: of the one called name. */
static size_t
listed(struct host *h, const char *group, const char *name,
    const char *state)
{
	struct dmsc_doc_list *l = NULL;
	size_t i, n = 0;
	int r = group == NULL ? dmsc_store_docs(h->st, &l) :
	    dmsc_store_docs_of_group(h->st, group, &l);

	for (i = 0; r == DMSC_E_OK && i < l->n_documents; i++, n++)
		if (name != NULL && strcmp(l->documents[i].name, name) == 0 &&
		    strcmp(l->documents[i].state, state) != 0)
			printf("# %s is %s\n", name, l->documents[i].state);
	dmsc_view_free(&dmsc_doc_list_view, l);
	return n;
}

static bool
stat_is(struct host *h, const char *path, const char *confirmation,
    const char *group)
{
	struct dmsc_doc *d = NULL;
	bool good = dmsc_store_stat(h->st, path, &d) == DMSC_E_OK;

	good = good && (d->rules == NULL ? confirmation == NULL :
	    strcmp(d->rules->confirmation != NULL ? d->rules->confirmation :
	    "", confirmation != NULL ? confirmation : "?") == 0 &&
	    strcmp(d->rules->group != NULL ? d->rules->group : "", group) ==
	    0);
	dmsc_view_free(&dmsc_doc_view, d);
	return good;
}

static size_t
changes(struct host *h, const char *path, const char *last)
{
	struct dmsc_diff *d = NULL;
	size_t n = 0;

	if (dmsc_store_diff(h->st, path, NULL, &d) == DMSC_E_OK &&
	    d->n_changes > 0 &&
	    strcmp(d->changes[d->n_changes - 1].uri, last) == 0)
		n = d->n_changes;
	dmsc_view_free(&dmsc_diff_view, d);
	return n;
}

static void
made(struct host *h)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;

	ok(stat_is(h, "/LwM2M", NULL, NULL) &&
	    dmsc_store_at(h->st, "/LwM2M/DMSC", &t, &n) ==
	    DMSC_E_NOTFOUND && dmsc_store_set(h->st, "/LwM2M/DMSC/Group",
	    dmsc_rd_str("x"), NULL, NULL) == DMSC_E_NOTFOUND &&
	    strcmp(h->e.next[0], "add /LwM2M/DMSC/Group VALUE") == 0,
	    "no rules yet");
	ok(add(h, "/LwM2M/DMSC/UserConfirmation", "maybe") == DMSC_E_DATA &&
	    add(h, "/LwM2M/DMSCX", "x") == DMSC_E_DATA &&
	    !dmsc_store_dirty(h->st), "what no rule says leaves nothing");
	ok(add(h, "/LwM2M/DMSC/UserConfirmation", "required") ==
	    DMSC_E_OK && add(h, "/LwM2M/DMSC/Group", "fleet") ==
	    DMSC_E_OK && listed(h, NULL, "LwM2M", "changed") == 4 &&
	    stat_is(h, "/LwM2M", "required", "fleet"), "rules are added");
	ok(changes(h, "/", "LwM2M/DMSC/Group") == 4 &&
	    changes(h, "/LwM2M", "DMSC/Group") == 4, "the difference");
	ok(commit(h, 1) && !dmsc_store_dirty(h->st), "a commit");
	host_restart(h);
	ok(stat_is(h, "/LwM2M", "required", "fleet") &&
	    listed(h, NULL, "LwM2M", "") == 4 &&
	    dmsc_store_at(h->st, "/LwM2M/DMSC", &t, &n) == DMSC_E_OK &&
	    strcmp(dmsc_node_type(n), MO) == 0, "read from the card");
}

static void
groups(struct host *h)
{
	ok(listed(h, "fleet", NULL, NULL) == 1 &&
	    listed(h, "other", NULL, NULL) == 0, "a group");
	ok(add(h, "/OperatorX/DMSC/Group", "fleet") == DMSC_E_OK &&
	    listed(h, "fleet", NULL, NULL) == 2 &&
	    stat_is(h, "/OperatorX", "", "fleet") &&
	    dmsc_store_revert(h->st, "/OperatorX") == DMSC_E_OK,
	    "a message is in it by its tree");
}

static void
together(struct host *h)
{
	struct dmsc_commit *c = NULL;

	ok(dmsc_store_cp(h->st, "/LwM2M", "/Copy") == DMSC_E_OK &&
	    stat_is(h, "/Copy", "required", "fleet") && commit(h, 2) &&
	    stat_is(h, "/Copy", "required", "fleet"), "copied with it");
	ok(dmsc_store_rm(h->st, "/Copy/DMSC") == DMSC_E_OK &&
	    stat_is(h, "/Copy", NULL, NULL) && add(h, "/Copy/DMSC/Group",
	    "new") == DMSC_E_OK && stat_is(h, "/Copy", "", "new") &&
	    dmsc_store_revert(h->st, "/Copy") == DMSC_E_OK &&
	    stat_is(h, "/Copy", "required", "fleet"),
	    "removed, made anew, reverted");
	ok(dmsc_store_rm(h->st, "/Copy/DMSC") == DMSC_E_OK &&
	    commit(h, 1) && stat_is(h, "/Copy", NULL, NULL),
	    "removed alone");
	ok(dmsc_store_rmdoc(h->st, "/LwM2M") == DMSC_E_OK && commit(h, 2) &&
	    listed(h, NULL, NULL, NULL) == 4, "removed with it");
	ok(host_adm(h) == DMSC_E_OK && dmsc_store_undo(h->st, NULL, false,
	    &c) == DMSC_E_OK && stat_is(h, "/LwM2M", "required", "fleet"),
	    "and back again");
	dmsc_view_free(&dmsc_commit_view, c);
	ok(dmsc_store_mkdoc(h->st, "/Copy.dmsc", "app", 0, false) ==
	    DMSC_E_USAGE && dmsc_store_mkdoc(h->st, "/None.dmsc", "app", 0,
	    false) == DMSC_E_OK && listed(h, NULL, NULL, NULL) == 6,
	    "its name is taken, another's is not");
}

int
main(void)
{
	struct host h;
	char dir[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	host_new(&h, PAIRS, dir);
	ok(dmsc_store_import(h.st, "/LwM2M", dmsc_rd_str(JSON)) ==
	    DMSC_E_OK && commit(&h, 1), "a LwM2M document");
	made(&h);
	groups(&h);
	together(&h);
	host_free(&h);
	clean(dir);
	return tap_done();
}
