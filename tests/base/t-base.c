/* base: views, buffers, hex, numbers, UTF-8, secrets, errors, view lists. */
#include <string.h>

#include <dmsc/secret.h>
#include <dmsc/view.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"
#include "tap.h"

static void
test_rd(void)
{
	static const uint8_t p[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct dmsc_rd r = dmsc_rd_of(p, sizeof p), sub;
	uint8_t a;
	uint16_t b;
	uint32_t c;

	ok(dmsc_rd_u8(&r, &a) == DMSC_E_OK && a == 1, "u8");
	ok(dmsc_rd_u16(&r, &b) == DMSC_E_OK && b == 0x0203, "u16");
	ok(dmsc_rd_u24(&r, &c) == DMSC_E_OK && c == 0x040506, "u24");
	ok(dmsc_rd_u32(&r, &c) == DMSC_E_SHORT && r.left == 3,
	    "a short read moves nothing");
	ok(dmsc_rd_take(&r, 4, &sub) == DMSC_E_SHORT, "take too much");
	ok(dmsc_rd_slice(r, 2, 9).left == 1 && dmsc_rd_slice(r, 7, 1).left == 0,
	    "slices are cut to what there is");
}

static void
test_buf(void)
{
	struct dmsc_buf *b = dmsc_buf_new(200);
	int i, r = DMSC_E_OK;

	for (i = 0; i < 200 && r == DMSC_E_OK; i++)
		r = dmsc_buf_u8(b, (unsigned)i);
	ok(r == DMSC_E_OK && b->len == 200, "grows to its maximum");
	ok(dmsc_buf_u8(b, 0) == DMSC_E_LIMIT && b->len == 200,
	    "and not beyond");
	dmsc_buf_reset(b);
	ok(dmsc_buf_fmt(b, "%d-%s", 7, "x") == DMSC_E_OK &&
	    strcmp(dmsc_buf_cstr(b), "7-x") == 0, "fmt and cstr");
	ok(dmsc_buf_insert(b, 1, dmsc_rd_str("ab")) == DMSC_E_OK &&
	    strcmp(dmsc_buf_cstr(b), "7ab-x") == 0, "insert");
	dmsc_buf_free(&b);
	ok(b == NULL, "free sets NULL");
}

static const struct {
	const char *name, *text;
	int want;
	size_t len;
} hexes[] = {
	{ "hex plain", "00ff1A", DMSC_E_OK, 3 },
	{ "hex blanks", "00 ff:1A\n", DMSC_E_OK, 3 },
	{ "hex half a byte", "00f", DMSC_E_SHORT, 0 },
	{ "hex no digit", "0g", DMSC_E_FORMAT, 0 },
	{ "hex empty", "", DMSC_E_OK, 0 },
};

static const struct {
	const char *name, *text;
	uint64_t max;
	int want;
	uint64_t v;
} numbers[] = {
	{ "number", "255", 255, DMSC_E_OK, 255 },
	{ "number above max", "256", 255, DMSC_E_LIMIT, 0 },
	{ "number overflow", "18446744073709551616", UINT64_MAX,
	    DMSC_E_LIMIT, 0 },
	{ "number empty", "", 9, DMSC_E_FORMAT, 0 },
	{ "number with a tail", "1x", 99, DMSC_E_FORMAT, 0 },
	{ "number with a sign", "-1", 99, DMSC_E_FORMAT, 0 },
};

static const struct {
	const char *name, *text;
	bool want;
} texts[] = {
	{ "ascii is text", "abc\n", true },
	{ "utf-8 is text", "\xC3\xA9\xF0\x9F\x98\x80", true },
	{ "a control byte is not", "a\x01", false },
	{ "an overlong form is not", "\xC0\xAF", false },
	{ "a surrogate is not", "\xED\xA0\x80", false },
	{ "a cut sequence is not", "\xE2\x82", false },
};

static void
test_tables(void)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(hexes); i++) {
		struct dmsc_buf *b = dmsc_buf_new(16);

		ok(dmsc_hex_get(hexes[i].text, b) == hexes[i].want &&
		    b->len == hexes[i].len, hexes[i].name);
		dmsc_buf_free(&b);
	}
	for (i = 0; i < DMSC_COUNT(numbers); i++) {
		uint64_t v = 0;

		ok(dmsc_num(numbers[i].text, 10, numbers[i].max, &v) ==
		    numbers[i].want && (numbers[i].want != DMSC_E_OK ||
		    v == numbers[i].v), numbers[i].name);
	}
	for (i = 0; i < DMSC_COUNT(texts); i++)
		ok(dmsc_is_text(dmsc_rd_str(texts[i].text)) == texts[i].want,
		    texts[i].name);
}

static const struct {
	const char *name, *content;
	bool pin;
	int want;
	size_t len;
} secrets[] = {
	{ "digits are a PIN", "1234\n", true, DMSC_E_OK, 4 },
	{ "digits are no key", "1234", false, DMSC_E_DATA, 0 },
	{ "hex", "hex:44444444\r\n", false, DMSC_E_OK, 4 },
	{ "ascii keeps blanks", "ascii: a ", false, DMSC_E_OK, 3 },
	{ "bad hex", "hex:4", false, DMSC_E_DATA, 0 },
	{ "empty PIN", "", true, DMSC_E_DATA, 0 },
};

