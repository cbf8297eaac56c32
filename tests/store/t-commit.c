/* store: edits, plan, commit in each way, undo, journal. */
#include "store/cards.h"
#include "store/inside.h"

#define SERVER "/OperatorX/DMAcc/opx/ServerID"
#define OLD "com.example.operator"

static int
set(struct host *h, const char *path, const char *value)
{
	return dmsc_store_set(h->st, path, dmsc_rd_str(value), NULL, NULL);
}

/* Commits; the way that it took, "" when it failed. */
static void
edits(const char *dir)
{
	struct dmsc_diff *d = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(!dmsc_store_dirty(h.st), "nothing is changed at first");
	ok(set(&h, SERVER, OLD) == DMSC_E_OK && !dmsc_store_dirty(h.st),
	    "the same value is no change");
	ok(set(&h, SERVER, "new") == DMSC_E_OK && dmsc_store_dirty(h.st),
	    "another value is");
	ok(set(&h, "/OperatorX/DMAcc/opx", "x") == DMSC_E_USAGE,
	    "an interior node has no value");
	ok(set(&h, "/OperatorX/DMAcc/opx/none", "x") == DMSC_E_NOTFOUND,
	    "set makes nothing");
	ok(dmsc_store_add(h.st, "/OperatorX/DMAcc/opx/Ext/a b",
	    DMSC_FMT_INT, NULL, dmsc_rd_str("12")) == DMSC_E_OK, "add");
	ok(dmsc_store_add(h.st, "/OperatorX/DMAcc/opx/n", DMSC_FMT_INT, NULL,
	    dmsc_rd_str("twelve")) == DMSC_E_DATA, "no number");
	ok(dmsc_store_add(h.st, SERVER, DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("x")) == DMSC_E_EXISTS, "there already");
	ok(dmsc_store_cp(h.st, "/OperatorX/DMAcc/opx",
	    "/OperatorX/DMAcc/two") == DMSC_E_OK &&
	    host_is(&h, "/OperatorX/DMAcc/two/ServerID", "new"), "cp");
	ok(dmsc_store_cp(h.st, "/OperatorX/DMAcc",
	    "/OperatorX/DMAcc/inside") == DMSC_E_OK &&
	    host_is(&h, "/OperatorX/DMAcc/inside/two/ServerID", "new"),
	    "cp into itself is a copy of what was");
	ok(dmsc_store_mv(h.st, "/OperatorX/DMAcc/two",
	    "/OperatorX/DMAcc/three") == DMSC_E_OK &&
	    host_is(&h, "/OperatorX/DMAcc/three/ServerID", "new") &&
	    host_is(&h, "/OperatorX/DMAcc/two/ServerID", ""), "mv");
	ok(dmsc_store_mv(h.st, "/OperatorX/DMAcc",
	    "/OperatorX/DMAcc/three/x") == DMSC_E_USAGE, "not into itself");
	ok(dmsc_store_rm(h.st, "/OperatorX/DMAcc/three") == DMSC_E_OK &&
	    dmsc_store_rm(h.st, "/OperatorX/DMAcc/inside") == DMSC_E_OK,
	    "rm");
	ok(dmsc_store_rm(h.st, "/OperatorX") == DMSC_E_USAGE, "not a document");
	ok(dmsc_store_acl(h.st, "/OperatorX/DMAcc/opx", "Get=*") ==
	    DMSC_E_OK && dmsc_store_acl(h.st, "/OperatorX/DMAcc/opx",
	    "nonsense") == DMSC_E_DATA, "acl");
	ok(dmsc_store_diff(h.st, "/", NULL, &d) == DMSC_E_OK &&
	    d->n_changes >= 3, "diff of all");
	ok(strncmp(d->changes[0].uri, "OperatorX/", 10) == 0,
	    "its URIs begin with the document");
	dmsc_view_free(&dmsc_diff_view, d);
	ok(dmsc_store_revert(h.st, "/OperatorX") == DMSC_E_OK &&
	    !dmsc_store_dirty(h.st) && host_is(&h, SERVER, OLD), "revert");
	ok(dmsc_store_rmdoc(h.st, "/Google Player") == DMSC_E_UNSUPPORTED,
	    "access rules are never touched");
	host_free(&h);
}

