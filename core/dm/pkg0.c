/* Package #0 read, written and checked (OMA DM Notification 1.2). */
#include "dm/pkg0.h"

#include <string.h>

#include <dmsc/secret.h>

enum { V12 = 12, FUTURE = (1 << 27) - 1,
	VERSION_SHIFT = 30, UI_SHIFT = 28, BY_SERVER = 1 << 27,
	VERSION_MASK = (1 << 10) - 1 };

const uint8_t dmsc_pkg0_zero[4] = { 0, 0, 0, 0 };

/* Version (10 bits), user interaction (2), initiator (1), future use (27). */
static int
get_field(struct dmsc_rd *r, struct dmsc_pkg0 *out)
{
	uint64_t v;
	uint32_t low = 0;
	uint8_t high = 0;
	int c;

	if ((c = dmsc_rd_u8(r, &high)) != DMSC_E_OK ||
	    (c = dmsc_rd_u32(r, &low)) != DMSC_E_OK)
		return c;
	v = (uint64_t)high << 32 | low;
	out->version = (unsigned)(v >> VERSION_SHIFT) & VERSION_MASK;
	out->ui = (enum dmsc_pkg0_ui)((v >> UI_SHIFT) & 3);
	out->by_server = (v & BY_SERVER) != 0;
	return (v & FUTURE) != 0 || (out->version != DMSC_PKG0_VERSION &&
	    out->version != V12) ? DMSC_E_UNSUPPORTED : DMSC_E_OK;
}

int
dmsc_pkg0_get(struct dmsc_rd bytes, struct dmsc_pkg0 *out)
{
	struct dmsc_rd digest;
	uint16_t session = 0;
	uint8_t n = 0;
	int r;

	memset(out, 0, sizeof *out);
	if (bytes.left > DMSC_PKG0_MAX)
		return DMSC_E_LIMIT;
	if ((r = dmsc_rd_take(&bytes, DMSC_MD5_LEN, &digest)) != DMSC_E_OK)
		return r;
	out->trigger = bytes;
	if ((r = get_field(&bytes, out)) != DMSC_E_OK ||
	    (r = dmsc_rd_u16(&bytes, &session)) != DMSC_E_OK ||
	    (r = dmsc_rd_u8(&bytes, &n)) != DMSC_E_OK ||
	    (r = dmsc_rd_take(&bytes, n, &out->server)) != DMSC_E_OK)
		return r;
	out->session = session;
	out->vendor = bytes;
	return session == 0 || n == 0 ||
	    memchr(out->server.p, 0, n) != NULL ? DMSC_E_FORMAT : DMSC_E_OK;
}

static int
put_trigger(struct dmsc_buf *b, const struct dmsc_pkg0 *p)
{
	uint64_t v = (uint64_t)p->version << VERSION_SHIFT |
	    (uint64_t)p->ui << UI_SHIFT | (p->by_server ? BY_SERVER : 0);
	int r;

	if ((r = dmsc_buf_u8(b, (unsigned)(v >> 32))) != DMSC_E_OK ||
	    (r = dmsc_buf_u32(b, (uint32_t)v)) != DMSC_E_OK ||
	    (r = dmsc_buf_u16(b, p->session)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(b, (unsigned)p->server.left)) != DMSC_E_OK ||
	    (r = dmsc_buf_put(b, p->server)) != DMSC_E_OK)
		return r;
	return dmsc_buf_put(b, p->vendor);
}

int
dmsc_pkg0_put(struct dmsc_buf *out, const struct dmsc_pkg0 *p,
    const struct dmsc_cred_login *server)
{
	struct dmsc_buf *trigger = dmsc_buf_new(DMSC_PKG0_MAX - DMSC_MD5_LEN);
	uint8_t digest[DMSC_MD5_LEN];
	struct dmsc_rd body;
	int r = trigger == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && (p->server.left == 0 ||
	    p->server.left > DMSC_PKG0_SERVER_MAX || p->session == 0 ||
	    p->session > DMSC_PKG0_SESSION_MAX ||
	    (p->version != DMSC_PKG0_VERSION && p->version != V12)))
		r = DMSC_E_FORMAT;
	if (r == DMSC_E_OK)
		r = put_trigger(trigger, p);
	body = dmsc_buf_rd(trigger);
	if (r == DMSC_E_OK)
		r = dmsc_cred_digest(server, &body, digest);
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(out, dmsc_rd_of(digest, sizeof digest));
	if (r == DMSC_E_OK &&
	    (r = dmsc_buf_put(out, body)) != DMSC_E_OK)
		dmsc_buf_truncate(out, out->len - sizeof digest);
	dmsc_buf_free(&trigger);
	return r;
}

static int
fits(struct dmsc_rd digest, struct dmsc_rd trigger,
    const struct dmsc_cred_login *server)
{
	uint8_t want[DMSC_MD5_LEN];
	int r = dmsc_cred_digest(server, &trigger, want);

	if (r != DMSC_E_OK)
		return r;
	return dmsc_same(dmsc_rd_of(want, sizeof want), digest) ? DMSC_E_OK :
	    DMSC_E_AUTHFAIL;
}

int
dmsc_pkg0_check(struct dmsc_rd bytes, const struct dmsc_cred_login *server,
    bool *resync)
{
	struct dmsc_cred_login zero = *server;
	struct dmsc_pkg0 p;
	struct dmsc_rd digest = dmsc_rd_slice(bytes, 0, DMSC_MD5_LEN);
	int r = dmsc_pkg0_get(bytes, &p);

	*resync = false;
	if (r != DMSC_E_OK)
		return r;
	if ((r = fits(digest, p.trigger, server)) != DMSC_E_AUTHFAIL)
		return r;
	zero.nonce = dmsc_rd_of(dmsc_pkg0_zero, sizeof dmsc_pkg0_zero);
	if ((r = fits(digest, p.trigger, &zero)) == DMSC_E_OK)
		*resync = true;
	return r;
}

const char *
dmsc_pkg0_ui_name(enum dmsc_pkg0_ui ui)
{
	static const char *const names[] = { "any", "background", "inform",
		"interact" };

	return names[ui & 3];
}

void
dmsc_pkg0_id(unsigned session, char out[DMSC_PKG0_ID])
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned shift = 12, n = 0;

	session &= DMSC_PKG0_SESSION_MAX;
	while (shift > 0 && session >> shift == 0)
		shift -= 4;
	for (;; shift -= 4) {
		out[n++] = digits[session >> shift & 15];
		if (shift == 0)
			break;
	}
	out[n] = '\0';
}
