/* dm: what the DM-SC application of the card says of itself, who speaks to
 * it, and messages of others. */
#include <string.h>

#include "cmd/dm.h"
#include "tools.h"

enum { URI_BYTES = 65536, VALUE_WIDTH = 60, NUMBER = 24 };

int
sh_dm_uri(struct sh *sh, const char *uri, const char *what,
    const char *value, struct dmsc_buf **out)
{
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (value != NULL && strchr(uri, '?') != NULL)
		return sh_usage(sh, "'%s' asks for something already", uri);
	if ((*out = dmsc_buf_new(URI_BYTES)) != NULL)
		r = value == NULL ? dmsc_buf_str(*out, uri) :
		    dmsc_buf_fmt(*out, "%s?%s=%s", uri, what, value);
	if (r == DMSC_E_OK)
		return 0;
	dmsc_buf_free(out);
	return r == DMSC_E_LIMIT ? sh_usage(sh, "the URI is too long") :
	    sh_nomem(sh);
}

void
sh_dm_print_statuses(struct sh *sh, const struct dmsc_dm_answer *x, bool all)
{
	size_t i;

	for (i = 0; i < x->n_statuses; i++) {
		const struct dmsc_dm_status *s = &x->statuses[i];
		bool good = s->status >= 200 && s->status < 300;

		if (all || good)
			sh_print(sh, "%s%s%s: %s%s%s (%u)\n", s->command,
			    s->uri != NULL ? " " : "",
			    s->uri != NULL ? s->uri : "",
			    sh_style(sh, good ? SH_PLAIN : SH_RED), s->text,
			    sh_style(sh, SH_PLAIN), s->status);
	}
}

