/* pkcs15: golden bytes both ways, foreign entries, padding, broken input. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pkcs15/pkcs15.h"
#include "tap.h"
#include "tlv/ber.h"

#define LWM2M_LABEL "0C0F4C774D324D20426F6F747374726170"
#define LWM2M_OPAQUE "302A 3011 " LWM2M_LABEL " 300D 0C054C774D324D" \
	" 0604672B0901 A106 300404026432"
#define LWM2M_DOUBLE "A127 3000 3011 " LWM2M_LABEL " A110 300E" \
	" 06060604672B0901 300404026432"
/* GlobalPlatform's access rules as real cards carry them for Android. */
#define ACMF "A129 3000 300F 0C0D 47502053452041636320 43746C" \
	" A114 3012 060A 2A864886FC6B81480101 3004 0402 4200"

static struct dmsc_buf *
unhex(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(4096);

	if (b == NULL || dmsc_hex_get(hex, b) != DMSC_E_OK)
		exit(99);
	return b;
}

static bool
same(struct dmsc_rd r, const char *hex)
{
	struct dmsc_buf *b = unhex(hex);
	bool good = dmsc_rd_eq(r, dmsc_buf_rd(b));

	dmsc_buf_free(&b);
	return good;
}

static bool
text_is(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Rows: bytes, what they say, and whether the writer makes them again. */
static const struct dodf_row {
	const char *name, *hex;
	const char *label, *app_name, *oid, *app_oid;
	bool is_private, twice, extra;
	const char *path;
} dodf_rows[] = {
	{ "opaqueDO that OpenSC reads", LWM2M_OPAQUE, "LwM2M Bootstrap",
	    "LwM2M", DMSC_OID_LWM2M, DMSC_OID_LWM2M, false, false, false,
	    "6432" },
	{ "private opaqueDO", "3031 3018 " LWM2M_LABEL " 03020780 040101"
	    " 300D 0C054C774D324D 0604672B0901 A106 300404026432",
	    "LwM2M Bootstrap", "LwM2M", DMSC_OID_LWM2M, DMSC_OID_LWM2M, true,
	    false, false, "6432" },
	{ "oidDO with the OID wrapped twice", LWM2M_DOUBLE, NULL,
	    "LwM2M Bootstrap", DMSC_OID_LWM2M, NULL, false, true, false,
	    "6432" },
	{ "clean oidDO", "A125 3000 3011 " LWM2M_LABEL " A10E 300C"
	    " 0604672B0901 300404026432", NULL, "LwM2M Bootstrap",
	    DMSC_OID_LWM2M, NULL, false, false, false, "6432" },
	{ "DM bootstrap", "A122 3000 300E 0C0C 444D20426F6F747374726170"
	    " A10E 300C 0604672B0701 300404026433", NULL, "DM Bootstrap",
	    DMSC_OID_DM, NULL, false, false, false, "6433" },
	{ "private DM bootstrap", "A12C 300A 0C0441636D65 03020780"
	    " 300E 0C0C 444D20426F6F747374726170 A10E 300C 0604672B0701"
	    " 300404026433", "Acme", "DM Bootstrap", DMSC_OID_DM, NULL, true,
	    false, false, "6433" },
	{ "foreign access rules", ACMF, NULL, "GP SE Acc Ctl", DMSC_OID_ARF,
	    NULL, false, false, false, "4200" },
	{ "index and length", "A129 3000 300F 0C0D 53657276657220"
	    "436F6E666967 A114 3012 0604672B0501 300A 0402 6432 020104"
	    " 80013C", NULL, "Server Config", DMSC_OID_CP1, NULL, false,
	    false, false, "6432" },
	{ "access rules of the object itself", "A117 3007 3005 03010000"
	    "00 3000 A10A 3008 060267 2B 3002 0400", NULL, NULL, "2.23.43",
	    NULL, false, false, true, NULL },
	{ "label in Latin-1, NUL behind", "3014 3006 0C04 46FC7200 3002 0C00"
	    " A106 3004 0402 4D10", "F\xC3\xBCr", "", NULL, NULL, false,
	    false, true, "4D10" },
	{ "sub-class and a value direct", "A11A 3000 3003 0C0141 A0023000"
	    " A10D 300B 0604672B0501 A003 040141", NULL, "A", DMSC_OID_CP1,
	    NULL, false, false, true, NULL },
	{ "oidDO, identifier in the class alone", "A11A 3000 3006"
	    " 0604672B0701 A10E 300C 300A 0402 6432 020104 800120", NULL,
	    NULL, DMSC_OID_DM, DMSC_OID_DM, false, false, true, "6432" },
	{ "the same, a Path alone", "A112 3000 3006 0604672B0701 A106"
	    " 300404026432", NULL, NULL, DMSC_OID_DM, DMSC_OID_DM, false,
	    false, true, "6432" },
	{ "opaqueDO, identifier in the type", "3014 3000 3000 A10E 300C"
	    " 0604672B0701 300404026432", NULL, NULL, DMSC_OID_DM, NULL,
	    false, false, true, "6432" },
	{ "opaqueDO, a value direct", "3010 3000 3006 0604672B0701 A104"
	    " 80020102", NULL, NULL, DMSC_OID_DM, DMSC_OID_DM, false, false,
	    true, NULL },
	{ "flags that are none", "A01A 3007 0C0141 030209FF 3007 0C0142"
	    " 06020080 A106 300404024D12", "A", "B", NULL, NULL, false,
	    false, true, "4D12" },
};

static bool
path_is(const struct dmsc_dodf_entry *e, const char *hex)
{
	if (hex == NULL)
		return !e->has_path;
	return e->has_path &&
	    same(dmsc_rd_of(e->path.path, e->path.len), hex);
}

static bool
entry_is(const struct dmsc_dodf_entry *e, const struct dodf_row *row)
{
	return e->understood && text_is(e->label, row->label) &&
	    text_is(e->app_name, row->app_name) && text_is(e->oid, row->oid) &&
	    text_is(e->app_oid, row->app_oid) &&
	    e->is_private == row->is_private && e->oid_double == row->twice &&
	    e->extra == row->extra && path_is(e, row->path) &&
	    same(e->raw, row->hex);
}

/* The writer gives the bytes again, unless raw says more. */
static bool
writes_back(const struct dmsc_dodf_entry *e)
{
	struct dmsc_buf *b = dmsc_buf_new(4096);
	int r = dmsc_dodf_put(b, e);
	bool good;

	if (e->extra)
		good = r == DMSC_E_OK || (r == DMSC_E_DATA && b->len == 0);
	else
		good = r == DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(b), e->raw);
	dmsc_buf_free(&b);
	return good;
}

