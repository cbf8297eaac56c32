/* The ATR (ISO 7816-3, historical bytes of ISO 7816-4) into facts. */
#include "uicc/atr.h"

#include <string.h>

#include "base/base.h"
#include "uicc/inside.h"

enum { DIRECT = 0x3B, INVERSE = 0x3F, COMPACT = 0x80, TAG_SERVICE = 0x3,
	TAG_CAPABILITIES = 0x7, CAP_EXTENDED = 0x40,
	CAP_CHAINING = 0x80, GROUPS = 8,
	EUICC = 0x82, NO_TD = -1000 };

struct atr {
	uint8_t ts;
	int ta1;			/* -1: absent */
	int classes;			/* TA of the T=15 group, -1 */
	int functions;			/* its TB, -1 */
	unsigned protocols;		/* bit per T */
	struct dmsc_rd historical;
	bool tck_there, tck_good;
};

/* One group's bytes; *next tells which of the next group follow. */
static int
take_group(struct dmsc_rd *r, unsigned here, struct atr *a, unsigned group,
    int *t)
{
	uint8_t b, td = 0;
	unsigned i;

	for (i = 0; i < 3; i++) {
		if ((here & 0x10u << i) == 0)
			continue;
		if (dmsc_rd_u8(r, &b) != DMSC_E_OK)
			return DMSC_E_SHORT;
		if (i == 0 && group == 1)
			a->ta1 = b;
		if (i == 0 && *t == 15)
			a->classes = b;
		if (i == 1 && *t == 15 && a->functions < 0)
			a->functions = b;
	}
	if ((here & 0x80) == 0)
		return NO_TD;
	if (dmsc_rd_u8(r, &td) != DMSC_E_OK)
		return DMSC_E_SHORT;
	*t = td & 0x0F;
	if (*t < 15)
		a->protocols |= 1u << *t;
	return td;
}

static bool
sum_good(struct dmsc_rd r)
{
	uint8_t x = 0;
	size_t i;

	for (i = 1; i < r.left; i++)
		x ^= r.p[i];
	return x == 0;
}

static int
parse(struct dmsc_rd atr, struct atr *a)
{
	struct dmsc_rd r = atr;
	uint8_t t0;
	unsigned group, here;
	int t = -1, td;

	memset(a, 0, sizeof *a);
	a->ta1 = a->classes = a->functions = -1;
	if (dmsc_rd_u8(&r, &a->ts) != DMSC_E_OK ||
	    dmsc_rd_u8(&r, &t0) != DMSC_E_OK)
		return DMSC_E_SHORT;
	if (a->ts != DIRECT && a->ts != INVERSE)
		return DMSC_E_FORMAT;
	here = t0 & 0xF0u;
	for (group = 1; group < GROUPS; group++) {
		td = take_group(&r, here, a, group, &t);
		if (td == DMSC_E_SHORT)
			return DMSC_E_SHORT;
		if (td < 0)
			break;
		here = (unsigned)td & 0xF0;
	}
	if (a->protocols == 0)
		a->protocols = 1;
	if (dmsc_rd_take(&r, t0 & 0x0F, &a->historical) != DMSC_E_OK)
		return DMSC_E_SHORT;
	a->tck_there = r.left > 0;
	a->tck_good = sum_good(atr);
	return DMSC_E_OK;
}

/* The compact TLV object tag of the historical bytes. */
static bool
historical(const struct atr *a, unsigned tag, struct dmsc_rd *out)
{
	struct dmsc_rd r = a->historical;
	uint8_t b;

	if (dmsc_rd_u8(&r, &b) != DMSC_E_OK || b != COMPACT)
		return false;
	while (dmsc_rd_u8(&r, &b) == DMSC_E_OK &&
	    dmsc_rd_take(&r, b & 0x0F, out) == DMSC_E_OK)
		if (b >> 4 == (int)tag)
			return true;
	return false;
}

bool
uicc_atr_extended(struct dmsc_rd atr)
{
	struct dmsc_rd v;
	struct atr a;

	return parse(atr, &a) == DMSC_E_OK &&
	    historical(&a, TAG_CAPABILITIES, &v) && v.left >= 3 &&
	    (v.p[2] & CAP_EXTENDED) != 0;
}

bool
dmsc_atr_euicc(struct dmsc_rd atr)
{
	struct atr a;

	return parse(atr, &a) == DMSC_E_OK && a.functions >= 0 &&
	    (a.functions & EUICC) == EUICC;
}