void
sh_dm_print_results(struct sh *sh, const struct dmsc_dm_answer *x)
{
	static const char *const heads[] = { "URI", "FORMAT", "VALUE" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	char text[VALUE_WIDTH];
	size_t i;

	for (i = 0; i < x->n_results; i++) {
		const struct dmsc_dm_result *r = &x->results[i];
		const char *format = r->format != NULL ? r->format : "chr";
		bool node = strcmp(format, "node") == 0;
		const char *cells[] = { r->uri, format, r->value != NULL ?
			sh_value_of(r->secret, dmsc_buf_rd(r->value), text,
			sizeof text) : node && r->type != NULL ? r->type :
			"" };

		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

static int
state_data(struct sh *sh, struct dmsc_dm_state *x)
{
	char n[NUMBER], space[2 * NUMBER];

	sh_data(sh, &dmsc_dm_state_view, x);
	sh_kv(sh, "application", x->aid);
	sh_kv(sh, "version", x->version);
	sh_kv(sh, "to read", x->to_read);
	sh_kv(sh, "to write", x->to_write);
	sh_kv(sh, "personal", x->to_personal);
	(void)snprintf(n, sizeof n, "%zu bytes", x->max_message);
	sh_kv(sh, "a message", n);
	(void)snprintf(n, sizeof n, "%zu bytes", x->max_object);
	sh_kv(sh, "a value", n);
	sh_kv(sh, "known as", x->server != NULL ? x->server : x->as);
	if (!x->authenticated)
		return 0;
	(void)snprintf(n, sizeof n, "%d", x->counter);
	sh_kv(sh, "changes", n);
	(void)snprintf(space, sizeof space, "%d of %d bytes", x->free_bytes,
	    x->total);
	sh_kv(sh, "free", space);
	sh_kv(sh, "for the device", x->waits ? "commands wait" : NULL);
	return 0;
}

static int
state_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_dm_state *x = NULL;
	int status;

	(void)a;
	if ((status = sh_need_card(sh)) != 0 || (status = sh_fail(sh,
	    dmsc_dm_state(sh_session(sh), &x))) != 0)
		return status;
	return state_data(sh, x);
}

static const char *const state_examples[] = {
	SH_DM_CARD "dm state",
	NULL
};

const struct sh_cmd sh_cmd_dm_state = {
	.name = "dm state", .group = SH_G_DM, .danger = SH_READ,
	.summary = "show what the card's DM-SC application says of itself",
	.details = "Before authentication: how it wants to know who speaks "
	    "(scp03: a secure channel; adm: an administrative key; md5, mac: "
	    "dm login), and how large messages and values may be. After it: "
	    "as whom the card knows the session, its counter of changes and "
	    "the bytes that are free. The counter grows with every change of "
	    "the card's tree and of the documents.\n\nThe card keeps a tree of "
	    "its own, which is /card for all commands that browse and edit; "
	    "the dm commands send single DM commands to it, which act at "
	    "once.",
	.max_args = 0, .examples = state_examples,
	.see = "dm get, dm login, scp open, ls", .run = state_run,
};

static const struct sh_opt login_opts[] = {
	{ 'm', "method", "NAME", "md5 or mac; without it, the best that the "
	    "card accepts" },
	{ 0, "name", "NAME", "the name that goes with the password; without "
	    "it, SERVERID" },
	{ 0, NULL, NULL, NULL }
};

static int
login(struct sh *sh, const struct sh_args *a)
{
	const char *source = sh_arg(a, 1);
	struct dmsc_dm_login o = { .server = sh_arg(a, 0),
		.name = sh_opt(a, "name"), .method = sh_opt(a, "method") };
	struct dmsc_secret *password = NULL;
	struct dmsc_dm_state *x = NULL;
	int r;

	if ((r = sh_secret(sh, source, true, "password", &password)) ==
	    DMSC_E_OK && sh_options(sh)->dry_run) {
		sh_print(sh, "nothing was sent\n");
		dmsc_secret_free(&password);
		return 0;
	}
	o.password = password;
	if (r == DMSC_E_OK)
		r = dmsc_dm_login(sh_session(sh), &o, &x);
	dmsc_secret_free(&password);
	return r == DMSC_E_OK ? state_data(sh, x) : sh_fail(sh, r);
}

static int
login_run(struct sh *sh, const struct sh_args *a)
{
	const char *method = sh_opt(a, "method");
	int status;

	if (method != NULL && strcmp(method, "md5") != 0 &&
	    strcmp(method, "mac") != 0)
		return sh_usage(sh, "--method is md5 or mac");
	if (sh_arg(a, 1) != NULL && (status = sh_fail(sh,
	    sh_pin_source(sh, sh_arg(a, 1), "dm login", sh_arg(a, 0)))) != 0)
		return status;
	return (status = sh_need_card(sh)) != 0 ? status : login(sh, a);
}

static const char *const login_examples[] = {
	"card new --force --profile dmsc k.img && connect sim:k.img && "
	    "dm login ma.example @scripts/demo/ma-password && "
	    "dm get ./Group/Fleet/Tracking/Interval",
	NULL
};

const struct sh_cmd sh_cmd_dm_login = {
	.name = "dm login", .group = SH_G_DM, .danger = SH_TRY,
	.synopsis = "SERVERID [SOURCE]",
	.summary = "speak to the card as a DM server, by its password",
	.details = "The card knows the server by an account below ./DMAcc. "
	    "The password never goes over: syncml:auth-md5 and auth-MAC "
	    "prove it over a nonce of the card. From then on the dm commands "
	    "and /card are under the rights (ACL) of SERVERID, until a reset "
	    "or the end of the session.\n\nSOURCE is @FILE, env:NAME, fd:N "
	    "or another provider of dmsc-keys(7); its content is ascii: and "
	    "the password, or hex: and its bytes. Without it the terminal is "
	    "asked.",
	.opts = login_opts, .min_args = 1, .max_args = 2,
	.examples = login_examples, .see = "dm state, scp open, acl",
	.run = login_run,
};

static int
send_bytes(struct sh *sh, const char *file, struct dmsc_rd message)
{
	struct dmsc_dm_answer *x = NULL;
	size_t i;
	int r = dmsc_dm_send(sh_session(sh), message, &x);

	if (x == NULL && r == DMSC_E_DATA && sh_err(sh)->where[0] == '\0')
		(void)dmsc_err_where(sh_err(sh), "%s", file);
	if (x == NULL)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_dm_answer_view, x);
	sh_dm_print_statuses(sh, x, true);
	sh_dm_print_results(sh, x);
	for (i = 0; i < x->n_alerts; i++)
		sh_print(sh, "Alert %u%s%s\n", x->alerts[i].code,
		    x->alerts[i].uri != NULL ? " " : "",
		    x->alerts[i].uri != NULL ? x->alerts[i].uri : "");
	return sh_fail(sh, r);
}

static int
send_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *b = NULL;
	int status = sh_need_card(sh);

	if (status == 0)
		status = sh_fail(sh, sh_slurp(sh, sh_arg(a, 0), &b));
	if (status == 0 && sh_options(sh)->dry_run)
		sh_print(sh, "nothing was sent\n");
	else if (status == 0)
		status = send_bytes(sh, sh_arg(a, 0), dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return status;
}

static const char *const send_examples[] = {
	SH_DM_CARD "dm send scripts/demo/group-mail.xml && tree /card/Group",
	NULL
};

const struct sh_cmd sh_cmd_dm_send = {
	.name = "dm send", .group = SH_G_DM, .danger = SH_WRITE,
	.synopsis = "FILE",
	.summary = "send a DM message to the card as it is",
	.details = "FILE is a SyncML DM message, XML or WBXML; - is standard "
	    "input. It goes out unchanged, header and credential too. What "
	    "the card answers to each command is shown, and the exit status "
	    "is that of the first that it did not do. In an Atomic the card "
	    "does all commands or none.",
	.min_args = 1, .max_args = 1, .examples = send_examples,
	.see = "dm get, dm add, convert, tree",
	.complete = sh_complete_file, .run = send_run,
};
