/*
 * More that is done to cards of other makers: a document is made, what is
 * missing for pairs is prepared, a change is undone, and only a part of a
 * file is read. What the card held before is all still there, in its order.
 */
#include "store/picture.h"

/* The entries of was are in now, in their order; others may be between. */
static bool
keeps_entries(const struct dmsc_dodf *was, const struct dmsc_dodf *now)
{
	size_t i, k = 0;

	for (i = 0; i < was->n; i++) {
		while (k < now->n && !dmsc_rd_eq(was->v[i].raw,
		    now->v[k].raw))
			k++;
		if (k++ >= now->n) {
			printf("# entry %zu is another or gone\n", i + 1);
			return false;
		}
	}
	return true;
}

/* All directories of was, by the order in the ODF, and what it names else. */
static bool
keeps_dirs(const struct picture *was, const struct picture *now)
{
	size_t i;

	for (i = 0; i < was->odf.n; i++)
		if (i >= now->odf.n || (was->odf.v[i].tag != 0xA7 &&
		    !dmsc_rd_eq(was->odf.v[i].raw, now->odf.v[i].raw))) {
			printf("# entry %zu of the ODF is another\n", i + 1);
			return false;
		}
	for (i = 0; i < was->n_dirs; i++)
		if (i >= now->n_dirs ||
		    !keeps_entries(&was->dirs[i], &now->dirs[i]))
			return false;
	return true;
}

static bool
keeps_files(const struct picture *was, const struct dmsc_card *c, bool odf)
{
	size_t i;

	for (i = 0; i < was->files.n; i++)
		if (!world_same(&was->files, i, c) && (!odf ||
		    was->files.files[i].fid != 0x5031)) {
			printf("# file %04X was touched\n",
			    was->files.files[i].fid);
			return false;
		}
	return true;
}

static bool
start(struct world *w, const struct field_card *f, struct picture *was)
{
	world_remove(w, "state");
	if (world_up(w, field_build(f, true)) != DMSC_E_OK || !rights(w))
		return false;
	take(was, w);
	return true;
}

/* After a fresh look. */
static bool
kept(struct world *w, const struct picture *was)
{
	const struct subject nobody = { .name = "/" };
	struct picture now;
	bool good = dmsc_reset(w->s, true) == DMSC_E_OK && rights(w);

	take(&now, w);
	good = good && keeps_dirs(was, &now) && keeps_files(was, w->card,
	    true) && same_docs(was, &now, &nobody);
	drop(&now);
	return good;
}

/* A refusal has a sentence and changes nothing. */
static bool
refused(struct world *w, const struct picture *was, const char *what)
{
	printf("# %s: %s%s%s\n", what, w->s->err.message,
	    w->s->err.why[0] != '\0' ? ": " : "", w->s->err.why);
	return w->s->err.message[0] != '\0' &&
	    keeps_files(was, w->card, false);
}

