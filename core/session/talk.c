/* dmsc_device_session on a session: the card that it holds is the device's. */
#include "session/hold.h"
#include "session/world.h"

#include <string.h>

#include "device/force.h"
#include "device/talk.h"
#include "dm/appl.h"
#include "store/appl.h"
#include "store/cardtree.h"

enum { NOTICE_MAX = 4096 };

int
dmsc_session_to_card(void *ctx, struct dmsc_rd object,
    struct dmsc_buf *answer, struct dmsc_err *e)
{
	struct dmsc_session *s = ctx;
	int r = dmsc_appl_object(s->store, object, answer);

	*e = s->err;
	return r;
}

/* EF.NOTICE; a card that has none has nothing to say. */
static int
read_notice(struct dmsc_session *s, struct dmsc_buf *out)
{
	struct dmsc_place p = { .aid_len = DMSC_APPL_AID_LEN, .n = 1,
		.fid = { DMSC_APPL_EF_NOTICE } };
	int r;

	memcpy(p.aid, dmsc_appl_aid, DMSC_APPL_AID_LEN);
	r = dmsc_uicc_select(s->uicc, &p, NULL);
	if (r == DMSC_E_OK)
		r = dmsc_uicc_read(s->uicc, 0, SIZE_MAX, out);
	if (r != DMSC_E_NOTFOUND)
		return r;
	dmsc_err_clear(&s->err);
	return DMSC_E_OK;
}

static int
with_world(struct dmsc_session *s, const struct dmsc_talk_opts *o,
    struct dmsc_world *w, struct dmsc_talk **out)
{
	struct dmsc_err e = { .code = DMSC_E_OK };
	struct dmsc_buf *notice;
	int r;

	if (w->exchange == NULL)	/* the application says that it lacks */
		return dmsc_appl_ready(s->store, &w->max_msg);
	if ((notice = dmsc_buf_new(NOTICE_MAX)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	if ((r = read_notice(s, notice)) == DMSC_E_OK) {
		w->confirm = o->confirm;
		w->e = &e;
		r = dmsc_talk_run(w, dmsc_buf_rd(notice), o, out);
		if (r != DMSC_E_OK)
			s->err = e;
	}
	dmsc_buf_free(&notice);
	return r;
}

/* The session, then what was ordered in it. */
static int
hold(struct dmsc_session *s, const struct dmsc_talk_opts *o,
    struct dmsc_talk **out)
{
	const struct session_orders how = { .confirm = o->confirm };
	struct dmsc_err kept;
	struct dmsc_world w;
	unsigned orders = 0;
	int r = dmsc_session_world(s, o->device, &w), r2;

	if (r == DMSC_E_OK)
		r = with_world(s, o, &w, out);
	dmsc_session_world_free(&w);
	kept = s->err;
	r2 = *out == NULL ? r : dmsc_session_orders(s, o->device, &how,
	    &orders);
	if (*out != NULL) {
		(*out)->orders = orders;
		(*out)->changed = (*out)->changed || orders > 0;
	}
	if (r == DMSC_E_OK)
		return r2;
	s->err = kept;
	return r;
}

int
dmsc_device_session(struct dmsc_session *s, const struct dmsc_talk_opts *o,
    struct dmsc_talk **out)
{
	unsigned long before, after, bytes;
	int r = dmsc_session_need_card(s);

	*out = NULL;
	if (r != DMSC_E_OK)
		return r;
	dmsc_uicc_counters(s->uicc, &before, &bytes);
	if ((r = dmsc_session_hold(s, o->device, false)) != DMSC_E_OK)
		return r;
	r = dmsc_uicc_begin(s->uicc);
	if (r == DMSC_E_OK) {
		r = hold(s, o, out);
		dmsc_uicc_end(s->uicc);
	}
	dmsc_session_let(s, o->device, false);
	dmsc_uicc_counters(s->uicc, &after, &bytes);
	if (*out != NULL)
		(*out)->apdus = (unsigned)(after - before);
	dmsc_cardtree_stale(s->store);
	dmsc_appl_stale(s->store);
	return r;
}

/* What is no setting of the user's. */
static int
not_his(struct dmsc_session *s, const struct dmsc_device *d,
    const struct dmsc_node *n)
{
	const struct dmsc_node *root = dmsc_tree_root(d->tree), *top = n;

	while (dmsc_node_parent(top) != root)
		top = dmsc_node_parent(top);
	if (strcmp(dmsc_node_name(top), "DCMO") == 0) {
		(void)dmsc_fail(&s->err, DMSC_E_UNSUPPORTED,
		    "a function is not switched so");
		return dmsc_err_next(&s->err,
		    "device functions set NAME on|off");
	}
	if (dmsc_policy_has(d, n))
		return dmsc_fail(&s->err, DMSC_E_AUTH,
		    "the policy is its administrator's");
	return strcmp(dmsc_node_name(top), "Origin") != 0 ? DMSC_E_OK :
	    dmsc_fail(&s->err, DMSC_E_UNSUPPORTED,
	    "what the device keeps there is no setting");
}

static int
set(struct dmsc_session *s, const char *device, const char *uri,
    struct dmsc_rd value)
{
	struct dmsc_device *d = NULL;
	struct dmsc_node *n;
	int r = dmsc_device_load(s->state_dir, device, &d, &s->err);

	if (r != DMSC_E_OK)
		return r;
	if ((n = dmsc_tree_find(d->tree, uri)) == NULL)
		r = dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "the device has no such node");
	else if (!dmsc_node_is_leaf(n))
		r = dmsc_fail(&s->err, DMSC_E_USAGE,
		    "an interior node has no value");
	else if ((r = not_his(s, d, n)) != DMSC_E_OK)
		(void)r;
	else if (dmsc_format_check(dmsc_node_format(n), value) != DMSC_E_OK)
		r = dmsc_fail(&s->err, DMSC_E_DATA,
		    "the value is not of the node's format");
	else if (dmsc_told_begin(d) != DMSC_E_OK ||
	    dmsc_node_set_value(d->tree, n, value) != DMSC_E_OK)
		r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	if (r == DMSC_E_OK)
		r = dmsc_device_save(d, &s->err);
	else {
		(void)dmsc_err_where(&s->err, "%s", uri);
		if (r != DMSC_E_NOMEM)
			(void)dmsc_err_next(&s->err, "device tree");
	}
	dmsc_device_free(&d);
	return r;
}

int
dmsc_device_set(struct dmsc_session *s, const char *device,
    const char *uri, struct dmsc_rd value)
{
	int r = dmsc_session_hold(s, device, false);

	if (r != DMSC_E_OK)
		return r;
	r = set(s, device, uri, value);
	dmsc_session_let(s, device, false);
	return r;
}
