/* Large objects to the DM-SC application that are half here, and the store of
 * the tree with them: what came stays over a cut, for whom it came from. */
#include <string.h>

#include <dmsc/hash.h>

#include "base/base.h"
#include "card/applin.h"
#include "card/tree.h"

/* Whose it is: a name as long as may be, in few bytes. */
static bool
mark_of(const struct dmsc_card_who *who, uint8_t out[DMSC_SHA256_LEN])
{
	return dmsc_sha256(dmsc_rd_str(who->owner ? dmsc_card_owner :
	    who->server), out) == DMSC_E_OK;
}

bool
appl_half(struct dmsc_card *c, const struct dmsc_card_who *who,
    struct dmsc_dm_half *out)
{
	uint8_t mark[DMSC_SHA256_LEN];

	return who->how != 0 && mark_of(who, mark) && memcmp(c->mem->ram +
	    DMSC_TREE_OWN + DMSC_CARD_OWN_HALF, mark, sizeof mark) == 0 &&
	    dmsc_card_tree_half(c, out);
}

unsigned
appl_store(struct dmsc_card_appl *a)
{
	struct appl_session *s = &a->s;
	uint8_t mark[DMSC_SHA256_LEN];
	struct dmsc_dm_half half;
	bool mine = s->r != NULL && dmsc_responder_half(s->r, &half), any;
	unsigned sw;

	if (mine) {
		if (!mark_of(&s->who, mark))
			return SW_MEMORY;
		dmsc_mem_put(a->c->mem, DMSC_TREE_OWN + DMSC_CARD_OWN_HALF,
		    dmsc_rd_of(mark, sizeof mark));
	}
	any = mine || (!s->owns_half && dmsc_card_tree_half(a->c, &half));
	sw = dmsc_card_tree_store(a->c, any ? &half : NULL);
	if (sw == SW_OK)
		s->owns_half = mine;
	return sw;
}

struct dmsc_tree *
dmsc_card_appl_tree(struct dmsc_card *c)
{
	struct dmsc_card_appl *a = dmsc_card_appl(c);

	if (a == NULL)
		return NULL;
	appl_leave(a);
	return dmsc_card_tree(c);
}

unsigned
dmsc_card_appl_keep(struct dmsc_card *c)
{
	struct dmsc_card_appl *a = c->appl;
	unsigned sw = a == NULL ? SW_CONDITIONS : appl_store(a);

	if (sw != SW_OK)
		dmsc_card_tree_drop(c);
	return sw;
}
