/* CSV files (dmsc/csv.h): what RFC 4180 allows, and each way to break it. */
#include <string.h>
#include <unistd.h>

#include <dmsc/csv.h>

#include "base/base.h"
#include "base/file.h"
#include "tap.h"

static char path[TAP_FOLDER + 16];

struct row {
	const char *name, *text;
	size_t len;		/* 0: strlen(text) */
	const char *want;	/* rows as "line:a|b;", or FILE:LINE:COLUMN */
	const char *why;	/* NULL: it is good */
	char sep;		/* 0: a comma */
};

static const struct row rows[] = {
	{ "two rows", "a,b\n1,2\n3,4\n", 0, "2:1|2;3:3|4;", NULL, 0 },
	{ "CR LF", "a,b\r\n1,2\r\n", 0, "2:1|2;", NULL, 0 },
	{ "no line end at the end", "a,b\n1,2", 0, "2:1|2;", NULL, 0 },
	{ "names alone", "a,b\n", 0, "", NULL, 0 },
	{ "names alone, no line end", "a,b", 0, "", NULL, 0 },
	{ "one column", "a\n1\n", 0, "2:1;", NULL, 0 },
	{ "empty cells", "a,b,c\n,,\n", 0, "2:||;", NULL, 0 },
	{ "empty cells at the end of the file", "a,b\n,", 0, "2:|;", NULL,
	    0 },
	{ "a quoted separator", "a,b\n\"1,2\",3\n", 0, "2:1,2|3;", NULL, 0 },
	{ "a quoted quote", "a,b\n\"1\"\"2\",3\n", 0, "2:1\"2|3;", NULL, 0 },
	{ "a quoted line end", "a,b\n\"1\n2\",3\n4,5\n", 0,
	    "2:1\n2|3;4:4|5;", NULL, 0 },
	{ "a quoted line end first", "a,b\n\"\n\",3\n4,5\n", 0,
	    "2:\n|3;4:4|5;", NULL, 0 },
	{ "an empty quoted cell", "a,b\n\"\",3\n", 0, "2:|3;", NULL, 0 },
	{ "spaces are kept", "a,b\n 1 ,\t2\n", 0, "2: 1 |\t2;", NULL, 0 },
	{ "empty lines are passed over", "a,b\n\n\n1,2\n\n3,4\n", 0,
	    "4:1|2;6:3|4;", NULL, 0 },
	{ "empty lines before the names", "\n\na,b\n1,2\n", 0, "4:1|2;",
	    NULL, 0 },
	{ "a mark of UTF-8", "\xEF\xBB\xBF" "a,b\n1,2\n", 0, "2:1|2;", NULL,
	    0 },
	{ "a semicolon", "a;b\n1,5;2\n", 0, "2:1,5|2;", NULL, ';' },
	{ "a tab", "a\tb\n1\t2\n", 0, "2:1|2;", NULL, '\t' },
	{ "a byte 00", "a,b\n1\0,2\n", 9, "2:1?|2;", NULL, 0 },
	{ "other bytes", "a,b\n\xFF\xFE,2\n", 0, "2:\xFF\xFE|2;", NULL, 0 },

	{ "nothing", "", 0, "1:1", "it is empty", 0 },
	{ "line ends alone", "\n\n", 0, "1:1", "it is empty", 0 },
	{ "a mark alone", "\xEF\xBB\xBF", 0, "1:1", "it is empty", 0 },
	{ "a column without a name", "a,,c\n1,2,3\n", 0, "1:3",
	    "has no name", 0 },
	{ "a name that is no text", "a,\x01\n1,2\n", 0, "1:3", "has no name",
	    0 },
	{ "two of a name", "a,b,a\n1,2,3\n", 0, "1:5", "this name", 0 },
	{ "a cell too few", "a,b\n1,2\n3\n", 0, "3:1", "1 cells", 0 },
	{ "a cell too many", "a,b\n1,2,3\n", 0, "2:5", "3 cells", 0 },
	{ "a quote inside", "a,b\n1\"2,3\n", 0, "2:2", "quote", 0 },
	{ "a quote behind", "a,b\n12\",3\n", 0, "2:3", "quote", 0 },
	{ "text behind a quote", "a,b\n\"1\"2,3\n", 0, "2:4", "quote", 0 },
	{ "a quote that never ends", "a,b\n1,\"2\n3,4\n", 0, "2:3",
	    "never closed", 0 },
	{ "a quote at the very end", "a,b\n1,\"", 0, "2:3", "never closed",
	    0 },
	{ "a name that never ends", "a,\"b", 0, "1:3", "never closed", 0 },
	{ "carriage returns alone", "a,b\r1,2\r", 0, "1:3",
	    "carriage return", 0 },
	{ "a wrong separator", "a;b\n1,2;3\n", 0, "2:3", "2 cells", 0 },
};

static bool
write_file(struct dmsc_rd text)
{
	struct dmsc_err e;

	return dmsc_file_spit(path, text, &e) == DMSC_E_OK;
}

