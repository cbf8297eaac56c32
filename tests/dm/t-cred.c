/* Credentials against the vectors of the standard and of other tools, shown
 * and checked, with everything bent that a peer can bend. */
/* req: AUTH-1 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "codec/inner.h"
#include "dm/cred.h"
#include "tap.h"

enum { MAX = 8192 };

#define GET "02A4016A006D6C7103312E3200017203444D2F312E32000165033100015B0" \
	"33100016E57036400010167570373000101016B534B03310001546E57032E2F41" \
	"0001010101120101"
#define A0AF "\xA0\xA1\xA2\xA3\xA4\xA5\xA6\xA7\xA8\xA9\xAA\xAB\xAC\xAD\xAE" \
	"\xAF"

static const struct row {
	const char *name;
	enum dmsc_cred_scheme scheme;
	const char *user, *secret, *nonce, *body, *want;
} rows[] = {
	{ "the standard's", DMSC_CRED_MD5, "Bruce2", "OhBehave", "Nonce",
	    NULL, "Zz6EivR3yeaaENcRN6lpAQ==" },
	{ "basic", DMSC_CRED_BASIC, "dev-7301", "cl13nt-pw", "", NULL,
	    "ZGV2LTczMDE6Y2wxM250LXB3" },
	{ "md5", DMSC_CRED_MD5, "dev-7301", "cl13nt-pw", "N0nce-0001", NULL,
	    "8UcTmELKXv81xjtshJ0W+g==" },
	{ "md5, a nonce of bytes", DMSC_CRED_MD5, "dev-7301", "cl13nt-pw",
	    A0AF, NULL, "SJvrxxUFv4n7T25oBenSbQ==" },
	{ "md5, an empty nonce", DMSC_CRED_MD5, "dev-7301", "cl13nt-pw", "",
	    NULL, "/kLO4P94TvmhyD0vdc8UdA==" },
	{ "md5, a server's", DMSC_CRED_MD5, "acme-dm", "s3rver-pw",
	    "SrvNonce", NULL, "pWMnIhhRUABtZxqfzte8IQ==" },
	{ "MAC", DMSC_CRED_MAC, "dev-7301", "cl13nt-pw", "N0nce-0001",
	    "3C53796E634D4C2F3E", "VYh+kx7PcvIDwRvDg4UyCw==" },
	{ "MAC of a WBXML message", DMSC_CRED_MAC, "dev-7301", "cl13nt-pw",
	    "N0nce-0001", GET, "8VC02ucet53yoka0z2pjGw==" },
};

static struct dmsc_cred_login
login(const struct row *w)
{
	return (struct dmsc_cred_login){ .scheme = w->scheme,
	    .user = dmsc_rd_str(w->user), .secret = dmsc_rd_str(w->secret),
	    .nonce = dmsc_rd_str(w->nonce) };
}

static struct dmsc_msg *
message(void)
{
	struct dmsc_msg *m = dmsc_msg_new();

	if (m == NULL)
		abort();
	m->hdr.session_id = "1";
	m->hdr.msg_id = "1";
	m->hdr.target.uri = "d";
	m->hdr.source.uri = "s";
	m->final = true;
	return m;
}

static struct dmsc_buf *
bytes_of(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(MAX);

	if (b == NULL || (hex != NULL && dmsc_hex_get(hex, b) != DMSC_E_OK))
		abort();
	return b;
}

/* Whether what is shown, as text, is l's. */
static int
check(const struct dmsc_msg *m, struct dmsc_rd mac,
    const struct dmsc_cred_login *l, struct dmsc_rd body)
{
	struct dmsc_cred_shown s;
	int r = dmsc_cred_shown(m, mac, &s);

	return r != DMSC_E_OK ? r : dmsc_cred_check(&s, l, body);
}

