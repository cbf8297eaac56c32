/* Text that comes from outside: numbers, UTF-8. */
#ifndef DMSC_BASE_TEXT_H
#define DMSC_BASE_TEXT_H

#include <dmsc/bytes.h>

/* The value of a decimal or hexadecimal digit, -1 for another character. */
int dmsc_digit(char c);
/* Decimal digits, one at least. */
bool dmsc_is_digits(struct dmsc_rd r);
/* The whole of s in base 10 or 16 as a number <= max: FORMAT, LIMIT. */
int dmsc_num(const char *s, int radix, uint64_t max, uint64_t *out)
    DMSC_MUST_CHECK;
/* A decimal with an optional minus sign. */
int dmsc_num_signed(const char *s, int64_t min, int64_t max, int64_t *out)
    DMSC_MUST_CHECK;
/* Well-formed UTF-8 without control bytes other than tab, CR, LF. */
bool dmsc_is_text(struct dmsc_rd r);
bool dmsc_is_utf8(struct dmsc_rd r);
/* A malloc'ed copy with a NUL behind; NULL: no memory. */
char *dmsc_strndup(struct dmsc_rd r);
/* Versions: runs of digits by their number, all else by its bytes: "1.9"
 * before "1.10". Below, at or above 0, as strcmp. */
int dmsc_version_compare(const char *a, const char *b);
/* The digit that makes the Luhn sum of n digits and itself end in 0. */
char dmsc_luhn(const char *digits, size_t n);
/* True when s ends in suffix, or begins with prefix. */
bool dmsc_ends(const char *s, const char *suffix);
bool dmsc_begins(const char *s, const char *prefix);

#endif
