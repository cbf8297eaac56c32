/* A DM server's sessions: which message is of which, commands out of the
 * caller's words, nonces from one session to the next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"
#include "codec/inner.h"
#include "crypto/crypto.h"
#include "session/dmserver.h"
#include "session/session.h"

enum { MSG = 16384, OBJ = 1 << 20, FOREVER = 1 << 30 };

bool
dmsrv_is_bad(const struct dmsc_dmserver *d, enum dmsrv_bad b)
{
	return d->bad == b && d->answers > d->o.bad_after;
}

const struct dmsc_dmserver_account *
dmsrv_account(const struct dmsc_dmserver *d, const char *device)
{
	const struct dmsc_dmserver_account *any = NULL;
	size_t i;

	for (i = 0; i < d->o.n_accounts; i++)
		if (strcmp(d->o.accounts[i].device, device) == 0)
			return &d->o.accounts[i];
		else if (strcmp(d->o.accounts[i].device, "*") == 0)
			any = &d->o.accounts[i];
	return any;
}

/* NULL: it would be one too many. */
static struct dmsrv_known *
known(struct dmsc_dmserver *d, const char *device)
{
	size_t i;

	for (i = 0; i < d->n_known; i++)
		if (strcmp(d->known[i].device, device) == 0)
			return &d->known[i];
	if (d->n_known == DMSRV_DEVICES || strlen(device) >= DMSRV_NAME)
		return NULL;
	memcpy(d->known[i].device, device, strlen(device) + 1);
	d->n_known++;
	return &d->known[i];
}

static int
scheme_of(const char *name, enum dmsc_cred_scheme *out)
{
	static const struct { const char *name; enum dmsc_cred_scheme is; }
	rows[] = { { "none", DMSC_CRED_NONE }, { "basic", DMSC_CRED_BASIC },
		{ "md5", DMSC_CRED_MD5 }, { "mac", DMSC_CRED_MAC } };
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (name != NULL && strcmp(rows[i].name, name) == 0) {
			*out = rows[i].is;
			return DMSC_E_OK;
		}
	return DMSC_E_USAGE;
}

int
dmsrv_login(const struct dmsc_dmserver *d, const char *device, bool server,
    struct dmsc_cred_login *out)
{
	const struct dmsc_dmserver_account *a = dmsrv_account(d, device);
	const struct dmsc_dmserver_login *l;
	const struct dmsc_dm_nonce *n = NULL;
	size_t i;
	int r;

	memset(out, 0, sizeof *out);
	out->scheme = server ? DMSC_CRED_NONE : DMSC_CRED_MD5;
	if (a == NULL)
		return DMSC_E_OK;	/* no secret fits */
	l = server ? &a->server : &a->client;
	if ((r = scheme_of(l->scheme, &out->scheme)) != DMSC_E_OK)
		return r;
	for (i = 0; i < d->n_known; i++)
		if (strcmp(d->known[i].device, device) == 0)
			n = server ? &d->known[i].server :
			    &d->known[i].client;
	out->user = dmsc_rd_str(l->user == NULL ? "" : l->user);
	out->secret = l->secret;
	out->nonce = n != NULL && n->fresh ? dmsc_rd_of(n->v, n->n) :
	    l->nonce;
	if (server && dmsrv_is_bad(d, BAD_WRONG))
		out->secret = dmsc_rd_str("another secret");
	return DMSC_E_OK;
}

static int
keep(void *ctx, const struct dmsc_dm_nonce *client,
    const struct dmsc_dm_nonce *server)
{
	const struct dmsrv_talk *t = ctx;
	struct dmsrv_known *k = known(t->d, t->device);

	if (k != NULL && client != NULL)
		k->client = *client;
	if (k != NULL && server != NULL)
		k->server = *server;
	return DMSC_E_OK;
}

static int
draw(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	return dmsc_random(out, n);
}

static unsigned
event(void *ctx, const struct dmsc_dm_event *ev)
{
	const struct dmsrv_talk *t = ctx;
	const struct dmsc_dmserver_hooks *h = &t->d->o.hooks;
	struct dmsc_dmserver_event out = { .code = ev->code,
		.source = ev->source, .type = ev->type,
		.format = ev->format, .mark = ev->mark,
		.correlator = ev->correlator, .data = ev->data };
	unsigned status = h->event == NULL ? 200 :
	    h->event(h->ctx, &t->facts, &out);

	dmsrv_log_alert(t, ev, status);
	return status;
}

