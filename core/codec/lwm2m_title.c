/* Names of LwM2M resources as titles of their nodes (codec/lwm2m.h). */
#include "codec/lwm2m_inner.h"

#include <string.h>

struct names {
	struct dmsc_tree *t;
	unsigned object;
	bool on;
};

static bool
in_table(const char *title)
{
	const struct dmsc_lwm2m_res *res;
	size_t i;

	for (i = 0; (res = dmsc_lwm2m_resource_at(i)) != NULL; i++)
		if (strcmp(res->path_name, title) == 0)
			return true;
	return false;
}

static int
name_one(const struct names *x, struct dmsc_node *n,
    const struct dmsc_lwm2m_res *res)
{
	const char *now = dmsc_node_title(n),
	    *want = res == NULL || !x->on ? "" : res->path_name;

	if (strcmp(now, want) == 0 || (*now != '\0' && !in_table(now)))
		return DMSC_E_OK;
	return dmsc_node_set_title(x->t, n, want);
}

/* The resource n and its instances. */
static int
name_resource(const struct names *x, struct dmsc_node *n)
{
	const struct dmsc_lwm2m_res *res = NULL;
	struct dmsc_node *c;
	unsigned id, nth;
	int r;

	if (dmsc_lwm2m_id(dmsc_node_name(n), &id, &nth))
		res = dmsc_lwm2m_resource(x->object, id);
	r = name_one(x, n, res);
	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = name_one(x, c, res);
	return r;
}

static int
name_all(struct names *x)
{
	struct dmsc_node *o, *i, *n;
	unsigned nth;
	int r = DMSC_E_OK;

	for (o = dmsc_node_first(dmsc_tree_root(x->t)); o != NULL;
	    o = dmsc_node_next(o)) {
		if (!dmsc_lwm2m_id(dmsc_node_name(o), &x->object, &nth))
			continue;
		for (i = dmsc_node_first(o); i != NULL;
		    i = dmsc_node_next(i))
			for (n = dmsc_node_first(i);
			    n != NULL && r == DMSC_E_OK;
			    n = dmsc_node_next(n))
				r = name_resource(x, n);
	}
	return r;
}

int
dmsc_lwm2m_titles(struct dmsc_tree *t)
{
	struct names x = { t, 0, true };

	return name_all(&x);
}

int
dmsc_lwm2m_untitle(struct dmsc_tree *t)
{
	struct names x = { t, 0, false };

	return name_all(&x);
}
