/*
 * Power-on of the simulated device (use case 5.1; OMA DM 1.2 bootstrap from
 * the smart card, reference 8.4): hello, look for provisioning data, read,
 * decode, take it into the device's tree, remove what is gone.
 *
 * APDUs: the application's hello; one for the card's own tree; discovery and
 * the directories, then one SELECT and the reads of each document. Unchanged
 * data costs the hello and nothing else where the card's change counter can
 * be believed, and the same reads where only the bytes tell.
 */
#include "device/power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "device/brings.h"
#include "device/clock.h"
#include "device/force.h"
#include "device/mounts.h"
#include "device/services.h"

/* Whether the document's rules name the group that is asked for. */
static int
in_group(struct dmsc_power *p, const char *path, bool *in)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	char *uri = NULL;
	int r;

	*in = p->o->group == NULL;
	if (*in)
		return DMSC_E_OK;
	if (dmsc_str_set(&uri, "%s/" DMSC_POWER_RULES "/Group", path) !=
	    DMSC_E_OK)
		return dmsc_power_nomem(p);
	r = dmsc_store_at(p->st, uri, &t, &n);
	free(uri);
	*in = r == DMSC_E_OK && n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), p->o->group);
	if (r != DMSC_E_NOTFOUND || p->e->sw != 0)
		return r;
	dmsc_err_clear(p->e);
	return DMSC_E_OK;
}

static int
one_document(struct dmsc_power *p, const struct dmsc_doc *doc)
{
	struct dmsc_taken *t = dmsc_power_row(p, doc->name, doc->kind);
	struct dmsc_buf *bytes = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *path = dmsc_buf_new(4096);
	const char *s = NULL;
	bool in = true;
	int r;

	if (t == NULL || bytes == NULL || path == NULL ||
	    dmsc_buf_fmt(path, "/%s", doc->name) != DMSC_E_OK ||
	    (s = dmsc_buf_cstr(path)) == NULL) {
		r = dmsc_power_nomem(p);
		goto done;
	}
	if (dmsc_mount_covers(p->dev, p->card, s, NULL)) {
		r = dmsc_power_state(p, t, "skipped",
		    DMSC_MOUNT_SKIPPED);
		goto done;
	}
	if (!dmsc_brings_kind(doc->kind)) {
		char why[48];

		(void)snprintf(why, sizeof why, "kind %s is not taken",
		    doc->kind);
		r = dmsc_power_state(p, t, "skipped", why);
		goto done;
	}
	if (doc->needs != NULL && doc->is_private && p->o->n_pins == 0)
		r = dmsc_power_unread(p, doc, DMSC_E_AUTH, t);
	else if ((r = in_group(p, s, &in)) != DMSC_E_OK || (in &&
	    (r = dmsc_store_bytes(p->st, s, true, bytes)) != DMSC_E_OK))
		r = dmsc_power_unread(p, doc, r, t);
	else if (!in)
		r = dmsc_power_state(p, t, "skipped", "not in the group");
	else if (bytes->len == 0)
		r = dmsc_power_state(p, t, "skipped", "the file is empty");
	else
		r = dmsc_power_take_signed(p, doc, dmsc_buf_rd(bytes), t);
done:
	dmsc_buf_free(&bytes);
	dmsc_buf_free(&path);
	return r;
}

static bool
is_listed(struct dmsc_power *p, const struct dmsc_doc_list *l,
    const struct dmsc_origin *o)
{
	size_t i;

	if (strcmp(o->card, p->card) != 0)
		return false;
	if (p->all_stays || (strcmp(o->kind, DMSC_CARD_DOCUMENT) == 0 &&
	    dmsc_power_own_listed(p, o->document)))
		return true;
	for (i = 0; l != NULL && i < l->n_documents; i++)
		if (strcmp(l->documents[i].name, o->document) == 0)
			return true;
	return false;
}

/* What came from another card, or is on this one no longer, goes; policies
 * stay (use case 5.3). */
