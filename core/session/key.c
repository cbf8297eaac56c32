/* Keys of a security domain: what it tells of them, and new ones
 * (dmsc/scp.h; GlobalPlatform 11.3.3, 11.8). */
#include <dmsc/scp.h>

#include <string.h>

#include "base/base.h"
#include "pkcs15/pkcs15.h"
#include "session/scp_keys.h"
#include "session/session.h"
#include "tlv/ber.h"

enum { ANSWER_MAX = 512, GET_DATA = 0x80CA, PUT_KEY = 0x80D8, TAG_KEYS = 0xE0,
	TAG_KEY = 0xC0, DELETE_KEY = 0x80E4, TAG_VERSION = 0xD2,
	ALL_THREE = 0x81, TYPE_AES = 0x88, KVN_MAX = 0x7F,
	INFO_MIN = 4 };

static const struct dmsc_field key_fields[] = {
	DMSC_F(dmsc_key_info, version, DMSC_K_UINT),
	DMSC_F(dmsc_key_info, id, DMSC_K_UINT),
	DMSC_F(dmsc_key_info, type, DMSC_K_STR),
	DMSC_F(dmsc_key_info, check, DMSC_K_STR),
	DMSC_F_END
};
static const struct dmsc_view key_view = {
	"key", sizeof(struct dmsc_key_info), key_fields
};
static const struct dmsc_field list_fields[] = {
	DMSC_F_LIST(dmsc_key_list, keys, n_keys, &key_view),
	DMSC_F_LIST(dmsc_key_list, pairs, n_pairs, &dmsc_pair_view),
	DMSC_F_END
};
const struct dmsc_view dmsc_key_list_view = {
	"keys", sizeof(struct dmsc_key_list), list_fields
};

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* What this session knows of a version, NULL: nothing. */
static const uint8_t *
check_of(const struct session_scp *is, unsigned version)
{
	size_t i;

	for (i = 0; is != NULL && i < is->n_checks; i++)
		if (is->checks[i].version == version)
			return is->checks[i].kcv;
	return is != NULL && is->version == version ? is->keys.kcv : NULL;
}

/* The card has confirmed these. */
static void
note_check(struct session_scp *is, unsigned version, const uint8_t *kcv)
{
	size_t i;

	for (i = 0; i < is->n_checks; i++)
		if (is->checks[i].version == version)
			break;
	if (i == SESSION_CHECKS) {	/* the oldest goes */
		memmove(is->checks, is->checks + 1, (SESSION_CHECKS - 1) *
		    sizeof *is->checks);
		i--;
	}
	is->n_checks = DMSC_MAX(is->n_checks, i + 1);
	is->checks[i].version = version;
	memcpy(is->checks[i].kcv, kcv, SESSION_KCVS);
}

/* A row; check NULL: what the session knows of them. */
static int
add(struct dmsc_session *s, struct dmsc_key_list *l, unsigned version,
    unsigned id, unsigned bytes, const uint8_t *check)
{
	struct dmsc_key_info *k = dmsc_list_add(&l->keys, &l->n_keys,
	    sizeof *k);
	char hex[2 * DMSC_KCV_LEN + 1];

	if (k == NULL)
		return no_memory(s);
	k->version = version;
	k->id = id;
	if (check == NULL && id >= 1 && id <= SESSION_KEYS &&
	    (check = check_of(s->scp, version)) != NULL)
		check += (id - 1) * DMSC_KCV_LEN;
	if (dmsc_str_set(&k->type, "AES-%u", bytes * 8) != DMSC_E_OK)
		return no_memory(s);
	if (check != NULL && dmsc_str_set(&k->check, "%s", dmsc_hex(
	    dmsc_rd_of(check, DMSC_KCV_LEN), hex, sizeof hex)) != DMSC_E_OK)
		return no_memory(s);
	return DMSC_E_OK;
}

static int
read_list(struct dmsc_session *s, struct dmsc_rd answer,
    struct dmsc_key_list *l)
{
	struct dmsc_rd all, v;
	uint32_t tag;
	int r = DMSC_E_OK;

