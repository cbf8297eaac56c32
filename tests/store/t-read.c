/* store: discover, the list of documents, names, reading. */
#include "store/cards.h"

enum { DIR_SIZE = 200 };

static const struct {
	const char *name;
	enum shape shape;
	bool found;
	unsigned apdus;		/* the most that it may cost, 0: any */
	const char *why;
} discoveries[] = {
	{ "pairs", PAIRS, true, 5, "" },
	{ "one directory", LEGACY, true, 5, "" },
	{ "access rules only", RULES_ONLY, false, 0, "access rules only" },
	{ "no PKCS#15", NO_P15, false, 0, "PKCS#15" },
};

static void
discovers(const char *dir)
{
	struct dmsc_discovery *d = NULL;
	struct host h;
	size_t i;

	for (i = 0; i < DMSC_COUNT(discoveries); i++) {
		host_new(&h, discoveries[i].shape, dir);
		ok(dmsc_store_discover(h.st, &d) == DMSC_E_OK,
		    discoveries[i].name);
		if (d == NULL) {
			say(&h.e);
			host_free(&h);
			continue;
		}
		ok(d->found == discoveries[i].found, "found");
		ok(strcmp(d->card, "answers") == 0, "the card answers");
		ok(discoveries[i].apdus == 0 ||
		    d->apdus <= discoveries[i].apdus, "fewest APDUs");
		ok(d->found == (d->why == NULL), "why says why not");
		if (!d->found && !ok(strstr(d->why, discoveries[i].why) !=
		    NULL, "the reason"))
			printf("# %s\n", d->why);
		printf("# %s: %u APDUs\n", discoveries[i].name, d->apdus);
		dmsc_view_free(&dmsc_discovery_view, d);
		d = NULL;
		host_free(&h);
	}
}

static void
lists(const char *dir)
{
	struct dmsc_doc_list *l = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	if (!ok(dmsc_store_docs(h.st, &l) == DMSC_E_OK, "documents")) {
		say(&h.e);
		host_free(&h);
		return;
	}
	ok(l->n_documents == 3, "each file is one document");
	if (l->n_documents == 3) {
		const struct dmsc_doc *d = l->documents;

		ok(strcmp(d[0].kind, "arf") == 0, "access rules are shown");
		ok(strcmp(d[1].name, "OperatorX") == 0, "by label");
		ok(strcmp(d[1].kind, "dm") == 0, "kind");
		if (!ok(strcmp(d[1].place, "3F00/7F50/4D10") == 0, "place"))
			printf("# %s\n", d[1].place);
		ok(d[1].size == 700 && !d[1].is_private, "size");
		ok(d[1].n_warnings == 0, "nothing odd");
		ok(d[2].is_private, "private");
		ok(d[2].needs != NULL && strcmp(d[2].needs, "PIN81") == 0,
		    "what it needs");
	}
	dmsc_view_free(&dmsc_doc_list_view, l);
	ok(strcmp(host_value(&h, "/OperatorX/DMAcc/opx/ServerID"),
	    "com.example.operator") == 0, "a value");
	ok(strcmp(host_value(&h, "/@4D10/DMAcc/opx/ServerID"),
	    "com.example.operator") == 0, "by file identifier");
	ok(strcmp(host_value(&h, "/%4FperatorX/DMAcc/opx/Name"),
	    "Name") == 0, "an escape that is not needed");
	ok(strcmp(host_value(&h, "/Personal/AppA/opx/ServerID"), "") == 0 &&
	    h.e.code == DMSC_E_AUTH, "private is refused");
	say(&h.e);
	ok(strstr(h.e.where, "Personal") != NULL && h.e.n_next > 0 &&
	    strstr(h.e.next[0], "pin verify 81") != NULL, "with what to do");
	ok(host_pin81(&h) == DMSC_E_OK &&
	    strcmp(host_value(&h, "/Personal/AppA/opx/ServerID"),
	    "a private value") == 0, "after PIN 81 it is read");
	ok(strcmp(host_value(&h, "/Nobody"), "") == 0 &&
	    h.e.code == DMSC_E_NOTFOUND, "no such document");
	ok(strcmp(host_value(&h, "/OperatorX/DMAcc/none"), "") == 0 &&
	    h.e.code == DMSC_E_NOTFOUND, "no such node");
	host_free(&h);
}

