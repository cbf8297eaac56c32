/* DM messages to the DM-SC application and back, and what their statuses mean
 * (store/appl.h). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "dm/dm.h"
#include "store/appl.h"
#include "store/cardtree.h"
#include "store/inside.h"

enum { ENVELOPE = 64, ROUNDS = 1 << 16, MSG_ID_MAX = 0xFFFF,
	MAC_MAX = 1024 };

static const char self[] = "dmsc", card[] = "card", session[] = "1";

int
dmsc_appl_ready(struct dmsc_store *st, size_t *max_msg)
{
	size_t blocks = dmsc_uicc_update_block(st->u);
	int r = dmsc_appl_select(st);

	*max_msg = 0;
	if (r == DMSC_E_OK && !st->appl.greeted)
		r = dmsc_appl_greet(st);
	if (r != DMSC_E_OK)
		return r;
	blocks *= DMSC_APPL_BLOCKS;
	*max_msg = DMSC_MIN(st->appl.hello.max_msg, blocks - ENVELOPE);
	return r;
}

int
dmsc_appl_requester(struct dmsc_store *st, struct dmsc_requester **out)
{
	struct dmsc_request_opts o = { .self = self, .peer = card,
	    .session = session };
	int r;

	*out = NULL;
	if ((r = dmsc_appl_ready(st, &o.peer_msg)) != DMSC_E_OK)
		return r;
	st->appl.msg_id %= MSG_ID_MAX / 2;
	o.first_msg = st->appl.msg_id + 1;
	r = dmsc_requester_new(&o, out);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(st->e, r, "out of memory");
}

static int
bad_answer(struct dmsc_store *st, int r)
{
	if (r == DMSC_E_NOMEM || r == DMSC_E_LIMIT)
		return dmsc_fail(st->e, r, "%s", dmsc_e_text(r));
	(void)dmsc_fail(st->e, DMSC_E_DATA, "the card's answer cannot be "
	    "read");
	return dmsc_err_where(st->e, "/card");
}

/* The envelope there and back. */
static int
exchange(struct dmsc_store *st, const struct dmsc_appl_message *m,
    struct dmsc_buf *wire, struct dmsc_buf *answer,
    struct dmsc_appl_message *back)
{
	int r = dmsc_appl_message_put(wire, DMSC_APPL_MESSAGE, m);

	if (r != DMSC_E_OK)
		return bad_answer(st, r);
	if ((r = dmsc_appl_object(st, dmsc_buf_rd(wire), answer)) !=
	    DMSC_E_OK)
		return r;
	r = dmsc_appl_message_get(dmsc_buf_rd(answer), DMSC_APPL_MESSAGE,
	    back);
	return r == DMSC_E_OK ? r : bad_answer(st, r);
}

/* The challenge for the next credential. */
static void
keep_nonce(struct dmsc_store *st, const struct dmsc_msg *in)
{
	struct dmsc_cred_told t;

	if (dmsc_cred_told(in, &t) == DMSC_E_OK && t.n == DMSC_APPL_NONCE)
		memcpy(st->appl.nonce, t.nonce, DMSC_APPL_NONCE);
}

int
dmsc_appl_pass(struct dmsc_store *st, struct dmsc_requester *q,
    const struct dmsc_appl_message *m, size_t *bytes)
{
	struct dmsc_buf *wire = dmsc_buf_new(m->bytes.left + m->mac.left +
	    ENVELOPE);
	struct dmsc_buf *answer = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_appl_message back = { .xml = false };
	struct dmsc_msg *in = NULL;
	int r = DMSC_E_NOMEM;

	if (wire == NULL || answer == NULL)
		r = bad_answer(st, r);
	else
		r = exchange(st, m, wire, answer, &back);
	if (r == DMSC_E_OK &&
	    (r = dmsc_msg_read(back.bytes, &in, NULL, st->e)) != DMSC_E_OK)
		r = bad_answer(st, r);
	if (r == DMSC_E_OK)
		keep_nonce(st, in);
	if (r == DMSC_E_OK)
		r = dmsc_requester_take(q, in, st->e);
	if (r == DMSC_E_OK && bytes != NULL)
		*bytes += m->bytes.left + back.bytes.left;
	dmsc_msg_free(&in);
	dmsc_buf_free(&wire);
	dmsc_buf_free(&answer);
	return r;
}

void
dmsc_appl_no_login(struct dmsc_store *st)
{
	struct dmsc_sappl *a = &st->appl;

	free(a->login_server);
	free(a->login_user);
	a->login_server = a->login_user = NULL;
	a->login_scheme = DMSC_CRED_NONE;
	dmsc_secret_free(&a->login_secret);
}

