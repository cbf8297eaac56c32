/* shell/written.c: lines with values for documents, and what the history
 * keeps of them before and after they have run. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "impl.h"
#include "tap.h"

/* without: no card; before: one whose documents were not looked at yet. */
static const struct {
	const char *line;
	enum sh_kept without, before, after;
} cases[] = {
#define NOT SH_KEPT_NOT
#define ASK SH_KEPT_UNKNOWN
#define YES SH_KEPT
	{ "ls /Personal", YES, YES, YES },
	{ "set /OperatorX/DMAcc/opx/ServerID v", ASK, ASK, YES },
	{ "add /OperatorX/DMAcc/opx/Ext/x v", ASK, ASK, YES },
	{ "set OperatorX/DMAcc/opx/ServerID v", ASK, ASK, YES },
	{ "set /Personal/GreatApp/User v", ASK, ASK, NOT },
	{ "set Personal/GreatApp/User v", ASK, ASK, NOT },
	{ "set card:/Personal/GreatApp/User v", ASK, ASK, NOT },
	{ "set '/Person%61l/GreatApp/User' v", ASK, ASK, NOT },
	{ "set /@4D12/GreatApp/User v", ASK, ASK, NOT },
	{ "set --hex 76 /Personal/GreatApp/User", ASK, ASK, NOT },
	{ "set /Personal/GreatApp/User -x 76", ASK, ASK, NOT },
	{ "set /Personal/GreatApp/User --hex=76", ASK, ASK, NOT },
	{ "set /Personal/GreatApp/User --file f", YES, YES, YES },
	{ "-q add --format chr /Personal/GreatApp/x v", ASK, ASK, NOT },
	{ "add /Personal/GreatApp/node", YES, YES, YES },
	{ "set /OperatorX/a v && set /Personal/a v", ASK, ASK, NOT },
	{ "set /Nobody/x v", ASK, ASK, ASK },
	{ "cd /Personal && set GreatApp/User v", NOT, NOT, NOT },
	{ "connect && set /OperatorX/DMAcc/opx/ServerID v", NOT, NOT, NOT },
	{ "dm get ./Personal", YES, YES, YES },
	{ "dm add ./Nobody/x v", ASK, ASK, ASK },
	{ "dm replace ./Nobody/x --hex 76", ASK, ASK, ASK },
	{ "dm exec ./Nobody v", ASK, ASK, ASK },
	{ "dm add ./Nobody", YES, YES, YES },
	{ "dm replace ./Nobody/x --file f", YES, YES, YES },
	{ "dm copy ./A ./B", YES, YES, YES },
	{ "set --no-such /OperatorX/a v", NOT, NOT, NOT },
	{ "set", YES, YES, YES },
	{ "set 'a", YES, YES, YES },
};

static void
run(struct sh *sh, size_t column)
{
	enum sh_kept want;
	size_t i;

	for (i = 0; i < SH_COUNT(cases); i++) {
		want = column == 0 ? cases[i].without : column == 1 ?
		    cases[i].before : cases[i].after;
		ok(sh_keep_written(sh, cases[i].line) == want,
		    cases[i].line);
	}
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

	if (!tap_folder(folder) ||
	    dmsc_session_new(&setup, &s) != DMSC_E_OK ||
	    sh_new(s, &o, &sh) != DMSC_E_OK) {
		ok(false, "a shell");
		return tap_done();
	}
	run(sh, 0);
	ok(sh_run_quiet(sh, "connect", &r) == 0, "connect");
	run(sh, 1);
	ok(sh_run_quiet(sh, "ls /", &r) == 0, "ls /");
	run(sh, 2);
	dmsc_fail(sh_err(sh), DMSC_E_SW, "kept");
	ok(sh_keep_written(sh, "set /Nobody/x v") == SH_KEPT_UNKNOWN &&
	    strcmp(sh_err(sh)->message, "kept") == 0,
	    "the record of the last command stays");
	ok(sh_run_quiet(sh, "mkdoc --private Mine", &r) == 0 &&
	    sh_keep_written(sh, "add /Mine/x v") == SH_KEPT_NOT &&
	    sh_run_quiet(sh, "mkdoc Ours", &r) == 0 &&
	    sh_keep_written(sh, "add /Ours/x v") == SH_KEPT &&
	    sh_run_quiet(sh, "revert /", &r) == 0, "documents that are new");
	ok(sh_run_quiet(sh, "cd /OperatorX", &r) == 0 &&
	    sh_keep_written(sh, "set ../Personal/a v") == SH_KEPT_NOT &&
	    sh_keep_written(sh, "set DMAcc/opx/ServerID v") == SH_KEPT,
	    "from a folder");
	sh_free(&sh);
	dmsc_session_free(&s);
	(void)!chdir(folder);
	ok(unlink("card.img") == 0 && rmdir(folder) == 0,
	    "nothing else is left");
	return tap_done();
}
