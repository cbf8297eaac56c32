/* SCP03: protection of commands and answers (GlobalPlatform Amendment D,
 * 6.2.3 to 6.2.7). */
#include "crypto/scp03.h"

#include <string.h>

#include "base/base.h"
#include "crypto/scp_inner.h"

enum {
	LC_MAX = 255, LC_WIDE_MAX = 65535, RSP_MAX = 256, PAD = 0x80,
	ANSWER = 0x80, CHANNEL_MASK = 0x03, SM_MASK = 0x0C
};

bool
dmsc_scp_is_open(const struct dmsc_scp *s)
{
	return s->state == SCP_READY || s->state == SCP_BUSY;
}

unsigned
dmsc_scp_level(const struct dmsc_scp *s)
{
	return s->level;
}

size_t
dmsc_scp_mac_len(const struct dmsc_scp *s)
{
	return s->n;
}

/* Of max bytes on the line, what is left for plain data. */
static size_t
room(size_t max, size_t mac, bool enc)
{
	size_t n = max - mac;

	return enc ? n / DMSC_SCP_BLOCK * DMSC_SCP_BLOCK - 1 : n;
}

size_t
dmsc_scp_room(const struct dmsc_scp *s)
{
	return (s->level & DMSC_SCP_MAC) == 0 ? LC_MAX :
	    room(LC_MAX, s->n, (s->level & DMSC_SCP_ENC) != 0);
}

size_t
dmsc_scp_answer_room(const struct dmsc_scp *s)
{
	return (s->level & DMSC_SCP_RMAC) == 0 ? RSP_MAX :
	    room(RSP_MAX, s->n, (s->level & DMSC_SCP_RENC) != 0);
}

int
scp_broken(struct dmsc_scp *s, int code)
{
	s->state = SCP_BROKEN;
	return code;
}

void
dmsc_scp_break(struct dmsc_scp *s)
{
	s->state = SCP_BROKEN;
}

uint8_t
scp_cla(unsigned cla, unsigned channel, bool sm)
{
	if (channel < SCP_FURTHER_FIRST)
		return (uint8_t)(cla | channel | (sm ? SCP_SM : 0u));
	return (uint8_t)(cla | SCP_FURTHER | (channel - SCP_FURTHER_FIRST) |
	    (sm ? SCP_SM_FURTHER : 0u));
}

/* Lc, data, Le behind a header, as in ISO 7816-3, 12.1.3. */
int
scp_apdu(struct dmsc_rd cmd, struct scp_apdu *a)
{
	struct dmsc_rd r = cmd, head;
	uint8_t n8 = 0;
	uint16_t n16 = 0;

	memset(a, 0, sizeof *a);
	if (dmsc_rd_take(&r, SCP_HEADER, &head) != DMSC_E_OK)
		return DMSC_E_SHORT;
	memcpy(a->head, head.p, SCP_HEADER);
	a->wide = r.left >= 3 && r.p[0] == 0;
	if (r.left <= 1 || (a->wide && r.left == 3)) {
		a->le = r;		/* wide: 00 and two bytes */
		return DMSC_E_OK;
	}
	if (dmsc_rd_u8(&r, &n8) != DMSC_E_OK ||
	    (a->wide && dmsc_rd_u16(&r, &n16) != DMSC_E_OK) ||
	    (n8 == 0 && n16 == 0) ||
	    dmsc_rd_take(&r, a->wide ? n16 : n8, &a->data) != DMSC_E_OK ||
	    (r.left != 0 && r.left != (a->wide ? 2u : 1u)))
		return DMSC_E_FORMAT;
	a->le = r;
	return DMSC_E_OK;
}

static size_t
put_lc(uint8_t out[3], const struct scp_apdu *a, size_t n)
{
	if (!a->wide) {
		out[0] = (uint8_t)n;
		return 1;
	}
	out[0] = 0;
	out[1] = (uint8_t)(n >> 8);
	out[2] = (uint8_t)n;
	return 3;
}

/* Class as on channel 0, with secure messaging. */
static uint8_t
mac_cla(unsigned cla)
{
	if ((cla & SCP_FURTHER) != 0)
		return (uint8_t)((cla & 0x90) | SCP_SM);
	return (uint8_t)((cla & ~(unsigned)(CHANNEL_MASK | SM_MASK)) |
	    SCP_SM);
}

