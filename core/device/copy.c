/* An MO of the device copied to its card: found, compared, written, read
 * back, erased in the device (device/copy.h). */
#include "device/copy.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "dm/dm.h"
#include "store/cardtree.h"

static const struct dmsc_field copied_fields[] = {
	DMSC_F(dmsc_copied, device, DMSC_K_STR),
	DMSC_F(dmsc_copied, uri, DMSC_K_STR),
	DMSC_F(dmsc_copied, to, DMSC_K_STR),
	DMSC_F(dmsc_copied, state, DMSC_K_STR),
	DMSC_F(dmsc_copied, nodes, DMSC_K_SIZE),
	DMSC_F(dmsc_copied, left_out, DMSC_K_UINT),
	DMSC_F_LIST(dmsc_copied, changes, n_changes, &dmsc_change_view),
	DMSC_F(dmsc_copied, exposed, DMSC_K_BOOL),
	DMSC_F(dmsc_copied, moved, DMSC_K_BOOL),
	DMSC_F(dmsc_copied, way, DMSC_K_STR),
	DMSC_F(dmsc_copied, journal, DMSC_K_STR),
	DMSC_F(dmsc_copied, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_copied_view = { "copied",
	sizeof(struct dmsc_copied), copied_fields };

struct run {
	struct dmsc_store *st;
	const struct dmsc_copy_opts *o;
	struct dmsc_err *e;
	struct dmsc_device *dev;
	struct dmsc_copy_from from;
	const char *uri;		/* without "./" */
	char *doc;			/* "/DOC" */
	char *path;			/* the node on the card */
	bool card;			/* in the application's tree */
	bool there, made;		/* the node is; the document is new */
	bool verified;
	struct dmsc_copied *out;
};

static int
no_memory(struct run *c)
{
	return dmsc_fail(c->e, DMSC_E_NOMEM, "out of memory");
}

static int
usage(struct run *c, const char *where, const char *text)
{
	(void)dmsc_fail(c->e, DMSC_E_USAGE, "%s", text);
	return dmsc_err_where(c->e, "%s", where);
}

/* What dmsc itself keeps there, and the card's own tree, are not copied. */
static int
source(struct run *c)
{
	static const char *const own[] = { "Origin", "SC", "Inbox" };
	size_t i, len;

	c->uri = dmsc_begins(c->o->uri, "./") ? c->o->uri + 2 : c->o->uri;
	len = strcspn(c->uri, "/");
	if (len == 0 || strcmp(c->uri, ".") == 0)
		return usage(c, c->o->uri, "no node of the device's tree");
	for (i = 0; i < DMSC_COUNT(own); i++)
		if (len == strlen(own[i]) && dmsc_begins(c->uri, own[i]))
			return usage(c, c->o->uri,
			    "this is no MO of the device");
	if (dmsc_str_set(&c->out->device, "%s", c->dev->name) != DMSC_E_OK ||
	    dmsc_str_set(&c->out->uri, "./%s", c->uri) != DMSC_E_OK)
		return no_memory(c);
	return dmsc_copy_read(c->dev, c->uri, c->o->as, &c->from, c->e);
}

/* The copy has the name that the place has. */
static int
name_it(struct run *c)
{
	struct dmsc_buf *name = dmsc_buf_new(3UL * DMSC_TREE_NAME_MAX + 1);
	const char *s = NULL;
	int r = name == NULL ? DMSC_E_NOMEM : dmsc_uri_unescape(
	    strrchr(c->path, '/') + 1, name);

	if (r == DMSC_E_OK)
		r = (s = dmsc_buf_cstr(name)) == NULL ? DMSC_E_NOMEM :
		    dmsc_node_rename(c->from.t, c->from.n, s);
	dmsc_buf_free(&name);
	return r == DMSC_E_OK ? r : r == DMSC_E_NOMEM ? no_memory(c) :
	    usage(c, c->o->to, "no place on the card");
}

static int
place(struct run *c)
{
	const char *to = c->o->to, *rest;
	size_t len = strcspn(to + (*to == '/'), "/");

	if (*to != '/' || len == 0)
		return usage(c, to, "a place is /DOCUMENT, /DOCUMENT/PATH or "
		    "/card/PATH");
	rest = to + 1 + len;
	rest += strspn(rest, "/");
	c->card = dmsc_cardtree_path(to);
	if (c->card && *rest == '\0')
		return usage(c, to, "a node below /card is meant");
	if (dmsc_str_set(&c->doc, "%.*s", (int)len + 1, to) != DMSC_E_OK ||
	    dmsc_str_set(&c->path, "%s/%s", c->doc, *rest == '\0' ? c->uri :
	    rest) != DMSC_E_OK ||
	    dmsc_str_set(&c->out->to, "%s", c->path) != DMSC_E_OK)
		return no_memory(c);
	return name_it(c);
}

static bool
has_secret(const struct dmsc_node *n)
{
	const struct dmsc_node *k = dmsc_node_first(n);

	if (dmsc_node_is_secret(n) && dmsc_node_value(n).left > 0)
		return true;
	while (k != NULL && !has_secret(k))
		k = dmsc_node_next(k);
	return k != NULL;
}

static int
other_kind(struct run *c, const char *kind)
{
	(void)dmsc_fail(c->e, DMSC_E_UNSUPPORTED,
	    "a document of kind %s holds no management objects", kind);
	(void)dmsc_err_where(c->e, "%s", c->doc);
	return dmsc_err_next(c->e, "docs");
}

/* Whether the document is there; it is made where it is not. */
static int
document(struct run *c)
{
	struct dmsc_doc *d = NULL;
	bool hidden = c->o->is_private;
	int r = dmsc_store_stat(c->st, c->doc, &d);

	if (r == DMSC_E_NOTFOUND && !c->card && c->e->sw == 0) {
		dmsc_err_clear(c->e);
		c->made = true;
		r = dmsc_store_mkdoc(c->st, c->doc + 1, "dm", 0,
		    c->o->is_private);
	} else if (r == DMSC_E_OK && !c->card) {
		hidden = d->is_private;
		if (strcmp(d->kind, "dm") != 0)
			r = other_kind(c, d->kind);
	}
	c->out->exposed = !c->card && !hidden && has_secret(c->from.n);
	dmsc_view_free(&dmsc_doc_view, d);
	return r;
}

/* Whose ACL the card's nodes have is the card's affair. */
static int
keep_lists(struct dmsc_tree *t, struct dmsc_node *n,
    const struct dmsc_node *old)
{
	const struct dmsc_node *k;
	struct dmsc_node *mine;
	int r = dmsc_node_set_acl(t, n, dmsc_node_acl(old));

	for (k = dmsc_node_first(old); k != NULL && r == DMSC_E_OK;
	    k = dmsc_node_next(k))
		if ((mine = dmsc_node_child(n, dmsc_node_name(k))) != NULL)
			r = keep_lists(t, mine, k);
	return r;
}

static int
differences(struct run *c, const struct dmsc_node *old)
{
	struct dmsc_diff *d = NULL;
	int r = keep_lists(c->from.t, c->from.n, old);

	if (r == DMSC_E_OK)
		r = dmsc_tree_diff(old, c->from.n, &d);
	if (r != DMSC_E_OK)
		return no_memory(c);
	c->out->changes = d->changes;
	c->out->n_changes = d->n_changes;
	d->changes = NULL;
	d->n_changes = 0;
	dmsc_view_free(&dmsc_diff_view, d);
	return r;
}

/* /card, not to be compared: one Get tells whether the node is there. */
static int
ask_card(struct run *c)
{
	struct dmsc_dm_command get = { .verb = DMSC_DM_VERB_GET };
	struct dmsc_dm_answer *a = NULL;
	char *uri = NULL;
	int r;

	if (dmsc_str_set(&uri, ".%s?prop=Format", c->path + strlen(c->doc))
	    != DMSC_E_OK)
		return no_memory(c);
	get.uri = uri;
	r = dmsc_store_dm_run(c->st, &get, 1, false, &a);
	c->there = r == DMSC_E_OK && a->n_results == 1 &&
	    dmsc_rd_eq_str(dmsc_buf_rd(a->results[0].value), "node");
	if (r != DMSC_E_OK && c->e->dm == DMSC_DM_NOT_FOUND) {
		dmsc_err_clear(c->e);
		r = DMSC_E_OK;
	}
	dmsc_view_free(&dmsc_dm_answer_view, a);
	free(uri);
	return r;
}

/* What stands at the place. */
static int
look(struct run *c)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *old = NULL;
	int r = c->made ? DMSC_E_NOTFOUND : DMSC_E_OK;

	if (c->card && !c->o->compare && !dmsc_node_is_leaf(c->from.n) &&
	    ((r = ask_card(c)) != DMSC_E_OK || c->there))
		return r;
	if (r == DMSC_E_OK)
		r = dmsc_store_at(c->st, c->path, &t, &old);
	if (r == DMSC_E_NOTFOUND && c->e->sw == 0) {
		dmsc_err_clear(c->e);
		return DMSC_E_OK;
	}
	if (r != DMSC_E_OK || old == NULL)
		return r;
	c->there = true;
	return differences(c, old);
}

/* The working copy gets it: a node first where there is none. */
static int
edit(struct run *c)
{
	const struct dmsc_node *n = c->from.n;
	int r = c->there ? DMSC_E_OK : dmsc_store_add(c->st, c->path,
	    dmsc_node_format(n), dmsc_node_type(n), dmsc_node_value(n));

	return r != DMSC_E_OK ? r :
	    dmsc_store_tree(c->st, c->path, c->from.t);
}

static int
plan(struct run *c)
{
	struct dmsc_plan *p = NULL;
	int r = dmsc_store_plan(c->st, false, &p);

	if (r == DMSC_E_OK && strcmp(p->verdict, "refused") == 0) {
		r = dmsc_fail(c->e, DMSC_E_PLAN, "it could not be written");
		(void)dmsc_err_where(c->e, "%s", c->path);
		(void)dmsc_err_why(c->e, "%s", p->why);
		if (p->next != NULL)
			(void)dmsc_err_next(c->e, "%s", p->next);
	} else if (r == DMSC_E_OK && dmsc_str_set(&c->out->way, "%s",
	    p->way) != DMSC_E_OK)
		r = no_memory(c);
	dmsc_view_free(&dmsc_plan_view, p);
	return r;
}

static int
commit(struct run *c)
{
	struct dmsc_commit *x = NULL;
	int r = dmsc_store_commit(c->st, false, &x);

	if (r == DMSC_E_OK) {
		c->verified = x->verified == 1;
		if (dmsc_str_set(&c->out->way, "%s", x->way) != DMSC_E_OK ||
		    (x->journal != NULL && dmsc_str_set(&c->out->journal,
		    "%s", x->journal) != DMSC_E_OK))
			r = no_memory(c);
	}
	dmsc_view_free(&dmsc_commit_view, x);
	return r;
}

/* One Replace of the whole, a large object where it needs to be: all of it
 * is there, or nothing. */
static int
replace(struct run *c)
{
	struct dmsc_dm_command put = { .verb = DMSC_DM_VERB_REPLACE,
	    .has_value = true, .value = dmsc_buf_rd(c->from.bytes),
	    .format = c->from.meta.format, .type = c->from.meta.type };
	struct dmsc_dm_answer *a = NULL;
	char *uri = NULL;
	int r = DMSC_E_OK;

	if (dmsc_str_set(&uri, ".%s", c->path + strlen(c->doc)) !=
	    DMSC_E_OK ||
	    dmsc_str_set(&c->out->way, "replace") != DMSC_E_OK)
		r = no_memory(c);
	put.uri = uri;
	if (r == DMSC_E_OK && !c->o->dry)
		r = dmsc_store_dm_run(c->st, &put, 1, false, &a);
	dmsc_view_free(&dmsc_dm_answer_view, a);
	free(uri);
	return r;
}

/* A difference that is too much for one Atomic goes as the whole. */
static int
write_edit(struct run *c)
{
	int r = edit(c), again;

	if (r == DMSC_E_OK)
		r = c->o->dry ? plan(c) : commit(c);
	if (r != DMSC_E_LIMIT || !c->card || !c->there ||
	    dmsc_node_is_leaf(c->from.n))
		return r;
	dmsc_err_clear(c->e);
	again = dmsc_store_revert(c->st, NULL);
	return again != DMSC_E_OK ? again : replace(c);
}

static int
state(struct run *c, const char *text)
{
	return dmsc_str_set(&c->out->state, "%s", text) == DMSC_E_OK ?
	    DMSC_E_OK : no_memory(c);
}

static int
write_card(struct run *c)
{
	bool known = c->there && (c->o->compare || !c->card ||
	    dmsc_node_is_leaf(c->from.n));
	int r;

	if (known && c->out->n_changes == 0) {
		c->verified = true;
		return dmsc_str_set(&c->out->way, "none") != DMSC_E_OK ?
		    no_memory(c) : state(c, "same");
	}
	if ((r = state(c, !c->there ? "new" : known && c->o->compare ?
	    "changed" : "replaced")) != DMSC_E_OK)
		return r;
	return c->there && !known ? replace(c) : write_edit(c);
}

/* From the card, not from what is thought to be there. */
static int
read_back(struct run *c)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	int r;

	if (c->verified)
		return DMSC_E_OK;
	dmsc_store_forget(c->st);
	if ((r = dmsc_store_at(c->st, c->path, &t, &n)) == DMSC_E_OK &&
	    n != NULL && (r = keep_lists(c->from.t, c->from.n, n)) ==
	    DMSC_E_OK && dmsc_node_equal(n, c->from.n))
		return DMSC_E_OK;
	if (r != DMSC_E_OK && r != DMSC_E_NOTFOUND)
		return r;
	(void)dmsc_fail(c->e, DMSC_E_MISMATCH,
	    "the card gives back something else than was copied");
	(void)dmsc_err_where(c->e, "%s", c->path);
	return dmsc_err_why(c->e, "the device keeps its own");
}