int
dmsc_appl_keep_login(struct dmsc_store *st, const char *server,
    const struct dmsc_cred_login *l)
{
	struct dmsc_sappl *a = &st->appl;

	dmsc_appl_no_login(st);
	a->login_server = strdup(server);
	a->login_user = dmsc_strndup(l->user);
	a->login_secret = dmsc_secret_from(l->secret);
	a->login_scheme = l->scheme;
	if (a->login_server != NULL && a->login_user != NULL &&
	    a->login_secret != NULL)
		return DMSC_E_OK;
	dmsc_appl_no_login(st);
	return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

static int
write_one(struct dmsc_store *st, struct dmsc_msg *m, struct dmsc_buf *b,
    struct dmsc_buf *mac)
{
	const struct dmsc_sappl *a = &st->appl;
	const struct dmsc_cred_login l = { .scheme = DMSC_CRED_MAC,
	    .user = dmsc_rd_str(a->login_user == NULL ? "" : a->login_user),
	    .secret = dmsc_secret_rd(a->login_secret),
	    .nonce = dmsc_rd_of(a->nonce, DMSC_APPL_NONCE) };
	int r;

	if (a->login_user == NULL || a->login_scheme != DMSC_CRED_MAC)
		return dmsc_msg_write(m, b, st->e);
	if ((r = dmsc_cred_put(m, &l)) == DMSC_E_OK &&
	    (r = dmsc_msg_write(m, b, st->e)) == DMSC_E_OK)
		r = dmsc_cred_mac_put(&l, dmsc_buf_rd(b), mac);
	return r == DMSC_E_OK || st->e->code == r ? r :
	    dmsc_fail(st->e, r, "the credential cannot be made");
}

static int
one(struct dmsc_store *st, struct dmsc_requester *q, struct dmsc_msg *m,
    size_t *bytes)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *mac = dmsc_buf_new(MAC_MAX);
	struct dmsc_appl_message env = { .xml = false };
	int r;

	if (b == NULL || mac == NULL)
		r = dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	else
		r = write_one(st, m, b, mac);
	env.bytes = dmsc_buf_rd(b);
	env.mac = dmsc_buf_rd(mac);
	if (r == DMSC_E_OK)
		r = dmsc_appl_pass(st, q, &env, bytes);
	dmsc_buf_free(&b);
	dmsc_buf_free(&mac);
	return r;
}

int
dmsc_appl_talk(struct dmsc_store *st, struct dmsc_requester *q,
    size_t *bytes)
{
	struct dmsc_msg *m = NULL;
	unsigned n;
	int r;

	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	if (st->appl.login_scheme == DMSC_CRED_MD5)
		r = dmsc_appl_need(st);
	for (n = 0; r == DMSC_E_OK && n < ROUNDS; n++) {
		r = dmsc_requester_give(q, &m, st->e);
		if (r != DMSC_E_OK || m == NULL)
			break;
		st->appl.msg_id++;
		r = one(st, q, m, bytes);
		dmsc_msg_free(&m);
		if (r != DMSC_E_OK)
			break;
	}
	dmsc_uicc_end(st->u);
	if (r == DMSC_E_LIMIT && st->e->where[0] == '\0')
		(void)dmsc_err_where(st->e, "/card");
	return r;
}

/* Any other command ends a large object: the card says Alert 1225. */
static int
forget_half(struct dmsc_store *st)
{
	struct dmsc_request v = { .kind = DMSC_CMD_GET,
	    .uri = ".?prop=Format" };
	struct dmsc_requester *q = NULL;
	int r = dmsc_appl_requester(st, &q);

	if (r == DMSC_E_OK) {
		dmsc_requester_start(q, &v, 1, 0);
		r = dmsc_appl_talk(st, q, NULL);
	}
	dmsc_requester_free(&q);
	return r;
}

int
dmsc_appl_go_on(struct dmsc_store *st, struct dmsc_request *v, size_t n)
{
	struct dmsc_sappl *a = &st->appl;
	uint8_t sha[DMSC_SHA256_LEN] = { 0 };
	bool cut = n > 0 && (v->kind == DMSC_CMD_ADD ||
	    v->kind == DMSC_CMD_REPLACE), same;

	if (!a->known || a->half_uri == NULL)
		return DMSC_E_OK;
	same = cut && strcmp(a->half_uri, v->uri) == 0 &&
	    a->half_size == v->data.left && a->half_have < v->data.left &&
	    dmsc_sha256(dmsc_rd_slice(v->data, 0, a->half_have), sha) ==
	    DMSC_E_OK && memcmp(sha, a->half_sha, sizeof sha) == 0;
	free(a->half_uri);
	a->half_uri = NULL;
	if (same)
		v->have = a->half_have;
	return same ? DMSC_E_OK : forget_half(st);
}

