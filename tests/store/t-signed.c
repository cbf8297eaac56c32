/* store: signatures of documents go with them: signed, dropped, made anew,
 * copied, removed, undone; what other readers see stays. */
#include "store/sign.h"

/* req: AUT-1 */

#define SERVER "/OperatorX/DMAcc/opx/ServerID"
#define JSON "{\"Security\":{\"0\":{\"ServerURI\":\"coap://h.example\"," \
	"\"SecurityMode\":3,\"ShortServerID\":1}}}"

/* Commits; what became of the one signature, "" of none. */
static const char *
commit(struct host *h)
{
	static char text[64];
	struct dmsc_commit *c = NULL;

	(void)snprintf(text, sizeof text, "failed");
	if (host_adm(h) != DMSC_E_OK ||
	    dmsc_store_commit(h->st, false, &c) != DMSC_E_OK) {
		say(&h->e);
		return text;
	}
	text[0] = '\0';
	if (c->n_signatures == 1)
		(void)snprintf(text, sizeof text, "%s %s",
		    c->signatures[0].document, c->signatures[0].change);
	else if (c->n_signatures > 1)
		(void)snprintf(text, sizeof text, "%zu", c->n_signatures);
	dmsc_view_free(&dmsc_commit_view, c);
	return text;
}

static bool
commits(struct host *h, const char *want)
{
	const char *got = commit(h);

	if (strcmp(got, want) == 0)
		return true;
	printf("# a commit gives '%s'\n", got);
	return false;
}

/* What the plan says of the one signature. */
static bool
plans(struct host *h, const char *want)
{
	struct dmsc_plan *p = NULL;
	bool good = dmsc_store_plan(h->st, false, &p) == DMSC_E_OK &&
	    p->n_signatures == 1 &&
	    strcmp(p->signatures[0].change, want) == 0;

	dmsc_view_free(&dmsc_plan_view, p);
	return good;
}

/* Whether the card lists n documents, and name has this state, signature and
 * change of it. */
static bool
listed(struct host *h, size_t n, const char *name, const char *state,
    const char *signature, const char *change)
{
	struct dmsc_doc_list *l = NULL;
	struct dmsc_doc *d;
	bool good = false;
	size_t i;

	if (dmsc_store_docs(h->st, &l) != DMSC_E_OK)
		return false;
	for (i = 0; i < l->n_documents; i++) {
		d = &l->documents[i];
		if (strcmp(d->name, name) != 0)
			continue;
		good = strcmp(d->state, state) == 0 &&
		    strcmp(d->signature, signature) == 0 &&
		    strcmp(d->signature_change, change) == 0;
		if (!good)
			printf("# %s is '%s', %s, '%s'\n", name, d->state,
			    d->signature, d->signature_change);
	}
	good = good && l->n_documents == n;
	dmsc_view_free(&dmsc_doc_list_view, l);
	return good;
}

static int
set(struct host *h, const char *path, const char *value)
{
	return dmsc_store_set(h->st, path, dmsc_rd_str(value), NULL, NULL);
}

/* What a look at all documents costs. */
static size_t
apdus(struct host *h)
{
	struct dmsc_doc_list *l = NULL;
	size_t n = 0;

	host_restart(h);
	h->spy.n = 0;
	if (dmsc_store_docs(h->st, &l) == DMSC_E_OK)
		n = h->spy.n;
	dmsc_view_free(&dmsc_doc_list_view, l);
	return n;
}

