/*
 * A commit cut at every place: after and before every APDU, inside every
 * UPDATE at every byte, before and inside every write of the card's memory,
 * in each way. What stands then is all old or all new; of a document that is
 * changed in place it may be "nothing here", and recover brings it back.
 */
#include "card/card.h"
#include "device/play.h"
#include "session/profile.h"
#include "store/inside.h"
#include "store/sign.h"

#define ICCID "8988211000000510084"

/* Under the sanitizers every seventh byte of a long UPDATE is enough. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 7
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STRIDE 7
#endif
#endif
#ifndef STRIDE
#define STRIDE 1
#endif

enum outcome { OLD, NEW, NOTHING, BAD };

/* One edit, on one kind of card, in one way. */
struct story {
	const char *name;
	enum shape shape;
	const char *way;
	bool in_place;
	int (*edit)(struct host *h);
	enum outcome (*see)(struct host *h);
	int (*prepare)(struct host *h);	/* before the first run */
	struct dmsc_card *(*card)(void);	/* NULL: of the shape */
};

static struct host host;
static const char *folder;
static unsigned long seen[4];	/* outcomes */

static int
set(struct host *h, const char *path, const char *value)
{
	return dmsc_store_set(h->st, path, dmsc_rd_str(value), NULL, NULL);
}

#define SERVER "/OperatorX/DMAcc/opx/ServerID"
#define PRIVATE "/Personal/AppA/opx/ServerID"
#define LONE "/@6432/DMAcc/opx/ServerID"
#define MOVED "/DM bootstrap xx/DMAcc/opx/ServerID"

static enum outcome
outcome_of(const char *value, const char *old, const char *fresh)
{
	return strcmp(value, old) == 0 ? OLD : strcmp(value, fresh) == 0 ?
	    NEW : BAD;
}

/* Whether a document reads as empty. */
static bool
is_nothing(struct host *h, const char *doc)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n;

	return dmsc_store_at(h->st, doc, &t, &n) == DMSC_E_OK &&
	    n != NULL && dmsc_node_first(n) == NULL;
}

static int
edit_pair(struct host *h)
{
	int r = host_pin81(h);

	if (r == DMSC_E_OK && (r = set(h, SERVER, "new")) == DMSC_E_OK)
		r = set(h, PRIVATE, "new");
	return r;
}

static enum outcome
see_pair(struct host *h)
{
	enum outcome a, b;

	if (host_pin81(h) != DMSC_E_OK)
		return BAD;
	a = outcome_of(host_value(h, SERVER), "com.example.operator", "new");
	b = outcome_of(host_value(h, PRIVATE), "a private value", "new");
	return a == b && h->st != NULL ? a : BAD;
}

static int
edit_create(struct host *h)
{
	return set(h, LONE, "new");
}

static enum outcome
see_create(struct host *h)
{
	return outcome_of(host_value(h, MOVED), "com.example.operator",
	    "new");
}

static int
edit_second(struct host *h)
{
	return dmsc_store_mkdoc(h->st, "New", "dm", 0, false) != DMSC_E_OK ?
	    DMSC_E_INTERNAL : dmsc_store_add(h->st, "/New/x", DMSC_FMT_CHR,
	    NULL, dmsc_rd_str("new"));
}

/* Old: one directory, no document more. */
static enum outcome
see_second(struct host *h)
{
	if (strcmp(host_value(h, MOVED), "com.example.operator") != 0)
		return BAD;
	return strcmp(host_value(h, "/New/x"), "new") == 0 ? NEW :
	    h->e.code == DMSC_E_NOTFOUND ? OLD : BAD;
}

static int
edit_guarded(struct host *h)
{
	return set(h, LONE, "new");
}

static enum outcome
see_guarded(struct host *h)
{
	return is_nothing(h, "/@6432") ? NOTHING : outcome_of(host_value(h,
	    LONE), "com.example.operator", "new");
}

static int
edit_field(struct host *h)
{
	int r = host_pin81(h);

	return r == DMSC_E_OK ? set(h, PRIVATE, "new") : r;
}

static enum outcome
see_field(struct host *h)
{
	if (host_pin81(h) != DMSC_E_OK)
		return BAD;
	return is_nothing(h, "/Personal") ? NOTHING : outcome_of(host_value(
	    h, PRIVATE), "a private value", "new");
}