int
scp_c_mac(struct dmsc_scp *s, const struct scp_apdu *a, struct dmsc_rd data,
    uint8_t mac[DMSC_SCP_BLOCK])
{
	uint8_t head[SCP_HEADER + 3];
	size_t n;

	memcpy(head, a->head, SCP_HEADER);
	head[0] = mac_cla(head[0]);
	n = SCP_HEADER + put_lc(head + SCP_HEADER, a, data.left + s->n);
	{
		const struct dmsc_rd parts[] = {
			dmsc_rd_of(s->chain, sizeof s->chain),
			dmsc_rd_of(head, n), data
		};

		return dmsc_cmac(s->mac, parts, DMSC_COUNT(parts), mac);
	}
}

static int
vector(struct dmsc_scp *s, bool answer, uint8_t iv[DMSC_SCP_BLOCK])
{
	uint8_t in[DMSC_SCP_BLOCK] = { 0 };

	in[0] = answer ? ANSWER : 0;
	dmsc_u32_code(in + 12, s->counter);
	return dmsc_aes_block(s->enc, in, iv);
}

/* Padded and encrypted, behind out. */
static int
encrypt(struct dmsc_scp *s, bool answer, struct dmsc_rd data,
    struct dmsc_buf *out)
{
	size_t at = out->len;
	size_t pad = DMSC_SCP_BLOCK - data.left % DMSC_SCP_BLOCK - 1;
	uint8_t iv[DMSC_SCP_BLOCK];
	int r;

	if ((r = dmsc_buf_put(out, data)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, PAD)) != DMSC_E_OK ||
	    (r = dmsc_buf_fill(out, 0, pad)) != DMSC_E_OK ||
	    (r = vector(s, answer, iv)) != DMSC_E_OK)
		return r;
	return dmsc_aes_cbc(s->enc, true, iv, dmsc_rd_of(out->p + at,
	    out->len - at), out->p + at);
}

static int
decrypt(struct dmsc_scp *s, bool answer, struct dmsc_rd data,
    struct dmsc_buf *out)
{
	size_t at = out->len, n;
	uint8_t iv[DMSC_SCP_BLOCK];
	int r;

	if (data.left == 0 || data.left % DMSC_SCP_BLOCK != 0)
		return DMSC_E_CHANNEL;
	if ((r = dmsc_buf_put(out, data)) != DMSC_E_OK ||
	    (r = vector(s, answer, iv)) != DMSC_E_OK ||
	    (r = dmsc_aes_cbc(s->enc, false, iv, data, out->p + at)) !=
	    DMSC_E_OK)
		return r;
	for (n = out->len; n > at && out->p[n - 1] == 0; n--)
		continue;
	if (n == at || out->p[n - 1] != PAD)
		return DMSC_E_CHANNEL;
	dmsc_buf_truncate(out, n - 1);
	return DMSC_E_OK;
}

/* The whole command: head, Lc, data, perhaps a MAC, Le. */
static int
build(const struct scp_apdu *a, unsigned cla, struct dmsc_rd data,
    struct dmsc_rd mac, struct dmsc_buf *out)
{
	uint8_t head[SCP_HEADER + 3];
	size_t n = SCP_HEADER;
	int r;

	memcpy(head, a->head, SCP_HEADER);
	head[0] = (uint8_t)cla;
	if (data.left + mac.left > 0)
		n += put_lc(head + n, a, data.left + mac.left);
	if ((r = dmsc_buf_put(out, dmsc_rd_of(head, n))) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, data)) != DMSC_E_OK)
		return r;
	return dmsc_buf_put(out, mac);
}

/* Behind data an extended Le has no 00 in front; alone it has one. */
static int
put_le(struct dmsc_scp *s, const struct scp_apdu *a, bool alone,
    struct dmsc_buf *out)
{
	struct dmsc_rd le = a->le;
	int r;

	if (le.left == 0)
		return DMSC_E_OK;
	if (a->wide)
		le = dmsc_rd_slice(le, le.left - 2, 2);
	if (a->wide && alone && (r = dmsc_buf_u8(out, 0)) != DMSC_E_OK)
		return r;
	if (s->host && (s->level & DMSC_SCP_RMAC) != 0)
		return dmsc_buf_fill(out, 0, le.left);
	return dmsc_buf_put(out, le);
}

