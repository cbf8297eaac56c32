/*
 * card: packages over the air on a card of the profile dmsc: wholly done or
 * not at all wherever power is cut, the counter never back; what is inside
 * may be anything.
 */
#include "card/air.h"
#include "card/keys.h"
#include "nomem.h"

enum { TORN = 3, PARTS_MAX = 8 };

/* What is told apart: the counter of packages, the change counter, the tree
 * and the files. */
struct seen {
	uint32_t last, changes;
	bool node, file, made;
};

static struct seen
look(struct dmsc_card *c)
{
	struct seen s = { .changes = dmsc_card_counter(c) };
	int app = DMSC_CARD_NONE, f;
	size_t i;

	s.last = dmsc_mem_get(c->mem, dmsc_card_keys(c, DMSC_CARD_NONE,
	    AIR_VERSION) + K_OTA, 4);
	if (dmsc_card_appl(c) != NULL)
		s.node = dmsc_tree_find(dmsc_card_tree(c), "Air/Name") !=
		    NULL;
	for (i = 0; i < c->n_files; i++)
		if (c->files[i].used && c->files[i].fid == 0x7F50)
			app = (int)i;
	f = dmsc_card_child(c, app, 0x4D11);
	s.file = f != DMSC_CARD_NONE && c->mem->ram[c->files[f].data] ==
	    0xAA;
	s.made = dmsc_card_child(c, app, 0x4DF0) != DMSC_CARD_NONE;
	return s;
}

static bool
same(struct seen a, struct seen b)
{
	return a.last == b.last && a.changes == b.changes &&
	    a.node == b.node && a.file == b.file && a.made == b.made;
}

/* The card as it was when nothing had come. */
static void
rewind_to(struct dmsc_card *c, const uint8_t *nvm)
{
	memcpy(c->mem->nvm, nvm, c->mem->size);
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		abort();
}

/* Cut at every write, in several places of it. */
static void
sweep(struct dmsc_card *c, const struct dmsc_buf *package, const char *name)
{
	static const size_t torn[TORN] = { 0, 1, 9 };
	uint8_t *nvm = malloc(c->mem->size);
	struct seen old = look(c), fresh, now;
	struct dmsc_ota_proof p;
	unsigned long writes, at;
	bool all = true;
	size_t k;

	if (nvm == NULL)
		abort();
	memcpy(nvm, c->mem->nvm, c->mem->size);
	dmsc_card_cut(c, 0, 0);
	all = air_bring(c, package, &p) == 0x9000 &&
	    p.outcome == DMSC_OTA_DONE;
	if (!all)
		printf("# %d, status %u, %u done\n", p.outcome, p.status,
		    p.done);
	writes = dmsc_card_writes(c);
	fresh = look(c);
	all = all && fresh.last > old.last && fresh.changes > old.changes;
	for (at = 1; at <= writes; at++)
		for (k = 0; k < TORN; k++) {
			rewind_to(c, nvm);
			dmsc_card_cut(c, at, torn[k]);
			all = air_bring(c, package, &p) == 0 && all;
			if (dmsc_card_power_back(c) != DMSC_E_OK)
				abort();
			now = look(c);
			all = (same(now, old) || same(now, fresh)) && all;
			/* It comes again: done now, or had before. */
			all = air_bring(c, package, &p) == 0x9000 &&
			    p.outcome == (same(now, old) ? DMSC_OTA_DONE :
			    DMSC_OTA_OLD) && same(look(c), fresh) && all;
		}
	printf("# %lu writes\n", writes);
	ok(all && writes > 1, name);
	rewind_to(c, nvm);
	free(nvm);
}

/* The envelopes of a package, made before memory runs out. */
static unsigned
cut_up(const struct dmsc_buf *package, struct dmsc_buf *env[PARTS_MAX])
{
	unsigned parts = dmsc_cat_sms_parts(package->len), i;
	struct dmsc_cat_sms s;

	if (parts > PARTS_MAX)
		abort();
	dmsc_cat_sms_init(&s, NULL, dmsc_buf_rd(package), 8);
	for (i = 0; i < parts; i++) {
		env[i] = dmsc_buf_new(APP_SHORT);
		if (dmsc_cat_sms_put(&s, i + 1, env[i]) != DMSC_E_OK)
			abort();
	}
	return parts;
}

/* Whether the n-th allocation was asked for, and failed. */
static bool
starved(struct dmsc_card *c, struct dmsc_buf *const *env, unsigned parts,
    long n)
{
	struct dmsc_buf *rsp = dmsc_buf_new(LAB_MAX);
	bool fired;
	unsigned i;

	countdown = n;
	for (i = 0; i < parts; i++)
		if (dmsc_card_air(c, dmsc_buf_rd(env[i]), rsp) != DMSC_E_OK)
			break;
	fired = countdown < 0;
	countdown = -1;
	dmsc_buf_free(&rsp);
	return fired;
}

