/*
 * Cards as other people make them, from rows of text: files of the PKCS#15
 * application with their bytes, written by a small assembler, so that no
 * encoder of ours has a hand in them.
 */
#ifndef DMSC_TESTS_STORE_FIELD_H
#define DMSC_TESTS_STORE_FIELD_H

#include "fuzz/world.h"

#include "store/cards.h"

enum { FIELD_FILES = 12 };

/*
 * files: "PLACE SIZE BYTES", PLACE a FID in the application ("6430"), below
 * another DF there ("7F10/6432", made on the way) or in the MF ("/6432"),
 * with ":3" for another rule of EF.ARR than 2; "!5031" in a second
 * application, 7F51, as all rows behind it; FF up to SIZE. BYTES: hex,
 * "30[ .. ]" a tag with its content, "'text'", "00*9" nine times, "~900" FF
 * up to 900 bytes, "@dm", "@dm2", "@lwm2m" documents.
 */
struct field_card {
	const char *name;
	const char *files[FIELD_FILES];
	const char *want;	/* what dmsc says of it */
	const char *writes;	/* what becomes of changes */
	const char *dir;	/* EF.DIR: records with '|' between, "T .."
				 * transparent, "" none, NULL the usual one */
	bool no_aid;		/* the DF has no name */
};

static inline void field_bytes(const char **s, struct dmsc_buf *b);

static inline void
field_check(int r)
{
	if (r != DMSC_E_OK)
		printf("# a row of a card cannot be built\n");
}

/* "[ .. ]" behind a tag. */
static inline void
field_nested(const char **s, struct dmsc_buf *b)
{
	struct dmsc_buf *in = dmsc_buf_new(LAB_MAX);

	(*s)++;
	field_bytes(s, in);
	*s += **s == ']';
	if (in->len >= 0x100)
		field_check(dmsc_buf_u8(b, 0x82));
	else if (in->len >= 0x80)
		field_check(dmsc_buf_u8(b, 0x81));
	if (in->len >= 0x100)
		field_check(dmsc_buf_u8(b, (unsigned)in->len >> 8));
	field_check(dmsc_buf_u8(b, (unsigned)in->len & 0xFF));
	field_check(dmsc_buf_put(b, dmsc_buf_rd(in)));
	dmsc_buf_free(&in);
}

/* The sample of a real card (an nRF91 modem's SIM). */
#define FIELD_LWM2M "00010036000000003108002EC80025636F61703A2F2F6C65" \
	"7368616E2E65636C6970736570726F6A656374732E696F3A35373833C10101" \
	"C10203FFFF"
static inline void
field_document(const char **s, struct dmsc_buf *b)
{
	struct dmsc_buf *doc = NULL;
	size_t n = strcspn(*s, " ]");

	if (strncmp(*s, "@lwm2m", n) == 0)
		put_hex(b, FIELD_LWM2M);
	else if (strncmp(*s, "@dm2", n) == 0 && n == 4)
		doc = message("AppA", "a second value");
	else
		doc = message("DMAcc", "com.example.operator");
	if (doc != NULL)
		field_check(dmsc_buf_put(b, dmsc_buf_rd(doc)));
	dmsc_buf_free(&doc);
	*s += n;
}

/* At most n digits; *s stands behind them. */
static inline unsigned
field_num(const char **s, unsigned base, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *d;
	unsigned v = 0;

	for (; n > 0 && **s != '\0' && (d = strchr(digits, **s)) != NULL &&
	    (unsigned)(d - digits) < base; (*s)++, n--)
		v = v * base + (unsigned)(d - digits);
	return v;
}

static inline void
field_bytes(const char **s, struct dmsc_buf *b)
{
	const char *end;

	while (**s != '\0' && **s != ']' && **s != '|') {
		if (**s == ' ')
			(*s)++;
		else if (**s == '[')
			field_nested(s, b);
		else if (**s == '@')
			field_document(s, b);
		else if (**s == '*') {
			(*s)++;
			field_check(dmsc_buf_fill(b, b->p[b->len - 1],
			    field_num(s, 10, 6) - 1));
		} else if (**s == '\'') {
			end = strchr(*s + 1, '\'');
			field_check(dmsc_buf_put(b, dmsc_rd_of(*s + 1,
			    (size_t)(end - *s) - 1)));
			*s = end + 1;
		} else if (**s == '~') {
			(*s)++;
			field_check(dmsc_buf_fill(b, 0xFF,
			    field_num(s, 10, 6) - b->len));
		} else if (strchr("0123456789ABCDEF", **s) != NULL)
			field_check(dmsc_buf_u8(b, field_num(s, 16, 2)));
		else {
			printf("# bad bytes: %s\n", *s);
			break;
		}
	}
}

static inline struct dmsc_buf *
field_asm(const char *text)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);

	field_bytes(&text, b);
	return b;
}

static inline void
field_send(struct dmsc_card *c, const char *text)
{
	const char *sw = lab_send(c, text);

	if (strcmp(sw, "9000") != 0)
		printf("# %s: %s\n", text, sw);
}

