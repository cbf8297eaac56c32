/* connect, disconnect, reset, wait: the card in a reader. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

/* Data is the same whatever reader the card is in. */
static const struct dmsc_field connected_fields[] = {
	DMSC_F(dmsc_connection, atr, DMSC_K_STR),
	DMSC_F(dmsc_connection, protocol, DMSC_K_STR),
	DMSC_F(dmsc_connection, identity, DMSC_K_STR),
	DMSC_F(dmsc_connection, shared, DMSC_K_BOOL),
	DMSC_F_END
};
static const struct dmsc_view connected_view = { "connected",
	sizeof(struct dmsc_connection), connected_fields };

/* What is connected, as the result. */
static int
show_connection(struct sh *sh)
{
	struct dmsc_connection *c = NULL;
	int r = dmsc_connection(sh_session(sh), &c);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_print(sh, "%s%s%s", c->reader != NULL ? c->reader : "card",
	    c->protocol != NULL ? ", " : "",
	    c->protocol != NULL ? c->protocol : "");
	if (c->identity != NULL)
		sh_print(sh, ", %s", c->identity);
	sh_print(sh, "\n");
	free(c->reader);
	free(c->kind);
	c->reader = c->kind = NULL;
	sh_data(sh, &connected_view, c);
	return 0;
}

static int
connect_run(struct sh *sh, const struct sh_args *a)
{
	const char *reader = sh_arg(a, 0);
	int status;

	if (reader != NULL && dmsc_connected(sh_session(sh)) &&
	    dmsc_dirty(sh_session(sh))) {
		dmsc_fail(sh_err(sh), DMSC_E_DROPPED,
		    "the changes of the working copy would be lost");
		dmsc_err_next(sh_err(sh), "commit");
		dmsc_err_next(sh_err(sh), "revert");
		return sh_fail(sh, DMSC_E_DROPPED);
	}
	if (reader == NULL)
		reader = sh_options(sh)->reader;
	if ((status = sh_connect(sh, reader)) == 0 && sh_arg(a, 0) != NULL)
		status = sh_fail(sh, sh_set_reader(sh, reader));
	return status != 0 ? status : show_connection(sh);
}

static const char *const connect_examples[] = { "connect", "connect sim",
	NULL };

const struct sh_cmd sh_cmd_connect = {
	.name = "connect", .group = SH_G_READER, .danger = SH_READ,
	.synopsis = "[READER]",
	.summary = "connect to the card in a reader",
	.details = "READER is a name or a part of one, a number of readers, "
	    "an ICCID, sim or sim:IMAGE; without it, what -r named. Rights "
	    "gained on the card end; the working copy stays where the card "
	    "still holds what it was made from. Commands connect by "
	    "themselves when nothing is.",
	.max_args = 1, .examples = connect_examples,
	.see = "readers, disconnect, reset, info",
	.complete = sh_complete_reader, .run = connect_run,
};

static int
disconnect_run(struct sh *sh, const struct sh_args *a)
{
	(void)a;
	if (dmsc_connected(sh_session(sh)) && dmsc_dirty(sh_session(sh))) {
		dmsc_fail(sh_err(sh), DMSC_E_DROPPED,
		    "the changes of the working copy would be lost");
		dmsc_err_next(sh_err(sh), "commit");
		dmsc_err_next(sh_err(sh), "revert");
		return sh_fail(sh, DMSC_E_DROPPED);
	}
	dmsc_disconnect(sh_session(sh));
	return sh_fail(sh, sh_set_cwd(sh, "/"));
}

static const char *const disconnect_examples[] = { "disconnect", NULL };

const struct sh_cmd sh_cmd_disconnect = {
	.name = "disconnect", .group = SH_G_READER, .danger = SH_READ,
	.summary = "end the connection to the card",
	.details = "Channels are closed, and the card is reset where a right "
	    "was gained, so that nobody finds it open.",
	.max_args = 0, .examples = disconnect_examples,
	.see = "connect, reset", .run = disconnect_run,
};

