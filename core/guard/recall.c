/*
 * The values that were refused in this session, as keyed MACs. The ledger
 * needs to know the card; this list does not: what a card refused that did
 * not tell who it is, is sent to none that may be the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "guard/inside.h"

enum { KEY_LEN = 32 };

struct guard_refused {
	unsigned ref;
	char mac[GUARD_MAC_HEX + 1];
	enum guard_seen seen;
	bool healed;		/* the counter has been full since */
	char *id;		/* of the card, NULL: not known */
};

static int
make_key(struct dmsc_guard *g)
{
	int r;

	if (g->recall_key != NULL)
		return DMSC_E_OK;
	if ((g->recall_key = dmsc_secret_new(KEY_LEN)) == NULL)
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_random(g->recall_key->p, KEY_LEN)) != DMSC_E_OK) {
		dmsc_secret_free(&g->recall_key);
		return dmsc_fail(g->err, r, "no random bytes");
	}
	g->recall_key->len = KEY_LEN;
	return DMSC_E_OK;
}

static int
mac_of(struct dmsc_guard *g, const struct guard_value *v, char *out)
{
	int r = make_key(g);

	return r != DMSC_E_OK ? r : guard_mac(g, g->recall_key,
	    v->puk ? "puk" : "pin", v->bytes, out, GUARD_MAC_HEX + 1);
}

/* An entry of this card, or of one that may be this one. */
static bool
applies(const struct dmsc_guard *g, const struct guard_refused *f,
    unsigned ref)
{
	return f->ref == ref && (f->id == NULL || g->id == NULL ||
	    strcmp(f->id, g->id) == 0);
}

/* The same for what is asked before a value goes. */
static bool
may_apply(const struct dmsc_guard *g, const struct guard_refused *f,
    unsigned ref)
{
	return guard_covers(f->ref, ref) && applies(g, f, f->ref);
}

bool
guard_recall_open(const struct dmsc_guard *g, unsigned ref)
{
	size_t i;

	for (i = 0; i < g->n_refused; i++)
		if (!g->refused[i].healed &&
		    may_apply(g, &g->refused[i], ref))
			return true;
	return false;
}

void
guard_recall_heal(struct dmsc_guard *g, unsigned ref)
{
	size_t i;

	for (i = 0; i < g->n_refused; i++)
		if (applies(g, &g->refused[i], ref))
			g->refused[i].healed = true;
}

/* Entries of ref go: those with this mac, NULL: all. */
static void
forget(struct dmsc_guard *g, unsigned ref, const char *mac)
{
	struct guard_refused *f;
	size_t i, n = 0;

	for (i = 0; i < g->n_refused; i++) {
		f = &g->refused[i];
		if (applies(g, f, ref) &&
		    (mac == NULL || strcmp(f->mac, mac) == 0))
			free(f->id);
		else
			g->refused[n++] = *f;
	}
	g->n_refused = n;
}

int
guard_recall_has(struct dmsc_guard *g, const struct guard_value *v,
    enum guard_seen *seen)
{
	char mac[GUARD_MAC_HEX + 1];
	size_t i;
	int r;

	*seen = GUARD_NEW;
	if (g->n_refused == 0)
		return DMSC_E_OK;
	if ((r = mac_of(g, v, mac)) != DMSC_E_OK)
		return r;
	for (i = 0; i < g->n_refused; i++)
		if (may_apply(g, &g->refused[i], v->ref) &&
		    strcmp(g->refused[i].mac, mac) == 0)
			*seen = DMSC_MAX(*seen, g->refused[i].seen);
	return DMSC_E_OK;
}

int
guard_recall_add(struct dmsc_guard *g, const struct guard_value *v)
{
	struct guard_refused *f;
	char mac[GUARD_MAC_HEX + 1], *id = NULL;
	int r;

	if ((r = mac_of(g, v, mac)) != DMSC_E_OK)
		return r;
	if ((g->id != NULL && (id = strdup(g->id)) == NULL) ||
	    (f = dmsc_list_add(&g->refused, &g->n_refused, sizeof *f)) ==
	    NULL) {
		free(id);
		return dmsc_fail(g->err, DMSC_E_NOMEM, "out of memory");
	}
	f->ref = v->ref;
	memcpy(f->mac, mac, sizeof f->mac);
	f->id = id;
	f->seen = GUARD_LOST;
	return DMSC_E_OK;
}

void
guard_recall_refused(struct dmsc_guard *g, const struct guard_value *v)
{
	struct dmsc_err was = *g->err;
	char mac[GUARD_MAC_HEX + 1];
	size_t i;

	if (mac_of(g, v, mac) == DMSC_E_OK)
		for (i = 0; i < g->n_refused; i++)
			if (applies(g, &g->refused[i], v->ref) &&
			    strcmp(g->refused[i].mac, mac) == 0)
				g->refused[i].seen = GUARD_REFUSED;
	*g->err = was;
}

/* Where memory is short the value stays refused. */
void
guard_recall_drop(struct dmsc_guard *g, const struct guard_value *v)
{
	struct dmsc_err was = *g->err;
	char mac[GUARD_MAC_HEX + 1];

	if (mac_of(g, v, mac) == DMSC_E_OK)
		forget(g, v->ref, mac);
	*g->err = was;
}

void
guard_recall_clear(struct dmsc_guard *g, unsigned ref)
{
	forget(g, ref, NULL);
}

void
guard_recall_free(struct dmsc_guard *g)
{
	size_t i;

	for (i = 0; i < g->n_refused; i++)
		free(g->refused[i].id);
	free(g->refused);
	g->refused = NULL;
	g->n_refused = 0;
	dmsc_secret_free(&g->recall_key);
}