/* Reading happens once per picture. */
static void
reads_once(const char *dir)
{
	unsigned long a, b, bytes;
	struct host h;

	host_new(&h, PAIRS, dir);
	(void)host_value(&h, "/OperatorX/DMAcc/opx/ServerID");
	dmsc_uicc_counters(h.u, &a, &bytes);
	(void)host_value(&h, "/OperatorX/DMAcc/opx/Name");
	dmsc_uicc_counters(h.u, &b, &bytes);
	ok(a == b, "a second look costs nothing");
	printf("# the first took %lu APDUs\n", a);
	dmsc_store_forget(h.st);
	dmsc_uicc_counters(h.u, &a, &bytes);
	(void)host_value(&h, "/OperatorX/DMAcc/opx/Name");
	dmsc_uicc_counters(h.u, &b, &bytes);
	ok(b > a, "after forget the card is read again");
	host_free(&h);
}

/* A card with this directory; the names of all its documents. */
static void
names_of(struct host *h, const char *dodf, struct dmsc_buf *out)
{
	struct dmsc_doc_list *l = NULL;
	struct dmsc_buf *hex = dmsc_buf_new(LAB_MAX);
	struct dmsc_buf *b = dmsc_buf_new(LAB_MAX);
	size_t i;

	put_hex(b, dodf);
	if (dmsc_buf_fill(b, 0xFF, DIR_SIZE - b->len) != DMSC_E_OK ||
	    dmsc_buf_fmt(hex, "00D60000%02zX", b->len) != DMSC_E_OK ||
	    dmsc_hex_put(hex, dmsc_buf_rd(b)) != DMSC_E_OK)
		printf("# no memory\n");
	lab_send(h->card, "00A4000C023F00");
	lab_send(h->card, "0020000A08" ADM);
	lab_send(h->card, "00A4040C0C" AID15);
	lab_send(h->card, "00A4000C026430");
	if (strcmp(lab_send(h->card, dmsc_buf_cstr(hex)), "9000") != 0)
		printf("# the directory cannot be written\n");
	host_down(h);
	host_up(h);
	if (dmsc_store_list(h->st, false, &l) != DMSC_E_OK)
		say(&h->e);
	for (i = 0; l != NULL && i < l->n_documents; i++)
		if (dmsc_buf_fmt(out, "%s%s", i > 0 ? " | " : "",
		    l->documents[i].name) != DMSC_E_OK)
			printf("# no memory\n");
	dmsc_view_free(&dmsc_doc_list_view, l);
	dmsc_buf_free(&hex);
	dmsc_buf_free(&b);
}

