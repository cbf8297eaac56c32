/*
 * crypto: detached signatures that the openssl command made (data/make.sh),
 * each verdict, and that broken ones never crash.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "crypto/crypto.h"
#include "tap.h"

#define DATA TEST_SRCDIR "/tests/crypto/data/"

enum { FILE_MAX = 65536 };
/* 2030-01-01, 2001-09-09 and 2200-01-01: the fixtures last a century. */
static const int64_t now = 1893456000, before = 1000000000,
    after = 7258118400;

static const struct row {
	const char *name, *signature, *cas;
	const int64_t *now;
	int want;
	const char *outcome, *signer, *algorithm, *digest;
} rows[] = {
	{ "RSA", "rsa.p7s", "ca.pem", &now, DMSC_E_OK, "good",
	    "CN=RSA signer,O=Example", "RSA 2048", "SHA256" },
	{ "RSA-PSS", "pss.p7s", "ca.pem", &now, DMSC_E_OK, "good",
	    "CN=RSA signer,O=Example", "RSA 2048", "SHA256" },
	{ "P-256, a name with a comma and UTF-8", "p256.p7s", "ca.pem", &now,
	    DMSC_E_OK, "good", "CN=Gr\xC3\xB6\xC3\x9F" "e\\, Ltd,O=Example",
	    "ECDSA P-256", "SHA256" },
	{ "P-384", "p384.p7s", "ca.pem", &now, DMSC_E_OK, "good",
	    "CN=P-384 signer,O=Example", "ECDSA P-384", "SHA384" },
	{ "PEM", "p256.pem", "ca.pem", &now, DMSC_E_OK, "good", NULL, NULL,
	    NULL },
	{ "the right CA is the second", "rsa.p7s", "both.pem", &now,
	    DMSC_E_OK, "good", NULL, NULL, NULL },
	{ "no signed attributes", "noattr.p7s", "ca.pem", &now, DMSC_E_OK,
	    "good", NULL, NULL, NULL },
	{ "the document inside as well", "attached.p7s", "ca.pem", &now,
	    DMSC_E_OK, "good", NULL, NULL, NULL },
	{ "a CA in the middle, carried", "leaf.p7s", "ca.pem", &now,
	    DMSC_E_OK, "good", "CN=Below the middle", NULL, NULL },
	{ "the CA in the middle is the one trusted", "leafalone.p7s",
	    "mid.pem", &now, DMSC_E_OK, "good", NULL, NULL, NULL },
	{ "the signer itself is trusted", "p256.p7s", "signer.pem", &now,
	    DMSC_E_OK, "good", NULL, NULL, NULL },
	{ "the signer is known from the CAs alone", "nocert.p7s",
	    "signer.pem", &now, DMSC_E_OK, "good", NULL, "ECDSA P-256",
	    NULL },
	{ "a certificate for code", "code.p7s", "ca.pem", &now, DMSC_E_OK,
	    "good", "CN=Builder", NULL, NULL },
	{ "two signers", "two.p7s", "ca.pem", &now, DMSC_E_OK, "good", NULL,
	    NULL, "SHA256" },
	{ "another CA", "rsa.p7s", "other.pem", &now, DMSC_E_SIGNER,
	    "unknown signer", "CN=RSA signer,O=Example", "RSA 2048",
	    "SHA256" },
	{ "a CA of the same name", "p256.p7s", "twin.pem", &now,
	    DMSC_E_SIGNER, "unknown signer", NULL, NULL, NULL },
	{ "a CA of the same name, expired as well", "p256.p7s", "twin.pem",
	    &after, DMSC_E_SIGNER, "unknown signer", NULL, NULL, NULL },
	{ "the CA in the middle is missing", "leafalone.p7s", "ca.pem", &now,
	    DMSC_E_SIGNER, "unknown signer", NULL, NULL, NULL },
	{ "no certificate carried", "nocert.p7s", "ca.pem", &now,
	    DMSC_E_SIGNER, "unknown signer", NULL, NULL, "SHA256" },
	{ "a certificate for TLS servers", "tls.p7s", "ca.pem", &now,
	    DMSC_E_SIGNER, "unknown signer", "CN=server.example", NULL,
	    NULL },
	{ "one of two signers is not known", "two.p7s", "signer.pem", &now,
	    DMSC_E_SIGNER, "unknown signer", "CN=RSA signer,O=Example", NULL,
	    NULL },
	{ "expired", "p256.p7s", "ca.pem", &after, DMSC_E_SIGNER, "expired",
	    NULL, NULL, NULL },
	{ "not valid yet", "p256.p7s", "ca.pem", &before, DMSC_E_SIGNER,
	    "expired", NULL, NULL, NULL },
	{ "SHA-1", "weak.p7s", "ca.pem", &now, DMSC_E_MISMATCH, "bad", NULL,
	    NULL, "SHA1" },
	{ "certificates alone", "certs.p7b", "ca.pem", &now, DMSC_E_SIGNER,
	    "unsigned", NULL, NULL, NULL },
	{ "a certificate is no signature", "signer.pem", "ca.pem", &now,
	    DMSC_E_FORMAT, NULL, NULL, NULL, NULL },
	{ "a document is no signature", "doc.bin", "ca.pem", &now,
	    DMSC_E_FORMAT, NULL, NULL, NULL, NULL },
	{ "a document is no CA", "p256.p7s", "doc.bin", &now, DMSC_E_DATA,
	    NULL, NULL, NULL, NULL },
};

