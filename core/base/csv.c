/* CSV files (dmsc/csv.h, RFC 4180), by libcsv in its strict mode. */
#include <dmsc/csv.h>

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmsc/secret.h>

#include "base/text.h"

enum { IN_MAX = 65536, MARK = 3 };

struct cell {
	size_t at, len;		/* in row */
	size_t line, column;	/* where it begins, from 1 */
};

struct dmsc_csv {
	struct csv_parser parser;
	int fd;
	char sep;
	char *path;
	char *names[DMSC_CSV_COLUMNS];
	size_t n_names;
	struct dmsc_secret *in, *row;
	size_t pos;		/* in in */
	size_t line, column;	/* of the byte at pos */
	struct cell cells[DMSC_CSV_COLUMNS + 1];
	size_t n;		/* of this row; one more is begun */
	bool done;		/* the row is whole */
	bool end;		/* of the file */
	int failed;
};

/* Spaces are part of a cell (RFC 4180, 2.4). */
static int
no_space(unsigned char c)
{
	(void)c;
	return 0;
}

/* libcsv's buffer for a cell is made once, as large as a row may be. */
static void *
only_once(void *p, size_t n)
{
	return p == NULL ? malloc(n) : NULL;
}

static int
say(struct dmsc_csv *c, size_t line, size_t column, int code,
    struct dmsc_err *e)
{
	c->failed = code;
	(void)dmsc_fail(e, code, "the CSV file cannot be used");
	return dmsc_err_where(e, "%s:%zu:%zu", c->path, line, column);
}

static void
begin_cell(struct dmsc_csv *c)
{
	struct cell *cell = &c->cells[c->n];

	cell->at = c->row->len;
	cell->line = c->line;
	cell->column = c->column;
}

/* libcsv has a whole cell. */
static void
take_cell(void *p, size_t len, void *arg)
{
	struct dmsc_csv *c = arg;

	if (c->failed != 0)
		return;
	if (c->done)		/* a second row within one line */
		c->failed = DMSC_E_DATA;
	else if (c->n == DMSC_CSV_COLUMNS ||
	    len > c->row->cap - c->row->len)
		c->failed = DMSC_E_LIMIT;
	if (c->failed != 0)
		return;
	if (len > 0)
		memcpy(c->row->p + c->row->len, p, len);
	c->cells[c->n++].len = len;
	c->row->len += len;
}

static void
take_row(int end, void *arg)
{
	struct dmsc_csv *c = arg;

	(void)end;
	c->done = true;
}

static int
fill(struct dmsc_csv *c, struct dmsc_err *e)
{
	ssize_t n;

	do
		n = read(c->fd, c->in->p, c->in->cap);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		(void)say(c, c->line, c->column, DMSC_E_IO, e);
		return dmsc_err_why(e, "%s", strerror(errno));
	}
	c->pos = 0;
	c->in->len = (size_t)n;
	c->end = n == 0;
	return DMSC_E_OK;
}

/* Up to the next separator or line end, so that places are known. */
static size_t
piece(const struct dmsc_csv *c)
{
	const uint8_t *p = c->in->p + c->pos;
	size_t left = c->in->len - c->pos, n = 0;

	while (n < left && p[n] != '\n' && p[n] != (uint8_t)c->sep)
		n++;
	return n < left ? n + 1 : n;
}