static const struct { unsigned status; int code; } codes[] = {
	{ DMSC_DM_UNAUTHORIZED, DMSC_E_AUTHFAIL },
	{ DMSC_DM_NO_CREDENTIALS, DMSC_E_AUTH },
	{ DMSC_DM_DENIED, DMSC_E_AUTH },
	{ DMSC_DM_NOT_FOUND, DMSC_E_NOTFOUND },
	{ DMSC_DM_EXISTS, DMSC_E_EXISTS }, { DMSC_DM_FULL, DMSC_E_SPACE },
	{ DMSC_DM_TOO_LARGE, DMSC_E_LIMIT },
	{ DMSC_DM_TOO_LONG, DMSC_E_LIMIT },
	{ DMSC_DM_SIZE_MISMATCH, DMSC_E_LIMIT },
	{ DMSC_DM_ANSWER_TOO_LARGE, DMSC_E_LIMIT },
	{ DMSC_DM_UNSUPPORTED, DMSC_E_UNSUPPORTED },
	{ DMSC_DM_MEDIA, DMSC_E_UNSUPPORTED },
	{ DMSC_DM_UNKNOWN, DMSC_E_UNSUPPORTED },
};

int
dmsc_appl_code(unsigned status)
{
	size_t i;

	if (status >= DMSC_DM_OK && status < 300)
		return DMSC_E_OK;
	for (i = 0; i < DMSC_COUNT(codes); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return DMSC_E_SW;
}

/* 425: the user's PIN lacks, which binds the owner too, or a right. */
static void
denied(struct dmsc_store *st, const char *uri)
{
	const struct dmsc_sappl *a = &st->appl;
	bool owner = a->known && a->server[0] == '\0';

	if (dmsc_cardhide_personal(uri) &&
	    (a->hello.to_personal & DMSC_APPL_USER) != 0) {
		(void)dmsc_err_why(st->e, "personal data wants the user's "
		    "PIN%s", owner ? "" : ", and a right");
		(void)dmsc_err_next(st->e, "pin verify 81");
		return;
	}
	(void)dmsc_err_why(st->e, "the access control list gives %s no such "
	    "right", !a->known ? "this server" : owner ? "the owner" :
	    a->server);
}

/* Who we are to the card decides what helps. */
static void
what_helps(struct dmsc_store *st, unsigned status, int code,
    const char *uri)
{
	unsigned methods = st->appl.there ? st->appl.hello.methods :
	    DMSC_APPL_SCP03;

	if (code != DMSC_E_AUTH && code != DMSC_E_AUTHFAIL)
		return;
	if (status == DMSC_DM_DENIED)
		denied(st, uri);
	if (code == DMSC_E_AUTH && (methods & DMSC_APPL_SCP03) != 0 &&
	    st->e->n_next == 0)
		(void)dmsc_err_next(st->e, "scp open --keys SOURCE");
	if ((methods & (DMSC_APPL_MD5 | DMSC_APPL_MAC)) != 0)
		(void)dmsc_err_next(st->e, "dm login SERVERID SOURCE");
	if (code == DMSC_E_AUTHFAIL)
		(void)dmsc_err_next(st->e, "dm state");
}

/* What stands where the node was looked for. */
static void
next_above(struct dmsc_store *st, const char *uri)
{
	size_t n = uri == NULL ? 0 : strcspn(uri, "?'");

	while (n > 0 && uri[n - 1] != '/')
		n--;
	if (n < 2)
		(void)dmsc_err_next(st->e, "dm get '.?list=Struct'");
	else
		(void)dmsc_err_next(st->e, "dm get '%.*s?list=Struct'",
		    (int)n - 1, uri);
}

int
dmsc_appl_said(struct dmsc_store *st, unsigned status, const char *what,
    const char *uri)
{
	int code = dmsc_appl_code(status);

	if (code == DMSC_E_OK)
		return code;
	if (status == DMSC_DM_NO_CREDENTIALS)
		(void)dmsc_fail(st->e, code, "the card wants to know who "
		    "commands");
	else if (what != NULL)
		(void)dmsc_fail(st->e, code, "the card refused to %s", what);
	else
		(void)dmsc_fail(st->e, code, "the card refused the command");
	(void)dmsc_err_where(st->e, "%s", uri != NULL ? uri : "/card");
	(void)dmsc_err_why(st->e, "%s", dmsc_dm_text(status));
	st->e->dm = status;
	what_helps(st, status, code, uri);
	if (code == DMSC_E_EXISTS && uri != NULL)
		(void)dmsc_err_next(st->e, "dm replace %s", uri);
	if (code == DMSC_E_NOTFOUND || status == DMSC_DM_FORBIDDEN)
		next_above(st, uri);
	if (st->e->n_next == 0)
		(void)dmsc_err_next(st->e, "help %u", status);
	return code;
}