static int
may_move(struct run *c)
{
	if (c->from.left_out == 0)
		return dmsc_copy_may_erase(c->dev, c->uri, c->o->as,
		    c->path, c->e);
	(void)dmsc_fail(c->e, DMSC_E_UNSUPPORTED,
	    "a move would lose what may not be read");
	(void)dmsc_err_where(c->e, "./%s", c->uri);
	return dmsc_err_next(c->e, "the same line without --move");
}

static int
erase(struct run *c)
{
	int r = read_back(c);

	c->out->moved = r == DMSC_E_OK;
	if (r != DMSC_E_OK || c->o->dry)
		return r;
	if ((r = dmsc_copy_erase(c->dev, c->uri, c->e)) != DMSC_E_OK)
		(void)dmsc_err_why(c->e,
		    "the copy is on the card, the device keeps its own");
	return r;
}

static size_t
count(const struct dmsc_node *n)
{
	const struct dmsc_node *k;
	size_t all = 1;

	for (k = dmsc_node_first(n); k != NULL; k = dmsc_node_next(k))
		all += count(k);
	return all;
}

static int
copy(struct run *c)
{
	int r;

	if ((r = source(c)) != DMSC_E_OK || (r = place(c)) != DMSC_E_OK ||
	    (c->o->move && (r = may_move(c)) != DMSC_E_OK) ||
	    (r = document(c)) != DMSC_E_OK ||
	    (r = look(c)) != DMSC_E_OK)
		return r;
	c->out->nodes = count(c->from.n);
	c->out->left_out = (unsigned)c->from.left_out;
	if ((r = write_card(c)) == DMSC_E_OK && c->o->move && !c->o->dry)
		r = erase(c);
	if (!c->o->compare) {
		while (c->out->n_changes > 0)
			dmsc_view_clear(&dmsc_change_view,
			    &c->out->changes[--c->out->n_changes]);
	}
	return r;
}

