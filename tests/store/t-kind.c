/* store: LwM2M documents are trees: imported, edited, committed, exported. */
#include "store/cards.h"
#include "store/conceal.h"
#include "store/journal.h"

#define JSON "{\"Security\":{\"0\":{\"ServerURI\":\"coaps://h.example\"," \
	"\"SecurityMode\":0,\"SecretKey\":{\"hex\":\"0011223344556677\"}," \
	"\"ShortServerID\":1}},\"Server\":{\"version\":\"1.1\",\"0\":{" \
	"\"ShortServerID\":1,\"Lifetime\":86400,\"Binding\":\"U\"}}}"
/* The blob of uicc.md 5.4, then with its one bool changed. */
#define BLOB "C80016626F6F74702E696F742E742D6D6F62696C652E636F6D" \
	"C10101410100C80506313233343536C805096C776D326D40646469"
#define BLOB_NOW "C80016626F6F74702E696F742E742D6D6F62696C652E636F6D" \
	"C10100410100C80506313233343536C805096C776D326D40646469"

#define CP_XML "<wap-provisioningdoc version=\"1.1\">" \
	"<characteristic type=\"NAPDEF\"><parm name=\"NAPID\" " \
	"value=\"opx\"/><characteristic type=\"NAPAUTHINFO\">" \
	"<parm name=\"AUTHSECRET\" value=\"hidden\"/></characteristic>" \
	"</characteristic><characteristic type=\"NAPDEF\"><parm " \
	"name=\"NAPID\" value=\"opy\"/></characteristic>" \
	"</wap-provisioningdoc>"

static bool
commit(struct host *h, const char *way)
{
	struct dmsc_commit *c = NULL;
	bool good = dmsc_store_commit(h->st, false, &c) == DMSC_E_OK &&
	    strcmp(c->way, way) == 0;

	if (!good)
		say(&h->e);
	dmsc_view_free(&dmsc_commit_view, c);
	return good;
}

static int
set(struct host *h, const char *path, const char *value)
{
	return dmsc_store_set(h->st, path, dmsc_rd_str(value), NULL, NULL);
}

static bool
oid_is(struct host *h, const char *path, const char *want)
{
	struct dmsc_doc *d = NULL;
	bool is = dmsc_store_stat(h->st, path, &d) == DMSC_E_OK &&
	    d->oid != NULL && strcmp(d->oid, want) == 0;

	if (d != NULL && !is)
		printf("# %s is %s\n", path, d->oid);
	dmsc_view_free(&dmsc_doc_view, d);
	return is;
}

static bool
raw_is(struct host *h, const char *path, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX),
	    *want = dmsc_buf_new(DMSC_EF_MAX);
	bool good = dmsc_store_export(h->st, path, "raw", b) == DMSC_E_OK &&
	    dmsc_hex_get(hex, want) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), dmsc_buf_rd(want));

	dmsc_buf_free(&b);
	dmsc_buf_free(&want);
	return good;
}

static void
edits(struct host *h)
{
	ok(set(h, "/LwM2M/Server/0/Lifetime", "60") == DMSC_E_OK &&
	    host_is(h, "/LwM2M/1/0/1", "60"), "set by name");
	ok(dmsc_store_add(h->st, "/LwM2M/Server/0/NotificationStoring",
	    DMSC_FMT_BOOL, NULL, dmsc_rd_str("true")) == DMSC_E_OK &&
	    host_is(h, "/LwM2M/1/0/6", "true"), "added by name");
	ok(dmsc_store_rm(h->st, "/LwM2M/0/0/10") == DMSC_E_OK &&
	    host_is(h, "/LwM2M/Security/0/ShortServerID", ""), "removed");
	ok(dmsc_store_add(h->st, "/LwM2M/Server/0/Lifespan", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str("5")) == DMSC_E_DATA &&
	    h->e.where[0] != '\0', "an unknown name is refused");
	ok(set(h, "/LwM2M/Server/0/Lifespan", "5") == DMSC_E_NOTFOUND &&
	    strcmp(h->e.next[0], "ls /LwM2M") == 0, "and not found");
}