static bool
too_long(const struct dmsc_scp *s, const struct scp_apdu *a)
{
	bool enc = (s->level & DMSC_SCP_ENC) != 0 && a->data.left > 0;

	return a->data.left > room(a->wide ? LC_WIDE_MAX : LC_MAX, s->n,
	    enc);
}

static int
protect(struct dmsc_scp *s, const struct scp_apdu *a, struct dmsc_buf *out)
{
	struct dmsc_buf *b = dmsc_buf_new(LC_WIDE_MAX);
	struct dmsc_rd data = a->data;
	int r = DMSC_E_NOMEM;
	unsigned sm = (a->head[0] & SCP_FURTHER) != 0 ? SCP_SM_FURTHER :
	    SCP_SM;

	if (b == NULL)
		return r;
	r = DMSC_E_OK;
	if ((s->level & DMSC_SCP_ENC) != 0) {
		s->counter++;
		if (data.left > 0) {
			r = encrypt(s, false, data, b);
			data = dmsc_buf_rd(b);
		}
	}
	if (r == DMSC_E_OK)
		r = scp_c_mac(s, a, data, s->chain);
	if (r == DMSC_E_OK)
		r = build(a, a->head[0] | sm, data,
		    dmsc_rd_of(s->chain, s->n), out);
	if (r == DMSC_E_OK)
		r = put_le(s, a, false, out);
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_scp_wrap(struct dmsc_scp *s, struct dmsc_rd cmd, struct dmsc_buf *out)
{
	struct scp_apdu a;
	int r;

	if (!s->host || s->state != SCP_READY)
		return scp_broken(s, DMSC_E_CHANNEL);
	if ((r = scp_apdu(cmd, &a)) != DMSC_E_OK)
		return r;
	if ((s->level & DMSC_SCP_MAC) == 0)
		r = dmsc_buf_put(out, cmd);
	else if (too_long(s, &a))
		return DMSC_E_LIMIT;
	else
		r = protect(s, &a, out);
	if (r != DMSC_E_OK)
		return scp_broken(s, r);
	s->state = SCP_BUSY;
	return DMSC_E_OK;
}

/* The answers that carry data and a MAC; all others are a bare SW. */
static bool
sw_protected(unsigned sw)
{
	unsigned sw1 = sw >> 8;

	return sw1 >> 4 == 9 || sw1 == 0x62 || sw1 == 0x63;
}

static int
r_mac(struct dmsc_scp *s, struct dmsc_rd data, struct dmsc_rd sw,
    uint8_t mac[DMSC_SCP_BLOCK])
{
	const struct dmsc_rd parts[] = {
		dmsc_rd_of(s->chain, sizeof s->chain), data, sw
	};

	return dmsc_cmac(s->rmac, parts, DMSC_COUNT(parts), mac);
}

/* data and the MAC behind it. */
static int
check_answer(struct dmsc_scp *s, struct dmsc_rd body, struct dmsc_rd sw,
    struct dmsc_buf *out)
{
	uint8_t mac[DMSC_SCP_BLOCK];
	struct dmsc_rd data;
	int r;

	if (body.left < s->n)
		return DMSC_E_CHANNEL;
	data = dmsc_rd_slice(body, 0, body.left - s->n);
	if ((r = r_mac(s, data, sw, mac)) != DMSC_E_OK)
		return r;
	if (!dmsc_same(dmsc_rd_of(mac, s->n), dmsc_rd_slice(body, data.left,
	    s->n)))
		return DMSC_E_CHANNEL;
	if ((s->level & DMSC_SCP_RENC) == 0 || data.left == 0)
		return dmsc_buf_put(out, data);
	return decrypt(s, true, data, out);
}

int
dmsc_scp_unwrap(struct dmsc_scp *s, struct dmsc_rd rsp, struct dmsc_buf *out)
{
	struct dmsc_rd body = rsp, sw;
	size_t before = out->len;
	unsigned n;
	int r;

	if (!s->host || s->state != SCP_BUSY || rsp.left < SCP_SW)
		return scp_broken(s, DMSC_E_CHANNEL);
	body.left -= SCP_SW;
	sw = dmsc_rd_slice(rsp, body.left, SCP_SW);
	n = (unsigned)sw.p[0] << 8 | sw.p[1];
	if ((s->level & DMSC_SCP_RMAC) == 0)
		r = dmsc_buf_put(out, body);
	else if (sw_protected(n))
		r = check_answer(s, body, sw, out);
	else
		r = body.left == 0 ? DMSC_E_OK : DMSC_E_CHANNEL;
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, sw);
	if (r != DMSC_E_OK) {
		dmsc_buf_truncate(out, before);
		return scp_broken(s, r);
	}
	s->state = SCP_READY;
	return DMSC_E_OK;
}

