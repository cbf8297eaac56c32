/*
 * Each file that a host reads of a card, cut at each byte and with each bit
 * flipped: a session over it says what is wrong or goes on, in few APDUs, and
 * what was not touched stays: the card's other documents, and the device's
 * tree, which holds a document whole or not at all. make check runs a sample
 * drawn by DMSC_SEED, make hard all of it.
 */
#include "fuzz/world.h"

enum { APDUS_MAX = 3000, SAMPLE = 160, SHOW_MAX = 12 };

enum kind { FLIP, FILL, SHORT, KINDS };
static const char *const kinds[] = { "flip", "cut", "short" };

/* One case: what was done to which bytes of the card. */
struct hit {
	size_t file;		/* index in the card, or one past: the ATR */
	bool fcp;		/* of the file's FCP, not its content */
	enum kind kind;
	size_t at;		/* bit or byte */
};

static const char set_path[] = "/OperatorX/DMAcc/opx/Name";

static unsigned bad, fine, refused;

static unsigned
fid_of(const struct dmsc_card *c, const struct hit *h)
{
	return h->file < c->n_files ? c->files[h->file].fid : 0;
}

static void
complain(struct world *w, const struct dmsc_card *c, const struct hit *h,
    const char *what)
{
	if (bad++ < SHOW_MAX) {
		printf("# %04X%s %s at %zu: ", fid_of(c, h), h->fcp ? " FCP" :
		    "", kinds[h->kind], h->at);
		world_say(w, what);
	}
}

static bool
change_fcp(struct dmsc_card_file *f, const struct hit *h)
{
	if (h->kind == FLIP)
		f->fcp[h->at / 8] ^= (uint8_t)(1u << h->at % 8);
	else
		f->fcp_len = h->at;
	return true;
}

static bool
change_atr(struct dmsc_card *c, const struct hit *h)
{
	uint8_t v = c->mem->ram[DMSC_CARD_AT_ATR + 1 + h->at / 8];

	if (h->kind == FLIP) {
		v ^= (uint8_t)(1u << h->at % 8);
		return world_poke(c, (uint32_t)(DMSC_CARD_AT_ATR + 1 +
		    h->at / 8), dmsc_rd_of(&v, 1));
	}
	v = (uint8_t)h->at;
	return world_poke(c, DMSC_CARD_AT_ATR, dmsc_rd_of(&v, 1));
}

static bool
change(struct dmsc_card *c, const struct hit *h)
{
	struct dmsc_card_file *f;
	struct dmsc_buf *fill;
	uint8_t v;
	bool good;

	if (h->file >= c->n_files)
		return change_atr(c, h);
	f = &c->files[h->file];
	if (h->fcp)
		return change_fcp(f, h);
	if (h->kind == SHORT) {
		f->size = (uint32_t)h->at;
		dmsc_card_fcp(c, f);
		return true;
	}
	if (h->kind == FLIP) {
		v = c->mem->ram[f->data + h->at / 8] ^
		    (uint8_t)(1u << h->at % 8);
		return world_poke(c, (uint32_t)(f->data + h->at / 8),
		    dmsc_rd_of(&v, 1));
	}
	fill = dmsc_buf_new(WORLD_MAX);
	good = fill != NULL && dmsc_buf_fill(fill, 0xFF, f->size - h->at) ==
	    DMSC_E_OK && world_poke(c, (uint32_t)(f->data + h->at),
	    dmsc_buf_rd(fill));
	dmsc_buf_free(&fill);
	return good;
}

static bool
reads_files(struct world *w)
{
	static const char *const paths[] = { "2FE2", "7F50/5031",
	    "7F50/4D10" };
	struct dmsc_info *info = NULL;
	struct dmsc_file_list *l = NULL;
	struct dmsc_access_list *a = NULL;
	size_t i;
	bool good = world_told(w, dmsc_info(w->s, &info));

	dmsc_view_free(&dmsc_info_view, info);
	good = world_told(w, dmsc_file_ls(w->s, "7F50", &l)) && good;
	dmsc_view_free(&dmsc_file_list_view, l);
	for (i = 0; i < DMSC_COUNT(paths); i++) {
		good = world_told(w, dmsc_file_access(w->s, paths[i], &a)) &&
		    good;
		dmsc_view_free(&dmsc_access_list_view, a);
	}
	return good;
}

