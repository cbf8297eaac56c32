/* Codes over messages (crypto/dmmac.h). */
#include "crypto/dmmac.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "base/text.h"
#include "crypto/start.h"

enum {
	SHA1_LEN = 20, B64_MD5 = 24, IMSI_MAX = 15,
	IMSI_BYTES = 8, TYPED_MIN = 10, KEY_MAX = 256, ODD = 9, EVEN = 1,
	FILL = 0xF, NONCE_MAX = 1024
};

static const struct {
	const char *name;
	bool network, pin, dm, user;
} schemes[] = {
	[DMSC_MAC_NETWPIN] = { "netwpin", true, false, false, false },
	[DMSC_MAC_USERPIN] = { "userpin", false, true, false, false },
	[DMSC_MAC_USERNETWPIN] = { "usernetwpin", true, true, false, false },
	[DMSC_MAC_USERPINMAC] = { "userpinmac", false, true, false, false },
	[DMSC_MAC_NETWORKID] = { "networkid", true, false, true, false },
	[DMSC_MAC_USERPIN_NETWORKID] = { "userpin-networkid", true, true,
	    true, false },
	[DMSC_MAC_AUTH] = { "auth-mac", false, false, true, true },
};

int
dmsc_mac_scheme(const char *name, enum dmsc_mac_scheme *out)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(schemes); i++)
		if (strcmp(schemes[i].name, name) == 0) {
			*out = (enum dmsc_mac_scheme)i;
			return DMSC_E_OK;
		}
	return DMSC_E_NOTFOUND;
}

/* ---- syncml:auth-MAC */

static int
md5_parts(const struct dmsc_rd *parts, size_t n, uint8_t out[DMSC_MD5_LEN])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c != NULL && EVP_DigestInit_ex(c, EVP_md5(), NULL) == 1;
	size_t i;

	for (i = 0; good && i < n; i++)
		good = EVP_DigestUpdate(c, parts[i].p, parts[i].left) == 1;
	good = good && EVP_DigestFinal_ex(c, out, NULL) == 1;
	EVP_MD_CTX_free(c);
	return good ? DMSC_E_OK : DMSC_E_NOMEM;
}

/* B64(H(parts)), NUL behind. */
static int
b64_md5(const struct dmsc_rd *parts, size_t n, char out[B64_MD5 + 1])
{
	uint8_t h[DMSC_MD5_LEN];
	int r = md5_parts(parts, n, h);

	if (r == DMSC_E_OK)
		(void)EVP_EncodeBlock((unsigned char *)out, h, sizeof h);
	dmsc_wipe(h, sizeof h);
	return r;
}

/* Base64 to bytes, of which *n are meant. */
static int
read_nonce(struct dmsc_rd text, uint8_t out[NONCE_MAX], size_t *n)
{
	int len;

	*n = 0;
	if (text.left == 0)
		return DMSC_E_OK;
	if (text.left > NONCE_MAX || text.left % 4 != 0 ||
	    (len = EVP_DecodeBlock(out, text.p, (int)text.left)) < 0)
		return DMSC_E_DATA;
	*n = (size_t)len - (text.p[text.left - 1] == '=') -
	    (text.p[text.left - 2] == '=');
	return DMSC_E_OK;
}

int
dmsc_auth_digest(struct dmsc_rd user, struct dmsc_rd password,
    struct dmsc_rd nonce, const struct dmsc_rd *body,
    uint8_t out[DMSC_MD5_LEN])
{
	struct dmsc_rd colon = dmsc_rd_str(":");
	char who[B64_MD5 + 1], what[B64_MD5 + 1];
	struct dmsc_rd in[5] = { user, colon, password };
	int r = dmsc_crypto_start();

	if (r != DMSC_E_OK || (r = b64_md5(in, 3, who)) != DMSC_E_OK)
		return r;
	if (body != NULL && (r = b64_md5(body, 1, what)) != DMSC_E_OK)
		return r;
	in[0] = dmsc_rd_str(who);
	in[1] = colon;
	in[2] = nonce;
	in[3] = colon;
	in[4] = body == NULL ? colon : dmsc_rd_str(what);
	r = md5_parts(in, body == NULL ? 3 : DMSC_COUNT(in), out);
	dmsc_wipe(who, sizeof who);
	return r;
}

static int
auth_mac(const struct dmsc_mac_parts *p, struct dmsc_buf *out)
{
	uint8_t nonce[NONCE_MAX], h[DMSC_MD5_LEN];
	size_t n;
	char all[B64_MD5 + 1];
	int r;

	if ((r = read_nonce(p->nonce, nonce, &n)) != DMSC_E_OK ||
	    (r = dmsc_auth_digest(p->user, p->password, dmsc_rd_of(nonce, n),
	    &p->body, h)) != DMSC_E_OK)
		return r;
	(void)EVP_EncodeBlock((unsigned char *)all, h, sizeof h);
	return dmsc_buf_str(out, all);
}

/* ---- over the air */

