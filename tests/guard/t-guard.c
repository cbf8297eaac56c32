/* guard: identity, tries, the ledger, lost answers, raw APDUs, refusals. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "card/lab.h"
#include "guard/guard.h"
#include "guard/inside.h"
#include "link/layers.h"
#include "uicc/fake.h"

static const uint8_t iccid[10] = { 0x98, 0x88, 0x12, 0x01, 0, 0, 0x50, 0x01,
    0x80, 0xF4 };

/* A card of the lab behind a fault layer, and the guard over it. */
struct bench {
	struct dmsc_card *card;		/* the link owns it */
	struct dmsc_link link;
	struct dmsc_err e;
	struct dmsc_uicc *u;
	struct dmsc_guard *g;
};

static bool
set_up(struct bench *b, const char *dir, const char *iccid_hex)
{
	char text[64];
	struct step own = { text, "9000" };
	struct dmsc_link end;
	struct dmsc_card *c = lab_card(false);

	memset(b, 0, sizeof *b);
	b->card = c;
	(void)snprintf(text, sizeof text, "00DA01020A%s", iccid_hex);
	if (!lab_run(c, &own, 1) || dmsc_card_end(&c, &end) != DMSC_E_OK ||
	    dmsc_fault_over(&end, &b->link, &b->e) != DMSC_E_OK)
		return false;
	b->u = dmsc_uicc_new(&b->link, &b->e, NULL);
	b->g = dmsc_guard_new(b->u, dir, &b->e);
	return b->g != NULL;
}

static void
tear_down(struct bench *b)
{
	dmsc_guard_free(&b->g);
	dmsc_uicc_free(&b->u);
	dmsc_link_close(&b->link, false);
}

static int
run_pin(struct bench *b, enum dmsc_pin_op op, unsigned ref,
    const char *value, const char *fresh, bool spend)
{
	struct dmsc_secret *v = dmsc_secret_from(dmsc_rd_str(value));
	struct dmsc_secret *f = fresh == NULL ? NULL :
	    dmsc_secret_from(dmsc_rd_str(fresh));
	int r = dmsc_guard_pin(b->g, op, ref, v, f, spend);

	dmsc_secret_free(&v);
	dmsc_secret_free(&f);
	return r;
}

static int
tries(struct bench *b, unsigned ref)
{
	bool verified;
	unsigned sw;
	int n = -2;

	if (dmsc_uicc_pin_query(b->u, ref, &n, &verified, &sw) != DMSC_E_OK)
		return -3;
	return n;
}

#define ONE "988812010000500180F4"
#define TWO "988812010000500181F4"
#define V DMSC_PIN_VERIFY
#define C DMSC_PIN_CHANGE
#define U DMSC_PIN_UNBLOCK
#define E DMSC_PIN_ENABLE
#define D DMSC_PIN_DISABLE

