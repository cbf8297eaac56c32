/*
 * Credentials of servers at the DM-SC application (reference 6, dmsc-card(7)):
 * auth-md5 and auth-MAC by what ./DMAcc has of the server (SRVCRED). A nonce
 * serves one credential, right or wrong; each account bears so many wrong
 * ones in a row, until its secret is another.
 */
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "card/applin.h"
#include "card/tree.h"
#include "crypto/crypto.h"
#include "dm/cred.h"
#include "dm/dm.h"

enum { TRIES = 10 };

/* ---- nonce and tries, kept in the card's memory */

enum { AT = DMSC_TREE_OWN + DMSC_CARD_OWN_CRED, AT_TRIES = AT +
	DMSC_APPL_NONCE, TRY_NAME = 7, TRY_SIZE = TRY_NAME + 1,
	TRY_MAX = (DMSC_CARD_OWN_CRED_LEN - DMSC_APPL_NONCE) / TRY_SIZE };

static bool
is_blank(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && p[i] == 0; i++)
		continue;
	return i == n;
}

/* Another nonce, in the open transaction. */
static unsigned
draw(struct dmsc_card *c)
{
	uint8_t nonce[DMSC_APPL_NONCE];
	unsigned sw = dmsc_card_random(c, nonce, sizeof nonce);

	if (sw == SW_OK)
		dmsc_mem_put(c->mem, AT, dmsc_rd_of(nonce, sizeof nonce));
	return sw;
}

unsigned
dmsc_card_nonce(struct dmsc_card *c, uint8_t out[DMSC_APPL_NONCE])
{
	unsigned sw = SW_OK;

	if (!dmsc_card_has_tree(c))
		return SW_MEMORY;
	if (is_blank(c->mem->ram + AT, DMSC_APPL_NONCE) &&
	    (sw = draw(c)) == SW_OK)
		sw = dmsc_card_keep(c);
	memcpy(out, c->mem->ram + AT, DMSC_APPL_NONCE);
	return sw;
}

/* What counts for an account: another secret begins anew. */
static unsigned
name_of(const struct dmsc_cred_login *l, uint8_t out[TRY_NAME])
{
	const struct dmsc_rd parts[] = { l->user, dmsc_rd_of("", 1),
	    l->secret };
	uint8_t h[DMSC_SHA256_LEN];
	int r = dmsc_sha256_parts(parts, DMSC_COUNT(parts), h);

	memcpy(out, h, TRY_NAME);
	dmsc_wipe(h, sizeof h);
	return r == DMSC_E_OK ? SW_OK : SW_MEMORY;
}

/* Its entry, or the one that has least to tell; how many were wrong. */
static uint32_t
entry_of(const struct dmsc_card *c, const uint8_t name[TRY_NAME],
    unsigned *wrong)
{
	const uint8_t *v = c->mem->ram + AT_TRIES, *least = v;
	size_t i;

	for (i = 0; i < TRY_MAX; i++, v += TRY_SIZE) {
		if (v[TRY_NAME] > 0 && memcmp(v, name, TRY_NAME) == 0) {
			*wrong = v[TRY_NAME];
			return (uint32_t)(v - c->mem->ram);
		}
		if (v[TRY_NAME] < least[TRY_NAME])
			least = v;
	}
	*wrong = 0;
	return (uint32_t)(least - c->mem->ram);
}

static unsigned
keep_wrong(struct dmsc_card *c, uint32_t at, const uint8_t name[TRY_NAME],
    unsigned wrong)
{
	dmsc_mem_put(c->mem, at, dmsc_rd_of(name, TRY_NAME));
	dmsc_mem_u8(c->mem, at + TRY_NAME, wrong);
	return dmsc_card_keep(c);
}

unsigned
appl_try(struct dmsc_card *c, const struct dmsc_cred_login *l)
{
	uint8_t name[TRY_NAME];
	unsigned sw = name_of(l, name), wrong;
	uint32_t at;

	if (sw != SW_OK)
		return sw;
	at = entry_of(c, name, &wrong);
	return wrong >= TRIES ? SW_BLOCKED :
	    keep_wrong(c, at, name, wrong + 1);
}

