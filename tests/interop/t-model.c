/*
 * Models of readers beside the readers themselves: of each sample card a
 * model says of each document whether the reader finds it, and the reader's
 * own sequence of APDUs, played on that card, finds the same.
 */
#include <unistd.h>

#include "codec/lwm2m.h"
#include "device/model.h"
#include "interop/profile.h"
#include "device/play.h"
#include "store/cards.h"
#include "store/lint.h"

enum { DIR_SIZE = 400, DOC_SIZE = 200 };

#define ARF_OID "2A864886FC6B81480101"
struct sample {
	const char *name;
	const char *profile;	/* or the files: */
	const char *odf, *dir, *second;	/* hex */
	bool bare;
	/* which models find the LwM2M document (first letters, in order of
	 * the table: nrf91, anjay, android, opensc, strict), "-" not */
	const char *want;
};

/* Entries for the file 6432, made by hand. */
#define P "30040402" "6432"
#define OID_DO(oid) "A125 3000 3011 0C0F4C774D324D20426F6F747374726170 A10E " \
	"300C " oid P
#define PLAIN "0604672B0901"
#define OPAQUE(p) "302A 3011 0C0F4C774D324D20426F6F747374726170 300D " \
	"0C054C774D324D 0604672B0901 A106 " p
#define TWICE "A127300030110C0F4C774D324D20426F6F747374726170A110300E0606" \
	"0604672B0901300404026432"
#define ARF "A12B3000300F0C0D4750205345204163632043746CA1163014060C060A2A86" \
	"4886FC6B814801013004040242" "00"
#define ONE "A706300404026430"
/* Another document's oidDO, of 36 bytes. */
#define OTHER(f) "A12230090C034D44780302064030050C034D4478A10E300C0604672B" \
	"0701300404024D" f

static const struct sample samples[] = {
	{ "the demo card", "demo", NULL, NULL, NULL, false, "yyyyy" },
	{ "the field card", "field", NULL, NULL, NULL, false, "" },
	{ "wrapped twice, oidDO alone", NULL, ONE, TWICE, NULL, false,
	    "y----" },
	{ "clean oidDO alone", NULL, ONE, OID_DO(PLAIN), NULL, false,
	    "yyy-y" },
	{ "opaqueDO alone", NULL, ONE, OPAQUE(P), NULL, false, "---y-" },
	{ "both, opaqueDO first", NULL, ONE, OPAQUE(P) OID_DO(PLAIN), NULL,
	    false, "yy-yy" },
	{ "both, oidDO first", NULL, ONE, OID_DO(PLAIN) OPAQUE(P), NULL,
	    false, "yyy-y" },
	{ "a long directory", NULL, ONE, OTHER("10") OTHER("12") OTHER("14")
	    OID_DO(PLAIN), NULL, false, "-yy-y" },
	{ "a long directory, stopped", NULL, ONE, OID_DO(PLAIN) OTHER("10")
	    "FF" OTHER("12") OTHER("14") OTHER("16"), NULL, false,
	    "yyy-y" },
	{ "a very long directory", NULL, ONE, OTHER("10") OTHER("12")
	    OTHER("14") OTHER("16") OTHER("18") OTHER("1A") OTHER("1C")
	    OID_DO(PLAIN), NULL, false, "-y--y" },
	{ "absolute paths", NULL, ONE, "A129 3000 3011 0C0F4C774D324D20426F"
	    "6F747374726170 A112 3010 0604672B0901 3008 0406 3F007F506432",
	    "302E 3011 0C0F4C774D324D20426F6F747374726170 300D "
	    "0C054C774D324D 0604672B0901 A10A 3008 0406 3F007F506432",
	    false, "-y-yy" },
	{ "paths from 7FFF", NULL, ONE, "A127 3000 3011 0C0F4C774D324D20426F"
	    "6F747374726170 A110 300E 0604672B0901 3006 0404 7FFF6432", NULL,
	    false, "-y--y" },
	{ "a range in a path", NULL, ONE, "A12C 3000 3011 0C0F4C774D324D2042"
	    "6F6F747374726170 A115 3013 0604672B0901 300B 04026432 020100 "
	    "80020060", NULL, false, "yy--y" },
	{ "access rules first", NULL, ONE, ARF OID_DO(PLAIN), NULL, false,
	    "yyy-y" },
	{ "the ODF begins with another", NULL, "A806300404024401" ONE,
	    OID_DO(PLAIN), NULL, false, "yy--y" },
	{ "without the file's header", NULL, ONE, OID_DO(PLAIN), NULL, true,
	    "y-y--" },
	{ "two of one identifier", NULL, ONE, "A125 3000 3011 0C0F4C774D324D"
	    "20426F6F747374726171 A10E 300C 0604672B0901 300404026434"
	    OID_DO(PLAIN), NULL, false, "y----" },
};