static const struct {
	const char *name;
	enum dmsc_pin_op op;
	unsigned ref;
	const char *value, *fresh;
	bool spend;
	int want;
	int left;		/* tries afterwards, -9: not looked at */
} story[] = {
	{ "too short: not sent", V, 1, "123", NULL, false, DMSC_E_DATA, 3 },
	{ "too long: not sent", V, 1, "123456789", NULL, false, DMSC_E_DATA,
	    3 },
	{ "right", V, 1, "1234", NULL, false, DMSC_E_OK, 3 },
	{ "wrong", V, 1, "9999", NULL, false, DMSC_E_AUTHFAIL, 2 },
	{ "two left: not sent", V, 1, "1234", NULL, false, DMSC_E_GUARD, 2 },
	{ "refused before, even with leave", V, 1, "9999", NULL, true,
	    DMSC_E_GUARD, 2 },
	{ "two left, with leave", V, 1, "1234", NULL, true, DMSC_E_OK, 3 },
	{ "a change with a wrong value", C, 1, "5555", "9999", false,
	    DMSC_E_AUTHFAIL, 2 },
	{ "refused before, by another command", V, 1, "5555", NULL, true,
	    DMSC_E_GUARD, 2 },
	{ "changed to a value refused before", C, 1, "1234", "9999", true,
	    DMSC_E_OK, 3 },
	{ "the change cleared the ledger", V, 1, "9999", NULL, false,
	    DMSC_E_OK, 3 },
	{ "disabled", D, 1, "9999", NULL, false, DMSC_E_OK, -9 },
	{ "disabled: verified as it is, nothing sent", V, 1, "7777", NULL,
	    false, DMSC_E_OK, -9 },
	{ "disabled already, nothing sent", D, 1, "7777", NULL, false,
	    DMSC_E_OK, -9 },
	{ "disabled: not changed", C, 1, "9999", "1234", true, DMSC_E_GUARD,
	    -9 },
	{ "a wrong value enables nothing", E, 1, "7777", NULL, false,
	    DMSC_E_AUTHFAIL, -9 },
	{ "disabled: what it said last counts", E, 1, "9999", NULL, false,
	    DMSC_E_GUARD, -9 },
	{ "enabled with leave", E, 1, "9999", NULL, true, DMSC_E_OK, 3 },
	{ "disabled again", D, 1, "9999", NULL, false, DMSC_E_OK, -9 },
	{ "enabled: no try was spent since", E, 1, "9999", NULL, false,
	    DMSC_E_OK, 3 },
	{ "wrong again", V, 1, "1111", NULL, false, DMSC_E_AUTHFAIL, 2 },
	{ "and again", V, 1, "2222", NULL, true, DMSC_E_AUTHFAIL, 1 },
	{ "and blocked", V, 1, "3333", NULL, true, DMSC_E_BLOCKED, 0 },
	{ "blocked: not sent", V, 1, "4444", NULL, true, DMSC_E_BLOCKED, 0 },
	{ "a PUK has eight digits", U, 1, "1234567", "1234", false,
	    DMSC_E_DATA, 0 },
	{ "wrong PUK", U, 1, "87654321", "1234", false, DMSC_E_AUTHFAIL, 0 },
	{ "that PUK again", U, 1, "87654321", "1234", false, DMSC_E_GUARD,
	    0 },
	{ "unblocked", U, 1, "12345678", "1111", false, DMSC_E_OK, 3 },
	{ "unblocking cleared the ledger", V, 1, "1111", NULL, false,
	    DMSC_E_OK, 3 },
	{ "the local PIN is not one to disable", D, 0x81, "2468", NULL,
	    false, DMSC_E_SW, 3 },
	{ "the local PIN finds its application", V, 0x81, "2468", NULL,
	    false, DMSC_E_OK, 3 },
	{ "an administrative value is eight bytes", V, 0x0A, "4444", NULL,
	    false, DMSC_E_DATA, 3 },
	{ "right administrative value", V, 0x0A, "DDDDDDDD", NULL, false,
	    DMSC_E_OK, 3 },
	{ "no such key", V, 2, "1234", NULL, true, DMSC_E_NOTFOUND, -9 },
};

static void
test_story(const char *dir)
{
	struct bench b;
	const char *id;
	size_t i;
	int r;

	ok(set_up(&b, dir, ONE), "a card");
	ok(dmsc_guard_identity(b.g, &id) == DMSC_E_OK && id != NULL &&
	    strcmp(id, "iccid:8988211000000510084") == 0, "its identity");
	for (i = 0; i < DMSC_COUNT(story); i++) {
		r = run_pin(&b, story[i].op, story[i].ref, story[i].value,
		    story[i].fresh, story[i].spend);
		if (!ok(r == story[i].want && (r == DMSC_E_OK ||
		    (b.e.code == r && b.e.message[0] != '\0')) &&
		    (story[i].left == -9 || tries(&b, story[i].ref) ==
		    story[i].left), story[i].name))
			printf("# %s, %d left: %s: %s\n", dmsc_e_name(r),
			    tries(&b, story[i].ref), b.e.message, b.e.why);
	}
	ok(dmsc_uicc_has_right(b.u, 0x81) && dmsc_uicc_has_right(b.u, 0x0A)
	    && dmsc_uicc_any_right(b.u), "rights are known");
	tear_down(&b);
}

