/*
 * What other people's readers find on a demo and a field card, beside what
 * dmsc says is there: the same document, byte for byte.
 */
#include <string.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/base.h"
#include "card/end.h"
#include "device/play.h"
#include "pkcs15/pkcs15.h"
#include "tap.h"

#define DM "672B0701"
#define LWM2M "672B0901"
#define DOCUMENT "/OperatorX"
#define LEAF "/OperatorX/DMAcc/opx/ServerID"
enum { DOC_MAX = 65536, FID_DOC = 0x4D10, FID_LWM2M = 0x4D14,
	FID_NEXT = 0x4D18, DIR_FIRST = 0x4D00, REF_ADM1 = 10,
	ANDROID_BLOCK = 256, HALF = 200 };

static char image[200], state[200];

static bool
good(struct dmsc_session *s, int r)
{
	const struct dmsc_err *e = dmsc_session_err(s);

	if (r != DMSC_E_OK)
		printf("# %s: %s: %s\n", e->message, e->where, e->why);
	return r == DMSC_E_OK;
}

static bool
connect(struct dmsc_session *s)
{
	char reader[220];

	(void)snprintf(reader, sizeof reader, "sim:%s", image);
	return good(s, dmsc_connect(s, reader));
}

static bool
power(struct dmsc_link *l)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct dmsc_card *c = NULL;
	struct dmsc_err e = { 0 };
	bool up;

	up = dmsc_card_open(image, &c, &e) == DMSC_E_OK &&
	    dmsc_card_end(&c, l) == DMSC_E_OK &&
	    dmsc_link_reset(l, true, atr, &e) == DMSC_E_OK;
	dmsc_buf_free(&atr);
	return up;
}

/* found holds the first `most` bytes of the document's file: the document
 * and padding behind it. */
static bool
same(const struct dmsc_play_found *f, struct dmsc_rd doc, size_t most)
{
	struct dmsc_rd got, rest;

	if (f->why != NULL)
		printf("# gave up: %s\n", f->why);
	if (f->bytes == NULL || f->bytes->len > most)
		return false;
	got = dmsc_rd_slice(dmsc_buf_rd(f->bytes), 0, doc.left);
	rest = dmsc_rd_slice(dmsc_buf_rd(f->bytes), doc.left, f->bytes->len);
	for (; rest.left > 0; rest = dmsc_rd_slice(rest, 1, rest.left))
		if (rest.p[0] != DMSC_P15_STOP)
			return false;
	return dmsc_rd_eq(got, dmsc_rd_slice(doc, 0, most));
}

enum reader { ANDROID, OPENSC };
static const struct {
	const char *name;
	enum reader reader;
	const char *want;
	size_t most;
} readers[] = {
	{ "Android", ANDROID, DM, ANDROID_BLOCK },
	{ "OpenSC by label", OPENSC, "OperatorX", DOC_MAX },
	{ "OpenSC by identifier", OPENSC, DM, DOC_MAX },
};

static void
read_all(const char *when, struct dmsc_rd doc, unsigned fid)
{
	struct dmsc_play_found f;
	struct dmsc_link l = { NULL, NULL };
	char name[200];
	bool found;
	size_t i;

	if (!ok(power(&l), when))
		return;
	for (i = 0; i < DMSC_COUNT(readers); i++) {
		if (readers[i].reader == ANDROID)
			found = dmsc_play_android(&l, readers[i].want, &f);
		else
			found = dmsc_play_opensc(&l, readers[i].want, true, &f);
		(void)snprintf(name, sizeof name, "%s, %s", when,
		    readers[i].name);
		ok(found && f.fid == fid && same(&f, doc, readers[i].most),
		    name);
		dmsc_play_clear(&f);
	}
	dmsc_link_close(&l, true);
}

/* What Nordic's modem looks for: where there is such a document, else, on
 * the field card, the DM document as the same reader would find it. */
static void
read_nordic(const char *when, const char *want, struct dmsc_rd doc,
    unsigned fid)
{
	struct dmsc_play_found f = { 0 };
	struct dmsc_link l = { NULL, NULL };
	char name[200];
	bool found = power(&l) && dmsc_play_nordic(&l, want, &f);

	(void)snprintf(name, sizeof name, "%s, Nordic", when);
	ok(found && f.fid == fid && same(&f, doc, DMSC_PLAY_BLOCK), name);
	dmsc_play_clear(&f);
	dmsc_link_close(&l, true);
}

