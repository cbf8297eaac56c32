/* The card of the session: connecting, --auth, and paths on it. */
#include "impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 65536, WHICH_BYTES = 32 };

static const char channel[] = "scp=", login[] = "dm:";

/* "scp=SOURCE": the keys of a secure channel. */
static bool
is_channel(const char *auth)
{
	return strncmp(auth, channel, sizeof channel - 1) == 0;
}

/* "dm:SERVERID=SOURCE": the password of a DM server. */
static bool
is_login(const char *auth)
{
	return strncmp(auth, login, sizeof login - 1) == 0;
}

/* The reference of WHICH=SOURCE. */
static int
auth_ref(struct sh *sh, const char *auth, unsigned *ref)
{
	const char *eq = strchr(auth, '=');
	char which[WHICH_BYTES];

	*ref = 0;
	if (is_channel(auth))
		return sh_pin_source(sh, eq + 1, "scp", "open");
	if (is_login(auth))
		return sh_pin_source(sh, eq + 1, "dm", "login");
	(void)snprintf(which, sizeof which, "%.*s", (int)(eq - auth), auth);
	if (dmsc_pin_ref(which, ref) == DMSC_E_OK)
		return sh_pin_source(sh, eq + 1, "pin verify", which);
	/* It may be a value, typed for its name: it is not repeated. */
	dmsc_fail(sh_err(sh), DMSC_E_USAGE, "--auth names no PIN or key");
	return dmsc_err_next(sh_err(sh), "help pin verify");
}

/* Key-ENC, Key-MAC and Key-DEK where scp= is given three times, else one
 * source for all; the first of them opens. */
static int
open_channel(struct sh *sh)
{
	const struct sh_options *opts = sh_options(sh);
	struct dmsc_scp_opts o = { .level = DMSC_SCP_BEST,
	    .spend_try = opts->spend_try };
	struct dmsc_scp_info *info = NULL;
	unsigned i, n = 0;
	int r = DMSC_E_OK;

	for (i = 0; i < opts->n_auth && r == DMSC_E_OK; i++)
		if (is_channel(opts->auth[i]) && n < DMSC_SCP_SOURCES) {
			r = sh_key(sh, opts->auth[i] + sizeof channel - 1,
			    "", &o.from[n]);
			n++;
		}
	if (r == DMSC_E_OK)
		r = dmsc_scp_open(sh->s, &o, &info);
	for (i = 0; i < n; i++)
		dmsc_key_free(&o.from[i]);
	dmsc_view_free(&dmsc_scp_info_view, info);
	return r;
}

/* Before a card is touched: each names something, and a channel has one
 * source or three. */
static int
check_auths(struct sh *sh)
{
	const struct sh_options *o = sh_options(sh);
	unsigned i, ref, channels = 0;
	int r = DMSC_E_OK;

	for (i = 0; i < o->n_auth && r == DMSC_E_OK; i++) {
		r = auth_ref(sh, o->auth[i], &ref);
		channels += is_channel(o->auth[i]);
	}
	if (r != DMSC_E_OK || channels <= 1 || channels == DMSC_SCP_SOURCES)
		return r;
	(void)dmsc_fail(sh_err(sh), DMSC_E_USAGE, "--auth scp= is given %u "
	    "times", channels);
	return dmsc_err_why(sh_err(sh), "once, or three times for Key-ENC, "
	    "Key-MAC and Key-DEK each");
}

static int
log_in(struct sh *sh, const char *auth, const struct dmsc_secret *password)
{
	const char *server = auth + sizeof login - 1;
	char *name = strndup(server, (size_t)(strchr(server, '=') - server));
	const struct dmsc_dm_login o = { .server = name,
		.password = password };
	struct dmsc_dm_state *x = NULL;
	int r = name == NULL ? dmsc_fail(sh_err(sh), DMSC_E_NOMEM,
	    "out of memory") : dmsc_dm_login(sh->s, &o, &x);

	dmsc_view_free(&dmsc_dm_state_view, x);
	free(name);
	return r;
}

/* One WHICH=SOURCE. */
static int
authenticate(struct sh *sh, const char *auth)
{
	const char *eq = strchr(auth, '=');
	struct dmsc_secret *value = NULL;
	unsigned ref;
	int r = auth_ref(sh, auth, &ref);

	if (r == DMSC_E_OK && is_channel(auth))
		return open_channel(sh);
	if (r == DMSC_E_OK &&
	    (r = sh_secret(sh, eq + 1, true, "", &value)) == DMSC_E_OK)
		r = is_login(auth) ? log_in(sh, auth, value) :
		    dmsc_pin_run(sh->s, DMSC_PIN_VERIFY, ref, value, NULL,
		    sh_options(sh)->spend_try);
	dmsc_secret_free(&value);
	return r;
}

