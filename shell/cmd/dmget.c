/* dm get: what the card's own tree has, by DM commands. */
#include <string.h>
#include <strings.h>

#include "cmd/dm.h"
#include "tools.h"

enum { URIS_MAX = 64, XML_MAX = 64 << 20 };

const struct sh_opt sh_dm_get_opts[] = {
	{ 'l', "list", "WHAT", "Struct: all nodes below; StructData: with "
	    "their values; TNDS: as one document" },
	{ 'p', "prop", "NAME", "a property: ACL, Format, Name, Size, Title, "
	    "TStamp, Type or VerNo" },
	{ 'x', "hex", NULL, "show offset, hex and text" },
	{ 0, "raw", NULL, "write the bytes as they are" },
	{ 0, NULL, NULL, NULL }
};

/* "a/b" as a line each. */
static void
print_names(struct sh *sh, struct dmsc_rd v)
{
	size_t i, from = 0;

	for (i = 0; i <= v.left; i++) {
		if (i < v.left && v.p[i] != '/')
			continue;
		if (i > from)
			sh_print(sh, "%.*s\n", (int)(i - from),
			    (const char *)v.p + from);
		from = i + 1;
	}
}

/* A TNDS document in WBXML, as XML for people. */
static int
print_tnds(struct sh *sh, struct dmsc_rd v)
{
	struct dmsc_buf *b = dmsc_buf_new(XML_MAX);
	struct dmsc_tree *t = NULL;
	int r = b == NULL ? DMSC_E_NOMEM :
	    dmsc_parse_tree(sh_session(sh), v, &t);

	if (r == DMSC_E_OK)
		r = dmsc_tnds_write_xml(dmsc_tree_root(t), false, true, b);
	if (r == DMSC_E_OK)
		sh_print_bytes(sh, dmsc_buf_rd(b), false, false);
	dmsc_tree_free(&t);
	dmsc_buf_free(&b);
	return r;
}

static bool
is_tnds(const struct dmsc_dm_result *r)
{
	static const char wbxml[] = "application/vnd.syncml.dmtnds+wbxml";

	return r->type != NULL && strcasecmp(r->type, wbxml) == 0;
}

/* The one result that was asked for by name. */
static int
print_one(struct sh *sh, const struct sh_args *a,
    const struct dmsc_dm_result *r)
{
	struct dmsc_rd v = r->value != NULL ? dmsc_buf_rd(r->value) :
	    dmsc_rd_of(NULL, 0);
	bool plain = !sh_has(a, "hex") && !sh_has(a, "raw");

	if (plain && r->format != NULL && strcmp(r->format, "node") == 0)
		print_names(sh, v);
	else if (plain && is_tnds(r))
		return print_tnds(sh, v);
	else
		sh_print_bytes(sh, v, sh_has(a, "hex"), sh_has(a, "raw"));
	return DMSC_E_OK;
}

int
sh_dm_got(struct sh *sh, const struct sh_args *a, struct dmsc_dm_answer *x,
    size_t n, int r)
{
	const char *list = sh_opt(a, "list");
	int shown = DMSC_E_OK;

	sh_data(sh, &dmsc_dm_answer_view, x);
	if (n == 1 && x->n_results == 1 && (list == NULL ||
	    strncasecmp(list, "TNDS", 4) == 0))
		shown = print_one(sh, a, &x->results[0]);
	else if (x->n_results > 0)
		sh_dm_print_results(sh, x);
	return sh_fail(sh, r != DMSC_E_OK ? r : shown);
}

int
sh_dm_get_uris(struct sh *sh, const struct sh_args *a,
    struct dmsc_buf **uris, int max)
{
	const char *list = sh_opt(a, "list"), *prop = sh_opt(a, "prop");
	int i, status = 0, n = sh_argc(a);

	if (list != NULL && prop != NULL)
		return sh_usage(sh, "one of --list and --prop");
	if (n > max)
		return sh_usage(sh, "more than %d URIs", max);
	for (i = 0; i < n && status == 0; i++)
		status = sh_dm_uri(sh, sh_arg(a, i), list != NULL ? "list" :
		    "prop", list != NULL ? list : prop, &uris[i]);
	return status;
}

static int
get(struct sh *sh, const struct sh_args *a,
    const struct dmsc_dm_command *c, size_t n)
{
	struct dmsc_dm_answer *x = NULL;
	int r = dmsc_dm_run(sh_session(sh), c, n, false, &x);

	return x == NULL ? sh_fail(sh, r) : sh_dm_got(sh, a, x, n, r);
}

static int
get_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *uris[URIS_MAX] = { NULL };
	struct dmsc_dm_command c[URIS_MAX];
	int i, n = sh_argc(a), status;

	memset(c, 0, sizeof c);
	status = sh_dm_get_uris(sh, a, uris, URIS_MAX);
	for (i = 0; i < n && status == 0; i++) {
		c[i].verb = DMSC_DM_VERB_GET;
		c[i].uri = dmsc_buf_cstr(uris[i]);
	}
	if (status == 0)
		status = sh_need_card(sh);
	if (status == 0)
		status = get(sh, a, c, (size_t)n);
	for (i = 0; i < n && i < URIS_MAX; i++)
		dmsc_buf_free(&uris[i]);
	return status;
}

static const char *const get_examples[] = {
	SH_DM_CARD "dm get .",
	SH_DM_CARD "dm get ./DevInfo/DevId ./DevInfo/Man",
	SH_DM_CARD "dm get --list StructData ./Group/Fleet && "
	    "dm get --prop ACL ./Group/Fleet",
	NULL
};

const struct sh_cmd sh_cmd_dm_get = {
	.name = "dm get", .group = SH_G_DM, .danger = SH_READ,
	.synopsis = "URI...",
	.summary = "get nodes of the card's own tree",
	.details = "A leaf's value is printed as it is, other bytes than text "
	    "as a hex dump; of a folder the names in it. URI is one of OMA "
	    "DM: '.' is the root, ./Group/Mail a node, and it may end in "
	    "?list=Struct or ?prop=ACL as --list and --prop do. Several "
	    "URIs travel in one message.\n\nOf a group, ./Group/NAME, one "
	    "get with --list brings all and nothing else.\n\n" SH_SECRETS,
	.opts = sh_dm_get_opts, .min_args = 1, .max_args = -1,
	.examples = get_examples, .see = "dm add, dm replace, dm state, cat, "
	    "tree", .complete = sh_complete_uri, .run = get_run,
};
