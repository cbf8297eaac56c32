/* store: what lint finds on a card: each planted fault by its name, place and
 * byte; nothing on a clean one. */
#include <dmsc/lint.h>

#include "base/file.h"
#include "store/cards.h"
#include "store/lint.h"
#include "store/sign.h"

enum { DIR_SIZE = 400, DOC_SIZE = 0x1800, BIG = 0x9000, OTHER = 0x1000 };

#define APP "3F00/7F50/"
#define ODF "A706300404024D00 A706300404024D02 A806300404024401"
#define RECORD "611D4F0C" AID15 "5007504B435323313551043F007F50"
#define RECORD_ELSEWHERE "611D4F0C" AID15 "5007504B435323313551043F007F51"
#define RECORD_NO_PATH "61174F0C" AID15 "5007504B4353233135"

/* What a card holds; NULL and 0 stand for what is right. */
struct spec {
	const char *odf, *record, *token;	/* hex; "": not there */
	const char *label;	/* of the opaqueDO */
	const char *oid;	/* of all entries */
	unsigned odf_rule, dir_rule, doc_rule;
	unsigned twin_fid;	/* in the second directory */
	size_t size, slot_size;	/* SIZE_MAX: no second slot */
	bool is_private, private_twin, no_opaque, no_oid, linear, empty;
	bool gone, again, other_aodf;
	const char *p7s, *p7s_hex;	/* label and content of a signature */
	bool p7s_again;
};
#define CMS "3012 06092A864886F70D010702 A005 3003020101"
static const struct row {
	struct spec s;
	const char *rule, *place;
	int at;
	const char *also;
} rows[] = {
	{ { .odf = ODF "A706300404024D06" }, "directory-missing",
	    APP "5031", 24, "" },
	{ { .odf = "A806300404024401 A706300404024D00 A706300404024D02" },
	    "odf-not-a7-first", APP "5031", 0, "" },
	{ { .odf = "A706300404024D00 A70A300804063F007F504D02"
	    "A806300404024401" }, "path-absolute", APP "5031", 14, "" },
	{ { .odf = ODF "A77F" }, "odf-broken", APP "5031", 24, "" },
	{ { .odf = ODF "A706" }, "path-malformed", APP "5031", 24, "" },
	{ { .gone = true }, "file-missing", "/Gone", -1, "" },
	{ { .token = "" }, "tokeninfo-missing", APP "5032", -1, "" },
	{ { .token = "3003020100" }, "tokeninfo-no-flags", APP "5032", 0,
	    "" },
	{ { .record = "" }, "dir-no-entry", "3F00/2F00", -1, "" },
	{ { .record = RECORD_NO_PATH }, "dir-no-path", "3F00/2F00", -1, "" },
	{ { .record = RECORD_ELSEWHERE }, "dir-wrong-path", "3F00/2F00", -1,
	    "" },
	{ { .odf_rule = 5 }, "update-free", APP "5031", -1, "" },
	{ { .doc_rule = 5 }, "update-free", "/OperatorX", -1, "" },
	{ { .dir_rule = 3 }, "directory-closed", APP "4D00", -1, "*" },
	{ { .is_private = true }, "private-readable", "/OperatorX", -1, "" },
	{ { .doc_rule = 3 }, "public-closed", "/OperatorX", -1, "" },
	{ { .oid = DMSC_OID_LWM2M }, "oid-not-content", "/OperatorX", -1,
	    "" },
	{ { .empty = true }, "empty-document", "/OperatorX", -1, "" },
	{ { .slot_size = SIZE_MAX }, "no-second-slot", "/OperatorX", -1,
	    "" },
	{ { .slot_size = OTHER }, "slots-differ", "/OperatorX", -1, "" },
	{ { .size = BIG, .slot_size = BIG }, "size-in-two-bytes",
	    "/OperatorX", -1, "" },
	{ { .linear = true }, "not-transparent", "/OperatorX", -1, "*" },
	{ { .label = "Operator" }, "twins-differ", "/OperatorX", -1, "" },
	{ { .private_twin = true }, "twins-differ", "/OperatorX", -1, "*" },
	{ { .no_opaque = true }, "no-opaque-twin", "/OperatorX", -1, "" },
	{ { .no_oid = true }, "no-oid-do", "/OperatorX", -1, "" },
	{ { .again = true }, "same-label", "/OperatorX~2", -1, "*" },
	{ { .is_private = true, .doc_rule = 3, .other_aodf = true },
	    "auth-unknown", APP "4D00", 43, "" },
	{ { .twin_fid = 0x4D11 }, "cut-commit", "the card", -1, "*" },
	{ { .odf = "A806300404024401" }, "odf-no-dodf", APP "5031", -1, "" },
	{ { .p7s = "OperatorX.p7s" }, NULL, NULL, 0, "" },
	{ { .p7s = "Operator.p7s" }, "signature-orphan",
	    "/Operator.p7s", -1, "" },
	{ { .p7s = ".p7s" }, "signature-orphan", "/%2Ep7s", -1,
	    "" },
	{ { .p7s = "OperatorX.p7s", .p7s_again = true }, "signatures",
	    "/OperatorX", -1, "*" },
	{ { .p7s = "OperatorX.p7s", .p7s_hex = "3006 06042A030405" },
	    "signature-no-cms", "/OperatorX.p7s", 0, "" },
	{ { .p7s = "OperatorX.p7s", .p7s_hex = CMS "FFFF" }, NULL, NULL, 0,
	    "" },
	{ { .p7s = "OperatorX.p7s", .p7s_hex = "" }, "signature-no-cms",
	    "/OperatorX.p7s", 0, "" },
	{ { .p7s = "OperatorX.p7s", .is_private = true, .doc_rule = 3 },
	    "signature-readable", "/OperatorX.p7s", -1, "" },
};