/* The ledger outlives the session, per card; a lost answer is a try. */
static void
test_ledger(const char *dir)
{
	const struct dmsc_fault lost = { .at = 2,
	    .kind = DMSC_FAULT_AFTER };
	struct bench b;
	char path[256];
	struct dmsc_buf *text = NULL;
	struct stat st;

	ok(set_up(&b, dir, TWO) && run_pin(&b, V, 1, "7777", NULL, false) ==
	    DMSC_E_AUTHFAIL, "refused by a card");
	tear_down(&b);
	ok(set_up(&b, dir, TWO) && run_pin(&b, V, 1, "7777", NULL, false) ==
	    DMSC_E_GUARD && tries(&b, 1) == 3, "known in the next session");
	tear_down(&b);
	ok(set_up(&b, dir, ONE) && run_pin(&b, V, 1, "7777", NULL, false) ==
	    DMSC_E_AUTHFAIL, "another card is another card");
	tear_down(&b);
	ok(set_up(&b, dir, TWO) && tries(&b, 1) == 3 &&
	    dmsc_guard_same_card(b.g) == DMSC_E_OK, "a fresh card");
	dmsc_fault_arm(&b.link, &lost);
	ok(run_pin(&b, V, 1, "1234", NULL, false) != DMSC_E_OK &&
	    dmsc_uicc_any_right(b.u), "the answer is lost");
	dmsc_uicc_forget(b.u);
	ok(run_pin(&b, V, 1, "1234", NULL, false) == DMSC_E_GUARD,
	    "a lost answer counts as spent");
	tear_down(&b);
	ok(set_up(&b, dir, TWO) && run_pin(&b, V, 1, "1234", NULL, false) ==
	    DMSC_E_GUARD && strstr(b.e.why, "no answer") != NULL,
	    "in the next session too");
	ok(run_pin(&b, V, 1, "1234", NULL, true) == DMSC_E_OK &&
	    run_pin(&b, V, 1, "1234", NULL, false) == DMSC_E_OK,
	    "the user may send it, and then it is known");
	ok(run_pin(&b, V, 1, "7777", NULL, true) == DMSC_E_GUARD &&
	    tries(&b, 1) == 3, "but never what was refused");
	tear_down(&b);
	(void)snprintf(path, sizeof path, "%s/ledger", dir);
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 &&
	    dmsc_file_slurp(path, 100000, &text, NULL) == DMSC_E_OK &&
	    strstr(dmsc_buf_cstr(text), " 7777") == NULL &&
	    strstr(dmsc_buf_cstr(text), "37373737") == NULL,
	    "the ledger is ours alone");
	dmsc_buf_free(&text);
	(void)snprintf(path, sizeof path, "%s/ledger.key", dir);
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "and so is its key");
}

static const struct {
	const char *name, *in, *out;
} tidies[] = {
	{ "refused stays", "+ A 01 X\n", "+ A 01 X\n" },
	{ "sent", "? A 01 X\n", "? A 01 X\n" },
	{ "sent, refused", "? A 01 X\n+ A 01 X\n", "+ A 01 X\n" },
	{ "sent, right", "? A 01 X\n- A 01 X\n", "" },
	{ "taken back", "+ A 01 X\n- A 01 X\n", "" },
	{ "refused again", "+ A 01 X\n- A 01 X\n+ A 01 X\n",
	    "+ A 01 X\n" },
	{ "another value", "+ A 01 X\n- A 01 Y\n", "+ A 01 X\n" },
	{ "changed", "+ A 01 X\n+ A 0A X\nx A 01\n", "+ A 0A X\n" },
	{ "another card changed", "+ A 01 X\nx B 01\n", "+ A 01 X\n" },
	{ "said twice", "+ A 01 X\n+ A 01 X\n", "+ A 01 X\n" },
	{ "noise", "\n\nhello\n+", "+\n" },
	{ "nothing", "", "" },
};

static void
test_tidy(void)
{
	struct dmsc_buf *b = dmsc_buf_new(1000);
	size_t i;

	for (i = 0; i < DMSC_COUNT(tidies); i++) {
		dmsc_buf_reset(b);
		ok(guard_ledger_tidy(dmsc_rd_str(tidies[i].in), b) ==
		    DMSC_E_OK && dmsc_rd_eq_str(dmsc_buf_rd(b),
		    tidies[i].out), tidies[i].name);
	}
	dmsc_buf_free(&b);
}

