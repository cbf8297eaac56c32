/* Formats of leaves: names, default types, what fits (reference 1.4). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "mo/node.h"

static const char *const names[] = { "node", "chr", "int", "bool", "float",
    "date", "time", "bin", "b64", "xml", "null" };

const char *
dmsc_format_name(enum dmsc_format f)
{
	return (size_t)f < DMSC_COUNT(names) ? names[f] : "?";
}

int
dmsc_format_parse(const char *name, enum dmsc_format *out)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(names); i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum dmsc_format)i;
			return DMSC_E_OK;
		}
	return DMSC_E_FORMAT;
}

const char *
dmsc_format_type(enum dmsc_format f)
{
	if (f == DMSC_FMT_NODE)
		return "";
	if (f == DMSC_FMT_BIN)
		return "application/octet-stream";
	return f == DMSC_FMT_XML ? "text/xml" : "text/plain";
}

/* Takes up to max digits; returns how many. */
static size_t
digits(const char **s, size_t max)
{
	size_t n = 0;

	while (n < max && (*s)[n] >= '0' && (*s)[n] <= '9')
		n++;
	*s += n;
	return n;
}

static bool
is_float(const char *s)
{
	size_t n;

	if (strcmp(s, "NaN") == 0 || strcmp(s, "INF") == 0 ||
	    strcmp(s, "-INF") == 0)
		return true;
	if (*s == '-' || *s == '+')
		s++;
	n = digits(&s, SIZE_MAX);
	if (*s == '.') {
		s++;
		n += digits(&s, SIZE_MAX);
	}
	if (n == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '-' || *s == '+')
			s++;
		if (digits(&s, SIZE_MAX) == 0)
			return false;
	}
	return *s == '\0';
}

/* Two digits up to max. */
static bool
pair(const char **s, int least, int max)
{
	const char *p = *s;
	int v;

	if (digits(s, 2) != 2)
		return false;
	v = (p[0] - '0') * 10 + (p[1] - '0');
	return v >= least && v <= max;
}

static bool
skip(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool
is_zone(const char *s)
{
	if (*s == '\0' || strcmp(s, "Z") == 0)
		return true;
	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (!pair(&s, 0, 23))
		return false;
	(void)skip(&s, ':');
	return *s == '\0' || (pair(&s, 0, 59) && *s == '\0');
}

static bool
is_date(const char *s)
{
	bool dash;

	if (digits(&s, 4) != 4)
		return false;
	dash = skip(&s, '-');
	if (!pair(&s, 1, 12) || skip(&s, '-') != dash || !pair(&s, 1, 31))
		return false;
	return is_zone(s);
}

static bool
is_time(const char *s)
{
	bool colon;

	if (!pair(&s, 0, 24))
		return false;
	colon = skip(&s, ':');
	if (!pair(&s, 0, 59))
		return false;
	if (skip(&s, ':') != colon || !pair(&s, 0, 60))
		return false;
	if ((skip(&s, '.') || skip(&s, ',')) && digits(&s, SIZE_MAX) == 0)
		return false;
	return is_zone(s);
}

static bool
is_b64(struct dmsc_rd r)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, n = 0, pad = 0;

	for (i = 0; i < r.left; i++) {
		if (r.p[i] == '\0')
			return false;
		if (strchr(" \t\r\n", r.p[i]) != NULL)
			continue;
		if (r.p[i] == '=')
			pad++;
		else if (pad > 0 || strchr(set, r.p[i]) == NULL)
			return false;
		n++;
	}
	return n % 4 == 0 && pad <= 2;
}

static bool
is_bool(const char *s)
{
	static const char *const words[] = { "true", "false" };
	size_t i, k;

	for (i = 0; i < DMSC_COUNT(words); i++) {
		for (k = 0; words[i][k] != '\0'; k++)
			if ((s[k] | 0x20) != words[i][k])
				break;
		if (words[i][k] == '\0' && s[k] == '\0')
			return true;
	}
	return false;
}

static bool
fits(enum dmsc_format f, const char *s)
{
	int64_t v;

	switch (f) {
	case DMSC_FMT_INT:
		if (*s == '+' && *++s == '-')
			return false;
		return dmsc_num_signed(s, INT32_MIN, INT32_MAX, &v) ==
		    DMSC_E_OK;
	case DMSC_FMT_BOOL:
		return is_bool(s);
	case DMSC_FMT_FLOAT:
		return is_float(s);
	case DMSC_FMT_DATE:
		return is_date(s);
	default:
		return is_time(s);
	}
}

int
dmsc_format_check(enum dmsc_format f, struct dmsc_rd value)
{
	char text[64];
	bool good;

	if (f == DMSC_FMT_NODE || f == DMSC_FMT_NULL)
		good = value.left == 0;
	else if (f == DMSC_FMT_BIN)
		good = true;
	else if (f == DMSC_FMT_B64)
		good = is_b64(value);
	else if (f == DMSC_FMT_CHR || f == DMSC_FMT_XML)
		good = dmsc_is_utf8(value) && (value.left == 0 ||
		    memchr(value.p, '\0', value.left) == NULL);
	else if (value.left == 0 || value.left >= sizeof text ||
	    memchr(value.p, '\0', value.left) != NULL)
		good = false;
	else {
		memcpy(text, value.p, value.left);
		text[value.left] = '\0';
		good = fits(f, text);
	}
	return good ? DMSC_E_OK : DMSC_E_FORMAT;
}