static void
put(struct host *h)
{
	struct dmsc_rd bad = dmsc_rd_str("0123456789");
	size_t cost = apdus(h);

	ok(listed(h, 3, "OperatorX", "", "none", "") &&
	    seal_of(h, "/OperatorX", true) == SEAL_NONE, "none yet");
	ok(dmsc_store_sign(h->st, "/OperatorX", bad) == DMSC_E_DATA &&
	    dmsc_store_sign(h->st, "/OperatorX/DMAcc", bad) ==
	    DMSC_E_USAGE && dmsc_store_sign(h->st, "/OperatorX",
	    dmsc_rd_of(NULL, 0)) == DMSC_E_NOTFOUND &&
	    dmsc_store_sign(h->st, "/None", bad) == DMSC_E_NOTFOUND &&
	    !dmsc_store_dirty(h->st), "what is no signature, of no document");
	ok(notary_document(h, "/OperatorX", 0) == DMSC_E_OK &&
	    listed(h, 3, "OperatorX", "changed", "present", "signed") &&
	    seal_of(h, "/OperatorX", false) == SEAL_GOOD &&
	    seal_of(h, "/OperatorX", true) == SEAL_NONE && plans(h,
	    "signed"), "put into the working copy");
	ok(dmsc_store_revert(h->st, "/OperatorX") == DMSC_E_OK &&
	    !dmsc_store_dirty(h->st) && listed(h, 3, "OperatorX", "", "none",
	    ""), "reverted");
	ok(notary_document(h, "/OperatorX", 3) == DMSC_E_OK &&
	    commits(h, "OperatorX signed") && !dmsc_store_dirty(h->st),
	    "committed, with bytes at its end that padding is");
	host_restart(h);
	ok(listed(h, 3, "OperatorX", "", "present", "") &&
	    seal_of(h, "/OperatorX", true) == SEAL_GOOD, "on the card");
	ok(cost > 0 && apdus(h) == cost, "who looks at documents does not "
	    "read it");
}

static void
dropped(struct host *h)
{
	unsigned before;

	ok(set(h, SERVER, "other") == DMSC_E_OK && listed(h, 3, "OperatorX",
	    "changed", "present", "dropped"), "an edit, as listed");
	before = h->warnings;
	ok(plans(h, "dropped") && h->warnings == before + 1 &&
	    strstr(h->warning, "it is dropped") != NULL, "as planned, told "
	    "once");
	ok(commits(h, "OperatorX dropped") && h->warnings == before + 2,
	    "and as committed");
	ok(seal_of(h, "/OperatorX", true) == SEAL_NONE && listed(h, 3,
	    "OperatorX", "", "none", "") && host_is(h, SERVER, "other"),
	    "the card has the new document without one");
}

static void
undone(struct host *h)
{
	struct dmsc_commit *c = NULL;

	ok(host_adm(h) == DMSC_E_OK && dmsc_store_undo(h->st, NULL, false,
	    &c) == DMSC_E_OK && seal_of(h, "/OperatorX", true) == SEAL_GOOD &&
	    host_is(h, SERVER, "com.example.operator"),
	    "an undo brings both back");
	dmsc_view_free(&dmsc_commit_view, c);
}

static void
anew(struct host *h)
{
	struct notary n = { .more = 40 };
	struct dmsc_commit *c = NULL;

	notary_for(h, &n);
	ok(dmsc_store_add(h->st, "/OperatorX/DMSC/Version", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str("7")) == DMSC_E_OK && listed(h, 3, "OperatorX",
	    "changed", "present", "signed anew") && plans(h, "signed anew") &&
	    commits(h, "OperatorX signed anew") && n.calls == 2 &&
	    strcmp(n.version, "7") == 0, "a signer, and the version");
	ok(seal_of(h, "/OperatorX", true) == SEAL_GOOD && listed(h, 3,
	    "OperatorX", "", "present", ""), "the new one holds");
	n.fail = DMSC_E_SIGNER;
	ok(set(h, SERVER, "x") == DMSC_E_OK && dmsc_store_commit(h->st, false,
	    &c) == DMSC_E_SIGNER && strcmp(h->e.where, "/OperatorX") == 0 &&
	    seal_of(h, "/OperatorX", true) == SEAL_GOOD &&
	    dmsc_store_revert(h->st, "/") == DMSC_E_OK,
	    "where it fails nothing is written");
	notary_for(h, NULL);
	ok(dmsc_store_undo(h->st, NULL, false, &c) == DMSC_E_OK &&
	    seal_of(h, "/OperatorX", true) == SEAL_GOOD, "undone");
	dmsc_view_free(&dmsc_commit_view, c);
}

