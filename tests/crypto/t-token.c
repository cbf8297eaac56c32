/* Keys in a token (crypto/key.h), with SoftHSM2: what it does with a key is
 * what the key's bytes do, and nothing is guessed about its PIN. */
#include <openssl/evp.h>

#include "softhsm.h"

#include "base/base.h"
#include "crypto/key.h"
#include "crypto/scp03.h"
#include "tap.h"

enum { SOURCE_ROOM = 512 };

static const uint8_t bytes[DMSC_AES_KEY_MAX] = { 0x1B, 0x0E, 0x3C, 0x7A,
    0x95, 0xD2, 0x46, 0x8F, 0x00, 0x11, 0x22, 0x33, 0xA5, 0xC7, 0xE9, 0xFB,
    0x0F, 0x1E, 0x2D, 0x3C, 0x4B, 0x5A, 0x69, 0x78, 0x87, 0x96, 0xA5, 0xB4,
    0xC3, 0xD2, 0xE1, 0xF0 };
static const uint8_t under[16] = { 0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE,
    0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C };
static const struct dmsc_key_with bare;
static struct soft soft;

static const char *
source(const char *what, const char *pin)
{
	static char text[SOURCE_ROOM];

	(void)snprintf(text, sizeof text, "pkcs11:%s?module-path=%s%s%s",
	    what, soft.module, pin != NULL ? "&pin-source=" : "",
	    pin != NULL ? pin : "");
	return text;
}

static bool
fill_token(void)
{
	return soft_token(&soft, "keys") &&
	    soft_aes(&soft, "k128", 1, bytes, 16, true, true) &&
	    soft_aes(&soft, "k192", 2, bytes, 24, true, true) &&
	    soft_aes(&soft, "k256", 3, bytes, 32, true, true) &&
	    soft_aes(&soft, "blocks", 4, bytes, 16, false, true) &&
	    soft_aes(&soft, "blocks256", 5, bytes, 32, false, true) &&
	    soft_aes(&soft, "mac", 6, bytes, 16, true, false) &&
	    soft_aes(&soft, "twin", 7, bytes, 16, true, true) &&
	    soft_aes(&soft, "twin", 8, bytes, 24, true, true) &&
	    soft_aes(&soft, "transport", 11, under, sizeof under, false,
	    false) && soft_pair(&soft, "rsa", 9, true) &&
	    soft_pair(&soft, "p256", 10, false) &&
	    soft_token(&soft, "other") &&
	    soft_aes(&soft, "k128", 1, bytes, 16, true, true);
}

/* A key in the token and its bytes, side by side. */
static bool
same_work(struct dmsc_key *t, struct dmsc_key *b)
{
	uint8_t in[80], x[80], y[80], kx[DMSC_KCV_LEN], ky[DMSC_KCV_LEN];
	const struct dmsc_rd parts[] = { dmsc_rd_of(in, 5),
	    dmsc_rd_of(in + 5, 0), dmsc_rd_of(in + 5, 11),
	    dmsc_rd_of(in + 16, 40) };
	struct dmsc_rd one;
	bool good = true;
	size_t i;

	for (i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)(i * 7);
	for (i = 0; i <= 64; i++) {
		one = dmsc_rd_of(in, i);
		good = good && dmsc_key_cmac(t, &one, 1, x) == DMSC_E_OK &&
		    dmsc_key_cmac(b, &one, 1, y) == DMSC_E_OK &&
		    memcmp(x, y, DMSC_AES_BLOCK) == 0;
	}
	good = good && dmsc_key_cmac(t, parts, 4, x) == DMSC_E_OK &&
	    dmsc_key_cmac(b, parts, 4, y) == DMSC_E_OK &&
	    memcmp(x, y, DMSC_AES_BLOCK) == 0;
	for (i = 0; i <= 64; i += DMSC_AES_BLOCK)
		good = good && dmsc_key_cbc(t, dmsc_rd_of(in, i), x) ==
		    DMSC_E_OK && dmsc_key_cbc(b, dmsc_rd_of(in, i), y) ==
		    DMSC_E_OK && memcmp(x, y, i) == 0;
	return good && dmsc_key_cbc(t, dmsc_rd_of(in, 17), x) ==
	    DMSC_E_FORMAT && dmsc_key_check(t, kx) == DMSC_E_OK &&
	    dmsc_key_check(b, ky) == DMSC_E_OK &&
	    memcmp(kx, ky, sizeof kx) == 0;
}

