/*
 * What the card shows to the user and asks of him (TS 102 223 clauses 6.4.1
 * to 6.4.3): the user's answer may be given beforehand (--yes, --no, a text).
 */
#include "device/toolkit.h"

#include <string.h>

#include "base/base.h"
#include "base/clock.h"

enum { WAIT_USER = 0x80, ALPHABET = 0x01, UNICODE = 0x02, YES_NO = 0x04,
	HIDDEN = 0x04, PACK = 0x08, TEXT_MAX = 4 * CAT_APDU_MAX,
	ANSWER_MAX = 239, ONE = 1 };

/* A text object as UTF-8 in out. DATA_UNKNOWN in *result, or NOMEM. */
static int
read_text(struct dmsc_toolkit_env *v, struct dmsc_rd value,
    struct dmsc_buf *out, unsigned *result)
{
	int r = dmsc_cat_text(value, out);

	if (r == DMSC_E_FORMAT)
		*result = CAT_DATA_UNKNOWN;
	else if (r != DMSC_E_OK || dmsc_buf_cstr(out) == NULL)
		return dmsc_toolkit_nomem(v);
	return DMSC_E_OK;
}

/* A yes or no from the options or the user. False: nobody answered. */
static bool
ask_yes(struct dmsc_toolkit_env *v, const char *question, bool *yes)
{
	uint64_t from = dmsc_now_us();
	bool answered;

	*yes = v->o->confirm == DMSC_CONFIRM_YES;
	if (v->o->confirm != DMSC_CONFIRM_ASK)
		return true;
	answered = v->ui.ask != NULL && v->ui.ask(v->ui.arg, question,
	    yes) == DMSC_E_OK;
	v->user_us += dmsc_now_us() - from;
	v->active = v->active || answered;
	return answered;
}

static void
display(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    const char *text, unsigned *result)
{
	bool yes;

	if ((c->details[2] & WAIT_USER) == 0)
		return;
	*result = !ask_yes(v, text, &yes) ? CAT_NO_ANSWER : yes ? CAT_DONE :
	    CAT_REFUSED;
}

static bool
is_digits(struct dmsc_rd text)
{
	size_t i;

	for (i = 0; i < text.left; i++)
		if (strchr("0123456789*#+", text.p[i]) == NULL ||
		    text.p[i] == '\0')
			return false;
	return true;
}

static bool
fits(struct dmsc_rd text, const struct dmsc_input *what)
{
	size_t n;

	return dmsc_cat_text_len(text, &n) == DMSC_E_OK && n >= what->min &&
	    n <= what->max && (!what->digits || is_digits(text));
}

/* The answer given beforehand, the preset one, or the user's. */
static bool
ask_text(struct dmsc_toolkit_env *v, const char *question,
    const struct dmsc_input *what, struct dmsc_buf *out)
{
	uint64_t from = dmsc_now_us();
	int r = DMSC_E_NOANSWER;

	if (v->o->answer != NULL)
		r = dmsc_buf_str(out, v->o->answer);
	else if (v->o->confirm == DMSC_CONFIRM_YES && what->preset != NULL)
		r = dmsc_buf_str(out, what->preset);
	else if (v->o->confirm == DMSC_CONFIRM_ASK && v->ui.input != NULL) {
		r = v->ui.input(v->ui.arg, question, what, out);
		v->active = v->active || r == DMSC_E_OK;
	}
	if (r == DMSC_E_OK && out->len == 0 && what->preset != NULL)
		r = dmsc_buf_str(out, what->preset);
	v->user_us += dmsc_now_us() - from;
	return r == DMSC_E_OK && fits(dmsc_buf_rd(out), what);
}

static unsigned
coding_of(const struct dmsc_cat_cmd *c)
{
	if ((c->details[2] & ALPHABET) != 0 && (c->details[2] & UNICODE) != 0)
		return CAT_UCS2;
	return c->details[1] == CAT_GET_INPUT && (c->details[2] & PACK) != 0 ?
	    CAT_PACKED : CAT_BYTES;
}

