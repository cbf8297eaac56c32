/* One tree taken into another (codec/inner.h). */
#include <stdlib.h>

#include "codec/inner.h"

struct merge {
	struct dmsc_tree *t, *from;
	struct dmsc_node **moved;	/* taken back where one cannot be */
	size_t n;
};

/* Whether nothing is in the way. No deeper than a tree is. */
static int
check(const struct dmsc_node *dst, const struct dmsc_node *src)
{
	const struct dmsc_node *c, *d;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(src); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c)) {
		d = dmsc_node_child(dst, dmsc_node_name(c));
		if (d == NULL)
			continue;
		r = dmsc_node_is_leaf(c) || dmsc_node_is_leaf(d) ?
		    DMSC_E_EXISTS : check(d, c);
	}
	return r;
}

int
dmsc_codec_props(struct dmsc_tree *t, struct dmsc_node *dst,
    const struct dmsc_node *src)
{
	int r = DMSC_E_OK;

	if (*dmsc_node_type(src) != '\0')
		r = dmsc_node_set_type(t, dst, dmsc_node_type(src));
	if (r == DMSC_E_OK && *dmsc_node_acl(src) != '\0')
		r = dmsc_node_set_acl(t, dst, dmsc_node_acl(src));
	if (r == DMSC_E_OK && *dmsc_node_title(src) != '\0')
		r = dmsc_node_set_title(t, dst, dmsc_node_title(src));
	if (r == DMSC_E_OK && *dmsc_node_tstamp(src) != '\0')
		r = dmsc_node_set_tstamp(t, dst, dmsc_node_tstamp(src));
	if (r == DMSC_E_OK && dmsc_node_verno(src) >= 0)
		r = dmsc_node_set_verno(t, dst, dmsc_node_verno(src));
	return r;
}

static int
move(struct merge *m, struct dmsc_node *dst, struct dmsc_node *c)
{
	struct dmsc_node **slot = dmsc_list_add(&m->moved, &m->n,
	    sizeof *slot);
	int r = DMSC_E_NOMEM;

	if (slot == NULL)
		return r;
	*slot = c;
	if ((r = dmsc_node_move(m->t, dst, m->from, c)) != DMSC_E_OK)
		m->n--;
	return r;
}

static int
apply(struct merge *m, struct dmsc_node *dst, struct dmsc_node *src)
{
	struct dmsc_node *c, *next;
	int r = DMSC_E_OK;

	for (c = dmsc_node_first(src); c != NULL && r == DMSC_E_OK;
	    c = next) {
		next = dmsc_node_next(c);
		if ((r = move(m, dst, c)) == DMSC_E_EXISTS)
			r = apply(m, dmsc_node_child(dst,
			    dmsc_node_name(c)), c);
	}
	return r != DMSC_E_OK ? r : dmsc_codec_props(m->t, dst, src);
}

int
dmsc_codec_merge(struct dmsc_tree *t, struct dmsc_node *dst,
    struct dmsc_tree *from, struct dmsc_node *src)
{
	struct merge m = { .t = t, .from = from };
	int r;

	if ((r = check(dst, src)) != DMSC_E_OK)
		return r;
	r = apply(&m, dst, src);
	while (r != DMSC_E_OK && m.n > 0)
		(void)!dmsc_node_remove(t, m.moved[--m.n]);
	free(m.moved);
	return r;
}
