/* dm add, replace, delete, copy, exec: single DM commands to the card. */
#include <string.h>

#include "cmd/dm.h"
#include "cmd/edit.h"
#include "tools.h"

enum { URIS_MAX = 64 };

static const char tnds_xml[] = "application/vnd.syncml.dmtnds+xml",
    tnds_wbxml[] = "application/vnd.syncml.dmtnds+wbxml";

int
sh_dm_run(struct sh *sh, const struct dmsc_dm_command *c, size_t n,
    bool atomic)
{
	struct dmsc_dm_answer *x = NULL;
	int r, status = sh_need_card(sh);

	if (status != 0)
		return status;
	if (sh_options(sh)->dry_run) {
		sh_print(sh, "nothing was sent\n");
		return 0;
	}
	r = dmsc_dm_run(sh_session(sh), c, n, atomic, &x);
	if (x == NULL)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_dm_answer_view, x);
	sh_dm_print_statuses(sh, x, n > 1);
	sh_dm_print_results(sh, x);
	return sh_fail(sh, r);
}

/* The command's value, format and Type; *value is freed by the caller. */
static int
value_of(struct sh *sh, const struct sh_args *a, bool must,
    struct dmsc_dm_command *c, struct dmsc_buf **value)
{
	int status = sh_edit_value(sh, a, 1, must, value);
	enum dmsc_format f;

	if (status != 0)
		return status;
	c->has_value = sh_argc(a) > 1 || sh_has(a, "file") ||
	    sh_has(a, "hex");
	c->value = dmsc_buf_rd(*value);
	c->format = sh_opt(a, "format");
	c->type = sh_opt(a, "type");
	if (c->format != NULL && dmsc_format_parse(c->format, &f) !=
	    DMSC_E_OK)
		return sh_usage(sh, "'%s' is no format", c->format);
	if (c->format == NULL && sh_has(a, "hex"))
		c->format = "bin";
	if (!sh_has(a, "tnds"))
		return 0;
	if (!c->has_value || c->format != NULL || c->type != NULL)
		return sh_usage(sh, "--tnds wants a document, and neither "
		    "format nor type");
	c->format = "xml";
	c->type = c->value.left > 0 && (c->value.p[0] == '<' ||
	    c->value.p[0] == 0xEF) ? tnds_xml : tnds_wbxml;
	return 0;
}

/* One command with the value that may stand behind its URI. */
static int
run_verb(struct sh *sh, const struct sh_args *a, enum dmsc_dm_verb verb)
{
	struct dmsc_dm_command c = { .verb = verb, .uri = sh_arg(a, 0) };
	struct dmsc_buf *value = NULL;
	int status = value_of(sh, a, false, &c, &value);

	if (status == 0)
		status = sh_dm_run(sh, &c, 1, false);
	dmsc_buf_free(&value);
	return status;
}

#define TNDS_OPT \
	{ 0, "tnds", NULL, "the value is a TNDS document: nodes with all " \
	    "below them" }

static const struct sh_opt add_opts[] = {
	SH_VALUE_OPTS,
	TNDS_OPT,
	{ 0, NULL, NULL, NULL }
};

static int
add_run(struct sh *sh, const struct sh_args *a)
{
	return run_verb(sh, a, DMSC_DM_VERB_ADD);
}

static const char *const add_examples[] = {
	SH_DM_CARD "dm add ./Group/Mail && dm add ./Group/Mail/Server "
	    "mail.example && dm get ./Group/Mail/Server",
	SH_DM_CARD "dm add --tnds --file scripts/demo/OperatorX.xml "
	    "./Group/OperatorX",
	NULL
};

const struct sh_cmd sh_cmd_dm_add = {
	.name = "dm add", .group = SH_G_DM, .danger = SH_WRITE,
	.synopsis = "URI [VALUE]",
	.summary = "add a node to the card's own tree at once",
	.details = "Without a value the node is a folder; with one it is "
	    "text, with --hex bytes, or of the format given. A value larger "
	    "than a message goes in parts; where that is cut, the same line "
	    "again sends what lacks. To edit, look, and commit as a whole, "
	    "use /card with add, set and commit.",
	.opts = add_opts, .min_args = 1, .max_args = 2,
	.examples = add_examples,
	.see = "dm replace, dm delete, dm get, add",
	.complete = sh_complete_uri, .run = add_run,
};

static const struct sh_opt replace_opts[] = {
	SH_VALUE_OPTS,
	TNDS_OPT,
	{ 'p', "prop", "NAME", "of a property: ACL, Name or Title" },
	{ 0, NULL, NULL, NULL }
};

static int
replace_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_dm_command c = { .verb = DMSC_DM_VERB_REPLACE };
	struct dmsc_buf *value = NULL, *uri = NULL;
	int status = sh_dm_uri(sh, sh_arg(a, 0), "prop", sh_opt(a, "prop"),
	    &uri);

	if (status == 0)
		status = value_of(sh, a, true, &c, &value);
	if (status == 0) {
		c.uri = dmsc_buf_cstr(uri);
		status = sh_dm_run(sh, &c, 1, false);
	}
	dmsc_buf_free(&uri);
	dmsc_buf_free(&value);
	return status;
}

