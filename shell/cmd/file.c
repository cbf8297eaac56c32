/* file ls, tree, fcp, access: the card's file system. */
#include <string.h>

#include "tools.h"

/* ls and tree differ in one call. */
static int
list(struct sh *sh, const struct sh_args *a, bool deep,
    int (*get)(struct dmsc_session *, const char *, struct dmsc_file_list **))
{
	const char *path = sh_arg(a, 0);
	struct dmsc_file_list *l = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	r = get(sh_session(sh), path != NULL ? path : "3F00", &l);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_file_list_view, l);
	sh_print_fcps(sh, l, deep);
	if (!l->complete)
		sh_warn(sh, "the card does not list its files: only known "
		    "ones were tried");
	return 0;
}

static int
ls_run(struct sh *sh, const struct sh_args *a)
{
	return list(sh, a, false, dmsc_file_ls);
}

static int
tree_run(struct sh *sh, const struct sh_args *a)
{
	return list(sh, a, true, dmsc_file_tree);
}

static const char *const ls_examples[] = { "file ls", "file ls 7F50", NULL };

const struct sh_cmd sh_cmd_file_ls = {
	.name = "file ls", .group = SH_G_FILE, .danger = SH_READ,
	.synopsis = "[PATH]",
	.summary = "list the files of a folder of the card",
	.details = "PATH is a path of file identifiers, 3F00/7F50, an AID "
	    "and a path behind it, or names such as ADF.USIM; without it, "
	    "the MF. A card does not list its files: identifiers that the "
	    "standards know are tried, which a warning says.",
	.max_args = 1, .examples = ls_examples,
	.see = "file tree, file fcp, file read", .complete = sh_complete_ef,
	.run = ls_run,
};

static const char *const tree_examples[] = { "file tree", NULL };

const struct sh_cmd sh_cmd_file_tree = {
	.name = "file tree", .group = SH_G_FILE, .danger = SH_READ,
	.synopsis = "[PATH]",
	.summary = "list the files of the card with all below them",
	.details = "As file ls, with applications and folders entered.",
	.max_args = 1, .examples = tree_examples, .see = "file ls, backup",
	.complete = sh_complete_ef, .run = tree_run,
};

static void
print_fcp(struct sh *sh, const struct dmsc_fcp *f)
{
	char text[64];

	sh_kv(sh, "path", f->path);
	sh_kv(sh, "name", f->name);
	sh_kv(sh, "kind", f->kind);
	sh_kv(sh, "AID", f->aid);
	(void)snprintf(text, sizeof text, "%zu", f->size);
	if (f->size > 0)
		sh_kv(sh, "size", text);
	(void)snprintf(text, sizeof text, "%u of %u bytes", f->records,
	    f->record_len);
	if (f->records > 0)
		sh_kv(sh, "records", text);
	sh_kv(sh, "life", f->life);
	(void)snprintf(text, sizeof text, "%02X", (unsigned)f->sfi);
	if (f->sfi >= 0)
		sh_kv(sh, "SFI", text);
	sh_kv(sh, "shareable", f->shareable ? "yes" : "no");
	sh_kv(sh, "security", f->security);
	if (f->raw != NULL && f->raw->len > 0) {
		sh_print(sh, "template:\n");
		sh_hexdump(sh, dmsc_buf_rd(f->raw));
	}
}

static int
fcp_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_fcp *f = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	if ((r = dmsc_file_fcp(sh_session(sh), sh_arg(a, 0), &f)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_fcp_view, f);
	print_fcp(sh, f);
	return 0;
}

static const char *const fcp_examples[] = { "file fcp EF.ICCID",
	"file fcp 7F50/5031", NULL };

const struct sh_cmd sh_cmd_file_fcp = {
	.name = "file fcp", .group = SH_G_FILE, .danger = SH_READ,
	.synopsis = "PATH",
	.summary = "show the control parameters of a file",
	.details = "The answer to SELECT, decoded, and its bytes.",
	.min_args = 1, .max_args = 1, .examples = fcp_examples,
	.see = "file access, file ls", .complete = sh_complete_ef,
	.run = fcp_run,
};

static int
access_run(struct sh *sh, const struct sh_args *a)
{
	static const char *const heads[] = { "MODE", "NEEDS", "NOW" };
	struct dmsc_access_list *l = NULL;
	struct sh_table *t;
	size_t i;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	if ((r = dmsc_file_access(sh_session(sh), sh_arg(a, 0), &l)) !=
	    DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_access_list_view, l);
	sh_kv(sh, "file", l->path);
	sh_kv(sh, "rule", l->rule);
	t = sh_table_new(SH_COUNT(heads), heads);
	for (i = 0; i < l->n_modes; i++) {
		const char *cells[] = { l->modes[i].mode, l->modes[i].needs,
			l->modes[i].have };

		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
	return 0;
}

static const char *const access_examples[] = { "file access EF.ICCID",
	"file access 7F50/5031", NULL };

const struct sh_cmd sh_cmd_file_access = {
	.name = "file access", .group = SH_G_FILE, .danger = SH_READ,
	.synopsis = "PATH",
	.summary = "show what each access to a file needs",
	.details = "The rule that the file names is read and explained. It "
	    "is a forecast with three answers: allowed, refused or unknown; "
	    "the card decides.",
	.min_args = 1, .max_args = 1, .examples = access_examples,
	.see = "file fcp, pin status", .complete = sh_complete_ef,
	.run = access_run,
};
