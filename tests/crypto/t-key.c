/* Key providers (crypto/key.h): URIs, CSV files, keys made for one card.
 * Derived keys are from "openssl kdf" (KBKDF, HKDF) and "openssl mac", the
 * transport-encrypted ones from "openssl enc". */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/base.h"
#include "base/file.h"
#include "crypto/key_inner.h"
#include "tap.h"

#define ICCID "8988211000000100019"
#define M16 "1B0E3C7A95D2468F00112233A5C7E9FB"
#define M24 M16 "0F1E2D3C4B5A6978"
#define M32 M24 "8796A5B4C3D2E1F0"
#define T16 "2B7E151628AED2A6ABF7158809CF4F3C"
/* openssl pkcs8 -topk8 -passout pass:1234 */
#define ENCRYPTED \
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" \
	"MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgNxNrEBzNfVgICA+gw\n" \
	"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEENwc8QH4Z7ZVO5/uWPk060AEQCGz\n" \
	"2Cf7JYEvO8WJW8Og5NQwkkiX99E11E/pzKwMQ2aMElhWDhguiK0p5uemBLlCwfnH\n" \
	"kNfGGYsMDRA1KmclRoo=\n" \
	"-----END ENCRYPTED PRIVATE KEY-----\n"

enum { NUL_ROOM = 256, ROUNDS = 20000, ROUNDS_SLOW = 300 };

static char folder[TAP_FOLDER], path[TAP_FOLDER + 16];
static const struct dmsc_key_with here = { .iccid = ICCID };

