/*
 * An MO moves from the device to the card, and the card is pulled at each
 * APDU of it: at every moment one of them has it whole, what the card had
 * before is there or was replaced, and the same call again ends the work. So
 * it does where the device died between the card's writing and its own.
 */
/* req: UC-5.2, UC-5.2-A1, UC-5.2-A3 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/base.h"
#include "device/state.h"
#include "tap.h"

enum { PATH = TAP_FOLDER + 32, ADM1 = 0x0A, IMAGE_MAX = 16 << 20,
	SAMPLE = 7 };

static const struct row {
	const char *name, *to, *node;
	bool there;			/* the card has an older one */
	bool compare;
	bool order;			/* of a server, to ./SC */
} rows[] = {
	{ "a new document", "/Notes", "/Notes/Notes", false, false, false },
	{ "a document that is there", "/Notes", "/Notes/Notes", true, true,
	    false },
	{ "a new MO of /card", "/card/Apps/Notes", "/card/Apps/Notes", false,
	    false, false },
	{ "one that is there, as a whole", "/card/Apps/Notes",
	    "/card/Apps/Notes", true, false, false },
	{ "one that is there, compared", "/card/Apps/Notes",
	    "/card/Apps/Notes", true, true, false },
	{ "by a server's order", "/card/Group/Fleet/Notes",
	    "/card/Group/Fleet/Notes", true, false, true },
};

static struct dmsc_session *s;
static char folder[TAP_FOLDER], state[PATH], image[PATH], file[PATH];
static struct dmsc_buf *card_was, *device_was;
static struct dmsc_secret *adm;

static void
wipe(const char *path)
{
	char line[PATH + 16];

	(void)snprintf(line, sizeof line, "rm -rf '%s'", path);
	if (system(line) != 0)
		printf("# %s stays\n", path);
}

static void
slurp(const char *path, struct dmsc_buf *out)
{
	static uint8_t block[1 << 16];
	FILE *f = fopen(path, "rb");
	size_t n;

	dmsc_buf_reset(out);
	if (f == NULL)
		abort();
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		if (dmsc_buf_put(out, dmsc_rd_of(block, n)) != DMSC_E_OK)
			abort();
	(void)fclose(f);
}

static void
spit(const char *path, const struct dmsc_buf *b)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(b->p, 1, b->len, f) != b->len ||
	    fclose(f) != 0)
		abort();
}

static bool
plug_in(unsigned long pull, bool done)
{
	char name[PATH + 4];

	(void)snprintf(name, sizeof name, "sim:%s", image);
	dmsc_card_pull(s, pull, done);
	return dmsc_connect(s, name) == DMSC_E_OK && dmsc_pin_run(s,
	    DMSC_PIN_VERIFY, ADM1, adm, NULL, true) == DMSC_E_OK;
}

/* Copy and Delete in one message, with the server's credential. */
static int
ordered(void)
{
	static const char order[] = "<SyncML xmlns=\"SYNCML:SYNCML1.2\">"
	    "<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
	    "<SessionID>52</SessionID><MsgID>1</MsgID><Target><LocURI>d"
	    "</LocURI></Target><Source><LocURI>s</LocURI></Source></SyncHdr>"
	    "<SyncBody><Copy><CmdID>1</CmdID><Item><Target><LocURI>./SC/Group"
	    "/Fleet/Notes</LocURI></Target><Source><LocURI>./Notes</LocURI>"
	    "</Source></Item></Copy><Delete><CmdID>2</CmdID><Item><Target>"
	    "<LocURI>./Notes</LocURI></Target></Item></Delete><Final/>"
	    "</SyncBody></SyncML>";
	struct dmsc_secret *p = dmsc_secret_from(dmsc_rd_str("ma-s3cret"));
	const struct dmsc_server_opts o = { .server = "ma.example",
	    .password = p };
	struct dmsc_device_reply *x = NULL;
	int code = dmsc_device_server(s, &o, dmsc_rd_str(order), &x);

	dmsc_view_free(&dmsc_device_reply_view, x);
	dmsc_secret_free(&p);
	return code;
}

static int
copy(const struct row *r, bool move, struct dmsc_copied **out)
{
	const struct dmsc_copy_opts o = { .uri = "./Notes", .to = r->to,
	    .compare = r->compare, .move = move };

	return r->order && move ? ordered() : dmsc_device_copy(s, &o, out);
}

