/*
 * Next steps. At the prompt they are lines to type; in one-shot use rights
 * would end with the process, so that the whole line is given: the same call
 * again with --auth, or the program with the command named.
 */
#include "impl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static int
put_program(const struct sh *sh, struct dmsc_buf *out)
{
	return sh_quote(sh->o.program != NULL ? sh->o.program : "dmsc", out);
}

static int
put_option(struct dmsc_buf *out, const char *name, const char *value)
{
	int r = dmsc_buf_fmt(out, " %s ", name);

	return r == DMSC_E_OK ? sh_quote(value, out) : r;
}

static bool
is_auth_of(const char *auth, const char *which)
{
	size_t n = which != NULL ? strlen(which) : 0;

	return n > 0 && strncmp(auth, which, n) == 0 && (auth[n] == '=' ||
	    auth[n] == ':');
}

/* Else it is the value itself, which is not repeated. */
static bool
auth_has_source(const char *auth)
{
	const char *source = strchr(auth, '=');

	return source != NULL && sh_is_source(source + 1);
}

/* The program and its options: those that stood before the command where its
 * words are said again behind them, else all. without: the PIN or key that is
 * named anew, or NULL; "": no rights at all, for what must work where a right
 * was not had. */
static int
put_call(const struct sh *sh, const struct sh_call *c, bool again,
    const char *without, struct dmsc_buf *out)
{
	const struct sh_options *o = again ? &sh->o : &c->o;
	bool fresh = without != NULL && *without == '\0';
	unsigned i;
	int r = put_program(sh, out);

	if (r == DMSC_E_OK && o->reader != NULL)
		r = put_option(out, "-r", o->reader);
	if (r == DMSC_E_OK)
		r = dmsc_buf_fmt(out, "%s%s%s", o->json ? " --json" : "",
		    o->dry_run ? " --dry-run" : "",
		    o->spend_try && !fresh ? " --spend-try" : "");
	if (r == DMSC_E_OK && o->device != NULL)
		r = put_option(out, "--device", o->device);
	for (i = 0; !fresh && i < o->n_auth && r == DMSC_E_OK; i++)
		if (!is_auth_of(o->auth[i], without) &&
		    auth_has_source(o->auth[i]))
			r = put_option(out, "--auth", o->auth[i]);
	return r;
}

static int
put_words(const struct sh_call *c, struct dmsc_buf *out)
{
	int i, r = DMSC_E_OK;

	for (i = 0; i < c->argc && r == DMSC_E_OK; i++) {
		r = dmsc_buf_u8(out, ' ');
		if (r == DMSC_E_OK)
			r = sh_quote(i == 0 && c->instead != NULL ?
			    c->instead : c->argv[i], out);
	}
	return r;
}

/* The demo's file with the value of which, where the card is a demo card. */
static bool
demo_source(struct sh *sh, const char *which, char *out, size_t size)
{
	static const struct { const char *which, *file; } known[] = {
		{ "1", "pin1" }, { "81", "pin81" }, { "adm1", "adm1" },
		{ "scp", "scp-keys" }
	};
	char path[PATH_BYTES];
	size_t i;

	for (i = 0; i < SH_COUNT(known); i++) {
		if (strcmp(known[i].which, which) != 0)
			continue;
		(void)snprintf(out, size, "@scripts/demo/%s", known[i].file);
		return access(sh_ready(sh, out + 1, path, sizeof path),
		    R_OK) == 0;
	}
	return false;
}

/* Only these cards are known to be born with the demo's values. */
static bool
is_demo(struct sh *sh, const struct sh_call *c, const char *which)
{
	static const char *const born[] = { "locked", "dmsc", "demo",
		"field" };
	static const char sim[] = "sim:";
	size_t k, n = strcmp(which, "scp") == 0 ? 2 : SH_COUNT(born);
	struct dmsc_err kept = *sh_err(sh);
	struct dmsc_image_info *x = NULL;
	const char *r = c->o.reader;
	bool image = r != NULL && strncmp(r, sim, sizeof sim - 1) == 0;
	bool demo = false;

	if (r != NULL && !image && strcmp(r, "sim") != 0)
		return false;
	if (dmsc_card_show(sh->s, image ? r + sizeof sim - 1 : NULL, &x) ==
	    DMSC_E_OK && x->profile != NULL)
		for (k = 0; k < n; k++)
			demo = demo || strcmp(x->profile, born[k]) == 0;
	dmsc_view_free(&dmsc_image_info_view, x);
	*sh_err(sh) = kept;
	return demo;
}

/* The same call again, with the authentication that it lacked; spend: few
 * tries are left, so that the value is for the user to name. */
static int
put_auth(struct sh *sh, const struct sh_call *c, const char *which,
    bool spend, struct dmsc_buf *out)
{
	char source[PATH_BYTES];
	bool pin = c->cmd != NULL && c->cmd->group == SH_G_PIN &&
	    strcmp(which, "scp") != 0 &&
	    strncmp(c->cmd->name, "key ", 4) != 0;
	int r = put_call(sh, c, !pin, which, out);

	if (spend || !is_demo(sh, c, which) ||
	    !demo_source(sh, which, source, sizeof source))
		(void)snprintf(source, sizeof source, "@FILE");
	if (r == DMSC_E_OK && spend && !c->o.spend_try)
		r = dmsc_buf_str(out, " --spend-try");
	if (r == DMSC_E_OK)
		r = dmsc_buf_fmt(out, pin ? " pin verify %s " : " --auth %s=",
		    which);
	if (r == DMSC_E_OK)
		r = sh_quote(source, out);
	return r == DMSC_E_OK && !pin ? put_words(c, out) : r;
}