static void
rights(const char *dir)
{
	struct dmsc_plan *p = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(strcmp(host_commit(&h, false), "none") == 0, "nothing to do");
	ok(set(&h, SERVER, "a") == DMSC_E_OK, "an edit");
	ok(dmsc_store_plan(h.st, false, &p) == DMSC_E_OK, "plan");
	if (p != NULL) {
		ok(strcmp(p->verdict, "refused") == 0, "refused");
		printf("# %s: %s\n", p->way, p->why);
		ok(strstr(p->why, "ADM1") != NULL, "and why");
	}
	dmsc_view_free(&dmsc_plan_view, p);
	ok(strcmp(host_commit(&h, false), "") == 0 && h.e.code == DMSC_E_AUTH,
	    "commit without the right");
	say(&h.e);
	ok(h.e.n_next > 0 && strstr(h.e.next[0], "pin verify adm1") != NULL,
	    "what to type");
	host_restart(&h);
	ok(host_is(&h, SERVER, OLD), "nothing was written");
	host_free(&h);
}

static void
pair(const char *dir)
{
	struct dmsc_plan *p = NULL;
	struct dmsc_commit *c = NULL;
	struct host h;
	size_t i;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK, "ADM1");
	ok(set(&h, SERVER, "com.example.longer.than.before") == DMSC_E_OK,
	    "an edit");
	ok(dmsc_store_plan(h.st, false, &p) == DMSC_E_OK, "plan");
	if (p != NULL) {
		ok(strcmp(p->way, "pair") == 0 &&
		    strcmp(p->verdict, "allowed") == 0, "pair, allowed");
		for (i = 0; i < p->n_steps; i++)
			printf("# %s %s %zu bytes %u APDUs\n",
			    p->steps[i].what, p->steps[i].place,
			    p->steps[i].bytes, p->steps[i].apdus);
	}
	dmsc_view_free(&dmsc_plan_view, p);
	if (!ok(strcmp(host_commit(&h, false), "pair") == 0, "commit"))
		say(&h.e);
	ok(!dmsc_store_dirty(h.st), "the working copy is clean");
	host_restart(&h);
	ok(host_is(&h, SERVER, "com.example.longer.than.before"),
	    "the new value is there");
	ok(rules_stand(&h), "Android's rules stand, byte for byte");
	ok(host_pin81(&h) == DMSC_E_OK && host_is(&h,
	    "/Personal/AppA/opx/ServerID", "a private value"),
	    "the other document stands");
	ok(host_adm(&h) == DMSC_E_OK &&
	    set(&h, SERVER, "third") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0 &&
	    host_is(&h, SERVER, "third"), "once more");
	if (!ok(dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK &&
	    host_is(&h, SERVER, "com.example.longer.than.before"), "undo"))
		say(&h.e);
	dmsc_view_free(&dmsc_commit_view, c);
	ok(dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_MISMATCH,
	    "the one before: its slot was used again");
	ok(host_pin81(&h) == DMSC_E_OK &&
	    set(&h, "/Personal/AppA/opx/ServerID", "other") == DMSC_E_OK &&
	    set(&h, SERVER, "fourth") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0, "two at once");
	host_restart(&h);
	ok(host_is(&h, SERVER, "fourth") && host_pin81(&h) == DMSC_E_OK &&
	    host_is(&h, "/Personal/AppA/opx/ServerID", "other"),
	    "both are there");
	host_free(&h);
}

/* The id of a commit in the journal, 0 for the last. */
static const char *
commit_id(struct host *h, size_t back, char *out, size_t size)
{
	struct dmsc_journal *j = NULL;

	out[0] = '\0';
	if (dmsc_store_journal(h->st, false, &j) == DMSC_E_OK &&
	    back < j->n_entries)
		(void)snprintf(out, size, "%s",
		    j->entries[j->n_entries - 1 - back].id);
	dmsc_view_free(&dmsc_journal_view, j);
	return out;
}

static bool
undone(struct host *h, const char *id)
{
	struct dmsc_commit *c = NULL;
	int r = dmsc_store_undo(h->st, id, false, &c);

	dmsc_view_free(&dmsc_commit_view, c);
	return r == DMSC_E_OK;
}

