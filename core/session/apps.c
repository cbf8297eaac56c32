/* Applications of the device and their MOs on its card (dmsc/apps.h). */
#include "device/apps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/apps.h>

#include "base/base.h"
#include "base/text.h"
#include "dm/dm.h"
#include "session/hold.h"
#include "session/mount.h"
#include "store/cardtree.h"

enum { PATH_MAX_LEN = 4096 };

static const struct dmsc_field app_fields[] = {
	DMSC_F(dmsc_app, name, DMSC_K_STR),
	DMSC_F_STRS(dmsc_app, mos, n_mos),
	DMSC_F_END
};
const struct dmsc_view dmsc_app_view = { "app", sizeof(struct dmsc_app),
	app_fields };
static const struct dmsc_field list_fields[] = {
	DMSC_F(dmsc_app_list, device, DMSC_K_STR),
	DMSC_F_LIST(dmsc_app_list, apps, n_apps, &dmsc_app_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_app_list_view = { "apps",
	sizeof(struct dmsc_app_list), list_fields };
static const struct dmsc_field change_fields[] = {
	DMSC_F(dmsc_app_change, app, DMSC_K_STR),
	DMSC_F(dmsc_app_change, mo, DMSC_K_STR),
	DMSC_F(dmsc_app_change, path, DMSC_K_STR),
	DMSC_F(dmsc_app_change, written, DMSC_K_BOOL),
	DMSC_F(dmsc_app_change, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_app_change_view = { "change",
	sizeof(struct dmsc_app_change), change_fields };

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* ---- which there are */

static int
list_one(struct dmsc_app_list *l, const struct dmsc_node *app)
{
	struct dmsc_app *a = dmsc_list_add(&l->apps, &l->n_apps, sizeof *a);
	const struct dmsc_node *n;
	struct dmsc_rd v;
	size_t k;
	int r = a == NULL ? DMSC_E_NOMEM : dmsc_str_set(&a->name, "%s",
	    dmsc_node_name(app));

	for (k = 0; r == DMSC_E_OK && (n = dmsc_app_type(app, k)) != NULL;
	    k++) {
		v = dmsc_node_value(n);
		r = dmsc_strs_add(&a->mos, &a->n_mos, "%.*s", (int)v.left,
		    (const char *)v.p);
	}
	return r;
}

static int
list(struct dmsc_session *s, const struct dmsc_device *d,
    struct dmsc_app_list **out)
{
	struct dmsc_app_list *l = dmsc_view_new(&dmsc_app_list_view);
	const struct dmsc_node *app;
	size_t i;
	int r = l == NULL ? DMSC_E_NOMEM : dmsc_str_set(&l->device, "%s",
	    d->name);

	for (i = 0; r == DMSC_E_OK && (app = dmsc_app_at(d, i)) != NULL; i++)
		r = list_one(l, app);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_app_list_view, l);
		return no_memory(s);
	}
	*out = l;
	return DMSC_E_OK;
}

int
dmsc_device_apps(struct dmsc_session *s, const char *device,
    struct dmsc_app_list **out)
{
	struct dmsc_device *d = NULL;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r == DMSC_E_OK)
		r = list(s, d, out);
	dmsc_device_free(&d);
	return r;
}

/* What the device does to its list, as its user wants it. */
struct change {
	struct dmsc_session *s;
	const char *device;
	bool dry;
	int (*how)(struct dmsc_device *d, const char *name, const char *type,
	    struct dmsc_err *e);
};

static int
change(const struct change *c, const char *name, const char *mo,
    struct dmsc_app_list **out)
{
	struct dmsc_session *s = c->s;
	struct dmsc_device *d = NULL;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if ((r = dmsc_session_hold(s, c->device, c->dry)) != DMSC_E_OK)
		return r;
	r = dmsc_device_load(s->state_dir, c->device, &d, &s->err);
	if (r == DMSC_E_OK)
		r = c->how(d, name, mo, &s->err);
	if (r == DMSC_E_OK)
		r = list(s, d, out);
	if (r == DMSC_E_OK && !c->dry)
		r = dmsc_device_save(d, &s->err);
	dmsc_device_free(&d);
	dmsc_session_let(s, c->device, c->dry);
	return r;
}

int
dmsc_device_app_add(struct dmsc_session *s, const char *device,
    const char *name, const char *mo, bool dry, struct dmsc_app_list **out)
{
	const struct change c = { s, device, dry, dmsc_app_add };

	return change(&c, name, mo, out);
}

int
dmsc_device_app_remove(struct dmsc_session *s, const char *device,
    const char *name, const char *mo, bool dry, struct dmsc_app_list **out)
{
	const struct change c = { s, device, dry, dmsc_app_remove };

	return change(&c, name, mo, out);
}

/* ---- what is an application's on the card */

struct search {
	struct dmsc_session *s;
	struct dmsc_device *d;
	const struct dmsc_node *app;
	struct dmsc_tree *t;		/* of one document, below its name */
	const struct dmsc_node *mo, *node;
	struct dmsc_err shut;		/* the first that may not be read */
	char path[PATH_MAX_LEN];	/* of node */
};

static void
search_end(struct search *f)
{
	dmsc_tree_free(&f->t);
	dmsc_device_free(&f->d);
}

static int
search_begin(struct search *f, struct dmsc_session *s, const char *device,
    const char *app)
{
	int r;

	memset(f, 0, sizeof *f);
	f->s = s;
	dmsc_err_clear(&s->err);
	r = dmsc_device_load(s->state_dir, device, &f->d, &s->err);
	if (r != DMSC_E_OK || (f->app = dmsc_app_find(f->d, app)) != NULL)
		return r;
	(void)dmsc_fail(&s->err, DMSC_E_NOTFOUND,
	    "the device has no such application");
	(void)dmsc_err_where(&s->err, "%.64s", app);
	return dmsc_err_next(&s->err, "device app add %.64s --mo TYPE", app);
}

/* A fresh tree, and the name of the first segment of path in it. */
static int
fresh(struct search *f, const char *path, struct dmsc_buf *name)
{
	char seg[DMSC_MOUNT_TEXT];

	dmsc_tree_free(&f->t);
	path += *path == '/';
	(void)snprintf(seg, sizeof seg, "%.*s", (int)DMSC_MIN(strcspn(path,
	    "/"), sizeof seg - 1), path);
	dmsc_buf_reset(name);
	f->t = dmsc_tree_new(2UL * DMSC_DOC_MAX);
	if (f->t == NULL)
		return no_memory(f->s);
	return dmsc_uri_unescape(seg, name) == DMSC_E_OK && name->len > 0 ?
	    DMSC_E_OK : dmsc_fail(&f->s->err, DMSC_E_USAGE,
	    "no path on the card");
}

/* B may not: what, whose it is, and what can be done. */
static int
refuse(struct search *f, const struct dmsc_node *mo, const char *path)
{
	const struct dmsc_node *owner = mo == NULL ? NULL :
	    dmsc_app_owner(f->d, dmsc_node_type(mo));
	struct dmsc_err *e = &f->s->err;

	(void)dmsc_fail(e, DMSC_E_AUTH, "application '%s' may not handle it",
	    dmsc_node_name(f->app));
	(void)dmsc_err_where(e, "%.200s", path);
	if (mo == NULL)
		(void)dmsc_err_why(e, "it is in no MO that has a Type");
	else
		(void)dmsc_err_why(e, "MOs of type %.160s are %s%s",
		    dmsc_node_type(mo), owner == NULL ?
		    "no application's" : dmsc_node_name(owner),
		    owner == NULL ? "" : "'s");
	if (mo != NULL && owner == NULL)
		(void)dmsc_err_next(e, "device app add %s --mo %.160s",
		    dmsc_node_name(f->app), dmsc_node_type(mo));
	(void)dmsc_err_next(e, "device app ls");
	e->dm = DMSC_DM_DENIED;
	return e->code;
}

static int
missing(struct search *f, const char *path)
{
	(void)dmsc_fail(&f->s->err, DMSC_E_NOTFOUND, "no such node");
	(void)dmsc_err_where(&f->s->err, "%.200s", path);
	return dmsc_err_next(&f->s->err, "device app get %s",
	    dmsc_node_name(f->app));
}

/* What stands at uri, or else above it. */
static const struct dmsc_node *
nearest(const struct dmsc_tree *t, const char *uri, bool *there)
{
	const struct dmsc_node *n = dmsc_tree_find(t, uri);
	char up[PATH_MAX_LEN];
	char *slash;

	*there = n != NULL;
	(void)snprintf(up, sizeof up, "%s", uri);
	while (n == NULL && (slash = strrchr(up, '/')) != NULL) {
		*slash = '\0';
		n = dmsc_tree_find(t, up);
	}
	return n;
}

/* The node at uri, whose MO must be the application's; of another's it is not
 * even told what there is. path: as it was said. */
static int
settle(struct search *f, const char *at, const char *path)
{
	struct dmsc_buf *uri;
	const char *s;
	bool there;
	int r;

	f->node = nearest(f->t, at, &there);
	f->mo = f->node == NULL ? NULL : dmsc_app_mo(f->node);
	if (f->mo == NULL || !dmsc_app_owns(f->app, dmsc_node_type(f->mo)))
		return refuse(f, f->mo, path);
	if (!there)
		return missing(f, path);
	if ((uri = dmsc_buf_new(PATH_MAX_LEN)) == NULL)
		return no_memory(f->s);
	r = dmsc_node_uri(f->node, uri);
	s = r == DMSC_E_OK ? dmsc_buf_cstr(uri) : NULL;
	(void)snprintf(f->path, sizeof f->path, "/%s", s == NULL ? "" : s);
	dmsc_buf_free(&uri);
	return s == NULL ? no_memory(f->s) : DMSC_E_OK;
}

/* A path of the card, whoever's it is. */
static int
by_path(struct search *f, const char *path)
{
	size_t len = strcspn(path + 1, "/") + 1;
	struct dmsc_buf *name = dmsc_buf_new(DMSC_MOUNT_TEXT);
	char first[DMSC_MOUNT_TEXT];
	int r = name == NULL ? no_memory(f->s) : fresh(f, path, name);

	(void)snprintf(first, sizeof first, "%.*s", (int)DMSC_MIN(len,
	    sizeof first - 1), path);
	if (r == DMSC_E_OK)
		r = dmsc_session_read(f->s, first, f->t,
		    dmsc_tree_root(f->t), dmsc_buf_cstr(name));
	dmsc_buf_free(&name);
	return r != DMSC_E_OK ? r : settle(f, path + 1, path);
}

/* The rest of path below the MO that was found. */
static int
below(struct search *f, const struct dmsc_node *mo, const char *path)
{
	struct dmsc_buf *uri = dmsc_buf_new(PATH_MAX_LEN);
	const char *s = NULL;
	int r;

	if (uri == NULL)
		return no_memory(f->s);
	r = dmsc_node_uri(mo, uri);
	if (r == DMSC_E_OK && path != NULL && *path != '\0' &&
	    strcmp(path, ".") != 0)
		r = dmsc_buf_fmt(uri, "/%s", path);
	s = r == DMSC_E_OK ? dmsc_buf_cstr(uri) : NULL;
	r = s == NULL ? missing(f, path == NULL ? "" : path) :
	    settle(f, s, path == NULL ? s : path);
	dmsc_buf_free(&uri);
	return r;
}

/* One document, or /card: whether an MO of the application's is in it. What
 * cannot be read is not looked into. */
static int
look_into(struct search *f, struct dmsc_store *st, const char *path,
    bool *found, const char *rest)
{
	struct dmsc_buf *name = dmsc_buf_new(DMSC_MOUNT_TEXT);
	const struct dmsc_node *mo = NULL, *n = NULL;
	const struct dmsc_tree *doc;
	int r = name == NULL ? no_memory(f->s) : fresh(f, path, name);

	if (r == DMSC_E_OK && st == NULL)
		r = dmsc_session_read(f->s, path, f->t,
		    dmsc_tree_root(f->t), dmsc_buf_cstr(name));
	else if (r == DMSC_E_OK) {
		r = dmsc_store_at(st, path, &doc, &n);
		if (r == DMSC_E_OK && n != NULL && dmsc_node_graft(f->t,
		    dmsc_tree_root(f->t), dmsc_buf_cstr(name), n, NULL) !=
		    DMSC_E_OK)
			r = no_memory(f->s);
	}
	dmsc_buf_free(&name);
	if (r == DMSC_E_OK)
		mo = dmsc_app_search(f->app, dmsc_tree_root(f->t));
	*found = mo != NULL;
	if (mo != NULL)
		return below(f, mo, rest);
	if ((r == DMSC_E_AUTH || r == DMSC_E_BLOCKED) &&
	    f->shut.code == DMSC_E_OK)
		f->shut = f->s->err;
	if (r == DMSC_E_NOMEM || dmsc_store_lost(r))
		return r;
	dmsc_err_clear(&f->s->err);
	return DMSC_E_OK;
}

static int
in_documents(struct search *f, bool *found, const char *rest)
{
	struct dmsc_session *s = f->s;
	struct dmsc_store *st = dmsc_store_new(s->uicc, s->guard,
	    s->state_dir, &s->err, NULL, NULL);
	struct dmsc_doc_list *l = NULL;
	char path[DMSC_MOUNT_TEXT];
	size_t i;
	int r = st == NULL ? no_memory(s) : dmsc_store_list(st, true, &l);

	for (i = 0; r == DMSC_E_OK && !*found && i < l->n_documents; i++) {
		(void)snprintf(path, sizeof path, "/%s",
		    l->documents[i].name);
		if (!dmsc_cardtree_is(l->documents[i].kind))
			r = look_into(f, st, path, found, rest);
	}
	dmsc_view_free(&dmsc_doc_list_view, l);
	dmsc_store_free(&st);
	return r;
}

static int
nowhere(struct search *f)
{
	const struct dmsc_node *n = dmsc_app_type(f->app, 0);
	struct dmsc_rd v = n == NULL ? dmsc_rd_of(NULL, 0) :
	    dmsc_node_value(n);

	if (f->shut.code != DMSC_E_OK) {
		f->s->err = f->shut;
		return f->shut.code;
	}
	(void)dmsc_fail(&f->s->err, DMSC_E_NOTFOUND,
	    "the card has no MO of application '%s'",
	    dmsc_node_name(f->app));
	(void)dmsc_err_where(&f->s->err, "%.*s", (int)DMSC_MIN(v.left, 200),
	    (const char *)v.p);
	return dmsc_err_next(&f->s->err, "tree /");
}

/* What path means to the application: below its MO, wherever that is, or from
 * the root of the card. */
static int
find(struct search *f, const char *path)
{
	static const char own[] = "/" DMSC_KIND_CARD;
	bool found = false;
	int r = dmsc_session_need_card(f->s);

	if (r != DMSC_E_OK)
		return r;
	if (path != NULL && *path == '/')
		return by_path(f, path);
	r = in_documents(f, &found, path);
	if (r == DMSC_E_NOTFOUND && !found) {
		dmsc_err_clear(&f->s->err);	/* no documents at all */
		r = DMSC_E_OK;
	}
	if (r == DMSC_E_OK && !found && dmsc_store_dm_there(f->s->store))
		r = look_into(f, NULL, own, &found, path);
	return r != DMSC_E_OK || found ? r : nowhere(f);
}

int
dmsc_device_app_get(struct dmsc_session *s, const char *device,
    const char *app, const char *path, struct dmsc_app_data *out)
{
	struct search f;
	int r;

	memset(out, 0, sizeof *out);
	if ((r = search_begin(&f, s, device, app)) == DMSC_E_OK)
		r = find(&f, path);
	if (r == DMSC_E_OK && (dmsc_str_set(&out->path, "%s", f.path) !=
	    DMSC_E_OK || dmsc_str_set(&out->mo, "%s",
	    dmsc_node_type(f.mo)) != DMSC_E_OK))
		r = no_memory(s);
	if (r == DMSC_E_OK) {
		out->tree = f.t;
		out->node = f.node;
		f.t = NULL;
	}
	search_end(&f);
	return r;
}

void
dmsc_app_data_clear(struct dmsc_app_data *x)
{
	dmsc_tree_free(&x->tree);
	free(x->path);
	free(x->mo);
	memset(x, 0, sizeof *x);
}

/* ---- an edit */

static int
may_set(struct search *f, struct dmsc_rd value)
{
	struct dmsc_err *e = &f->s->err;

	if (!dmsc_node_is_leaf(f->node))
		(void)dmsc_fail(e, DMSC_E_USAGE,
		    "an interior node has no value");
	else if (dmsc_format_check(dmsc_node_format(f->node), value) !=
	    DMSC_E_OK)
		(void)dmsc_fail(e, DMSC_E_DATA,
		    "the value is not of the node's format");
	else
		return DMSC_E_OK;
	(void)dmsc_err_where(e, "%.200s", f->path);
	return dmsc_err_next(e, "device app get %s",
	    dmsc_node_name(f->app));
}

/* In the card's own tree: one Replace. */
static int
set_own(struct search *f, struct dmsc_rd value, bool dry)
{
	char *uri = NULL;
	struct dmsc_dm_command c = { .verb = DMSC_DM_VERB_REPLACE,
	    .has_value = true, .value = value };
	struct dmsc_dm_answer *x = NULL;
	int r = dmsc_str_set(&uri, ".%s", f->path +
	    strlen("/" DMSC_KIND_CARD));

	if (r != DMSC_E_OK)
		return no_memory(f->s);
	c.uri = uri;
	if (!dry)
		r = dmsc_store_dm_run(f->s->store, &c, 1, false, &x);
	dmsc_view_free(&dmsc_dm_answer_view, x);
	free(uri);
	return r;
}

static int
planned(struct dmsc_store *st, bool in_place, struct dmsc_err *e)
{
	struct dmsc_plan *p = NULL;
	int r = dmsc_store_plan(st, in_place, &p);

	if (r == DMSC_E_OK && strcmp(p->verdict, "refused") == 0) {
		r = dmsc_fail(e, DMSC_E_PLAN, "the card would not take it");
		(void)dmsc_err_why(e, "%s", p->why == NULL ? "" : p->why);
		if (p->next != NULL)
			(void)dmsc_err_next(e, "%s", p->next);
	}
	dmsc_view_free(&dmsc_plan_view, p);
	return r;
}

/* In a document: a commit of this alone. */
static int
set_document(struct search *f, struct dmsc_rd value,
    const struct dmsc_app_opts *o)
{
	struct dmsc_store *st = f->s->store;
	struct dmsc_commit *c = NULL;
	struct dmsc_err kept;
	int r;

	if (dmsc_store_dirty(st)) {
		(void)dmsc_fail(&f->s->err, DMSC_E_USAGE, "the shell has "
		    "changes that are not committed");
		(void)dmsc_err_next(&f->s->err, "commit");
		return dmsc_err_next(&f->s->err, "revert");
	}
	r = dmsc_store_set(st, f->path, value, NULL, NULL);
	if (r == DMSC_E_OK)
		r = o->dry ? planned(st, o->in_place, &f->s->err) :
		    dmsc_store_commit(st, o->in_place, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	if (dmsc_store_dirty(st)) {
		kept = f->s->err;
		if (dmsc_store_revert(st, "/") == DMSC_E_OK)
			f->s->err = kept;
	}
	return r;
}

static int
report(struct search *f, bool written, unsigned apdus,
    struct dmsc_app_change **out)
{
	struct dmsc_app_change *x = dmsc_view_new(&dmsc_app_change_view);

	*out = x;
	if (x == NULL || dmsc_str_set(&x->app, "%s", dmsc_node_name(f->app))
	    != DMSC_E_OK || dmsc_str_set(&x->mo, "%s",
	    dmsc_node_type(f->mo)) != DMSC_E_OK ||
	    dmsc_str_set(&x->path, "%s", f->path) != DMSC_E_OK)
		return no_memory(f->s);
	x->written = written;
	x->apdus = apdus;
	return DMSC_E_OK;
}

int
dmsc_device_app_set(struct dmsc_session *s, const char *device,
    const char *app, const char *path, struct dmsc_rd value,
    const struct dmsc_app_opts *o, struct dmsc_app_change **out)
{
	unsigned long before = 0, after = 0, bytes;
	struct search f;
	int r = search_begin(&f, s, device, app);

	*out = NULL;
	if (s->uicc != NULL)
		dmsc_uicc_counters(s->uicc, &before, &bytes);
	if (r == DMSC_E_OK && (r = find(&f, path)) == DMSC_E_OK &&
	    (r = may_set(&f, value)) == DMSC_E_OK)
		r = dmsc_cardtree_path(f.path) &&
		    dmsc_store_dm_there(s->store) ?
		    set_own(&f, value, o->dry) : set_document(&f, value, o);
	if (s->uicc != NULL)
		dmsc_uicc_counters(s->uicc, &after, &bytes);
	if (r == DMSC_E_OK)
		r = report(&f, !o->dry, (unsigned)(after - before), out);
	search_end(&f);
	return r;
}
