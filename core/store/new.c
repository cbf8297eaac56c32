/* A store: made over a connected card, forgotten with its state, freed. */
#include "store/cardtree.h"
#include "store/room.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

struct dmsc_store *
dmsc_store_new(struct dmsc_uicc *u, struct dmsc_guard *g,
    const char *state_dir, struct dmsc_err *e,
    void (*warn)(void *arg, const char *text), void *arg)
{
	struct dmsc_store *st = calloc(1, sizeof *st);

	if (st == NULL)
		return NULL;
	st->u = u;
	st->g = g;
	st->e = e;
	st->warn = warn;
	st->warn_arg = arg;
	if (state_dir != NULL && (st->state_dir = strdup(state_dir)) == NULL)
		dmsc_store_free(&st);
	return st;
}

void
dmsc_store_free(struct dmsc_store **st)
{
	if (*st == NULL)
		return;
	dmsc_store_clear_picture(*st);
	dmsc_room_end(*st, false);
	if ((*st)->card_work != NULL)
		dmsc_work_drop(*st, (*st)->card_work);
	while ((*st)->works != NULL)
		dmsc_work_drop(*st, (*st)->works);
	free((*st)->works_card);
	free((*st)->card_id);
	free((*st)->state_dir);
	free(*st);
	*st = NULL;
}

/* Working copies that nobody edited go with the picture. */
void
dmsc_store_brief(struct dmsc_store *st)
{
	st->brief = true;
}

void
dmsc_store_forget(struct dmsc_store *st)
{
	struct dmsc_work *w, *next;

	dmsc_store_clear_picture(st);
	dmsc_cardtree_stale(st);
	for (w = st->works; w != NULL; w = next) {
		next = w->next;
		w->checked = false;
		if (!dmsc_work_dirty(w))
			dmsc_work_drop(st, w);
	}
}

bool
dmsc_store_dirty(const struct dmsc_store *st)
{
	const struct dmsc_work *w;

	for (w = st->works; w != NULL; w = w->next)
		if (dmsc_work_dirty(w))
			return true;
	return st->mend || dmsc_cardtree_dirty(st);
}

void
dmsc_store_warn(struct dmsc_store *st, const char *fmt, ...)
{
	char text[2 * DMSC_ERR_TEXT];
	va_list ap;

	if (st->warn == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	st->warn(st->warn_arg, text);
}

bool
dmsc_store_lost(int code)
{
	return code == DMSC_E_TRANSPORT || code == DMSC_E_REMOVED ||
	    code == DMSC_E_NOCARD || code == DMSC_E_CHANNEL;
}