/* Refused, and the next step is the undo of that commit, or the journal. */
static bool
refused(struct host *h, const char *id, const char *first)
{
	char next[64];

	(void)snprintf(next, sizeof next, "undo %s", first);
	return !undone(h, id) && h->e.code == DMSC_E_MISMATCH &&
	    h->e.n_next == 2 && (*first != '\0' ?
	    strcmp(h->e.next[0], next) == 0 &&
	    strcmp(h->e.next[1], "journal") == 0 :
	    strcmp(h->e.next[0], "journal") == 0 &&
	    strcmp(h->e.next[1], "help restore") == 0);
}

/* A commit in place behind others: each goes back once those after it that
 * wrote the same file are gone, never into a slot that is not in use. */
static void
in_turn(const char *dir)
{
	char id[4][64];
	struct host h;
	size_t i;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK &&
	    set(&h, SERVER, "com.example.operatoR") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "straight") == 0 &&
	    set(&h, SERVER, "com.example.operatoS") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "straight") == 0 &&
	    set(&h, SERVER, "com.example.longer.than.before") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0, "three commits");
	for (i = 0; i < 3; i++)
		(void)commit_id(&h, 2 - i, id[i], sizeof id[i]);
	ok(refused(&h, id[0], id[2]) && refused(&h, id[1], id[2]) &&
	    host_is(&h, SERVER, "com.example.longer.than.before"),
	    "not into the slot that was left");
	ok(undone(&h, NULL) && host_is(&h, SERVER, "com.example.operatoS"),
	    "the last");
	ok(refused(&h, id[0], id[1]) && undone(&h, id[1]) &&
	    undone(&h, id[0]) && host_is(&h, SERVER, OLD),
	    "the others in turn");
	ok(set(&h, SERVER, "one.more.that.is.longer") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0 &&
	    set(&h, SERVER, "another.that.is.longer") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0 &&
	    refused(&h, commit_id(&h, 1, id[3], sizeof id[3]), "") &&
	    host_is(&h, SERVER, "another.that.is.longer"),
	    "a slot that was written again has no way back");
	host_free(&h);
}

static void
straight(const char *dir)
{
	struct dmsc_commit *c = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK &&
	    set(&h, SERVER, "com.example.operatoR") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "straight") == 0, "one byte");
	host_restart(&h);
	ok(host_is(&h, SERVER, "com.example.operatoR"), "is there");
	ok(host_adm(&h) == DMSC_E_OK &&
	    dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK &&
	    host_is(&h, SERVER, OLD), "and undone");
	dmsc_view_free(&dmsc_commit_view, c);
	host_free(&h);
}

static void
guarded(const char *dir)
{
	struct dmsc_commit *c = NULL;
	struct host h;

	host_new(&h, FIELD, dir);
	ok(host_adm(&h) == DMSC_E_OK && host_pin81(&h) == DMSC_E_OK,
	    "rights");
	ok(set(&h, SERVER, "short") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0,
	    "a document with its pair");
	ok(host_pin81(&h) == DMSC_E_OK &&
	    set(&h, "/Personal/AppA/opx/ServerID", "mine") == DMSC_E_OK,
	    "an edit of the one without");
	ok(strcmp(host_commit(&h, false), "") == 0 && h.e.code == DMSC_E_PLAN,
	    "by no other way");
	say(&h.e);
	ok(h.e.n_next > 0 && strcmp(h.e.next[0], "commit --in-place") == 0,
	    "what to type");
	if (!ok(strcmp(host_commit(&h, true), "in place, guarded") == 0,
	    "in place, guarded"))
		say(&h.e);
	host_restart(&h);
	ok(host_pin81(&h) == DMSC_E_OK &&
	    host_is(&h, "/Personal/AppA/opx/ServerID", "mine"), "is there");
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_undo(h.st, NULL, false,
	    &c) == DMSC_E_UNSUPPORTED, "a private document is not kept");
	say(&h.e);
	ok(dmsc_store_rmdoc(h.st, "/Personal") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0, "rmdoc");
	host_free(&h);

	host_new(&h, LEGACY_FIELD, dir);
	ok(host_adm(&h) == DMSC_E_OK && set(&h, "/@6432/DMAcc/opx/ServerID",
	    "short") == DMSC_E_OK, "a card of another maker");
	ok(strcmp(host_commit(&h, false), "") == 0 && h.e.code == DMSC_E_PLAN,
	    "no other way");
	ok(strcmp(host_commit(&h, true), "in place, guarded") == 0, "guarded");
	host_restart(&h);
	ok(host_is(&h, "/@6432/DMAcc/opx/ServerID", "short"), "is there");
	ok(host_adm(&h) == DMSC_E_OK, "ADM1");
	if (!ok(dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK &&
	    host_is(&h, "/@6432/DMAcc/opx/ServerID", OLD),
	    "undo puts its secret back too"))
		say(&h.e);
	dmsc_view_free(&dmsc_commit_view, c);
	ok(host_is(&h, "/@6432/DMAcc/opx/AppAuth/1/AAuthSecret",
	    "AppAuth/1/AAuthSecret"), "the secret");
	host_free(&h);
}