/* After a factory's day the ledger is long; the next right value tidies. */
static void
test_long(const char *dir)
{
	struct dmsc_buf *day = dmsc_buf_new(1000000);
	struct bench b;
	struct stat st;
	char path[256];
	unsigned i;
	int r = DMSC_E_OK;

	for (i = 0; i < 2000 && r == DMSC_E_OK; i++)
		r = dmsc_buf_fmt(day, "+ 00112233 0A %032u\n"
		    "- 00112233 0A %032u\n", i, i);
	(void)snprintf(path, sizeof path, "%s/ledger", dir);
	ok(r == DMSC_E_OK && dmsc_file_append(path, dmsc_buf_rd(day), NULL)
	    == DMSC_E_OK && set_up(&b, dir, TWO) && run_pin(&b, V, 0x0A,
	    "DDDDDDDD", NULL, false) == DMSC_E_OK && stat(path, &st) == 0 &&
	    st.st_size > 0 && st.st_size < 4096, "the ledger is tidied");
	ok(run_pin(&b, V, 1, "7777", NULL, false) == DMSC_E_GUARD,
	    "and still knows what was refused");
	dmsc_buf_free(&day);
	tear_down(&b);
}

static void
test_swap(const char *dir)
{
	struct step other = { "00DA01020A" TWO, "9000" };
	struct bench b;
	const char *id;

	ok(set_up(&b, dir, ONE) && dmsc_guard_identity(b.g, &id) ==
	    DMSC_E_OK && dmsc_guard_same_card(b.g) == DMSC_E_OK, "same card");
	ok(lab_run(b.card, &other, 1) && dmsc_guard_same_card(b.g) ==
	    DMSC_E_SWAPPED, "another card in its place");
	dmsc_guard_forget(b.g);
	ok(dmsc_guard_identity(b.g, &id) == DMSC_E_OK &&
	    strcmp(id, "iccid:8988211000000510184") == 0, "asked anew");
	tear_down(&b);
}

static const struct {
	const char *name, *hex;
	bool spend;
	int want;
	unsigned sw;		/* when it was sent */
} raws[] = {
	{ "no value: passes", "00200001", false, DMSC_E_OK, 0x63C3 },
	{ "no PIN command: passes", "00A4000C023F00", false, DMSC_E_OK,
	    0x9000 },
	{ "wrong", "002000010838383838FFFFFFFF", false, DMSC_E_OK, 0x63C2 },
	{ "refused before", "002000010838383838FFFFFFFF", true,
	    DMSC_E_GUARD, 0 },
	{ "on another channel", "012000010838383838FFFFFFFF", true,
	    DMSC_E_GUARD, 0 },
	{ "two left", "002000010831323334FFFFFFFF", false, DMSC_E_GUARD, 0 },
	{ "with leave", "002000010831323334FFFFFFFF", true, DMSC_E_OK,
	    0x9000 },
	{ "odd lengths are values too", "00200001093132333435363738FF",
	    false, DMSC_E_OK, 0x6700 },
	{ "a change", "00240001103132333400000000FFFFFFFFFFFFFFFF", false,
	    DMSC_E_OK, 0x63C2 },
	{ "INITIALIZE UPDATE", "8050000008112233445566778800", false,
	    DMSC_E_GUARD, 0 },
	{ "EXTERNAL AUTHENTICATE", "8482330010", false, DMSC_E_GUARD, 0 },
};

static void
test_raw(const char *dir)
{
	struct dmsc_buf *cmd = dmsc_buf_new(64), *rsp = dmsc_buf_new(300);
	struct bench b;
	unsigned sw;
	size_t i;
	int r;

	ok(set_up(&b, dir, "98881201000050018200"), "a third card");
	for (i = 0; i < DMSC_COUNT(raws); i++) {
		dmsc_buf_reset(cmd);
		sw = 0;
		if (dmsc_hex_get(raws[i].hex, cmd) != DMSC_E_OK)
			break;
		r = dmsc_guard_raw(b.g, dmsc_buf_rd(cmd), raws[i].spend);
		if (r == DMSC_E_OK && dmsc_uicc_raw(b.u, dmsc_buf_rd(cmd),
		    false, rsp, &sw) == DMSC_E_OK)
			dmsc_guard_raw_done(b.g, dmsc_buf_rd(cmd), sw);
		if (!ok(r == raws[i].want && sw == raws[i].sw, raws[i].name))
			printf("# %s, SW %04X\n", dmsc_e_name(r), sw);
	}
	ok(dmsc_uicc_has_right(b.u, 1), "a raw VERIFY gains the right");
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	tear_down(&b);
}

