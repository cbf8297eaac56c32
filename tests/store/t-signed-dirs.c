/*
 * store: signatures in the directories take no document out of the reach of
 * other people's readers, on each kind of card: each of them reads after
 * every commit what it read before.
 */
#include "interop/profile.h"
#include "device/play.h"
#include "store/sign.h"

#define DM_OID "672B0701"
#define LWM2M_OID "672B0901"
#define JSON "{\"Security\":{\"0\":{\"ServerURI\":\"coap://h.example\"," \
	"\"SecurityMode\":3,\"ShortServerID\":1}}}"

enum { ANDROID_RULES, ANDROID_DM, NORDIC, OPENSC, APPENDIX, READERS };
static const char *const names[] = { "Android's rules", "Android", "Nordic",
	"OpenSC", "the appendix" };

static bool
ask(struct dmsc_link *l, int reader, struct dmsc_play_found *f)
{
	switch (reader) {
	case ANDROID_RULES:
		return dmsc_play_android_rules(l, f);
	case ANDROID_DM:
		return dmsc_play_android(l, DM_OID, f);
	case NORDIC:
		return dmsc_play_nordic(l, LWM2M_OID, f);
	case OPENSC:
		return dmsc_play_opensc(l, "LwM2M", false, f);
	default:
		return dmsc_play_letter(l, LWM2M_OID, true, false, f);
	}
}

/* A bit for each reader that gets its bytes. */
static unsigned
served(struct host *h)
{
	unsigned bits = 0;
	int i;

	host_down(h);
	for (i = 0; i < READERS; i++) {
		struct dmsc_play_found f = { 0 };

		if (ask(&h->link, i, &f) && f.bytes != NULL &&
		    f.bytes->len > 0)
			bits |= 1u << i;
		dmsc_play_clear(&f);
	}
	host_up(h);
	return bits;
}

static bool
same(unsigned was, unsigned now)
{
	int i;

	for (i = 0; i < READERS; i++)
		if ((was & ~now) & 1u << i)
			printf("# %s reads no more\n", names[i]);
	return (was & ~now) == 0;
}

static bool
sign(struct host *h, const char *path)
{
	return host_adm(h) == DMSC_E_OK && host_pin81(h) == DMSC_E_OK &&
	    notary_document(h, path, 30) == DMSC_E_OK &&
	    *host_commit(h, false) != '\0';
}

static bool
edit(struct host *h, const char *path)
{
	return host_adm(h) == DMSC_E_OK && dmsc_store_set(h->st, path,
	    dmsc_rd_str("coap://other.example"), NULL, NULL) == DMSC_E_OK &&
	    *host_commit(h, false) != '\0';
}

/* What is there, and who reads of it. */
static const struct row {
	const char *name, *profile;
	enum shape shape;
	bool lwm2m;		/* it has an LwM2M document */
	const char *other;	/* a document to sign too, or NULL */
	unsigned served;
} rows[] = {
	{ "the demo card", "demo", PAIRS, true, "/Mail",
	    1 << ANDROID_DM | 1 << NORDIC | 1 << OPENSC | 1 << APPENDIX },
	{ "two directories", NULL, PAIRS, false, "/OperatorX",
	    1 << ANDROID_DM | 1 << OPENSC | 1 << APPENDIX },
	{ "one directory of another maker", NULL, LEGACY, false, NULL,
	    1 << APPENDIX },
	{ "Android's rules alone", NULL, RULES_ONLY, false, NULL,
	    1 << NORDIC | 1 << APPENDIX },
};

static bool
begin(struct host *h, const struct row *row, const char *dir)
{
	if (row->profile == NULL)
		host_new(h, row->shape, dir);
	else
		host_over(h, of_profile(row->profile, dir), &spy_ops, dir);
	return row->lwm2m || (host_adm(h) == DMSC_E_OK &&
	    dmsc_store_import(h->st, "/LwM2M", dmsc_rd_str(JSON)) ==
	    DMSC_E_OK && *host_commit(h, false) != '\0');
}

static void
play(const struct row *row, const char *dir)
{
	struct host h;
	unsigned was;
	char text[128];
	bool good = begin(&h, row, dir);

	was = served(&h);
	(void)snprintf(text, sizeof text, "%s: read by %02X of 1F", row->name,
	    was);
	ok(good && was == row->served, text);
	ok(sign(&h, "/LwM2M") && same(was, served(&h)) &&
	    seal_of(&h, "/LwM2M", true) == SEAL_GOOD, "LwM2M is signed");
	if (row->other != NULL)
		ok(sign(&h, row->other) && same(was, served(&h)) &&
		    seal_of(&h, row->other, true) == SEAL_GOOD &&
		    seal_of(&h, "/LwM2M", true) == SEAL_GOOD, "and another");
	ok(host_adm(&h) == DMSC_E_OK && dmsc_store_add(h.st,
	    "/LwM2M/DMSC/Group", DMSC_FMT_CHR, NULL, dmsc_rd_str("fleet")) ==
	    DMSC_E_OK && notary_document(&h, "/LwM2M", 10) == DMSC_E_OK &&
	    *host_commit(&h, false) != '\0' && same(was, served(&h)) &&
	    seal_of(&h, "/LwM2M", true) == SEAL_GOOD, "rules beside it");
	ok(edit(&h, "/LwM2M/0/0/0") && same(was, served(&h)) &&
	    seal_of(&h, "/LwM2M", true) == SEAL_NONE,
	    "the signature is dropped");
	ok(sign(&h, "/LwM2M") && same(was, served(&h)), "and comes again");
	host_free(&h);
}

int
main(void)
{
	char dir[64];
	size_t i;

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	for (i = 0; i < DMSC_COUNT(rows); i++)
		play(&rows[i], dir);
	clean(dir);
	return tap_done();
}
