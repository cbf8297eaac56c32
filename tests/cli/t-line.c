/* shell/line.c: quoting, chains, comments; and back by sh_quote. */
#include <stdlib.h>
#include <string.h>

#include "impl.h"
#include "tap.h"

/* Words are joined with '|', commands with '^'. */
static const struct {
	const char *name, *line;
	enum sh_split want;
	const char *words;
} cases[] = {
	{ "nothing", "", SH_SPLIT_OK, "" },
	{ "blanks", " \t \n", SH_SPLIT_OK, "" },
	{ "a comment", "# ls 'x", SH_SPLIT_OK, "" },
	{ "a comment behind words", "ls / # && rm", SH_SPLIT_OK, "ls|/^" },
	{ "a # inside a word", "ls a#b", SH_SPLIT_OK, "ls|a#b^" },
	{ "two words", "cat /A/B", SH_SPLIT_OK, "cat|/A/B^" },
	{ "a chain", "a 1 && b 2&&c", SH_SPLIT_OK, "a|1^b|2^c^" },
	{ "single quotes", "set x 'a b'\\''\"$'", SH_SPLIT_OK,
	    "set|x|a b'\"$^" },
	{ "double quotes", "set x \"a \\\"b\\\\ \\n\"", SH_SPLIT_OK,
	    "set|x|a \"b\\ \\n^" },
	{ "quotes inside a word", "a'b c'd\"e f\"", SH_SPLIT_OK,
	    "ab cde f^" },
	{ "an empty word", "set x ''", SH_SPLIT_OK, "set|x|^" },
	{ "a backslash", "a\\ b \\&\\& \\#c", SH_SPLIT_OK, "a b|&&|#c^" },
	{ "one & is itself", "acl /x Add=*&Get=*", SH_SPLIT_OK,
	    "acl|/x|Add=*&Get=*^" },
	{ "quoted && is a word", "a '&&' b", SH_SPLIT_OK, "a|&&|b^" },
	{ "a quoted operator", "a '|' \">\"", SH_SPLIT_OK, "a|||>^" },
	{ "nothing is expanded", "a $HOME * `b` ~", SH_SPLIT_OK,
	    "a|$HOME|*|`b`|~^" },
	{ "a continued line", "a b\\\nc \\\n d\n", SH_SPLIT_OK, "a|bc|d^" },
	{ "lines of one text", "a\nb", SH_SPLIT_OK, "a|b^" },
	{ "an open single quote", "a 'b", SH_SPLIT_MORE, NULL },
	{ "an open double quote", "a \"b\\\"", SH_SPLIT_MORE, NULL },
	{ "a backslash at the end", "a \\", SH_SPLIT_MORE, NULL },
	{ "a backslash at a line's end", "a \\\n", SH_SPLIT_MORE, NULL },
	{ "nothing before &&", "&& a", SH_SPLIT_EMPTY, NULL },
	{ "nothing behind &&", "a &&", SH_SPLIT_EMPTY, NULL },
	{ "nothing between", "a && && b", SH_SPLIT_EMPTY, NULL },
	{ "a comment behind &&", "a && # b", SH_SPLIT_EMPTY, NULL },
	{ "a pipe", "a | b", SH_SPLIT_OPERATOR, NULL },
	{ "a redirection", "a > b", SH_SPLIT_OPERATOR, NULL },
	{ "a semicolon", "a ; b", SH_SPLIT_OPERATOR, NULL },
};

static void
join(const struct sh_list *l, char *out, size_t size)
{
	size_t i;

	*out = '\0';
	for (i = 0; i < l->n_words; i++) {
		bool last = l->words[i] == NULL ||
		    l->words[i + 1] == NULL;

		(void)snprintf(out + strlen(out), size - strlen(out), "%s%s",
		    l->words[i] == NULL ? "^" : l->words[i],
		    last ? "" : "|");
	}
}

/* Every beginning of every line and every flipped bit must return. */
static void
disturb(const char *line)
{
	size_t n = strlen(line), i;
	char *copy = strdup(line);
	struct sh_list l;
	unsigned bit;

	for (i = 0; i < n; i++)
		for (bit = 0; bit < 8; bit++) {
			copy[i] = (char)(line[i] ^ (1 << bit));
			if (sh_split(copy, &l) == SH_SPLIT_OK)
				sh_list_free(&l);
			copy[i] = line[i];
		}
	for (i = n; i-- > 0;) {
		copy[i] = '\0';
		if (sh_split(copy, &l) == SH_SPLIT_OK)
			sh_list_free(&l);
	}
	free(copy);
}