/* Each allocation fails once: all of it or none, and it may come again. */
static void
starve(struct dmsc_card *c, const struct dmsc_buf *package, const char *name)
{
	uint8_t *nvm = malloc(c->mem->size);
	struct dmsc_buf *env[PARTS_MAX];
	unsigned parts = cut_up(package, env), i;
	struct seen old = look(c), fresh, now;
	struct dmsc_ota_proof p;
	bool all, fired = true;
	long n;

	if (nvm == NULL)
		abort();
	memcpy(nvm, c->mem->nvm, c->mem->size);
	all = air_bring(c, package, &p) == 0x9000;
	fresh = look(c);
	for (n = 0; fired; n++) {
		rewind_to(c, nvm);
		(void)look(c);
		fired = starved(c, env, parts, n);
		now = look(c);
		if (!same(now, old) && !same(now, fresh)) {
			printf("# %ld: neither\n", n);
			all = false;
		}
		all = air_bring(c, package, &p) == 0x9000 &&
		    same(look(c), fresh) && all;
		if (dmsc_card_power_back(c) != DMSC_E_OK)
			abort();
		all = same(look(c), fresh) && all;
	}
	printf("# %ld allocations\n", n - 1);
	ok(all && n > 1, name);
	rewind_to(c, nvm);
	for (i = 0; i < parts; i++)
		dmsc_buf_free(&env[i]);
	free(nvm);
}

static void
test_cuts(struct dmsc_card *c)
{
	struct dmsc_buf *m = air_message(), *s = air_script(air_writes),
	    *package;

	package = air_seal(100, dmsc_buf_rd(m));
	sweep(c, package, "a message, cut at every write: all of it or none");
	starve(c, package, "a message, no memory at each place");
	dmsc_buf_free(&package);
	package = air_seal(100, dmsc_buf_rd(s));
	sweep(c, package, "commands, cut at every write: all or none");
	starve(c, package, "commands, no memory at each place");
	dmsc_buf_free(&package);
	dmsc_buf_free(&m);
	dmsc_buf_free(&s);
}

static const struct {
	const char *name, *content;
	enum dmsc_ota_outcome want;
	unsigned status;
} inside[] = {
	{ "nothing", "", DMSC_OTA_UNKNOWN, 0 },
	{ "another object", "E203800101", DMSC_OTA_UNKNOWN, 0 },
	{ "half an object", "E410", DMSC_OTA_UNKNOWN, 0 },
	{ "two objects", "AA00AA00", DMSC_OTA_UNKNOWN, 0 },
	{ "an empty message", "E400", DMSC_OTA_UNKNOWN, 0 },
	{ "a message that is none", "E4058003414243", DMSC_OTA_UNKNOWN, 0 },
	{ "no commands", "AA00", DMSC_OTA_DONE, 0x9000 },
	{ "a command that is cut", "AA042202 00A4", DMSC_OTA_REFUSED,
	    0x6700 },
	{ "another object among commands", "AA0423020000", DMSC_OTA_REFUSED,
	    0x6A80 },
	{ "half a list of commands", "AA0222FF", DMSC_OTA_REFUSED, 0x6A80 },
	{ "a command that reads", "AA07220500B0000001", DMSC_OTA_REFUSED,
	    0x6D00 },
	{ "PUT KEY", "AA07220580D8008101", DMSC_OTA_REFUSED, 0x6D00 },
	{ "a secured command", "AA0922070CA4040C023F00", DMSC_OTA_REFUSED,
	    0x6E00 },
	{ "a command on another channel", "AA09220701A4000C023F00",
	    DMSC_OTA_REFUSED, 0x6E00 },
	{ "UPDATE of nothing", "AA08220600D6000001FF", DMSC_OTA_REFUSED,
	    0x6986 },
};

/* Sealed with the right keys: whatever it is, the card answers, spends the
 * counter and stays what it was. */
static void
test_inside(struct dmsc_card *c)
{
	struct seen old = look(c), now;
	struct dmsc_buf *b, *package;
	struct dmsc_ota_proof p;
	uint32_t counter = 200;
	unsigned sw;
	size_t i;

	for (i = 0; i < DMSC_COUNT(inside); i++) {
		b = dmsc_buf_new(APP_SHORT);
		if (dmsc_hex_get(inside[i].content, b) != DMSC_E_OK)
			abort();
		package = air_seal(++counter, dmsc_buf_rd(b));
		sw = air_bring(c, package, &p);
		now = look(c);
		old.last = counter;
		if (sw != 0x9000 || p.outcome != inside[i].want)
			printf("# SW %04X, %d, %04X\n", sw, p.outcome,
			    p.status);
		ok(sw == 0x9000 && p.outcome == inside[i].want &&
		    p.status == inside[i].status && p.counter == counter &&
		    same(now, old), inside[i].name);
		dmsc_buf_free(&package);
		dmsc_buf_free(&b);
	}
}

