/* The device's file, its tree and the origins in it (device/state.h). */
#include "device/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/codec.h"
#include "device/mounts.h"
#include "device/fumo.h"
#include "device/force.h"
#include "device/functions.h"

#define ORIGIN "Origin"
#define CARD "SC"
#define ORIGIN_URN "urn:oma:mo:ext-dmsc-origin:1.0"
enum { TREE_MAX = 64 * 1024 * 1024, FILE_MAX = TREE_MAX };

void
dmsc_device_free(struct dmsc_device **d)
{
	if (d == NULL || *d == NULL)
		return;
	dmsc_tree_free(&(*d)->tree);
	free((*d)->name);
	free((*d)->file);
	free(*d);
	*d = NULL;
}

static bool
is_device_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strlen(name);

	return n > 0 && n <= 64 && name[0] != '.' &&
	    strspn(name, allowed) == n;
}

static int
add_text(struct dmsc_tree *t, const char *uri, const char *value)
{
	return dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL,
	    dmsc_rd_str(value), NULL);
}

/* What a device that was never switched on has (DevInfo and DevDetail). */
static int
furnish(struct dmsc_device *d)
{
	static const struct {
		const char *uri, *value;
	} facts[] = {
		{ "DevInfo/Man", "dmsc" },
		{ "DevInfo/Mod", "simulated device" },
		{ "DevInfo/DmV", "1.2" },
		{ "DevInfo/Lang", "en" },
		{ "DevDetail/URI/MaxDepth", "0" },
		{ "DevDetail/URI/MaxTotLen", "0" },
		{ "DevDetail/URI/MaxSegLen", "0" },
		{ "DevDetail/DevTyp", "simulated" },
		{ "DevDetail/OEM", "dmsc" },
		{ "DevDetail/FwV", "1" },
		{ "DevDetail/SwV", "1" },
		{ "DevDetail/HwV", "1" },
	};
	struct dmsc_node *n;
	char id[96];
	size_t i;
	int r;

	(void)snprintf(id, sizeof id, "urn:x-dmsc:device:%s", d->name);
	if ((r = add_text(d->tree, "DevInfo/DevId", id)) != DMSC_E_OK)
		return r;
	for (i = 0; i < DMSC_COUNT(facts); i++)
		if ((r = add_text(d->tree, facts[i].uri, facts[i].value)) !=
		    DMSC_E_OK)
			return r;
	if ((r = dmsc_tree_add(d->tree, "DevDetail/LrgObj", DMSC_FMT_BOOL,
	    NULL, dmsc_rd_str("true"), NULL)) != DMSC_E_OK)
		return r;
	n = dmsc_tree_find(d->tree, "DevInfo");
	if ((r = dmsc_node_set_type(d->tree, n,
	    "urn:oma:mo:oma-dm-devinfo:1.0")) != DMSC_E_OK)
		return r;
	n = dmsc_tree_find(d->tree, "DevDetail");
	return dmsc_node_set_type(d->tree, n,
	    "urn:oma:mo:oma-dm-devdetail:1.0");
}

int
dmsc_device_named(const char *state_dir, const char *name,
    struct dmsc_device **out, struct dmsc_err *e)
{
	struct dmsc_device *d;

