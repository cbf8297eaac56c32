/* The DM-SC application found and greeted, objects in blocks (store/appl.h;
 * dmsc-card(7), THE DM-SC APPLICATION). */
#include "store/appl.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "store/inside.h"
#include "tlv/ber.h"

enum {
	TAG_FCP = 0x62, TAG_A5 = 0xA5, STORE_DATA = 0x80E2,
	/* one answer: what a secure channel leaves of 65,536 */
	ANSWER_MAX = 64000, ANSWER_BUF = 1 << 17,
	WIDE_BLOCK = 65000, LE_WIDE = 65536, LE_SHORT = 256,
	SHORT_BLOCK = 255,
	SW_DONE = 0x9000, SW_LENGTH = 0x6700, SW_SECURITY = 0x6982
};

static const char our_name[] = "dmsc 1.0";

void
dmsc_sappl_clear(struct dmsc_sappl *a)
{
	free(a->server);
	free(a->half_uri);
	free(a->login_server);
	free(a->login_user);
	dmsc_secret_free(&a->login_secret);
	memset(a, 0, sizeof *a);
}

static struct dmsc_place
place_of(void)
{
	struct dmsc_place p = { .aid_len = DMSC_APPL_AID_LEN };

	memcpy(p.aid, dmsc_appl_aid, DMSC_APPL_AID_LEN);
	return p;
}

/* E1 in A5 of the answer to SELECT. */
static int
read_hello(struct dmsc_store *st, const struct dmsc_uicc_fcp *f)
{
	struct dmsc_rd v = dmsc_rd_of(f->raw, f->raw_len), a5;
	int r;

	if ((r = dmsc_tlv_find(v, TAG_FCP, &v)) == DMSC_E_OK &&
	    (r = dmsc_tlv_find(v, TAG_A5, &a5)) == DMSC_E_OK)
		r = dmsc_appl_hello_get(a5, &st->appl.hello);
	if (r == DMSC_E_OK)
		return r;
	(void)dmsc_fail(st->e, DMSC_E_DATA, "the card's own tree cannot be "
	    "used");
	return dmsc_err_why(st->e, "the DM-SC application does not say what "
	    "it takes");
}

static int
no_application(struct dmsc_store *st)
{
	(void)dmsc_fail(st->e, DMSC_E_NOTFOUND,
	    "the card has no tree of its own");
	(void)dmsc_err_where(st->e, "/card");
	(void)dmsc_err_why(st->e, "there is no DM-SC application "
	    "(F0444D2D534301)");
	return dmsc_err_next(st->e, "docs");
}

int
dmsc_appl_select(struct dmsc_store *st)
{
	struct dmsc_sappl *a = &st->appl;
	const struct dmsc_place p = place_of();
	unsigned long before, now, bytes;
	struct dmsc_uicc_fcp f;
	int r;

	if (a->looked && !a->there)
		return no_application(st);
	dmsc_uicc_counters(st->u, &before, &bytes);
	r = st->brief && !a->there ? dmsc_uicc_select_once(st->u, &p, &f) :
	    dmsc_uicc_select(st->u, &p, a->there ? NULL : &f);
	dmsc_uicc_counters(st->u, &now, &bytes);
	if (now != before && a->login_scheme == DMSC_CRED_MD5)
		a->known = false;	/* it was left, and forgot us */
	if (r == DMSC_E_NOTFOUND) {
		a->looked = true;
		return no_application(st);
	}
	if (r != DMSC_E_OK || a->there)
		return r;
	a->looked = true;
	if ((r = read_hello(st, &f)) == DMSC_E_OK)
		a->there = true;
	return r;
}

bool
dmsc_appl_listed(struct dmsc_store *st)
{
	const struct dmsc_err was = *st->e;
	const struct dmsc_uicc_app *apps;
	bool is = false;
	size_t n, i;

	if (st->appl.looked)
		return st->appl.there;
	if (dmsc_uicc_apps(st->u, &apps, &n) == DMSC_E_OK)
		for (i = 0; i < n && !is; i++)
			is = dmsc_rd_eq(dmsc_rd_of(apps[i].aid,
			    apps[i].aid_len), dmsc_rd_of(dmsc_appl_aid,
			    DMSC_APPL_AID_LEN));
	*st->e = was;
	return is;
}

bool
dmsc_appl_there(struct dmsc_store *st)
{
	const struct dmsc_err was = *st->e;
	bool is = st->appl.there;

	if (!st->appl.looked)
		is = dmsc_appl_select(st) == DMSC_E_OK;
	*st->e = was;
	return is;
}

void
dmsc_appl_stale(struct dmsc_store *st)
{
	st->appl.known = false;
}

/* Bytes of data in one block. */
static size_t
block(const struct dmsc_store *st)
{
	size_t n = dmsc_uicc_update_block(st->u);

	return n <= SHORT_BLOCK ? n : st->appl.narrow ? SHORT_BLOCK :
	    WIDE_BLOCK;
}

unsigned
dmsc_appl_apdus(const struct dmsc_store *st, size_t n)
{
	size_t room = block(st);

	return n == 0 ? 0 : (unsigned)((n + room - 1) / room);
}

static int
blocks(struct dmsc_store *st, struct dmsc_rd object, size_t room,
    struct dmsc_buf *answer, unsigned *sw)
{
	unsigned at, p1;
	struct dmsc_rd part;
	int r = DMSC_E_OK;

