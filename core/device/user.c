/* A server's questions to the device's user (device/user.h). */
#include "device/user.h"

#include "base/base.h"
#include "dm/dm.h"

enum { INPUT_MAX = 255, WORDS_MAX = 16384 };

static const char *
kind_of(unsigned alert)
{
	static const char *const kinds[] = { "display", "confirm", "input",
		"choice", "choices" };

	return kinds[alert - DMSC_ALERT_DISPLAY];
}

/* What is asked, choices numbered behind it. */
static const char *
words(const struct dmsc_dm_question *q, struct dmsc_buf *b)
{
	size_t i;
	int r = dmsc_buf_fmt(b, "%s", q->text);

	for (i = 0; r == DMSC_E_OK && i < q->n_choices; i++)
		r = dmsc_buf_fmt(b, "%s %zu %s", i == 0 ? ":" : ",", i + 1,
		    q->choices[i]);
	return r == DMSC_E_OK ? dmsc_buf_cstr(b) : NULL;
}

/* A text, a number, or numbers with '-' between them. */
static unsigned
type_in(struct dmsc_user *u, const struct dmsc_dm_question *q,
    struct dmsc_buf *text)
{
	const struct dmsc_input what = { .max = q->max_chars > 0 ?
	    q->max_chars : INPUT_MAX, .digits = q->alert ==
	    DMSC_ALERT_CHOICE || q->input == 'D' || q->input == 'T',
	    .hidden = q->hidden, .preset = q->preset };
	struct dmsc_buf *b = dmsc_buf_new(WORDS_MAX);
	const char *s = b == NULL ? NULL : words(q, b);
	int r = s == NULL || u->w->input == NULL ? DMSC_E_NOANSWER :
	    u->w->input(u->w->arg, s, &what, text);

	dmsc_buf_free(&b);
	if (r == DMSC_E_OK)
		return DMSC_DM_OK;
	u->unanswered += r == DMSC_E_NOANSWER;
	return r == DMSC_E_NOANSWER ? DMSC_DM_TIMED_OUT : DMSC_DM_CANCELLED;
}

static unsigned
answer_of(struct dmsc_user *u, const struct dmsc_dm_question *q,
    struct dmsc_buf *text)
{
	bool yes = u->w->confirm == DMSC_CONFIRM_YES;

	if (q->alert == DMSC_ALERT_DISPLAY)
		return DMSC_DM_OK;
	if (u->w->confirm == DMSC_CONFIRM_ASK) {
		if (q->alert != DMSC_ALERT_CONFIRM)
			return type_in(u, q, text);
		if (u->w->ask == NULL || u->w->ask(u->w->arg, q->text,
		    &yes) != DMSC_E_OK) {
			u->unanswered++;
			return DMSC_DM_TIMED_OUT;
		}
	}
	if (!yes)
		return q->alert == DMSC_ALERT_CONFIRM ? DMSC_DM_NO :
		    DMSC_DM_CANCELLED;
	if (q->alert == DMSC_ALERT_CONFIRM)
		return DMSC_DM_OK;
	return q->preset != NULL && dmsc_buf_str(text, q->preset) ==
	    DMSC_E_OK ? DMSC_DM_OK : DMSC_DM_CANCELLED;
}

unsigned
dmsc_user_asked(struct dmsc_user *u, const struct dmsc_dm_question *q,
    struct dmsc_buf *text)
{
	struct dmsc_talk_question *row = dmsc_list_add(u->rows, u->n_rows,
	    sizeof *row);

	if (row == NULL || dmsc_str_set(&row->kind, "%s",
	    kind_of(q->alert)) != DMSC_E_OK ||
	    dmsc_str_set(&row->text, "%s", q->text) != DMSC_E_OK)
		return DMSC_DM_FAILED;
	return row->status = answer_of(u, q, text);
}