/* What can be moved can be read again, with the new path. */
static bool
moves(const struct dmsc_dodf_entry *e)
{
	static const struct dmsc_p15_path to = { { 0x3F, 0x00, 0x7F, 0x50,
	    0x4D, 0x11 }, 6, true, 0, 300 };
	struct dmsc_buf *b = dmsc_buf_new(8192);
	struct dmsc_dodf d = { 0 };
	int r = dmsc_dodf_put_moved(b, e, &to);
	bool good = r == (e->has_path || e->direct.left > 0 ? DMSC_E_OK :
	    DMSC_E_NOTFOUND);

	if (good && r == DMSC_E_OK)
		good = dmsc_dodf_read(dmsc_buf_rd(b), &d) == DMSC_E_OK &&
		    d.n == 1 && d.v[0].understood && d.v[0].has_path &&
		    memcmp(d.v[0].path.path, to.path, to.len) == 0 &&
		    d.v[0].path.has_range && d.v[0].path.length == 300 &&
		    text_is(d.v[0].label, e->label) &&
		    text_is(d.v[0].oid, e->oid);
	dmsc_dodf_clear(&d);
	dmsc_buf_free(&b);
	return good;
}

static bool
inside(struct dmsc_rd file, struct dmsc_rd raw, size_t at)
{
	return at < file.left && raw.p == file.p + at &&
	    raw.left <= file.left - at;
}