/* Every character of the value bent, cut, and another nonce. */
static bool
bent(struct dmsc_msg *m, struct dmsc_buf *mac,
    const struct dmsc_cred_login *l, struct dmsc_rd body)
{
	bool is_mac = l->scheme == DMSC_CRED_MAC, good = true;
	struct dmsc_rd *v = &m->hdr.cred.data.bytes, all = *v;
	struct dmsc_rd whole = is_mac ? dmsc_buf_rd(mac) : all;
	struct dmsc_cred_login other = *l;
	uint8_t copy[MAX];
	size_t i;
	int r;

	for (i = 0; i < 8 * whole.left; i++) {
		memcpy(copy, whole.p, whole.left);
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
		*v = is_mac ? all : dmsc_rd_of(copy, whole.left);
		r = check(m, is_mac ? dmsc_rd_of(copy, whole.left) :
		    dmsc_rd_of(NULL, 0), l, body);
		/* "mac=" may begin anew, the last letter has spare bits. */
		good = good && (r == DMSC_E_AUTHFAIL || r == DMSC_E_FORMAT ||
		    (r == DMSC_E_OK && copy[i / 8] == ' ') ||
		    (r == DMSC_E_OK && i / 8 + 3 >= whole.left));
	}
	for (i = 0; i + 2 < whole.left; i++) {
		*v = is_mac ? all : dmsc_rd_slice(whole, 0, i);
		r = check(m, is_mac ? dmsc_rd_slice(whole, 0, i) :
		    dmsc_rd_of(NULL, 0), l, body);
		good = good && r != DMSC_E_OK;
	}
	*v = all;
	other.nonce = dmsc_rd_str("another");
	r = check(m, mac == NULL ? dmsc_rd_of(NULL, 0) : dmsc_buf_rd(mac),
	    &other, body);
	return good && (r == DMSC_E_AUTHFAIL ||
	    l->scheme == DMSC_CRED_BASIC);
}

static void
row(const struct row *w)
{
	struct dmsc_cred_login l = login(w);
	struct dmsc_buf *body = bytes_of(w->body), *mac = bytes_of(NULL);
	struct dmsc_msg *m = message();
	struct dmsc_rd none = dmsc_rd_of(NULL, 0);
	bool is_mac = w->scheme == DMSC_CRED_MAC;
	char want[256], name[96];

	(void)snprintf(want, sizeof want,
	    "algorithm=MD5, username=\"%s\", mac=%s", w->user, w->want);
	(void)snprintf(name, sizeof name, "%s: shown", w->name);
	if (is_mac)
		ok(dmsc_cred_put(m, &l) == DMSC_E_OK && !m->hdr.cred.set &&
		    dmsc_cred_mac_put(&l, dmsc_buf_rd(body), mac) ==
		    DMSC_E_OK && dmsc_rd_eq_str(dmsc_buf_rd(mac), want),
		    name);
	else
		ok(dmsc_cred_put(m, &l) == DMSC_E_OK && m->hdr.cred.set &&
		    dmsc_rd_eq_str(m->hdr.cred.data.bytes, w->want) &&
		    strcmp(m->hdr.source.name, w->user) == 0, name);
	(void)snprintf(name, sizeof name, "%s: believed", w->name);
	ok(check(m, is_mac ? dmsc_buf_rd(mac) : none, &l, dmsc_buf_rd(body))
	    == DMSC_E_OK, name);
	(void)snprintf(name, sizeof name, "%s: bent, not believed", w->name);
	ok(bent(m, is_mac ? mac : NULL, &l, dmsc_buf_rd(body)), name);
	l.scheme = is_mac ? DMSC_CRED_MD5 : DMSC_CRED_MAC;
	(void)snprintf(name, sizeof name, "%s: another scheme", w->name);
	ok(check(m, is_mac ? dmsc_buf_rd(mac) : none, &l, dmsc_buf_rd(body))
	    == DMSC_E_AUTHFAIL, name);
	dmsc_msg_free(&m);
	dmsc_buf_free(&mac);
	dmsc_buf_free(&body);
}

