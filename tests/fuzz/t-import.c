/*
 * What people hand us - TNDS, SyncML, JSON, a backup - cut at each byte and
 * with each bit flipped: refused, and then the working copy and the card are
 * as before, edits that were pending too; or taken whole.
 */
#include "fuzz/world.h"

enum { SAMPLE = 60 };

static const char opx[] = "/OperatorX", personal[] = "/Personal",
    edited[] = "/OperatorX/DMAcc/opx/Name", fresh[] = "/Fresh";

/* What must not change: the card's memory, each document's bytes. */
static uint8_t memory[DMSC_MEM_SIZE];
static struct dmsc_buf *work_opx, *work_personal;
static unsigned taken, refused;

static struct dmsc_buf *
bytes_of(struct world *w, const char *path)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);

	if (dmsc_doc_bytes(w->s, path, false, b) != DMSC_E_OK)
		dmsc_buf_reset(b);
	return b;
}

static bool
is_still(struct world *w, const char *path, const struct dmsc_buf *was)
{
	struct dmsc_buf *b = bytes_of(w, path);
	bool same = b->len > 0 && dmsc_rd_eq(dmsc_buf_rd(b),
	    dmsc_buf_rd(was));

	dmsc_buf_free(&b);
	return same;
}

static bool
pend(struct world *w)
{
	return dmsc_edit_set(w->s, edited, dmsc_rd_str("pending"), NULL,
	    NULL) == DMSC_E_OK;
}

/* r is what a change of the working copy said. */
static bool
whole(struct world *w, int r)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n;
	struct dmsc_doc *doc = NULL;
	bool good = memcmp(memory, w->card->mem->ram, sizeof memory) == 0;

	if (r != DMSC_E_OK) {
		refused++;
		good = good && w->s->err.code == r &&
		    r != DMSC_E_INTERNAL && r != DMSC_E_NOMEM &&
		    w->s->err.message[0] != '\0' && is_still(w, opx,
		    work_opx) && is_still(w, personal, work_personal) &&
		    dmsc_doc_stat(w->s, fresh, &doc) == DMSC_E_NOTFOUND;
		dmsc_view_free(&dmsc_doc_view, doc);
		return good;
	}
	taken++;
	if (dmsc_at(w->s, opx, &t, &n) != DMSC_E_OK)
		world_say(w, "# what was taken");
	return dmsc_revert(w->s, "/") == DMSC_E_OK && pend(w) && good;
}

static bool
try_import(struct world *w, struct dmsc_rd in)
{
	return whole(w, dmsc_import(w->s, opx, in));
}

static bool
try_fresh(struct world *w, struct dmsc_rd in)
{
	return whole(w, dmsc_import(w->s, fresh, in));
}

static bool
try_edit(struct world *w, struct dmsc_rd in)
{
	struct dmsc_tree *t = NULL;
	int r = dmsc_parse_tree(w->s, in, &t);

	if (r == DMSC_E_OK)
		r = dmsc_edit_tree(w->s, opx, t);
	dmsc_tree_free(&t);
	return whole(w, r);
}

static bool
try_restore(struct world *w, struct dmsc_rd in)
{
	return whole(w, dmsc_restore(w->s, in));
}

static const struct {
	const char *form;
	bool tree;	/* a form that 'edit' reads too */
} forms[] = {
	{ "tnds", true }, { "tnds-wbxml", true }, { "syncml", false },
	{ "syncml-wbxml", false }, { "json", true },
};

static void
sweep(struct world *w, const char *name, struct dmsc_rd in,
    bool (*try)(struct world *w, struct dmsc_rd in))
{
	char text[96];
	unsigned bad;

	taken = refused = 0;
	if (!ok(try(w, in) && taken == 1, "as it is"))
		world_say(w, name);
	bad = world_mutate(w, in, SAMPLE, try);
	(void)snprintf(text, sizeof text, "%s: %u taken, %u refused", name,
	    taken, refused);
	ok(bad == 0 && refused > 0, text);
}

static void
each_form(struct world *w)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	char name[64];
	size_t i;

	for (i = 0; i < DMSC_COUNT(forms); i++) {
		dmsc_buf_reset(b);
		if (!ok(dmsc_export(w->s, personal, forms[i].form, b) ==
		    DMSC_E_OK, forms[i].form))
			continue;
		(void)snprintf(name, sizeof name, "import of %s",
		    forms[i].form);
		sweep(w, name, dmsc_buf_rd(b), try_import);
		(void)snprintf(name, sizeof name, "a new document of %s",
		    forms[i].form);
		sweep(w, name, dmsc_buf_rd(b), try_fresh);
		(void)snprintf(name, sizeof name, "edit of %s",
		    forms[i].form);
		if (forms[i].tree)
			sweep(w, name, dmsc_buf_rd(b), try_edit);
	}
	dmsc_buf_reset(b);
	if (ok(dmsc_backup(w->s, b) == DMSC_E_OK, "a backup"))
		sweep(w, "restore", dmsc_buf_rd(b), try_restore);
	dmsc_buf_free(&b);
}

/* What fuzzers found. */
#define MESSAGE(item) "<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr/>" \
	"<SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./Inbox/A" \
	"</LocURI></Target>" item "</Item></Add></SyncBody></SyncML>"
static const char *const found[] = {
	MESSAGE("<Data><Item/></Data>"),	/* read behind its end */
	MESSAGE("<Data>x<Item/>y</Data>"),
	MESSAGE("<Target><Item/><LocURI>./B</LocURI></Target>"),
	MESSAGE("<Target><LocURI><Item/></LocURI></Target>"),
	MESSAGE("<Data>x</Data><Add><CmdID>2</CmdID><Item><Target><LocURI>"
	    "./Inbox/B</LocURI></Target><Data>y</Data></Item></Add>"),
};

static void
test_found(struct world *w)
{
	struct dmsc_tree *t = NULL;
	size_t i;
	int r;

	for (i = 0; i < DMSC_COUNT(found); i++) {
		r = dmsc_parse_tree(w->s, dmsc_rd_str(found[i]), &t);
		dmsc_tree_free(&t);
		ok(r == DMSC_E_OK || r == DMSC_E_FORMAT, found[i]);
	}
}

int
main(void)
{
	struct world w = { 0 };

	if (ok(world_make(&w, NULL) && world_up(&w, world_card(&w)) ==
	    DMSC_E_OK && world_pin(&w, 0x81, "2468") == DMSC_E_OK &&
	    pend(&w), "a card with a pending edit")) {
		work_opx = bytes_of(&w, opx);
		work_personal = bytes_of(&w, personal);
		memcpy(memory, w.card->mem->ram, sizeof memory);
		each_form(&w);
		test_found(&w);
	}
	dmsc_buf_free(&work_opx);
	dmsc_buf_free(&work_personal);
	world_down(&w);
	world_end(&w);
	return tap_done();
}