/* A channel of SCP03 opened with each: the same bytes. */
static bool
same_channel(struct dmsc_key *t, struct dmsc_key *b, bool s16)
{
	static const uint8_t challenge[DMSC_SCP_S16] = { 9, 8, 7, 6, 5 };
	const struct dmsc_scp_keys k = { dmsc_key_bytes(b),
	    dmsc_key_bytes(b), dmsc_key_bytes(b) };
	struct dmsc_rd c = dmsc_rd_of(challenge, s16 ? 16 : 8);
	struct dmsc_scp *card = NULL, *by_token = NULL, *by_bytes = NULL;
	struct dmsc_scp_hello h = { .kvn = 1 };
	struct dmsc_buf *x = dmsc_buf_new(512), *y = dmsc_buf_new(512);
	bool good = x != NULL && y != NULL && dmsc_scp_card(&k, s16 ? 0x71 :
	    0x70, c, c, &card) == DMSC_E_OK && dmsc_scp_answer(card, &h, x)
	    == DMSC_E_OK && dmsc_scp_hello(dmsc_buf_rd(x), &h) == DMSC_E_OK;

	dmsc_buf_reset(x);
	good = good && dmsc_scp_host_by(t, t, c, &h, &by_token) == DMSC_E_OK
	    && dmsc_scp_host(&k, c, &h, &by_bytes) == DMSC_E_OK &&
	    dmsc_scp_login(by_token, 0, DMSC_SCP_ALL, x) == DMSC_E_OK &&
	    dmsc_scp_login(by_bytes, 0, DMSC_SCP_ALL, y) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(x), dmsc_buf_rd(y)) &&
	    dmsc_scp_accept(card, dmsc_buf_rd(x)) == DMSC_E_OK;
	dmsc_scp_free(&card);
	dmsc_scp_free(&by_token);
	dmsc_scp_free(&by_bytes);
	dmsc_buf_free(&x);
	dmsc_buf_free(&y);
	return good;
}

static void
aes_keys(void)
{
	static const struct {
		const char *what;
		size_t n;
	} rows[] = {
		{ "token=keys;object=k128", 16 },
		{ "token=keys;object=k192", 24 },
		{ "token=keys;object=k256", 32 },
		{ "token=keys;id=%01", 16 },
		{ "token=keys;object=blocks;type=secret-key", 16 },
		{ "token=keys;object=blocks256", 32 },
		{ "token=keys;object=twin;id=%08", 24 },
	};
	struct dmsc_secret *s;
	struct dmsc_key *t, *b;
	struct dmsc_err e = { 0 };
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		s = dmsc_secret_from(dmsc_rd_of(bytes, rows[i].n));
		b = dmsc_key_of(s);
		r = dmsc_source_open(source(rows[i].what, "env:T_PIN"), &bare,
		    &t, &e);
		if (r != DMSC_E_OK)
			printf("# %s: %s\n", e.message, e.why);
		ok(r == DMSC_E_OK && dmsc_key_in_token(t) &&
		    dmsc_key_len(t) == rows[i].n &&
		    dmsc_key_bytes(t).left == 0 && same_work(t, b) &&
		    same_channel(t, b, false) && same_channel(t, b, true),
		    rows[i].what);
		dmsc_key_free(&t);
		dmsc_key_free(&b);
		dmsc_secret_free(&s);
	}
}

