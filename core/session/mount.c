/* Nodes of a device that its card keeps (dmsc/apps.h), on a session. */
#include "session/hold.h"
#include "session/mount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "device/seen.h"
#include "device/talk.h"
#include "store/cardtree.h"

#include <dmsc/apps.h>

static const struct dmsc_field mount_fields[] = {
	DMSC_F(dmsc_mount, uri, DMSC_K_STR),
	DMSC_F(dmsc_mount, path, DMSC_K_STR),
	DMSC_F(dmsc_mount, card, DMSC_K_STR),
	DMSC_F(dmsc_mount, state, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_mount_view = { "mount",
	sizeof(struct dmsc_mount), mount_fields };
static const struct dmsc_field list_fields[] = {
	DMSC_F(dmsc_mount_list, device, DMSC_K_STR),
	DMSC_F_LIST(dmsc_mount_list, mounts, n_mounts, &dmsc_mount_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_mount_list_view = { "mounts",
	sizeof(struct dmsc_mount_list), list_fields };

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* ---- the card as it is now */

/* A document, by a store of its own: the session's has a working copy. */
static int
read_document(struct dmsc_session *s, const char *path, struct dmsc_tree *t,
    struct dmsc_node *parent, const char *name)
{
	struct dmsc_store *st = dmsc_store_new(s->uicc, s->guard,
	    s->state_dir, &s->err, NULL, NULL);
	const struct dmsc_tree *doc;
	const struct dmsc_node *n;
	int r = st == NULL ? no_memory(s) : dmsc_store_at(st, path, &doc, &n);

	if (r == DMSC_E_OK && n == NULL) {
		r = dmsc_fail(&s->err, DMSC_E_UNSUPPORTED,
		    "the document is no tree");
		(void)dmsc_err_where(&s->err, "%s", path);
	} else if (r == DMSC_E_OK && dmsc_node_graft(t, parent, name, n,
	    NULL) != DMSC_E_OK)
		r = no_memory(s);
	dmsc_store_free(&st);
	return r;
}

/* The card's own tree, by a Get. */
static int
read_own(struct dmsc_session *s, const char *path, struct dmsc_tree *t,
    struct dmsc_node *parent, const char *name)
{
	const char *uri = path + strlen("/" DMSC_KIND_CARD);
	struct dmsc_tree *own = NULL;
	const struct dmsc_node *n;
	int r = dmsc_store_dm_tree(s->store, uri, &own);

	if (r == DMSC_E_OK) {
		n = dmsc_tree_root(own);
		if (*uri != '\0')	/* the one that was asked for */
			n = dmsc_node_first(n);
		if (n == NULL) {
			r = dmsc_fail(&s->err, DMSC_E_NOTFOUND,
			    "the card does not show it");
			(void)dmsc_err_where(&s->err, "%s", path);
		} else if (dmsc_node_graft(t, parent, name, n, NULL) !=
		    DMSC_E_OK)
			r = no_memory(s);
	}
	dmsc_tree_free(&own);
	return r;
}

static bool
is_own(struct dmsc_session *s, const char *path)
{
	return dmsc_cardtree_path(path) && dmsc_store_dm_there(s->store);
}

int
dmsc_session_read(struct dmsc_session *s, const char *path,
    struct dmsc_tree *t, struct dmsc_node *parent, const char *name)
{
	int r = dmsc_session_need_card(s);

	if (r != DMSC_E_OK)
		return r;
	return is_own(s, path) ? read_own(s, path, t, parent, name) :
	    read_document(s, path, t, parent, name);
}

static int
read_card(void *ctx, const char *path, struct dmsc_tree *t,
    struct dmsc_node *parent, const char *name, struct dmsc_err *e)
{
	struct dmsc_session *s = ctx;
	int r = dmsc_session_read(s, path, t, parent, name);

	*e = s->err;
	dmsc_err_clear(&s->err);
	return r;
}

static const char *
who(void *ctx)
{
	struct dmsc_session *s = ctx;
	const char *id = NULL;
	bool there = dmsc_connected(s) &&
	    dmsc_session_need_card(s) == DMSC_E_OK &&
	    dmsc_guard_identity(s->guard, &id) == DMSC_E_OK;

	dmsc_err_clear(&s->err);
	return !there ? NULL : id == NULL ? "" : id;
}

void
dmsc_session_mounted(struct dmsc_session *s, struct dmsc_mount_card *out)
{
	memset(out, 0, sizeof *out);
	out->who = who;
	out->read = read_card;
	out->ctx = s;
}

/* ---- what there is to mount */

/* The path as it is kept: by the document's name, however it was said. */
static int
settle_path(struct dmsc_session *s, const char *path,
    struct dmsc_mount_row *row)
{
	size_t len = strcspn(path + 1, "/") + 1;
	struct dmsc_doc *doc = NULL;
	char first[DMSC_MOUNT_TEXT];
	int r = DMSC_E_OK, n;

	if (*path != '/' || path[1] == '\0' || strlen(path) >= sizeof first)
		r = dmsc_fail(&s->err, DMSC_E_USAGE,
		    "'%.64s' names no document of the card", path);
	else if (is_own(s, path))
		(void)snprintf(row->path, sizeof row->path, "%s", path);
	else {
		(void)snprintf(first, sizeof first, "%.*s", (int)len, path);
		r = dmsc_store_stat(s->store, first, &doc);
		n = r != DMSC_E_OK ? 0 : snprintf(row->path,
		    sizeof row->path, "/%s%s", doc->name, path + len);
		if (n >= (int)sizeof row->path)
			r = dmsc_fail(&s->err, DMSC_E_LIMIT,
			    "the path is too long");
	}
	dmsc_view_free(&dmsc_doc_view, doc);
	len = strlen(row->path);
	if (r == DMSC_E_OK && row->path[len - 1] == '/')
		row->path[len - 1] = '\0';
	return r;
}

static bool
has_policy(const struct dmsc_node *top)
{
	const struct dmsc_node *n = top;

	while (n != NULL) {
		if (dmsc_begins(dmsc_node_type(n), DMSC_POLICY_URN))
			return true;
		if (dmsc_node_first(n) != NULL) {
			n = dmsc_node_first(n);
			continue;
		}
		while (n != top && dmsc_node_next(n) == NULL)
			n = dmsc_node_parent(n);
		n = n == top ? NULL : dmsc_node_next(n);
	}
	return false;
}

/* It is there, may be read, and is nothing that the device has to take: no
 * policy is got rid of by a mount. */
static int
check_path(struct dmsc_session *s, const char *path)
{
	struct dmsc_tree *t = dmsc_tree_new(2UL * DMSC_DOC_MAX);
	int r = t == NULL ? no_memory(s) : dmsc_session_read(s, path, t,
	    dmsc_tree_root(t), "mounted");

	if (r == DMSC_E_OK && has_policy(dmsc_tree_root(t))) {
		r = dmsc_fail(&s->err, DMSC_E_PLAN, "a policy is not mounted");
		(void)dmsc_err_where(&s->err, "%s", path);
		(void)dmsc_err_why(&s->err, "the device takes it at power-on, "
		    "and keeps it");
		(void)dmsc_err_next(&s->err, "device poweron");
	}
	dmsc_tree_free(&t);
	return r;
}

/* What the device took a copy of before: it goes. */
static int
take_back(struct dmsc_session *s, struct dmsc_device *d,
    const struct dmsc_mount_row *row)
{
	char path[sizeof((struct dmsc_origin *)0)->document + 1];
	struct dmsc_origin o;
	bool kept = false;
	size_t i = 0;

	while (dmsc_origin_at(d, i, &o)) {
		(void)snprintf(path, sizeof path, "/%s", o.document);
		if (strcmp(o.card, row->card) != 0 ||
		    !dmsc_mount_meets(path, row->path)) {
			i++;
			continue;
		}
		if (dmsc_origin_remove(d, &o, true, &kept) != DMSC_E_OK)
			return no_memory(s);
		if (!kept)
			continue;
		(void)dmsc_fail(&s->err, DMSC_E_PLAN,
		    "the device has taken a policy from there, which stays");
		(void)dmsc_err_where(&s->err, "%s", row->path);
		return dmsc_err_next(&s->err, "device show");
	}
	return DMSC_E_OK;
}

static int
list_add(struct dmsc_mount_list *l, const struct dmsc_mount_row *row,
    const char *card)
{
	struct dmsc_mount *m = dmsc_list_add(&l->mounts, &l->n_mounts,
	    sizeof *m);

	if (m == NULL || dmsc_str_set(&m->uri, "./%s", row->uri) !=
	    DMSC_E_OK || dmsc_str_set(&m->path, "%s", row->path) !=
	    DMSC_E_OK || (*row->card != '\0' && dmsc_str_set(&m->card, "%s",
	    row->card) != DMSC_E_OK))
		return DMSC_E_NOMEM;
	return dmsc_str_set(&m->state, "%s", card == NULL ? "no card" :
	    strcmp(card, row->card) == 0 ? "there" : "another card");
}

/* All mounts, or (only) one. */
static int
list(struct dmsc_session *s, const struct dmsc_device *d,
    const struct dmsc_mount_row *only, struct dmsc_mount_list **out)
{
	struct dmsc_mount_list *l = dmsc_view_new(&dmsc_mount_list_view);
	struct dmsc_mount_row row;
	const char *id;
	size_t i;
	int r;

	id = only == NULL && !dmsc_mount_at(d, 0, &row) ? NULL : who(s);
	r = l == NULL ? DMSC_E_NOMEM : dmsc_str_set(&l->device, "%s",
	    d->name);
	if (r == DMSC_E_OK && only != NULL)
		r = list_add(l, only, id);
	for (i = 0; r == DMSC_E_OK && only == NULL &&
	    dmsc_mount_at(d, i, &row); i++)
		r = list_add(l, &row, id);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_mount_list_view, l);
		return no_memory(s);
	}
	*out = l;
	return DMSC_E_OK;
}

/* The row to be: where the path is, of which card, at which URI. */
static int
make_row(struct dmsc_session *s, const char *path, const char *uri,
    struct dmsc_mount_row *row)
{
	const char *id = NULL;
	int r = settle_path(s, path, row), n;

	if (r != DMSC_E_OK || (r = check_path(s, row->path)) != DMSC_E_OK ||
	    (r = dmsc_guard_identity(s->guard, &id)) != DMSC_E_OK)
		return r;
	(void)snprintf(row->card, sizeof row->card, "%s",
	    id == NULL ? "" : id);
	n = uri == NULL ? snprintf(row->uri, sizeof row->uri, "%s",
	    strrchr(row->path, '/') + 1) :
	    snprintf(row->uri, sizeof row->uri, "%s", uri);
	return n < (int)sizeof row->uri ? r : dmsc_fail(&s->err,
	    DMSC_E_LIMIT, "the URI is too long");
}

static int
mount(struct dmsc_session *s, const char *device, const char *path,
    const char *uri, bool dry, struct dmsc_mount_list **out)
{
	struct dmsc_mount_row row = { .node = NULL };
	struct dmsc_device *d = NULL;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r == DMSC_E_OK)
		r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r == DMSC_E_OK)
		r = make_row(s, path, uri, &row);
	if (r == DMSC_E_OK && dmsc_told_begin(d) != DMSC_E_OK)
		r = no_memory(s);
	if (r == DMSC_E_OK && dmsc_seencard_drop(d) != DMSC_E_OK)
		r = no_memory(s);	/* power-on reads it again */
	if (r == DMSC_E_OK && (r = take_back(s, d, &row)) == DMSC_E_OK)
		r = dmsc_mount_add(d, &row, &s->err);
	if (r == DMSC_E_OK)
		r = list(s, d, &row, out);
	if (r == DMSC_E_OK && !dry)
		r = dmsc_device_save(d, &s->err);
	dmsc_device_free(&d);
	return r;
}

