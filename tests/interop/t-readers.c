/*
 * What other people's readers find on a demo and a field card, beside what
 * dmsc says is there: the same document, byte for byte.
 */
#include <string.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/base.h"
#include "card/end.h"
#include "interop/readers.h"
#include "pkcs15/pkcs15.h"
#include "tap.h"

#define DM "672B0701"
#define DOCUMENT "/OperatorX"
enum { DOC_MAX = 65536, FID_DOC = 0x4D10, ANDROID_BLOCK = 256 };

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
same(const struct reader_found *f, struct dmsc_rd doc, size_t most)
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

enum reader { NORDIC, ANDROID, OPENSC };
static const struct {
	const char *name;
	enum reader reader;
	const char *want;
	size_t most;
} readers[] = {
	{ "Nordic", NORDIC, DM, READER_BLOCK },
	{ "Android", ANDROID, DM, ANDROID_BLOCK },
	{ "OpenSC by label", OPENSC, "OperatorX", DOC_MAX },
	{ "OpenSC by identifier", OPENSC, DM, DOC_MAX },
};

static void
read_all(const char *when, struct dmsc_rd doc, unsigned fid)
{
	struct reader_found f;
	struct dmsc_link l = { NULL, NULL };
	char name[200];
	bool found;
	size_t i;

	if (!ok(power(&l), when))
		return;
	for (i = 0; i < DMSC_COUNT(readers); i++) {
		if (readers[i].reader == NORDIC)
			found = reader_nordic(&l, readers[i].want, &f);
		else if (readers[i].reader == ANDROID)
			found = reader_android(&l, readers[i].want, &f);
		else
			found = reader_opensc(&l, readers[i].want, true, &f);
		(void)snprintf(name, sizeof name, "%s, %s", when,
		    readers[i].name);
		ok(found && f.fid == fid && same(&f, doc, readers[i].most),
		    name);
		reader_clear(&f);
	}
	dmsc_link_close(&l, true);
}

/* The document as dmsc exports it. */
static struct dmsc_buf *
exported(struct dmsc_session *s)
{
	struct dmsc_buf *b = dmsc_buf_new(DOC_MAX);

	if (!connect(s) || !good(s, dmsc_export(s, DOCUMENT, "raw", b)))
		dmsc_buf_free(&b);
	dmsc_disconnect(s);
	return b;
}

static void
test_profile(struct dmsc_session *s, const char *profile)
{
	struct dmsc_card_new_opts o = { .image = image, .profile = profile,
		.force = true };
	struct dmsc_image_info *info = NULL;
	struct dmsc_buf *doc;

	ok(good(s, dmsc_card_new(s, &o, &info)), profile);
	dmsc_view_free(&dmsc_image_info_view, info);
	doc = exported(s);
	if (ok(doc != NULL, "exported"))
		read_all(profile, dmsc_buf_rd(doc), FID_DOC);
	dmsc_buf_free(&doc);
}

int
main(void)
{
	struct dmsc_setup setup = { .state_dir = state };
	struct dmsc_session *s = NULL;
	char dir[] = "/tmp/dmsc-readers-XXXXXX", cmd[100];

	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(image, sizeof image, "%s/card.img", dir);
	(void)snprintf(state, sizeof state, "%s/state", dir);
	if (ok(dmsc_session_new(&setup, &s) == DMSC_E_OK, "a session")) {
		test_profile(s, "demo");
		test_profile(s, "field");
	}
	dmsc_session_free(&s);
	(void)snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd) == 0 ? tap_done() : 1;
}
