/* What a server may, and what nodes are made for (reference 1.2, 1.6). */
#include <string.h>

#include "dm/inside.h"

static const char root_acl[] = "Add=*&Get=*";

bool
dm_may(const struct dmsc_responder *r, const struct dmsc_node *n,
    const char *cmd)
{
	const char *acl;

	if (r->o.hooks.may != NULL && !r->o.hooks.may(r->o.hooks.ctx, n, cmd))
		return false;
	if (r->o.server == NULL)
		return true;
	acl = dmsc_acl_effective(n);
	return dmsc_acl_allows(*acl == '\0' ? root_acl : acl, cmd,
	    r->o.server);
}

bool
dm_may_acl(const struct dmsc_responder *r, const struct dmsc_node *n)
{
	const struct dmsc_node *parent = dmsc_node_parent(n);

	if (parent != NULL && dm_may(r, parent, "Replace"))
		return true;
	return !dmsc_node_is_leaf(n) && dm_may(r, n, "Replace");
}

void
dm_rule(const struct dmsc_responder *r, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule)
{
	memset(rule, 0, sizeof *rule);
	rule->access = DMSC_DDF_ALL;
	rule->format = DMSC_DDF_ANY;
	rule->max = SIZE_MAX;
	if (r->o.hooks.rule != NULL)
		r->o.hooks.rule(r->o.hooks.ctx, parent, name, rule);
	if (parent == NULL)
		rule->permanent = true;
}

void
dm_rule_of(const struct dmsc_responder *r, const struct dmsc_node *n,
    struct dmsc_dm_rule *rule)
{
	dm_rule(r, dmsc_node_parent(n), dmsc_node_name(n), rule);
}

static bool
mime_good(const struct dmsc_dm_rule *rule, const char *type)
{
	size_t i;

	for (i = 0; i < rule->n_mimes; i++)
		if (strcmp(rule->mimes[i], type) == 0)
			return true;
	return rule->n_mimes == 0;
}

unsigned
dm_fits(const struct dmsc_responder *r, const struct dmsc_dm_rule *rule,
    enum dmsc_format f, const char *type, struct dmsc_rd value)
{
	if (rule->format != DMSC_DDF_ANY && rule->format != (int)f)
		return DMSC_DM_MEDIA;
	if (f != DMSC_FMT_NODE && !mime_good(rule, type))
		return DMSC_DM_MEDIA;
	if (value.left > rule->max ||
	    (r->o.max_obj > 0 && value.left > r->o.max_obj))
		return DMSC_DM_TOO_LARGE;
	return dmsc_format_check(f, value) == DMSC_E_OK ? DMSC_DM_OK :
	    DMSC_DM_MEDIA;
}

int
dm_stamp(struct dmsc_responder *r, struct dmsc_node *n)
{
	int v = dmsc_node_verno(n), code = DMSC_E_OK;

	if ((r->o.props & DMSC_DM_VERNO) != 0)
		code = dmsc_node_set_verno(r->t, n, (v + 1) & UINT16_MAX);
	if (code == DMSC_E_OK && (r->o.props & DMSC_DM_TSTAMP) != 0 &&
	    r->o.now != NULL)
		code = dmsc_node_set_tstamp(r->t, n, r->o.now);
	return code;
}

int
dm_touch(struct dmsc_responder *r, struct dmsc_node *n)
{
	int code = dmsc_steps_touch(r->steps, n);

	return code == DMSC_E_OK ? dm_stamp(r, n) : code;
}