static bool
reads_documents(struct world *w)
{
	static const char *const paths[] = { "/OperatorX", set_path,
	    "/Personal", "/@4D10" };
	struct dmsc_discovery *d = NULL;
	struct dmsc_doc_list *l = NULL;
	const struct dmsc_tree *t;
	const struct dmsc_node *n;
	bool good = world_told(w, dmsc_discover(w->s, &d));
	size_t i;

	dmsc_view_free(&dmsc_discovery_view, d);
	good = world_told(w, dmsc_docs(w->s, &l)) && good;
	dmsc_view_free(&dmsc_doc_list_view, l);
	for (i = 0; i < DMSC_COUNT(paths); i++)
		good = world_told(w, dmsc_at(w->s, paths[i], &t, &n)) && good;
	return good;
}

/* The device's tree below the MOs of one document, as one text. */
static struct dmsc_buf *
device_text(struct world *w)
{
	struct dmsc_buf *b = dmsc_buf_new(WORLD_MAX);
	struct dmsc_tree *t = NULL;

	if (b != NULL && (dmsc_device_tree(w->s, NULL, &t) != DMSC_E_OK ||
	    dmsc_tnds_write_xml(dmsc_tree_root(t), false, false, b) !=
	    DMSC_E_OK))
		dmsc_buf_free(&b);
	dmsc_tree_free(&t);
	return b;
}

/* A management object as a whole. */
static bool
is_whole(const struct dmsc_change *c)
{
	return strcmp(c->op, "remove") == 0 && strchr(c->uri, '/') == NULL;
}

/* After a power-on the device has what the card's documents say, or what it
 * had: nothing between. Where a directory states another kind than a
 * document has, the device goes by it, and leaves the document out. */
static bool
device_whole(struct world *w, const struct dmsc_buf *had,
    bool in_directory)
{
	struct dmsc_buf *now = device_text(w);
	struct dmsc_diff *d = NULL;
	bool good = now != NULL, same = good && dmsc_rd_eq(dmsc_buf_rd(now),
	    dmsc_buf_rd(had));
	size_t i;

	dmsc_buf_free(&now);
	if (good && !same && world_pin(w, 0x81, "2468") == DMSC_E_OK &&
	    dmsc_device_diff(w->s, NULL, &d) == DMSC_E_OK)
		for (i = 0; good && i < d->n_changes; i++)
			good = in_directory && is_whole(&d->changes[i]);
	dmsc_view_free(&dmsc_diff_view, d);
	return good;
}

static bool
is_directory(unsigned fid)
{
	return fid >= 0x4D00 && fid <= 0x4D05;
}

/* Files that no commit to OperatorX may touch: all but the ODF, its
 * directories and slots; after a failed one those in use neither. */
static bool
may_change(unsigned fid, bool committed)
{
	if (fid == 0x4D11 || fid == 0x4D01 || fid == 0x4D03 || fid == 0x4D05 ||
	    fid == 0x4D13)
		return true;
	return committed && fid == 0x5031;
}

/* 0, or the file that is not as it was. */
static unsigned
touched(const struct dmsc_card *c, const struct world_kept *k,
    bool committed)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (!may_change(k->files[i].fid, committed) &&
		    !world_same(k, i, c))
			return k->files[i].fid;
	return 0;
}

static bool
commits(struct world *w, bool *committed)
{
	struct dmsc_plan *plan = NULL;
	struct dmsc_commit *c = NULL;
	int r;
	bool good;

	*committed = false;
	if (world_pin(w, 0x0A, WORLD_ADM) != DMSC_E_OK)
		return world_told(w, w->s->err.code);
	r = dmsc_edit_set(w->s, set_path, dmsc_rd_str("another name"), NULL,
	    NULL);
	if (r != DMSC_E_OK)
		return world_told(w, r);
	r = dmsc_plan(w->s, false, &plan);
	good = world_told(w, r);
	dmsc_view_free(&dmsc_plan_view, plan);
	r = dmsc_commit(w->s, false, &c);
	*committed = r == DMSC_E_OK;
	dmsc_view_free(&dmsc_commit_view, c);
	return world_told(w, r) && good;
}

/* What was committed is there for the next who looks. */
static bool
holds(struct world *w)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;

	return dmsc_reset(w->s, true) == DMSC_E_OK &&
	    dmsc_at(w->s, set_path, &t, &n) == DMSC_E_OK && n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), "another name");
}

struct base {
	struct dmsc_buf *device;	/* the device's tree, after power-on */
	struct dmsc_buf *file;		/* its file */
	char path[128];
};

