/* DM bootstrap documents: making, reading, freeing (codec/codec.h). */
#include "codec/boot.h"

#include <stdlib.h>

#include "codec/msg.h"

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

/* Reference 8.2: what makes no sense in a header must still be there. */
static int
new_message(struct dmsc_buf *b)
{
	struct dmsc_msg *m = dmsc_msg_new();
	int r = DMSC_E_NOMEM;

	if (m != NULL) {
		m->hdr.session_id = m->hdr.msg_id = "1";
		m->hdr.target.uri = "device";
		m->hdr.source.uri = "card";
		m->final = true;
		r = dmsc_msg_write(m, b, NULL);
	}
	dmsc_msg_free(&m);
	return r;
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
