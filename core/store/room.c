/* Files that the card itself makes (store/room.h). */
/* req: OSR-1 */
#include "store/room.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum { FID_MF = 0x3F00, OBJECT_MAX = 512, TAG_PATH = 0x80,
	PATH_BYTES = 2 * (DMSC_UICC_PATH_MAX + 1), SW_SPACE = 0x6A84 };

bool
dmsc_room_of_card(struct dmsc_store *st)
{
	bool has = st->appl.there;

	if (!st->appl.looked && dmsc_uicc_has_app(st->u, dmsc_rd_of(
	    dmsc_appl_aid, DMSC_APPL_AID_LEN), &has) != DMSC_E_OK)
		dmsc_err_clear(st->e);
	return has;
}

bool
dmsc_room_by_card(struct dmsc_build *b)
{
	if (!b->asked_card)
		b->by_card = dmsc_room_of_card(b->st);
	b->asked_card = true;
	return b->by_card;
}

unsigned
dmsc_room_given(const struct dmsc_store *st, const struct dmsc_need *n)
{
	size_t i;

	for (i = 0; i < st->n_rooms; i++)
		if (strcmp(st->rooms[i].what, n->what) == 0)
			return st->rooms[i].fid;
	return 0;
}

/* The path of a file from the MF, as bytes. */
static int
path_of(struct dmsc_store *st, const struct dmsc_place *p,
    uint8_t out[PATH_BYTES], struct dmsc_rd *path)
{
	struct dmsc_buf *text = dmsc_buf_new(DMSC_ERR_TEXT);
	struct dmsc_place abs = *p;
	int r = DMSC_E_NOMEM;
	size_t i;

	if (text != NULL && (r = dmsc_store_place_text(st, p, text)) ==
	    DMSC_E_OK)
		r = dmsc_place_parse(dmsc_buf_cstr(text), &abs, NULL);
	dmsc_buf_free(&text);
	out[0] = FID_MF >> 8;
	out[1] = FID_MF & UINT8_MAX;
	for (i = 0; i < abs.n; i++) {
		out[2 * i + 2] = (uint8_t)(abs.fid[i] >> 8);
		out[2 * i + 3] = (uint8_t)abs.fid[i];
	}
	*path = dmsc_rd_of(out, 2 * abs.n + 2);
	return r;
}

/* The object ROOM; it has no label: the switch of the commit lists it. */
static int
put_room(struct dmsc_build *b, const struct dmsc_need *n, size_t size,
    bool pair, struct dmsc_buf *out)
{
	const struct dmsc_sfile *like = n->file != NULL ? n->file : n->like;
	struct dmsc_appl_room room = { .size = (uint32_t)size, .pair = pair,
	    .use = n->file != NULL && pair ? DMSC_APPL_GROW : like != NULL ?
	    DMSC_APPL_BESIDE : DMSC_APPL_DOC };
	uint8_t path[PATH_BYTES], id[sizeof b->st->docs[0].auth_id];
	size_t len;
	int r;

	if (like != NULL && (r = path_of(b->st, &like->place, path,
	    &room.path)) != DMSC_E_OK)
		return r;
	if (n->is_private) {
		len = dmsc_private_auth(b->st, id);
		room.auth_id = dmsc_rd_of(id, len);
	}
	return dmsc_appl_room_put(out, &room);
}

int
dmsc_room_want(struct dmsc_build *b, const struct dmsc_need *n, size_t size,
    bool pair)
{
	struct dmsc_sfile *f = calloc(1, sizeof *f);
	struct dmsc_op *op;
	int r;

	if (f == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	f->place = b->st->app;
	if ((r = dmsc_build_op(b, DMSC_OP_ROOM, f, NULL)) != DMSC_E_OK) {
		free(f);
		return r;
	}
	op = &b->ops[b->n_ops - 1];
	op->own = true;
	op->size = pair ? 2 * size : size;
	b->create = true;
	op->room = dmsc_buf_new(OBJECT_MAX);
	if (op->room == NULL || (op->what = strdup(n->what)) == NULL)
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = put_room(b, n, size, pair, op->room)) != DMSC_E_OK)
		return dmsc_fail(b->st->e, r, "cannot ask the card for room");
	return r;
}

size_t
dmsc_room_wanted(const struct dmsc_build *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->n_ops; i++)
		n += b->ops[i].kind == DMSC_OP_ROOM ? 1 : 0;
	return n;
}

