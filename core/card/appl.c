/* The DM-SC application (dmsc-card(7)): its hello, the blocks of STORE DATA,
 * capability objects and what each object needs. */
#include "card/appl.h"

#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "card/applin.h"
#include "card/tree.h"
#include "tlv/ber.h"

enum { HOST_MSG = 16384, TAG_A5 = 0xA5, SIZE_MAX_OF_HEAD = 6,
	P1_KNOWN = DMSC_APPL_P1 | DMSC_APPL_P1_LAST | DMSC_APPL_P1_ANSWER };

const char dmsc_card_owner[] = "owner";

static const struct {
	uint8_t tag;
	bool known;			/* somebody must be */
	unsigned (*run)(struct dmsc_card_object *o);
} objects[] = {
	{ DMSC_APPL_CAPS, false, dmsc_card_caps },
	{ DMSC_APPL_MESSAGE, false, dmsc_card_message },
	{ DMSC_APPL_SESSION, false, dmsc_card_session },
	{ DMSC_APPL_ROOM, true, dmsc_card_room },
	{ DMSC_APPL_RELEASE, true, dmsc_card_release },
};

int
dmsc_card_appl_adf(const struct dmsc_card *c)
{
	int i = c->mf == DMSC_CARD_NONE ? c->mf : c->files[c->mf].child;

	while (i != DMSC_CARD_NONE && !dmsc_rd_eq(c->files[i].aid,
	    dmsc_rd_of(dmsc_appl_aid, DMSC_APPL_AID_LEN)))
		i = c->files[i].next;
	return i;
}

bool
dmsc_card_hello(const struct dmsc_card *c, struct dmsc_appl_hello *out)
{
	int i = dmsc_card_appl_adf(c);
	struct dmsc_rd a5;

	return i != DMSC_CARD_NONE && dmsc_tlv_find(c->files[i].attrs,
	    TAG_A5, &a5) == DMSC_E_OK &&
	    dmsc_appl_hello_get(a5, out) == DMSC_E_OK;
}

static void
no_host(struct dmsc_card_appl *a)
{
	const struct dmsc_appl_caps none = { .version = DMSC_APPL_VERSION,
	    .max_msg = HOST_MSG, .max_obj = DMSC_CARD_OBJ_MAX };

	a->host = none;
}

/* The tree as it is stored, and what every card has. */
static bool
open_tree(struct dmsc_card *c)
{
	bool added = false;

	if (dmsc_card_tree(c) != NULL)
		return true;
	if (dmsc_card_tree_open(c) != DMSC_E_OK)
		return false;
	if (dmsc_card_roots(c, dmsc_card_tree(c), &added) == DMSC_E_OK &&
	    (!added || dmsc_card_tree_store(c, NULL) == SW_OK))
		return true;
	dmsc_card_tree_drop(c);
	return false;
}

struct dmsc_card_appl *
dmsc_card_appl(struct dmsc_card *c)
{
	struct dmsc_card_appl *a = c->appl;

	if (!dmsc_card_has_tree(c) ||
	    dmsc_card_appl_adf(c) == DMSC_CARD_NONE || !open_tree(c))
		return NULL;
	if (a != NULL)
		return a;
	if ((a = calloc(1, sizeof *a)) == NULL)
		return NULL;
	a->c = c;
	if (!dmsc_card_hello(c, &a->hello))
		memset(&a->hello, 0, sizeof a->hello);
	no_host(a);
	c->appl = a;
	return a;
}

void
appl_forget(struct dmsc_card_appl *a)
{
	dmsc_buf_free(&a->in.have);
	memset(&a->in, 0, sizeof a->in);
}

void
dmsc_card_appl_reset(struct dmsc_card *c)
{
	struct dmsc_card_appl *a = c->appl;

	if (a == NULL)
		return;
	appl_forget(a);
	appl_leave(a);
	dmsc_card_talk_end(a);
	no_host(a);
	memset(&a->login, 0, sizeof a->login);
}