/* Reads any bytes as each directory; what is read must hold together. */
static bool
survives(struct dmsc_rd r)
{
	struct dmsc_odf o;
	struct dmsc_dodf d;
	struct dmsc_aodf a;
	bool good = true;
	size_t i;

	good = dmsc_odf_read(r, &o) != DMSC_E_NOMEM && o.used <= r.left;
	for (i = 0; i < o.n; i++)
		good = good && inside(r, o.v[i].raw, o.v[i].at);
	good = dmsc_dodf_read(r, &d) != DMSC_E_NOMEM && good &&
	    d.used <= r.left;
	for (i = 0; i < d.n && good; i++)
		good = inside(r, d.v[i].raw, d.v[i].at) &&
		    (d.v[i].understood || d.v[i].label == NULL);
	good = dmsc_aodf_read(r, &a) != DMSC_E_NOMEM && good &&
	    a.used <= r.left;
	dmsc_odf_clear(&o);
	dmsc_dodf_clear(&d);
	dmsc_aodf_clear(&a);
	return good;
}

/* In memory of exactly n bytes, so that the sanitizer sees each overrun. */
static bool
survives_exact(const uint8_t *p, size_t n, size_t bit)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	bool good;

	if (copy == NULL)
		return false;
	memcpy(copy, p, n);
	if (bit < n * 8)
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	good = survives(dmsc_rd_of(copy, n));
	free(copy);
	return good;
}

static bool
mutations_hold(const char *hex)
{
	struct dmsc_buf *b = unhex(hex);
	bool good = true;
	size_t i;

	for (i = 0; i < b->len && good; i++)
		good = survives_exact(b->p, i, SIZE_MAX);
	for (i = 0; i < b->len * 8 && good; i++)
		good = survives_exact(b->p, b->len, i);
	dmsc_buf_free(&b);
	return good;
}

/* Each truncation of one good entry is an error with nothing read. */
static bool
truncations_fail(const char *hex)
{
	struct dmsc_buf *b = unhex(hex);
	struct dmsc_dodf d;
	bool good = true;
	size_t i;

	for (i = 1; i < b->len && good; i++) {
		good = dmsc_dodf_read(dmsc_rd_of(b->p, i), &d) ==
		    DMSC_E_SHORT && d.n == 0 && d.used == 0;
		dmsc_dodf_clear(&d);
	}
	dmsc_buf_free(&b);
	return good;
}

static void
test_dodf(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(dodf_rows); i++) {
		const struct dodf_row *row = &dodf_rows[i];
		struct dmsc_buf *b = unhex(row->hex);
		struct dmsc_dodf d;
		bool good = dmsc_dodf_read(dmsc_buf_rd(b), &d) == DMSC_E_OK &&
		    d.n == 1 && d.used == b->len && entry_is(&d.v[0], row) &&
		    writes_back(&d.v[0]) && moves(&d.v[0]);

		ok(good && truncations_fail(row->hex) &&
		    mutations_hold(row->hex), row->name);
		dmsc_dodf_clear(&d);
		dmsc_buf_free(&b);
	}
}

/* From members alone, as the store makes them. */
static void
test_dodf_made(void)
{
	static char label[] = "LwM2M Bootstrap", name[] = "LwM2M",
	    oid[] = DMSC_OID_LWM2M;
	struct dmsc_dodf_entry e = { .choice = DMSC_DO_OPAQUE,
	    .understood = true, .label = label, .app_name = name,
	    .app_oid = oid, .has_path = true,
	    .path = { .path = { 0x64, 0x32 }, .len = 2 } };
	struct dmsc_buf *b = dmsc_buf_new(512);

	ok(dmsc_dodf_put(b, &e) == DMSC_E_OK && b->len == 44 &&
	    same(dmsc_buf_rd(b), LWM2M_OPAQUE), "opaqueDO made, 44 bytes");
	dmsc_buf_reset(b);
	e = (struct dmsc_dodf_entry){ .choice = DMSC_DO_OID,
	    .understood = true, .app_name = label, .oid = oid,
	    .oid_double = true, .has_path = true, .path = e.path };
	ok(dmsc_dodf_put(b, &e) == DMSC_E_OK && b->len == 41 &&
	    same(dmsc_buf_rd(b), LWM2M_DOUBLE), "oidDO made, 41 bytes");
	e.oid = NULL;
	ok(dmsc_dodf_put(b, &e) == DMSC_E_DATA && b->len == 41,
	    "an oidDO needs an OID");
	e.oid = oid;
	e.has_path = false;
	ok(dmsc_dodf_put(b, &e) == DMSC_E_DATA && b->len == 41,
	    "an entry needs a path");
	dmsc_buf_free(&b);
	b = dmsc_buf_new(40);
	e.has_path = true;
	ok(dmsc_dodf_put(b, &e) == DMSC_E_LIMIT && b->len == 0,
	    "no room: nothing is left behind");
	dmsc_buf_free(&b);
}

