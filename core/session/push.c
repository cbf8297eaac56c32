/* Commands for a simulated card to send, made from words (dmsc/events.h). */
#include "session/session.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "cat/cat.h"

enum { NUMBER = 1, WAIT_USER = 0x80, ALPHABET = 0x01, IMEI = 0x01,
	RESET = 0x04, SOME = 0x01, ALL = 0x00, SECONDS = 0x01, MINUTES = 0x00,
	MINUTE = 60, HOUR = 3600, NAA_HIGH = 0x7FFF, NO_LIMIT = 255,
	LENGTHS = 2, TIME = 3 };

struct words {
	struct dmsc_session *s;
	size_t n;
	const char *const *args;
	struct dmsc_buf *rest;		/* objects for the command */
	uint8_t details[3];
	unsigned to;
};

static int
usage(struct words *w, const char *why)
{
	dmsc_fail(&w->s->err, DMSC_E_USAGE, "the command's values are wrong");
	(void)dmsc_err_why(&w->s->err, "%s", why);
	return dmsc_err_next(&w->s->err, "help card push");
}

static int
number(struct words *w, size_t i, uint64_t max, uint64_t *out,
    const char *why)
{
	return i < w->n && dmsc_num(w->args[i], 10, max, out) == DMSC_E_OK ?
	    DMSC_E_OK : usage(w, why);
}

/* A path as the list of a REFRESH has it; aid gets its application's. */
static int
put_path(struct words *w, const char *text, struct dmsc_buf *paths,
    struct dmsc_buf *aid)
{
	struct dmsc_place p;
	size_t i;
	int r;

	if ((r = dmsc_place_parse(text, &p, &w->s->err)) != DMSC_E_OK ||
	    (r = dmsc_buf_u16(paths, 0x3F00)) != DMSC_E_OK)
		return r;
	if (p.aid_len > 0) {
		dmsc_buf_reset(aid);
		r = dmsc_buf_u16(paths, NAA_HIGH);
		if (r == DMSC_E_OK)
			r = dmsc_buf_put(aid, dmsc_rd_of(p.aid, p.aid_len));
	}
	for (i = 0; i < p.n && r == DMSC_E_OK; i++)
		r = dmsc_buf_u16(paths, p.fid[i]);
	return r;
}

/* No file: all files. */
static int
refresh(struct words *w, struct dmsc_buf *out)
{
	struct dmsc_buf *paths = dmsc_buf_new(CAT_APDU_MAX);
	struct dmsc_buf *aid = dmsc_buf_new(CAT_APDU_MAX);
	int r = paths == NULL || aid == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	size_t i;

	for (i = 0; i < w->n && r == DMSC_E_OK; i++)
		r = put_path(w, w->args[i], paths, aid);
	if (r == DMSC_E_OK)
		r = dmsc_cat_refresh(out, NUMBER, w->n > 0 ? SOME : ALL,
		    dmsc_buf_rd(paths), dmsc_buf_rd(aid));
	dmsc_buf_free(&paths);
	dmsc_buf_free(&aid);
	return r == DMSC_E_FORMAT || r == DMSC_E_LIMIT ? usage(w,
	    "the files are too many") : r;
}

/* The default alphabet, else 16 bits. */
static int
put_text(struct words *w, size_t i, unsigned tag)
{
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	struct dmsc_rd text;
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && i >= w->n)
		r = usage(w, "a text is missing");
	if (r == DMSC_E_OK) {
		text = dmsc_rd_str(w->args[i]);
		r = dmsc_cat_text_put(text, CAT_BYTES, b);
		if (r == DMSC_E_UNSUPPORTED) {
			dmsc_buf_reset(b);
			r = dmsc_cat_text_put(text, CAT_UCS2, b);
		}
	}
	if (r == DMSC_E_OK)
		r = dmsc_cat_put(w->rest, tag, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r == DMSC_E_FORMAT || r == DMSC_E_LIMIT ||
	    r == DMSC_E_UNSUPPORTED ? usage(w,
	    "the text is too long, or cannot be shown") : r;
}

static int
display(struct words *w)
{
	w->details[2] = WAIT_USER;
	w->to = CAT_DISPLAY;
	return w->n == 1 ? put_text(w, 0, CAT_T_TEXT) :
	    usage(w, "it takes one text");
}

static int
key(struct words *w)
{
	w->details[2] = ALPHABET;
	return w->n == 1 ? put_text(w, 0, CAT_T_TEXT) :
	    usage(w, "it takes one text");
}

