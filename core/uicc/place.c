/* Places: paths of file identifiers, AIDs and names to and from text. */
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "uicc/inside.h"
#include "uicc/names.h"

enum { FID_HEX = 4, AID_MIN = 5, AID_MAX = 16 };

static bool
is_hex(const char *s, size_t n)
{
	return n > 0 && strspn(s, "0123456789abcdefABCDEF") >= n;
}

static int
bad(struct dmsc_err *e, const char *text, const char *why)
{
	(void)dmsc_fail(e, DMSC_E_USAGE, "'%s' is no path of a file", text);
	(void)dmsc_err_why(e, "%s", why);
	return DMSC_E_USAGE;
}

int
dmsc_place_below(const struct dmsc_place *p, uint16_t fid,
    struct dmsc_place *out)
{
	*out = *p;
	if (p->n >= DMSC_UICC_PATH_MAX)
		return DMSC_E_LIMIT;
	out->fid[out->n++] = fid;
	return DMSC_E_OK;
}

/* The n hex digits at s: bytes into out. */
static int
hex_bytes(const char *s, size_t n, uint8_t *out)
{
	struct dmsc_buf *b = dmsc_buf_new(AID_MAX + 1);
	char text[2 * AID_MAX + 1] = "";
	int r;

	if (b == NULL)
		return DMSC_E_NOMEM;
	memcpy(text, s, DMSC_MIN(n, sizeof text - 1));
	if ((r = dmsc_hex_get(text, b)) == DMSC_E_OK && b->len <= AID_MAX)
		memcpy(out, b->p, b->len);
	dmsc_buf_free(&b);
	return r;
}

/* Hex of several identifiers without a stroke between: "3F007F50". */
static int
put_fids(const char *s, size_t n, struct dmsc_place *out)
{
	uint8_t b[2] = { 0 };
	unsigned fid;
	int r;

	for (; n >= FID_HEX; s += FID_HEX, n -= FID_HEX) {
		if ((r = hex_bytes(s, FID_HEX, b)) != DMSC_E_OK)
			return r;
		fid = (unsigned)b[0] << 8 | b[1];
		if (fid == UICC_MF && out->n == 0 && out->aid_len == 0)
			continue;
		if (out->n >= DMSC_UICC_PATH_MAX)
			return DMSC_E_LIMIT;
		out->fid[out->n++] = (uint16_t)fid;
	}
	return DMSC_E_OK;
}

static int
put_name(const char *s, size_t n, bool first, struct dmsc_place *out)
{
	const struct uicc_app_name *a = uicc_app_find(s, n);
	const struct uicc_name *row = uicc_name_find(s, n,
	    first ? NULL : out);
	struct dmsc_place parent;

	if (first && a != NULL)
		return uicc_name_parent(a->name, out);
	if (n == 2 && strncasecmp(s, "MF", 2) == 0 && first)
		return DMSC_E_OK;
	if (row == NULL)
		return DMSC_E_NOTFOUND;
	if (first) {
		if (uicc_name_parent(row->in, &parent) != DMSC_E_OK)
			return DMSC_E_NOTFOUND;
		*out = parent;
	}
	if (out->n >= DMSC_UICC_PATH_MAX)
		return DMSC_E_LIMIT;
	out->fid[out->n++] = row->fid;
	return DMSC_E_OK;
}

static int
put_segment(const char *s, size_t n, bool first, struct dmsc_place *out)
{
	bool mf = n >= FID_HEX && strncasecmp(s, "3F00", FID_HEX) == 0;

	if (!is_hex(s, n))
		return put_name(s, n, first, out);
	if (n == FID_HEX || (first && mf && n % FID_HEX == 0))
		return put_fids(s, n, out);
	if (!first || n % 2 != 0 || n < 2 * AID_MIN || n > 2 * AID_MAX)
		return DMSC_E_USAGE;
	out->aid_len = n / 2;
	return hex_bytes(s, n, out->aid);
}

int
dmsc_place_parse(const char *text, struct dmsc_place *out,
    struct dmsc_err *e)
{
	const char *s = text;
	bool first = true;
	size_t n;
	int r;

	memset(out, 0, sizeof *out);
	for (s += *s == '/'; *s != '\0'; s += n + (s[n] == '/')) {
		n = strcspn(s, "/");
		r = put_segment(s, n, first, out);
		if (r == DMSC_E_NOTFOUND) {
			(void)dmsc_fail(e, r, "no file is known as '%.*s'",
			    (int)DMSC_MIN(n, 100), s);
			(void)dmsc_err_next(e, "help file");
			return r;
		}
		if (r == DMSC_E_NOMEM)
			return dmsc_fail(e, r, "out of memory");
		if (r == DMSC_E_LIMIT)
			return bad(e, text, "it is too deep");
		if (r != DMSC_E_OK)
			return bad(e, text, "each step is four hex digits, a "
			    "name such as EF.ICCID, or first an AID");
		first = false;
	}
	if (first)
		return text[0] == '/' ? DMSC_E_OK : bad(e, text,
		    "it is empty");
	return DMSC_E_OK;
}

int
dmsc_place_text(const struct dmsc_place *p, struct dmsc_buf *out)
{
	size_t i, start = out->len;
	int r;

	if (p->aid_len > 0)
		r = dmsc_hex_put(out, dmsc_rd_of(p->aid, p->aid_len));
	else if (p->n > 0 && p->fid[0] == UICC_ADF)
		r = DMSC_E_OK;
	else
		r = dmsc_buf_str(out, "3F00");
	for (i = 0; i < p->n && r == DMSC_E_OK; i++)
		r = dmsc_buf_fmt(out, "%s%04X",
		    out->len > start ? "/" : "", p->fid[i]);
	return r;
}

bool
dmsc_place_eq(const struct dmsc_place *a, const struct dmsc_place *b)
{
	size_t i;

	if (a->aid_len != b->aid_len || a->n != b->n ||
	    memcmp(a->aid, b->aid, a->aid_len) != 0)
		return false;
	for (i = 0; i < a->n; i++)
		if (a->fid[i] != b->fid[i])
			return false;
	return true;
}