/* A directory as a card has it: padding everywhere, foreign things between. */
static const char mixed[] = "0000FF" ACMF "FFFF" LWM2M_OPAQUE "00" "3000"
	"FF" "E203010203" LWM2M_DOUBLE "FFFFFFFF0000";

static void
test_mixed(void)
{
	static const char kept[] = ACMF LWM2M_OPAQUE "3000" "E203010203"
	    LWM2M_DOUBLE;
	static const bool understood[] = { true, true, false, false, true };
	struct dmsc_buf *b = unhex(mixed), *out = dmsc_buf_new(4096);
	struct dmsc_dodf d;
	bool good = dmsc_dodf_read(dmsc_buf_rd(b), &d) == DMSC_E_OK &&
	    d.n == 5 && d.used == b->len - 6 && d.v[0].at == 3;
	size_t i;

	for (i = 0; good && i < d.n; i++)
		good = d.v[i].understood == understood[i] &&
		    dmsc_dodf_put(out, &d.v[i]) == DMSC_E_OK;
	ok(good && same(dmsc_buf_rd(out), kept) && mutations_hold(mixed),
	    "padding, empty and unknown entries; all written back");
	ok(good && d.v[3].choice == 0xE2 && d.v[3].raw.left == 5,
	    "an unknown entry keeps its bytes");
	dmsc_dodf_clear(&d);
	b->p[b->len - 6 - 40] = 0x50;	/* the last entry is too long */
	ok(dmsc_dodf_read(dmsc_buf_rd(b), &d) == DMSC_E_SHORT && d.n == 4 &&
	    d.used == d.v[3].at + 5, "what came before the break stays");
	dmsc_dodf_clear(&d);
	dmsc_buf_free(&b);
	dmsc_buf_free(&out);
}

static void
test_limit(void)
{
	struct dmsc_buf *b = dmsc_buf_new(2 * DMSC_P15_ENTRIES_MAX + 2);
	struct dmsc_dodf d;
	struct dmsc_odf o;

	while (b->len < 2 * (DMSC_P15_ENTRIES_MAX + 1))
		if (dmsc_buf_u16(b, 0x0100) != DMSC_E_OK)
			break;
	ok(dmsc_dodf_read(dmsc_buf_rd(b), &d) == DMSC_E_LIMIT &&
	    d.n == DMSC_P15_ENTRIES_MAX &&
	    dmsc_odf_read(dmsc_buf_rd(b), &o) == DMSC_E_LIMIT &&
	    o.n == DMSC_P15_ENTRIES_MAX, "the entries of a file are bounded");
	dmsc_dodf_clear(&d);
	dmsc_odf_clear(&o);
	ok(dmsc_dodf_read(dmsc_rd_of(NULL, 0), &d) == DMSC_E_OK && d.n == 0,
	    "an empty file");
	dmsc_buf_free(&b);
}

