/* What the nodes of a device's tree are made for (device/nodes.h): DevInfo
 * and DevDetail are read, secrets are written only, ./Inbox takes what is
 * added, and what dmsc itself keeps there is nobody's. */
#include "device/nodes.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "device/state.h"

enum { READ = DMSC_DDF_GET | DMSC_DDF_COPY,
	EXEC = DMSC_DDF_GET | DMSC_DDF_EXEC };

/* The first pattern that fits counts; all these nodes are permanent. */
static const struct {
	const char *uri;	/* * is any name, ** all that is below */
	unsigned access;	/* DMSC_DDF_ADD ... */
} rows[] = {
	{ "DevInfo", DMSC_DDF_GET },
	{ "DevInfo/**", READ },
	{ "DevDetail", DMSC_DDF_GET },
	{ "DevDetail/**", READ },
	{ "DCMO", DMSC_DDF_GET },
	{ "DCMO/*/Operations/*", DMSC_DDF_GET | DMSC_DDF_EXEC },
	{ "DCMO/**", READ },
	{ "Inbox", DMSC_DDF_ADD },
	{ "Inbox/**", DMSC_DDF_ADD },
	{ "FUMO", DMSC_DDF_GET },
	{ "FUMO/*", DMSC_DDF_GET },
	{ "FUMO/*/PkgName", DMSC_DDF_GET | DMSC_DDF_REPLACE },
	{ "FUMO/*/PkgVersion", DMSC_DDF_GET | DMSC_DDF_REPLACE },
	{ "FUMO/*/State", DMSC_DDF_GET },
	{ "FUMO/*/Download", EXEC },
	{ "FUMO/*/Update", EXEC },
	{ "FUMO/*/DownloadAndUpdate", EXEC },
	{ "FUMO/*/*/PkgURL", DMSC_DDF_GET | DMSC_DDF_REPLACE },
	{ "FUMO/*/*/PkgData", DMSC_DDF_REPLACE },
	{ "FUMO/*/Ext", DMSC_DDF_GET },
	{ "FUMO/*/Ext/Approval", DMSC_DDF_GET | DMSC_DDF_REPLACE },
	{ "FUMO/**", 0 },
	{ "Origin", 0 },
	{ "Origin/**", 0 },
	{ "SC", DMSC_DDF_GET },	/* kept elsewhere: device/relay.h */
	{ "SC/**", 0 },
};

/* The pattern's part for the node that is depth names below the root. */
static const char *
part(const char *pattern, size_t depth, size_t *len)
{
	for (; depth > 1 && pattern != NULL; depth--)
		if ((pattern = strchr(pattern, '/')) != NULL)
			pattern++;
	if (pattern != NULL)
		*len = strcspn(pattern, "/");
	return pattern;
}

static bool
name_fits(const char *pattern, size_t depth, bool last, const char *name)
{
	size_t len = 0;
	const char *p = part(pattern, depth, &len);

	if (p == NULL)
		return false;
	if (last && p[len] != '\0')
		return false;
	return (len == 1 && *p == '*') || (len == strlen(name) &&
	    strncmp(p, name, len) == 0);
}

static size_t
depth_of(const struct dmsc_node *n)
{
	size_t depth = 0;

	for (; dmsc_node_parent(n) != NULL; n = dmsc_node_parent(n))
		depth++;
	return depth;
}

/* Whether the nodes from n up to the root are those of the pattern; last: and
 * it has no more parts. */
static bool
all_fit(const struct dmsc_node *n, const char *pattern, bool last)
{
	size_t depth = depth_of(n);

	for (; depth > 0; depth--, n = dmsc_node_parent(n), last = false)
		if (!name_fits(pattern, depth, last, dmsc_node_name(n)))
			return false;
	return true;
}

bool
dmsc_node_fits(const struct dmsc_node *n, const char *pattern)
{
	return dmsc_node_parent(n) != NULL && all_fit(n, pattern, true);
}

/* The node name below parent, which need not be there. */
static bool
row_fits(const char *pattern, const struct dmsc_node *parent,
    const char *name)
{
	const char *rest = strstr(pattern, "/**");
	size_t depth = depth_of(parent), fixed = 1, i;

	if (rest == NULL)
		return name_fits(pattern, depth + 1, true, name) &&
		    all_fit(parent, pattern, false);
	for (i = 0; pattern + i < rest; i++)
		fixed += pattern[i] == '/';
	for (; depth > fixed; depth--)
		parent = dmsc_node_parent(parent);
	return depth == fixed && all_fit(parent, pattern, false);
}

/* The policy is read: what replaces it comes from a card (device/force.h). */
static bool
in_policy(const struct dmsc_node *parent, const char *name)
{
	const struct dmsc_node *n = dmsc_node_child(parent, name);

	for (n = n != NULL ? n : parent; n != NULL; n = dmsc_node_parent(n))
		if (dmsc_begins(dmsc_node_type(n), DMSC_POLICY_URN))
			return true;
	return false;
}

void
dmsc_device_rule(void *ctx, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule)
{
	size_t i;

	(void)ctx;
	if (parent == NULL)
		return;
	if (dmsc_name_is_secret(name))
		rule->access &= ~(unsigned)(DMSC_DDF_GET | DMSC_DDF_COPY);
	if (in_policy(parent, name)) {
		rule->access &= READ;
		rule->permanent = true;
		return;
	}
	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (row_fits(rows[i].uri, parent, name)) {
			rule->access = rows[i].access;
			rule->permanent = true;
			return;
		}
}