/* ---- URIs: %F is the file, which holds hex:M16. out: hex, or the reason */
static const struct uri_row {
	const char *source;
	enum dmsc_key_form form;
	int want;
	const char *out;
} uris[] = {
	{ "@%F", DMSC_KEY_SECRET, DMSC_E_OK, M16 },
	{ "file:%F", DMSC_KEY_SECRET, DMSC_E_OK, M16 },
	{ "file:%F?kdf=none", DMSC_KEY_SECRET, DMSC_E_OK, M16 },
	{ "file:%F?len=16", DMSC_KEY_SECRET, DMSC_E_OK, M16 },
	{ "file:%F?enc=raw", DMSC_KEY_SECRET, DMSC_E_OK, NULL },
	{ "file:/%74mp/../%F", DMSC_KEY_SECRET, DMSC_E_OK, M16 },
	{ "env:DMSC_T_HEX", DMSC_KEY_SECRET, DMSC_E_OK, "0102" },
	{ "env:DMSC_T_HEX?enc=ascii", DMSC_KEY_SECRET, DMSC_E_OK,
	    "6865783A30313032" },
	{ "env:DMSC_T_PIN", DMSC_KEY_PIN, DMSC_E_OK, "31323334" },
	{ "env:DMSC_T_PIN?enc=bcd", DMSC_KEY_SECRET, DMSC_E_OK, "1234" },
	{ "env:DMSC_T_ODD?enc=bcd", DMSC_KEY_SECRET, DMSC_E_OK, "123F" },
	{ "env:DMSC_T_B64?enc=base64", DMSC_KEY_SECRET, DMSC_E_OK,
	    "010203" },
	{ "env:DMSC_T_B64P?enc=base64", DMSC_KEY_SECRET, DMSC_E_OK, "01" },
	{ "env:DMSC_T_PIN?enc=hex", DMSC_KEY_SECRET, DMSC_E_OK, "1234" },

	{ "", DMSC_KEY_PIN, DMSC_E_USAGE, "command line" },
	{ "1234", DMSC_KEY_PIN, DMSC_E_USAGE, "command line" },
	{ "hex:0102", DMSC_KEY_PIN, DMSC_E_USAGE, "command line" },
	{ "file", DMSC_KEY_PIN, DMSC_E_USAGE, "command line" },
	{ "FILE:x", DMSC_KEY_PIN, DMSC_E_USAGE, "command line" },
	{ "http:x", DMSC_KEY_PIN, DMSC_E_USAGE, "command line" },
	{ "file:", DMSC_KEY_PIN, DMSC_E_USAGE, "nothing behind" },
	{ "file:?enc=raw", DMSC_KEY_PIN, DMSC_E_USAGE, "nothing behind" },
	{ "env:", DMSC_KEY_PIN, DMSC_E_USAGE, "nothing behind" },
	{ "fd:", DMSC_KEY_PIN, DMSC_E_USAGE, "nothing behind" },
	{ "fd:x", DMSC_KEY_PIN, DMSC_E_USAGE, "" },
	{ "fd:-1", DMSC_KEY_PIN, DMSC_E_USAGE, "" },
	{ "fd:99999999999999999999", DMSC_KEY_PIN, DMSC_E_USAGE, "" },
	{ "fd:909", DMSC_KEY_PIN, DMSC_E_IO, "" },
	{ "file:/no/such/file", DMSC_KEY_PIN, DMSC_E_IO, "" },
	{ "env:DMSC_T_NONE", DMSC_KEY_PIN, DMSC_E_IO, "" },
	{ "file:%F%", DMSC_KEY_PIN, DMSC_E_USAGE, "hexadecimal" },
	{ "file:%F%4", DMSC_KEY_PIN, DMSC_E_USAGE, "hexadecimal" },
	{ "file:%F%4x", DMSC_KEY_PIN, DMSC_E_USAGE, "hexadecimal" },
	{ "file:%F%00", DMSC_KEY_PIN, DMSC_E_USAGE, "hexadecimal" },
	{ "file:%F?", DMSC_KEY_PIN, DMSC_E_USAGE, "NAME=VALUE" },
	{ "file:%F?enc", DMSC_KEY_PIN, DMSC_E_USAGE, "NAME=VALUE" },
	{ "file:%F?enc=", DMSC_KEY_PIN, DMSC_E_USAGE, "no value" },
	{ "file:%F?enc=raw&", DMSC_KEY_PIN, DMSC_E_USAGE, "NAME=VALUE" },
	{ "file:%F?enc=raw&enc=raw", DMSC_KEY_PIN, DMSC_E_USAGE, "twice" },
	{ "file:%F?enc=rot13", DMSC_KEY_PIN, DMSC_E_USAGE, "base64" },
	{ "file:%F?enc=%4", DMSC_KEY_PIN, DMSC_E_USAGE, "hexadecimal" },
	{ "file:%F?what=ever", DMSC_KEY_PIN, DMSC_E_USAGE, "no such" },
	{ "file:%F?key=KIC", DMSC_KEY_PIN, DMSC_E_USAGE, "no such" },
	{ "file:%F?pin-source=@x", DMSC_KEY_PIN, DMSC_E_USAGE, "no such" },
	{ "file:%F?len=x", DMSC_KEY_PIN, DMSC_E_USAGE, "number" },
	{ "file:%F?len=0", DMSC_KEY_PIN, DMSC_E_USAGE, "number" },
	{ "file:%F?len=99999", DMSC_KEY_PIN, DMSC_E_USAGE, "number" },
	{ "file:%F?len=15", DMSC_KEY_SECRET, DMSC_E_DATA, "" },
	{ "file:%F?kdf=des", DMSC_KEY_SECRET, DMSC_E_USAGE, "an10922" },
	{ "file:%F?div=card", DMSC_KEY_SECRET, DMSC_E_USAGE, "kdf" },
	{ "file:%F?use=ENC", DMSC_KEY_SECRET, DMSC_E_USAGE, "kdf" },
	{ "file:%F?kdf=hkdf-sha256&div=imsi", DMSC_KEY_SECRET, DMSC_E_USAGE,
	    "iccid" },
	{ "file:%F?kdf=hkdf-sha256&div=card", DMSC_KEY_SECRET, DMSC_E_USAGE,
	    "scp open" },
	{ "file:%F?kdf=an10922&div=card", DMSC_KEY_SECRET, DMSC_E_USAGE,
	    "ICCID" },
	{ "file:%F?kdf=hkdf-sha256&use=ABCDEFGHIJKL", DMSC_KEY_SECRET,
	    DMSC_E_USAGE, "11" },
	{ "file:%F?kdf=hkdf-sha256", DMSC_KEY_PIN, DMSC_E_USAGE, "" },
	{ "file:%F?kdf=an10922&len=32", DMSC_KEY_SECRET, DMSC_E_FORMAT,
	    "as long" },
	{ "env:DMSC_T_HEX?kdf=sp800-108-cmac", DMSC_KEY_SECRET,
	    DMSC_E_FORMAT, "AES key" },
	{ "env:DMSC_T_ODD?enc=hex", DMSC_KEY_SECRET, DMSC_E_DATA, "" },
	{ "env:DMSC_T_HEX?enc=bcd", DMSC_KEY_SECRET, DMSC_E_DATA, "" },
	{ "env:DMSC_T_PIN?enc=base64", DMSC_KEY_SECRET, DMSC_E_OK,
	    "D76DF8" },
	{ "env:DMSC_T_ODD?enc=base64", DMSC_KEY_SECRET, DMSC_E_DATA, "" },
	{ "env:DMSC_T_EMPTY?enc=hex", DMSC_KEY_SECRET, DMSC_E_DATA, "" },
	{ "env:DMSC_T_PIN", DMSC_KEY_SECRET, DMSC_E_DATA, "hex:" },
	{ "csv:", DMSC_KEY_SECRET, DMSC_E_USAGE, "nothing behind" },
	{ "csv:%F", DMSC_KEY_SECRET, DMSC_E_USAGE, "missing" },
	{ "csv:%F?key=K&sep=ab", DMSC_KEY_SECRET, DMSC_E_USAGE, "one" },
	{ "csv:%F?key=K&sep=%0A", DMSC_KEY_SECRET, DMSC_E_USAGE, "one" },
	{ "csv:%F?key=K&wrap=aes-cbc", DMSC_KEY_SECRET, DMSC_E_USAGE,
	    "go with it" },
	{ "csv:/no/such/file?key=K", DMSC_KEY_SECRET, DMSC_E_IO, "" },
	{ "pkcs11:object=k?pin-value=4711", DMSC_KEY_SECRET, DMSC_E_USAGE,
	    "every process" },
	{ "pkcs11:object=k", DMSC_KEY_SECRET, DMSC_E_UNSUPPORTED,
	    "bytes" },
	{ "pkcs11:object=k?enc=hex", DMSC_KEY_SECRET, DMSC_E_USAGE,
	    "no such" },
};

