/* Cards with documents for the tests of the store, and a host over them. */
#ifndef DMSC_TESTS_STORE_CARDS_H
#define DMSC_TESTS_STORE_CARDS_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "card/lab.h"
#include "codec/codec.h"
#include "link/layers.h"
#include "pkcs15/pkcs15.h"
#include "store/store.h"

#include <dmsc/secret.h>

enum shape {
	PAIRS,		/* as dmsc makes cards: all in pairs */
	FIELD,		/* after issuance: no CREATE, Personal has no pair */
	LEGACY,		/* one DODF 6430, one document 6432 */
	LEGACY_FIELD,	/* the same, and no CREATE */
	RULES_ONLY,	/* Android's access rules, nothing else */
	NO_P15		/* a UICC without PKCS#15 */
};

/* EF.ARR: 1 DF by ADM1; 2 read always, update ADM1; 3 read PIN 81, update
 * ADM1; 4 DF, CREATE and DELETE never. */
static const struct step cards_mf[] = {
	{ "+ 82027821 83023F00 8B032F0601 C60C 9001E0 830101 83010A 830181",
	    "9000" },
	{ "+ 8205422100300A 83022F06 8B032F0602 800201E0 880130", "9000" },
	{ "=01 80017E A40683010A950108", "9000" },
	{ "=02 8001019000 800102A40683010A950108 800118A40683010A950108",
	    "9000" },
	{ "=03 800101A406830181950108 800102A40683010A950108", "9000" },
	{ "=04 8001069700 8001409700", "9000" },
	{ "+ 82054221002603 83022F00 8B032F0602 80020072 8801F0", "9000" },
	{ "00DA01020A 988812010000500180F4", "9000" },
	{ "+ 82024121 83022FE2 8B032F0602 8002000A 880110", "9000" },
	{ "00DA020113" PIN1234 "0303" PUK8 "0A", "9000" },
	{ "00DA020A0A" ADM "0A01", "9000" },
};
static const struct step cards_p15[] = {
	{ "00A4000C022F00", "9000" },
	{ "00DC010426 611D4F0C" AID15 "5007504B4353233135 51043F007F50"
	    "FFFFFFFFFFFFFF", "9000" },
	{ "00A4000C023F00", "9000" },
};

static inline void
card_file(struct dmsc_card *c, unsigned fid, unsigned rule, size_t size,
    struct dmsc_rd bytes)
{
	char text[128];
	struct dmsc_buf *hex = dmsc_buf_new(LAB_MAX);
	size_t at = 0, n;

	(void)snprintf(text, sizeof text,
	    "+ 82024121 8302%04X 8A0105 8B032F06%02X 8002%04zX 8800", fid,
	    rule, size);
	if (strcmp(lab_send(c, text), "9000") != 0)
		printf("# file %04X cannot be made\n", fid);
	for (; at < bytes.left; at += n) {
		n = DMSC_MIN((size_t)255, bytes.left - at);
		dmsc_buf_reset(hex);
		if (dmsc_buf_fmt(hex, "00D6%04zX%02zX", at, n) != DMSC_E_OK ||
		    dmsc_hex_put(hex, dmsc_rd_slice(bytes, at, n)) !=
		    DMSC_E_OK ||
		    strcmp(lab_send(c, dmsc_buf_cstr(hex)), "9000") != 0)
			printf("# file %04X cannot be written\n", fid);
	}
	dmsc_buf_free(&hex);
}

static inline void
path_to(struct dmsc_p15_path *p, unsigned fid)
{
	memset(p, 0, sizeof *p);
	p->path[0] = (uint8_t)(fid >> 8);
	p->path[1] = (uint8_t)fid;
	p->len = 2;
}