/* A signature is there from the start. */
static int
prepare_signed(struct host *h)
{
	if (host_adm(h) != DMSC_E_OK ||
	    notary_document(h, "/OperatorX", 60) != DMSC_E_OK)
		return DMSC_E_INTERNAL;
	return *host_commit(h, false) != '\0' ? DMSC_E_OK :
	    DMSC_E_INTERNAL;
}

static int
edit_signed(struct host *h)
{
	return set(h, SERVER, "new");
}

/* The old document with its signature, the new one with none: never one
 * with that of the other. */
static enum outcome
see_dropped(struct host *h)
{
	enum outcome o = outcome_of(host_value(h, SERVER),
	    "com.example.operator", "new");
	enum seal s = seal_of(h, "/OperatorX", true);

	return (o == OLD && s == SEAL_GOOD) || (o == NEW && s == SEAL_NONE) ?
	    o : BAD;
}

static int
edit_anew(struct host *h)
{
	static struct notary n = { .more = 40 };

	notary_for(h, &n);
	return set(h, SERVER, "new");
}

static enum outcome
see_anew(struct host *h)
{
	enum outcome o = outcome_of(host_value(h, SERVER),
	    "com.example.operator", "new");

	enum seal s = seal_of(h, "/OperatorX", true);

	/* A torn switch, until it is cleared: no signature counts. */
	return s == SEAL_GOOD || (s == SEAL_NONE && o == NEW &&
	    h->st->mixed) ? o : BAD;
}

/* The first signature: its files are made. */
static int
edit_sign(struct host *h)
{
	return notary_document(h, "/OperatorX", 0);
}

static enum outcome
see_sign(struct host *h)
{
	enum seal s = seal_of(h, "/OperatorX", true);

	return strcmp(host_value(h, SERVER), "com.example.operator") != 0 ?
	    BAD : s == SEAL_NONE ? OLD : s == SEAL_GOOD ? NEW : BAD;
}

/* A card that lets nobody make files: one directory, a document and its
 * signature, none with another slot. */
static struct dmsc_card *
card_signed_field(void)
{
	static const struct step end[] = {
		{ "00A4000C023F00", "9000" }, { "00440000023F00", "9000" } };
	const uint64_t seed = 7;
	struct dmsc_card *c = NULL;
	struct dmsc_buf *odf = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *dir = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *cms = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *x = message("DMAcc", "com.example.operator");

	put_odf(odf, 0xA7, 0x6430);
	entry(dir, DMSC_DO_OID, "OperatorX", DMSC_OID_DM, 0x6432, false);
	entry(dir, DMSC_DO_OPAQUE, "OperatorX.p7s", "1.2.840.113549.1.7.2",
	    0x6436, false);
	if (dmsc_card_blank(NULL, &seed, &c, NULL) != DMSC_E_OK ||
	    !lab_run(c, cards_mf, DMSC_COUNT(cards_mf)) ||
	    !lab_run(c, cards_p15, DMSC_COUNT(cards_p15)) ||
	    strcmp(lab_send(c, "+ 82027821 83027F50 840C" AID15
	    " 8B032F0604 C60C 9001E0 830101 83010A 830181"), "9000") != 0 ||
	    strcmp(lab_send(c, "00DA028113" PIN2468 "0301" PUK8 "0A"),
	    "9000") != 0 || notary_put(dmsc_buf_rd(x), "OperatorX", 0, cms) !=
	    DMSC_E_OK)
		printf("# the card cannot be made\n");
	card_file(c, 0x5031, 2, 16, dmsc_buf_rd(odf));
	card_file(c, 0x6430, 2, 160, dmsc_buf_rd(dir));
	card_file(c, 0x6432, 2, 700, dmsc_buf_rd(x));
	card_file(c, 0x6436, 2, 100, dmsc_buf_rd(cms));
	if (!lab_run(c, end, DMSC_COUNT(end)))
		printf("# the card cannot be made\n");
	dmsc_buf_free(&odf);
	dmsc_buf_free(&dir);
	dmsc_buf_free(&cms);
	dmsc_buf_free(&x);
	return c;
}

