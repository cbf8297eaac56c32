/* A package brought to a card as the network would (dmsc/ota.h). */
#include <string.h>

#include <dmsc/events.h>
#include <dmsc/sw.h>

#include "base/base.h"
#include "cat/cat.h"
#include "cat/sms.h"
#include "dm/dm.h"
#include "session/package.h"
#include "session/served.h"

enum { SW_LEN = 2, ANSWER_MAX = 1024, ENVELOPE = 0x80C2, LE_ANY = 256 };

static const struct dmsc_field result_fields[] = {
	DMSC_F(dmsc_ota_result, outcome, DMSC_K_STR),
	DMSC_F(dmsc_ota_result, status, DMSC_K_UINT),
	DMSC_F(dmsc_ota_result, done, DMSC_K_UINT),
	DMSC_F(dmsc_ota_result, counter, DMSC_K_SIZE),
	DMSC_F(dmsc_ota_result, changes, DMSC_K_SIZE),
	DMSC_F(dmsc_ota_result, messages, DMSC_K_UINT),
	DMSC_F(dmsc_ota_result, proven, DMSC_K_TRI),
	DMSC_F(dmsc_ota_result, proof, DMSC_K_BYTES),
	DMSC_F_END
};
const struct dmsc_view dmsc_ota_result_view = {
	"ota", sizeof(struct dmsc_ota_result), result_fields
};

/* One delivery: how envelopes get there. */
struct bringing {
	struct dmsc_session *s;
	const struct dmsc_ota_opts *o;
	struct dmsc_buf *answer;	/* to the last one, SW cut off */
	unsigned sw;
};

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* ---- one envelope */

/* SW off the end of the answer. */
static int
split(struct bringing *b)
{
	const struct dmsc_buf *a = b->answer;

	if (a->len < SW_LEN)
		return dmsc_fail(&b->s->err, DMSC_E_IO,
		    "the card's control socket answers nonsense");
	b->sw = (unsigned)a->p[a->len - 2] << 8 | a->p[a->len - 1];
	dmsc_buf_truncate(b->answer, a->len - SW_LEN);
	return DMSC_E_OK;
}

static int
to_embedded(struct bringing *b, struct dmsc_rd envelope)
{
	int r = dmsc_card_air(b->s->card, envelope, b->answer);

	return r == DMSC_E_OK ? split(b) :
	    dmsc_fail(&b->s->err, r, "the card did not take the message");
}

static int
to_served(struct bringing *b, struct dmsc_rd envelope)
{
	struct dmsc_buf *hex = dmsc_buf_new(2 * ANSWER_MAX);
	int r = hex == NULL ? no_memory(b->s) :
	    session_served_ask(b->s, "envelope", envelope, hex);

	if (r == DMSC_E_OK && dmsc_hex_get(dmsc_buf_cstr(hex), b->answer) !=
	    DMSC_E_OK)
		dmsc_buf_reset(b->answer);
	dmsc_buf_free(&hex);
	return r == DMSC_E_OK ? split(b) : r;
}

static int
to_reader(struct bringing *b, struct dmsc_rd envelope)
{
	return dmsc_uicc_cmd(b->s->uicc, ENVELOPE, 0, envelope, LE_ANY,
	    b->answer, &b->sw);
}

/* ---- all of them */

static int
each(struct bringing *b, struct dmsc_rd package, unsigned parts,
    int (*to)(struct bringing *b, struct dmsc_rd envelope))
{
	struct dmsc_buf *env = dmsc_buf_new(CAT_APDU_MAX);
	struct dmsc_cat_sms sms;
	unsigned i;
	int r = env == NULL ? no_memory(b->s) : DMSC_E_OK;

	dmsc_cat_sms_init(&sms, b->o->from, package,
	    package.p[package.left - 1]);
	for (i = 1; r == DMSC_E_OK && i <= parts; i++) {
		dmsc_buf_reset(env);
		dmsc_buf_reset(b->answer);
		if ((r = dmsc_cat_sms_put(&sms, i, env)) != DMSC_E_OK)
			dmsc_fail(&b->s->err, r,
			    "'%s' is no number", b->o->from);
		else if ((r = to(b, dmsc_buf_rd(env))) == DMSC_E_OK &&
		    !dmsc_sw_ok(b->sw))
			break;
	}
	dmsc_buf_free(&env);
	return r;
}

