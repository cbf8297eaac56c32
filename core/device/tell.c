/* Events of a device's session (device/tell.h). */
#include "device/tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "device/orders.h"

static bool
is_sent(const struct dmsc_tell *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n_sent; i++)
		if (t->sent[i].alert != NULL &&
		    strcmp(t->sent[i].alert->name, name) == 0)
			return true;
	return false;
}

/* The next alert that waits, of which there is no word yet. */
static bool
find_alert(const struct dmsc_tell *t, struct dmsc_alert_kept *out)
{
	size_t i;

	for (i = 0; dmsc_alert_at(t->dev, t->server, i, out); i++)
		if (!is_sent(t, out->name))
			return true;
	return false;
}

static struct dmsc_alerted *
add_alert(struct dmsc_tell *t, const struct dmsc_alert_kept *k)
{
	struct dmsc_alerted *row = dmsc_list_add(t->alerts, t->n_alerts,
	    sizeof *row);

	if (row == NULL || dmsc_str_set(&row->type, "%s",
	    k->event.type == NULL ? "" : k->event.type) != DMSC_E_OK ||
	    dmsc_str_set(&row->data, "%.*s", (int)k->event.data.left,
	    (const char *)k->event.data.p) != DMSC_E_OK ||
	    (k->event.source != NULL && dmsc_str_set(&row->source, "%s",
	    k->event.source) != DMSC_E_OK))
		return NULL;
	return row;
}

static bool
next_alert(struct dmsc_tell *t, struct dmsc_dm_event *out)
{
	struct dmsc_alert_kept *k = calloc(1, sizeof *k);

	if (k == NULL || !find_alert(t, k) || add_alert(t, k) == NULL) {
		free(k);
		return false;
	}
	t->sent[t->n_sent].alert = k;
	t->sent[t->n_sent++].row = *t->n_alerts - 1;
	*out = k->event;
	return true;
}

/* What follows the first moment without a change is the card's doing. */
static bool
next_change(struct dmsc_tell *t, struct dmsc_dm_event *out)
{
	struct dmsc_talk_told *row;

	t->closed = t->closed || t->told == NULL ||
	    !dmsc_told_next(t->dev, *t->n_told, &t->change);
	if (t->closed || (row = dmsc_list_add(t->told, t->n_told,
	    sizeof *row)) == NULL)
		return false;
	if (dmsc_str_set(&row->uri, "./%s", t->change.uri) != DMSC_E_OK ||
	    dmsc_str_set(&row->change, "%s", t->change.change) != DMSC_E_OK)
		return false;
	t->sent[t->n_sent++].row = *t->n_told - 1;
	*out = (struct dmsc_dm_event){ .code = DMSC_ALERT_GENERIC,
	    .source = row->uri, .type = DMSC_TALK_CHANGED, .format = "chr",
	    .mark = "informational", .data = dmsc_rd_str(row->change) };
	return true;
}

bool
dmsc_tell_next(struct dmsc_tell *t, struct dmsc_dm_event *out)
{
	return t->n_sent < DMSC_TELL_MAX && (next_alert(t, out) ||
	    next_change(t, out));
}

void
dmsc_tell_status(struct dmsc_tell *t, unsigned status)
{
	size_t row;

	if (t->n_answered == t->n_sent)
		return;
	row = t->sent[t->n_answered].row;
	if (t->sent[t->n_answered++].alert != NULL)
		(*t->alerts)[row].status = status;
	else
		(*t->told)[row].status = status;
}

int
dmsc_tell_settle(struct dmsc_tell *t, bool *gone)
{
	unsigned status;
	size_t i;
	int r = DMSC_E_OK;

	*gone = false;
	for (i = 0; i < t->n_answered && r == DMSC_E_OK; i++) {
		if (t->sent[i].alert == NULL || t->sent[i].settled)
			continue;
		t->sent[i].settled = true;
		status = (*t->alerts)[t->sent[i].row].status;
		if (status < 200 || status >= 300)
			continue;
		*gone = true;
		r = dmsc_alert_done(t->dev, t->sent[i].alert->name);
	}
	return r;
}

int
dmsc_tell_keep(struct dmsc_tell *t, struct dmsc_world *w, bool changed,
    const struct dmsc_dm_nonce *client, const struct dmsc_dm_nonce *server,
    struct dmsc_err *e)
{
	bool ordered = w->n_taken > 0, gone;

	if (dmsc_tell_settle(t, &gone) != DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if (!changed && client == NULL && server == NULL && !ordered && !gone)
		return DMSC_E_OK;
	if (dmsc_orders_keep(w) != DMSC_E_OK || dmsc_invite_nonce(t->dev,
	    t->server, "CLCRED", client) != DMSC_E_OK ||
	    dmsc_invite_nonce(t->dev, t->server, "SRVCRED", server) !=
	    DMSC_E_OK)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	return dmsc_device_save(t->dev, e);
}

void
dmsc_tell_free(struct dmsc_tell *t)
{
	size_t i;

	for (i = 0; i < t->n_sent; i++)
		free(t->sent[i].alert);
	t->n_sent = t->n_answered = 0;
}

int
dmsc_tell_step(struct dmsc_talk_step **rows, size_t *n,
    const struct dmsc_cmd *c)
{
	struct dmsc_talk_step *s = dmsc_list_add(rows, n, sizeof *s);
	uint32_t status = 0;

	if (s == NULL)
		return DMSC_E_NOMEM;
	if (dmsc_msg_number(c->data, UINT16_MAX, &status) != DMSC_E_OK)
		return DMSC_E_OK;
	s->status = status;
	if (dmsc_str_set(&s->command, "%s", c->cmd) != DMSC_E_OK ||
	    dmsc_str_set(&s->text, "%s", dmsc_dm_text(status)) !=
	    DMSC_E_OK || (c->target_refs.n > 0 && dmsc_str_set(&s->uri,
	    "%s", c->target_refs.v[0]) != DMSC_E_OK))
		return DMSC_E_NOMEM;
	return DMSC_E_OK;
}