/* The file fid whose parent is the DF df (0: the MF). */
static inline struct dmsc_card_file *
field_find(struct dmsc_card *c, unsigned df, unsigned fid)
{
	size_t i;

	for (i = 0; i < c->n_files; i++)
		if (c->files[i].used && c->files[i].fid == fid &&
		    c->files[i].parent >= 0 &&
		    c->files[c->files[i].parent].fid == df)
			return &c->files[i];
	return NULL;
}

/* DF df below the application, made where it is not there. */
static inline void
field_df(struct dmsc_card *c, unsigned df)
{
	char text[64];

	(void)snprintf(text, sizeof text, "00A4000C02%04X", df);
	if (strcmp(lab_send(c, text), "9000") == 0)
		return;
	(void)snprintf(text, sizeof text, "+ 82027821 8302%04X 8B032F0601 "
	    "C609 9001C0 830101 83010A", df);
	field_send(c, text);
}

static inline void
field_file(struct dmsc_card *c, const char *row, unsigned app)
{
	const char *s;
	unsigned fid, df = app, rule = 2;
	struct dmsc_card_file *f;
	struct dmsc_buf *b;
	char text[96];
	size_t size;

	row += row[0] == '!';
	field_send(c, "00A4000C023F00");
	if (row[0] == '/')
		df = 0x3F00;
	(void)snprintf(text, sizeof text, "00A4000C02%04X", df);
	field_send(c, text);
	s = row + (row[0] == '/');
	fid = field_num(&s, 16, 4);
	if (*s == '/') {
		field_df(c, df = fid);
		s++;
		fid = field_num(&s, 16, 4);
	}
	if (*s == ':') {
		s++;
		rule = field_num(&s, 16, 2);
	}
	s += *s == ' ';
	size = field_num(&s, 10, 6);
	(void)snprintf(text, sizeof text, "+ 82024121 8302%04X 8A0105 "
	    "8B032F06%02X 8003%06zX 8800", fid, rule, size);
	field_send(c, text);
	b = field_asm(s);
	f = field_find(c, df, fid);
	if (f == NULL || b->len > size || !world_poke(c, f->data,
	    dmsc_buf_rd(b)))
		printf("# %s: no room for %zu bytes\n", row, b->len);
	dmsc_buf_free(&b);
}

static inline void
field_dir(struct dmsc_card *c, const char *dir)
{
	char text[400], hex[300];
	struct dmsc_buf *b;
	unsigned i;

	if (dir[0] == '\0')
		return;
	if (dir[0] == 'T') {
		field_file(c, "/2F00 96 ", 0x3F00);
		b = field_asm(dir + 1);
		if (!world_poke(c, world_file(c, 0x2F00)->data,
		    dmsc_buf_rd(b)))
			printf("# no EF.DIR\n");
		dmsc_buf_free(&b);
		return;
	}
	field_send(c, "00A4000C023F00");
	field_send(c, "+ 82054221002603 83022F00 8B032F0602 80020072 8801F0");
	for (i = 1; *dir != '\0'; i++) {
		b = dmsc_buf_new(LAB_MAX);
		field_bytes(&dir, b);
		dir += *dir == '|';
		field_check(dmsc_buf_fill(b, 0xFF, 38 - b->len));
		dmsc_hex(dmsc_buf_rd(b), hex, sizeof hex);
		(void)snprintf(text, sizeof text, "00DC%02X0426%s", i, hex);
		field_send(c, text);
		dmsc_buf_free(&b);
	}
}

/* A second application, 7F51; what follows stands there. */
static inline unsigned
field_app(struct dmsc_card *c, bool create)
{
	char text[128];

	(void)snprintf(text, sizeof text, "+ 82027821 83027F51 840D" AID15
	    "01 8B032F06%02X C609 9001C0 830101 83010A", create ? 1 : 4);
	field_send(c, "00A4000C023F00");
	field_send(c, text);
	return 0x7F51;
}

#define FIELD_DIR "61[4F[" AID15 "]50['PKCS#15']51[3F007F50]]"

/* create: the application's DF lets ADM1 make files. */
static inline struct dmsc_card *
field_build(const struct field_card *f, bool create)
{
	const uint64_t seed = 7;
	struct dmsc_card *c = NULL;
	unsigned app = 0x7F50;
	char df[160];
	size_t i;

	if (dmsc_card_blank(NULL, &seed, &c, NULL) != DMSC_E_OK)
		return NULL;
	for (i = 0; i < DMSC_COUNT(cards_mf); i++)
		if (strstr(cards_mf[i].in, "83022F00") == NULL &&
		    !lab_run(c, &cards_mf[i], 1))
			printf("# step %zu of the MF\n", i);
	field_dir(c, f->dir == NULL ? FIELD_DIR : f->dir);
	field_send(c, "00A4000C023F00");
	(void)snprintf(df, sizeof df, "+ 82027821 83027F50 %s 8B032F06%02X "
	    "C60C 9001E0 830101 83010A 830181", f->no_aid ? "" : "840C"
	    AID15, create ? 1 : 4);
	field_send(c, df);
	field_send(c, "00DA028113" PIN2468 "0301" PUK8 "0A");
	for (i = 0; i < FIELD_FILES && f->files[i] != NULL; i++)
		field_file(c, f->files[i], app = f->files[i][0] == '!' ?
		    field_app(c, create) : app);
	field_send(c, "00A4000C023F00");
	field_send(c, "00440000023F00");
	return c;
}

#endif