void
dmsc_card_appl_free(struct dmsc_card *c)
{
	if (c->appl == NULL)
		return;
	dmsc_card_appl_reset(c);
	free(c->appl);
	c->appl = NULL;
}

void
dmsc_card_appl_left(struct dmsc_card *c, const struct dmsc_card_channel *ch)
{
	struct dmsc_card_appl *a = c->appl;

	if (a != NULL && a->in.ch == ch)
		appl_forget(a);
	if (a != NULL && a->s.ch == ch)
		appl_leave(a);
}

const struct dmsc_appl_caps *
dmsc_card_host(struct dmsc_card *c)
{
	const struct dmsc_card_appl *a = dmsc_card_appl(c);

	return a == NULL ? NULL : &a->host;
}

/* CAPS: the host says what it is, the card how things stand. */
unsigned
dmsc_card_caps(struct dmsc_card_object *o)
{
	struct dmsc_card_appl *a = dmsc_card_appl(o->c);
	struct dmsc_appl_state s = { .authenticated = o->who.how != 0 ||
	    appl_logged_in(a, o->ch, DMSC_APPL_MAC, &o->who) };
	struct dmsc_appl_caps caps;
	uint8_t sha[DMSC_SHA256_LEN];
	struct dmsc_dm_half half;
	unsigned sw;

	if (dmsc_appl_caps_get(o->bytes, &caps) != DMSC_E_OK)
		return SW_DATA;
	caps.name = dmsc_rd_of(NULL, 0);	/* a view that ends here */
	a->host = caps;
	if ((sw = dmsc_card_nonce(o->c, s.nonce)) != SW_OK)
		return sw;
	s.counter = dmsc_card_counter(o->c);
	s.total = (uint32_t)dmsc_card_tree_total(o->c);
	s.free_bytes = (uint32_t)dmsc_card_tree_room(o->c);
	s.waits = dmsc_card_outbox(o->c);
	s.server = dmsc_rd_str(o->who.server);
	if (appl_half(o->c, &o->who, &half)) {
		s.half_uri = dmsc_rd_str(half.uri);
		s.half_size = (uint32_t)half.size;
		s.half_have = (uint32_t)half.have.left;
		if (dmsc_sha256(half.have, sha) != DMSC_E_OK)
			return SW_MEMORY;
		s.half_sha = dmsc_rd_of(sha, sizeof sha);
	}
	return dmsc_appl_state_put(o->answer, &s) == DMSC_E_OK ? SW_OK :
	    SW_MEMORY;
}

bool
dmsc_card_is_appl(const struct dmsc_card_call *k)
{
	return k->ch->app != DMSC_CARD_NONE && dmsc_card_has_tree(k->c) &&
	    k->ch->app == dmsc_card_appl_adf(k->c);
}

/* How long the object is that begins with r, its head included; 0: its head
 * is not whole or no head. */
static size_t
announced(struct dmsc_rd r)
{
	uint8_t tag, n;
	size_t len = 0, head;

	if (dmsc_rd_u8(&r, &tag) != DMSC_E_OK ||
	    dmsc_rd_u8(&r, &n) != DMSC_E_OK)
		return 0;
	if (n < 0x80)
		return 2 + (size_t)n;
	head = n & 0x7F;
	if (head == 0 || head > 4 || r.left < head)
		return 0;
	for (; head > 0; head--) {
		uint8_t b = 0;

		if (dmsc_rd_u8(&r, &b) != DMSC_E_OK)
			return 0;
		len = len << 8 | b;
	}
	return 2 + (size_t)(n & 0x7F) + len;
}

static size_t
object_of(unsigned tag)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(objects); i++)
		if (objects[i].tag == tag)
			break;
	return i;
}

