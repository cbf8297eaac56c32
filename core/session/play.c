/* dmsc_device_play on a session (dmsc/play.h). */
#include "device/play.h"

#include "device/model.h"
#include "session/session.h"

static int
play(struct dmsc_session *s, const struct dmsc_model *m,
    struct dmsc_played *out)
{
	struct dmsc_link *l = dmsc_uicc_link(s->uicc);
	struct dmsc_err none = { .code = DMSC_E_OK };
	int r = dmsc_link_lock(l, true, &s->err);

	if (r != DMSC_E_OK)
		return r;
	r = dmsc_play_model(l, m, out, &s->err);
	(void)!dmsc_link_lock(l, false, &none);
	return r;
}

static int
unknown(struct dmsc_session *s, const char *model)
{
	dmsc_fail(&s->err, DMSC_E_USAGE, "there is no model '%s'", model);
	(void)dmsc_err_next(&s->err, "help lint");
	return DMSC_E_USAGE;
}

int
dmsc_device_play(struct dmsc_session *s, const char *model,
    struct dmsc_played **out)
{
	const struct dmsc_model *m = dmsc_model_find(model);
	struct dmsc_played *x = NULL;
	struct dmsc_err kept;
	int r;

	*out = NULL;
	if (m == NULL)
		return unknown(s, model);
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = dmsc_reset(s, true)) != DMSC_E_OK)
		return r;
	if ((x = dmsc_view_new(&dmsc_played_view)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	r = play(s, m, x);
	kept = s->err;
	if (dmsc_reset(s, true) != DMSC_E_OK && r == DMSC_E_OK)
		r = s->err.code;
	else
		s->err = kept;
	if (r == DMSC_E_OK)
		*out = x;
	else
		dmsc_view_free(&dmsc_played_view, x);
	return r;
}
