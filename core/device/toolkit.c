/*
 * The device's end of the toolkit (TS 102 223): the fetch loop, bounded, and
 * what is done with each command. APDUs: the profile once, STATUS, and two
 * for each command.
 */
#include "device/toolkit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { PROFILE = 0x8010, FETCH = 0x8012, RESPONSE = 0x8014, ENVELOPE = 0x80C2,
	STATUS = 0x80F2, NO_DATA = 0x000C, WAITS = 0x9100, WAIT_USER = 0x80,
	RESET = 0x04, LAST_MODE = 0x0A, FILES_ONLY = 0x01, IMEI_WANTED = 0x01,
	IMEI_DIGITS = 15, IMEI_BYTES = 8, EXTRA_MAX = 64, SECOND = 1000000,
	STOP = 1, VALUE = 2, QUIET = 0 };

/* What this device does: download, results, texts, refresh, more time, local
 * information, timers. */
static const uint8_t profile[] = { 0x01, 0x81, 0x89, 0x40, 0x00, 0x00, 0x00,
	0x03 };

static int
no_memory(struct dmsc_toolkit_env *v)
{
	return dmsc_fail(v->e, DMSC_E_NOMEM, "out of memory");
}

static int
add_files(struct dmsc_event *ev, struct dmsc_rd paths)
{
	char text[(size_t)CAT_FILE_MAX * 5 + 1];
	struct dmsc_rd path;
	uint16_t fid;
	size_t at;
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && dmsc_cat_file(&paths, &path)) {
		for (at = 0; dmsc_rd_u16(&path, &fid) == DMSC_E_OK &&
		    at + 5 < sizeof text;)
			at += (size_t)snprintf(text + at, sizeof text - at,
			    "%s%04X", at > 0 ? "/" : "", fid);
		r = dmsc_strs_add(&ev->files, &ev->n_files, "%s", text);
	}
	return r;
}

static int
refresh(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    struct dmsc_event *ev, unsigned *result)
{
	unsigned mode = c->details[2];
	struct dmsc_rd list, paths;
	bool listed = dmsc_cat_find(c, CAT_T_FILES, &list) == DMSC_E_OK;

	if (dmsc_str_set(&ev->detail, "%s", dmsc_cat_refresh_text(mode)) !=
	    DMSC_E_OK)
		return no_memory(v);
	if (mode > LAST_MODE || (listed &&
	    dmsc_cat_files(list, &paths) != DMSC_E_OK)) {
		*result = CAT_DATA_UNKNOWN;
		return DMSC_E_OK;
	}
	if (!listed && mode == FILES_ONLY) {
		*result = CAT_VALUES_MISSING;
		return DMSC_E_OK;
	}
	v->refreshed = true;
	v->reset = v->reset || mode == RESET;
	if (listed && add_files(ev, paths) != DMSC_E_OK)
		return no_memory(v);
	return DMSC_E_OK;
}

static int
display(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    struct dmsc_event *ev, unsigned *result)
{
	struct dmsc_buf *text = dmsc_buf_new(4 * (size_t)CAT_APDU_MAX);
	struct dmsc_rd value = { NULL, 0 };
	bool yes = v->o->confirm == DMSC_CONFIRM_YES;
	const char *s;
	int r = DMSC_E_NOMEM;

	if (text != NULL && dmsc_cat_find(c, CAT_T_TEXT, &value) ==
	    DMSC_E_OK)
		r = dmsc_cat_text(value, text);
	if (r == DMSC_E_FORMAT)
		*result = CAT_DATA_UNKNOWN;
	else if (r != DMSC_E_OK || (s = dmsc_buf_cstr(text)) == NULL ||
	    dmsc_str_set(&ev->detail, "%s", s) != DMSC_E_OK)
		r = DMSC_E_NOMEM;
	else if ((c->details[2] & WAIT_USER) != 0 && !yes) {
		*result = v->o->confirm == DMSC_CONFIRM_NO ? CAT_REFUSED :
		    v->ask == NULL || v->ask(v->arg, s, &yes) != DMSC_E_OK ?
		    CAT_NO_ANSWER : yes ? CAT_DONE : CAT_REFUSED;
	}
	dmsc_buf_free(&text);
	return r == DMSC_E_NOMEM ? no_memory(v) : DMSC_E_OK;
}

/* 15 digits as 31.111 has them: the type in the low half of the first byte,
 * then swapped digits. */