int
dmsc_power_remove_gone(struct dmsc_power *p, const struct dmsc_doc_list *l)
{
	struct dmsc_origin o;
	struct dmsc_taken *t;
	bool kept;
	size_t i = 0;
	int r;

	while (dmsc_origin_at(p->dev, i, &o)) {
		if (is_listed(p, l, &o)) {
			i++;
			continue;
		}
		if ((t = dmsc_power_row(p, o.document, o.kind)) == NULL)
			return dmsc_power_nomem(p);
		if ((r = dmsc_power_places(p, t, &o)) != DMSC_E_OK)
			return r;
		if (dmsc_origin_remove(p->dev, &o, true, &kept) != DMSC_E_OK)
			return dmsc_power_nomem(p);
		r = dmsc_power_state(p, t, kept ? "kept" : "removed",
		    kept ? "a policy stays" : strcmp(o.card, p->card) == 0 ?
		    "no longer on the card" : "from another card");
		if (r != DMSC_E_OK)
			return r;
		if (kept)
			i++;
		else
			p->report->changed = true;
		p->doubt = p->doubt || (kept &&
		    strcmp(o.card, p->card) == 0);
	}
	return DMSC_E_OK;
}

static int
verify_pins(struct dmsc_power *p)
{
	size_t i;
	int r = DMSC_E_OK;

	/* After the directories: a local PIN belongs to the application that
	 * they were read from. */
	for (i = 0; i < p->o->n_pins && r == DMSC_E_OK; i++)
		r = dmsc_guard_pin(p->g, DMSC_PIN_VERIFY, p->o->pins[i].ref,
		    p->o->pins[i].value, NULL, p->o->spend_try);
	return r;
}

/* The card's own tree, and how many APDUs it took. */
static int
own_tree(struct dmsc_power *p)
{
	unsigned long before, after, bytes;
	int r;

	dmsc_uicc_counters(p->u, &before, &bytes);
	r = dmsc_power_own_read(p);
	dmsc_uicc_counters(p->u, &after, &bytes);
	p->report->apdus_read += (unsigned)(after - before);
	return r;
}

/* The list reads each document: only its bytes tell its kind. */
static int
list(struct dmsc_power *p, struct dmsc_doc_list **out)
{
	unsigned long before, after, bytes;
	int r;

	dmsc_uicc_counters(p->u, &before, &bytes);
	r = dmsc_store_docs(p->st, out);
	dmsc_uicc_counters(p->u, &after, &bytes);
	p->report->apdus_read += (unsigned)(after - before);
	return r;
}

static int
in_files(struct dmsc_power *p, const struct dmsc_doc_list *l)
{
	unsigned long before, after, bytes;
	size_t i;
	int r = DMSC_E_OK;

	dmsc_uicc_counters(p->u, &before, &bytes);
	for (i = 0; l != NULL && i < l->n_documents && r == DMSC_E_OK; i++)
		r = one_document(p, &l->documents[i]);
	dmsc_uicc_counters(p->u, &after, &bytes);
	p->report->apdus_read += (unsigned)(after - before);
	return r;
}

/* What the card has now is all known before the first of it is taken: an MO
 * that went from one document to another makes room first. */
static int
take_all(struct dmsc_power *p, const struct dmsc_doc_list *l)
{
	int r = l != NULL || dmsc_power_known(p) ? verify_pins(p) :
	    DMSC_E_OK;

	if (r == DMSC_E_OK)
		r = own_tree(p);
	if (r == DMSC_E_OK)
		r = dmsc_power_remove_gone(p, l);
	if (r == DMSC_E_OK)
		r = in_files(p, l);
	return r != DMSC_E_OK ? r : dmsc_power_own_take(p);
}

/* The group is the card's own: nothing else is looked at. */
static int
group_alone(struct dmsc_power *p)
{
	int r;

	p->all_stays = true;
	if (dmsc_str_set(&p->report->provisioning, "found") != DMSC_E_OK)
		return dmsc_power_nomem(p);
	r = dmsc_power_remove_gone(p, NULL);
	return r != DMSC_E_OK ? r : dmsc_power_own_take(p);
}

/* In files, and in the card's own tree. */
static bool
is_found(const struct dmsc_power *p, const struct dmsc_discovery *d)
{
	size_t i;

	for (i = 0; i < p->report->n_documents; i++)
		if (strcmp(p->report->documents[i].kind,
		    DMSC_CARD_DOCUMENT) == 0)
			return true;
	return d->found;
}

static int
look(struct dmsc_power *p)
{
	struct dmsc_discovery *d = NULL;
	struct dmsc_doc_list *l = NULL;
	int r = DMSC_E_OK;

	if (p->o->n_pins == 0 || p->o->group != NULL)
		r = own_tree(p);
	if (r != DMSC_E_OK || p->group_is_own)
		return r != DMSC_E_OK ? r : group_alone(p);
	if ((r = dmsc_store_discover(p->st, &d)) != DMSC_E_OK)
		return r;
	p->no_files = !d->found;
	if (d->found)
		r = list(p, &l);
	if (r == DMSC_E_OK)
		r = take_all(p, l);
	if (r == DMSC_E_OK && dmsc_str_set(&p->report->provisioning, "%s",
	    is_found(p, d) ? "found" : d->why != NULL ? d->why : "none") !=
	    DMSC_E_OK)
		r = dmsc_power_nomem(p);
	dmsc_view_free(&dmsc_doc_list_view, l);
	dmsc_view_free(&dmsc_discovery_view, d);
	return r;
}