static const struct {
	const char *name, *hex;
	int want;
	size_t n, used;
	const char *tags, *last_path;
} odf_rows[] = {
	{ "one DODF", "A706 300404026430", 0, 1, 8, "A7", "6430" },
	{ "DM card", "A706 300404026431", 0, 1, 8, "A7", "6431" },
	{ "DODF and AODF", "A706 300404026430 A806 300404024401 FFFF", 0, 2,
	    16, "A7A8", "4401" },
	{ "three, as OpenSC reads them", "A406 300404024402 A106 300404024404"
	    " A706 300404026430 FFFFFFFFFFFFFFFF", 0, 3, 24, "A4A1A7",
	    "6430" },
	{ "a card with nothing for us", "A706 300404024407 A506 300404024404"
	    " FFFFFF", 0, 2, 16, "A7A5", "4404" },
	{ "padding before and between", "FF00 A706 300404026430 0000FF"
	    " A806 3004 0402 4401 00", 0, 2, 21, "A7A8", "4401" },
	{ "absolute path", "A70A 3008 0406 3F007F506430", 0, 1, 12, "A7",
	    "3F007F506430" },
	{ "index and length", "A70C 300A 04026432 020104 80013C", 0, 1, 14,
	    "A7", "6432" },
	{ "an inline list", "A708 A006 A104 3000 3000", 0, 1, 10, "A7",
	    NULL },
	{ "a tag of tomorrow", "AB06 300404024411 A800", 0, 2, 10, "ABA8",
	    NULL },
	{ "a path too long", "A715 3013 0411 000102030405060708090A0B0C0D0E"
	    "0F10", 0, 1, 23, "A7", NULL },
	{ "breaks off", "A706 300404026430 A806 3004", DMSC_E_SHORT, 1, 8,
	    "A7", "6430" },
	{ "indefinite length", "A706 300404026430 A880 0000", DMSC_E_FORMAT,
	    1, 8, "A7", "6430" },
	{ "nothing", "FFFFFF00", 0, 0, 0, "", NULL },
};

static bool
odf_is(const struct dmsc_odf *o, size_t row)
{
	struct dmsc_buf *b = dmsc_buf_new(64);
	const struct dmsc_odf_entry *last;
	bool good = o->n == odf_rows[row].n && o->used == odf_rows[row].used;
	size_t i;

	for (i = 0; i < o->n; i++)
		good = dmsc_buf_u8(b, o->v[i].tag) == DMSC_E_OK && good;
	good = good && same(dmsc_buf_rd(b), odf_rows[row].tags);
	dmsc_buf_free(&b);
	if (!good || o->n == 0)
		return good;
	last = &o->v[o->n - 1];
	if (odf_rows[row].last_path == NULL)
		return !last->has_path;
	return last->has_path && same(dmsc_rd_of(last->path.path,
	    last->path.len), odf_rows[row].last_path);
}

/* Entries with a path, written from it, give their bytes again. */
static bool
odf_writes_back(const struct dmsc_odf *o)
{
	struct dmsc_buf *b = dmsc_buf_new(4096);
	bool good = true;
	size_t i;

	for (i = 0; i < o->n && good; i++) {
		dmsc_buf_reset(b);
		good = !o->v[i].has_path || (dmsc_odf_put(b, o->v[i].tag,
		    &o->v[i].path) == DMSC_E_OK &&
		    dmsc_rd_eq(dmsc_buf_rd(b), o->v[i].raw));
	}
	dmsc_buf_free(&b);
	return good;
}

static void
test_odf(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(odf_rows); i++) {
		struct dmsc_buf *b = unhex(odf_rows[i].hex);
		struct dmsc_odf o;
		int code = dmsc_odf_read(dmsc_buf_rd(b), &o);

		ok(code == odf_rows[i].want && odf_is(&o, i) &&
		    odf_writes_back(&o) && mutations_hold(odf_rows[i].hex),
		    odf_rows[i].name);
		dmsc_odf_clear(&o);
		dmsc_buf_free(&b);
	}
}

static const struct {
	const char *name, *hex;
	bool rewrite;
	size_t n;
	unsigned pin_ref, flags, max;
} aodf_rows[] = {
	{ "local PIN", "302C 300A 0C0450494E31 030206C0 3003 040101"
	    " A119 3017 0302020C 0A0101 020104 020108 020108 80020081"
	    " 0401FF", true, 1, 0x81, 0x30, 8 },
	{ "global PIN", "302B 300A 0C0450494E31 030206C0 3003 040101"
	    " A118 3016 0302024C 0A0101 020104 020108 020108 800101 0401FF",
	    true, 1, 0x01, 0x32, 8 },
	{ "reference without the leading 00, no longest length", "3028"
	    " 300A 0C0450494E31 030206C0 3003 040101 A115 3013 0302020C"
	    " 0A0101 020104 020108 800181 0401FF", false, 1, 0x81, 0x30, 0 },
	{ "biometrics and padding around", "FF A003 010203 302B 300A"
	    " 0C0450494E31 030206C0 3003 040101 A118 3016 0302024C 0A0101"
	    " 020104 020108 020108 800101 0401FF 3000 FF", false, 1, 0x01,
	    0x32, 8 },
};

