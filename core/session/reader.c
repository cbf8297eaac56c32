/* Readers and the card in one of them (dmsc/reader.h). */
#include <dmsc/reader.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "link/layers.h"
#include "link/pcsc.h"
#include "session/find.h"
#include "session/session.h"

static const char sim[] = "sim", replay[] = "replay";

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

static bool
is_sim(const struct dmsc_session *s)
{
	return s->reader != NULL && strcmp(s->reader, sim) == 0;
}

static bool
is_replay(const struct dmsc_session *s)
{
	return s->reader != NULL && strcmp(s->reader, replay) == 0;
}

static const char *
kind_of(const struct dmsc_session *s)
{
	return is_sim(s) ? sim : is_replay(s) ? replay : "pcsc";
}

static int
add_sim(struct dmsc_session *s, struct dmsc_readers *out)
{
	struct dmsc_reader_info *info;
	bool used = is_sim(s);

	info = dmsc_list_add(&out->readers, &out->n_readers, sizeof *info);
	if (info == NULL)
		return no_memory(s);
	info->number = -1;
	info->image = used && s->image != NULL ? strdup(s->image) :
	    dmsc_session_sim_image(s);
	if (info->image == NULL ||
	    dmsc_str_set(&info->name, "%s", sim) != DMSC_E_OK ||
	    dmsc_str_set(&info->kind, "%s", sim) != DMSC_E_OK ||
	    dmsc_str_set(&info->state, "%s", used ? "in use" : "present") !=
	    DMSC_E_OK)
		return no_memory(s);
	return DMSC_E_OK;
}

int
dmsc_readers(struct dmsc_session *s, struct dmsc_readers **out)
{
	struct dmsc_readers *l = dmsc_view_new(&dmsc_readers_view);
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if (l == NULL)
		return no_memory(s);
	if ((r = dmsc_pcsc_list(l, &s->err)) == DMSC_E_OK)
		r = add_sim(s, l);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_readers_view, l);
		return r;
	}
	*out = l;
	return DMSC_E_OK;
}

bool
dmsc_connected(const struct dmsc_session *s)
{
	return s->link.ops != NULL;
}

/* Who else may use the card decides what of it may be remembered. */
static void
tell_alone(struct dmsc_session *s)
{
	struct dmsc_link_facts facts;

	dmsc_link_facts(&s->link, &facts);
	dmsc_uicc_alone(s->uicc, !facts.shared);
}

int
dmsc_session_need_card(struct dmsc_session *s)
{
	dmsc_err_clear(&s->err);
	if (!dmsc_connected(s)) {
		dmsc_fail(&s->err, DMSC_E_NOREADER, "no card is connected");
		return dmsc_err_next(&s->err, "connect");
	}
	if (dmsc_trace_failed(&s->link))
		dmsc_session_forget(s);
	tell_alone(s);
	return DMSC_E_OK;
}

void
dmsc_session_forget(struct dmsc_session *s)
{
	if (s->uicc == NULL)
		return;
	if (dmsc_uicc_any_right(s->uicc))
		s->gained = true;
	dmsc_uicc_forget(s->uicc);
	if (s->guard != NULL)
		dmsc_guard_forget(s->guard);
	if (s->store != NULL)
		dmsc_store_forget(s->store);
}

/* The rooms above the link, made once for all connections. */
static int
make_rooms(struct dmsc_session *s)
{
	if (s->uicc == NULL && (s->uicc = dmsc_uicc_new(&s->link, &s->err,
	    &s->interrupted)) == NULL)
		return no_memory(s);
	if (s->guard == NULL && (s->guard = dmsc_guard_new(s->uicc,
	    s->state_dir, &s->err)) == NULL)
		return s->err.code != DMSC_E_OK ? s->err.code : no_memory(s);
	if (s->store == NULL && (s->store = dmsc_store_new(s->uicc, s->guard,
	    s->state_dir, &s->err, dmsc_session_warn, s)) == NULL)
		return no_memory(s);
	return DMSC_E_OK;
}

void
dmsc_session_free_rooms(struct dmsc_session *s)
{
	dmsc_store_free(&s->store);
	dmsc_guard_free(&s->guard);
	dmsc_uicc_free(&s->uicc);
}

