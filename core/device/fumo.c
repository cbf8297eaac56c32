/* What stands in ./FUMO and what is kept of packages (device/fumo.h). */
#include "device/fumo.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define URN "urn:oma:mo:oma-fumo:1.0"
#define FACTS "Origin/Package"
/* Who has an account may order: what is installed is for another to say. */
#define ORDERS "Get=*&Replace=*&Exec=*"

enum { URI_MAX = 96 };

static const struct dmsc_fumo_slot slots[] = {
	{ "Firmware", "firmware update", "DevDetail/FwV" },
	{ "Software", "software update", "DevDetail/SwV" },
};

const struct dmsc_fumo_slot *
dmsc_fumo_slot(size_t i)
{
	return i < DMSC_COUNT(slots) ? &slots[i] : NULL;
}

enum { GETS = 1, INSTALLS = 2 };

/* The states, their names, what may be ordered there, and whether a package
 * is there. */
static const struct {
	unsigned state, orders;
	bool package;
	const char *text;
} states[] = {
	{ DMSC_FUMO_IDLE, GETS, false, "idle" },
	{ DMSC_FUMO_GET_FAILED, GETS, false, "download failed" },
	{ DMSC_FUMO_GETTING, 0, false, "downloading" },
	{ DMSC_FUMO_GOT, GETS | INSTALLS, true, "downloaded" },
	{ DMSC_FUMO_READY, GETS | INSTALLS, true, "ready to update" },
	{ DMSC_FUMO_UPDATING, 0, true, "updating" },
	{ DMSC_FUMO_FAILED_HAS, GETS | INSTALLS, true,
	    "update failed, the package is kept" },
	{ DMSC_FUMO_FAILED, GETS, false, "update failed" },
	{ DMSC_FUMO_DONE_HAS, GETS, true, "updated, the package is kept" },
	{ DMSC_FUMO_DONE, GETS, false, "updated" },
};

static const struct {
	unsigned result;
	const char *text;
} results[] = {
	{ DMSC_FUMO_SUCCESS, "success" },
	{ DMSC_FUMO_CANCELLED, "the user says no" },
	{ DMSC_FUMO_CORRUPTED, "the package is broken" },
	{ DMSC_FUMO_INVALID, "the package is not approved" },
	{ DMSC_FUMO_NOT_NOW, "not now" },
	{ DMSC_FUMO_GET_DENIED, "the server does not give it" },
	{ DMSC_FUMO_GET_LATE, "the download took too long" },
	{ DMSC_FUMO_NO_WAY, "this device cannot download" },
	{ DMSC_FUMO_BAD_URL, "nothing is at this address" },
	{ DMSC_FUMO_SERVER_ERROR, "an error of the server" },
	{ DMSC_FUMO_TOO_LARGE, "the package is too large" },
	{ DMSC_FUMO_NETWORK, "the network failed" },
};

const char *
dmsc_fumo_text(unsigned state)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(states); i++)
		if (states[i].state == state)
			return states[i].text;
	return NULL;
}

const char *
dmsc_fumo_result_text(unsigned result)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(results); i++)
		if (results[i].result == result)
			return results[i].text;
	return NULL;
}

bool
dmsc_fumo_fits(unsigned state, const char *name)
{
	unsigned wants = strcmp(name, "Update") == 0 ? INSTALLS : GETS;
	size_t i;

	for (i = 0; i < DMSC_COUNT(states); i++)
		if (states[i].state == state)
			return (states[i].orders & wants) != 0;
	return false;
}

static void
uri_of(const struct dmsc_fumo_slot *s, const char *path, char *out)
{
	(void)snprintf(out, URI_MAX, "FUMO/%s%s%s", s->name,
	    *path != '\0' ? "/" : "", path);
}

struct dmsc_node *
dmsc_fumo_node(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *path)
{
	char uri[URI_MAX];

	uri_of(s, path, uri);
	return dmsc_tree_find(d->tree, uri);
}

void
dmsc_fumo_read(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *path, char *out, size_t size)
{
	const struct dmsc_node *n = dmsc_fumo_node(d, s, path);

	*out = '\0';
	if (n != NULL)
		dmsc_device_text(dmsc_node_parent(n), dmsc_node_name(n), out,
		    size);
}

