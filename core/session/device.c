/* The public calls of dmsc/device.h on a session. */
#include "session/hold.h"
#include "session/power.h"
#include "session/world.h"

#include <dmsc/scp.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/scp03.h"
#include "device/brings.h"
#include "device/carddocs.h"
#include "device/device.h"
#include "device/state.h"
#include "dm/dm.h"
#include "session/scp_keys.h"

enum { MS = 1000 };

/* A device that is switched on resets its card: no right of the shell's
 * session helps it, and none of its own stays behind. */
static int
switch_on(struct dmsc_session *s, bool *card)
{
	int r;

	*card = false;
	if (!dmsc_connected(s))
		return DMSC_E_OK;
	r = dmsc_reset(s, true);
	if (r == DMSC_E_NOCARD || r == DMSC_E_REMOVED)
		return DMSC_E_OK;
	*card = r == DMSC_E_OK;
	return r;
}

/* The device's own keys are wanted, not the session's. */
static void
name_keys(struct dmsc_session *s)
{
	struct dmsc_err *e = &s->err;
	static const char open[] = "scp open";

	if (e->code != DMSC_E_AUTH || e->n_next == 0 ||
	    strncmp(e->next[0], open, sizeof open - 1) != 0)
		return;
	e->n_next = 0;
	(void)dmsc_err_next(e, "the same line with --keys SOURCE");
}

/* Whether what the card answers is proved to be its own words. */
static bool
is_proved(const struct dmsc_session *s)
{
	unsigned channel;
	const struct dmsc_scp *scp = dmsc_secure_scp(&s->secure, &channel);

	return scp != NULL && (dmsc_scp_level(scp) & DMSC_SCP_RMAC) != 0;
}

/* The toolkit is the terminal's, whatever is on the card: not counted. */
static int
toolkit_hello(struct dmsc_session *s, struct dmsc_poweron_env *env)
{
	unsigned long apdus, bytes, apdus_now, bytes_now;
	int r;

	dmsc_uicc_counters(s->uicc, &apdus, &bytes);
	r = dmsc_toolkit_hello(&s->toolkit, s->uicc);
	dmsc_uicc_counters(s->uicc, &apdus_now, &bytes_now);
	env->apdus += apdus_now - apdus;
	env->bytes += bytes_now - bytes;
	return r;
}

/* Read, then what the card has to say by itself; the device is on. */
static int
switched_on(struct dmsc_session *s, const struct dmsc_poweron_opts *o,
    struct dmsc_poweron_env *env, bool card, struct dmsc_poweron **out)
{
	bool cat = card && !o->dry && (s->card != NULL || o->cat);
	struct dmsc_err kept;
	int r = cat ? toolkit_hello(s, env) : DMSC_E_OK;
	const struct session_orders how = { .confirm = o->confirm };
	unsigned orders = 0;
	int said;

	env->proved = is_proved(s);
	env->scp = s->scp == NULL ? 0 : s->scp->i;
	if (r == DMSC_E_OK && !o->dry)	/* that a cut left */
		r = dmsc_session_orders(s, o->device, &how, &orders);
	if (r == DMSC_E_OK)
		r = dmsc_poweron_run(card ? s->uicc : NULL,
		    card ? s->guard : NULL, env, o, out);
	if (*out != NULL)
		(*out)->orders = orders;
	if (!cat || *out == NULL || !s->toolkit.profile)
		return r;
	kept = s->err;
	if ((said = dmsc_live_start(s, o)) == DMSC_E_OK)
		said = dmsc_live_listen(s, o, *out);
	if (r != DMSC_E_OK)
		s->err = kept;
	return r != DMSC_E_OK ? r : said;
}

static int
poweron(struct dmsc_session *s, const struct dmsc_poweron_opts *o,
    struct dmsc_poweron **out)
{
	struct dmsc_poweron_env env = { .state_dir = s->state_dir,
	    .ask = s->ui.ask, .arg = s->ui.arg, .e = &s->err };
	uint64_t began = dmsc_now_us();
	struct dmsc_err kept;
	bool card;
	int r;

	*out = NULL;
	if ((r = dmsc_live_imei(s, o->imei)) != DMSC_E_OK ||
	    (r = switch_on(s, &card)) != DMSC_E_OK)
		return r;
	if (card)
		dmsc_uicc_counters(s->uicc, &env.apdus, &env.bytes);
	if (card && o->channel != NULL)
		r = dmsc_power_channel(s, o);
	if (r == DMSC_E_OK)
		r = switched_on(s, o, &env, card, out);
	if (*out != NULL)
		(*out)->ms = (unsigned)((dmsc_now_us() - began) / MS);
	name_keys(s);
	if (card && (dmsc_uicc_any_right(s->uicc) || o->channel != NULL)) {
		kept = s->err;
		if (dmsc_reset(s, true) != DMSC_E_OK || (s->live.on &&
		    dmsc_toolkit_hello(&s->toolkit, s->uicc) != DMSC_E_OK))
			dmsc_session_warn(s,
			    "the card could not be reset after power-on");
		s->err = kept;
	}
	return r;
}