/* The first block: what it is and how long is known from it. */
static unsigned
begin(struct dmsc_card_appl *a, const struct dmsc_card_call *k)
{
	struct appl_blocks *in = &a->in;
	size_t i = object_of(k->a->data.p[0]);

	appl_forget(a);
	in->whole = announced(k->a->data);
	if (i == DMSC_COUNT(objects) || in->whole == 0)
		return SW_DATA;
	if (in->whole > DMSC_CARD_IN_MAX)
		return SW_SPACE;
	dmsc_card_speaks(k->c, k->ch, &in->who);
	if (objects[i].known && in->who.how == 0)
		return SW_SECURITY;
	if ((in->have = dmsc_buf_new(in->whole)) == NULL)
		return SW_MEMORY;
	in->ch = k->ch;
	in->secure = k->c->secure != NULL;
	return SW_OK;
}

/* A block that goes on is of the same object by the same speaker. */
static unsigned
go_on(const struct dmsc_card_appl *a, const struct dmsc_card_call *k)
{
	const struct appl_blocks *in = &a->in;
	struct dmsc_card_who who;

	if (in->have == NULL || in->ch != k->ch || in->next != k->a->p2 ||
	    in->secure != (k->c->secure != NULL))
		return SW_CONDITIONS;
	dmsc_card_speaks(k->c, k->ch, &who);
	return appl_same(&who, &in->who) ? SW_OK : SW_CONDITIONS;
}

static unsigned
append(struct dmsc_card_appl *a, const struct dmsc_apdu_in *apdu)
{
	struct appl_blocks *in = &a->in;
	bool last = (apdu->p1 & DMSC_APPL_P1_LAST) != 0;

	if (apdu->data.left > in->whole - in->have->len ||
	    (last && apdu->data.left < in->whole - in->have->len))
		return SW_DATA;
	if (!last && ++in->next == DMSC_APPL_BLOCKS)
		return SW_SPACE;
	return dmsc_buf_put(in->have, apdu->data) == DMSC_E_OK ? SW_OK :
	    SW_MEMORY;
}

/* The object is here: what it asks for is done. */
static unsigned
obey(struct dmsc_card_appl *a, struct dmsc_card_call *k)
{
	struct dmsc_buf *answer = dmsc_buf_new(DMSC_CARD_DATA_MAX);
	struct dmsc_buf *have = a->in.have;
	struct dmsc_card_object o = { .c = k->c, .ch = k->ch,
	    .who = a->in.who, .bytes = dmsc_buf_rd(have), .answer = answer };
	unsigned sw = SW_MEMORY;

	a->in.have = NULL;
	appl_forget(a);
	if (answer != NULL)
		sw = objects[object_of(have->p[0])].run(&o);
	if (sw == SW_OK && (k->a->p1 & DMSC_APPL_P1_ANSWER) != 0)
		sw = dmsc_card_say(k, dmsc_buf_rd(answer));
	dmsc_buf_free(&answer);
	dmsc_buf_free(&have);
	return sw;
}

unsigned
dmsc_card_blocks(struct dmsc_card_call *k)
{
	struct dmsc_card_appl *a = dmsc_card_appl(k->c);
	const struct dmsc_apdu_in *apdu = k->a;
	unsigned sw;

	if (a == NULL)
		return SW_MEMORY;
	if ((apdu->p1 & ~(unsigned)P1_KNOWN) != 0 ||
	    (apdu->p1 & DMSC_APPL_P1) == 0)
		return SW_P1P2;
	if (apdu->data.left == 0)
		return SW_LENGTH;
	if (k->c->life != LIFE_INIT &&
	    dmsc_card_at(k->c, k->ch->app)->life != LIFE_ACTIVE)
		return SW_CONDITIONS;
	sw = apdu->p2 == 0 ? begin(a, k) : go_on(a, k);
	if (sw == SW_OK)
		sw = append(a, apdu);
	if (sw != SW_OK)
		appl_forget(a);
	return sw != SW_OK || (apdu->p1 & DMSC_APPL_P1_LAST) == 0 ? sw :
	    obey(a, k);
}
