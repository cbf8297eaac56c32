/* Which lines the history may keep: none that may hold a secret. */
#include <ctype.h>
#include <string.h>

#include "impl.h"

enum { HEADER_DIGITS = 8, INS_AT = 2, KEY_DIGITS = 47 };

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool
sh_is_source(const char *s)
{
	/* What stands in a pin-value is refused, and is a PIN. */
	return dmsc_source_is(s) && strstr(s, "pin-value") == NULL;
}

/* A part of a path, or of a line, that is the name of a secret node. */
static bool
names_secret(const char *line)
{
	static const char ends[] = " \t/='\"";
	char name[DMSC_TREE_NAME_MAX + 1];
	size_t n;

	for (; *line != '\0'; line += n + (line[n] != '\0')) {
		n = strcspn(line, ends);
		if (n >= sizeof name)
			continue;
		memcpy(name, line, n);
		name[n] = '\0';
		if (dmsc_name_is_secret(name))
			return true;
	}
	return false;
}

/* Behind "pin VERB" only options, references and sources are no values. */
static bool
pin_value(char **w, size_t n)
{
	unsigned ref;
	size_t i;

	for (i = 1; i < n; i++) {
		if (i == 1 && w[i][strspn(w[i], "abcdefghijklmnopqrstuvwxyz")]
		    == '\0')
			continue;
		if (*w[i] != '-' && !sh_is_source(w[i]) &&
		    dmsc_pin_ref(w[i], &ref) != DMSC_E_OK)
			return true;
	}
	return false;
}

/* The instructions that carry a PIN (ISO/IEC 7816-4, TS 102 221), with data:
 * VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK; PUT KEY, PUT DATA; and those
 * that write a file, for nobody knows whose: UPDATE, APPEND. */
static bool
apdu_value(char **w, size_t n)
{
	static const char *const ins[] = { "20", "24", "26", "28", "2C",
		"D6", "D7", "D8", "DA", "DC", "DD", "E2" };
	char head[HEADER_DIGITS];
	size_t i, digits = 0, at;
	const char *p;

	for (at = 1; at < n; at++)
		for (p = w[at]; *w[at] != '-' && *p != '\0'; p++)
			if (isxdigit((unsigned char)*p)) {
				if (digits < sizeof head)
					head[digits] = (char)toupper(
					    (unsigned char)*p);
				digits++;
			}
	for (i = 0; digits > HEADER_DIGITS && i < SH_COUNT(ins); i++)
		if (memcmp(head + INS_AT, ins[i], strlen(ins[i])) == 0)
			return true;
	return false;
}

/* "scp open --keys VALUE": what should have been a SOURCE. */
static bool
keys_value(char **w, size_t n)
{
	static const char name[] = "--keys";
	size_t i, len = sizeof name - 1;

	if (strcmp(w[0], "scp") != 0 && strcmp(w[0], "key") != 0)
		return false;
	for (i = 1; i < n; i++) {
		const char *v = !begins(w[i], name) ? NULL :
		    w[i][len] == '=' ? w[i] + len + 1 :
		    w[i][len] == '\0' && i + 1 < n ? w[i + 1] : NULL;

		if ((v != NULL && !sh_is_source(v)) || strlen(w[i]) >
		    KEY_DIGITS)
			return true;
	}
	return false;
}

/* "sign --key VALUE", "mac --pin VALUE": the same. */
static bool
provider_value(char **w, size_t n)
{
	static const char *const names[] = { "--key", "--pin", "--network",
		"--password" };
	size_t i, k;

	if (strcmp(w[0], "sign") != 0 && strcmp(w[0], "commit") != 0 &&
	    strcmp(w[0], "mac") != 0)
		return false;
	for (i = 1; i < n; i++)
		for (k = 0; k < SH_COUNT(names); k++) {
			size_t len = strlen(names[k]);
			const char *v = !begins(w[i], names[k]) ? NULL :
			    w[i][len] == '=' ? w[i] + len + 1 :
			    w[i][len] == '\0' && i + 1 < n ? w[i + 1] : NULL;

			if (v != NULL && !sh_is_source(v))
				return true;
		}
	return false;
}