/* Replaces %F by the file and %T by a transport key's source. */
static void
fill_in(const char *s, char *out, size_t size)
{
	size_t n = 0;
	const char *add;

	while (*s != '\0' && n + 1 < size) {
		if (*s == '%' && (s[1] == 'F' || s[1] == 'T')) {
			add = s[1] == 'F' ? path : "env:DMSC_T_KEY";
			n += (size_t)snprintf(out + n, size - n, "%s", add);
			s += 2;
		} else
			out[n++] = *s++;
	}
	out[n < size ? n : size - 1] = '\0';
}

/* The value of a known secret is in no part of a record. */
static bool
tells(const struct dmsc_err *e, const char *secret)
{
	return strstr(e->message, secret) != NULL ||
	    strstr(e->where, secret) != NULL ||
	    strstr(e->why, secret) != NULL;
}

static bool
as_wanted(const struct dmsc_secret *s, const char *hex)
{
	char text[NUL_ROOM];

	return hex == NULL || strcmp(dmsc_hex(dmsc_secret_rd(s), text,
	    sizeof text), hex) == 0;
}

static bool
write_text(const char *text)
{
	struct dmsc_err e;

	return dmsc_file_spit(path, dmsc_rd_str(text), &e) == DMSC_E_OK;
}

static void
good_and_bad_uris(void)
{
	char source[KEY_SOURCE_MAX];
	struct dmsc_secret *s;
	struct dmsc_err e;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(uris); i++) {
		memset(&e, 0, sizeof e);
		fill_in(uris[i].source, source, sizeof source);
		r = dmsc_source_read(source, uris[i].form, &here, &s, &e);
		if (!ok(r == uris[i].want && (r == DMSC_E_OK) == (s != NULL) &&
		    (r == DMSC_E_OK ? as_wanted(s, uris[i].out) :
		    e.code == r && strstr(e.why, uris[i].out) != NULL) &&
		    !tells(&e, "4711") && !tells(&e, M16) &&
		    (dmsc_source_is(source) || *source == '\0' ||
		    !tells(&e, source)),
		    uris[i].source))
			printf("# %d: %s: %s: %s\n", r, e.message, e.where,
			    e.why);
		dmsc_secret_free(&s);
	}
}