static const struct { const char *name, *dodf, *names; } named[] = {
	{ "no label: applicationName",
	    "A1223000300E0C0C444D20426F6F747374726170A10E300C0604672B0701"
	    "300404026433", "DM Bootstrap" },
	{ "label first",
	    "A12830060C0441636D65300E0C0C444D20426F6F747374726170A10E300C"
	    "0604672B0701300404026433", "Acme" },
	{ "neither: the file identifier",
	    "A11430003000A10E300C0604672B0701300404026433", "6433" },
	{ "escapes: '/', '%', '@', '.'",
	    "A11930050C03412F25 3000 A10E300C0604672B0701300404026433"
	    "A11830040C024041 3000 A10E300C0604672B0701300404026434"
	    "A11830040C022E41 3000 A10E300C0604672B0701300404026435",
	    "A%2F%25 | %40A | %2EA" },
	{ "equal names",
	    "A11730030C0141 3000 A10E300C0604672B0701300404026433"
	    "A11730030C0141 3000 A10E300C0604672B0701300404026434"
	    "A11730030C0141 3000 A10E300C0604672B0701300404026435",
	    "A | A~2 | A~3" },
	{ "the same identifier elsewhere is another file",
	    "A11730030C0141 3000 A10E300C0604672B0701300404026433"
	    "A11930030C0141 3000 A110300E0604672B0701300604043F006433",
	    "A | A~2" },
	{ "one file twice, by its full path",
	    "A11730030C0141 3000 A10E300C0604672B0701300404026433"
	    "A11B30030C0141 3000 A11230100604672B0701300804063F007F506433",
	    "A" },
	{ "one file twice, through the application",
	    "A11730030C0141 3000 A10E300C0604672B0701300404026433"
	    "A11930030C0141 3000 A110300E0604672B0701300604047FFF6433",
	    "A" },
};

static void
names(const char *dir)
{
	struct dmsc_buf *out = dmsc_buf_new(LAB_MAX);
	struct host h;
	size_t i;

	host_new(&h, LEGACY, dir);
	for (i = 0; i < DMSC_COUNT(named); i++) {
		dmsc_buf_reset(out);
		names_of(&h, named[i].dodf, out);
		if (!ok(strcmp(dmsc_buf_cstr(out), named[i].names) == 0,
		    named[i].name))
			printf("# %s\n", dmsc_buf_cstr(out));
	}
	dmsc_buf_free(&out);
	host_free(&h);
}

static void
oddities(const char *dir)
{
	struct dmsc_doc *d = NULL;
	struct host h;

	host_new(&h, LEGACY, dir);
	ok(dmsc_store_stat(h.st, "/DM bootstrap xx", &d) == DMSC_E_OK &&
	    d != NULL, "an entry of a real card");
	if (d == NULL)
		say(&h.e);
	else {
		ok(strcmp(d->oid, DMSC_OID_DM) == 0, "identifier unwrapped");
		ok(d->n_warnings == 1 && strstr(d->warnings[0], "twice") !=
		    NULL, "and said");
		ok(d->used > 100 && (size_t)d->used < d->size, "used");
		ok(d->second_slot == NULL, "no second slot");
	}
	dmsc_view_free(&dmsc_doc_view, d);
	host_free(&h);
}

static void
states(const char *dir)
{
	static const struct step end[] = {
		{ "00A4000C023F00", "9000" }, { "0020000A08" ADM, "9000" },
		{ "00FE0000", "9000" },
	};
	const struct dmsc_fault f = { .at = 1, .kind = DMSC_FAULT_BEFORE,
	    .sticky = false };
	struct dmsc_discovery *d = NULL;
	struct host h;

	host_new(&h, PAIRS, dir);
	dmsc_fault_arm(&h.link, &f);
	ok(dmsc_store_discover(h.st, &d) == DMSC_E_OK && !d->found &&
	    strcmp(d->card, "mute") == 0, "a card that does not answer");
	dmsc_view_free(&dmsc_discovery_view, d);
	d = NULL;
	ok(lab_run(h.card, end, DMSC_COUNT(end)), "TERMINATE CARD USAGE");
	host_down(&h);
	host_up(&h);
	if (!ok(dmsc_store_discover(h.st, &d) == DMSC_E_OK && !d->found &&
	    strcmp(d->card, "terminated") == 0, "a terminated card"))
		say(&h.e);
	if (d != NULL)
		printf("# %s: %s\n", d->card, d->why);
	dmsc_view_free(&dmsc_discovery_view, d);
	host_free(&h);
}

int
main(void)
{
	char dir[64];

	(void)snprintf(dir, sizeof dir, "%s", temp_dir());
	discovers(dir);
	lists(dir);
	reads_once(dir);
	names(dir);
	oddities(dir);
	states(dir);
	clean(dir);
	return tap_done();
}
