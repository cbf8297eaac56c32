/* lwm2m: the server accounts of LwM2M bootstrap documents. */
#include <string.h>

#include "tools.h"

enum { NUMBER_BYTES = 32 };
#define ID_MAX 65534UL
#define LIFETIME_MAX 4294967295UL

static const struct sh_opt set_opts[] = {
	{ 'u', "uri", "URI", "of the server: coaps://HOST[:PORT]" },
	{ 'i', "id", "N", "short server identifier, 1 to 65534" },
	{ 0, "psk", "SOURCE", "the pre-shared key: @FILE, env:NAME, fd:N, or "
	    "prompt" },
	{ 0, "identity", "TEXT", "the identity of the key" },
	{ 0, "nosec", NULL, "no security: coap:// without a key" },
	{ 0, "bootstrap", NULL, "the account of a bootstrap server" },
	{ 0, "lifetime", "SECONDS", "of the registration; a day for a new "
	    "account" },
	{ 0, "binding", "TEXT", "U, UQ, T, ...; U for a new account" },
	SH_EDIT_OPTS,
	{ 0, NULL, NULL, NULL }
};

static int
numbers(struct sh *sh, const struct sh_args *a, struct dmsc_lwm2m_account *o)
{
	const char *id = sh_opt(a, "id"), *life = sh_opt(a, "lifetime");
	unsigned long n = 0;

	if (id != NULL && (!sh_num(id, ID_MAX, &n) || n == 0))
		return sh_usage(sh, "'%s' is no short server identifier", id);
	o->id = (unsigned)n;
	n = 0;
	if (life != NULL && !sh_num(life, LIFETIME_MAX, &n))
		return sh_usage(sh, "'%s' is no lifetime", life);
	o->lifetime = life == NULL ? -1 : (int64_t)n;
	return 0;
}

static int
no_server(struct sh *sh, const struct dmsc_lwm2m_account *o)
{
	return o->bootstrap && (o->lifetime >= 0 || o->binding != NULL) ?
	    sh_usage(sh, "a bootstrap server has no lifetime or binding") : 0;
}

/* What an account lacks says its option. */
static int
set_account(struct sh *sh, const char *path,
    const struct dmsc_lwm2m_account *o)
{
	struct dmsc_lwm2m_list *l = NULL;
	size_t i;
	int r = dmsc_lwm2m_set(sh_session(sh), path, o);

	if (r == DMSC_E_USAGE && o->uri == NULL)
		dmsc_err_next(sh_err(sh), "lwm2m set --uri URI %s", path);
	else if (r == DMSC_E_USAGE && !o->bootstrap && o->id == 0)
		dmsc_err_next(sh_err(sh), "lwm2m set --id N %s", path);
	else if (r == DMSC_E_USAGE && o->psk == NULL)
		dmsc_err_next(sh_err(sh), "lwm2m set --psk SOURCE %s", path);
	if (r != DMSC_E_OK || o->psk == NULL || dmsc_lwm2m_show(
	    sh_session(sh), path, &l) != DMSC_E_OK)
		return sh_fail(sh, r);
	for (i = 0; i < l->n_servers; i++)
		if (l->servers[i].key_bytes > 0 &&
		    l->servers[i].identity_bytes == 0)
			sh_warn(sh, "%s: account %s has a key without an "
			    "identity (--identity)", path,
			    l->servers[i].instance);
	dmsc_view_free(&dmsc_lwm2m_list_view, l);
	return 0;
}

static int
set_run(struct sh *sh, const struct sh_args *a)
{
	const char *source = sh_opt(a, "psk");
	struct dmsc_lwm2m_account o = { .uri = sh_opt(a, "uri"),
		.bootstrap = sh_has(a, "bootstrap"),
		.identity = sh_opt(a, "identity"),
		.nosec = sh_has(a, "nosec"), .binding = sh_opt(a, "binding") };
	struct dmsc_secret *psk = NULL;
	struct dmsc_buf *path = NULL;
	int status = numbers(sh, a, &o);

	if (status == 0)
		status = no_server(sh, &o);
	if (status == 0)
		status = sh_card_path(sh, a, 0, &path);
	if (status == 0 && source != NULL)
		status = sh_fail(sh, sh_secret(sh, strcmp(source, "prompt") ==
		    0 ? NULL : source, false, "pre-shared key (hex: or "
		    "ascii:)", &psk));
	o.psk = psk;
	if (status == 0)
		status = set_account(sh, dmsc_buf_cstr(path), &o);
	dmsc_secret_free(&psk);
	dmsc_buf_free(&path);
	return status;
}

