/*
 * Services of the device from its tree (dmsc/services.h) and mail accounts of
 * Client Provisioning as its objects: what each says in one line, why it
 * cannot be used, no memory at every allocation, and documents that are cut.
 */
#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "device/brings.h"
#include "device/services.h"
#include "nomem.h"
#include "tap.h"

/* req: UC-5.1 */

enum { LEAVES = 10, LINE = 1024 };

static char folder[TAP_FOLDER];

static struct dmsc_device *
new_device(void)
{
	struct dmsc_device *d = NULL;
	struct dmsc_err e;

	if (dmsc_device_load(folder, "services", &d, &e) != DMSC_E_OK)
		abort();
	return d;
}

static void
leaf(struct dmsc_tree *t, const char *uri, const char *value)
{
	if (dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL, dmsc_rd_str(value),
	    NULL) != DMSC_E_OK)
		abort();
}

static void
object(struct dmsc_tree *t, const char *uri, const char *type)
{
	struct dmsc_node *n;

	if (dmsc_tree_add(t, uri, DMSC_FMT_NODE, type, dmsc_rd_of(NULL, 0),
	    &n) != DMSC_E_OK)
		abort();
}

/* "mail configured ./Mail/a imap h:1 TLS, smtp h:2 as u, secret, over APN;" */
static void
in_words(const struct dmsc_service *s, char line[LINE])
{
	size_t i, k, at = (size_t)snprintf(line, LINE, "%s %s", s->name,
	    s->state);

	for (i = 0; i < s->n_accounts; i++) {
		const struct dmsc_service_account *a = &s->accounts[i];

		at += (size_t)snprintf(line + at, LINE - at, "; %s", a->uri);
		for (k = 0; k < a->n_servers; k++)
			at += (size_t)snprintf(line + at, LINE - at,
			    " %s %s:%u%s", a->servers[k].protocol,
			    a->servers[k].host != NULL ? a->servers[k].host :
			    "-", a->servers[k].port, a->servers[k].tls ?
			    "+" : "");
		at += (size_t)snprintf(line + at, LINE - at, "%s%s%s%s%s%s%s",
		    a->user != NULL ? " as " : "", a->user != NULL ? a->user :
		    "", a->password ? " secret" : "", a->apn != NULL ?
		    " over " : "", a->apn != NULL ? a->apn : "",
		    a->why != NULL ? " but " : "", a->why != NULL ? a->why :
		    "");
		if (a->usable != (a->why == NULL))
			abort();
	}
}

static bool
says(const struct dmsc_device *d, const char *name, const char *want)
{
	struct dmsc_services *x = dmsc_view_new(&dmsc_services_view);
	char line[LINE] = "";
	size_t i;

	if (x == NULL || dmsc_services_of(d, &x->services, &x->n_services) !=
	    DMSC_E_OK)
		abort();
	for (i = 0; i < x->n_services; i++)
		if (strcmp(x->services[i].name, name) == 0)
			in_words(&x->services[i], line);
	dmsc_view_free(&dmsc_services_view, x);
	if (strcmp(line, want) != 0)
		printf("# %s\n", line);
	return strcmp(line, want) == 0;
}

#define IN "M/a/Incoming/"
#define OUT "M/a/Outgoing/"
#define GOOD { IN "Protocol", "imap" }, { IN "Host", "h" }
#define ACME "com.acme/1.0/Mail"