static bool
aodf_writes_back(const struct dmsc_aodf_entry *e)
{
	struct dmsc_buf *b = dmsc_buf_new(512);
	bool good = dmsc_aodf_put(b, e) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), e->raw);

	dmsc_buf_free(&b);
	return good;
}

static void
test_aodf(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(aodf_rows); i++) {
		struct dmsc_buf *b = unhex(aodf_rows[i].hex);
		struct dmsc_aodf a;
		bool good = dmsc_aodf_read(dmsc_buf_rd(b), &a) == DMSC_E_OK &&
		    a.n == aodf_rows[i].n && text_is(a.v[0].label, "PIN1") &&
		    a.v[0].auth_id_len == 1 && a.v[0].auth_id[0] == 1 &&
		    a.v[0].pin_ref == aodf_rows[i].pin_ref &&
		    a.v[0].flags == aodf_rows[i].flags &&
		    a.v[0].min_len == 4 && a.v[0].stored_len == 8 &&
		    a.v[0].max_len == aodf_rows[i].max && a.v[0].ascii &&
		    a.v[0].pad == 0xFF && (!aodf_rows[i].rewrite ||
		    aodf_writes_back(&a.v[0]));

		ok(good && mutations_hold(aodf_rows[i].hex),
		    aodf_rows[i].name);
		dmsc_aodf_clear(&a);
		dmsc_buf_free(&b);
	}
}

/* Read again whole, and without a crash when it is cut or changed. */
static void
token_back(struct dmsc_rd r)
{
	struct dmsc_tokeninfo t;
	struct dmsc_buf *b;
	bool good = true;
	size_t i;

	ok(dmsc_tokeninfo_read(r, &t) == DMSC_E_OK && t.version == 0 &&
	    t.serial.left == 10 && strcmp(t.maker, "dmsc") == 0 &&
	    strcmp(t.label, "DM bootstrap") == 0, "TokenInfo, read again");
	dmsc_tokeninfo_clear(&t);
	for (i = 0; i < r.left; i++) {
		b = dmsc_buf_from(dmsc_rd_slice(r, 0, i), r.left);
		good = good && b != NULL && dmsc_tokeninfo_read(
		    dmsc_buf_rd(b), &t) != DMSC_E_OK;
		dmsc_tokeninfo_clear(&t);
		dmsc_buf_free(&b);
	}
	ok(good, "TokenInfo, each truncation");
	for (i = 0; i < 8 * r.left && good; i++) {
		if ((b = dmsc_buf_from(r, r.left)) == NULL)
			break;
		b->p[i / 8] ^= (uint8_t)(1u << i % 8);
		good = dmsc_tokeninfo_read(dmsc_buf_rd(b), &t) !=
		    DMSC_E_NOMEM;
		dmsc_tokeninfo_clear(&t);
		dmsc_buf_free(&b);
	}
	ok(good && i == 8 * r.left, "TokenInfo, each flipped bit");
}