	if (dmsc_tlv_find(answer, TAG_KEYS, &all) != DMSC_E_OK)
		all = answer;
	while (r == DMSC_E_OK && all.left > 0) {
		if (dmsc_tlv_next(&all, &tag, &v) != DMSC_E_OK)
			return dmsc_fail(&s->err, DMSC_E_FORMAT,
			    "the card's list of keys is not well formed");
		if (tag != TAG_KEY || v.left < INFO_MIN)
			continue;
		r = add(s, l, v.p[1], v.p[0], v.p[3], NULL);
		if (r == DMSC_E_OK && v.p[2] != TYPE_AES && dmsc_str_set(
		    &l->keys[l->n_keys - 1].type, "type %02X", v.p[2]) !=
		    DMSC_E_OK)
			r = no_memory(s);
	}
	return r;
}

/* The key pairs, after what became of the domain's keys: a card may have
 * these alone. A secure channel of another application than theirs would end
 * with a look at them. */
static int
add_pairs(struct dmsc_session *s, struct dmsc_key_list *l, int r)
{
	struct dmsc_err first = s->err;
	struct dmsc_pair_list *p = NULL;
	int found;

	if ((r != DMSC_E_OK && (first.sw == 0 || r == DMSC_E_AUTH)) ||
	    (s->scp != NULL && !dmsc_rd_eq(dmsc_rd_of(s->scp->aid,
	    s->scp->aid_len), dmsc_rd_of(dmsc_p15_aid,
	    sizeof dmsc_p15_aid))))
		return r;
	if ((found = dmsc_pairs(s, &p)) == DMSC_E_OK && p->n_pairs > 0) {
		l->pairs = p->pairs;
		l->n_pairs = p->n_pairs;
		p->pairs = NULL;
		p->n_pairs = 0;
		r = DMSC_E_OK;
	} else if (found == DMSC_E_NOMEM || found == DMSC_E_INTERRUPTED)
		r = found;
	else
		s->err = first;
	dmsc_view_free(&dmsc_pair_list_view, p);
	if (r == DMSC_E_OK)
		dmsc_err_clear(&s->err);
	return r;
}

static int
domain_keys(struct dmsc_session *s, struct dmsc_key_list *l)
{
	struct dmsc_buf *b = dmsc_buf_new(ANSWER_MAX);
	unsigned sw = 0;
	int r = l == NULL || b == NULL ? no_memory(s) : DMSC_E_OK;

	if (r == DMSC_E_OK && s->scp != NULL)
		r = session_scp_select(s, s->scp, b);
	if (r == DMSC_E_OK) {
		dmsc_buf_reset(b);
		r = dmsc_uicc_cmd(s->uicc, GET_DATA, TAG_KEYS, dmsc_rd_of(
		    NULL, 0), 256, b, &sw);
	}
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw)) {
		r = dmsc_uicc_fail(s->uicc, sw, "list the keys");
		if (r == DMSC_E_AUTH)
			(void)dmsc_err_next(&s->err, "scp open --keys SOURCE");
	}
	if (r == DMSC_E_OK)
		r = read_list(s, dmsc_buf_rd(b), l);
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_key_list(struct dmsc_session *s, struct dmsc_key_list **out)
{
	struct dmsc_key_list *l;
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	l = dmsc_view_new(&dmsc_key_list_view);
	if ((r = add_pairs(s, l, domain_keys(s, l))) != DMSC_E_OK) {
		dmsc_view_free(&dmsc_key_list_view, l);
		return r;
	}
	*out = l;
	return DMSC_E_OK;
}

/* 88, lengths, the key under Key-DEK, 03, check value. */
static int
put_block(struct dmsc_buf *b, const struct dmsc_key *dek,
    const struct session_keys *k, size_t i)
{
	uint8_t padded[DMSC_AES_KEY_MAX] = { 0 }, out[DMSC_AES_KEY_MAX];
	size_t n = (k->n + DMSC_AES_BLOCK - 1) / DMSC_AES_BLOCK *
	    DMSC_AES_BLOCK;
	const uint8_t head[] = { TYPE_AES, (uint8_t)(n + 1), (uint8_t)k->n };
	int r;

	memcpy(padded, dmsc_key_bytes(k->key[i]).p, k->n);
	r = dmsc_key_cbc(dek, dmsc_rd_of(padded, n), out);
	dmsc_wipe(padded, sizeof padded);
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(b, dmsc_rd_of(head, sizeof head));
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(b, dmsc_rd_of(out, n));
	if (r == DMSC_E_OK)
		r = dmsc_buf_u8(b, DMSC_KCV_LEN);
	return r == DMSC_E_OK ? dmsc_buf_put(b, dmsc_rd_of(k->kcv + i *
	    DMSC_KCV_LEN, DMSC_KCV_LEN)) : r;
}