static struct dmsc_buf *document;

/* The card writes large sizes in three bytes; another maker's in two. */
static int
two_bytes(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	static const uint8_t three[] = { 0x80, 0x03, 0x00, 0x90, 0x00 };
	struct spy *s = h;
	size_t i;
	int r = dmsc_link_xfer(&s->below, cmd, rsp, e);

	for (i = 0; r == DMSC_E_OK && i + sizeof three <= rsp->len; i++)
		if (rsp->p[0] == 0x62 && memcmp(rsp->p + i, three,
		    sizeof three) == 0) {
			rsp->p[i + 1] = 2;
			rsp->p[i + 2] = 0x90;
			rsp->p[i + 3] = 0;
			rsp->p[1]--;
			memmove(rsp->p + i + 4, rsp->p + i + 5,
			    rsp->len - i - 5);
			dmsc_buf_truncate(rsp, rsp->len - 1);
		}
	return r;
}
static const struct dmsc_link_ops two_ops = {
	.name = "spy", .reset = spy_reset, .xfer = two_bytes,
	.close = spy_close
};

static void
file_hex(struct dmsc_card *c, unsigned fid, unsigned rule, size_t size,
    const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);

	put_hex(b, hex);
	card_file(c, fid, rule, size, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
}

static void
put_document(struct dmsc_card *c, const struct spec *s)
{
	size_t size = s->size != 0 ? s->size : DOC_SIZE;
	size_t slot = s->slot_size != 0 ? s->slot_size : size;
	unsigned rule = s->doc_rule != 0 ? s->doc_rule : 2;
	struct dmsc_rd none = dmsc_rd_of(NULL, 0);

	if (s->linear)
		(void)lab_send(c, "+ 82054221001004 83024D10 8B032F0602 "
		    "80020040 8800");
	else
		card_file(c, 0x4D10, rule, size, s->empty ? none :
		    dmsc_buf_rd(document));
	if (slot != SIZE_MAX)
		card_file(c, 0x4D11, rule, slot, none);
	if (s->p7s != NULL)
		file_hex(c, 0x4D20, 2, 64, s->p7s_hex != NULL ? s->p7s_hex :
		    CMS);
	if (s->p7s_again)
		file_hex(c, 0x4D22, 2, 64, CMS);
	if (s->again) {
		card_file(c, 0x4D12, rule, size, dmsc_buf_rd(document));
		card_file(c, 0x4D13, rule, size, none);
	}
}

