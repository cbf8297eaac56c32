/* Server accounts in the tree of a LwM2M document (dmsc/lwm2m.h). */
#include "codec/lwm2m_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { URI_MAX = 32, DAY = 86400, SHORT_ID_MAX = 65534, ADDR_MAX = 255,
	MODE_PSK = 0, MODE_NOSEC = 3 };
enum { SECURITY = 0, SERVER = 1 };
enum { R_URI = 0, R_BOOTSTRAP = 1, R_MODE = 2, R_IDENTITY = 3, R_KEY = 5,
	R_ID = 10 };
enum { R_SERVER_ID = 0, R_LIFETIME = 1, R_STORING = 6, R_BINDING = 7 };

struct put {
	struct dmsc_tree *t;
	const struct dmsc_lwm2m_account *a;
	struct dmsc_err *e;
	unsigned security;		/* the instance */
};

static int
bad(const struct put *p, int code, const char *what, const char *why)
{
	(void)dmsc_fail(p->e, code, "%s", what);
	if (why != NULL)
		(void)dmsc_err_why(p->e, "%s", why);
	return code;
}

static const struct dmsc_node *
resource(const struct dmsc_tree *t, unsigned object, unsigned instance,
    unsigned id)
{
	char uri[URI_MAX];

	(void)snprintf(uri, sizeof uri, "%u/%u/%u", object, instance, id);
	return dmsc_tree_find(t, uri);
}

static bool
is(const struct dmsc_tree *t, unsigned object, unsigned instance,
    unsigned id, const char *text)
{
	const struct dmsc_node *n = resource(t, object, instance, id);

	return n != NULL && dmsc_rd_eq_str(dmsc_node_value(n), text);
}

/* The instance after i (NULL: the first) of an object, and its number. */
static const struct dmsc_node *
next_instance(const struct dmsc_tree *t, const char *object,
    const struct dmsc_node *i, unsigned *id)
{
	const struct dmsc_node *o = dmsc_tree_find(t, object);
	unsigned nth;

	for (i = i != NULL ? dmsc_node_next(i) : o == NULL ? NULL :
	    dmsc_node_first(o); i != NULL; i = dmsc_node_next(i))
		if (dmsc_lwm2m_id(dmsc_node_name(i), id, &nth) && nth == 1)
			return i;
	return NULL;
}

static int
put_value(struct put *p, unsigned object, unsigned instance, unsigned id,
    struct dmsc_rd v)
{
	enum dmsc_format f = dmsc_lwm2m_resource(object, id)->format;
	struct dmsc_node *n;
	char uri[URI_MAX];
	int r = DMSC_E_OK;

	(void)snprintf(uri, sizeof uri, "%u/%u/%u", object, instance, id);
	if ((n = dmsc_tree_find(p->t, uri)) == NULL)
		r = dmsc_tree_add(p->t, uri, f, NULL, v, NULL);
	else {
		if (dmsc_node_format(n) != f)
			r = dmsc_node_set_format(p->t, n, f);
		if (r == DMSC_E_OK)
			r = dmsc_node_set_value(p->t, n, v);
	}
	return r == DMSC_E_OK ? r :
	    bad(p, r, "cannot set the account", dmsc_e_text(r));
}

static int
put_text(struct put *p, unsigned object, unsigned instance, unsigned id,
    const char *text)
{
	return text == NULL ? DMSC_E_OK :
	    put_value(p, object, instance, id, dmsc_rd_str(text));
}

static int
put_number(struct put *p, unsigned object, unsigned instance, unsigned id,
    int64_t n)
{
	char text[URI_MAX];

	(void)snprintf(text, sizeof text, "%" PRId64, n);
	return put_text(p, object, instance, id, text);
}

static int
take_away(struct put *p, unsigned id)
{
	struct dmsc_node *n;
	char uri[URI_MAX];

	(void)snprintf(uri, sizeof uri, "%d/%u/%u", SECURITY, p->security,
	    id);
	n = dmsc_tree_find(p->t, uri);
	return n == NULL ? DMSC_E_OK : dmsc_node_remove(p->t, n);
}

