/* status, diff, plan: what the working copy would change on the card. */
#include <string.h>

#include "tools.h"

enum { TREE_MAX = 64 << 20, MARK = 32 };

static bool
is_changed(const struct dmsc_doc *d)
{
	return d->state != NULL && *d->state != '\0';
}

static void
warn_of(struct sh *sh, const struct dmsc_doc *d)
{
	size_t i;

	for (i = 0; i < d->n_warnings; i++)
		sh_warn(sh, "/%s: %s", d->name, d->warnings[i]);
}

/* What becomes of its signature; "" where nothing does. */
static void
mark_of(const struct dmsc_doc *d, char out[MARK])
{
	const char *change = d->signature_change;

	(void)snprintf(out, MARK, "%s%s", change != NULL && *change != '\0' ?
	    "signature " : "", change != NULL ? change : "");
}

static int
status_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_doc_list *l = NULL;
	struct sh_table *t;
	size_t i, changed = 0;
	int r, status = sh_need_card(sh);

	(void)a;
	if (status != 0)
		return status;
	if ((r = dmsc_docs(sh_session(sh), &l)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_doc_list_view, l);
	t = sh_table_new(3, NULL);
	for (i = 0; i < l->n_documents; i++) {
		char mark[MARK];
		const char *cells[] = { l->documents[i].state,
			l->documents[i].name, mark };

		mark_of(&l->documents[i], mark);
		if (!is_changed(&l->documents[i]))
			continue;
		changed++;
		sh_table_row(t, cells);
		warn_of(sh, &l->documents[i]);
	}
	sh_table_print(sh, &t);
	if (changed == 0)
		sh_print(sh, "no changes\n");
	return 0;
}

static const char *const status_examples[] = {
	"status",
	"set /OperatorX/DMAcc/opx/ServerID com.example.dm && status",
	NULL
};

const struct sh_cmd sh_cmd_status = {
	.name = "status", .group = SH_G_COMMIT, .danger = SH_READ,
	.summary = "name the documents that the working copy changes",
	.max_args = 0, .examples = status_examples,
	.see = "diff, plan, commit, revert", .run = status_run,
};

static const struct sh_opt diff_opts[] = {
	{ 0, "check", NULL, "end with 1 where there is a difference" },
	{ 0, NULL, NULL, NULL }
};

/* The tree of a file; its root is the node to compare. */
static int
file_tree(struct sh *sh, const char *path, struct dmsc_tree **out)
{
	struct dmsc_buf *b = NULL;
	int r = sh_slurp(sh, path, &b);

	if (r == DMSC_E_OK)
		r = dmsc_parse_tree(sh_session(sh), dmsc_buf_rd(b), out);
	dmsc_buf_free(&b);
	return r;
}

/* Two operands: card and card, card and file, or file and file. */
static int
diff_two(struct sh *sh, const struct sh_operand *x, const struct sh_operand *y,
    struct dmsc_diff **d)
{
	struct dmsc_tree *a = NULL, *b = NULL;
	int r = DMSC_E_OK;

	if (x->is_file)
		r = file_tree(sh, dmsc_buf_cstr(x->path), &a);
	if (r == DMSC_E_OK && y->is_file)
		r = file_tree(sh, dmsc_buf_cstr(y->path), &b);
	if (r == DMSC_E_OK && (!x->is_file || !y->is_file) &&
	    sh_need_card(sh) != 0)
		r = sh_err(sh)->code;
	if (r == DMSC_E_OK && a != NULL && b != NULL)
		r = dmsc_tree_diff(dmsc_tree_root(a), dmsc_tree_root(b), d);
	else if (r == DMSC_E_OK && b != NULL)
		r = dmsc_doc_diff_tree(sh_session(sh), dmsc_buf_cstr(x->path),
		    dmsc_tree_root(b), d);
	else if (r == DMSC_E_OK && a != NULL) {
		r = dmsc_fail(sh_err(sh), DMSC_E_USAGE,
		    "beside a document the file stands second");
		dmsc_err_next(sh_err(sh), "diff %s file:%s",
		    dmsc_buf_cstr(y->path), dmsc_buf_cstr(x->path));
	} else if (r == DMSC_E_OK)
		r = dmsc_doc_diff(sh_session(sh), dmsc_buf_cstr(x->path),
		    dmsc_buf_cstr(y->path), d);
	dmsc_tree_free(&a);
	dmsc_tree_free(&b);
	return r;
}

static int
diff_operands(struct sh *sh, const struct sh_args *a, struct dmsc_diff **d)
{
	struct sh_operand x = { false, NULL }, y = { false, NULL };
	int r = sh_operand(sh, sh_arg(a, 0), &x);

	if (r == DMSC_E_OK)
		r = sh_operand(sh, sh_arg(a, 1), &y);
	if (r == DMSC_E_OK)
		r = diff_two(sh, &x, &y, d);
	sh_operand_free(&x);
	sh_operand_free(&y);
	return r;
}

/* at is the path below which the working copy was compared. */
static int
diff_working(struct sh *sh, const struct sh_args *a, struct dmsc_buf **at,
    struct dmsc_diff **d)
{
	int r = DMSC_E_OK;

	if (sh_card_path(sh, a, 0, at) != 0)
		return sh_err(sh)->code;
	if (sh_argc(a) == 0)
		r = sh_path(sh, "/", *at);
	return r != DMSC_E_OK ? r : dmsc_doc_diff(sh_session(sh),
	    dmsc_buf_cstr(*at), NULL, d);
}