/* As a device: it says what it can, fetches what waits, then brings it. */
static int
through_reader(struct bringing *b, struct dmsc_rd package, unsigned parts)
{
	const struct dmsc_events_opts o = { .allow = true };
	struct dmsc_events *log = NULL;
	int r = dmsc_events(b->s, &o, &log);

	dmsc_view_free(&dmsc_events_view, log);
	if (r != DMSC_E_OK || (r = dmsc_uicc_begin(b->s->uicc)) != DMSC_E_OK)
		return r;
	r = each(b, package, parts, to_reader);
	dmsc_uicc_end(b->s->uicc);
	return r;
}

/* What we knew of the card may not be so any more. */
static void
forget(struct dmsc_session *s)
{
	if (s->store == NULL)
		return;
	if (dmsc_uicc_any_right(s->uicc))
		dmsc_store_forget(s->store);
	else
		dmsc_session_forget(s);
}

static int
bring(struct bringing *b, struct dmsc_rd package, unsigned parts)
{
	struct dmsc_session *s = b->s;
	int r;

	if (s->card != NULL)
		r = each(b, package, parts, to_embedded);
	else if (b->o->allow && dmsc_connected(s))
		r = through_reader(b, package, parts);
	else if ((r = each(b, package, parts, to_served)) ==
	    DMSC_E_NOTFOUND)
		dmsc_err_next(&s->err, "the same line with --cat");
	if (dmsc_connected(s))
		forget(s);
	return r;
}

/* ---- what became of it */

static const char *const outcomes[] = {
	[DMSC_OTA_DONE] = "done", [DMSC_OTA_REFUSED] = "refused",
	[DMSC_OTA_OLD] = "old", [DMSC_OTA_OTHER] = "other card",
	[DMSC_OTA_UNKNOWN] = "unknown", [DMSC_OTA_FAILED] = "failed",
};

static int
by_sw(struct dmsc_session *s, unsigned sw)
{
	enum { SECURITY = 0x6982 };

	dmsc_fail(&s->err, sw == SECURITY ? DMSC_E_AUTH : DMSC_E_SW,
	    "the card did not take the package");
	if (sw == SECURITY)
		dmsc_err_why(&s->err, "it was not made with its keys, or on "
		    "its way it was changed");
	return dmsc_err_sw(&s->err, sw);
}

static int
refused(struct dmsc_session *s, const struct dmsc_ota_proof *p)
{
	enum { SW_FIRST = 0x6000 };
	struct dmsc_err *e = &s->err;

	dmsc_fail(e, DMSC_E_SW, "the card did not do all of it");
	if (p->status >= SW_FIRST) {
		e->code = dmsc_sw_code(p->status);
		dmsc_err_why(e, "command %u of the package was refused: "
		    "nothing was done", p->done + 1);
		return dmsc_err_sw(e, p->status);
	}
	e->dm = p->status;
	dmsc_err_why(e, "%u %s", p->status, dmsc_dm_text(p->status));
	return dmsc_err_next(e, "help dm package");
}

