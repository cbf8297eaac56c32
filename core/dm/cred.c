/* Credentials (OMA DM Security 1.2, 5.3 and 5.4; dm/cred.h). */
#include "dm/cred.h"

#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "codec/inner.h"

enum { SHOWN_MAX = 1024, GROUP = 4 };

static const struct {
	const char *type, *aauth;
} schemes[] = {
	[DMSC_CRED_BASIC] = { "syncml:auth-basic", "BASIC" },
	[DMSC_CRED_MD5] = { "syncml:auth-md5", "DIGEST" },
	[DMSC_CRED_MAC] = { "syncml:auth-MAC", "HMAC" },
};

const char *
dmsc_cred_type(enum dmsc_cred_scheme s)
{
	return (size_t)s < DMSC_COUNT(schemes) ? schemes[s].type : NULL;
}

const char *
dmsc_cred_aauth(enum dmsc_cred_scheme s)
{
	return (size_t)s < DMSC_COUNT(schemes) ? schemes[s].aauth : NULL;
}

enum dmsc_cred_scheme
dmsc_cred_scheme(const char *type)
{
	size_t i;

	if (type == NULL || *type == '\0')
		return DMSC_CRED_NONE;
	for (i = DMSC_CRED_BASIC; i < DMSC_COUNT(schemes); i++)
		if (strcmp(type, schemes[i].type) == 0 ||
		    strcmp(type, schemes[i].aauth) == 0)
			return (enum dmsc_cred_scheme)i;
	return DMSC_CRED_OTHER;
}

int
dmsc_cred_digest(const struct dmsc_cred_login *l, const struct dmsc_rd *body,
    uint8_t out[DMSC_MD5_LEN])
{
	return dmsc_auth_digest(l->user, l->secret, l->nonce, body, out);
}

/* ---- showing one */

static int
text_of(const struct dmsc_cred_login *l, struct dmsc_buf *out)
{
	uint8_t h[DMSC_MD5_LEN];
	struct dmsc_buf *plain;
	int r;

	if (l->scheme == DMSC_CRED_MD5) {
		r = dmsc_cred_digest(l, NULL, h);
		return r != DMSC_E_OK ? r :
		    dmsc_b64_put(out, dmsc_rd_of(h, sizeof h));
	}
	if ((plain = dmsc_buf_new(SHOWN_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_buf_put(plain, l->user)) == DMSC_E_OK &&
	    (r = dmsc_buf_str(plain, ":")) == DMSC_E_OK &&
	    (r = dmsc_buf_put(plain, l->secret)) == DMSC_E_OK)
		r = dmsc_b64_put(out, dmsc_buf_rd(plain));
	dmsc_buf_free(&plain);
	return r;
}

int
dmsc_cred_put(struct dmsc_msg *m, const struct dmsc_cred_login *l)
{
	struct dmsc_cred *c = &m->hdr.cred;
	struct dmsc_buf *text;
	int r = DMSC_E_NOMEM;

	if (dmsc_cred_type(l->scheme) == NULL)
		return DMSC_E_UNSUPPORTED;
	if ((m->hdr.source.name = dmsc_msg_str(m, "%.*s", (int)l->user.left,
	    l->user.left > 0 ? (const char *)l->user.p : "")) == NULL)
		return DMSC_E_NOMEM;
	if (l->scheme == DMSC_CRED_MAC)
		return DMSC_E_OK;
	if ((text = dmsc_buf_new(2 * SHOWN_MAX)) == NULL)
		return r;
	if ((r = text_of(l, text)) == DMSC_E_OK)
		r = dmsc_msg_data(m, &c->data, dmsc_buf_rd(text), false);
	dmsc_buf_free(&text);
	if (r == DMSC_E_OK) {
		c->set = true;
		c->meta.type = dmsc_cred_type(l->scheme);
		c->meta.format = "b64";
	}
	return r;
}

/* A name between quotes: there is no way to write a quote in it. */
static bool
quotable(struct dmsc_rd s)
{
	size_t i;

	for (i = 0; i < s.left; i++)
		if (s.p[i] == '"' || s.p[i] < ' ' || s.p[i] == 0x7F)
			return false;
	return s.left > 0;
}

int
dmsc_cred_mac_put(const struct dmsc_cred_login *l, struct dmsc_rd body,
    struct dmsc_buf *out)
{
	uint8_t h[DMSC_MD5_LEN];
	size_t before = out->len;
	int r;

	if (!quotable(l->user))
		return DMSC_E_DATA;
	if ((r = dmsc_cred_digest(l, &body, h)) == DMSC_E_OK &&
	    (r = dmsc_buf_fmt(out, "algorithm=MD5, username=\"%.*s\", mac=",
	    (int)l->user.left, (const char *)l->user.p)) == DMSC_E_OK)
		r = dmsc_b64_put(out, dmsc_rd_of(h, sizeof h));
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, before);
	return r;
}