/* The document as dmsc exports it. */
static struct dmsc_buf *
exported(struct dmsc_session *s, const char *path)
{
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);

	if (!connect(s) || !good(s, dmsc_export(s, path, "raw", b)))
		dmsc_buf_free(&b);
	dmsc_disconnect(s);
	return b;
}

static bool
adm1(struct dmsc_session *s)
{
	struct dmsc_secret *key = dmsc_secret_from(dmsc_rd_of(
	    "\x44\x44\x44\x44\x44\x44\x44\x44", 8));
	bool yes = good(s, dmsc_pin_run(s, DMSC_PIN_VERIFY, REF_ADM1, key,
	    NULL, false));

	dmsc_secret_free(&key);
	return yes;
}

/* Edits one value and commits: the way must be this one. */
static bool
committed(struct dmsc_session *s, const char *value, bool in_place,
    const char *way)
{
	struct dmsc_commit *c = NULL;
	bool done;

	done = connect(s) && adm1(s) &&
	    good(s, dmsc_edit_set(s, LEAF, dmsc_rd_str(value), NULL,
	    NULL)) && good(s, dmsc_commit(s, in_place, &c)) &&
	    strcmp(c->way, way) == 0 && c->verified == 1;
	if (c != NULL)
		printf("# %s, %u APDUs\n", c->way, c->apdus);
	dmsc_view_free(&dmsc_commit_view, c);
	dmsc_disconnect(s);
	return done;
}

static bool
holds(struct dmsc_rd doc, const char *value)
{
	size_t i, n = strlen(value);

	for (i = 0; i + n <= doc.left; i++)
		if (memcmp(doc.p + i, value, n) == 0)
			return true;
	return false;
}

/* What dmsc exports holds the value, and everybody reads the same. */
static void
agree(struct dmsc_session *s, const char *when, const char *value,
    unsigned fid)
{
	struct dmsc_buf *doc = exported(s, DOCUMENT);

	if (ok(doc != NULL && holds(dmsc_buf_rd(doc), value), when))
		read_all(when, dmsc_buf_rd(doc), fid);
	dmsc_buf_free(&doc);
}

static void
nordic(struct dmsc_session *s, const char *when, const char *path,
    const char *oid, unsigned fid)
{
	struct dmsc_buf *doc = exported(s, path);

	if (ok(doc != NULL, when))
		read_nordic(when, oid, dmsc_buf_rd(doc), fid);
	dmsc_buf_free(&doc);
}

static bool
fresh(struct dmsc_session *s, const char *profile)
{
	struct dmsc_card_new_opts o = { .image = image, .profile = profile,
		.force = true };
	struct dmsc_image_info *info = NULL;
	bool made = good(s, dmsc_card_new(s, &o, &info));

	dmsc_view_free(&dmsc_image_info_view, info);
	return made;
}

static bool
commit(struct dmsc_session *s)
{
	struct dmsc_commit *c = NULL;
	bool done = good(s, dmsc_commit(s, false, &c));

	dmsc_view_free(&dmsc_commit_view, c);
	dmsc_disconnect(s);
	return done;
}

static bool
set_committed(struct dmsc_session *s, const char *path, const char *value)
{
	return connect(s) && adm1(s) && good(s, dmsc_edit_set(s, path,
	    dmsc_rd_str(value), NULL, NULL)) && commit(s);
}

static bool
another(struct dmsc_session *s)
{
	return connect(s) && adm1(s) && good(s, dmsc_edit_cp(s, "/LwM2M",
	    "/Copy")) && commit(s);
}

static void
test_demo(struct dmsc_session *s)
{
	ok(fresh(s, "demo"), "demo");
	agree(s, "demo, new", "com.operatorx", FID_DOC);
	ok(committed(s, "first.value", false, "pair"), "a commit");
	agree(s, "demo, other slot", "first.value", FID_DOC + 1);
	ok(committed(s, "second.value.longer", false, "pair"), "a commit");
	agree(s, "demo, first slot", "second.value.longer", FID_DOC);
	nordic(s, "demo", "/LwM2M", LWM2M, FID_LWM2M);
	ok(set_committed(s, "/LwM2M/Server/0/Lifetime", "60"), "a commit");
	nordic(s, "demo, other slot", "/LwM2M", LWM2M, FID_LWM2M + 1);
	ok(another(s), "one more LwM2M document");
	nordic(s, "demo, the last of two", "/Copy", LWM2M, FID_NEXT);
}

