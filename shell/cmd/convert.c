/* convert: a provisioning document from one form into another. */
#include <string.h>
#include <unistd.h>

#include "cmd/convert.h"
#include "tools.h"

enum { OUT_MAX = 64 << 20 };

static const struct sh_opt convert_opts[] = {
	{ 'f', "from", "FORM", SH_FORMS "; recognised without it" },
	{ 't', "to", "FORM", SH_FORMS "; else by OUT's extension" },
	{ 'm', "map", NULL, "Client Provisioning into management objects" },
	{ 0, "force", NULL, "replace a file that is there" },
	{ 0, NULL, NULL, NULL }
};

bool
sh_is_pipe(const char *file)
{
	return file == NULL || strcmp(file, "-") == 0;
}

/* The conversion with what was written, as JSON; content NULL: a file's. */
static int
converted_json(struct sh *sh, const struct dmsc_conversion *c,
    const struct dmsc_buf *content)
{
	struct dmsc_buf *json = dmsc_buf_new(OUT_MAX * 3UL);
	struct dmsc_buf *text = content == NULL ? NULL :
	    dmsc_buf_from(dmsc_buf_rd(content), OUT_MAX + 1UL);
	int r = json == NULL ? DMSC_E_NOMEM :
	    dmsc_json_view(&dmsc_conversion_view, c, json);

	if (r == DMSC_E_OK) {
		dmsc_buf_truncate(json, json->len - 1);
		r = dmsc_buf_str(json, ",\"content\":");
	}
	if (r == DMSC_E_OK && content == NULL)
		r = dmsc_buf_str(json, "null");
	else if (r == DMSC_E_OK && text == NULL)
		r = DMSC_E_NOMEM;
	else if (r == DMSC_E_OK && sh_is_text(dmsc_buf_rd(text)))
		r = dmsc_json_string(dmsc_buf_cstr(text), json);
	else if (r == DMSC_E_OK &&
	    (r = dmsc_buf_str(json, "{\"hex\":\"")) == DMSC_E_OK &&
	    (r = dmsc_hex_put(json, dmsc_buf_rd(text))) == DMSC_E_OK)
		r = dmsc_buf_str(json, "\"}");
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(json, "}");
	if (r == DMSC_E_OK)
		sh_data_json(sh, &json);
	dmsc_buf_free(&json);
	dmsc_buf_free(&text);
	return r;
}

/* Bytes would spoil the terminal. */
static int
for_people(struct sh *sh, struct dmsc_rd r)
{
	FILE *f = sh_stdout(sh);

	if (sh_is_text(r) || sh_options(sh)->json || f != stdout ||
	    !isatty(fileno(f)))
		return DMSC_E_OK;
	(void)dmsc_fail(sh_err(sh), DMSC_E_USAGE,
	    "bytes are not written to a terminal");
	return dmsc_err_why(sh_err(sh), "name a file, or a form of text");
}

int
sh_put_bytes(struct sh *sh, struct dmsc_rd bytes)
{
	int r = for_people(sh, bytes);

	return r != DMSC_E_OK || sh_options(sh)->json ? r :
	    sh_spit(sh, "-", bytes);
}

int
sh_put_document(struct sh *sh, const char *file, bool force,
    const struct dmsc_conversion *c, const struct dmsc_buf *b)
{
	struct dmsc_rd d = dmsc_buf_rd(b);
	bool pipe = sh_is_pipe(file);
	size_t i;
	bool dry = !pipe && sh_options(sh)->dry_run;
	int r = pipe ? for_people(sh, d) : sh_may_write(sh, file, force);

	if (r == DMSC_E_OK && !dry)
		r = sh_spit(sh, pipe ? "-" : file, d);
	if (r != DMSC_E_OK)
		return r;
	for (i = 0; i < c->n_warnings; i++)
		sh_warn(sh, "%s", c->warnings[i]);
	if (!pipe)
		sh_print(sh, "%s: %s, %zu byte%s%s\n", file, c->to, d.left,
		    sh_s(d.left), dry ? ", not written" : "");
	return converted_json(sh, c, pipe ? b : NULL);
}

/* Whether the document could be had by o. */
static bool
can(struct sh *sh, const struct sh_source *from,
    const struct dmsc_convert_opts *o)
{
	struct dmsc_buf *b = dmsc_buf_new(OUT_MAX);
	struct dmsc_conversion *c = NULL;
	bool yes = b != NULL && from->get(sh, from, o, b, &c) == DMSC_E_OK;

	dmsc_view_free(&dmsc_conversion_view, c);
	dmsc_buf_free(&b);
	return yes;
}