static void
file_hex(struct dmsc_card *c, unsigned fid, size_t size, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);

	put_hex(b, hex);
	card_file(c, fid, 2, size, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
}

static struct dmsc_card *
make(const struct sample *s)
{
	static const char text[] = "{\"0\":{\"0\":{\"0\":\"coaps://l.example"
	    "\",\"1\":true,\"2\":0,\"3\":{\"text\":\"i\"},\"5\":{\"text\":"
	    "\"0123456789abcdef\"}}}}";
	static const struct step end[] = {
		{ "00A4000C023F00", "9000" }, { "00440000023F00", "9000" } };
	const uint64_t seed = 7;
	struct dmsc_buf *data = dmsc_buf_new(LAB_MAX);
	struct dmsc_tree *t = dmsc_tree_new(LAB_MAX);
	struct dmsc_card *c = NULL;
	bool good = dmsc_card_blank(NULL, &seed, &c, NULL) == DMSC_E_OK &&
	    lab_run(c, cards_mf, DMSC_COUNT(cards_mf)) &&
	    lab_run(c, cards_p15, DMSC_COUNT(cards_p15)) &&
	    strcmp(lab_send(c, "+ 82027821 83027F50 840C" AID15 " 8B032F0601 "
	    "C60C 9001E0 830101 83010A 830181"), "9000") == 0 &&
	    dmsc_lwm2m_read_json(dmsc_rd_str(text), t, NULL) == DMSC_E_OK &&
	    dmsc_lwm2m_write(t, dmsc_rd_of(NULL, 0), data, NULL) ==
	    DMSC_E_OK;

	file_hex(c, 0x5031, 48, s->odf);
	file_hex(c, 0x5032, 8, "3006020100030100");
	if (s->second != NULL) {
		if (strcmp(lab_send(c, "00A4000C025031"), "9000") != 0 ||
		    strcmp(lab_send(c, "00D6000810A706300404026431"
		    "FFFFFFFFFFFFFFFF"), "9000") != 0)
			printf("# the ODF cannot be written\n");
		file_hex(c, 0x6431, DIR_SIZE, s->second);
	}
	file_hex(c, 0x6430, DIR_SIZE, s->dir);
	file_hex(c, 0x4200, 18, "30100408010203040506070830040402" "4300");
	card_file(c, 0x6432, 2, DOC_SIZE, s->bare ? dmsc_rd_slice(
	    dmsc_buf_rd(data), 12, data->len) : dmsc_buf_rd(data));
	card_file(c, 0x6434, 2, DOC_SIZE, dmsc_buf_rd(data));
	if (!good || !lab_run(c, end, 2))
		printf("# the card cannot be made\n");
	dmsc_tree_free(&t);
	dmsc_buf_free(&data);
	return c;
}

/* The reader of model m looks for a document: its sequence is played. */
static bool
play(struct dmsc_link *l, const char *m, const struct dmsc_raw_doc *d,
    struct dmsc_play_found *f)
{
	bool arf = strcmp(d->kind, "arf") == 0;
	struct dmsc_buf *b = dmsc_buf_new(64);
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	char hex[64] = "";
	bool found = false;