static inline void
entry(struct dmsc_buf *b, unsigned tag, const char *label, const char *oid,
    unsigned fid, bool is_private)
{
	char l[64], o[64], app[] = "DM Bootstrap";
	struct dmsc_dodf_entry e = { .choice = (uint8_t)tag,
	    .understood = true, .label = l, .app_name = app,
	    .has_flags = true, .is_private = is_private, .modifiable = true,
	    .has_path = true };

	(void)snprintf(l, sizeof l, "%s", label);
	(void)snprintf(o, sizeof o, "%s", oid);
	if (tag == DMSC_DO_OID)
		e.oid = o;
	else
		e.app_oid = o;
	if (is_private) {
		e.auth_id[0] = 1;
		e.auth_id_len = 1;
	}
	path_to(&e.path, fid);
	if (dmsc_dodf_put(b, &e) != DMSC_E_OK)
		printf("# an entry cannot be written\n");
}

/* Android's access rules, in a form that we do not write ourselves. */
static const char arf_entry[] =
    "A129 3000 300F0C0D476F6F676C6520506C61796572 A114 3012 "
    "060A2A864886FC6B81480101 300404024200";

static inline void
put_hex(struct dmsc_buf *b, const char *hex)
{
	if (dmsc_hex_get(hex, b) != DMSC_E_OK)
		printf("# bad hex\n");
}

/* A document with a value of some length. */
static inline struct dmsc_buf *
message(const char *mo, const char *value)
{
	struct dmsc_boot *boot = dmsc_boot_new();
	struct dmsc_tree *t = dmsc_tree_clone(dmsc_boot_tree(boot));
	struct dmsc_buf *b = dmsc_buf_new(DMSC_EF_MAX);
	struct dmsc_node *n;
	char uri[128];
	static const char *const leaves[] = { "ServerID", "Name", "AppID",
	    "AppAddr/1/Addr", "AppAuth/1/AAuthSecret" };
	size_t i;

	for (i = 0; i < DMSC_COUNT(leaves); i++) {
		(void)snprintf(uri, sizeof uri, "%s/opx/%s", mo, leaves[i]);
		if (dmsc_tree_add(t, uri, DMSC_FMT_CHR, NULL, dmsc_rd_str(
		    i == 0 ? value : leaves[i]), &n) != DMSC_E_OK)
			printf("# %s cannot be added\n", uri);
	}
	if (dmsc_boot_write(boot, t, b, NULL) != DMSC_E_OK)
		printf("# a document cannot be written\n");
	dmsc_tree_free(&t);
	dmsc_boot_free(&boot);
	return b;
}

static inline void
put_aodf(struct dmsc_buf *b)
{
	char label[] = "Personal PIN";
	struct dmsc_aodf_entry a = { .label = label, .auth_id = { 1 },
	    .auth_id_len = 1, .pin_ref = 0x81, .min_len = 4, .stored_len = 8,
	    .max_len = 8, .pad = 0xFF, .ascii = true };

	if (dmsc_aodf_put(b, &a) != DMSC_E_OK)
		printf("# the AODF cannot be written\n");
}

static inline void
put_odf(struct dmsc_buf *b, unsigned tag, unsigned fid)
{
	struct dmsc_p15_path p;

	path_to(&p, fid);
	if (dmsc_odf_put(b, tag, &p) != DMSC_E_OK)
		printf("# the ODF cannot be written\n");
}