static void
makes(struct world *w, const struct field_card *f)
{
	struct dmsc_commit *c = NULL;
	struct picture was;
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	bool good = start(w, f, &was);
	int r;

	r = dmsc_mkdoc(w->s, "Fresh", "dm", 0, false);
	if (r == DMSC_E_OK)
		r = dmsc_edit_add(w->s, "/Fresh/MO/Leaf", DMSC_FMT_CHR, NULL,
		    dmsc_rd_str("value"));
	if (r == DMSC_E_OK)
		r = dmsc_commit(w->s, false, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	if (r != DMSC_E_OK)
		good = good && refused(w, &was, "a new document");
	else
		good = good && kept(w, &was) && dmsc_at(w->s,
		    "/Fresh/MO/Leaf", &t, &n) == DMSC_E_OK && n != NULL;
	ok(good, "a new document");
	drop(&was);
	world_down(w);
}

static void
prepares(struct world *w, const struct field_card *f)
{
	struct dmsc_prepare *p = NULL;
	struct dmsc_commit *c = NULL;
	struct subject s;
	struct picture was;
	const char *value = NULL;
	char path[512] = "";
	bool good = start(w, f, &was), again;

	if (dmsc_card_prepare(w->s, false, &p) != DMSC_E_OK)
		good = good && refused(w, &was, "card prepare");
	else
		good = good && kept(w, &was);
	dmsc_view_free(&dmsc_prepare_view, p);
	ok(good, "card prepare");
	again = find_subject(w, 0, &s) && change(w, &s, CREATE, path,
	    &value) == DMSC_E_OK && dmsc_commit(w->s, false, &c) == DMSC_E_OK;
	if (again)
		ok(dmsc_reset(w->s, true) == DMSC_E_OK && rights(w) &&
		    holds(w, path, value) && keeps_files(&was, w->card, true),
		    "and a commit behind it");
	dmsc_view_free(&dmsc_commit_view, c);
	drop(&was);
	world_down(w);
}

/* The first document that can be changed. */
static bool
first_change(struct world *w, enum how how, struct subject *s)
{
	const char *value;
	char path[512];
	size_t i;

	for (i = 0; find_subject(w, i, s); i++)
		if (change(w, s, how, path, &value) == DMSC_E_OK)
			return true;
	return false;
}

static void
undoes(struct world *w, const struct field_card *f, enum how how)
{
	struct dmsc_commit *c = NULL, *u = NULL;
	struct picture was, now;
	struct subject s = { .fid = 0 };
	bool good = start(w, f, &was), done;
	int r;

	done = first_change(w, how, &s) && dmsc_commit(w->s,
	    how == IN_PLACE, &c) == DMSC_E_OK;
	r = !done ? DMSC_E_OK : dmsc_undo(w->s, NULL, false, &u);
	if (done && r != DMSC_E_OK) {
		printf("# undo %s of %s: %s: %s\n", hows[how], s.name,
		    w->s->err.message, w->s->err.why);
		good = good && w->s->err.why[0] != '\0';
	} else if (done) {
		good = good && dmsc_reset(w->s, true) == DMSC_E_OK &&
		    rights(w);
		take(&now, w);
		s.name[0] = '\0';
		good = good && same_docs(&was, &now, &s) &&
		    keeps_files(&was, w->card, false);
		drop(&now);
	}
	if (done)
		ok(good, how == CREATE ? "undone" : "undone, in place");
	dmsc_view_free(&dmsc_commit_view, c);
	dmsc_view_free(&dmsc_commit_view, u);
	drop(&was);
	world_down(w);
}

/* Each model judges the card; what lint mends leaves every document there. */
static void
lints(struct world *w, const struct field_card *f)
{
	struct dmsc_commit *c = NULL;
	struct dmsc_lint *l = NULL;
	struct picture was, now;
	const char *model, *title;
	bool good = start(w, f, &was);
	size_t i;
	int r;

	for (i = 0; good && (model = dmsc_lint_model(i, &title)) != NULL; i++) {
		good = dmsc_lint_card(w->s, "/", model, &l) == DMSC_E_OK;
		dmsc_view_free(&dmsc_lint_view, l);
		l = NULL;
	}
	ok(good && i >= 5 && keeps_files(&was, w->card, false),
	    "lint as each model");
	r = dmsc_lint_fix(w->s, "/", &l);
	dmsc_view_free(&dmsc_lint_view, l);
	if (r == DMSC_E_OK)
		r = dmsc_commit(w->s, false, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	if (r != DMSC_E_OK) {
		ok(refused(w, &was, "lint --fix"), "not mended");
	} else {
		good = dmsc_reset(w->s, true) == DMSC_E_OK && rights(w);
		take(&now, w);
		ok(good && now.n_docs == was.n_docs && keeps_files(&was,
		    w->card, true), "mended");
		if (now.n_docs != was.n_docs)
			printf("# %zu documents, %zu before\n", now.n_docs,
			    was.n_docs);
		drop(&now);
	}
	drop(&was);
	world_down(w);
}

/* Of a file of 40000 bytes the part that a document is, and no more. */
static void
reads_a_part(struct world *w)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	const struct field_card *f = odd_card(0);
	unsigned long apdus, bytes;
	size_t i;

	for (i = 0; i < ODD_CARDS; i++)
		if (strstr(odd_card(i)->name, "beyond 32768") != NULL)
			f = odd_card(i);
	ok(world_up(w, field_build(f, true)) == DMSC_E_OK &&
	    dmsc_doc_bytes(w->s, "/Far", true, b) == DMSC_E_OK &&
	    b->len > 500, "a part of a large file");
	dmsc_counters(w->s, &apdus, &bytes);
	printf("# %lu APDUs, %lu bytes\n", apdus, bytes);
	ok(bytes < 2000, "and not all of the file");
	dmsc_buf_free(&b);
	world_down(w);
}

/* A directory of 40000 bytes, full: each entry is a document. */
static void
many(struct world *w)
{
	enum { MANY = 900 };
	struct dmsc_buf *row = dmsc_buf_new(WORLD_MAX);
	struct field_card f = { .name = "many", .files = { ODF_ } };
	struct dmsc_doc_list *l = NULL;
	unsigned long apdus, bytes;
	size_t i;

	field_check(dmsc_buf_str(row, "6430 40000 "));
	for (i = 0; i < MANY; i++)
		field_check(dmsc_buf_fmt(row, "A1[30[0C['D%zu']]30[]A1[30["
		    OID_DM_ "30[04[%04zX]]]]]", i, 0x7000 + i));
	f.files[1] = dmsc_buf_cstr(row);
	ok(world_up(w, field_build(&f, true)) == DMSC_E_OK &&
	    dmsc_docs(w->s, &l) == DMSC_E_OK && l->n_documents == MANY &&
	    strcmp(l->documents[MANY - 1].name, "D899") == 0,
	    "nine hundred documents");
	dmsc_counters(w->s, &apdus, &bytes);
	printf("# %lu APDUs, %lu bytes\n", apdus, bytes);
	dmsc_view_free(&dmsc_doc_list_view, l);
	dmsc_buf_free(&row);
	world_down(w);
}

int
main(void)
{
	struct world w = { 0 };
	size_t i;

	if (ok(world_make(&w, "blank"), "a folder")) {
		for (i = 0; i < ODD_CARDS; i++) {
			printf("# %s\n", odd_card(i)->name);
			makes(&w, odd_card(i));
			prepares(&w, odd_card(i));
			undoes(&w, odd_card(i), CREATE);
			undoes(&w, odd_card(i), IN_PLACE);
			lints(&w, odd_card(i));
		}
		reads_a_part(&w);
		many(&w);
	}
	world_end(&w);
	return tap_done();
}
