/* The secure channel (dmsc/scp.h). */
#include <dmsc/scp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "crypto/crypto.h"
#include "crypto/heap.h"
#include "session/scp_keys.h"
#include "session/session.h"
#include "tlv/ber.h"

enum {
	ANSWER_MAX = 512, AID_MAX = 16, AID_MIN = 5, GET_CARD_DATA = 0x80CA,
	TAG_CARD_DATA = 0x66, INIT_UPDATE = 0x80 << 8 | DMSC_SCP_INIT_UPDATE,
	SELECT_AID = 0x00A404, KVN_MAX = 0x7F, SW_DONE = 0x9000,
	SW_NOT_US = 0x6300, I_UNKNOWN = 0x100
};
static const char isd[] = "A000000151000000",
    pkcs15[] = "A000000063504B43532D3135";

static const struct dmsc_field info_fields[] = {
	DMSC_F(dmsc_scp_info, open, DMSC_K_BOOL),
	DMSC_F(dmsc_scp_info, broken, DMSC_K_BOOL),
	DMSC_F(dmsc_scp_info, needed, DMSC_K_BOOL),
	DMSC_F(dmsc_scp_info, aid, DMSC_K_STR),
	DMSC_F(dmsc_scp_info, version, DMSC_K_UINT),
	DMSC_F(dmsc_scp_info, level, DMSC_K_STR),
	DMSC_F(dmsc_scp_info, protects, DMSC_K_STR),
	DMSC_F(dmsc_scp_info, form, DMSC_K_STR),
	DMSC_F(dmsc_scp_info, channel, DMSC_K_UINT),
	DMSC_F(dmsc_scp_info, bits, DMSC_K_UINT),
	DMSC_F(dmsc_scp_info, check, DMSC_K_STR),
	DMSC_F_END
};
const struct dmsc_view dmsc_scp_info_view = {
	"scp", sizeof(struct dmsc_scp_info), info_fields
};

/* One attempt to open a channel. */
struct opening {
	struct dmsc_session *s;
	const struct dmsc_scp_opts *o;
	struct session_scp *is;		/* becomes the session's */
	unsigned i;			/* told by Card Data, or I_UNKNOWN */
	struct dmsc_scp *scp;
	uint8_t challenge[DMSC_SCP_S16];
	size_t n;
	uint8_t check[SESSION_KCVS];	/* what the guard knows the keys by */
	struct dmsc_buf *answer;
};

void
dmsc_session_scp_gone(struct dmsc_session *s)
{
	dmsc_secure_end(&s->secure);
	if (s->scp == NULL)
		return;
	session_keys_free(&s->scp->keys);
	free(s->scp);
	s->scp = NULL;
}

static int
parse_aid(struct opening *op)
{
	const char *text = op->o->aid != NULL ? op->o->aid : op->o->lwm2m ?
	    pkcs15 : isd;
	struct dmsc_buf *b = dmsc_buf_new(AID_MAX);
	int r = DMSC_E_NOMEM;

	if (b != NULL)
		r = dmsc_hex_get(text, b);
	if (r == DMSC_E_NOMEM)
		r = dmsc_fail(&op->s->err, r, "out of memory");
	else if (r == DMSC_E_OK && b->len >= AID_MIN) {
		memcpy(op->is->aid, b->p, b->len);
		op->is->aid_len = b->len;
	} else
		r = dmsc_fail(&op->s->err, DMSC_E_USAGE,
		    "'%s' is no AID: 5 to 16 bytes in hexadecimal", text);
	dmsc_buf_free(&b);
	return r;
}

/* Raw, so that the picture of the card follows. */
int
session_scp_select(struct dmsc_session *s, const struct session_scp *is,
    struct dmsc_buf *answer)
{
	unsigned ch = dmsc_uicc_channel(s->uicc), sw = 0;
	const uint8_t head[] = { (uint8_t)(ch < 4 ? ch : 0x40 | (ch - 4)),
	    0xA4, 0x04, 0x00, (uint8_t)is->aid_len };
	uint8_t cmd[sizeof head + AID_MAX + 1];
	size_t n = sizeof head + is->aid_len;
	int r;

	memcpy(cmd, head, sizeof head);
	memcpy(cmd + sizeof head, is->aid, is->aid_len);
	cmd[n++] = 0;
	dmsc_buf_reset(answer);
	r = dmsc_uicc_raw(s->uicc, dmsc_rd_of(cmd, n), false, answer, &sw);
	if (r != DMSC_E_OK || dmsc_sw_ok(sw))
		return r;
	r = dmsc_uicc_fail(s->uicc, sw, "select the application that "
	    "holds the keys");
	(void)dmsc_err_next(&s->err, "scp open --aid AID");
	return r;
}