static struct dmsc_buf *
load(const char *name)
{
	struct dmsc_buf *path = dmsc_buf_new(4096), *b = NULL;

	if (dmsc_buf_fmt(path, "%s%s", DATA, name) != DMSC_E_OK ||
	    dmsc_file_slurp(dmsc_buf_cstr(path), FILE_MAX, &b, NULL) !=
	    DMSC_E_OK) {
		printf("Bail out! cannot read %s\n", name);
		exit(99);
	}
	dmsc_buf_free(&path);
	return b;
}

static bool
text_is(const char *got, const char *want)
{
	return want == NULL || (got != NULL && strcmp(got, want) == 0);
}

/* A verdict is whole: it is there exactly when the code says so. */
static bool
whole(int code, const struct dmsc_verdict *v, const struct dmsc_err *e)
{
	bool judged = code == DMSC_E_OK || code == DMSC_E_MISMATCH ||
	    code == DMSC_E_SIGNER;

	if (code != DMSC_E_OK && (e->code != code || e->message[0] == '\0'))
		return false;
	if (!judged)
		return v == NULL;
	return v != NULL && v->outcome != NULL &&
	    (strcmp(v->outcome, "good") == 0) == (code == DMSC_E_OK) &&
	    (code == DMSC_E_OK) == (v->why == NULL);
}

static int
run(struct dmsc_rd data, struct dmsc_rd signature, struct dmsc_rd cas,
    int64_t at, const struct row *row)
{
	struct dmsc_verdict *v = NULL;
	struct dmsc_err e = { 0 };
	int code = dmsc_cms_verify(data, signature, cas, at, &v, &e);

	if (!whole(code, v, &e))
		code = DMSC_E_INTERNAL;
	else if (row != NULL && v != NULL && (!text_is(v->outcome,
	    row->outcome) || !text_is(v->signer, row->signer) ||
	    !text_is(v->algorithm, row->algorithm) ||
	    !text_is(v->digest, row->digest)))
		code = DMSC_E_INTERNAL;
	dmsc_view_free(&dmsc_verdict_view, v);
	return code;
}

static void
test_rows(void)
{
	struct dmsc_buf *doc = load("doc.bin");
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		struct dmsc_buf *sig = load(rows[i].signature);
		struct dmsc_buf *cas = load(rows[i].cas);

		ok(run(dmsc_buf_rd(doc), dmsc_buf_rd(sig), dmsc_buf_rd(cas),
		    *rows[i].now, &rows[i]) == rows[i].want, rows[i].name);
		dmsc_buf_free(&sig);
		dmsc_buf_free(&cas);
	}
	dmsc_buf_free(&doc);
}

/* The good rows again with every byte of the document changed by one bit,
 * with a byte more and a byte less: always MISMATCH. */
static void
test_other_document(void)
{
	struct dmsc_buf *cas = load("ca.pem"), *doc = load("doc.bin");
	static const char *const names[] = { "rsa.p7s", "pss.p7s",
		"p256.p7s", "p384.p7s", "noattr.p7s", "attached.p7s",
		"two.p7s" };
	size_t i, k;

	for (k = 0; k < DMSC_COUNT(names); k++) {
		struct dmsc_buf *sig = load(names[k]);
		bool good = true;

		for (i = 0; i < doc->len && good; i++) {
			doc->p[i] ^= (uint8_t)(1u << i % 8);
			good = run(dmsc_buf_rd(doc), dmsc_buf_rd(sig),
			    dmsc_buf_rd(cas), now, NULL) == DMSC_E_MISMATCH;
			doc->p[i] ^= (uint8_t)(1u << i % 8);
		}
		good = good && run(dmsc_rd_of(doc->p, doc->len - 1),
		    dmsc_buf_rd(sig), dmsc_buf_rd(cas), now, NULL) ==
		    DMSC_E_MISMATCH && run(dmsc_rd_of(NULL, 0),
		    dmsc_buf_rd(sig), dmsc_buf_rd(cas), now, NULL) ==
		    DMSC_E_MISMATCH;
		ok(good, names[k]);
		dmsc_buf_free(&sig);
	}
	dmsc_buf_free(&cas);
	dmsc_buf_free(&doc);
}

