/* backup and restore: all that can be read of a card. */
#include <string.h>

#include "cmd/edit.h"
#include "tools.h"

enum { BACKUP_MAX = 64 << 20 };

static int
backup_run(struct sh *sh, const struct sh_args *a)
{
	const char *file = sh_arg(a, 0);
	struct dmsc_buf *b = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = (b = dmsc_buf_new(BACKUP_MAX)) == NULL ? DMSC_E_NOMEM :
	    dmsc_backup(sh_session(sh), b);
	if (r == DMSC_E_OK)
		r = sh_spit(sh, file != NULL ? file : "-", dmsc_buf_rd(b));
	if (r == DMSC_E_OK && (file == NULL || strcmp(file, "-") == 0))
		sh_data_json(sh, &b);
	else if (r == DMSC_E_OK)
		sh_print(sh, "%s: %zu byte%s\n", file, b->len, sh_s(b->len));
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

static const char *const backup_examples[] = {
	"backup card.json",
	NULL
};

const struct sh_cmd sh_cmd_backup = {
	.name = "backup", .group = SH_G_EDIT, .danger = SH_READ,
	.synopsis = "[FILE]",
	.summary = "write all that can be read of the card to a file",
	.details = "Every file and document that the rights gained let us "
	    "read, as one JSON text, secrets included. The file is readable by "
	    "you alone. "
	    "Without FILE, to standard output.",
	.max_args = 1, .examples = backup_examples,
	.see = "restore, export, file tree",
	.complete = sh_complete_file, .run = backup_run,
};

static const struct sh_opt restore_opts[] = {
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

static int
restore_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *b = NULL;
	int status = sh_fail(sh, sh_slurp(sh, sh_arg(a, 0), &b));

	if (status == 0)
		status = sh_need_card(sh);
	if (status == 0)
		status = sh_fail(sh, dmsc_restore(sh_session(sh),
		    dmsc_buf_rd(b)));
	if (status == dmsc_e_exit(DMSC_E_DATA) &&
	    sh_err(sh)->where[0] == '\0')
		dmsc_err_where(sh_err(sh), "%s", sh_arg(a, 0));
	dmsc_buf_free(&b);
	return status;
}

static const char *const restore_examples[] = {
	"backup card.json && restore card.json && diff",
	NULL
};

const struct sh_cmd sh_cmd_restore = {
	.name = "restore", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "FILE",
	.summary = "take the documents of a backup into the working copy",
	.details = "Documents of the backup replace those of the same name "
	    "or are new; diff shows what would change, commit writes it. "
	    "Other files of the card are not touched.",
	.opts = restore_opts, .min_args = 1, .max_args = 1,
	.examples = restore_examples, .see = "backup, import, diff, commit",
	.complete = sh_complete_file, .run = restore_run,
};