/* The signature goes first: half way the old document has none. */
static enum outcome
see_signed_field(struct host *h)
{
	enum outcome o = outcome_of(host_value(h, SERVER),
	    "com.example.operator", "new");
	enum seal s;

	if (h->e.code == DMSC_E_NOTFOUND || is_nothing(h, "/OperatorX"))
		return NOTHING;		/* a torn directory, or document */
	s = seal_of(h, "/OperatorX", true);
	return o == OLD ? (s == SEAL_GOOD ? OLD : s == SEAL_NONE ? NOTHING :
	    BAD) : s == SEAL_NONE ? o : BAD;
}

/* The card makes the files of a new document itself. */
static struct dmsc_card *
card_with_room(void)
{
	const uint64_t seed = 7;
	uint8_t iccid[DMSC_ICCID_BYTES];
	struct dmsc_err e = { .code = 0 };
	struct dmsc_card *c = NULL, *keep;
	struct dmsc_link l = { NULL, NULL };
	struct dmsc_uicc *u;

	if (dmsc_iccid_code(ICCID, iccid) != DMSC_E_OK ||
	    dmsc_card_blank(NULL, &seed, &c, &e) != DMSC_E_OK)
		return NULL;
	keep = c;
	if (dmsc_card_end(&c, &l) != DMSC_E_OK ||
	    (u = dmsc_uicc_new(&l, &e, NULL)) == NULL)
		return NULL;
	if (dmsc_profile_apply(u, dmsc_profile_find("dmsc"), iccid, false) !=
	    DMSC_E_OK)
		say(&e);
	dmsc_uicc_free(&u);
	return keep;
}

static int
edit_room(struct host *h)
{
	return set(h, SERVER, "new") != DMSC_E_OK ? DMSC_E_INTERNAL :
	    edit_second(h);
}

/* Both documents, or the old one alone. */
static enum outcome
see_room(struct host *h)
{
	enum outcome o = outcome_of(host_value(h, SERVER),
	    "com.operatorx.dm", "new");

	if (strcmp(host_value(h, "/New/x"), "new") == 0)
		return o == NEW ? NEW : BAD;
	return h->e.code == DMSC_E_NOTFOUND && o == OLD ? OLD : BAD;
}

static const struct story stories[] = {
	{ "pair", PAIRS, "pair", false, edit_pair, see_pair,
	    NULL, NULL },
	{ "create", LEGACY, "create", false, edit_create, see_create,
	    NULL, NULL },
	{ "second directory", LEGACY, "create", false, edit_second,
	    see_second, NULL, NULL },
	{ "guarded", LEGACY_FIELD, "in place, guarded", true, edit_guarded,
	    see_guarded, NULL, NULL },
	{ "guarded, private", FIELD, "in place, guarded", true, edit_field,
	    see_field, NULL, NULL },
	{ "signed", PAIRS, "create", false, edit_sign, see_sign, NULL, NULL },
	{ "signature dropped", PAIRS, "pair", false, edit_signed,
	    see_dropped, prepare_signed, NULL },
	{ "signed anew", PAIRS, "pair", false, edit_anew, see_anew,
	    prepare_signed, NULL },
	{ "room from the card", LEGACY, "create", false, edit_room, see_room,
	    NULL, card_with_room },
	{ "guarded, signature dropped", LEGACY_FIELD, "in place, guarded",
	    true, edit_signed, see_signed_field, NULL, card_signed_field },
};