/* ---- reading what is shown */

/* name=value of the header, value quoted or not. False: no such thing. */
static bool
param(struct dmsc_rd *r, struct dmsc_rd *name, struct dmsc_rd *value)
{
	const uint8_t *eq, *end;
	size_t n;

	*r = dmsc_codec_trim(*r);
	if (r->left == 0 || (eq = memchr(r->p, '=', r->left)) == NULL)
		return false;
	n = (size_t)(eq - r->p);
	*name = dmsc_codec_trim(dmsc_rd_slice(*r, 0, n));
	*r = dmsc_codec_trim(dmsc_rd_slice(*r, n + 1, r->left));
	if (r->left > 0 && r->p[0] == '"') {
		*r = dmsc_rd_slice(*r, 1, r->left);
		if (r->left == 0 || (end = memchr(r->p, '"', r->left)) == NULL)
			return false;
		*value = dmsc_rd_slice(*r, 0, (size_t)(end - r->p));
		*r = dmsc_codec_trim(dmsc_rd_slice(*r, value->left + 1,
		    r->left));
		if (r->left > 0 && r->p[0] != ',')
			return false;
	} else {
		end = r->left == 0 ? NULL : memchr(r->p, ',', r->left);
		*value = dmsc_codec_trim(dmsc_rd_slice(*r, 0, end == NULL ?
		    r->left : (size_t)(end - r->p)));
		*r = dmsc_rd_slice(*r, end == NULL ? r->left :
		    (size_t)(end - r->p), r->left);
	}
	if (r->left > 0)
		*r = dmsc_rd_slice(*r, 1, r->left);	/* the comma */
	return true;
}

static int
read_mac(struct dmsc_rd mac, struct dmsc_cred_shown *out)
{
	struct dmsc_rd name, value;

	while (dmsc_codec_trim(mac).left > 0) {
		if (!param(&mac, &name, &value))
			return DMSC_E_FORMAT;
		if (dmsc_rd_eq_str(name, "username") && out->user.left == 0)
			out->user = value;
		else if (dmsc_rd_eq_str(name, "mac") && out->text.left == 0)
			out->text = value;
		else if (!dmsc_rd_eq_str(name, "algorithm") ||
		    !dmsc_rd_eq_str(value, "MD5"))
			return DMSC_E_FORMAT;
	}
	return out->user.left > 0 && out->text.left > 0 ? DMSC_E_OK :
	    DMSC_E_FORMAT;
}

int
dmsc_cred_shown(const struct dmsc_msg *m, struct dmsc_rd mac,
    struct dmsc_cred_shown *out)
{
	const struct dmsc_cred *c = &m->hdr.cred;
	struct dmsc_rd name = m->hdr.source.name == NULL ?
	    dmsc_rd_of(NULL, 0) : dmsc_rd_str(m->hdr.source.name);
	enum dmsc_cred_scheme said = !c->set ? DMSC_CRED_NONE :
	    c->meta.type == NULL ? DMSC_CRED_OTHER :
	    dmsc_cred_scheme(c->meta.type);
	int r;

