/* Words as options and arguments, by the rows of a descriptor. */
#include "impl.h"

#include <stdlib.h>
#include <string.h>

struct parse {
	const struct sh_rows *rows;
	char **argv;
	int argc, i;
	struct sh_args *out;
	struct dmsc_err *e;
};

static const struct sh_opt *
by_name(const struct sh_opt *o, const char *name, size_t n)
{
	for (; o != NULL && o->name != NULL; o++)
		if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

static const struct sh_opt *
by_letter(const struct sh_opt *o, char c)
{
	for (; o != NULL && o->name != NULL; o++)
		if (o->letter == c)
			return o;
	return NULL;
}

static bool
optional(const struct sh_opt *row)
{
	return row->arg != NULL && row->arg[0] == '[';
}

static void
keep(struct parse *p, const struct sh_opt *row, const char *value, bool common)
{
	struct sh_set *s = &p->out->set[p->out->n_set++];

	s->row = row;
	s->value = value;
	s->common = common;
}

static int
lacks(struct parse *p, const struct sh_opt *row)
{
	return dmsc_fail(p->e, DMSC_E_USAGE, "option --%s needs %s", row->name,
	    row->arg);
}

static int
long_option(struct parse *p, const char *word)
{
	const char *eq = strchr(word, '=');
	size_t n = eq != NULL ? (size_t)(eq - word) : strlen(word);
	const struct sh_opt *row = by_name(p->rows->own, word, n);
	bool common = row == NULL;
	const char *value = eq != NULL ? eq + 1 : NULL;

	if (common)
		row = by_name(p->rows->common, word, n);
	if (row == NULL)
		return dmsc_fail(p->e, DMSC_E_USAGE, "unknown option --%.*s",
		    (int)n, word);
	if (row->arg == NULL && eq != NULL)
		return dmsc_fail(p->e, DMSC_E_USAGE,
		    "option --%s takes no value", row->name);
	if (row->arg != NULL && !optional(row) && value == NULL) {
		if (p->i >= p->argc)
			return lacks(p, row);
		value = p->argv[p->i++];
	}
	keep(p, row, value, common);
	return DMSC_E_OK;
}

/* A word of one-letter options: "-jn", "-rsim", "-r" "sim". */
static int
letters(struct parse *p, const char *c)
{
	for (; *c != '\0'; c++) {
		const struct sh_opt *row = by_letter(p->rows->own, *c);
		bool common = row == NULL;

		if (common)
			row = by_letter(p->rows->common, *c);
		if (row == NULL)
			return dmsc_fail(p->e, DMSC_E_USAGE,
			    "unknown option -%c", *c);
		if (row->arg == NULL || optional(row)) {
			keep(p, row, NULL, common);
			continue;
		}
		if (c[1] == '\0' && p->i >= p->argc)
			return lacks(p, row);
		keep(p, row, c[1] != '\0' ? c + 1 : p->argv[p->i++], common);
		break;
	}
	return DMSC_E_OK;
}

/* A negative number is an argument. */
static bool
is_option(const char *w)
{
	return w[0] == '-' && w[1] != '\0' && !(w[1] >= '0' && w[1] <= '9');
}

/* Options and arguments in any order, until "--". */
static int
parse_all(struct parse *p)
{
	int r = DMSC_E_OK;

	while (r == DMSC_E_OK && p->i < p->argc) {
		const char *w = p->argv[p->i];

		if (!is_option(w)) {
			if (p->rows->stop)
				return DMSC_E_OK;
			p->out->pos[p->out->n_pos++] = w;
			p->i++;
			continue;
		}
		p->i++;
		if (strcmp(w, "--") == 0)
			break;
		r = w[1] == '-' ? long_option(p, w + 2) : letters(p, w + 1);
	}
	while (r == DMSC_E_OK && p->i < p->argc && !p->rows->stop)
		p->out->pos[p->out->n_pos++] = p->argv[p->i++];
	return r;
}

int
sh_args_parse(const struct sh_rows *rows, int argc, char **argv,
    struct sh_args *out, struct dmsc_err *e)
{
	struct parse p = { rows, argv, argc, 0, out, e };
	size_t sets = 0;
	int i, r;

	for (i = 0; i < argc; i++)	/* at most one a letter */
		sets += strlen(argv[i]);
	memset(out, 0, sizeof *out);
	out->pos = calloc((size_t)argc + 1, sizeof *out->pos);
	out->set = calloc(sets + 1, sizeof *out->set);
	if (out->pos == NULL || out->set == NULL) {
		sh_args_free(out);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	if ((r = parse_all(&p)) != DMSC_E_OK)
		sh_args_free(out);
	else
		out->used = p.i;
	return r;
}

void
sh_args_free(struct sh_args *a)
{
	free(a->pos);
	free(a->set);
	memset(a, 0, sizeof *a);
}

int
sh_argc(const struct sh_args *a)
{
	return a->n_pos;
}

const char *
sh_arg(const struct sh_args *a, int i)
{
	return i >= 0 && i < a->n_pos ? a->pos[i] : NULL;
}

static const struct sh_set *
find_set(const struct sh_args *a, const char *opt)
{
	int i;

	for (i = a->n_set; i-- > 0;)
		if (!a->set[i].common && strcmp(a->set[i].row->name, opt) == 0)
			return &a->set[i];
	return NULL;
}

bool
sh_has(const struct sh_args *a, const char *opt)
{
	return find_set(a, opt) != NULL;
}

const char *
sh_opt(const struct sh_args *a, const char *opt)
{
	const struct sh_set *s = find_set(a, opt);

	return s != NULL ? s->value : NULL;
}

const char *
sh_opt_at(const struct sh_args *a, const char *opt, int i)
{
	int j;

	for (j = 0; j < a->n_set; j++)
		if (!a->set[j].common &&
		    strcmp(a->set[j].row->name, opt) == 0 && i-- == 0)
			return a->set[j].value;
	return NULL;
}

const struct sh_opt *
sh_opt_given(const struct sh_args *a, int i, const char **value)
{
	int j;

	for (j = 0; j < a->n_set; j++)
		if (!a->set[j].common && i-- == 0) {
			*value = a->set[j].value;
			return a->set[j].row;
		}
	return NULL;
}
