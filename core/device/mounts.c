/* Mounts of a device as its tree keeps them, ./Origin/Mount
 * (device/mounts.h). */
#include "device/mounts.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define MOUNTS "Origin/Mount"

static const char *
plain(const char *uri)
{
	return dmsc_begins(uri, "./") ? uri + 2 : uri;
}

bool
dmsc_mount_at(const struct dmsc_device *d, size_t i,
    struct dmsc_mount_row *out)
{
	struct dmsc_node *top = dmsc_tree_find(d->tree, MOUNTS), *n;

	n = top == NULL ? NULL : dmsc_node_first(top);
	while (n != NULL && i-- > 0)
		n = dmsc_node_next(n);
	if (n == NULL)
		return false;
	out->node = n;
	dmsc_device_text(n, "URI", out->uri, sizeof out->uri);
	dmsc_device_text(n, "Path", out->path, sizeof out->path);
	dmsc_device_text(n, "Card", out->card, sizeof out->card);
	return true;
}

bool
dmsc_mount_find(const struct dmsc_device *d, const char *uri,
    struct dmsc_mount_row *out)
{
	size_t i;

	for (i = 0; dmsc_mount_at(d, i, out); i++)
		if (strcmp(out->uri, plain(uri)) == 0)
			return true;
	return false;
}

bool
dmsc_mount_meets(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] == b[i] && a[i] != '\0')
		i++;
	return (a[i] == '\0' || a[i] == '/') &&
	    (b[i] == '\0' || b[i] == '/') && (a[i] == '\0' || b[i] == '\0');
}

bool
dmsc_mount_covers(const struct dmsc_device *d, const char *card,
    const char *path, struct dmsc_mount_row *out)
{
	struct dmsc_mount_row row;
	size_t i;

	if (out == NULL)
		out = &row;
	for (i = 0; dmsc_mount_at(d, i, out); i++)
		if (strcmp(out->card, card) == 0 &&
		    dmsc_mount_meets(out->path, path))
			return true;
	return false;
}

/* The node above uri, and the last name of uri, decoded. */
static int
above(const struct dmsc_tree *t, const char *uri, struct dmsc_node **parent,
    struct dmsc_buf *name)
{
	const char *slash = strrchr(uri, '/');
	char up[DMSC_MOUNT_TEXT];

	*parent = dmsc_tree_root(t);
	if (slash != NULL) {
		(void)snprintf(up, sizeof up, "%.*s", (int)(slash - uri), uri);
		*parent = dmsc_tree_find(t, up);
	}
	dmsc_buf_reset(name);
	return dmsc_uri_unescape(slash == NULL ? uri : slash + 1, name);
}

static int
not_there(struct dmsc_err *e, int code, const char *uri, const char *why)
{
	(void)dmsc_fail(e, code, "nothing can be mounted there");
	(void)dmsc_err_where(e, "./%s", uri);
	(void)dmsc_err_why(e, "%s", why);
	return dmsc_err_next(e, "device tree");
}

static bool
is_ours(const char *uri)
{
	static const char *const tops[] = { "Origin", "SC", "Inbox" };
	size_t i;

	for (i = 0; i < DMSC_COUNT(tops); i++)
		if (dmsc_mount_meets(uri, tops[i]))
			return true;
	return false;
}

