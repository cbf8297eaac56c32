/* Views: making and freeing of described structs (dmsc/view.h). */
#include <dmsc/view.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
dmsc_view_new(const struct dmsc_view *v)
{
	return calloc(1, v->size);
}

static size_t
count_of(const struct dmsc_field *f, const void *obj)
{
	size_t n;

	memcpy(&n, (const char *)obj + f->count_off, sizeof n);
	return n;
}

static void
clear_field(const struct dmsc_field *f, void *obj)
{
	void *at = (char *)obj + f->off;
	size_t i, n;

	switch (f->kind) {
	case DMSC_K_STR:
		free(*(char **)at);
		break;
	case DMSC_K_BYTES:
		dmsc_buf_free((struct dmsc_buf **)at);
		break;
	case DMSC_K_STRS:
		n = count_of(f, obj);
		for (i = 0; i < n; i++)
			free((*(char ***)at)[i]);
		free(*(char ***)at);
		break;
	case DMSC_K_LIST:
		n = count_of(f, obj);
		for (i = 0; i < n; i++)
			dmsc_view_clear(f->sub,
			    *(char **)at + i * f->sub->size);
		free(*(void **)at);
		break;
	case DMSC_K_SUB:
		dmsc_view_free(f->sub, *(void **)at);
		break;
	default:
		break;
	}
}

void
dmsc_view_clear(const struct dmsc_view *v, void *obj)
{
	const struct dmsc_field *f;

	if (obj == NULL)
		return;
	for (f = v->fields; f->name != NULL; f++)
		clear_field(f, obj);
	memset(obj, 0, v->size);
}

void
dmsc_view_free(const struct dmsc_view *v, void *obj)
{
	dmsc_view_clear(v, obj);
	free(obj);
}

void *
dmsc_list_add(void *arr, size_t *count, size_t size)
{
	void *old, *p;

	memcpy(&old, arr, sizeof old);
	/* Grow at powers of two: the count alone tells the capacity. */
	if ((*count & (*count - 1)) == 0) {
		size_t cap = *count == 0 ? 1 : *count * 2;

		if (cap > SIZE_MAX / size ||
		    (p = realloc(old, cap * size)) == NULL)
			return NULL;
		memcpy(arr, &p, sizeof p);
		old = p;
	}
	p = (char *)old + *count * size;
	memset(p, 0, size);
	(*count)++;
	return p;
}

static char *
vformat(const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || (s = malloc((size_t)n + 1)) == NULL)
		return NULL;
	(void)vsnprintf(s, (size_t)n + 1, fmt, ap);
	return s;
}

int
dmsc_str_set(char **dst, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	if (s == NULL)
		return DMSC_E_NOMEM;
	free(*dst);
	*dst = s;
	return DMSC_E_OK;
}

int
dmsc_strs_add(char ***arr, size_t *count, const char *fmt, ...)
{
	va_list ap;
	char **slot, *s;

	va_start(ap, fmt);
	s = vformat(fmt, ap);
	va_end(ap);
	if (s == NULL)
		return DMSC_E_NOMEM;
	if ((slot = dmsc_list_add(arr, count, sizeof *slot)) == NULL) {
		free(s);
		return DMSC_E_NOMEM;
	}
	*slot = s;
	return DMSC_E_OK;
}
