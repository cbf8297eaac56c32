/*
 * Objects to the DM-SC application of a card, each behind two bytes with its
 * length, in blocks; the first byte of all says who is known and how long a
 * block is. Whatever comes, the card answers, and what it has stored is sound.
 */
#include "card/app.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { OWNER = 1, USER = 2, XML = 4, SHORTEST = 20 };

/* The card as it was made, each time anew. */
static struct dmsc_card *
fresh(void)
{
	static struct dmsc_card *c;
	static uint8_t *was;

	if (c == NULL) {
		c = app_card();
		if (dmsc_card_appl(c) == NULL ||
		    (was = malloc(c->mem->size)) == NULL)
			abort();
		memcpy(was, c->mem->ram, c->mem->size);
	}
	memcpy(c->mem->nvm, was, c->mem->size);
	if (dmsc_card_power_back(c) != DMSC_E_OK)
		abort();
	return c;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_card *c = fresh();
	struct dmsc_rd in = dmsc_rd_of(p, n), object;
	struct dmsc_buf *out = dmsc_buf_new(1 << 20);
	uint8_t how = 0;
	uint16_t len;

	if (dmsc_rd_u8(&in, &how) != DMSC_E_OK)
		how = 0;
	(void)lab_send(c, APP_SELECT);
	if ((how & OWNER) != 0)
		(void)lab_send(c, APP_ADM1);
	if ((how & USER) != 0)
		(void)lab_send(c, APP_PIN81);
	while (dmsc_rd_u16(&in, &len) == DMSC_E_OK &&
	    dmsc_rd_take(&in, len, &object) == DMSC_E_OK) {
		dmsc_buf_reset(out);
		if (object.left > 0 && app_object(c, object, SHORTEST +
		    how / 4u, out) == 0)
			abort();
	}
	if (dmsc_card_power_back(c) != DMSC_E_OK || dmsc_card_appl(c) == NULL)
		abort();
	dmsc_buf_free(&out);
	return 0;
}

#include "fuzz/replay.h"

static void
seed_object(struct dmsc_buf *out, const struct dmsc_buf *object)
{
	if (dmsc_buf_u16(out, (unsigned)object->len) != DMSC_E_OK ||
	    dmsc_buf_put(out, dmsc_buf_rd(object)) != DMSC_E_OK)
		abort();
}

static void
seed_message(struct dmsc_buf *out, const struct dmsc_msg *m,
    enum dmsc_appl_tag tag, struct dmsc_buf *object)
{
	struct dmsc_appl_message env = { .xml = false };
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX);

	dmsc_buf_reset(object);
	if (dmsc_msg_write(m, b, NULL) != DMSC_E_OK)
		abort();
	env.bytes = dmsc_buf_rd(b);
	if (dmsc_appl_message_put(object, tag, &env) != DMSC_E_OK)
		abort();
	seed_object(out, object);
	dmsc_buf_free(&b);
}

/* A message for the device, package 1 with an event, and its answer. */
static void
seed_session(struct dmsc_buf *out, struct dmsc_msg *m,
    struct dmsc_buf *object)
{
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_msg *in = world_msg("1");
	struct dmsc_cmd *c;

	(void)world_cmd(in, NULL, "Get", "./DevInfo/Lang", NULL, NULL, NULL);
	c = world_cmd(m, NULL, "Add", "./Outbox/a/Message", "bin", NULL,
	    "x");
	if (dmsc_msg_write(in, b, NULL) != DMSC_E_OK || dmsc_msg_data(m,
	    &c->items[0]->data, dmsc_buf_rd(b), true) != DMSC_E_OK)
		abort();
	seed_message(out, m, DMSC_APPL_MESSAGE, object);
	dmsc_msg_free(&in);
	in = world_msg("1");
	(void)world_cmd(in, NULL, "Alert", NULL, NULL, NULL, "1200");
	c = world_cmd(in, NULL, "Alert", "./DevInfo", "chr", "urn:x", "1226");
	c->items[0]->source.uri = "./DevInfo";
	seed_message(out, in, DMSC_APPL_SESSION, object);
	dmsc_msg_free(&in);
	in = world_msg("2");
	c = world_cmd(in, NULL, "Results", "./DevInfo/Lang", NULL, NULL,
	    "en");
	c->msg_ref = "1";
	c->cmd_ref = "1002";
	seed_message(out, in, DMSC_APPL_SESSION, object);
	dmsc_msg_free(&in);
	dmsc_buf_free(&b);
}

/* CAPS, then messages: an Atomic and a Get of all; the parts of a large
 * object; a document for the Inbox; by nobody; in XML; a session with a
 * device. */
const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char doc[] = "<MgmtTree><VerDTD>1.2</VerDTD><Node>"
	    "<NodeName>Thing</NodeName><Node><NodeName>a</NodeName><Value>b"
	    "</Value></Node></Node></MgmtTree>";
	static const char *const names[] = { "appl-atomic", "appl-large",
	    "appl-inbox", "appl-nobody", "appl-xml", "appl-session" };
	static const uint8_t hows[] = { 0xFF, 0x83, 0x7F, 0x00, 0xFF,
		0xFF };
	static const uint8_t caps[] = { 0xE2, 0x15, 0x80, 2, 1, 0, 0x81, 1,
	    15, 0x82, 4, 0, 0, 0x40, 0, 0x83, 4, 0, 1, 0, 0, 0x85, 0 };
	struct dmsc_buf *object;
	struct dmsc_msg *m;
	struct dmsc_cmd *c;

	if (i >= DMSC_COUNT(names))
		return NULL;
	m = world_msg("1");
	object = dmsc_buf_from(dmsc_rd_of(caps, sizeof caps),
	    APP_OBJECT_MAX);
	if (dmsc_buf_u8(out, hows[i]) != DMSC_E_OK)
		abort();
	seed_object(out, object);
	if (i == 1) {
		c = world_cmd(m, NULL, "Add", "./Big", "bin", NULL, "part");
		c->items[0]->more_data = true;
		c->items[0]->meta.size = "8";
		dmsc_buf_reset(object);
		app_write(m, false, object);
		seed_object(out, object);
		c->items[0]->more_data = false;
		c->items[0]->meta.size = NULL;
	} else if (i == 5)
		seed_session(out, m, object);
	else if (i == 2)
		(void)world_cmd(m, NULL, "Add", "./Inbox/x", "xml",
		    "application/vnd.syncml.dmtnds+xml", doc);
	else {
		c = world_cmd(m, NULL, "Atomic", NULL, NULL, NULL, NULL);
		(void)world_cmd(m, c, "Add", "./A/b", "chr", NULL, "text");
		(void)world_cmd(m, c, "Replace", "./Group/Fleet?prop=ACL",
		    NULL, NULL, "Get=*");
		(void)world_cmd(m, NULL, "Get", ".?list=StructData", NULL,
		    NULL, NULL);
	}
	if (i != 5) {
		dmsc_buf_reset(object);
		app_write(m, i == 4, object);
		seed_object(out, object);
	}
	dmsc_msg_free(&m);
	dmsc_buf_free(&object);
	return names[i];
}