static int
may_add(const struct dmsc_device *d, const char *uri, struct dmsc_err *e)
{
	struct dmsc_buf *name = dmsc_buf_new(DMSC_MOUNT_TEXT);
	struct dmsc_mount_row row;
	struct dmsc_node *parent = NULL;
	size_t i = 0;
	int r;

	if (name == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	r = above(d->tree, uri, &parent, name);
	if (r != DMSC_E_OK || name->len == 0 || strchr(uri, '?') != NULL ||
	    is_ours(uri))
		r = not_there(e, DMSC_E_USAGE, uri,
		    "it is no URI for a node of its own");
	else if (dmsc_tree_find(d->tree, uri) != NULL)
		r = not_there(e, DMSC_E_EXISTS, uri,
		    "the device has a node there");
	else if (parent == NULL || dmsc_node_is_leaf(parent))
		r = not_there(e, DMSC_E_NOTFOUND, uri,
		    "the device has no node above it");
	while (r == DMSC_E_OK && dmsc_mount_at(d, i++, &row))
		if (dmsc_mount_meets(row.uri, uri))
			r = not_there(e, DMSC_E_EXISTS, uri,
			    "something is mounted there, above or below");
		else if (i == DMSC_MOUNTS_MAX)
			r = not_there(e, DMSC_E_LIMIT, uri,
			    "the device has too many mounts");
	dmsc_buf_free(&name);
	return r;
}

int
dmsc_mount_add(struct dmsc_device *d, struct dmsc_mount_row *row,
    struct dmsc_err *e)
{
	struct dmsc_node *top;
	int r;

	memmove(row->uri, plain(row->uri), strlen(plain(row->uri)) + 1);
	if ((r = may_add(d, row->uri, e)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_device_need(d, MOUNTS, &top)) == DMSC_E_OK)
		r = dmsc_device_numbered(d, top, DMSC_FMT_NODE, &row->node);
	if (r == DMSC_E_OK)
		r = dmsc_device_put(d, row->node, "URI", DMSC_FMT_CHR,
		    dmsc_rd_str(row->uri));
	if (r == DMSC_E_OK)
		r = dmsc_device_put(d, row->node, "Path", DMSC_FMT_CHR,
		    dmsc_rd_str(row->path));
	if (r == DMSC_E_OK)
		r = dmsc_device_put(d, row->node, "Card", DMSC_FMT_CHR,
		    dmsc_rd_str(row->card));
	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "the device cannot keep the mount");
}

int
dmsc_mount_remove(struct dmsc_device *d, const struct dmsc_mount_row *row)
{
	return dmsc_node_remove(d->tree, row->node);
}

bool
dmsc_mount_is_point(const struct dmsc_device *d, const struct dmsc_node *n)
{
	struct dmsc_mount_row row;
	size_t i;

	if (dmsc_node_is_leaf(n) || dmsc_node_children(n) > 0)
		return false;
	for (i = 0; dmsc_mount_at(d, i, &row); i++)
		if (dmsc_tree_find(d->tree, row.uri) == n)
			return true;
	return false;
}

bool
dmsc_mount_is_here(const struct dmsc_mount_row *row,
    const struct dmsc_mount_card *c)
{
	const char *id = c == NULL || c->who == NULL ? NULL : c->who(c->ctx);

	return id != NULL && strcmp(id, row->card) == 0;
}

static int
show_one(struct dmsc_device *d, const struct dmsc_mount_row *row,
    struct dmsc_buf *name)
{
	struct dmsc_node *parent, *n;
	const char *s;
	int r = above(d->tree, row->uri, &parent, name);

	if (r != DMSC_E_OK || parent == NULL || dmsc_node_is_leaf(parent))
		return DMSC_E_OK;	/* it was removed: so is the mount */
	if ((s = dmsc_buf_cstr(name)) == NULL)
		return DMSC_E_NOMEM;
	if (dmsc_node_child(parent, s) != NULL)
		return DMSC_E_OK;
	return dmsc_node_add(d->tree, parent, s, DMSC_FMT_NODE, &n);
}

int
dmsc_mount_show(struct dmsc_device *d, const struct dmsc_mount_card *c)
{
	struct dmsc_buf *name = dmsc_buf_new(DMSC_MOUNT_TEXT);
	struct dmsc_mount_row row;
	size_t i;
	int r = name == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && dmsc_mount_at(d, i, &row); i++)
		if (dmsc_mount_is_here(&row, c))
			r = show_one(d, &row, name);
	dmsc_buf_free(&name);
	return r;
}
