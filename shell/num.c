/* Numbers that people type. */
#include "tools.h"

#include <string.h>

static bool
number(const char *text, unsigned base, unsigned long max, unsigned long *out)
{
	static const char digits[] = "0123456789abcdef";
	unsigned long v = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		char c = (char)(*text >= 'A' && *text <= 'F' ? *text + 32 :
		    *text);
		const char *d = memchr(digits, c, base);
		unsigned long add = d != NULL ? (unsigned long)(d - digits) : 0;

		if (d == NULL || add > max || v > (max - add) / base)
			return false;
		v = v * base + add;
	}
	*out = v;
	return true;
}

bool
sh_num(const char *text, unsigned long max, unsigned long *out)
{
	return number(text, 10, max, out);
}

bool
sh_num_any(const char *text, unsigned long max, unsigned long *out)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return number(text + 2, 16, max, out);
	return number(text, 10, max, out);
}

enum { KILO = 10, MEGA = 20 };	/* as shifts */

bool
sh_bytes(const char *text, unsigned long max, unsigned long *out)
{
	size_t n = strlen(text);
	unsigned shift = n == 0 ? 0 : text[n - 1] == 'K' ? KILO :
	    text[n - 1] == 'M' ? MEGA : 0;
	char digits[24];

	if (shift == 0)
		return sh_num_any(text, max, out);
	if (n > sizeof digits)
		return false;
	memcpy(digits, text, n - 1);
	digits[n - 1] = '\0';
	if (!number(digits, 10, max >> shift, out))
		return false;
	*out <<= shift;
	return true;
}