/* A device with the MO, whose value is v; the file of it. */
static void
device(const char *v)
{
	static const char *const uris[] = { "Notes/First", "Notes/A/Second",
	    "Notes/A/Third" };
	struct dmsc_device *d = NULL;
	struct dmsc_err e = { .code = DMSC_E_OK };
	size_t i;

	if (dmsc_device_load(state, NULL, &d, &e) != DMSC_E_OK)
		abort();
	for (i = 0; i < DMSC_COUNT(uris); i++) {
		struct dmsc_node *n = dmsc_tree_find(d->tree, uris[i]);

		if ((n == NULL ? dmsc_tree_add(d->tree, uris[i],
		    DMSC_FMT_CHR, NULL, dmsc_rd_str(v), NULL) :
		    dmsc_node_set_value(d->tree, n, dmsc_rd_str(v))) !=
		    DMSC_E_OK)
			abort();
	}
	if (dmsc_node_set_acl(d->tree, dmsc_tree_find(d->tree, "Notes"),
	    "Get=*&Delete=ma.example") != DMSC_E_OK ||
	    dmsc_device_save(d, &e) != DMSC_E_OK)
		abort();
	(void)snprintf(file, sizeof file, "%s", d->file);
	dmsc_device_free(&d);
}

/* Everything as it was before, but what dmsc remembers of cards. */
static void
back(void)
{
	dmsc_disconnect(s);
	wipe(state);
	if (mkdir(state, 0700) != 0)
		abort();
	device("new");
	spit(file, device_was);
	spit(image, card_was);
}

static bool
prepare(const struct row *r)
{
	struct dmsc_card_new_opts o = { .image = image, .profile = "dmsc",
	    .force = true, .space = 65536 };
	struct dmsc_image_info *info = NULL;
	struct dmsc_copied *c = NULL;
	bool good;

	dmsc_disconnect(s);
	good = dmsc_card_new(s, &o, &info) == DMSC_E_OK;
	dmsc_view_free(&dmsc_image_info_view, info);
	device("old");
	if (r->there) {
		good = good && plug_in(0, false) &&
		    copy(r, false, &c) == DMSC_E_OK;
		dmsc_view_free(&dmsc_copied_view, c);
		dmsc_disconnect(s);
	}
	device("new");
	slurp(file, device_was);
	slurp(image, card_was);
	return good;
}

/* The values that it has: "new" or "old" where all are; NULL: it is none, or
 * half of one. */
static const char *
whole(const struct dmsc_node *n)
{
	static const char *const uris[] = { "First", "Second", "Third" };
	static const char *const all[] = { "new", "old" };
	const struct dmsc_node *leaf, *a;
	size_t i, k;

	for (k = 0; n != NULL && k < DMSC_COUNT(all); k++) {
		a = dmsc_node_child(n, "A");
		for (i = 0; i < DMSC_COUNT(uris); i++) {
			leaf = i == 0 ? dmsc_node_child(n, uris[i]) :
			    a == NULL ? NULL : dmsc_node_child(a, uris[i]);
			if (leaf == NULL || !dmsc_rd_eq_str(dmsc_node_value(
			    leaf), all[k]))
				break;
		}
		if (i == DMSC_COUNT(uris))
			return all[k];
	}
	return NULL;
}

static const char *
in_device(void)
{
	struct dmsc_tree *t = NULL;
	const char *v = dmsc_device_tree(s, NULL, &t) != DMSC_E_OK ? "?" :
	    whole(dmsc_tree_find(t, "Notes"));

	if (v == NULL && t != NULL && dmsc_tree_find(t, "Notes") != NULL)
		v = "half";
	dmsc_tree_free(&t);
	return v;
}

static const char *
on_card(const struct row *r)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	int code = dmsc_at(s, r->node, &t, &n);

	return code == DMSC_E_OK ? n == NULL ? "half" : whole(n) == NULL ?
	    "half" : whole(n) : code == DMSC_E_NOTFOUND ? NULL : "?";
}

static bool
is(const char *v, const char *want)
{
	return v != NULL && strcmp(v, want) == 0;
}

/* What a cut left: the new one whole somewhere, and on the card the old one,
 * the new one, or none where none was. */