/* Nothing of it stays in the working copy. */
static void
clean(struct run *c)
{
	struct dmsc_err kept = *c->e;

	if (dmsc_store_dirty(c->st) &&
	    dmsc_store_revert(c->st, NULL) != DMSC_E_OK)
		kept.code = kept.code == DMSC_E_OK ? DMSC_E_NOMEM : kept.code;
	*c->e = kept;
}

int
dmsc_copy_run(struct dmsc_store *st, const char *state_dir,
    const struct dmsc_copy_opts *o, struct dmsc_err *e,
    struct dmsc_copied **out)
{
	struct run c = { .st = st, .o = o, .e = e };
	int r;

	*out = NULL;
	if (dmsc_store_dirty(st)) {
		(void)dmsc_fail(e, DMSC_E_USAGE, "the working copy holds "
		    "other changes");
		(void)dmsc_err_next(e, "commit");
		return dmsc_err_next(e, "revert");
	}
	if ((c.out = dmsc_view_new(&dmsc_copied_view)) == NULL)
		return no_memory(&c);
	r = dmsc_device_load(state_dir, o->device, &c.dev, e);
	if (r == DMSC_E_OK)
		r = copy(&c);
	clean(&c);
	if (r == DMSC_E_OK) {
		*out = c.out;
		c.out = NULL;
	}
	dmsc_view_free(&dmsc_copied_view, c.out);
	dmsc_copy_from_clear(&c.from);
	dmsc_device_free(&c.dev);
	free(c.doc);
	free(c.path);
	return r;
}