/* The trigger of the worked Package #0 (reference 7). */
static void
package0(void)
{
	struct dmsc_cred_login l = { .user = dmsc_rd_str("acme-dm"),
	    .secret = dmsc_rd_str("s3rver-pw"),
	    .nonce = dmsc_rd_str("SrvNonce") };
	struct dmsc_buf *t = bytes_of("02E800000000A70761636D652D646D"),
	    *a = bytes_of("05D98F7FC3D57CEB46AEC70C26F80155"),
	    *z = bytes_of("CA2AB89787EE7191935E371C140565ED");
	struct dmsc_rd body = dmsc_buf_rd(t);
	uint8_t h[DMSC_MD5_LEN];

	ok(dmsc_cred_digest(&l, &body, h) == DMSC_E_OK &&
	    memcmp(h, a->p, sizeof h) == 0, "the digest of Package #0");
	l.nonce = dmsc_rd_of("\0\0\0\0", 4);
	ok(dmsc_cred_digest(&l, &body, h) == DMSC_E_OK &&
	    memcmp(h, z->p, sizeof h) == 0, "and over a nonce of zeroes");
	dmsc_buf_free(&t);
	dmsc_buf_free(&a);
	dmsc_buf_free(&z);
}

/* What stands in x-syncml-hmac, and in a Cred. */
static const struct {
	const char *name, *mac, *locname;
	int want;
} heads[] = {
	{ "bare parameters", "username=\"u\",mac=AAAA", NULL, DMSC_E_OK },
	{ "another order", " mac=AAAA , username = \"u\" , algorithm=MD5 ",
	    "u", DMSC_E_OK },
	{ "a comma in the name", "username=\"a,b\", mac=AAAA", "a,b",
	    DMSC_E_OK },
	{ "no name", "mac=AAAA", "u", DMSC_E_FORMAT },
	{ "no code", "username=\"u\"", "u", DMSC_E_FORMAT },
	{ "a name that does not end", "username=\"u, mac=AAAA", "u",
	    DMSC_E_FORMAT },
	{ "two names", "username=\"u\", username=\"v\", mac=AAAA", NULL,
	    DMSC_E_FORMAT },
	{ "another hash", "algorithm=SHA1, username=\"u\", mac=AAAA", "u",
	    DMSC_E_FORMAT },
	{ "another name than LocName", "username=\"u\", mac=AAAA", "v",
	    DMSC_E_FORMAT },
	{ "no comma", "username=\"u\" mac=AAAA", "u", DMSC_E_FORMAT },
	{ "no parameters", "nothing", "u", DMSC_E_FORMAT },
	{ "unknown parameters", "x=1, username=\"u\", mac=AAAA", "u",
	    DMSC_E_FORMAT },
};

static void
headers(void)
{
	struct dmsc_cred_shown s;
	struct dmsc_msg *m;
	size_t i;

	for (i = 0; i < DMSC_COUNT(heads); i++) {
		m = message();
		m->hdr.source.name = heads[i].locname;
		ok(dmsc_cred_shown(m, dmsc_rd_str(heads[i].mac), &s) ==
		    heads[i].want, heads[i].name);
		dmsc_msg_free(&m);
	}
}

/* The one printed example of the standard shows base64 of hexadecimal text
 * without padding. */