static int
local_info(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    struct dmsc_buf *extra, unsigned *result)
{
	uint8_t b[2 + IMEI_BYTES] = { CAT_T_IMEI | 0x80, IMEI_BYTES };
	const char *d = v->o->imei;
	size_t i;

	if (c->details[2] != IMEI_WANTED || d == NULL) {
		*result = CAT_BEYOND;
		return DMSC_E_OK;
	}
	b[2] = (uint8_t)((d[0] - '0') << 4 | 0x0A);
	for (i = 1; i < IMEI_DIGITS; i += 2)
		b[2 + (i + 1) / 2] = (uint8_t)((d[i + 1] - '0') << 4 |
		    (d[i] - '0'));
	return dmsc_buf_put(extra, dmsc_rd_of(b, sizeof b)) == DMSC_E_OK ?
	    DMSC_E_OK : no_memory(v);
}

static unsigned
from_bcd(uint8_t b)
{
	return (b & 0x0Fu) * 10 + (b >> 4);
}

static uint8_t
to_bcd(uint64_t n)
{
	return (uint8_t)(n % 10 << 4 | n / 10 % 10);
}

static void
time_of(uint64_t us, uint8_t out[3])
{
	uint64_t s = us / SECOND;

	out[0] = to_bcd(s / 3600);
	out[1] = to_bcd(s / 60 % 60);
	out[2] = to_bcd(s % 60);
}

static int
timer(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, struct dmsc_buf *extra, unsigned *result)
{
	uint8_t b[] = { CAT_T_TIMER | 0x80, 1, 0, CAT_T_TIME | 0x80, 3, 0, 0,
		0 };
	uint64_t now = dmsc_now_us();
	struct dmsc_rd id, time;
	size_t i;

	*result = CAT_DATA_UNKNOWN;
	if (dmsc_cat_find(c, CAT_T_TIMER, &id) != DMSC_E_OK ||
	    id.left != 1 || id.p[0] < 1 || id.p[0] > CAT_TIMERS ||
	    c->details[2] > VALUE)
		return DMSC_E_OK;
	i = (size_t)id.p[0] - 1;
	b[2] = id.p[0];
	*result = CAT_DONE;
	if (c->details[2] < STOP) {
		if (dmsc_cat_find(c, CAT_T_TIME, &time) != DMSC_E_OK ||
		    time.left != 3) {
			*result = CAT_VALUES_MISSING;
			return DMSC_E_OK;
		}
		t->length[i] = (from_bcd(time.p[0]) * (uint64_t)3600 +
		    from_bcd(time.p[1]) * 60u + from_bcd(time.p[2])) * SECOND;
		t->due[i] = now + t->length[i];
		return dmsc_buf_put(extra, dmsc_rd_of(b, 3)) == DMSC_E_OK ?
		    DMSC_E_OK : no_memory(v);
	}
	if (t->due[i] == 0) {
		*result = CAT_TIMER_STATE;
		return DMSC_E_OK;
	}
	time_of(t->due[i] > now ? t->due[i] - now : 0, b + 5);
	if (c->details[2] == STOP)
		t->due[i] = 0;
	return dmsc_buf_put(extra, dmsc_rd_of(b, sizeof b)) == DMSC_E_OK ?
	    DMSC_E_OK : no_memory(v);
}

/* Does what the command says, as far as its verdict lets us. */
static int
obey(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, struct dmsc_event *ev,
    struct dmsc_buf *extra)
{
	ev->result = c->verdict;
	if (c->verdict != CAT_DONE)
		return DMSC_E_OK;
	switch (c->details[1]) {
	case CAT_REFRESH:
		return refresh(v, c, ev, &ev->result);
	case CAT_DISPLAY_TEXT:
		return display(v, c, ev, &ev->result);
	case CAT_LOCAL_INFO:
		return local_info(v, c, extra, &ev->result);
	case CAT_TIMER:
		return timer(t, v, c, extra, &ev->result);
	case CAT_POLL_INTERVAL:	/* it asks when its user does */
	case CAT_POLLING_OFF:
	case CAT_EVENT_LIST:
		ev->result = CAT_BEYOND;
		return DMSC_E_OK;
	default:
		return DMSC_E_OK;
	}
}

static int
send(struct dmsc_toolkit_env *v, unsigned ins, struct dmsc_rd data,
    unsigned *sw)
{
	int r = dmsc_uicc_cmd(v->u, ins, 0, data, DMSC_LE_NONE, NULL, sw);

	if (r != DMSC_E_OK || dmsc_sw_ok(*sw))
		return r;
	return dmsc_uicc_fail(v->u, *sw, ins == PROFILE ?
	    "tell the card what the device can do" : ins == RESPONSE ?
	    "answer the card's command" : "tell the card of a timer");
}