unsigned
appl_try_good(struct dmsc_card *c, const struct dmsc_cred_login *l)
{
	uint8_t name[TRY_NAME];
	unsigned sw = name_of(l, name), wrong;

	return sw != SW_OK ? sw :
	    keep_wrong(c, entry_of(c, name, &wrong), name, 0);
}

/* ---- whose it is */

/* A digest is worth no more than the whole message under the same secret. */
static bool
has_cred(const struct dmsc_node *account, enum dmsc_cred_scheme s,
    struct dmsc_cred_login *out)
{
	if (dmsc_cred_of(account, "SRVCRED", s, out) == DMSC_E_OK)
		return true;
	return s == DMSC_CRED_MAC && dmsc_cred_of(account, "SRVCRED",
	    DMSC_CRED_MD5, out) == DMSC_E_OK;
}

/* The account that admits who is called so. NULL: none. */
static const struct dmsc_node *
account_of(const struct dmsc_tree *t, struct dmsc_rd user,
    enum dmsc_cred_scheme s, struct dmsc_cred_login *out)
{
	const struct dmsc_node *n = NULL;

	while ((n = dmsc_cred_next_account(t, n)) != NULL)
		if (has_cred(n, s, out) && dmsc_rd_eq(out->user, user))
			break;
	if (n != NULL)
		out->scheme = s;
	return n;
}

static unsigned
method_of(enum dmsc_cred_scheme s)
{
	return s == DMSC_CRED_MD5 ? DMSC_APPL_MD5 : s == DMSC_CRED_MAC ?
	    DMSC_APPL_MAC : 0;
}

enum verdict { WRONG, GOOD, SHUT };

/* Counted as wrong before it is looked at, with a new nonce: power that is
 * cut gives nobody another try. */
static unsigned
judge(struct dmsc_card *c, const struct dmsc_cred_shown *s,
    const struct dmsc_cred_login *known, struct dmsc_rd body,
    enum verdict *out)
{
	struct dmsc_cred_login l = *known;
	uint8_t name[TRY_NAME], nonce[DMSC_APPL_NONCE];
	unsigned sw = name_of(&l, name), wrong;
	uint32_t at;
	int r;

	*out = WRONG;
	if (sw != SW_OK || (sw = dmsc_card_nonce(c, nonce)) != SW_OK)
		return sw;
	at = entry_of(c, name, &wrong);
	if (wrong >= TRIES) {
		*out = SHUT;
		return SW_OK;
	}
	if ((sw = draw(c)) != SW_OK ||
	    (sw = keep_wrong(c, at, name, wrong + 1)) != SW_OK)
		return sw;
	l.nonce = dmsc_rd_of(nonce, sizeof nonce);
	r = dmsc_cred_check(s, &l, body);
	if (r == DMSC_E_OK && (sw = keep_wrong(c, at, name, 0)) == SW_OK)
		*out = GOOD;
	return r == DMSC_E_OK || r == DMSC_E_AUTHFAIL ? sw : SW_MEMORY;
}

/* ---- what is said */

/* A challenge of the scheme that was tried, or that the server has. */
static unsigned
challenge(struct dmsc_card *c, struct dmsc_msg *m, enum dmsc_cred_scheme s,
    struct dmsc_chal *chal)
{
	uint8_t nonce[DMSC_APPL_NONCE];
	struct dmsc_cred_chal made;
	unsigned sw = dmsc_card_nonce(c, nonce);

	if (sw != SW_OK || dmsc_cred_chal(s, dmsc_rd_of(nonce,
	    sizeof nonce), &made) != DMSC_E_OK)
		return sw == SW_OK ? SW_MEMORY : sw;
	*chal = made.chal;
	chal->meta.next_nonce = dmsc_msg_str(m, "%s", made.text);
	return chal->meta.next_nonce == NULL ? SW_MEMORY : SW_OK;
}