/* The guard's own questions do not move what a raw command stands on. */
static void
test_raw_place(const char *dir)
{
	static const char *const lines[] = { "00A4080C027F50",
	    "002000810832343638FFFFFFFF", "00A4000C024D10", "00B0000004" };
	struct dmsc_buf *cmd = dmsc_buf_new(64), *rsp = dmsc_buf_new(300);
	struct bench b;
	unsigned sw = 0;
	size_t i;

	ok(set_up(&b, dir, "98881201000050018300"), "a fourth card");
	(void)lab_send(b.card, "00440000023F00");
	for (i = 0; i < DMSC_COUNT(lines); i++) {
		dmsc_buf_reset(cmd);
		if (dmsc_hex_get(lines[i], cmd) != DMSC_E_OK ||
		    dmsc_guard_raw(b.g, dmsc_buf_rd(cmd), false) !=
		    DMSC_E_OK || dmsc_uicc_raw(b.u, dmsc_buf_rd(cmd), false,
		    rsp, &sw) != DMSC_E_OK)
			break;
		dmsc_guard_raw_done(b.g, dmsc_buf_rd(cmd), sw);
		if (!ok(sw == 0x9000, lines[i]))
			printf("# SW %04X\n", sw);
	}
	ok(i == DMSC_COUNT(lines) && dmsc_uicc_has_right(b.u, 0x81),
	    "a local PIN, where it was meant");
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	tear_down(&b);
}

/* A card that nobody can tell from others: no ledger, but in one session a
 * refused value is not sent again, resets or not. */
static void
test_nobody(const char *dir)
{
	struct bench b;
	const char *id;

	ok(set_up(&b, dir, "FFFFFFFFFFFFFFFFFFFF") &&
	    dmsc_guard_identity(b.g, &id) == DMSC_E_OK && id == NULL,
	    "a card without an identity");
	ok(run_pin(&b, V, 1, "7777", NULL, false) == DMSC_E_AUTHFAIL &&
	    tries(&b, 1) == 2, "it refuses a value");
	ok(run_pin(&b, V, 1, "7777", NULL, true) == DMSC_E_GUARD &&
	    tries(&b, 1) == 2 && strstr(b.e.why, "who it is") != NULL,
	    "that is not sent again");
	dmsc_uicc_forget(b.u);
	dmsc_guard_forget(b.g);
	ok(run_pin(&b, C, 1, "7777", "1111", true) == DMSC_E_GUARD &&
	    tries(&b, 1) == 2, "nor after a reset");
	ok(run_pin(&b, V, 1, "1234", NULL, true) == DMSC_E_OK &&
	    run_pin(&b, V, 1, "1234", NULL, false) == DMSC_E_OK,
	    "the right value is sent as often as one likes");
	ok(run_pin(&b, C, 1, "1234", "7777", false) == DMSC_E_OK &&
	    run_pin(&b, V, 1, "7777", NULL, false) == DMSC_E_OK,
	    "a change makes it right");
	tear_down(&b);
}

#define ISD_R "A0000005591010FFFFFFFF8900000100"
#define EID "89882119900000000000000000000005"

/* An eUICC: its EID is asked for where the ATR says so, on a channel of its
 * own, and its ICCID is still what is compared before a write. */
static const struct {
	const char *name, *atr, *eid, *want;
} euiccs[] = {
	{ "an eUICC tells its EID", "3B80802F82AD", EID, "eid:" EID },
	{ "one that does not", "3B80802F82AD", NULL,
	    "iccid:8988211000000510084" },
	{ "no eUICC: not asked", "3B80802F80AF", EID,
	    "iccid:8988211000000510084" },
};

static void
test_eid(const char *dir)
{
	const struct step app[] = {
		{ "00A40000023F00", "~" },
		{ "+ 82027821 83027F5A 8410" ISD_R " 8B032F0601"
		    "C60C 9001E0 830101 83010A 830181", "9000" },
		{ "+ 82024121 8302005A 8B032F0602 80020010 8800", "9000" },
		{ "00D6000010" EID, "9000" } };
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	struct bench b;
	const char *id;
	size_t i;

	for (i = 0; i < DMSC_COUNT(euiccs); i++) {
		ok(set_up(&b, dir, ONE) && (euiccs[i].eid == NULL ||
		    lab_run(b.card, app, DMSC_COUNT(app))), "a card");
		dmsc_buf_reset(atr);
		if (dmsc_hex_get(euiccs[i].atr, atr) != DMSC_E_OK)
			break;
		dmsc_uicc_atr(b.u, dmsc_buf_rd(atr));
		if (!ok(dmsc_guard_identity(b.g, &id) == DMSC_E_OK &&
		    id != NULL && strcmp(id, euiccs[i].want) == 0 &&
		    dmsc_guard_same_card(b.g) == DMSC_E_OK &&
		    dmsc_guard_iccid(b.g).left == 10, euiccs[i].name))
			printf("# %s %s\n", id != NULL ? id : "-",
			    b.e.message);
		ok(run_pin(&b, V, 1, "1234", NULL, false) == DMSC_E_OK,
		    "and goes on");
		tear_down(&b);
	}
	dmsc_buf_free(&atr);
}