static const char *const replace_examples[] = {
	SH_DM_CARD "dm add ./Group/Mail && dm add ./Group/Mail/Port 25 && "
	    "dm replace ./Group/Mail/Port 587 && dm get ./Group/Mail/Port",
	SH_DM_CARD "dm replace --prop ACL ./Group 'Add=*&Get=*'",
	NULL
};

const struct sh_cmd sh_cmd_dm_replace = {
	.name = "dm replace", .group = SH_G_DM, .danger = SH_WRITE,
	.synopsis = "URI [VALUE]",
	.summary = "replace a value or property in the card's tree at once",
	.details = "The node keeps its format and type unless others are "
	    "given. --prop, or ?prop= behind the URI, means a property. A "
	    "secret value belongs in a file: the prompt's history and other "
	    "users can see what stands on a line.",
	.opts = replace_opts, .min_args = 1, .max_args = 2,
	.examples = replace_examples, .see = "dm add, dm get, set, acl",
	.complete = sh_complete_uri, .run = replace_run,
};

static const struct sh_opt delete_opts[] = {
	{ 0, "atomic", NULL, "all of them or none" },
	{ 0, NULL, NULL, NULL }
};

static int
delete_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_dm_command c[URIS_MAX];
	int i, n = sh_argc(a);

	if (n > URIS_MAX)
		return sh_usage(sh, "more than %d URIs", URIS_MAX);
	memset(c, 0, sizeof c);
	for (i = 0; i < n; i++) {
		c[i].verb = DMSC_DM_VERB_DELETE;
		c[i].uri = sh_arg(a, i);
	}
	return sh_dm_run(sh, c, (size_t)n, sh_has(a, "atomic"));
}

static const char *const delete_examples[] = {
	SH_DM_CARD "dm add ./Group/Mail && dm delete ./Group/Mail",
	NULL
};

const struct sh_cmd sh_cmd_dm_delete = {
	.name = "dm delete", .group = SH_G_DM, .danger = SH_WRITE,
	.synopsis = "URI...",
	.summary = "delete nodes of the card's tree, with all below, at once",
	.details = "Several URIs travel in one message and are done in their "
	    "order; without --atomic what can be deleted is. Nodes that the "
	    "card was made with stay.",
	.opts = delete_opts, .min_args = 1, .max_args = -1,
	.examples = delete_examples, .see = "dm add, rm",
	.complete = sh_complete_uri, .run = delete_run,
};

static int
copy_run(struct sh *sh, const struct sh_args *a)
{
	const struct dmsc_dm_command c = { .verb = DMSC_DM_VERB_COPY,
		.uri = sh_arg(a, 0), .to = sh_arg(a, 1) };

	return sh_dm_run(sh, &c, 1, false);
}

static const char *const copy_examples[] = {
	SH_DM_CARD "dm add ./Group/Mail && dm add ./Group/Mail/Port 25 && "
	    "dm copy ./Group/Mail/Port ./Group/Mail/Second",
	NULL
};

const struct sh_cmd sh_cmd_dm_copy = {
	.name = "dm copy", .group = SH_G_DM, .danger = SH_WRITE,
	.synopsis = "FROM TO",
	.summary = "let the card copy a value to another node, at once",
	.details = "The value does not leave the card. TO is the other "
	    "node's URI; what it held is replaced. A folder is not copied "
	    "so: DM copies leaves; cp and commit in /card do.",
	.min_args = 2, .max_args = 2, .examples = copy_examples,
	.see = "dm add, cp", .complete = sh_complete_uri, .run = copy_run,
};

static const struct sh_opt exec_opts[] = {
	SH_VALUE_OPTS,
	{ 0, NULL, NULL, NULL }
};

static int
exec_run(struct sh *sh, const struct sh_args *a)
{
	return run_verb(sh, a, DMSC_DM_VERB_EXEC);
}

static const char *const exec_examples[] = {
	SH_DM_CARD "dm add ./Outbox/radio/Message --format bin --file "
	    "scripts/demo/radio.xml && dm exec ./Outbox/radio",
	NULL
};

const struct sh_cmd sh_cmd_dm_exec = {
	.name = "dm exec", .group = SH_G_DM, .danger = SH_WRITE,
	.synopsis = "URI [VALUE]",
	.summary = "execute a node of the card's own tree",
	.details = "What that does is the node's own affair. A message that "
	    "waits in ./Outbox asks the device for a session again; most "
	    "nodes can do nothing, and the card says 405 or 406.",
	.opts = exec_opts, .min_args = 1, .max_args = 2,
	.examples = exec_examples, .see = "dm send, device session",
	.complete = sh_complete_uri, .run = exec_run,
};