static int
add_leaf(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *path, enum dmsc_format f, const char *value)
{
	struct dmsc_node *n = dmsc_fumo_node(d, s, path);
	char uri[URI_MAX];

	if (n != NULL && dmsc_node_is_leaf(n) && dmsc_node_format(n) == f)
		return DMSC_E_OK;
	if (n != NULL && dmsc_node_remove(d->tree, n) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	uri_of(s, path, uri);
	return dmsc_tree_add(d->tree, uri, f, NULL, dmsc_rd_str(value),
	    NULL);
}

int
dmsc_fumo_write(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *path, struct dmsc_rd value)
{
	struct dmsc_node *n = dmsc_fumo_node(d, s, path);

	return n == NULL ? DMSC_E_NOTFOUND :
	    dmsc_node_set_value(d->tree, n, value);
}

int
dmsc_fumo_furnish(struct dmsc_device *d)
{
	static const struct {
		const char *path, *value;
		enum dmsc_format format;
	} leaves[] = {
		{ "PkgName", "", DMSC_FMT_CHR },
		{ "PkgVersion", "", DMSC_FMT_CHR },
		{ "Download/PkgURL", "", DMSC_FMT_CHR },
		{ "Update/PkgData", "", DMSC_FMT_BIN },
		{ "DownloadAndUpdate/PkgURL", "", DMSC_FMT_CHR },
		{ "State", "10", DMSC_FMT_INT },
		{ "Ext/Approval", "", DMSC_FMT_BIN },
	};
	bool is_new = dmsc_tree_find(d->tree, "FUMO") == NULL;
	size_t i, k;
	int r = DMSC_E_OK;

	for (i = 0; i < DMSC_COUNT(slots) && r == DMSC_E_OK; i++) {
		for (k = 0; k < DMSC_COUNT(leaves) && r == DMSC_E_OK; k++)
			r = add_leaf(d, &slots[i], leaves[k].path,
			    leaves[k].format, leaves[k].value);
		if (r == DMSC_E_OK)
			r = dmsc_node_set_type(d->tree, dmsc_fumo_node(d,
			    &slots[i], ""), URN);
	}
	return r != DMSC_E_OK || !is_new ? r : dmsc_node_set_acl(d->tree,
	    dmsc_tree_find(d->tree, "FUMO"), ORDERS);
}

struct dmsc_node *
dmsc_fumo_facts(const struct dmsc_device *d, const struct dmsc_fumo_slot *s)
{
	const struct dmsc_node *n = dmsc_tree_find(d->tree, FACTS);

	return n == NULL ? NULL : dmsc_node_child(n, s->name);
}

int
dmsc_fumo_fact(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *name, const char *value)
{
	struct dmsc_node *n;
	char uri[URI_MAX];
	int r;

	(void)snprintf(uri, sizeof uri, FACTS "/%s", s->name);
	if ((r = dmsc_device_need(d, uri, &n)) != DMSC_E_OK)
		return r;
	return dmsc_device_put(d, n, name, DMSC_FMT_CHR,
	    dmsc_rd_str(value));
}

bool
dmsc_fumo_ordered(const struct dmsc_device *d, const struct dmsc_fumo_slot *s)
{
	const struct dmsc_node *n = dmsc_tree_find(d->tree, "Origin/Order");
	char begin[URI_MAX], uri[URI_MAX];

	uri_of(s, "", begin);
	for (n = n == NULL ? NULL : dmsc_node_first(n); n != NULL;
	    n = dmsc_node_next(n)) {
		dmsc_device_text(n, "URI", uri, sizeof uri);
		if (dmsc_begins(uri, begin) && uri[strlen(begin)] == '/')
			return true;
	}
	return false;
}

/* Whether one is begun, and somebody will go on with it. */
static bool
is_begun(const struct dmsc_device *d, const struct dmsc_fumo_slot *s)
{
	char text[24];

	dmsc_device_text(dmsc_fumo_facts(d, s), "Order", text, sizeof text);
	return text[0] != '\0' && dmsc_fumo_ordered(d, s);
}

static struct dmsc_rd
direct(const struct dmsc_device *d, const struct dmsc_fumo_slot *s)
{
	const struct dmsc_node *n = dmsc_fumo_node(d, s, "Update/PkgData");

	return n == NULL ? dmsc_rd_of(NULL, 0) : dmsc_node_value(n);
}

/* Whether the state needs a package that is not there. */
static bool
lacks(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    unsigned state)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(states); i++)
		if (states[i].state == state)
			return states[i].package && !is_begun(d, s) &&
			    !dmsc_package_there(d, s);
	return true;
}

unsigned
dmsc_fumo_state(const struct dmsc_device *d, const struct dmsc_fumo_slot *s)
{
	char text[24];
	uint64_t v;

	dmsc_fumo_read(d, s, "State", text, sizeof text);
	if (dmsc_num(text, 10, DMSC_FUMO_DONE, &v) != DMSC_E_OK)
		v = DMSC_FUMO_IDLE;
	if (v == DMSC_FUMO_GETTING || v == DMSC_FUMO_UPDATING) {
		if (is_begun(d, s))
			return (unsigned)v;
		v = v == DMSC_FUMO_GETTING ? DMSC_FUMO_GET_FAILED :
		    DMSC_FUMO_FAILED;
	}
	if (direct(d, s).left > 0)
		return DMSC_FUMO_READY;
	return lacks(d, s, (unsigned)v) ? DMSC_FUMO_IDLE : (unsigned)v;
}

int
dmsc_fumo_take_in(struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    bool *changed, struct dmsc_err *e)
{
	struct dmsc_rd data = direct(d, s);
	int r;

	if (data.left == 0)
		return DMSC_E_OK;
	if ((r = dmsc_package_put(d, s, data, e)) != DMSC_E_OK)
		return r;
	*changed = true;
	if (dmsc_fumo_write(d, s, "Update/PkgData", dmsc_rd_of(NULL, 0)) !=
	    DMSC_E_OK || dmsc_fumo_write(d, s, "State", dmsc_rd_str("50")) !=
	    DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	return DMSC_E_OK;
}

int
dmsc_fumo_settle(struct dmsc_device *d, bool *changed, struct dmsc_err *e)
{
	size_t i;
	int r = DMSC_E_OK;

	*changed = false;
	for (i = 0; i < DMSC_COUNT(slots) && r == DMSC_E_OK; i++)
		if (!dmsc_fumo_ordered(d, &slots[i]))
			r = dmsc_fumo_take_in(d, &slots[i], changed, e);
	return r;
}