	if (dmsc_link_reset(l, true, atr, NULL) != DMSC_E_OK)
		printf("# no reset\n");
	if (d->oid != NULL && dmsc_oid_put(b, d->oid) == DMSC_E_OK)
		(void)dmsc_hex(dmsc_buf_rd(b), hex, sizeof hex);
	if (arf && strcmp(m, "android") == 0)
		(void)snprintf(hex, sizeof hex, "060A" ARF_OID);
	if (strcmp(m, "nrf91") == 0)
		found = dmsc_play_nordic(l, hex, f);
	else if (strcmp(m, "android") == 0)
		found = dmsc_play_android(l, hex, f);
	else if (strcmp(m, "opensc") == 0)
		found = dmsc_play_opensc(l, hex, false, f);
	else
		found = dmsc_play_letter(l, hex, strcmp(m, "strict") == 0,
		    true, f);
	dmsc_buf_free(&b);
	dmsc_buf_free(&atr);
	return found;
}

/* Of each document: the model and the reader agree. */
static void
compare(struct host *h, const struct sample *s, const struct dmsc_model *m,
    const struct dmsc_raw *raw, const struct dmsc_lint *l)
{
	struct dmsc_play_found f;
	char name[160];
	bool found;
	size_t i;

	for (i = 0; i < raw->n_docs; i++) {
		const struct dmsc_raw_doc *d = &raw->docs[i];

		/* OpenSC by its identifier finds the first of them. */
		if (d->is_private || d->oid == NULL)
			continue;
		found = play(&h->link, m->name, d, &f) && f.fid == d->fid;
		(void)snprintf(name, sizeof name, "%s: %s %s /%s", s->name,
		    m->name, found ? "finds" : "misses", d->name);
		if (!ok(found == l->seen[i].found, name))
			printf("# the model: %s; the reader gave up at %s\n",
			    l->seen[i].why != NULL ? l->seen[i].why :
			    "found", f.why != NULL ? f.why : "nothing");
		else if (found)
			ok(f.bytes != NULL && f.bytes->len >=
			    l->seen[i].bytes && l->seen[i].bytes > 0,
			    "it reads as much");
		dmsc_play_clear(&f);
	}
}

/* Which LwM2M document of the sample the model finds: 6432, or the demo's. */
static bool
as_wanted(const struct sample *s, size_t nth, const struct dmsc_raw *raw,
    const struct dmsc_lint *l)
{
	bool found = false;
	size_t i;

	if (*s->want == '\0')
		return true;
	for (i = 0; i < raw->n_docs; i++)
		if (strcmp(raw->docs[i].kind, "lwm2m") == 0 &&
		    raw->docs[i].fid != 0x6434)
			found = l->seen[i].found;
	return found == (s->want[nth] == 'y');
}

static void
try(const struct sample *s, const char *dir)
{
	struct dmsc_raw *raw = NULL;
	const struct dmsc_model *m;
	struct dmsc_lint *l;
	struct host h;
	char name[120];
	size_t i;

	for (i = 0; (m = dmsc_model_at(i)) != NULL; i++) {
		host_over(&h, s->profile != NULL ? of_profile(s->profile,
		    dir) : make(s), &spy_ops, dir);
		l = NULL;
		(void)snprintf(name, sizeof name, "%s, %s", s->name, m->name);
		if (ok(dmsc_store_lint(h.st, "/", &l) == DMSC_E_OK &&
		    dmsc_store_raw(h.st, &raw) == DMSC_E_OK &&
		    dmsc_model_judge(m, raw, l) == DMSC_E_OK, name)) {
			ok(as_wanted(s, i, raw, l), name);
			ok(s->profile == NULL || l->errors + l->warnings == 0,
			    "a clean card has no fault");
			compare(&h, s, m, raw, l);
		} else
			say(&h.e);
		dmsc_view_free(&dmsc_lint_view, l);
		dmsc_raw_free(&raw);
		host_free(&h);
	}
}

int
main(void)
{
	char dir[64];
	size_t i;

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	ok(dmsc_model_find("nrf91") != NULL && dmsc_model_find("x") == NULL,
	    "models by name");
	for (i = 0; i < DMSC_COUNT(samples); i++)
		try(&samples[i], dir);
	clean(dir);
	return tap_done();
}