const char *
sh_identity(struct sh *sh)
{
	struct dmsc_err kept = *sh_err(sh);
	struct dmsc_connection *c = NULL;

	if (!dmsc_connected(sh->s))
		return NULL;
	if (sh->identity == NULL &&
	    dmsc_connection(sh->s, &c) == DMSC_E_OK && c->identity != NULL)
		sh->identity = strdup(c->identity);
	dmsc_view_free(&dmsc_connection_view, c);
	*sh_err(sh) = kept;	/* the command's record is the one to tell */
	return sh->identity;
}

int
sh_connect(struct sh *sh, const char *reader)
{
	const struct sh_options *o = sh_options(sh);
	bool channel_open = false;
	unsigned i;
	int r = check_auths(sh);

	if (r == DMSC_E_OK && o->trace != NULL && !sh->traced)
		r = dmsc_trace(sh->s, o->trace);
	sh->traced = sh->traced || (o->trace != NULL && r == DMSC_E_OK);
	free(sh->identity);
	sh->identity = NULL;
	if (r == DMSC_E_OK)
		r = dmsc_connect(sh->s, reader);
	/* Now, not between two commands of the user's own. */
	if (r == DMSC_E_OK && o->json)
		(void)sh_identity(sh);
	if (r == DMSC_E_OK)
		r = sh_set_cwd(sh, "/");
	for (i = 0; i < o->n_auth && r == DMSC_E_OK; i++) {
		if (is_channel(o->auth[i]) && channel_open)
			continue;
		r = authenticate(sh, o->auth[i]);
		channel_open = channel_open || is_channel(o->auth[i]);
	}
	return sh_fail(sh, r);
}

int
sh_need_card(struct sh *sh)
{
	if (dmsc_connected(sh->s))
		return 0;
	return sh_connect(sh, sh_options(sh)->reader);
}

int
sh_need_simulated(struct sh *sh)
{
	if (!dmsc_connected(sh->s) &&
	    dmsc_served(sh->s, sh_options(sh)->reader))
		return 0;
	return sh_need_card(sh);
}

/* Appends the segments of path to out, "." and ".." resolved. */
static int
append(struct dmsc_buf *out, const char *path)
{
	int r = DMSC_E_OK;

	while (*path != '\0' && r == DMSC_E_OK) {
		size_t n = strcspn(path, "/");

		if (n == 2 && memcmp(path, "..", 2) == 0) {
			while (out->len > 0 && out->p[out->len - 1] != '/')
				dmsc_buf_truncate(out, out->len - 1);
			if (out->len > 0)
				dmsc_buf_truncate(out, out->len - 1);
		} else if (n > 0 && !(n == 1 && *path == '.')) {
			r = dmsc_buf_u8(out, '/');
			if (r == DMSC_E_OK)
				r = dmsc_buf_put(out, dmsc_rd_of(path, n));
		}
		path += n + (path[n] == '/');
	}
	return r;
}

int
sh_path(struct sh *sh, const char *path, struct dmsc_buf *out)
{
	static const char prefix[] = "card:";
	int r = DMSC_E_OK;

	dmsc_buf_reset(out);
	if (strncmp(path, prefix, sizeof prefix - 1) == 0)
		path += sizeof prefix - 1;
	if (*path != '/')
		r = append(out, sh_cwd(sh));
	if (r == DMSC_E_OK)
		r = append(out, path);
	if (r == DMSC_E_OK && out->len == 0)
		r = dmsc_buf_u8(out, '/');
	return r;
}

int
sh_card_path(struct sh *sh, const struct sh_args *a, int i,
    struct dmsc_buf **out)
{
	const char *arg = sh_arg(a, i);
	int r, status;

	*out = NULL;
	if (arg != NULL && strncmp(arg, "file:", strlen("file:")) == 0)
		return sh_usage(sh, "a path on the card is meant, not '%s'",
		    arg);
	if ((status = sh_need_card(sh)) != 0)
		return status;
	if ((*out = dmsc_buf_new(PATH_BYTES)) == NULL)
		return sh_nomem(sh);
	if ((r = sh_path(sh, arg != NULL ? arg : ".", *out)) == DMSC_E_OK)
		return 0;
	dmsc_buf_free(out);
	return r == DMSC_E_LIMIT ? sh_usage(sh, "a path has %d bytes at most",
	    PATH_BYTES) : sh_nomem(sh);
}

