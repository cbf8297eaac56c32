/* How a secret is written: the encodings that a source or column declares. */
#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/base.h"
#include "base/text.h"
#include "crypto/key_inner.h"
#include "crypto/start.h"

static int
as_is(struct dmsc_rd text, struct dmsc_secret *out)
{
	memcpy(out->p, text.p, text.left);
	out->len = text.left;
	return DMSC_E_OK;
}

/* Digit pairs; blanks and colons may stand between the pairs. */
static int
from_hex(struct dmsc_rd text, struct dmsc_secret *out)
{
	size_t i = 0;
	int hi, lo;

	while (i < text.left) {
		if (out->len > 0 && (text.p[i] == ' ' || text.p[i] == ':')) {
			i++;
			continue;
		}
		hi = dmsc_digit((char)text.p[i]);
		lo = i + 1 < text.left ? dmsc_digit((char)text.p[i + 1]) : -1;
		if (hi < 0 || lo < 0)
			return DMSC_E_DATA;
		out->p[out->len++] = (uint8_t)(hi << 4 | lo);
		i += 2;
	}
	return DMSC_E_OK;
}

/* Decimal digits, two in a byte, the first in the high half; F behind. */
static int
from_bcd(struct dmsc_rd text, struct dmsc_secret *out)
{
	size_t i;
	unsigned hi, lo;

	for (i = 0; i < text.left; i += 2) {
		hi = (unsigned)text.p[i] - '0';
		lo = i + 1 < text.left ? (unsigned)text.p[i + 1] - '0' : 0xF;
		if (hi > 9 || (lo > 9 && i + 1 < text.left))
			return DMSC_E_DATA;
		out->p[out->len++] = (uint8_t)(hi << 4 | lo);
	}
	return DMSC_E_OK;
}

static int
from_base64(struct dmsc_rd text, struct dmsc_secret *out)
{
	size_t pad = 0;
	int n;

	if (text.left % 4 != 0 || text.left > INT_MAX ||
	    dmsc_crypto_start() != DMSC_E_OK)
		return DMSC_E_DATA;
	while (pad < 2 && pad < text.left &&
	    text.p[text.left - 1 - pad] == '=')
		pad++;
	/* OpenSSL would pass over blanks, and read = as a value. */
	for (n = 0; (size_t)n < text.left - pad; n++)
		if (text.p[n] <= ' ' || text.p[n] == '=')
			return DMSC_E_DATA;
	n = EVP_DecodeBlock(out->p, text.p, (int)text.left);
	if (n < 0 || (size_t)n < pad)
		return DMSC_E_DATA;
	out->len = (size_t)n - pad;
	return DMSC_E_OK;
}

static const struct {
	const char *name;
	int (*decode)(struct dmsc_rd text, struct dmsc_secret *out);
} encodings[] = {
	{ "hex", from_hex }, { "base64", from_base64 }, { "ascii", as_is },
	{ "bcd", from_bcd }, { "raw", as_is },
};

bool
key_enc_known(const char *enc)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(encodings); i++)
		if (strcmp(enc, encodings[i].name) == 0)
			return true;
	return false;
}

/* A line end behind the text is not part of it, but of raw bytes. */
static struct dmsc_rd
line_of(struct dmsc_rd text, const char *enc)
{
	if (strcmp(enc, "raw") == 0)
		return text;
	if (text.left > 0 && text.p[text.left - 1] == '\n')
		text.left--;
	if (text.left > 0 && text.p[text.left - 1] == '\r')
		text.left--;
	return text;
}

int
key_decode(struct dmsc_rd text, const char *enc, struct dmsc_secret **out)
{
	struct dmsc_rd in = line_of(text, enc);
	struct dmsc_secret *s = dmsc_secret_new(in.left + 1);
	size_t i = 0;
	int r;

	*out = NULL;
	if (s == NULL)
		return DMSC_E_NOMEM;
	while (i + 1 < DMSC_COUNT(encodings) &&
	    strcmp(enc, encodings[i].name) != 0)
		i++;
	r = in.left == 0 ? DMSC_E_DATA : encodings[i].decode(in, s);
	if (r != DMSC_E_OK)
		dmsc_secret_free(&s);
	*out = s;
	return r;
}
