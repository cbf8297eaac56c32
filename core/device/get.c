/* What the device's own program gets of its tree (device/mounts.h). */
#include <stdlib.h>

#include "base/base.h"
#include "device/mounts.h"
#include "device/nodes.h"
#include "dm/dm.h"
#include "dm/request.h"
#include "store/appl.h"

enum { ROUNDS = 1024 };

struct turn {
	struct dmsc_mounts *mounts;
	struct dmsc_responder *r;
	struct dmsc_requester *q;
	struct dmsc_request *v;
	size_t n;
	struct dmsc_err *e;
};

static int
no_memory(struct turn *t)
{
	return dmsc_fail(t->e, DMSC_E_NOMEM, "out of memory");
}

static int
start(struct turn *t, struct dmsc_device *d,
    const struct dmsc_mount_card *card, const char *const *uris)
{
	const struct dmsc_request_opts q = { .self = "device",
	    .peer = "device", .session = "1" };
	const struct dmsc_mounts_opts m = { .dev = d, .card = card };
	struct dmsc_dm_opts o = { .depth = DMSC_TREE_DEPTH_MAX,
	    .hooks = { .rule = dmsc_device_rule } };
	size_t i;
	int r;

	if ((t->v = calloc(t->n, sizeof *t->v)) == NULL)
		return no_memory(t);
	for (i = 0; i < t->n; i++) {
		t->v[i].kind = DMSC_CMD_GET;
		t->v[i].uri = uris[i];
	}
	if ((r = dmsc_mount_show(d, card)) == DMSC_E_OK)
		r = dmsc_mounts_new(&m, &t->mounts);
	if (r != DMSC_E_OK)
		return no_memory(t);
	o.hooks.elsewhere = dmsc_mounts_past(t->mounts);
	if ((r = dmsc_responder_new(d->tree, &o, &t->r)) == DMSC_E_OK)
		r = dmsc_requester_new(&q, &t->q);
	if (r != DMSC_E_OK)
		return no_memory(t);
	dmsc_requester_start(t->q, t->v, t->n, 0);
	return DMSC_E_OK;
}

/* One message and its answer; *more false: there was none. */
static int
one_round(struct turn *t, bool *more)
{
	struct dmsc_msg *m = NULL, *a = NULL;
	int r = dmsc_requester_give(t->q, &m, t->e);

	*more = m != NULL;
	if (r == DMSC_E_OK && *more) {
		a = dmsc_msg_new();
		r = a == NULL ? no_memory(t) :
		    dmsc_responder_take(t->r, m, NULL);
		if (r == DMSC_E_OK) {
			a->hdr = m->hdr;	/* both ends are we */
			r = dmsc_responder_give(t->r, a);
		}
		if (r != DMSC_E_OK)
			r = dmsc_fail(t->e, r, "the device cannot answer");
	}
	if (r == DMSC_E_OK && *more)
		r = dmsc_requester_take(t->q, a, t->e);
	dmsc_msg_free(&a);
	dmsc_msg_free(&m);
	return r;
}

/* The first status that is no success. */
static int
said(struct turn *t)
{
	const struct dmsc_err *card;
	int code = DMSC_E_OK;
	size_t i;

	for (i = 0; i < t->n && code == DMSC_E_OK; i++)
		code = dmsc_appl_code(t->v[i].status == 0 ? DMSC_DM_FAILED :
		    t->v[i].status);
	if (code == DMSC_E_OK)
		return code;
	i--;
	card = dmsc_mounts_why(t->mounts, t->v[i].uri);
	if (card != NULL) {
		*t->e = *card;		/* why it could not be read */
		if (*t->e->where == '\0')
			(void)dmsc_err_where(t->e, "%s", t->v[i].uri);
	} else {
		(void)dmsc_fail(t->e, code, code == DMSC_E_NOTFOUND ?
		    "the device has no such node" :
		    "the device does not give it");
		(void)dmsc_err_where(t->e, "%s", t->v[i].uri);
		(void)dmsc_err_why(t->e, "%s", dmsc_dm_text(t->v[i].status));
		(void)dmsc_err_next(t->e, "device tree");
	}
	t->e->dm = t->v[i].status;
	return t->e->code;
}

int
dmsc_device_get_run(struct dmsc_device *d,
    const struct dmsc_mount_card *card, const char *const *uris, size_t n,
    struct dmsc_dm_answer **out, struct dmsc_err *e)
{
	struct turn t = { .n = n, .e = e };
	bool more = true;
	unsigned i;
	int r;

	*out = NULL;
	r = start(&t, d, card, uris);
	for (i = 0; r == DMSC_E_OK && more && i < ROUNDS; i++)
		r = one_round(&t, &more);
	if (r == DMSC_E_OK && dmsc_dm_given(t.q, out) != DMSC_E_OK)
		r = no_memory(&t);
	if (r == DMSC_E_OK)
		r = said(&t);
	dmsc_responder_free(&t.r);
	dmsc_requester_free(&t.q);
	dmsc_mounts_free(&t.mounts);
	free(t.v);
	return r;
}