/* The end of the reader found, then the trace layer over it. */
static int
open_link(struct dmsc_session *s, struct dmsc_buf *atr)
{
	struct dmsc_link end = { NULL, NULL }, over = { NULL, NULL };
	int r;

	if (is_sim(s))
		r = dmsc_session_open_sim(s, s->image, &end, atr);
	else if (is_replay(s))
		r = dmsc_replay_open(s->image, true, &end, atr, &s->err);
	else
		r = dmsc_pcsc_open(s->reader, &end, atr, &s->err);
	s->card = dmsc_card_of(&end);
	if (r == DMSC_E_OK && (r = dmsc_secure_over(&end, &over, &s->err)) ==
	    DMSC_E_OK) {
		s->secure = over;
		r = dmsc_trace_over(&over, NULL, &s->link, &s->err);
	}
	if (r != DMSC_E_OK) {
		dmsc_link_close(&end, false);
		dmsc_link_close(&over, false);
		memset(&s->secure, 0, sizeof s->secure);
		s->card = NULL;
		return r;
	}
	dmsc_trace_atr(&s->link, dmsc_buf_rd(atr));
	if (s->trace == NULL)
		return DMSC_E_OK;
	r = s->trace_begun ? dmsc_trace_more(&s->link, s->trace, &s->err) :
	    dmsc_trace_to(&s->link, s->trace, &s->err);
	s->trace_begun = r == DMSC_E_OK;
	return r;
}

/* A card that has just been powered or connected. */
static int
begin(struct dmsc_session *s, struct dmsc_rd atr)
{
	dmsc_session_forget(s);
	dmsc_session_scp_gone(s);
	dmsc_session_receipt_gone(s);
	s->gained = false;
	memset(&s->toolkit, 0, sizeof s->toolkit);
	dmsc_uicc_atr(s->uicc, atr);
	tell_alone(s);
	return s->no_basic_channel ? dmsc_uicc_channel_open(s->uicc) :
	    DMSC_E_OK;
}

/* A commit that was cut on this card is told; it stops nothing. */
static void
tell_cut(struct dmsc_session *s)
{
	char text[DMSC_ERR_TEXT], *id = NULL;

	if (dmsc_store_pending(s->store, &id) == DMSC_E_OK && id != NULL) {
		(void)snprintf(text, sizeof text, "a cut commit (%s) is "
		    "pending on this card: 'recover' clears it", id);
		dmsc_session_warn(s, text);
	}
	free(id);
	dmsc_err_clear(&s->err);
}

static int
connect_found(struct dmsc_session *s)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	int r;

	if (atr == NULL)
		return no_memory(s);
	if ((r = open_link(s, atr)) == DMSC_E_OK &&
	    (r = make_rooms(s)) == DMSC_E_OK) {
		dmsc_uicc_counters(s->uicc, &s->apdus, &s->bytes);
		r = begin(s, dmsc_buf_rd(atr));
		if (r == DMSC_E_OK)
			tell_cut(s);
	}
	dmsc_buf_free(&atr);
	return r;
}

int
dmsc_connect(struct dmsc_session *s, const char *reader)
{
	char *name, *image;
	int r;

	dmsc_disconnect(s);
	dmsc_err_clear(&s->err);
	if ((r = dmsc_find_reader(reader, &name, &image, &s->err)) !=
	    DMSC_E_OK)
		return r;
	s->reader = name;
	s->image = image;
	r = connect_found(s);
	if (r == DMSC_E_OK && is_sim(s) && s->image == NULL &&
	    (s->image = dmsc_session_sim_image(s)) == NULL)
		r = no_memory(s);
	if (r != DMSC_E_OK)
		dmsc_disconnect(s);
	return r;
}

void
dmsc_disconnect(struct dmsc_session *s)
{
	struct dmsc_err kept = s->err;
	int interrupted = s->interrupted;

	s->interrupted = 0;	/* leaving is done whole */
	if (dmsc_connected(s) && s->uicc != NULL) {
		dmsc_uicc_channel_close(s->uicc);
		dmsc_session_forget(s);
	}
	dmsc_session_scp_gone(s);
	dmsc_session_receipt_gone(s);
	dmsc_live_end(s);
	dmsc_link_close(&s->link, s->gained);
	memset(&s->secure, 0, sizeof s->secure);
	s->card = NULL;
	s->gained = false;
	free(s->reader);
	free(s->image);
	s->reader = s->image = NULL;
	s->err = kept;
	if (interrupted != 0)
		s->interrupted = interrupted;
}

int
dmsc_connection(struct dmsc_session *s, struct dmsc_connection **out)
{
	struct dmsc_connection *c;
	struct dmsc_link_facts facts;
	const char *id = NULL;
	char hex[2 * DMSC_ATR_MAX + 1];
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	if ((c = dmsc_view_new(&dmsc_connection_view)) == NULL)
		return no_memory(s);
	r = dmsc_guard_identity(s->guard, &id);
	if (r == DMSC_E_REMOVED || r == DMSC_E_TRANSPORT) {
		dmsc_view_free(&dmsc_connection_view, c);
		return r;
	}
	dmsc_link_facts(&s->link, &facts);
	c->shared = facts.shared;
	(void)dmsc_hex(dmsc_uicc_atr_get(s->uicc), hex, sizeof hex);
	if (dmsc_str_set(&c->reader, "%s", s->reader) != DMSC_E_OK ||
	    dmsc_str_set(&c->kind, "%s", kind_of(s)) != DMSC_E_OK ||
	    dmsc_str_set(&c->atr, "%s", hex) != DMSC_E_OK ||
	    (r == DMSC_E_OK && id != NULL &&
	    dmsc_str_set(&c->identity, "%s", id) != DMSC_E_OK) ||
	    dmsc_str_set(&c->protocol, "%s", facts.protocol != NULL ?
	    facts.protocol : "direct") != DMSC_E_OK) {
		dmsc_view_free(&dmsc_connection_view, c);
		return no_memory(s);
	}
	dmsc_err_clear(&s->err);
	*out = c;
	return DMSC_E_OK;
}

