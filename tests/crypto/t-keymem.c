/* Key providers (crypto/key.h) with each allocation failing in turn: that is
 * told as out of memory, and nothing comes out. */
#include <openssl/evp.h>

#include "nomem.h"
#include "softhsm.h"

#include "base/base.h"
#include "base/file.h"
#include "crypto/key.h"
#include "tap.h"

#include <dmsc/csv.h>

enum { TRIES_MAX = 400, ROOM = 512 };

static const struct dmsc_key_with here = { .iccid = "8988211000000100019" };
static char csv[TAP_FOLDER + 16];
static struct soft soft;

/* One reading; what came out is freed. */
static int
read_bytes(const char *source, struct dmsc_err *e)
{
	struct dmsc_secret *s;
	int r = dmsc_source_read(source, DMSC_KEY_SECRET, &here, &s, e);

	if ((r == DMSC_E_OK) != (s != NULL))
		r = DMSC_E_INTERNAL;
	dmsc_secret_free(&s);
	return r;
}

static int
open_key(const char *source, struct dmsc_err *e)
{
	static const uint8_t zero[DMSC_AES_BLOCK];
	const struct dmsc_rd one = dmsc_rd_of(zero, sizeof zero);
	uint8_t out[DMSC_AES_BLOCK];
	struct dmsc_key *k;
	int r = dmsc_source_open(source, &here, &k, e);

	if ((r == DMSC_E_OK) != (k != NULL))
		r = DMSC_E_INTERNAL;
	if (r == DMSC_E_OK && (r = dmsc_key_cmac(k, &one, 1, out)) ==
	    DMSC_E_OK)
		r = dmsc_key_cbc(k, one, out);
	dmsc_key_free(&k);
	return r;
}

static int
open_private(const char *source, struct dmsc_err *e)
{
	EVP_PKEY *k;
	int r = dmsc_key_private(source, &here, &k, e);

	if ((r == DMSC_E_OK) != (k != NULL))
		r = DMSC_E_INTERNAL;
	EVP_PKEY_free(k);
	return r;
}

static int
read_list(const char *source, struct dmsc_err *e)
{
	struct dmsc_csv *c;
	bool more = true;
	int r = dmsc_csv_open(source, ',', &c, e);

	while (r == DMSC_E_OK && more)
		r = dmsc_csv_next(c, &more, e);
	dmsc_csv_free(&c);
	return r;
}

static void
sweep(const char *name, int (*one)(const char *, struct dmsc_err *),
    const char *source)
{
	struct dmsc_err e;
	long i;
	int r = DMSC_E_NOMEM;

	for (i = 0; i < TRIES_MAX && r == DMSC_E_NOMEM; i++) {
		memset(&e, 0, sizeof e);
		countdown = i;
		r = one(source, &e);
		if (countdown >= 0)
			break;		/* it had enough */
	}
	countdown = -1;
	if (!ok(r == DMSC_E_OK && i > 0 && i < TRIES_MAX, name))
		printf("# %ld: %d %s: %s\n", i, r, e.message, e.why);
}

static void
tokens(const char *folder)
{
	static const uint8_t key[16] = { 1, 2, 3, 5, 8 };
	char source[ROOM];

	if (soft_module() == NULL) {
		tap_skip("tokens", "softhsm2 is not installed");
		return;
	}
	if (!ok(soft_begin(&soft, folder) && soft_token(&soft, "keys") &&
	    soft_aes(&soft, "aes", 1, key, sizeof key, false, true) &&
	    soft_pair(&soft, "p256", 2, false), "a token"))
		return;
	soft_end(&soft);
	(void)snprintf(source, sizeof source, "pkcs11:token=keys;object=aes?"
	    "module-path=%s&pin-source=env:T_PIN", soft.module);
	sweep("a key in a token", open_key, source);
	(void)snprintf(source, sizeof source, "pkcs11:token=keys;object=p256?"
	    "module-path=%s&pin-source=env:T_PIN", soft.module);
	sweep("a private key in a token", open_private, source);
}

int
main(void)
{
	static const char text[] = "ICCID,K:hex,C\n8988211000000100019,"
	    "112166b319a3eee1df5848133a721d1f,495BD2\n";
	char folder[TAP_FOLDER], source[ROOM], command[TAP_FOLDER + 16];
	struct dmsc_err e;

	if (!tap_folder(folder))
		return 1;
	(void)snprintf(csv, sizeof csv, "%s/k.csv", folder);
	(void)setenv("T_PIN", SOFT_PIN, 1);
	(void)setenv("T_KEY", "hex:2B7E151628AED2A6ABF7158809CF4F3C", 1);
	(void)setenv("T_B64", "K34VFiiu0qar9xWICc9PPA==", 1);
	(void)setenv("T_DER", "302E020100300506032B6570042204209D61B19DEF"
	    "FD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60", 1);
	ok(dmsc_file_spit(csv, dmsc_rd_str(text), &e) == DMSC_E_OK, "a list");
	sweep("a list's rows", read_list, csv);
	sweep("a variable", read_bytes, "env:T_KEY");
	sweep("base64", read_bytes, "env:T_B64?enc=base64&len=16");
	(void)snprintf(source, sizeof source, "csv:%s?key=K&check=C&"
	    "transport=env:T_KEY&wrap=aes-cbc&"
	    "iv=00000000000000000000000000000000", csv);
	sweep("a transport-encrypted cell", read_bytes, source);
	(void)snprintf(source, sizeof source, "csv:%s?key=K&kdf=hkdf-sha256",
	    csv);
	sweep("a key made of a cell", read_bytes, source);
	sweep("another by CMAC", read_bytes,
	    "env:T_KEY?kdf=sp800-108-cmac&len=32");
	sweep("a key at work", open_key, "env:T_KEY");
	sweep("a private key", open_private, "env:T_DER?enc=hex");
	tokens(folder);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	ok(system(command) == 0, "gone");
	return tap_done();
}