/* Whether instance i of the Security object is the account that is meant. */
static bool
is_meant(const struct put *p, unsigned i)
{
	const struct dmsc_lwm2m_account *a = p->a;
	char id[URI_MAX];

	if (is(p->t, SECURITY, i, R_BOOTSTRAP, "true") != a->bootstrap)
		return false;
	(void)snprintf(id, sizeof id, "%u", a->id);
	if (!a->bootstrap && a->id != 0)
		return is(p->t, SECURITY, i, R_ID, id);
	return true;
}

/* The account's instance; false: it is new, and gets the lowest number. */
static bool
find_account(struct put *p)
{
	const struct dmsc_node *i = NULL;
	unsigned id = 0, n = 0, one = 0;

	while ((i = next_instance(p->t, "0", i, &id)) != NULL) {
		if (!is_meant(p, id))
			continue;
		if (p->a->id == 0 && p->a->uri != NULL &&
		    is(p->t, SECURITY, id, R_URI, p->a->uri)) {
			p->security = id;
			return true;
		}
		one = id;
		n++;
	}
	p->security = one;
	if (n == 1)
		return true;
	for (p->security = 0; resource(p->t, SECURITY, p->security, R_URI) !=
	    NULL; p->security++)
		;
	return false;
}

static const char *
wrong_uri(const char *uri)
{
	static const char *const begins[] = { "coap://", "coaps://",
		"coap+tcp://", "coaps+tcp://" };
	size_t i, n;

	for (i = 0; i < DMSC_COUNT(begins); i++) {
		n = strlen(begins[i]);
		if (dmsc_begins(uri, begins[i]) && uri[n] != '\0')
			return strlen(uri) <= ADDR_MAX &&
			    dmsc_is_text(dmsc_rd_str(uri)) ? NULL :
			    "it is no text of at most 255 bytes";
	}
	return "it begins with coap://, coaps://, coap+tcp:// or "
	    "coaps+tcp://, and names a host";
}

static int
check(const struct put *p)
{
	const struct dmsc_lwm2m_account *a = p->a;
	const char *why;

	if (a->uri != NULL && (why = wrong_uri(a->uri)) != NULL)
		return bad(p, DMSC_E_DATA, "not the URI of a LwM2M server",
		    why);
	if (a->id > SHORT_ID_MAX)
		return bad(p, DMSC_E_DATA, "a short server identifier is 1 "
		    "to 65534", NULL);
	if (a->psk != NULL && a->psk->len == 0)
		return bad(p, DMSC_E_DATA, "the key is empty", NULL);
	if (a->nosec && (a->psk != NULL || a->identity != NULL))
		return bad(p, DMSC_E_USAGE, "no security has no key", NULL);
	return DMSC_E_OK;
}

/* What a new account cannot be without. */
static int
check_new(const struct put *p)
{
	const struct dmsc_lwm2m_account *a = p->a;

	if (a->uri == NULL)
		return bad(p, DMSC_E_USAGE, "a new account needs a URI",
		    NULL);
	if (!a->bootstrap && a->id == 0)
		return bad(p, DMSC_E_USAGE, "a new account needs a short "
		    "server identifier", "that of a bootstrap server needs "
		    "none");
	if (a->psk == NULL && !a->nosec && dmsc_begins(a->uri, "coaps"))
		return bad(p, DMSC_E_USAGE, "a new account needs a key",
		    "its URI begins with coaps");
	return DMSC_E_OK;
}

