/* Message authentication codes of DM for the session (dmsc/mac.h). */
#include <string.h>
#include <strings.h>

#include <dmsc/mac.h>

#include "crypto/dmmac.h"
#include "session/session.h"

enum { TEXT_MAX = 64 };

static const struct dmsc_field mac_fields[] = {
	DMSC_F(dmsc_mac, scheme, DMSC_K_STR),
	DMSC_F(dmsc_mac, mac, DMSC_K_STR),
	DMSC_F(dmsc_mac, good, DMSC_K_TRI),
	DMSC_F_END
};
const struct dmsc_view dmsc_mac_view = {
	"mac", sizeof(struct dmsc_mac), mac_fields
};

static int
make(struct dmsc_session *s, struct dmsc_rd body,
    const struct dmsc_mac_opts *o, struct dmsc_buf *out)
{
	struct dmsc_mac_parts p = { .body = body,
		.network = dmsc_secret_rd(o->network),
		.pin = dmsc_secret_rd(o->pin),
		.password = dmsc_secret_rd(o->password) };
	enum dmsc_mac_scheme scheme;

	if (o->user != NULL)
		p.user = dmsc_rd_str(o->user);
	if (o->nonce != NULL)
		p.nonce = dmsc_rd_str(o->nonce);
	if (dmsc_mac_scheme(o->scheme, &scheme) != DMSC_E_OK)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "'%s' is no scheme of codes", o->scheme);
	return dmsc_mac_make(scheme, &p, out, &s->err);
}

/* Hexadecimal digits in either case; base64 as it is. */
static bool
same(const char *scheme, const char *a, const char *b)
{
	return strcmp(scheme, "auth-mac") == 0 ? strcmp(a, b) == 0 :
	    strcasecmp(a, b) == 0;
}

static int
judge(struct dmsc_session *s, const struct dmsc_mac_opts *o,
    struct dmsc_mac *m)
{
	if (strcmp(o->scheme, "userpinmac") == 0)
		m->good = 1;
	else if (o->want == NULL)
		m->good = -1;
	else
		m->good = same(o->scheme, m->mac, o->want);
	return m->good != 0 ? DMSC_E_OK : dmsc_fail(&s->err,
	    DMSC_E_MISMATCH, "the code is not of this message");
}

int
dmsc_mac(struct dmsc_session *s, struct dmsc_rd body,
    const struct dmsc_mac_opts *o, struct dmsc_mac **out)
{
	struct dmsc_mac *m = dmsc_view_new(&dmsc_mac_view);
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX);
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (m == NULL || b == NULL)
		dmsc_fail(&s->err, r, "out of memory");
	else if ((r = make(s, body, o, b)) == DMSC_E_OK) {
		r = dmsc_str_set(&m->scheme, "%s", o->scheme);
		if (r == DMSC_E_OK)
			r = dmsc_str_set(&m->mac, "%s", dmsc_buf_cstr(b));
		r = r != DMSC_E_OK ? dmsc_fail(&s->err, r, "out of memory") :
		    judge(s, o, m);
	}
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK || (r == DMSC_E_MISMATCH && m->mac != NULL)) {
		*out = m;
		m = NULL;
	}
	dmsc_view_free(&dmsc_mac_view, m);
	return r;
}
