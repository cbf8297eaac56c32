/* Numbers and UTF-8 from outside (base/text.h). */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

int
dmsc_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
dmsc_is_digits(struct dmsc_rd r)
{
	size_t i;

	for (i = 0; i < r.left; i++)
		if (r.p[i] < '0' || r.p[i] > '9')
			return false;
	return r.left > 0;
}

int
dmsc_num(const char *s, int radix, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	int d;

	if (*s == '\0')
		return DMSC_E_FORMAT;
	for (; *s != '\0'; s++) {
		if ((d = dmsc_digit(*s)) < 0 || d >= radix)
			return DMSC_E_FORMAT;
		if (v > (UINT64_MAX - (uint64_t)d) / (uint64_t)radix)
			return DMSC_E_LIMIT;
		v = v * (uint64_t)radix + (uint64_t)d;
		if (v > max)
			return DMSC_E_LIMIT;
	}
	*out = v;
	return DMSC_E_OK;
}

int
dmsc_num_signed(const char *s, int64_t min, int64_t max, int64_t *out)
{
	uint64_t v;
	bool minus = *s == '-';
	int r;

	r = dmsc_num(minus ? s + 1 : s, 10, (uint64_t)INT64_MAX + minus, &v);
	if (r != DMSC_E_OK)
		return r;
	*out = minus && v > 0 ? -(int64_t)(v - 1) - 1 : (int64_t)v;
	return *out < min || *out > max ? DMSC_E_LIMIT : DMSC_E_OK;
}

/* Length of the UTF-8 sequence at r's front, 0 when it is none. */
static size_t
utf8_len(struct dmsc_rd r)
{
	static const struct {
		uint8_t mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 }, { 0xE0, 0xC0, 0x80 },
	    { 0xF0, 0xE0, 0x800 }, { 0xF8, 0xF0, 0x10000 } };
	uint32_t c;
	size_t n, i;

	for (n = 0; n < 4; n++)
		if ((r.p[0] & forms[n].mask) == forms[n].lead)
			break;
	if (n == 4 || n + 1 > r.left)
		return 0;
	c = r.p[0] & (uint32_t)(uint8_t)~forms[n].mask;
	for (i = 1; i <= n; i++) {
		if ((r.p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (r.p[i] & 0x3Fu);
	}
	if (c < forms[n].least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	return n + 1;
}

/* How many bytes at r's front are ASCII; eight at a time. */
static size_t
ascii_run(struct dmsc_rd r)
{
	size_t n = 0;
	uint64_t v;

	while (r.left - n >= sizeof v) {
		memcpy(&v, r.p + n, sizeof v);
		if (v & UINT64_C(0x8080808080808080))
			break;
		n += sizeof v;
	}
	while (n < r.left && r.p[n] < 0x80)
		n++;
	return n;
}

bool
dmsc_is_utf8(struct dmsc_rd r)
{
	size_t n;

	while (r.left > 0) {
		r = dmsc_rd_slice(r, ascii_run(r), r.left);
		if (r.left == 0)
			break;
		if ((n = utf8_len(r)) == 0)
			return false;
		r = dmsc_rd_slice(r, n, r.left);
	}
	return true;
}

bool
dmsc_is_text(struct dmsc_rd r)
{
	size_t i;

	for (i = 0; i < r.left; i++)
		if ((r.p[i] < 0x20 && r.p[i] != '\t' && r.p[i] != '\n' &&
		    r.p[i] != '\r') || r.p[i] == 0x7F)
			return false;
	return dmsc_is_utf8(r);
}

char *
dmsc_strndup(struct dmsc_rd r)
{
	char *s = malloc(r.left + 1);

	if (s == NULL)
		return NULL;
	if (r.left > 0)
		memcpy(s, r.p, r.left);
	s[r.left] = '\0';
	return s;
}

bool
dmsc_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

bool
dmsc_begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Compares the numbers that begin here, and moves behind them. */
static int
compare_numbers(const char **a, const char **b)
{
	size_t n = 0, m = 0;
	int d;

	while (**a == '0')
		(*a)++;
	while (**b == '0')
		(*b)++;
	while (is_digit((*a)[n]))
		n++;
	while (is_digit((*b)[m]))
		m++;
	d = n != m ? (n > m) - (n < m) : memcmp(*a, *b, n);
	*a += n;
	*b += m;
	return d;
}

int
dmsc_version_compare(const char *a, const char *b)
{
	int d;

	while (*a != '\0' && *b != '\0') {
		if (is_digit(*a) && is_digit(*b)) {
			if ((d = compare_numbers(&a, &b)) != 0)
				return d;
		} else if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		else {
			a++;
			b++;
		}
	}
	return (*a != '\0') - (*b != '\0');
}

char
dmsc_luhn(const char *digits, size_t n)
{
	unsigned sum = 0, d;
	size_t i;

	for (i = 0; i < n; i++) {
		d = (unsigned)(digits[n - 1 - i] - '0');
		if (i % 2 == 0)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}
