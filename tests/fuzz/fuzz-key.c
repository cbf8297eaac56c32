/*
 * Where keys come from: the first byte chooses; then a SOURCE taken apart, a
 * CSV file with its source before a 00, an encoding, an ICCID in a cell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "crypto/key_inner.h"
#include "fuzz/replay.h"

enum { HOW_URI, HOW_CSV, HOW_ENC, HOW_ICCID, HOWS, TEXT = 4096 };

static void
must(bool good)
{
	if (!good)
		abort();
}

/* Up to a 00, or all. */
static void
text_of(struct dmsc_rd *in, char out[TEXT])
{
	size_t n = 0;

	while (n < in->left && n < TEXT - 1 && in->p[n] != 0)
		n++;
	if (n > 0)
		memcpy(out, in->p, n);
	out[n] = '\0';
	*in = dmsc_rd_slice(*in, n + 1, in->left);
}

static void
take_apart(struct dmsc_rd in)
{
	char text[TEXT];
	struct dmsc_err e = { 0 };
	struct key_uri *u = NULL;
	bool needs;
	size_t i;

	text_of(&in, text);
	if (key_uri_parse(text, &u, &e) == DMSC_E_OK) {
		must(u->body != NULL && u->n <= KEY_ATTRS);
		for (i = 0; i < u->n; i++)
			must(key_uri_get(u, u->attrs[i].name) != NULL);
	} else
		must(u == NULL && e.code != DMSC_E_OK);
	key_uri_free(&u);
	(void)!dmsc_source_needs_card(text, &needs, &e);
}

/* FILE in the source stands for a file with the rest. */
static void
read_csv(struct dmsc_rd in)
{
	static const struct dmsc_key_with with = { .iccid =
	    "8988211000000000011" };
	char attrs[TEXT], path[] = "/tmp/fuzz-key-XXXXXX", source[TEXT + 64];
	struct dmsc_secret *s = NULL;
	struct dmsc_err e = { 0 };
	int fd;

	text_of(&in, attrs);
	if ((fd = mkstemp(path)) < 0)
		return;
	must(write(fd, in.p, in.left) == (ssize_t)in.left || in.left == 0);
	(void)close(fd);
	(void)snprintf(source, sizeof source, "csv:%s?%s", path, attrs);
	if (dmsc_source_read(source, DMSC_KEY_SECRET, &with, &s, &e) ==
	    DMSC_E_OK)
		must(s != NULL);
	else
		must(s == NULL && e.code != DMSC_E_OK);
	dmsc_secret_free(&s);
	(void)unlink(path);
}

static void
decode(struct dmsc_rd in)
{
	struct dmsc_secret *s = NULL;
	char enc[TEXT];

	text_of(&in, enc);
	if (key_enc_known(enc) && key_decode(in, enc, &s) == DMSC_E_OK)
		must(s != NULL && s->len <= in.left + 1);
	dmsc_secret_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_rd in = dmsc_rd_of(p, n);
	uint8_t how = 0;

	if (dmsc_rd_u8(&in, &how) != DMSC_E_OK)
		return 0;
	if (how % HOWS == HOW_URI)
		take_apart(in);
	else if (how % HOWS == HOW_CSV)
		read_csv(in);
	else if (how % HOWS == HOW_ENC)
		decode(in);
	else
		(void)key_same_iccid(in, "8988211000000000011");
	return 0;
}

static const struct {
	const char *name;
	uint8_t how;
	const char *first, *rest;	/* a 00 between them */
} seeds[] = {
	{ "at", HOW_URI, "@keys/card.txt", NULL },
	{ "file", HOW_URI, "file:keys/a%20b.txt?enc=hex&kdf=an10922&len=16",
	    NULL },
	{ "env", HOW_URI, "env:KEYS?kdf=none&use=ENC", NULL },
	{ "fd", HOW_URI, "fd:7?enc=base64", NULL },
	{ "csv", HOW_URI, "csv:keys.csv?key=K1&id=ICCID&enc=hex&"
	    "transport=@t.key", NULL },
	{ "pkcs11", HOW_URI, "pkcs11:token=My%20token;object=k%00;id=%01%02;"
	    "type=secret-key?pin-source=file:/p&module-name=softhsm2", NULL },
	{ "hkdf", HOW_URI, "file:m?kdf=hkdf-sha256&div=iccid&len=32", NULL },
	{ "rows", HOW_CSV, "key=KIC&enc=hex", "ICCID,KIC,KID\n"
	    "8988211000000000011,00112233445566778899AABBCCDDEEFF,01\n"
	    "898821100000000002F,11,2\n" },
	{ "quotes", HOW_CSV, "key=K&enc=ascii", "ICCID;\"K\"\r\n"
	    "\"8988211000000000011\";\"a \"\"b\"\" c\"\r\n" },
	{ "hex", HOW_ENC, "hex", "00112233 44556677" },
	{ "base64", HOW_ENC, "base64", "AAECAwQFBgcICQoLDA0ODw==" },
	{ "bcd", HOW_ENC, "bcd", "12345678" },
	{ "iccid", HOW_ICCID, "98882101000000000010", NULL },
};

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	if (i >= DMSC_COUNT(seeds))
		return NULL;
	must(dmsc_buf_u8(out, seeds[i].how) == DMSC_E_OK &&
	    dmsc_buf_str(out, seeds[i].first) == DMSC_E_OK &&
	    (seeds[i].rest == NULL || (dmsc_buf_u8(out, 0) == DMSC_E_OK &&
	    dmsc_buf_str(out, seeds[i].rest) == DMSC_E_OK)));
	return seeds[i].name;
}