static int
add_speed(const struct atr *a, char ***facts, size_t *n)
{
	static const unsigned f[16] = { 372, 372, 558, 744, 1116, 1488, 1860,
	    0, 0, 512, 768, 1024, 1536, 2048, 0, 0 };
	static const unsigned d[16] = { 0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0,
	    0, 0, 0, 0, 0 };
	unsigned fi, di;

	if (a->ta1 < 0)
		return DMSC_E_OK;
	fi = f[a->ta1 >> 4 & 0xF];
	di = d[a->ta1 & 0xF];
	if (fi == 0 || di == 0)
		return dmsc_strs_add(facts, n, "speed: reserved value %02X",
		    (unsigned)a->ta1);
	return dmsc_strs_add(facts, n,
	    "speed: Fi %u, Di %u, %u cycles a bit", fi, di, fi / di);
}

static int
add_protocols(const struct atr *a, char ***facts, size_t *n)
{
	struct dmsc_buf *b = dmsc_buf_new(128);
	unsigned t;
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (t = 0; t < 15 && r == DMSC_E_OK; t++)
		if ((a->protocols & 1u << t) != 0)
			r = dmsc_buf_fmt(b, " T=%u", t);
	if (r == DMSC_E_OK)
		r = dmsc_strs_add(facts, n, "protocols:%s",
		    dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return r;
}

static int
add_supply(const struct atr *a, char ***facts, size_t *n)
{
	unsigned c = (unsigned)a->classes;

	if (a->classes < 0)
		return DMSC_E_OK;
	return dmsc_strs_add(facts, n, "supply:%s%s%s",
	    (c & 1) != 0 ? " 5 V" : "", (c & 2) != 0 ? " 3 V" : "",
	    (c & 4) != 0 ? " 1.8 V" : "");
}

static int
add_service(const struct atr *a, char ***facts, size_t *n)
{
	struct dmsc_rd v;
	unsigned b;

	if (!historical(a, TAG_SERVICE, &v) || v.left < 1)
		return DMSC_E_OK;
	b = v.p[0];
	return dmsc_strs_add(facts, n, "selects by %s%s%s; EF.DIR by READ %s; "
	    "%s MF", (b & 0x80) != 0 ? "full name" : "",
	    (b & 0xC0) == 0xC0 ? ", " : "",
	    (b & 0x40) != 0 ? "partial name" : "",
	    (b & 0x0E) == 0x08 ? "BINARY" : "RECORD",
	    (b & 1) == 0 ? "with" : "without");
}

static int
add_capabilities(const struct atr *a, char ***facts, size_t *n)
{
	struct dmsc_rd v;
	unsigned b, channels;

	if (!historical(a, TAG_CAPABILITIES, &v) || v.left < 3)
		return DMSC_E_OK;
	b = v.p[2];
	channels = (b & 7) + 1;
	return dmsc_strs_add(facts, n, "logical channels: %u%s; extended "
	    "length: %s; command chaining: %s", channels,
	    channels == 8 ? " or more" : "",
	    (b & CAP_EXTENDED) != 0 ? "yes" : "no",
	    (b & CAP_CHAINING) != 0 ? "yes" : "no");
}

static int
add_historical(const struct atr *a, char ***facts, size_t *n)
{
	char hex[2 * 15 + 1];

	if (a->historical.left == 0)
		return DMSC_E_OK;
	return dmsc_strs_add(facts, n, "historical bytes: %s",
	    dmsc_hex(a->historical, hex, sizeof hex));
}

static int
add_functions(const struct atr *a, char ***facts, size_t *n)
{
	return a->functions < 0 || (a->functions & EUICC) != EUICC ?
	    DMSC_E_OK : dmsc_strs_add(facts, n, "eUICC functions");
}

static int
add_check(const struct atr *a, char ***facts, size_t *n)
{
	if (!a->tck_there)
		return a->protocols == 1 ? DMSC_E_OK : dmsc_strs_add(facts,
		    n, "check byte: missing");
	return dmsc_strs_add(facts, n, "check byte: %s",
	    a->tck_good ? "right" : "wrong");
}

int
dmsc_atr_facts(struct dmsc_rd atr, char ***facts, size_t *n)
{
	static int (*const add[])(const struct atr *, char ***, size_t *) = {
		add_protocols, add_speed, add_supply, add_historical,
		add_service, add_capabilities, add_functions, add_check,
	};
	struct atr a;
	size_t i;
	int r;

	if (parse(atr, &a) != DMSC_E_OK)
		return dmsc_strs_add(facts, n, "the ATR is not well formed");
	r = dmsc_strs_add(facts, n, "convention: %s",
	    a.ts == DIRECT ? "direct" : "inverse");
	for (i = 0; i < DMSC_COUNT(add) && r == DMSC_E_OK; i++)
		r = add[i](&a, facts, n);
	return r;
}
