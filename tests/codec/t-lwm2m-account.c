/* codec: server accounts of LwM2M documents: found, made, changed, listed. */
#include <string.h>

#include "base/base.h"
#include "codec/lwm2m.h"
#include "tap.h"

enum { TREE_MAX = 1 << 20, SETS = 3 };

#define KEY "0011"
#define ONE "{\"Security\":{\"0\":{\"ServerURI\":\"coap://a\"," \
	"\"BootstrapServer\":false,\"SecurityMode\":3," \
	"\"ShortServerID\":1}},\"Server\":{\"0\":{\"ShortServerID\":1," \
	"\"Lifetime\":86400,\"NotificationStoring\":true," \
	"\"Binding\":\"U\"}}}"

struct set {
	const char *uri;
	bool bootstrap;
	unsigned id;
	bool key;
	const char *identity;
	bool nosec;
	int64_t lifetime;
	const char *binding;
};
/* What the sets make of the document in turn: a line an account, or the code
 * of the last that fails, and the document is as it was before it. */
static const struct {
	const char *name;
	struct set sets[SETS];
	int want;
	const char *list;
} rows[] = {
	{ "the first account", { { "coap://b", false, 7, false, NULL, false,
	    -1, NULL } }, DMSC_E_OK,
	    "0 coap://a 1 nosec 0 86400 U\n1 coap://b 7 nosec 0 86400 U\n" },
	{ "by its identifier", { { "coap://c", false, 1, false, NULL, false,
	    60, "UQ" } }, DMSC_E_OK, "0 coap://c 1 nosec 0 60 UQ\n" },
	{ "the only one", { { NULL, false, 0, false, NULL, false, 5, NULL } },
	    DMSC_E_OK, "0 coap://a 1 nosec 0 5 U\n" },
	{ "by its URI", { { "coap://b", false, 7, false, NULL, false, -1,
	    NULL }, { "coap://b", false, 0, true, "me", false, -1, NULL } },
	    DMSC_E_OK, "0 coap://a 1 nosec 0 86400 U\n"
	    "1 coap://b 7 psk 2 86400 U\n" },
	{ "a bootstrap server beside it", { { "coaps://b", true, 0, true,
	    "me", false, -1, NULL }, { "coaps://d", true, 0, false, NULL,
	    false, -1, NULL } }, DMSC_E_OK, "0 coap://a 1 nosec 0 86400 U\n"
	    "1 coaps://d -1 psk 2 bootstrap\n" },
	{ "its key goes", { { "coaps://b", true, 0, true, "me", false, -1,
	    NULL }, { NULL, true, 0, false, NULL, true, -1, NULL } },
	    DMSC_E_OK, "0 coap://a 1 nosec 0 86400 U\n"
	    "1 coaps://b -1 nosec 0 bootstrap\n" },
	{ "which of two", { { "coap://b", false, 7, false, NULL, false, -1,
	    NULL }, { NULL, false, 0, false, NULL, false, 5, NULL } },
	    DMSC_E_USAGE, NULL },
	{ "no URI", { { NULL, false, 7, false, NULL, false, -1, NULL } },
	    DMSC_E_USAGE, NULL },
	{ "no identifier", { { "coap://b", false, 7, false, NULL, false, -1,
	    NULL }, { "coap://c", false, 0, false, NULL, false, -1, NULL } },
	    DMSC_E_USAGE, NULL },
	{ "no key", { { "coaps://b", false, 7, false, NULL, false, -1,
	    NULL } }, DMSC_E_USAGE, NULL },
	{ "a key and none", { { NULL, false, 1, true, NULL, true, -1,
	    NULL } }, DMSC_E_USAGE, NULL },
	{ "another scheme", { { "http://b", false, 7, false, NULL, false, -1,
	    NULL } }, DMSC_E_DATA, NULL },
	{ "no host", { { "coap://", false, 1, false, NULL, false, -1,
	    NULL } }, DMSC_E_DATA, NULL },
	{ "an identifier out of range", { { "coap://b", false, 65535, false,
	    NULL, false, -1, NULL } }, DMSC_E_DATA, NULL },
};

static int
put(struct dmsc_tree *t, const struct set *s, struct dmsc_err *e)
{
	struct dmsc_secret *key = dmsc_secret_from(dmsc_rd_str(KEY));
	const struct dmsc_lwm2m_account a = { .uri = s->uri,
		.bootstrap = s->bootstrap, .id = s->id,
		.psk = s->key ? key : NULL, .identity = s->identity,
		.nosec = s->nosec, .lifetime = s->lifetime,
		.binding = s->binding };
	int r = dmsc_lwm2m_put_account(t, &a, e);

	dmsc_secret_free(&key);
	return r;
}

static bool
listed(const struct dmsc_tree *t, const char *want)
{
	struct dmsc_lwm2m_list *l = dmsc_view_new(&dmsc_lwm2m_list_view);
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	bool good = dmsc_lwm2m_accounts(t, "Doc", l) == DMSC_E_OK;
	size_t i;

	for (i = 0; good && i < l->n_servers; i++) {
		const struct dmsc_lwm2m_server *s = &l->servers[i];

		good = strcmp(s->document, "Doc") == 0 && (s->key_bytes > 0)
		    == (strcmp(s->security, "psk") == 0) && dmsc_buf_fmt(b,
		    "%s %s %d %s %zu %s%s%s\n", s->instance, s->uri, s->id,
		    s->security, s->identity_bytes, s->bootstrap ?
		    "bootstrap" : s->lifetime, s->bootstrap ? "" : " ",
		    s->bootstrap ? "" : s->binding) == DMSC_E_OK;
	}
	good = good && strcmp(dmsc_buf_cstr(b), want) == 0;
	if (!good)
		printf("# %s\n", dmsc_buf_cstr(b));
	dmsc_view_free(&dmsc_lwm2m_list_view, l);
	dmsc_buf_free(&b);
	return good;
}

static bool
row(size_t i)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_err e = { 0 };
	int r = put(t, &(const struct set){ "coap://a", false, 1, false, NULL,
	    false, -1, NULL }, &e);
	bool good;
	size_t k;

	good = r == DMSC_E_OK;
	for (k = 0; r == DMSC_E_OK && k < SETS && (k == 0 ||
	    rows[i].sets[k].lifetime != 0); k++)
		r = put(t, &rows[i].sets[k], &e);
	good = good && r == rows[i].want && e.code == r &&
	    (r != DMSC_E_OK || (listed(t, rows[i].list) &&
	    dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), b, &e) == DMSC_E_OK)) &&
	    (r == DMSC_E_OK || e.message[0] != '\0');
	dmsc_buf_free(&b);
	dmsc_tree_free(&t);
	return good;
}

int
main(void)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX),
	    *u = dmsc_tree_new(TREE_MAX);
	size_t i;

	ok(put(t, &(const struct set){ "coap://a", false, 1, false, NULL,
	    false, -1, NULL }, NULL) == DMSC_E_OK && dmsc_lwm2m_read_json(
	    dmsc_rd_str(ONE), u, NULL) == DMSC_E_OK && dmsc_node_equal(
	    dmsc_tree_root(t), dmsc_tree_root(u)), "from nothing");
	for (i = 0; i < DMSC_COUNT(rows); i++)
		ok(row(i), rows[i].name);
	dmsc_tree_free(&t);
	dmsc_tree_free(&u);
	return tap_done();
}