static int
judge(struct dmsc_session *s, const struct dmsc_ota_proof *p,
    size_t counter)
{
	struct dmsc_err *e = &s->err;

	switch (p->outcome) {
	case DMSC_OTA_DONE:
		return DMSC_E_OK;
	case DMSC_OTA_REFUSED:
		return refused(s, p);
	case DMSC_OTA_OLD:
		dmsc_fail(e, DMSC_E_SW, "the card has had this package, or "
		    "a later one");
		dmsc_err_why(e, "its counter is %zu, the card's %lu",
		    counter, (unsigned long)p->counter);
		return dmsc_err_next(e, "help dm package");
	case DMSC_OTA_OTHER:
		dmsc_fail(e, DMSC_E_SW, "the package is for another card");
		return dmsc_err_next(e, "help dm package");
	case DMSC_OTA_UNKNOWN:
		dmsc_fail(e, DMSC_E_SW,
		    "the card does not know what is in the package");
		return dmsc_err_next(e, "help dm package");
	case DMSC_OTA_FAILED:
	case DMSC_OTA_OUTCOMES:
	default:
		dmsc_fail(e, DMSC_E_SPACE, "the card had no room for it");
		return dmsc_err_why(e, "nothing was done; it may be sent "
		    "again");
	}
}

/* Whether the proof is of that card: -1 not asked. */
static int
prove(struct bringing *b, const struct dmsc_ota_proof *p, int *proven)
{
	struct dmsc_ota_keys keys;
	int r;

	*proven = -1;
	if (b->o->keys.from[0] == NULL && !b->o->keys.test_keys)
		return DMSC_E_OK;
	if ((r = session_ota_keys(b->s, &b->o->keys, p->version, &keys)) !=
	    DMSC_E_OK)
		return r;
	r = dmsc_ota_proof_check(p, &keys);
	dmsc_wipe(&keys, sizeof keys);
	*proven = r == DMSC_E_OK;
	if (r != DMSC_E_OK)
		dmsc_fail(&b->s->err, r == DMSC_E_AUTHFAIL ?
		    DMSC_E_MISMATCH : r, "the proof of receipt is not made "
		    "with these keys");
	return r == DMSC_E_AUTHFAIL ? DMSC_E_MISMATCH : r;
}

static int
tell(struct bringing *b, const struct dmsc_package *p,
    struct dmsc_ota_result **out)
{
	struct dmsc_ota_proof proof;
	struct dmsc_ota_result *res;
	int r, proven;

	if (!dmsc_sw_ok(b->sw))
		return by_sw(b->s, b->sw);
	if (dmsc_ota_proof_get(dmsc_buf_rd(b->answer), &proof) !=
	    DMSC_E_OK) {
		dmsc_fail(&b->s->err, DMSC_E_SW, "the card gave no proof of "
		    "receipt");
		return dmsc_err_why(&b->s->err, "it has no DM-SC application "
		    "that takes packages");
	}
	if ((r = prove(b, &proof, &proven)) != DMSC_E_OK && proven < 0)
		return r;
	if ((res = dmsc_view_new(&dmsc_ota_result_view)) == NULL ||
	    dmsc_str_set(&res->outcome, "%s", outcomes[proof.outcome]) !=
	    DMSC_E_OK || (res->proof = dmsc_buf_from(dmsc_buf_rd(b->answer),
	    ANSWER_MAX)) == NULL) {
		dmsc_view_free(&dmsc_ota_result_view, res);
		return no_memory(b->s);
	}
	res->status = proof.status;
	res->done = proof.done;
	res->counter = proof.counter;
	res->changes = proof.change;
	res->messages = p->messages;
	res->proven = proven;
	*out = res;
	return r != DMSC_E_OK ? r : judge(b->s, &proof, p->counter);
}

int
dmsc_card_ota(struct dmsc_session *s, struct dmsc_rd package,
    const struct dmsc_ota_opts *o, struct dmsc_ota_result **out)
{
	struct bringing b = { s, o, dmsc_buf_new(ANSWER_MAX), 0 };
	struct dmsc_package *p = NULL;
	int r = b.answer == NULL ? no_memory(s) :
	    dmsc_package_show(s, package, &p);

	*out = NULL;
	if (r == DMSC_E_OK && (r = bring(&b, package, p->messages)) ==
	    DMSC_E_OK)
		r = tell(&b, p, out);
	dmsc_view_free(&dmsc_package_view, p);
	dmsc_buf_free(&b.answer);
	return r;
}