/* A key of one card made of one in a token: by the token. */
static void
made_keys(void)
{
	static const struct dmsc_key_with card = {
	    .iccid = "8988211000000100019" };
	struct dmsc_err e = { 0 };
	struct dmsc_secret *s;
	struct dmsc_key *k, *d = NULL;
	char text[SOURCE_ROOM + 32], hex[65];
	int r;

	(void)snprintf(text, sizeof text, "%s&kdf=sp800-108-cmac",
	    source("token=keys;object=k256", "env:T_PIN"));
	r = dmsc_source_open(text, &card, &k, &e);
	if (r == DMSC_E_OK)
		r = dmsc_key_derive(k, "ENC", dmsc_rd_of(NULL, 0), &d, &e);
	ok(r == DMSC_E_OK && strcmp(dmsc_hex(dmsc_key_bytes(d), hex,
	    sizeof hex), "03A2A22D416AFE85D11B411E60C31F92DCEEA470E282FC4846EB"
	    "4EC207F5C9D4") == 0, "a key made by the token");
	dmsc_key_free(&d);
	dmsc_key_free(&k);
	r = dmsc_source_read(text, DMSC_KEY_SECRET, &card, &s, &e);
	ok(r == DMSC_E_OK && s->len == 32, "as bytes for another use");
	dmsc_secret_free(&s);
	(void)snprintf(text, sizeof text, "%s&kdf=hkdf-sha256",
	    source("token=keys;object=k256", "env:T_PIN"));
	r = dmsc_source_read(text, DMSC_KEY_SECRET, &card, &s, &e);
	ok(r == DMSC_E_UNSUPPORTED && strstr(e.why, "stay in the token") !=
	    NULL, "HKDF needs bytes");
}

/* The transport key of a list stays in the token: vectors as in t-key.c,
 * from "openssl enc". */
static void
transport(void)
{
	static const struct {
		const char *wrap, *cell, *want;
	} rows[] = {
		{ "aes-cbc", "112166b319a3eee1df5848133a721d1f",
		    "1B0E3C7A95D2468F00112233A5C7E9FB" },
		{ "aes-cbc&iv=000102030405060708090A0B0C0D0E0F",
		    "545ca6aadfd4bb26659b58aa35bd822d",
		    "1B0E3C7A95D2468F00112233A5C7E9FB" },
		{ "aes-ecb", "112166b319a3eee1df5848133a721d1f",
		    "1B0E3C7A95D2468F00112233A5C7E9FB" },
		{ "aes-cbc&len=24", "112166b319a3eee1df5848133a721d1f06fd0d12"
		    "bf9f88a5a35fe89bce043e0d",
		    "1B0E3C7A95D2468F00112233A5C7E9FB0F1E2D3C4B5A6978" },
		{ "aes-kw", "73d99fbdad584c745febaef35e27e2548de777986a893ced",
		    "1B0E3C7A95D2468F00112233A5C7E9FB" },
		{ "aes-kw", "73d99fbdad584c745febaef35e27e2548de777986a893cec",
		    NULL },
		{ "aes-kw", "73d99fbdad584c745febaef35e27e254", NULL },
		{ "aes-cbc", "112166b319a3eee1df5848133a721d", NULL },
	};
	char name[] = "/tmp/dmsc-list-XXXXXX", text[SOURCE_ROOM], hex[65];
	struct dmsc_secret *s;
	struct dmsc_err e = { 0 };
	size_t i;
	FILE *f;
	int fd = mkstemp(name), r;

	for (i = 0; fd >= 0 && i < DMSC_COUNT(rows); i++) {
		if ((f = fopen(name, "w")) == NULL)
			break;
		(void)fprintf(f, "ICCID,K:hex\n8988211000000100019,%s\n",
		    rows[i].cell);
		(void)fclose(f);
		(void)snprintf(text, sizeof text, "csv:%s?key=K&for="
		    "8988211000000100019&transport=pkcs11:token=keys;"
		    "object=transport%%3Fmodule-path=%s%%26pin-source="
		    "env:T_PIN&wrap=%s", name, soft.module, rows[i].wrap);
		r = dmsc_source_read(text, DMSC_KEY_SECRET, &bare, &s, &e);
		if (!ok(rows[i].want == NULL ? r == DMSC_E_DATA && s == NULL :
		    r == DMSC_E_OK && strcmp(dmsc_hex(dmsc_secret_rd(s), hex,
		    sizeof hex), rows[i].want) == 0, rows[i].wrap))
			printf("# %d: %s: %s\n", r, e.message, e.why);
		dmsc_secret_free(&s);
	}
	if (fd >= 0)
		(void)close(fd);
	(void)unlink(name);
	ok(i == DMSC_COUNT(rows), "a transport key in a token");
}