/* Whether path names something on the card; the record stays clean. */
static bool
on_card(struct sh *sh, const char *path)
{
	const struct dmsc_tree *tree;
	const struct dmsc_node *node;
	bool there = sh_need_card(sh) == 0 &&
	    dmsc_at(sh->s, path, &tree, &node) == DMSC_E_OK;

	dmsc_err_clear(sh_err(sh));
	return there;
}

int
sh_operand(struct sh *sh, const char *arg, struct sh_operand *out)
{
	static const char file[] = "file:", card[] = "card:";
	bool said = strncmp(arg, card, sizeof card - 1) == 0;
	int r = DMSC_E_NOMEM;

	out->is_file = !said && strncmp(arg, file, sizeof file - 1) == 0;
	if ((out->path = dmsc_buf_new(PATH_BYTES)) == NULL)
		return dmsc_fail(sh_err(sh), r, "out of memory");
	if (out->is_file)
		r = dmsc_buf_str(out->path, arg + sizeof file - 1);
	else if ((r = sh_path(sh, arg, out->path)) == DMSC_E_OK && !said &&
	    (strcmp(arg, "-") == 0 || access(arg, F_OK) == 0)) {
		if (on_card(sh, dmsc_buf_cstr(out->path))) {
			sh_operand_free(out);
			dmsc_fail(sh_err(sh), DMSC_E_USAGE,
			    "both a file and a document");
			dmsc_err_where(sh_err(sh), "%s", arg);
			return dmsc_err_next(sh_err(sh),
			    "say card:%s or file:%s", arg, arg);
		}
		out->is_file = true;
		dmsc_buf_reset(out->path);
		r = dmsc_buf_str(out->path, arg);
	}
	if (r != DMSC_E_OK) {
		sh_operand_free(out);
		return dmsc_fail(sh_err(sh), r, "%s", dmsc_e_text(r));
	}
	return DMSC_E_OK;
}

void
sh_operand_free(struct sh_operand *o)
{
	dmsc_buf_free(&o->path);
}

bool
sh_settle(struct sh *sh)
{
	struct sh_call call = { .o = sh->o };
	struct dmsc_commit *done = NULL;
	bool yes = false;
	int r;

	if (!dmsc_connected(sh->s) || !dmsc_dirty(sh->s) ||
	    sh_ask(sh, "The working copy has changes. Commit them to the "
	    "card?", &yes) != DMSC_E_OK)
		return true;
	r = yes ? dmsc_commit(sh->s, false, &done) : dmsc_revert(sh->s, "/");
	dmsc_view_free(&dmsc_commit_view, done);
	if (r != DMSC_E_OK)
		sh_say_error(sh, &call, dmsc_e_exit(r));
	return r == DMSC_E_OK;
}

/* "/A, /B", whole names alone: "..." stands for the rest. */
static void
list_changed(const struct dmsc_doc_list *l, char *out, size_t size)
{
	static const char more[] = ", ...";
	size_t i, n = 0, len;

	for (i = 0; i < l->n_documents; i++) {
		const struct dmsc_doc *d = &l->documents[i];

		if (d->state == NULL || d->state[0] == '\0')
			continue;
		len = strlen(d->name) + strlen(", /");
		if (n + len + sizeof more > size) {
			(void)snprintf(out + n, size - n, "%s",
			    n > 0 ? more : more + 2);
			return;
		}
		n += (size_t)snprintf(out + n, size - n, "%s/%s",
		    n > 0 ? ", " : "", d->name);
	}
}

/* Names the documents whose changes end with the session. */
static void
say_dropped(struct sh *sh, struct dmsc_err *e)
{
	struct dmsc_err kept = *e;
	struct dmsc_doc_list *l = NULL;
	char names[DMSC_ERR_TEXT / 2] = "";

	if (dmsc_docs(sh->s, &l) == DMSC_E_OK)
		list_changed(l, names, sizeof names);
	dmsc_view_free(&dmsc_doc_list_view, l);
	*e = kept;
	if (names[0] != '\0')
		dmsc_err_where(e, "%s", names);
	dmsc_err_why(e, "the session ended without 'commit'");
}

int
sh_end(struct sh *sh)
{
	struct sh_call call = { .o = sh->o };
	struct dmsc_err *e = sh_err(sh);

	if (!dmsc_connected(sh->s) || !dmsc_dirty(sh->s))
		return 0;
	dmsc_fail(e, DMSC_E_DROPPED, "changes were dropped");
	say_dropped(sh, e);
	dmsc_err_next(e, "commit");
	sh_say_error(sh, &call, dmsc_e_exit(e->code));
	return dmsc_e_exit(e->code);
}
