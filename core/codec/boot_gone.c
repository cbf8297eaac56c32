/* What an edit of a bootstrap document does not keep (codec/codec.h). */
#include <stdio.h>

#include "codec/boot.h"

struct sayer {
	void (*say)(void *arg, const char *line);
	void *arg;
};

static bool
any(const struct dmsc_boot *b)
{
	size_t i;

	for (i = 0; i < b->n_items; i++)
		if (b->items[i].gone.n > 0 || b->items[i].beside.n > 0)
			return true;
	return false;
}

static void
say(const struct sayer *s, const struct boot_item *it,
    const struct tnds_gone *g)
{
	char line[2 * DMSC_ERR_TEXT], more[40] = "";

	if (g->n == 0)
		return;
	if (g->n > 1)
		(void)snprintf(more, sizeof more, ", nor %zu more", g->n - 1);
	(void)snprintf(line, sizeof line, "the changed Add to '%.128s' does "
	    "not keep '%s' of %s%s", it->target, g->what, g->in, more);
	s->say(s->arg, line);
}

static void
say_item(const struct sayer *s, const struct boot_edit *ed, size_t i)
{
	const struct boot_item *it = &ed->b->items[i];
	const struct dmsc_node *n = dmsc_tree_find(ed->trees[i], it->base);

	/* An Item whose nodes are all gone was taken away whole. */
	if (!ed->changed[i] || ed->own[i] == 0 || n == NULL)
		return;
	say(s, it, &it->gone);
	if (it->as == DATA_PLAIN && !dmsc_boot_stays_plain(it, n))
		say(s, it, &it->beside);
}

int
dmsc_boot_gone(const struct dmsc_boot *b, const struct dmsc_tree *now,
    void (*to)(void *arg, const char *line), void *arg, struct dmsc_err *e)
{
	struct sayer s = { to, arg };
	struct boot_edit ed = { .was = b->tree, .now = now };
	struct dmsc_boot *again = NULL;
	size_t i;
	int r;

	if (!any(b) || dmsc_node_equal(dmsc_tree_root(b->tree),
	    dmsc_tree_root(now)))
		return DMSC_E_OK;
	if ((r = dmsc_boot_again(dmsc_buf_rd(b->bytes), &again, e)) !=
	    DMSC_E_OK)
		return r;
	ed.b = again;
	if ((r = dmsc_boot_edit(&ed)) == DMSC_E_OK)
		for (i = 0; i < again->n_items; i++)
			say_item(&s, &ed, i);
	else
		(void)dmsc_fail(e, r, "cannot look through the document");
	dmsc_boot_edit_clear(&ed);
	dmsc_boot_free(&again);
	return r;
}
