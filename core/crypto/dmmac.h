/*
 * Message authentication codes of DM: syncml:auth-MAC (OMA DM Security 1.2,
 * 5.4) and those of a bootstrap over the air (Provisioning Bootstrap 1.1,
 * 5.2; DM Bootstrap 1.2, 5.7). MD5 and SHA-1 are what these say.
 */
#ifndef DMSC_CRYPTO_DMMAC_H
#define DMSC_CRYPTO_DMMAC_H

#include <dmsc/bytes.h>
#include <dmsc/mac.h>

enum { DMSC_MD5_LEN = 16 };

/* What a code is made of: views; the network's secret is an IMSI's digits
 * for Client Provisioning, as it is for DM. */
struct dmsc_mac_parts {
	struct dmsc_rd body;
	struct dmsc_rd network, pin;
	struct dmsc_rd user, password;
	struct dmsc_rd nonce;		/* base64; none: empty */
};

/* The scheme of that name; NOTFOUND. */
int dmsc_mac_scheme(const char *name, enum dmsc_mac_scheme *out)
    DMSC_MUST_CHECK;
/*
 * The code as it stands in the message: base64 for auth-MAC, hexadecimal for
 * the others. DATA: a part is missing, or an IMSI is no digits. For
 * USERPINMAC pin is what the user types, PIN and check digits: OK and out
 * "good", MISMATCH.
 */
int dmsc_mac_make(enum dmsc_mac_scheme scheme,
    const struct dmsc_mac_parts *p, struct dmsc_buf *out, struct dmsc_err *e)
    DMSC_MUST_CHECK;

/* MD5 over user, password and the nonce's bytes, and the message: what is
 * shown as auth-MAC; without it (body NULL) as auth-md5. */
int dmsc_auth_digest(struct dmsc_rd user, struct dmsc_rd password,
    struct dmsc_rd nonce, const struct dmsc_rd *body,
    uint8_t out[DMSC_MD5_LEN]) DMSC_MUST_CHECK;

#endif