bool
scp_says_sm(unsigned cla)
{
	return (cla & SCP_FURTHER) != 0 ? (cla & SCP_SM_FURTHER) != 0 :
	    (cla & SM_MASK) == SCP_SM;
}

static int
open_command(struct dmsc_scp *s, const struct scp_apdu *a,
    struct dmsc_buf *out)
{
	struct dmsc_buf *b = dmsc_buf_new(LC_WIDE_MAX);
	struct dmsc_rd data = dmsc_rd_slice(a->data, 0,
	    a->data.left - s->n);
	uint8_t mac[DMSC_SCP_BLOCK];
	unsigned sm = (a->head[0] & SCP_FURTHER) != 0 ? SCP_SM_FURTHER :
	    SM_MASK;
	int r = b == NULL ? DMSC_E_NOMEM : scp_c_mac(s, a, data, mac);

	if (r == DMSC_E_OK && !dmsc_same(dmsc_rd_of(mac, s->n),
	    dmsc_rd_slice(a->data, data.left, s->n)))
		r = DMSC_E_CHANNEL;
	if (r == DMSC_E_OK && (s->level & DMSC_SCP_ENC) != 0) {
		s->counter++;
		if (data.left > 0) {
			r = decrypt(s, false, data, b);
			data = dmsc_buf_rd(b);
		}
	}
	if (r == DMSC_E_OK) {
		memcpy(s->chain, mac, sizeof s->chain);
		r = build(a, a->head[0] & ~sm, data, dmsc_rd_of(NULL, 0),
		    out);
	}
	if (r == DMSC_E_OK)
		r = put_le(s, a, data.left == 0, out);
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_scp_take(struct dmsc_scp *s, struct dmsc_rd cmd, struct dmsc_buf *out)
{
	struct scp_apdu a;
	int r;

	if (s->host || s->state != SCP_READY || scp_apdu(cmd, &a) !=
	    DMSC_E_OK)
		return scp_broken(s, DMSC_E_CHANNEL);
	if ((s->level & DMSC_SCP_MAC) == 0)
		r = scp_says_sm(a.head[0]) ? DMSC_E_CHANNEL :
		    dmsc_buf_put(out, cmd);
	else if (!scp_says_sm(a.head[0]) || a.data.left < s->n)
		r = DMSC_E_CHANNEL;
	else
		r = open_command(s, &a, out);
	if (r != DMSC_E_OK)
		return scp_broken(s, r);
	s->state = SCP_BUSY;
	return DMSC_E_OK;
}

static int
protect_answer(struct dmsc_scp *s, struct dmsc_rd data, struct dmsc_rd sw,
    struct dmsc_buf *out)
{
	uint8_t mac[DMSC_SCP_BLOCK];
	size_t at = out->len;
	int r;

	if ((s->level & DMSC_SCP_RENC) != 0 && data.left > 0)
		r = encrypt(s, true, data, out);
	else
		r = dmsc_buf_put(out, data);
	if (r == DMSC_E_OK)
		r = r_mac(s, dmsc_rd_slice(dmsc_buf_rd(out), at, out->len),
		    sw, mac);
	return r == DMSC_E_OK ? dmsc_buf_put(out, dmsc_rd_of(mac, s->n)) : r;
}

int
dmsc_scp_give(struct dmsc_scp *s, struct dmsc_rd rsp, struct dmsc_buf *out)
{
	struct dmsc_rd data = rsp, sw;
	int r = DMSC_E_OK;
	unsigned n;

	if (s->host || s->state != SCP_BUSY || rsp.left < SCP_SW)
		return scp_broken(s, DMSC_E_CHANNEL);
	data.left -= SCP_SW;
	sw = dmsc_rd_slice(rsp, data.left, SCP_SW);
	n = (unsigned)sw.p[0] << 8 | sw.p[1];
	if ((s->level & DMSC_SCP_RMAC) == 0)
		r = dmsc_buf_put(out, data);
	else if (sw_protected(n))
		r = protect_answer(s, data, sw, out);
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, sw);
	if (r != DMSC_E_OK)
		return scp_broken(s, r);
	s->state = SCP_READY;
	return DMSC_E_OK;
}
