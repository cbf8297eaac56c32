/*
 * What the network brings to a card: the first byte says what the rest is: a
 * message as it is, content sealed with the card's keys, or an envelope.
 * Whatever comes, the card answers, and what it has stored is sound.
 */
#include "card/air.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { SEALED, PLAIN, ENVELOPE, HOWS, CONTENT_MAX = 16384 };

/* The card as it was made, each time anew. */
static struct dmsc_card *
fresh(void)
{
	static struct dmsc_card *c;
	static uint8_t *was;

	if (c == NULL) {
		c = app_card();
		if ((was = malloc(c->mem->size)) == NULL)
			abort();
		memcpy(was, c->mem->ram, c->mem->size);
	}
	memcpy(c->mem->nvm, was, c->mem->size);
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		abort();
	return c;
}

static void
send(struct dmsc_card *c, struct dmsc_rd r)
{
	struct dmsc_buf *b = dmsc_buf_from(r, CONTENT_MAX);
	struct dmsc_ota_proof p;

	if (b == NULL || (b->len > 0 && air_bring(c, b, &p) == 0))
		abort();
	dmsc_buf_free(&b);
}

static void
envelope(struct dmsc_card *c, struct dmsc_rd r)
{
	struct dmsc_buf *rsp = dmsc_buf_new(LAB_MAX);

	if (dmsc_card_air(c, r, rsp) != DMSC_E_OK || rsp->len < 2)
		abort();
	dmsc_buf_free(&rsp);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_card *c = fresh();
	struct dmsc_rd in = dmsc_rd_of(p, n);
	struct dmsc_buf *b;
	uint8_t how = 0;

	if (n > CONTENT_MAX || dmsc_rd_u8(&in, &how) != DMSC_E_OK)
		return 0;
	if (how % HOWS == ENVELOPE)
		envelope(c, in);
	else if (how % HOWS == PLAIN)
		send(c, in);
	else {
		b = air_seal(1, in);
		send(c, dmsc_buf_rd(b));
		dmsc_buf_free(&b);
	}
	if (dmsc_card_power_back(c) != DMSC_E_OK || dmsc_card_appl(c) == NULL)
		abort();
	return 0;
}

#include "fuzz/replay.h"

static void
put(struct dmsc_buf *out, unsigned how, struct dmsc_buf **b)
{
	if (dmsc_buf_u8(out, how) != DMSC_E_OK ||
	    dmsc_buf_put(out, dmsc_buf_rd(*b)) != DMSC_E_OK)
		abort();
	dmsc_buf_free(b);
}

const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char *const names[] = { "ota-message", "ota-commands",
	    "ota-package", "ota-envelope" };
	struct dmsc_buf *b, *package;
	struct dmsc_cat_sms s;

	if (i >= DMSC_COUNT(names))
		return NULL;
	b = i == 1 ? air_script(air_writes) : air_message();
	if (i < 2) {
		put(out, SEALED, &b);
		return names[i];
	}
	package = air_seal(1, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	if (i == 2) {
		put(out, PLAIN, &package);
		return names[i];
	}
	b = dmsc_buf_new(APP_SHORT);
	dmsc_cat_sms_init(&s, "+49170123", dmsc_buf_rd(package), 1);
	if (dmsc_cat_sms_put(&s, 1, b) != DMSC_E_OK)
		abort();
	dmsc_buf_free(&package);
	put(out, ENVELOPE, &b);
	return names[i];
}