static int
build(struct dmsc_session *s, unsigned version, const struct session_keys *k,
    struct dmsc_buf *b)
{
	const struct dmsc_key *dek = s->scp->keys.key[2];
	size_t i;
	int r = dmsc_buf_u8(b, version);

	for (i = 0; r == DMSC_E_OK && i < SESSION_KEYS; i++)
		r = put_block(b, dek, k, i);
	return r == DMSC_E_OK ? r : dmsc_fail(&s->err, r,
	    "the keys cannot be put into a command");
}

/* The version and check values, as the card has understood them. */
static int
check_answer(struct dmsc_session *s, unsigned version,
    const struct session_keys *k, struct dmsc_rd answer)
{
	uint8_t got;

	if (dmsc_rd_u8(&answer, &got) == DMSC_E_OK && got == version &&
	    dmsc_rd_eq(answer, dmsc_rd_of(k->kcv, sizeof k->kcv)))
		return DMSC_E_OK;
	(void)dmsc_fail(&s->err, DMSC_E_MISMATCH,
	    "the card's check values are not those of the keys");
	return dmsc_err_why(&s->err, "version %02X may hold something else",
	    version);
}

static int
send(struct dmsc_session *s, unsigned version, unsigned replace,
    const struct session_keys *k)
{
	struct dmsc_buf *b = dmsc_buf_new(ANSWER_MAX),
	    *answer = dmsc_buf_new(ANSWER_MAX);
	unsigned sw = 0;
	int r = b == NULL || answer == NULL ? no_memory(s) :
	    build(s, version, k, b);

	if (r == DMSC_E_OK)
		r = dmsc_uicc_cmd(s->uicc, PUT_KEY, replace << 8 | ALL_THREE,
		    dmsc_buf_rd(b), 256, answer, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(s->uicc, sw, "put the keys of version "
		    "%02X", version);
	if (r == DMSC_E_OK)
		r = check_answer(s, version, k, dmsc_buf_rd(answer));
	dmsc_buf_free(&b);
	dmsc_buf_free(&answer);
	return r;
}

static int
ready(struct dmsc_session *s, unsigned version, unsigned replace)
{
	const struct dmsc_scp *scp;
	unsigned channel = 0;
	int r = dmsc_session_need_card(s);

	if (r != DMSC_E_OK)
		return r;
	if (version == 0 || version > KVN_MAX || replace > KVN_MAX)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "a key version is 01 to 7F");
	scp = dmsc_secure_scp(&s->secure, &channel);
	if (s->scp != NULL && scp != NULL &&
	    (!dmsc_scp_is_open(scp) ||
	    (dmsc_scp_level(scp) & DMSC_SCP_MAC) != 0))
		return DMSC_E_OK;	/* a broken one says so itself */
	(void)dmsc_fail(&s->err, DMSC_E_AUTH,
	    "keys of a card are changed through a secure channel alone");
	return dmsc_err_next(&s->err, "scp open --keys SOURCE");
}

/* They go out encrypted by Key-DEK: their bytes are needed. */
static int
in_hand(struct dmsc_session *s, const struct session_keys *k)
{
	size_t i;

	for (i = 0; i < SESSION_KEYS; i++)
		if (dmsc_key_in_token(k->key[i])) {
			(void)dmsc_fail(&s->err, DMSC_E_UNSUPPORTED,
			    "a key that stays in a token cannot be put into "
			    "a card");
			return dmsc_err_why(&s->err, "its bytes are wanted");
		}
	return DMSC_E_OK;
}

/* What was refused of these sets may be right now. */
static void
new_keys(struct dmsc_session *s, unsigned version, unsigned replace)
{
	struct dmsc_rd aid = dmsc_rd_of(s->scp->aid, s->scp->aid_len);

	dmsc_guard_keys_put(s->guard, aid, version);
	if (replace != 0 && replace != version)
		dmsc_guard_keys_put(s->guard, aid, replace);
}