static const char *const set_examples[] = {
	"lwm2m set --id 101 --lifetime 3600 /LwM2M",
	"lwm2m set --id 101 --identity opx --psk @scripts/demo/psk /LwM2M",
	"lwm2m set --uri coap://lwm2m.example --id 7 --nosec /Lab",
	NULL
};

const struct sh_cmd sh_cmd_lwm2m_set = {
	.name = "lwm2m set", .group = SH_G_EDIT, .danger = SH_EDIT,
	.synopsis = "PATH",
	.summary = "set a server account of a LwM2M document",
	.details = "The account is that of the bootstrap server with "
	    "--bootstrap, else the one with the short server identifier "
	    "--id, else the only one. Where there is none it is made, and so "
	    "is the document PATH. What no option names stays as it is.\n\n"
	    "An account is an instance of the Security object and, but for "
	    "a bootstrap server, one of the Server object.\n\nThe content of "
	    "a SOURCE is hex: and digits, or ascii: and text. A key never "
	    "stands on the line.",
	.opts = set_opts, .min_args = 1, .max_args = 1,
	.examples = set_examples, .see = "lwm2m show, set, import, commit",
	.complete = sh_complete_doc, .run = set_run,
};

static void
row_of_server(struct sh_table *t, const struct dmsc_lwm2m_server *s)
{
	char id[NUMBER_BYTES], key[2 * NUMBER_BYTES];
	const char *cells[] = { s->document, s->instance, s->uri,
		s->bootstrap ? "bootstrap" : id, key, s->lifetime,
		s->binding };

	(void)snprintf(id, sizeof id, s->id < 0 ? "-" : "%d", s->id);
	(void)snprintf(key, sizeof key, "%s", s->security == NULL ? "-" :
	    s->security);
	if (s->key_bytes > 0)
		(void)snprintf(key + strlen(key), NUMBER_BYTES,
		    ", %zu bytes", s->key_bytes);
	sh_table_row(t, cells);
}

static int
show_run(struct sh *sh, const struct sh_args *a)
{
	static const char *const heads[] = { "DOCUMENT", "ACCOUNT", "URI",
		"ID", "SECURITY", "LIFETIME", "BINDING" };
	struct dmsc_lwm2m_list *l = NULL;
	struct dmsc_buf *path = NULL;
	struct sh_table *t;
	size_t i;
	int r, status = sh_argc(a) == 0 ? sh_need_card(sh) :
	    sh_card_path(sh, a, 0, &path);

	if (status != 0)
		return status;
	r = dmsc_lwm2m_show(sh_session(sh), path == NULL ? NULL :
	    dmsc_buf_cstr(path), &l);
	dmsc_buf_free(&path);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_lwm2m_list_view, l);
	t = sh_table_new(SH_COUNT(heads), heads);
	for (i = 0; i < l->n_servers; i++)
		row_of_server(t, &l->servers[i]);
	sh_table_print(sh, &t);
	if (l->n_servers == 0)
		sh_warn(sh, "there is no LwM2M server account");
	return 0;
}

static const char *const show_examples[] = {
	"lwm2m show",
	"lwm2m show /LwM2M",
	NULL
};

const struct sh_cmd sh_cmd_lwm2m_show = {
	.name = "lwm2m show", .group = SH_G_BROWSE, .danger = SH_READ,
	.synopsis = "[PATH]",
	.summary = "show the server accounts of LwM2M documents",
	.details = "Of the document PATH, or of all. Keys and identities are "
	    "secret: only how many bytes they have is told.",
	.max_args = 1, .examples = show_examples,
	.see = "lwm2m set, tree, docs",
	.complete = sh_complete_doc, .run = show_run,
};
