/* ls: the documents of the card, or the nodes below one. */
#include <stdlib.h>
#include <string.h>

#include "tools.h"

static const struct sh_opt ls_opts[] = {
	{ 'l', "long", NULL, "with kind, size and flags, or format and "
	    "value" },
	{ 'g', "group", "NAME", "at /: only the documents of this group" },
	{ 0, NULL, NULL, NULL }
};
static const struct sh_opt docs_opts[] = {
	{ 'g', "group", "NAME", "only the documents of this group" },
	{ 0, NULL, NULL, NULL }
};

enum { VALUE_WIDTH = 48 };

/* One more note, behind a comma. */
static void
note(char *notes, size_t size, const char *before, const char *text)
{
	size_t n = strlen(notes);

	if (text != NULL && *text != '\0')
		(void)snprintf(notes + n, size - n, "%s%s%s", n > 0 ? ", " :
		    "", before, text);
}

static void
row_of_doc(struct sh_table *t, const struct dmsc_doc *d)
{
	char size[32], notes[80] = "", odd[32] = "";
	const char *cells[] = { d->name, d->kind, size, notes };

	(void)snprintf(size, sizeof size, "%zu", d->size);
	if (d->n_warnings > 0)
		(void)snprintf(odd, sizeof odd, "%zu warning%s",
		    d->n_warnings, d->n_warnings > 1 ? "s" : "");
	note(notes, sizeof notes, "", d->is_private ? "private" : "");
	note(notes, sizeof notes, "needs ", d->needs);
	note(notes, sizeof notes, "", strcmp(d->signature, "present") == 0 ?
	    "signed" : "");
	note(notes, sizeof notes, "", d->state);
	note(notes, sizeof notes, "", odd);
	sh_table_row(t, cells);
}

static int
list_docs(struct sh *sh, const char *group, bool detail)
{
	static const char *const heads[] = { "NAME", "KIND", "SIZE",
		"NOTES" };
	struct dmsc_doc_list *l = NULL;
	struct sh_table *t;
	size_t i;
	int r;

	r = group == NULL ? dmsc_docs(sh_session(sh), &l) :
	    dmsc_docs_of_group(sh_session(sh), group, &l);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_doc_list_view, l);
	t = detail ? sh_table_new(SH_COUNT(heads), heads) : NULL;
	for (i = 0; i < l->n_documents; i++)
		if (detail)
			row_of_doc(t, &l->documents[i]);
		else
			sh_print(sh, "%s%s/%s\n", sh_style(sh, SH_BLUE),
			    l->documents[i].name, sh_style(sh, SH_PLAIN));
	sh_table_print(sh, &t);
	sh_warn_none(sh, l->n_documents);
	return 0;
}

static int
row_of_node(struct sh *sh, struct sh_table *t, const struct dmsc_node *n)
{
	struct dmsc_buf *name = dmsc_buf_new(DMSC_TREE_NAME_MAX * 8);
	char value[VALUE_WIDTH] = "";
	bool leaf = dmsc_node_is_leaf(n);
	int r = name == NULL ? DMSC_E_NOMEM :
	    dmsc_uri_escape(dmsc_node_name(n), name);

	if (r == DMSC_E_OK && !leaf)
		r = dmsc_buf_u8(name, '/');
	if (r == DMSC_E_OK && t != NULL && *dmsc_node_title(n) != '\0')
		r = dmsc_buf_fmt(name, " (%s)", dmsc_node_title(n));
	if (r == DMSC_E_OK && t == NULL)
		sh_print(sh, "%s%s%s\n", leaf ? "" : sh_style(sh, SH_BLUE),
		    dmsc_buf_cstr(name), leaf ? "" : sh_style(sh, SH_PLAIN));
	else if (r == DMSC_E_OK) {
		const char *cells[] = { dmsc_buf_cstr(name),
			dmsc_format_name(dmsc_node_format(n)), leaf ?
			sh_value_of(dmsc_node_is_secret(n),
			dmsc_node_value(n), value, sizeof value) :
			dmsc_node_type(n) };

		sh_table_row(t, cells);
	}
	dmsc_buf_free(&name);
	return r;
}

static int
list_nodes(struct sh *sh, const char *path, bool detail)
{
	static const char *const heads[] = { "NAME", "FORMAT", "VALUE" };
	const struct dmsc_node *node, *n;
	struct sh_table *t = NULL;
	int r = sh_node_at(sh, path, &node);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	if (detail)
		t = sh_table_new(SH_COUNT(heads), heads);
	if (dmsc_node_is_leaf(node))
		r = row_of_node(sh, t, node);
	for (n = dmsc_node_first(node); n != NULL && r == DMSC_E_OK;
	    n = dmsc_node_next(n))
		r = row_of_node(sh, t, n);
	sh_table_print(sh, &t);
	return r == DMSC_E_OK ? sh_data_node(sh, node, 1) : sh_fail(sh, r);
}

static int
ls_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);

	if (status == 0)
		status = strcmp(dmsc_buf_cstr(path), "/") == 0 ?
		    list_docs(sh, sh_opt(a, "group"), sh_has(a, "long")) :
		    list_nodes(sh, dmsc_buf_cstr(path), sh_has(a, "long"));
	dmsc_buf_free(&path);
	return status;
}

static const char *const ls_examples[] = {
	"ls /",
	"ls -l /OperatorX/DMAcc/opx",
	NULL
};

const struct sh_cmd sh_cmd_ls = {
	.name = "ls", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "[PATH]",
	.summary = "list documents, or the nodes of one",
	.details = "At / the card's documents are listed, below a document "
	    "its management tree. A name that ends in / has more below it. "
	    "Without PATH the current folder is listed.\n\n" SH_SECRETS,
	.opts = ls_opts, .min_args = 0, .max_args = 1,
	.examples = ls_examples, .see = "cat, cd, tree, stat, docs",
	.complete = sh_complete_path, .run = ls_run,
};

static int
docs_run(struct sh *sh, const struct sh_args *a)
{
	int status = sh_need_card(sh);

	return status != 0 ? status :
	    list_docs(sh, sh_opt(a, "group"), true);
}

static const char *const docs_examples[] = {
	"docs",
	"add /LwM2M/DMSC/Group fleet && docs --group fleet",
	NULL
};

const struct sh_cmd sh_cmd_docs = {
	.name = "docs", .group = SH_G_BROWSE, .danger = SH_READ,
	.summary = "show the card's documents with kind, size and notes",
	.details = "The same list as ls -l /, from any folder. Warnings say "
	    "that something is odd: stat shows them. A document's group is "
	    "the value of its node DMSC/Group.",
	.opts = docs_opts, .max_args = 0, .examples = docs_examples,
	.see = "ls, stat, discover", .run = docs_run,
};
