/*
 * device: a card's request for a session judged: unknown server, wrong
 * digest, replay, the nonce of zeros; who signs; what of the device's tree
 * the card is told of.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/talk.h"
#include "tap.h"

/* req: GEN-14 GEN-15 */

static char folder[TAP_FOLDER];

static struct dmsc_device *
fresh(void)
{
	static const struct { const char *uri, *value; } rows[] = {
		{ "DMAcc/card/ServerID", "card.example" },
		{ "DMAcc/card/AppAuth/1/AAuthLevel", "SRVCRED" },
		{ "DMAcc/card/AppAuth/1/AAuthType", "DIGEST" },
		{ "DMAcc/card/AppAuth/1/AAuthSecret", "secret" },
		{ "DMAcc/card/AppAuth/1/AAuthData", "nonce" },
		{ "Mail/home/Host", "mail.example" },
	};
	struct dmsc_device *d = NULL;
	struct dmsc_err e;
	size_t i;

	if (dmsc_device_load(folder, "talk", &d, &e) != DMSC_E_OK)
		abort();
	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (dmsc_tree_add(d->tree, rows[i].uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str(rows[i].value), NULL) != DMSC_E_OK)
			abort();
	if (dmsc_node_set_type(d->tree, dmsc_tree_find(d->tree,
	    "DMAcc/card"), "urn:oma:mo:oma-dm-dmacc:1.0") != DMSC_E_OK ||
	    dmsc_node_set_type(d->tree, dmsc_tree_find(d->tree, "Mail/home"),
	    "org.example/1.0/Mail") != DMSC_E_OK)
		abort();
	return d;
}

static int
judge(struct dmsc_device *d, const char *server, const char *secret,
    const char *nonce, unsigned session)
{
	struct dmsc_cred_login l = { DMSC_CRED_MD5, dmsc_rd_str(server),
		dmsc_rd_str(secret), nonce == NULL ?
		dmsc_rd_of(dmsc_pkg0_zero, 4) : dmsc_rd_str(nonce) };
	struct dmsc_pkg0 p = { .version = DMSC_PKG0_VERSION,
		.session = session, .server = dmsc_rd_str(server),
		.by_server = true };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_PKG0_MAX);
	struct dmsc_invite v;
	struct dmsc_err e = { .code = 0 };
	int r;

	if (dmsc_pkg0_put(b, &p, &l) != DMSC_E_OK)
		abort();
	r = dmsc_invite_check(d, dmsc_buf_rd(b), &v, &e);
	if (r == DMSC_E_OK && (v.session != session || v.account == NULL ||
	    v.resync != (nonce == NULL)))
		r = DMSC_E_INTERNAL;
	if (r == DMSC_E_AUTHFAIL && (e.why[0] == '\0' || e.where[0] == '\0'))
		r = DMSC_E_INTERNAL;
	dmsc_buf_free(&b);
	return r;
}

static void
invites(void)
{
	struct dmsc_device *d = fresh();
	struct dmsc_err e;
	struct dmsc_invite v;
	unsigned i;

	ok(judge(d, "card.example", "secret", "nonce", 7) == DMSC_E_OK,
	    "GEN-14: a request of a server that the device knows");
	ok(judge(d, "other.example", "secret", "nonce", 7) ==
	    DMSC_E_AUTHFAIL, "GEN-14: an unknown server is refused");
	ok(judge(d, "card.example", "guessed", "nonce", 7) ==
	    DMSC_E_AUTHFAIL, "GEN-14: a wrong digest is refused");
	ok(judge(d, "card.example", "secret", "older", 7) ==
	    DMSC_E_AUTHFAIL, "GEN-14: the nonce of an older session too");
	ok(dmsc_invite_used(d, "card.example", 7) == DMSC_E_OK &&
	    judge(d, "card.example", "secret", "nonce", 7) ==
	    DMSC_E_AUTHFAIL, "GEN-14: a replay is refused");
	ok(judge(d, "card.example", "secret", "nonce", 3) == DMSC_E_OK &&
	    judge(d, "card.example", "secret", NULL, 8) == DMSC_E_OK &&
	    judge(d, "card.example", "secret", NULL, 3) == DMSC_E_AUTHFAIL,
	    "with the nonce of zeros only a newer session");
	for (i = 8; i < 40; i++)
		if (dmsc_invite_used(d, "card.example", i) != DMSC_E_OK)
			abort();
	ok(judge(d, "card.example", "secret", "nonce", 39) ==
	    DMSC_E_AUTHFAIL && judge(d, "card.example", "secret", "nonce",
	    24) == DMSC_E_AUTHFAIL && judge(d, "card.example", "secret",
	    "nonce", 40) == DMSC_E_OK, "the last sixteen are remembered");
	ok(dmsc_invite_used(d, "card.example", 0xFFFF) == DMSC_E_OK &&
	    judge(d, "card.example", "secret", NULL, 1) == DMSC_E_OK,
	    "numbers begin anew behind FFFF");
	ok(dmsc_invite_check(d, dmsc_rd_str("short"), &v, &e) ==
	    DMSC_E_SHORT && dmsc_invite_check(d, dmsc_rd_of(NULL, 0), &v,
	    &e) == DMSC_E_SHORT, "no request at all");
	dmsc_device_free(&d);
}

