/* What the nodes of a device's tree are made for (device/nodes.h): DevInfo
 * and DevDetail are read, secrets are written only, ./Inbox takes what is
 * added, and what dmsc itself keeps there is nobody's. */
#include "device/nodes.h"

#include <string.h>

#include "base/base.h"

enum { READ = DMSC_DDF_GET | DMSC_DDF_COPY };

/* The first node of a URI, and its rule for all that is below it. */
static const struct {
	const char *top;
	unsigned self, below;		/* DMSC_DDF_ADD ... */
} tops[] = {
	{ "DevInfo", DMSC_DDF_GET, READ },
	{ "DevDetail", DMSC_DDF_GET, READ },
	{ "Inbox", DMSC_DDF_ADD, DMSC_DDF_ADD },
	{ "Origin", 0, 0 },
	{ "SC", DMSC_DDF_GET, 0 },	/* kept elsewhere: device/relay.h */
};

void
dmsc_device_rule(void *ctx, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule)
{
	const struct dmsc_node *n = parent;
	bool self = n != NULL && dmsc_node_parent(n) == NULL;
	const char *top = name;
	size_t i;

	(void)ctx;
	if (parent == NULL)
		return;
	for (; dmsc_node_parent(n) != NULL; n = dmsc_node_parent(n))
		top = dmsc_node_name(n);
	if (dmsc_name_is_secret(name))
		rule->access &= ~(unsigned)(DMSC_DDF_GET | DMSC_DDF_COPY);
	for (i = 0; i < DMSC_COUNT(tops); i++)
		if (strcmp(tops[i].top, top) == 0) {
			rule->access = self ? tops[i].self : tops[i].below;
			rule->permanent = true;
		}
}