/* ODF, two directories in pairs, OperatorX and Personal. */
static inline void
card_pairs(struct dmsc_card *c, enum shape shape)
{
	struct dmsc_buf *odf = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *one = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *two = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *aodf = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *x = message("DMAcc", "com.example.operator");
	struct dmsc_buf *y = message("AppA", "a private value");
	struct dmsc_rd none = dmsc_rd_of(NULL, 0);

	put_odf(odf, 0xA7, 0x4D00);
	put_odf(odf, 0xA7, 0x4D02);
	put_odf(odf, 0xA8, 0x4401);
	put_aodf(aodf);
	put_hex(one, arf_entry);
	entry(one, DMSC_DO_OID, "OperatorX", DMSC_OID_DM, 0x4D10, false);
	entry(one, DMSC_DO_OID, "Personal", DMSC_OID_DM, 0x4D12, true);
	entry(two, DMSC_DO_OPAQUE, "OperatorX", DMSC_OID_DM, 0x4D10, false);
	entry(two, DMSC_DO_OPAQUE, "Personal", DMSC_OID_DM, 0x4D12, true);
	entry(two, DMSC_DO_OID, "OperatorX", DMSC_OID_DM, 0x4D10, false);
	entry(two, DMSC_DO_OID, "Personal", DMSC_OID_DM, 0x4D12, true);
	card_file(c, 0x5031, 2, 48, dmsc_buf_rd(odf));
	dmsc_buf_reset(odf);
	put_hex(odf, "3006020100030100");
	card_file(c, 0x5032, 2, 8, dmsc_buf_rd(odf));
	card_file(c, 0x4401, 2, 64, dmsc_buf_rd(aodf));
	card_file(c, 0x4200, 2, 16, dmsc_rd_str("rules of Android"));
	card_file(c, 0x4D00, 2, 300, dmsc_buf_rd(one));
	card_file(c, 0x4D01, 2, 300, none);
	card_file(c, 0x4D02, 2, 400, dmsc_buf_rd(two));
	card_file(c, 0x4D03, 2, 400, none);
	card_file(c, 0x4D10, 2, 700, dmsc_buf_rd(x));
	card_file(c, 0x4D12, 3, 600, dmsc_buf_rd(y));
	if (shape != FIELD)
		card_file(c, 0x4D13, 3, 600, none);
	card_file(c, 0x4D11, 2, 700, none);
	dmsc_buf_free(&odf);
	dmsc_buf_free(&one);
	dmsc_buf_free(&two);
	dmsc_buf_free(&aodf);
	dmsc_buf_free(&x);
	dmsc_buf_free(&y);
}

/* One directory, a foreign entry before and after ours. */
static inline void
card_legacy(struct dmsc_card *c, bool document)
{
	struct dmsc_buf *odf = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *dir = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *x = message("DMAcc", "com.example.operator");

	put_odf(odf, 0xA7, 0x6430);
	put_odf(odf, 0xA5, 0x4404);
	put_hex(dir, arf_entry);
	if (document)
		put_hex(dir, "A1 27 3000 30110C0F444D20626F6F7473747261702078"
		    "78 A110 300E 0606 0604672B0701 3004 0402 6432");
	put_hex(dir, "BF 21 03 010203");
	card_file(c, 0x5031, 2, 32, dmsc_buf_rd(odf));
	card_file(c, 0x6430, 2, 200, dmsc_buf_rd(dir));
	card_file(c, 0x4200, 2, 16, dmsc_rd_str("rules of Android"));
	if (document)
		card_file(c, 0x6432, 2, 700, dmsc_buf_rd(x));
	dmsc_buf_free(&odf);
	dmsc_buf_free(&dir);
	dmsc_buf_free(&x);
}

static inline struct dmsc_card *
card_of(enum shape shape)
{
	static const struct step end[] = {
		{ "00A4000C023F00", "9000" }, { "00440000023F00", "9000" } };
	const uint64_t seed = 7;
	struct dmsc_card *c = NULL;
	char df[160];
	bool good = dmsc_card_blank(NULL, &seed, &c, NULL) == DMSC_E_OK &&
	    lab_run(c, cards_mf, DMSC_COUNT(cards_mf));

	(void)snprintf(df, sizeof df, "+ 82027821 83027F50 840C" AID15
	    " 8B032F06%02X C60C 9001E0 830101 83010A 830181",
	    shape == FIELD || shape == LEGACY_FIELD ? 4 : 1);
	if (good && shape != NO_P15)
		good = lab_run(c, cards_p15, DMSC_COUNT(cards_p15)) &&
		    strcmp(lab_send(c, df), "9000") == 0 &&
		    strcmp(lab_send(c, "00DA028113" PIN2468 "0301" PUK8 "0A"),
		    "9000") == 0;
	if (good && (shape == PAIRS || shape == FIELD))
		card_pairs(c, shape);
	else if (good && shape != NO_P15)
		card_legacy(c, shape != RULES_ONLY);
	if (!good || !lab_run(c, end, 2))
		printf("# the card cannot be made\n");
	return c;
}

