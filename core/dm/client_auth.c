/* Credentials of a client's session, both ways (reference 6.3). */
#include <dmsc/err.h>

#include "base/base.h"
#include "dm/client_in.h"

enum { TRIES = 2, FRESH = 16 };

void
dm_client_login(const struct cl *s, struct dmsc_cred_login *out)
{
	*out = s->c->client;
	out->scheme = s->scheme;
	dmsc_nonce_use(&s->mine, out);
}

static void
my_nonce(struct cl *s, const struct dmsc_cred_told *t)
{
	if (t->n > 0)
		s->spent = false;
	dmsc_nonce_take(&s->mine, t);
}

/* A password is not shown in the clear where a digest was meant. */
static bool
may_switch(enum dmsc_cred_scheme from, enum dmsc_cred_scheme to)
{
	return to == from || to == DMSC_CRED_MD5 || to == DMSC_CRED_MAC;
}

/* 401, 407: package 1 once more, with what they want. */
static int
challenged(struct cl *s, const struct dmsc_cred_told *t)
{
	if (s->c->client.scheme == DMSC_CRED_NONE) {
		dmsc_fail(s->e, DMSC_E_AUTH, "the server wants a credential");
		(void)dmsc_err_why(s->e, "the account has none to show");
		return DMSC_E_AUTH;
	}
	if (++s->refused > TRIES || (t->status == DMSC_DM_UNAUTHORIZED &&
	    t->n == 0) || (t->scheme != DMSC_CRED_NONE &&
	    !may_switch(s->scheme, t->scheme)))
		return dmsc_fail(s->e, DMSC_E_AUTHFAIL,
		    "the server refuses the credential");
	if (t->scheme != DMSC_CRED_NONE)
		s->scheme = t->scheme;
	my_nonce(s, t);
	s->show = true;
	s->unit = 0;
	s->first = true;
	return DMSC_E_OK;
}

int
dm_client_told(struct cl *s, const struct dmsc_msg *m)
{
	struct dmsc_cred_told t;
	int r = dmsc_cred_told(m, &t);

	if (t.status != 0)
		s->out->status = t.status;
	if (r != DMSC_E_OK)
		return dmsc_fail(s->e, r, "the server's challenge cannot be "
		    "read");
	if (t.status == DMSC_DM_UNAUTHORIZED ||
	    t.status == DMSC_DM_NO_CREDENTIALS)
		return challenged(s, &t);
	if (t.status >= 300) {
		dmsc_fail(s->e, DMSC_E_DATA, "the server refuses the message");
		(void)dmsc_err_why(s->e, "%s (%u)", dmsc_dm_text(t.status),
		    t.status);
		s->e->dm = t.status;
		return DMSC_E_DATA;
	}
	my_nonce(s, &t);
	if (s->scheme == DMSC_CRED_MAC)
		s->show = true;
	else if (t.status == DMSC_DM_AUTHENTICATED)
		s->show = false;
	return DMSC_E_OK;
}

bool
dm_client_has_work(const struct dmsc_msg *m)
{
	size_t i;

	for (i = 0; i < m->n_cmds; i++)
		if (m->cmds[i]->kind != DMSC_CMD_STATUS &&
		    m->cmds[i]->kind != DMSC_CMD_RESULTS)
			return true;
	return false;
}

/* A nonce for what they show next; without a source of them there is no
 * challenge. */
static int
challenge(struct cl *s, enum dmsc_cred_scheme scheme,
    struct dmsc_dm_auth *auth)
{
	int r;

	if (s->c->hooks.random == NULL || scheme == DMSC_CRED_BASIC)
		return DMSC_E_OK;
	r = s->c->hooks.random(s->c->hooks.ctx, s->theirs.v, FRESH);
	if (r == DMSC_E_OK)
		r = dmsc_cred_chal(scheme, dmsc_rd_of(s->theirs.v, FRESH),
		    &s->chal);
	if (r != DMSC_E_OK)
		return dmsc_fail(s->e, r, "no nonce for the server");
	s->theirs.n = FRESH;
	s->theirs.fresh = true;
	auth->chal = &s->chal.chal;
	return DMSC_E_OK;
}

/* A credential that lacks or is wrong: nothing of the message is obeyed. */
static int
refuse(struct cl *s, unsigned status, struct dmsc_dm_auth *auth)
{
	auth->status = status;
	if (++s->failed < TRIES)
		return challenge(s, s->c->server.scheme, auth);
	s->ends = true;
	s->code = dmsc_fail(s->e, DMSC_E_AUTHFAIL,
	    status == DMSC_DM_NO_CREDENTIALS ?
	    "the server shows no credential" :
	    "the server's credential is wrong");
	return DMSC_E_OK;
}

static int
trust(struct cl *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in, struct dmsc_dm_auth *auth)
{
	const struct dmsc_dm_client_hooks *h = &s->c->hooks;
	unsigned status;

	if (h->trust == NULL || !dm_client_has_work(m) ||
	    (status = h->trust(h->ctx, in, s->e)) == DMSC_DM_OK)
		return DMSC_E_OK;
	auth->status = status;
	auth->chal = NULL;		/* no nonce would help */
	s->ends = true;
	s->code = s->e != NULL && s->e->code != DMSC_E_OK ? s->e->code :
	    DMSC_E_SIGNER;
	return DMSC_E_OK;
}

int
dm_client_judge(struct cl *s, const struct dmsc_msg *m,
    const struct dmsc_dm_packet *in, struct dmsc_dm_auth *auth)
{
	struct dmsc_cred_login want = s->c->server;
	struct dmsc_cred_shown shown;
	int r;

	auth->status = 0;
	auth->chal = NULL;
	if (want.scheme == DMSC_CRED_NONE || s->known)
		return trust(s, m, in, auth);
	dmsc_nonce_use(&s->theirs, &want);
	if (dmsc_cred_shown(m, in->mac, &shown) != DMSC_E_OK)
		return refuse(s, DMSC_DM_UNAUTHORIZED, auth);
	if (shown.scheme == DMSC_CRED_NONE)
		return !dm_client_has_work(m) && s->out->status < 300 ?
		    DMSC_E_OK : refuse(s, DMSC_DM_NO_CREDENTIALS, auth);
	r = dmsc_cred_check(&shown, &want, in->bytes);
	if (r == DMSC_E_AUTHFAIL)
		return refuse(s, DMSC_DM_UNAUTHORIZED, auth);
	if (r != DMSC_E_OK)
		return dmsc_fail(s->e, r, "cannot check the credential");
	s->sure = true;
	s->known = want.scheme != DMSC_CRED_MAC;
	auth->status = s->known ? DMSC_DM_AUTHENTICATED : DMSC_DM_OK;
	if ((r = challenge(s, want.scheme, auth)) != DMSC_E_OK)
		return r;
	return trust(s, m, in, auth);
}