static void
test_field(struct dmsc_session *s)
{
	struct dmsc_commit *c = NULL;

	ok(fresh(s, "field"), "field");
	agree(s, "field, new", "com.operatorx", FID_DOC);
	ok(connect(s) && adm1(s) && good(s, dmsc_edit_set(s, LEAF,
	    dmsc_rd_str("never"), NULL, NULL)) &&
	    dmsc_commit(s, false, &c) == DMSC_E_PLAN && c == NULL &&
	    good(s, dmsc_revert(s, "/")), "no pair, no way but in place");
	dmsc_disconnect(s);
	agree(s, "field, refused", "com.operatorx", FID_DOC);
	ok(committed(s, "third.value", true, "in place, guarded"),
	    "a commit in place");
	agree(s, "field, in place", "third.value", FID_DOC);
	nordic(s, "field", DOCUMENT, DM, FID_DOC);
}

/* What readers of LwM2M find on another maker's card stays what it was when
 * a document beside it moves. */
static void
test_foreign_card(struct dmsc_session *s)
{
	ok(fresh(s, "foreign"), "foreign");
	nordic(s, "foreign", "/LwM2M Bootstrap", LWM2M, 0x6432);
	ok(set_committed(s, "/OperatorX/DMAcc/opx/Name", "Acme"),
	    "a commit");
	nordic(s, "foreign, another directory", "/LwM2M Bootstrap", LWM2M,
	    0x6432);
}

/* Access rules as Android wants them and a LwM2M document, by their own
 * tools: entries in front of the first directory. */
#define ARF_ENTRY "A12B3000300F0C0D47502053452041636320" \
	"43746CA1163014060C060A2A864886FC6B8148010130040402" "4200"
#define LWM2M_ENTRY "A127300030110C0F4C774D324D20426F6F747374726170" \
	"A110300E06060604672B0901300404026432"
#define HASH "00112233445566778899AABBCCDDEEFF01020304"
static const char *const foreign[] = {
	"00A4080C027F50", "0020000A084444444444444444",
	"00E0000015621382024121830242008B036F0601800200" "128800",
	"00D60000123010040801020304050607083004040243" "00",
	"00E0000015621382024121830243008B036F0601800200" "128800",
	"00D60000123010A0080406FFFFFFFFFFFF3004040243" "10",
	"00E0000015621382024121830243108B036F0601800200" "188800",
	"00D60000183016" "0414" HASH,
	"00E0000015621382024121830264328B036F0601800200" "3C8800",
	"00D600003C00010036000000003108002EC80025636F61703A2F2F6C657368616E2E"
	    "65636C6970736570726F6A656374732E696F3A35373833C10101C10203FFFF",
	"00A4080C047F504D00",
};

static bool
send(struct dmsc_link *l, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	struct dmsc_err e = { 0 };

	dmsc_buf_reset(rsp);
	if (dmsc_link_xfer(l, cmd, rsp, &e) != DMSC_E_OK || rsp->len < 2 ||
	    rsp->p[rsp->len - 2] != 0x90)
		return false;
	dmsc_buf_truncate(rsp, rsp->len - 2);
	return true;
}

/* HALF bytes at most from offset at on. */
static bool
put_part(struct dmsc_link *l, struct dmsc_rd dir, size_t at)
{
	struct dmsc_buf *cmd = dmsc_buf_new(300), *rsp = dmsc_buf_new(300);
	struct dmsc_rd part = dmsc_rd_slice(dir, at, HALF);
	bool done = dmsc_buf_u32(cmd, 0x00D60000 | (uint32_t)at) ==
	    DMSC_E_OK && dmsc_buf_u8(cmd, (unsigned)part.left) == DMSC_E_OK &&
	    dmsc_buf_put(cmd, part) == DMSC_E_OK &&
	    send(l, dmsc_buf_rd(cmd), rsp);

	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return done;
}