static void
refusals(void)
{
	static const struct {
		const char *what, *pin;
		int want;
		const char *why;
	} rows[] = {
		{ "token=keys;object=nothing", "env:T_PIN", DMSC_E_NOTFOUND,
		    "object=" },
		{ "token=keys;object=k128;id=%02", "env:T_PIN",
		    DMSC_E_NOTFOUND, "object=" },
		{ "token=none;object=k128", "env:T_PIN", DMSC_E_NOTFOUND,
		    "no module lists" },
		{ "object=k128", "env:T_PIN", DMSC_E_CHOICE, "token=" },
		{ "token=keys;object=twin", "env:T_PIN", DMSC_E_CHOICE,
		    "id=" },
		{ "token=keys", "env:T_PIN", DMSC_E_CHOICE, "id=" },
		{ "token=keys;object=mac", "env:T_PIN", DMSC_E_UNSUPPORTED,
		    "CKA_ENCRYPT" },
		{ "token=keys;object=k128;type=private", "env:T_PIN",
		    DMSC_E_USAGE, "" },
		{ "token=keys;object=rsa", "env:T_PIN", DMSC_E_NOTFOUND,
		    "object=" },
		{ "token=keys;object=k128;objekt=x", "env:T_PIN",
		    DMSC_E_USAGE, "RFC 7512" },
		{ "token=%zz", "env:T_PIN", DMSC_E_USAGE, "hexadecimal" },
		{ "token=keys;object=k128", NULL, DMSC_E_NOANSWER,
		    "pin-source" },
		{ "token=keys;object=k128", "env:T_NONE", DMSC_E_IO, "" },
		{ "token=keys;object=k128", "%7Cecho 4711", DMSC_E_USAGE,
		    "command line" },
	};
	struct dmsc_err e;
	struct dmsc_key *k;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		memset(&e, 0, sizeof e);
		r = dmsc_source_open(source(rows[i].what, rows[i].pin), &bare,
		    &k, &e);
		if (!ok(r == rows[i].want && k == NULL && e.code == r &&
		    strstr(e.why, rows[i].why) != NULL &&
		    strstr(e.message, SOFT_PIN) == NULL, rows[i].what))
			printf("# %d: %s: %s\n", r, e.message, e.why);
	}
	r = dmsc_source_open("pkcs11:object=x?module-path=/no/such.so", &bare,
	    &k, &e);
	ok(r == DMSC_E_IO && k == NULL, "no such module");
}

static int
open_one(const char *pin, bool spend_try, struct dmsc_err *e)
{
	const struct dmsc_key_with with = { .spend_try = spend_try };
	struct dmsc_key *k;
	int r = dmsc_source_open(source("token=keys;object=k128", pin), &with,
	    &k, e);

	dmsc_key_free(&k);
	return r;
}

/* After a wrong PIN the next one is not tried unasked. */
static void
wrong_pins(void)
{
	struct dmsc_err e = { 0 };

	ok(open_one("env:T_WRONG", false, &e) == DMSC_E_AUTHFAIL &&
	    strstr(e.message, "9999") == NULL, "a wrong PIN");
	ok(open_one("env:T_WRONG", false, &e) == DMSC_E_GUARD &&
	    e.n_next > 0, "no second try unasked");
	ok(open_one("env:T_PIN", false, &e) == DMSC_E_GUARD,
	    "not even with the right one");
	ok(open_one("env:T_PIN", true, &e) == DMSC_E_OK, "asked, it is");
	ok(open_one("env:T_PIN", false, &e) == DMSC_E_OK, "and all is well");
}

