/*
 * Servers that prove themselves to the DM-SC application by credentials: the
 * card's challenge, each nonce once, tries that end, messages handed on.
 */
/* req: AUTH-1, AUTH-2, AUTH-3 */
#include "base/base.h"
#include "card/app.h"
#include "dm/cred.h"
#include "dm/dm.h"
#include "tap.h"

#define SERVER "ma.example"
#define SECRET "ma-s3cret"
enum { TRIES = 10, OK_SW = 0x9000 };

/* What is shown, and how it travels. */
struct show {
	enum dmsc_cred_scheme scheme;	/* NONE: nothing is shown */
	const char *user, *secret;
	bool relayed, bent;		/* bent: on its way */
};
struct seen {
	unsigned sw, header, command;
	struct dmsc_cred_told told;
};

/* The card's nonce, from STATE. */
static struct dmsc_appl_state
state(struct dmsc_card *c, struct dmsc_buf *keep)
{
	struct dmsc_appl_state s;

	memset(&s, 0, sizeof s);
	if (app_state(c, keep, &s) != OK_SW)
		abort();
	return s;
}

static void
wrap(const struct show *w, const struct dmsc_cred_login *l,
    struct dmsc_buf *bytes, struct dmsc_buf *out)
{
	struct dmsc_buf *mac = dmsc_buf_new(1024);
	struct dmsc_appl_message env = { .relayed = w->relayed };

	if (w->scheme == DMSC_CRED_MAC && dmsc_cred_mac_put(l,
	    dmsc_buf_rd(bytes), mac) != DMSC_E_OK)
		abort();
	env.mac = dmsc_buf_rd(mac);
	env.bytes = dmsc_buf_rd(bytes);
	if (w->bent)		/* the last letter of the value */
		bytes->p[bytes->len - 8] ^= 1;
	if (dmsc_appl_message_put(out, DMSC_APPL_MESSAGE, &env) != DMSC_E_OK)
		abort();
	dmsc_buf_free(&mac);
}

static struct seen
hear(struct dmsc_card *c, struct dmsc_rd object)
{
	struct dmsc_buf *out = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_appl_message env;
	struct dmsc_msg *m = NULL;
	struct seen s = { 0 };

	s.sw = app_object(c, object, APP_SHORT, out);
	if (s.sw == OK_SW && dmsc_appl_message_get(dmsc_buf_rd(out),
	    DMSC_APPL_MESSAGE, &env) == DMSC_E_OK && dmsc_msg_read(env.bytes,
	    &m, NULL, NULL) == DMSC_E_OK) {
		s.command = world_status(m, "1");
		if (dmsc_cred_told(m, &s.told) == DMSC_E_OK)
			s.header = s.told.status;
	}
	dmsc_msg_free(&m);
	dmsc_buf_free(&out);
	return s;
}

/* One command with what w shows, over nonce. */
static struct seen
tell_over(struct dmsc_card *c, const struct show *w, const uint8_t *nonce,
    const char *cmd, const char *uri, const char *value)
{
	struct dmsc_buf *bytes = dmsc_buf_new(APP_OBJECT_MAX),
	    *object = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_cred_login l = { .scheme = w->scheme,
	    .user = dmsc_rd_str(w->user), .secret = dmsc_rd_str(w->secret),
	    .nonce = dmsc_rd_of(nonce, DMSC_APPL_NONCE) };
	struct dmsc_msg *m = world_msg("1");
	struct seen seen;

	(void)world_cmd(m, NULL, cmd, uri, "chr", NULL, value);
	if ((w->scheme != DMSC_CRED_NONE && dmsc_cred_put(m, &l) !=
	    DMSC_E_OK) || dmsc_msg_write(m, bytes, NULL) != DMSC_E_OK)
		abort();
	wrap(w, &l, bytes, object);
	seen = hear(c, dmsc_buf_rd(object));
	dmsc_msg_free(&m);
	dmsc_buf_free(&bytes);
	dmsc_buf_free(&object);
	return seen;
}

/* The same; nonce NULL: the card's own. */
static struct seen
tell(struct dmsc_card *c, const struct show *w, const uint8_t *nonce,
    const char *cmd, const char *uri, const char *value)
{
	struct dmsc_buf *keep = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s = state(c, keep);
	struct seen seen = tell_over(c, w, nonce != NULL ? nonce : s.nonce,
	    cmd, uri, value);

	dmsc_buf_free(&keep);
	return seen;
}

static const struct show nothing = { DMSC_CRED_NONE, "", "", false, false },
    md5 = { DMSC_CRED_MD5, SERVER, SECRET, false, false },
    wrong = { DMSC_CRED_MD5, SERVER, "guess", false, false },
    mac = { DMSC_CRED_MAC, SERVER, SECRET, false, false };

static bool
apdu(struct dmsc_card *c, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(APP_SHORT);
	bool good = dmsc_hex_get(hex, b) == DMSC_E_OK;
	unsigned sw = good ? app_apdu(c, dmsc_buf_rd(b), NULL) : 0;

	dmsc_buf_free(&b);
	return sw == OK_SW || sw >> 8 == 0x61;
}