	memset(out, 0, sizeof *out);
	if (mac.left > 0) {
		out->scheme = DMSC_CRED_MAC;
		if (said != DMSC_CRED_NONE && said != DMSC_CRED_MAC)
			return DMSC_E_FORMAT;
		if ((r = read_mac(mac, out)) != DMSC_E_OK)
			return r;
		return name.left == 0 || dmsc_rd_eq(name, out->user) ?
		    DMSC_E_OK : DMSC_E_FORMAT;
	}
	if ((out->scheme = said) == DMSC_CRED_NONE)
		return DMSC_E_OK;
	out->text = c->data.bytes;
	if (said != DMSC_CRED_BASIC)
		out->user = name;
	return c->meta.format == NULL || strcmp(c->meta.format, "b64") == 0 ?
	    DMSC_E_OK : DMSC_E_FORMAT;
}

/* Base64 that may lack its '='. */
static int
decode(struct dmsc_rd text, struct dmsc_buf *out)
{
	struct dmsc_buf *full;
	int r = DMSC_E_OK;

	text = dmsc_codec_trim(text);
	if (text.left > SHOWN_MAX)
		return DMSC_E_FORMAT;
	if ((full = dmsc_buf_from(text, SHOWN_MAX + GROUP)) == NULL)
		return DMSC_E_NOMEM;
	while (r == DMSC_E_OK && full->len % GROUP != 0)
		r = dmsc_buf_str(full, "=");
	if (r == DMSC_E_OK)
		r = dmsc_b64_get(dmsc_buf_rd(full), out);
	dmsc_buf_free(&full);
	return r;
}

/* As it is, or as hexadecimal text: there are both in the field. */
static bool
same_digest(struct dmsc_rd got, const uint8_t want[DMSC_MD5_LEN])
{
	struct dmsc_rd w = dmsc_rd_of(want, DMSC_MD5_LEN);
	struct dmsc_buf *raw;
	char text[2 * DMSC_MD5_LEN + 1];
	bool same;

	if (got.left != 2 * DMSC_MD5_LEN)
		return dmsc_same(got, w);
	memcpy(text, got.p, got.left);
	text[got.left] = '\0';
	if ((raw = dmsc_buf_new(DMSC_MD5_LEN)) == NULL)
		return false;
	same = dmsc_hex_get(text, raw) == DMSC_E_OK &&
	    dmsc_same(dmsc_buf_rd(raw), w);
	dmsc_buf_free(&raw);
	return same;
}

static int
check_basic(struct dmsc_rd got, const struct dmsc_cred_login *l)
{
	struct dmsc_buf *want = dmsc_buf_new(SHOWN_MAX);
	int r = DMSC_E_NOMEM;

	if (want != NULL && (r = dmsc_buf_put(want, l->user)) == DMSC_E_OK &&
	    (r = dmsc_buf_str(want, ":")) == DMSC_E_OK &&
	    (r = dmsc_buf_put(want, l->secret)) == DMSC_E_OK)
		r = dmsc_same(got, dmsc_buf_rd(want)) ? DMSC_E_OK :
		    DMSC_E_AUTHFAIL;
	dmsc_buf_free(&want);
	return r == DMSC_E_LIMIT ? DMSC_E_AUTHFAIL : r;
}

static int
check_text(const struct dmsc_cred_shown *s, const struct dmsc_cred_login *l,
    struct dmsc_rd body, struct dmsc_rd got)
{
	uint8_t want[DMSC_MD5_LEN];
	int r;

	if (s->scheme == DMSC_CRED_BASIC)
		return check_basic(got, l);
	if (!dmsc_rd_eq(s->user, l->user))
		return DMSC_E_AUTHFAIL;
	r = dmsc_cred_digest(l, s->scheme == DMSC_CRED_MAC ? &body : NULL,
	    want);
	if (r == DMSC_E_OK && !same_digest(got, want))
		r = DMSC_E_AUTHFAIL;
	dmsc_wipe(want, sizeof want);
	return r;
}