/* No secret value stands in the journal. */
static void
no_secrets(const char *dir)
{
	char line[256];

	(void)snprintf(line, sizeof line, "grep -rqi "
	    "'417070417574682F312F4141757468536563726574' '%s/journal'", dir);
	ok(system(line) != 0, "no secret stands in the journal");
	(void)snprintf(line, sizeof line, "grep -rq 'hole' '%s/journal'",
	    dir);
	ok(system(line) == 0, "but its place does");
	(void)snprintf(line, sizeof line,
	    "test -z \"$(find '%s/journal' -type f ! -perm 600)\"", dir);
	ok(system(line) == 0, "entries are 0600");
}

static void
create(const char *dir)
{
	struct host h;

	host_new(&h, LEGACY, dir);
	ok(host_adm(&h) == DMSC_E_OK && set(&h, "/@6432/DMAcc/opx/ServerID",
	    "short") == DMSC_E_OK, "a card that lets us make files");
	if (!ok(strcmp(host_commit(&h, false), "create") == 0, "create"))
		say(&h.e);
	host_restart(&h);
	ok(host_is(&h, "/DM bootstrap xx/DMAcc/opx/ServerID", "short"),
	    "is there");
	ok(rules_stand(&h), "foreign entries stand");
	ok(host_adm(&h) == DMSC_E_OK && set(&h,
	    "/DM bootstrap xx/DMAcc/opx/ServerID", "again") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0, "then it has a pair");
	ok(host_is(&h, "/DM bootstrap xx/DMAcc/opx/ServerID", "again"),
	    "is there");
	ok(dmsc_store_mkdoc(h.st, "/New", "dm", 0, false) == DMSC_E_OK &&
	    dmsc_store_add(h.st, "/New/DMAcc/b/ServerID", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("b")) == DMSC_E_OK, "a new document");
	if (!ok(strcmp(host_commit(&h, false), "create") == 0, "create"))
		say(&h.e);
	host_restart(&h);
	ok(host_is(&h, "/New/DMAcc/b/ServerID", "b") &&
	    host_is(&h, "/DM bootstrap xx/DMAcc/opx/ServerID", "again"),
	    "both are there");
	ok(rules_stand(&h), "foreign entries stand");
	host_free(&h);
}

