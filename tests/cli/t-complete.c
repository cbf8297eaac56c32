/* shell/complete.c: what Tab offers, with and without a card. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "impl.h"
#include "tap.h"

/* offers: joined with blanks; NULL: nothing. card: only with one connected. */
static const struct {
	const char *name, *line, *offers;
	bool card;
} cases[] = {
	{ "a command", "disc", "disconnect discover", false },
	{ "a noun once", "pi", "pin", false },
	{ "its verbs", "pin v", "verify", false },
	{ "the second command of a chain", "pwd && pw", "pwd", false },
	{ "long options", "tree --de", "--depth --device", false },
	{ "an option's command is found", "tree --depth 2 --js", "--json",
	    false },
	{ "topics and commands", "help e",
	    "errors each edit events exit export", false },
	{ "nodes of the device", "device get ./DevI", "./DevInfo/", false },
	{ "and below one", "device tree ./DevInfo/D", "./DevInfo/DevId "
	    "./DevInfo/DmV", false },
	{ "from the device", "device copy ./DevD", "./DevDetail/", false },
	{ "PINs", "pin verify 8", "81 82", false },
	{ "files of the card", "file read EF.A", "EF.ARR", false },
	{ "files of an application", "file read ADF.PKCS15/EF.O",
	    "ADF.PKCS15/EF.ODF", false },
	{ "and of another", "file read ADF.USIM/EF.I", "ADF.USIM/EF.IMSI",
	    false },
	{ "sources of a secret", "pin verify 1 e", "env:", false },
	{ "a file of a secret", "pin verify 1 @/etc/hostnam", "@/etc/hostname",
	    false },
	{ "values of an option", "export --to tnds-", "tnds-wbxml", false },
	{ "models of readers", "lint --model an", "anjay android", false },
	{ "a file as an option's value", "set -F /etc/hostnam", "/etc/hostname",
	    false },
	{ "an option's value is no argument", "wait -t 5 rem", "remove",
	    false },
	{ "words of a choice", "wait i", "insert", false },
	{ "no path without a card", "ls /O", NULL, false },
	{ "nothing in an open quote before", "set 'a", NULL, false },
	{ "a document", "ls /O", "/OperatorX/", true },
	{ "all documents", "tree /", "/OperatorX/ /LwM2M/ /Mail/ /Personal/",
	    true },
	{ "a node", "cat /OperatorX/DMAcc/opx/Se",
	    "/OperatorX/DMAcc/opx/ServerID", true },
	{ "from the folder", "cat Oper", "OperatorX/", true },
	{ "a document as the only argument", "rmdoc P", "Personal/", true },
	{ "a private document is not opened", "ls /Personal/", NULL, true },
};

static void
offers(struct sh *sh, const char *line, char *out, size_t size)
{
	size_t from, i, n = 0;

	sh_completions(sh, line, strlen(line), &from);
	*out = '\0';
	for (i = 0; i < sh->n_offers && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s",
		    i > 0 ? " " : "", sh->offers[i]);
}

static void
run(struct sh *sh, bool card)
{
	char got[1024];
	size_t i, k;

	for (i = 0; i < SH_COUNT(cases); i++) {
		char *line = strdup(cases[i].line);

		if (cases[i].card == card) {
			offers(sh, line, got, sizeof got);
			if (!ok(strcmp(got, cases[i].offers != NULL ?
			    cases[i].offers : "") == 0, cases[i].name))
				printf("# got %s\n", got);
		}
		/* Every beginning must return. */
		for (k = strlen(line); k-- > 0;) {
			line[k] = '\0';
			offers(sh, line, got, sizeof got);
		}
		free(line);
	}
}

static void
test_fails_cleanly(struct sh *sh)
{
	size_t from;

	dmsc_fail(sh_err(sh), DMSC_E_SW, "kept");
	sh_completions(sh, "ls /Personal/", 13, &from);
	ok(sh_err(sh)->code == DMSC_E_SW &&
	    strcmp(sh_err(sh)->message, "kept") == 0,
	    "the record of the last command stays");
	ok(from == 3, "the word's beginning");
}

/* The id of the one commit; nothing once it is undone. */
static void
test_commits(struct sh *sh)
{
	struct sh_result r;
	char got[64];

	ok(setenv("KEY", "hex:4444444444444444", 1) == 0 &&
	    sh_run_quiet(sh, "pin verify adm1 env:KEY", &r) == 0 &&
	    sh_run_quiet(sh, "rmdoc /Mail && commit", &r) == 0, "a commit");
	offers(sh, "undo 2", got, sizeof got);
	ok(strstr(r.text, got) != NULL && strlen(got) > 16, "its id");
	ok(sh_run_quiet(sh, "undo", &r) == 0, "undo");
	offers(sh, "undo 2", got, sizeof got);
	ok(*got == '\0', "none is left");
}

int
main(void)
{
	static char folder[TAP_FOLDER];
	struct dmsc_setup setup = { .state_dir = folder };
	struct sh_options o = { .batch = true, .color = "never" };
	struct dmsc_session *s = NULL;
	struct sh *sh = NULL;
	struct sh_result r;
	char rm[TAP_FOLDER + 16];

	if (!tap_folder(folder) ||
	    dmsc_session_new(&setup, &s) != DMSC_E_OK ||
	    sh_new(s, &o, &sh) != DMSC_E_OK) {
		ok(false, "a shell");
		return tap_done();
	}
	run(sh, false);
	ok(sh_run_quiet(sh, "connect", &r) == 0, "connect");
	run(sh, true);
	test_fails_cleanly(sh);
	ok(sh_run_quiet(sh, "ls /", &r) == 0 && r.view == &dmsc_doc_list_view &&
	    strcmp(r.text, "OperatorX/\nLwM2M/\nMail/\nPersonal/\n") == 0 &&
	    r.err == NULL,
	    "a quiet result: data and text");
	ok(sh_run_quiet(sh, "cat /Personal/x", &r) == 7 && r.err != NULL &&
	    r.err->code == DMSC_E_AUTH && strcmp(r.cmd, "cat") == 0,
	    "a quiet failure keeps its record");
	ok(sh_run_quiet(sh, "cat 'x", &r) == 2 && r.err != NULL,
	    "a line that is none");
	test_commits(sh);
	sh_free(&sh);
	dmsc_session_free(&s);
	(void)snprintf(rm, sizeof rm, "rm -rf '%s'", folder);
	ok(system(rm) == 0, "the folder goes");
	return tap_done();
}