int
dmsc_cred_check(const struct dmsc_cred_shown *s,
    const struct dmsc_cred_login *l, struct dmsc_rd body)
{
	struct dmsc_buf *got;
	int r;

	if (dmsc_cred_type(s->scheme) == NULL || l->secret.left == 0 ||
	    (l->scheme != DMSC_CRED_NONE && l->scheme != s->scheme))
		return DMSC_E_AUTHFAIL;
	if ((got = dmsc_buf_new(SHOWN_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = decode(s->text, got)) == DMSC_E_OK)
		r = check_text(s, l, body, dmsc_buf_rd(got));
	dmsc_buf_free(&got);
	return r == DMSC_E_FORMAT || r == DMSC_E_LIMIT ? DMSC_E_AUTHFAIL : r;
}

/* ---- challenges */

int
dmsc_cred_chal(enum dmsc_cred_scheme s, struct dmsc_rd nonce,
    struct dmsc_cred_chal *out)
{
	struct dmsc_buf *b;
	int r;

	memset(out, 0, sizeof *out);
	if (dmsc_cred_type(s) == NULL)
		return DMSC_E_UNSUPPORTED;
	if ((b = dmsc_buf_new(sizeof out->text - 1)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_b64_put(b, nonce)) == DMSC_E_OK && b->len > 0)
		memcpy(out->text, b->p, b->len);
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK) {
		out->chal.set = true;
		out->chal.meta.type = dmsc_cred_type(s);
		out->chal.meta.format = "b64";
		out->chal.meta.next_nonce = out->text;
	}
	return r;
}

int
dmsc_cred_told_of(const struct dmsc_cmd *c, struct dmsc_cred_told *out)
{
	const struct dmsc_meta *m = &c->chal.meta;
	uint32_t status = 0;
	struct dmsc_buf *b;
	int r = DMSC_E_OK;

	memset(out, 0, sizeof *out);
	if (dmsc_msg_number(c->data, UINT16_MAX, &status) != DMSC_E_OK)
		return DMSC_E_FORMAT;
	out->status = status;
	if (!c->chal.set)
		return DMSC_E_OK;
	out->scheme = m->type == NULL ? DMSC_CRED_OTHER :
	    dmsc_cred_scheme(m->type);
	if (m->next_nonce == NULL)
		return DMSC_E_OK;
	if ((b = dmsc_buf_new(DMSC_NONCE_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_b64_get(dmsc_rd_str(m->next_nonce), b);
	if (r == DMSC_E_OK && (out->n = b->len) > 0)
		memcpy(out->nonce, b->p, b->len);
	dmsc_buf_free(&b);
	return r == DMSC_E_LIMIT ? DMSC_E_FORMAT : r;
}

int
dmsc_cred_told(const struct dmsc_msg *m, struct dmsc_cred_told *out)
{
	const struct dmsc_cmd *c;
	size_t i;

	memset(out, 0, sizeof *out);
	for (i = 0; i < m->n_cmds; i++) {
		c = m->cmds[i];
		if (c->kind == DMSC_CMD_STATUS && c->cmd_ref != NULL &&
		    strcmp(c->cmd_ref, "0") == 0)
			return dmsc_cred_told_of(c, out);
	}
	return DMSC_E_OK;
}

void
dmsc_nonce_take(struct dmsc_dm_nonce *n, const struct dmsc_cred_told *told)
{
	if (told->n == 0)
		return;
	memcpy(n->v, told->nonce, told->n);
	n->n = told->n;
	n->fresh = true;
}

void
dmsc_nonce_use(const struct dmsc_dm_nonce *n, struct dmsc_cred_login *l)
{
	if (n->fresh)
		l->nonce = dmsc_rd_of(n->v, n->n);
}