/* TEXT [MIN [MAX [PRESET]]] */
static int
input(struct words *w)
{
	static const char why[] = "lengths are numbers up to 255";
	uint64_t min = 0, max = NO_LIMIT;
	uint8_t lengths[LENGTHS];
	int r;

	w->details[2] = ALPHABET;
	if ((r = put_text(w, 0, CAT_T_TEXT)) != DMSC_E_OK ||
	    (w->n > 1 && (r = number(w, 1, NO_LIMIT, &min, why)) !=
	    DMSC_E_OK) || (w->n > 2 && (r = number(w, 2, NO_LIMIT, &max,
	    why)) != DMSC_E_OK))
		return r;
	if (min > max || w->n > 4)
		return usage(w, "TEXT [MIN [MAX [PRESET]]]");
	lengths[0] = (uint8_t)min;
	lengths[1] = (uint8_t)max;
	r = dmsc_cat_put(w->rest, CAT_T_LENGTH, dmsc_rd_of(lengths,
	    sizeof lengths));
	return r == DMSC_E_OK && w->n == 4 ? put_text(w, 3, CAT_T_DEFAULT) :
	    r;
}

static int
interval(struct words *w)
{
	uint8_t d[2] = { SECONDS, 0 };
	uint64_t n;
	int r = number(w, 0, UINT8_MAX * (uint64_t)MINUTE, &n,
	    "it takes seconds");

	if (r != DMSC_E_OK)
		return r;
	if (n > UINT8_MAX) {
		d[0] = MINUTES;
		n /= MINUTE;
	}
	d[1] = (uint8_t)n;
	return dmsc_cat_put(w->rest, CAT_T_DURATION, dmsc_rd_of(d, sizeof d));
}

static int
event_list(struct words *w)
{
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK, e;
	size_t i;

	for (i = 0; i < w->n && r == DMSC_E_OK; i++) {
		e = dmsc_cat_event_of(w->args[i]);
		r = e < 0 ? usage(w, "no such event") :
		    dmsc_buf_u8(b, (unsigned)e);
	}
	if (r == DMSC_E_OK)
		r = dmsc_cat_put(w->rest, CAT_T_EVENTS, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

static uint8_t
swapped(uint64_t n)
{
	return (uint8_t)(n % 10 << 4 | n / 10 % 10);
}

/* Starts timer N for so many seconds. */
static int
timer(struct words *w)
{
	static const char why[] = "a timer of 1 to 8, and seconds";
	uint8_t time[TIME], id[1];
	uint64_t i = 0, n = 0;
	int r;

	if ((r = number(w, 0, CAT_TIMERS, &i, why)) != DMSC_E_OK ||
	    (r = number(w, 1, 24 * (uint64_t)HOUR - 1, &n, why)) != DMSC_E_OK)
		return r;
	id[0] = (uint8_t)i;
	time[0] = swapped(n / HOUR);
	time[1] = swapped(n / MINUTE % MINUTE);
	time[2] = swapped(n % MINUTE);
	r = dmsc_cat_put(w->rest, CAT_T_TIMER, dmsc_rd_of(id, sizeof id));
	return r != DMSC_E_OK ? r : dmsc_cat_put(w->rest, CAT_T_TIME,
	    dmsc_rd_of(time, sizeof time));
}

static int
values(struct words *w)
{
	static const struct {
		uint8_t type;
		int (*make)(struct words *w);
	} makers[] = {
		{ CAT_DISPLAY_TEXT, display }, { CAT_GET_INKEY, key },
		{ CAT_GET_INPUT, input }, { CAT_POLL_INTERVAL, interval },
		{ CAT_EVENT_LIST, event_list }, { CAT_TIMER, timer },
	};
	size_t i;

	for (i = 0; i < DMSC_COUNT(makers); i++)
		if (makers[i].type == w->details[1])
			return makers[i].make(w);
	return w->n == 0 ? DMSC_E_OK : usage(w, "it takes none");
}

int
dmsc_card_command(struct dmsc_session *s, const char *name, size_t n,
    const char *const *args, struct dmsc_buf *out)
{
	struct words w = { .s = s, .n = n, .args = args,
		.details = { NUMBER, 0, 0 }, .to = CAT_TERMINAL };
	bool reset = strcmp(name, "reset") == 0;
	int type = reset ? CAT_REFRESH : dmsc_cat_type_of(name);
	int r = DMSC_E_NOMEM;

	dmsc_err_clear(&s->err);
	if (type < 0) {
		dmsc_fail(&s->err, DMSC_E_NOTFOUND, "no such command");
		return dmsc_err_where(&s->err, "%s", name);
	}
	w.details[1] = (uint8_t)type;
	w.details[2] = reset ? RESET : type == CAT_LOCAL_INFO ? IMEI : 0;
	if (type == CAT_REFRESH && !reset)
		r = refresh(&w, out);
	else if ((w.rest = dmsc_buf_new(CAT_APDU_MAX)) != NULL &&
	    (r = values(&w)) == DMSC_E_OK)
		r = dmsc_cat_command(out, w.details, w.to,
		    dmsc_buf_rd(w.rest));
	dmsc_buf_free(&w.rest);
	if (r == DMSC_E_NOMEM)
		return dmsc_fail(&s->err, r, "out of memory");
	return r == DMSC_E_LIMIT ? usage(&w, "they are too long") : r;
}