static int
kind_of(const char *name, enum dmsc_cmd_kind *out)
{
	enum dmsc_cmd_kind k;

	for (k = DMSC_CMD_ADD; k <= DMSC_CMD_REPLACE; k++)
		if (k != DMSC_CMD_ATOMIC && strcasecmp(name,
		    dmsc_cmd_name(k)) == 0) {
			*out = k;
			return DMSC_E_OK;
		}
	return DMSC_E_USAGE;
}

static int
command(const struct dmsc_dmserver_command *c, struct dmsc_request *out)
{
	*out = (struct dmsc_request){ .uri = c->uri, .source = c->source,
		.format = c->format, .type = c->type,
		.has_data = c->has_data, .data = c->data, .alert = c->alert,
		.texts = c->texts, .n_texts = c->n_texts,
		.correlator = c->correlator };
	if (kind_of(c->name, &out->kind) != DMSC_E_OK ||
	    (c->uri == NULL) != (out->kind == DMSC_CMD_ALERT))
		return DMSC_E_USAGE;
	return DMSC_E_OK;
}

/* One that never ends: asks for the same for ever. */
static void
once_more(struct dmsrv_talk *t, struct dmsc_dmserver_batch *b)
{
	t->again = (struct dmsc_dmserver_command){ .name = "get",
		.uri = "./DevInfo/DevId" };
	b->v = &t->again;
	b->n = 1;
}

static int
take(struct dmsrv_talk *t, struct dmsc_dm_server_batch *out,
    struct dmsc_err *e)
{
	size_t i;

