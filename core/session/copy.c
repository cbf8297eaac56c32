/* dmsc_device_copy on a session: the card that it holds is the device's. */
#include "session/hold.h"
#include "session/session.h"

#include "device/copy.h"

int
dmsc_device_copy(struct dmsc_session *s, const struct dmsc_copy_opts *o,
    struct dmsc_copied **out)
{
	unsigned long before, now, bytes;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if ((r = dmsc_session_hold(s, o->device, o->dry)) != DMSC_E_OK)
		return r;
	dmsc_uicc_counters(s->uicc, &before, &bytes);
	r = dmsc_copy_run(s->store, s->state_dir, o, &s->err, out);
	dmsc_session_let(s, o->device, o->dry);
	dmsc_uicc_counters(s->uicc, &now, &bytes);
	if (r != DMSC_E_OK)
		return r;
	(*out)->apdus = (unsigned)(now - before);
	if ((*out)->exposed)
		dmsc_session_warn(s, "the copy has secrets that anybody may "
		    "read from the card");
	return r;
}
