/* The text of a transcript (crypto/receipt.h): written, and read so that
 * every byte of it counts. */
#include <string.h>

#include "base/base.h"
#include "crypto/receipt.h"

enum { DATA_MAX = 1 << 17, DIGITS_MAX = 6, SW_SIZE = 2, HEAD = 4 };
static const char first[] = "dmsc transcript 1\n";

int
dmsc_transcript_head(struct dmsc_rd nonce, struct dmsc_buf *out)
{
	int r = dmsc_buf_str(out, first);

	if (r == DMSC_E_OK)
		r = dmsc_buf_str(out, "nonce ");
	if (r == DMSC_E_OK)
		r = nonce.left == 0 ? dmsc_buf_str(out, "-") :
		    dmsc_hex_put(out, nonce);
	return r == DMSC_E_OK ? dmsc_buf_u8(out, '\n') : r;
}

int
dmsc_transcript_part(const struct dmsc_chain_part *p, bool shown,
    struct dmsc_rd data, struct dmsc_buf *out)
{
	int r = DMSC_E_OK;

	if (p->len > 0 && shown) {
		if ((r = dmsc_buf_u8(out, ' ')) == DMSC_E_OK &&
		    (r = dmsc_hex_put(out, data)) == DMSC_E_OK &&
		    (r = dmsc_buf_u8(out, ' ')) == DMSC_E_OK)
			r = dmsc_hex_put(out, dmsc_rd_of(p->salt,
			    sizeof p->salt));
	} else if (p->len > 0) {
		if ((r = dmsc_buf_fmt(out, " * %lu ",
		    (unsigned long)p->len)) == DMSC_E_OK)
			r = dmsc_hex_put(out, dmsc_rd_of(p->digest,
			    sizeof p->digest));
	}
	return r == DMSC_E_OK ? dmsc_buf_u8(out, '\n') : r;
}

/* What is left to read, and where. */
struct reader {
	struct dmsc_rd r;
	size_t line;
	struct dmsc_buf *data;		/* of the part in work */
};

static bool
eat(struct reader *t, const char *s)
{
	size_t n = strlen(s);

	if (!dmsc_rd_eq_str(dmsc_rd_slice(t->r, 0, n), s))
		return false;
	t->r = dmsc_rd_slice(t->r, n, t->r.left);
	return true;
}

static bool
digit(unsigned c, unsigned *v)
{
	if (c >= '0' && c <= '9')
		*v = c - '0';
	else if (c >= 'A' && c <= 'F')
		*v = c - 'A' + 10;
	else
		return false;
	return true;
}

/* Bytes up to the first character that is no upper-case digit; false: none,
 * half a one, or too many. */
static bool
eat_hex(struct reader *t, struct dmsc_buf *out)
{
	unsigned a, b;
	size_t i = 0;

	while (i + 1 < t->r.left && digit(t->r.p[i], &a)) {
		if (!digit(t->r.p[i + 1], &b) ||
		    dmsc_buf_u8(out, a << 4 | b) != DMSC_E_OK)
			return false;
		i += 2;
	}
	t->r = dmsc_rd_slice(t->r, i, t->r.left);
	return i > 0;
}

static bool
eat_bytes(struct reader *t, uint8_t *out, size_t n)
{
	struct dmsc_buf *b = dmsc_buf_new(n);
	bool good = b != NULL && eat_hex(t, b) && b->len == n;

	if (good)
		memcpy(out, b->p, n);
	dmsc_buf_free(&b);
	return good;
}

/* A length as it is written: no zero in front. */
static bool
eat_length(struct reader *t, uint32_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < t->r.left && t->r.p[i] >= '0' && t->r.p[i] <= '9';
	    i++) {
		if (i == DIGITS_MAX || (i == 0 && t->r.p[0] == '0'))
			return false;
		*out = *out * 10 + t->r.p[i] - '0';
	}
	t->r = dmsc_rd_slice(t->r, i, t->r.left);
	return i > 0;
}

static bool
eat_part(struct reader *t, struct dmsc_chain_part *p)
{
	memset(p, 0, sizeof *p);
	if (eat(t, "\n")) {
		t->line++;
		return true;
	}
	if (!eat(t, " "))
		return false;
	dmsc_buf_reset(t->data);
	if (eat(t, "* ")) {
		if (!eat_length(t, &p->len) || !eat(t, " ") ||
		    !eat_bytes(t, p->digest, sizeof p->digest))
			return false;
	} else if (!eat_hex(t, t->data) || !eat(t, " ") ||
	    !eat_bytes(t, p->salt, sizeof p->salt) ||
	    dmsc_chain_part(p, dmsc_buf_rd(t->data)) != DMSC_E_OK)
		return false;
	if (!eat(t, "\n"))
		return false;
	t->line++;
	return true;
}

static bool
eat_exchange(struct reader *t, struct dmsc_exchange *x)
{
	uint8_t sw[SW_SIZE] = { 0 };

	if (!eat(t, "> ") || !eat_bytes(t, &x->level, 1) || !eat(t, " ") ||
	    !eat_bytes(t, x->head, HEAD) || !eat_part(t, &x->cmd) ||
	    !eat(t, "< ") || !eat_bytes(t, sw, sizeof sw) ||
	    !eat_part(t, &x->rsp))
		return false;
	x->sw = (unsigned)sw[0] << 8 | sw[1];
	return true;
}

static bool
eat_head(struct reader *t, struct dmsc_buf *nonce)
{
	if (!eat(t, first))
		return false;
	t->line++;
	if (!eat(t, "nonce ") || (!eat(t, "-") && !eat_hex(t, nonce)) ||
	    !eat(t, "\n"))
		return false;
	t->line++;
	return true;
}

int
dmsc_transcript_read(struct dmsc_rd text, struct dmsc_chain *out,
    struct dmsc_buf *nonce, size_t *line)
{
	struct reader t = { text, 1, dmsc_buf_new(DATA_MAX) };
	struct dmsc_exchange x;
	int r = t.data == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	dmsc_buf_reset(nonce);
	if (r == DMSC_E_OK && !eat_head(&t, nonce))
		r = DMSC_E_FORMAT;
	if (r == DMSC_E_OK)
		r = dmsc_chain_begin(out, dmsc_rd_of(NULL, 0),
		    dmsc_buf_rd(nonce));
	while (r == DMSC_E_OK && t.r.left > 0) {
		memset(&x, 0, sizeof x);
		r = eat_exchange(&t, &x) ? dmsc_chain_add(out, &x) :
		    DMSC_E_FORMAT;
	}
	*line = t.line;
	dmsc_buf_free(&t.data);
	return r;
}
