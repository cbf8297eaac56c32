/* batch: many cards from a data file and a Lua job (lua/batch). */
#include "tools.h"

static int
in_lua(struct sh *sh, const struct sh_args *a, const char *name)
{
	const struct sh_lua_ops *ops = sh_lua_of(sh);

	if (ops == NULL)
		return sh_fail(sh, dmsc_fail(sh_err(sh),
		    DMSC_E_UNSUPPORTED, "Lua is not part of this program"));
	if (sh_lua_may(sh) != 0)
		return sh_lua_may(sh);
	return ops->module(sh, "dmsc.batch", name, a);
}

#define BATCH_OPTS \
	{ 0, "readers", "NAMES", "all, a pattern as 'ACS*', or sim:N for N " \
	    "simulated ones" }, \
	{ 0, "keys", "SOURCE", "where the job's keys come from" }, \
	{ 0, "golden", "FILE", "the picture that each card must show" }, \
	{ 0, "mask", "FILE", "what differs from card to card: names of the " \
	    "picture, * is anything" }, \
	{ 0, "model", "READER", "no card has an error for this reader " \
	    "(lint)" }, \
	{ 0, "first", "N:dump", "keep the pictures of the first N rows" }, \
	{ 0, "limit", "N", "stop after N cards" }, \
	{ 0, "stop-rejects", "N", "stop at N rejects in a row; 3 without " \
	    "it, 0 never" }, \
	{ 0, "min-yield", "P", "stop when fewer than P percent are good" }, \
	{ 0, "pull", "N:APDUS", "sim: each N-th card is pulled out at one " \
	    "of its first APDUs, by chance" }, \
	{ 0, "pace", "MS", "sim: each APDU takes so many milliseconds, as " \
	    "real cards do" }, \
	{ 0, NULL, NULL, NULL }

static const struct sh_opt run_opts[] = {
	{ 0, "out", "DIR", "the folder of the batch, which is made" },
	{ 0, "jobs", "URI", "the database of the rows; sqlite:DIR/state "
	    "without it" },
	{ 0, "silence", "SECONDS", "after which a station that is not heard "
	    "of loses its leases; 60 without it" },
	BATCH_OPTS
};

static const struct sh_opt check_opts[] = {
	{ 0, "keys", "SOURCE", "where the job's keys come from" },
	{ 0, "sample", "N", "try N rows on simulated cards; all without it" },
	{ 0, NULL, NULL, NULL }
};

static int
check_run(struct sh *sh, const struct sh_args *a)
{
	return in_lua(sh, a, "check");
}

const struct sh_cmd sh_cmd_batch_check = {
	.name = "batch check", .group = SH_G_CARD, .danger = SH_EDIT,
	.synopsis = "JOB.lua DATA.csv",
	.summary = "prove a data file and a job before the first card",
	.details = "Every row is read: its form, identifiers that stand "
	    "twice, check digits and check values. Then the job runs for "
	    "each row on a simulated card. What is wrong is told with line "
	    "and column, exit status 10.",
	.opts = check_opts, .min_args = 2, .max_args = 2,
	.see = "batch run", .complete = sh_complete_file, .run = check_run,
};

static int
run_run(struct sh *sh, const struct sh_args *a)
{
	return in_lua(sh, a, "run");
}

const struct sh_cmd sh_cmd_batch_run = {
	.name = "batch run", .group = SH_G_CARD, .danger = SH_TRY,
	.synopsis = "JOB.lua DATA.csv",
	.summary = "personalise a card for each row of a data file",
	.details = "Each reader is a process of its own. dmsc-batch(7) has "
	    "the whole method. Exit status 12 with rejects, 11 where rows "
	    "are open still.",
	.opts = run_opts, .min_args = 2, .max_args = 2,
	.see = "batch check, batch resume",
	.complete = sh_complete_file, .run = run_run,
};

static const struct sh_opt resume_opts[] = { BATCH_OPTS };

static int
resume_run(struct sh *sh, const struct sh_args *a)
{
	return in_lua(sh, a, "resume");
}

const struct sh_cmd sh_cmd_batch_resume = {
	.name = "batch resume", .group = SH_G_CARD, .danger = SH_TRY,
	.synopsis = "DIR",
	.summary = "go on with a batch that was stopped or cut",
	.details = "Cards that were cut are known by their chip, in any "
	    "reader. What was not proved to be done is asked of the card.",
	.opts = resume_opts, .min_args = 1, .max_args = 1,
	.see = "batch run",
	.complete = sh_complete_file, .run = resume_run,
};

static const struct sh_opt close_opts[] = {
	{ 0, "key", "SOURCE", "the private key that signs the books" },
	{ 0, "cert", "FILE", "its certificates" },
	{ 0, "transport", "SOURCE", "the AES key for secret columns of "
	    "out.csv" },
	{ 0, "open", NULL, "although rows are open" },
	{ 0, NULL, NULL, NULL }
};

static int
close_run(struct sh *sh, const struct sh_args *a)
{
	return in_lua(sh, a, "close");
}

const struct sh_cmd sh_cmd_batch_close = {
	.name = "batch close", .group = SH_G_CARD, .danger = SH_EDIT,
	.synopsis = "DIR",
	.summary = "balance and sign the books of a batch",
	.details = "Writes out.csv, rejects.csv, remake.csv, summary.json "
	    "and, with --key, audit.p7s. No row changes from then on. "
	    "Exit status 11 where rows are open.",
	.opts = close_opts, .min_args = 1, .max_args = 1,
	.see = "batch run, batch verify", .complete = sh_complete_file,
	.run = close_run,
};

static const struct sh_opt verify_opts[] = {
	{ 0, "ca", "FILE", "certificates that are trusted: the signature is "
	    "checked too" },
	{ 0, NULL, NULL, NULL }
};

static int
verify_run(struct sh *sh, const struct sh_args *a)
{
	return in_lua(sh, a, "verify");
}

const struct sh_cmd sh_cmd_batch_verify = {
	.name = "batch verify", .group = SH_G_CARD, .danger = SH_READ,
	.synopsis = "DIR",
	.summary = "prove that nobody has changed the books of a batch",
	.details = "Each line of audit.jsonl holds the hash of the one "
	    "before. Exit status 1 where one was changed.",
	.opts = verify_opts, .min_args = 1, .max_args = 1,
	.see = "batch close", .complete = sh_complete_file,
	.run = verify_run,
};

static const struct sh_opt each_opts[] = {
	{ 'c', "command", "LINE", "a line that is run; may be given several "
	    "times" },
	{ 0, "count", "N", "stop after N cards; without it at Ctrl-C" },
	{ 0, NULL, NULL, NULL }
};

static int
each_run(struct sh *sh, const struct sh_args *a)
{
	return in_lua(sh, a, "each");
}

static const char *const each_examples[] = {
	"each --count 1 -c 'cat /OperatorX/DMAcc/opx/ServerID'",
	NULL
};

const struct sh_cmd sh_cmd_each = {
	.name = "each", .group = SH_G_CARD, .danger = SH_WRITE,
	.synopsis = "-c LINE...",
	.summary = "run the same lines on card after card",
	.details = "Waits for a card in the reader, runs the lines until one "
	    "fails, prints how it went, and waits until the card is taken "
	    "out. The exit status is the first that is not 0. The embedded "
	    "card is one card.",
	.opts = each_opts, .max_args = 0, .examples = each_examples,
	.see = "batch run, wait", .run = each_run,
};
