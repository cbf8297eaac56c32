/* Documents of every kind as management objects (device/brings.h). */
#include "device/brings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "codec/cp.h"
#include "codec/lwm2m.h"
#include "device/mail.h"
#include "store/kind.h"

bool
dmsc_brings_kind(const char *kind)
{
	return strcmp(kind, "dm") == 0 || strcmp(kind, "cp") == 0 ||
	    strcmp(kind, "lwm2m") == 0;
}

static int
nothing(struct dmsc_err *e, const char *why)
{
	(void)dmsc_fail(e, DMSC_E_UNSUPPORTED, "%s", why);
	return DMSC_E_UNSUPPORTED;
}

static int
message(struct dmsc_rd bytes, struct dmsc_tree **out, struct dmsc_err *e)
{
	struct dmsc_boot *boot = NULL;
	size_t used;
	int r = dmsc_boot_read(bytes, &boot, &used, e);

	if (r == DMSC_E_OK &&
	    (*out = dmsc_tree_clone(dmsc_boot_tree(boot))) == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	dmsc_boot_free(&boot);
	return r;
}

static int
numbered(const char *document, const char *number, char **out)
{
	return strcmp(number, "1") == 0 ? dmsc_str_set(out, "%s", document) :
	    dmsc_str_set(out, "%s-%s", document, number);
}

/* "./NAP/1" of the mapping is "./NAP/DOCUMENT" here. */
static int
name_reference(struct dmsc_tree *mo, struct dmsc_node *n,
    const char *document)
{
	struct dmsc_rd v = dmsc_node_value(n);
	char *now = dmsc_strndup(v), *fresh = NULL, *uri = NULL, *cut;
	int r = now == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && dmsc_begins(now, "./") &&
	    (cut = strrchr(now, '/')) > now + 1) {
		*cut = '\0';
		if ((r = numbered(document, cut + 1, &fresh)) == DMSC_E_OK)
			r = dmsc_str_set(&uri, "%s/%s", now, fresh);
		if (r == DMSC_E_OK)
			r = dmsc_node_set_value(mo, n, dmsc_rd_str(uri));
	}
	free(now);
	free(fresh);
	free(uri);
	return r;
}

/* No deeper than what the mapping makes. */
static int
name_references(struct dmsc_tree *mo, struct dmsc_node *n,
    const char *document)
{
	struct dmsc_node *c;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		if (strcmp(dmsc_node_name(c), "ConRef") == 0 &&
		    dmsc_node_is_leaf(c))
			r = name_reference(mo, c, document);
		else if (strcmp(dmsc_node_name(c), "PrefConRef") == 0)
			r = name_reference(mo, c, document);
		else
			r = name_references(mo, c, document);
	return r;
}

static int
plain_name(const char *name, char out[DMSC_TREE_NAME_MAX + 1])
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_TREE_NAME_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_uri_unescape(name, b);

	if (r == DMSC_E_OK)
		(void)snprintf(out, DMSC_TREE_NAME_MAX + 1, "%s",
		    dmsc_buf_cstr(b) == NULL ? "" : dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return r;
}

static int
name_object(struct dmsc_tree *mo, struct dmsc_node *n, const char *document)
{
	char plain[DMSC_TREE_NAME_MAX + 1];
	char *name = NULL;
	int r = plain_name(document, plain);

	if (r == DMSC_E_OK)
		r = numbered(plain, dmsc_node_name(n), &name);
	if (r == DMSC_E_OK)
		r = dmsc_node_rename(mo, n, name);
	free(name);
	return r;
}

/* The mapping numbers its objects; a device has those of many documents. */
static int
name_objects(struct dmsc_tree *mo, const char *document)
{
	struct dmsc_node *root = dmsc_tree_root(mo), *list, *n;
	int r = name_references(mo, root, document);

	for (list = dmsc_node_first(root); list != NULL;
	    list = dmsc_node_next(list))
		for (n = dmsc_node_first(list); n != NULL && r == DMSC_E_OK;
		    n = dmsc_node_next(n))
			r = name_object(mo, n, document);
	return r;
}

/* Whether the document has what the mapping has a place for. */
static bool
is_mappable(const struct dmsc_tree *cp)
{
	const struct dmsc_node *n, *id;

	for (n = dmsc_node_first(dmsc_tree_root(cp)); n != NULL;
	    n = dmsc_node_next(n)) {
		if (dmsc_begins(dmsc_node_name(n), "NAPDEF") ||
		    dmsc_begins(dmsc_node_name(n), "PXLOGICAL"))
			return true;
		id = dmsc_node_child(n, "APPID");
		if (id != NULL && dmsc_rd_eq_str(dmsc_node_value(id), "w7"))
			return true;
	}
	return false;
}

static int
provisioning(const struct dmsc_tree *cp, const char *document,
    struct dmsc_tree *mo, struct dmsc_err *e)
{
	char **left = NULL;
	size_t n_left = 0;
	int r;

	if (!is_mappable(cp) && !dmsc_mail_in(cp))
		return nothing(e, "no account, access point or proxy in it");
	r = !is_mappable(cp) ? DMSC_E_OK :
	    dmsc_cp_to_mo(cp, mo, &left, &n_left, e);
	while (n_left > 0)
		free(left[--n_left]);
	free(left);
	if (r == DMSC_E_OK && (r = dmsc_mail_to_mo(cp, mo)) != DMSC_E_OK)
		return dmsc_fail(e, r, "cannot map its mail accounts");
	if (r == DMSC_E_OK && (r = name_objects(mo, document)) != DMSC_E_OK)
		r = dmsc_fail(e, r, "cannot name what it brings");
	return r;
}

