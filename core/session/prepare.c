/* dmsc/card.h: a card that lets us is made ready for documents in pairs. */
#include "session/session.h"

#include <dmsc/card.h>

static const struct dmsc_field prepare_fields[] = {
	DMSC_F_STRS(dmsc_prepare, done, n_done),
	DMSC_F(dmsc_prepare, apdus, DMSC_K_UINT),
	DMSC_F_END
};
const struct dmsc_view dmsc_prepare_view = {
	"prepare", sizeof(struct dmsc_prepare), prepare_fields
};

int
dmsc_card_prepare(struct dmsc_session *s, bool dry,
    struct dmsc_prepare **out)
{
	struct dmsc_prepare *p;
	unsigned long before, after, bytes;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	if ((p = dmsc_view_new(&dmsc_prepare_view)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	dmsc_uicc_counters(s->uicc, &before, &bytes);
	r = dmsc_store_prepare(s->store, dry, &p->done, &p->n_done);
	dmsc_uicc_counters(s->uicc, &after, &bytes);
	p->apdus = (unsigned)(after - before);
	if (r == DMSC_E_OK)
		*out = p;
	else
		dmsc_view_free(&dmsc_prepare_view, p);
	return r;
}