static void
put_dirs(struct dmsc_card *c, const struct spec *s)
{
	struct dmsc_buf *one = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *two = dmsc_buf_new(LAB_MAX);
	const char *oid = s->oid != NULL ? s->oid : DMSC_OID_DM;
	const char *label = s->label != NULL ? s->label : "OperatorX";
	unsigned twin = s->twin_fid != 0 ? s->twin_fid : 0x4D10;
	bool hidden = s->is_private || s->private_twin;

	put_hex(one, arf_entry);
	if (!s->no_oid)
		entry(one, DMSC_DO_OID, "OperatorX", oid, 0x4D10,
		    s->is_private);
	if (!s->no_opaque)
		entry(two, DMSC_DO_OPAQUE, label, oid, twin, hidden);
	if (s->p7s != NULL)
		entry(two, DMSC_DO_OPAQUE, s->p7s, "1.2.840.113549.1.7.2",
		    0x4D20, false);
	if (s->p7s_again)
		entry(two, DMSC_DO_OPAQUE, s->p7s, "1.2.840.113549.1.7.2",
		    0x4D22, false);
	if (s->p7s != NULL)
		put_hex(two, "FF");	/* small readers stop here */
	if (!s->no_oid)
		entry(two, DMSC_DO_OID, label, oid, twin, hidden);
	if (s->again || s->gone) {
		label = s->gone ? "Gone" : "OperatorX";
		entry(one, DMSC_DO_OID, label, oid, 0x4D12, false);
	}
	card_file(c, 0x4D00, s->dir_rule != 0 ? s->dir_rule : 2, DIR_SIZE,
	    dmsc_buf_rd(one));
	card_file(c, 0x4D01, 2, DIR_SIZE, dmsc_rd_of(NULL, 0));
	card_file(c, 0x4D02, 2, DIR_SIZE, dmsc_buf_rd(two));
	card_file(c, 0x4D03, 2, DIR_SIZE, dmsc_rd_of(NULL, 0));
	dmsc_buf_free(&one);
	dmsc_buf_free(&two);
}

static void
put_record(struct dmsc_card *c, const struct spec *s)
{
	const char *hex = s->record != NULL ? s->record : RECORD;
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	char text[120];

	put_hex(b, hex);
	if (dmsc_buf_fill(b, 0xFF, 38 - b->len) != DMSC_E_OK)
		printf("# no memory\n");
	dmsc_hex(dmsc_buf_rd(b), text + 10, sizeof text - 10);
	memcpy(text, "00DC010426", 10);
	if (strcmp(lab_send(c, "00A4000C022F00"), "9000") != 0 ||
	    strcmp(lab_send(c, text), "9000") != 0 ||
	    strcmp(lab_send(c, "00A4000C023F00"), "9000") != 0)
		printf("# EF.DIR cannot be written\n");
	dmsc_buf_free(&b);
}

static struct dmsc_card *
make(const struct spec *s)
{
	static const struct step free_for_all[] = {
		{ "00A4000C022F06", "9000" },
		{ "=05 8001039000 800118A40683010A950108", "9000" },
		{ "00A4000C023F00", "9000" } };
	static const struct step end[] = {
		{ "00A4000C023F00", "9000" }, { "00440000023F00", "9000" } };
	const uint64_t seed = 7;
	struct dmsc_card *c = NULL;
	struct dmsc_buf *aodf = dmsc_buf_new(LAB_MAX);
	bool good = dmsc_card_blank(NULL, &seed, &c, NULL) == DMSC_E_OK &&
	    lab_run(c, cards_mf, DMSC_COUNT(cards_mf)) &&
	    lab_run(c, free_for_all, DMSC_COUNT(free_for_all));

	put_record(c, s);
	good = good && strcmp(lab_send(c, "+ 82027821 83027F50 840C" AID15
	    " 8B032F0601 C60C 9001E0 830101 83010A 830181"), "9000") == 0 &&
	    strcmp(lab_send(c, "00DA028113" PIN2468 "0301" PUK8 "0A"),
	    "9000") == 0;
	file_hex(c, 0x5031, s->odf_rule != 0 ? s->odf_rule : 2, 48,
	    s->odf != NULL ? s->odf : ODF);
	if (s->token == NULL || *s->token != '\0')
		file_hex(c, 0x5032, 2, 8, s->token != NULL ? s->token :
		    "3006020100030100");
	put_aodf(aodf);
	card_file(c, 0x4401, 2, 64, s->other_aodf ? dmsc_rd_of(NULL, 0) :
	    dmsc_buf_rd(aodf));
	card_file(c, 0x4200, 2, 16, dmsc_rd_str("rules of Android"));
	put_dirs(c, s);
	put_document(c, s);
	if (!good || !lab_run(c, end, 2))
		printf("# the card cannot be made\n");
	dmsc_buf_free(&aodf);
	return c;
}

