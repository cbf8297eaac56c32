/* Large objects, from the peer to us (reference 4.6). */
#include <stdlib.h>
#include <string.h>

#include "dm/inside.h"

void
dm_half_free(struct dm_half *h)
{
	if (h == NULL)
		return;
	free(h->uri);
	free(h->format);
	free(h->type);
	dmsc_buf_free(&h->have);
	free(h);
}

/* What was there before this take stays until it is done. */
void
dm_half_drop(struct dmsc_responder *r)
{
	if (r->half != r->begun)
		dm_half_free(r->half);
	r->half = NULL;
}

static bool
copy(char **to, const char *from)
{
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

static int
begin(struct dmsc_responder *r, const struct dmsc_dm_half *from)
{
	struct dm_half *h = calloc(1, sizeof *h);

	if (h == NULL)
		return DMSC_E_NOMEM;
	h->kind = from->kind;
	h->size = from->size;
	if (!copy(&h->uri, from->uri) || !copy(&h->format, from->format) ||
	    !copy(&h->type, from->type) || (h->have = dmsc_buf_from(
	    from->have, DMSC_MAX(h->size, 1))) == NULL) {
		dm_half_free(h);
		return DMSC_E_NOMEM;
	}
	r->half = h;
	return DMSC_E_OK;
}

/* Whether a first part may come: what is known of the whole. */
static unsigned
may_begin(struct dmsc_responder *r, const struct dm_op *op,
    const char *size, uint32_t *n)
{
	struct dm_target t;
	unsigned status;
	size_t room = r->o.hooks.room == NULL ? SIZE_MAX :
	    r->o.hooks.room(r->o.hooks.ctx);

	if (size == NULL)
		return DMSC_DM_SIZE_NEEDED;
	if (dmsc_msg_number(size, UINT32_MAX, n) != DMSC_E_OK ||
	    *n > DMSC_DOC_MAX || (r->o.max_obj > 0 && *n > r->o.max_obj))
		return DMSC_DM_TOO_LARGE;
	if (*n > room)
		return DMSC_DM_FULL;
	if (op->kind == DMSC_CMD_REPLACE)
		status = dm_replace_may(r, op, &t);
	else {
		status = dm_add_may(r, op, &t);
		if (status == DMSC_DM_OK && t.n != NULL &&
		    (op->type == NULL || !dm_is_tnds(op->type)))
			status = DMSC_DM_EXISTS;
	}
	dm_target_free(&t);
	return status;
}

static unsigned
first(struct dmsc_responder *r, const struct dm_op *op,
    const struct dmsc_cmd *c, const struct dmsc_item *it)
{
	const char *size = it->meta.size != NULL ? it->meta.size :
	    c->meta.size;
	uint32_t n = 0;
	unsigned status = may_begin(r, op, size, &n);
	struct dmsc_dm_half h = { .kind = op->kind, .uri = op->uri,
	    .format = op->format, .type = op->type, .size = n,
	    .have = op->data };

	if (status != DMSC_DM_OK)
		return status;
	if (op->data.left > n)
		return DMSC_DM_SIZE_MISMATCH;
	status = dm_code(r, begin(r, &h));
	return status == DMSC_DM_OK ? DMSC_DM_CHUNK : status;
}

/* The parts so far as one Item. */
static void
all_of(struct dmsc_responder *r, struct dm_op *op)
{
	struct dm_half *h = r->half;

	op->data = dmsc_buf_rd(h->have);
	op->has_data = true;
	if (op->format == NULL)
		op->format = h->format;
	if (op->type == NULL)
		op->type = h->type;
}

bool
dm_chunk(struct dmsc_responder *r, struct dm_op *op,
    const struct dmsc_cmd *c, const struct dmsc_item *it, unsigned *status)
{
	struct dm_half *h = r->half;

	if (h == NULL) {
		if (it->more_data)
			*status = first(r, op, c, it);
		return it->more_data;
	}
	if (op->data.left > h->size - h->have->len ||
	    (!it->more_data && op->data.left != h->size - h->have->len)) {
		*status = DMSC_DM_SIZE_MISMATCH;
		dm_half_drop(r);
		return true;
	}
	*status = dm_code(r, dmsc_buf_put(h->have, op->data));
	if (it->more_data || *status != DMSC_DM_OK) {
		if (*status == DMSC_DM_OK)
			*status = DMSC_DM_CHUNK;
		return true;
	}
	all_of(r, op);
	return false;
}

bool
dmsc_responder_half(const struct dmsc_responder *r, struct dmsc_dm_half *out)
{
	const struct dm_half *h = r->half;

	if (h == NULL)
		return false;
	*out = (struct dmsc_dm_half){ .kind = h->kind, .uri = h->uri,
	    .format = h->format, .type = h->type, .size = h->size,
	    .have = dmsc_buf_rd(h->have) };
	return true;
}

int
dmsc_responder_resume(struct dmsc_responder *r,
    const struct dmsc_dm_half *half)
{
	if (r->half != NULL || half->uri == NULL ||
	    (half->kind != DMSC_CMD_ADD && half->kind != DMSC_CMD_REPLACE))
		return DMSC_E_USAGE;
	return half->size > DMSC_DOC_MAX || half->have.left > half->size ?
	    DMSC_E_LIMIT : begin(r, half);
}