/* A key of the token signs, its public half says so. */
static void
private_keys(void)
{
	static const char *const names[] = { "rsa", "p256" };
	static const uint8_t text[] = "what is signed";
	uint8_t sig[512];
	char what[64];
	struct dmsc_err e = { 0 };
	EVP_MD_CTX *c;
	EVP_PKEY *k;
	size_t i, n, round;
	int r;

	for (round = 0; round < 2; round++)
		for (i = 0; i < DMSC_COUNT(names); i++) {
			(void)snprintf(what, sizeof what,
			    "token=keys;object=%s", names[i]);
			r = dmsc_key_private(source(what, "env:T_PIN"), &bare,
			    &k, &e);
			if (r != DMSC_E_OK)
				printf("# %s: %s\n", e.message, e.why);
			n = sizeof sig;
			c = EVP_MD_CTX_new();
			ok(r == DMSC_E_OK && EVP_DigestSignInit(c, NULL,
			    EVP_sha256(), NULL, k) == 1 && EVP_DigestSign(c,
			    sig, &n, text, sizeof text) == 1, names[i]);
			EVP_MD_CTX_free(c);
			c = EVP_MD_CTX_new();
			ok(EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL,
			    k) == 1 && EVP_DigestVerify(c, sig, n, text,
			    sizeof text) == 1, "verified");
			EVP_MD_CTX_free(c);
			EVP_PKEY_free(k);
		}
	r = dmsc_key_private(source("token=keys;object=k128", "env:T_PIN"),
	    &bare, &k, &e);
	ok(r == DMSC_E_NOTFOUND && k == NULL, "an AES key signs nothing");
}

/* Two ways into one module leave each other alone. */
static void
side_by_side(void)
{
	uint8_t before[DMSC_KCV_LEN], after[DMSC_KCV_LEN];
	struct dmsc_err e = { 0 };
	struct dmsc_key *k = NULL, *other = NULL;
	EVP_PKEY *p = NULL;
	bool good = dmsc_source_open(source("token=keys;object=k128",
	    "env:T_PIN"), &bare, &k, &e) == DMSC_E_OK &&
	    dmsc_key_check(k, before) == DMSC_E_OK;

	good = good && dmsc_key_private(source("token=keys;object=p256",
	    "env:T_PIN"), &bare, &p, &e) == DMSC_E_OK;
	EVP_PKEY_free(p);
	good = good && dmsc_source_open(source("token=other;object=k128",
	    "env:T_PIN"), &bare, &other, &e) == DMSC_E_OK;
	dmsc_key_free(&other);
	ok(good && dmsc_key_check(k, after) == DMSC_E_OK &&
	    memcmp(before, after, sizeof after) == 0,
	    "a key in use outlives another's end");
	dmsc_key_free(&k);
}

static int
ask(void *arg, const char *prompt, struct dmsc_secret **out)
{
	(void)snprintf(arg, SOURCE_ROOM, "%s", prompt);
	*out = dmsc_secret_from(dmsc_rd_str(SOFT_PIN));
	return *out != NULL ? DMSC_E_OK : DMSC_E_NOMEM;
}

static void
asked_pin(void)
{
	char prompt[SOURCE_ROOM] = "";
	const struct dmsc_key_with with = { .ask = ask, .arg = prompt };
	struct dmsc_err e = { 0 };
	struct dmsc_key *k;
	int r = dmsc_source_open(source("token=keys;object=k128", NULL),
	    &with, &k, &e);

	ok(r == DMSC_E_OK && strcmp(prompt, "PIN of the token 'keys'") == 0,
	    "the PIN is asked for by the token's name");
	dmsc_key_free(&k);
}

int
main(void)
{
	char folder[TAP_FOLDER], command[TAP_FOLDER + 16];

	if (soft_module() == NULL) {
		tap_skip("tokens", "softhsm2 is not installed");
		return tap_done();
	}
	if (!tap_folder(folder))
		return 1;
	(void)setenv("T_PIN", SOFT_PIN, 1);
	(void)setenv("T_WRONG", "9999", 1);
	if (!ok(soft_begin(&soft, folder) && fill_token(), "two tokens"))
		return tap_done();
	soft_end(&soft);
	aes_keys();
	made_keys();
	transport();
	refusals();
	asked_pin();
	wrong_pins();
	/* The engine stays logged in from here on. */
	private_keys();
	side_by_side();
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ok(system(command) == 0, "gone");
	return tap_done();
}
