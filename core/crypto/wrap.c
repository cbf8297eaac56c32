/* Values under a key that carries them (dmsc/hash.h). */
#include <string.h>

#include <dmsc/hash.h>
#include <dmsc/secret.h>

#include "crypto/aes.h"
#include "crypto/crypto.h"

enum { VALUE_MAX = 256 };

int
dmsc_check_value(struct dmsc_rd key, uint8_t out[DMSC_CHECK_LEN])
{
	return dmsc_kcv(key, out);
}

int
dmsc_key_wrap(struct dmsc_rd key, struct dmsc_rd value, struct dmsc_buf *out)
{
	static const uint8_t iv[DMSC_AES_BLOCK];
	uint8_t plain[VALUE_MAX], wrapped[VALUE_MAX];
	size_t n = (value.left + DMSC_AES_BLOCK - 1) / DMSC_AES_BLOCK *
	    DMSC_AES_BLOCK;
	struct dmsc_aes *aes = NULL;
	int r;

	if (value.left == 0 || n > sizeof plain)
		return DMSC_E_FORMAT;
	if ((r = dmsc_random(plain, n)) != DMSC_E_OK ||
	    (r = dmsc_aes_new(key, &aes)) != DMSC_E_OK)
		return r;
	memcpy(plain, value.p, value.left);
	r = dmsc_aes_cbc(aes, true, iv, dmsc_rd_of(plain, n), wrapped);
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, dmsc_rd_of(wrapped, n));
	dmsc_wipe(plain, sizeof plain);
	dmsc_aes_free(&aes);
	return r;
}