unsigned
dmsc_room_apdus(const struct dmsc_store *st, const struct dmsc_op *op,
    bool first)
{
	unsigned n = dmsc_appl_apdus(st, op->room->len);
	struct dmsc_place p = st->app;

	if (!first)
		return n + 1;
	/* SELECT, the capabilities where they are not told yet; SELECT of
	 * what was given. */
	p.fid[p.n++] = DMSC_FID_DOCS;
	return n + (st->appl.known ? 1 : 2) +
	    dmsc_uicc_select_apdus(st->u, &p, true);
}

static int
no_room(struct dmsc_store *st, const struct dmsc_op *op)
{
	(void)dmsc_fail(st->e, DMSC_E_SPACE, "the card has no room for %zu "
	    "bytes", op->size);
	(void)dmsc_err_where(st->e, "%s", op->what);
	(void)dmsc_err_sw(st->e, SW_SPACE);
	return dmsc_err_next(st->e, "docs");
}

/* Slots that were looked for in vain may be there now. */
static void
look_again(struct dmsc_store *st)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++)
		st->docs[i].slot.known &= st->docs[i].slot.there;
	for (i = 0; i < st->n_dirs; i++)
		st->dirs[i].slot.known &= st->dirs[i].slot.there;
}

/* Which files they are. */
static int
note(struct dmsc_store *st, const struct dmsc_op *op, struct dmsc_rd answer)
{
	struct dmsc_appl_files f;
	struct dmsc_sroom *room;
	int r = dmsc_appl_files_get(answer, &f);

	if (r != DMSC_E_OK || f.path.left < 4 || f.path.left % 2 != 0) {
		(void)dmsc_fail(st->e, DMSC_E_DATA,
		    "the card does not say which files it made");
		return dmsc_err_where(st->e, "%s", op->what);
	}
	room = dmsc_list_add(&st->rooms, &st->n_rooms, sizeof *room);
	if (room == NULL || (room->what = strdup(op->what)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	room->fid = (unsigned)f.path.p[f.path.left - 2] << 8 |
	    f.path.p[f.path.left - 1];
	room->place = dmsc_store_place(st, room->fid);
	return DMSC_E_OK;
}

static int
ask(struct dmsc_store *st, const struct dmsc_op *op)
{
	struct dmsc_buf *answer = dmsc_buf_new(OBJECT_MAX);
	int r;

	if (answer == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_appl_object(st, dmsc_buf_rd(op->room), answer);
	if (r != DMSC_E_OK && st->e->sw == SW_SPACE)
		r = no_room(st, op);
	else if (r == DMSC_E_OK)
		r = note(st, op, dmsc_buf_rd(answer));
	dmsc_buf_free(&answer);
	return r;
}

int
dmsc_room_ask(struct dmsc_build *b)
{
	size_t i;
	int r = dmsc_appl_need(b->st);

	for (i = 0; r == DMSC_E_OK && i < b->n_ops; i++)
		if (b->ops[i].kind == DMSC_OP_ROOM)
			r = ask(b->st, &b->ops[i]);
	dmsc_appl_stale(b->st);
	look_again(b->st);
	return r;
}

static int
release(struct dmsc_store *st, const struct dmsc_sroom *room)
{
	struct dmsc_buf *b = dmsc_buf_new(OBJECT_MAX);
	struct dmsc_buf *answer = dmsc_buf_new(OBJECT_MAX);
	uint8_t path[PATH_BYTES];
	struct dmsc_rd v;
	size_t at;
	int r = DMSC_E_NOMEM;

	if (b != NULL && answer != NULL && (r = path_of(st, &room->place,
	    path, &v)) == DMSC_E_OK && (r = dmsc_tlv_begin(b,
	    DMSC_APPL_RELEASE, &at)) == DMSC_E_OK && (r = dmsc_tlv_put(b,
	    TAG_PATH, v)) == DMSC_E_OK)
		r = dmsc_tlv_end(b, at);
	if (r == DMSC_E_OK)
		r = dmsc_appl_object(st, dmsc_buf_rd(b), answer);
	dmsc_buf_free(&b);
	dmsc_buf_free(&answer);
	return r;
}

void
dmsc_room_end(struct dmsc_store *st, bool unused)
{
	struct dmsc_err was = *st->e;
	size_t i;

	for (i = 0; i < st->n_rooms; i++) {
		if (unused && release(st, &st->rooms[i]) != DMSC_E_OK)
			unused = false;
		free(st->rooms[i].what);
	}
	free(st->rooms);
	st->rooms = NULL;
	st->n_rooms = 0;
	*st->e = was;
}