static bool
nothing_lost(const struct row *r)
{
	const char *dev = in_device(), *card = on_card(r);
	bool good = (is(dev, "new") || (dev == NULL && is(card, "new"))) &&
	    (is(card, "new") || (r->there ? is(card, "old") : card == NULL));

	if (!good)
		printf("# device: %s, card: %s\n", dev == NULL ? "-" : dev,
		    card == NULL ? "-" : card);
	return good;
}

/* The same call again, behind a recover where the commit was torn. */
static bool
again(const struct row *r)
{
	struct dmsc_copied *x = NULL;
	struct dmsc_commit *c = NULL;
	int code;

	if (in_device() == NULL)
		return is(on_card(r), "new");
	if ((code = copy(r, true, &x)) == DMSC_E_TORN) {
		if (dmsc_recover(s, false, &c) != DMSC_E_OK)
			return false;
		dmsc_view_free(&dmsc_commit_view, c);
		code = copy(r, true, &x);
	}
	if (code != DMSC_E_OK)
		printf("# again: %s: %s\n", dmsc_e_name(code),
		    dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_copied_view, x);
	return code == DMSC_E_OK && in_device() == NULL &&
	    is(on_card(r), "new");
}

/* Pulled at one APDU. False in *more: it was not that far. */
static bool
one(const struct row *r, unsigned long at, bool done, bool *more)
{
	struct dmsc_copied *x = NULL;
	int code = DMSC_E_TRANSPORT;
	bool good;

	back();
	if (plug_in(at, done))
		code = copy(r, true, &x);
	dmsc_view_free(&dmsc_copied_view, x);
	*more = code != DMSC_E_OK;
	dmsc_disconnect(s);
	good = plug_in(0, false) && nothing_lost(r) && again(r);
	if (!good)
		printf("# pulled %s APDU %lu\n", done ? "after" : "before",
		    at);
	return good;
}

static void
sweep(const struct row *r, bool hard)
{
	char name[128];
	unsigned long at = 1, n = 0;
	bool good = prepare(r), more = true;

	for (; good && more; at += hard ? 1 : SAMPLE, n++)
		good = one(r, at, false, &more) && one(r, at + (hard ? 0 :
		    SAMPLE / 2), true, &more);
	(void)snprintf(name, sizeof name, "UC-5.2-A3: %s: pulled at any APDU, "
	    "neither copy is lost", r->name);
	ok(good && n > 1, name);
}

/* The device's file is as it was before its rename. */
static void
killed(const struct row *r)
{
	struct dmsc_copied *x = NULL;
	char name[128];
	bool good = prepare(r);

	back();
	good = good && plug_in(0, false) && copy(r, true, &x) == DMSC_E_OK &&
	    (x == NULL || x->moved) && in_device() == NULL;
	dmsc_view_free(&dmsc_copied_view, x);
	spit(file, device_was);
	good = good && is(on_card(r), "new") && is(in_device(), "new") &&
	    again(r);
	dmsc_disconnect(s);
	(void)snprintf(name, sizeof name, "UC-5.2-A3: %s: the device died "
	    "between the card's write and its own", r->name);
	ok(good, name);
}

int
main(void)
{
	struct dmsc_setup setup = { .state_dir = state };
	size_t i;

	if (!tap_folder(folder))
		return 99;
	(void)snprintf(state, sizeof state, "%s/state", folder);
	(void)snprintf(image, sizeof image, "%s/c.img", folder);
	card_was = dmsc_buf_new(IMAGE_MAX);
	device_was = dmsc_buf_new(IMAGE_MAX);
	adm = dmsc_secret_from(dmsc_rd_str("DDDDDDDD"));
	if (card_was == NULL || device_was == NULL || adm == NULL ||
	    mkdir(state, 0700) != 0 ||
	    dmsc_session_new(&setup, &s) != DMSC_E_OK)
		return 99;
	for (i = 0; i < DMSC_COUNT(rows); i++) {
		sweep(&rows[i], getenv("DMSC_HARD") != NULL);
		killed(&rows[i]);
	}
	dmsc_session_free(&s);
	dmsc_secret_free(&adm);
	dmsc_buf_free(&card_was);
	dmsc_buf_free(&device_was);
	wipe(folder);
	return tap_done();
}