/* "dm login SERVERID VALUE": the same. */
static bool
login_value(char **w, size_t n)
{
	static const char *const takes[] = { "-m", "--method", "--name" };
	size_t i, k, words = 0;

	if (n < 2 || strcmp(w[0], "dm") != 0 || strcmp(w[1], "login") != 0)
		return false;
	for (i = 2; i < n; i++) {
		for (k = 0; k < SH_COUNT(takes); k++)
			if (strcmp(w[i], takes[k]) == 0)
				break;
		if (k < SH_COUNT(takes))
			i++;
		else if (*w[i] != '-' && words++ > 0 &&
		    !sh_is_source(w[i]))
			return true;
	}
	return false;
}

/* "--auth X" and "--auth=X", where X does not end in a source. */
static bool
auth_value(char **w, size_t n)
{
	static const char name[] = "--auth";
	size_t i, len = sizeof name - 1;

	for (i = 0; i < n; i++) {
		const char *v = !begins(w[i], name) ? NULL :
		    w[i][len] == '=' ? w[i] + len + 1 :
		    w[i][len] == '\0' && i + 1 < n ? w[i + 1] : NULL;

		if (v != NULL && ((v = strchr(v, '=')) == NULL ||
		    !sh_is_source(v + 1)))
			return true;
	}
	return false;
}

/* "lua CODE" where CODE speaks of a PIN or a secret, or sets a value. */
static bool
code_value(char **w, size_t n)
{
	static const char *const words[] = { "pin", "ecret", "set", "add",
		"write", "import" };
	size_t i, k;

	for (i = 1; i < n; i++)
		for (k = 0; k < SH_COUNT(words); k++)
			if (strstr(w[i], words[k]) != NULL)
				return true;
	return false;
}

/* "set /LwM2M/0/0/5 VALUE": a number may stand for the name of a secret. The
 * last word is the value. */
static bool
numbered_value(char **w, size_t n)
{
	const char *slash;
	size_t i;

	if (strcmp(w[0], "set") != 0 && strcmp(w[0], "add") != 0)
		return false;
	for (i = 1; i + 1 < n; i++) {
		slash = strrchr(w[i], '/');
		slash = slash == NULL ? w[i] : slash + 1;
		if (*slash != '\0' &&
		    slash[strspn(slash, "0123456789~")] == '\0')
			return true;
	}
	return false;
}

/* One command; what stands before its name are options. */
static bool
command_value(char **w, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (numbered_value(w + i, n - i) ||
		    (strcmp(w[i], "lua") == 0 && code_value(w + i, n - i)) ||
		    (strcmp(w[i], "pin") == 0 && pin_value(w + i, n - i)) ||
		    keys_value(w + i, n - i) ||
		    provider_value(w + i, n - i) ||
		    login_value(w + i, n - i) ||
		    (strcmp(w[i], "apdu") == 0 && apdu_value(w + i, n - i)))
			return true;
	return auth_value(w, n);
}

bool
sh_words_secret(size_t n, char **w)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (names_secret(w[i]))
			return true;
	return command_value(w, n);
}

bool
sh_keep(const char *line)
{
	struct sh_list l;
	size_t i, from = 0;
	bool keep = true;

	if (*line == ' ' || names_secret(line))
		return false;
	if (sh_split(line, &l) != SH_SPLIT_OK)
		return strstr(line, "pin") == NULL &&
		    strstr(line, "auth") == NULL &&
		    strstr(line, "keys") == NULL &&
		    strstr(line, "apdu") == NULL;
	for (i = 0; i < l.n_words; i++) {
		if (l.words[i] != NULL)
			continue;
		keep = keep && !command_value(l.words + from, i - from);
		from = i + 1;
	}
	sh_list_free(&l);
	return keep;
}