static void
spellings(void)
{
	struct dmsc_cred_login l = login(&rows[6]);
	struct dmsc_buf *body = bytes_of(rows[6].body), *b = bytes_of(NULL);
	struct dmsc_cred_shown s = { .scheme = DMSC_CRED_MAC,
	    .user = dmsc_rd_str("dev-7301") };
	uint8_t h[DMSC_MD5_LEN];
	char hex[2 * DMSC_MD5_LEN + 1];
	struct dmsc_rd v = dmsc_buf_rd(body);

	ok(dmsc_cred_digest(&l, &v, h) == DMSC_E_OK &&
	    dmsc_b64_put(b, dmsc_rd_str(dmsc_hex(dmsc_rd_of(h, sizeof h),
	    hex, sizeof hex))) == DMSC_E_OK, "hexadecimal text in base64");
	s.text = dmsc_rd_slice(dmsc_buf_rd(b), 0, b->len - 1);
	ok(b->p[b->len - 1] == '=' && dmsc_cred_check(&s, &l, v) ==
	    DMSC_E_OK, "is believed, without its padding too");
	s.text = dmsc_rd_str("VYh+kx7PcvIDwRvDg4UyCw");
	ok(dmsc_cred_check(&s, &l, v) == DMSC_E_OK, "so is base64 without");
	l.secret = dmsc_rd_of(NULL, 0);
	ok(dmsc_cred_check(&s, &l, v) == DMSC_E_AUTHFAIL,
	    "who has no password is not believed");
	dmsc_buf_free(&b);
	dmsc_buf_free(&body);
}

/* A challenge goes out in a Status and is read back. */
static void
challenge(void)
{
	struct dmsc_cred_chal c;
	struct dmsc_cred_told t;
	struct dmsc_msg *m = message();
	struct dmsc_cmd *s = dmsc_msg_cmd(m, NULL, DMSC_CMD_STATUS);
	uint8_t big[DMSC_NONCE_MAX + 3] = { 0 };

	ok(dmsc_cred_told(m, &t) == DMSC_E_OK && t.status == 0,
	    "no Status: nothing is told");
	s->cmd_ref = "0";
	s->data = "407";
	ok(dmsc_cred_chal(DMSC_CRED_MD5, dmsc_rd_str("N0nce-0002"), &c) ==
	    DMSC_E_OK && strcmp(c.text, "TjBuY2UtMDAwMg==") == 0,
	    "a challenge");
	s->chal = c.chal;
	ok(dmsc_cred_told(m, &t) == DMSC_E_OK && t.status == 407 &&
	    t.scheme == DMSC_CRED_MD5 && t.n == 10 &&
	    memcmp(t.nonce, "N0nce-0002", 10) == 0, "is read");
	s->chal.meta.next_nonce = "%";
	ok(dmsc_cred_told(m, &t) == DMSC_E_FORMAT && t.status == 407,
	    "a nonce that is no base64");
	s->chal.meta.type = NULL;
	s->chal.meta.next_nonce = NULL;
	ok(dmsc_cred_told(m, &t) == DMSC_E_OK &&
	    t.scheme == DMSC_CRED_OTHER && t.n == 0, "without a Type");
	ok(dmsc_cred_chal(DMSC_CRED_MD5, dmsc_rd_of(big, DMSC_NONCE_MAX), &c)
	    == DMSC_E_OK && dmsc_cred_chal(DMSC_CRED_MD5, dmsc_rd_of(big,
	    sizeof big), &c) != DMSC_E_OK, "a nonce has an end");
	ok(dmsc_cred_chal(DMSC_CRED_OTHER, dmsc_rd_str("n"), &c) ==
	    DMSC_E_UNSUPPORTED, "a scheme that is not ours");
	dmsc_msg_free(&m);
}

static const struct { const char *uri, *value; } leaves[] = {
	{ "DMAcc/none/Name", "no ServerID" },
	{ "DMAcc/a/ServerID", "acme-dm" },
	{ "DMAcc/a/AppAuth/1/AAuthLevel", "CLCRED" },
	{ "DMAcc/a/AppAuth/1/AAuthType", "DIGEST" },
	{ "DMAcc/a/AppAuth/1/AAuthName", "dev" },
	{ "DMAcc/a/AppAuth/1/AAuthSecret", "pw" },
	{ "DMAcc/a/AppAuth/2/AAuthLevel", "SRVCRED" },
	{ "DMAcc/a/AppAuth/2/AAuthType", "X509" },
	{ "DMAcc/a/AppAuth/3/AAuthLevel", "SRVCRED" },
	{ "DMAcc/a/AppAuth/3/AAuthType", "HMAC" },
	{ "DMAcc/a/AppAuth/3/AAuthSecret", "s3" },
	{ "DMAcc/a/AppAuth/3/AAuthData", "nonce" },
	{ "SyncML/DMAcc/b/ServerID", "b" },
	{ "SyncML/DMAcc/b/AppAuth/1/AAuthLevel", "SRVCRED" },
};

