/*
 * crypto: what is signed here is verified here and by OpenSSL itself; no
 * other bytes, no other document and no flipped bit ever is. The signer may
 * be one that gives raw signatures, as a card does.
 */
#include "crypto/signers.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/opensslv.h>

#include "crypto/cms.h"
#include "tap.h"

enum { SIG_MAX = 1 << 16, STEP = 23 };
static const int64_t now = 1893456000;
static const char text[] = "a document\r\nwith \0 bytes";

static const struct cert_plan plain = { "Signer", "digitalSignature",
	1577836800, 4733510400, false };

static const struct kind {
	const char *name, *key;
	bool pss;
	enum dmsc_sig_alg alg;
	int want;
	const char *algorithm, *digest;
} kinds[] = {
	{ "RSA", "RSA", false, DMSC_SIG_RSA, DMSC_E_OK, "RSA 2048",
	    "SHA256" },
	{ "RSASSA-PSS", "RSA", true, DMSC_SIG_PSS, DMSC_E_OK, "RSA 2048",
	    "SHA256" },
	{ "P-256", "P-256", false, DMSC_SIG_P256, DMSC_E_OK, "ECDSA P-256",
	    "SHA256" },
	{ "P-384", "P-384", false, DMSC_SIG_P384, DMSC_E_OK, "ECDSA P-384",
	    "SHA384" },
	/* Where CMS_verify knows it, it is signed as well. */
	{ "Ed25519", "ED25519", false, DMSC_SIG_ED25519,
	    OPENSSL_VERSION_NUMBER < 0x30200000L ? DMSC_E_UNSUPPORTED :
	    DMSC_E_OK, "ED25519", "SHA512" },
};

static struct dmsc_rd
document(void)
{
	return dmsc_rd_of(text, sizeof text);
}

/* As whoever has only OpenSSL verifies: no code of ours. */
static bool
openssl_takes(struct dmsc_rd sig, struct dmsc_rd data, struct dmsc_rd root)
{
	const unsigned char *p = sig.p, *q = root.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)sig.left);
	X509 *ca = d2i_X509(NULL, &q, (long)root.left);
	X509_STORE *store = X509_STORE_new();
	BIO *b = BIO_new_mem_buf(data.p, (int)data.left);
	bool good;

	X509_STORE_add_cert(store, ca);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), now);
	X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	good = cms != NULL && p == sig.p + sig.left &&
	    CMS_verify(cms, NULL, store, b, NULL, CMS_BINARY) == 1;
	ERR_clear_error();
	BIO_free(b);
	X509_STORE_free(store);
	X509_free(ca);
	CMS_ContentInfo_free(cms);
	return good;
}

static struct dmsc_cms_ask
ask_of(struct dmsc_rd sig, const struct signing *s)
{
	struct dmsc_cms_ask a = { .data = document(), .signature = sig,
		.by_file = true, .file = dmsc_buf_rd(s->root), .now = now,
		.of_doc = true, .label = "OperatorX", .version = "7",
		.length = 10 };

	return a;
}

static int
check(const struct dmsc_cms_ask *a, const char *outcome)
{
	struct dmsc_verdict *v = NULL;
	struct dmsc_err e = { 0 };
	int r = dmsc_cms_check(a, &v, &e);

	if (outcome != NULL && (v == NULL || strcmp(v->outcome, outcome) !=
	    0))
		r = DMSC_E_INTERNAL;
	dmsc_view_free(&dmsc_verdict_view, v);
	return r;
}

static const struct dmsc_cms_opts usual = { .time = 1767225600,
	.label = "OperatorX", .version = "7", .length = 10 };

static int
sign(const struct signing *s, bool pss, const struct dmsc_cms_opts *o,
    struct dmsc_buf *out)
{
	struct dmsc_signer *k = NULL;
	struct dmsc_err e = { 0 };
	int r = signing_signer(s, pss, &k, &e);

