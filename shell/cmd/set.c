/* set: the value of a node in the working copy. */
#include <string.h>

#include "cmd/edit.h"
#include "tools.h"

static const struct sh_opt set_opts[] = {
	SH_VALUE_OPTS,
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

static int
set_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL, *value = NULL;
	enum dmsc_format f = DMSC_FMT_CHR;
	const char *format = sh_opt(a, "format");
	int status, r;

	if ((status = sh_edit_value(sh, a, 1, true, &value)) != 0)
		return status;
	if (format != NULL && dmsc_format_parse(format, &f) != DMSC_E_OK)
		status = sh_usage(sh, "'%s' is no format", format);
	if (status == 0)
		status = sh_card_path(sh, a, 0, &path);
	if (status == 0) {
		r = dmsc_edit_set(sh_session(sh), dmsc_buf_cstr(path),
		    dmsc_buf_rd(value), format != NULL ? &f : NULL,
		    sh_opt(a, "type"));
		status = sh_fail(sh, r);
	}
	dmsc_buf_free(&path);
	dmsc_buf_free(&value);
	return status;
}

static const char *const set_examples[] = {
	"set /OperatorX/DMAcc/opx/ServerID com.example.dm",
	"set --format int /OperatorX/DMAcc/opx/AppAddr/1/Port/1/PortNbr 443",
	"$ dmsc set --dry-run /OperatorX/DMAcc/opx/ServerID com.example.dm",
	NULL
};

const struct sh_cmd sh_cmd_set = {
	.name = "set", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH [VALUE]",
	.summary = "change the value of a node",
	.details = "The change is made in the working copy; status shows it, "
	    "commit writes it. The value is checked against the node's "
	    "format.\n\nThe value is VALUE, the content of --file, or the "
	    "bytes of --hex. A secret value belongs in a file: the prompt's "
	    "history and other users can see what stands on a line.",
	.opts = set_opts, .min_args = 1, .max_args = 2,
	.examples = set_examples, .see = "add, rm, acl, status, commit",
	.complete = sh_complete_path, .run = set_run,
};