/* The protocols that Card Data lists: those of tag 64. */
static void
find_protocols(struct dmsc_rd all, bool *any, unsigned *i)
{
	static const uint8_t oid[] = { 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B,
	    0x04 };
	struct dmsc_rd r = all, in, v;
	uint32_t tag, inner;

	while (r.left > 0 && dmsc_tlv_next(&r, &tag, &v) == DMSC_E_OK) {
		if (tag == TAG_CARD_DATA || tag == 0x73) {
			find_protocols(v, any, i);
			continue;
		}
		in = v;
		if (tag != 0x64 || dmsc_tlv_next(&in, &inner, &v) !=
		    DMSC_E_OK || inner != 0x06 || v.left < sizeof oid + 2 ||
		    memcmp(v.p, oid, sizeof oid) != 0)
			continue;
		*any = true;
		if (v.p[sizeof oid] == 3)
			*i = v.p[sizeof oid + 1];
	}
}

static int
no_scp03(struct dmsc_session *s, const char *what)
{
	(void)dmsc_fail(&s->err, DMSC_E_CHANNEL,
	    "the card does not speak SCP03");
	return dmsc_err_why(&s->err, "%s", what);
}

/* Nothing is spent by asking. */
static int
read_card_data(struct opening *op)
{
	bool any = false;
	unsigned sw = 0;
	int r;

	op->i = I_UNKNOWN;
	dmsc_buf_reset(op->answer);
	r = dmsc_uicc_cmd(op->s->uicc, GET_CARD_DATA, TAG_CARD_DATA,
	    dmsc_rd_of(NULL, 0), 256, op->answer, &sw);
	if (r != DMSC_E_OK || !dmsc_sw_ok(sw))
		return r;
	find_protocols(dmsc_buf_rd(op->answer), &any, &op->i);
	if (any && op->i == I_UNKNOWN)
		return no_scp03(op->s, "its Card Data lists SCP02 or other "
		    "protocols, not SCP03; no try was spent");
	return DMSC_E_OK;
}

static int
draw_challenge(struct opening *op)
{
	int r;

	op->n = op->i != I_UNKNOWN && (op->i & DMSC_SCP_I_S16) != 0 ?
	    DMSC_SCP_S16 : DMSC_SCP_S8;
	r = dmsc_random(op->challenge, op->n);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(&op->s->err, r, "no random bytes");
}

static int
get_keys(struct opening *op)
{
	const struct session_given g = { op->o->keys, op->o->from,
	    op->o->test_keys };
	int r = session_keys_get(&g, &op->is->keys, &op->s->err);

	memcpy(op->check, op->is->keys.kcv, SESSION_KCVS);
	return r;
}

static struct dmsc_guard_set
set_of(struct opening *op)
{
	const struct dmsc_guard_set k = { dmsc_rd_of(op->is->aid,
	    op->is->aid_len), op->o->version, dmsc_rd_of(op->check,
	    SESSION_KCVS) };

	return k;
}

static void
ended(struct opening *op, enum dmsc_guard_end end)
{
	const struct dmsc_guard_set k = set_of(op);

	dmsc_guard_keys_done(op->s->guard, &k, op->is->version != 0 ?
	    op->is->version : op->o->version, end);
}

static int
not_ours(struct opening *op)
{
	ended(op, DMSC_KEYS_REFUSED);
	(void)dmsc_fail(&op->s->err, DMSC_E_AUTHFAIL,
	    "the card has other keys");
	(void)dmsc_err_why(&op->s->err, "its cryptogram is not made with "
	    "these; the try is spent, and they are not tried again");
	return dmsc_err_next(&op->s->err, "scp open --keys SOURCE "
	    "--spend-try");
}

static int
check_hello(struct opening *op)
{
	struct session_keys *k = &op->is->keys;
	struct dmsc_scp_hello h;
	int r = dmsc_scp_hello(dmsc_buf_rd(op->answer), &h);

	if (r == DMSC_E_UNSUPPORTED)
		return no_scp03(op->s, "it answers by another protocol");
	if (r == DMSC_E_OK && h.n != op->n)
		r = DMSC_E_FORMAT;
	if (r != DMSC_E_OK)
		return dmsc_fail(&op->s->err, DMSC_E_CHANNEL,
		    "the answer to INITIALIZE UPDATE is not well formed");
	op->i = op->is->i = h.i;
	op->is->version = h.kvn;
	memcpy(op->is->div, h.div, sizeof op->is->div);
	if ((r = session_keys_make(k, dmsc_rd_of(h.div, sizeof h.div),
	    op->o->test_keys, &op->s->err)) != DMSC_E_OK)
		return r;
	r = dmsc_scp_host_by(k->key[0], k->key[1], dmsc_rd_of(op->challenge,
	    op->n), &h, &op->scp);
	if (r == DMSC_E_AUTHFAIL)
		return not_ours(op);
	return r == DMSC_E_OK ? r : dmsc_fail(&op->s->err, r,
	    "the session keys cannot be made");
}