	if (r == DMSC_E_OK)
		r = dmsc_cms_sign(document(), o, k, out, &e);
	if (r != e.code || (r != DMSC_E_OK && e.message[0] == '\0'))
		r = DMSC_E_INTERNAL;
	dmsc_signer_free(&k);
	return r;
}

/* What the verdict tells of a good one. */
static bool
told(const struct dmsc_cms_ask *a, const struct kind *k)
{
	struct dmsc_verdict *v = NULL;
	bool good = dmsc_cms_check(a, &v, NULL) == DMSC_E_OK &&
	    strcmp(v->label, "OperatorX") == 0 &&
	    strcmp(v->version, "7") == 0 &&
	    strcmp(v->signed_at, "2026-01-01T00:00:00Z") == 0 &&
	    strcmp(v->trust, "file") == 0 &&
	    strcmp(v->signer, "CN=Signer") == 0 &&
	    strcmp(v->algorithm, k->algorithm) == 0 &&
	    strcmp(v->digest, k->digest) == 0;

	dmsc_view_free(&dmsc_verdict_view, v);
	return good;
}

/* Every flipped bit, every truncation (make hard), or a sample of them: none
 * is good. */
static bool
none_other(const struct signing *s, struct dmsc_buf *sig)
{
	size_t step = getenv("DMSC_HARD") != NULL ? 1 : STEP;
	struct dmsc_cms_ask a;
	size_t i;
	int r;

	for (i = 0; i < sig->len * 8; i += step) {
		sig->p[i / 8] ^= (uint8_t)(1u << i % 8);
		a = ask_of(dmsc_buf_rd(sig), s);
		r = check(&a, NULL);
		sig->p[i / 8] ^= (uint8_t)(1u << i % 8);
		if (r == DMSC_E_OK) {
			printf("# bit %zu of byte %zu\n", i % 8, i / 8);
			return false;
		}
	}
	for (i = 0; i < sig->len; i += step) {
		a = ask_of(dmsc_rd_of(sig->p, i), s);
		if (check(&a, NULL) == DMSC_E_OK)
			return false;
	}
	return true;
}

static void
test_kinds(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(kinds); i++) {
		const struct kind *k = &kinds[i];
		struct dmsc_buf *sig = dmsc_buf_new(SIG_MAX);
		struct signing s;
		struct dmsc_cms_ask a;

		signing_make(&s, k->key, &plain);
		ok(sign(&s, k->pss, &usual, sig) == k->want, k->name);
		if (k->want == DMSC_E_OK) {
			a = ask_of(dmsc_buf_rd(sig), &s);
			ok(told(&a, k), "verified here, and told");
			ok(openssl_takes(dmsc_buf_rd(sig), document(),
			    dmsc_buf_rd(s.root)), "verified by OpenSSL");
			ok(!openssl_takes(dmsc_buf_rd(sig),
			    dmsc_rd_of(text, sizeof text - 1),
			    dmsc_buf_rd(s.root)), "of other bytes it is not");
			ok(none_other(&s, sig), "nothing beside it is good");
		} else
			ok(sig->len == 0, "nothing comes out");
		signing_free(&s);
		dmsc_buf_free(&sig);
	}
}

/* What the document says beside what was signed. */
static const struct doc_row {
	const char *name, *label, *version, *accepted;
	size_t length;
	bool file;
	int want;
	const char *outcome;
} docs[] = {
	{ "its own document", "OperatorX", "7", NULL, 10, false, DMSC_E_OK,
	    "good" },
	{ "the same version again", "OperatorX", "7", "7", 10, false,
	    DMSC_E_OK, "good" },
	{ "an older one was accepted", "OperatorX", "7", "6.9", 10, false,
	    DMSC_E_OK, "good" },
	{ "a newer one was accepted", "OperatorX", "7", "10", 10, false,
	    DMSC_E_MISMATCH, "older" },
	{ "another label", "Personal", "7", NULL, 10, false,
	    DMSC_E_MISMATCH, "bad" },
	{ "another version", "OperatorX", "8", NULL, 10, false,
	    DMSC_E_MISMATCH, "bad" },
	{ "a document that says no version", "OperatorX", NULL, NULL, 10,
	    false, DMSC_E_OK, "good" },
	{ "parted elsewhere", "OperatorX", "7", NULL, 11, false,
	    DMSC_E_MISMATCH, "bad" },
	{ "without its companion", "OperatorX", "7", NULL, 0, false,
	    DMSC_E_MISMATCH, "bad" },
	{ "a file has no label", NULL, NULL, NULL, 0, true, DMSC_E_OK,
	    "good" },
};