/* The same call again, as a DM server. */
static int
put_login(const struct sh *sh, const struct sh_call *c, struct dmsc_buf *out)
{
	int r = put_call(sh, c, true, "dm", out);

	if (r == DMSC_E_OK)
		r = dmsc_buf_str(out, " --auth dm:SERVERID=@FILE");
	return r == DMSC_E_OK ? put_words(c, out) : r;
}

/* "plan" for a line that begins with a command's name. */
static bool
names_command(const char *next)
{
	char name[64];
	size_t n = strcspn(next, " "), m;

	if (n == 0 || n >= sizeof name)
		return false;
	memcpy(name, next, n);
	name[n] = '\0';
	if (sh_find_cmd(name) != NULL)
		return true;
	m = next[n] == ' ' ? n + 1 + strcspn(next + n + 1, " ") : n;
	if (m >= sizeof name)
		return false;
	memcpy(name, next, m);
	name[m] = '\0';
	return sh_find_cmd(name) != NULL;
}

/* The same call, or at the prompt the same line, with one more option. */
static int
put_again(const struct sh *sh, const struct sh_call *c, const char *option,
    struct dmsc_buf *out)
{
	int i, r = DMSC_E_OK;

	if (c->o.one_shot)
		r = put_call(sh, c, true, NULL, out);
	for (i = 0; i < c->argc && r == DMSC_E_OK; i++) {
		if (i > 0 || out->len > 0)
			r = dmsc_buf_u8(out, ' ');
		if (r == DMSC_E_OK)
			r = sh_quote(c->argv[i], out);
	}
	return r == DMSC_E_OK ? dmsc_buf_fmt(out, " %s", option) : r;
}

static bool
needs_no_card(const char *next)
{
	static const char *const names[] = { "help", "readers", "doctor",
		"card new " };
	size_t i;

	for (i = 0; i < SH_COUNT(names); i++)
		if (strncmp(next, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* An edit that is a whole call wants to be kept. */
static bool
edits(const char *next)
{
	char name[32];
	const struct sh_cmd *c;

	(void)snprintf(name, sizeof name, "%.*s", (int)strcspn(next, " "),
	    next);
	return (c = sh_find_cmd(name)) != NULL && sh_edits(c) &&
	    strstr(next, "--commit") == NULL;
}

int
sh_next_line(struct sh *sh, const struct sh_call *c, const char *next,
    struct dmsc_buf *out)
{
	static const char verify[] = "pin verify ", open[] = "scp open";
	static const char login[] = "dm login ";
	static const char commit[] = "commit ";
	static const char same[] = "the same line with ";
	bool again = strncmp(next, same, sizeof same - 1) == 0;
	char which[32];
	size_t n = dmsc_err_next_len(next);
	bool secret;
	int r;

	if (again)
		next += sizeof same - 1;
	if (c->o.one_shot && c->cmd != NULL && sh_edits(c->cmd) &&
	    strncmp(next, commit, sizeof commit - 1) == 0)
		next += sizeof commit - 1;
	secret = c->argv != NULL && sh_words_secret((size_t)c->argc,
	    c->argv);
	again = again || strncmp(next, "--", 2) == 0;
	if (secret && again)
		return dmsc_buf_fmt(out, "%s%s", same, next);
	if (again && c->argc > 0)
		return put_again(sh, c, next, out);
	if (!c->o.one_shot && c->o.json)	/* the line alone */
		return dmsc_buf_put(out, dmsc_rd_of(next, n));
	if (!c->o.one_shot)
		return dmsc_buf_str(out, next);
	if (!secret && strncmp(next, verify, sizeof verify - 1) == 0) {
		(void)snprintf(which, sizeof which, "%.*s",
		    (int)strcspn(next + sizeof verify - 1, " "),
		    next + sizeof verify - 1);
		return put_auth(sh, c, which, strstr(next, " --spend-try") !=
		    NULL, out);
	}
	if (!secret && strncmp(next, open, sizeof open - 1) == 0 &&
	    c->cmd != NULL && strncmp(c->cmd->name, "scp", 3) != 0)
		return put_auth(sh, c, "scp", strstr(next, " --spend-try") !=
		    NULL, out);
	if (!secret && strncmp(next, login, sizeof login - 1) == 0 &&
	    c->cmd != NULL && strcmp(c->cmd->name, "dm login") != 0)
		return put_login(sh, c, out);
	if (!names_command(next))
		return dmsc_buf_str(out, next);
	r = needs_no_card(next) ? put_program(sh, out) : put_call(sh, c,
	    false, strncmp(next, "pin ", 4) == 0 ? "" : NULL, out);
	return r == DMSC_E_OK ? dmsc_buf_fmt(out, " %.*s%s", (int)n, next,
	    edits(next) ? " --commit" : "") : r;
}
