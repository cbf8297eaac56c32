/* dmsc/file.h: who the card is, what it can and what it holds. */
#include <stdlib.h>
#include <string.h>

#include "session/files.h"
#include "uicc/atr.h"
#include "uicc/names.h"

enum { ARR_FID = 0x2F06, AID_HEX = 2 * 16 + 1 };

/* Facts that the card refuses are left out; the link's failures are not. */
static int
optional(struct dmsc_session *s, int r)
{
	if (r == DMSC_E_OK || s->err.sw == 0)
		return r;
	dmsc_err_clear(&s->err);
	return DMSC_E_OK;
}

static int
set(struct dmsc_session *s, char **dst, const char *text)
{
	return dmsc_str_set(dst, "%s", text) == DMSC_E_OK ? DMSC_E_OK :
	    dmsc_files_no_memory(s);
}

static int
words_of(struct dmsc_session *s, const char *name, struct dmsc_rd bytes,
    char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(4096);
	struct dmsc_place p;
	int r = DMSC_E_OK;

	if (b == NULL)
		return dmsc_files_no_memory(s);
	if (dmsc_place_parse(name, &p, NULL) == DMSC_E_OK &&
	    dmsc_place_words(&p, bytes, b) == DMSC_E_OK)
		r = set(s, out, dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return r;
}

static int
add_identity(struct dmsc_session *s, struct dmsc_info *i)
{
	const char *id;
	int r = dmsc_guard_identity(s->guard, &id);

	if (r == DMSC_E_OK && id != NULL)
		r = set(s, &i->identity, id);
	if (r == DMSC_E_OK)
		r = words_of(s, "EF.ICCID", dmsc_guard_iccid(s->guard),
		    &i->iccid);
	return r;
}

static int
add_atr(struct dmsc_session *s, struct dmsc_info *i)
{
	struct dmsc_rd atr = dmsc_uicc_atr_get(s->uicc);
	char hex[2 * DMSC_ATR_MAX + 1];

	if (atr.left == 0)
		return DMSC_E_OK;
	if (dmsc_atr_facts(atr, &i->atr_facts, &i->n_atr_facts) != DMSC_E_OK)
		return dmsc_files_no_memory(s);
	return set(s, &i->atr, dmsc_hex(atr, hex, sizeof hex));
}

/* The life cycle of the MF, and its rules. */
static int
add_mf(struct dmsc_session *s, struct dmsc_info *i)
{
	static const struct dmsc_place mf = { { 0 }, 0, { 0 }, 0 };
	static const struct dmsc_place arr = { { 0 }, 0, { ARR_FID }, 1 };
	struct dmsc_uicc_fcp f;
	struct dmsc_fcp v;
	int r = dmsc_files_fcp(s, &mf, &v);

	if (r == DMSC_E_OK) {
		i->life = v.life;
		v.life = NULL;
		dmsc_view_clear(&dmsc_fcp_view, &v);
	}
	if ((r = optional(s, r)) != DMSC_E_OK)
		return r;
	r = dmsc_uicc_select(s->uicc, &arr, &f);
	if (r == DMSC_E_OK && dmsc_str_set(&i->arr,
	    "EF.ARR 2F06, %u records", f.records) != DMSC_E_OK)
		return dmsc_files_no_memory(s);
	return optional(s, r);
}

static int
add_app(struct dmsc_session *s, const struct dmsc_uicc_app *a,
    struct dmsc_info *i)
{
	struct dmsc_application *out = dmsc_list_add(&i->applications,
	    &i->n_applications, sizeof *out);
	const char *name = dmsc_app_name(a->aid, a->aid_len);
	struct dmsc_place p = { .n = a->path_n };
	char hex[AID_HEX];
	int r;

	if (out == NULL)
		return dmsc_files_no_memory(s);
	r = set(s, &out->aid, dmsc_hex(dmsc_rd_of(a->aid, a->aid_len), hex,
	    sizeof hex));
	if (r == DMSC_E_OK && a->label[0] != '\0')
		r = set(s, &out->label, a->label);
	if (r == DMSC_E_OK && name != NULL)
		r = set(s, &out->name, name);
	memcpy(p.fid, a->path, sizeof p.fid);
	if (r == DMSC_E_OK && p.n > 0)
		r = dmsc_files_path(s, &p, &out->path);
	return r;
}

static int
add_apps(struct dmsc_session *s, struct dmsc_info *i, bool *usim)
{
	const struct dmsc_uicc_app *a;
	const char *name;
	size_t n, k;
	int r = dmsc_uicc_apps(s->uicc, &a, &n);

	*usim = false;
	for (k = 0; r == DMSC_E_OK && k < n; k++) {
		name = dmsc_app_name(a[k].aid, a[k].aid_len);
		*usim = *usim || (name != NULL && strcmp(name, "USIM") == 0);
		r = add_app(s, &a[k], i);
	}
	return r;
}

static int
add_imsi(struct dmsc_session *s, struct dmsc_info *i)
{
	struct dmsc_buf *b = dmsc_buf_new(512);
	struct dmsc_place p;
	int r;

	if (b == NULL)
		return dmsc_files_no_memory(s);
	r = dmsc_place_parse("EF.IMSI", &p, &s->err);
	if (r == DMSC_E_OK)
		r = optional(s, dmsc_uicc_read_place(s->uicc, &p, NULL, b));
	if (r == DMSC_E_OK && b->len > 0)
		r = words_of(s, "EF.IMSI", dmsc_buf_rd(b), &i->imsi);
	dmsc_buf_free(&b);
	return r;
}

static int
add_pins(struct dmsc_session *s, struct dmsc_info *i)
{
	struct dmsc_pin_list l = { NULL, 0 };
	int r = dmsc_guard_status(s->guard, &l);

	i->pins = l.pins;
	i->n_pins = l.n_pins;
	return r;
}

static int
add_line(struct dmsc_session *s, struct dmsc_info *i, const char *a,
    const char *b)
{
	if (dmsc_strs_add(&i->provisioning, &i->n_provisioning, "%s%s", a,
	    b) != DMSC_E_OK)
		return dmsc_files_no_memory(s);
	return DMSC_E_OK;
}

static int
add_provisioning(struct dmsc_session *s, struct dmsc_info *i)
{
	struct dmsc_discovery *d;
	size_t k;
	int r;

	if ((r = dmsc_store_discover(s->store, &d)) != DMSC_E_OK)
		return r;
	if (!d->found)
		r = add_line(s, i, "none: ", d->why != NULL ? d->why :
		    "nothing was found");
	if (r == DMSC_E_OK && d->place != NULL)
		r = add_line(s, i, "PKCS#15 at ", d->place);
	for (k = 0; k < d->n_kinds && r == DMSC_E_OK; k++)
		r = add_line(s, i, "documents of kind ", d->kinds[k]);
	dmsc_view_free(&dmsc_discovery_view, d);
	return r;
}

static int
collect(struct dmsc_session *s, struct dmsc_info *i)
{
	bool usim = false;
	int r;

	if ((r = add_atr(s, i)) != DMSC_E_OK ||
	    (r = add_identity(s, i)) != DMSC_E_OK ||
	    (r = add_mf(s, i)) != DMSC_E_OK ||
	    (r = add_apps(s, i, &usim)) != DMSC_E_OK ||
	    (usim && (r = add_imsi(s, i)) != DMSC_E_OK))
		return r;
	if ((i->locked = dmsc_guard_locked(s->guard) == DMSC_E_AUTH)) {
		dmsc_err_clear(&s->err);
		return DMSC_E_OK;
	}
	r = add_pins(s, i);
	return r == DMSC_E_OK ? add_provisioning(s, i) : r;
}

int
dmsc_info(struct dmsc_session *s, struct dmsc_info **out)
{
	struct dmsc_info *i;
	bool aside;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if ((i = dmsc_view_new(&dmsc_info_view)) == NULL)
		return dmsc_files_no_memory(s);
	if ((r = dmsc_uicc_begin(s->uicc)) == DMSC_E_OK) {
		if ((r = dmsc_uicc_aside(s->uicc, NULL, &aside)) == DMSC_E_OK)
			r = collect(s, i);
		if (aside)
			dmsc_uicc_channel_close(s->uicc);
		dmsc_uicc_end(s->uicc);
	}
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_info_view, i);
		return r;
	}
	*out = i;
	return DMSC_E_OK;
}
