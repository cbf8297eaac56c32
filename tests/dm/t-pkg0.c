/*
 * dm: Package #0 (OMA DM Notification 1.2): the vectors of reference 7, what
 * is none, digests of another credential, and every flipped bit.
 */
#include <string.h>

#include "base/base.h"
#include "dm/pkg0.h"
#include "tap.h"

static const char vector[] = "05D98F7FC3D57CEB46AEC70C26F80155"
    "02E8000000 00A7 07 61636D652D646D";
static const char vector_zero[] = "CA2AB89787EE7191935E371C140565ED"
    "02E8000000 00A7 07 61636D652D646D";

static struct dmsc_cred_login
login(const char *user, const char *secret, const char *nonce)
{
	return (struct dmsc_cred_login){ .scheme = DMSC_CRED_MD5,
		.user = dmsc_rd_str(user), .secret = dmsc_rd_str(secret),
		.nonce = dmsc_rd_str(nonce) };
}

static struct dmsc_buf *
bytes(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(4096);

	if (b == NULL || dmsc_hex_get(hex, b) != DMSC_E_OK)
		abort();
	return b;
}

static void
read_vector(void)
{
	struct dmsc_cred_login acme = login("acme-dm", "s3rver-pw",
	    "SrvNonce"), other = login("acme-dm", "s3rver-pw", "SrvNonc2");
	struct dmsc_buf *b = bytes(vector), *z = bytes(vector_zero);
	struct dmsc_pkg0 p;
	bool resync = true;

	ok(dmsc_pkg0_get(dmsc_buf_rd(b), &p) == DMSC_E_OK &&
	    p.version == DMSC_PKG0_VERSION && p.ui == DMSC_PKG0_INFORM &&
	    p.by_server && p.session == 0xA7 && p.vendor.left == 0 &&
	    dmsc_rd_eq_str(p.server, "acme-dm"), "the vector's fields");
	ok(dmsc_pkg0_check(dmsc_buf_rd(b), &acme, &resync) == DMSC_E_OK &&
	    !resync, "its digest holds");
	ok(dmsc_pkg0_check(dmsc_buf_rd(b), &other, &resync) ==
	    DMSC_E_AUTHFAIL && !resync, "a nonce later it does not: replay");
	ok(dmsc_pkg0_check(dmsc_buf_rd(z), &acme, &resync) == DMSC_E_OK &&
	    resync, "the digest of the zero nonce is told apart");
	other = login("acme-dm", "another", "SrvNonce");
	ok(dmsc_pkg0_check(dmsc_buf_rd(b), &other, &resync) ==
	    DMSC_E_AUTHFAIL && dmsc_pkg0_check(dmsc_buf_rd(z), &other,
	    &resync) == DMSC_E_AUTHFAIL && !resync, "another password");
	dmsc_buf_free(&b);
	dmsc_buf_free(&z);
}

static void
write_vector(void)
{
	struct dmsc_cred_login acme = login("acme-dm", "s3rver-pw",
	    "SrvNonce");
	struct dmsc_pkg0 p = { .version = DMSC_PKG0_VERSION,
		.ui = DMSC_PKG0_INFORM, .by_server = true, .session = 0xA7,
		.server = dmsc_rd_str("acme-dm") };
	struct dmsc_buf *b = bytes(vector), *out = dmsc_buf_new(4096);
	struct dmsc_pkg0 back;

	ok(dmsc_pkg0_put(out, &p, &acme) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(out), dmsc_buf_rd(b)),
	    "the vector is written byte for byte");
	dmsc_buf_reset(out);
	p.ui = DMSC_PKG0_BACKGROUND;
	p.by_server = false;
	p.vendor = dmsc_rd_str("vendor");
	ok(dmsc_pkg0_put(out, &p, &acme) == DMSC_E_OK &&
	    memcmp(out->p + DMSC_MD5_LEN, "\x02\xD0\0\0\0", 5) == 0 &&
	    dmsc_pkg0_get(dmsc_buf_rd(out), &back) == DMSC_E_OK &&
	    back.ui == DMSC_PKG0_BACKGROUND && !back.by_server &&
	    dmsc_rd_eq_str(back.vendor, "vendor"),
	    "background, by the user, with a vendor's body");
	p.session = 0;
	ok(dmsc_pkg0_put(out, &p, &acme) == DMSC_E_FORMAT, "session 0");
	p.session = 1;
	p.server = dmsc_rd_str("");
	ok(dmsc_pkg0_put(out, &p, &acme) == DMSC_E_FORMAT, "no server");
	dmsc_buf_free(&b);
	dmsc_buf_free(&out);
}

