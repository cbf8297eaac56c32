/* commit, revert, undo, recover, journal: writing, and taking it back. */
#include <string.h>

#include "sign.h"
#include "tools.h"

static const struct sh_opt commit_opts[] = {
	{ 0, "in-place", NULL, "allow the guarded way where no second slot "
	    "can be had" },
	{ 0, "key", "SOURCE", "sign anew what was signed, as sign does; "
	    "without it, such a signature is dropped" },
	{ 0, "cert", "FILE", "the signer's certificate" },
	{ 0, "on-card", "[KEY]", "sign so by a private key of the card" },
	{ 0, "pss", NULL, "with an RSA key: RSASSA-PSS" },
	{ 0, NULL, NULL, NULL }
};

/* A commit's result, or with -n what dry did not refuse. */
static int
show_commit(struct sh *sh, int r, struct dmsc_commit *c, const char *done)
{
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	if (c == NULL)
		return 0;
	sh_data(sh, &dmsc_commit_view, c);
	if (sh_options(sh)->dry_run)
		sh_print(sh, "it would be done: %s\n", c->way);
	else
		sh_print_commit(sh, c, done);
	return 0;
}

static int
show_plan(struct sh *sh, bool in_place)
{
	struct dmsc_plan *p = NULL;
	int r = dmsc_plan(sh_session(sh), in_place, &p);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_plan_view, p);
	sh_print_plan(sh, p);
	return sh_plan_status(sh, p);
}

/* signs: a key was given. */
static int
commit_now(struct sh *sh, const struct sh_args *a, bool signs)
{
	struct dmsc_commit *c = NULL;
	int r;

	if (sh_options(sh)->dry_run)
		return show_plan(sh, sh_has(a, "in-place"));
	r = dmsc_commit(sh_session(sh), sh_has(a, "in-place"), &c);
	if (r == DMSC_E_OK && signs && c->n_signatures == 0)
		sh_warn(sh, "nothing that changed was signed before: the key "
		    "signs nothing ('sign PATH' signs a document)");
	return show_commit(sh, r, c, "committed");
}

static int
commit_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_signer *k = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	if (sh_opt(a, "key") == NULL && sh_opt(a, "cert") == NULL &&
	    !sh_has(a, "on-card"))
		return commit_now(sh, a, false);
	if ((r = sh_signer(sh, a, &k)) == DMSC_E_OK)
		r = dmsc_sign_commits_with(sh_session(sh), k);
	status = r == DMSC_E_OK ? commit_now(sh, a, true) : sh_fail(sh, r);
	dmsc_sign_commits_end(sh_session(sh));
	dmsc_signer_free(&k);
	return status;
}

static const char *const commit_examples[] = {
	"pin verify adm1 @scripts/demo/adm1 && "
	    "set /OperatorX/DMAcc/opx/ServerID com.example.dm && commit",
	NULL
};

const struct sh_cmd sh_cmd_commit = {
	.name = "commit", .group = SH_G_COMMIT, .danger = SH_WRITE,
	.summary = "write the working copy to the card",
	.details = "Rights, sizes and space are checked before anything is "
	    "written. Where the card has a second slot for each changed "
	    "file, the new bytes go there and one write switches all at "
	    "once: a cut at any moment leaves the old documents or the new. "
	    "What was written is read back, and what was overwritten goes "
	    "to a journal for undo.\n\n"
	    "The signature of a document that changes is made anew with "
	    "--key and --cert, else dropped, by the same write (dmsc-sign(7))."
	    "\n\n"
	    "The card's own tree (/card) comes last, as one Atomic: the card "
	    "does all of it or nothing, and is asked for it in the same "
	    "message.",
	.opts = commit_opts, .max_args = 0, .examples = commit_examples,
	.see = "plan, status, diff, undo, recover", .run = commit_run,
};

static int
revert_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);

	if (status == 0)
		status = sh_fail(sh, dmsc_revert(sh_session(sh),
		    sh_argc(a) > 0 ? dmsc_buf_cstr(path) : "/"));
	dmsc_buf_free(&path);
	return status;
}

static const char *const revert_examples[] = {
	"set /OperatorX/DMAcc/opx/ServerID x && revert && status",
	"revert /OperatorX",
	NULL
};

const struct sh_cmd sh_cmd_revert = {
	.name = "revert", .group = SH_G_COMMIT, .danger = SH_EDIT,
	.synopsis = "[PATH]",
	.summary = "drop the changes of the working copy",
	.details = "Of the document PATH, or of all. The card is not "
	    "touched; undo takes back a commit.",
	.max_args = 1, .examples = revert_examples,
	.see = "status, undo", .complete = sh_complete_doc,
	.run = revert_run,
};

