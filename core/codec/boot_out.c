/* An edited document written: what was not edited keeps its bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/boot.h"
#include "codec/emit.h"
#include "codec/tnds.h"

struct patch {			/* these bytes instead of the span's */
	struct span at;
	struct dmsc_buf *b;
};
struct out {
	const struct dmsc_boot *b;
	struct boot_edit ed;
	struct patch *patches;
	size_t n;
};

static const char tnds_type[] = "application/vnd.syncml.dmtnds+wbxml";

/* A patch of span; em writes its bytes. */
static int
begin(struct out *o, const struct span *at, struct emit *em)
{
	struct patch *p = dmsc_list_add(&o->patches, &o->n, sizeof *p);

	if (p == NULL || (p->b = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	p->at = *at;
	*em = (struct emit){ .b = p->b, .page = at->page_from };
	return DMSC_E_OK;
}

static int
end(struct emit *em, const struct span *at)
{
	dmsc_emit_page(em, at->page_to);
	return em->code;
}

static int
drop(struct out *o, const struct span *at)
{
	struct emit em;
	int r = begin(o, at, &em);

	return r != DMSC_E_OK ? r : end(&em, at);
}

static int
inner_wbxml(struct dmsc_buf *b, unsigned version,
    const struct dmsc_node *top, enum tnds_top how)
{
	struct emit em = { .b = b };

	em.code = dmsc_tnds_head(b, version);
	dmsc_tnds_emit(&em, top, how);
	return em.code;
}

/* The item's nodes as its data was written. */
static int
payload(const struct boot_item *it, const struct dmsc_node *top,
    struct dmsc_buf *b)
{
	enum tnds_top how = it->is_self ? TNDS_SELF : TNDS_CHILDREN;
	struct emit em = { .b = b, .xml = true };
	struct dmsc_buf *raw;
	int r;

	if (it->as == DATA_PLAIN)
		r = dmsc_buf_put(b, dmsc_node_value(top));
	else if (it->as == DATA_WBXML)
		r = inner_wbxml(b, it->version, top, how);
	else {
		dmsc_tnds_emit(&em, top, how);
		r = em.code;
	}
	if (r != DMSC_E_OK || !it->b64)
		return r;
	if ((raw = dmsc_buf_from(dmsc_buf_rd(b), DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	dmsc_buf_reset(b);
	r = dmsc_b64_put(b, dmsc_buf_rd(raw));
	dmsc_buf_free(&raw);
	return r;
}

/* Meta's Size counts the data as sent. */
static int
patch_size(struct out *o, const struct boot_item *it, size_t n)
{
	struct emit em;
	char text[24];
	int r;

	if (!it->size.set)
		return DMSC_E_OK;
	if ((r = begin(o, &it->size, &em)) != DMSC_E_OK)
		return r;
	(void)snprintf(text, sizeof text, "%zu", n);
	em.depth = 1;
	dmsc_emit_str(&em, text);
	return end(&em, &it->size);
}

static int
patch_data(struct out *o, const struct boot_item *it,
    const struct dmsc_node *top)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	size_t n = 0;
	struct emit em;
	int r;

	if (b == NULL)
		return DMSC_E_NOMEM;
	if ((r = begin(o, &it->data, &em)) != DMSC_E_OK)
		goto done;
	em.depth = 1;
	if (it->as == DATA_INLINE) {
		dmsc_tnds_emit(&em, top, it->is_self ? TNDS_SELF :
		    TNDS_CHILDREN);
		n = em.b->len;
	} else if ((r = payload(it, top, b)) != DMSC_E_OK)
		goto done;
	else if (it->opaque)
		dmsc_emit_bytes(&em, dmsc_buf_rd(b));
	else
		dmsc_emit_text(&em, dmsc_buf_rd(b));
	if (it->as != DATA_INLINE)
		n = b->len;
	if ((r = end(&em, &it->data)) == DMSC_E_OK)
		r = patch_size(o, it, n);
done:
	dmsc_buf_free(&b);
	return r;
}

/* An Item that carries top as TNDS in WBXML. */
static void
emit_item(struct emit *em, const char *target, const struct dmsc_node *top)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);

	if (b == NULL) {
		em->code = DMSC_E_NOMEM;
		return;
	}
	dmsc_emit_open(em, EL_ITEM);
	dmsc_emit_open(em, EL_TARGET);
	dmsc_emit_leaf(em, EL_LOCURI, dmsc_rd_str(target));
	dmsc_emit_close(em);
	dmsc_emit_open(em, EL_META);
	dmsc_emit_leaf(em, EL_M_FORMAT, dmsc_rd_str("xml"));
	dmsc_emit_leaf(em, EL_M_TYPE, dmsc_rd_str(tnds_type));
	dmsc_emit_close(em);
	dmsc_emit_open(em, EL_DATA);
	if (em->code == DMSC_E_OK)
		em->code = inner_wbxml(b, 2, top, TNDS_SELF);
	dmsc_emit_bytes(em, dmsc_buf_rd(b));
	dmsc_emit_close(em);
	dmsc_emit_close(em);
	dmsc_buf_free(&b);
}

bool
dmsc_boot_stays_plain(const struct boot_item *it, const struct dmsc_node *n)
{
	const struct dmsc_node *was = dmsc_tree_find(it->t, it->base);

	return was != NULL && dmsc_node_is_leaf(n) &&
	    dmsc_node_format(was) == dmsc_node_format(n) &&
	    strcmp(dmsc_node_type(was), dmsc_node_type(n)) == 0 &&
	    *dmsc_node_acl(n) == '\0' && *dmsc_node_title(n) == '\0' &&
	    it->data.set;
}

static int
patch_item(struct out *o, size_t i)
{
	const struct boot_item *it = &o->b->items[i];
	const struct dmsc_node *top;
	struct emit em;
	int r;

	top = dmsc_tree_find(o->ed.trees[i], it->base);
	if (top == NULL)
		return DMSC_E_INTERNAL;
	if (it->as != DATA_PLAIN || dmsc_boot_stays_plain(it, top))
		return patch_data(o, it, top);
	if ((r = begin(o, &it->all, &em)) != DMSC_E_OK)
		return r;
	em.depth = 1;
	emit_item(&em, it->target, top);
	return end(&em, &it->all);
}

/* The whole Add goes when nothing of its Items is left. */
static int
drop_items(struct out *o, size_t cmd, size_t first, size_t n, size_t gone)
{
	size_t i;
	int r = DMSC_E_OK;

	if (gone == 0)
		return DMSC_E_OK;
	if (gone == n)
		return drop(o, &o->b->cmds[cmd].all);
	for (i = first; i < first + n && r == DMSC_E_OK; i++)
		if (o->ed.changed[i] && o->ed.own[i] == 0)
			r = drop(o, &o->b->items[i].all);
	return r;
}

static int
patch_items(struct out *o)
{
	size_t i, first = 0, n, gone;
	int r = DMSC_E_OK;

	while (first < o->b->n_items && r == DMSC_E_OK) {
		size_t cmd = o->b->items[first].cmd;

		gone = n = 0;
		for (i = first; i < o->b->n_items &&
		    o->b->items[i].cmd == cmd && r == DMSC_E_OK; i++, n++) {
			if (!o->ed.changed[i])
				continue;
			if (o->ed.own[i] == 0)
				gone++;
			else
				r = patch_item(o, i);
		}
		if (r == DMSC_E_OK)
			r = drop_items(o, cmd, first, n, gone);
		first += n;
	}
	return r;
}

/* A copy of n in t without what is below it. */
static int
alone(struct dmsc_tree *t, const struct dmsc_node *n,
    const struct dmsc_node **out)
{
	struct dmsc_node *copy;
	int r = dmsc_node_graft(t, dmsc_tree_root(t), "copy", n, &copy);

	while (r == DMSC_E_OK && dmsc_node_first(copy) != NULL)
		r = dmsc_node_remove(t, dmsc_node_first(copy));
	*out = copy;
	return r;
}

/* A new Add; what stands for the node and, unless alone, all below. */
static int
emit_add(struct out *o, struct emit *em, size_t i)
{
	const struct dmsc_node *n = o->ed.fresh[i];
	struct dmsc_buf *uri = dmsc_buf_new(SIZE_MAX);
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	char id[24];
	int r = DMSC_E_NOMEM;

	if (uri == NULL || t == NULL ||
	    (r = dmsc_buf_str(uri, "./Inbox/")) != DMSC_E_OK ||
	    (r = dmsc_node_uri(n, uri)) != DMSC_E_OK ||
	    dmsc_buf_cstr(uri) == NULL)
		goto done;
	if (o->ed.alone[i] &&
	    (r = alone(t, n, &n)) != DMSC_E_OK)
		goto done;
	(void)snprintf(id, sizeof id, "%lu",
	    (unsigned long)o->b->last_id + 1 + i);
	dmsc_emit_open(em, EL_ADD);
	dmsc_emit_leaf(em, EL_CMDID, dmsc_rd_str(id));
	emit_item(em, dmsc_buf_cstr(uri), n);
	dmsc_emit_close(em);
done:
	dmsc_buf_free(&uri);
	dmsc_tree_free(&t);
	return r;
}

static int
add_fresh(struct out *o)
{
	struct emit em;
	size_t i;
	int r;

	if (o->ed.n_fresh == 0)
		return DMSC_E_OK;
	if ((r = begin(o, &o->b->insert, &em)) != DMSC_E_OK)
		return r;
	if (o->b->no_body)
		dmsc_emit_open(&em, EL_SYNCBODY);
	for (i = 0; i < o->ed.n_fresh && r == DMSC_E_OK; i++)
		r = emit_add(o, &em, i);
	if (o->b->no_body)
		dmsc_emit_close(&em);
	return r != DMSC_E_OK ? r : end(&em, &o->b->insert);
}

/* By place; of two at one place the insertion comes last. */
static int
by_place(const void *a, const void *b)
{
	const struct patch *x = a, *y = b;

	if (x->at.from != y->at.from)
		return x->at.from < y->at.from ? -1 : 1;
	return x->at.to < y->at.to ? -1 : x->at.to > y->at.to;
}

static int
assemble(struct out *o, struct dmsc_buf *out)
{
	struct dmsc_rd all = dmsc_buf_rd(o->b->bytes);
	size_t at = 0, i;
	int r = DMSC_E_OK;

	if (o->n > 1)
		qsort(o->patches, o->n, sizeof *o->patches, by_place);
	for (i = 0; i < o->n && r == DMSC_E_OK; i++) {
		const struct patch *p = &o->patches[i];

		r = dmsc_buf_put(out, dmsc_rd_slice(all, at,
		    p->at.from - at));
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(out, dmsc_buf_rd(p->b));
		at = p->at.to;
	}
	return r != DMSC_E_OK ? r :
	    dmsc_buf_put(out, dmsc_rd_slice(all, at, all.left));
}

static int
write_edited(const struct dmsc_boot *again, const struct dmsc_tree *was,
    const struct dmsc_tree *now, struct dmsc_buf *out)
{
	struct out o = { .b = again, .ed = { .b = again, .was = was,
	    .now = now } };
	size_t i;
	int r;

	r = dmsc_boot_edit(&o.ed);
	if (r == DMSC_E_OK)
		r = patch_items(&o);
	if (r == DMSC_E_OK)
		r = add_fresh(&o);
	if (r == DMSC_E_OK)
		r = assemble(&o, out);
	for (i = 0; i < o.n; i++)
		dmsc_buf_free(&o.patches[i].b);
	free(o.patches);
	dmsc_boot_edit_clear(&o.ed);
	return r;
}

int
dmsc_boot_write(const struct dmsc_boot *b, const struct dmsc_tree *now,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_boot *again = NULL;
	size_t at = out->len;
	int r;

	if (dmsc_node_equal(dmsc_tree_root(b->tree), dmsc_tree_root(now)))
		r = dmsc_buf_put(out, dmsc_buf_rd(b->bytes));
	else if ((r = dmsc_boot_again(dmsc_buf_rd(b->bytes), &again, e)) ==
	    DMSC_E_OK)
		r = write_edited(again, b->tree, now, out);
	if (r != DMSC_E_OK) {
		dmsc_buf_truncate(out, at);
		(void)dmsc_fail(e, r, "cannot write the document");
		(void)dmsc_err_why(e, "%s", dmsc_e_text(r));
	}
	dmsc_boot_free(&again);
	return r;
}