static const struct {
	const char *type, *leaves[LEAVES][2], *service, *want;
} rows[] = {
	{ ACME, { GOOD }, "mail", "mail configured; ./M/a imap h:143" },
	{ "com.acme/1.7/Mail", { GOOD }, "mail",
	    "mail configured; ./M/a imap h:143" },
	{ DMSC_MAIL_URN, { GOOD, { IN "TLS", "true" } }, "mail",
	    "mail configured; ./M/a imap h:993+" },
	{ "com.acme/2.0/Mail", { GOOD }, "mail", "mail unconfigured" },
	{ "/1.0/Mail", { GOOD }, "mail", "mail unconfigured" },
	{ "com.acme/1.0/Mails", { GOOD }, "mail", "mail unconfigured" },
	{ "Mail", { GOOD }, "mail", "mail unconfigured" },
	{ ACME, { { IN "Protocol", "pop3" }, { IN "Host", "h" },
	    { IN "Port", "1110" }, { OUT "Protocol", "smtp" },
	    { OUT "Host", "o" }, { OUT "TLS", "true" },
	    { IN "User", "u" }, { IN "Password", "p" } }, "mail",
	    "mail configured; ./M/a pop3 h:1110 smtp o:465+ as u secret" },
	{ ACME, { GOOD, { "M/a/User", "u" }, { "M/a/Password", "p" },
	    { "M/a/Address", "a@b" } }, "mail",
	    "mail configured; ./M/a imap h:143 as u secret" },
	{ ACME, { GOOD, { "M/a/Address", "a@b" }, { "M/a/Password", "" } },
	    "mail", "mail configured; ./M/a imap h:143 as a@b" },
	{ ACME, { { OUT "Protocol", "smtp" }, { OUT "Host", "o" } }, "mail",
	    "mail configured; ./M/a smtp o:587" },
	{ ACME, { GOOD, { "M/a/ConRef", "./Inbox/NAP/net" } }, "mail",
	    "mail configured; ./M/a imap h:143 over apn.example" },
	{ ACME, { GOOD, { "M/a/ConRef", "NAP/net" } }, "mail",
	    "mail configured; ./M/a imap h:143 over apn.example" },
	{ ACME, { GOOD, { "M/a/ConRef", "" } }, "mail",
	    "mail configured; ./M/a imap h:143" },
	{ ACME, { GOOD, { "M/a/ConRef", "./NAP/no" } }, "mail",
	    "mail unusable; ./M/a imap h:143 but its access point ./NAP/no "
	    "is not there" },
	{ ACME, { GOOD, { "M/a/ConRef", "./" } }, "mail",
	    "mail unusable; ./M/a imap h:143 but its access point ./ is not "
	    "there" },
	{ ACME, { GOOD, { "M/a/ConRef", "./NAP/bare" } }, "mail",
	    "mail unusable; ./M/a imap h:143 but its access point ./NAP/bare "
	    "has no address" },
	{ ACME, { { "M/a/Name", "n" } }, "mail",
	    "mail unusable; ./M/a but it names no server of mail" },
	{ ACME, { { IN "Protocol", "imap" }, { IN "Port", "1" } }, "mail",
	    "mail unusable; ./M/a imap -:1 but the server of incoming mail "
	    "has no name" },
	{ ACME, { { IN "Protocol", "smtp" }, { IN "Host", "h" } }, "mail",
	    "mail unusable; ./M/a smtp h:0 but it does not speak 'smtp'" },
	{ ACME, { { IN "Host", "h" } }, "mail",
	    "mail unusable; ./M/a  h:0 but it does not speak ''" },
	{ ACME, { GOOD, { IN "Port", "0" } }, "mail",
	    "mail unusable; ./M/a imap h:0 but '0' is no port" },
	{ ACME, { GOOD, { IN "Port", "65536" } }, "mail",
	    "mail unusable; ./M/a imap h:0 but '65536' is no port" },
	{ ACME, { GOOD, { IN "Port", "mail" } }, "mail",
	    "mail unusable; ./M/a imap h:0 but 'mail' is no port" },
	{ "org.x/1.0/IM", { { "M/a/Protocol", "xmpp" }, { "M/a/Host", "i" },
	    { "M/a/User", "u" }, { "M/a/Password", "p" } }, "messaging",
	    "messaging configured; ./M/a xmpp i:5222 as u secret" },
	{ DMSC_IM_URN, { { "M/a/Protocol", "icq" }, { "M/a/Host", "i" } },
	    "messaging", "messaging unusable; ./M/a icq i:0 but it does not "
	    "speak 'icq'" },
	{ ACME, { GOOD }, "messaging", "messaging unconfigured" },
};

static void
fill(struct dmsc_device *d, size_t row)
{
	size_t i;

	object(d->tree, "M/a", rows[row].type);
	leaf(d->tree, "NAP/net/Addr", "apn.example");
	leaf(d->tree, "NAP/bare/Name", "bare");
	for (i = 0; i < LEAVES && rows[row].leaves[i][0] != NULL; i++)
		leaf(d->tree, rows[row].leaves[i][0], rows[row].leaves[i][1]);
}

