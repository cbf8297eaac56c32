/*
 * Each allocation of the calls on key pairs fails in turn, once on the host's
 * side, once on the card's. The call ends with an error (out of memory, where
 * it is the host's) or did without it, frees what it took (the sanitizers
 * look), and each key of the card is its old pair or its new one, whole. make
 * check takes every so many, make hard each of them.
 */
#include "fuzz/lone.h"

#include "card/pkeys.h"

enum { SAMPLE = 25, COUNT = 1 << 30, NEW_KEY = 3, SIGN_KEY = 1 };

static const char text[] = "a document", subject[] = "CN=a card,O=x";

static bool
verify_pin(struct world *w, unsigned ref, const char *value)
{
	struct dmsc_secret *v = NULL;
	bool good = dmsc_secret_parse(dmsc_rd_str(value), ref == 0x81, &v,
	    NULL) == DMSC_E_OK && dmsc_pin_run(w->s, DMSC_PIN_VERIFY, ref, v,
	    NULL, true) == DMSC_E_OK;

	dmsc_secret_free(&v);
	return good;
}

static int
f_list(struct world *w, struct dmsc_rd cms)
{
	struct dmsc_key_list *l = NULL;
	int r = dmsc_key_list(w->s, &l);

	(void)cms;
	dmsc_view_free(&dmsc_key_list_view, l);
	return r;
}

static int
pem(struct world *w, bool csr)
{
	struct dmsc_buf *b;
	long kept = countdown;
	int r;

	countdown = -1;
	b = dmsc_buf_new(WORLD_MAX);
	countdown = kept;
	r = csr ? dmsc_pair_csr(w->s, "01", subject, b) :
	    dmsc_pair_public(w->s, "RSA key", b);
	dmsc_buf_free(&b);
	return r;
}

static int
f_public(struct world *w, struct dmsc_rd cms)
{
	(void)cms;
	return pem(w, false);
}

static int
f_csr(struct world *w, struct dmsc_rd cms)
{
	(void)cms;
	return pem(w, true);
}

static int
f_generate(struct world *w, struct dmsc_rd cms)
{
	struct dmsc_pair *p = NULL;
	int r = dmsc_pair_generate(w->s, "03", "p256", true, &p);

	(void)cms;
	dmsc_view_free(&dmsc_pair_view, p);
	return r;
}

static int
sign(struct world *w, struct dmsc_signed **out)
{
	struct dmsc_signer *k = NULL;
	int r = dmsc_signer_card(w->s, NULL, dmsc_rd_of(NULL, 0), &k);

	if (r == DMSC_E_OK)
		r = dmsc_sign(w->s, k, dmsc_rd_str(text), out);
	dmsc_signer_free(&k);
	return r;
}

static int
f_sign(struct world *w, struct dmsc_rd cms)
{
	struct dmsc_signed *d = NULL;
	int r = sign(w, &d);

	(void)cms;
	dmsc_view_free(&dmsc_signed_view, d);
	return r;
}

static int
f_verify(struct world *w, struct dmsc_rd cms)
{
	const struct dmsc_verify_opts o = { .on_card = true,
	    .has_signature = true, .signature = cms };
	struct dmsc_verdict *v = NULL;
	int r = dmsc_verify_data(w->s, dmsc_rd_str(text), &o, &v);

	dmsc_view_free(&dmsc_verdict_view, v);
	return r;
}

static const struct flow {
	const char *name;
	bool replaces;
	int (*run)(struct world *w, struct dmsc_rd cms);
} flows[] = {
	{ "key list", false, f_list },
	{ "key public", false, f_public },
	{ "key csr", false, f_csr },
	{ "key generate", true, f_generate },
	{ "sign --on-card", false, f_sign },
	{ "verify --on-card", false, f_verify },
};

static bool
ready(struct world *w, bool frail)
{
	struct dmsc_link end = { frail ? &frail_ops : &card_ops, NULL };

	world_remove(w, "state/ledger");
	if (!world_session(w))
		return false;
	end.h = w->card = world_card(w);
	return end.h != NULL && world_over(w, &end) == DMSC_E_OK &&
	    verify_pin(w, 0x0A, WORLD_ADM) && verify_pin(w, 0x81, "2468");
}

