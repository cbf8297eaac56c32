/*
 * Files that we keep on this machine - a device's tree, the journal, the
 * ledger and its key, a card's image, a recording - cut at each byte and with
 * each bit flipped: refused and left as they are, or read; never a crash, and
 * never bytes on a card that the journal's digests do not know.
 */
#include "fuzz/world.h"

enum { SAMPLE = 60 };

static const char edited[] = "/OperatorX/DMAcc/opx/Name";
static char path[256];		/* of the file in question */
static struct dmsc_buf *good_file;
static unsigned read_well, refused;
static uint8_t before[DMSC_MEM_SIZE], after[DMSC_MEM_SIZE];

static bool
file_is(struct dmsc_rd r)
{
	struct dmsc_buf *b = world_load(path);
	bool same = b != NULL && dmsc_rd_eq(dmsc_buf_rd(b), r);

	dmsc_buf_free(&b);
	return same;
}

static void
sweep(struct world *w, const char *name, unsigned sample,
    bool (*try)(struct world *w, struct dmsc_rd in))
{
	char text[96];
	unsigned bad;

	read_well = refused = 0;
	bad = world_mutate(w, dmsc_buf_rd(good_file), sample, try);
	(void)snprintf(text, sizeof text, "%s: %u read, %u refused", name,
	    read_well, refused);
	ok(bad == 0 && refused + read_well > 0, text);
	ok(world_store(path, dmsc_buf_rd(good_file)), "as it was");
}

/* A broken tree is told by all who need it, and stays for who mends it. */
static bool
try_device(struct world *w, struct dmsc_rd in)
{
	struct dmsc_device_info *info = NULL;
	int r;

	if (!world_store(path, in))
		return false;
	r = dmsc_device_show(w->s, NULL, &info);
	dmsc_view_free(&dmsc_device_info_view, info);
	if (r != DMSC_E_OK) {
		refused++;
		return r == DMSC_E_DATA && w->s->err.where[0] != '\0' &&
		    w->s->err.n_next > 0 &&
		    world_poweron(w, NULL) == DMSC_E_DATA && file_is(in);
	}
	read_well++;
	if (world_dice(w, 8) > 0)
		return true;
	r = world_poweron(w, NULL);
	return r == DMSC_E_OK || (r != DMSC_E_INTERNAL &&
	    r != DMSC_E_NOMEM && file_is(in));
}

static void
test_device(struct world *w)
{
	(void)snprintf(path, sizeof path, "%s/devices/default.xml",
	    w->state);
	if (ok(world_poweron(w, NULL) == DMSC_E_OK && (good_file =
	    world_load(path)) != NULL, "a device"))
		sweep(w, "the device's tree", SAMPLE, try_device);
	dmsc_buf_free(&good_file);
}

/* Places that no power-on wrote must not hurt who removes them. */
static void
test_places(struct world *w)
{
	static const char *const places[] = { "", ".", "Origin",
	    "Origin/Document", "Origin/Document/1", "Origin/Document/1/MO",
	    "Origin/Document/1/MO/1", "../x", "DevInfo//" };
	static const char mark[] = "<Value>DMAcc/opx</Value>";
	struct dmsc_buf *b;
	const char *all, *at;
	size_t i;
	int r;

	(void)snprintf(path, sizeof path, "%s/devices/default.xml",
	    w->state);
	good_file = world_load(path);
	all = good_file == NULL ? NULL : dmsc_buf_cstr(good_file);
	at = all == NULL ? NULL : strstr(all, mark);
	if (!ok(at != NULL, "a place in the device's tree"))
		return;
	for (i = 0; i < DMSC_COUNT(places); i++) {
		b = dmsc_buf_new(WORLD_MAX);
		if (dmsc_buf_put(b, dmsc_rd_of(all, (size_t)(at - all))) !=
		    DMSC_E_OK || dmsc_buf_fmt(b, "<Value>%s</Value>%s",
		    places[i], at + sizeof mark - 1) != DMSC_E_OK)
			dmsc_buf_reset(b);
		ok(world_store(path, dmsc_buf_rd(b)), places[i]);
		dmsc_disconnect(w->s);
		r = world_poweron(w, NULL);
		if (!ok(r == DMSC_E_OK || (r == DMSC_E_DATA &&
		    file_is(dmsc_buf_rd(b))), "power-on without a card"))
			world_say(w, "# power-on");
		dmsc_buf_free(&b);
	}
	(void)world_store(path, dmsc_buf_rd(good_file));
	dmsc_buf_free(&good_file);
}

/* The card after the commit, the journal entry as in. */
static bool
again(struct world *w, struct dmsc_rd in)
{
	struct dmsc_card *c = world_card(w);

	world_down(w);
	if (!world_store(path, in) || c == NULL)
		return false;
	memcpy(c->mem->ram, after, sizeof after);
	return dmsc_card_load(c) == DMSC_E_OK && world_up(w, c) == DMSC_E_OK &&
	    world_pin(w, 0x0A, WORLD_ADM) == DMSC_E_OK;
}

