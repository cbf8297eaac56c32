/* dmsc_device_server on a session: the card that it holds is the device's. */
#include "session/session.h"

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
to_nobody(void *ctx, struct dmsc_rd object, struct dmsc_buf *answer,
    struct dmsc_err *e)
{
	(void)ctx;
	(void)object;
	(void)answer;
	return dmsc_fail(e, DMSC_E_NOTFOUND,
	    "the card has no tree of its own");
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

int
dmsc_device_server(struct dmsc_session *s, const struct dmsc_server_opts *o,
    struct dmsc_rd message, struct dmsc_device_reply **out)
{
	struct dmsc_err lost = { 0 };
	struct dmsc_server_env env = { .state_dir = s->state_dir, .ctx = s,
	    .exchange = to_nobody, .max_msg = DMSC_DOC_MAX, .e = &s->err,
	    .lost = &lost };
	bool card = s->store != NULL && dmsc_connected(s) &&
	    dmsc_appl_there(s->store);
	unsigned long before = 0, now = 0, bytes;
	int r = DMSC_E_OK;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if (o->server == NULL || *o->server == '\0')
		return dmsc_fail(&s->err, DMSC_E_USAGE, "no ServerID");
	if (o->sealed && o->password == NULL)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a message is sealed with a password");
	env.card = card;
	if (card) {
		env.exchange = o->dry ? dry_run : dmsc_session_to_card;
		dmsc_uicc_counters(s->uicc, &before, &bytes);
		r = dmsc_appl_ready(s->store, &env.max_msg);
	}
	if (r == DMSC_E_OK)
		r = dmsc_server_run(&env, o, message, out);
	if (card) {
		dmsc_cardtree_stale(s->store);
		dmsc_appl_stale(s->store);
		dmsc_uicc_counters(s->uicc, &now, &bytes);
	}
	if (r != DMSC_E_OK)
		return r;
	(*out)->answer->apdus = (unsigned)(now - before);
	return server_error(s, *out, &lost, o->password != NULL);
}
