/* help status-words, dm-statuses, 6982, 405: what cards answer. */
#include "cmd/answers.h"

#include <string.h>

#include "tools.h"

enum { JSON_MAX = 1 << 20, TEXT_BYTES = 256, SW_DIGITS = 4, DM_DIGITS = 3 };

/* What a DM status means of a card's own tree, and what helps. */
static const struct { unsigned status; const char *text; } meanings[] = {
	{ 200, "it was done" },
	{ 213, "a part of a large value has arrived" },
	{ 215, "an earlier command of the Atomic failed, or the user said no" },
	{ 216, "it was done, and taken back with its Atomic" },
	{ 401, "the password is another: dm login" },
	{ 403, "a copy from or to what is not there" },
	{ 404, "dm get '.?list=Struct' shows what is there" },
	{ 405, "it is permanent, or made for something else" },
	{ 406, "no such property, list or command" },
	{ 407, "scp open or dm login says who commands" },
	{ 413, "larger than the card takes: dm state" },
	{ 414, "or too deep" },
	{ 415, "not of the node's format or type" },
	{ 418, "dm replace changes it" },
	{ 420, "dm state shows what is free" },
	{ 424, "another size was announced" },
	{ 425, "by the access control list (dm get --prop ACL)" },
	{ 507, "one of its commands failed: nothing of it was done" },
	{ 516, "a part of it was done, and cannot be taken back" },
};

int
sh_put_pair(struct dmsc_buf *b, bool first, const char *name,
    const char *text)
{
	int r = dmsc_buf_str(b, first ? "{\"name\":" : ",{\"name\":");

	if (r == DMSC_E_OK)
		r = dmsc_json_string(name, b);
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(b, ",\"text\":");
	if (r == DMSC_E_OK)
		r = dmsc_json_string(text, b);
	return r == DMSC_E_OK ? dmsc_buf_u8(b, '}') : r;
}

/* The status with its words and, where there is more to say, that. */
static const char *
explain(unsigned status, const char *words, char text[TEXT_BYTES])
{
	size_t i;

	for (i = 0; i < SH_COUNT(meanings); i++)
		if (meanings[i].status == status) {
			(void)snprintf(text, TEXT_BYTES, "%s: %s", words,
			    meanings[i].text);
			return text;
		}
	return words;
}

/* The i-th row of the list that is meant; false past its end. */
static bool
row(bool dm, unsigned i, char name[TEXT_BYTES], char text[TEXT_BYTES],
    const char **said)
{
	const char *pattern;
	unsigned status;

	if (!dm && !dmsc_sw_row(i, &pattern, said))
		return false;
	if (!dm) {
		(void)snprintf(name, TEXT_BYTES, "%s", pattern);
		return true;
	}
	if (!dmsc_dm_row(i, &status, said))
		return false;
	(void)snprintf(name, TEXT_BYTES, "%u", status);
	*said = explain(status, *said, text);
	return true;
}

static int
list(struct sh *sh, bool dm)
{
	const char *const heads[] = { dm ? "DM" : "SW", "MEANING" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	struct dmsc_buf *b = dmsc_buf_new(JSON_MAX);
	char name[TEXT_BYTES], text[TEXT_BYTES];
	const char *said;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_buf_u8(b, '[');
	unsigned i;

	for (i = 0; row(dm, i, name, text, &said); i++) {
		const char *cells[] = { name, said };

		sh_table_row(t, cells);
		if (r == DMSC_E_OK)
			r = sh_put_pair(b, i == 0, name, said);
	}
	sh_table_print(sh, &t);
	if (r == DMSC_E_OK)
		r = dmsc_buf_u8(b, ']');
	if (r == DMSC_E_OK)
		sh_data_json(sh, &b);
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}

static const char *
meaning(const char *name, char text[TEXT_BYTES])
{
	unsigned long n = 0;

	if (strlen(name) == DM_DIGITS) {
		(void)sh_num(name, 999, &n);
		return explain((unsigned)n, dmsc_dm_text((unsigned)n), text);
	}
	(void)snprintf(text, TEXT_BYTES, "0x%s", name);
	(void)sh_num_any(text, 0xFFFF, &n);
	return dmsc_sw_text((unsigned)n, text, TEXT_BYTES);
}

bool
sh_is_answer(const char *name)
{
	size_t n = strlen(name);

	return strcmp(name, "status-words") == 0 ||
	    strcmp(name, "dm-statuses") == 0 ||
	    (n == DM_DIGITS && strspn(name, "0123456789") == n) ||
	    (n == SW_DIGITS && strspn(name, "0123456789ABCDEFabcdef") == n);
}

int
sh_help_answer(struct sh *sh, const char *name)
{
	char text[TEXT_BYTES];
	const char *said;
	struct dmsc_buf *b;
	int r;

	if (strcmp(name, "status-words") == 0 ||
	    strcmp(name, "dm-statuses") == 0)
		return list(sh, *name == 'd');
	said = meaning(name, text);
	sh_print(sh, "%s\n", said);
	r = (b = dmsc_buf_new(JSON_MAX)) == NULL ? DMSC_E_NOMEM :
	    sh_put_pair(b, true, name, said);
	if (r == DMSC_E_OK)
		sh_data_json(sh, &b);
	dmsc_buf_free(&b);
	return sh_fail(sh, r);
}