/* A sealed message, changed at random before it was sealed. */
static void
test_random(struct dmsc_card *c)
{
	struct dmsc_buf *m = air_message(), *s = air_script(air_writes),
	    *copy, *package;
	unsigned long x = 3;
	uint32_t counter = 1000;
	struct dmsc_ota_proof p;
	bool all = true;
	int i, k;

	for (i = 0; i < 300; i++) {
		copy = dmsc_buf_from(dmsc_buf_rd(i % 2 == 0 ? m : s),
		    APP_OBJECT_MAX);
		for (k = 0; k < 1 + i % 3; k++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			copy->p[(x >> 33) % copy->len] = (uint8_t)(x >> 20);
		}
		package = air_seal(++counter, dmsc_buf_rd(copy));
		all = air_bring(c, package, &p) == 0x9000 &&
		    (p.outcome == DMSC_OTA_FAILED ||
		    look(c).last == counter) && all;
		dmsc_buf_free(&package);
		dmsc_buf_free(&copy);
	}
	ok(all, "300 sealed contents changed at random: each is answered");
	dmsc_buf_free(&m);
	dmsc_buf_free(&s);
}

/* As a device brings it: the proof is the answer's data, and REFRESH waits
 * behind it. */
static void
test_device(struct dmsc_card *c)
{
	struct dmsc_buf *m = air_message(), *package, *env, *cmd, *rsp;
	struct dmsc_cat_sms s;
	struct dmsc_ota_proof p;
	unsigned i, n;

	package = air_seal(5000, dmsc_buf_rd(m));
	env = dmsc_buf_new(APP_SHORT);
	cmd = dmsc_buf_new(LAB_MAX);
	rsp = dmsc_buf_new(LAB_MAX);
	n = dmsc_cat_sms_parts(package->len);
	dmsc_cat_sms_init(&s, "+49170123", dmsc_buf_rd(package), 9);
	ok(app_reset(c) && strcmp(lab_send(c, "80C20000" "01D1"), "6985") ==
	    0, "before its profile a device brings nothing");
	(void)lab_send(c, "8010000014FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
	for (i = 1; i <= n; i++) {
		dmsc_buf_reset(env);
		dmsc_buf_reset(cmd);
		dmsc_buf_reset(rsp);
		if (dmsc_cat_sms_put(&s, i, env) != DMSC_E_OK ||
		    dmsc_buf_u32(cmd, 0x80C20000) != DMSC_E_OK ||
		    dmsc_buf_u8(cmd, (unsigned)env->len) != DMSC_E_OK ||
		    dmsc_buf_put(cmd, dmsc_buf_rd(env)) != DMSC_E_OK ||
		    dmsc_buf_u8(cmd, 0) != DMSC_E_OK ||
		    dmsc_card_apdu(c, dmsc_buf_rd(cmd), rsp) != DMSC_E_OK)
			abort();
	}
	ok(rsp->len > 2 && rsp->p[rsp->len - 2] == 0x91 &&
	    dmsc_ota_proof_get(dmsc_rd_of(rsp->p, rsp->len - 2), &p) ==
	    DMSC_E_OK && dmsc_ota_proof_check(&p, air_keys()) == DMSC_E_OK &&
	    p.outcome == DMSC_OTA_DONE,
	    "in an ENVELOPE: the proof is its answer, a command waits");
	dmsc_buf_free(&m);
	dmsc_buf_free(&package);
	dmsc_buf_free(&env);
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
}

/* New keys of the same version may be the old ones: no counter goes back. */
static void
test_new_keys(struct dmsc_card *c)
{
	struct dmsc_buf *s = air_script((const char *const[]){ NULL }),
	    *package = air_seal(5000, dmsc_buf_rd(s));
	uint8_t v[2 + 3 * AIR_KEY] = { 10, 0x70 };
	struct dmsc_ota_proof p;

	memcpy(v + 2, air_keys_of_30, sizeof air_keys_of_30);
	memcpy(v + 2 + 2 * AIR_KEY, air_keys_of_30, AIR_KEY);
	ok(dmsc_card_set_keys(c, DMSC_CARD_NONE, AIR_VERSION, dmsc_rd_of(v,
	    sizeof v)) == 0x9000 && dmsc_card_keep(c) == 0x9000 &&
	    look(c).last == 5000, "keys put anew keep the counter");
	ok(air_bring(c, package, &p) == 0x9000 &&
	    p.outcome == DMSC_OTA_OLD && p.counter == 5000,
	    "and what came before does not come again");
	dmsc_buf_free(&package);
	dmsc_buf_free(&s);
}

/* A card without the application: thrown away, as what is not for it. */
static void
test_plain(void)
{
	struct dmsc_card *c = app_card_with("demo", 0);
	struct dmsc_buf *m = air_message(),
	    *package = air_seal(1, dmsc_buf_rd(m));
	struct dmsc_ota_proof p;

	ok(c != NULL && air_bring(c, package, &p) == 1 && p.version == 0,
	    "a card without the application gives no proof");
	dmsc_card_close(&c);
	dmsc_buf_free(&m);
	dmsc_buf_free(&package);
}

int
main(void)
{
	struct dmsc_card *c = app_card();

	test_cuts(c);
	test_inside(c);
	test_random(c);
	dmsc_card_close(&c);
	c = app_card();
	test_device(c);
	test_new_keys(c);
	dmsc_card_close(&c);
	test_plain();
	return tap_done();
}