/* What libcsv, or one of ours above, did not take. */
static int
refuse(struct dmsc_csv *c, size_t taken, struct dmsc_err *e)
{
	int error = csv_error(&c->parser);
	size_t column = c->column + (error == CSV_EPARSE ? taken : 0);

	if (error == CSV_ENOMEM && csv_get_buffer_size(&c->parser) == 0) {
		c->failed = DMSC_E_NOMEM;
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	if (error == CSV_ENOMEM || error == CSV_ETOOBIG ||
	    c->failed == DMSC_E_LIMIT) {
		(void)say(c, c->line, c->column, DMSC_E_LIMIT, e);
		return dmsc_err_why(e, "a row has %d cells and %d bytes at "
		    "most", DMSC_CSV_COLUMNS, DMSC_CSV_ROW);
	}
	(void)say(c, c->line, column, DMSC_E_DATA, e);
	return dmsc_err_why(e, error == CSV_EPARSE ? "a quote is out of "
	    "place" : "a carriage return stands alone");
}

static int
feed(struct dmsc_csv *c, struct dmsc_err *e)
{
	const uint8_t *p = c->in->p + c->pos;
	size_t n = piece(c), before = c->n, taken;
	bool line_end = p[n - 1] == '\n';

	taken = csv_parse(&c->parser, p, n, take_cell, take_row, c);
	if (taken != n || c->failed != 0)
		return refuse(c, taken, e);
	c->pos += n;
	c->column += n;
	if (line_end) {
		c->line++;
		c->column = 1;
	}
	if (c->n != before || (line_end && c->n == 0 &&
	    c->parser.quoted == 0))
		begin_cell(c);
	return DMSC_E_OK;
}

static int
finish(struct dmsc_csv *c, struct dmsc_err *e)
{
	if (csv_fini(&c->parser, take_cell, take_row, c) == 0 &&
	    c->failed == 0)
		return DMSC_E_OK;
	if (c->failed != 0 || csv_error(&c->parser) != CSV_EPARSE)
		return refuse(c, 0, e);
	(void)say(c, c->cells[c->n].line, c->cells[c->n].column,
	    DMSC_E_DATA, e);
	return dmsc_err_why(e, "a quote is never closed");
}

static int
read_row(struct dmsc_csv *c, bool *more, struct dmsc_err *e)
{
	int r = DMSC_E_OK;

	dmsc_wipe(c->row->p, c->row->len);
	c->row->len = 0;
	c->n = 0;
	c->done = false;
	begin_cell(c);
	while (r == DMSC_E_OK && !c->done && !c->end) {
		if (c->pos == c->in->len)
			r = fill(c, e);
		if (r == DMSC_E_OK && !c->end)
			r = feed(c, e);
	}
	if (r == DMSC_E_OK && !c->done)
		r = finish(c, e);
	*more = r == DMSC_E_OK && c->done;
	return r;
}

int
dmsc_csv_next(struct dmsc_csv *c, bool *more, struct dmsc_err *e)
{
	const struct cell *odd;
	int r;

	*more = false;
	if (c->failed != 0)
		return dmsc_fail(e, c->failed, "the CSV file cannot be used");
	if ((r = read_row(c, more, e)) != DMSC_E_OK || !*more ||
	    c->n == c->n_names)
		return r;
	*more = false;
	odd = &c->cells[c->n > c->n_names ? c->n_names : c->n - 1];
	(void)say(c, odd->line, odd->column, DMSC_E_DATA, e);
	return dmsc_err_why(e, "the row has %zu cells, the first row names "
	    "%zu", c->n, c->n_names);
}

/* The cells of the first row are names, each its own. */
static int
take_names(struct dmsc_csv *c, struct dmsc_err *e)
{
	size_t i, other;

	for (i = 0; i < c->n; i++) {
		struct dmsc_rd name = dmsc_csv_cell(c, i);

		if (name.left == 0 || !dmsc_is_text(name))
			return dmsc_csv_fail(c, i, e,
			    "a column has no name");
		if ((c->names[i] = dmsc_strndup(name)) == NULL)
			return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
		c->n_names++;
		if (dmsc_csv_find(c, c->names[i], &other) == DMSC_E_OK &&
		    other != i)
			return dmsc_csv_fail(c, i, e,
			    "two columns have this name");
	}
	return DMSC_E_OK;
}

static int
skip_mark(struct dmsc_csv *c, struct dmsc_err *e)
{
	static const uint8_t mark[MARK] = { 0xEF, 0xBB, 0xBF };
	int r = fill(c, e);

	if (r == DMSC_E_OK && c->in->len >= MARK &&
	    memcmp(c->in->p, mark, MARK) == 0)
		c->pos = MARK;
	return r;
}

static int
start(struct dmsc_csv *c, struct dmsc_err *e)
{
	bool more;
	int r = skip_mark(c, e);

	if (r == DMSC_E_OK && (r = read_row(c, &more, e)) == DMSC_E_OK &&
	    !more) {
		(void)say(c, 1, 1, DMSC_E_DATA, e);
		return dmsc_err_why(e, "it is empty: the first row names the "
		    "columns");
	}
	return r == DMSC_E_OK ? take_names(c, e) : r;
}

static int
open_file(struct dmsc_csv *c, const char *path, struct dmsc_err *e)
{
	if ((c->fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_IO, "cannot open the CSV file");
	(void)dmsc_err_where(e, "%s", path);
	return dmsc_err_why(e, "%s", strerror(errno));
}

static int
prepare(struct dmsc_csv *c, const char *path, char sep)
{
	if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return DMSC_E_NOMEM;
	csv_set_delim(&c->parser, (unsigned char)sep);
	csv_set_space_func(&c->parser, no_space);
	csv_set_blk_size(&c->parser, DMSC_CSV_ROW + 1);
	csv_set_realloc_func(&c->parser, only_once);
	c->sep = sep;
	c->line = c->column = 1;
	c->path = strdup(path);
	c->in = dmsc_secret_new(IN_MAX);
	c->row = dmsc_secret_new(DMSC_CSV_ROW);
	return c->path != NULL && c->in != NULL && c->row != NULL ?
	    DMSC_E_OK : DMSC_E_NOMEM;
}

int
dmsc_csv_open(const char *path, char sep, struct dmsc_csv **out,
    struct dmsc_err *e)
{
	struct dmsc_csv *c = calloc(1, sizeof *c);
	int r;

	*out = NULL;
	if (c == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	c->fd = -1;
	if (prepare(c, path, sep) != DMSC_E_OK)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	else if ((r = open_file(c, path, e)) == DMSC_E_OK)
		r = start(c, e);
	if (r != DMSC_E_OK)
		dmsc_csv_free(&c);
	*out = c;
	return r;
}

void
dmsc_csv_free(struct dmsc_csv **cp)
{
	struct dmsc_csv *c = *cp;
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n_names; i++)
		free(c->names[i]);
	if (c->parser.entry_buf != NULL)
		dmsc_wipe(c->parser.entry_buf, c->parser.entry_size);
	csv_free(&c->parser);
	dmsc_secret_free(&c->in);
	dmsc_secret_free(&c->row);
	free(c->path);
	if (c->fd >= 0)
		(void)close(c->fd);
	free(c);
	*cp = NULL;
}

size_t
dmsc_csv_columns(const struct dmsc_csv *c)
{
	return c->n_names;
}

const char *
dmsc_csv_name(const struct dmsc_csv *c, size_t column)
{
	return column < c->n_names ? c->names[column] : NULL;
}

int
dmsc_csv_find(const struct dmsc_csv *c, const char *name, size_t *out)
{
	size_t i;

	for (i = 0; i < c->n_names; i++)
		if (strcmp(c->names[i], name) == 0) {
			*out = i;
			return DMSC_E_OK;
		}
	return DMSC_E_NOTFOUND;
}

struct dmsc_rd
dmsc_csv_cell(const struct dmsc_csv *c, size_t column)
{
	if (column >= c->n)
		return dmsc_rd_of(NULL, 0);
	return dmsc_rd_of(c->row->p + c->cells[column].at,
	    c->cells[column].len);
}

size_t
dmsc_csv_line(const struct dmsc_csv *c)
{
	return c->cells[0].line;
}

int
dmsc_csv_fail(const struct dmsc_csv *c, size_t column, struct dmsc_err *e,
    const char *fmt, ...)
{
	char why[DMSC_ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	(void)dmsc_fail(e, DMSC_E_DATA, "the CSV file cannot be used");
	(void)dmsc_err_where(e, "%s:%zu:%zu", c->path,
	    c->cells[column < c->n ? column : 0].line,
	    c->cells[column < c->n ? column : 0].column);
	(void)dmsc_err_why(e, "%s", why);
	return DMSC_E_DATA;
}
