/* What changed on the device since its card was told (GEN-15; device/talk.h):
 * a digest of each MO, kept in ./Origin/Told. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "crypto/pk.h"
#include "device/talk.h"
#include "dm/dm.h"

enum { DIGEST_TEXT = 33, MOS_MAX = 1024 };

static struct dmsc_node *
kept(const struct dmsc_device *d)
{
	struct dmsc_node *n = dmsc_node_child(dmsc_tree_root(d->tree),
	    "Origin");

	return n == NULL ? NULL : dmsc_node_child(n, "Told");
}

static int
add_text(struct dmsc_pk_md *m, const char *s)
{
	return dmsc_pk_md_add(m, dmsc_rd_of(s, strlen(s) + 1));
}

/* Nonces come and go with every session: they are no configuration. */
static bool
counts(const struct dmsc_node *n)
{
	return strcmp(dmsc_node_name(n), "AAuthData") != 0;
}

static int
add_node(struct dmsc_pk_md *m, const struct dmsc_node *n, unsigned depth)
{
	struct dmsc_rd v = dmsc_node_value(n);
	char head[48];
	int r;

	(void)snprintf(head, sizeof head, "%u %d %zu", depth,
	    (int)dmsc_node_format(n), v.left);
	if ((r = add_text(m, head)) != DMSC_E_OK ||
	    (r = add_text(m, dmsc_node_name(n))) != DMSC_E_OK ||
	    (r = add_text(m, dmsc_node_type(n))) != DMSC_E_OK)
		return r;
	return v.left == 0 ? r : dmsc_pk_md_add(m, v);
}

static int
add_all(struct dmsc_pk_md *m, const struct dmsc_node *top)
{
	const struct dmsc_node *n = top;
	unsigned depth = 0;
	int r = DMSC_E_OK;

	while (n != NULL && r == DMSC_E_OK) {
		if (counts(n))
			r = add_node(m, n, depth);
		if (dmsc_node_first(n) != NULL) {
			n = dmsc_node_first(n);
			depth++;
			continue;
		}
		while (n != top && dmsc_node_next(n) == NULL) {
			n = dmsc_node_parent(n);
			depth--;
		}
		n = n == top ? NULL : dmsc_node_next(n);
	}
	return r;
}

/* Half a SHA-256 in hexadecimal. */
static int
digest(const struct dmsc_node *n, char out[DIGEST_TEXT])
{
	uint8_t sum[DMSC_PK_DIGEST_MAX];
	struct dmsc_pk_md *m = NULL;
	int r = dmsc_pk_md_new(DMSC_PK_SHA256, &m);

	if (r == DMSC_E_OK)
		r = add_all(m, n);
	if (r == DMSC_E_OK)
		r = dmsc_pk_md_end(m, sum);
	dmsc_pk_md_free(&m);
	if (r == DMSC_E_OK)
		(void)dmsc_hex(dmsc_rd_of(sum, DIGEST_TEXT / 2), out,
		    DIGEST_TEXT);
	return r;
}

/* What dmsc keeps there is no MO, nor is a folder that was left empty. */
static bool
is_mo(const struct dmsc_node *n)
{
	return strcmp(dmsc_node_name(n), "Origin") != 0 &&
	    strcmp(dmsc_node_name(n), "SC") != 0 && (dmsc_node_is_leaf(n) ||
	    dmsc_node_children(n) > 0 || *dmsc_node_type(n) != '\0');
}

/* The next MO of the device itself. */
static const struct dmsc_node *
next_mo(const struct dmsc_device *d, const struct dmsc_node *n)
{
	do
		n = dmsc_dm_next_mo(d->tree, n);
	while (n != NULL && !is_mo(n));
	return n;
}

static bool
uri_of(const struct dmsc_node *n, char *out, size_t size)
{
	struct dmsc_buf *b = dmsc_buf_new(size - 1);
	bool good = b != NULL && dmsc_node_uri(n, b) == DMSC_E_OK;
	const char *s = good ? dmsc_buf_cstr(b) : NULL;

	(void)snprintf(out, size, "%s", s == NULL ? "" : s);
	dmsc_buf_free(&b);
	return s != NULL;
}

/* Whether it is as it was told: "added", "changed", NULL. */
static const char *
news_of(const struct dmsc_node *top, const struct dmsc_node *n,
    const char *uri)
{
	const struct dmsc_node *was = dmsc_node_child(top, uri);
	char now[DIGEST_TEXT];

	if (was == NULL)
		return "added";
	return digest(n, now) != DMSC_E_OK ||
	    dmsc_rd_eq_str(dmsc_node_value(was), now) ? NULL : "changed";
}

bool
dmsc_told_next(const struct dmsc_device *d, size_t i, struct dmsc_told *out)
{
	const struct dmsc_node *top = kept(d), *n;

	if (top == NULL)
		return false;
	for (n = next_mo(d, NULL); n != NULL; n = next_mo(d, n))
		if (uri_of(n, out->uri, sizeof out->uri) && (out->change =
		    news_of(top, n, out->uri)) != NULL && i-- == 0)
			return true;
	out->change = "removed";
	for (n = dmsc_node_first(top); n != NULL; n = dmsc_node_next(n)) {
		(void)snprintf(out->uri, sizeof out->uri, "%s",
		    dmsc_node_name(n));
		if (dmsc_tree_find(d->tree, out->uri) == NULL && i-- == 0)
			return true;
	}
	return false;
}

static int
set_digest(struct dmsc_device *d, struct dmsc_node *top,
    const struct dmsc_node *n, const char *uri)
{
	struct dmsc_node *leaf = dmsc_node_child(top, uri);
	char now[DIGEST_TEXT];
	int r = digest(n, now);

	if (r == DMSC_E_OK && leaf == NULL)
		r = dmsc_node_add(d->tree, top, uri, DMSC_FMT_CHR, &leaf);
	return r != DMSC_E_OK ? r :
	    dmsc_node_set_value(d->tree, leaf, dmsc_rd_str(now));
}

int
dmsc_told_done(struct dmsc_device *d, const char *uri)
{
	struct dmsc_node *top = kept(d), *was;
	const struct dmsc_node *n = dmsc_tree_find(d->tree, uri);

	if (top == NULL)
		return DMSC_E_OK;
	if (n != NULL)
		return set_digest(d, top, n, uri);
	was = dmsc_node_child(top, uri);
	return was == NULL ? DMSC_E_OK : dmsc_node_remove(d->tree, was);
}

int
dmsc_told_all(struct dmsc_device *d)
{
	struct dmsc_node *origin, *top;
	const struct dmsc_node *n;
	char uri[1024];
	int r = dmsc_device_need(d, "Origin", &origin);

	if (r == DMSC_E_OK && (top = kept(d)) != NULL)
		r = dmsc_node_remove(d->tree, top);
	if (r == DMSC_E_OK)
		r = dmsc_node_add(d->tree, origin, "Told", DMSC_FMT_NODE,
		    &top);
	for (n = next_mo(d, NULL); r == DMSC_E_OK && n != NULL;
	    n = next_mo(d, n))
		if (uri_of(n, uri, sizeof uri))
			r = set_digest(d, top, n, uri);
	return r;
}

int
dmsc_told_begin(struct dmsc_device *d)
{
	return kept(d) != NULL ? DMSC_E_OK : dmsc_told_all(d);
}
