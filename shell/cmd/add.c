/* add, rm, mv, cp, acl: nodes of the working copy. */
#include <string.h>

#include "cmd/edit.h"
#include "tools.h"

static const struct sh_opt add_opts[] = {
	SH_VALUE_OPTS,
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

/* Without a format: a folder where no value is given, else text. */
static int
format_of(struct sh *sh, const struct sh_args *a, enum dmsc_format *f)
{
	const char *format = sh_opt(a, "format");
	bool value = sh_argc(a) > 1 || sh_has(a, "file") || sh_has(a, "hex");

	*f = !value ? DMSC_FMT_NODE : sh_has(a, "hex") ? DMSC_FMT_BIN :
	    DMSC_FMT_CHR;
	if (format != NULL && dmsc_format_parse(format, f) != DMSC_E_OK)
		return sh_usage(sh, "'%s' is no format", format);
	return 0;
}

static int
add_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL, *value = NULL;
	enum dmsc_format f;
	int status;

	if ((status = format_of(sh, a, &f)) != 0 ||
	    (status = sh_edit_value(sh, a, 1, false, &value)) != 0)
		return status;
	if ((status = sh_card_path(sh, a, 0, &path)) == 0)
		status = sh_fail(sh, dmsc_edit_add(sh_session(sh),
		    dmsc_buf_cstr(path), f, sh_opt(a, "type"),
		    dmsc_buf_rd(value)));
	dmsc_buf_free(&path);
	dmsc_buf_free(&value);
	return status;
}

static const char *const add_examples[] = {
	"add /OperatorX/DMAcc/opx/Ext/Note 'seen in the field'",
	"add --format bool /OperatorX/DMAcc/opx/Ext/Roaming true",
	"add /OperatorX/DMAcc/second && ls /OperatorX/DMAcc",
	NULL
};

const struct sh_cmd sh_cmd_add = {
	.name = "add", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH [VALUE]",
	.summary = "add a node",
	.details = "Without a value the new node is a folder; with one it is "
	    "text, with --hex bytes, or of the format given. Folders on the "
	    "way that are missing are made.",
	.opts = add_opts, .min_args = 1, .max_args = 2,
	.examples = add_examples, .see = "set, rm, cp, import, commit",
	.complete = sh_complete_path, .run = add_run,
};

static const struct sh_opt edit_opts[] = {
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

static int
rm_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int i, status = 0;

	for (i = 0; i < sh_argc(a) && status == 0; i++) {
		if ((status = sh_card_path(sh, a, i, &path)) == 0)
			status = sh_fail(sh, dmsc_edit_rm(sh_session(sh),
			    dmsc_buf_cstr(path)));
		dmsc_buf_free(&path);
	}
	return status;
}

static const char *const rm_examples[] = {
	"rm /OperatorX/DMAcc/opx/Name",
	NULL
};

const struct sh_cmd sh_cmd_rm = {
	.name = "rm", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH...",
	.summary = "remove nodes with all below them",
	.details = "Whole documents are removed by rmdoc.",
	.opts = edit_opts, .min_args = 1, .max_args = -1,
	.examples = rm_examples, .see = "add, mv, rmdoc, revert, commit",
	.complete = sh_complete_path, .run = rm_run,
};

/* mv and cp differ in one call. */
static int
two_paths(struct sh *sh, const struct sh_args *a,
    int (*edit)(struct dmsc_session *, const char *, const char *))
{
	struct dmsc_buf *from = NULL, *to = NULL;
	int status = sh_card_path(sh, a, 0, &from);

	if (status == 0)
		status = sh_card_path(sh, a, 1, &to);
	if (status == 0)
		status = sh_fail(sh, edit(sh_session(sh),
		    dmsc_buf_cstr(from), dmsc_buf_cstr(to)));
	dmsc_buf_free(&from);
	dmsc_buf_free(&to);
	return status;
}

static int
mv_run(struct sh *sh, const struct sh_args *a)
{
	return two_paths(sh, a, dmsc_edit_mv);
}

static int
cp_run(struct sh *sh, const struct sh_args *a)
{
	return two_paths(sh, a, dmsc_edit_cp);
}

static const char *const mv_examples[] = {
	"mv /OperatorX/DMAcc/opx/Name /OperatorX/DMAcc/opx/Label",
	NULL
};

const struct sh_cmd sh_cmd_mv = {
	.name = "mv", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "FROM TO",
	.summary = "move or rename a node with all below it",
	.details = "TO is the new path; nothing may be there.",
	.opts = edit_opts, .min_args = 2, .max_args = 2,
	.examples = mv_examples, .see = "cp, rm, commit",
	.complete = sh_complete_path, .run = mv_run,
};

static const char *const cp_examples[] = {
	"cp /OperatorX/DMAcc/opx /OperatorX/DMAcc/second",
	NULL
};

const struct sh_cmd sh_cmd_cp = {
	.name = "cp", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "FROM TO",
	.summary = "copy a node with all below it",
	.details = "TO is the path of the copy; nothing may be there. Files "
	    "of this machine go in with import and out with export.",
	.opts = edit_opts, .min_args = 2, .max_args = 2,
	.examples = cp_examples, .see = "mv, import, export, commit",
	.complete = sh_complete_path, .run = cp_run,
};

static int
show_acl(struct sh *sh, const char *path)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *n;
	int r = dmsc_at(sh_session(sh), path, &tree, &n);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	if (n == NULL)
		return sh_usage(sh, "only nodes have an ACL");
	if (*dmsc_node_acl(n) != '\0')
		sh_print(sh, "%s\n", dmsc_node_acl(n));
	else
		sh_print(sh, "inherited: %s\n", *dmsc_acl_effective(n) != '\0' ?
		    dmsc_acl_effective(n) : "none");
	return sh_data_node(sh, n, 0);
}

static int
acl_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);

	if (status == 0)
		status = sh_fail(sh, dmsc_edit_acl(sh_session(sh),
		    dmsc_buf_cstr(path), sh_arg(a, 1)));
	dmsc_buf_free(&path);
	return status;
}

static const char *const acl_examples[] = {
	"acl /OperatorX/DMAcc/opx 'Add=*&Get=*&Replace=com.example.dm'",
	"acl /OperatorX/DMAcc/opx ''",
	NULL
};

const struct sh_cmd sh_cmd_acl = {
	.name = "acl", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH ACL",
	.summary = "change the access control list of a node",
	.details = "ACL is as OMA DM writes it: commands with the servers "
	    "that may use them, 'Get=*&Replace=a+b'. The empty one, '', "
	    "makes the node inherit that of the node above.\n\nThe command "
	    "acl show prints it.",
	.opts = edit_opts, .min_args = 2, .max_args = 2,
	.examples = acl_examples, .see = "acl show, stat, set, commit",
	.complete = sh_complete_path, .run = acl_run,
};

static int
acl_show_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);

	if (status == 0)
		status = show_acl(sh, dmsc_buf_cstr(path));
	dmsc_buf_free(&path);
	return status;
}

static const char *const acl_show_examples[] = {
	"acl show /OperatorX/DMAcc/opx",
	NULL
};

const struct sh_cmd sh_cmd_acl_show = {
	.name = "acl show", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "PATH",
	.summary = "show the access control list of a node",
	.details = "Where the node has none of its own, the one it inherits "
	    "is shown.",
	.min_args = 1, .max_args = 1, .examples = acl_show_examples,
	.see = "acl, stat", .complete = sh_complete_path,
	.run = acl_show_run,
};