static const struct sh_opt reset_opts[] = {
	{ 0, "cold", NULL, "cut the power, not only the reset line" },
	{ 0, NULL, NULL, NULL }
};

static int
reset_run(struct sh *sh, const struct sh_args *a)
{
	int status = sh_need_card(sh);

	if (status == 0)
		status = sh_fail(sh, dmsc_reset(sh_session(sh),
		    sh_has(a, "cold")));
	return status != 0 ? status : show_connection(sh);
}

static const char *const reset_examples[] = { "reset", "reset --cold", NULL };

const struct sh_cmd sh_cmd_reset = {
	.name = "reset", .group = SH_G_READER, .danger = SH_READ,
	.summary = "reset the card",
	.details = "All rights gained end. The working copy stays.",
	.opts = reset_opts, .max_args = 0, .examples = reset_examples,
	.see = "connect, pin status", .run = reset_run,
};

static const struct sh_opt wait_opts[] = {
	{ 't', "timeout", "SECONDS", "give up after this time" },
	{ 0, NULL, NULL, NULL }
};

/* The reader is connected, but its card is gone. */
static bool
is_gone(struct sh *sh)
{
	struct dmsc_connection *c = NULL;
	int r;

	if (!dmsc_connected(sh_session(sh)))
		return false;
	r = dmsc_connection(sh_session(sh), &c);
	dmsc_view_free(&dmsc_connection_view, c);
	return r == DMSC_E_REMOVED || r == DMSC_E_NOCARD;
}

static int
wait_insert(struct sh *sh, unsigned ms)
{
	int status;

	if (is_gone(sh)) {
		status = sh_fail(sh, dmsc_wait(sh_session(sh), true, ms));
		if (status == 0)
			status = sh_fail(sh, dmsc_reset(sh_session(sh),
			    false));
		return status != 0 ? status : show_connection(sh);
	}
	status = sh_need_card(sh);
	if (status == dmsc_e_exit(DMSC_E_NOCARD) &&
	    (sh_err(sh)->code == DMSC_E_NOCARD ||
	    sh_err(sh)->code == DMSC_E_REMOVED)) {
		dmsc_err_clear(sh_err(sh));
		status = sh_fail(sh, dmsc_wait(sh_session(sh), true, ms));
		if (status == 0)
			status = sh_need_card(sh);
	}
	return status != 0 ? status : show_connection(sh);
}

static int
wait_run(struct sh *sh, const struct sh_args *a)
{
	const char *timeout = sh_opt(a, "timeout");
	unsigned long s = UINT_MAX / 1000;

	if (timeout != NULL && !sh_num(timeout, UINT_MAX / 1000, &s))
		return sh_usage(sh, "'%s' is no number of seconds", timeout);
	if (strcmp(sh_arg(a, 0), "insert") == 0)
		return wait_insert(sh, (unsigned)s * 1000);
	if (strcmp(sh_arg(a, 0), "remove") == 0)
		return sh_fail(sh, dmsc_wait(sh_session(sh), false,
		    (unsigned)s * 1000));
	return sh_usage(sh, "wait for insert or remove, not '%s'",
	    sh_arg(a, 0));
}

static void
wait_complete(struct sh *sh, int arg, const char *word)
{
	static const char *const words[] = { "insert", "remove", NULL };

	if (arg == 0)
		sh_offer_list(sh, words, word);
}

static const char *const wait_examples[] = {
	"wait insert",
	"wait --timeout 10 insert",
	NULL
};

const struct sh_cmd sh_cmd_wait = {
	.name = "wait", .group = SH_G_READER, .danger = SH_READ,
	.synopsis = "insert | remove",
	.summary = "wait until a card is put in or taken out",
	.details = "After insert the card is connected. Ctrl-C ends the "
	    "wait; a timeout is exit status 4.",
	.opts = wait_opts, .min_args = 1, .max_args = 1,
	.examples = wait_examples, .see = "readers, connect",
	.complete = wait_complete, .run = wait_run,
};
