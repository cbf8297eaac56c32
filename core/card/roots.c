/* The tree of the DM-SC application as a card is made with it, and what its
 * nodes are made for (dmsc-card(7)). */
#include <string.h>

#include "base/base.h"
#include "card/appl.h"
#include "dm/dm.h"

#define OWNER "Add=owner&Delete=owner&Get=owner&Replace=owner"

enum { ADD = DMSC_DDF_ADD, GET = DMSC_DDF_GET, REPLACE = DMSC_DDF_REPLACE,
	DELETE = DMSC_DDF_DELETE, COPY = DMSC_DDF_COPY, DEPTH = 8,
	SECRET = ADD | REPLACE | DELETE, PERMANENT = 0x100, ID_MAX = 64 };

/* "*" is any name, once; the last row that fits decides. */
static const struct {
	const char *path;
	unsigned access;		/* and PERMANENT */
	int format;
	const char *acl, *value;	/* of the permanent ones */
} roots[] = {
	{ "DMAcc", PERMANENT | ADD | GET | REPLACE, DMSC_FMT_NODE, OWNER,
	    NULL },
	{ "DMAcc/*", DMSC_DDF_ALL, DMSC_FMT_NODE, NULL, NULL },
	{ "DMAcc/*/AppAuth/*/AAuthSecret", SECRET, DMSC_DDF_ANY, NULL, NULL },
	{ "DMAcc/*/AppAuth/*/AAuthData", SECRET, DMSC_DDF_ANY, NULL, NULL },
	{ "DMAcc/*/Ext/KeyVersion", DMSC_DDF_ALL, DMSC_FMT_INT, NULL, NULL },
	{ "Group", PERMANENT | ADD | GET | REPLACE, DMSC_FMT_NODE, "",
	    NULL },
	{ "Group/*", DMSC_DDF_ALL, DMSC_FMT_NODE, NULL, NULL },
	{ "Personal", PERMANENT | ADD | GET | REPLACE, DMSC_FMT_NODE, "",
	    NULL },
	{ "Inbox", PERMANENT | ADD | REPLACE, DMSC_FMT_NODE, "", NULL },
	{ "Inbox/*", ADD, DMSC_DDF_ANY, NULL, NULL },
	{ "Outbox", PERMANENT | ADD | GET | REPLACE, DMSC_FMT_NODE, OWNER,
	    NULL },
	{ "Outbox/*", DMSC_DDF_ALL, DMSC_FMT_NODE, NULL, NULL },
	{ "Outbox/*/Message", DMSC_DDF_ALL, DMSC_FMT_BIN, NULL, NULL },
	{ "Outbox/*/Status", GET, DMSC_FMT_INT, NULL, NULL },
	{ "Outbox/*/Results", GET, DMSC_DDF_ANY, NULL, NULL },
	/* the account by which card and device know each other */
	{ "Device", PERMANENT | ADD | GET | REPLACE, DMSC_FMT_NODE, OWNER,
	    NULL },
	{ "Changes", PERMANENT | GET | REPLACE, DMSC_FMT_NODE, "", NULL },
	{ "Changes/*", GET | DELETE, DMSC_DDF_ANY, NULL, NULL },
	{ "DevInfo", PERMANENT | GET, DMSC_FMT_NODE, "Get=*", NULL },
	{ "DevInfo/*", GET, DMSC_DDF_ANY, NULL, NULL },
	{ "DevInfo/DevId", PERMANENT | GET, DMSC_FMT_CHR, "", "" },
	{ "DevInfo/Man", PERMANENT | GET, DMSC_FMT_CHR, "", "dmsc" },
	{ "DevInfo/Mod", PERMANENT | GET, DMSC_FMT_CHR, "", "DM-SC" },
	{ "DevInfo/DmV", PERMANENT | GET, DMSC_FMT_CHR, "", "1.2" },
	{ "DevInfo/Lang", PERMANENT | GET | REPLACE, DMSC_FMT_CHR, "",
	    "en" },
};

/* Digits of EF.ICCID. */
static void
identity(const struct dmsc_card *c, char out[ID_MAX])
{
	struct dmsc_rd r = dmsc_card_iccid(c);
	static const char before[] = "ICCID:";
	size_t i, n = sizeof before - 1;
	unsigned d;

	memcpy(out, before, sizeof before);
	for (i = 0; i < 2 * r.left && n < ID_MAX - 1; i++) {
		d = i % 2 == 0 ? r.p[i / 2] & 15u : r.p[i / 2] >> 4;
		if (d > 9)
			break;
		out[n++] = (char)('0' + d);
	}
	out[n] = '\0';
}

int
dmsc_card_roots(const struct dmsc_card *c, struct dmsc_tree *t,
    bool *added)
{
	char id[ID_MAX];
	size_t i;
	int r = DMSC_E_OK;

	*added = false;
	identity(c, id);
	for (i = 0; r == DMSC_E_OK && i < DMSC_COUNT(roots); i++) {
		const char *v = roots[i].value;
		struct dmsc_node *n;

		if ((roots[i].access & PERMANENT) == 0 ||
		    dmsc_tree_find(t, roots[i].path) != NULL)
			continue;
		if (v != NULL && *v == '\0')
			v = id;
		r = dmsc_tree_add(t, roots[i].path,
		    (enum dmsc_format)roots[i].format, NULL,
		    dmsc_rd_str(v == NULL ? "" : v), &n);
		if (r == DMSC_E_OK)
			r = dmsc_node_set_acl(t, n, roots[i].acl);
		*added = true;
	}
	return r;
}

/* Whether name below the nodes of way (the root's child last) is at path. */
static bool
fits(const char *path, const struct dmsc_node *const *way, size_t n,
    const char *name)
{
	for (;; n--) {
		const char *is = n > 0 ? dmsc_node_name(way[n - 1]) : name;
		size_t len = strcspn(path, "/");

		if ((len != 1 || *path != '*') && (strlen(is) != len ||
		    memcmp(is, path, len) != 0))
			return false;
		if (n == 0 || path[len] == '\0')
			return n == 0 && path[len] == '\0';
		path += len + 1;
	}
}

void
dmsc_card_rule(void *ctx, const struct dmsc_node *parent, const char *name,
    struct dmsc_dm_rule *rule)
{
	const struct dmsc_node *way[DEPTH];
	size_t n = 0, i;

	(void)ctx;
	if (parent == NULL)
		return;
	for (; dmsc_node_parent(parent) != NULL && n < DEPTH;
	    parent = dmsc_node_parent(parent))
		way[n++] = parent;
	if (n == DEPTH)
		return;
	for (i = 0; i < DMSC_COUNT(roots); i++)
		if (fits(roots[i].path, way, n, name)) {
			rule->access = roots[i].access & DMSC_DDF_ALL;
			rule->permanent = (roots[i].access & PERMANENT) != 0;
			rule->format = roots[i].format;
		}
}
