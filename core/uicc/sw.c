/* Status words: texts and classes (dmsc/sw.h; TS 102 221 10.2, GP). */
#include <dmsc/sw.h>

#include <stdio.h>

#include <dmsc/err.h>

#include "base/base.h"

/* First match wins. In a pattern X is any digit. */
static const struct {
	const char *pattern;
	const char *text;
} rows[] = {
	{ "9000", "done" },
	{ "91XX", "done, a proactive command waits" },
	{ "92XX", "done, data transfer goes on" },
	{ "9300", "toolkit busy, try later" },
	{ "61XX", "more bytes wait for GET RESPONSE" },
	{ "9FXX", "more bytes wait for GET RESPONSE" },
	{ "6200", "warning, nothing changed" },
	{ "6281", "the data may be corrupted" },
	{ "6282", "end of file, or nothing found" },
	{ "6283", "the file is deactivated" },
	{ "6285", "the file is terminated" },
	{ "62F1", "more data available" },
	{ "62F2", "more data available, a proactive command waits" },
	{ "62F3", "response data available" },
	{ "62XX", "warning, nothing changed" },
	{ "6300", "authentication failed" },
	{ "6310", "more data available" },
	{ "63C0", "wrong value, no tries left" },
	{ "63C1", "wrong value, 1 try left" },
	{ "63CX", "wrong value, X tries left" },
	{ "63F1", "more data expected" },
	{ "63F2", "more data expected, a proactive command waits" },
	{ "6400", "execution error, nothing changed" },
	{ "6500", "memory changed, no detail" },
	{ "6581", "memory problem" },
	{ "6700", "wrong length" },
	{ "67XX", "wrong length" },
	{ "6800", "function of the class not supported" },
	{ "6881", "logical channel not supported or not open" },
	{ "6882", "secure messaging not supported" },
	{ "6883", "last command of the chain expected" },
	{ "6884", "command chaining not supported" },
	{ "6900", "command not allowed" },
	{ "6981", "the command does not fit the file's structure" },
	{ "6982", "security status not satisfied" },
	{ "6983", "blocked: no tries left" },
	{ "6984", "referenced data not usable" },
	{ "6985", "conditions of use not satisfied" },
	{ "6986", "no file is selected" },
	{ "6987", "secure messaging objects missing" },
	{ "6988", "secure messaging objects wrong" },
	{ "6989", "secure channel: security not satisfied" },
	{ "6999", "the application cannot be selected" },
	{ "6A80", "wrong data" },
	{ "6A81", "function not supported" },
	{ "6A82", "file not found" },
	{ "6A83", "record not found" },
	{ "6A84", "not enough memory" },
	{ "6A86", "wrong P1 or P2" },
	{ "6A87", "the length does not fit P1 and P2" },
	{ "6A88", "referenced data not found" },
	{ "6A89", "the file is already there" },
	{ "6A8A", "the name is already there" },
	{ "6B00", "outside the file" },
	{ "6CXX", "wrong Le, XX bytes are there" },
	{ "6D00", "command not known" },
	{ "6E00", "class not known" },
	{ "6F00", "technical problem" },
	{ "6FXX", "technical problem" },
	{ "9850", "the maximum is reached" },
	{ "9862", "authentication: wrong MAC" },
	{ "9863", "security session expired" },
	{ "9864", "security context not supported" },
	{ "9865", "key freshness failure" },
	{ "9866", "no memory" },
	{ "9867", "no memory" },
};

static bool
matches(const char *pattern, unsigned sw)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned i;

	for (i = 0; i < 4; i++)
		if (pattern[i] != 'X' &&
		    pattern[i] != digits[sw >> (12 - 4 * i) & 0xF])
			return false;
	return true;
}

const char *
dmsc_sw_text(unsigned sw, char *buf, unsigned size)
{
	unsigned n = (sw & 0xFF00) == 0x6300 ? sw & 0xF : sw & 0xFF;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		if (!matches(rows[i].pattern, sw))
			continue;
		if ((sw & 0xFFF0) == 0x63C0 && n > 1) {
			(void)snprintf(buf, size,
			    "wrong value, %u tries left", n);
			return buf;
		}
		if ((sw & 0xFF00) == 0x6C00) {
			(void)snprintf(buf, size,
			    "wrong Le, %u bytes are there", n == 0 ? 256 : n);
			return buf;
		}
		return rows[i].text;
	}
	return "unknown status word";
}

bool
dmsc_sw_ok(unsigned sw)
{
	return sw == 0x9000 || (sw & 0xFF00) == 0x9100 ||
	    (sw & 0xFF00) == 0x9200 || (sw & 0xFF00) == 0x6200;
}

int
dmsc_sw_code(unsigned sw)
{
	static const struct {
		unsigned sw;
		int code;
	} codes[] = {
		{ 0x6982, DMSC_E_AUTH }, { 0x6983, DMSC_E_BLOCKED },
		{ 0x63C0, DMSC_E_BLOCKED }, { 0x6A82, DMSC_E_NOTFOUND },
		{ 0x6A83, DMSC_E_NOTFOUND }, { 0x6A88, DMSC_E_NOTFOUND },
		{ 0x6A89, DMSC_E_EXISTS }, { 0x6A8A, DMSC_E_EXISTS },
		{ 0x6A84, DMSC_E_SPACE },
	};
	size_t i;

	if (dmsc_sw_ok(sw))
		return DMSC_E_OK;
	for (i = 0; i < DMSC_COUNT(codes); i++)
		if (codes[i].sw == sw)
			return codes[i].code;
	return (sw & 0xFFF0) == 0x63C0 ? DMSC_E_AUTHFAIL : DMSC_E_SW;
}

bool
dmsc_sw_row(unsigned i, const char **pattern, const char **text)
{
	if (i >= DMSC_COUNT(rows))
		return false;
	*pattern = rows[i].pattern;
	*text = rows[i].text;
	return true;
}