static struct dmsc_card *
card(void)
{
	struct dmsc_card *c = app_card();

	if (!apdu(c, APP_SELECT))
		abort();
	return c;
}

static bool
known_as(struct dmsc_card *c, const char *server)
{
	struct dmsc_buf *keep = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s = state(c, keep);
	bool good = server == NULL ? !s.authenticated : s.authenticated &&
	    dmsc_rd_eq_str(s.server, server);

	dmsc_buf_free(&keep);
	return good;
}

static void
challenge(void)
{
	struct dmsc_card *c = card();
	struct dmsc_buf *keep = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s = state(c, keep);
	struct seen x = tell(c, &nothing, NULL, "Get", "./DevInfo/Man", "");

	ok(x.sw == OK_SW && x.header == 407 && x.command == 407,
	    "AUTH-3: without a credential all is 407");
	ok(x.told.scheme == DMSC_CRED_MD5 && x.told.n == DMSC_APPL_NONCE &&
	    memcmp(x.told.nonce, s.nonce, DMSC_APPL_NONCE) == 0,
	    "AUTH-3: and brings the challenge that STATE has");
	ok(app_reset(c) && apdu(c, APP_SELECT) && (s = state(c, keep),
	    memcmp(x.told.nonce, s.nonce, DMSC_APPL_NONCE) == 0),
	    "the nonce outlives power while nobody used it");
	dmsc_buf_free(&keep);
	dmsc_card_close(&c);
}

static void
login(void)
{
	struct dmsc_card *c = card();
	struct dmsc_buf *keep = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state s = state(c, keep);
	struct seen x = tell(c, &md5, s.nonce, "Get", "./DevInfo/Man", "");

	ok(x.header == 212 && x.command == 200 && known_as(c, SERVER),
	    "AUTH-1: auth-md5 is a login of the channel");
	ok(memcmp(x.told.nonce, s.nonce, DMSC_APPL_NONCE) != 0,
	    "and brings the next nonce");
	ok(app_do(c, "Get", "./DevInfo/Man", NULL, NULL) == 200,
	    "what follows needs no credential");
	ok(app_do(c, "Get", "./DMAcc", NULL, NULL) == 425,
	    "the ACL binds it as that server");
	x = tell(c, &md5, s.nonce, "Get", "./DevInfo/Man", "");
	ok(x.header == 401 && x.command == 401 && known_as(c, NULL),
	    "AUTH-2: a nonce serves once; what fails ends the login");
	ok(app_do(c, "Get", "./DevInfo/Man", NULL, NULL) == 407,
	    "AUTH-2: then all is refused again");
	x = tell(c, &md5, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 212 && apdu(c, APP_SELECT) && known_as(c, NULL),
	    "it ends where the application is selected anew");
	x = tell(c, &md5, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 212 && app_reset(c) && apdu(c, APP_SELECT) &&
	    known_as(c, NULL), "and at a reset");
	dmsc_buf_free(&keep);
	dmsc_card_close(&c);
}

/* SW of an object that needs somebody. */
static unsigned
app_room(struct dmsc_card *c)
{
	static const uint8_t release[] = { DMSC_APPL_RELEASE, 0x04, 0x80,
		0x02, 0x3F, 0x00 };

	return app_object(c, dmsc_rd_of(release, sizeof release), APP_SHORT,
	    NULL);
}

static void
by_mac(void)
{
	struct dmsc_card *c = card();
	struct show bent = mac;
	struct seen x = tell(c, &mac, NULL, "Get", "./DevInfo/Man", "");

	ok(x.header == 200 && x.command == 200 &&
	    x.told.scheme == DMSC_CRED_MAC && x.told.n == DMSC_APPL_NONCE,
	    "AUTH-1: auth-MAC, and the nonce of the next message");
	ok(known_as(c, SERVER) && app_do(c, "Get", "./DevInfo/Man", NULL,
	    NULL) == 407 && app_room(c) != OK_SW,
	    "it counts for its message alone, and for what STATE tells");
	bent.bent = true;
	x = tell(c, &bent, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 401 || x.sw != OK_SW,
	    "AUTH-1: a message that was changed is not believed");
	x = tell(c, &mac, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 200, "the next one is");
	dmsc_card_close(&c);
}

/* What is handed on: by a host who is the owner himself. */
static void
relayed(void)
{
	struct dmsc_card *c = card();
	struct show none = nothing, good = md5, bad = wrong;
	struct seen x;

	none.relayed = good.relayed = bad.relayed = true;
	if (!apdu(c, APP_ADM1))
		abort();
	ok(app_do(c, "Get", "./DMAcc", NULL, NULL) == 200, "the owner reads");
	x = tell(c, &none, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 407 && x.command == 407,
	    "ADM-1: what he hands on is not his");
	x = tell(c, &good, NULL, "Get", "./DMAcc", "");
	ok(x.header == 200 && x.command == 425,
	    "ADM-2: its server's rights count, not his");
	x = tell(c, &bad, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 401 && x.command == 401,
	    "ADM-1: nor does he help who is not believed");
	ok(known_as(c, "") && app_do(c, "Get", "./DMAcc", NULL, NULL) == 200,
	    "he himself stays who he is");
	ok(app_reset(c) && apdu(c, APP_SELECT) && (x = tell(c, &good, NULL,
	    "Get", "./DevInfo/Man", ""), x.header == 200 &&
	    x.command == 200) && known_as(c, NULL),
	    "who hands on gains nothing by it");
	dmsc_card_close(&c);
}