/* ---- keys of one card */
static const struct {
	const char *master, *kdf, *use, *div, *want;
	const char *more;
} derived[] = {
	{ M16, "sp800-108-cmac", "ENC", "", "11AE292DB10C5FD5A6E2938B46BCF43D",
	    "" },
	{ M24, "sp800-108-cmac", "ENC", "",
	    "83E601A2FB146FEF36837EF3F4F97CA732B263AA167ADC47", "" },
	{ M32, "sp800-108-cmac", "ENC", "", "03A2A22D416AFE85D11B411E60C31F92"
	    "DCEEA470E282FC4846EB4EC207F5C9D4", "" },
	{ M16, "sp800-108-cmac", "KEY", "", "7621F4B0A9270099288E424B2091F34E",
	    "" },
	{ M16, "sp800-108-cmac", "MAC", "&div=card",
	    "BA9885B9CF1DE220F2673537E273C837", "" },
	{ M16, "sp800-108-cmac", "ENC", "", "CADAB35CE8E527229E5170D238ABF66B"
	    "81E88DFCB2561B1E04ED80A407E0E227", "&len=32" },
	{ M16, "sp800-108-cmac", "DEK", "", "11AE292DB10C5FD5A6E2938B46BCF43D",
	    "&use=ENC" },
	{ M16, "hkdf-sha256", "ENC", "", "8A48C06C52408B387BF67564EBC97A31",
	    "" },
	{ M24, "hkdf-sha256", "ENC", "",
	    "C087C115E3F2166BDE1BFDC0009F0A2EAB578510C1BDF6FD", "" },
	{ M32, "hkdf-sha256", "ENC", "", "3E22E5A2D71BE3FD8EF9595E62A348AA"
	    "173BD4D5BD5F9EDA1C277D19619A1FA7", "" },
	{ M16, "hkdf-sha256", "MAC", "&div=card",
	    "F86509F23D5A39122FD7E9A96661FDD9", "" },
	{ M16, "hkdf-sha256", "ENC", "", "8A48C06C52408B387BF67564EBC97A31"
	    "49F27C840BB31A34EF48737AF4188804", "&len=32" },
	{ M16, "an10922", "ENC", "", "EDA79F6FFDD9849226C8FB42488FA259", "" },
	{ M24, "an10922", "ENC", "",
	    "566F096C20E0F5C2D24AAE59E6A0294B843E0E67E715852D", "" },
	{ M32, "an10922", "ENC", "", "6F71A30B885D26D81E621C2649D16E7F"
	    "F0463BE83A597C8B969A71DF62862316", "" },
};

static void
keys_of_a_card(void)
{
	static const uint8_t ten[DMSC_KEY_DIV] = { 1, 2, 3, 4, 5, 6, 7, 8, 9,
	    10 };
	struct dmsc_key *k, *d;
	struct dmsc_err e;
	char source[NUL_ROOM], hex[NUL_ROOM];
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(derived); i++) {
		(void)snprintf(hex, sizeof hex, "hex:%s", derived[i].master);
		(void)setenv("DMSC_T_KEY", hex, 1);
		(void)snprintf(source, sizeof source,
		    "env:DMSC_T_KEY?kdf=%s%s%s", derived[i].kdf,
		    derived[i].div, derived[i].more);
		d = NULL;
		r = dmsc_source_open(source, &here, &k, &e);
		if (r == DMSC_E_OK)
			r = dmsc_key_derive(k, derived[i].use, dmsc_rd_of(ten,
			    sizeof ten), &d, &e);
		ok(r == DMSC_E_OK && dmsc_key_is_master(k) &&
		    dmsc_key_wants_div(k) == (derived[i].div[0] != '\0') &&
		    strcmp(dmsc_hex(dmsc_key_bytes(d), hex, sizeof hex),
		    derived[i].want) == 0, source);
		dmsc_key_free(&k);
		dmsc_key_free(&d);
	}
	ok(dmsc_source_open("env:DMSC_T_KEY?kdf=an10922",
	    &(struct dmsc_key_with){ NULL, NULL, NULL, false }, &k, &e) ==
	    DMSC_E_AUTH, "no card, no key of a card");
}

/* NXP's own examples of AN10922, through the same door. */
static void
an10922_examples(void)
{
	static const struct {
		const char *key, *want;
	} rows[] = {
		{ "00112233445566778899AABBCCDDEEFF",
		    "A8DD63A3B89D54B37CA802473FDA9175" },
		{ "00112233445566778899AABBCCDDEEFF0102030405060708",
		    "CE39C8E1CD82D9A7BEDBE9D74AF59B23176755EE7586E12C" },
		{ "00112233445566778899AABBCCDDEEFF"
		    "0102030405060708090A0B0C0D0E0F00",
		    "4FC6EEC820B4C54314990B8611662DB6"
		    "95E7880982C0001E6067488346100AED" },
	};
	static const uint8_t m[] = { 0x04, 0x78, 0x2E, 0x21, 0x80, 0x1D, 0x80,
	    0x30, 0x42, 0xF5, 0x4E, 0x58, 0x50, 0x20, 0x41, 0x62, 0x75 };
	struct dmsc_secret *s, *out = NULL;
	struct dmsc_key *k;
	struct dmsc_err e;
	char hex[NUL_ROOM];
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		r = key_decode(dmsc_rd_str(rows[i].key), "hex", &s);
		k = r == DMSC_E_OK ? key_of_moved(&s) : NULL;
		if (k != NULL) {
			k->kdf = KDF_AN10922;
			k->div_card = true;
			r = key_kdf(k, "", dmsc_rd_of(m, sizeof m), &out,
			    &e);
		}
		ok(k != NULL && r == DMSC_E_OK && strcmp(dmsc_hex(
		    dmsc_secret_rd(out), hex, sizeof hex), rows[i].want) == 0,
		    "AN10922, chapter 2's example");
		dmsc_secret_free(&out);
		dmsc_key_free(&k);
	}
}