static int
diff_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_diff *d = NULL;
	struct dmsc_buf *at = NULL;
	int r = sh_argc(a) < 2 ? diff_working(sh, a, &at, &d) :
	    diff_operands(sh, a, &d);

	if (r == DMSC_E_OK) {
		sh_data(sh, &dmsc_diff_view, d);
		sh_print_diff(sh, d, at != NULL ? dmsc_buf_cstr(at) : NULL);
	}
	dmsc_buf_free(&at);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	if (d->n_changes == 0 || !sh_has(a, "check"))
		return 0;
	return sh_fail(sh, dmsc_fail(sh_err(sh), DMSC_E_MISMATCH,
	    "%zu difference%s", d->n_changes, sh_s(d->n_changes)));
}

static const char *const diff_examples[] = {
	"diff",
	"set /OperatorX/DMAcc/opx/ServerID com.example.dm && diff /OperatorX",
	"export /OperatorX op.xml && diff --check /OperatorX file:op.xml",
	NULL
};

const struct sh_cmd sh_cmd_diff = {
	.name = "diff", .group = SH_G_COMMIT, .danger = SH_READ,
	.synopsis = "[PATH | PATH PATH | PATH file:FILE | FILE FILE]",
	.summary = "show the differences of two trees",
	.details = "Without an argument, or with one, what the working copy "
	    "changes; with two, what turns the first into the second. A "
	    "bare word is a file where one is there, else a path on the "
	    "card; card: and file: decide.\n\n+ marks what is added, - what "
	    "is removed, ~ what is changed.\n\n" SH_SECRETS,
	.opts = diff_opts, .max_args = 2, .examples = diff_examples,
	.see = "status, plan, export",
	.complete = sh_complete_path, .run = diff_run,
};

static const struct sh_opt plan_opts[] = {
	{ 0, "in-place", NULL, "allow the guarded way where no second slot "
	    "can be had" },
	{ 0, "export", "FORM", "write the commit to FILE for somebody else's "
	    "platform instead; FORM is apdu, of /card dm" },
	{ 'f', "force", NULL, "with --export: replace a file that is there" },
	{ 0, NULL, NULL, NULL }
};

static int
export_run(struct sh *sh, const struct sh_args *a)
{
	const struct dmsc_hand_opts o = { .in_place = sh_has(a, "in-place"),
		.dm = strcmp(sh_opt(a, "export"), "dm") == 0 };
	struct dmsc_commit *c = NULL;
	const char *file = sh_arg(a, 0);
	int r = sh_may_write(sh, file, sh_has(a, "force"));

	if (r == DMSC_E_OK)
		r = dmsc_hand_over(sh_session(sh), &o, file, &c);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_commit_view, c);
	if (strcmp(c->way, "none") == 0)
		sh_print(sh, "nothing to do\n");
	else if (o.dm)
		sh_print(sh, "handed over: %s (one DM message)\n", file);
	else
		sh_print(sh, "handed over: %s (%s, %u APDU%s)\n", file,
		    c->way, c->apdus, sh_s(c->apdus));
	return 0;
}

/* What the words ask for; 0, or 2. */
static int
plan_words(struct sh *sh, const struct sh_args *a)
{
	const char *form = sh_opt(a, "export");

	if (form != NULL && strcmp(form, "apdu") != 0 &&
	    strcmp(form, "dm") != 0)
		return sh_usage(sh, "'%s' is no form: apdu or dm", form);
	if ((form != NULL) != (sh_argc(a) > 0))
		return sh_usage(sh, form != NULL ? "a FILE is missing" :
		    "a FILE is for --export");
	return 0;
}

static int
plan_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_plan *p = NULL;
	int r, status = plan_words(sh, a);

	if (status != 0 || (status = sh_need_card(sh)) != 0)
		return status;
	if (sh_has(a, "export") && !sh_options(sh)->dry_run)
		return export_run(sh, a);
	r = dmsc_plan(sh_session(sh), sh_has(a, "in-place"), &p);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_plan_view, p);
	sh_print_plan(sh, p);
	return sh_plan_status(sh, p);
}

static const char *const plan_examples[] = {
	"plan",
	"pin verify adm1 @scripts/demo/adm1 && "
	    "set /OperatorX/DMAcc/opx/ServerID com.example.dm && plan",
	"set /OperatorX/DMAcc/opx/ServerID com.example.dm && "
	    "plan --export apdu --force ota.txt && journal",
	"card new --force --profile dmsc d.img && connect sim:d.img && "
	    "scp open --keys @scripts/demo/scp-keys && add /card/Notes && "
	    "plan --export dm --force notes.xml && dm package --force "
	    "--keys @scripts/demo/scp-keys -o notes.ota notes.xml",
	NULL
};

const struct sh_cmd sh_cmd_plan = {
	.name = "plan", .group = SH_G_COMMIT, .danger = SH_READ,
	.synopsis = "[FILE]",
	.summary = "show how commit would write, without writing",
	.details = "Reads the card, checks rights, sizes and space, and names "
	    "the way: straight, one write; pair, to the second slot and "
	    "then one switch; create, which makes the missing slot first; "
	    "in place, guarded, only with --in-place. The verdict is "
	    "allowed, refused or unknown; refused is exit status 11.\n\n"
	    "With --export apdu the commit is not shown but written to FILE "
	    "(0600: document values are in it), for a platform that sends "
	    "it over the air: a line of hexadecimal digits for each APDU, "
	    "behind # what it does. With --export dm what changes in /card "
	    "is written, one DM message, for 'dm package'. Rights that are "
	    "missing do not hinder: the platform has its own. It is for "
	    "this card as it is now. The "
	    "journal says 'handed over', and the working copy is dropped, as "
	    "after a commit; once the card has it, 'undo ID' takes it back.",
	.opts = plan_opts, .max_args = 1, .examples = plan_examples,
	.see = "status, diff, commit, journal, dm package",
	.run = plan_run,
};
