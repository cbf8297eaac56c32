/* dmserver: a DM server for tests and demonstrations (lua/dmserver.lua). */
#include "tools.h"

static const struct sh_opt opts[] = {
	{ 0, "script", "FILE", "what the server does: accounts and a session "
	    "(Lua); needed" },
	{ 'p', "port", "N", "0 without it: one that is free" },
	{ 0, "address", "A", "where it listens; 127.0.0.1 without it" },
	{ 0, "cert", "FILE", "certificates in PEM: HTTPS" },
	{ 0, "key", "FILE", "the key of the first of them, in PEM" },
	{ 0, "xml", NULL, "speak XML whatever the device speaks" },
	{ 0, "once", NULL, "end with the first session" },
	{ 0, "for", "SECONDS", "end then, whatever goes on" },
	{ 0, "bad", "HOW", "misbehave: nonsense, much, late, wrong, forever, "
	    "busy, broken" },
	{ 0, "bad-after", "N", "behind N good answers" },
	{ 0, NULL, NULL, NULL }
};

static int
run(struct sh *sh, const struct sh_args *a)
{
	const struct sh_lua_ops *ops = sh_lua_of(sh);

	if (sh_opt(a, "script") == NULL)
		return sh_usage(sh, "--script FILE is needed");
	if (ops == NULL)
		return sh_fail(sh, dmsc_fail(sh_err(sh),
		    DMSC_E_UNSUPPORTED, "Lua is not part of this program"));
	if (sh_lua_may(sh) != 0)
		return sh_lua_may(sh);
	return ops->module(sh, "dmsc.dmserver", "run", a);
}

static const char *const examples[] = {
	"dmserver --script scripts/demo/dmserver.lua --for 1",
	"dmserver --script scripts/demo/dmserver.lua --bad busy --for 1",
	NULL
};

const struct sh_cmd sh_cmd_dmserver = {
	.name = "dmserver", .group = SH_G_DEVICE, .danger = SH_EDIT,
	.synopsis = "--script FILE",
	.summary = "serve DM over HTTP, for tests and demonstrations",
	.details = "A small OMA DM 1.2 server: FILE is Lua and returns a "
	    "table with accounts (of each device, the credentials that it "
	    "and the server show) and session, a function of one argument. "
	    "It runs once for each session and says the commands: s:get, "
	    "s:add, s:replace, s:delete, s:copy, s:exec, s:confirm and more; "
	    "each waits for the device's answer. dmsc-lua(3) has them "
	    "all. files, a table of paths and bytes, is what a GET brings: "
	    "packages for devices.\n\n"
	    "WBXML and XML; auth-basic, auth-md5 and auth-MAC both ways, "
	    "with challenges and nonces, which last as long as the server; "
	    "large objects; Generic Alerts. A message that comes twice gets "
	    "the same answer, and nothing is done twice.\n\n"
	    "What happens is told as lines of JSON on standard output (with "
	    "--json on standard error): listening, with its URL and process; "
	    "begun, message, command, result, alert, ended, refused. They "
	    "have no credentials; of a value the first 64 bytes, of a secret "
	    "or a document only the size. Requests that are no DM are "
	    "answered 400, 405 or 415.\n\n"
	    "It listens on this machine only unless --address says "
	    "otherwise. Ctrl-C ends it. With --once the exit status is 0 "
	    "where the session came to its end, else 1.\n\n"
	    "--bad is for tests of devices. nonsense: answers are no "
	    "messages; much: they are 8 MiB; late: they come after a minute "
	    "(bad_ms in FILE); wrong: the server shows another secret; "
	    "forever: the session never ends; busy: 503 with Retry-After; "
	    "broken: 500.",
	.opts = opts, .max_args = 0, .examples = examples,
	.see = "device server, device session", .run = run,
};