#define DIGEST "00000000000000000000000000000000"
static const struct { const char *name, *hex; int want; } cases[] = {
	{ "nothing", "", DMSC_E_SHORT },
	{ "a digest alone", DIGEST, DMSC_E_SHORT },
	{ "no session", DIGEST "02E8000000", DMSC_E_SHORT },
	{ "half a ServerID", DIGEST "02E8000000 0001 02 41", DMSC_E_SHORT },
	{ "a ServerID of one", DIGEST "02E8000000 0001 01 41", DMSC_E_OK },
	{ "DM 1.2 by its own number", DIGEST "0308000000 0001 01 41",
	    DMSC_E_OK },
	{ "session 0", DIGEST "02E8000000 0000 01 41", DMSC_E_FORMAT },
	{ "no ServerID", DIGEST "02E8000000 0001 00", DMSC_E_FORMAT },
	{ "a NUL in it", DIGEST "02E8000000 0001 02 4100", DMSC_E_FORMAT },
	{ "DM 1.3", DIGEST "0348000000 0001 01 41", DMSC_E_UNSUPPORTED },
	{ "a bit of the future", DIGEST "02E8000001 0001 01 41",
	    DMSC_E_UNSUPPORTED },
	{ "the highest of them", DIGEST "02EC000000 0001 01 41",
	    DMSC_E_UNSUPPORTED },
};

static void
refused(void)
{
	struct dmsc_buf *long_one = dmsc_buf_new(4096);
	struct dmsc_pkg0 p;
	size_t i;

	for (i = 0; i < DMSC_COUNT(cases); i++) {
		struct dmsc_buf *b = bytes(cases[i].hex);

		ok(dmsc_pkg0_get(dmsc_buf_rd(b), &p) == cases[i].want,
		    cases[i].name);
		dmsc_buf_free(&b);
	}
	ok(dmsc_buf_fill(long_one, 'A', DMSC_PKG0_MAX + 1) == DMSC_E_OK &&
	    dmsc_pkg0_get(dmsc_buf_rd(long_one), &p) == DMSC_E_LIMIT,
	    "more than it may be");
	dmsc_buf_free(&long_one);
}

/* Of all cuts and flipped bits none passes. */
static void
spoilt(void)
{
	struct dmsc_cred_login acme = login("acme-dm", "s3rver-pw",
	    "SrvNonce");
	struct dmsc_buf *b = bytes(vector);
	size_t i, passed = 0;
	bool resync;

	for (i = 0; i < b->len; i++)
		passed += dmsc_pkg0_check(dmsc_rd_of(b->p, i), &acme,
		    &resync) == DMSC_E_OK;
	for (i = 0; i < 8 * b->len; i++) {
		b->p[i / 8] ^= (uint8_t)(1 << i % 8);
		passed += dmsc_pkg0_check(dmsc_buf_rd(b), &acme, &resync) ==
		    DMSC_E_OK;
		b->p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ok(passed == 0, "no cut and no flipped bit passes");
	dmsc_buf_free(&b);
}

static void
ids(void)
{
	static const struct { unsigned session; const char *id; } rows[] = {
		{ 1, "1" }, { 0xA7, "A7" }, { 0x100, "100" },
		{ 0xFFFF, "FFFF" }, { 0x1020, "1020" } };
	char id[DMSC_PKG0_ID];
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		dmsc_pkg0_id(rows[i].session, id);
		ok(strcmp(id, rows[i].id) == 0, rows[i].id);
	}
	ok(strcmp(dmsc_pkg0_ui_name(DMSC_PKG0_INTERACT), "interact") == 0,
	    "its kinds have names");
}

int
main(void)
{
	read_vector();
	write_vector();
	refused();
	spoilt();
	ids();
	return tap_done();
}