	*out = NULL;
	if (name == NULL)
		name = DMSC_DEVICE_DEFAULT;
	if (!is_device_name(name)) {
		dmsc_fail(e, DMSC_E_USAGE, "'%s' is no name of a device",
		    name);
		(void)dmsc_err_why(e,
		    "letters, digits, '.', '_' and '-' only");
		return DMSC_E_USAGE;
	}
	if ((d = calloc(1, sizeof *d)) == NULL ||
	    (d->tree = dmsc_tree_new(TREE_MAX)) == NULL ||
	    dmsc_str_set(&d->name, "%s", name) != DMSC_E_OK ||
	    dmsc_str_set(&d->file, "%s/devices/%s.xml", state_dir, name) !=
	    DMSC_E_OK) {
		dmsc_device_free(&d);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	*out = d;
	return DMSC_E_OK;
}

static int
read_tree(struct dmsc_device *d, struct dmsc_err *e)
{
	struct dmsc_buf *b = NULL;
	int r;

	r = dmsc_file_slurp(d->file, FILE_MAX, &b, e);
	if (r == DMSC_E_NOTFOUND) {
		dmsc_err_clear(e);
		r = furnish(d);
		return r == DMSC_E_OK ? r :
		    dmsc_fail(e, r, "cannot furnish a new device");
	}
	if (r != DMSC_E_OK)
		return r;
	r = dmsc_tnds_read(dmsc_buf_rd(b), d->tree, dmsc_tree_root(d->tree),
	    e);
	if (r == DMSC_E_NOMEM)
		(void)dmsc_fail(e, r, "out of memory");
	else if (r != DMSC_E_OK) {
		r = dmsc_fail(e, DMSC_E_DATA, "the device's tree is broken");
		dmsc_err_where(e, "%s", d->file);
		dmsc_err_next(e, "device reset --device %s", d->name);
	}
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_device_load(const char *state_dir, const char *name,
    struct dmsc_device **out, struct dmsc_err *e)
{
	int r = dmsc_device_named(state_dir, name, out, e);

	if (r == DMSC_E_OK)
		r = read_tree(*out, e);
	if (r == DMSC_E_OK && ((r = dmsc_fumo_furnish(*out)) != DMSC_E_OK ||
	    (r = dmsc_functions_furnish(*out)) != DMSC_E_OK))
		(void)dmsc_fail(e, r, "cannot furnish the device");
	if (r != DMSC_E_OK)
		dmsc_device_free(out);
	return r;
}

int
dmsc_device_remove(const char *state_dir, const char *name,
    struct dmsc_err *e)
{
	struct dmsc_device *d;
	int r = dmsc_device_named(state_dir, name, &d, e);

	if (r == DMSC_E_OK && unlink(d->file) != 0 && errno != ENOENT) {
		r = dmsc_fail(e, DMSC_E_IO, "cannot remove the device");
		(void)dmsc_err_where(e, "%s", d->file);
		(void)dmsc_err_why(e, "%s", strerror(errno));
	}
	if (r == DMSC_E_OK)
		dmsc_package_remove_all(d->file);
	dmsc_device_free(&d);
	return r;
}

/* Takes the node at uri out of the copy, which is made where it is not. */
static int
leave_out(const struct dmsc_device *d, const char *uri,
    struct dmsc_tree **copy)
{
	struct dmsc_node *n;

	if (*copy == NULL && (*copy = dmsc_tree_clone(d->tree)) == NULL)
		return DMSC_E_NOMEM;
	n = dmsc_tree_find(*copy, uri);
	return n == NULL ? DMSC_E_OK : dmsc_node_remove(*copy, n);
}

/* ./SC is the card's own and never kept (device/relay.h), nor are the places
 * of what is mounted. */
static int
write_tree(const struct dmsc_device *d, struct dmsc_buf *b)
{
	struct dmsc_tree *copy = NULL;
	struct dmsc_mount_row row;
	const struct dmsc_node *n;
	size_t i;
	int r = DMSC_E_OK;

	if (dmsc_node_child(dmsc_tree_root(d->tree), CARD) != NULL)
		r = leave_out(d, CARD, &copy);
	for (i = 0; r == DMSC_E_OK && dmsc_mount_at(d, i, &row); i++) {
		n = dmsc_tree_find(d->tree, row.uri);
		if (n != NULL && dmsc_mount_is_point(d, n))
			r = leave_out(d, row.uri, &copy);
	}
	if (r == DMSC_E_OK)
		r = dmsc_tnds_write_xml(dmsc_tree_root(copy != NULL ? copy :
		    d->tree), false, true, b);
	dmsc_tree_free(&copy);
	return r;
}

int
dmsc_device_save(const struct dmsc_device *d, struct dmsc_err *e)
{
	struct dmsc_buf *b = dmsc_buf_new(FILE_MAX);
	char *folder = strdup(d->file);
	int r;

	if (b == NULL || folder == NULL) {
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
		goto done;
	}
	*strrchr(folder, '/') = '\0';
	if ((r = dmsc_file_mkdirs(folder, e)) != DMSC_E_OK)
		goto done;
	if ((r = write_tree(d, b)) == DMSC_E_OK)
		r = dmsc_file_spit(d->file, dmsc_buf_rd(b), e);
	else
		dmsc_fail(e, r, "cannot write the device's tree");
done:
	free(folder);
	dmsc_buf_free(&b);
	return r;
}

static struct dmsc_node *
origins(const struct dmsc_device *d)
{
	return dmsc_node_child(dmsc_tree_root(d->tree), ORIGIN);
}

void
dmsc_device_text(const struct dmsc_node *n, const char *name, char *out,
    size_t size)
{
	const struct dmsc_node *leaf = n == NULL ? NULL :
	    dmsc_node_child(n, name);
	struct dmsc_rd v = { NULL, 0 };

	if (leaf != NULL)
		v = dmsc_node_value(leaf);
	(void)snprintf(out, size, "%.*s", (int)DMSC_MIN(v.left, size - 1),
	    v.left > 0 ? (const char *)v.p : "");
}

int
dmsc_device_put(struct dmsc_device *d, struct dmsc_node *n, const char *name,
    enum dmsc_format f, struct dmsc_rd value)
{
	struct dmsc_node *leaf = dmsc_node_child(n, name);
	int r;

	if (leaf == NULL && (r = dmsc_node_add(d->tree, n, name, f,
	    &leaf)) != DMSC_E_OK)
		return r;
	return dmsc_node_set_value(d->tree, leaf, value);
}

static int
set_leaf(struct dmsc_device *d, struct dmsc_node *n, const char *name,
    const char *value)
{
	return dmsc_device_put(d, n, name, DMSC_FMT_CHR, dmsc_rd_str(value));
}

static int
need_origins(struct dmsc_device *d, struct dmsc_node **out)
{
	int r;

	if ((*out = origins(d)) != NULL)
		return DMSC_E_OK;
	r = dmsc_node_add(d->tree, dmsc_tree_root(d->tree), ORIGIN,
	    DMSC_FMT_NODE, out);
	if (r != DMSC_E_OK)
		return r;
	return dmsc_node_set_type(d->tree, *out, ORIGIN_URN);
}

int
dmsc_device_need(struct dmsc_device *d, const char *uri,
    struct dmsc_node **out)
{
	struct dmsc_node *top;
	int r = need_origins(d, &top);

	if (r != DMSC_E_OK)
		return r;
	if ((*out = dmsc_tree_find(d->tree, uri)) != NULL)
		return DMSC_E_OK;
	return dmsc_tree_add(d->tree, uri, DMSC_FMT_NODE, NULL,
	    dmsc_rd_of(NULL, 0), out);
}

void
dmsc_device_card(const struct dmsc_device *d, char *out, size_t size)
{
	dmsc_device_text(origins(d), "Card", out, size);
}

int
dmsc_device_set_card(struct dmsc_device *d, const char *identity)
{
	struct dmsc_node *top;
	int r = need_origins(d, &top);

	return r != DMSC_E_OK ? r : set_leaf(d, top, "Card", identity);
}

/* The interior node that holds the origins, NULL while there are none. */
static struct dmsc_node *
documents(const struct dmsc_device *d)
{
	struct dmsc_node *top = origins(d);

	return top == NULL ? NULL : dmsc_node_child(top, "Document");
}

static void
read_origin(struct dmsc_node *n, struct dmsc_origin *out)
{
	out->node = n;
	dmsc_device_text(n, "Card", out->card, sizeof out->card);
	dmsc_device_text(n, "Name", out->document, sizeof out->document);
	dmsc_device_text(n, "Kind", out->kind, sizeof out->kind);
	dmsc_device_text(n, "Digest", out->digest, sizeof out->digest);
}

bool
dmsc_origin_at(const struct dmsc_device *d, size_t i,
    struct dmsc_origin *out)
{
	struct dmsc_node *top = documents(d), *n;

	n = top == NULL ? NULL : dmsc_node_first(top);
	while (n != NULL && i-- > 0)
		n = dmsc_node_next(n);
	if (n == NULL)
		return false;
	read_origin(n, out);
	return true;
}

bool
dmsc_origin_find(const struct dmsc_device *d, const char *card,
    const char *document, struct dmsc_origin *out)
{
	size_t i;

	for (i = 0; dmsc_origin_at(d, i, out); i++)
		if (strcmp(out->card, card) == 0 &&
		    strcmp(out->document, document) == 0)
			return true;
	return false;
}

bool
dmsc_origin_place(const struct dmsc_origin *o, size_t k,
    struct dmsc_buf *out)
{
	struct dmsc_node *mos = dmsc_node_child(o->node, "MO"), *n;

	n = mos == NULL ? NULL : dmsc_node_first(mos);
	while (n != NULL && k-- > 0)
		n = dmsc_node_next(n);
	dmsc_buf_reset(out);
	return n != NULL &&
	    dmsc_buf_put(out, dmsc_node_value(n)) == DMSC_E_OK;
}

int
dmsc_device_numbered(struct dmsc_device *d, struct dmsc_node *parent,
    enum dmsc_format f, struct dmsc_node **out)
{
	size_t i = dmsc_node_children(parent);
	char name[24];

	do
		(void)snprintf(name, sizeof name, "%zu", ++i);
	while (dmsc_node_child(parent, name) != NULL);
	return dmsc_node_add(d->tree, parent, name, f, out);
}

int
dmsc_origin_add(struct dmsc_device *d, struct dmsc_origin *o)
{
	struct dmsc_node *docs;
	int r;

	if ((r = dmsc_device_need(d, ORIGIN "/Document", &docs)) != DMSC_E_OK)
		return r;
	r = dmsc_device_numbered(d, docs, DMSC_FMT_NODE, &o->node);
	if (r != DMSC_E_OK)
		return r;
	if ((r = set_leaf(d, o->node, "Card", o->card)) != DMSC_E_OK ||
	    (r = set_leaf(d, o->node, "Name", o->document)) != DMSC_E_OK ||
	    (r = set_leaf(d, o->node, "Kind", o->kind)) != DMSC_E_OK)
		return r;
	return set_leaf(d, o->node, "Digest", o->digest);
}

int
dmsc_origin_add_place(struct dmsc_device *d, struct dmsc_origin *o,
    const char *uri)
{
	struct dmsc_node *mos = dmsc_node_child(o->node, "MO"), *n;
	int r;

	if (mos == NULL && (r = dmsc_node_add(d->tree, o->node, "MO",
	    DMSC_FMT_NODE, &mos)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_device_numbered(d, mos, DMSC_FMT_CHR, &n)) != DMSC_E_OK)
		return r;
	return dmsc_node_set_value(d->tree, n, dmsc_rd_str(uri));
}

/* Whether a or a node above it is b. */
static bool
is_below(const struct dmsc_node *a, const struct dmsc_node *b)
{
	while (a != NULL && a != b)
		a = dmsc_node_parent(a);
	return a != NULL;
}

/* No power-on places an MO at the root or where the origins are: what says
 * so was written by somebody else. */
static bool
is_place(const struct dmsc_device *d, const struct dmsc_node *n)
{
	return n != NULL && !is_below(origins(d), n) &&
	    !is_below(n, origins(d));
}

/* Removes the node and then its parents for as long as they are empty, not
 * typed and not the root: what taking the MO had made on its way. */
static int
remove_mo(struct dmsc_device *d, struct dmsc_node *n)
{
	struct dmsc_node *up = dmsc_node_parent(n);
	int r = dmsc_node_remove(d->tree, n);

	while (r == DMSC_E_OK && up != dmsc_tree_root(d->tree) &&
	    dmsc_node_children(up) == 0 && dmsc_node_type(up)[0] == '\0') {
		n = up;
		up = dmsc_node_parent(n);
		r = dmsc_node_remove(d->tree, n);
	}
	return r;
}

int
dmsc_origin_remove(struct dmsc_device *d, const struct dmsc_origin *o,
    bool keep_policies, bool *kept)
{
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	struct dmsc_node *n;
	const char *s;
	int r = uri == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	size_t k;

	*kept = false;
	for (k = 0; r == DMSC_E_OK && dmsc_origin_place(o, k, uri); k++) {
		if ((s = dmsc_buf_cstr(uri)) == NULL) {
			r = DMSC_E_NOMEM;
			break;
		}
		if (!is_place(d, n = dmsc_tree_find(d->tree, s)))
			continue;
		if (keep_policies && dmsc_policy_keeps(d, n))
			*kept = true;
		else
			r = remove_mo(d, n);
	}
	if (r == DMSC_E_OK && !*kept)
		r = dmsc_node_remove(d->tree, o->node);
	dmsc_buf_free(&uri);
	return r;
}