static bool
is_secret(struct host *h, const char *path)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;

	return dmsc_store_at(h->st, path, &t, &n) == DMSC_E_OK &&
	    dmsc_node_is_secret(n);
}

/* What the difference says of a node; -1: nothing. */
static int
diff_secret(struct host *h, const char *uri)
{
	struct dmsc_diff *d = NULL;
	int is = -1;
	size_t i;

	if (dmsc_store_diff(h->st, "/", NULL, &d) != DMSC_E_OK)
		return -1;
	for (i = 0; i < d->n_changes; i++)
		if (strcmp(d->changes[i].uri, uri) == 0)
			is = d->changes[i].secret;
	dmsc_view_free(&dmsc_diff_view, d);
	return is;
}

static void
secrets(struct host *h)
{
	ok(is_secret(h, "/LwM2M/0/0/5") && !is_secret(h, "/LwM2M/0/0/0") &&
	    diff_secret(h, "LwM2M/0/0/5") == 1 &&
	    diff_secret(h, "LwM2M/0/0/0") == 0, "the key is a secret");
	ok(dmsc_store_add(h->st, "/LwM2M/0/1/5", DMSC_FMT_BIN, NULL,
	    dmsc_rd_str("key")) == DMSC_E_OK &&
	    is_secret(h, "/LwM2M/0/1/5") &&
	    dmsc_store_mv(h->st, "/LwM2M/0/1/5", "/LwM2M/0/1/4") ==
	    DMSC_E_OK && !is_secret(h, "/LwM2M/0/1/4") &&
	    dmsc_store_cp(h->st, "/LwM2M/0/1/4", "/LwM2M/0/1/3") ==
	    DMSC_E_OK && is_secret(h, "/LwM2M/0/1/3") &&
	    dmsc_store_rm(h->st, "/LwM2M/0/1") == DMSC_E_OK,
	    "wherever it goes");
}

static void
documents(const char *dir)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_diff *d = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_import(h.st, "/LwM2M",
	    dmsc_rd_str(JSON)) == DMSC_E_OK, "a document from JSON");
	secrets(&h);
	ok(commit(&h, "create"), "on the card");
	host_down(&h);
	host_up(&h);
	ok(host_is(&h, "/LwM2M/Security/0/ServerURI", "coaps://h.example") &&
	    host_is(&h, "/LwM2M/1/0/1", "86400"), "read from the card");
	edits(&h);
	ok(dmsc_store_diff(h.st, "/LwM2M", NULL, &d) == DMSC_E_OK &&
	    d->n_changes == 3, "three changes");
	dmsc_view_free(&dmsc_diff_view, d);
	ok(host_adm(&h) == DMSC_E_OK && commit(&h, "pair"), "committed");
	host_down(&h);
	host_up(&h);
	ok(host_is(&h, "/LwM2M/1/0/1", "60") &&
	    host_is(&h, "/LwM2M/1/0/6", "true") &&
	    host_is(&h, "/LwM2M/0/0/10", ""), "and there again");
	ok(dmsc_store_export(h.st, "/LwM2M", "json", b) == DMSC_E_OK &&
	    dmsc_store_import(h.st, "/Copy", dmsc_buf_rd(b)) == DMSC_E_OK &&
	    host_is(&h, "/Copy/Server/0/Lifetime", "60"),
	    "exported and imported");
	ok(dmsc_store_import(h.st, "/Copy", dmsc_rd_str(
	    "{\"Server\":{\"0\":{\"Lifetime\":\"long\"}}}")) == DMSC_E_DATA &&
	    host_is(&h, "/Copy/Server/0/Lifetime", "60"),
	    "bad JSON changes nothing");
	ok(dmsc_store_export(h.st, "/LwM2M", "syncml", b) ==
	    DMSC_E_UNSUPPORTED, "it is no message");
	dmsc_buf_free(&b);
	host_free(&h);
}

