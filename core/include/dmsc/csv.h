/*
 * CSV files (RFC 4180): read row by row, in constant memory that is wiped.
 * The first row names the columns. Room base.
 */
#ifndef DMSC_CSV_H
#define DMSC_CSV_H

#include <dmsc/bytes.h>

enum { DMSC_CSV_COLUMNS = 256, DMSC_CSV_ROW = 65536 };	/* most */

struct dmsc_csv;

/*
 * Opens path and reads its first row. sep parts the cells, usually ','. A
 * mark of UTF-8 in front is passed over. IO; DATA with FILE:LINE:COLUMN: no
 * row, a column without a name, two of one name.
 */
int dmsc_csv_open(const char *path, char sep, struct dmsc_csv **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_csv_free(struct dmsc_csv **c);	/* wipes */
size_t dmsc_csv_columns(const struct dmsc_csv *c);
const char *dmsc_csv_name(const struct dmsc_csv *c, size_t column);
/* The column of this name: NOTFOUND. */
int dmsc_csv_find(const struct dmsc_csv *c, const char *name, size_t *out)
    DMSC_MUST_CHECK;

/*
 * The next row; *more false: there is none. Empty lines are passed over.
 * DATA with FILE:LINE:COLUMN for quotes out of place, a quote that never
 * ends, more or fewer cells than columns; LIMIT for a row above the most.
 * After a failure every call fails.
 */
int dmsc_csv_next(struct dmsc_csv *c, bool *more, struct dmsc_err *e)
    DMSC_MUST_CHECK;
/* A cell of the row that was read, valid until the next call; spaces are
 * part of it. */
struct dmsc_rd dmsc_csv_cell(const struct dmsc_csv *c, size_t column);
size_t dmsc_csv_line(const struct dmsc_csv *c);	/* where the row begins */
/* Starts a record of DATA about a cell: where is FILE:LINE:COLUMN, the text
 * is the reason; the content is never told. */
int dmsc_csv_fail(const struct dmsc_csv *c, size_t column,
    struct dmsc_err *e, const char *fmt, ...) DMSC_PRINTF(4, 5);

#endif