/* A refusal by status word has spent nothing. */
static int
init_update(struct opening *op)
{
	const struct dmsc_guard_set k = set_of(op);
	unsigned sw = 0;
	int r;

	if ((r = dmsc_guard_keys(op->s->guard, &k, op->o->spend_try)) !=
	    DMSC_E_OK)
		return r;
	op->s->gained = true;
	dmsc_buf_reset(op->answer);
	r = dmsc_uicc_cmd(op->s->uicc, INIT_UPDATE, op->o->version << 8,
	    dmsc_rd_of(op->challenge, op->n), 256, op->answer, &sw);
	if (r != DMSC_E_OK)
		return r;
	if (sw != SW_DONE) {
		ended(op, DMSC_KEYS_UNSPENT);
		r = dmsc_uicc_fail(op->s->uicc, sw, "begin a secure channel");
		return r;
	}
	return check_hello(op);
}

static int
choose_level(struct opening *op, unsigned *level)
{
	static const unsigned best[] = { 0x33, 0x13, 0x03 };
	size_t k = 0;

	while (!dmsc_scp_level_offered(best[k], op->i))
		k++;
	*level = op->o->lwm2m ? DMSC_SCP_ALL : op->o->level < 0 ? best[k] :
	    (unsigned)op->o->level;
	if (dmsc_scp_level_offered(*level, op->i))
		return DMSC_E_OK;
	(void)dmsc_fail(&op->s->err, DMSC_E_CHANNEL,
	    "the card does not offer level %02X", *level);
	return dmsc_err_why(&op->s->err, "its SCP03 has i = %02X", op->i);
}

static int
login(struct opening *op)
{
	struct dmsc_session *s = op->s;
	unsigned level, sw = 0, ch = dmsc_uicc_channel(s->uicc);
	struct dmsc_buf *b = dmsc_buf_new(ANSWER_MAX);
	int r = choose_level(op, &level);

	if (b == NULL)
		r = dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	if (r == DMSC_E_OK && (r = dmsc_scp_login(op->scp, ch, level, b)) !=
	    DMSC_E_OK)
		r = dmsc_fail(&s->err, r == DMSC_E_NOMEM ? r : DMSC_E_CHANNEL,
		    "EXTERNAL AUTHENTICATE cannot be made");
	dmsc_buf_reset(op->answer);
	if (r == DMSC_E_OK)
		r = dmsc_uicc_raw(s->uicc, dmsc_buf_rd(b), true, op->answer,
		    &sw);
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK)
		return r;
	if (sw == SW_DONE && dmsc_scp_opened(op->scp) == DMSC_E_OK)
		return DMSC_E_OK;
	if (sw == SW_NOT_US)
		ended(op, DMSC_KEYS_REFUSED);
	(void)dmsc_fail(&s->err, sw == SW_NOT_US ? DMSC_E_AUTHFAIL :
	    DMSC_E_CHANNEL, "the card did not open the secure channel");
	return dmsc_err_sw(&s->err, sw);
}

/* What the card speaks, where nobody knows it. */
static int
learn(struct opening *op)
{
	int r;

	op->i = op->o->known;
	if (op->i != 0)
		return DMSC_E_OK;
	r = session_scp_select(op->s, op->is, op->answer);
	return r != DMSC_E_OK ? r : read_card_data(op);
}

static int
run(struct opening *op)
{
	const char *id;
	int r;

	/* Who it is decides what is remembered; a card may not tell. */
	if ((r = dmsc_guard_identity(op->s->guard, &id)) != DMSC_E_OK ||
	    (r = learn(op)) != DMSC_E_OK ||
	    (r = draw_challenge(op)) != DMSC_E_OK ||
	    (r = init_update(op)) != DMSC_E_OK ||
	    (r = login(op)) != DMSC_E_OK)
		return r;
	ended(op, DMSC_KEYS_TAKEN);
	return DMSC_E_OK;
}

static int
check_opts(struct dmsc_session *s, const struct dmsc_scp_opts *o)
{
	if (o->version > KVN_MAX && o->version != 0xFF)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a key version is 01 to 7F");
	if (o->level >= 0 && !dmsc_scp_level_offered((unsigned)o->level,
	    DMSC_SCP_I_RMAC | DMSC_SCP_I_RENC))
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a level is 00, 01, 03, 11, 13 or 33");
	if (o->lwm2m && o->aid != NULL)
		return dmsc_fail(&s->err, DMSC_E_USAGE, "LwM2M's channel is "
		    "that of the PKCS#15 application: no other AID");
	return DMSC_E_OK;
}