/* ---- CSV: %T is the transport key's source */
#define HEAD "ICCID,KIC:hex,PLAIN\n"
#define CARD ICCID "," M16 "," M16 "\n"
#define OTHER "8988211000000100027," M16 "," M16 "\n"

static const struct csv_row {
	const char *name, *text, *query;
	int want;
	const char *out;	/* hex, or the reason */
	const char *place;	/* LINE:COLUMN behind the file's name */
} csvs[] = {
	{ "plain", HEAD OTHER CARD, "key=KIC", DMSC_E_OK, M16, NULL },
	{ "by its whole name", HEAD CARD, "key=KIC:hex", DMSC_E_OK, M16,
	    NULL },
	{ "enc in the source", HEAD CARD, "key=PLAIN&enc=hex", DMSC_E_OK,
	    M16, NULL },
	{ "as the column says, too", HEAD CARD, "key=KIC&enc=hex", DMSC_E_OK,
	    M16, NULL },
	{ "base64", "ICCID,K:base64\n" ICCID ",AQID\n", "key=K", DMSC_E_OK,
	    "010203", NULL },
	{ "ascii", "ICCID,K:ascii\n" ICCID ",1234\n", "key=K", DMSC_E_OK,
	    "31323334", NULL },
	{ "another identity column", "K:hex,SIM\n01," ICCID "\n",
	    "key=K&id=SIM", DMSC_E_OK, "01", NULL },
	{ "a semicolon", "ICCID;K:hex\n" ICCID ";01\n", "key=K&sep=;",
	    DMSC_E_OK, "01", NULL },
	{ "a length", HEAD CARD, "key=KIC&len=16", DMSC_E_OK, M16, NULL },
	{ "another card by name", HEAD CARD OTHER,
	    "key=KIC&for=8988211000000100027", DMSC_E_OK, M16, NULL },
	{ "swapped as in EF.ICCID", "ICCID,K:hex\n"
	    "988812010000100010F9,01\n", "key=K",
	    DMSC_E_OK, "01", NULL },
	{ "swapped, with a check digit", "ICCID,K:hex\n"
	    "98881201000010001019,01\n",
	    "key=K", DMSC_E_OK, "01", NULL },
	{ "swapped, another card", "ICCID,K:hex\n98881201000000010082,01\n",
	    "key=K", DMSC_E_NOTFOUND, "is not in", NULL },
	{ "filled up", "ICCID,K:hex\n" ICCID "F,01\n", "key=K", DMSC_E_OK,
	    "01", NULL },
	{ "with a check digit", "ICCID,K:hex\n" ICCID "1,01\n", "key=K",
	    DMSC_E_OK, "01", NULL },
	{ "with another digit behind", "ICCID,K:hex\n" ICCID "2,01\n",
	    "key=K", DMSC_E_NOTFOUND, "is not in", NULL },
	{ "AES-CBC", "ICCID,K:hex\n" ICCID
	    ",112166b319a3eee1df5848133a721d1f\n",
	    "key=K&transport=%T&wrap=aes-cbc", DMSC_E_OK, M16, NULL },
	{ "AES-CBC, a vector", "ICCID,K:hex\n" ICCID
	    ",545ca6aadfd4bb26659b58aa35bd822d\n", "key=K&transport=%T&"
	    "wrap=aes-cbc&iv=000102030405060708090A0B0C0D0E0F", DMSC_E_OK,
	    M16, NULL },
	{ "AES-ECB", "ICCID,K:hex\n" ICCID
	    ",112166b319a3eee1df5848133a721d1f\n",
	    "key=K&transport=%T&wrap=aes-ecb", DMSC_E_OK, M16, NULL },
	{ "AES key wrap", "ICCID,K:hex\n" ICCID
	    ",73d99fbdad584c745febaef35e27e2548de777986a893ced\n",
	    "key=K&transport=%T&wrap=aes-kw", DMSC_E_OK, M16, NULL },
	{ "AES-192 filled up to blocks", "ICCID,K:hex\n" ICCID ",112166b319a3e"
	    "ee1df5848133a721d1f06fd0d12bf9f88a5a35fe89bce043e0d\n",
	    "key=K&len=24&transport=%T&wrap=aes-cbc", DMSC_E_OK, M24, NULL },
	{ "a check value", "ICCID,K:hex,C\n" ICCID "," M16 ",495BD2\n",
	    "key=K&check=C", DMSC_E_OK, M16, NULL },

	{ "no identity column", "SIM,K:hex\n" ICCID ",01\n", "key=K",
	    DMSC_E_DATA, "id= names it", NULL },
	{ "no key column", HEAD CARD, "key=KID", DMSC_E_DATA, "key= names it",
	    NULL },
	{ "no check column", HEAD CARD, "key=KIC&check=C", DMSC_E_DATA,
	    "check= names it", NULL },
	{ "no encoding", HEAD CARD, "key=PLAIN", DMSC_E_DATA, "nothing says",
	    ":1:15" },
	{ "two encodings", HEAD CARD, "key=KIC&enc=base64", DMSC_E_DATA,
	    "the column says hex", ":1:7" },
	{ "no row", HEAD OTHER, "key=KIC", DMSC_E_NOTFOUND, "is not in",
	    NULL },
	{ "no rows at all", HEAD, "key=KIC", DMSC_E_NOTFOUND, "is not in",
	    NULL },
	{ "the card twice", HEAD CARD OTHER CARD, "key=KIC", DMSC_E_DATA,
	    "line 2 is for the same card", ":4:1" },
	{ "twice, once filled up", HEAD CARD ICCID "F,01,01\n", "key=KIC",
	    DMSC_E_DATA, "line 2 is for the same card", ":3:1" },
	{ "a ragged row behind it", HEAD CARD "8988,01\n", "key=KIC",
	    DMSC_E_DATA, "2 cells", ":3:6" },
	{ "a ragged row before it", HEAD "1,2,3,4\n" CARD, "key=KIC",
	    DMSC_E_DATA, "4 cells", ":2:7" },
	{ "an empty cell", HEAD ICCID ",,01\n", "key=KIC", DMSC_E_DATA,
	    "empty", ":2:21" },
	{ "no hex", HEAD ICCID ",XYZ4711,01\n", "key=KIC", DMSC_E_DATA,
	    "well-formed hex", ":2:21" },
	{ "half a byte", HEAD ICCID ",0102034,01\n", "key=KIC", DMSC_E_DATA,
	    "well-formed hex", ":2:21" },
	{ "a blank before the hex", HEAD ICCID ", 01,01\n", "key=KIC",
	    DMSC_E_DATA, "well-formed hex", ":2:21" },
	{ "no base64", "ICCID,K:base64\n" ICCID ",AQI\n", "key=K",
	    DMSC_E_DATA, "well-formed base64", ":2:21" },
	{ "a wrong length", HEAD ICCID ",010203,01\n", "key=KIC&len=16",
	    DMSC_E_DATA, "3 bytes, not 16", ":2:21" },
	{ "too long", HEAD CARD, "key=KIC&len=15", DMSC_E_DATA,
	    "16 bytes, not 15", ":2:21" },
	{ "another check value", "ICCID,K:hex,C\n" ICCID "," M16
	    ",495BD3\n", "key=K&check=C", DMSC_E_DATA, "another check value",
	    ":2:54" },
	{ "a check value of 4 bytes", "ICCID,K:hex,C\n" ICCID "," M16
	    ",495BD200\n", "key=K&check=C", DMSC_E_DATA, "3 bytes", ":2:54" },
	{ "a check value of no key", "ICCID,K:hex,C\n" ICCID
	    ",01,495BD2\n", "key=K&check=C", DMSC_E_DATA, "no AES key",
	    ":2:21" },
	{ "transport without wrap", HEAD CARD, "key=KIC&transport=%T",
	    DMSC_E_USAGE, "", NULL },
	{ "another wrap", HEAD CARD, "key=KIC&transport=%T&wrap=des",
	    DMSC_E_USAGE, "", NULL },
	{ "half a block", HEAD ICCID ",0102,01\n",
	    "key=KIC&transport=%T&wrap=aes-cbc", DMSC_E_DATA, "whole blocks",
	    ":2:21" },
	{ "a flipped bit in a wrapped key", "ICCID,K:hex\n" ICCID
	    ",73d99fbdad584c745febaef35e27e2548de777986a893cec\n",
	    "key=K&transport=%T&wrap=aes-kw", DMSC_E_DATA, "come out",
	    ":2:21" },
	{ "a wrapped key of one block", "ICCID,K:hex\n" ICCID
	    ",73d99fbdad584c74\n", "key=K&transport=%T&wrap=aes-kw",
	    DMSC_E_DATA, "come out", ":2:21" },
	{ "a bad vector", HEAD CARD, "key=KIC&transport=%T&wrap=aes-cbc&"
	    "iv=00", DMSC_E_USAGE, "", NULL },
	{ "no transport key", HEAD CARD, "key=KIC&transport=env:DMSC_T_NONE&"
	    "wrap=aes-cbc", DMSC_E_IO, "", NULL },
	{ "a short transport key", HEAD CARD, "key=KIC&transport="
	    "env:DMSC_T_HEX&wrap=aes-cbc", DMSC_E_DATA, "", NULL },
	{ "a transport key that is no source", HEAD CARD, "key=KIC&transport="
	    "4711&wrap=aes-cbc", DMSC_E_USAGE, "command line", NULL },
	{ "a quote out of place", HEAD ICCID ",0\"1,01\n", "key=KIC",
	    DMSC_E_DATA, "quote", ":2:22" },
	{ "a quote that never ends", HEAD ICCID ",\"01,01\n", "key=KIC",
	    DMSC_E_DATA, "never closed", ":2:21" },
	{ "no names", "", "key=KIC", DMSC_E_DATA, "empty", ":1:1" },
	{ "two columns of a name", "ICCID,K:hex,K:hex\n", "key=K",
	    DMSC_E_DATA, "this name", ":1:13" },
	{ "an identity that is no ICCID", HEAD "x,01,01\n", "key=KIC",
	    DMSC_E_NOTFOUND, "is not in", NULL },
};