/* What the card's files hold; its journal and counters are of no interest. */
static bool
holds(const struct world *w, const uint8_t *memory)
{
	return memcmp(w->card->mem->ram + DMSC_MEM_HEAP, memory +
	    DMSC_MEM_HEAP, DMSC_MEM_HEAP_SIZE) == 0;
}

static bool
try_undo(struct world *w, struct dmsc_rd in)
{
	struct dmsc_commit *c = NULL;
	struct dmsc_journal *j = NULL;
	const char *const *warnings;
	int r;

	if (!again(w, in))
		return false;
	r = dmsc_journal(w->s, true, &j);
	dmsc_view_free(&dmsc_journal_view, j);
	if (r == DMSC_E_INTERNAL || r == DMSC_E_NOMEM)
		return false;
	r = dmsc_undo(w->s, NULL, false, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	if (r == DMSC_E_OK) {
		read_well++;
		return holds(w, before);
	}
	refused++;
	if (!holds(w, after) || !file_is(in) || (r != DMSC_E_DATA &&
	    dmsc_warnings(w->s, &warnings) == 0))
		return false;
	r = dmsc_recover(w->s, false, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	return holds(w, after) && r != DMSC_E_INTERNAL;
}

/* The one file of a folder, into path. */
static bool
only_file(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	char one[sizeof path];
	bool found = false;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.') {
			(void)snprintf(one, sizeof one, "%.120s/%.120s",
			    folder, e->d_name);
			found = true;
		}
	if (d != NULL)
		(void)closedir(d);
	if (found)
		memcpy(path, one, sizeof path);
	return found;
}

static bool
commit(struct world *w)
{
	struct dmsc_commit *c = NULL;
	int r = world_pin(w, 0x0A, WORLD_ADM);

	if (r == DMSC_E_OK)
		r = dmsc_edit_set(w->s, edited, dmsc_rd_str("Operator Y"),
		    NULL, NULL);
	if (r == DMSC_E_OK)
		r = dmsc_commit(w->s, false, &c);
	if (r != DMSC_E_OK)
		world_say(w, "# commit");
	dmsc_view_free(&dmsc_commit_view, c);
	return r == DMSC_E_OK;
}

/* before and after: the switch back by undo restores the ODF; the slots that
 * the commit wrote stay, so "before" is the commit's card with the old ODF. */
static void
test_journal(struct world *w)
{
	struct dmsc_commit *c = NULL;
	char folder[sizeof path];

	(void)snprintf(folder, sizeof folder, "%s/journal", w->state);
	world_down(w);
	if (!ok(world_up(w, world_card(w)) == DMSC_E_OK && commit(w) &&
	    only_file(folder) && snprintf(folder, sizeof folder, "%s", path)
	    > 0 && only_file(folder), "a commit in the journal"))
		return;
	good_file = world_load(path);
	memcpy(after, w->card->mem->ram, sizeof after);
	if (!ok(again(w, dmsc_buf_rd(good_file)) &&
	    dmsc_undo(w->s, NULL, false, &c) == DMSC_E_OK &&
	    !holds(w, after), "undone"))
		world_say(w, "# undo");
	else {
		memcpy(before, w->card->mem->ram, sizeof before);
		sweep(w, "a journal entry", SAMPLE, try_undo);
	}
	dmsc_view_free(&dmsc_commit_view, c);
	dmsc_buf_free(&good_file);
	world_remove(w, "state/journal");
}

static int
wrong_pin(struct world *w)
{
	return world_pin(w, 0x81, "9999");
}

/* A fresh card, so that a value sent costs nothing. */
static bool
try_ledger(struct world *w, struct dmsc_rd in)
{
	int r;

	world_down(w);
	if (!world_store(path, in) || world_up(w, world_card(w)) !=
	    DMSC_E_OK)
		return false;
	r = wrong_pin(w);
	if (r == DMSC_E_GUARD || r == DMSC_E_DATA)
		refused++;
	else if (r != DMSC_E_AUTHFAIL)
		return false;
	else
		read_well++;
	/* Whatever the file holds: what is refused now is remembered. */
	return r == DMSC_E_DATA || wrong_pin(w) == DMSC_E_GUARD;
}

static bool
try_key(struct world *w, struct dmsc_rd in)
{
	int r;

	world_down(w);
	if (!world_store(path, in) || world_up(w, world_card(w)) !=
	    DMSC_E_OK)
		return false;
	r = wrong_pin(w);
	r == DMSC_E_AUTHFAIL ? read_well++ : refused++;
	return in.left == good_file->len || (r == DMSC_E_DATA &&
	    w->s->err.where[0] != '\0' && file_is(in));
}

static void
test_ledger(struct world *w)
{
	world_down(w);
	(void)snprintf(path, sizeof path, "%s/ledger", w->state);
	if (!ok(world_up(w, world_card(w)) == DMSC_E_OK && wrong_pin(w) ==
	    DMSC_E_AUTHFAIL && wrong_pin(w) == DMSC_E_GUARD, "the ledger"))
		world_say(w, "# a wrong PIN");
	good_file = world_load(path);
	if (ok(good_file != NULL, "its file"))
		sweep(w, "the ledger", SAMPLE, try_ledger);
	dmsc_buf_free(&good_file);
	(void)snprintf(path, sizeof path, "%s/ledger.key", w->state);
	if (ok((good_file = world_load(path)) != NULL, "its key"))
		sweep(w, "the ledger's key", SAMPLE, try_key);
	dmsc_buf_free(&good_file);
	world_down(w);
}

/* Any conversation with a card from a bad image; the image stays. */
static bool
try_image(struct world *w, struct dmsc_rd in)
{
	struct dmsc_doc_list *l = NULL;
	struct dmsc_image_info *info = NULL;
	char name[sizeof path + 4];
	int r;

	if (!world_store(path, in))
		return false;
	r = dmsc_card_show(w->s, path, &info);
	dmsc_view_free(&dmsc_image_info_view, info);
	(void)snprintf(name, sizeof name, "sim:%s", path);
	if (r == DMSC_E_INTERNAL || r == DMSC_E_NOMEM)
		return false;
	r = dmsc_connect(w->s, name);
	r == DMSC_E_OK ? read_well++ : refused++;
	if (r == DMSC_E_OK) {
		if (dmsc_docs(w->s, &l) == DMSC_E_INTERNAL)
			return false;
		dmsc_view_free(&dmsc_doc_list_view, l);
		dmsc_disconnect(w->s);
		return true;
	}
	return r != DMSC_E_INTERNAL && w->s->err.message[0] != '\0' &&
	    file_is(in);
}

static void
test_image(struct world *w)
{
	size_t i, n, at;
	unsigned bad = 0, count = world_hard() ? 20000 : 60;
	struct dmsc_buf *b;

	ok(world_session(w), "a session");
	(void)snprintf(path, sizeof path, "%s/broken.img", w->dir);
	good_file = world_load(w->image);
	read_well = refused = 0;
	n = good_file->len;
	for (i = 0; i < count; i++) {
		/* cuts, then bits of the header, then of memory in use */
		at = world_dice(w, i % 3 == 1 ? 64 : (unsigned)n);
		if (i % 3 == 2)
			at = 64 + DMSC_MEM_CARD + world_dice(w, 0x9000);
		b = dmsc_buf_from(dmsc_rd_slice(dmsc_buf_rd(good_file), 0,
		    i % 3 == 0 ? at : n), n);
		if (i % 3 != 0)
			b->p[at] ^= (uint8_t)(1u << world_dice(w, 8));
		if (!try_image(w, dmsc_buf_rd(b)) && bad++ < 5) {
			printf("# image case %zu at %zu: ", i % 3, at);
			world_say(w, "image");
		}
		dmsc_buf_free(&b);
	}
	printf("# images: %u opened, %u refused\n", read_well, refused);
	ok(bad == 0 && refused >= count / 3 && read_well > 0,
	    "images cut off and changed");
	dmsc_buf_free(&good_file);
}

static bool
try_replay(struct world *w, struct dmsc_rd in)
{
	struct dmsc_discovery *d = NULL;
	struct dmsc_doc_list *l = NULL;
	char name[sizeof path + 8];
	int r;

	(void)snprintf(name, sizeof name, "replay:%s", path);
	if (!world_store(path, in))
		return false;
	r = dmsc_connect(w->s, name);
	r == DMSC_E_OK ? read_well++ : refused++;
	if (r == DMSC_E_OK) {
		r = dmsc_discover(w->s, &d);
		dmsc_view_free(&dmsc_discovery_view, d);
		if (r == DMSC_E_OK)
			r = dmsc_docs(w->s, &l);
		dmsc_view_free(&dmsc_doc_list_view, l);
	}
	dmsc_disconnect(w->s);
	return r != DMSC_E_INTERNAL && r != DMSC_E_NOMEM;
}

static void
test_replay(struct world *w)
{
	(void)snprintf(path, sizeof path, "%s/tests/cards/nordic.apdu",
	    TEST_SRCDIR);
	good_file = world_load(path);
	(void)snprintf(path, sizeof path, "%s/card.apdu", w->dir);
	if (ok(good_file != NULL, "a recording"))
		sweep(w, "a recording", SAMPLE, try_replay);
	dmsc_buf_free(&good_file);
}

int
main(void)
{
	struct world w = { 0 };

	if (ok(world_make(&w, NULL) && world_up(&w, world_card(&w)) ==
	    DMSC_E_OK, "a card")) {
		test_device(&w);
		test_places(&w);
		test_journal(&w);
		test_ledger(&w);
		test_image(&w);
		test_replay(&w);
	}
	dmsc_session_free(&w.s);
	world_end(&w);
	return tap_done();
}
