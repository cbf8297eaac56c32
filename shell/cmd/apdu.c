/* apdu and trace: the conversation with the card itself. */
#include <string.h>

#include "tools.h"

enum { APDU_MAX = 65544, HEADER = 4 };

static const struct sh_opt apdu_opts[] = {
	{ 0, "raw", NULL, "do not fetch what 61XX or 6CXX announces" },
	{ 0, NULL, NULL, NULL }
};

static int
command_of(struct sh *sh, const struct sh_args *a, struct dmsc_buf *cmd)
{
	int i, r = DMSC_E_OK;

	for (i = 0; i < sh_argc(a) && r == DMSC_E_OK; i++)
		r = dmsc_hex_get(sh_arg(a, i), cmd);
	if (r != DMSC_E_OK)
		return sh_usage(sh, "a command is whole bytes in hexadecimal "
		    "digits");
	if (cmd->len < HEADER)
		return sh_usage(sh, "a command has four bytes at least");
	return 0;
}

static int
transmit(struct sh *sh, struct dmsc_rd cmd, unsigned flags)
{
	struct dmsc_apdu *p = NULL;
	int r = dmsc_transmit(sh_session(sh), cmd, flags, &p);

	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_apdu_view, p);
	if (p->data != NULL && p->data->len > 0)
		sh_hexdump(sh, dmsc_buf_rd(p->data));
	sh_print(sh, "%s%04X%s %s\n", sh_style(sh, SH_BOLD), p->sw,
	    sh_style(sh, SH_PLAIN), p->text != NULL ? p->text : "");
	return 0;
}

static int
apdu_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_buf *cmd = dmsc_buf_new(APDU_MAX);
	unsigned flags = (sh_has(a, "raw") ? DMSC_APDU_RAW : 0U) |
	    (sh_options(sh)->spend_try ? DMSC_APDU_SPEND_TRY : 0U);
	int status = cmd == NULL ? sh_nomem(sh) : command_of(sh, a, cmd);

	if (status == 0 && sh_options(sh)->dry_run)
		sh_print(sh, "%zu bytes: nothing was sent\n", cmd->len);
	else if (status == 0 && (status = sh_need_card(sh)) == 0)
		status = transmit(sh, dmsc_buf_rd(cmd), flags);
	dmsc_buf_free(&cmd);
	return status;
}

static const char *const apdu_examples[] = {
	"apdu 00A40004023F00",
	"apdu 00 A4 00 04 02 2F E2 && apdu 00B000000A",
	NULL
};

const struct sh_cmd sh_cmd_apdu = {
	.name = "apdu", .group = SH_G_FILE, .danger = SH_WRITE,
	.synopsis = "HEX...",
	.summary = "send a command to the card as it is",
	.details = "The words are joined to one command. Any answer of the "
	    "card is a result, not an error. Commands that carry a PIN pass "
	    "the guard, and what dmsc knows of selections, channels and "
	    "rights is kept true. With -n nothing is sent.",
	.opts = apdu_opts, .min_args = 1, .max_args = -1,
	.examples = apdu_examples, .see = "trace, file read",
	.run = apdu_run,
};

static int
trace_run(struct sh *sh, const struct sh_args *a)
{
	const char *file = sh_arg(a, 0);
	int status = sh_need_card(sh);

	if (status != 0)
		return status;
	if (strcmp(file, "off") == 0)
		file = NULL;
	return sh_fail(sh, dmsc_trace(sh_session(sh), file));
}

static const char *const trace_examples[] = {
	"trace session.apdu && ls / && trace off",
	NULL
};

const struct sh_cmd sh_cmd_trace = {
	.name = "trace", .group = SH_G_FILE, .danger = SH_EDIT,
	.synopsis = "FILE | off",
	.summary = "write the conversation with the card to a file",
	.details = "Commands and answers with their time, from now on; off "
	    "ends it. Secrets are written as ** and match anything when the "
	    "file is replayed: PINs, values of secret nodes, private "
	    "documents.",
	.min_args = 1, .max_args = 1, .examples = trace_examples,
	.see = "apdu", .complete = sh_complete_file, .run = trace_run,
};