static void
test_split(void)
{
	char got[256];
	struct sh_list l;
	size_t i;

	for (i = 0; i < SH_COUNT(cases); i++) {
		enum sh_split r = sh_split(cases[i].line, &l);
		bool good = r == cases[i].want;

		if (r == SH_SPLIT_OK) {
			join(&l, got, sizeof got);
			good = good && cases[i].words != NULL &&
			    strcmp(got, cases[i].words) == 0;
			if (!good)
				printf("# got %s\n", got);
			sh_list_free(&l);
		}
		ok(good, cases[i].name);
		disturb(cases[i].line);
	}
}

static void
test_quote(void)
{
	static const char *const words[] = { "", "a", "a b", "it's", "#x",
		"a&&b", "$x", "\\", "\"", "~", "sim:c.img", "|", "a\nb" };
	struct dmsc_buf *b = dmsc_buf_new(256);
	struct sh_list l;
	size_t i;

	for (i = 0; i < SH_COUNT(words); i++) {
		dmsc_buf_reset(b);
		ok(sh_quote(words[i], b) == DMSC_E_OK &&
		    sh_split(dmsc_buf_cstr(b), &l) == SH_SPLIT_OK &&
		    l.n_words == 2 && strcmp(l.words[0], words[i]) == 0,
		    "a quoted word is read back");
		sh_list_free(&l);
	}
	dmsc_buf_free(&b);
}

static const struct { const char *line; bool keep; } kept[] = {
	{ "ls /", true },
	{ " ls /", false },
	{ "pin verify 81", true },
	{ "pin verify adm1 @adm1 && commit", true },
	{ "pin verify --spend-try 0x0A env:ADM", true },
	{ "pin change 1 fd:3 @new", true },
	{ "pin", true },
	{ "pin verify 81 2468", false },
	{ "pin verfy 81 2468", false },
	{ "pin verify 2468", false },
	{ "pin verify 1 hex:31323334", false },
	{ "pin verify '81 2468'", false },
	{ "pin 2468", false },
	{ "ls && pin verify 81 2468", false },
	{ "-q pin verify 81 2468", false },
	{ "pin verify 81 2468 |", false },
	{ "ls --auth 81=@pin81", true },
	{ "ls --auth=81=env:PIN", true },
	{ "ls --auth", true },
	{ "ls --auth 81=2468", false },
	{ "ls --auth=2468", false },
	{ "ls --auth 2468", false },
	{ "apdu 00A40004023F00", true },
	{ "apdu 00200081", true },
	{ "apdu 0020008108323436380FFFFFFFFF", false },
	{ "apdu 00 2c 00 01 10 31", false },
	{ "apdu --raw 002400811031", false },
	{ "set AppAuth/client/AAuthSecret x", false },
	{ "set Name 'a pin'", true },
	{ "apdu 80D8000101FF", false },
	{ "apdu 00D6000001FF", false },
	{ "apdu 00B0000004", true },
	{ "lua doc:set('/Personal/x', 'v')", false },
	{ "set /X/NAP/AuthInfo/AuthSecret v", false },
	{ "add /X/psk v", false },
	{ "set /LwM2M/0/0/5 hex:00", false },
	{ "add --format bin 0/5 v", false },
	{ "set /LwM2M/Server/0/Lifetime 60", true },
	{ "lua print(1)", true },
	{ "lua card:verify_pin{value='1'}", false },
	{ "apdu 0020000108313 | x", false },
	{ "sign --key @k --cert c /OperatorX", true },
	{ "sign --key pkcs11:object=k --cert c /OperatorX", true },
	{ "sign --key v --cert c /OperatorX", false },
	{ "commit --key=v --cert c", false },
	{ "mac --scheme userpin --pin @p /Mail", true },
	{ "mac --scheme userpin --pin 2468 /Mail", false },
	{ "mac --scheme auth-mac --password=v f", false },
	{ "dm login ma.example @pw", true },
	{ "dm login ma.example", true },
	{ "dm login -m mac --name x ma.example env:PW", true },
	{ "dm login ma.example pw", false },
	{ "-q dm login --method=md5 ma.example pw", false },
	{ "dm replace ./DMAcc/x/AppAuth/1/AAuthSecret pw", false },
	{ "dm get ./DMAcc", true },
	{ "ls --auth dm:ma.example=@pw", true },
	{ "ls --auth dm:ma.example=pw", false },
	{ "ls | x", true },
};

static void
test_keep(void)
{
	size_t i;

	for (i = 0; i < SH_COUNT(kept); i++)
		ok(sh_keep(kept[i].line) == kept[i].keep, kept[i].line);
}

int
main(void)
{
	test_split();
	test_keep();
	test_quote();
	return tap_done();
}