static int
answer(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, unsigned *sw)
{
	struct dmsc_event *ev = dmsc_list_add(&v->log->events,
	    &v->log->n_events, sizeof *ev);
	const char *name = dmsc_cat_type_name(c->details[1]);
	struct dmsc_buf *extra = dmsc_buf_new(EXTRA_MAX);
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	int r;

	if (ev == NULL || extra == NULL || b == NULL ||
	    (name != NULL ? dmsc_str_set(&ev->name, "%s", name) :
	    dmsc_str_set(&ev->name, "unknown-%02X", c->details[1])) !=
	    DMSC_E_OK)
		r = no_memory(v);
	else if ((r = obey(t, v, c, ev, extra)) == DMSC_E_OK &&
	    (dmsc_str_set(&ev->answer, "%s", dmsc_cat_result_text(
	    ev->result)) != DMSC_E_OK || dmsc_cat_respond(c, ev->result,
	    CAT_NO_MORE, dmsc_buf_rd(extra), b) != DMSC_E_OK))
		r = no_memory(v);
	if (r == DMSC_E_OK)
		r = send(v, RESPONSE, dmsc_buf_rd(b), sw);
	dmsc_buf_free(&extra);
	dmsc_buf_free(&b);
	return r;
}

/* One command: *sw is the 91xx that announced it, then the answer's. */
static int
fetch(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v, unsigned *sw)
{
	struct dmsc_buf *b = dmsc_buf_new(2 * (size_t)CAT_APDU_MAX);
	const struct dmsc_rd none = { NULL, 0 };
	struct dmsc_cat_cmd c;
	unsigned n = *sw & 0xFF;
	int r;

	if (b == NULL)
		return no_memory(v);
	r = dmsc_uicc_cmd(v->u, FETCH, 0, none, n == 0 ? 256 : (int)n, b, sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(*sw))
		r = dmsc_uicc_fail(v->u, *sw, "fetch the card's command");
	else if (r == DMSC_E_OK && dmsc_cat_parse(dmsc_buf_rd(b), &c) !=
	    DMSC_E_OK) {
		r = dmsc_fail(v->e, DMSC_E_DATA,
		    "what the card gave to fetch is no command");
		(void)dmsc_err_next(v->e, "reset");
	} else if (r == DMSC_E_OK)
		r = answer(t, v, &c, sw);
	dmsc_buf_free(&b);
	return r;
}

/* Tells of the timers that ran out; *sw is the last answer. */
static int
timers(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v, unsigned *sw)
{
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	uint8_t time[3];
	unsigned i;
	int r = b == NULL ? no_memory(v) : DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < CAT_TIMERS &&
	    (*sw & 0xFF00) != WAITS; i++) {
		if (t->due[i] == 0 || dmsc_now_us() < t->due[i])
			continue;
		t->due[i] = 0;
		dmsc_buf_reset(b);
		time_of(t->length[i], time);
		r = dmsc_cat_timer_up(i + 1, time, b) != DMSC_E_OK ?
		    no_memory(v) : send(v, ENVELOPE, dmsc_buf_rd(b), sw);
	}
	dmsc_buf_free(&b);
	return r;
}

int
dmsc_toolkit_poll(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v)
{
	const struct dmsc_rd none = { NULL, 0 };
	unsigned sw = QUIET, n;
	int r = DMSC_E_OK;

	if (!t->profile)
		r = send(v, PROFILE, dmsc_rd_of(profile, sizeof profile),
		    &sw);
	if (r == DMSC_E_OK) {
		t->profile = true;
		r = timers(t, v, &sw);
	}
	if (r == DMSC_E_OK && (sw & 0xFF00) != WAITS)
		r = dmsc_uicc_cmd(v->u, STATUS, NO_DATA, none, DMSC_LE_NONE,
		    NULL, &sw);
	for (n = 0; r == DMSC_E_OK && (sw & 0xFF00) == WAITS; n++) {
		if (n == DMSC_TOOLKIT_MAX) {
			r = dmsc_fail(v->e, DMSC_E_SW,
			    "the card has commands without end");
			(void)dmsc_err_why(v->e, "%d were fetched", n);
			(void)dmsc_err_next(v->e, "reset");
			break;
		}
		r = fetch(t, v, &sw);
	}
	(void)dmsc_uicc_proactive(v->u);
	return r;
}