static void
test_docs(void)
{
	struct dmsc_buf *sig = dmsc_buf_new(SIG_MAX);
	struct signing s;
	size_t i;

	signing_make(&s, "P-256", &plain);
	ok(sign(&s, false, &usual, sig) == DMSC_E_OK, "signed");
	for (i = 0; i < DMSC_COUNT(docs); i++) {
		struct dmsc_cms_ask a = ask_of(dmsc_buf_rd(sig), &s);

		a.of_doc = !docs[i].file;
		a.label = docs[i].label;
		a.version = docs[i].version;
		a.accepted = docs[i].accepted;
		a.length = docs[i].length;
		ok(check(&a, docs[i].outcome) == docs[i].want, docs[i].name);
	}
	dmsc_buf_free(&sig);
	signing_free(&s);
}

/* Trust by a file, by the card, by both. */
static void
test_trust(void)
{
	struct dmsc_buf *sig = dmsc_buf_new(SIG_MAX);
	struct signing s, other;
	struct dmsc_cms_ask a;

	signing_make(&s, "P-256", &plain);
	signing_make(&other, "P-256", &plain);
	ok(sign(&s, false, &usual, sig) == DMSC_E_OK, "signed");
	a = ask_of(dmsc_buf_rd(sig), &s);
	a.by_file = false;
	a.by_card = true;
	a.card = dmsc_buf_rd(s.root);
	ok(check(&a, "good") == DMSC_E_OK, "the card trusts it");
	a.by_file = true;
	ok(check(&a, "good") == DMSC_E_OK, "both do");
	a.card = dmsc_buf_rd(other.root);
	ok(check(&a, "unknown signer") == DMSC_E_SIGNER,
	    "the card does not: with both it is unknown");
	a.card = dmsc_rd_of(NULL, 0);
	ok(check(&a, "unknown signer") == DMSC_E_SIGNER,
	    "a card without certificates trusts nobody");
	a.card = a.file;
	a.file = dmsc_buf_rd(other.root);
	ok(check(&a, "unknown signer") == DMSC_E_SIGNER,
	    "the file does not");
	a.file = dmsc_rd_of(text, sizeof text);
	ok(check(&a, NULL) == DMSC_E_DATA, "the file is none");
	signing_free(&s);
	signing_free(&other);
	dmsc_buf_free(&sig);
}

static const struct refused {
	const char *name, *key;
	struct cert_plan plan;
	int want;
} refused[] = {
	{ "RSA of 1024 bits", "RSA1024", { "S", "digitalSignature", 0,
	    4733510400, false }, DMSC_E_DATA },
	{ "a certificate for encryption", "P-256", { "S",
	    "keyEncipherment", 0, 4733510400, false }, DMSC_E_DATA },
	{ "without a word on usage", "P-256", { "S", NULL, 0, 4733510400,
	    false }, DMSC_E_OK },
	{ "expired", "P-256", { "S", "digitalSignature", 0, 1000000000,
	    false }, DMSC_E_SIGNER },
	{ "not valid yet", "P-256", { "S", "digitalSignature", 2000000000,
	    4733510400, false }, DMSC_E_SIGNER },
	{ "sound", "P-256", { "S", "digitalSignature", 0, 4733510400,
	    false }, DMSC_E_OK },
};