static void
blob(const char *dir)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(dmsc_hex_get(BLOB, b) == DMSC_E_OK && dmsc_store_mkdoc(h.st,
	    "/Blob", "lwm2m", 0, false) == DMSC_E_OK && dmsc_store_import(
	    h.st, "/Blob", dmsc_buf_rd(b)) == DMSC_E_OK &&
	    host_is(&h, "/Blob/0/0/0", "bootp.iot.t-mobile.com") &&
	    raw_is(&h, "/Blob", BLOB), "a blob with no header");
	ok(set(&h, "/Blob/0/0/1", "false") == DMSC_E_OK &&
	    raw_is(&h, "/Blob", BLOB_NOW), "stays one");
	ok(dmsc_store_acl(h.st, "/Blob/0/0/1", "Get=*") == DMSC_E_OK &&
	    dmsc_store_export(h.st, "/Blob", "raw", b) == DMSC_E_DATA &&
	    strcmp(h.e.where, "/Blob/0/0/1") == 0, "it holds no ACL");
	dmsc_buf_free(&b);
	host_free(&h);
}

static void
provisioning(const char *dir)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_import(h.st, "/Mail",
	    dmsc_rd_str(CP_XML)) == DMSC_E_OK && commit(&h, "create"),
	    "a provisioning document from XML");
	host_down(&h);
	host_up(&h);
	ok(host_is(&h, "/Mail/NAPDEF/NAPID", "opx") &&
	    host_is(&h, "/Mail/NAPDEF~2/NAPID", "opy") &&
	    is_secret(&h, "/Mail/NAPDEF/NAPAUTHINFO/AUTHSECRET") &&
	    dmsc_store_at(h.st, "/Mail", &t, &n) == DMSC_E_OK &&
	    strcmp(dmsc_node_title(n), "1.1") == 0, "read from the card");
	ok(set(&h, "/Mail/NAPDEF/NAPID", "opz") == DMSC_E_OK &&
	    dmsc_store_add(h.st, "/Mail/NAPDEF/BEARER", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("GSM-GPRS")) == DMSC_E_OK && dmsc_store_rm(h.st,
	    "/Mail/NAPDEF~2") == DMSC_E_OK && host_adm(&h) == DMSC_E_OK &&
	    commit(&h, "pair") && host_is(&h, "/Mail/NAPDEF/NAPID", "opz"),
	    "edited");
	ok(dmsc_store_add(h.st, "/Mail/NAPID", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("x")) == DMSC_E_DATA && dmsc_store_add(h.st,
	    "/Mail/NAPDEF/AUTH", DMSC_FMT_INT, NULL, dmsc_rd_str("1")) ==
	    DMSC_E_DATA, "what it cannot hold is refused");
	ok(dmsc_store_export(h.st, "/Mail", NULL, b) == DMSC_E_OK &&
	    dmsc_store_import(h.st, "/Copy", dmsc_buf_rd(b)) == DMSC_E_OK &&
	    dmsc_store_import(h.st, "/Mail", dmsc_rd_str(CP_XML)) ==
	    DMSC_E_OK && dmsc_store_import(h.st, "/Mail", dmsc_buf_rd(b)) ==
	    DMSC_E_OK && dmsc_store_at(h.st, "/Copy", &t, &n) == DMSC_E_OK &&
	    strcmp(dmsc_node_title(n), "1.1") == 0 &&
	    host_is(&h, "/Copy/NAPDEF/BEARER", "GSM-GPRS") &&
	    host_is(&h, "/Mail/NAPDEF~2/NAPID", ""), "XML out and in");
	dmsc_buf_reset(b);
	ok(dmsc_store_export(h.st, "/Mail", "json", b) == DMSC_E_OK &&
	    dmsc_store_rm(h.st, "/Mail/NAPDEF/BEARER") == DMSC_E_OK &&
	    dmsc_store_import(h.st, "/Mail", dmsc_buf_rd(b)) == DMSC_E_OK &&
	    host_is(&h, "/Mail/NAPDEF/BEARER", "GSM-GPRS"), "JSON of nodes");
	dmsc_buf_reset(b);
	ok(dmsc_store_export(h.st, "/Mail", "cp-wbxml", b) == DMSC_E_OK &&
	    dmsc_form_guess(dmsc_buf_rd(b)) == DMSC_FORM_CP_WBXML &&
	    dmsc_store_export(h.st, "/Mail", "lwm2m", b) ==
	    DMSC_E_UNSUPPORTED, "WBXML, and no other kind's form");
	ok(dmsc_store_cp(h.st, "/Mail", "/Third") == DMSC_E_OK &&
	    dmsc_store_cp(h.st, "/Mail", "/Fourth") == DMSC_E_OK &&
	    host_adm(&h) == DMSC_E_OK && commit(&h, "create") &&
	    oid_is(&h, "/Mail", DMSC_OID_CP1) &&
	    oid_is(&h, "/Copy", DMSC_OID_CP2) &&
	    oid_is(&h, "/Third", DMSC_OID_CP3) &&
	    oid_is(&h, "/Fourth", DMSC_OID_CP1), "identifiers in turn");
	dmsc_buf_free(&b);
	host_free(&h);
}

