/* cat: a node's value, or the bytes of a document. */
#include <string.h>

#include "tools.h"

enum { DOC_MAX = 1 << 24 };

static const struct sh_opt cat_opts[] = {
	{ 'x', "hex", NULL, "show offset, hex and text; of a document the "
	    "bytes on the card" },
	{ 0, "raw", NULL, "write the bytes as they are" },
	{ 0, NULL, NULL, NULL }
};

static void
show(struct sh *sh, const struct sh_args *a, struct dmsc_rd v)
{
	sh_print_bytes(sh, v, sh_has(a, "hex"), sh_has(a, "raw"));
}

static int
show_bytes(struct sh *sh, const struct sh_args *a, const char *path)
{
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);
	struct dmsc_buf *json = dmsc_buf_new(DOC_MAX * 2 + 16);
	int r = b == NULL || json == NULL ? DMSC_E_NOMEM :
	    dmsc_doc_bytes(sh_session(sh), path, true, b);

	if (r == DMSC_E_OK)
		show(sh, a, dmsc_buf_rd(b));
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(json, "{\"hex\":\"");
	if (r == DMSC_E_OK)
		r = dmsc_hex_put(json, dmsc_buf_rd(b));
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(json, "\"}");
	if (r == DMSC_E_OK)
		sh_data_json(sh, &json);
	dmsc_buf_free(&b);
	dmsc_buf_free(&json);
	return sh_fail(sh, r);
}

static bool
is_document(const char *path)
{
	return path[1] != '\0' && strchr(path + 1, '/') == NULL;
}

static int
cat_path(struct sh *sh, const struct sh_args *a, const char *path)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *node;
	int r;

	if (is_document(path) && (sh_has(a, "hex") || sh_has(a, "raw")))
		return show_bytes(sh, a, path);
	if ((r = dmsc_at(sh_session(sh), path, &tree, &node)) != DMSC_E_OK) {
		if (is_document(path))	/* once it is read, it is a folder */
			sh_next_as(sh, "tree");
		return sh_fail(sh, r);
	}
	if (node == NULL && is_document(path))
		return show_bytes(sh, a, path);
	if (node == NULL || !dmsc_node_is_leaf(node)) {
		dmsc_fail(sh_err(sh), DMSC_E_USAGE, "a folder has no value");
		dmsc_err_where(sh_err(sh), "%s", path);
		dmsc_err_next(sh_err(sh), "tree %s", path);
		return sh_fail(sh, DMSC_E_USAGE);
	}
	show(sh, a, dmsc_node_value(node));
	return sh_data_node(sh, node, 0);
}

static int
cat_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);

	if (status == 0)
		status = cat_path(sh, a, dmsc_buf_cstr(path));
	dmsc_buf_free(&path);
	return status;
}

static const char *const cat_examples[] = {
	"cat /OperatorX/DMAcc/opx/ServerID",
	"cat --hex /OperatorX",
	NULL
};

const struct sh_cmd sh_cmd_cat = {
	.name = "cat", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "PATH",
	.summary = "print the value of a node",
	.details = "Text is printed as it is, other bytes as a hex dump. "
	    "With --hex or --raw PATH may be a document too: then its bytes "
	    "are shown as the card holds them. A secret is printed too: it "
	    "was asked for by name.",
	.opts = cat_opts, .min_args = 1, .max_args = 1,
	.examples = cat_examples, .see = "ls, tree, stat, export",
	.complete = sh_complete_path, .run = cat_run,
};
