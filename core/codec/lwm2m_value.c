/* Values of LwM2M resources by type (LwM2M 1.1 Core appendix C). */
#include "codec/lwm2m_inner.h"

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { DIGITS_MAX = 17, TEXT_MAX = 64, OBJLNK_SIZE = 4, FLOAT_SIZE = 4,
	DOUBLE_SIZE = 8 };

enum dmsc_lwm2m_kind
dmsc_lwm2m_kind_of(unsigned object, unsigned id)
{
	const struct dmsc_lwm2m_res *res = dmsc_lwm2m_resource(object, id);

	return res == NULL ? DMSC_LWM2M_UNKNOWN : res->kind;
}

static uint64_t
big_endian(struct dmsc_rd r)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < r.left; i++)
		v = v << 8 | r.p[i];
	return v;
}

static bool
is_size(size_t n)
{
	return n == 1 || n == 2 || n == 4 || n == 8;
}

static int
put_bytes(struct dmsc_buf *out, uint64_t v, size_t n)
{
	uint8_t b[8];
	size_t i;

	for (i = 0; i < n; i++)
		b[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	return dmsc_buf_put(out, dmsc_rd_of(b, n));
}

static int
get_signed(struct dmsc_rd raw, struct dmsc_buf *out)
{
	uint64_t v = big_endian(raw), sign = (uint64_t)1 << (8 * raw.left - 1);
	int64_t s;

	/* Two's complement without shifting a negative number. */
	s = (v & sign) == 0 ? (int64_t)v :
	    -(int64_t)(sign - 1 - (v & (sign - 1))) - 1;
	return dmsc_buf_fmt(out, "%" PRId64, s);
}

static locale_t
c_locale(void)
{
	return newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
}

/* The shortest text that reads as d again. */
static int
put_double(double d, struct dmsc_buf *out)
{
	locale_t c = c_locale(), old;
	char text[TEXT_MAX];
	int n;

	if (c == (locale_t)0)
		return DMSC_E_NOMEM;
	old = uselocale(c);
	for (n = 1; n <= DIGITS_MAX; n++) {
		(void)snprintf(text, sizeof text, "%.*g", n, d);
		if (!(strtod(text, NULL) < d) && !(strtod(text, NULL) > d))
			break;
	}
	(void)uselocale(old);
	freelocale(c);
	return dmsc_buf_str(out, text);
}

/* A double from an IEEE 754 number of 4 or 8 bytes; false: not finite. */
static bool
ieee(struct dmsc_rd raw, double *out)
{
	uint64_t v = big_endian(raw);
	uint32_t v32 = (uint32_t)v;
	float f;

	if (raw.left == FLOAT_SIZE) {
		memcpy(&f, &v32, sizeof f);
		*out = (double)f;
	} else if (raw.left == DOUBLE_SIZE)
		memcpy(out, &v, sizeof v);
	else
		return false;
	return isfinite(*out);
}

int
dmsc_lwm2m_get(enum dmsc_lwm2m_kind kind, struct dmsc_rd raw,
    enum dmsc_format *f, struct dmsc_buf *out)
{
	double d;

	if ((kind == DMSC_LWM2M_INT || kind == DMSC_LWM2M_TIME) &&
	    is_size(raw.left)) {
		*f = DMSC_FMT_INT;
		return get_signed(raw, out);
	}
	if (kind == DMSC_LWM2M_UINT && is_size(raw.left)) {
		*f = DMSC_FMT_INT;
		return dmsc_buf_fmt(out, "%" PRIu64, big_endian(raw));
	}
	if (kind == DMSC_LWM2M_BOOL && raw.left == 1 && raw.p[0] <= 1) {
		*f = DMSC_FMT_BOOL;
		return dmsc_buf_str(out, raw.p[0] == 1 ? "true" : "false");
	}
	if (kind == DMSC_LWM2M_FLOAT && ieee(raw, &d)) {
		*f = DMSC_FMT_FLOAT;
		return put_double(d, out);
	}
	if (kind == DMSC_LWM2M_OBJLNK && raw.left == OBJLNK_SIZE) {
		*f = DMSC_FMT_CHR;
		return dmsc_buf_fmt(out, "%u:%u",
		    (unsigned)(raw.p[0] << 8 | raw.p[1]),
		    (unsigned)(raw.p[2] << 8 | raw.p[3]));
	}
	*f = kind == DMSC_LWM2M_STRING && dmsc_is_utf8(raw) ?
	    DMSC_FMT_CHR : DMSC_FMT_BIN;
	return dmsc_buf_put(out, raw);
}

static int
put_int(const char *text, bool is_signed, struct dmsc_buf *out)
{
	uint64_t u;
	int64_t v;
	size_t n = 1;

	if (!is_signed) {
		if (dmsc_num(text, 10, UINT64_MAX, &u) != DMSC_E_OK)
			return DMSC_E_DATA;
		while (n < 8 && u >> (8 * n) != 0)
			n *= 2;
		return put_bytes(out, u, n);
	}
	if (dmsc_num_signed(text, INT64_MIN, INT64_MAX, &v) != DMSC_E_OK)
		return DMSC_E_DATA;
	while (n < 8 && (v < -((int64_t)1 << (8 * n - 1)) ||
	    v >= (int64_t)1 << (8 * n - 1)))
		n *= 2;
	return put_bytes(out, (uint64_t)v, n);
}

static int
put_float(const char *text, struct dmsc_buf *out)
{
	locale_t c, old;
	uint64_t v;
	uint32_t v32;
	double d;
	float f;

	if (dmsc_format_check(DMSC_FMT_FLOAT, dmsc_rd_str(text)) !=
	    DMSC_E_OK)
		return DMSC_E_DATA;
	if ((c = c_locale()) == (locale_t)0)
		return DMSC_E_NOMEM;
	old = uselocale(c);
	d = strtod(text, NULL);
	(void)uselocale(old);
	freelocale(c);
	if (!isfinite(d))
		return DMSC_E_DATA;
	if (d <= (double)FLT_MAX && d >= -(double)FLT_MAX) {
		f = (float)d;
		if (!((double)f < d) && !((double)f > d)) {
			memcpy(&v32, &f, sizeof v32);
			return put_bytes(out, v32, FLOAT_SIZE);
		}
	}
	memcpy(&v, &d, sizeof v);
	return put_bytes(out, v, DOUBLE_SIZE);
}

static int
put_objlnk(char *text, struct dmsc_buf *out)
{
	char *colon = strchr(text, ':');
	uint64_t object, instance;

	if (colon == NULL)
		return DMSC_E_DATA;
	*colon = '\0';
	if (dmsc_num(text, 10, LWM2M_ID_MAX, &object) != DMSC_E_OK ||
	    dmsc_num(colon + 1, 10, LWM2M_ID_MAX, &instance) != DMSC_E_OK)
		return DMSC_E_DATA;
	return put_bytes(out, object << 16 | instance, OBJLNK_SIZE);
}

/* What a resource that the table has not is taken for. */
static enum dmsc_lwm2m_kind
kind_of_format(enum dmsc_format f)
{
	return f == DMSC_FMT_CHR || f == DMSC_FMT_XML ? DMSC_LWM2M_STRING :
	    f == DMSC_FMT_INT ? DMSC_LWM2M_INT :
	    f == DMSC_FMT_BOOL ? DMSC_LWM2M_BOOL :
	    f == DMSC_FMT_FLOAT ? DMSC_LWM2M_FLOAT : DMSC_LWM2M_UNKNOWN;
}

int
dmsc_lwm2m_put(enum dmsc_lwm2m_kind kind, enum dmsc_format f,
    struct dmsc_rd value, struct dmsc_buf *out)
{
	char text[TEXT_MAX];

	if (f == DMSC_FMT_BIN)
		return dmsc_buf_put(out, value);
	if (kind == DMSC_LWM2M_UNKNOWN)
		kind = kind_of_format(f);
	if (kind == DMSC_LWM2M_STRING || kind == DMSC_LWM2M_OPAQUE)
		return kind == DMSC_LWM2M_STRING && !dmsc_is_utf8(value) ?
		    DMSC_E_DATA : dmsc_buf_put(out, value);
	if (value.left == 0 || value.left >= sizeof text ||
	    memchr(value.p, 0, value.left) != NULL)
		return DMSC_E_DATA;
	memcpy(text, value.p, value.left);
	text[value.left] = '\0';
	switch (kind) {
	case DMSC_LWM2M_INT:
	case DMSC_LWM2M_TIME:
	case DMSC_LWM2M_UINT:
		return put_int(text, kind != DMSC_LWM2M_UINT, out);
	case DMSC_LWM2M_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return DMSC_E_DATA;
		return dmsc_buf_u8(out, text[0] == 't');
	case DMSC_LWM2M_FLOAT:
		return put_float(text, out);
	case DMSC_LWM2M_OBJLNK:
		return put_objlnk(text, out);
	default:
		return DMSC_E_DATA;
	}
}

/* Object and resource of "0/0/5" and "0/0/16/1"; false: no such place. */
static bool
place(const char *path, unsigned *object, unsigned *resource)
{
	unsigned nth;
	char name[LWM2M_NAME];
	size_t level, n;

	for (level = 0; *path != '\0'; level++) {
		n = strcspn(path, "/");
		if (n >= sizeof name || level > 3)
			return false;
		memcpy(name, path, n);
		name[n] = '\0';
		if (!dmsc_lwm2m_id(name, level == 0 ? object : level == 2 ?
		    resource : &nth, &nth))
			return false;
		path += n + (path[n] == '/');
	}
	return level > 2;
}

static bool
in_range(const struct dmsc_lwm2m_res *res, const struct dmsc_buf *wire)
{
	struct dmsc_rd v = dmsc_buf_rd(wire);
	bool is_signed = res != NULL && res->kind != DMSC_LWM2M_UINT;

	if (res == NULL || res->max == 0 || v.left == 0)
		return true;
	return (!is_signed || (v.p[0] & 0x80) == 0) &&
	    big_endian(v) <= (uint64_t)res->max;
}

int
dmsc_lwm2m_check(const char *path, enum dmsc_format f, struct dmsc_rd value)
{
	unsigned object = 0, id = 0;
	struct dmsc_buf *wire;
	int r;

	if (f == DMSC_FMT_NODE)
		return DMSC_E_OK;
	if (!place(path, &object, &id))
		return DMSC_E_DATA;
	if ((wire = dmsc_buf_new(DMSC_LWM2M_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_lwm2m_put(dmsc_lwm2m_kind_of(object, id), f, value, wire);
	if (r == DMSC_E_OK && f != DMSC_FMT_BIN &&
	    !in_range(dmsc_lwm2m_resource(object, id), wire))
		r = DMSC_E_DATA;
	dmsc_buf_free(&wire);
	return r;
}