static void
test_refused(void)
{
	struct signing s, t;
	struct dmsc_signer *k;
	struct dmsc_err e;
	size_t i;

	for (i = 0; i < DMSC_COUNT(refused); i++) {
		memset(&e, 0, sizeof e);
		signing_make(&s, refused[i].key, &refused[i].plan);
		ok(signing_signer(&s, false, &k, &e) == DMSC_E_OK &&
		    dmsc_signer_check(k, now, &e) == refused[i].want &&
		    (refused[i].want == DMSC_E_OK) == (e.why[0] == '\0'),
		    refused[i].name);
		dmsc_signer_free(&k);
		signing_free(&s);
	}
	signing_make(&s, "P-256", &plain);
	signing_make(&t, "P-256", &plain);
	EVP_PKEY_up_ref(t.key);
	ok(dmsc_signer_pkey(t.key, dmsc_buf_rd(s.certs), false, &k, &e) ==
	    DMSC_E_DATA && k == NULL, "another key");
	EVP_PKEY_up_ref(s.key);
	ok(dmsc_signer_pkey(s.key, document(), false, &k, &e) ==
	    DMSC_E_DATA && k == NULL, "no certificate");
	signing_free(&s);
	signing_free(&t);
	signing_make(&s, "P-521", &plain);
	ok(signing_signer(&s, false, &k, &e) == DMSC_E_UNSUPPORTED &&
	    k == NULL, "P-521 is none of ours");
	signing_free(&s);
}

/* A card: what it gives is raw, and may be wrong. */
struct toy_card {
	struct dmsc_signer *inside;
	bool faulty;
	size_t digest;		/* what it was given */
};

static int
toy_sign(void *h, struct dmsc_rd message, struct dmsc_rd digest,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	struct toy_card *t = h;
	int r = t->inside->ops->sign(t->inside->h, message, digest, out, e);

	t->digest = digest.left;
	if (t->faulty && out->len > 0)
		out->p[out->len - 1] ^= 1;
	return r;
}

static void
toy_close(void **h)
{
	*h = NULL;
}

static const struct dmsc_signer_ops toy_ops = { "card", toy_sign, toy_close };

static void
test_raw(void)
{
	struct dmsc_buf *sig = dmsc_buf_new(SIG_MAX);
	struct toy_card card = { NULL, false, 0 };
	struct dmsc_signer *k = NULL;
	struct dmsc_cms_ask a;
	struct dmsc_err e = { 0 };
	struct signing s;

	signing_make(&s, "P-384", &plain);
	ok(signing_signer(&s, false, &card.inside, &e) == DMSC_E_OK &&
	    dmsc_signer_new(&toy_ops, &card, dmsc_buf_rd(s.certs), false, &k,
	    &e) == DMSC_E_OK && dmsc_cms_sign(document(), &usual, k, sig,
	    &e) == DMSC_E_OK && card.digest == 48, "a raw signature");
	a = ask_of(dmsc_buf_rd(sig), &s);
	ok(check(&a, "good") == DMSC_E_OK, "holds");
	card.faulty = true;
	dmsc_buf_reset(sig);
	ok(dmsc_cms_sign(document(), &usual, k, sig, &e) == DMSC_E_DATA &&
	    sig->len == 0, "one that is wrong is not handed over");
	dmsc_signer_free(&k);
	dmsc_signer_free(&card.inside);
	signing_free(&s);
	dmsc_buf_free(&sig);
}