static int
greet_and_look(struct dmsc_power *p)
{
	bool same = false;
	int r = dmsc_power_hello(p);

	if (r == DMSC_E_OK)
		r = dmsc_power_same(p, &same);
	return r != DMSC_E_OK || same ? r : look(p);
}

static int
with_card(struct dmsc_power *p, const char *state_dir)
{
	unsigned long apdus, bytes;
	const char *identity = NULL;
	int r;

	p->faults = dmsc_uicc_faults(p->u);
	if ((r = dmsc_guard_identity(p->g, &identity)) != DMSC_E_OK)
		return r;
	if (identity != NULL) {
		(void)snprintf(p->card, sizeof p->card, "%s", identity);
		if (dmsc_str_set(&p->report->card, "%s", identity) !=
		    DMSC_E_OK)
			return dmsc_power_nomem(p);
	}
	p->st = dmsc_store_new(p->u, p->g, state_dir, p->e, NULL, NULL);
	if (p->st != NULL)
		dmsc_store_brief(p->st);
	r = p->st == NULL ? dmsc_power_nomem(p) :
	    greet_and_look(p);
	dmsc_store_free(&p->st);
	dmsc_uicc_counters(p->u, &apdus, &bytes);
	p->report->apdus = (unsigned)(apdus - p->env->apdus);
	p->report->bytes = (size_t)(bytes - p->env->bytes);
	return r;
}

static int
without_card(struct dmsc_power *p)
{
	if (dmsc_str_set(&p->report->provisioning, "no card") != DMSC_E_OK)
		return dmsc_power_nomem(p);
	return dmsc_power_remove_gone(p, NULL);
}

/* The file is written only where something changed. */
static int
keep(struct dmsc_power *p)
{
	char last[64];
	int r;

	dmsc_device_card(p->dev, last, sizeof last);
	if (p->o->dry)
		return DMSC_E_OK;
	if ((r = dmsc_power_remember(p)) != DMSC_E_OK)
		return r;
	if (!p->report->changed && !p->renewed && strcmp(last, p->card) == 0 &&
	    p->report->n_documents > 0)
		return DMSC_E_OK;
	if (dmsc_device_set_card(p->dev, p->card) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	return dmsc_device_save(p->dev, p->e);
}

int
dmsc_poweron_run(struct dmsc_uicc *u, struct dmsc_guard *g,
    const struct dmsc_poweron_env *env, const struct dmsc_poweron_opts *o,
    struct dmsc_poweron **out)
{
	struct dmsc_power p = { .u = u, .g = g, .o = o, .ask = env->ask,
	    .arg = env->arg, .e = env->e, .env = env,
	    .outcome = DMSC_E_OK };
	int r;

	*out = NULL;
	r = dmsc_device_load(env->state_dir, o->device, &p.dev, p.e);
	if (r != DMSC_E_OK)
		return r;
	p.report = dmsc_view_new(&dmsc_poweron_view);
	if (p.report == NULL || dmsc_str_set(&p.report->device, "%s",
	    p.dev->name) != DMSC_E_OK)
		r = dmsc_power_nomem(&p);
	else if ((r = dmsc_power_trust(&p)) == DMSC_E_OK)
		r = u == NULL ? without_card(&p) :
		    with_card(&p, env->state_dir);
	if (r == DMSC_E_OK && dmsc_policy_run(p.dev, dmsc_clock_now(p.dev),
	    &p.report->changed) != DMSC_E_OK)
		r = dmsc_power_nomem(&p);
	if (r == DMSC_E_OK && dmsc_services_of(p.dev, &p.report->services,
	    &p.report->n_services) != DMSC_E_OK)
		r = dmsc_power_nomem(&p);
	if (r == DMSC_E_OK)
		r = keep(&p);
	dmsc_device_free(&p.dev);
	dmsc_tree_free(&p.own);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_poweron_view, p.report);
		return r;
	}
	*out = p.report;
	if (p.outcome != DMSC_E_OK)
		*p.e = p.said;
	return p.outcome;
}
