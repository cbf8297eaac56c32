/* What a DM server tells of itself: entries without secrets. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmsc/tree.h>
#include <dmsc/view.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "session/dmserver.h"

enum { SHOWN = 64 };

#define E(member, kind) DMSC_F(dmsc_dmserver_entry, member, kind)
static const struct dmsc_field entry_fields[] = {
	E(event, DMSC_K_STR), E(at, DMSC_K_STR), E(session, DMSC_K_UINT),
	E(device, DMSC_K_STR), E(id, DMSC_K_STR), E(url, DMSC_K_STR),
	E(pid, DMSC_K_UINT), E(message, DMSC_K_UINT),
	E(encoding, DMSC_K_STR), E(received, DMSC_K_SIZE),
	E(sent, DMSC_K_SIZE), E(credential, DMSC_K_STR),
	E(command, DMSC_K_STR), E(uri, DMSC_K_STR), E(type, DMSC_K_STR),
	E(value, DMSC_K_STR), E(size, DMSC_K_SIZE), E(status, DMSC_K_UINT),
	E(state, DMSC_K_STR), E(error, DMSC_K_STR), DMSC_F_END
};
const struct dmsc_view dmsc_dmserver_entry_view = { "dmserver_entry",
	sizeof(struct dmsc_dmserver_entry), entry_fields };

/* A text for the log; without memory there is none. */
static void
set(char **to, const char *text)
{
	if (text != NULL && dmsc_str_set(to, "%s", text) != DMSC_E_OK)
		*to = NULL;
}

static void
log_it(const struct dmsc_dmserver *d, struct dmsc_dmserver_entry *e)
{
	char at[32];

	set(&e->at, dmsc_wall_text(dmsc_wall(), at, sizeof at));
	if (d->o.hooks.log != NULL)
		d->o.hooks.log(d->o.hooks.ctx, e);
	dmsc_view_clear(&dmsc_dmserver_entry_view, e);
}

static struct dmsc_dmserver_entry
entry_of(const struct dmsrv_talk *t, const char *event)
{
	struct dmsc_dmserver_entry e = {
		.session = (unsigned)t->facts.number };

	set(&e.event, event);
	set(&e.device, t->device);
	set(&e.id, t->id);
	return e;
}

void
dmsrv_log_listening(struct dmsc_dmserver *d)
{
	struct dmsc_dmserver_entry e = { .pid = (unsigned)getpid() };

	set(&e.event, "listening");
	set(&e.url, d->url);
	log_it(d, &e);
}

void
dmsrv_log_refused(struct dmsc_dmserver *d, unsigned status, const char *why)
{
	struct dmsc_dmserver_entry e = { .status = status };

	set(&e.event, "refused");
	set(&e.error, why);
	log_it(d, &e);
}

void
dmsrv_log_talk(const struct dmsrv_talk *t, const char *event)
{
	struct dmsc_dmserver_entry e = entry_of(t, event);

	if (t->over)
		set(&e.state, dmsc_dm_server_state_name(
		    dmsc_dm_server_state(t->core)));
	log_it(t->d, &e);
}

void
dmsrv_log_message(const struct dmsrv_talk *t,
    const struct dmsc_dm_packet *in, const struct dmsc_dm_packet *out,
    const struct dmsc_err *err)
{
	struct dmsc_dmserver_entry e = entry_of(t, "message");
	enum dmsc_dm_server_state st = dmsc_dm_server_state(t->core);

	e.message = dmsc_dm_server_messages(t->core);
	set(&e.encoding, in->xml ? "xml" : "wbxml");
	e.received = in->bytes.left;
	e.sent = out->bytes.left;
	set(&e.credential, st == DMSC_DM_SERVER_NEW ||
	    st == DMSC_DM_SERVER_REFUSED ? "refused" : "ok");
	e.status = dmsc_dm_server_told(t->core);
	if (err->code != DMSC_E_OK)
		set(&e.error, err->message);
	log_it(t->d, &e);
}

/* A document may hold secrets, and a secret is one. */
static bool
may_show(const char *uri, const char *type, struct dmsc_rd v)
{
	const char *name = uri == NULL ? NULL : strrchr(uri, '/');

	return uri != NULL && v.left > 0 && v.p[0] != '<' &&
	    dmsc_is_text(v) && (type == NULL || strncmp(type, "text/", 5) ==
	    0) && !dmsc_name_is_secret(name == NULL ? uri : name + 1);
}

static void
set_value(struct dmsc_dmserver_entry *e, const char *type, struct dmsc_rd v)
{
	size_t n = DMSC_MIN(v.left, SHOWN);

	e->size = v.left;
	set(&e->type, type);
	if (!may_show(e->uri, type, v))
		return;
	while (n < v.left && n > 0 && (v.p[n] & 0xC0) == 0x80)
		n--;
	if (dmsc_str_set(&e->value, "%.*s", (int)n, (const char *)v.p) !=
	    DMSC_E_OK)
		e->value = NULL;
}

void
dmsrv_log_alert(const struct dmsrv_talk *t, const struct dmsc_dm_event *ev,
    unsigned status)
{
	struct dmsc_dmserver_entry e = entry_of(t, "alert");

	set(&e.uri, ev->source);
	set_value(&e, NULL, ev->data);
	set(&e.type, ev->type);
	e.status = status;
	log_it(t->d, &e);
}

void
dmsrv_log_batch(const struct dmsrv_talk *t,
    const struct dmsc_dmserver_result *v, size_t n)
{
	const struct dmsc_dmserver_command *c;
	struct dmsc_dmserver_entry e;
	size_t i;

	for (i = 0; i < t->batch.n; i++) {
		c = &t->batch.v[i];
		e = entry_of(t, "command");
		set(&e.command, c->name);
		set(&e.uri, c->uri);
		e.status = c->status;
		if (c->has_data)
			set_value(&e, c->type, c->data);
		log_it(t->d, &e);
	}
	for (i = 0; i < n; i++) {
		e = entry_of(t, "result");
		set(&e.uri, v[i].uri);
		set_value(&e, v[i].type, v[i].data);
		log_it(t->d, &e);
	}
}