static bool
is(const struct dmsc_finding *f, const struct row *row)
{
	return strcmp(f->rule, row->rule) == 0 && f->offset == row->at &&
	    strcmp(f->place != NULL ? f->place : "the card", row->place) ==
	    0;
}

static bool
only(const struct dmsc_lint *l, const struct row *row)
{
	const struct dmsc_finding *f;
	bool hit = row->rule == NULL, good = true;
	size_t i;

	for (i = 0; i < l->n_findings; i++) {
		f = &l->findings[i];
		if (row->rule != NULL && is(f, row))
			hit = true;
		else if (strcmp(f->severity, "note") != 0 &&
		    (row->rule == NULL || (strcmp(f->rule, row->rule) != 0 &&
		    strcmp(row->also, "*") != 0)))
			good = false;
	}
	if (hit && good)
		return true;
	for (i = 0; i < l->n_findings; i++)
		printf("# %s %s %s %d: %s\n", l->findings[i].severity,
		    l->findings[i].rule, l->findings[i].place,
		    l->findings[i].offset, l->findings[i].message);
	return false;
}

static void
try(const struct row *row, const char *dir)
{
	const char *name = row->rule != NULL ? row->rule : "a clean card";
	struct dmsc_lint *l = NULL;
	struct host h;

	host_over(&h, make(&row->s), &two_ops, dir);
	if (!ok(dmsc_store_lint(h.st, "/", &l) == DMSC_E_OK, name))
		say(&h.e);
	else
		ok(only(l, row), name);
	dmsc_view_free(&dmsc_lint_view, l);
	host_free(&h);
}

/* One document, a node of it, what is edited, and a document that is not
 * there. */
static void
parts(const char *dir)
{
	static const struct row good = { { .odf = NULL }, NULL, NULL, 0,
	    "" };
	static const struct row edited = { { .odf = NULL }, "account-appid",
	    "/OperatorX", 0, "" };
	struct dmsc_lint *l = NULL;
	struct row row = edited;
	struct host h;

	host_over(&h, make(&good.s), &two_ops, dir);
	ok(dmsc_store_lint(h.st, "/OperatorX", &l) == DMSC_E_OK && only(l,
	    &good) && l->n_findings == 2, "one document");
	dmsc_view_free(&dmsc_lint_view, l);
	ok(dmsc_store_set(h.st, "/OperatorX/DMAcc/opx/AppID",
	    dmsc_rd_str("w8"), NULL, NULL) == DMSC_E_OK, "an edit");
	ok(dmsc_store_lint(h.st, "/OperatorX/DMAcc/opx", &l) == DMSC_E_OK &&
	    l->n_findings == 1, "below a node");
	row.at = l != NULL && l->n_findings > 0 ? l->findings[0].offset : -2;
	ok(row.at > 0 && only(l, &row) &&
	    strcmp(l->findings[0].node, "DMAcc/opx/AppID") == 0,
	    "what is edited is looked at");
	dmsc_view_free(&dmsc_lint_view, l);
	ok(dmsc_store_lint(h.st, "/OperatorX/NAP", &l) == DMSC_E_OK &&
	    l->n_findings == 0, "beside it");
	dmsc_view_free(&dmsc_lint_view, l);
	ok(dmsc_store_lint(h.st, "/None", &l) == DMSC_E_NOTFOUND &&
	    l == NULL, "no such document");
	host_free(&h);
}

/* The documents of the card: how many, the warnings of the second, behind
 * the access rules. */
static size_t
listed(struct host *h, size_t *warnings)
{
	struct dmsc_doc_list *l = NULL;
	size_t n = 0;

	if (dmsc_store_docs(h->st, &l) == DMSC_E_OK) {
		n = l->n_documents;
		*warnings = n > 1 ? l->documents[1].n_warnings : 0;
	}
	dmsc_view_free(&dmsc_doc_list_view, l);
	return n;
}

/* More signatures than one go together; one of no document can be seen and
 * taken away. */