int
dmsc_device_mount(struct dmsc_session *s, const char *device,
    const char *path, const char *uri, bool dry,
    struct dmsc_mount_list **out)
{
	int r = dmsc_session_hold(s, device, dry);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	r = mount(s, device, path, uri, dry, out);
	dmsc_session_let(s, device, dry);
	return r;
}

static int
unmount(struct dmsc_session *s, const char *device, const char *uri,
    bool dry)
{
	struct dmsc_mount_row row;
	struct dmsc_device *d = NULL;
	int r = dmsc_device_load(s->state_dir, device, &d, &s->err);

	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_mount_find(d, uri, &row)) {
		r = dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "nothing is mounted there");
		(void)dmsc_err_where(&s->err, "%s", uri);
		(void)dmsc_err_next(&s->err, "device mount");
	} else if (dmsc_mount_remove(d, &row) != DMSC_E_OK ||
	    dmsc_seencard_drop(d) != DMSC_E_OK)
		r = no_memory(s);
	if (r == DMSC_E_OK && !dry)
		r = dmsc_device_save(d, &s->err);
	dmsc_device_free(&d);
	return r;
}

int
dmsc_device_unmount(struct dmsc_session *s, const char *device,
    const char *uri, bool dry)
{
	int r = dmsc_session_hold(s, device, dry);

	if (r != DMSC_E_OK)
		return r;
	r = unmount(s, device, uri, dry);
	dmsc_session_let(s, device, dry);
	return r;
}

int
dmsc_device_mounts(struct dmsc_session *s, const char *device,
    struct dmsc_mount_list **out)
{
	struct dmsc_device *d = NULL;
	int r;

	*out = NULL;
	r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r == DMSC_E_OK)
		r = list(s, d, NULL, out);
	dmsc_device_free(&d);
	return r;
}

int
dmsc_device_get(struct dmsc_session *s, const char *device,
    const char *const *uris, size_t n, struct dmsc_dm_answer **out)
{
	struct dmsc_mount_card card;
	struct dmsc_device *d = NULL;
	unsigned long before = 0, after = 0, bytes;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r != DMSC_E_OK)
		return r;
	dmsc_session_mounted(s, &card);
	if (s->uicc != NULL)
		dmsc_uicc_counters(s->uicc, &before, &bytes);
	r = dmsc_device_get_run(d, &card, uris, n, out, &s->err);
	if (s->uicc != NULL)
		dmsc_uicc_counters(s->uicc, &after, &bytes);
	if (*out != NULL)
		(*out)->apdus = (unsigned)(after - before);
	dmsc_device_free(&d);
	return r;
}