static void
whole_documents(const char *dir)
{
	struct dmsc_doc_list *l = NULL;
	struct dmsc_commit *c = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK, "ADM1");
	ok(dmsc_store_mkdoc(h.st, "/OperatorX", "dm", 0, false) ==
	    DMSC_E_EXISTS, "a name that is taken");
	ok(dmsc_store_mkdoc(h.st, "/Mine", "dm", 300, true) == DMSC_E_OK &&
	    dmsc_store_add(h.st, "/Mine/AppB/x/v", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("w")) == DMSC_E_OK, "a private document");
	ok(dmsc_store_mkdoc(h.st, "/a%2Fb", "app", 0, false) == DMSC_E_OK &&
	    dmsc_store_import(h.st, "/a%2Fb", dmsc_rd_str("bytes")) ==
	    DMSC_E_OK, "and one that is bytes");
	if (!ok(strcmp(host_commit(&h, false), "create") == 0, "commit"))
		say(&h.e);
	host_restart(&h);
	ok(dmsc_store_docs(h.st, &l) == DMSC_E_OK && l->n_documents == 5,
	    "five documents");
	if (l != NULL && l->n_documents == 5) {
		ok(l->documents[3].is_private && strcmp(l->documents[3].name,
		    "Mine") == 0 && l->documents[3].needs != NULL &&
		    strcmp(l->documents[3].needs, "PIN81") == 0,
		    "the private one");
		ok(strcmp(l->documents[4].name, "a%2Fb") == 0 &&
		    strcmp(l->documents[4].kind, "app") == 0, "the other");
	}
	dmsc_view_free(&dmsc_doc_list_view, l);
	ok(host_is(&h, "/Mine/AppB/x/v", "") && h.e.code == DMSC_E_AUTH,
	    "its file asks for the PIN");
	ok(host_pin81(&h) == DMSC_E_OK &&
	    host_is(&h, "/Mine/AppB/x/v", "w"), "with it it is read");
	ok(rules_stand(&h), "Android's rules stand");
	ok(host_adm(&h) == DMSC_E_OK &&
	    dmsc_store_rmdoc(h.st, "/Mine") == DMSC_E_OK &&
	    dmsc_store_rmdoc(h.st, "/OperatorX") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0, "rmdoc");
	host_restart(&h);
	ok(dmsc_store_docs(h.st, &l) == DMSC_E_OK && l->n_documents == 3,
	    "two are gone");
	dmsc_view_free(&dmsc_doc_list_view, l);
	ok(host_adm(&h) == DMSC_E_OK &&
	    dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK &&
	    host_is(&h, SERVER, OLD), "undo brings them back");
	dmsc_view_free(&dmsc_commit_view, c);
	ok(dmsc_store_rmdoc(h.st, "/OperatorX") == DMSC_E_OK &&
	    strcmp(host_commit(&h, false), "pair") == 0 &&
	    dmsc_store_mkdoc(h.st, "/Third", "dm", 0, false) == DMSC_E_OK &&
	    dmsc_store_add(h.st, "/Third/a/b", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("c")) == DMSC_E_OK, "rmdoc, then a new one");
	ok(strcmp(host_commit(&h, false), "pair") == 0, "takes the free pair");
	host_free(&h);
}

/* The next commit clears one that was cut, and says so. */
static void
clears(const char *dir)
{
	const struct dmsc_fault f = { .at = 18, .kind = DMSC_FAULT_AFTER,
	    .sticky = true }, none = { .at = 0 };
	struct dmsc_journal *j = NULL;
	struct dmsc_commit *c = NULL;
	struct host h;
	char *id = NULL;

	host_new(&h, LEGACY_FIELD, dir);
	ok(host_adm(&h) == DMSC_E_OK && set(&h, "/@6432/DMAcc/opx/ServerID",
	    "cut") == DMSC_E_OK, "an edit");
	dmsc_fault_arm(&h.link, &f);
	ok(strcmp(host_commit(&h, true), "") == 0 && dmsc_store_lost(h.e.code),
	    "is cut");
	dmsc_fault_arm(&h.link, &none);
	host_restart(&h);
	ok(dmsc_store_pending(h.st, &id) == DMSC_E_OK && id != NULL,
	    "is pending");
	ok(dmsc_store_journal(h.st, false, &j) == DMSC_E_OK &&
	    j->n_entries > 0 && strcmp(j->entries[j->n_entries - 1].state,
	    "cut") == 0 && strcmp(j->entries[j->n_entries - 1].id, id) == 0,
	    "the journal says so");
	dmsc_view_free(&dmsc_journal_view, j);
	free(id);
	ok(dmsc_store_undo(h.st, NULL, true, &c) == DMSC_E_TORN,
	    "it stands before undo");
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_add(h.st,
	    "/@6432/New/leaf", DMSC_FMT_CHR, NULL, dmsc_rd_str("x")) ==
	    DMSC_E_OK, "the torn document looks empty");
	(void)host_commit(&h, true);
	ok(h.warnings > 0 && dmsc_store_pending(h.st, &id) == DMSC_E_OK &&
	    id == NULL && host_is(&h, "/@6432/DMAcc/opx/ServerID", OLD),
	    "a commit brings it back first");
	printf("# %s\n", h.warning);
	host_free(&h);
}

int
main(void)
{
	char dir[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	edits(dir);
	rights(dir);
	pair(dir);
	straight(dir);
	in_turn(dir);
	guarded(dir);
	no_secrets(dir);
	create(dir);
	whole_documents(dir);
	clears(dir);
	clean(dir);
	return tap_done();
}
