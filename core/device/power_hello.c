/*
 * The hello of card and device at power-on: each says what it supports. Then
 * a card that has proved who it is tells its change counter; where that is as
 * it was, nothing of the card is read.
 */
#include "device/power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "crypto/crypto.h"

enum { TREE_MAX = 64 * 1024 * 1024 };

/* Codes after which there is no card to go on with. */
static bool
is_lost(int code)
{
	return code == DMSC_E_NOMEM || code == DMSC_E_INTERRUPTED ||
	    code == DMSC_E_REMOVED || code == DMSC_E_NOCARD ||
	    code == DMSC_E_CHANNEL;
}

/* A card without the application, or with one that makes no sense, is taken
 * as any other card. */
int
dmsc_power_hello(struct dmsc_power *p)
{
	unsigned long before, now, bytes;
	int r;

	dmsc_uicc_counters(p->u, &before, &bytes);
	r = dmsc_store_dm_state(p->st, &p->report->application);
	dmsc_uicc_counters(p->u, &now, &bytes);
	p->report->apdus_hello += (unsigned)(now - before);
	if (r == DMSC_E_OK)
		return dmsc_store_dm_told(p->st, &p->report->told);
	if (is_lost(r))
		return r;
	dmsc_err_clear(p->e);
	return DMSC_E_OK;
}

bool
dmsc_power_known(const struct dmsc_power *p)
{
	return p->report->application != NULL &&
	    p->report->application->authenticated;
}

/* Only in a channel where answers are proved: who stands between them, or
 * another card, could say the old number for ever. */
static bool
counts(const struct dmsc_power *p)
{
	return p->env->proved && dmsc_power_known(p) && p->card[0] != '\0';
}

/* What the device is set to, and what it leaves on the card, decide what is
 * taken. */
static int
settings(const struct dmsc_power *p, struct dmsc_buf *out)
{
	static const char *const places[] = { "Origin/Setting",
		"Origin/Mount" };
	const struct dmsc_node *n;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; i < DMSC_COUNT(places) && r == DMSC_E_OK; i++)
		if ((n = dmsc_tree_find(p->dev->tree, places[i])) != NULL)
			r = dmsc_tnds_write_xml(n, false, false, out);
	return r;
}

/* As whom, and what of the options decides what is taken; whoever adds one
 * that does adds it here. To be freed, NULL: no memory. */
static char *
asked_for(const struct dmsc_power *p)
{
	const struct dmsc_dm_state *a = p->report->application;
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	char *out = NULL;
	size_t i;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_buf_fmt(b, "%s %s", a->as,
	    a->server == NULL ? "" : a->server);

	for (i = 0; i < p->o->n_pins && r == DMSC_E_OK; i++)
		r = dmsc_buf_fmt(b, ", PIN %02X", p->o->pins[i].ref);
	if (r == DMSC_E_OK && p->o->group != NULL)
		r = dmsc_buf_fmt(b, ", group %s", p->o->group);
	if (r == DMSC_E_OK)
		r = settings(p, b);
	if (r == DMSC_E_OK)
		out = dmsc_strndup(dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return out;
}

static bool
all_in_place(struct dmsc_power *p)
{
	struct dmsc_origin o;
	bool there = true;
	size_t i;

	for (i = 0; there && dmsc_origin_at(p->dev, i, &o); i++)
		there = strcmp(o.card, p->card) != 0 ||
		    dmsc_power_all_there(p, &o);
	return there;
}

/* What the device has, but for what dmsc itself keeps there. */
static int
tree_digest(const struct dmsc_power *p, char out[65])
{
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	const struct dmsc_node *n = dmsc_node_first(
	    dmsc_tree_root(p->dev->tree));
	uint8_t sum[DMSC_SHA256_LEN];
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (; n != NULL && r == DMSC_E_OK; n = dmsc_node_next(n))
		if (strcmp(dmsc_node_name(n), "Origin") != 0)
			r = dmsc_tnds_write_xml(n, true, false, b);
	if (r == DMSC_E_OK)
		r = dmsc_sha256(dmsc_buf_rd(b), sum);
	if (r == DMSC_E_OK)
		(void)dmsc_hex(dmsc_rd_of(sum, sizeof sum), out, 65);
	dmsc_buf_free(&b);
	return r;
}

/* What was in the way still is. */
static bool
same_tree(const struct dmsc_power *p, const struct dmsc_seencard *seen)
{
	char now[65];

	return seen->tree[0] == '\0' || (tree_digest(p, now) == DMSC_E_OK &&
	    strcmp(now, seen->tree) == 0);
}

static bool
has_row(const struct dmsc_seencard *seen, const char *document)
{
	struct dmsc_seencard_row row;
	size_t i;

	for (i = 0; dmsc_seencard_row(seen, i, &row); i++)
		if (strcmp(row.document, document) == 0)
			return true;
	return false;
}

/* The rows of a card of which nothing was read. */
static int
rows(struct dmsc_power *p, const struct dmsc_seencard *seen)
{
	struct dmsc_seencard_row row;
	struct dmsc_origin o;
	struct dmsc_taken *t;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && dmsc_origin_at(p->dev, i, &o); i++) {
		if (strcmp(o.card, p->card) != 0 ||
		    has_row(seen, o.document))
			continue;
		if ((t = dmsc_power_row(p, o.document, o.kind)) == NULL ||
		    dmsc_power_state(p, t, "unchanged", NULL) != DMSC_E_OK)
			return dmsc_power_nomem(p);
		r = dmsc_power_places(p, t, &o);
	}
	for (i = 0; r == DMSC_E_OK && dmsc_seencard_row(seen, i, &row); i++) {
		t = dmsc_power_row(p, row.document, row.kind);
		r = t == NULL ? dmsc_power_nomem(p) : dmsc_power_state(p, t,
		    row.state, row.why);
	}
	return r;
}