static void
test_around(void)
{
	struct dmsc_buf *cas = load("ca.pem"), *doc = load("doc.bin");
	struct dmsc_buf *sig = load("p256.p7s");
	struct dmsc_rd d = dmsc_buf_rd(doc), c = dmsc_buf_rd(cas);
	static const struct row none = { .outcome = "unsigned" };

	ok(run(d, dmsc_rd_of(NULL, 0), c, now, &none) == DMSC_E_SIGNER,
	    "no bytes are unsigned");
	ok(dmsc_buf_fill(sig, 0xFF, 20) == DMSC_E_OK &&
	    run(d, dmsc_buf_rd(sig), c, now, NULL) == DMSC_E_OK,
	    "padding of a card's file behind it");
	ok(dmsc_buf_u8(sig, 0x30) == DMSC_E_OK &&
	    run(d, dmsc_buf_rd(sig), c, now, NULL) == DMSC_E_FORMAT,
	    "something else behind it");
	ok(run(d, dmsc_rd_slice(dmsc_buf_rd(sig), 0, sig->len - 21),
	    dmsc_rd_of(NULL, 0), now, NULL) == DMSC_E_DATA, "no CAs");
	ok(run(d, dmsc_rd_slice(dmsc_buf_rd(sig), 0, sig->len - 21),
	    dmsc_rd_slice(c, 0, c.left / 2), now, NULL) == DMSC_E_DATA,
	    "a CA cut in half");
	dmsc_buf_free(&cas);
	dmsc_buf_free(&doc);
	dmsc_buf_free(&sig);
}

/* One bit of an OID changed, at its first or last place. */
static const struct {
	const char *name, *signature, *oid;
	bool last;
} renamed[] = {
	{ "a digest that nobody knows is not taken for another",
	    "noattr.p7s", "608648016503040201", true },
	{ "signed attributes of another type of content", "p256.p7s",
	    "2A864886F70D010701", false },
};

static void
test_renamed(void)
{
	struct dmsc_buf *cas = load("ca.pem"), *doc = load("doc.bin");
	size_t i, k, at;

	for (k = 0; k < DMSC_COUNT(renamed); k++) {
		struct dmsc_buf *sig = load(renamed[k].signature);
		struct dmsc_buf *oid = dmsc_buf_new(16);

		if (dmsc_hex_get(renamed[k].oid, oid) != DMSC_E_OK)
			exit(99);
		for (i = at = 0; i + oid->len <= sig->len; i++)
			if (memcmp(sig->p + i, oid->p, oid->len) == 0 &&
			    (at == 0 || renamed[k].last))
				at = i;
		sig->p[at + 4] ^= 1;
		ok(at > 0 && run(dmsc_buf_rd(doc), dmsc_buf_rd(sig),
		    dmsc_buf_rd(cas), now, NULL) == DMSC_E_MISMATCH,
		    renamed[k].name);
		dmsc_buf_free(&sig);
		dmsc_buf_free(&oid);
	}
	dmsc_buf_free(&cas);
	dmsc_buf_free(&doc);
}

/* Broken signatures: any code may come, but it comes, and whole. */
static bool
holds(struct dmsc_rd doc, const uint8_t *p, size_t n, struct dmsc_rd cas)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	int code;

	if (copy == NULL)
		return false;
	memcpy(copy, p, n);
	code = run(doc, dmsc_rd_of(copy, n), cas, now, NULL);
	free(copy);
	return code != DMSC_E_INTERNAL && code != DMSC_E_NOMEM;
}

/* Together these two have all parts: a certificate, signed attributes. */
static const struct {
	const char *signature, *cas;
} sweeps[] = { { "noattr.p7s", "ca.pem" }, { "nocert.p7s", "signer.pem" } };

static void
test_broken(void)
{
	struct dmsc_buf *doc = load("doc.bin");
	struct dmsc_rd d = dmsc_buf_rd(doc);
	size_t i, k;

	for (k = 0; k < DMSC_COUNT(sweeps); k++) {
		struct dmsc_buf *sig = load(sweeps[k].signature);
		struct dmsc_buf *cas = load(sweeps[k].cas);
		bool good = true;

		for (i = 0; i < sig->len && good; i++)
			good = holds(d, sig->p, i, dmsc_buf_rd(cas));
		ok(good, "each truncation returns");
		for (i = 0; i < sig->len * 8 && good; i++) {
			sig->p[i / 8] ^= (uint8_t)(1u << i % 8);
			good = holds(d, sig->p, sig->len, dmsc_buf_rd(cas));
			sig->p[i / 8] ^= (uint8_t)(1u << i % 8);
		}
		ok(good, "each flipped bit returns");
		dmsc_buf_free(&sig);
		dmsc_buf_free(&cas);
	}
	dmsc_buf_free(&doc);
}

int
main(void)
{
	test_rows();
	test_other_document();
	test_around();
	test_renamed();
	test_broken();
	return tap_done();
}