static bool
put_foreign(struct dmsc_link *l)
{
	struct dmsc_buf *cmd = dmsc_buf_new(300), *rsp = dmsc_buf_new(70000);
	struct dmsc_buf *dir = dmsc_buf_new(300);
	bool done = true;
	size_t i;

	for (i = 0; done && i < DMSC_COUNT(foreign); i++) {
		dmsc_buf_reset(cmd);
		done = dmsc_hex_get(foreign[i], cmd) == DMSC_E_OK &&
		    send(l, dmsc_buf_rd(cmd), rsp);
		if (!done)
			printf("# refused: %s\n", foreign[i]);
	}
	done = done && send(l, dmsc_rd_of("\x00\xB0\x00\x00\xC8", 5), rsp) &&
	    dmsc_hex_get(ARF_ENTRY LWM2M_ENTRY, dir) == DMSC_E_OK &&
	    dmsc_buf_put(dir, dmsc_buf_rd(rsp)) == DMSC_E_OK &&
	    put_part(l, dmsc_buf_rd(dir), 0) &&
	    put_part(l, dmsc_buf_rd(dir), HALF);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	dmsc_buf_free(&dir);
	return done;
}

static bool
begins_with_foreign(struct dmsc_link *l, unsigned fid)
{
	const uint8_t select[] = { 0x00, 0xA4, 0x08, 0x0C, 0x04, 0x7F, 0x50,
		(uint8_t)(fid >> 8), (uint8_t)fid };
	struct dmsc_buf *rsp = dmsc_buf_new(300), *want = dmsc_buf_new(300);
	bool same;

	same = dmsc_hex_get(ARF_ENTRY LWM2M_ENTRY, want) == DMSC_E_OK &&
	    send(l, dmsc_rd_of(select, sizeof select), rsp) &&
	    send(l, dmsc_rd_of("\x00\xB0\x00\x00\x80", 5), rsp) &&
	    dmsc_rd_eq(dmsc_rd_slice(dmsc_buf_rd(rsp), 0, want->len),
	    dmsc_buf_rd(want));
	dmsc_buf_free(&rsp);
	dmsc_buf_free(&want);
	return same;
}

/* Android finds its rules, and the entries of others stand as they stood. */
static void
foreign_stands(const char *when, unsigned dir)
{
	struct dmsc_buf *hash = dmsc_buf_new(20);
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_play_found f = { 0 };

	ok(dmsc_hex_get(HASH, hash) == DMSC_E_OK && power(&l) &&
	    dmsc_play_android_rules(&l, &f) && f.fid == 0x4310 &&
	    f.apdus == 13 &&
	    dmsc_rd_eq(dmsc_buf_rd(f.bytes), dmsc_buf_rd(hash)), when);
	if (f.why != NULL)
		printf("# gave up: %s, %u APDUs\n", f.why, f.apdus);
	dmsc_play_clear(&f);
	ok(dmsc_play_android(&l, "0604672B0901", &f) && f.fid == 0x6432 &&
	    f.bytes->len == 60, "the foreign document");
	dmsc_play_clear(&f);
	ok(begins_with_foreign(&l, dir), "the directory begins as it did");
	dmsc_link_close(&l, true);
	dmsc_buf_free(&hash);
}

static void
test_foreign(struct dmsc_session *s)
{
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_doc *doc = NULL;

	ok(fresh(s, "demo") && power(&l) && put_foreign(&l),
	    "a card with access rules and a LwM2M document");
	dmsc_link_close(&l, true);
	foreign_stands("before", DIR_FIRST);
	agree(s, "foreign, new", "com.operatorx", FID_DOC);
	ok(connect(s) && good(s, dmsc_doc_stat(s, "/@4200", &doc)) &&
	    strcmp(doc->kind, "arf") == 0, "the rules are shown as such");
	dmsc_view_free(&dmsc_doc_view, doc);
	dmsc_disconnect(s);
	ok(committed(s, "fourth.value", false, "pair"), "a commit");
	foreign_stands("after", DIR_FIRST + 1);
	agree(s, "foreign, other slot", "fourth.value", FID_DOC + 1);
	nordic(s, "foreign", "/LwM2M", LWM2M, FID_LWM2M);
}

int
main(void)
{
	struct dmsc_setup setup = { .state_dir = state };
	struct dmsc_session *s = NULL;
	char dir[TAP_FOLDER], cmd[100];

	if (!tap_folder(dir))
		return 1;
	(void)snprintf(image, sizeof image, "%s/card.img", dir);
	(void)snprintf(state, sizeof state, "%s/state", dir);
	if (ok(dmsc_session_new(&setup, &s) == DMSC_E_OK, "a session")) {
		test_demo(s);
		test_field(s);
	test_foreign_card(s);
		test_foreign(s);
	}
	dmsc_session_free(&s);
	(void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd) == 0 ? tap_done() : 1;
}
