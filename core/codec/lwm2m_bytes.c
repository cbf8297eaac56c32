/* LwM2M documents from JSON and to JSON, as bytes (dmsc/lwm2m.h). */
#include "codec/lwm2m_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static int
by_number(const void *a, const void *b)
{
	const struct dmsc_node *const *x = a, *const *y = b;
	unsigned i = 0, k = 0, nth;

	if (!dmsc_lwm2m_id(dmsc_node_name(*x), &i, &nth) ||
	    !dmsc_lwm2m_id(dmsc_node_name(*y), &k, &nth))
		return strcmp(dmsc_node_name(*x), dmsc_node_name(*y));
	return i < k ? -1 : i > k;
}

static int sorted(struct dmsc_tree *t, struct dmsc_node *to,
    const struct dmsc_node *from);

static int
copy(struct dmsc_tree *t, struct dmsc_node *to, const struct dmsc_node *n)
{
	struct dmsc_node *made;
	int r = dmsc_node_add(t, to, dmsc_node_name(n), dmsc_node_format(n),
	    &made);

	if (r == DMSC_E_OK && *dmsc_node_title(n) != '\0')
		r = dmsc_node_set_title(t, made, dmsc_node_title(n));
	if (r != DMSC_E_OK)
		return r;
	return dmsc_node_is_leaf(n) ? dmsc_node_set_value(t, made,
	    dmsc_node_value(n)) : sorted(t, made, n);
}

/* Copies of from's children below to, by their numbers; no deeper than a
 * document is. */
static int
sorted(struct dmsc_tree *t, struct dmsc_node *to,
    const struct dmsc_node *from)
{
	const struct dmsc_node **kids, *n;
	size_t i = 0, count = dmsc_node_children(from);
	int r = DMSC_E_OK;

	if (count == 0)
		return r;
	if ((kids = malloc(count * sizeof *kids)) == NULL)
		return DMSC_E_NOMEM;
	for (n = dmsc_node_first(from); n != NULL && i < count;
	    n = dmsc_node_next(n))
		kids[i++] = n;
	qsort(kids, count, sizeof *kids, by_number);
	for (i = 0; i < count && r == DMSC_E_OK; i++)
		r = copy(t, to, kids[i]);
	free(kids);
	return r;
}

int
dmsc_lwm2m_encode(struct dmsc_rd json, struct dmsc_buf *out,
    struct dmsc_err *e)
{
	struct dmsc_tree *t = dmsc_tree_new(LWM2M_TREE_MAX),
	    *u = dmsc_tree_new(LWM2M_TREE_MAX);
	int r = DMSC_E_NOMEM;

	if (t == NULL || u == NULL)
		(void)dmsc_fail(e, r, "cannot write LwM2M");
	else if ((r = dmsc_lwm2m_read_json(json, t, e)) == DMSC_E_OK) {
		r = sorted(u, dmsc_tree_root(u), dmsc_tree_root(t));
		r = r == DMSC_E_OK ? dmsc_lwm2m_write(u, dmsc_rd_of(NULL, 0),
		    out, e) : dmsc_fail(e, r, "cannot write LwM2M");
	}
	dmsc_tree_free(&t);
	dmsc_tree_free(&u);
	return r;
}

int
dmsc_lwm2m_decode(struct dmsc_rd bytes, struct dmsc_buf *json,
    struct dmsc_err *e)
{
	struct dmsc_tree *t = dmsc_tree_new(LWM2M_TREE_MAX);
	size_t used;
	bool bare;
	int r;

	if (t == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read LwM2M");
	if ((r = dmsc_lwm2m_read(bytes, t, &used, &bare, e)) == DMSC_E_OK &&
	    (r = dmsc_lwm2m_write_json(t, json)) != DMSC_E_OK)
		(void)dmsc_fail(e, r, "cannot write JSON");
	dmsc_tree_free(&t);
	return r;
}