/* Signed, then edited, then signed again, all in the working copy. */
static void
order(struct host *h)
{
	ok(set(h, SERVER, "one") == DMSC_E_OK &&
	    notary_document(h, "/OperatorX", 0) == DMSC_E_OK && listed(h, 3,
	    "OperatorX", "changed", "present", "signed anew"),
	    "edited, then signed");
	ok(set(h, SERVER, "two") == DMSC_E_OK && listed(h, 3, "OperatorX",
	    "changed", "present", "dropped") &&
	    seal_of(h, "/OperatorX", false) == SEAL_BAD, "and edited again");
	ok(set(h, SERVER, "one") == DMSC_E_OK && listed(h, 3, "OperatorX",
	    "changed", "present", "signed anew") && commits(h,
	    "OperatorX signed anew") && seal_of(h, "/OperatorX", true) ==
	    SEAL_GOOD && host_is(h, SERVER, "one"), "and back");
	ok(dmsc_store_sign(h->st, "/OperatorX", dmsc_rd_of(NULL, 0)) ==
	    DMSC_E_OK && listed(h, 3, "OperatorX", "changed", "none",
	    "removed") && notary_document(h, "/OperatorX", 1) ==
	    DMSC_E_OK && listed(h, 3, "OperatorX", "changed", "present",
	    "signed anew") && dmsc_store_sign(h->st, "/OperatorX",
	    dmsc_rd_of(NULL, 0)) == DMSC_E_OK && commits(h,
	    "OperatorX removed") && seal_of(h, "/OperatorX", true) ==
	    SEAL_NONE, "taken away");
}

/* A new document, signed and edited before it is on the card. */
static void
fresh(struct host *h)
{
	ok(dmsc_store_import(h->st, "/LwM2M", dmsc_rd_str(JSON)) ==
	    DMSC_E_OK && notary_document(h, "/LwM2M", 0) ==
	    DMSC_E_OK && listed(h, 4, "LwM2M", "new", "present", "signed"),
	    "a new document is signed");
	ok(dmsc_store_add(h->st, "/LwM2M/DMSC/Group", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("fleet")) == DMSC_E_OK && listed(h, 4, "LwM2M",
	    "new", "present", "dropped") && commits(h, "LwM2M dropped") &&
	    !dmsc_store_dirty(h->st) && listed(h, 4, "LwM2M", "", "none",
	    ""), "rules came later: it goes, and does not come back");
	ok(notary_document(h, "/LwM2M", 0) == DMSC_E_OK &&
	    commits(h, "LwM2M signed") && seal_of(h, "/LwM2M", true) ==
	    SEAL_GOOD, "signed with its rules");
	ok(set(h, "/LwM2M/DMSC/Group", "other") == DMSC_E_OK && listed(h, 4,
	    "LwM2M", "changed", "present", "dropped") &&
	    dmsc_store_revert(h->st, "/LwM2M") == DMSC_E_OK && listed(h, 4,
	    "LwM2M", "", "present", "") && !dmsc_store_dirty(h->st),
	    "a rule changes, and is as it was");
}

/* What a verifier gets: version and bytes of the card, or of the edit. */
static bool
shown(struct host *h, const char *path, bool as_read, const char *version,
    bool companion)
{
	struct dmsc_signed_doc *d = NULL;
	struct dmsc_buf *own = dmsc_buf_new(DMSC_DOC_MAX);
	bool good = dmsc_store_signed_doc(h->st, path, as_read, &d) ==
	    DMSC_E_OK && dmsc_store_bytes(h->st, path, as_read, own) ==
	    DMSC_E_OK && strcmp(d->label, path + 1) == 0 &&
	    strcmp(d->version != NULL ? d->version : "", version) == 0 &&
	    d->length == (companion ? own->len : 0) && (companion ?
	    d->bytes->len > own->len : d->bytes->len == own->len) &&
	    dmsc_rd_eq(dmsc_rd_slice(dmsc_buf_rd(d->bytes), 0, own->len),
	    dmsc_buf_rd(own));

	dmsc_signed_doc_free(&d);
	dmsc_buf_free(&own);
	return good;
}