static int
same_as(struct dmsc_power *p, const struct dmsc_seencard *seen)
{
	int r;

	p->unchanged = p->all_stays = p->report->by_counter = true;
	if (dmsc_str_set(&p->report->provisioning, "%s",
	    seen->provisioning) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	r = dmsc_power_remove_gone(p, NULL);
	return r != DMSC_E_OK ? r : rows(p, seen);
}

static bool
is_as(const struct dmsc_power *p, const char *by,
    const struct dmsc_seencard *seen)
{
	return strcmp(by, seen->by) == 0 && strcmp(p->card, seen->card) == 0 &&
	    seen->counter == (uint32_t)p->report->application->counter;
}

int
dmsc_power_same(struct dmsc_power *p, bool *same)
{
	struct dmsc_seencard seen;
	char *by = NULL;
	int r = DMSC_E_OK;

	*same = false;
	if (!counts(p) || !dmsc_seencard_get(p->dev, &seen))
		return r;
	if ((by = asked_for(p)) == NULL)
		r = dmsc_power_nomem(p);
	else
		*same = !seen.once && is_as(p, by, &seen) &&
		    all_in_place(p) && same_tree(p, &seen);
	if (*same)
		r = same_as(p, &seen);
	free(by);
	free(seen.by);
	return r;
}

/* Something went wrong, or there is nothing: twice the same is the truth. */
static bool
is_first_none(const struct dmsc_power *p, const char *by)
{
	struct dmsc_seencard before;
	bool first = p->no_files;

	if (first && dmsc_seencard_get(p->dev, &before)) {
		first = !is_as(p, by, &before);
		free(before.by);
	}
	return first;
}

static int
put(struct dmsc_power *p, char *by)
{
	const struct dmsc_poweron *report = p->report;
	struct dmsc_rd iccid = dmsc_guard_iccid(p->g);
	struct dmsc_seencard seen = { .by = by, .scp = p->env->scp,
	    .counter = (uint32_t)report->application->counter,
	    .once = is_first_none(p, by) };

	(void)snprintf(seen.card, sizeof seen.card, "%s", p->card);
	(void)snprintf(seen.provisioning, sizeof seen.provisioning, "%s",
	    report->provisioning);
	if (p->in_way && tree_digest(p, seen.tree) != DMSC_E_OK)
		return DMSC_E_NOMEM;
	if (iccid.left == sizeof seen.iccid)
		memcpy(seen.iccid, iccid.p, sizeof seen.iccid);
	return dmsc_seencard_put(p->dev, &seen, report);
}

/* What is remembered of a card is no longer true once anything was taken, or
 * went, without its word for it. */
int
dmsc_power_remember(struct dmsc_power *p)
{
	char *by;
	int r;

	if (p->unchanged)
		return DMSC_E_OK;
	if (p->u == NULL || !counts(p) || p->doubt ||
	    dmsc_uicc_faults(p->u) != p->faults || p->outcome != DMSC_E_OK)
		return !p->report->changed ? DMSC_E_OK :
		    dmsc_seencard_drop(p->dev) == DMSC_E_OK ? DMSC_E_OK :
		    dmsc_power_nomem(p);
	if ((by = asked_for(p)) == NULL)
		return dmsc_power_nomem(p);
	p->renewed = true;
	r = put(p, by);
	free(by);
	return r == DMSC_E_OK ? r : dmsc_power_nomem(p);
}
