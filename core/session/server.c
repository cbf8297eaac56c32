/* dmsc_device_server on a session: the card that it holds is the device's. */
#include "session/hold.h"
#include "session/world.h"

#include "codec/codec.h"
#include "device/server.h"
#include "dm/dm.h"
#include "store/appl.h"
#include "store/cardtree.h"

static int
dry_run(void *ctx, struct dmsc_rd object, struct dmsc_buf *answer,
    struct dmsc_err *e)
{
	(void)ctx;
	(void)object;
	(void)answer;
	return dmsc_fail(e, DMSC_E_UNSUPPORTED, "nothing goes to the card");
}

static int
dry_read(void *ctx, const char *path, struct dmsc_tree *t,
    struct dmsc_node *parent, const char *name, struct dmsc_err *e)
{
	(void)ctx;
	(void)t;
	(void)parent;
	(void)name;
	return dmsc_fail(e, DMSC_E_UNSUPPORTED, "%s is not read now", path);
}

/* What the server gets to hear, as the error of the whole. */
static int
server_error(struct dmsc_session *s, const struct dmsc_device_reply *x,
    const struct dmsc_err *lost, bool proved)
{
	const struct dmsc_dm_answer *a = x->answer;
	const struct dmsc_dm_status *v = NULL;
	size_t i;
	int code = DMSC_E_OK;

	dmsc_err_clear(&s->err);
	for (i = 0; i < a->n_statuses && code == DMSC_E_OK; i++) {
		v = &a->statuses[i];
		code = v->status == DMSC_DM_ROLLED_BACK || v->status ==
		    DMSC_DM_NOT_EXECUTED ? DMSC_E_OK :
		    dmsc_appl_code(v->status);
	}
	if (code == DMSC_E_OK)
		return code;
	(void)dmsc_fail(&s->err, code, "%s", v->status ==
	    DMSC_DM_NO_CREDENTIALS || v->status == DMSC_DM_UNAUTHORIZED ?
	    "the card does not let this server in" :
	    "the server's command was refused");
	(void)dmsc_err_where(&s->err, "%s", v->uri != NULL ? v->uri :
	    v->command);
	(void)dmsc_err_why(&s->err, "%s%s%s", v->text, lost->code !=
	    DMSC_E_OK ? ": " : "", lost->code != DMSC_E_OK ?
	    lost->message : "");
	s->err.dm = v->status;
	s->err.sw = lost->sw;
	if (v->status == DMSC_DM_NO_CREDENTIALS && !proved)
		(void)dmsc_err_next(&s->err,
		    "the same line with --password SOURCE");
	else if (code == DMSC_E_AUTHFAIL)
		(void)dmsc_err_next(&s->err, "help device server");
	return code;
}

/* In the device's world; lost: how the last object to the card failed. */
static int
in_world(struct dmsc_session *s, const struct dmsc_server_opts *o,
    struct dmsc_rd message, struct dmsc_err *lost,
    struct dmsc_device_reply **out)
{
	const struct session_orders how = { .confirm = o->confirm };
	struct dmsc_world w;
	unsigned orders = 0;
	int r = dmsc_session_world(s, o->device, &w);

	if (o->dry && w.exchange != NULL)
		w.exchange = dry_run;
	if (o->dry)
		w.mounts.read = dry_read;
	if (r == DMSC_E_OK)
		r = dmsc_server_run(&w, o, message, lost, out);
	dmsc_session_world_free(&w);
	if (r == DMSC_E_OK && !o->dry)
		r = dmsc_session_orders(s, o->device, &how, &orders);
	if (*out != NULL) {
		(*out)->orders = orders;
		(*out)->changed = (*out)->changed || orders > 0;
	}
	return r;
}

int
dmsc_device_server(struct dmsc_session *s, const struct dmsc_server_opts *o,
    struct dmsc_rd message, struct dmsc_device_reply **out)
{
	struct dmsc_err lost = { 0 };
	bool card = s->store != NULL && dmsc_connected(s);
	unsigned long before = 0, now = 0, bytes;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if (o->server == NULL || *o->server == '\0')
		return dmsc_fail(&s->err, DMSC_E_USAGE, "no ServerID");
	if (o->sealed && o->password == NULL)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a message is sealed with a password");
	if ((r = dmsc_session_hold(s, o->device, o->dry)) != DMSC_E_OK)
		return r;
	if (card)
		dmsc_uicc_counters(s->uicc, &before, &bytes);
	r = in_world(s, o, message, &lost, out);
	dmsc_session_let(s, o->device, o->dry);
	if (card) {
		dmsc_cardtree_stale(s->store);
		dmsc_appl_stale(s->store);
		dmsc_uicc_counters(s->uicc, &now, &bytes);
	}
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_device_reply_view, *out);
		*out = NULL;
		return r;
	}
	(*out)->answer->apdus = (unsigned)(now - before);
	return server_error(s, *out, &lost, o->password != NULL);
}