int
dmsc_device_poweron(struct dmsc_session *s,
    const struct dmsc_poweron_opts *o, struct dmsc_poweron **out)
{
	int r = dmsc_session_hold(s, o->device, o->dry);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	r = poweron(s, o, out);
	dmsc_session_let(s, o->device, o->dry);
	return r;
}

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

static int
show_origin(struct dmsc_device_info *info, const struct dmsc_origin *o)
{
	struct dmsc_taken *t = dmsc_list_add(&info->documents,
	    &info->n_documents, sizeof *t);
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	const char *text;
	int r = t == NULL || uri == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	size_t k;

	if (r == DMSC_E_OK && (dmsc_str_set(&t->document, "%s",
	    o->document) != DMSC_E_OK ||
	    dmsc_str_set(&t->kind, "%s", o->kind) != DMSC_E_OK ||
	    dmsc_str_set(&t->state, "taken") != DMSC_E_OK ||
	    dmsc_str_set(&t->why, "from %s", o->card[0] == '\0' ?
	    "a card without identity" : o->card) != DMSC_E_OK))
		r = DMSC_E_NOMEM;
	for (k = 0; r == DMSC_E_OK && dmsc_origin_place(o, k, uri); k++) {
		text = dmsc_buf_cstr(uri);
		r = text == NULL ? DMSC_E_NOMEM : dmsc_strs_add(&t->places,
		    &t->n_places, "./%s", text);
	}
	dmsc_buf_free(&uri);
	return r;
}

int
dmsc_device_show(struct dmsc_session *s, const char *device,
    struct dmsc_device_info **out)
{
	struct dmsc_device *d = NULL;
	struct dmsc_device_info *info = NULL;
	struct dmsc_origin o;
	char card[64];
	size_t i;
	int r;

	*out = NULL;
	r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r != DMSC_E_OK)
		return r;
	dmsc_device_card(d, card, sizeof card);
	info = dmsc_view_new(&dmsc_device_info_view);
	r = info == NULL ? DMSC_E_NOMEM : dmsc_str_set(&info->device, "%s",
	    d->name);
	if (r == DMSC_E_OK)
		r = dmsc_str_set(&info->file, "%s", d->file);
	if (r == DMSC_E_OK && card[0] != '\0')
		r = dmsc_str_set(&info->card, "%s", card);
	for (i = 0; r == DMSC_E_OK && dmsc_origin_at(d, i, &o); i++)
		r = show_origin(info, &o);
	if (r == DMSC_E_OK) {
		info->nodes = dmsc_tree_count(d->tree);
		*out = info;
	} else {
		dmsc_view_free(&dmsc_device_info_view, info);
		r = no_memory(s);
	}
	dmsc_device_free(&d);
	return r;
}

int
dmsc_device_tree(struct dmsc_session *s, const char *device,
    struct dmsc_tree **out)
{
	struct dmsc_device *d = NULL;
	int r;

	*out = NULL;
	r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r != DMSC_E_OK)
		return r;
	*out = d->tree;
	d->tree = NULL;
	dmsc_device_free(&d);
	return DMSC_E_OK;
}

/* Grafts the MO that stands at uri in from to the same URI in to. */
static int
copy_at(struct dmsc_tree *to, const struct dmsc_tree *from, const char *uri)
{
	const struct dmsc_node *n = dmsc_tree_find(from, uri);
	struct dmsc_node *parent = dmsc_tree_root(to), *slot;
	const char *slash = strrchr(uri, '/');
	char up[1024];
	int r;

	if (n == NULL)
		return DMSC_E_OK;
	if (slash != NULL) {
		if ((size_t)(slash - uri) >= sizeof up)
			return DMSC_E_LIMIT;
		(void)snprintf(up, sizeof up, "%.*s", (int)(slash - uri), uri);
		if ((parent = dmsc_tree_find(to, up)) == NULL) {
			r = dmsc_tree_add(to, up, DMSC_FMT_NODE, NULL,
			    dmsc_rd_str(""), &parent);
			if (r != DMSC_E_OK)
				return r;
		}
	}
	return dmsc_node_graft(to, parent, dmsc_node_name(n), n, &slot);
}

