/* The device's clock (device/clock.h). */
#include "device/clock.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { MINUTES = 24 * 60, YEAR_FIRST = 1970, YEAR_LAST = 9999 };
#define SPAN_MAX ((int64_t)100 * 366 * DMSC_DAY)

/* n digits as a number; -1: they are none. */
static int
digits(const char *s, size_t n)
{
	int v = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static bool
is_leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static int
days_of(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	return days[m - 1] + (m == 2 && is_leap(y) ? 1 : 0);
}

/* "2026-11-23" as seconds since 1970; -1: it is none. */
static int64_t
date(const char *s)
{
	int y = digits(s, 4), m = digits(s + 5, 2), d = digits(s + 8, 2), i;
	int64_t n = 0;

	if (s[4] != '-' || s[7] != '-' || y < YEAR_FIRST || y > YEAR_LAST ||
	    m < 1 || m > 12 || d < 1 || d > days_of(y, m))
		return -1;
	for (i = YEAR_FIRST; i < y; i++)
		n += is_leap(i) ? 366 : 365;
	for (i = 1; i < m; i++)
		n += days_of(y, i);
	return (n + d - 1) * DMSC_DAY;
}

int
dmsc_clock_minutes(const char *s, size_t n)
{
	int h, m;

	if (n != 5 || s[2] != ':')
		return -1;
	h = digits(s, 2);
	m = digits(s + 3, 2);
	if (h < 0 || m < 0 || m > 59 || h * 60 + m > MINUTES)
		return -1;
	return h * 60 + m;
}

int
dmsc_clock_parse(const char *s, int64_t now, int64_t *out)
{
	static const char form[] = "2026-11-23T";
	int64_t day = now - now % DMSC_DAY;
	int minutes, seconds = 0;
	size_t n = strlen(s);

	if (n > sizeof form - 1) {
		if (s[sizeof form - 2] != 'T' || (day = date(s)) < 0)
			return DMSC_E_FORMAT;
		s += sizeof form - 1;
		n -= sizeof form - 1;
	}
	if (n > 0 && s[n - 1] == 'Z')
		n--;
	if (n == 8 && s[5] == ':') {
		seconds = digits(s + 6, 2);
		n = 5;
	}
	minutes = dmsc_clock_minutes(s, n);
	if (minutes < 0 || minutes == MINUTES || seconds < 0 || seconds > 59)
		return DMSC_E_FORMAT;
	*out = day + minutes * 60 + seconds;
	return DMSC_E_OK;
}

int
dmsc_clock_span(const char *s, int64_t *out)
{
	static const struct { char unit; int64_t seconds; } units[] = {
		{ 'd', DMSC_DAY }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 },
	};
	size_t i, n, next = 0;
	int64_t sum = 0;
	int v;

	if (*s == '\0')
		return DMSC_E_FORMAT;
	for (; *s != '\0'; s += n + 1, next = i + 1) {
		n = strspn(s, "0123456789");
		if (n == 0)
			return DMSC_E_FORMAT;
		if (n > 9)
			return DMSC_E_LIMIT;
		v = digits(s, n);
		for (i = next; i < 4 && units[i].unit != s[n]; i++)
			continue;
		if (i == 4)
			return DMSC_E_FORMAT;
		sum += v * units[i].seconds;
		if (sum > SPAN_MAX)
			return DMSC_E_LIMIT;
	}
	*out = sum;
	return DMSC_E_OK;
}

static bool
stands_at(const struct dmsc_device *d, int64_t *t)
{
	char text[32];

	dmsc_device_text(dmsc_tree_find(d->tree, "Origin"), "Clock", text,
	    sizeof text);
	return text[0] != '\0' && dmsc_clock_parse(text, 0, t) == DMSC_E_OK;
}

int64_t
dmsc_clock_now(const struct dmsc_device *d)
{
	int64_t t;

	return stands_at(d, &t) ? t : dmsc_wall();
}

bool
dmsc_clock_is_set(const struct dmsc_device *d)
{
	int64_t t;

	return stands_at(d, &t);
}

int
dmsc_clock_set(struct dmsc_device *d, int64_t t)
{
	struct dmsc_node *top;
	char text[32];
	int r = dmsc_device_need(d, "Origin", &top);

	return r != DMSC_E_OK ? r : dmsc_device_put(d, top, "Clock",
	    DMSC_FMT_CHR, dmsc_rd_str(dmsc_wall_text(t, text, sizeof text)));
}

int
dmsc_clock_real(struct dmsc_device *d)
{
	struct dmsc_node *n = dmsc_tree_find(d->tree, "Origin/Clock");

	return n == NULL ? DMSC_E_OK : dmsc_node_remove(d->tree, n);
}
