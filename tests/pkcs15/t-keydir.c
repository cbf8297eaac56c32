/* pkcs15: directories of keys and certificates, both ways and broken. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "pkcs15/keydir.h"
#include "tap.h"

enum { MAX = 4096 };

static struct dmsc_buf *
bytes(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(MAX);

	if (b == NULL || dmsc_hex_get(hex, b) != DMSC_E_OK)
		abort();
	return b;
}

/* The first two were read by OpenSC; written anew they are the same where
 * same is set. */
static const struct {
	const char *name, *hex;
	enum dmsc_keydir kind;
	const char *label;
	unsigned id, usage;
	int ref;			/* -1: none */
	size_t bits, path_len;
	unsigned consent;
	bool rsa, is_private, same;
} rows[] = {
	{ "a certificate", "301C 300B 0C09436172642063657274 3003 040145"
	    "A108 3006 30040402 4403", DMSC_CDF, "Card cert", 0x45, 0, -1, 0,
	    2, 0, false, false, true },
	{ "a public key on a curve", "A01F 300A 0C0843617264206B6579 3007"
	    "040145 03020640 A108 3006 30040402 4405", DMSC_PUKDF,
	    "Card key", 0x45, 1 << 1, -1, 0, 2, 0, false, false, true },
	{ "a public RSA key", "3026 300A 0C0843617264206B6579 300A 040146"
	    "03020102 020103 A10C 300A 30040402 4405 02020800", DMSC_PUKDF,
	    "Card key", 0x46, DMSC_USE_VERIFY, 3, 2048, 2, 0, true, false,
	    true },
	{ "a private RSA key", "302F 3010 0C044B65792E 030206C0 040101"
	    "020101 300F 040103 0303062040 030203B8 020103 A10A 3008"
	    "3006 0404 3F007F50 ", DMSC_PRKDF, "Key.", 3, DMSC_USE_SIGN |
	    DMSC_USE_NON_REPUDIATION, 3, 0, 4, 1, true, true, false },
	{ "a private key, reference without 00", "A01E 3006 0C044B65792E 300A"
	    "040104 03020520 020184 A108 3006 30040402 7F50", DMSC_PRKDF,
	    "Key.", 4, DMSC_USE_SIGN, 0x84, 0, 2, 0, false, false, false },
};

static bool
says(size_t i, const struct dmsc_key_entry *e)
{
	return e->label != NULL && strcmp(e->label, rows[i].label) == 0 &&
	    e->id_len == 1 && e->id[0] == rows[i].id &&
	    e->usage == rows[i].usage && e->has_ref == (rows[i].ref >= 0) &&
	    (!e->has_ref || e->ref == (unsigned)rows[i].ref) &&
	    e->bits == rows[i].bits && e->rsa == rows[i].rsa &&
	    e->is_private == rows[i].is_private && e->has_path &&
	    e->path.len == rows[i].path_len &&
	    e->consent == rows[i].consent;
}

/* Back and forth: what put writes, read says again. */
static bool
round_trip(size_t i, const struct dmsc_key_entry *e, const struct dmsc_buf *b)
{
	struct dmsc_buf *out = dmsc_buf_new(MAX);
	struct dmsc_key_dir d = { 0 };
	bool good = dmsc_keydir_put(rows[i].kind, e, out) == DMSC_E_OK &&
	    dmsc_keydir_read(rows[i].kind, dmsc_buf_rd(out), &d) ==
	    DMSC_E_OK && d.n == 1 && says(i, &d.v[0]) && (!rows[i].same ||
	    dmsc_rd_eq(dmsc_buf_rd(out), dmsc_buf_rd(b)));

	dmsc_keydir_clear(&d);
	dmsc_buf_free(&out);
	return good;
}

static void
hostile(enum dmsc_keydir kind, struct dmsc_buf *b)
{
	struct dmsc_key_dir d;
	struct dmsc_buf *tight;
	size_t k;

	for (k = 0; k < b->len; k++) {
		tight = dmsc_buf_from(dmsc_rd_slice(dmsc_buf_rd(b), 0, k),
		    MAX);
		(void)!dmsc_keydir_read(kind, dmsc_buf_rd(tight), &d);
		dmsc_keydir_clear(&d);
		dmsc_buf_free(&tight);
	}
	for (k = 0; k < 8 * b->len; k++) {
		b->p[k / 8] ^= (uint8_t)(1u << k % 8);
		(void)!dmsc_keydir_read(kind, dmsc_buf_rd(b), &d);
		dmsc_keydir_clear(&d);
		b->p[k / 8] ^= (uint8_t)(1u << k % 8);
	}
}

static void
test_rows(void)
{
	struct dmsc_key_dir d;
	struct dmsc_buf *b;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		b = bytes(rows[i].hex);
		ok(dmsc_keydir_read(rows[i].kind, dmsc_buf_rd(b), &d) ==
		    DMSC_E_OK && d.n == 1 && says(i, &d.v[0]) &&
		    d.used == b->len, rows[i].name);
		ok(d.n == 1 && round_trip(i, &d.v[0], b), "and back");
		dmsc_keydir_clear(&d);
		hostile(rows[i].kind, b);
		dmsc_buf_free(&b);
	}
}

static void
test_mixed(void)
{
	struct dmsc_buf *b = bytes("FF00 301C 300B 0C0943617264206365727"
	    "4 3003 040145 A108 3006 30040402 4403 FFFF BF21020102 A003"
	    "020101 301C 300B 0C09436172642063657274 3003 040146 A108 3006"
	    "30040402 4404 FFFF");
	struct dmsc_key_entry none = { .id_len = 0 };
	struct dmsc_key_dir d;
	struct dmsc_buf *out = dmsc_buf_new(8);

	ok(dmsc_keydir_read(DMSC_CDF, dmsc_buf_rd(b), &d) == DMSC_E_OK &&
	    d.n == 2 && d.v[1].id[0] == 0x46, "others are passed over");
	ok(dmsc_keydir_put(DMSC_CDF, &none, out) == DMSC_E_DATA &&
	    dmsc_keydir_put(DMSC_CDF, &d.v[0], out) == DMSC_E_LIMIT &&
	    out->len == 0, "what cannot be written leaves nothing");
	dmsc_keydir_clear(&d);
	dmsc_buf_free(&out);
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_rows();
	test_mixed();
	return tap_done();
}
