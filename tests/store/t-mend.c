/* store: lint --fix: what is mended on a card, and what stays as it was. */
#include <dmsc/lint.h>

#include "base/file.h"
#include "codec/lwm2m.h"
#include "device/model.h"
#include "store/cards.h"
#include "store/lint.h"

enum { DIR_SIZE = 500, DOC_SIZE = 700, MODELS = 5 };

/* One entry for 6432, wrapped twice; one with an absolute path. */
#define TWICE "A127300030110C0F4C774D324D20426F6F747374726170A110300E0606" \
	"0604672B0901300404026432"
#define ABSOLUTE "A1293000" "30110C0F4C774D324D20426F6F747374726170A1123010" \
	"0604672B0901" "300804063F007F506432"

/* Another document's oidDO, of 36 bytes. */
#define OTHER(f) "A12230090C034D44780302064030050C034D4478A10E300C0604672B" \
	"0701300404024D" f

static const struct row {
	const char *name;
	const char *odf, *dir;		/* hex */
	const char *rule;		/* that is mended */
	const char *odf_after;		/* hex it begins with, or NULL */
	bool no_create;			/* the card makes no files */
	bool bare;			/* the document lacks its header */
	const char *way;		/* of the commit; "": refused */
} rows[] = {
	{ "wrapped twice", "A706300404026430", TWICE, "oid-double-wrapped",
	    NULL, false, false, "create" },
	{ "an absolute path", "A706300404026430", ABSOLUTE, "path-absolute",
	    NULL, false, false, "create" },
	{ "no twin", "A706300404026430", TWICE, "no-opaque-twin", NULL,
	    false, false, "create" },
	{ "no twin, and many entries before", "A706300404026430", OTHER("10")
	    OTHER("12") TWICE OTHER("14"), "no-opaque-twin", NULL, false,
	    false, "create" },
	{ "another entry first", "A506300404024404A706300404026430", TWICE,
	    "odf-not-a7-first", "A7063004", false, false, "create" },
	{ "in place", "A706300404026430", TWICE, "oid-double-wrapped", NULL,
	    true, false, "in place, guarded" },
	{ "a blob", "A706300404026430", TWICE, "no-file-header", NULL,
	    false, true, "create" },
};

static struct dmsc_card *
make(const struct row *row)
{
	static const char text[] = "{\"0\":{\"0\":{\"0\":\"coaps://l.example"
	    "\",\"1\":true,\"2\":0,\"3\":{\"text\":\"i\"},\"5\":{\"text\":"
	    "\"0123456789abcdef\"}}}}";
	static const struct step end[] = {
		{ "00A4000C023F00", "9000" }, { "00440000023F00", "9000" } };
	const uint64_t seed = 7;
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	struct dmsc_tree *t = dmsc_tree_new(LAB_MAX);
	struct dmsc_card *c = NULL;
	char df[160];
	bool good = dmsc_card_blank(NULL, &seed, &c, NULL) == DMSC_E_OK &&
	    lab_run(c, cards_mf, DMSC_COUNT(cards_mf)) &&
	    lab_run(c, cards_p15, DMSC_COUNT(cards_p15));

	(void)snprintf(df, sizeof df, "+ 82027821 83027F50 840C" AID15
	    " 8B032F06%02X C60C 9001E0 830101 83010A 830181",
	    row->no_create ? 4 : 1);
	good = good && strcmp(lab_send(c, df), "9000") == 0;
	put_hex(b, row->odf);
	card_file(c, 0x5031, 2, 64, dmsc_buf_rd(b));
	dmsc_buf_reset(b);
	put_hex(b, "3006020100030100");
	card_file(c, 0x5032, 2, 8, dmsc_buf_rd(b));
	dmsc_buf_reset(b);
	put_hex(b, arf_entry);
	put_hex(b, row->dir);
	card_file(c, 0x6430, 2, DIR_SIZE, dmsc_buf_rd(b));
	dmsc_buf_reset(b);
	good = good && dmsc_lwm2m_read_json(dmsc_rd_str(text), t, NULL) ==
	    DMSC_E_OK && dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), b, NULL) ==
	    DMSC_E_OK;
	card_file(c, 0x6432, 2, DOC_SIZE, row->bare ? dmsc_rd_slice(
	    dmsc_buf_rd(b), 12, b->len) : dmsc_buf_rd(b));
	card_file(c, 0x4200, 2, 16, dmsc_rd_str("rules of Android"));
	if (!good || !lab_run(c, end, 2))
		printf("# the card cannot be made\n");
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
	return c;
}

static bool
has(const struct dmsc_lint *l, const char *rule)
{
	size_t i;

	for (i = 0; l != NULL && i < l->n_findings; i++)
		if (strcmp(l->findings[i].rule, rule) == 0)
			return true;
	return false;
}

