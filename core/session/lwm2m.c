/* LwM2M accounts of a session's card (dmsc/lwm2m.h). */
#include "session/session.h"

int
dmsc_lwm2m_set(struct dmsc_session *s, const char *path,
    const struct dmsc_lwm2m_account *a)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r :
	    dmsc_store_lwm2m_set(s->store, path, a);
}

int
dmsc_lwm2m_show(struct dmsc_session *s, const char *path,
    struct dmsc_lwm2m_list **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_lwm2m_show(s->store, path, out);
}
