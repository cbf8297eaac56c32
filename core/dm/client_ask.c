/* Alerts that ask the user (SyncML DM 1.2; reference 5.3). */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "dm/client_in.h"

enum { OPTIONS_MAX = 2048, SECONDS_MAX = 86400, CHARS_MAX = 65535 };

/* '+' is a blank, %XX a byte; in place. False: half an escape. */
static bool
decode(char *s)
{
	char *to = s;
	int high, low;

	for (; *s != '\0'; s++) {
		if (*s != '%') {
			*to++ = *s == '+' ? ' ' : *s;
			continue;
		}
		if ((high = dmsc_digit(s[1])) < 0 ||
		    (low = dmsc_digit(s[2])) < 0 || (high | low) == 0)
			return false;
		*to++ = (char)(high << 4 | low);
		s += 2;
	}
	*to = '\0';
	return true;
}

static void
number(const char *value, uint64_t max, unsigned *out)
{
	uint64_t v;

	if (dmsc_num(value, 10, max, &v) == DMSC_E_OK && v > 0)
		*out = (unsigned)v;
}

/* One KEY=VAL; what is not known is passed over in silence. */
static void
option(struct dmsc_dm_question *q, char *key, char *value)
{
	if (!decode(value))
		return;
	if (strcmp(key, "MINDT") == 0)
		number(value, SECONDS_MAX, &q->min_s);
	else if (strcmp(key, "MAXDT") == 0)
		number(value, SECONDS_MAX, &q->max_s);
	else if (strcmp(key, "MAXLEN") == 0)
		number(value, CHARS_MAX, &q->max_chars);
	else if (strcmp(key, "DR") == 0 && q->alert != DMSC_ALERT_DISPLAY)
		q->preset = value;
	else if (strcmp(key, "IT") == 0 && strlen(value) == 1 &&
	    strchr("ANDTPI", value[0]) != NULL)
		q->input = value[0];
	else if (strcmp(key, "ET") == 0)
		q->hidden = strcmp(value, "P") == 0;
}

static void
options(struct dmsc_dm_question *q, char *text)
{
	char *part, *end, *eq;

	for (part = text; part != NULL; part = end) {
		if ((end = strchr(part, '&')) != NULL)
			*end++ = '\0';
		if ((eq = strchr(part, '=')) == NULL)
			continue;
		*eq = '\0';
		option(q, part, eq + 1);
	}
}

/* An Item's text as a string; NULL: no memory. */
static char *
text_of(const struct dmsc_item *it)
{
	return dmsc_strndup(it->data.set ? it->data.bytes :
	    dmsc_rd_str(""));
}

/* The numbers that were chosen exist, and are one or several as asked. */
static bool
is_choice(const struct dmsc_dm_question *q, struct dmsc_rd r)
{
	size_t n = 0, i, count = 0;

	for (i = 0; i <= r.left; i++) {
		if (i < r.left && r.p[i] >= '0' && r.p[i] <= '9' &&
		    n <= q->n_choices) {
			n = 10 * n + (size_t)(r.p[i] - '0');
			continue;
		}
		if ((i < r.left && r.p[i] != '-') || n == 0 ||
		    n > q->n_choices)
			return false;
		count++;
		n = 0;
	}
	return count == 1 || q->alert == DMSC_ALERT_CHOICES;
}

/* What was typed must be of the kind that was asked for. */
static bool
is_input(const struct dmsc_dm_question *q, struct dmsc_rd r)
{
	static const char *const allowed[] = { "N0123456789.-+",
		"D0123456789", "T0123456789", "P0123456789+pws",
		"I0123456789." };
	size_t i, k;

	if (!dmsc_is_utf8(r))
		return false;
	for (i = 0; i < DMSC_COUNT(allowed); i++)
		for (k = 0; q->input == allowed[i][0] && k < r.left; k++)
			if (r.p[k] == 0 || strchr(allowed[i] + 1,
			    r.p[k]) == NULL)
				return false;
	return true;
}

static unsigned
put_question(struct cl *s, const struct dmsc_dm_question *q)
{
	unsigned status = s->c->hooks.ask(s->c->hooks.ctx, q, s->typed);
	bool good = true;

	if (status != DMSC_DM_OK)
		dmsc_buf_reset(s->typed);
	else if (q->alert == DMSC_ALERT_INPUT)
		good = is_input(q, dmsc_buf_rd(s->typed));
	else if (q->alert > DMSC_ALERT_INPUT && s->typed->len > 0)
		good = is_choice(q, dmsc_buf_rd(s->typed));
	else if (q->alert == DMSC_ALERT_CHOICE)
		good = false;
	if (good)
		return status;
	dmsc_buf_reset(s->typed);
	return DMSC_DM_CANCELLED;
}

unsigned
dm_client_ask(struct cl *s, const struct dmsc_cmd *c, unsigned code)
{
	struct dmsc_dm_question q = { .alert = code, .input = 'A' };
	char *texts[DMSC_DM_CHOICES + 2] = { NULL };
	unsigned status = DMSC_DM_OK;
	size_t n = c->n_items, i;

	dmsc_buf_reset(s->typed);
	if (s->c->hooks.ask == NULL)
		return DMSC_DM_UNSUPPORTED;
	if (n < 2 || (code >= DMSC_ALERT_CHOICE && n < 3))
		return DMSC_DM_INCOMPLETE;
	if (n > DMSC_COUNT(texts) ||
	    c->items[0]->data.bytes.left > OPTIONS_MAX)
		return 416;
	for (i = 0; i < n && status == DMSC_DM_OK; i++)
		if ((texts[i] = text_of(c->items[i])) == NULL)
			status = DMSC_DM_FAILED;
		else if (!dmsc_is_utf8(dmsc_rd_str(texts[i])))
			status = DMSC_DM_BAD;
	if (status == DMSC_DM_OK) {
		options(&q, texts[0]);
		q.text = texts[1];
		if (code >= DMSC_ALERT_CHOICE) {
			q.choices = (const char *const *)texts + 2;
			q.n_choices = n - 2;
		}
		status = put_question(s, &q);
	}
	for (i = 0; i < n && i < DMSC_COUNT(texts); i++)
		free(texts[i]);
	return status;
}