static void
show(const struct dmsc_lint *l)
{
	size_t i;

	for (i = 0; l != NULL && i < l->n_findings; i++)
		printf("# %s %s: %s\n", l->findings[i].rule,
		    l->findings[i].place, l->findings[i].message);
}

/* Whether lint finds the rule now. */
static bool
found(struct host *h, const char *rule)
{
	struct dmsc_lint *l = NULL;
	bool yes = dmsc_store_lint(h->st, "/", &l) == DMSC_E_OK &&
	    has(l, rule);

	if (yes)
		show(l);
	dmsc_view_free(&dmsc_lint_view, l);
	return yes;
}

static bool
begins(struct host *h, const char *place, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX), *w = dmsc_buf_new(64);
	struct dmsc_place p;
	bool yes;

	put_hex(w, hex);
	yes = dmsc_place_parse(place, &p, &h->e) == DMSC_E_OK &&
	    dmsc_uicc_read_place(h->u, &p, NULL, b) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_rd_slice(dmsc_buf_rd(b), 0, w->len),
	    dmsc_buf_rd(w));
	dmsc_buf_free(&b);
	dmsc_buf_free(&w);
	return yes;
}

/* How many documents the model finds: access rules for Android, all others
 * for the others. */
static size_t
finds(struct host *h, const char *model)
{
	struct dmsc_lint *l = dmsc_view_new(&dmsc_lint_view);
	struct dmsc_raw *raw = NULL;
	size_t i, n = 0;

	if (dmsc_store_raw(h->st, &raw) == DMSC_E_OK &&
	    dmsc_model_judge(dmsc_model_find(model), raw, l) == DMSC_E_OK)
		for (i = 0; i < l->n_seen; i++)
			n += l->seen[i].found && (strcmp(model, "android") ==
			    0) == (strcmp(l->seen[i].kind, "arf") == 0);
	dmsc_view_free(&dmsc_lint_view, l);
	dmsc_raw_free(&raw);
	return n;
}

static void
undone(struct host *h, const struct row *row)
{
	struct dmsc_commit *c = NULL;

	if (!ok(dmsc_store_undo(h->st, NULL, false, &c) == DMSC_E_OK,
	    "undo"))
		say(&h->e);
	dmsc_view_free(&dmsc_commit_view, c);
	ok(found(h, row->rule), "is as it was");
}

static void
try(const struct row *row, const char *dir)
{
	struct dmsc_lint *l = NULL;
	size_t before[MODELS], i;
	const char *way;
	struct host h;

	host_over(&h, make(row), &spy_ops, dir);
	for (i = 0; i < MODELS; i++)
		before[i] = finds(&h, dmsc_model_at(i)->name);
	ok(dmsc_store_mend(h.st, "/", &l) == DMSC_E_OK && has(l, row->rule),
	    row->name);
	show(l);
	dmsc_view_free(&dmsc_lint_view, l);
	ok(dmsc_store_dirty(h.st), "to be committed");
	ok(host_adm(&h) == DMSC_E_OK, "ADM1");
	way = host_commit(&h, row->no_create);
	if (!ok(strcmp(way, row->way) == 0, "the way")) {
		printf("# %s\n", way);
		say(&h.e);
	}
	ok(!dmsc_store_dirty(h.st), "nothing is left");
	ok(!found(&h, row->rule), "mended");
	for (i = 0; i < MODELS; i++)
		ok(finds(&h, dmsc_model_at(i)->name) >= before[i],
		    dmsc_model_at(i)->name);
	ok(row->odf_after == NULL || begins(&h, "3F00/7F50/5031",
	    row->odf_after), "the ODF");
	ok(begins(&h, "3F00/7F50/4200", "72756C6573"), "rules stay");
	undone(&h, row);
	host_free(&h);
}

/* What is not committed is reverted; a clean card has nothing to mend. */
static void
revert(const char *dir)
{
	struct dmsc_lint *l = NULL;
	struct host h;

	host_over(&h, make(&rows[0]), &spy_ops, dir);
	ok(dmsc_store_mend(h.st, "/", &l) == DMSC_E_OK &&
	    l->n_findings > 0 && dmsc_store_dirty(h.st), "mended");
	dmsc_view_free(&dmsc_lint_view, l);
	ok(dmsc_store_revert(h.st, "/") == DMSC_E_OK &&
	    !dmsc_store_dirty(h.st) && strcmp(host_commit(&h, false),
	    "none") == 0, "and reverted");
	host_free(&h);
	host_new(&h, PAIRS, dir);
	l = NULL;
	ok(dmsc_store_mend(h.st, "/", &l) == DMSC_E_OK &&
	    !dmsc_store_dirty(h.st), "nothing to mend");
	show(l);
	dmsc_view_free(&dmsc_lint_view, l);
	host_free(&h);
}

int
main(void)
{
	char dir[64];
	size_t i;

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	for (i = 0; i < DMSC_COUNT(rows); i++)
		try(&rows[i], dir);
	revert(dir);
	clean(dir);
	return tap_done();
}