/* Digits in semi-octets: 9 before an odd number of them; 1 before and F
 * behind an even one. */
static int
semi_octets(struct dmsc_rd digits, struct dmsc_secret *out)
{
	uint8_t nibbles[2 * IMSI_BYTES];
	size_t i, n = 0;

	if (!dmsc_is_digits(digits) || digits.left > IMSI_MAX)
		return DMSC_E_DATA;
	nibbles[n++] = digits.left % 2 == 1 ? ODD : EVEN;
	for (i = 0; i < digits.left; i++)
		nibbles[n++] = digits.p[i] - '0';
	if (n % 2 == 1)
		nibbles[n++] = FILL;
	for (i = 0; i < n; i += 2)
		out->p[out->len++] = (uint8_t)(nibbles[i + 1] << 4 |
		    nibbles[i]);
	return DMSC_E_OK;
}

static int
append(struct dmsc_secret *k, struct dmsc_rd r)
{
	if (r.left > k->cap - k->len)
		return DMSC_E_LIMIT;
	if (r.left > 0)
		memcpy(k->p + k->len, r.p, r.left);
	k->len += r.left;
	return DMSC_E_OK;
}

static int
make_key(enum dmsc_mac_scheme s, const struct dmsc_mac_parts *p,
    struct dmsc_secret *k)
{
	int r = DMSC_E_OK;

	if (s == DMSC_MAC_USERPINMAC)
		return append(k, dmsc_rd_slice(p->pin, 0, p->pin.left / 2));
	if (s == DMSC_MAC_USERPIN_NETWORKID &&
	    ((r = append(k, p->pin)) != DMSC_E_OK ||
	    (r = append(k, dmsc_rd_str(":"))) != DMSC_E_OK))
		return r;
	if (schemes[s].network)
		r = schemes[s].dm ? append(k, p->network) :
		    semi_octets(p->network, k);
	if (r == DMSC_E_OK && schemes[s].pin &&
	    s != DMSC_MAC_USERPIN_NETWORKID)
		r = append(k, p->pin);
	return r;
}

/* What the user typed: a PIN and as many digits that check the document. */
static int
check_typed(struct dmsc_rd typed, const uint8_t m[SHA1_LEN],
    struct dmsc_buf *out)
{
	size_t half = typed.left / 2, i;
	unsigned odd = 0;

	for (i = 0; i < half; i++)
		odd |= (unsigned)typed.p[half + i] ^ (m[i] % 10 + '0');
	return odd != 0 ? DMSC_E_MISMATCH : dmsc_buf_str(out, "good");
}

static int
boot_mac(enum dmsc_mac_scheme s, const struct dmsc_mac_parts *p,
    struct dmsc_buf *out)
{
	struct dmsc_secret *k = dmsc_secret_new(KEY_MAX);
	uint8_t m[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	int r = k == NULL ? DMSC_E_NOMEM : make_key(s, p, k);

	if (r == DMSC_E_OK && (HMAC(EVP_sha1(), k->p, (int)k->len, p->body.p,
	    p->body.left, m, &n) == NULL || n != SHA1_LEN))
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK)
		r = s == DMSC_MAC_USERPINMAC ? check_typed(p->pin, m, out) :
		    dmsc_hex_put(out, dmsc_rd_of(m, SHA1_LEN));
	dmsc_secret_free(&k);
	return r;
}

/* The part that is missing, or NULL. */
static const char *
missing(enum dmsc_mac_scheme s, const struct dmsc_mac_parts *p)
{
	if (schemes[s].network && p->network.left == 0)
		return schemes[s].dm ? "the network's secret is missing" :
		    "the IMSI is missing";
	if (schemes[s].pin && p->pin.left == 0)
		return "the user's PIN is missing";
	if (s == DMSC_MAC_USERPINMAC && (p->pin.left % 2 != 0 ||
	    p->pin.left < TYPED_MIN || p->pin.left / 2 > SHA1_LEN))
		return "what is typed is an even number of digits, 10 to 40";
	if (schemes[s].user && (p->user.left == 0 || p->password.left == 0))
		return "the user's name or password is missing";
	return NULL;
}

int
dmsc_mac_make(enum dmsc_mac_scheme s, const struct dmsc_mac_parts *p,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	const char *why = missing(s, p);
	int r = dmsc_crypto_start();

	if (why != NULL)
		return dmsc_fail(e, DMSC_E_DATA, "%s", why);
	if (r == DMSC_E_OK)
		r = s == DMSC_MAC_AUTH ? auth_mac(p, out) :
		    boot_mac(s, p, out);
	if (r == DMSC_E_OK)
		return r;
	if (r == DMSC_E_MISMATCH)
		return dmsc_fail(e, r,
		    "the digits are not of this document and PIN");
	return dmsc_fail(e, r, "%s", r != DMSC_E_DATA ?
	    "cannot compute a code" : s == DMSC_MAC_AUTH ?
	    "the nonce is no base64" : "an IMSI is 1 to 15 digits");
}
