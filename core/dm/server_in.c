/* What a device tells a server: itself, and Alerts (reference 4.3, 5.2). */
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "dm/dm.h"
#include "dm/server_in.h"

enum { INFO_MAX = 65536 };

/* "./DevInfo/Man" without the dot; NULL: nothing of DevInfo. */
static const char *
info_uri(const struct dmsc_item *it)
{
	const char *uri = it->source.uri != NULL ? it->source.uri :
	    it->target.uri;

	if (uri == NULL)
		return NULL;
	if (strncmp(uri, "./", 2) == 0)
		uri += 2;
	return strncmp(uri, "DevInfo/", 8) == 0 ? uri : NULL;
}

static unsigned
take_info(struct dmsc_dm_server *s, const struct dmsc_cmd *c,
    const struct dmsc_item *it)
{
	const char *uri = info_uri(it);
	enum dmsc_format f = DMSC_FMT_CHR;
	struct dmsc_node *n;
	int r;

	if (uri == NULL)
		return DMSC_DM_NOT_ALLOWED;
	if (dmsc_format_parse(dmsc_item_format(c, it), &f) != DMSC_E_OK)
		return DMSC_DM_BAD;
	if (f == DMSC_FMT_NODE)
		return DMSC_DM_OK;
	if ((n = dmsc_tree_find(s->info, uri)) != NULL)
		r = dmsc_node_set_value(s->info, n, it->data.bytes);
	else
		r = dmsc_tree_add(s->info, uri, f, NULL, it->data.bytes, NULL);
	return r == DMSC_E_OK ? DMSC_DM_OK : dmsc_dm_status(r);
}

static unsigned
infos(struct dmsc_dm_server *s, const struct dmsc_cmd *c)
{
	unsigned status = DMSC_DM_OK;
	size_t i;

	if (c->n_items == 0)
		return DMSC_DM_INCOMPLETE;
	for (i = 0; i < c->n_items && status == DMSC_DM_OK; i++)
		status = take_info(s, c, c->items[i]);
	return status;
}

static unsigned
events(struct dmsc_dm_server *s, const struct dmsc_cmd *c, unsigned code)
{
	const struct dmsc_dm_server_hooks *h = &s->o.hooks;
	struct dmsc_dm_event ev = { .code = code,
		.correlator = c->correlator };
	unsigned status = DMSC_DM_OK;
	const struct dmsc_item *it;
	size_t i;

	for (i = 0; i < c->n_items && status < 300 && h->event != NULL; i++) {
		it = c->items[i];
		ev.source = it->source.uri;
		ev.type = it->meta.type != NULL ? it->meta.type :
		    c->meta.type;
		ev.format = it->meta.format != NULL ? it->meta.format :
		    c->meta.format;
		ev.mark = it->meta.mark != NULL ? it->meta.mark :
		    c->meta.mark;
		ev.data = it->data.bytes;
		status = h->event(h->ctx, &ev);
	}
	return status;
}

static unsigned
alert(struct dmsc_dm_server *s, const struct dmsc_cmd *c)
{
	uint32_t code;

	if (dmsc_msg_number(c->data, UINT16_MAX, &code) != DMSC_E_OK)
		return DMSC_DM_INCOMPLETE;
	switch (code) {
	case DMSC_ALERT_SERVER_MGMT:
	case DMSC_ALERT_CLIENT_MGMT:
		s->alert = code;
		return DMSC_DM_OK;
	case DMSC_ALERT_CLIENT_EVENT:
	case DMSC_ALERT_GENERIC:
		return events(s, c, code);
	case DMSC_ALERT_SESSION_ABORT:
		s->state = DMSC_DM_SERVER_ABORTED;
		return DMSC_DM_OK;
	case DMSC_ALERT_NEXT_MESSAGE:
	case DMSC_ALERT_NO_END_OF_DATA:
		return DMSC_DM_OK;
	default:
		return DMSC_DM_UNSUPPORTED;
	}
}

unsigned
dm_server_status(struct dmsc_dm_server *s, const struct dmsc_cmd *c)
{
	if (c->kind == DMSC_CMD_STATUS || c->kind == DMSC_CMD_RESULTS)
		return 0;
	if (s->status >= 300)
		return s->status;
	if (c->fault.what != NULL)
		return c->fault.status;
	return c->kind == DMSC_CMD_ALERT ? alert(s, c) :
	    c->kind == DMSC_CMD_REPLACE ? infos(s, c) : DMSC_DM_UNSUPPORTED;
}

int
dm_server_heed(struct dmsc_dm_server *s, const struct dmsc_msg *m)
{
	const struct dmsc_hdr *h = &m->hdr;
	uint32_t n;

	if (h->session_id == NULL || h->source.uri == NULL ||
	    strcasecmp(h->session_id, s->o.session) != 0 ||
	    strcmp(h->source.uri, s->o.device) != 0) {
		dmsc_fail(s->e, DMSC_E_FORMAT,
		    "the message is of another session");
		return dmsc_err_where(s->e, "%s", h->session_id == NULL ?
		    "none" : h->session_id);
	}
	if (dmsc_msg_number(h->meta.max_msg, DMSC_DOC_MAX, &n) == DMSC_E_OK)
		s->peer_msg = n;
	if (s->info == NULL && (s->info = dmsc_tree_new(INFO_MAX)) == NULL)
		return dmsc_fail(s->e, DMSC_E_NOMEM, "out of memory");
	return DMSC_E_OK;
}
