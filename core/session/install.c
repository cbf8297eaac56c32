/* Updates of the device and their approval (dmsc/approve.h). */
#include <dmsc/approve.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "device/approve.h"
#include "device/fumo.h"
#include "device/talk.h"
#include "session/hold.h"
#include "session/world.h"

static const struct dmsc_field update_fields[] = {
	DMSC_F(dmsc_update, slot, DMSC_K_STR),
	DMSC_F(dmsc_update, installed, DMSC_K_STR),
	DMSC_F(dmsc_update, state, DMSC_K_UINT),
	DMSC_F(dmsc_update, text, DMSC_K_STR),
	DMSC_F(dmsc_update, name, DMSC_K_STR),
	DMSC_F(dmsc_update, version, DMSC_K_STR),
	DMSC_F(dmsc_update, sha256, DMSC_K_STR),
	DMSC_F(dmsc_update, size, DMSC_K_SIZE),
	DMSC_F(dmsc_update, result, DMSC_K_UINT),
	DMSC_F(dmsc_update, approved, DMSC_K_STR),
	DMSC_F(dmsc_update, why, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_update_view = { "update",
	sizeof(struct dmsc_update), update_fields };
static const struct dmsc_field updates_fields[] = {
	DMSC_F(dmsc_updates, device, DMSC_K_STR),
	DMSC_F(dmsc_updates, unapproved, DMSC_K_STR),
	DMSC_F_LIST(dmsc_updates, updates, n_updates, &dmsc_update_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_updates_view = { "updates",
	sizeof(struct dmsc_updates), updates_fields };
static const struct dmsc_field install_fields[] = {
	DMSC_F(dmsc_install, device, DMSC_K_STR),
	DMSC_F(dmsc_install, slot, DMSC_K_STR),
	DMSC_F(dmsc_install, outcome, DMSC_K_STR),
	DMSC_F(dmsc_install, name, DMSC_K_STR),
	DMSC_F(dmsc_install, version, DMSC_K_STR),
	DMSC_F(dmsc_install, sha256, DMSC_K_STR),
	DMSC_F(dmsc_install, size, DMSC_K_SIZE),
	DMSC_F(dmsc_install, result, DMSC_K_UINT),
	DMSC_F(dmsc_install, approved, DMSC_K_STR),
	DMSC_F(dmsc_install, why, DMSC_K_STR),
	DMSC_F(dmsc_install, installed, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_install_view = { "install",
	sizeof(struct dmsc_install), install_fields };

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* A text that may be none. */
static int
keep(char **out, const char *text)
{
	return *text == '\0' ? DMSC_E_OK : dmsc_str_set(out, "%s", text);
}

static int
keep_fact(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *name, char **out)
{
	char text[2 * DMSC_FUMO_TEXT];

	dmsc_device_text(dmsc_fumo_facts(d, s), name, text, sizeof text);
	return keep(out, text);
}

static int
keep_leaf(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *path, char **out)
{
	char text[DMSC_FUMO_TEXT];

	dmsc_fumo_read(d, s, path, text, sizeof text);
	return keep(out, text);
}

static int
keep_installed(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    char **out)
{
	const struct dmsc_node *n = dmsc_tree_find(d->tree, s->installed);
	char text[DMSC_FUMO_TEXT];

	if (n == NULL)
		return DMSC_E_OK;
	dmsc_device_text(dmsc_node_parent(n), dmsc_node_name(n), text,
	    sizeof text);
	return keep(out, text);
}

static size_t
number(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    const char *name)
{
	char text[24];
	uint64_t v;

	dmsc_device_text(dmsc_fumo_facts(d, s), name, text, sizeof text);
	return dmsc_num(text, 10, UINT32_MAX, &v) == DMSC_E_OK ? (size_t)v :
	    0;
}

static int
show(const struct dmsc_device *d, const struct dmsc_fumo_slot *s,
    struct dmsc_update *u)
{
	const char *text;

	u->state = dmsc_fumo_state(d, s);
	text = dmsc_fumo_text(u->state);
	u->size = number(d, s, "Size");
	u->result = (unsigned)number(d, s, "Result");
	if (dmsc_str_set(&u->slot, "%s", s->name) != DMSC_E_OK ||
	    dmsc_str_set(&u->text, "%s", text == NULL ? "" : text) !=
	    DMSC_E_OK || keep_installed(d, s, &u->installed) != DMSC_E_OK ||
	    keep_leaf(d, s, "PkgName", &u->name) != DMSC_E_OK ||
	    keep_leaf(d, s, "PkgVersion", &u->version) != DMSC_E_OK ||
	    keep_fact(d, s, "SHA256", &u->sha256) != DMSC_E_OK ||
	    keep_fact(d, s, "Approved", &u->approved) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return keep_fact(d, s, "Why", &u->why);
}

int
dmsc_device_updates(struct dmsc_session *s, const char *device,
    struct dmsc_updates **out)
{
	struct dmsc_updates *x = dmsc_view_new(&dmsc_updates_view);
	const struct dmsc_fumo_slot *slot;
	struct dmsc_device *d = NULL;
	struct dmsc_update *u;
	size_t i;
	int r = dmsc_device_load(s->state_dir, device, &d, &s->err);

	*out = NULL;
	if (r == DMSC_E_OK && (x == NULL || dmsc_str_set(&x->device, "%s",
	    d->name) != DMSC_E_OK || dmsc_str_set(&x->unapproved, "%s",
	    dmsc_approve_asks(d) ? "ask" : "reject") != DMSC_E_OK))
		r = no_memory(s);
	for (i = 0; r == DMSC_E_OK && (slot = dmsc_fumo_slot(i)) != NULL;
	    i++) {
		u = dmsc_list_add(&x->updates, &x->n_updates, sizeof *u);
		if (u == NULL || show(d, slot, u) != DMSC_E_OK)
			r = no_memory(s);
	}
	if (r == DMSC_E_OK)
		*out = x;
	else
		dmsc_view_free(&dmsc_updates_view, x);
	dmsc_device_free(&d);
	return r;
}

int
dmsc_device_unapproved(struct dmsc_session *s, const char *device, bool ask)
{
	struct dmsc_device *d = NULL;
	int r = dmsc_session_hold(s, device, false);

	if (r != DMSC_E_OK)
		return r;
	r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r == DMSC_E_OK && dmsc_approve_set(d, ask) != DMSC_E_OK)
		r = no_memory(s);
	if (r == DMSC_E_OK)
		r = dmsc_device_save(d, &s->err);
	dmsc_device_free(&d);
	dmsc_session_let(s, device, false);
	return r;
}

static const struct dmsc_fumo_slot *
slot_of(const struct dmsc_install_opts *o)
{
	return dmsc_fumo_slot(o->software ? 1 : 0);
}

static struct dmsc_approve
approve_of(const struct dmsc_install_opts *o, struct dmsc_rd data,
    const char *id)
{
	const struct dmsc_approve a = { .operation = slot_of(o)->operation,
		.name = o->name == NULL ? "" : o->name, .version =
		o->version == NULL ? "" : o->version, .device = id,
		.data = data };

	return a;
}

static void
dev_id(const struct dmsc_device *d, char *out)
{
	dmsc_device_text(dmsc_tree_find(d->tree, "DevInfo"), "DevId", out,
	    DMSC_FUMO_TEXT);
}

/* What can stand in an approval. */
static int
check(struct dmsc_session *s, const struct dmsc_install_opts *o,
    struct dmsc_rd data, const char *id, struct dmsc_buf *text)
{
	const struct dmsc_approve a = approve_of(o, data, id);
	int r;

	if (data.left == 0)
		return dmsc_fail(&s->err, DMSC_E_DATA,
		    "the package is empty");
	if (data.left > DMSC_FUMO_MAX)
		return dmsc_fail(&s->err, DMSC_E_LIMIT,
		    "the package is larger than %d bytes", DMSC_FUMO_MAX);
	if ((r = dmsc_approve_text(&a, text)) == DMSC_E_OK)
		return r;
	if (r != DMSC_E_FORMAT)
		return no_memory(s);
	(void)dmsc_fail(&s->err, DMSC_E_DATA,
	    "this name or version cannot be approved");
	return dmsc_err_why(&s->err,
	    "255 bytes at most, and no control characters");
}

int
dmsc_device_approval(struct dmsc_session *s,
    const struct dmsc_install_opts *o, bool any, struct dmsc_rd data,
    struct dmsc_buf *out)
{
	struct dmsc_device *d = NULL;
	char id[DMSC_FUMO_TEXT];
	int r = dmsc_device_load(s->state_dir, o->device, &d, &s->err);

	if (r != DMSC_E_OK)
		return r;
	dev_id(d, id);
	dmsc_device_free(&d);
	return check(s, o, data, any ? DMSC_APPROVE_ANY : id, out);
}

/* The package and the user's order to install it, one write. */
static int
order(struct dmsc_session *s, struct dmsc_world *w,
    const struct dmsc_install_opts *o, struct dmsc_rd data)
{
	const struct dmsc_fumo_slot *slot = slot_of(o);
	struct dmsc_device *d = w->dev;
	char uri[64];
	int r;

	if (dmsc_told_begin(d) != DMSC_E_OK)	/* GEN-15 */
		return no_memory(s);
	if ((r = dmsc_package_drop(d, slot, &s->err)) != DMSC_E_OK)
		return r;
	if (dmsc_fumo_write(d, slot, "State", dmsc_rd_str("10")) !=
	    DMSC_E_OK)
		return no_memory(s);
	if ((r = dmsc_device_save(d, &s->err)) != DMSC_E_OK ||
	    (r = dmsc_package_put(d, slot, data, &s->err)) != DMSC_E_OK)
		return r;
	if (dmsc_fumo_write(d, slot, "PkgName", dmsc_rd_str(o->name == NULL ?
	    "" : o->name)) != DMSC_E_OK || dmsc_fumo_write(d, slot,
	    "PkgVersion", dmsc_rd_str(o->version == NULL ? "" : o->version))
	    != DMSC_E_OK || dmsc_fumo_write(d, slot, "Ext/Approval",
	    o->approval) != DMSC_E_OK || dmsc_fumo_write(d, slot, "State",
	    dmsc_rd_str("50")) != DMSC_E_OK)
		return no_memory(s);
	(void)snprintf(uri, sizeof uri, "FUMO/%s/Update", slot->name);
	r = dmsc_order_add(w, uri);
	return r != DMSC_E_OK ? r : dmsc_device_save(d, &s->err);
}

static bool
is_waiting(const struct dmsc_device *d, const struct dmsc_fumo_slot *slot)
{
	unsigned state = dmsc_fumo_state(d, slot);

	return state == DMSC_FUMO_GETTING || state == DMSC_FUMO_UPDATING ||
	    dmsc_fumo_ordered(d, slot);
}

/* What came of it, from the device's file. */
static int
outcome(struct dmsc_session *s, const struct dmsc_install_opts *o,
    struct dmsc_install *x)
{
	const struct dmsc_fumo_slot *slot = slot_of(o);
	struct dmsc_device *d = NULL;
	int r = dmsc_device_load(s->state_dir, o->device, &d, &s->err);

	if (r != DMSC_E_OK)
		return r;
	if (is_waiting(d, slot))
		r = dmsc_str_set(&x->outcome, "waits");
	else {
		x->result = (unsigned)number(d, slot, "Result");
		r = dmsc_str_set(&x->outcome, x->result == DMSC_FUMO_SUCCESS
		    ? "installed" : "rejected");
		if (r == DMSC_E_OK)
			r = keep_fact(d, slot, "Approved", &x->approved);
		if (r == DMSC_E_OK)
			r = keep_fact(d, slot, "Why", &x->why);
	}
	if (r == DMSC_E_OK)
		r = keep_installed(d, slot, &x->installed);
	dmsc_device_free(&d);
	return r == DMSC_E_OK ? r : no_memory(s);
}

static int
verdict(struct dmsc_session *s, const struct dmsc_install *x)
{
	if (strcmp(x->outcome, "waits") == 0) {
		(void)dmsc_fail(&s->err, DMSC_E_NOCARD,
		    "the package waits for a card that can approve it");
		return dmsc_err_next(&s->err, "device poweron");
	}
	if (x->result == DMSC_FUMO_SUCCESS)
		return DMSC_E_OK;
	(void)dmsc_fail(&s->err, x->result == DMSC_FUMO_CORRUPTED ?
	    DMSC_E_DATA : DMSC_E_SIGNER,
	    "the package was rejected and deleted");
	if (x->why != NULL)
		(void)dmsc_err_why(&s->err, "%s", x->why);
	return s->err.code;
}

/* What the card says of it, and no more. */
static int
try_it(struct dmsc_session *s, struct dmsc_world *w,
    const struct dmsc_install_opts *o, struct dmsc_rd data,
    struct dmsc_install *x)
{
	struct dmsc_buf *why = dmsc_buf_new(DMSC_ERR_TEXT);
	struct dmsc_err e = { .code = DMSC_E_OK };
	char id[DMSC_FUMO_TEXT];
	const struct dmsc_approve a = approve_of(o, data, id);
	const char *text;
	bool good = false;
	int r;

	dev_id(w->dev, id);
	w->e = &e;
	r = why == NULL ? no_memory(s) : dmsc_approve_ask(w, &a,
	    o->approval, &good, why);
	if (r != DMSC_E_OK)
		s->err = e;
	text = good ? NULL : dmsc_buf_cstr(why);
	if (r == DMSC_E_OK && (dmsc_str_set(&x->outcome, "%s", good ?
	    "approved" : "not approved") != DMSC_E_OK ||
	    dmsc_str_set(&x->approved, "%s", good ? "card" : "no") !=
	    DMSC_E_OK || (text != NULL && keep(&x->why, text) !=
	    DMSC_E_OK) || keep_installed(w->dev, slot_of(o),
	    &x->installed) != DMSC_E_OK))
		r = no_memory(s);
	dmsc_buf_free(&why);
	return r;
}

static int
head(struct dmsc_session *s, const struct dmsc_world *w,
    const struct dmsc_install_opts *o, struct dmsc_rd data,
    struct dmsc_install *x)
{
	char sum[DMSC_APPROVE_SUM];

	x->size = data.left;
	if (dmsc_approve_sum(data, sum) != DMSC_E_OK ||
	    dmsc_str_set(&x->sha256, "%s", sum) != DMSC_E_OK ||
	    dmsc_str_set(&x->device, "%s", w->dev->name) != DMSC_E_OK ||
	    dmsc_str_set(&x->slot, "%s", slot_of(o)->name) != DMSC_E_OK ||
	    (o->name != NULL && keep(&x->name, o->name) != DMSC_E_OK) ||
	    (o->version != NULL && keep(&x->version, o->version) !=
	    DMSC_E_OK))
		return no_memory(s);
	return DMSC_E_OK;
}

static int
in_world(struct dmsc_session *s, const struct dmsc_install_opts *o,
    struct dmsc_rd data, struct dmsc_install *x)
{
	struct dmsc_buf *text = dmsc_buf_new(DMSC_APPROVE_TEXT);
	struct dmsc_world w;
	int r = dmsc_session_world(s, o->device, &w);

	if (r == DMSC_E_OK && text == NULL)
		r = no_memory(s);
	if (r == DMSC_E_OK)
		r = check(s, o, data, "", text);
	if (r == DMSC_E_OK)
		r = head(s, &w, o, data, x);
	if (r == DMSC_E_OK && is_waiting(w.dev, slot_of(o))) {
		r = dmsc_fail(&s->err, DMSC_E_LOCKED,
		    "an order is still to be carried out");
		(void)dmsc_err_next(&s->err, "device poweron");
	} else if (r == DMSC_E_OK)
		r = o->dry ? try_it(s, &w, o, data, x) :
		    order(s, &w, o, data);
	dmsc_session_world_free(&w);
	dmsc_buf_free(&text);
	return r;
}

int
dmsc_device_package(struct dmsc_session *s,
    const struct dmsc_install_opts *o, struct dmsc_rd data,
    struct dmsc_install **out)
{
	struct dmsc_install *x = dmsc_view_new(&dmsc_install_view);
	const struct session_orders how = { .confirm = o->confirm };
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if (x == NULL)
		return no_memory(s);
	if ((r = dmsc_session_hold(s, o->device, o->dry)) == DMSC_E_OK) {
		r = in_world(s, o, data, x);
		if (r == DMSC_E_OK && !o->dry)
			r = dmsc_session_orders(s, o->device, &how, NULL);
		if (r == DMSC_E_OK && !o->dry)
			r = outcome(s, o, x);
		dmsc_session_let(s, o->device, o->dry);
	}
	if (r == DMSC_E_OK) {
		*out = x;
		return o->dry ? r : verdict(s, x);
	}
	dmsc_view_free(&dmsc_install_view, x);
	return r;
}
