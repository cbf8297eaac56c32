/*
 * discover: does this card hold provisioning data, and where. The least for
 * a card that does: SELECT AID, SELECT ODF, READ BINARY, SELECT DODF, READ
 * BINARY: five APDUs (each answers something that the next one needs; the
 * SELECTs of EFs fall away only on cards with short file identifiers, which
 * PKCS#15 directories do not have). It stops at the first directory that
 * names a document.
 */
#include "store/beside.h"

#include <string.h>

#include "base/base.h"

/* Life cycles of an FCP (tag 8A) and the warnings of SELECT. */
enum { LIFE_DEACTIVATED = 0x04, LIFE_TERMINATED = 0x0C,
	SW_DEACTIVATED = 0x6283, SW_TERMINATED = 0x6285 };

static const char *
state_text(enum dmsc_p15_state s)
{
	return s == DMSC_P15_MUTE ? "mute" : s == DMSC_P15_LOCKED ? "locked" :
	    s == DMSC_P15_TERMINATED ? "terminated" : "answers";
}

static int
add_kind(struct dmsc_discovery *d, const char *kind)
{
	size_t i;

	if (strcmp(kind, "app") == 0 || strcmp(kind, "arf") == 0)
		return DMSC_E_OK;
	d->found = true;
	for (i = 0; i < d->n_kinds; i++)
		if (strcmp(d->kinds[i], kind) == 0)
			return DMSC_E_OK;
	return dmsc_strs_add(&d->kinds, &d->n_kinds, "%s", kind);
}

static int
look_in_dirs(struct dmsc_store *st, struct dmsc_discovery *d, bool *rules)
{
	const struct dmsc_dodf_entry *e;
	size_t i, k;
	int r;

	for (i = 0; i < st->n_dirs && !d->found; i++) {
		r = dmsc_store_read_dir(st, &st->dirs[i]);
		if (r != DMSC_E_OK)
			return r;
		for (k = 0; k < st->dirs[i].dodf.n; k++) {
			e = &st->dirs[i].dodf.v[k];
			*rules |= e->oid != NULL &&
			    strcmp(e->oid, DMSC_OID_ARF) == 0;
			if (e->understood && (e->has_path ||
			    e->direct.left > 0))
				r = add_kind(d, dmsc_store_kind_of_oid(e->oid));
			if (r != DMSC_E_OK)
				return r;
		}
	}
	return DMSC_E_OK;
}

/* A document that no identifier names is known by its content; and of other
 * makers' directories only now all is read. */
static int
look_in_files(struct dmsc_store *st, struct dmsc_discovery *d)
{
	struct dmsc_sdoc *doc;
	size_t i;
	int r;

	if ((r = dmsc_store_load(st)) != DMSC_E_OK)
		return r;
	for (i = 0; i < st->n_docs; i++) {
		doc = &st->docs[i];
		if (doc->oid == NULL && !doc->is_private && !doc->is_dir &&
		    (r = dmsc_sdoc_read(st, doc, true)) != DMSC_E_OK &&
		    dmsc_store_lost(r))
			return r;
		dmsc_err_clear(st->e);
		if (!dmsc_beside_is(doc->kind) &&
		    (r = add_kind(d, doc->kind)) != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

static int
say_where(struct dmsc_store *st, struct dmsc_discovery *d)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_ERR_TEXT);
	const char *text;
	int r = DMSC_E_NOMEM;

	if (b != NULL && (r = dmsc_place_text(&st->app, b)) == DMSC_E_OK) {
		text = dmsc_buf_cstr(b);
		r = text == NULL ? DMSC_E_NOMEM :
		    dmsc_str_set(&d->place, "%s", text);
	}
	dmsc_buf_free(&b);
	return r;
}

/* The application answers but shows nothing: the MF says whether the card is
 * at its end. */
static int
ask_life(struct dmsc_store *st)
{
	const struct dmsc_place mf = { .aid_len = 0 };
	struct dmsc_uicc_fcp fcp;
	unsigned sw;
	int r = dmsc_uicc_select(st->u, &mf, &fcp);

	if (dmsc_store_lost(r) || r == DMSC_E_INTERRUPTED)
		return r;
	sw = r == DMSC_E_OK ? 0 : st->e->sw;
	if (sw == SW_TERMINATED || (r == DMSC_E_OK &&
	    fcp.life >= LIFE_TERMINATED))
		st->state = DMSC_P15_TERMINATED;
	else if (sw == SW_DEACTIVATED || (r == DMSC_E_OK &&
	    (fcp.life & ~2u) == LIFE_DEACTIVATED))
		st->state = DMSC_P15_LOCKED;
	dmsc_err_clear(st->e);
	return DMSC_E_OK;
}

static int
discover(struct dmsc_store *st, struct dmsc_discovery *d)
{
	bool rules = false;
	int r;

	if ((r = dmsc_store_find_app(st)) != DMSC_E_OK ||
	    (r = dmsc_store_read_odf(st)) != DMSC_E_OK)
		return r;
	if (!st->have_app && st->state == DMSC_P15_FOUND &&
	    (r = ask_life(st)) != DMSC_E_OK)
		return r;
	if ((r = look_in_dirs(st, d, &rules)) != DMSC_E_OK)
		return r;
	if (!d->found && st->have_app &&
	    (r = look_in_files(st, d)) != DMSC_E_OK)
		return r;
	if (st->have_app && (r = say_where(st, d)) != DMSC_E_OK)
		return r;
	if (d->found)
		return DMSC_E_OK;
	return dmsc_str_set(&d->why, "%s", st->why != NULL ? st->why :
	    rules ? "the directories hold access rules only, no provisioning "
	    "data" : "the directories name no provisioning data");
}

/* A card that does not answer at all is a finding too. */
static int
mute(struct dmsc_store *st, struct dmsc_discovery *d, int code)
{
	int r;

	if (code != DMSC_E_TRANSPORT || st->state != DMSC_P15_MUTE)
		return code;
	r = dmsc_str_set(&d->why, "%s", "the card does not answer");
	if (r == DMSC_E_OK)
		dmsc_err_clear(st->e);
	return r;
}

int
dmsc_store_discover(struct dmsc_store *st, struct dmsc_discovery **out)
{
	struct dmsc_discovery *d = dmsc_view_new(&dmsc_discovery_view);
	unsigned long before, after, bytes;
	int r;

	*out = NULL;
	if (d == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	dmsc_uicc_counters(st->u, &before, &bytes);
	st->state = DMSC_P15_FOUND;
	if ((r = dmsc_uicc_begin(st->u)) == DMSC_E_OK) {
		r = mute(st, d, discover(st, d));
		dmsc_uicc_end(st->u);
	}
	dmsc_uicc_counters(st->u, &after, &bytes);
	d->apdus = (unsigned)(after - before);
	if (r == DMSC_E_OK)
		r = dmsc_str_set(&d->card, "%s", state_text(st->state));
	if (r != DMSC_E_OK) {
		if (r == DMSC_E_NOMEM)
			dmsc_fail(st->e, r, "out of memory");
		dmsc_view_free(&dmsc_discovery_view, d);
		return r;
	}
	*out = d;
	return DMSC_E_OK;
}