/* Content inside and an attribute of a caller's, as receipts have them. */
static void
test_inside(void)
{
	static const uint8_t nonce[] = { 0x04, 0x03, 1, 2, 3 };
	struct dmsc_buf *sig = dmsc_buf_new(SIG_MAX), *b = dmsc_buf_new(99);
	struct dmsc_buf *oid = dmsc_buf_new(64);
	struct dmsc_cms_attr more = { .value = dmsc_rd_of(nonce,
	    sizeof nonce) };
	struct dmsc_cms_opts o = { .more = &more, .n_more = 1,
		.attached = true };
	struct signing s;
	struct dmsc_cms_ask a;

	signing_make(&s, "P-256", &plain);
	ok(dmsc_cms_own_oid(DMSC_CMS_RECEIPT, oid) == DMSC_E_OK, "its name");
	more.oid = dmsc_buf_rd(oid);
	ok(sign(&s, false, &o, sig) == DMSC_E_OK, "signed");
	a = ask_of(dmsc_buf_rd(sig), &s);
	ok(check(&a, "good") == DMSC_E_OK, "holds");
	a.data = dmsc_rd_slice(document(), 1, 3);
	ok(check(&a, "bad") == DMSC_E_MISMATCH, "not of other bytes");
	ok(dmsc_cms_get_content(dmsc_buf_rd(sig), b) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), document()), "what lies inside");
	dmsc_buf_reset(b);
	ok(dmsc_cms_get_attr(dmsc_buf_rd(sig), more.oid, b) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), more.value), "the attribute");
	ok(dmsc_cms_get_attr(dmsc_buf_rd(sig), dmsc_rd_of("\x2A\x03", 2),
	    b) == DMSC_E_NOTFOUND, "another is not there");
	more.value = dmsc_rd_of(nonce, sizeof nonce - 1);
	dmsc_buf_reset(sig);
	ok(sign(&s, false, &o, sig) == DMSC_E_DATA,
	    "a value that is no DER is refused");
	signing_free(&s);
	dmsc_buf_free(&sig);
	dmsc_buf_free(&b);
	dmsc_buf_free(&oid);
}

/* DER that means harm: it must be refused, and soon. */
static void
test_hostile(void)
{
	static const char *const hex[] = { "", "30", "3080", "30800000",
		"3000", "3084FFFFFFFF", "30847FFFFFFF00", "30858000000000",
		"308200FF", "30818030", "30820001FF", "3003020100",
		"A0033001FF", "300B06092A864886F70D010702",
		"300D06092A864886F70D010702A000",
		"300F06092A864886F70D010702A0023000" };
	struct dmsc_buf *deep = dmsc_buf_new(SIG_MAX);
	struct dmsc_buf *b = dmsc_buf_new(SIG_MAX);
	struct signing s;
	struct dmsc_cms_ask a;
	size_t i, bad = 0;

	signing_make(&s, "P-256", &plain);
	for (i = 0; i < DMSC_COUNT(hex); i++) {
		dmsc_buf_reset(b);
		if (dmsc_hex_get(hex[i], b) != DMSC_E_OK)
			exit(99);
		a = ask_of(dmsc_buf_rd(b), &s);
		if (check(&a, NULL) != (i == 0 ? DMSC_E_SIGNER :
		    DMSC_E_FORMAT)) {
			printf("# %s\n", hex[i]);
			bad++;
		}
	}
	ok(bad == 0, "broken and endless lengths");
	/* As deep as lengths of two bytes reach. */
	for (i = 0; i < 10000; i++)
		if (dmsc_buf_insert(deep, 0, dmsc_rd_of((uint8_t[]){ 0x30,
		    0x82, (uint8_t)(deep->len >> 8), (uint8_t)deep->len },
		    4)) != DMSC_E_OK)
			exit(99);
	a = ask_of(dmsc_buf_rd(deep), &s);
	ok(check(&a, NULL) == DMSC_E_FORMAT, "ten thousand levels");
	a.signature = dmsc_buf_rd(s.root);
	a.file = dmsc_buf_rd(deep);
	ok(check(&a, NULL) == DMSC_E_DATA, "the same as a CA");
	a.file = dmsc_buf_rd(s.root);
	ok(check(&a, NULL) == DMSC_E_FORMAT, "a certificate is no CMS");
	signing_free(&s);
	dmsc_buf_free(&deep);
	dmsc_buf_free(&b);
}

int
main(void)
{
	test_kinds();
	test_docs();
	test_trust();
	test_refused();
	test_raw();
	test_inside();
	test_hostile();
	return tap_done();
}