static void
writes(struct world *w, const struct hit *h)
{
	struct dmsc_card *c = w->card;
	struct world_kept k;
	unsigned long apdus, bytes;
	unsigned fid;
	bool committed;

	world_keep(&k, c);
	if (!commits(w, &committed))
		complain(w, c, h, "plan and commit");
	if ((fid = touched(c, &k, committed)) != 0) {
		printf("# %04X was touched by a commit that %s\n", fid,
		    committed ? "was done" : "failed");
		complain(w, c, h, "commit");
	}
	if (committed && !holds(w))
		complain(w, c, h, "what was committed");
	committed ? fine++ : refused++;
	dmsc_counters(w->s, &apdus, &bytes);
	if (apdus > APDUS_MAX)
		complain(w, c, h, "too many APDUs");
	world_kept_free(&k);
}

static void
one(struct world *w, const struct base *b, const struct hit *h)
{
	struct dmsc_card *c = world_card(w);
	int r;

	world_remove(w, "state/journal");
	if (c == NULL || !change(c, h) ||
	    !world_store(b->path, dmsc_buf_rd(b->file))) {
		printf("# no card\n");
		bad++;
		dmsc_card_close(&c);
		return;
	}
	if ((r = world_up(w, c)) != DMSC_E_OK)
		complain(w, c, h, "connect");
	else {
		if (!reads_documents(w))
			complain(w, c, h, "documents");
		if (!reads_files(w))
			complain(w, c, h, "files");
		if (!world_told(w, world_poweron(w, NULL)))
			complain(w, c, h, "power-on");
		if (!device_whole(w, b->device, is_directory(fid_of(c, h))))
			complain(w, c, h, "the device's tree");
		writes(w, h);
	}
	world_down(w);
}

/* All positions, or a sample of them. */
static void
sweep(struct world *w, const struct base *b, struct hit *h, size_t n)
{
	size_t i, count = world_hard() || n < SAMPLE / 40 ? n : SAMPLE / 40;

	for (i = 0; i < count; i++) {
		h->at = count == n ? i : world_dice(w, (unsigned)n);
		one(w, b, h);
	}
}

static void
sweep_file(struct world *w, const struct base *b, struct dmsc_card *c,
    size_t i)
{
	struct hit h = { .file = i };
	const struct dmsc_card_file *f = &c->files[i];
	size_t n = f->kind == KIND_DF ? 0 : world_used(c, f);
	unsigned before = bad;
	char name[64];

	for (h.kind = FLIP; n > 0 && h.kind < KINDS; h.kind++)
		if (h.kind != SHORT || f->kind == KIND_TRANSPARENT)
			sweep(w, b, &h, h.kind == FLIP ? n * 8 : n);
	h.fcp = true;
	h.kind = FLIP;
	sweep(w, b, &h, f->fcp_len * 8);
	h.kind = FILL;
	sweep(w, b, &h, f->fcp_len);
	(void)snprintf(name, sizeof name, "file %04X, %zu bytes", f->fid, n);
	ok(bad == before, name);
}

static void
sweep_atr(struct world *w, const struct base *b, struct dmsc_card *c)
{
	struct hit h = { .file = c->n_files, .kind = FLIP };
	size_t n = c->mem->ram[DMSC_CARD_AT_ATR];
	unsigned before = bad;

	sweep(w, b, &h, n * 8);
	h.kind = FILL;
	sweep(w, b, &h, n);
	ok(bad == before, "the ATR");
}

/* The device after a power-on with the good card. */
static bool
prepare(struct world *w, struct base *b)
{
	(void)snprintf(b->path, sizeof b->path, "%s/devices/default.xml",
	    w->state);
	if (world_up(w, world_card(w)) != DMSC_E_OK ||
	    world_poweron(w, NULL) != DMSC_E_OK)
		return false;
	b->device = device_text(w);
	world_down(w);
	b->file = world_load(b->path);
	return b->device != NULL && b->device->len > 1000 && b->file != NULL;
}

int
main(void)
{
	struct world w = { 0 };
	struct base b = { 0 };
	struct dmsc_card *c = NULL;
	size_t i;

	if (ok(world_make(&w, NULL) && prepare(&w, &b), "a card, a device")) {
		c = world_card(&w);
		for (i = 0; i < c->n_files; i++)
			if (c->files[i].used)
				sweep_file(&w, &b, c, i);
		sweep_atr(&w, &b, c);
		dmsc_card_close(&c);
		printf("# %u commits done, %u refused\n", fine, refused);
		ok(fine > refused / 4 && refused > 0,
		    "some changes can be committed, some cannot");
	}
	dmsc_buf_free(&b.device);
	dmsc_buf_free(&b.file);
	world_end(&w);
	return tap_done();
}