int
dmsc_reset(struct dmsc_session *s, bool cold)
{
	struct dmsc_buf *atr;
	int r;

	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	if ((atr = dmsc_buf_new(DMSC_ATR_MAX)) == NULL)
		return no_memory(s);
	r = dmsc_link_reset(&s->link, cold, atr, &s->err);
	if (r == DMSC_E_OK)
		r = begin(s, dmsc_buf_rd(atr));
	else
		dmsc_session_forget(s);
	dmsc_buf_free(&atr);
	return r;
}

int
dmsc_wait(struct dmsc_session *s, bool insert, unsigned timeout_ms)
{
	dmsc_err_clear(&s->err);
	if (!is_sim(s) && !is_replay(s))
		return dmsc_pcsc_wait(s->reader, insert, timeout_ms,
		    &s->interrupted, &s->err);
	if (insert)
		return DMSC_E_OK;
	dmsc_fail(&s->err, DMSC_E_UNSUPPORTED,
	    is_sim(s) ? "the embedded card cannot be pulled" :
	    "a recorded card cannot be pulled");
	return dmsc_err_next(&s->err, "disconnect");
}

/* A PIN's value or a key's answer: from here on the card is ours alone. */
static int
claim_for(struct dmsc_session *s, struct dmsc_rd cmd)
{
	static const uint8_t ins[] = { 0x20, 0x24, 0x26, 0x28, 0x2C, 0x82 };

	if (cmd.left <= 5 || memchr(ins, cmd.p[1] & ~1, sizeof ins) == NULL)
		return DMSC_E_OK;
	return dmsc_link_claim(&s->link, &s->err);
}

static int
exchange(struct dmsc_session *s, struct dmsc_rd cmd, bool raw,
    struct dmsc_apdu *a)
{
	char text[64];
	int r;

	if ((a->data = dmsc_buf_new(DMSC_APDU_RSP_MAX)) == NULL)
		return no_memory(s);
	r = dmsc_uicc_raw(s->uicc, cmd, raw, a->data, &a->sw);
	if (r != DMSC_E_OK)
		s->gained = true;	/* it may have been done */
	dmsc_guard_raw_done(s->guard, cmd, r == DMSC_E_OK ? a->sw : 0);
	if (r != DMSC_E_OK)
		return r;
	a->text = strdup(dmsc_sw_text(a->sw, text, sizeof text));
	return a->text != NULL ? r : no_memory(s);
}

int
dmsc_transmit(struct dmsc_session *s, struct dmsc_rd cmd, unsigned flags,
    struct dmsc_apdu **out)
{
	struct dmsc_apdu *a;
	int r;

	*out = NULL;
	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK)
		return r;
	if ((r = claim_for(s, cmd)) == DMSC_E_OK)
		r = dmsc_guard_raw(s->guard, cmd,
		    (flags & DMSC_APDU_SPEND_TRY) != 0);
	if (r != DMSC_E_OK)
		return r;
	if ((a = dmsc_view_new(&dmsc_apdu_view)) == NULL)
		return no_memory(s);
	r = exchange(s, cmd, (flags & DMSC_APDU_RAW) != 0, a);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_apdu_view, a);
		return r;
	}
	*out = a;
	return DMSC_E_OK;
}

int
dmsc_trace(struct dmsc_session *s, const char *path)
{
	char *kept = NULL;
	int r = DMSC_E_OK;

	dmsc_err_clear(&s->err);
	if (path != NULL && (kept = strdup(path)) == NULL)
		return no_memory(s);
	if (dmsc_connected(s))
		r = dmsc_trace_to(&s->link, path, &s->err);
	if (r != DMSC_E_OK) {
		free(kept);
		kept = NULL;
	}
	free(s->trace);
	s->trace = kept;
	s->trace_begun = kept != NULL && dmsc_connected(s);
	return r;
}

void
dmsc_counters(const struct dmsc_session *s, unsigned long *apdus,
    unsigned long *bytes)
{
	*apdus = *bytes = 0;
	if (s->uicc == NULL)
		return;
	dmsc_uicc_counters(s->uicc, apdus, bytes);
	*apdus -= s->apdus;
	*bytes -= s->bytes;
}

unsigned
dmsc_last_sw(const struct dmsc_session *s)
{
	return s->uicc == NULL ? 0 : dmsc_uicc_last_sw(s->uicc);
}