	*sw = SW_DONE;
	for (at = 0; r == DMSC_E_OK && dmsc_sw_ok(*sw) && object.left > 0;
	    at++) {
		part = dmsc_rd_slice(object, 0, room);
		object = dmsc_rd_slice(object, room, object.left);
		p1 = object.left > 0 ? DMSC_APPL_P1 : DMSC_APPL_P1 |
		    DMSC_APPL_P1_LAST | DMSC_APPL_P1_ANSWER;
		r = dmsc_uicc_cmd(st->u, STORE_DATA, p1 << 8 | at, part,
		    object.left > 0 ? DMSC_LE_NONE :
		    room > SHORT_BLOCK ? LE_WIDE : LE_SHORT, answer, sw);
	}
	return r;
}

static int
refused(struct dmsc_store *st, unsigned sw)
{
	if (sw != SW_SECURITY)
		return dmsc_uicc_fail(st->u, sw, "reach the card's own tree");
	st->appl.known = false;
	(void)dmsc_appl_said(st, 407, NULL, NULL);
	return dmsc_err_sw(st->e, sw);
}

int
dmsc_appl_object(struct dmsc_store *st, struct dmsc_rd object,
    struct dmsc_buf *answer)
{
	size_t room = block(st), before = answer->len;
	unsigned sw = 0;
	int r;

	if ((object.left + room - 1) / room > DMSC_APPL_BLOCKS)
		return dmsc_fail(st->e, DMSC_E_LIMIT, "larger than %u blocks "
		    "of %zu bytes", DMSC_APPL_BLOCKS, room);
	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_appl_select(st)) == DMSC_E_OK)
		r = blocks(st, object, room, answer, &sw);
	if (r == DMSC_E_OK && sw == SW_LENGTH && room > SHORT_BLOCK) {
		st->appl.narrow = true;	/* whatever its ATR says */
		dmsc_buf_truncate(answer, before);
		r = blocks(st, object, block(st), answer, &sw);
	}
	dmsc_uicc_end(st->u);
	return r != DMSC_E_OK || dmsc_sw_ok(sw) ? r : refused(st, sw);
}

static int
keep_state(struct dmsc_store *st, const struct dmsc_appl_state *s)
{
	struct dmsc_sappl *a = &st->appl;

	memcpy(a->nonce, s->nonce, sizeof a->nonce);
	free(a->server);
	free(a->half_uri);
	a->server = a->half_uri = NULL;
	a->greeted = true;
	a->known = false;
	if (!s->authenticated)
		return DMSC_E_OK;
	if ((a->server = dmsc_strndup(s->server)) == NULL ||
	    (s->half_uri.left > 0 && (a->half_uri = dmsc_strndup(
	    s->half_uri)) == NULL))
		return DMSC_E_NOMEM;
	a->known = true;
	a->counter = s->counter;
	a->free_bytes = s->free_bytes;
	a->total = s->total;
	a->waits = s->waits;
	a->half_size = s->half_size;
	a->half_have = s->half_have;
	memset(a->half_sha, 0, sizeof a->half_sha);
	if (s->half_sha.left == sizeof a->half_sha)
		memcpy(a->half_sha, s->half_sha.p, sizeof a->half_sha);
	return DMSC_E_OK;
}

static int
no_answer(struct dmsc_store *st, int r)
{
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(st->e, r, "out of memory");
	(void)dmsc_fail(st->e, DMSC_E_DATA, "the card's answer cannot be "
	    "read");
	(void)dmsc_err_where(st->e, "/card");
	return dmsc_err_why(st->e, "%s", dmsc_e_text(r));
}

void
dmsc_appl_ours(struct dmsc_appl_caps *out)
{
	const struct dmsc_appl_caps caps = { .version = DMSC_APPL_VERSION,
	    .methods = DMSC_APPL_METHODS | DMSC_APPL_USER,
	    .max_msg = ANSWER_MAX, .max_obj = DMSC_DOC_MAX,
	    .name = dmsc_rd_str(our_name), .obeys = true };

	*out = caps;
}

static int
greet(struct dmsc_store *st, struct dmsc_buf *b, struct dmsc_buf *answer)
{
	struct dmsc_appl_caps caps;
	struct dmsc_appl_state s;
	int r;

	dmsc_appl_ours(&caps);
	r = dmsc_appl_caps_put(b, &caps);
	if (r != DMSC_E_OK)
		return no_answer(st, r);
	if ((r = dmsc_appl_object(st, dmsc_buf_rd(b), answer)) != DMSC_E_OK)
		return r;
	r = dmsc_appl_state_get(dmsc_buf_rd(answer), &s);
	if (r == DMSC_E_OK)
		r = keep_state(st, &s);
	return r == DMSC_E_OK ? r : no_answer(st, r);
}

int
dmsc_appl_greet(struct dmsc_store *st)
{
	struct dmsc_buf *b = dmsc_buf_new(LE_SHORT);
	struct dmsc_buf *answer = dmsc_buf_new(ANSWER_BUF);
	int r;

	if (b == NULL || answer == NULL)
		r = dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	else
		r = greet(st, b, answer);
	dmsc_buf_free(&b);
	dmsc_buf_free(&answer);
	return r;
}

int
dmsc_appl_need(struct dmsc_store *st)
{
	int r;

	/* A login holds while nobody else can select: in one transaction. */
	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	/* Known by auth-md5 is who has not left it since. */
	if (!st->appl.known || st->appl.login_scheme == DMSC_CRED_MD5)
		r = dmsc_appl_select(st);
	if (r == DMSC_E_OK && !st->appl.known)
		r = dmsc_appl_greet(st);
	if (r == DMSC_E_OK && !st->appl.known)
		r = dmsc_appl_log_in_again(st);
	dmsc_uicc_end(st->u);
	if (r != DMSC_E_OK || st->appl.known)
		return r;
	return dmsc_appl_said(st, 407, NULL, NULL);
}
