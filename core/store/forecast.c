/* What access rules say of a plan: forecasts, and the rules of new files. */
#include "store/plan.h"

#include <stdio.h>
#include <string.h>

enum { RULES_MAX = 64, FID_P15 = 0x7F50 };

/* The first refusal stands, else the first thing that is not known. */
static void
remember(struct dmsc_build *b, enum dmsc_forecast f, const char *text)
{
	if (f == DMSC_ALLOWED || b->verdict == DMSC_REFUSED ||
	    (f == DMSC_FORECAST_UNKNOWN && b->verdict == f))
		return;
	b->verdict = f;
	(void)snprintf(b->why, sizeof b->why, "%s", text);
}

static const char *
mode_text(enum dmsc_mode m)
{
	return m == DMSC_MODE_CREATE_EF ? "making a file in" :
	    m == DMSC_MODE_READ ? "reading" : "writing";
}

void
dmsc_forecast_at(struct dmsc_build *b, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *fcp, enum dmsc_mode mode)
{
	struct dmsc_buf *needs = dmsc_buf_new(DMSC_ERR_TEXT);
	struct dmsc_buf *rule = dmsc_buf_new(DMSC_ERR_TEXT);
	char text[DMSC_ERR_TEXT];
	enum dmsc_forecast f;
	unsigned pin = 0;

	f = dmsc_uicc_access(b->st->u, p, fcp, mode, needs, rule, &pin);
	(void)snprintf(text, sizeof text, "%s %04X: %s%s%s", mode_text(mode),
	    p->n > 0 ? dmsc_place_fid(p) : FID_P15,
	    rule != NULL && rule->len > 0 ? dmsc_buf_cstr(rule) : "its rule",
	    f == DMSC_REFUSED ? " asks for " : " does not tell",
	    f != DMSC_REFUSED ? "" : needs != NULL && needs->len > 0 ?
	    dmsc_buf_cstr(needs) : "what nobody has");
	remember(b, f, text);
	if (f == DMSC_REFUSED && !b->needs_pin) {
		b->needs_pin = pin != 0;
		b->refused_at = *p;
		b->refused_mode = mode;
	}
	dmsc_buf_free(&needs);
	dmsc_buf_free(&rule);
}

void
dmsc_where_forecast(struct dmsc_build *b, const struct dmsc_sfile *f,
    enum dmsc_mode mode)
{
	dmsc_forecast_at(b, &f->place, &f->fcp, mode);
}

/* The rule of EF.ARR under which reading asks for what private documents
 * ask for, and writing for a key. */
static bool
find_private_rule(struct dmsc_build *b, uint8_t sec[3])
{
	struct dmsc_uicc_fcp *fcp = &b->st->odf_file.fcp, fake = *fcp;
	unsigned k, pin, adm;

	if (fcp->sec_tag != 0x8B || fcp->sec.left != 3)
		return false;
	memcpy(sec, fcp->sec.p, 3);
	fake.sec = dmsc_rd_of(sec, 3);
	for (k = 1; k < RULES_MAX; k++) {
		sec[2] = (uint8_t)k;
		pin = dmsc_uicc_asks(b->st->u, &b->st->odf_file.place, &fake,
		    DMSC_MODE_READ);
		adm = dmsc_uicc_asks(b->st->u, &b->st->odf_file.place, &fake,
		    DMSC_MODE_UPDATE);
		if (pin == 0x81 && adm >= 0x0A)
			return true;
	}
	return false;
}

int
dmsc_where_rules(struct dmsc_build *b, bool is_private, uint8_t *tag,
    struct dmsc_rd *sec)
{
	struct dmsc_store *st = b->st;
	size_t i;
	int r;

	for (i = 0; i < st->n_docs; i++) {
		struct dmsc_sfile *f = &st->docs[i].file;

		if (st->docs[i].is_private != is_private ||
		    st->docs[i].is_dir || st->docs[i].direct ||
		    strcmp(st->docs[i].kind, "arf") == 0)
			continue;
		if ((r = dmsc_sfile_select(st, f)) == DMSC_E_OK)
			r = dmsc_sfile_readable(st, f);
		if (r != DMSC_E_OK && !dmsc_store_about_card(r))
			return r;
		dmsc_err_clear(st->e);
		if (r != DMSC_E_OK)
			continue;	/* its path leads nowhere */
		*tag = f->fcp.sec_tag;
		*sec = f->fcp.sec;
		return DMSC_E_OK;
	}
	*tag = st->odf_file.fcp.sec_tag;
	*sec = st->odf_file.fcp.sec;
	if (!is_private)
		return DMSC_E_OK;
	*tag = 0x8B;
	*sec = dmsc_rd_of(b->rule, sizeof b->rule);
	if (find_private_rule(b, b->rule))
		return DMSC_E_OK;
	dmsc_fail(st->e, DMSC_E_PLAN, "no access rule for a private document");
	return dmsc_err_why(st->e, "no record of EF.ARR lets the local PIN "
	    "read and an administrator write");
}
