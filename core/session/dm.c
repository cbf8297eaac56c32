/* dmsc/dm.h: the store's calls on the card that the session holds. */
#include "session/session.h"

int
dmsc_dm_state(struct dmsc_session *s, struct dmsc_dm_state **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_dm_state(s->store, out);
}

int
dmsc_dm_run(struct dmsc_session *s, const struct dmsc_dm_command *c,
    size_t n, bool atomic, struct dmsc_dm_answer **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_dm_run(s->store, c, n, atomic, out);
}

int
dmsc_dm_tree(struct dmsc_session *s, const char *uri,
    struct dmsc_tree **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_dm_tree(s->store, uri, out);
}

int
dmsc_dm_send(struct dmsc_session *s, struct dmsc_rd message,
    struct dmsc_dm_answer **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r :
	    dmsc_store_dm_send(s->store, message, out);
}

int
dmsc_dm_login(struct dmsc_session *s, const struct dmsc_dm_login *o,
    struct dmsc_dm_state **out)
{
	int r = dmsc_session_need_card(s);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_store_dm_login(s->store, o, out);
}