static int
put(struct dmsc_session *s, unsigned version, unsigned replace,
    const struct session_keys *k, struct dmsc_key_list *l)
{
	unsigned i;
	int r = in_hand(s, k);

	/* told before they are sent: what is in the card is no failure */
	for (i = 1; r == DMSC_E_OK && i <= SESSION_KEYS; i++)
		r = add(s, l, version, i, (unsigned)k->n, k->kcv + (i - 1) *
		    DMSC_KCV_LEN);
	if (r == DMSC_E_OK)
		r = send(s, version, replace, k);
	if (r == DMSC_E_OK) {
		new_keys(s, version, replace);
		note_check(s->scp, version, k->kcv);
	}
	return r;
}

static int
put_given(struct dmsc_session *s, unsigned version, unsigned replace,
    const struct session_given *g, struct dmsc_key_list **out)
{
	struct session_keys k;
	struct dmsc_key_list *l;
	int r;

	*out = NULL;
	if ((g->bytes == NULL || g->bytes[0] == NULL) &&
	    (g->keys == NULL || g->keys[0] == NULL))
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "no new keys are given");
	if ((r = ready(s, version, replace)) != DMSC_E_OK ||
	    (r = session_keys_get(g, &k, &s->err)) != DMSC_E_OK)
		return r;
	if ((l = dmsc_view_new(&dmsc_key_list_view)) == NULL)
		r = no_memory(s);
	if (r == DMSC_E_OK && s->scp != NULL)
		r = session_keys_make(&k, dmsc_rd_of(s->scp->div,
		    sizeof s->scp->div), true, &s->err);
	if (r == DMSC_E_OK)
		r = put(s, version, replace, &k, l);
	session_keys_free(&k);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_key_list_view, l);
		return r;
	}
	*out = l;
	return DMSC_E_OK;
}

int
dmsc_key_put(struct dmsc_session *s, unsigned version, unsigned replace,
    const struct dmsc_secret *const keys[DMSC_SCP_SOURCES + 1],
    struct dmsc_key_list **out)
{
	const struct session_given g = { keys, NULL, true };

	return put_given(s, version, replace, &g, out);
}

int
dmsc_key_put_from(struct dmsc_session *s, unsigned version,
    unsigned replace, struct dmsc_key *const keys[DMSC_SCP_SOURCES + 1],
    struct dmsc_key_list **out)
{
	const struct session_given g = { NULL, keys, true };

	return put_given(s, version, replace, &g, out);
}

static bool
lists(const struct dmsc_key_list *l, unsigned version, bool others)
{
	size_t i;

	for (i = 0; i < l->n_keys; i++)
		if ((l->keys[i].version == version) != others)
			return true;
	return false;
}

/* What would make the card useless, or cannot be, is not sent. */
static int
may_delete(struct dmsc_session *s, unsigned version)
{
	struct dmsc_key_list *l = NULL;
	int r = dmsc_key_list(s, &l);

	if (r != DMSC_E_OK)
		return r;
	if (!lists(l, version, false)) {
		r = dmsc_fail(&s->err, DMSC_E_NOTFOUND,
		    "there are no keys of version %02X", version);
		(void)dmsc_err_next(&s->err, "key list");
	} else if (s->scp->version == version) {
		r = dmsc_fail(&s->err, DMSC_E_PLAN,
		    "the keys of version %02X stay", version);
		(void)dmsc_err_why(&s->err, "the secure channel was opened "
		    "with them");
		(void)dmsc_err_next(&s->err, "scp open --kvn VERSION --keys "
		    "SOURCE");
	} else if (!lists(l, version, true)) {
		r = dmsc_fail(&s->err, DMSC_E_PLAN,
		    "the keys of version %02X stay", version);
		(void)dmsc_err_why(&s->err, "they are the last ones");
	}
	dmsc_view_free(&dmsc_key_list_view, l);
	return r;
}

int
dmsc_key_delete(struct dmsc_session *s, unsigned version)
{
	const uint8_t data[] = { TAG_VERSION, 1, (uint8_t)version };
	unsigned sw = 0;
	int r;

	if ((r = ready(s, version, 0)) != DMSC_E_OK ||
	    (r = may_delete(s, version)) != DMSC_E_OK)
		return r;
	r = dmsc_uicc_cmd(s->uicc, DELETE_KEY, 0, dmsc_rd_of(data,
	    sizeof data), 256, NULL, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(s->uicc, sw, "delete the keys of version "
		    "%02X", version);
	if (r == DMSC_E_OK)
		new_keys(s, version, 0);
	return r;
}
