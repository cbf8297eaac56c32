/*
 * The card's own tree over a host whose memory runs out at each allocation,
 * and over a card whose answers are bent: every call ends with a result or an
 * error that says why, and what a commit leaves is wholly old or wholly new.
 */
#include "card/app.h"
#include "nomem.h"
#include "store/cards.h"

enum { MOST = 40000, BENT = 400, APDUS_MAX = 600 };

/* How the link bends answers: one bit of each n-th, or its end cut off. */
static struct { bool on, cut; unsigned every, at, apdus; } bend;

static int
bent_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct spy *s = h;
	size_t from = rsp->len, n;
	int r = dmsc_link_xfer(&s->below, cmd, rsp, e);

	bend.apdus++;
	if (r != DMSC_E_OK || !bend.on || cmd.p[1] != 0xE2 ||
	    rsp->len - from <= 2)
		return r;
	n = rsp->len - from - 2;
	if (!bend.cut) {
		rsp->p[from + bend.at / 8 % n] ^= (uint8_t)(1u << bend.at % 8);
		return r;
	}
	dmsc_buf_truncate(rsp, from + bend.at % n);
	return dmsc_buf_u16(rsp, 0x9000);
}

static int
bent_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct spy *s = h;

	return dmsc_link_reset(&s->below, cold, atr, e);
}

static void
bent_close(void **h, bool reset_card)
{
	struct spy *s = *h;

	dmsc_link_close(&s->below, reset_card);
	*h = NULL;
}

static const struct dmsc_link_ops bent_ops = { .name = "bent",
    .reset = bent_reset, .xfer = bent_xfer, .close = bent_close };

#define LANG "/card/DevInfo/Lang"

/* A look, edits, a plan, a commit, and back. */
static int
use(struct host *h, bool *committed)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n;
	struct dmsc_plan *p = NULL;
	struct dmsc_commit *c = NULL;
	int r;

	*committed = false;
	if ((r = dmsc_store_at(h->st, "/card/DevInfo", &t, &n)) !=
	    DMSC_E_OK || (r = dmsc_store_set(h->st, LANG,
	    dmsc_rd_str("de"), NULL, NULL)) != DMSC_E_OK ||
	    (r = dmsc_store_add(h->st, "/card/Test/a", DMSC_FMT_CHR, NULL,
	    dmsc_rd_str("1"))) != DMSC_E_OK ||
	    (r = dmsc_store_acl(h->st, "/card/Test", "Get=*")) != DMSC_E_OK)
		return r;
	if ((r = dmsc_store_plan(h->st, false, &p)) == DMSC_E_OK)
		r = dmsc_store_commit(h->st, false, &c);
	*committed = r == DMSC_E_OK;
	dmsc_view_free(&dmsc_plan_view, p);
	dmsc_view_free(&dmsc_commit_view, c);
	c = NULL;
	if (r == DMSC_E_OK)
		r = dmsc_store_undo(h->st, NULL, true, &c);
	dmsc_view_free(&dmsc_commit_view, c);
	return r;
}

/* What the card has itself: 1 all of it, 0 nothing, -1 half. */
static int
stands(struct dmsc_card *c)
{
	const struct dmsc_tree *t = dmsc_card_appl_tree(c);
	const struct dmsc_node *lang, *test;

	if (t == NULL)
		return -1;
	lang = dmsc_tree_find(t, "DevInfo/Lang");
	test = dmsc_tree_find(t, "Test/a");
	return lang == NULL ? -1 : dmsc_rd_eq_str(dmsc_node_value(lang),
	    "de") ? (test != NULL ? 1 : -1) : (test == NULL ? 0 : -1);
}

/* The card as it was, a host that was not there before, the owner. */
static void
begin(struct host *h, const uint8_t *was, size_t size)
{
	const char *id = NULL;
	char sub[64];

	countdown = -1;
	if (h->g != NULL && dmsc_guard_identity(h->g, &id) == DMSC_E_OK &&
	    id != NULL) {
		(void)snprintf(sub, sizeof sub, "%s", id);
		empty_folder(h->dir, sub);
		empty_folder(h->dir, ".cut");
	}
	memcpy(h->card->mem->nvm, was, size);
	if (dmsc_card_power_back(h->card) != DMSC_E_OK)
		abort();
	host_restart(h);
	if (host_adm(h) != DMSC_E_OK)
		abort();
}

static void
test_nomem(struct host *h, const uint8_t *was, size_t size)
{
	bool good = true, committed = false;
	long n, step = getenv("DMSC_HARD") != NULL ? 1 : 7;
	int r = DMSC_E_NOMEM, has = 0;

	for (n = 0; good && n < MOST; n += step) {
		begin(h, was, size);
		countdown = n;
		r = use(h, &committed);
		if (countdown >= 0)
			break;
		countdown = -1;
		has = stands(h->card);
		good = has >= 0 && (!committed || has == 1) &&
		    (r == DMSC_E_OK || h->e.code == r);
	}
	countdown = -1;
	if (!good || r != DMSC_E_OK || !committed)
		printf("# allocation %ld: %d, %s: %s, the card %d\n", n, r,
		    h->e.message, h->e.why, has);
	ok(good && n > 1000 && r == DMSC_E_OK && committed,
	    "no memory, at each place");
}

static void
test_bent(struct host *h, const uint8_t *was, size_t size, bool cut)
{
	bool good = true, committed;
	unsigned i, failed = 0;
	int r = DMSC_E_OK;

	for (i = 0; good && i < BENT; i++) {
		begin(h, was, size);
		bend.on = true;
		bend.cut = cut;
		bend.at = i * 37;
		bend.apdus = 0;
		r = use(h, &committed);
		bend.on = false;
		failed += r != DMSC_E_OK;
		good = bend.apdus < APDUS_MAX && stands(h->card) >= 0 &&
		    (r == DMSC_E_OK || (h->e.code == r &&
		    h->e.message[0] != '\0'));
	}
	if (!good)
		printf("# %u: %d, %s, %u APDUs\n", i - 1, r, h->e.message,
		    bend.apdus);
	ok(good && failed > BENT / 4, cut ? "answers that break off" :
	    "answers with another bit");
}

int
main(void)
{
	char folder[64];
	struct host h;
	uint8_t *was;
	size_t size;
	struct dmsc_card *c = app_card();

	size = c->mem->size;
	(void)snprintf(folder, sizeof folder, "%s", temp_dir());
	if ((was = malloc(size)) == NULL)
		abort();
	memcpy(was, c->mem->ram, size);
	host_over(&h, c, &bent_ops, folder);
	test_nomem(&h, was, size);
	test_bent(&h, was, size, false);
	test_bent(&h, was, size, true);
	host_free(&h);
	free(was);
	clean(folder);
	return tap_done();
}