static int
put_security(struct put *p, bool fresh)
{
	const struct dmsc_lwm2m_account *a = p->a;
	bool nosec = a->nosec || (fresh && a->psk == NULL);
	unsigned i = p->security;
	int r;

	if ((r = put_text(p, SECURITY, i, R_URI, a->uri)) != DMSC_E_OK ||
	    (fresh && (r = put_text(p, SECURITY, i, R_BOOTSTRAP,
	    a->bootstrap ? "true" : "false")) != DMSC_E_OK))
		return r;
	if (nosec || a->psk != NULL)
		r = put_number(p, SECURITY, i, R_MODE, nosec ? MODE_NOSEC :
		    MODE_PSK);
	if (r == DMSC_E_OK)
		r = put_text(p, SECURITY, i, R_IDENTITY, a->identity);
	if (r == DMSC_E_OK && a->psk != NULL)
		r = put_value(p, SECURITY, i, R_KEY, dmsc_secret_rd(a->psk));
	if (r == DMSC_E_OK && nosec && (r = take_away(p, R_IDENTITY)) ==
	    DMSC_E_OK)
		r = take_away(p, R_KEY);
	return r == DMSC_E_OK && a->id != 0 ?
	    put_number(p, SECURITY, i, R_ID, a->id) : r;
}

/* The short server identifier of an account, 0: it has none. */
static unsigned
short_id(const struct dmsc_tree *t, unsigned security)
{
	const struct dmsc_node *n = resource(t, SECURITY, security, R_ID);
	uint64_t id = 0;
	char text[URI_MAX];
	struct dmsc_rd v;

	if (n == NULL || (v = dmsc_node_value(n)).left >= sizeof text)
		return 0;
	(void)snprintf(text, sizeof text, "%.*s", (int)v.left,
	    v.left == 0 ? "" : (const char *)v.p);
	return dmsc_num(text, 10, SHORT_ID_MAX, &id) == DMSC_E_OK ?
	    (unsigned)id : 0;
}

static bool
find_server(const struct dmsc_tree *t, unsigned id, unsigned *out)
{
	const struct dmsc_node *i = NULL;
	char text[URI_MAX];

	(void)snprintf(text, sizeof text, "%u", id);
	while ((i = next_instance(t, "1", i, out)) != NULL)
		if (is(t, SERVER, *out, R_SERVER_ID, text))
			return true;
	return false;
}

static int
put_server(struct put *p)
{
	const struct dmsc_lwm2m_account *a = p->a;
	unsigned id = short_id(p->t, p->security), i = 0;
	bool fresh;
	int r;

	if (id == 0)
		return bad(p, DMSC_E_DATA, "the account has no short server "
		    "identifier", NULL);
	fresh = !find_server(p->t, id, &i);
	for (i = fresh ? 0 : i; fresh && resource(p->t, SERVER, i,
	    R_SERVER_ID) != NULL; i++)
		;
	r = fresh ? put_number(p, SERVER, i, R_SERVER_ID, id) : DMSC_E_OK;
	if (r == DMSC_E_OK && (fresh || a->lifetime >= 0))
		r = put_number(p, SERVER, i, R_LIFETIME, a->lifetime >= 0 ?
		    a->lifetime : DAY);
	if (r == DMSC_E_OK && fresh)
		r = put_text(p, SERVER, i, R_STORING, "true");
	return r != DMSC_E_OK ? r : put_text(p, SERVER, i, R_BINDING,
	    a->binding == NULL && fresh ? "U" : a->binding);
}

int
dmsc_lwm2m_put_account(struct dmsc_tree *t,
    const struct dmsc_lwm2m_account *a, struct dmsc_err *e)
{
	struct put p = { t, a, e, 0 };
	bool fresh;
	int r;

	if ((r = check(&p)) != DMSC_E_OK)
		return r;
	fresh = !find_account(&p);
	if ((fresh && (r = check_new(&p)) != DMSC_E_OK) ||
	    (r = put_security(&p, fresh)) != DMSC_E_OK)
		return r;
	return a->bootstrap ? DMSC_E_OK : put_server(&p);
}

/* ---- as they are */

