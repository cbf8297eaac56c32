/* dmsc/pin.h: the guard's calls on the card that the session holds. */
#include "session/session.h"

#include <stdio.h>

#include <dmsc/view.h>

enum { NAME_BYTES = 32 };

int
dmsc_pin_status(struct dmsc_session *s, struct dmsc_pin_list **out)
{
	struct dmsc_pin_list *l;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if ((l = dmsc_view_new(&dmsc_pin_list_view)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_guard_status(s->guard, l)) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_pin_list_view, l);
		return r;
	}
	*out = l;
	return DMSC_E_OK;
}

int
dmsc_pin_query(struct dmsc_session *s, unsigned ref,
    struct dmsc_pin_state **out)
{
	struct dmsc_pin_state *p;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if ((p = dmsc_view_new(&dmsc_pin_state_view)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_guard_query(s->guard, ref, p)) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_pin_state_view, p);
		return r;
	}
	*out = p;
	return DMSC_E_OK;
}

int
dmsc_pin_run(struct dmsc_session *s, enum dmsc_pin_op op, unsigned ref,
    const struct dmsc_secret *value, const struct dmsc_secret *fresh,
    bool spend_try)
{
	char name[NAME_BYTES], text[2 * NAME_BYTES];
	int r = dmsc_session_need_card(s);

	if (r != DMSC_E_OK)
		return r;
	r = dmsc_guard_pin(s->guard, op, ref, value, fresh, spend_try);
	if (r != DMSC_E_OK || !dmsc_guard_was_off(s->guard))
		return r;
	dmsc_pin_name(ref, name, sizeof name);
	(void)snprintf(text, sizeof text, "%s is disabled%s", name,
	    op == DMSC_PIN_DISABLE ? " already" : ": not needed");
	dmsc_session_warn(s, text);
	return r;
}