static void
parts(struct host *h)
{
	struct dmsc_signed_doc *d = NULL;

	ok(shown(h, "/LwM2M", true, "", true) && dmsc_store_add(h->st,
	    "/LwM2M/DMSC/Version", DMSC_FMT_CHR, NULL, dmsc_rd_str("2")) ==
	    DMSC_E_OK && shown(h, "/LwM2M", true, "", true) &&
	    shown(h, "/LwM2M", false, "2", true) &&
	    dmsc_store_revert(h->st, "/LwM2M") == DMSC_E_OK,
	    "the version of a companion");
	ok(dmsc_store_add(h->st, "/OperatorX/DMSC/Version", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str("3")) == DMSC_E_OK &&
	    shown(h, "/OperatorX", true, "", false) &&
	    shown(h, "/OperatorX", false, "3", false) &&
	    dmsc_store_revert(h->st, "/OperatorX") == DMSC_E_OK,
	    "the version of a message");
	ok(dmsc_store_import(h->st, "/New", dmsc_rd_str(JSON)) == DMSC_E_OK &&
	    dmsc_store_signed_doc(h->st, "/New", true, &d) ==
	    DMSC_E_NOTFOUND && d == NULL && shown(h, "/New", false, "",
	    false) && dmsc_store_revert(h->st, "/New") == DMSC_E_OK,
	    "of a new document the card has nothing");
}

static void
together(struct host *h)
{
	struct dmsc_commit *c = NULL;

	ok(dmsc_store_cp(h->st, "/LwM2M", "/Copy") == DMSC_E_OK && listed(h,
	    5, "Copy", "new", "none", "") && commits(h, ""),
	    "a copy is not signed");
	ok(dmsc_store_rmdoc(h->st, "/LwM2M") == DMSC_E_OK && commits(h, "") &&
	    listed(h, 4, "Copy", "", "none", ""), "removed with it");
	ok(dmsc_store_undo(h->st, NULL, false, &c) == DMSC_E_OK &&
	    seal_of(h, "/LwM2M", true) == SEAL_GOOD, "and back with it");
	dmsc_view_free(&dmsc_commit_view, c);
	ok(dmsc_store_mkdoc(h->st, "/LwM2M.p7s", "app", 0, false) ==
	    DMSC_E_EXISTS && dmsc_store_mkdoc(h->st, "/Copy.p7s", "app", 0,
	    false) == DMSC_E_USAGE && dmsc_store_mkdoc(h->st, "/None.p7s",
	    "app", 0, false) == DMSC_E_OK && dmsc_store_revert(h->st, "/") ==
	    DMSC_E_OK, "its name is taken, another's is not");
	ok(rules_stand(h), "Android's rules stand");
}

/* The last change of the working copy: "remove OperatorX.p7s". */
static bool
last_change(struct host *h, const char *want)
{
	struct dmsc_diff *d = NULL;
	char text[128] = "";

	if (dmsc_store_diff(h->st, "/", NULL, &d) == DMSC_E_OK &&
	    d->n_changes > 0)
		(void)snprintf(text, sizeof text, "%s %s",
		    d->changes[d->n_changes - 1].op,
		    d->changes[d->n_changes - 1].uri);
	dmsc_view_free(&dmsc_diff_view, d);
	if (strcmp(text, want) != 0)
		printf("# the last change is %s\n", text);
	return strcmp(text, want) == 0;
}

