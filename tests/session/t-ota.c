/*
 * over the air: each allocation of making, showing and bringing a package, and
 * of handing a commit over, fails in turn: the call ends with an error or did
 * without it, and frees what it took (the sanitizers look). make check takes
 * every so many, make hard each of them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/file.h"
#include "nomem.h"
#include "session/session.h"
#include "tap.h"

#include <dmsc/ota.h>

enum { TEXT_MAX = 1 << 20, SAMPLE = 40, COUNT = 1 << 20 };

static const char id[] = "/OperatorX/DMAcc/opx/ServerID",
    key_text[] = "hex:8E1B5C42D7A9360F4C83F21E6DB0597A"
	"3A97C40E15F8B26D91E3507C2BDA486FD2660B9F47E1AC358870F93D1A5CE4B2",
    message[] = "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>"
	"<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1"
	"</SessionID><MsgID>1</MsgID><Target><LocURI>card</LocURI></Target>"
	"<Source><LocURI>s</LocURI></Source></SyncHdr><SyncBody><Get><CmdID>1"
	"</CmdID><Item><Target><LocURI>./DevInfo</LocURI></Target></Item>"
	"</Get><Final/></SyncBody></SyncML>";
static char folder[TAP_FOLDER], state[64], image[80], reader[96], file[80];

struct world {
	struct dmsc_session *s;
	struct dmsc_key *key;
	struct dmsc_buf *package;
};

static bool
begin(struct world *w)
{
	const struct dmsc_card_new_opts o = { .image = image,
	    .profile = "dmsc", .force = true };
	const struct dmsc_setup setup = { .state_dir = state };
	struct dmsc_image_info *info = NULL;
	struct dmsc_secret *k = NULL;

	if (dmsc_session_new(&setup, &w->s) != DMSC_E_OK ||
	    dmsc_card_new(w->s, &o, &info) != DMSC_E_OK ||
	    dmsc_connect(w->s, reader) != DMSC_E_OK ||
	    dmsc_secret_parse(dmsc_rd_str(key_text), false, &k, NULL) !=
	    DMSC_E_OK)
		return false;
	w->key = dmsc_key_of(k);
	w->package = dmsc_buf_new(TEXT_MAX);
	dmsc_secret_free(&k);
	dmsc_view_free(&dmsc_image_info_view, info);
	return w->key != NULL && w->package != NULL;
}

static int
f_make(struct world *w)
{
	const struct dmsc_package_opts o = { .keys.from = { w->key },
	    .counter = 1, .iccid = "8988211000000000008" };
	struct dmsc_buf *b = dmsc_buf_new(TEXT_MAX);
	struct dmsc_package *p = NULL;
	int r = b == NULL ? DMSC_E_NOMEM : dmsc_package_make(w->s,
	    dmsc_rd_str(message), &o, b, &p);

	dmsc_view_free(&dmsc_package_view, p);
	dmsc_buf_free(&b);
	return r;
}

static int
f_commands(struct world *w)
{
	const struct dmsc_package_opts o = { .keys.from = { w->key },
	    .counter = 5 };
	struct dmsc_package *p = NULL;
	int r;

	dmsc_buf_reset(w->package);
	r = dmsc_package_make(w->s, dmsc_rd_str("# nothing\n00A4000C023F00\n"),
	    &o, w->package, &p);
	dmsc_view_free(&dmsc_package_view, p);
	return r;
}

/* The card has had it, or does nothing: as often as one likes. */
static int
f_bring(struct world *w)
{
	const struct dmsc_ota_opts o = { .keys.from = { w->key } };
	struct dmsc_ota_result *res = NULL;
	int r = dmsc_card_ota(w->s, dmsc_buf_rd(w->package), &o, &res);
	bool had = res != NULL && strcmp(res->outcome, "old") == 0;

	dmsc_view_free(&dmsc_ota_result_view, res);
	return had && r == DMSC_E_SW ? DMSC_E_OK : r;
}

static int
f_hand(struct world *w)
{
	const struct dmsc_hand_opts o = { .dm = false };
	struct dmsc_commit *c = NULL;
	int r = dmsc_hand_over(w->s, &o, file, &c);

	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

static const struct {
	const char *name;
	int (*run)(struct world *w);
	bool edit;		/* of the working copy, before each */
} calls[] = {
	{ "a message is sealed", f_make, false },
	{ "commands are sealed", f_commands, false },
	{ "a package is brought", f_bring, false },
	{ "a commit is handed over", f_hand, true },
};

static void
ready(struct world *w, bool edit, unsigned long i)
{
	char text[32];

	(void)snprintf(text, sizeof text, "n%lu.example", i);
	if (edit && dmsc_edit_set(w->s, id, dmsc_rd_str(text), NULL, NULL) !=
	    DMSC_E_OK)
		abort();
}

static void
sweep(struct world *w, size_t k)
{
	bool hard = getenv("DMSC_HARD") != NULL, all;
	long n, step, used;

	ready(w, calls[k].edit, 0);
	all = calls[k].run(w) == DMSC_E_OK;
	ready(w, calls[k].edit, 1);
	countdown = COUNT;
	all = calls[k].run(w) == DMSC_E_OK && all;
	used = COUNT - countdown;
	step = hard || used < SAMPLE ? 1 : used / SAMPLE;
	for (n = 0; n < used; n += step) {
		ready(w, calls[k].edit, (unsigned long)n + 2);
		countdown = n;
		(void)calls[k].run(w);
		countdown = -1;
	}
	ready(w, calls[k].edit, COUNT);
	all = calls[k].run(w) == DMSC_E_OK && all;
	printf("# %ld allocations\n", used);
	ok(all && used > 0, calls[k].name);
}

static bool
none_cut(struct world *w)
{
	struct dmsc_journal *j = NULL;
	bool good = dmsc_journal(w->s, false, &j) == DMSC_E_OK &&
	    j->n_entries > 0;
	size_t i;

	for (i = 0; good && i < j->n_entries; i++)
		good = strcmp(j->entries[i].state, "handed over") == 0;
	dmsc_view_free(&dmsc_journal_view, j);
	return good;
}

int
main(void)
{
	struct world w = { NULL, NULL, NULL };
	size_t k;

	if (!tap_folder(folder))
		return 99;
	(void)snprintf(state, sizeof state, "%s/state", folder);
	(void)snprintf(image, sizeof image, "%s/a.img", folder);
	(void)snprintf(reader, sizeof reader, "sim:%s", image);
	(void)snprintf(file, sizeof file, "%s/a.txt", folder);
	if (!begin(&w))
		return 99;
	for (k = 0; k < DMSC_COUNT(calls); k++)
		sweep(&w, k);
	ok(none_cut(&w), "no commit that was handed over counts as cut");
	dmsc_key_free(&w.key);
	dmsc_buf_free(&w.package);
	dmsc_session_free(&w.s);
	return tap_done();
}