/* What went to the card: the instruction and the length of the data. */
enum { SPY_MAX = 1024 };
struct spy {
	struct dmsc_link below;
	size_t n;
	uint8_t ins[SPY_MAX], lc[SPY_MAX];
};

static inline int
spy_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct spy *s = h;

	if (s->n < SPY_MAX) {
		s->ins[s->n] = cmd.p[1];
		s->lc[s->n++] = cmd.left > 5 ? cmd.p[4] : 0;
	}
	return dmsc_link_xfer(&s->below, cmd, rsp, e);
}

static inline int
spy_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	return dmsc_link_reset(&((struct spy *)h)->below, cold, atr, e);
}

static inline void
spy_close(void **h, bool reset_card)
{
	struct spy *s = *h;

	dmsc_link_close(&s->below, reset_card);
	*h = NULL;
}

static const struct dmsc_link_ops spy_ops = {
	.name = "spy", .reset = spy_reset, .xfer = spy_xfer,
	.close = spy_close
};

/* A host over a card, with a fault layer between. */
struct host {
	struct dmsc_card *card;
	struct spy spy;
	struct dmsc_link link;
	struct dmsc_err e;
	struct dmsc_uicc *u;
	struct dmsc_guard *g;
	struct dmsc_store *st;
	char dir[64];
	unsigned warnings;
	char warning[256];
};

static inline void
host_warn(void *arg, const char *text)
{
	struct host *h = arg;

	h->warnings++;
	(void)snprintf(h->warning, sizeof h->warning, "%s", text);
}

static inline void
host_up(struct host *h)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);

	dmsc_err_clear(&h->e);
	if (dmsc_link_reset(&h->link, true, atr, &h->e) != DMSC_E_OK)
		printf("# no reset: %s\n", h->e.message);
	h->u = dmsc_uicc_new(&h->link, &h->e, NULL);
	dmsc_uicc_atr(h->u, dmsc_buf_rd(atr));
	h->g = dmsc_guard_new(h->u, h->dir, &h->e);
	h->st = dmsc_store_new(h->u, h->g, h->dir, &h->e, host_warn, h);
	dmsc_buf_free(&atr);
}

static inline void
host_down(struct host *h)
{
	dmsc_store_free(&h->st);
	dmsc_guard_free(&h->g);
	dmsc_uicc_free(&h->u);
}

/* A host over c, which it closes; its link says all to ops. */
static inline void
host_over(struct host *h, struct dmsc_card *c,
    const struct dmsc_link_ops *ops, const char *dir)
{
	struct dmsc_link end = { ops, &h->spy };

	memset(h, 0, sizeof *h);
	(void)snprintf(h->dir, sizeof h->dir, "%s", dir);
	h->card = c;
	if (dmsc_card_end(&c, &h->spy.below) != DMSC_E_OK ||
	    dmsc_fault_over(&end, &h->link, &h->e) != DMSC_E_OK)
		printf("# no link\n");
	host_up(h);
}

static inline void
host_new(struct host *h, enum shape shape, const char *dir)
{
	host_over(h, card_of(shape), &spy_ops, dir);
}

static inline void
host_free(struct host *h)
{
	host_down(h);
	dmsc_link_close(&h->link, false);
}

static inline int
host_verify(struct host *h, unsigned ref, const char *text, bool pin)
{
	struct dmsc_secret *s = NULL;
	int r = dmsc_secret_parse(dmsc_rd_str(text), pin, &s, &h->e);

	if (r == DMSC_E_OK)
		r = dmsc_guard_pin(h->g, DMSC_PIN_VERIFY, ref, s, NULL,
		    true);
	dmsc_secret_free(&s);
	return r;
}

static inline int
host_adm(struct host *h)
{
	return host_verify(h, 0x0A, "hex:" ADM, false);
}

static inline int
host_pin81(struct host *h)
{
	return host_verify(h, 0x81, "2468", true);
}