static void
differences(struct host *h)
{
	struct notary n = { .more = 0 };

	ok(notary_document(h, "/OperatorX", 0) == DMSC_E_OK &&
	    last_change(h, "add OperatorX.p7s") && set(h, SERVER, "x") ==
	    DMSC_E_OK && last_change(h, "set OperatorX/DMAcc/opx/ServerID"),
	    "a signature in a difference, and one that will not be");
	ok(dmsc_store_revert(h->st, "/") == DMSC_E_OK &&
	    notary_document(h, "/OperatorX", 0) == DMSC_E_OK &&
	    commits(h, "OperatorX signed") && set(h, SERVER, "x") ==
	    DMSC_E_OK && last_change(h, "remove OperatorX.p7s"), "dropped");
	notary_for(h, &n);
	ok(last_change(h, "set OperatorX.p7s"), "made anew");
	notary_for(h, NULL);
	ok(dmsc_store_revert(h->st, "/") == DMSC_E_OK, "reverted");
}

/* By the name of its own. */
static void
imported(struct host *h)
{
	struct dmsc_buf *was = dmsc_buf_new(DMSC_DOC_MAX);

	ok(dmsc_store_signature(h->st, "/OperatorX", true, was) ==
	    DMSC_E_OK && set(h, SERVER, "y") == DMSC_E_OK &&
	    dmsc_store_revert(h->st, "/") == DMSC_E_OK &&
	    dmsc_store_rmdoc(h->st, "/OperatorX.p7s") == DMSC_E_OK &&
	    commits(h, "OperatorX removed") && seal_of(h, "/OperatorX",
	    true) == SEAL_NONE, "removed by its own name");
	ok(dmsc_store_import(h->st, "/OperatorX.p7s", dmsc_rd_str("no")) ==
	    DMSC_E_DATA && dmsc_store_import(h->st, "/OperatorX.p7s",
	    dmsc_buf_rd(was)) == DMSC_E_OK && commits(h,
	    "OperatorX signed") && seal_of(h, "/OperatorX", true) ==
	    SEAL_GOOD, "imported by it");
	dmsc_buf_free(&was);
}

/* Back on its own card after an edit, and on another one. */
static void
restored(struct host *h, const char *dir)
{
	struct dmsc_buf *b = dmsc_buf_new(1 << 24);
	struct host other;

	ok(notary_document(h, "/LwM2M", 5) == DMSC_E_OK &&
	    commits(h, "LwM2M signed anew") &&
	    dmsc_store_backup(h->st, b) == DMSC_E_OK, "a backup");
	ok(set(h, "/LwM2M/DMSC/Group", "third") == DMSC_E_OK && commits(h,
	    "LwM2M dropped") && seal_of(h, "/LwM2M", true) == SEAL_NONE,
	    "an edit drops the signature");
	ok(dmsc_store_restore(h->st, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    commits(h, "LwM2M signed") && seal_of(h, "/LwM2M", true) ==
	    SEAL_GOOD && host_is(h, "/LwM2M/DMSC/Group", "fleet"),
	    "a restore brings both back");
	host_new(&other, PAIRS, dir);
	ok(dmsc_store_restore(other.st, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    commits(&other, "2") && seal_of(&other, "/LwM2M", true) ==
	    SEAL_GOOD && seal_of(&other, "/OperatorX", true) == SEAL_GOOD &&
	    host_is(&other, "/LwM2M/DMSC/Group", "fleet"),
	    "on another card, with rules and signatures");
	host_free(&other);
	dmsc_buf_free(&b);
}

int
main(void)
{
	struct host h;
	char dir[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	host_new(&h, PAIRS, dir);
	put(&h);
	dropped(&h);
	undone(&h);
	anew(&h);
	order(&h);
	fresh(&h);
	parts(&h);
	together(&h);
	differences(&h);
	imported(&h);
	restored(&h, dir);
	host_free(&h);
	clean(dir);
	return tap_done();
}