static void
table(void)
{
	struct dmsc_device *d;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		d = new_device();
		fill(d, i);
		ok(says(d, rows[i].service, rows[i].want), rows[i].want);
		dmsc_device_free(&d);
	}
}

static void
not_its_own(void)
{
	struct dmsc_device *d = new_device();

	fill(d, 0);
	object(d->tree, "Origin/a", ACME);
	object(d->tree, "SC/a", ACME);
	object(d->tree, "X/SC/b", ACME);
	leaf(d->tree, "X/SC/b/Incoming/Protocol", "imap");
	leaf(d->tree, "X/SC/b/Incoming/Host", "x");
	ok(says(d, "mail", "mail configured; ./M/a imap h:143; ./X/SC/b "
	    "imap x:143"), "what dmsc keeps and the card's tree are no "
	    "services of the device");
	dmsc_device_free(&d);
}

static void
no_memory(void)
{
	struct dmsc_device *d = new_device();
	struct dmsc_services *x;
	long i = 0;
	int r;

	fill(d, 11);
	do {
		if ((x = dmsc_view_new(&dmsc_services_view)) == NULL)
			abort();
		countdown = i++;
		r = dmsc_services_of(d, &x->services, &x->n_services);
		countdown = -1;
		dmsc_view_free(&dmsc_services_view, x);
	} while (r == DMSC_E_NOMEM && i < 1000);
	ok(r == DMSC_E_OK && i > 10, "no memory at every allocation");
	dmsc_device_free(&d);
}

#define DOC(text) "<wap-provisioningdoc version=\"1.0\">" text \
	"</wap-provisioningdoc>"
#define PARM(name, value) "<parm name=\"" name "\" value=\"" value "\"/>"
#define APP(id, more) "<characteristic type=\"APPLICATION\">" \
	PARM("APPID", id) more "</characteristic>"
#define SERVER(host, port) "<characteristic type=\"APPADDR\">" \
	PARM("ADDR", host) "<characteristic type=\"PORT\">" \
	PARM("PORTNBR", port) "</characteristic></characteristic>"
#define NAP(id) "<characteristic type=\"NAPDEF\">" PARM("NAPID", id) \
	PARM("NAP-ADDRESS", id ".example") "</characteristic>"

static const struct { const char *cp, *want; } provisioned[] = {
	{ DOC(APP("143", PARM("ADDR", "h"))),
	    "mail configured; ./Mail/D imap h:143" },
	{ DOC(APP("25", PARM("PROVIDER-ID", "p") SERVER("s", "465"))
	    APP("110", PARM("PROVIDER-ID", "p") SERVER("h", "995"))),
	    "mail configured; ./Mail/D pop3 h:995+ smtp s:465+" },
	{ DOC(APP("143", PARM("PROVIDER-ID", "p") SERVER("h", "1"))
	    APP("25", PARM("PROVIDER-ID", "q") SERVER("s", "2"))),
	    "mail configured; ./Mail/D imap h:1; ./Mail/D-2 smtp s:2" },
	{ DOC(APP("143", SERVER("h", "1")) APP("143", SERVER("i", "2"))
	    APP("25", SERVER("s", "3")) APP("25", SERVER("t", "4"))
	    APP("25", SERVER("u", "5"))),
	    "mail configured; ./Mail/D imap h:1 smtp s:3; ./Mail/D-2 imap "
	    "i:2 smtp t:4; ./Mail/D-3 smtp u:5" },
	{ DOC(NAP("a") NAP("b") APP("143", SERVER("h", "1")
	    PARM("TO-NAPID", "b"))),
	    "mail configured; ./Mail/D imap h:1 over b.example" },
	{ DOC(NAP("a") APP("143", SERVER("h", "1") PARM("TO-NAPID",
	    "INTERNET"))), "mail configured; ./Mail/D imap h:1" },
	{ DOC(APP("143", PARM("FROM", "a@b") SERVER("h", "") "<characteristic "
	    "type=\"APPAUTH\">" PARM("AAUTHSECRET", "s") "</characteristic>")),
	    "mail configured; ./Mail/D imap h:143 as a@b secret" },
	{ DOC(APP("143", "")), "mail unusable; ./Mail/D imap -:143 but the "
	    "server of incoming mail has no name" },
	{ DOC(NAP("a") APP("144", SERVER("h", "1"))), "mail unconfigured" },
};

