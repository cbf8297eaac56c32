/* Aligned output: tables, key and value, hex dumps, one-line values. */
#include "tools.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2, KEY_WIDTH = 14, DUMP_ROW = 16 };

struct sh_table {
	unsigned cols;
	char **cells;
	size_t n_cells;
	bool heads;
	bool broken;	/* no memory: nothing is printed */
};

/* Columns of a UTF-8 text, one a character. */
static size_t
width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

struct sh_table *
sh_table_new(unsigned cols, const char *const *heads)
{
	struct sh_table *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->cols = cols;
	if (heads != NULL) {
		t->heads = true;
		sh_table_row(t, heads);
	}
	return t;
}

void
sh_table_row(struct sh_table *t, const char *const *cells)
{
	unsigned i;

	for (i = 0; t != NULL && i < t->cols; i++)
		if (dmsc_strs_add(&t->cells, &t->n_cells, "%s",
		    cells[i] != NULL ? cells[i] : "-") != DMSC_E_OK)
			t->broken = true;
}

static void
print_row(struct sh *sh, const struct sh_table *t, size_t row,
    const size_t *widths)
{
	unsigned i, last = t->cols;

	/* No blanks at the end of a line. */
	while (last > 1 && t->cells[row + last - 1][0] == '\0')
		last--;
	for (i = 0; i < last; i++) {
		const char *s = t->cells[row + i];
		size_t pad = i + 1 < last ? widths[i] + GAP - width(s) : 0;

		sh_print(sh, "%s%*s", s, (int)pad, "");
	}
	sh_print(sh, "\n");
}

void
sh_table_print(struct sh *sh, struct sh_table **t)
{
	size_t widths[SH_COLS_MAX] = { 0 }, i, w;

	if (*t == NULL)
		return;
	for (i = 0; i < (*t)->n_cells && !(*t)->broken; i++)
		if ((w = width((*t)->cells[i])) > widths[i % (*t)->cols])
			widths[i % (*t)->cols] = w;
	for (i = 0; i < (*t)->n_cells && !(*t)->broken; i += (*t)->cols) {
		bool head = (*t)->heads && i == 0;

		if (head && (*t)->n_cells == (*t)->cols)
			break;
		sh_print(sh, "%s", head ? sh_style(sh, SH_DIM) : "");
		print_row(sh, *t, i, widths);
		sh_print(sh, "%s", head ? sh_style(sh, SH_PLAIN) : "");
	}
	for (i = 0; i < (*t)->n_cells; i++)
		free((*t)->cells[i]);
	free((*t)->cells);
	free(*t);
	*t = NULL;
}

void
sh_kv(struct sh *sh, const char *key, const char *value)
{
	int pad = KEY_WIDTH - (int)width(key) - 1;

	if (value != NULL && *value != '\0')
		sh_print(sh, "%s:%*s%s\n", key, pad > 1 ? pad : 1, "", value);
}

void
sh_item(struct sh *sh, const char *text)
{
	sh_print(sh, "  %s\n", text);
}

static void
dump_row(struct sh *sh, struct dmsc_rd r, size_t at)
{
	size_t i;

	sh_print(sh, "%06zx ", at);
	for (i = 0; i < DUMP_ROW; i++)
		if (i < r.left)
			sh_print(sh, "%s%02x", i % 8 == 0 ? "  " : " ",
			    r.p[i]);
		else
			sh_print(sh, "%s", i % 8 == 0 ? "    " : "   ");
	sh_print(sh, "  |");
	for (i = 0; i < r.left; i++)
		sh_print(sh, "%c", r.p[i] >= 0x20 && r.p[i] < 0x7F ?
		    r.p[i] : '.');
	sh_print(sh, "|\n");
}

void
sh_hexdump(struct sh *sh, struct dmsc_rd r)
{
	size_t at;

	for (at = 0; at < r.left; at += DUMP_ROW)
		dump_row(sh, dmsc_rd_slice(r, at, DUMP_ROW), at);
}

/* The bytes of one UTF-8 character at p, 0 where it is none. */
static size_t
utf8_char(struct dmsc_rd r, size_t at)
{
	uint8_t c = r.p[at];
	size_t i, n = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 :
	    c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;

	if (n == 0 || r.left - at < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((r.p[at + i] & 0xC0) != 0x80)
			return 0;
	return n;
}

bool
sh_is_text(struct dmsc_rd r)
{
	size_t at, n;

	for (at = 0; at < r.left; at += n) {
		if ((n = utf8_char(r, at)) == 0)
			return false;
		if (n == 1 && (r.p[at] < 0x20 || r.p[at] == 0x7F) &&
		    memchr("\t\r\n", r.p[at], 3) == NULL)
			return false;
		/* U+0080 to U+009F steer terminals too. */
		if (n == 2 && r.p[at] == 0xC2 && r.p[at + 1] < 0xA0)
			return false;
	}
	return true;
}

static void
one_line(struct dmsc_rd r, char *out, size_t max)
{
	size_t at, n, len = 0;

	for (at = 0; at < r.left; at += n) {
		n = utf8_char(r, at);
		if (len + n > max)
			break;
		memcpy(out + len, r.p + at, n);
		if (n == 1 && r.p[at] < 0x20)
			out[len] = ' ';
		len += n;
	}
	(void)snprintf(out + len, sizeof "...", "%s",
	    at < r.left ? "..." : "");
}

void
sh_print_bytes(struct sh *sh, struct dmsc_rd v, bool hex, bool raw)
{
	FILE *f = sh_stdout(sh);

	if (raw) {
		(void)fwrite(v.p, 1, v.left, f);
		return;
	}
	if (hex || !sh_is_text(v)) {
		sh_hexdump(sh, v);
		return;
	}
	(void)fwrite(v.p, 1, v.left, f);
	if (v.left == 0 || v.p[v.left - 1] != '\n')
		(void)fputc('\n', f);
}

char *
sh_value(struct dmsc_rd r, char *out, size_t size)
{
	if (sh_is_text(r))
		one_line(r, out, size - sizeof "...");
	else if (r.left * 2 + sizeof "hex:" > size) {
		(void)snprintf(out, size, "hex:");
		(void)dmsc_hex(dmsc_rd_slice(r, 0,
		    (size - sizeof "hex:...") / 2), out + 4, size - 4);
		(void)snprintf(out + strlen(out), sizeof "...", "...");
	} else {
		(void)snprintf(out, size, "hex:");
		(void)dmsc_hex(r, out + 4, size - 4);
	}
	return out;
}

char *
sh_value_of(bool secret, struct dmsc_rd r, char *out, size_t size)
{
	if (r.left == 0 || !secret)
		return sh_value(r, out, size);
	(void)snprintf(out, size, "** (%zu byte%s)", r.left, sh_s(r.left));
	return out;
}