static void
test_secrets(void)
{
	struct dmsc_secret *s = NULL;
	struct dmsc_err e = { 0 };
	size_t i;

	for (i = 0; i < DMSC_COUNT(secrets); i++) {
		int r = dmsc_secret_parse(dmsc_rd_str(secrets[i].content),
		    secrets[i].pin, &s, &e);

		ok(r == secrets[i].want && (r != DMSC_E_OK ||
		    s->len == secrets[i].len), secrets[i].name);
		dmsc_secret_free(&s);
	}
	ok(dmsc_same(dmsc_rd_str("ab"), dmsc_rd_str("ab")) &&
	    !dmsc_same(dmsc_rd_str("ab"), dmsc_rd_str("ac")), "same");
}

static void
test_err(void)
{
	struct dmsc_err e;

	ok(dmsc_fail(&e, DMSC_E_AUTH, "cannot read '%s'", "x") == DMSC_E_AUTH &&
	    dmsc_err_why(&e, "why") == DMSC_E_AUTH &&
	    strcmp(e.message, "cannot read 'x'") == 0, "the record");
	ok(dmsc_fail(&e, DMSC_E_IO, "%s again", e.message) == DMSC_E_IO &&
	    strcmp(e.message, "cannot read 'x' again") == 0 && e.why[0] == '\0',
	    "a new record may quote the old one");
	ok(dmsc_e_exit(DMSC_E_AUTH) == 7 && dmsc_e_exit(-9999) ==
	    dmsc_e_exit(DMSC_E_INTERNAL), "exit statuses");
}

struct item {
	char *name;
	char **lines;
	size_t n_lines;
	struct dmsc_buf *bytes;
};
static const struct dmsc_field item_fields[] = {
	DMSC_F(item, name, DMSC_K_STR),
	DMSC_F_STRS(item, lines, n_lines),
	DMSC_F(item, bytes, DMSC_K_BYTES),
	DMSC_F_END
};
static const struct dmsc_view item_view = { "item", sizeof(struct item),
	item_fields };
struct list {
	struct item *items;
	size_t n_items;
};
static const struct dmsc_field list_fields[] = {
	DMSC_F_LIST(list, items, n_items, &item_view),
	DMSC_F_END
};
static const struct dmsc_view list_view = { "list", sizeof(struct list),
	list_fields };

static void
test_view(void)
{
	struct list *l = dmsc_view_new(&list_view);
	bool good = true;
	int i;

	for (i = 0; i < 100 && good; i++) {
		struct item *it = dmsc_list_add(&l->items, &l->n_items,
		    sizeof *it);

		good = it != NULL &&
		    dmsc_str_set(&it->name, "n%d", i) == DMSC_E_OK &&
		    dmsc_strs_add(&it->lines, &it->n_lines, "a") == DMSC_E_OK &&
		    dmsc_strs_add(&it->lines, &it->n_lines, "b") == DMSC_E_OK &&
		    (it->bytes = dmsc_buf_from(dmsc_rd_str("z"), 9)) != NULL;
	}
	ok(good && l->n_items == 100 && strcmp(l->items[99].name, "n99") == 0 &&
	    strcmp(l->items[50].lines[1], "b") == 0, "lists grow");
	dmsc_view_free(&list_view, l);
	dmsc_view_free(&list_view, NULL);
}

static void
test_file(void)
{
	char folder[TAP_FOLDER], path[96];
	struct dmsc_buf *b = NULL;
	struct dmsc_err e;

	if (!ok(tap_folder(folder), "a folder"))
		return;
	(void)snprintf(path, sizeof path, "%s/a/b", folder);
	ok(dmsc_file_mkdirs(path, &e) == DMSC_E_OK, "mkdirs");
	(void)snprintf(path, sizeof path, "%s/a/b/f", folder);
	ok(dmsc_file_slurp(path, 9, &b, &e) == DMSC_E_NOTFOUND && b == NULL,
	    "slurp of nothing");
	ok(dmsc_file_spit(path, dmsc_rd_str("one"), &e) == DMSC_E_OK &&
	    dmsc_file_append(path, dmsc_rd_str("two"), &e) == DMSC_E_OK &&
	    dmsc_file_slurp(path, 9, &b, &e) == DMSC_E_OK &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), "onetwo"), "spit, append, slurp");
	dmsc_buf_free(&b);
	ok(dmsc_file_slurp(path, 5, &b, &e) == DMSC_E_LIMIT,
	    "slurp is bounded");
	(void)remove(path);
	(void)snprintf(path, sizeof path, "%s/a/b", folder);
	(void)remove(path);
	(void)snprintf(path, sizeof path, "%s/a", folder);
	(void)remove(path);
	(void)remove(folder);
}

int
main(void)
{
	test_rd();
	test_buf();
	test_tables();
	test_secrets();
	test_err();
	test_view();
	test_file();
	return tap_done();
}
