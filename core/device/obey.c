/* What the device does with each command (TS 102 223 clause 6.4). */
#include "device/toolkit.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"

enum { RESET = 0x04, LAST_MODE = 0x0A, FILES_ONLY = 0x01, IMEI_WANTED = 0x01,
	IMEI_DIGITS = 15, IMEI_BYTES = 8, SECOND = 1000000, STOP = 1,
	VALUE = 2, MS = 1000, TENTH_MS = 100, MINUTE_MS = 60000,
	EVENT_BITS = 32 };
/* Events that happen to this device. */
enum { HAPPENING = 1u << CAT_E_ACTIVITY | 1u << CAT_E_IDLE |
	1u << CAT_E_LANGUAGE };

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
		return dmsc_toolkit_nomem(v);
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
		return dmsc_toolkit_nomem(v);
	return DMSC_E_OK;
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
	    DMSC_E_OK : dmsc_toolkit_nomem(v);
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

void
dmsc_toolkit_time(uint64_t us, uint8_t out[3])
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
		    DMSC_E_OK : dmsc_toolkit_nomem(v);
	}
	if (t->due[i] == 0) {
		*result = CAT_TIMER_STATE;
		return DMSC_E_OK;
	}
	dmsc_toolkit_time(t->due[i] > now ? t->due[i] - now : 0, b + 5);
	if (c->details[2] == STOP)
		t->due[i] = 0;
	return dmsc_buf_put(extra, dmsc_rd_of(b, sizeof b)) == DMSC_E_OK ?
	    DMSC_E_OK : dmsc_toolkit_nomem(v);
}

/* POLL INTERVAL: it is told which one is used, which is what it said. */
static int
interval(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, struct dmsc_buf *extra, unsigned *result)
{
	static const unsigned unit[] = { MINUTE_MS, MS, TENTH_MS };
	struct dmsc_rd d;

	if (dmsc_cat_find(c, CAT_T_DURATION, &d) != DMSC_E_OK ||
	    d.left != 2 || d.p[0] >= DMSC_COUNT(unit) || d.p[1] == 0) {
		*result = CAT_DATA_UNKNOWN;
		return DMSC_E_OK;
	}
	t->poll_ms = unit[d.p[0]] * d.p[1];
	t->poll_off = false;
	return dmsc_cat_put(extra, CAT_T_DURATION, d) == DMSC_E_OK ?
	    DMSC_E_OK : dmsc_toolkit_nomem(v);
}

/* SET UP EVENT LIST: all of them, or none where one never happens here. */
static void
event_list(struct dmsc_toolkit *t, const struct dmsc_cat_cmd *c,
    unsigned *result)
{
	struct dmsc_rd list;
	uint32_t events = 0;
	uint8_t e;

	if (dmsc_cat_find(c, CAT_T_EVENTS, &list) != DMSC_E_OK)
		list.left = 0;
	while (dmsc_rd_u8(&list, &e) == DMSC_E_OK) {
		if (e >= EVENT_BITS || (HAPPENING & 1u << e) == 0) {
			*result = CAT_BEYOND;
			return;
		}
		events |= 1u << e;
	}
	t->events = events;
}

int
dmsc_toolkit_obey(struct dmsc_toolkit *t, struct dmsc_toolkit_env *v,
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
	case CAT_GET_INKEY:
	case CAT_GET_INPUT:
		return dmsc_toolkit_dialogue(v, c, ev, extra);
	case CAT_LOCAL_INFO:
		return local_info(v, c, extra, &ev->result);
	case CAT_TIMER:
		return timer(t, v, c, extra, &ev->result);
	case CAT_POLL_INTERVAL:
		return interval(t, v, c, extra, &ev->result);
	case CAT_POLLING_OFF:
		t->poll_off = true;
		return DMSC_E_OK;
	case CAT_EVENT_LIST:
		event_list(t, c, &ev->result);
		return DMSC_E_OK;
	default:
		return DMSC_E_OK;
	}
}