static void
signatures(const char *dir)
{
	static const struct spec twice = { .p7s = "OperatorX.p7s",
		.p7s_again = true }, orphan = { .p7s = "Operator.p7s" },
		same = { .p7s = "OperatorX.p7s", .again = true };
	struct host h;
	size_t warned = 0;

	host_over(&h, make(&twice), &two_ops, dir);
	ok(listed(&h, &warned) == 2 && warned == 1, "two of one document");
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_set(h.st,
	    "/OperatorX/DMAcc/opx/ServerID", dmsc_rd_str("other"), NULL,
	    NULL) == DMSC_E_OK && *host_commit(&h, false) != '\0' &&
	    listed(&h, &warned) == 2 && warned == 0, "both are dropped");
	host_free(&h);
	host_over(&h, make(&same), &two_ops, dir);
	ok(seal_of(&h, "/OperatorX", true) == SEAL_BAD &&
	    notary_document(&h, "/OperatorX~2", 0) == DMSC_E_USAGE &&
	    host_adm(&h) == DMSC_E_OK && dmsc_store_set(h.st,
	    "/OperatorX~2/DMAcc/opx/ServerID", dmsc_rd_str("other"), NULL,
	    NULL) == DMSC_E_OK && *host_commit(&h, false) != '\0' &&
	    seal_of(&h, "/OperatorX", true) == SEAL_BAD,
	    "of two documents with one label it is the first's");
	host_free(&h);
	host_over(&h, make(&orphan), &two_ops, dir);
	ok(dmsc_store_mkdoc(h.st, "/Operator", "dm", 0, false) ==
	    DMSC_E_OK && dmsc_store_add(h.st, "/Operator/x", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str("new")) == DMSC_E_OK && host_adm(&h) ==
	    DMSC_E_OK && *host_commit(&h, false) != '\0' &&
	    listed(&h, &warned) == 3 && seal_of(&h, "/Operator", true) ==
	    SEAL_NONE, "a new document does not take one that lies there");
	host_free(&h);
	host_over(&h, make(&orphan), &two_ops, dir);
	ok(listed(&h, &warned) == 3 && host_adm(&h) == DMSC_E_OK &&
	    dmsc_store_rmdoc(h.st, "/Operator.p7s") == DMSC_E_OK &&
	    *host_commit(&h, false) != '\0' && listed(&h, &warned) == 2,
	    "one of no document");
	host_free(&h);
}

static void
shapes(const char *dir)
{
	struct dmsc_lint *l = NULL;
	struct host h;

	host_new(&h, NO_P15, dir);
	ok(dmsc_store_lint(h.st, "/", &l) == DMSC_E_OK &&
	    l->n_findings == 1 && strcmp(l->findings[0].rule,
	    "no-documents") == 0, "no PKCS#15");
	dmsc_view_free(&dmsc_lint_view, l);
	host_free(&h);
	host_new(&h, RULES_ONLY, dir);
	ok(dmsc_store_lint(h.st, "/", &l) == DMSC_E_OK, "rules alone");
	dmsc_view_free(&dmsc_lint_view, l);
	host_free(&h);
}

static void
read_document(void)
{
	struct dmsc_buf *xml = NULL;
	struct dmsc_boot *boot = dmsc_boot_new();
	struct dmsc_tree *t = NULL;
	enum dmsc_form f;

	document = dmsc_buf_new(LAB_MAX);
	ok(dmsc_file_slurp(TEST_SRCDIR "/scripts/demo/OperatorX.xml",
	    LAB_MAX, &xml, NULL) == DMSC_E_OK &&
	    dmsc_tree_parse(dmsc_buf_rd(xml), &t, &f, NULL) == DMSC_E_OK &&
	    dmsc_boot_write(boot, t, document, NULL) == DMSC_E_OK,
	    "a document");
	dmsc_tree_free(&t);
	dmsc_boot_free(&boot);
	dmsc_buf_free(&xml);
}

int
main(void)
{
	static const struct row good = { { .odf = NULL }, NULL, NULL, 0,
	    "" };
	char dir[64];
	size_t i;

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	read_document();
	try(&good, dir);
	for (i = 0; i < DMSC_COUNT(rows); i++)
		try(&rows[i], dir);
	parts(dir);
	signatures(dir);
	shapes(dir);
	dmsc_buf_free(&document);
	clean(dir);
	return tap_done();
}
