/* What a description (DDF) says of a node by its place (reference 2.2). */
#include <string.h>

#include "dm/inside.h"

/* The node of d for a name: its own, else the one without a name. */
static const struct dmsc_ddf_node *
below(const struct dmsc_ddf_node *d, const char *name)
{
	const struct dmsc_ddf_node *any = NULL;
	size_t i;

	for (i = 0; d != NULL && i < d->n_nodes; i++) {
		if (strcmp(d->nodes[i]->name, name) == 0 &&
		    *d->nodes[i]->path == '\0')
			return d->nodes[i];
		if (any == NULL && *d->nodes[i]->name == '\0' &&
		    *d->nodes[i]->path == '\0')
			any = d->nodes[i];
	}
	return any;
}

void
dmsc_dm_ddf_rule(void *ctx, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule)
{
	const struct dmsc_ddf *ddf = ctx;
	const struct dmsc_ddf_node *d = &ddf->top;
	const struct dmsc_node *way[DMSC_TREE_DEPTH_MAX + 1];
	size_t n = 0;

	for (; parent != NULL && n < DMSC_COUNT(way) &&
	    dmsc_node_parent(parent) != NULL;
	    parent = dmsc_node_parent(parent))
		way[n++] = parent;
	while (n > 0 && d != NULL)
		d = below(d, dmsc_node_name(way[--n]));
	if ((d = below(d, name)) == NULL)
		return;
	rule->access = d->access;
	rule->permanent = d->is_permanent;
	rule->format = d->format;
	rule->mimes = (const char *const *)d->mimes;
	rule->n_mimes = d->n_mimes;
}