/* MOs as an empty device takes them. */
static int
place_all(struct dmsc_tree *t, const struct dmsc_tree *mos)
{
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	const struct dmsc_node *n;
	unsigned status;
	int r = uri == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (n = dmsc_dm_next_mo(mos, NULL); n != NULL && r == DMSC_E_OK;
	    n = dmsc_dm_next_mo(mos, n)) {
		dmsc_buf_reset(uri);
		if (strcmp(dmsc_node_name(n), "DMSC") != 0)
			r = dmsc_dm_place(t, n, true, uri, &status);
	}
	dmsc_buf_free(&uri);
	return r;
}

/* What one document would put into an empty device. */
static int
one_side(struct dmsc_session *s, const struct dmsc_doc *d,
    const struct dmsc_tree *doc, struct dmsc_tree *t)
{
	struct dmsc_tree *mos = NULL;
	int r = dmsc_brings_of(d->kind, d->name, doc, &mos, &s->err);

	if (r == DMSC_E_UNSUPPORTED) {
		dmsc_err_clear(&s->err);
		return DMSC_E_OK;
	}
	if (r == DMSC_E_OK)
		r = place_all(t, mos);
	dmsc_tree_free(&mos);
	return r;
}

static int
one_of_card(void *ctx, const char *name, struct dmsc_tree *mos)
{
	(void)name;
	return place_all(ctx, mos);
}

/* What the card's readable documents would put into an empty device; shown:
 * its own tree is among them. */
static int
card_side(struct dmsc_session *s, const struct dmsc_doc_list *l,
    struct dmsc_tree *t, bool *shown)
{
	const struct dmsc_carddocs_to to = { one_of_card, t };
	const struct dmsc_tree *doc;
	const struct dmsc_node *at;
	char path[1024];
	bool own;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < l->n_documents; i++) {
		own = strcmp(l->documents[i].kind, DMSC_CARD_DOCUMENT) == 0;
		if (!own && !dmsc_brings_kind(l->documents[i].kind))
			continue;
		(void)snprintf(path, sizeof path, "/%s",
		    l->documents[i].name);
		r = dmsc_at(s, path, &doc, &at);
		*shown = *shown || (own && r == DMSC_E_OK);
		if (r == DMSC_E_OK)
			r = own ? dmsc_carddocs_each(doc, &to) :
			    one_side(s, &l->documents[i], doc, t);
		else if (r == DMSC_E_AUTH) {
			r = DMSC_E_OK;
			dmsc_session_warn(s, "a document that may not be read "
			    "was left out");
		}
	}
	return r;
}

/* What the device holds of the MOs that came from a card. */
static int
device_side(const struct dmsc_device *d, struct dmsc_tree *t, bool shown)
{
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	struct dmsc_origin o;
	const char *text;
	size_t i, k;
	int r = uri == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && dmsc_origin_at(d, i, &o); i++)
		for (k = 0; r == DMSC_E_OK && (shown || strcmp(o.kind,
		    DMSC_CARD_DOCUMENT) != 0) && dmsc_origin_place(&o, k,
		    uri); k++) {
			text = dmsc_buf_cstr(uri);
			r = text == NULL ? DMSC_E_NOMEM :
			    copy_at(t, d->tree, text);
		}
	dmsc_buf_free(&uri);
	return r;
}

int
dmsc_device_diff(struct dmsc_session *s, const char *device,
    struct dmsc_diff **out)
{
	struct dmsc_tree *card = dmsc_tree_new(SIZE_MAX / 2);
	struct dmsc_tree *dev = dmsc_tree_new(SIZE_MAX / 2);
	struct dmsc_doc_list *l = NULL;
	struct dmsc_device *d = NULL;
	bool shown = false;
	int r;

	*out = NULL;
	if (card == NULL || dev == NULL)
		r = no_memory(s);
	else
		r = dmsc_device_load(s->state_dir, device, &d, &s->err);
	if (r == DMSC_E_OK)
		r = dmsc_docs(s, &l);
	if (r == DMSC_E_OK)
		r = card_side(s, l, card, &shown);
	if (r == DMSC_E_OK && (device_side(d, dev, shown) != DMSC_E_OK ||
	    dmsc_tree_diff(dmsc_tree_root(card), dmsc_tree_root(dev), out) !=
	    DMSC_E_OK))
		r = no_memory(s);
	dmsc_view_free(&dmsc_doc_list_view, l);
	dmsc_device_free(&d);
	dmsc_tree_free(&card);
	dmsc_tree_free(&dev);
	return r;
}

int
dmsc_device_reset(struct dmsc_session *s, const char *device)
{
	int r = dmsc_session_hold(s, device, false);

	if (r != DMSC_E_OK)
		return r;
	r = dmsc_device_remove(s->state_dir, device, &s->err);
	dmsc_session_let(s, device, false);
	return r;
}
