/* mkdoc, rmdoc, import, export: documents as a whole. */
#include <stdlib.h>
#include <string.h>

#include "cmd/convert.h"
#include "cmd/edit.h"
#include "tools.h"

enum { DOC_MAX = 64 << 20, SIZE_MAX_BYTES = 0xFFFF, NAME_BYTES = 1024 };

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

/* The document that FILE gives its name: "/op" for "x/op.xml"; an exit
 * status. */
static int
named_by_file(struct sh *sh, const char *file, struct dmsc_buf **out)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash == NULL ? file : slash + 1;
	const char *dot = strrchr(base, '.');
	char *name = strndup(base, dot == NULL || dot == base ?
	    strlen(base) : (size_t)(dot - base));
	int r;

	if (sh_is_pipe(file) || *base == '\0') {
		free(name);
		return sh_usage(sh, "a PATH is needed");
	}
	*out = dmsc_buf_new(NAME_BYTES);
	r = name == NULL || *out == NULL ? DMSC_E_NOMEM :
	    dmsc_buf_str(*out, "/");
	if (r == DMSC_E_OK)
		r = dmsc_uri_escape(name, *out);
	free(name);
	if (r != DMSC_E_OK)
		return sh_fail(sh, dmsc_fail(sh_err(sh), r,
		    "no name for the document"));
	return sh_need_card(sh);
}

static int
import_run(struct sh *sh, const struct sh_args *a)
{
	const char *file = sh_arg(a, 0);
	struct dmsc_buf *path = NULL, *bytes = NULL;
	int status = sh_fail(sh, sh_slurp(sh, file, &bytes));

	if (status == 0)
		status = sh_arg(a, 1) == NULL ?
		    named_by_file(sh, file, &path) :
		    sh_card_path(sh, a, 1, &path);
	if (status == 0)
		status = sh_fail(sh, dmsc_import(sh_session(sh),
		    dmsc_buf_cstr(path), dmsc_buf_rd(bytes)));
	if (status == dmsc_e_exit(DMSC_E_FORMAT) && path != NULL)
		dmsc_err_where(sh_err(sh), "%s, for %s", file,
		    dmsc_buf_cstr(path));
	dmsc_buf_free(&path);
	dmsc_buf_free(&bytes);
	return status;
}

static void
complete_file_path(struct sh *sh, int arg, const char *word)
{
	if (arg == 0)
		sh_complete_file(sh, arg, word);
	else
		sh_complete_path(sh, arg, word);
}

static const char *const import_examples[] = {
	"export /OperatorX own.xml && import own.xml /OperatorX && status",
	"import scripts/demo/OperatorX.xml /Second && status",
	NULL
};

const struct sh_cmd sh_cmd_import = {
	.name = "import", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "FILE [PATH]",
	.summary = "replace a document or a node by the content of a file",
	.details = "The form is recognised: all that convert reads. PATH may "
	    "be new; without it the document is named as the file, without "
	    "its extension. FILE - is standard input.",
	.opts = edit_opts, .min_args = 1, .max_args = 2,
	.examples = import_examples,
	.see = "export, convert, edit, restore, commit",
	.complete = complete_file_path, .run = import_run,
};

#define SIGNED "signed"

static const struct sh_opt export_opts[] = {
	{ 't', "to", "FORM", SH_FORMS "; else by FILE's extension" },
	{ 'r', "raw", NULL, "the document's bytes" },
	{ 0, "signed", NULL, "what a signature of the document is over: its "
	    "bytes and its companion's" },
	{ 'm', "map", NULL, "Client Provisioning into management objects" },
	{ 0, "force", NULL, "replace a file that is there" },
	{ 0, NULL, NULL, NULL }
};

/* The bytes that openssl cms -verify is given: a form of its own. */
static int
signed_of_card(struct sh *sh, const char *path, struct dmsc_buf *out,
    struct dmsc_conversion **c)
{
	int r = dmsc_signed_bytes(sh_session(sh), path, false, out);

	if (r != DMSC_E_OK)
		return r;
	if ((*c = dmsc_view_new(&dmsc_conversion_view)) == NULL ||
	    dmsc_str_set(&(*c)->from, "raw") != DMSC_E_OK ||
	    dmsc_str_set(&(*c)->to, SIGNED) != DMSC_E_OK)
		return dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory");
	(*c)->bytes = out->len;
	return DMSC_E_OK;
}

static int
of_card(struct sh *sh, const struct sh_source *from,
    const struct dmsc_convert_opts *o, struct dmsc_buf *out,
    struct dmsc_conversion **c)
{
	if (o->to != NULL && strcmp(o->to, SIGNED) == 0)
		return signed_of_card(sh, from->name, out, c);
	return dmsc_export_as(sh_session(sh), from->name, o, out, c);
}

static int
export_run(struct sh *sh, const struct sh_args *a)
{
	const char *file = sh_arg(a, 1);
	struct dmsc_convert_opts o = { NULL, sh_opt(a, "to"),
		sh_has(a, "map") };
	struct dmsc_buf *path = NULL, *b = NULL;
	struct dmsc_conversion *c = NULL;
	struct sh_source from = { of_card, NULL, { NULL, 0 } };
	int r, status;

	if ((sh_has(a, "raw") || sh_has(a, "signed")) &&
	    (o.to != NULL || o.map || sh_has(a, "raw") ==
	    sh_has(a, "signed")))
		return sh_usage(sh, "--raw and --signed are forms of their "
		    "own");
	if (sh_has(a, "signed"))
		o.to = SIGNED;
	if (sh_has(a, "raw"))
		o.to = "raw";
	else if (o.to == NULL && !sh_is_pipe(file))
		o.to = dmsc_form_of_file(file);
	if ((status = sh_card_path(sh, a, 0, &path)) == 0) {
		from.name = dmsc_buf_cstr(path);
		b = dmsc_buf_new(DOC_MAX);
		r = b == NULL ? DMSC_E_NOMEM :
		    sh_get_document(sh, &from, "export", &o, b, &c);
		if (r == DMSC_E_OK)
			r = sh_put_document(sh, file, sh_has(a, "force"), c,
			    b);
		status = sh_fail(sh, r);
	}
	dmsc_view_free(&dmsc_conversion_view, c);
	dmsc_buf_free(&path);
	dmsc_buf_free(&b);
	return status;
}

static const char *const export_examples[] = {
	"export /OperatorX",
	"export --to syncml-wbxml --force /OperatorX op.wbxml",
	NULL
};

const struct sh_cmd sh_cmd_export = {
	.name = "export", .group = SH_G_EDIT, .danger = SH_READ,
	.synopsis = "PATH [FILE]",
	.summary = "write a document or a node to a file",
	.details = "Without FILE, or with -, to standard output. Without a "
	    "form, FILE's extension decides; else a document of kind dm is "
	    "written as TNDS, of kind cp as XML, of kind lwm2m as JSON. "
	    "The xml of kind dm is TNDS. A node has the forms tnds, "
	    "tnds-wbxml and json, in other kinds than dm json alone. "
	    "--raw gives the bytes as the working copy would write them, "
	    "--signed those that sign signs and openssl cms -verify checks.",
	.opts = export_opts, .min_args = 1, .max_args = 2,
	.examples = export_examples, .see = "import, convert, backup, cat",
	.complete = sh_complete_path_file, .run = export_run,
};
