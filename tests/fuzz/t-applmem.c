/* The DM-SC application where memory runs out: at each allocation of a
 * message, the card answers; its tree is the old one or the new one, in RAM
 * and stored. */
#include "card/app.h"
#include "nomem.h"

enum { MOST = 20000 };

struct lab {
	struct dmsc_card *c;
	uint8_t *was;
	struct dmsc_buf *large, *small, *doc;
};

static struct dmsc_buf *
message(const char *cmd, const char *uri, const char *type, const char *data,
    const char *size)
{
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_cmd *all = world_cmd(m, NULL, "Get", "./Group?list=TNDS",
	    NULL, NULL, NULL), *c;

	if (size == NULL)
		all = world_cmd(m, NULL, "Atomic", NULL, NULL, NULL, NULL);
	c = world_cmd(m, size == NULL ? all : NULL, cmd, uri, type == NULL ?
	    "chr" : "xml", type, data);
	c->items[0]->more_data = size != NULL;
	c->items[0]->meta.size = size;
	if (size == NULL)
		(void)world_cmd(m, all, "Add", "./Done", "node", NULL, NULL);
	app_write(m, false, b);
	dmsc_msg_free(&m);
	return b;
}

static void
again(struct lab *l)
{
	memcpy(l->c->mem->nvm, l->was, l->c->mem->size);
	if (dmsc_card_power_back(l->c) != DMSC_E_OK)
		abort();
	(void)lab_send(l->c, APP_SELECT);
	(void)lab_send(l->c, APP_ADM1);
}

static bool
done(struct dmsc_card *c)
{
	struct dmsc_dm_half half;

	return dmsc_tree_find(dmsc_card_tree(c), "Done") != NULL ||
	    dmsc_card_tree_half(c, &half);
}

/* The card itself, in one extended block: what a test allocates is not what
 * fails. */
static unsigned
tell(struct dmsc_card *c, const struct dmsc_buf *object, long n)
{
	struct dmsc_buf *cmd = dmsc_buf_new(LAB_MAX),
	    *rsp = dmsc_buf_new(LAB_MAX);
	unsigned sw = 0;

	if (dmsc_buf_u32(cmd, 0x80E29100) != DMSC_E_OK ||
	    dmsc_buf_u24(cmd, (uint32_t)object->len) != DMSC_E_OK ||
	    dmsc_buf_put(cmd, dmsc_buf_rd(object)) != DMSC_E_OK ||
	    dmsc_buf_u16(cmd, 0) != DMSC_E_OK ||
	    dmsc_buf_fill(rsp, 0, APP_OBJECT_MAX / 2) != DMSC_E_OK)
		abort();
	dmsc_buf_reset(rsp);
	countdown = n;
	if (dmsc_card_apdu(c, dmsc_buf_rd(cmd), rsp) == DMSC_E_OK &&
	    rsp->len >= 2)
		sw = (unsigned)rsp->p[rsp->len - 2] << 8 |
		    rsp->p[rsp->len - 1];
	dmsc_buf_free(&cmd);
	dmsc_buf_free(&rsp);
	return sw;
}

/* At the n-th. last: nothing failed. */
static bool
fail_at(struct lab *l, const struct dmsc_buf *object, long n, bool *last)
{
	bool told, in_ram = false;
	unsigned sw;

	again(l);
	sw = tell(l->c, object, n);
	*last = countdown >= 0;
	countdown = -1;
	told = sw == 0x9000;
	if (dmsc_card_tree(l->c) != NULL)
		in_ram = done(l->c);
	if (sw == 0 || (told && !in_ram) || (!told && in_ram))
		return false;
	if (dmsc_card_power_back(l->c) != DMSC_E_OK ||
	    dmsc_card_appl(l->c) == NULL)
		return false;
	return done(l->c) == told;
}

static void
test_each(struct lab *l, const struct dmsc_buf *object, const char *name)
{
	bool good = true, last = false;
	long n;

	for (n = 0; good && !last && n < MOST; n++)
		good = fail_at(l, object, n, &last);
	if (!good)
		printf("# allocation %ld\n", n - 1);
	ok(good && last && n > 20, name);
}

int
main(void)
{
	static const char doc[] = "<MgmtTree><VerDTD>1.2</VerDTD><Node>"
	    "<NodeName>Thing</NodeName><Node><NodeName>a</NodeName><Value>b"
	    "</Value></Node></Node></MgmtTree>";
	struct lab l = { .c = app_card() };

	if (dmsc_card_appl(l.c) == NULL ||
	    (l.was = malloc(l.c->mem->size)) == NULL)
		abort();
	memcpy(l.was, l.c->mem->ram, l.c->mem->size);
	l.small = message("Add", "./New/leaf", NULL, "text", NULL);
	l.large = message("Add", "./Big", NULL, "a part", "20");
	l.doc = message("Add", "./Inbox/x",
	    "application/vnd.syncml.dmtnds+xml", doc, NULL);
	test_each(&l, l.small, "an Atomic");
	test_each(&l, l.large, "a part of a large object");
	test_each(&l, l.doc, "a document for the Inbox");
	dmsc_buf_free(&l.small);
	dmsc_buf_free(&l.large);
	dmsc_buf_free(&l.doc);
	free(l.was);
	dmsc_card_close(&l.c);
	return tap_done();
}