	free(t->v);
	t->v = NULL;
	if (t->batch.n > 0 && (t->v = calloc(t->batch.n, sizeof *t->v)) ==
	    NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	for (i = 0; i < t->batch.n; i++)
		if (command(&t->batch.v[i], &t->v[i]) != DMSC_E_OK) {
			dmsc_fail(e, DMSC_E_USAGE,
			    "that is no command of a DM server");
			return dmsc_err_where(e, "%s %s", t->batch.v[i].name,
			    t->batch.v[i].uri == NULL ? "" :
			    t->batch.v[i].uri);
		}
	*out = (struct dmsc_dm_server_batch){ .v = t->v, .n = t->batch.n,
		.n_group = t->batch.n_group, .sequence = t->batch.sequence,
		.abort = t->batch.abort };
	return DMSC_E_OK;
}

/* XML has bytes as base64. */
static int
unpack(struct dmsc_dmserver_result *v)
{
	struct dmsc_buf *raw;
	int r;

	if (v->format == NULL || strcmp(v->format, "b64") != 0)
		return DMSC_E_OK;
	if ((raw = dmsc_buf_new(v->data.left + 1)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_b64_get(v->data, raw);
	if (r != DMSC_E_OK) {
		dmsc_buf_free(&raw);
		return r == DMSC_E_NOMEM ? r : DMSC_E_OK;	/* as it is */
	}
	v->raw = raw;
	v->data = dmsc_buf_rd(raw);
	v->format = "bin";
	return DMSC_E_OK;
}

static void
free_results(struct dmsc_dmserver_result *v, size_t n)
{
	size_t i;

	for (i = 0; v != NULL && i < n; i++)
		dmsc_buf_free(&v[i].raw);
	free(v);
}

static int
answered(struct dmsrv_talk *t, const struct dmsc_requester *done,
    struct dmsc_dmserver_result **out, size_t *n)
{
	const struct dmsc_request_items *l = done == NULL ? NULL :
	    dmsc_requester_results(done);
	struct dmsc_dmserver_result *v;
	size_t i;
	int r = DMSC_E_OK;

	*n = l == NULL ? 0 : l->n;
	if ((*out = v = calloc(*n + 1, sizeof *v)) == NULL)
		return DMSC_E_NOMEM;
	for (i = 0; i < *n && r == DMSC_E_OK; i++) {
		v[i] = (struct dmsc_dmserver_result){ .of = l->v[i].of,
			.uri = l->v[i].uri, .format = l->v[i].format,
			.type = l->v[i].type, .data = l->v[i].data == NULL ?
			dmsc_rd_of(NULL, 0) : dmsc_buf_rd(l->v[i].data) };
		r = unpack(&v[i]);
	}
	for (i = 0; done != NULL && i < t->batch.n; i++) {
		t->batch.v[i].status = t->v[i].status;
		(void)snprintf(t->batch.v[i].nonce,
		    sizeof t->batch.v[i].nonce, "%s", t->v[i].nonce);
	}
	return r;
}

int
dmsc_dmserver_credential(const char *user, struct dmsc_rd secret,
    const char *nonce, struct dmsc_buf *out)
{
	struct dmsc_cred_login l = { .scheme = DMSC_CRED_MD5,
		.user = dmsc_rd_str(user), .secret = secret };
	struct dmsc_buf *raw = dmsc_buf_new(DMSC_NONCE_MAX);
	uint8_t h[DMSC_MD5_LEN];
	int r = raw == NULL ? DMSC_E_NOMEM : dmsc_b64_get(
	    dmsc_rd_str(nonce), raw) != DMSC_E_OK ? DMSC_E_DATA : DMSC_E_OK;

	l.nonce = dmsc_buf_rd(raw);
	if (r == DMSC_E_OK && (r = dmsc_cred_digest(&l, NULL, h)) ==
	    DMSC_E_OK)
		r = dmsc_b64_put(out, dmsc_rd_of(h, sizeof h));
	dmsc_buf_free(&raw);
	return r;
}

static int
next(void *ctx, const struct dmsc_requester *done,
    struct dmsc_dm_server_batch *out, struct dmsc_err *e)
{
	struct dmsrv_talk *t = ctx;
	const struct dmsc_dmserver_hooks *h = &t->d->o.hooks;
	struct dmsc_dmserver_batch b = { .n = 0 };
	struct dmsc_dmserver_result *v = NULL;
	bool forever = dmsrv_is_bad(t->d, BAD_FOREVER);
	size_t n;
	int r;

	t->facts.alert = dmsc_dm_server_alert(t->core);
	t->facts.info = dmsc_dm_server_info(t->core);
	if ((r = answered(t, done, &v, &n)) != DMSC_E_OK) {
		free_results(v, n);
		return dmsc_fail(e, r, "out of memory");
	}
	dmsrv_log_batch(t, v, n);
	r = forever && done != NULL ? DMSC_E_OK :
	    h->next(h->ctx, &t->facts, v, n, &b);
	free_results(v, n);
	if (r != DMSC_E_OK) {
		*e = t->d->s->err;
		return r;
	}
	if (forever && b.n == 0)
		once_more(t, &b);
	t->batch = b;
	return take(t, out, e);
}

void
dmsrv_talk_end(struct dmsrv_talk *t)
{
	dmsc_dm_server_free(&t->core);
	free(t->v);
	memset(t, 0, sizeof *t);
}

static int
begin(struct dmsc_dmserver *d, struct dmsrv_talk *t, const char *device,
    const char *id)
{
	struct dmsc_dm_server_opts o = { .url = d->url, .device = t->device,
		.session = t->id, .xml = d->o.xml,
		.max_msg = d->o.max_msg == 0 ? MSG : d->o.max_msg,
		.max_obj = d->o.max_obj == 0 ? OBJ : d->o.max_obj,
		.max_messages = d->bad == BAD_FOREVER ? FOREVER : 0,
		.hooks = { t, next, event, keep, draw } };
	int r;

	dmsrv_talk_end(t);
	t->d = d;
	memcpy(t->device, device, strlen(device) + 1);
	memcpy(t->id, id, strlen(id) + 1);
	if ((r = dmsrv_login(d, device, false, &o.client)) != DMSC_E_OK ||
	    (r = dmsrv_login(d, device, true, &o.server)) != DMSC_E_OK ||
	    (r = dmsc_dm_server_new(&o, &t->core)) != DMSC_E_OK)
		return r;
	t->facts = (struct dmsc_dmserver_session){ .number = ++d->number,
		.device = t->device, .id = t->id };
	dmsrv_log_talk(t, "begun");
	return DMSC_E_OK;
}

struct dmsrv_talk *
dmsrv_talk(struct dmsc_dmserver *d, const struct dmsc_msg *m,
    struct dmsc_rd bytes)
{
	const char *device = m->hdr.source.uri, *id = m->hdr.session_id;
	struct dmsrv_talk *t = NULL, *old = &d->talks[0];
	size_t i;

	if (device == NULL || id == NULL || strlen(device) >= DMSRV_NAME ||
	    strlen(id) >= sizeof old->id)
		return NULL;
	for (i = 0; i < DMSRV_TALKS; i++) {
		if (d->talks[i].core != NULL && strcmp(d->talks[i].device,
		    device) == 0 && strcasecmp(d->talks[i].id, id) == 0)
			t = &d->talks[i];
		if (d->talks[i].used < old->used)
			old = &d->talks[i];
	}
	if (t == NULL)
		t = old;
	else if (m->hdr.msg_id == NULL || strcmp(m->hdr.msg_id, "1") != 0 ||
	    dmsc_dm_server_came_before(t->core, bytes))
		old = NULL;
	else
		old = t;		/* it begins anew */
	if (old != NULL && begin(d, old, device, id) != DMSC_E_OK) {
		dmsrv_talk_end(old);
		return NULL;
	}
	t->used = ++d->clock;
	return t;
}
