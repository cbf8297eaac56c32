/* One ICCID in the ways that lists write it (ITU-T E.118, TS 102 221 13.2):
 * digits, with or without the check digit, filled up with F, or the bytes of
 * EF.ICCID, whose halves are swapped. */
#include <string.h>

#include "base/text.h"
#include "crypto/key_inner.h"

enum { SWAPPED_LEN = 20, LEAST = 18 };

/* The digits of a cell; the number, 0 where it is no ICCID. */
static size_t
digits_of(struct dmsc_rd cell, char out[KEY_ICCID_MAX + 1])
{
	bool swapped = cell.left == SWAPPED_LEN && cell.p[0] == '9' &&
	    cell.p[1] == '8';
	size_t n = 0, i;

	if (cell.left > KEY_ICCID_MAX)
		return 0;
	for (i = 0; i < cell.left; i++)
		out[i] = (char)cell.p[swapped ? i ^ 1 : i];
	for (n = cell.left; n > 0 && (out[n - 1] == 'F' || out[n - 1] ==
	    'f'); n--)
		continue;
	out[n] = '\0';
	return strspn(out, "0123456789") == n && n >= LEAST ? n : 0;
}

bool
key_same_iccid(struct dmsc_rd cell, const char *iccid)
{
	char a[KEY_ICCID_MAX + 1], b[KEY_ICCID_MAX + 1];
	size_t n = digits_of(cell, a), m = digits_of(dmsc_rd_str(iccid), b);

	if (n == 0 || m == 0 || strncmp(a, b, n < m ? n : m) != 0)
		return false;
	if (n == m)
		return true;
	return n + 1 == m ? b[n] == dmsc_luhn(b, n) : m + 1 == n && a[m] ==
	    dmsc_luhn(a, m);
}
