/* mkdoc, rmdoc, import, export: documents as a whole. */
#include <string.h>

#include "cmd/edit.h"
#include "tools.h"

enum { DOC_MAX = 64 << 20, SIZE_MAX_BYTES = 0xFFFF };

static const struct sh_opt mkdoc_opts[] = {
	{ 'K', "kind", "KIND", "dm, lwm2m or cp" },
	{ 's', "size", "BYTES", "room for later; as needed without it" },
	{ 'p', "private", NULL, "readable after the personal PIN only" },
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

static int
mkdoc_run(struct sh *sh, const struct sh_args *a)
{
	const char *kind = sh_opt(a, "kind"), *text = sh_opt(a, "size");
	unsigned long size = 0;
	int status;

	if (text != NULL && !sh_num(text, SIZE_MAX_BYTES, &size))
		return sh_usage(sh, "'%s' is no size", text);
	if ((status = sh_need_card(sh)) != 0)
		return status;
	return sh_fail(sh, dmsc_mkdoc(sh_session(sh), sh_arg(a, 0) +
	    (sh_arg(a, 0)[0] == '/'), kind != NULL ? kind : "dm", size,
	    sh_has(a, "private")));
}

static const char *const mkdoc_examples[] = {
	"mkdoc Field --kind dm --size 256 && add /Field/Site/Name North",
	NULL
};

const struct sh_cmd sh_cmd_mkdoc = {
	.name = "mkdoc", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "NAME",
	.summary = "make a new document",
	.details = "The document is new in the working copy; commit makes "
	    "its two files, where the card lets us, and names it in the "
	    "directories.",
	.opts = mkdoc_opts, .min_args = 1, .max_args = 1,
	.examples = mkdoc_examples,
	.see = "rmdoc, import, add, card prepare, commit",
	.run = mkdoc_run,
};

static const struct sh_opt edit_opts[] = {
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

static int
rmdoc_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL;
	int status = sh_card_path(sh, a, 0, &path);

	if (status == 0)
		status = sh_fail(sh, dmsc_rmdoc(sh_session(sh),
		    dmsc_buf_cstr(path)));
	dmsc_buf_free(&path);
	return status;
}

static const char *const rmdoc_examples[] = { "rmdoc /OperatorX && status",
	NULL };

const struct sh_cmd sh_cmd_rmdoc = {
	.name = "rmdoc", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH",
	.summary = "remove a document",
	.details = "Its entries leave the directories with the next commit.",
	.opts = edit_opts, .min_args = 1, .max_args = 1,
	.examples = rmdoc_examples, .see = "mkdoc, revert, undo, commit",
	.complete = sh_complete_doc, .run = rmdoc_run,
};

static int
import_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *path = NULL, *bytes = NULL;
	int status = sh_fail(sh, sh_slurp(sh, sh_arg(a, 1), &bytes));

	if (status == 0)
		status = sh_card_path(sh, a, 0, &path);
	if (status == 0)
		status = sh_fail(sh, dmsc_import(sh_session(sh),
		    dmsc_buf_cstr(path), dmsc_buf_rd(bytes)));
	if (status == dmsc_e_exit(DMSC_E_FORMAT))
		dmsc_err_where(sh_err(sh), "%s, for %s", sh_arg(a, 1),
		    dmsc_buf_cstr(path));
	dmsc_buf_free(&path);
	dmsc_buf_free(&bytes);
	return status;
}

static const char *const import_examples[] = {
	"export /OperatorX op.xml && import /OperatorX op.xml && status",
	NULL
};

const struct sh_cmd sh_cmd_import = {
	.name = "import", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH FILE",
	.summary = "replace a document or a node by the content of a file",
	.details = "The form is recognised: TNDS, a SyncML DM message or a "
	    "Client Provisioning document as XML or WBXML, a LwM2M "
	    "bootstrap document as TLV or JSON, or the JSON of export. PATH "
	    "may be new. FILE - is standard input.",
	.opts = edit_opts, .min_args = 2, .max_args = 2,
	.examples = import_examples, .see = "export, edit, restore, commit",
	.complete = sh_complete_path_file, .run = import_run,
};

static const struct sh_opt export_opts[] = {
	{ 'F', "form", "FORM", "tnds, tnds-wbxml, syncml, syncml-wbxml, cp, "
	    "cp-wbxml, lwm2m, json or raw; without it that for people" },
	{ 0, NULL, NULL, NULL }
};

/* What is written on standard output: text as it is, else with --json. */
static int
show(struct sh *sh, struct dmsc_buf *b)
{
	struct dmsc_buf *json = dmsc_buf_new(DOC_MAX * 2UL);
	struct dmsc_rd d = dmsc_buf_rd(b);
	int r = DMSC_E_NOMEM;

	(void)fwrite(d.p, 1, d.left, sh_stdout(sh));
	if (json != NULL && sh_is_text(d))
		r = dmsc_json_string(dmsc_buf_cstr(b), json);
	else if (json != NULL && (r = dmsc_buf_str(json, "{\"hex\":\"")) ==
	    DMSC_E_OK && (r = dmsc_hex_put(json, d)) == DMSC_E_OK)
		r = dmsc_buf_str(json, "\"}");
	if (r == DMSC_E_OK)
		sh_data_json(sh, &json);
	dmsc_buf_free(&json);
	return r;
}

static int
export_run(struct sh *sh, const struct sh_args *a)
{
	const char *form = sh_opt(a, "form"), *file = sh_arg(a, 1);
	struct dmsc_buf *path = NULL, *b = dmsc_buf_new(DOC_MAX);
	int r, status = sh_card_path(sh, a, 0, &path);

	if (status == 0) {
		r = b == NULL ? DMSC_E_NOMEM : dmsc_export(sh_session(sh),
		    dmsc_buf_cstr(path), form, b);
		if (r == DMSC_E_OK)
			r = file == NULL || strcmp(file, "-") == 0 ?
			    show(sh, b) : sh_spit(sh, file, dmsc_buf_rd(b));
		status = sh_fail(sh, r);
	}
	dmsc_buf_free(&path);
	dmsc_buf_free(&b);
	return status;
}

static const char *const export_examples[] = {
	"export /OperatorX",
	"export --form syncml-wbxml /OperatorX op.wbxml",
	NULL
};

const struct sh_cmd sh_cmd_export = {
	.name = "export", .group = SH_G_EDIT, .danger = SH_READ,
	.synopsis = "PATH [FILE]",
	.summary = "write a document or a node to a file",
	.details = "Without FILE, or with -, to standard output. Without a "
	    "form a whole document of kind lwm2m is written as its JSON, "
	    "of kind cp as its XML, all else as TNDS. The form raw gives "
	    "the document's bytes as the working copy would write them.",
	.opts = export_opts, .min_args = 1, .max_args = 2,
	.examples = export_examples, .see = "import, backup, cat",
	.complete = sh_complete_path_file, .run = export_run,
};
