/* lint: what is wrong or risky on a card, in a document or a file. */
#include <string.h>

#include "tools.h"

static const struct sh_opt lint_opts[] = {
	{ 0, "ddf", "FILE", "hold the tree against the description in FILE" },
	{ 'm', "model", "READER", "judge the card as this reader would: nrf91, "
	    "anjay, android, opensc, strict" },
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
report(struct sh *sh, struct dmsc_lint *l)
{
	char text[DMSC_ERR_TEXT];
	size_t i;

	sh_data(sh, &dmsc_lint_view, l);
	print_seen(sh, l);
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

/* What judges, beside the rules; each may be NULL. */
struct how {
	struct dmsc_buf *ddf;	/* a description alone */
	const char *model;
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
		return report(sh, l);
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
	return r == DMSC_E_OK ? report(sh, l) : sh_fail(sh, r);
}

static int
lint_one(struct sh *sh, const char *what, const struct how *how)
{
	struct sh_operand x = { false, NULL };
	int r, status;

	if ((r = sh_operand(sh, what, &x)) != DMSC_E_OK)
		status = sh_fail(sh, r);
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
	struct how how = { NULL, sh_opt(a, "model") };
	int r, status;

	if (sh_has(a, "rules"))
		return list_rules(sh);
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
	    "With --model the card is judged as that reader would: what it "
	    "finds of each document, how much of it it reads, and only "
	    "the findings that matter to it. It is asked for every "
	    "document, whatever it looks for itself; a document that it is "
	    "not made for, or a private one, that it would miss is a note. "
	    "nrf91 and anjay look for LwM2M, android for access rules, "
	    "opensc for everything; strict is a reader of the standards' "
	    "letter.\n\n"
	    "Exit status 0: nothing, or notes alone; 1: there are errors or "
	    "warnings.",
	.opts = lint_opts, .max_args = 1, .examples = lint_examples,
	.see = "docs, stat, diff, file read",
	.complete = sh_complete_path_file, .run = lint_run,
};