/* What was typed, as an object of the answer. */
static int
put_text(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    struct dmsc_rd text, struct dmsc_buf *extra, unsigned *result)
{
	struct dmsc_buf *b = dmsc_buf_new(ANSWER_MAX);
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_cat_text_put(text,
	    coding_of(c), b);

	if (r == DMSC_E_OK)
		r = dmsc_cat_put(extra, CAT_T_TEXT, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	if (r != DMSC_E_UNSUPPORTED && r != DMSC_E_LIMIT &&
	    r != DMSC_E_FORMAT)
		return r == DMSC_E_OK ? r : dmsc_toolkit_nomem(v);
	*result = CAT_NO_ANSWER;
	return DMSC_E_OK;
}

static int
typed(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    const char *question, const struct dmsc_input *what,
    struct dmsc_buf *extra, unsigned *result)
{
	struct dmsc_buf *answer = dmsc_buf_new(TEXT_MAX);
	int r = DMSC_E_OK;

	if (answer == NULL)
		return dmsc_toolkit_nomem(v);
	if (v->o->confirm == DMSC_CONFIRM_NO)
		*result = CAT_ENDED;
	else if (!ask_text(v, question, what, answer))
		*result = CAT_NO_ANSWER;
	else {
		v->hide = what->hidden;
		r = put_text(v, c, dmsc_buf_rd(answer), extra, result);
	}
	dmsc_buf_free(&answer);
	return r;
}

static int
key(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    const char *question, struct dmsc_buf *extra, unsigned *result)
{
	struct dmsc_input what = { .min = ONE, .max = ONE,
		.digits = (c->details[2] & ALPHABET) == 0 };
	uint8_t value[] = { CAT_BYTES, 0 };
	bool yes;

	if ((c->details[2] & YES_NO) == 0)
		return typed(v, c, question, &what, extra, result);
	if (!ask_yes(v, question, &yes)) {
		*result = CAT_NO_ANSWER;
		return DMSC_E_OK;
	}
	value[1] = yes;
	return dmsc_cat_put(extra, CAT_T_TEXT, dmsc_rd_of(value,
	    sizeof value)) == DMSC_E_OK ? DMSC_E_OK : dmsc_toolkit_nomem(v);
}

static int
input(struct dmsc_toolkit_env *v, const struct dmsc_cat_cmd *c,
    const char *question, struct dmsc_buf *extra, unsigned *result)
{
	struct dmsc_input what = {
		.digits = (c->details[2] & ALPHABET) == 0,
		.hidden = (c->details[2] & HIDDEN) != 0 };
	struct dmsc_buf *preset;
	struct dmsc_rd d;
	int r;

	/* More than an answer holds is as wrong as less than nothing. */
	if (dmsc_cat_find(c, CAT_T_LENGTH, &d) != DMSC_E_OK || d.left != 2 ||
	    d.p[0] > DMSC_MIN(d.p[1], (unsigned)ANSWER_MAX)) {
		*result = CAT_DATA_UNKNOWN;
		return DMSC_E_OK;
	}
	what.min = d.p[0];
	what.max = DMSC_MIN(d.p[1], (unsigned)ANSWER_MAX);
	if ((preset = dmsc_buf_new(TEXT_MAX)) == NULL)
		return dmsc_toolkit_nomem(v);
	r = dmsc_cat_find(c, CAT_T_DEFAULT, &d) != DMSC_E_OK ? DMSC_E_OK :
	    read_text(v, d, preset, result);
	if (r == DMSC_E_OK && *result == CAT_DONE) {
		what.preset = preset->len > 0 ? dmsc_buf_cstr(preset) : NULL;
		r = typed(v, c, question, &what, extra, result);
	}
	dmsc_buf_free(&preset);
	return r;
}

int
dmsc_toolkit_dialogue(struct dmsc_toolkit_env *v,
    const struct dmsc_cat_cmd *c, struct dmsc_event *ev,
    struct dmsc_buf *extra)
{
	struct dmsc_buf *text = dmsc_buf_new(TEXT_MAX);
	struct dmsc_rd value = { NULL, 0 };
	int r = DMSC_E_OK;

	if (text == NULL)
		return dmsc_toolkit_nomem(v);
	if (dmsc_cat_find(c, CAT_T_TEXT, &value) == DMSC_E_OK)
		r = read_text(v, value, text, &ev->result);
	if (r == DMSC_E_OK && ev->result == CAT_DONE) {
		if (dmsc_str_set(&ev->detail, "%s", dmsc_buf_cstr(text)) !=
		    DMSC_E_OK)
			r = dmsc_toolkit_nomem(v);
		else if (c->details[1] == CAT_DISPLAY_TEXT)
			display(v, c, ev->detail, &ev->result);
		else
			r = c->details[1] == CAT_GET_INKEY ?
			    key(v, c, ev->detail, extra, &ev->result) :
			    input(v, c, ev->detail, extra, &ev->result);
	}
	dmsc_buf_free(&text);
	return r;
}