static int
undo_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_commit *c = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = dmsc_undo(sh_session(sh), sh_arg(a, 0), sh_options(sh)->dry_run,
	    &c);
	return show_commit(sh, r, c, "undone");
}

static const char *const undo_examples[] = {
	"pin verify adm1 @scripts/demo/adm1 && "
	    "set /OperatorX/DMAcc/opx/ServerID com.example.dm && commit && "
	    "undo",
	NULL
};

const struct sh_cmd sh_cmd_undo = {
	.name = "undo", .group = SH_G_COMMIT, .danger = SH_WRITE,
	.synopsis = "[ID]",
	.summary = "take back a commit",
	.details = "The last commit on this card, or the entry ID of the "
	    "journal. It is done only where the card still holds the bytes "
	    "that the commit left; what they replaced is written back. Of "
	    "commits that went to second slots (journal says pair or create) "
	    "only the last on the card can be taken back, because the next "
	    "one writes its slots again; those that changed files where they "
	    "stand go back one by one, the last first. What was changed in "
	    "/card goes back as one Atomic, where the tree is as the commit "
	    "left it and nothing of it was secret.",
	.max_args = 1, .examples = undo_examples,
	.see = "journal, recover, commit", .complete = sh_complete_commit,
	.run = undo_run,
};

static int
recover_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_commit *c = NULL;
	int r, status = sh_need_card(sh);

	(void)a;
	if (status != 0)
		return status;
	r = dmsc_recover(sh_session(sh), sh_options(sh)->dry_run, &c);
	if (r == DMSC_E_OK && c != NULL && strcmp(c->way, "none") == 0) {
		sh_data(sh, &dmsc_commit_view, c);
		sh_print(sh, "nothing to recover\n");
		return 0;
	}
	return show_commit(sh, r, c, "recovered");
}

static const char *const recover_examples[] = { "recover", NULL };

const struct sh_cmd sh_cmd_recover = {
	.name = "recover", .group = SH_G_COMMIT, .danger = SH_WRITE,
	.summary = "finish or take back a commit that was cut",
	.details = "A power cut or a pulled card can leave a commit half "
	    "done; connecting says so. With the rights that the commit "
	    "needed, recover brings the card to whole documents again.",
	.max_args = 0, .examples = recover_examples,
	.see = "commit, undo, journal", .run = recover_run,
};

static const struct sh_opt journal_opts[] = {
	{ 'a', "all", NULL, "of every card, not only the one in use" },
	{ 0, NULL, NULL, NULL }
};

static void
print_journal(struct sh *sh, const struct dmsc_journal *j, bool all)
{
	static const char *const heads[] = { "ID", "TIME", "STATE", "WAY",
		"DOCUMENTS", "CARD" };
	struct sh_table *t = sh_table_new(all ? 6 : 5, heads);
	size_t i, k;

	for (i = 0; i < j->n_entries; i++) {
		const struct dmsc_journal_entry *e = &j->entries[i];
		char docs[DMSC_ERR_TEXT] = "";
		const char *cells[] = { e->id, e->time, e->state, e->way,
			docs, e->card };
		size_t n = 0;

		for (k = 0; k < e->n_documents && n < sizeof docs; k++)
			n += (size_t)snprintf(docs + n, sizeof docs - n,
			    "%s%s", k > 0 ? ", " : "", e->documents[k]);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static int
journal_run(struct sh *sh, const struct sh_args *a)
{
	bool all = sh_has(a, "all");
	struct dmsc_journal *j = NULL;
	int r, status = all ? 0 : sh_need_card(sh);

	if (status != 0)
		return status;
	if ((r = dmsc_journal(sh_session(sh), all, &j)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_journal_view, j);
	print_journal(sh, j, all);
	if (j->n_entries == 0)
		sh_print(sh, all ? "no commits\n" :
		    "no commits on this card\n");
	return 0;
}

static const char *const journal_examples[] = { "journal", "journal --all",
	NULL };

const struct sh_cmd sh_cmd_journal = {
	.name = "journal", .group = SH_G_COMMIT, .danger = SH_READ,
	.summary = "list the commits that this machine made on the card",
	.details = "The journal stands in the state folder, readable by you "
	    "alone; secrets are in it as hashes only. --all lists the commits "
	    "on every card and needs none.",
	.opts = journal_opts, .max_args = 0, .examples = journal_examples,
	.see = "undo, recover", .run = journal_run,
};
