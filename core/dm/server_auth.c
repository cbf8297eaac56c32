/* Credentials of a server's session, both ways (reference 6.3). */
#include "base/base.h"
#include "dm/dm.h"
#include "dm/server_in.h"

enum { TRIES = 3, FRESH = 16 };

void
dm_server_login(const struct dmsc_dm_server *s, struct dmsc_cred_login *out)
{
	*out = s->o.server;
	out->scheme = s->scheme;
	dmsc_nonce_use(&s->mine, out);
}

static int
keep(const struct dmsc_dm_server *s, const struct dmsc_dm_nonce *client,
    const struct dmsc_dm_nonce *server)
{
	const struct dmsc_dm_server_hooks *h = &s->o.hooks;
	int r = h->keep == NULL ? DMSC_E_OK : h->keep(h->ctx, client, server);

	return r == DMSC_E_OK ? r : dmsc_fail(s->e, r,
	    "the nonces of the next session cannot be kept");
}

static int
my_nonce(struct dmsc_dm_server *s, const struct dmsc_cred_told *t)
{
	if (t->n == 0)
		return DMSC_E_OK;
	dmsc_nonce_take(&s->mine, t);
	s->spent = false;
	return keep(s, NULL, &s->mine);
}

/* A password is not shown in the clear where a digest was meant. */
static bool
may_switch(enum dmsc_cred_scheme from, enum dmsc_cred_scheme to)
{
	return to == from || to == DMSC_CRED_NONE || to == DMSC_CRED_MD5 ||
	    to == DMSC_CRED_MAC;
}

/* 401, 407: ours once more, with what the device wants, and the commands,
 * none of which it obeyed. */
static int
refused(struct dmsc_dm_server *s, const struct dmsc_cred_told *t)
{
	bool shown = s->shown;

	if (s->scheme == DMSC_CRED_NONE || (shown && (++s->refused == TRIES ||
	    (t->n == 0 && s->scheme != DMSC_CRED_BASIC))) ||
	    !may_switch(s->scheme, t->scheme)) {
		s->state = DMSC_DM_SERVER_REFUSED;
		dmsc_fail(s->e, DMSC_E_AUTHFAIL, s->scheme == DMSC_CRED_NONE ?
		    "the device wants a credential of the server" :
		    "the device refuses the server's credential");
		s->e->dm = t->status;
		return DMSC_E_AUTHFAIL;
	}
	if (t->scheme != DMSC_CRED_NONE)
		s->scheme = t->scheme;
	s->show = true;
	s->again = true;
	return my_nonce(s, t);
}

int
dm_server_told(struct dmsc_dm_server *s, const struct dmsc_msg *m)
{
	struct dmsc_cred_told t;
	int r = dmsc_cred_told(m, &t);

	if (t.status != 0)
		s->told = t.status;
	if (r != DMSC_E_OK)
		return dmsc_fail(s->e, r,
		    "the device's challenge cannot be read");
	if (s->msg == 0)
		return DMSC_E_OK;	/* of a session that we forgot */
	if (t.status == DMSC_DM_UNAUTHORIZED ||
	    t.status == DMSC_DM_NO_CREDENTIALS)
		return refused(s, &t);
	if (t.status >= 300) {
		dmsc_fail(s->e, DMSC_E_DATA, "the device refuses the message");
		(void)dmsc_err_why(s->e, "%s (%u)", dmsc_dm_text(t.status),
		    t.status);
		s->e->dm = t.status;
		return DMSC_E_DATA;
	}
	if (s->scheme != DMSC_CRED_MAC &&
	    t.status == DMSC_DM_AUTHENTICATED)
		s->show = false;
	return my_nonce(s, &t);
}

/* A nonce for what the device shows next. */
static int
challenge(struct dmsc_dm_server *s)
{
	enum dmsc_cred_scheme scheme = s->o.client.scheme;
	int r = DMSC_E_OK;

	if (scheme != DMSC_CRED_BASIC) {
		r = s->o.hooks.random(s->o.hooks.ctx, s->theirs.v, FRESH);
		s->theirs.n = FRESH;
		s->theirs.fresh = true;
	}
	if (r == DMSC_E_OK)
		r = dmsc_cred_chal(scheme, dmsc_rd_of(s->theirs.v,
		    s->theirs.n), &s->chal);
	if (r != DMSC_E_OK)
		return dmsc_fail(s->e, r, "no nonce for the device");
	if (scheme == DMSC_CRED_BASIC)
		s->chal.chal.meta.next_nonce = NULL;
	s->challenge = true;
	return scheme == DMSC_CRED_BASIC ? r : keep(s, &s->theirs, NULL);
}

/* Nothing that came with it is believed. */
static int
refuse(struct dmsc_dm_server *s, unsigned status)
{
	s->status = status;
	if (++s->failed < TRIES)
		return challenge(s);
	s->ends = true;
	s->state = DMSC_DM_SERVER_REFUSED;
	s->code = dmsc_fail(s->e, DMSC_E_AUTHFAIL,
	    status == DMSC_DM_NO_CREDENTIALS ?
	    "the device shows no credential" :
	    "the device's credential is wrong");
	return DMSC_E_OK;
}

int
dm_server_judge(struct dmsc_dm_server *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in)
{
	struct dmsc_cred_login want = s->o.client;
	struct dmsc_cred_shown shown;
	int r;

	s->status = DMSC_DM_OK;
	s->challenge = false;
	if (want.scheme == DMSC_CRED_NONE || s->known) {
		s->known = true;
		return DMSC_E_OK;
	}
	dmsc_nonce_use(&s->theirs, &want);
	if (dmsc_cred_shown(m, in->mac, &shown) != DMSC_E_OK)
		return refuse(s, DMSC_DM_UNAUTHORIZED);
	if (shown.scheme == DMSC_CRED_NONE)
		return refuse(s, DMSC_DM_NO_CREDENTIALS);
	r = dmsc_cred_check(&shown, &want, in->bytes);
	if (r == DMSC_E_AUTHFAIL)
		return refuse(s, DMSC_DM_UNAUTHORIZED);
	if (r != DMSC_E_OK)
		return dmsc_fail(s->e, r, "cannot check the credential");
	if (s->state == DMSC_DM_SERVER_NEW)
		s->state = DMSC_DM_SERVER_OPEN;
	s->known = want.scheme != DMSC_CRED_MAC;
	s->status = s->known ? DMSC_DM_AUTHENTICATED : DMSC_DM_OK;
	s->failed = 0;
	return want.scheme == DMSC_CRED_BASIC ? DMSC_E_OK : challenge(s);
}
