/* Views: bounded reading of bytes from outside (dmsc/bytes.h). */
#include <dmsc/bytes.h>

#include <string.h>

struct dmsc_rd
dmsc_rd_of(const void *p, size_t n)
{
	struct dmsc_rd r = { p, n };

	return r;
}

struct dmsc_rd
dmsc_rd_str(const char *s)
{
	return dmsc_rd_of(s, strlen(s));
}

int
dmsc_rd_take(struct dmsc_rd *r, size_t n, struct dmsc_rd *out)
{
	if (n > r->left)
		return DMSC_E_SHORT;
	*out = dmsc_rd_of(r->p, n);
	if (n > 0)
		r->p += n;
	r->left -= n;
	return DMSC_E_OK;
}

static int
take_number(struct dmsc_rd *r, size_t n, uint32_t *out)
{
	struct dmsc_rd b;
	uint32_t v = 0;
	size_t i;

	if (dmsc_rd_take(r, n, &b) != DMSC_E_OK)
		return DMSC_E_SHORT;
	for (i = 0; i < n; i++)
		v = v << 8 | b.p[i];
	*out = v;
	return DMSC_E_OK;
}

int
dmsc_rd_u8(struct dmsc_rd *r, uint8_t *out)
{
	if (r->left == 0)
		return DMSC_E_SHORT;
	*out = *r->p++;
	r->left--;
	return DMSC_E_OK;
}

int
dmsc_rd_u16(struct dmsc_rd *r, uint16_t *out)
{
	uint32_t v;

	if (take_number(r, 2, &v) != DMSC_E_OK)
		return DMSC_E_SHORT;
	*out = (uint16_t)v;
	return DMSC_E_OK;
}

int
dmsc_rd_u24(struct dmsc_rd *r, uint32_t *out)
{
	return take_number(r, 3, out);
}

int
dmsc_rd_u32(struct dmsc_rd *r, uint32_t *out)
{
	return take_number(r, 4, out);
}

bool
dmsc_rd_eq(struct dmsc_rd a, struct dmsc_rd b)
{
	return a.left == b.left &&
	    (a.left == 0 || memcmp(a.p, b.p, a.left) == 0);
}

bool
dmsc_rd_eq_str(struct dmsc_rd a, const char *s)
{
	return dmsc_rd_eq(a, dmsc_rd_str(s));
}

struct dmsc_rd
dmsc_rd_slice(struct dmsc_rd r, size_t from, size_t n)
{
	if (from > r.left)
		from = r.left;
	if (n > r.left - from)
		n = r.left - from;
	return dmsc_rd_of(from > 0 ? r.p + from : r.p, n);
}