/* The value at path, or "" with a remark. */
static inline const char *
host_value(struct host *h, const char *path)
{
	static char text[512];
	const struct dmsc_tree *t;
	const struct dmsc_node *n;
	struct dmsc_rd v;

	text[0] = '\0';
	if (dmsc_store_at(h->st, path, &t, &n) != DMSC_E_OK || n == NULL)
		return text;
	v = dmsc_node_value(n);
	if (v.left < sizeof text) {
		if (v.left > 0)
			memcpy(text, v.p, v.left);
		text[v.left] = '\0';
	}
	return text;
}

static inline void
say(const struct dmsc_err *e)
{
	printf("# %s: %s, where %s, why %s, next %s\n", dmsc_e_name(e->code),
	    e->message, e->where, e->why, e->n_next > 0 ? e->next[0] : "");
}

/* The access rules' entry, and the file behind it, as made. */
static inline bool
rules_stand(struct host *h)
{
	static const char want[] = "A1293000300F0C0D476F6F676C6520506C617965"
	    "72A1143012060A2A864886FC6B81480101300404024200";
	struct dmsc_place odf, dir;
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	struct dmsc_odf o;
	char hex[sizeof want];
	bool good;

	good = dmsc_place_parse("3F00/7F50/5031", &odf, &h->e) ==
	    DMSC_E_OK && dmsc_uicc_read_place(h->u, &odf, NULL, b) ==
	    DMSC_E_OK && dmsc_odf_read(dmsc_buf_rd(b), &o) == DMSC_E_OK;
	if (!good)
		return false;
	dir = odf;
	dir.fid[1] = (uint16_t)(o.v[0].path.path[0] << 8 |
	    o.v[0].path.path[1]);
	dmsc_odf_clear(&o);
	dmsc_buf_reset(b);
	good = dmsc_uicc_read_place(h->u, &dir, NULL, b) == DMSC_E_OK;
	dmsc_hex(dmsc_rd_slice(dmsc_buf_rd(b), 0, sizeof want / 2), hex,
	    sizeof hex);
	good = good && strcmp(hex, want) == 0;
	dir.fid[1] = 0x4200;
	dmsc_buf_reset(b);
	good = good && dmsc_uicc_read_place(h->u, &dir, NULL, b) ==
	    DMSC_E_OK && dmsc_rd_eq_str(dmsc_buf_rd(b), "rules of Android");
	dmsc_buf_free(&b);
	return good;
}

/* A folder for the journal; removed by clean. */
static inline const char *
temp_dir(void)
{
	static char dir[64];

	(void)snprintf(dir, sizeof dir, "%s/dmsc-store-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	return mkdtemp(dir) != NULL ? dir : "/nowhere";
}

/* The journal below dir has nothing left in the folder sub. */
static inline void
empty_folder(const char *dir, const char *sub)
{
	char path[512];
	const struct dirent *e;
	DIR *d;

	(void)snprintf(path, sizeof path, "%s/journal/%s", dir, sub);
	if ((d = opendir(path)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof path, "%s/journal/%s/%s", dir,
		    sub, e->d_name);
		(void)unlink(path);
	}
	(void)closedir(d);
}

static inline void
clean(const char *dir)
{
	char line[128];

	(void)snprintf(line, sizeof line, "rm -rf '%s'", dir);
	if (system(line) != 0)
		printf("# %s stays\n", dir);
}

/* Commits; the way, or "" when it failed. */
static inline const char *
host_commit(struct host *h, bool in_place)
{
	static char way[32];
	struct dmsc_commit *c = NULL;

	way[0] = '\0';
	if (dmsc_store_commit(h->st, in_place, &c) != DMSC_E_OK)
		return way;
	(void)snprintf(way, sizeof way, "%s", c->way);
	printf("# %s: %u APDUs, verified %d, %zu documents\n", c->way,
	    c->apdus, c->verified, c->n_documents);
	dmsc_view_free(&dmsc_commit_view, c);
	return way;
}

static inline void
host_restart(struct host *h)
{
	host_down(h);
	host_up(h);
}

static inline bool
host_is(struct host *h, const char *path, const char *want)
{
	const char *got = host_value(h, path);

	if (strcmp(got, want) == 0)
		return true;
	printf("# %s is \"%s\"\n", path, got);
	return false;
}

#endif