static void
one_csv(const struct csv_row *t)
{
	char query[KEY_SOURCE_MAX / 2], source[KEY_SOURCE_MAX],
	    place[NUL_ROOM];
	struct dmsc_secret *s;
	struct dmsc_err e = { 0 };
	int r;

	(void)setenv("DMSC_T_KEY", "hex:" T16, 1);
	fill_in(t->query, query, sizeof query);
	(void)snprintf(source, sizeof source, "csv:%s?%s", path, query);
	(void)snprintf(place, sizeof place, "%s%s", path, t->place == NULL ?
	    "" : t->place);
	r = !write_text(t->text) ? DMSC_E_IO :
	    dmsc_source_read(source, DMSC_KEY_SECRET, &here, &s, &e);
	if (!ok(r == t->want && (r == DMSC_E_OK) == (s != NULL) &&
	    (r == DMSC_E_OK ? as_wanted(s, t->out) : e.code == r &&
	    strstr(e.why, t->out) != NULL && !tells(&e, "4711") &&
	    !tells(&e, M16) && (t->place == NULL ||
	    strcmp(e.where, place) == 0)), t->name))
		printf("# %d: %s: %s: %s\n", r, e.message, e.where, e.why);
	dmsc_secret_free(&s);
}

/* The same card in the ways of its lists. */
static void
identities(void)
{
	static const struct {
		const char *cell, *card;
		bool same;
	} rows[] = {
		{ "8988211000000100019", "8988211000000100019", true },
		{ "8988211000000100019F", "8988211000000100019", true },
		{ "8988211000000100019f", "8988211000000100019", true },
		{ "988812010000100010F9", "8988211000000100019", true },
		{ "98881201000010001019", "8988211000000100019", true },
		{ "898821100000010001", "8988211000000100019", true },
		{ "898821100000010001", "8988211000000100010", false },
		{ "", "8988211000000100019", false },
		{ "8988", "8988211000000100019", false },
		{ "8988211000000100019FF", "8988211000000100019", false },
		{ "898821100000010001X", "8988211000000100019", false },
	};
	size_t i;
	char sum[] = "898821100000010001?", c;
	unsigned hits = 0;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		ok(key_same_iccid(dmsc_rd_str(rows[i].cell), rows[i].card) ==
		    rows[i].same, rows[i].cell);
	for (c = '0'; c <= '9'; c++) {
		sum[sizeof sum - 2] = c;
		if (key_same_iccid(dmsc_rd_str("898821100000010001"), sum) &&
		    key_same_iccid(dmsc_rd_str(sum), "898821100000010001"))
			hits++;
	}
	ok(hits == 1, "without a check digit: one card of ten");
}