static void
test_info(void)
{
	struct dmsc_buf *b = dmsc_buf_new(512), *iccid =
	    unhex("8988119988776655443F");
	struct dmsc_aodf_entry e = { .label = NULL, .auth_id = { 1 },
	    .auth_id_len = 1, .pin_ref = 0x81, .min_len = 4, .stored_len = 8,
	    .max_len = 8, .pad = 0xFF, .ascii = true };

	ok(dmsc_tokeninfo_put(b, dmsc_buf_rd(iccid), "dmsc", "DM bootstrap")
	    == DMSC_E_OK && same(dmsc_buf_rd(b), "3027 020100 040A"
	    "8988119988776655443F 0C04646D7363 800C444D20626F6F747374726170"
	    "03020520"), "TokenInfo");
	token_back(dmsc_buf_rd(b));
	dmsc_buf_reset(b);
	ok(dmsc_dir_put(b, dmsc_rd_of(dmsc_p15_aid, sizeof dmsc_p15_aid),
	    "PKCS#15", dmsc_rd_of("\x3F\x00\x7F\x50", 4)) == DMSC_E_OK &&
	    same(dmsc_buf_rd(b), "611D 4F0C A000000063504B43532D3135"
	    "5007504B43532331355104 3F007F50"), "EF.DIR record");
	dmsc_buf_reset(b);
	ok(dmsc_dir_put(b, dmsc_rd_of(dmsc_p15_aid, sizeof dmsc_p15_aid),
	    "PKCS-15", dmsc_rd_of("\x3F\x00\x7F\x50", 4)) == DMSC_E_OK &&
	    same(dmsc_buf_rd(b), "611D 4F0C A000000063504B43532D3135"
	    "5007504B43532D31355104 3F007F50"), "EF.DIR record, other label");
	dmsc_buf_reset(b);
	ok(dmsc_dir_put(b, dmsc_rd_of(dmsc_p15_aid, sizeof dmsc_p15_aid),
	    NULL, dmsc_rd_of(NULL, 0)) == DMSC_E_OK && b->len == 16,
	    "EF.DIR record of an AID alone");
	dmsc_buf_reset(b);
	ok(dmsc_aodf_put(b, &e) == DMSC_E_OK && same(dmsc_buf_rd(b),
	    "3026 3004 030206C0 3003 040101 A119 3017 0302020C 0A0101 020104"
	    "020108 020108 80020081 0401FF"), "a PIN made with plain flags");
	dmsc_buf_free(&b);
	dmsc_buf_free(&iccid);
}

static const struct {
	const char *text, *hex;
	int get, put;
} oid_rows[] = {
	{ DMSC_OID_DM, "672B0701", 0, 0 },
	{ DMSC_OID_LWM2M, "672B0901", 0, 0 },
	{ DMSC_OID_CP1, "672B0501", 0, 0 },
	{ DMSC_OID_CP2, "672B0502", 0, 0 },
	{ DMSC_OID_CP3, "672B0503", 0, 0 },
	{ DMSC_OID_ARF, "2A864886FC6B81480101", 0, 0 },
	{ "1.2.840.113549.1.7.2", "2A864886F70D010702", 0, 0 },
	{ "2.999.3", "883703", 0, 0 },
	{ "0.0", "00", 0, 0 },
	{ "2.18446744073709551535", "81FFFFFFFFFFFFFFFF7F", 0, 0 },
	{ "2.5.18446744073709551616", "55828080808080808080 8000",
	    DMSC_E_LIMIT, DMSC_E_LIMIT },
	{ "2.5.", "5581", DMSC_E_FORMAT, DMSC_E_FORMAT },
	{ "3.1", "5580 01", DMSC_E_FORMAT, DMSC_E_FORMAT },
	{ "1.40", "", DMSC_E_FORMAT, DMSC_E_FORMAT },
	{ "1", "FF", DMSC_E_FORMAT, DMSC_E_FORMAT },
	{ "1.02", "80", DMSC_E_FORMAT, DMSC_E_FORMAT },
	{ "1.x", "8001", DMSC_E_FORMAT, DMSC_E_FORMAT },
	{ "", "81", DMSC_E_FORMAT, DMSC_E_FORMAT },
};

static void
test_oid(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(oid_rows); i++) {
		struct dmsc_buf *in = unhex(oid_rows[i].hex);
		struct dmsc_buf *out = dmsc_buf_new(256);
		bool good;

		good = dmsc_oid_text(dmsc_buf_rd(in), out) == oid_rows[i].get &&
		    (oid_rows[i].get != DMSC_E_OK ? out->len == 0 :
		    dmsc_rd_eq_str(dmsc_buf_rd(out), oid_rows[i].text));
		dmsc_buf_reset(out);
		good = good && dmsc_oid_put(out, oid_rows[i].text) ==
		    oid_rows[i].put && (oid_rows[i].put != DMSC_E_OK ?
		    out->len == 0 : same(dmsc_buf_rd(out), oid_rows[i].hex));
		ok(good, oid_rows[i].text);
		dmsc_buf_free(&in);
		dmsc_buf_free(&out);
	}
}

int
main(void)
{
	test_dodf();
	test_dodf_made();
	test_mixed();
	test_limit();
	test_odf();
	test_aodf();
	test_info();
	test_oid();
	return tap_done();
}
