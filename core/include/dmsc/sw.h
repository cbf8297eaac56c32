/* Status words (TS 102 221, GlobalPlatform): texts and classes. Room uicc. */
#ifndef DMSC_SW_H
#define DMSC_SW_H

#include <stdbool.h>

/* "file not found" for 6A82, "wrong, 2 tries left" for 63C2; never NULL.
 * buf holds texts that carry a number; size at least 64. */
const char *dmsc_sw_text(unsigned sw, char *buf, unsigned size);
bool dmsc_sw_ok(unsigned sw);		/* 9000, 91xx, 92xx, 62xx */
/* OK, AUTH (6982), AUTHFAIL (63Cx), BLOCKED (6983, 63C0), NOTFOUND (6A82,
 * 6A83, 6A88), EXISTS (6A89, 6A8A), SPACE (6A84) or SW. */
int dmsc_sw_code(unsigned sw);
/* The i-th row of the table, for 'help status-words'; false past the end. */
bool dmsc_sw_row(unsigned i, const char **pattern, const char **text);

#endif
