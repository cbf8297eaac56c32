/* cd and pwd: the current folder on the card. */
#include <string.h>

#include "tools.h"

/* A folder is /, a document that is a tree, or an interior node. */
static int
check_folder(struct sh *sh, const char *path)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *node = NULL;
	int r = DMSC_E_OK;

	if (strcmp(path, "/") != 0)
		r = dmsc_at(sh_session(sh), path, &tree, &node);
	if (r == DMSC_E_OK && node != NULL && dmsc_node_is_leaf(node)) {
		r = dmsc_fail(sh_err(sh), DMSC_E_USAGE, "not a folder");
		dmsc_err_where(sh_err(sh), "%s", path);
		dmsc_err_next(sh_err(sh), "cat %s", path);
	}
	return r;
}

static int
cd_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status;

	if (sh_argc(a) == 0)
		return sh_fail(sh, sh_set_cwd(sh, "/"));
	if ((status = sh_card_path(sh, a, 0, &path)) == 0)
		status = sh_fail(sh, check_folder(sh, dmsc_buf_cstr(path)));
	if (status == 0)
		status = sh_fail(sh, sh_set_cwd(sh, dmsc_buf_cstr(path)));
	dmsc_buf_free(&path);
	return status;
}

static const char *const cd_examples[] = {
	"cd /OperatorX/DMAcc && pwd && ls",
	"cd /OperatorX && cd DMAcc/.. && pwd",
	NULL
};

const struct sh_cmd sh_cmd_cd = {
	.name = "cd", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "[PATH]",
	.summary = "change the current folder on the card",
	.details = "PATH is taken from the current folder unless it begins "
	    "with /; .. is the folder above. Without PATH it is /.",
	.max_args = 1, .examples = cd_examples, .see = "pwd, ls",
	.complete = sh_complete_path, .run = cd_run,
};

static int
pwd_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *b = dmsc_buf_new(65536);

	(void)a;
	if (b == NULL || dmsc_json_string(sh_cwd(sh), b) != DMSC_E_OK) {
		dmsc_buf_free(&b);
		return sh_nomem(sh);
	}
	sh_data_json(sh, &b);
	sh_print(sh, "%s\n", sh_cwd(sh));
	return 0;
}

static const char *const pwd_examples[] = { "pwd", NULL };

const struct sh_cmd sh_cmd_pwd = {
	.name = "pwd", .group = SH_G_BROWSE, .danger = SH_READ,
	.summary = "print the current folder on the card",
	.max_args = 0, .examples = pwd_examples, .see = "cd, ls",
	.run = pwd_run,
};