static void
accounts(void)
{
	struct dmsc_tree *t = dmsc_tree_new(MAX);
	const struct dmsc_node *a, *b;
	struct dmsc_cred_login l;
	size_t i;

	ok(dmsc_cred_next_account(t, NULL) == NULL, "a tree without any");
	for (i = 0; i < DMSC_COUNT(leaves); i++)
		if (dmsc_tree_add(t, leaves[i].uri, DMSC_FMT_CHR, NULL,
		    dmsc_rd_str(leaves[i].value), NULL) != DMSC_E_OK)
			abort();
	a = dmsc_cred_next_account(t, NULL);
	b = dmsc_cred_next_account(t, a);
	ok(a != NULL && b != NULL && dmsc_cred_next_account(t, b) == NULL &&
	    dmsc_cred_account(t, "acme-dm") == a &&
	    dmsc_cred_account(t, "b") == b &&
	    dmsc_cred_account(t, "acme") == NULL, "two accounts");
	ok(dmsc_cred_of(a, "CLCRED", DMSC_CRED_NONE, &l) == DMSC_E_OK &&
	    l.scheme == DMSC_CRED_MD5 && dmsc_rd_eq_str(l.user, "dev") &&
	    dmsc_rd_eq_str(l.secret, "pw") && l.nonce.left == 0,
	    "what the device shows");
	ok(dmsc_cred_of(a, "SRVCRED", DMSC_CRED_NONE, &l) == DMSC_E_OK &&
	    l.scheme == DMSC_CRED_MAC && dmsc_rd_eq_str(l.user, "acme-dm") &&
	    dmsc_rd_eq_str(l.nonce, "nonce"),
	    "what the server shows; its name is the ServerID");
	ok(dmsc_cred_of(a, "SRVCRED", DMSC_CRED_MD5, &l) == DMSC_E_NOTFOUND,
	    "not of this scheme");
	ok(dmsc_cred_of(b, "SRVCRED", DMSC_CRED_MD5, &l) == DMSC_E_OK &&
	    l.secret.left == 0, "one without a type is auth-md5");
	ok(dmsc_cred_of(b, "CLCRED", DMSC_CRED_NONE, &l) == DMSC_E_NOTFOUND,
	    "none of this level");
	dmsc_tree_free(&t);
}

static void
names(void)
{
	struct dmsc_cred_login l = { .scheme = DMSC_CRED_MAC,
	    .user = dmsc_rd_str("a\"b") };
	struct dmsc_buf *b = bytes_of(NULL);
	struct dmsc_msg *m = message();

	ok(dmsc_cred_scheme("syncml:auth-MAC") == DMSC_CRED_MAC &&
	    dmsc_cred_scheme("HMAC") == DMSC_CRED_MAC &&
	    dmsc_cred_scheme("X509") == DMSC_CRED_OTHER &&
	    dmsc_cred_scheme("") == DMSC_CRED_NONE &&
	    dmsc_cred_scheme(NULL) == DMSC_CRED_NONE &&
	    dmsc_cred_type(DMSC_CRED_OTHER) == NULL, "names of schemes");
	ok(dmsc_cred_mac_put(&l, dmsc_rd_str("x"), b) == DMSC_E_DATA &&
	    b->len == 0, "a name with a quote has no place in the header");
	l.scheme = DMSC_CRED_OTHER;
	ok(dmsc_cred_put(m, &l) == DMSC_E_UNSUPPORTED, "another scheme");
	dmsc_msg_free(&m);
	dmsc_buf_free(&b);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		row(&rows[i]);
	package0();
	headers();
	spellings();
	challenge();
	accounts();
	names();
	return tap_done();
}
