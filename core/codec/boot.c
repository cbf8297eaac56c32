/* DM bootstrap documents: making, reading, freeing (codec/codec.h). */
#include "codec/boot.h"

#include <stdlib.h>

#include "codec/emit.h"

struct dmsc_boot *
dmsc_boot_empty(void)
{
	struct dmsc_boot *b = calloc(1, sizeof *b);

	if (b != NULL && (b->tree = dmsc_tree_new(DMSC_DOC_MAX)) == NULL) {
		free(b);
		b = NULL;
	}
	return b;
}

void
dmsc_boot_free(struct dmsc_boot **b)
{
	size_t i;

	if (b == NULL || *b == NULL)
		return;
	for (i = 0; i < (*b)->n_items; i++) {
		struct boot_item *it = &(*b)->items[i];

		free(it->target);
		free(it->base);
		free(it->format);
		free(it->type);
		dmsc_tree_free(&it->t);
	}
	free((*b)->items);
	free((*b)->cmds);
	dmsc_tree_free(&(*b)->tree);
	dmsc_buf_free(&(*b)->bytes);
	free(*b);
	*b = NULL;
}

static int
read_bytes(struct dmsc_rd bytes, bool keep, struct dmsc_boot **out,
    size_t *used, struct dmsc_err *e)
{
	struct dmsc_boot *b = dmsc_boot_empty();
	size_t end = 0;
	int r;

	*out = NULL;
	if (b == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read SyncML");
	b->keep = keep;
	r = dmsc_boot_elements(b, bytes, false, &end, e);
	if (r == DMSC_E_OK && (b->bytes = dmsc_buf_from(
	    dmsc_rd_slice(bytes, 0, end), DMSC_DOC_MAX)) == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "cannot read SyncML");
	if (r != DMSC_E_OK) {
		dmsc_boot_free(&b);
		return r;
	}
	if (used != NULL)
		*used = end;
	*out = b;
	return DMSC_E_OK;
}

int
dmsc_boot_read(struct dmsc_rd bytes, struct dmsc_boot **out, size_t *used,
    struct dmsc_err *e)
{
	return read_bytes(bytes, false, out, used, e);
}

int
dmsc_boot_again(struct dmsc_rd bytes, struct dmsc_boot **out,
    struct dmsc_err *e)
{
	return read_bytes(bytes, true, out, NULL, e);
}

static void
party(struct emit *em, unsigned el, const char *uri)
{
	dmsc_emit_open(em, el);
	dmsc_emit_leaf(em, EL_LOCURI, dmsc_rd_str(uri));
	dmsc_emit_close(em);
}

/* Reference 8.2: what makes no sense in a header must still be there. */
static int
new_message(struct dmsc_buf *b)
{
	static const uint8_t head[] = { 0x02, 0xA4, 0x01, 0x6A, 0x00 };
	struct emit em = { .b = b };

	em.code = dmsc_buf_put(b, dmsc_rd_of(head, sizeof head));
	dmsc_emit_open(&em, EL_SYNCML);
	dmsc_emit_open(&em, EL_SYNCHDR);
	dmsc_emit_leaf(&em, EL_VERDTD, dmsc_rd_str("1.2"));
	dmsc_emit_leaf(&em, EL_VERPROTO, dmsc_rd_str("DM/1.2"));
	dmsc_emit_leaf(&em, EL_SESSIONID, dmsc_rd_str("1"));
	dmsc_emit_leaf(&em, EL_MSGID, dmsc_rd_str("1"));
	party(&em, EL_TARGET, "device");
	party(&em, EL_SOURCE, "card");
	dmsc_emit_close(&em);
	dmsc_emit_open(&em, EL_SYNCBODY);
	dmsc_emit_empty(&em, EL_FINAL);
	dmsc_emit_close(&em);
	dmsc_emit_close(&em);
	return em.code;
}

struct dmsc_boot *
dmsc_boot_new(void)
{
	struct dmsc_buf *bytes = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_boot *b = NULL;

	if (bytes == NULL)
		return NULL;
	if (new_message(bytes) == DMSC_E_OK &&
	    dmsc_boot_read(dmsc_buf_rd(bytes), &b, NULL, NULL) != DMSC_E_OK)
		b = NULL;
	dmsc_buf_free(&bytes);
	return b;
}

const struct dmsc_tree *
dmsc_boot_tree(const struct dmsc_boot *b)
{
	return b->tree;
}

size_t
dmsc_boot_items(const struct dmsc_boot *b)
{
	return b->n_items;
}

const char *
dmsc_boot_target(const struct dmsc_boot *b, size_t i)
{
	return i < b->n_items ? b->items[i].target : NULL;
}