/* What the document brings, as the whole tree of a device. */
static int
bring(const char *text, struct dmsc_device *d)
{
	struct dmsc_tree *cp = dmsc_tree_new(DMSC_DOC_MAX), *mo = NULL;
	struct dmsc_err e = { .code = DMSC_E_OK };
	int r;

	if (cp == NULL)
		abort();
	r = dmsc_cp_read_xml(dmsc_rd_str(text), cp, &e);
	if (r == DMSC_E_OK)
		r = dmsc_brings_of("cp", "D", cp, &mo, &e);
	dmsc_tree_free(&cp);
	if (r == DMSC_E_OK) {
		dmsc_tree_free(&d->tree);
		d->tree = mo;
	}
	return r;
}

static void
provisioning(void)
{
	struct dmsc_device *d;
	struct dmsc_node *n;
	size_t i;

	for (i = 0; i < DMSC_COUNT(provisioned); i++) {
		d = new_device();
		ok(bring(provisioned[i].cp, d) == DMSC_E_OK && says(d, "mail",
		    provisioned[i].want), provisioned[i].want);
		dmsc_device_free(&d);
	}
	d = new_device();
	ok(bring(DOC(NAP("a") APP("w7", PARM("PROVIDER-ID", "x.example"))
	    APP("143", SERVER("h", "1"))), d) == DMSC_E_OK &&
	    (n = dmsc_tree_find(d->tree, "Mail/D")) != NULL &&
	    strcmp(dmsc_node_acl(n), "Delete=x.example&Get=x.example&"
	    "Replace=x.example") == 0, "the document's server has rights");
	dmsc_device_free(&d);
	d = new_device();
	ok(bring(DOC(APP("144", "")), d) == DMSC_E_UNSUPPORTED,
	    "other applications bring nothing");
	dmsc_device_free(&d);
}

/* 64 accounts, and one more. */
static void
many(void)
{
	static const char one[] = APP("143", PARM("ADDR", "h"));
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_device *d = new_device();
	int i, n;
	bool good = b != NULL;

	for (n = 64; good && n < 66; n++) {
		dmsc_buf_reset(b);
		good = dmsc_buf_fmt(b, "<wap-provisioningdoc version=\"1.0\">")
		    == DMSC_E_OK;
		for (i = 0; i < n && good; i++)
			good = dmsc_buf_fmt(b, "%s", one) == DMSC_E_OK;
		good = good && dmsc_buf_fmt(b, "</wap-provisioningdoc>") ==
		    DMSC_E_OK && bring(dmsc_buf_cstr(b), d) == (n == 64 ?
		    DMSC_E_OK : DMSC_E_LIMIT);
	}
	ok(good, "more accounts than a device has room for are refused");
	dmsc_buf_free(&b);
	dmsc_device_free(&d);
}

/* Each bit of a mapped document's XML flipped: refused, or it brings what can
 * be looked at. */
static void
flipped(void)
{
	static const char all[] = DOC(NAP("a") APP("143", PARM("PROVIDER-ID",
	    "p") SERVER("h", "1") PARM("TO-NAPID", "a")) APP("25",
	    PARM("PROVIDER-ID", "p") SERVER("s", "2")));
	struct dmsc_services *x;
	struct dmsc_device *d;
	char text[sizeof all];
	size_t bit, brought = 0;

	for (bit = 0; bit < 8 * (sizeof all - 1); bit++) {
		memcpy(text, all, sizeof all);
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		d = new_device();
		x = dmsc_view_new(&dmsc_services_view);
		if (x != NULL && text[bit / 8] != '\0' &&
		    bring(text, d) == DMSC_E_OK)
			brought += dmsc_services_of(d, &x->services,
			    &x->n_services) == DMSC_E_OK;
		dmsc_view_free(&dmsc_services_view, x);
		dmsc_device_free(&d);
	}
	ok(brought > 100, "documents with a flipped bit");
}

int
main(void)
{
	if (!tap_folder(folder))
		abort();
	table();
	not_its_own();
	no_memory();
	provisioning();
	many();
	flipped();
	return tap_done();
}