int
sh_get_document(struct sh *sh, const struct sh_source *from,
    const char *verb, const struct dmsc_convert_opts *o,
    struct dmsc_buf *out, struct dmsc_conversion **c)
{
	struct dmsc_convert_opts map = *o, json = { o->from, "json", false };
	int r = from->get(sh, from, o, out, c);
	struct dmsc_err kept = *sh_err(sh);
	bool mapped, other;

	if (r != DMSC_E_DATA || o->map || o->to == NULL ||
	    sh_is_pipe(from->name))
		return r;
	map.map = true;
	mapped = can(sh, from, &map);
	other = !mapped && can(sh, from, &json);
	*sh_err(sh) = kept;
	if (mapped)
		(void)dmsc_err_next(sh_err(sh), "%s --map --to %s %s", verb,
		    o->to, from->name);
	else if (other)
		(void)dmsc_err_next(sh_err(sh), "%s --to json %s", verb,
		    from->name);
	return r;
}

static int
of_file(struct sh *sh, const struct sh_source *from,
    const struct dmsc_convert_opts *o, struct dmsc_buf *out,
    struct dmsc_conversion **c)
{
	int r = dmsc_convert(from->bytes, o, out, c, sh_err(sh));

	if (r != DMSC_E_OK && r != DMSC_E_USAGE &&
	    sh_err(sh)->where[0] == '\0')
		(void)dmsc_err_where(sh_err(sh), "%s", from->name);
	return r;
}

static int
convert_run(struct sh *sh, const struct sh_args *a)
{
	const char *in = sh_arg(a, 0), *out = sh_arg(a, 1);
	struct dmsc_convert_opts o = { sh_opt(a, "from"), sh_opt(a, "to"),
		sh_has(a, "map") };
	struct dmsc_buf *bytes = NULL, *b = dmsc_buf_new(OUT_MAX);
	struct dmsc_conversion *c = NULL;
	struct sh_source from = { of_file, in, { NULL, 0 } };
	int r;

	if (o.to == NULL && !sh_is_pipe(out))
		o.to = dmsc_form_of_file(out);
	r = b == NULL ? dmsc_fail(sh_err(sh), DMSC_E_NOMEM, "out of memory") :
	    sh_slurp(sh, in, &bytes);
	if (r == DMSC_E_OK) {
		from.bytes = dmsc_buf_rd(bytes);
		r = sh_get_document(sh, &from, "convert", &o, b, &c);
	}
	if (r == DMSC_E_OK)
		r = sh_put_document(sh, out, sh_has(a, "force"), c, b);
	dmsc_view_free(&dmsc_conversion_view, c);
	dmsc_buf_free(&bytes);
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

static const char *const convert_examples[] = {
	"convert scripts/demo/OperatorX.xml -",
	"convert scripts/demo/LwM2M.json lwm2m.tlv",
	"convert scripts/demo/OperatorX.xml x.wbxml && convert x.wbxml -",
	"$ dmsc convert --to json - <scripts/demo/OperatorX.xml",
	"convert --map scripts/demo/Mail.xml -",
	NULL
};

const struct sh_cmd sh_cmd_convert = {
	.name = "convert", .group = SH_G_EDIT, .danger = SH_READ,
	.synopsis = "IN [OUT]",
	.summary = "turn a provisioning document into another form",
	.details = "No card is needed. IN and OUT are files; - is standard "
	    "input or output. The forms are tnds, tnds-wbxml, syncml, "
	    "syncml-wbxml and json for DM, cp, cp-wbxml and json for Client "
	    "Provisioning, lwm2m and json for LwM2M bootstrap; xml and wbxml "
	    "are the encoding alone: of what the document is, or of any other "
	    "language that libwbxml knows.\n\n"
	    "IN's form is recognised. Without --to, OUT's extension decides "
	    "(.json, .xml, .wbxml, .tlv or a form's name), else it is tnds, "
	    "cp, or json for LwM2M.\n\n"
	    "What is written is read back and must be the same document: "
	    "what a form cannot hold is refused by name. A message keeps its "
	    "header, targets and other commands in syncml and syncml-wbxml "
	    "only: other commands are refused, of the rest a warning says "
	    "so. Comments and layout of XML are no content.\n\n"
	    "Client Provisioning holds no management objects, and its "
	    "characteristics are not passed off as such. --map makes objects "
	    "of it, as a device would: of each APPLICATION w7 a DMAcc, of "
	    "NAPDEF and PXLOGICAL connectivity objects below NAP and Proxy, "
	    "numbered in order, which the servers of w7 may get, replace and "
	    "delete. What no object has a place for is named in a warning.",
	.opts = convert_opts, .min_args = 1, .max_args = 2,
	.examples = convert_examples, .see = "export, import, diff",
	.complete = sh_complete_file, .run = convert_run,
};