/* All rows as one text; a failure as its place. */
static int
read_all(char sep, struct dmsc_buf *out, struct dmsc_err *e)
{
	struct dmsc_csv *c;
	size_t i, k;
	bool more;
	int r = dmsc_csv_open(path, sep, &c, e);

	while (r == DMSC_E_OK && (r = dmsc_csv_next(c, &more, e)) ==
	    DMSC_E_OK && more) {
		r = dmsc_buf_fmt(out, "%zu:", dmsc_csv_line(c));
		for (i = 0; r == DMSC_E_OK && i < dmsc_csv_columns(c); i++) {
			struct dmsc_rd cell = dmsc_csv_cell(c, i);

			r = i > 0 ? dmsc_buf_u8(out, '|') : r;
			for (k = 0; r == DMSC_E_OK && k < cell.left; k++)
				r = dmsc_buf_u8(out, cell.p[k] == 0 ? '?' :
				    cell.p[k]);
		}
		r = r == DMSC_E_OK ? dmsc_buf_u8(out, ';') : r;
	}
	dmsc_csv_free(&c);
	return r;
}

static void
one(const struct row *t)
{
	struct dmsc_buf *out = dmsc_buf_new(1 << 20);
	struct dmsc_err e = { 0 };
	char place[64];
	int r;

	if (!ok(out != NULL && write_file(dmsc_rd_of(t->text, t->len != 0 ?
	    t->len : strlen(t->text))), t->name))
		return;
	r = read_all(t->sep != 0 ? t->sep : ',', out, &e);
	if (t->why == NULL)
		ok(r == DMSC_E_OK && strcmp(dmsc_buf_cstr(out), t->want) == 0,
		    t->name);
	else {
		(void)snprintf(place, sizeof place, ".csv:%s", t->want);
		if (!ok(r == DMSC_E_DATA && e.code == r && strstr(e.why,
		    t->why) != NULL && strlen(e.where) > strlen(place) &&
		    strcmp(e.where + strlen(e.where) - strlen(place), place)
		    == 0, t->name))
			printf("# %s: %s\n", e.where, e.why);
	}
	dmsc_buf_free(&out);
}

/* Every truncation, every flipped bit: it returns. */
static void
mangle(const struct row *t)
{
	struct dmsc_buf *out = dmsc_buf_new(1 << 20);
	uint8_t text[64];
	size_t n = t->len != 0 ? t->len : strlen(t->text), i;
	struct dmsc_err e;
	bool good = true;

	for (i = 0; out != NULL && i <= n; i++) {
		good = good && write_file(dmsc_rd_of(t->text, i));
		dmsc_buf_reset(out);
		(void)(read_all(',', out, &e) == 0);
	}
	for (i = 0; out != NULL && i < 8 * n; i++) {
		memcpy(text, t->text, n);
		text[i / 8] ^= (uint8_t)(1u << i % 8);
		good = good && write_file(dmsc_rd_of(text, n));
		dmsc_buf_reset(out);
		(void)(read_all(',', out, &e) == 0);
	}
	ok(good && out != NULL, "cut and flipped");
	dmsc_buf_free(&out);
}

/* The most there may be, and one more. */
static int
big(size_t cells, size_t bytes)
{
	struct dmsc_buf *b = dmsc_buf_new(1 << 20), *out = dmsc_buf_new(
	    1 << 20);
	struct dmsc_err e = { 0 };
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < cells; i++)
		r = dmsc_buf_fmt(b, i > 0 ? ",c%zu" : "c%zu", i);
	if (r == DMSC_E_OK)
		r = dmsc_buf_str(b, "\n");
	if (r == DMSC_E_OK && bytes > 0)
		r = dmsc_buf_fill(b, 'x', bytes);
	if (r == DMSC_E_OK && write_file(dmsc_buf_rd(b)))
		r = read_all(',', out, &e);
	dmsc_buf_free(&b);
	dmsc_buf_free(&out);
	return r;
}

int
main(void)
{
	char folder[TAP_FOLDER];
	struct dmsc_err e = { 0 };
	struct dmsc_csv *c;
	size_t i;

	if (!tap_folder(folder))
		return 1;
	(void)snprintf(path, sizeof path, "%s/t.csv", folder);
	for (i = 0; i < DMSC_COUNT(rows); i++)
		one(&rows[i]);
	for (i = 0; i < DMSC_COUNT(rows); i += 5)
		mangle(&rows[i]);
	ok(big(DMSC_CSV_COLUMNS, 0) == DMSC_E_OK, "256 columns");
	ok(big(DMSC_CSV_COLUMNS + 1, 0) == DMSC_E_LIMIT, "257 columns");
	ok(big(1, DMSC_CSV_ROW) == DMSC_E_OK, "65536 bytes in a row");
	ok(big(1, DMSC_CSV_ROW + 1) == DMSC_E_LIMIT, "one byte more");
	ok(big(1, 1000000) == DMSC_E_LIMIT, "a line without an end");
	(void)unlink(path);
	ok(dmsc_csv_open(path, ',', &c, &e) == DMSC_E_IO && c == NULL,
	    "no file");
	ok(dmsc_csv_open(folder, ',', &c, &e) == DMSC_E_IO && c == NULL,
	    "a folder");
	(void)rmdir(folder);
	return tap_done();
}