/* Its public key, as told and as made of the private one; *type of it. */
static bool
pair_whole(const struct dmsc_card *c, unsigned ref, enum dmsc_pk_type *type)
{
	struct dmsc_buf *pub = dmsc_buf_new(DMSC_PK_PUBLIC_MAX);
	bool good = false;
	uint32_t at;
	unsigned i;

	for (i = 0; i < Q_KEYS; i++) {
		at = DMSC_MEM_KEYS + i * Q_SIZE;
		if (c->mem->ram[at + Q_REF] != ref)
			continue;
		good = dmsc_pk_public(dmsc_rd_of(c->mem->ram + at +
		    Q_PRIVATE, dmsc_mem_get(c->mem, at + Q_PRIVATE_LEN, 2)),
		    type, pub) == DMSC_E_OK && *type ==
		    c->mem->ram[at + Q_TYPE] && dmsc_rd_eq(dmsc_buf_rd(pub),
		    dmsc_card_pkey_public(c, at));
	}
	dmsc_buf_free(&pub);
	return good;
}

static bool
whole(struct world *w, const struct flow *f, int r)
{
	enum dmsc_pk_type new = DMSC_PK_NONE, other = DMSC_PK_NONE;

	return pair_whole(w->card, SIGN_KEY, &other) &&
	    other == DMSC_PK_P256 && pair_whole(w->card, NEW_KEY, &new) &&
	    (new == DMSC_PK_RSA2048 || (f->replaces && new ==
	    DMSC_PK_P256)) && (r != DMSC_E_OK || !f->replaces ||
	    new == DMSC_PK_P256);
}

/* The n-th allocation fails; *done: there are not that many. */
static bool
once(struct world *w, const struct flow *f, bool frail, struct dmsc_rd cms,
    long n, bool *done)
{
	bool good = ready(w, frail);
	int r;

	if (good) {
		countdown = n;
		r = f->run(w, cms);
		*done = countdown >= 0;
		countdown = -1;
		good = r == DMSC_E_OK || (!*done && w->s->err.code == r &&
		    (frail || r == DMSC_E_NOMEM));
		good = whole(w, f, r) && good;
		if (!good) {
			printf("# code %d, ", r);
			world_say(w, f->name);
		}
	}
	world_down(w);
	return good;
}

static long
allocations(struct world *w, const struct flow *f, bool frail,
    struct dmsc_rd cms)
{
	long n = -1;

	if (ready(w, frail)) {
		countdown = COUNT;
		if (f->run(w, cms) == DMSC_E_OK)
			n = COUNT - countdown;
		countdown = -1;
	}
	if (n < 0)
		world_say(w, f->name);
	world_down(w);
	return n;
}

static void
sweep(struct world *w, const struct flow *f, bool frail, struct dmsc_rd cms)
{
	long n = allocations(w, f, frail, cms), i, step;
	unsigned bad = 0, tried = 0;
	char name[96];
	bool done = false;

	step = world_hard() || n < SAMPLE ? 1 : n / SAMPLE;
	for (i = step > 1 ? (long)world_dice(w, (unsigned)step) : 0;
	    i <= n && bad < 5; i += step, tried++)
		if (!once(w, f, frail, cms, i, &done)) {
			printf("# allocation %ld\n", i);
			bad++;
		}
	(void)snprintf(name, sizeof name, "%s, the %s: %u of %ld allocations",
	    f->name, frail ? "card" : "host", tried, n);
	ok(bad == 0 && n >= 0, name);
}

int
main(void)
{
	struct world w = { 0 };
	struct dmsc_signed *d = NULL;
	size_t i;

	if (ok(world_make(&w, NULL) && ready(&w, false) &&
	    sign(&w, &d) == DMSC_E_OK, "a card with keys has signed")) {
		world_down(&w);
		for (i = 0; i < DMSC_COUNT(flows); i++) {
			sweep(&w, &flows[i], false, dmsc_buf_rd(d->cms));
			sweep(&w, &flows[i], true, dmsc_buf_rd(d->cms));
		}
	}
	dmsc_view_free(&dmsc_signed_view, d);
	world_end(&w);
	return tap_done();
}