static void
signers(void)
{
	struct dmsc_device *d = fresh();

	ok(dmsc_invite_signer(d, "card.example", dmsc_rd_str("one")) ==
	    DMSC_E_OK && dmsc_invite_signer(d, "card.example",
	    dmsc_rd_str("one")) == DMSC_E_OK, "who signs first is noted");
	ok(dmsc_invite_signer(d, "card.example", dmsc_rd_str("two")) ==
	    DMSC_E_MISMATCH, "another one is not he");
	ok(dmsc_invite_signer(d, "other.example", dmsc_rd_str("two")) ==
	    DMSC_E_OK, "of another server he may be");
	dmsc_device_free(&d);
}

static void
nonces(void)
{
	struct dmsc_device *d = fresh();
	const struct dmsc_dm_nonce n = { true, { 'f', 'r', 'e', 's', 'h' },
		5 };

	ok(dmsc_invite_nonce(d, "card.example", "SRVCRED", &n) == DMSC_E_OK
	    && judge(d, "card.example", "secret", "fresh", 1) == DMSC_E_OK &&
	    judge(d, "card.example", "secret", "nonce", 1) ==
	    DMSC_E_AUTHFAIL, "the next nonce counts, the last no more");
	ok(dmsc_invite_nonce(d, "card.example", "SRVCRED", NULL) ==
	    DMSC_E_OK && dmsc_invite_nonce(d, "none", "SRVCRED", &n) ==
	    DMSC_E_OK, "none new, and none of a stranger");
	dmsc_device_free(&d);
}

static bool
news(const struct dmsc_device *d, size_t i, const char *uri,
    const char *change)
{
	struct dmsc_told t;
	bool has = dmsc_told_next(d, i, &t);

	return uri == NULL ? !has : has && strcmp(t.uri, uri) == 0 &&
	    strcmp(t.change, change) == 0;
}

static void
set(struct dmsc_device *d, const char *uri, const char *value)
{
	if (dmsc_node_set_value(d->tree, dmsc_tree_find(d->tree, uri),
	    dmsc_rd_str(value)) != DMSC_E_OK)
		abort();
}

static void
told(void)
{
	struct dmsc_device *d = fresh();

	ok(news(d, 0, NULL, NULL), "nothing is noticed before it begins");
	ok(dmsc_told_begin(d) == DMSC_E_OK && news(d, 0, NULL, NULL),
	    "nor when it begins");
	set(d, "DMAcc/card/AppAuth/1/AAuthData", "another");
	ok(news(d, 0, NULL, NULL), "nonces are no configuration");
	set(d, "Mail/home/Host", "new.example");
	ok(news(d, 0, "Mail/home", "changed") && news(d, 1, NULL, NULL),
	    "GEN-15: an MO that changed");
	if (dmsc_tree_add(d->tree, "Radio/On", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("1"), NULL) != DMSC_E_OK ||
	    dmsc_node_remove(d->tree, dmsc_tree_find(d->tree,
	    "DMAcc/card")) != DMSC_E_OK)
		abort();
	ok(news(d, 1, "Radio", "added") && news(d, 2, "DMAcc/card",
	    "removed") && news(d, 3, NULL, NULL),
	    "GEN-15: one that is new, one that is gone");
	ok(dmsc_told_done(d, "Radio") == DMSC_E_OK &&
	    dmsc_told_done(d, "DMAcc/card") == DMSC_E_OK && news(d, 0,
	    "Mail/home", "changed") && news(d, 1, NULL, NULL),
	    "what was told is told once");
	ok(dmsc_told_all(d) == DMSC_E_OK && news(d, 0, NULL, NULL) &&
	    dmsc_told_begin(d) == DMSC_E_OK, "all of it is told");
	dmsc_device_free(&d);
}

int
main(void)
{
	if (!tap_folder(folder))
		return 99;
	invites();
	signers();
	nonces();
	told();
	return tap_done();
}
