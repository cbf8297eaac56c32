/* The list of errors and the error record (dmsc/err.h). */
#include <dmsc/err.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

static const struct {
	int value;
	int status;
	const char *name;
	const char *text;
	const char *next;
} errors[] = {
#define ROW(name, value, status, text, next) \
	{ (value), (status), #name, (text), (next) },
	DMSC_ERRORS(ROW)
#undef ROW
};

static size_t
row_of(int code)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(errors); i++)
		if (errors[i].value == code)
			return i;
	return row_of(DMSC_E_INTERNAL);
}

const char *
dmsc_e_name(int code)
{
	return errors[row_of(code)].name;
}

const char *
dmsc_e_text(int code)
{
	return errors[row_of(code)].text;
}

const char *
dmsc_e_next(int code)
{
	return errors[row_of(code)].next;
}

int
dmsc_e_exit(int code)
{
	return errors[row_of(code)].status;
}

void
dmsc_err_clear(struct dmsc_err *e)
{
	if (e != NULL)
		memset(e, 0, sizeof *e);
}

int
dmsc_fail(struct dmsc_err *e, int code, const char *fmt, ...)
{
	struct dmsc_err fresh = { 0 };
	va_list ap;

	if (e == NULL)
		return code;
	/* Arguments may point into the old record: format before clearing. */
	fresh.code = code;
	va_start(ap, fmt);
	(void)vsnprintf(fresh.message, sizeof fresh.message, fmt, ap);
	va_end(ap);
	*e = fresh;
	return code;
}

/* By way of a copy: the arguments may point into the field itself. */
static void
set_text(char field[DMSC_ERR_TEXT], const char *fmt, va_list ap)
{
	char text[DMSC_ERR_TEXT];

	(void)vsnprintf(text, sizeof text, fmt, ap);
	memcpy(field, text, sizeof text);
}

int
dmsc_err_where(struct dmsc_err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return DMSC_E_INTERNAL;
	va_start(ap, fmt);
	set_text(e->where, fmt, ap);
	va_end(ap);
	return e->code;
}

int
dmsc_err_why(struct dmsc_err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return DMSC_E_INTERNAL;
	va_start(ap, fmt);
	set_text(e->why, fmt, ap);
	va_end(ap);
	return e->code;
}

int
dmsc_err_next(struct dmsc_err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return DMSC_E_INTERNAL;
	if (e->n_next < DMSC_ERR_NEXT) {
		va_start(ap, fmt);
		set_text(e->next[e->n_next++], fmt, ap);
		va_end(ap);
	}
	return e->code;
}

int
dmsc_err_sw(struct dmsc_err *e, unsigned sw)
{
	if (e == NULL)
		return DMSC_E_INTERNAL;
	e->sw = sw;
	return e->code;
}

size_t
dmsc_err_next_len(const char *next)
{
	const char *p = strstr(next, " (");
	size_t n = strlen(next);

	return p != NULL && n > 0 && next[n - 1] == ')' ? (size_t)(p - next) :
	    n;
}