/* ---- private keys */
static void
private_keys(void)
{
	static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
	    "-----END PRIVATE KEY-----\n";
	char source[NUL_ROOM];
	struct dmsc_err e = { 0 };
	EVP_PKEY *k = NULL;
	int r;

	(void)snprintf(source, sizeof source, "file:%s", path);
	r = write_text(pem) ? dmsc_key_private(source, &here, &k, &e) : 1;
	ok(r == DMSC_E_OK && EVP_PKEY_is_a(k, "ED25519"), "PEM in a file");
	EVP_PKEY_free(k);
	(void)setenv("DMSC_T_PEM", pem, 1);
	r = dmsc_key_private("env:DMSC_T_PEM", &here, &k, &e);
	ok(r == DMSC_E_OK && k != NULL, "PEM in a variable");
	EVP_PKEY_free(k);
	r = dmsc_key_private("env:DMSC_T_DER?enc=hex", &here, &k, &e);
	ok(r == DMSC_E_OK && EVP_PKEY_is_a(k, "ED25519"), "DER in hex");
	EVP_PKEY_free(k);
	r = dmsc_key_private("env:DMSC_T_HEX", &here, &k, &e);
	ok(r == DMSC_E_DATA && k == NULL && strstr(e.message, "no private") !=
	    NULL, "no private key");
	r = dmsc_key_private("env:DMSC_T_PEM?kdf=an10922", &here, &k, &e);
	ok(r == DMSC_E_USAGE && k == NULL, "no KDF of private keys");
	r = dmsc_key_private("env:DMSC_T_ENC", &here, &k, &e);
	ok(r == DMSC_E_DATA && k == NULL && strstr(e.why, "pass=SOURCE") !=
	    NULL, "an encrypted key without its passphrase");
	r = dmsc_key_private("env:DMSC_T_ENC?pass=env:DMSC_T_PIN", &here, &k,
	    &e);
	ok(r == DMSC_E_OK && k != NULL, "and with it");
	EVP_PKEY_free(k);
	r = dmsc_key_private("env:DMSC_T_ENC?pass=env:DMSC_T_ODD", &here, &k,
	    &e);
	ok(r == DMSC_E_DATA && k == NULL && strstr(e.why, "another one") !=
	    NULL, "and with another one");
}