static enum dmsc_cred_scheme
wanted(unsigned methods, enum dmsc_cred_scheme tried)
{
	if ((methods & method_of(tried)) != 0)
		return tried;
	return (methods & DMSC_APPL_MD5) != 0 ? DMSC_CRED_MD5 :
	    (methods & DMSC_APPL_MAC) != 0 ? DMSC_CRED_MAC : DMSC_CRED_NONE;
}

/* The server of what is shown: how stays 0 where it is not believed. */
static unsigned
identify(struct dmsc_card *c, const struct dmsc_appl_message *env,
    const struct dmsc_cred_shown *s, struct dmsc_card_who *who,
    enum verdict *v)
{
	struct dmsc_cred_login l;
	const struct dmsc_node *n = account_of(dmsc_card_tree(c), s->user,
	    s->scheme, &l);
	unsigned sw = SW_OK;

	if (n != NULL && appl_server(n, who))
		sw = judge(c, s, &l, env->bytes, v);
	if (sw == SW_OK && *v == GOOD)
		who->how = method_of(s->scheme);
	else
		memset(who, 0, sizeof *who);
	return sw;
}

static unsigned
answer(struct dmsc_card *c, struct dmsc_msg *m, unsigned methods,
    enum dmsc_cred_scheme tried, struct dmsc_chal *chal,
    struct dmsc_dm_auth *auth)
{
	enum dmsc_cred_scheme s = wanted(methods, tried);

	if (s == DMSC_CRED_NONE)
		return SW_OK;
	auth->chal = chal;
	return challenge(c, m, s, chal);
}

unsigned
dmsc_card_who(struct dmsc_card *c, struct dmsc_msg *m,
    const struct dmsc_appl_message *env, struct dmsc_card_who *who,
    struct dmsc_dm_auth *auth, struct dmsc_chal *chal)
{
	struct dmsc_appl_hello h = { .methods = 0 };
	struct dmsc_cred_shown s;
	enum verdict v = WRONG;
	unsigned sw = SW_OK;
	int r = dmsc_cred_shown(m, env->mac, &s);
	bool given = r != DMSC_E_OK || s.scheme != DMSC_CRED_NONE;

	memset(auth, 0, sizeof *auth);
	memset(chal, 0, sizeof *chal);
	if (!given && who->how != 0 && !env->relayed)
		return SW_OK;
	memset(who, 0, sizeof *who);
	if (dmsc_card_appl(c) == NULL || !dmsc_card_hello(c, &h))
		return SW_MEMORY;
	if (r == DMSC_E_OK && (h.methods & method_of(s.scheme)) != 0)
		sw = identify(c, env, &s, who, &v);
	auth->status = !given ? DMSC_DM_NO_CREDENTIALS : v != GOOD ?
	    DMSC_DM_UNAUTHORIZED : s.scheme == DMSC_CRED_MD5 &&
	    !env->relayed ? DMSC_DM_AUTHENTICATED : DMSC_DM_OK;
	return sw != SW_OK || v == SHUT ? sw :
	    answer(c, m, h.methods, s.scheme, chal, auth);
}

/* ---- a login of a channel */

void
dmsc_card_login(struct dmsc_card *c, const struct dmsc_card_channel *ch,
    const struct dmsc_card_who *who)
{
	struct dmsc_card_appl *a = dmsc_card_appl(c);

	if (a == NULL)
		return;
	a->login.ch = ch;
	a->login.secure = c->secure != NULL;
	a->login.who = *who;
}

void
dmsc_card_login_end(struct dmsc_card *c, const struct dmsc_card_channel *ch)
{
	if (c->appl != NULL && c->appl->login.ch == ch)
		memset(&c->appl->login, 0, sizeof c->appl->login);
}

bool
appl_logged_in(struct dmsc_card_appl *a, const struct dmsc_card_channel *ch,
    unsigned how, struct dmsc_card_who *out)
{
	if (ch == NULL || a->login.ch != ch || a->login.who.how != how ||
	    a->login.secure != (a->c->secure != NULL))
		return false;
	*out = a->login.who;
	return true;
}
