/* lint: what is wrong or risky on a card, in a document or a file. */
#include <string.h>

#include "tools.h"

static const struct sh_opt lint_opts[] = {
	{ 0, "ddf", "FILE", "hold the tree against the description in FILE" },
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

/* place byte N, /node: severity: message [rule] */
static void
print_one(struct sh *sh, const struct dmsc_finding *f)
{
	sh_print(sh, "%s", f->place != NULL ? f->place : "the card");
	if (f->node != NULL && *f->node != '\0')
		sh_print(sh, "%s%s", *f->node == '.' || *f->node == '/' ?
		    " " : "/", f->node);
	if (f->offset >= 0)
		sh_print(sh, ":%d", f->offset);
	sh_print(sh, ": %s%s%s: %s [%s]\n", sh_style(sh,
	    colour(f->severity)), f->severity, sh_style(sh, SH_PLAIN),
	    f->message, f->rule);
	if (sh_options(sh)->verbose)
		sh_print(sh, "    rule of %s\n", f->source);
}

static int
report(struct sh *sh, struct dmsc_lint *l)
{
	char text[DMSC_ERR_TEXT];
	size_t i;

	sh_data(sh, &dmsc_lint_view, l);
	for (i = 0; i < l->n_findings; i++)
		print_one(sh, &l->findings[i]);
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

/* ddf: the description that is asked for, else NULL. */
static int
lint_file(struct sh *sh, const char *path, const struct dmsc_buf *ddf)
{
	struct dmsc_buf *b = NULL;
	struct dmsc_lint *l = NULL;
	size_t i;
	int r = sh_slurp(sh, path, &b);

	if (r == DMSC_E_OK)
		r = ddf != NULL ? dmsc_lint_ddf_bytes(sh_session(sh),
		    dmsc_buf_rd(ddf), dmsc_buf_rd(b), &l) :
		    dmsc_lint_bytes(sh_session(sh), dmsc_buf_rd(b), false,
		    &l);
	for (i = 0; r == DMSC_E_OK && i < l->n_findings; i++)
		r = dmsc_str_set(&l->findings[i].place, "%s", path);
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK)
		return report(sh, l);
	dmsc_view_free(&dmsc_lint_view, l);
	return sh_fail(sh, r);
}

static int
lint_card(struct sh *sh, const char *path, const struct dmsc_buf *ddf)
{
	struct dmsc_lint *l = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = ddf != NULL ? dmsc_lint_ddf(sh_session(sh), dmsc_buf_rd(ddf),
	    path, &l) : dmsc_lint_card(sh_session(sh), path, &l);
	return r == DMSC_E_OK ? report(sh, l) : sh_fail(sh, r);
}

static int
lint_one(struct sh *sh, const char *what, const struct dmsc_buf *ddf)
{
	struct sh_operand x = { false, NULL };
	int r, status;

	if ((r = sh_operand(sh, what, &x)) != DMSC_E_OK)
		status = sh_fail(sh, r);
	else
		status = x.is_file ?
		    lint_file(sh, dmsc_buf_cstr(x.path), ddf) :
		    lint_card(sh, dmsc_buf_cstr(x.path), ddf);
	sh_operand_free(&x);
	return status;
}

static int
lint_run(struct sh *sh, const struct sh_args *a)
{
	const char *ddf = sh_opt(a, "ddf");
	struct dmsc_buf *b = NULL;
	int r, status;

	if (sh_has(a, "rules"))
		return list_rules(sh);
	if (ddf == NULL)
		return sh_arg(a, 0) == NULL ? lint_card(sh, "/", NULL) :
		    lint_one(sh, sh_arg(a, 0), NULL);
	if (sh_arg(a, 0) == NULL)
		return sh_usage(sh, "--ddf needs a document or a file");
	r = sh_slurp(sh, ddf, &b);
	status = r == DMSC_E_OK ? lint_one(sh, sh_arg(a, 0), b) :
	    sh_fail(sh, r);
	dmsc_buf_free(&b);
	return status;
}

static const char *const lint_examples[] = {
	"lint",
	"lint /OperatorX",
	"lint file:scripts/demo/OperatorX.xml",
	"lint --ddf scripts/ddf/dmacc.ddf /OperatorX/DMAcc",
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
	    "Each finding is a line: place, node, byte, severity, what, and "
	    "the rule's name, which never changes. Bytes are counted from 0 "
	    "in the file of a directory, and in a document from its first "
	    "byte; those of a TNDS inside a message are bytes of the "
	    "message. With -v each finding says where its rule comes from; "
	    "--rules lists all of them.\n\n"
	    "With --ddf the tree of a document is held against a device "
	    "description (OMA DM DDF, XML or WBXML): nodes that are unknown, "
	    "missing or too many, formats, values, types, rights. Its rules "
	    "are named ddf-..., and no others are looked at.\n\n"
	    "Exit status 0: nothing, or notes alone; 1: there are errors or "
	    "warnings.",
	.opts = lint_opts, .max_args = 1, .examples = lint_examples,
	.see = "docs, stat, diff, file read",
	.complete = sh_complete_path_file, .run = lint_run,
};