/* Sources of random pieces: none is taken for what it is not, all return. */
static void
random_sources(void)
{
	static const char *const pieces[] = { "file:", "env:", "fd:", "csv:",
	    "pkcs11:", "@", "?", "&", "=", "%", "%41", "%0", "kdf=", "none",
	    "an10922", "len=", "enc=", "hex", "key=", "K", "id=", "for=",
	    "transport=", "wrap=", "aes-cbc", "iv=", "pass=", "DMSC_T_HEX",
	    "DMSC_T_PIN", "16", ";", "object=", "token=", "pin-source=", "x",
	    "\xC3\xA9", "sep=", "div=", "card", "use=" };
	char source[NUL_ROOM];
	struct dmsc_secret *s;
	struct dmsc_err e;
	struct key_uri *u;
	uint64_t seed = 20261123;
	unsigned i, n, good = 0;

	for (i = 0; i < ROUNDS; i++) {
		source[0] = '\0';
		for (n = 0; n < 9; n++) {
			seed = seed * 6364136223846793005u +
			    1442695040888963407u;
			strncat(source, pieces[(seed >> 33) %
			    DMSC_COUNT(pieces)], sizeof source -
			    strlen(source) - 1);
		}
		memset(&e, 0, sizeof e);
		if (key_uri_parse(source, &u, &e) == DMSC_E_OK) {
			if (u->kind != KEY_PKCS11 && u->kind != KEY_FD &&
			    good++ < ROUNDS_SLOW)
				(void)(dmsc_source_read(source,
				    DMSC_KEY_SECRET, &here, &s, &e) == 0 ?
				    (dmsc_secret_free(&s), 0) : 0);
		} else if (u != NULL || e.code == 0)
			break;
		key_uri_free(&u);
	}
	ok(i == ROUNDS && good > 0, "random sources return");
}

int
main(void)
{
	size_t i;

	if (!tap_folder(folder))
		return 1;
	(void)snprintf(path, sizeof path, "%s/k", folder);
	(void)setenv("DMSC_T_HEX", "hex:0102", 1);
	(void)setenv("DMSC_T_PIN", "1234", 1);
	(void)setenv("DMSC_T_ODD", "123", 1);
	(void)setenv("DMSC_T_B64", "AQID", 1);
	(void)setenv("DMSC_T_B64P", "AQ==", 1);
	(void)setenv("DMSC_T_EMPTY", "", 1);
	(void)setenv("DMSC_T_DER", "302E020100300506032B6570042204209D61B19DEF"
	    "FD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60", 1);
	(void)setenv("DMSC_T_ENC", ENCRYPTED, 1);
	ok(write_text("hex:" M16 "\n"), "a file");
	good_and_bad_uris();
	keys_of_a_card();
	an10922_examples();
	for (i = 0; i < DMSC_COUNT(csvs); i++)
		one_csv(&csvs[i]);
	identities();
	private_keys();
	random_sources();
	(void)unlink(path);
	(void)rmdir(folder);
	return tap_done();
}