/* What is nobody's credential. */
static const struct {
	const char *name, *user, *secret;
	enum dmsc_cred_scheme scheme;
} strangers[] = {
	{ "an unknown name", "other.example", SECRET, DMSC_CRED_MD5 },
	{ "no name", "", SECRET, DMSC_CRED_MD5 },
	{ "the owner has no password", "owner", "", DMSC_CRED_MD5 },
	{ "auth-basic", SERVER, SECRET, DMSC_CRED_BASIC },
	{ "an unknown name with a MAC", "other.example", SECRET,
	    DMSC_CRED_MAC },
};

static void
refused(void)
{
	struct dmsc_card *c = card();
	struct seen x;
	size_t i;

	for (i = 0; i < DMSC_COUNT(strangers); i++) {
		struct show w = { strangers[i].scheme, strangers[i].user,
		    strangers[i].secret, false, false };

		x = tell(c, &w, NULL, "Get", "./DevInfo/Man", "");
		ok(x.header == 401 && x.command == 401 &&
		    x.told.scheme != DMSC_CRED_NONE, strangers[i].name);
	}
	dmsc_card_close(&c);
}

static void
tries(void)
{
	struct dmsc_card *c = card();
	struct seen x = { 0 };
	bool good = true;
	size_t i;

	for (i = 0; i + 1 < TRIES; i++) {
		x = tell(c, &wrong, NULL, "Get", "./DevInfo/Man", "");
		good = good && x.header == 401 &&
		    x.told.scheme == DMSC_CRED_MD5;
	}
	x = tell(c, &md5, NULL, "Get", "./DevInfo/Man", "");
	ok(good && x.header == 212, "a good one begins the count anew");
	for (i = 0; i < TRIES; i++)
		x = tell(c, &wrong, NULL, "Get", "./DevInfo/Man", "");
	x = tell(c, &md5, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 401 && x.told.scheme == DMSC_CRED_NONE,
	    "AUTH-1: after ten wrong ones no more, and no challenge");
	x = tell(c, &mac, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 401, "by no other method either");
	ok(app_reset(c) && apdu(c, APP_SELECT) && (x = tell(c, &md5, NULL,
	    "Get", "./DevInfo/Man", ""), x.header == 401),
	    "nor after a reset");
	ok(apdu(c, APP_ADM1) && app_do(c, "Replace",
	    "./DMAcc/ma/AppAuth/server/AAuthSecret", NULL, "other") == 200 &&
	    app_reset(c) && apdu(c, APP_SELECT), "the owner gives another");
	x = tell(c, &md5, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 401 && x.told.scheme == DMSC_CRED_MD5,
	    "the old one is wrong");
	x = tell(c, &(struct show){ DMSC_CRED_MD5, SERVER, "other", false,
	    false }, NULL, "Get", "./DevInfo/Man", "");
	ok(x.header == 212, "the new one is right, with tries of its own");
	dmsc_card_close(&c);
}

/* Power is cut in each write of a credential that is wrong, and of one that
 * is right: no answer comes that was not counted, and no nonce again. */
static void
cuts(void)
{
	struct dmsc_card *c = card();
	struct dmsc_buf *keep = dmsc_buf_new(APP_SHORT);
	struct dmsc_appl_state before, after;
	unsigned long at;
	unsigned looked = 0;		/* of what it says it was wrong */
	struct seen x = { 0 };
	bool good = true, now;

	for (at = 1; at < 64 && looked <= TRIES; at++) {
		before = state(c, keep);
		dmsc_card_cut(c, at % 8 + 1, at % 3);
		x = tell_over(c, &wrong, before.nonce, "Get", "./DevInfo/Man",
		    "");
		good = good && x.header != 212 && x.header != 200;
		now = x.header == 401 && x.told.scheme != DMSC_CRED_NONE;
		looked += now;
		if (dmsc_card_power_back(c) != DMSC_E_OK ||
		    !apdu(c, APP_SELECT))
			abort();
		dmsc_card_cut(c, 0, 0);
		after = state(c, keep);
		good = good && (!now || memcmp(before.nonce, after.nonce,
		    DMSC_APPL_NONCE) != 0);
	}
	x = tell(c, &md5, NULL, "Get", "./DevInfo/Man", "");
	ok(good && looked > 0 && looked <= TRIES && x.header == 401 &&
	    x.told.scheme == DMSC_CRED_NONE,
	    "AUTH-1: cuts of power give no more tries than ten");
	dmsc_buf_free(&keep);
	dmsc_card_close(&c);
}

int
main(void)
{
	challenge();
	login();
	by_mac();
	relayed();
	refused();
	tries();
	cuts();
	return tap_done();
}