static int
commit(const struct story *s)
{
	struct dmsc_commit *c = NULL;
	int r = dmsc_store_commit(host.st, s->in_place, &c);

	if (r == DMSC_E_OK && strcmp(c->way, s->way) != 0)
		printf("# %s went by %s\n", s->name, c->way);
	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

/* The next run begins with an empty journal and ledger. */
static void
forget_journal(void)
{
	char path[512];

	(void)snprintf(path, sizeof path, "%s/ledger", folder);
	(void)unlink(path);
	empty_folder(folder, "iccid:" ICCID);
	empty_folder(folder, ".cut");
}

/* The card as it was made, put back before each run. */
static uint8_t *snapshot;

static void
start(const struct story *s)
{
	if (host.card == NULL) {
		host_over(&host, s->card != NULL ? s->card() :
		    card_of(s->shape), &spy_ops, folder);
		if (s->prepare != NULL && s->prepare(&host) != DMSC_E_OK)
			say(&host.e);
		host_down(&host);
		forget_journal();
		host_up(&host);
		free(snapshot);
		snapshot = malloc(host.card->mem->size);
		memcpy(snapshot, host.card->mem->nvm, host.card->mem->size);
	} else {
		memcpy(host.card->mem->nvm, snapshot, host.card->mem->size);
		if (dmsc_card_power_back(host.card) != DMSC_E_OK)
			printf("# no power\n");
		host_up(&host);
	}
	if (host_adm(&host) != DMSC_E_OK || s->edit(&host) != DMSC_E_OK)
		say(&host.e);
}

/* What other people's readers get of OperatorX, before and after. */
#define DM_OID "672B0701"
enum { ANDROID, OPENSC, READERS };
static struct dmsc_buf *theirs[READERS][2];

static struct dmsc_buf *
read_as(int reader)
{
	struct dmsc_play_found f = { 0 };
	struct dmsc_buf *b;

	if (!(reader == ANDROID ? dmsc_play_android(&host.link, DM_OID, &f) :
	    dmsc_play_opensc(&host.link, "OperatorX", false, &f)))
		printf("# reader %d: %s\n", reader, f.why);
	b = f.bytes;
	f.bytes = NULL;
	dmsc_play_clear(&f);
	return b;
}

static void
note_theirs(const struct story *s, int when)
{
	int i;

	for (i = 0; i < READERS && s->shape == PAIRS; i++) {
		dmsc_buf_free(&theirs[i][when]);
		theirs[i][when] = read_as(i);
	}
}

/* Each of them finds all of the old document or all of the new one. */
static bool
theirs_whole(const struct story *s)
{
	struct dmsc_buf *b;
	bool good = true;
	int i;

	for (i = 0; i < READERS && s->shape == PAIRS; i++) {
		b = read_as(i);
		good = b != NULL && (dmsc_rd_eq(dmsc_buf_rd(b),
		    dmsc_buf_rd(theirs[i][0])) || dmsc_rd_eq(dmsc_buf_rd(b),
		    dmsc_buf_rd(theirs[i][1]))) && good;
		dmsc_buf_free(&b);
	}
	return good;
}

/* A link that broke and is there again: the record says what stands. */
static bool
said(int code, bool again, enum outcome o)
{
	const char *why = host.e.why;

	if (code != DMSC_E_TRANSPORT || !again)
		return true;
	if (strstr(why, "read again") == NULL)
		return o == OLD;	/* nothing was written yet */
	return o == NEW ? strstr(why, "new documents") != NULL :
	    o == OLD ? strstr(why, "old documents") != NULL :
	    strstr(why, "half done") != NULL;
}

/* After the cut: what the card holds, and again after recover. */
static bool
look(const struct story *s, int code, const char *what, unsigned long at)
{
	struct dmsc_commit *c = NULL;
	enum outcome first, then;
	struct dmsc_err e = host.e;
	char *pending = NULL;
	bool good;

	host_down(&host);
	if (dmsc_card_power_back(host.card) != DMSC_E_OK)
		return false;
	good = theirs_whole(s);
	host_up(&host);
	first = s->see(&host);
	host.e = e;
	good = good && said(code, strcmp(what, "lost") == 0, first);
	good = good && (first == OLD || first == NEW || (first == NOTHING &&
	    s->in_place && code != DMSC_E_OK));
	seen[first]++;
	if (code == DMSC_E_OK)
		good = good && first == NEW;
	good = good && host_adm(&host) == DMSC_E_OK;
	if (dmsc_store_recover(host.st, false, &c) != DMSC_E_OK) {
		say(&host.e);
		good = false;
	}
	dmsc_view_free(&dmsc_commit_view, c);
	good = good && dmsc_store_pending(host.st, &pending) == DMSC_E_OK &&
	    pending == NULL;
	free(pending);
	then = s->see(&host);
	good = good && (then == first || (first == NOTHING && then == OLD) ||
	    (first == OLD && then == NEW)) && then != NOTHING &&
	    then != BAD;
	if (!good)
		printf("# %s: %s %lu: code %d, then %d, recovered %d\n",
		    s->name, what, at, code, (int)first, (int)then);
	return good;
}

static void
finish(void)
{
	host_down(&host);
	forget_journal();
}

/* The commit as it goes without a cut. */
static struct {
	size_t apdus;
	uint8_t lc[SPY_MAX];	/* of an UPDATE BINARY, else 0 */
	unsigned long writes;
} run;

static void
measure(const struct story *s)
{
	size_t i;

	start(s);
	host_down(&host);
	note_theirs(s, 0);
	start(s);
	host.spy.n = 0;
	dmsc_card_cut(host.card, 0, 0);
	if (!ok(commit(s) == DMSC_E_OK, s->name))
		say(&host.e);
	run.writes = dmsc_card_writes(host.card);
	run.apdus = host.spy.n;
	for (i = 0; i < run.apdus; i++)
		run.lc[i] = host.spy.ins[i] == 0xD6 ? host.spy.lc[i] : 0;
	host_down(&host);
	note_theirs(s, 1);
	host_up(&host);
	ok(look(s, DMSC_E_OK, "no cut", 0), "without a cut it is new");
	finish();
	printf("# %s: %zu APDUs, %lu memory writes\n", s->name, run.apdus,
	    run.writes);
}

static bool
fail_at(const struct story *s, unsigned long at, enum dmsc_fault_kind kind,
    size_t bytes, bool sticky)
{
	struct dmsc_fault f = { .at = at, .kind = kind, .bytes = bytes,
	    .sticky = sticky };
	bool good;
	int r;

	start(s);
	dmsc_fault_arm(&host.link, &f);
	r = commit(s);
	memset(&f, 0, sizeof f);
	dmsc_fault_arm(&host.link, &f);
	good = look(s, r, kind == DMSC_FAULT_TEAR ? "tear" :
	    !sticky ? "lost" : kind == DMSC_FAULT_BEFORE ? "before" :
	    "after", at);
	finish();
	return good;
}

static void
sweep_apdus(const struct story *s)
{
	unsigned long i;
	bool before = true, after = true, lost = true;

	for (i = 1; i <= run.apdus; i++) {
		before = fail_at(s, i, DMSC_FAULT_BEFORE, 0, true) && before;
		after = fail_at(s, i, DMSC_FAULT_AFTER, 0, true) && after;
		lost = fail_at(s, i, DMSC_FAULT_AFTER, 0, false) && lost;
	}
	ok(before, "cut before every APDU");
	ok(after, "cut after every APDU");
	ok(lost, "the answer of every APDU lost, the card still there");
}

static void
sweep_tears(const struct story *s)
{
	unsigned long i;
	size_t n;
	bool good = true;

	for (i = 1; i <= run.apdus; i++)
		for (n = 1; n < run.lc[i - 1]; n += STRIDE)
			good = fail_at(s, i, DMSC_FAULT_TEAR, n, true) &&
			    good;
	ok(good, "torn inside every UPDATE at every byte");
}

static bool
cut_at(const struct story *s, unsigned long at, size_t bytes)
{
	bool good;
	int r;

	start(s);
	dmsc_card_cut(host.card, at, bytes);
	r = commit(s);
	good = look(s, r, "write", at);
	finish();
	return good;
}

static void
sweep_writes(const struct story *s)
{
	static const size_t inside[] = { 0, 1, 2, 9, 40, 200, SIZE_MAX };
	unsigned long at;
	size_t i;
	bool good = true;

	for (at = 1; at <= run.writes; at++)
		for (i = 0; i < DMSC_COUNT(inside); i++)
			good = cut_at(s, at, inside[i]) && good;
	ok(good, "power cut before and inside every write of the memory");
}

int
main(void)
{
	char dir[64];
	size_t i;

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	folder = dir;
	for (i = 0; i < DMSC_COUNT(stories); i++) {
		memset(seen, 0, sizeof seen);
		measure(&stories[i]);
		sweep_apdus(&stories[i]);
		sweep_tears(&stories[i]);
		sweep_writes(&stories[i]);
		printf("# old %lu, new %lu, nothing here %lu, bad %lu\n",
		    seen[OLD], seen[NEW], seen[NOTHING], seen[BAD]);
		ok(seen[OLD] > 0 && seen[NEW] > 0 && seen[BAD] == 0 &&
		    (seen[NOTHING] > 0) == stories[i].in_place,
		    "both were seen");
		dmsc_link_close(&host.link, false);
		host.card = NULL;
	}
	free(snapshot);
	for (i = 0; i < READERS; i++) {
		dmsc_buf_free(&theirs[i][0]);
		dmsc_buf_free(&theirs[i][1]);
	}
	clean(dir);
	return tap_done();
}