static const char *
mode_name(const struct dmsc_tree *t, unsigned i)
{
	static const char *const names[] = { "psk", "rpk", "certificate",
		"nosec", "est" };
	char digit[2] = "0";
	size_t k;

	for (k = 0; k < DMSC_COUNT(names); k++, digit[0]++)
		if (is(t, SECURITY, i, R_MODE, digit))
			return names[k];
	return NULL;
}

static size_t
size_of(const struct dmsc_tree *t, unsigned i, unsigned id)
{
	const struct dmsc_node *n = resource(t, SECURITY, i, id);

	return n == NULL ? 0 : dmsc_node_value(n).left;
}

static int
take_text(const struct dmsc_tree *t, unsigned object, unsigned i,
    unsigned id, char **out)
{
	const struct dmsc_node *n = resource(t, object, i, id);
	struct dmsc_rd v;

	if (n == NULL)
		return DMSC_E_OK;
	v = dmsc_node_value(n);
	*out = dmsc_strndup(v);
	return *out == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
fill(const struct dmsc_tree *t, const char *document, unsigned i,
    struct dmsc_lwm2m_server *s)
{
	unsigned server = 0, id = short_id(t, i);
	const char *mode = mode_name(t, i);
	int r;

	s->id = id == 0 ? -1 : (int)id;
	s->bootstrap = is(t, SECURITY, i, R_BOOTSTRAP, "true");
	s->identity_bytes = size_of(t, i, R_IDENTITY);
	s->key_bytes = size_of(t, i, R_KEY);
	if ((r = dmsc_str_set(&s->document, "%s", document)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&s->instance, "%u", i)) != DMSC_E_OK ||
	    (mode != NULL && (r = dmsc_str_set(&s->security, "%s", mode)) !=
	    DMSC_E_OK) || (r = take_text(t, SECURITY, i, R_URI, &s->uri)) !=
	    DMSC_E_OK || id == 0 || !find_server(t, id, &server) ||
	    (r = take_text(t, SERVER, server, R_LIFETIME, &s->lifetime)) !=
	    DMSC_E_OK)
		return r;
	return take_text(t, SERVER, server, R_BINDING, &s->binding);
}

int
dmsc_lwm2m_accounts(const struct dmsc_tree *t, const char *document,
    struct dmsc_lwm2m_list *out)
{
	const struct dmsc_node *i = NULL;
	struct dmsc_lwm2m_server *s;
	unsigned id = 0;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK &&
	    (i = next_instance(t, "0", i, &id)) != NULL) {
		s = dmsc_list_add(&out->servers, &out->n_servers, sizeof *s);
		r = s == NULL ? DMSC_E_NOMEM : fill(t, document, id, s);
	}
	return r;
}

static const struct dmsc_field server_fields[] = {
	DMSC_F(dmsc_lwm2m_server, document, DMSC_K_STR),
	DMSC_F(dmsc_lwm2m_server, instance, DMSC_K_STR),
	DMSC_F(dmsc_lwm2m_server, uri, DMSC_K_STR),
	DMSC_F(dmsc_lwm2m_server, bootstrap, DMSC_K_BOOL),
	DMSC_F(dmsc_lwm2m_server, id, DMSC_K_COUNT),
	DMSC_F(dmsc_lwm2m_server, security, DMSC_K_STR),
	DMSC_F(dmsc_lwm2m_server, identity_bytes, DMSC_K_SIZE),
	DMSC_F(dmsc_lwm2m_server, key_bytes, DMSC_K_SIZE),
	DMSC_F(dmsc_lwm2m_server, lifetime, DMSC_K_STR),
	DMSC_F(dmsc_lwm2m_server, binding, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_lwm2m_server_view = { "server",
    sizeof(struct dmsc_lwm2m_server), server_fields };

static const struct dmsc_field list_fields[] = {
	DMSC_F_LIST(dmsc_lwm2m_list, servers, n_servers,
	    &dmsc_lwm2m_server_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_lwm2m_list_view = { "servers",
    sizeof(struct dmsc_lwm2m_list), list_fields };
