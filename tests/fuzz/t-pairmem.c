/*
 * Each allocation of the calls on key pairs fails in turn, once on the host's
 * side, once on the card's. The call ends with an error (out of memory, where
 * it is the host's) or did without it, frees what it took (the sanitizers
 * look), and each key of the card is its old pair or its new one, whole. make
 * check takes every so many, make hard each of them.
 */
#include "fuzz/sweep.h"

#include "card/pkeys.h"

enum { SAMPLE = 25, NEW_KEY = 3, SIGN_KEY = 1 };

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
ready(const struct sweep *s)
{
	return sweep_card(s) && verify_pin(s->w, 0x0A, WORLD_ADM) &&
	    verify_pin(s->w, 0x81, "2468");
}

static int
run(const struct sweep *s)
{
	const struct flow *f = s->flow;
	const struct dmsc_buf *cms = s->with;

	return f->run(s->w, dmsc_buf_rd(cms));
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
whole(const struct sweep *s, int r)
{
	const struct dmsc_card *c = s->w->card;
	const struct flow *f = s->flow;
	enum dmsc_pk_type new = DMSC_PK_NONE, other = DMSC_PK_NONE;

	return pair_whole(c, SIGN_KEY, &other) &&
	    other == DMSC_PK_P256 && pair_whole(c, NEW_KEY, &new) &&
	    (new == DMSC_PK_RSA2048 || (f->replaces && new ==
	    DMSC_PK_P256)) && (r != DMSC_E_OK || !f->replaces ||
	    new == DMSC_PK_P256);
}

int
main(void)
{
	struct world w = { 0 };
	struct sweep s = { .w = &w, .sample = SAMPLE, .ready = ready,
	    .run = run, .whole = whole };
	struct dmsc_signed *d = NULL;
	size_t i;

	if (ok(world_make(&w, NULL) && ready(&s) && sign(&w, &d) ==
	    DMSC_E_OK, "a card with keys has signed")) {
		world_down(&w);
		s.with = d->cms;
		for (i = 0; i < 2 * DMSC_COUNT(flows); i++) {
			s.flow = &flows[i / 2];
			s.name = flows[i / 2].name;
			s.frail = i % 2 != 0;
			sweep_all(&s);
		}
	}
	dmsc_view_free(&dmsc_signed_view, d);
	world_end(&w);
	return tap_done();
}
