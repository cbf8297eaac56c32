/* shell/args.c and options.c: options and arguments by a command's rows. */
#include <string.h>

#include "impl.h"
#include "tap.h"

static const struct sh_opt own[] = {
	{ 'l', "long", NULL, "" },
	{ 'f', "format", "FORMAT", "" },
	{ 0, "pin", "WHICH=SOURCE", "" },
	{ 0, NULL, NULL, NULL }
};

/* got: arguments, then own options, then those of the program in <>. */
static const struct {
	const char *name, *line;
	int want;
	const char *got;
} cases[] = {
	{ "arguments", "a b c", DMSC_E_OK, "a b c" },
	{ "options between", "a -l b --format int c", DMSC_E_OK,
	    "a b c long= format=int" },
	{ "joined values", "-fint --format=chr", DMSC_E_OK,
	    "format=int format=chr" },
	{ "letters together", "-lf int -jn", DMSC_E_OK,
	    "long= format=int <json=> <dry-run=>" },
	{ "the program's", "ls -r sim:x --yes --yes=1234", DMSC_E_OK,
	    "ls <reader=sim:x> <yes=> <yes=1234>" },
	{ "an optional value is joined", "--yes 1234", DMSC_E_OK,
	    "1234 <yes=>" },
	{ "repeated", "--pin 1=@a --pin 81=@b", DMSC_E_OK,
	    "pin=1=@a pin=81=@b" },
	{ "the end of options", "-l -- -f --x", DMSC_E_OK, "-f --x long=" },
	{ "a negative number", "a -5", DMSC_E_OK, "a -5" },
	{ "a lone -", "-", DMSC_E_OK, "-" },
	{ "an empty value", "--format ''", DMSC_E_OK, "format=" },
	{ "unknown", "--formats x", DMSC_E_USAGE, NULL },
	{ "no shortening", "--form x", DMSC_E_USAGE, NULL },
	{ "unknown letter", "-lx", DMSC_E_USAGE, NULL },
	{ "no value", "a --format", DMSC_E_USAGE, NULL },
	{ "no value for a letter", "a -lf", DMSC_E_USAGE, NULL },
	{ "a value for a switch", "--long=1", DMSC_E_USAGE, NULL },
};

static void
describe(const struct sh_args *a, char *out, size_t size)
{
	size_t n = 0;
	int i;

	*out = '\0';
	for (i = 0; i < a->n_pos && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, " %s", a->pos[i]);
	for (i = 0; i < a->n_set && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, " %s%s=%s%s",
		    a->set[i].common ? "<" : "", a->set[i].row->name,
		    a->set[i].value != NULL ? a->set[i].value : "",
		    a->set[i].common ? ">" : "");
}

static void
test_parse(void)
{
	struct sh_rows rows = { own, sh_program_opts, false };
	struct sh_list l;
	struct sh_args a;
	char got[256];
	size_t i;

	for (i = 0; i < SH_COUNT(cases); i++) {
		struct dmsc_err e = { 0 };
		bool good;
		int r;

		if (sh_split(cases[i].line, &l) != SH_SPLIT_OK)
			continue;
		r = sh_args_parse(&rows, (int)l.n_words - 1, l.words, &a, &e);
		good = r == cases[i].want && e.code == r;
		if (r == DMSC_E_OK) {
			describe(&a, got, sizeof got);
			good = good && strcmp(got + 1, cases[i].got) == 0;
			if (!good)
				printf("# got%s\n", got);
			sh_args_free(&a);
		}
		ok(good, cases[i].name);
		sh_list_free(&l);
	}
}

static void
test_access(void)
{
	char *argv[] = { "x", "--pin", "a", "-l", "--pin=b", "-q" };
	struct sh_rows rows = { own, sh_program_opts, false };
	struct sh_args a;

	if (!ok(sh_args_parse(&rows, 6, argv, &a, NULL) == DMSC_E_OK, "parse"))
		return;
	ok(sh_argc(&a) == 1 && strcmp(sh_arg(&a, 0), "x") == 0 &&
	    sh_arg(&a, 1) == NULL, "arguments and none past the end");
	ok(sh_has(&a, "long") && !sh_has(&a, "format") && !sh_has(&a, "quiet"),
	    "switches, and none of the program's");
	ok(strcmp(sh_opt(&a, "pin"), "b") == 0, "the last value counts");
	ok(strcmp(sh_opt_at(&a, "pin", 0), "a") == 0 &&
	    strcmp(sh_opt_at(&a, "pin", 1), "b") == 0 &&
	    sh_opt_at(&a, "pin", 2) == NULL, "each of several values");
	sh_args_free(&a);
}

static void
test_stop(void)
{
	char *argv[] = { "-j", "-r", "sim", "ls", "-l" };
	struct sh_rows rows = { NULL, sh_program_opts, true };
	struct sh_args a;

	ok(sh_args_parse(&rows, 5, argv, &a, NULL) == DMSC_E_OK &&
	    a.used == 3 && a.n_set == 2, "the command ends the options");
	sh_args_free(&a);
}

static const struct {
	const char *name, *value;
	bool in_line;
	int want;
} options[] = {
	{ "json", NULL, true, DMSC_E_OK },
	{ "reader", "sim", false, DMSC_E_OK },
	{ "reader", "sim", true, DMSC_E_USAGE },
	{ "color", "never", false, DMSC_E_OK },
	{ "color", "red", false, DMSC_E_USAGE },
	{ "auth", "1=@x", false, DMSC_E_OK },
	{ "auth", "1234", false, DMSC_E_USAGE },
	{ "auth", "1=@x", true, DMSC_E_USAGE },
	{ "no", NULL, true, DMSC_E_OK },
	{ "command", "ls", true, DMSC_E_USAGE },
};

static void
test_apply(void)
{
	struct sh_options o = { 0 };
	size_t i;

	for (i = 0; i < SH_COUNT(options); i++) {
		struct sh_opt row = { 0, options[i].name, NULL, "" };
		struct sh_set set = { &row, options[i].value, true };
		struct dmsc_err e = { 0 };

		ok(sh_option_apply(&o, &set, options[i].in_line, &e) ==
		    options[i].want && strstr(e.message, "1234") == NULL,
		    options[i].name);
	}
	ok(o.json && o.confirm == DMSC_CONFIRM_NO && o.n_auth == 1 &&
	    strcmp(o.reader, "sim") == 0, "what was set is set");
}

int
main(void)
{
	test_parse();
	test_access();
	test_stop();
	test_apply();
	return tap_done();
}
