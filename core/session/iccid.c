/* ICCIDs (ITU-T E.118): coded as in EF.ICCID, drawn from the test range. */
#include <string.h>

#include "base/text.h"
#include "session/profile.h"

enum { DIGITS_MIN = 18, DIGITS_MAX = 20, DRAWN = 11, FILL = 0x0F };

int
dmsc_iccid_code(const char *digits, uint8_t out[DMSC_ICCID_BYTES])
{
	size_t n = strlen(digits), i;
	unsigned d;

	if (n < DIGITS_MIN || n > DIGITS_MAX ||
	    !dmsc_is_digits(dmsc_rd_str(digits)))
		return DMSC_E_USAGE;
	memset(out, 0xFF, DMSC_ICCID_BYTES);
	for (i = 0; i < n; i++) {
		d = (unsigned)(digits[i] - '0');
		if (i % 2 == 0)
			out[i / 2] = (uint8_t)(FILL << 4 | d);
		else
			out[i / 2] = (uint8_t)(d << 4 | (out[i / 2] & FILL));
	}
	return DMSC_E_OK;
}

void
dmsc_iccid_draw(uint64_t seed, uint8_t out[DMSC_ICCID_BYTES])
{
	char text[DIGITS_MAX + 1] = "8988211";
	size_t n = strlen(text), i;

	for (i = 0; i < DRAWN; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		text[n++] = (char)('0' + (seed >> 33) % 10);
	}
	text[n] = '\0';
	text[n] = dmsc_luhn(text, n);
	text[n + 1] = '\0';
	if (dmsc_iccid_code(text, out) != DMSC_E_OK)
		memset(out, 0xFF, DMSC_ICCID_BYTES);
}