/* What cards answer to an empty VERIFY. */
static const struct {
	unsigned sw;
	bool spend;
	int want;
	bool sent;
} empties[] = {
	{ 0x63C3, false, DMSC_E_OK, true },
	{ 0x63C2, false, DMSC_E_GUARD, false },
	{ 0x63C2, true, DMSC_E_OK, true },
	{ 0x63C0, true, DMSC_E_BLOCKED, false },
	{ 0x6983, true, DMSC_E_BLOCKED, false },
	{ 0x9000, false, DMSC_E_OK, false },
	{ 0x9000, true, DMSC_E_OK, true },
	{ 0x6984, false, DMSC_E_GUARD, false },
	{ 0x6985, true, DMSC_E_OK, true },
	{ 0x6700, false, DMSC_E_GUARD, false },
	{ 0x6D00, false, DMSC_E_GUARD, false },
	{ 0x6A88, true, DMSC_E_NOTFOUND, false },
};

static void
test_empties(void)
{
	const struct fake_file files[] = {
		{ "", NULL, NULL, NULL, 0, 0, false },
		{ "2FE2", NULL, NULL, iccid, sizeof iccid, 0, false } };
	char name[32];
	size_t i;

	for (i = 0; i < DMSC_COUNT(empties); i++) {
		struct fake f = { .files = files, .n_files = 2,
		    .pin_sw = empties[i].sw };
		struct bench b;

		memset(&b, 0, sizeof b);
		b.u = fake_uicc(&f, &b.link, &b.e);
		b.g = dmsc_guard_new(b.u, NULL, &b.e);
		(void)snprintf(name, sizeof name, "empty VERIFY: %04X%s",
		    empties[i].sw, empties[i].spend ? ", leave" : "");
		ok(run_pin(&b, V, 1, "1234", NULL, empties[i].spend) ==
		    empties[i].want && (strstr(f.log,
		    "0020000108") != NULL) == empties[i].sent, name);
		dmsc_guard_free(&b.g);
		dmsc_uicc_free(&b.u);
		fake_clear(&f);
	}
}

static const struct {
	const char *which;
	int want;
	unsigned ref;
	const char *name, *back;
} names[] = {
	{ "1", DMSC_E_OK, 0x01, "PIN1", "1" },
	{ "8", DMSC_E_OK, 0x08, "PIN8", "8" },
	{ "81", DMSC_E_OK, 0x81, "PIN81", "81" },
	{ "PIN81", DMSC_E_OK, 0x81, "PIN81", "81" },
	{ "adm1", DMSC_E_OK, 0x0A, "ADM1", "adm1" },
	{ "ADM5", DMSC_E_OK, 0x0E, "ADM5", "adm5" },
	{ "adm6", DMSC_E_OK, 0x8A, "ADM6", "adm6" },
	{ "adm10", DMSC_E_OK, 0x8E, "ADM10", "adm10" },
	{ "0x0A", DMSC_E_OK, 0x0A, "ADM1", "adm1" },
	{ "0x11", DMSC_E_OK, 0x11, "universal PIN", "0x11" },
	{ "0x55", DMSC_E_OK, 0x55, "key 0x55", "0x55" },
	{ "0", DMSC_E_USAGE, 0, NULL, NULL },
	{ "adm0", DMSC_E_USAGE, 0, NULL, NULL },
	{ "adm11", DMSC_E_USAGE, 0, NULL, NULL },
	{ "", DMSC_E_USAGE, 0, NULL, NULL },
	{ "100", DMSC_E_USAGE, 0, NULL, NULL },
	{ "x", DMSC_E_USAGE, 0, NULL, NULL },
};