static int
open_it(struct opening *op)
{
	struct dmsc_session *s = op->s;
	int r;

	if ((r = parse_aid(op)) != DMSC_E_OK ||
	    (r = get_keys(op)) != DMSC_E_OK ||
	    (r = dmsc_link_claim(&s->link, &s->err)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(s->uicc)) != DMSC_E_OK)
		return r;
	r = run(op);
	dmsc_uicc_end(s->uicc);
	return r;
}

int
dmsc_scp_open(struct dmsc_session *s, const struct dmsc_scp_opts *o,
    struct dmsc_scp_info **out)
{
	struct opening op = { .s = s, .o = o };
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = check_opts(s, o)) != DMSC_E_OK)
		return r;
	if (s->scp != NULL && (r = dmsc_scp_close(s)) != DMSC_E_OK)
		return r;
	op.is = calloc(1, sizeof *op.is);
	op.answer = dmsc_buf_new(ANSWER_MAX);
	r = op.is == NULL || op.answer == NULL ? dmsc_fail(&s->err,
	    DMSC_E_NOMEM, "out of memory") : open_it(&op);
	if (r == DMSC_E_OK) {
		dmsc_secure_begin(&s->secure, &op.scp,
		    dmsc_uicc_channel(s->uicc));
		s->scp = op.is;
		op.is = NULL;
		dmsc_store_forget(s->store);	/* what was shut may open */
	}
	dmsc_scp_free(&op.scp);
	dmsc_buf_free(&op.answer);
	if (op.is != NULL)
		session_keys_free(&op.is->keys);
	free(op.is);
	return r == DMSC_E_OK ? dmsc_scp_status(s, out) : r;
}

static const char *
protects(unsigned level)
{
	switch (level) {
	case 0x00: return "nothing: the keys were shown, no more";
	case 0x01: return "commands";
	case 0x03: return "commands and their data";
	case 0x11: return "commands and answers";
	case 0x13: return "commands and their data, answers";
	default: return "commands and their data, answers and their data";
	}
}

static int
fill(struct dmsc_session *s, const struct dmsc_scp *scp,
    struct dmsc_scp_info *i)
{
	char kcv[SESSION_KEYS][2 * DMSC_KCV_LEN + 1], aid[2 * AID_MAX + 1];
	size_t k;

	for (k = 0; k < SESSION_KEYS; k++)
		dmsc_hex(dmsc_rd_of(s->scp->keys.kcv + k * DMSC_KCV_LEN,
		    DMSC_KCV_LEN), kcv[k], sizeof kcv[k]);
	dmsc_hex(dmsc_rd_of(s->scp->aid, s->scp->aid_len), aid, sizeof aid);
	i->open = dmsc_scp_is_open(scp);
	i->broken = !i->open;
	i->version = s->scp->version;
	i->bits = (unsigned)s->scp->keys.n * 8;
	if (dmsc_str_set(&i->aid, "%s", aid) != DMSC_E_OK ||
	    dmsc_str_set(&i->level, "%02X", dmsc_scp_level(scp)) !=
	    DMSC_E_OK ||
	    dmsc_str_set(&i->protects, "%s", protects(dmsc_scp_level(scp)))
	    != DMSC_E_OK || dmsc_str_set(&i->form, "S%zu",
	    dmsc_scp_mac_len(scp)) != DMSC_E_OK ||
	    dmsc_str_set(&i->check, "%s %s %s", kcv[0], kcv[1], kcv[2]) !=
	    DMSC_E_OK)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	return DMSC_E_OK;
}

int
dmsc_scp_status(struct dmsc_session *s, struct dmsc_scp_info **out)
{
	const struct dmsc_scp *scp;
	struct dmsc_scp_info *i;
	unsigned channel = 0;
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	if ((i = dmsc_view_new(&dmsc_scp_info_view)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	scp = dmsc_secure_scp(&s->secure, &channel);
	i->channel = channel;
	if (scp != NULL && s->scp != NULL)
		r = fill(s, scp, i);
	else if ((i->needed = dmsc_scp_needed(s) == DMSC_E_AUTH))
		dmsc_err_clear(&s->err);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_scp_info_view, i);
		return r;
	}
	*out = i;
	return DMSC_E_OK;
}

bool
dmsc_keys_hidden(void)
{
	return dmsc_heap_begin() || dmsc_heap_is_ours();
}

int
dmsc_scp_needed(struct dmsc_session *s)
{
	int r = dmsc_session_need_card(s);

	return r != DMSC_E_OK ? r : dmsc_guard_locked(s->guard);
}

int
dmsc_scp_close(struct dmsc_session *s)
{
	int r = dmsc_session_need_card(s);

	if (r != DMSC_E_OK)
		return r;
	if (s->scp == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "no secure channel is open");
	return dmsc_reset(s, false);
}