/* Bytes of a kept document with its secret cut out, and put in again. */
static void
masked(const char *name, struct dmsc_rd bytes, const char *secret)
{
	struct dmsc_jmove m = { .holes = NULL };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX),
	    *cut = dmsc_buf_new(DMSC_EF_MAX);
	char label[] = "Doc";

	m.m.name = label;
	m.m.old = dmsc_buf_from(bytes, DMSC_EF_MAX);
	ok(dmsc_hex_get(secret, cut) == DMSC_E_OK &&
	    dmsc_find_bytes(bytes, dmsc_buf_rd(cut), 0) != NULL &&
	    dmsc_jmove_mask(&m) == DMSC_E_OK && m.n_holes == 1 &&
	    dmsc_find_bytes(dmsc_buf_rd(m.m.old), dmsc_buf_rd(cut), 0) ==
	    NULL, name);
	ok(dmsc_jmove_fill(&m, bytes, b) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), bytes), "and filled again");
	free(m.holes);
	dmsc_buf_free(&m.m.old);
	dmsc_buf_free(&cut);
	dmsc_buf_free(&b);
}

static void
undone(const char *dir)
{
	struct dmsc_commit *c = NULL;
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct host h;

	host_new(&h, PAIRS, dir);
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_import(h.st, "/LwM2M",
	    dmsc_rd_str(JSON)) == DMSC_E_OK && commit(&h, "create") &&
	    set(&h, "/LwM2M/1/0/1", "60") == DMSC_E_OK &&
	    commit(&h, "pair") &&
	    dmsc_store_undo(h.st, NULL, false, &c) == DMSC_E_OK &&
	    host_is(&h, "/LwM2M/1/0/1", "86400"), "an edit taken back");
	dmsc_view_free(&dmsc_commit_view, c);
	ok(dmsc_store_export(h.st, "/LwM2M", "raw", b) == DMSC_E_OK,
	    "its bytes");
	masked("a LwM2M key is cut out", dmsc_buf_rd(b), "0011223344556677");
	dmsc_buf_reset(b);
	ok(dmsc_store_import(h.st, "/Mail", dmsc_rd_str(CP_XML)) ==
	    DMSC_E_OK && dmsc_store_export(h.st, "/Mail", "raw", b) ==
	    DMSC_E_OK, "bytes of provisioning");
	masked("a password is cut out", dmsc_buf_rd(b), "68696464656E");
	dmsc_buf_free(&b);
	host_free(&h);
}

int
main(void)
{
	char dir[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	documents(dir);
	blob(dir);
	provisioning(dir);
	undone(dir);
	clean(dir);
	return tap_done();
}