static int
leaf(struct dmsc_tree *t, struct dmsc_node *at, const char *name,
    enum dmsc_format f, struct dmsc_rd value)
{
	struct dmsc_node *n;
	int r = dmsc_node_add(t, at, name, f, &n);

	return r != DMSC_E_OK ? r : dmsc_node_set_value(t, n, value);
}

static int
text(struct dmsc_tree *t, struct dmsc_node *at, const char *name,
    const char *value)
{
	return value == NULL ? DMSC_E_OK :
	    leaf(t, at, name, DMSC_FMT_CHR, dmsc_rd_str(value));
}

/* The keys of the Security instance, as they are. */
static int
keys(struct dmsc_tree *t, struct dmsc_node *at, const struct dmsc_tree *doc,
    const char *instance)
{
	static const struct { const char *id, *name; } rows[] = {
		{ "3", "PublicKeyOrIdentity" }, { "4", "ServerPublicKey" },
		{ "5", "SecretKey" } };
	const struct dmsc_node *all = dmsc_tree_find(doc, "0"), *n;
	int r = DMSC_E_OK;
	size_t i;

	if (all != NULL)
		all = dmsc_node_child(all, instance);
	for (i = 0; all != NULL && i < DMSC_COUNT(rows) && r == DMSC_E_OK; i++)
		if ((n = dmsc_node_child(all, rows[i].id)) != NULL)
			r = leaf(t, at, rows[i].name, DMSC_FMT_BIN,
			    dmsc_node_value(n));
	return r;
}

static int
account(struct dmsc_tree *t, struct dmsc_node *mo,
    const struct dmsc_tree *doc, const struct dmsc_lwm2m_server *a)
{
	struct dmsc_node *n;
	char id[16];
	int r = dmsc_node_add(t, mo, a->instance, DMSC_FMT_NODE, &n);

	(void)snprintf(id, sizeof id, "%d", a->id);
	if (r == DMSC_E_OK)
		r = text(t, n, "ServerURI", a->uri);
	if (r == DMSC_E_OK)
		r = leaf(t, n, "BootstrapServer", DMSC_FMT_BOOL,
		    dmsc_rd_str(a->bootstrap ? "true" : "false"));
	if (r == DMSC_E_OK && a->id >= 0)
		r = leaf(t, n, "ShortServerID", DMSC_FMT_INT, dmsc_rd_str(id));
	if (r == DMSC_E_OK)
		r = text(t, n, "Security", a->security);
	if (r == DMSC_E_OK)
		r = keys(t, n, doc, a->instance);
	if (r == DMSC_E_OK)
		r = text(t, n, "Lifetime", a->lifetime);
	return r != DMSC_E_OK ? r : text(t, n, "Binding", a->binding);
}

static int
accounts(const struct dmsc_tree *doc, const char *document,
    struct dmsc_tree *t, struct dmsc_err *e)
{
	struct dmsc_lwm2m_list *l = dmsc_view_new(&dmsc_lwm2m_list_view);
	struct dmsc_node *top, *mo;
	char name[DMSC_TREE_NAME_MAX + 1];
	int r = l == NULL ? DMSC_E_NOMEM :
	    dmsc_lwm2m_accounts(doc, document, l);
	size_t i;

	if (r == DMSC_E_OK && l->n_servers == 0) {
		dmsc_view_free(&dmsc_lwm2m_list_view, l);
		return nothing(e, "no account in it");
	}
	if (r == DMSC_E_OK)
		r = plain_name(document, name);
	if (r == DMSC_E_OK)
		r = dmsc_node_add(t, dmsc_tree_root(t), "LwM2M",
		    DMSC_FMT_NODE, &top);
	if (r == DMSC_E_OK)
		r = dmsc_node_add(t, top, name, DMSC_FMT_NODE, &mo);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_type(t, mo, DMSC_LWM2M_URN);
	for (i = 0; r == DMSC_E_OK && i < l->n_servers; i++)
		r = account(t, mo, doc, &l->servers[i]);
	dmsc_view_free(&dmsc_lwm2m_list_view, l);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "cannot take the accounts");
}

int
dmsc_brings_of(const char *kind, const char *document,
    const struct dmsc_tree *doc, struct dmsc_tree **out, struct dmsc_err *e)
{
	bool dm = strcmp(kind, "dm") == 0;
	int r;

	*out = dm ? dmsc_tree_clone(doc) : dmsc_tree_new(DMSC_DOC_MAX);
	if (*out == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	r = dm ? DMSC_E_OK : strcmp(kind, "cp") == 0 ?
	    provisioning(doc, document, *out, e) :
	    accounts(doc, document, *out, e);
	if (r != DMSC_E_OK)
		dmsc_tree_free(out);
	return r;
}

int
dmsc_brings(const char *kind, const char *document, struct dmsc_rd bytes,
    struct dmsc_tree **out, struct dmsc_err *e)
{
	const struct dmsc_dockind *k = dmsc_kind_find(kind);
	struct dmsc_tree *doc;
	size_t used;
	int r;

	*out = NULL;
	if (k == NULL)
		return message(bytes, out, e);
	if ((doc = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	r = k->read(bytes, doc, &used, e);
	if (r == DMSC_E_OK)
		r = dmsc_brings_of(kind, document, doc, out, e);
	dmsc_tree_free(&doc);
	return r;
}