static void
test_names(void)
{
	char name[24], back[16];
	unsigned ref;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(names); i++) {
		r = dmsc_pin_ref(names[i].which, &ref);
		if (r == DMSC_E_OK) {
			dmsc_pin_name(ref, name, sizeof name);
			dmsc_pin_which(ref, back, sizeof back);
		}
		ok(r == names[i].want && (r != DMSC_E_OK ||
		    (ref == names[i].ref && strcmp(name, names[i].name) == 0
		    && strcmp(back, names[i].back) == 0)), names[i].which);
	}
}

static void
test_explain(void)
{
	struct dmsc_buf *out = dmsc_buf_new(1000);
	struct dmsc_place p;
	struct bench b;

	ok(set_up(&b, NULL, ONE) && dmsc_place_parse("7F50/5032", &p, &b.e)
	    == DMSC_E_OK, "a card without a folder");
	(void)lab_send(b.card, "00440000023F00");
	ok(dmsc_uicc_read_place(b.u, &p, NULL, out) == DMSC_E_AUTH &&
	    dmsc_guard_explain(b.g, &p, DMSC_MODE_READ) == DMSC_E_AUTH &&
	    b.e.sw == 0x6982 && strcmp(b.e.why,
	    "rule 3 of EF.ARR asks for PIN1") == 0 && b.e.n_next == 1 &&
	    strcmp(b.e.next[0], "pin verify 1 (3 tries left)") == 0,
	    "a refusal is explained");
	ok(run_pin(&b, V, 1, "1234", NULL, false) == DMSC_E_OK &&
	    dmsc_uicc_read_place(b.u, &p, NULL, out) == DMSC_E_OK,
	    "and what it says helps");
	ok(dmsc_place_parse("7F50/4D12", &p, &b.e) == DMSC_E_OK &&
	    dmsc_uicc_read_place(b.u, &p, NULL, out) == DMSC_E_AUTH &&
	    dmsc_guard_explain(b.g, &p, DMSC_MODE_READ) == DMSC_E_AUTH &&
	    strcmp(b.e.why, "rule 5 of EF.ARR never allows it") == 0 &&
	    b.e.n_next == 1 &&
	    strcmp(b.e.next[0], "file access 3F00/7F50/4D12") == 0, "never");
	ok(dmsc_place_parse("7F50/4D10", &p, &b.e) == DMSC_E_OK &&
	    dmsc_uicc_read_place(b.u, &p, NULL, out) == DMSC_E_AUTH &&
	    dmsc_guard_explain(b.g, &p, DMSC_MODE_READ) == DMSC_E_AUTH &&
	    strcmp(b.e.next[0], "pin verify 81 (3 tries left)") == 0,
	    "a local PIN");
	dmsc_buf_free(&out);
	tear_down(&b);
}

static void
test_status(void)
{
	struct dmsc_pin_list *l = dmsc_view_new(&dmsc_pin_list_view);
	struct bench b;

	ok(set_up(&b, NULL, ONE) && run_pin(&b, V, 0x81, "2468", NULL,
	    false) == DMSC_E_OK && dmsc_guard_status(b.g, l) == DMSC_E_OK &&
	    l->n_pins == 3 && strcmp(l->pins[0].name, "PIN1") == 0 &&
	    strcmp(l->pins[0].state, "enabled") == 0 &&
	    l->pins[0].tries == 3 && l->pins[0].puk_tries == 10 &&
	    strcmp(l->pins[1].name, "ADM1") == 0 &&
	    strcmp(l->pins[2].name, "PIN81") == 0 &&
	    strcmp(l->pins[2].state, "verified") == 0, "states of all PINs");
	dmsc_view_free(&dmsc_pin_list_view, l);
	tear_down(&b);
}

static void
clean(const char *dir)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/ledger", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof path, "%s/ledger.key", dir);
	(void)unlink(path);
	(void)rmdir(dir);
}

int
main(void)
{
	char dir[TAP_FOLDER];

	if (!tap_folder(dir))
		return 1;
	test_story(dir);
	test_ledger(dir);
	test_tidy();
	test_long(dir);
	test_swap(dir);
	test_raw(dir);
	test_raw_place(dir);
	test_nobody(dir);
	test_eid(dir);
	test_empties();
	test_names();
	test_explain();
	test_status();
	clean(dir);
	return tap_done();
}
