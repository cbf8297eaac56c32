/* tree: a document or a node with all below it. */
#include <string.h>

#include "tools.h"

enum { DEPTH_MAX = 64, JSON_MAX = 64 << 20 };

static const struct sh_opt tree_opts[] = {
	{ 'd', "depth", "N", "at most N levels" },
	{ 0, NULL, NULL, NULL }
};

/* The root of a document has the document's name. */
static int
put_document(const char *name, const struct dmsc_node *n, int depth,
    struct dmsc_buf *json)
{
	static const char root[] = "{\"name\":\".\"";
	struct dmsc_buf *b = dmsc_buf_new(JSON_MAX);
	struct dmsc_rd rest;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_json_node(n, depth, b);

	if (r == DMSC_E_OK && json->len > 1)
		r = dmsc_buf_u8(json, ',');
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(json, "{\"name\":");
	if (r == DMSC_E_OK)
		r = dmsc_json_string(name, json);
	if (r == DMSC_E_OK) {
		rest = dmsc_buf_rd(b);
		r = dmsc_buf_put(json, dmsc_rd_slice(rest, sizeof root - 1,
		    rest.left));
	}
	dmsc_buf_free(&b);
	return r;
}

/* One document below /: its tree, or why it is not shown. */
static int
one_document(struct sh *sh, const struct dmsc_doc *d, int depth,
    struct dmsc_buf *json)
{
	struct dmsc_buf *path = dmsc_buf_new(DMSC_TREE_NAME_MAX * 4);
	const struct dmsc_tree *tree;
	const struct dmsc_node *node = NULL;
	int r = path == NULL ? DMSC_E_NOMEM :
	    dmsc_buf_fmt(path, "/%s", d->name);

	if (r == DMSC_E_OK)
		sh_print(sh, "%s%s/%s\n", sh_style(sh, SH_BLUE), d->name,
		    sh_style(sh, SH_PLAIN));
	if (r == DMSC_E_OK && dmsc_at(sh_session(sh), dmsc_buf_cstr(path),
	    &tree, &node) != DMSC_E_OK) {
		const struct dmsc_err *e = sh_err(sh);

		if (e->code == DMSC_E_INTERRUPTED || e->code == DMSC_E_NOMEM)
			r = e->code;
		else
			sh_warn(sh, "/%s: %s%s%s", d->name, e->message,
			    e->why[0] != '\0' ? ": " : "", e->why);
	}
	if (r == DMSC_E_OK && node != NULL) {
		r = put_document(d->name, node, depth, json);
		sh_print_tree(sh, node, 1, depth);
	}
	dmsc_buf_free(&path);
	return r;
}

static int
all_documents(struct sh *sh, int depth)
{
	struct dmsc_buf *json = dmsc_buf_new(JSON_MAX);
	struct dmsc_doc_list *l = NULL;
	size_t i;
	int r = json == NULL ? DMSC_E_NOMEM : dmsc_buf_u8(json, '[');

	if (r == DMSC_E_OK)
		r = dmsc_docs(sh_session(sh), &l);
	for (i = 0; r == DMSC_E_OK && i < l->n_documents; i++)
		r = one_document(sh, &l->documents[i], depth, json);
	if (r == DMSC_E_OK)
		sh_warn_none(sh, l->n_documents);
	if (r == DMSC_E_OK)
		r = dmsc_buf_u8(json, ']');
	if (r == DMSC_E_OK)
		sh_data_json(sh, &json);
	dmsc_buf_free(&json);
	dmsc_view_free(&dmsc_doc_list_view, l);
	return sh_fail(sh, r);
}

static int
below(struct sh *sh, const char *path, int depth)
{
	const struct dmsc_node *node;
	int r = sh_node_at(sh, path, &node);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_print_tree(sh, node, 0, depth);
	return sh_data_node(sh, node, depth);
}

static int
tree_run(struct sh *sh, const struct sh_args *a)
{
	const char *text = sh_opt(a, "depth");
	struct dmsc_buf *path = NULL;
	unsigned long depth = 0;
	int status, levels = -1;

	if (text != NULL) {
		if (!sh_num(text, DEPTH_MAX, &depth) || depth == 0)
			return sh_usage(sh, "'%s' is no depth", text);
		levels = (int)depth;
	}
	if ((status = sh_card_path(sh, a, 0, &path)) == 0)
		status = strcmp(dmsc_buf_cstr(path), "/") == 0 ?
		    all_documents(sh, levels) :
		    below(sh, dmsc_buf_cstr(path), levels);
	dmsc_buf_free(&path);
	return status;
}

static const char *const tree_examples[] = {
	"tree /OperatorX",
	"tree --depth 2 /OperatorX/DMAcc",
	NULL
};

const struct sh_cmd sh_cmd_tree = {
	.name = "tree", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "[PATH]",
	.summary = "show a document or a node with all below it",
	.details = "Each node stands on a line of its own, with its value or, "
	    "for a folder, its type. At / all documents are shown; one that "
	    "cannot be read is named in a warning.\n\n" SH_SECRETS,
	.opts = tree_opts, .max_args = 1, .examples = tree_examples,
	.see = "ls, cat, find, export",
	.complete = sh_complete_path, .run = tree_run,
};
