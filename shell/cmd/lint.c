/* lint: what is wrong or risky on a card, in a document or a file. */
#include <string.h>
#include <unistd.h>

#include "tools.h"

enum { FILE_MAX = 64 << 20 };

static const struct sh_opt lint_opts[] = {
	{ 0, "ddf", "FILE", "hold the tree against the description in FILE" },
	{ 'm', "model", "READER", "judge the card as this reader would: nrf91, "
	    "anjay, android, opensc, strict" },
	{ 0, "fix", NULL, "mend what needs no question, in the working copy "
	    "or in the file" },
	SH_EDIT_OPTS,
	{ 0, "rules", NULL, "list the rules; nothing is looked at" },
	{ 0, NULL, NULL, NULL }
};

static void
print_rules(struct sh *sh, const struct dmsc_lint_rules *l)
{
	static const char *const heads[] = { "RULE", "SEVERITY", "FAULT" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	char text[DMSC_ERR_TEXT];
	size_t i;

	for (i = 0; i < l->n_rules; i++) {
		const char *cells[] = { l->rules[i].rule,
			l->rules[i].severity, text };

		(void)snprintf(text, sizeof text, "%s (%s)",
		    l->rules[i].text, l->rules[i].source);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static int
list_rules(struct sh *sh)
{
	struct dmsc_lint_rules *l = NULL;
	int r = dmsc_lint_table(sh_session(sh), &l);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_lint_rules_view, l);
	print_rules(sh, l);
	return 0;
}

static enum sh_style
colour(const char *severity)
{
	return strcmp(severity, "error") == 0 ? SH_RED :
	    strcmp(severity, "warning") == 0 ? SH_YELLOW : SH_DIM;
}

/* "/DOCUMENT/NODE:BYTE: severity: what [rule]"; of a file "FILE:BYTE:
 * severity: NODE: what [rule]". */
static void
print_one(struct sh *sh, const struct dmsc_finding *f, bool file)
{
	bool node = f->node != NULL && *f->node != '\0';

	sh_print(sh, "%s", f->place != NULL ? f->place : "the card");
	if (node && !file)
		sh_print(sh, "%s%s", *f->node == '.' || *f->node == '/' ?
		    " " : "/", f->node);
	if (f->offset >= 0)
		sh_print(sh, ":%d", f->offset);
	sh_print(sh, ": %s%s%s: %s%s%s [%s]\n", sh_style(sh,
	    colour(f->severity)), f->severity, sh_style(sh, SH_PLAIN),
	    node && file ? f->node : "", node && file ? ": " : "",
	    f->message, f->rule);
	if (sh_options(sh)->verbose)
		sh_print(sh, "    rule of %s\n", f->source);
}

/* What the reader sees of each document. */
static void
print_seen(struct sh *sh, const struct dmsc_lint *l)
{
	static const char *const heads[] = { "DOCUMENT", "KIND", "FOUND",
		"BYTES", "WHY" };
	struct sh_table *t;
	char bytes[32];
	size_t i;

	if (l->model == NULL)
		return;
	t = sh_table_new(SH_COUNT(heads), heads);
	for (i = 0; i < l->n_seen; i++) {
		const struct dmsc_seen *s = &l->seen[i];
		const char *cells[] = { s->document, s->kind,
			s->found ? "yes" : "no", s->found ? bytes : "",
			s->why != NULL ? s->why : "" };

		(void)snprintf(bytes, sizeof bytes, "%zu", s->bytes);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static int
report(struct sh *sh, struct dmsc_lint *l, bool file)
{
	char text[DMSC_ERR_TEXT];
	size_t i;

	sh_data(sh, &dmsc_lint_view, l);
	print_seen(sh, l);
	for (i = 0; i < l->n_findings; i++)
		print_one(sh, &l->findings[i], file);
	(void)snprintf(text, sizeof text, "%u error%s, %u warning%s, "
	    "%u note%s", l->errors, sh_s(l->errors), l->warnings,
	    sh_s(l->warnings), l->notes, sh_s(l->notes));
	if (l->errors + l->warnings == 0) {
		sh_print(sh, "%s\n", text);
		return 0;
	}
	return sh_fail(sh, dmsc_fail(sh_err(sh), DMSC_E_MISMATCH, "%s",
	    text));
}

/* What judges, beside the rules; each may be NULL. */
struct how {
	struct dmsc_buf *ddf;	/* a description alone */
	const char *model;
	bool fix;
};

static int
lint_file(struct sh *sh, const char *path, const struct how *how)
{
	struct dmsc_buf *b = NULL;
	struct dmsc_lint *l = NULL;
	size_t i;
	int r = sh_slurp(sh, path, &b);

	if (r == DMSC_E_OK)
		r = how->ddf != NULL ? dmsc_lint_ddf_bytes(sh_session(sh),
		    dmsc_buf_rd(how->ddf), dmsc_buf_rd(b), &l) :
		    dmsc_lint_bytes(sh_session(sh), dmsc_buf_rd(b), false,
		    &l);
	for (i = 0; r == DMSC_E_OK && i < l->n_findings; i++)
		r = dmsc_str_set(&l->findings[i].place, "%s", path);
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK)
		return report(sh, l, true);
	dmsc_view_free(&dmsc_lint_view, l);
	return sh_fail(sh, r);
}

static int
lint_card(struct sh *sh, const char *path, const struct how *how)
{
	struct dmsc_lint *l = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = how->ddf != NULL ? dmsc_lint_ddf(sh_session(sh),
	    dmsc_buf_rd(how->ddf), path, &l) :
	    dmsc_lint_card(sh_session(sh), path, how->model, &l);
	return r == DMSC_E_OK ? report(sh, l, false) : sh_fail(sh, r);
}

/* What was mended: then it is for the plan and the commit. */
static int
fix_card(struct sh *sh, const char *path)
{
	struct dmsc_lint *l = NULL;
	size_t i;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = dmsc_lint_fix(sh_session(sh), path, &l);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_lint_view, l);
	for (i = 0; i < l->n_findings; i++)
		print_one(sh, &l->findings[i], false);
	sh_print(sh, l->n_findings == 0 ? "nothing to mend\n" :
	    "mended: %zu finding%s\n", l->n_findings, sh_s(l->n_findings));
	return 0;
}

/* The file as it was is kept beside it, unless one was kept before. */
static int
keep_original(struct sh *sh, const char *path, struct dmsc_rd bytes)
{
	char name[SH_PATH];
	int n = snprintf(name, sizeof name, "%s.orig", path);

	if (n < 0 || (size_t)n >= sizeof name)
		return dmsc_fail(sh_err(sh), DMSC_E_IO,
		    "the name of the file is too long");
	return access(name, F_OK) == 0 ? DMSC_E_OK :
	    sh_spit(sh, name, bytes);
}

static int
fix_file(struct sh *sh, const char *path)
{
	struct dmsc_buf *was = NULL, *now = NULL;
	bool out = strcmp(path, "-") == 0;
	int r = sh_slurp(sh, path, &was);

	if (r == DMSC_E_OK && (now = dmsc_buf_new(FILE_MAX)) == NULL)
		r = dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	if (r == DMSC_E_OK)
		r = dmsc_lint_fix_bytes(sh_session(sh), dmsc_buf_rd(was),
		    now);
	if (r == DMSC_E_OK && !out && dmsc_rd_eq(dmsc_buf_rd(was),
	    dmsc_buf_rd(now)))
		sh_print(sh, "nothing to mend\n");
	else if (r == DMSC_E_OK && sh_options(sh)->dry_run)
		sh_print(sh, "%s would be mended\n", path);
	else if (r == DMSC_E_OK) {
		if (!out)
			r = keep_original(sh, path, dmsc_buf_rd(was));
		if (r == DMSC_E_OK)
			r = sh_spit(sh, path, dmsc_buf_rd(now));
		if (r == DMSC_E_OK && !out)
			sh_print(sh, "mended: %s (before: %s.orig)\n", path,
			    path);
	}
	dmsc_buf_free(&was);
	dmsc_buf_free(&now);
	return sh_fail(sh, r);
}

static int
lint_one(struct sh *sh, const char *what, const struct how *how)
{
	struct sh_operand x = { false, NULL };
	int r, status;

	if ((r = sh_operand(sh, what, &x)) != DMSC_E_OK)
		status = sh_fail(sh, r);
	else if (how->fix)
		status = x.is_file ? fix_file(sh, dmsc_buf_cstr(x.path)) :
		    fix_card(sh, dmsc_buf_cstr(x.path));
	else if (x.is_file && how->model != NULL)
		status = sh_usage(sh, "a model judges a card, not a file");
	else
		status = x.is_file ?
		    lint_file(sh, dmsc_buf_cstr(x.path), how) :
		    lint_card(sh, dmsc_buf_cstr(x.path), how);
	sh_operand_free(&x);
	return status;
}

static int
lint_run(struct sh *sh, const struct sh_args *a)
{
	const char *what = sh_arg(a, 0), *ddf = sh_opt(a, "ddf");
	struct how how = { NULL, sh_opt(a, "model"), sh_has(a, "fix") };
	int r, status;

	if (sh_has(a, "rules"))
		return list_rules(sh);
	if (how.fix && (ddf != NULL || how.model != NULL))
		return sh_usage(sh, "--fix goes alone");
	if (how.fix && what == NULL)
		return fix_card(sh, "/");
	if (ddf != NULL && (what == NULL || how.model != NULL))
		return sh_usage(sh, what == NULL ?
		    "--ddf needs a document or a file" :
		    "--ddf and --model do not go together");
	if (ddf != NULL && (r = sh_slurp(sh, ddf, &how.ddf)) != DMSC_E_OK)
		return sh_fail(sh, r);
	status = what == NULL ? lint_card(sh, "/", &how) :
	    lint_one(sh, what, &how);
	dmsc_buf_free(&how.ddf);
	return status;
}

static const char *const lint_examples[] = {
	"lint",
	"lint /OperatorX",
	"lint file:scripts/demo/OperatorX.xml",
	"lint --ddf scripts/ddf/dmacc.ddf /OperatorX/DMAcc",
	"lint --model opensc",
	"lint --fix -n",
	"$ cp scripts/demo/OperatorX.xml op.xml && "
	    "dmsc lint --fix file:op.xml",
	"lint --rules",
	NULL
};

const struct sh_cmd sh_cmd_lint = {
	.name = "lint", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "[--ddf FILE] [PATH | file:FILE]",
	.summary = "find what is wrong or risky on a card or in a document",
	.details = "Without an argument the card is looked at: EF.DIR, the "
	    "object directories, the files around them and every document "
	    "that may be read; with PATH one document or what lies below a "
	    "node, with a file a document in any form. Documents are taken "
	    "as the working copy has them.\n\n"
	    "Each finding is a line: place and node, byte, severity, what, and "
	    "the rule's name, which never changes. Bytes are counted from 0 "
	    "in the file of a directory, and in a document from its first "
	    "byte; those of a TNDS inside a message are bytes of the "
	    "message. With -v each finding says where its rule comes from; "
	    "--rules lists all of them.\n\n"
	    "With --ddf the tree of a document is held against a device "
	    "description (OMA DM DDF, XML or WBXML): nodes that are unknown, "
	    "missing or too many, formats, values, types, rights. Its rules "
	    "are named ddf-..., and no others are looked at.\n\n"
	    "With --model the card is judged as that reader would: what it "
	    "finds of each document, how much of it it reads, and only "
	    "the findings that matter to it. It is asked for every "
	    "document, whatever it looks for itself; a document that it is "
	    "not made for, or a private one, that it would miss is a note. "
	    "nrf91 and anjay look for LwM2M, android for access rules, "
	    "opensc for everything; strict is a reader of the standards' "
	    "letter.\n\n"
	    "With --fix what needs no question is mended: documents in the "
	    "working copy, the directories with the commit that follows, "
	    "by the usual ways; what it mends is shown. In JSON and Lua "
	    "each finding says whether it is fixable. A document is only "
	    "mended where it then reads as before. A file is replaced, and "
	    "kept as it was as FILE.orig, unless there is one already; with "
	    "-n nothing is written. What is left is for lint to say.\n\n"
	    "Exit status 0: nothing, or notes alone; 1: there are errors or "
	    "warnings.",
	.opts = lint_opts, .edits_with = "fix", .max_args = 1,
	.examples = lint_examples,
	.see = "docs, stat, diff, file read",
	.complete = sh_complete_path_file, .run = lint_run,
};
