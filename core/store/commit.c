/*
 * Plan and commit. Nothing that is in use changes before all that is not in
 * use was written and read back; the switch is one UPDATE BINARY of the ODF.
 */
#include "store/cardcommit.h"
#include "store/room.h"
#include "store/cardtree.h"

#include <string.h>

#include "base/base.h"

enum { ROOM_ROUNDS = 4 };	/* a directory may need room, too */

static const char *
step_text(enum dmsc_opkind k)
{
	return k == DMSC_OP_ROOM ? "room from the card" :
	    k == DMSC_OP_CREATE ? "create" : k == DMSC_OP_GUARD ?
	    "update, guarded" : k == DMSC_OP_SWITCH ? "switch" : "update";
}

static int
describe_op(struct dmsc_store *st, const struct dmsc_op *op,
    struct dmsc_count *c, struct dmsc_plan *out)
{
	struct dmsc_step *s = dmsc_list_add(&out->steps, &out->n_steps,
	    sizeof *s);
	struct dmsc_buf *text = dmsc_buf_new(DMSC_ERR_TEXT);
	int r = DMSC_E_NOMEM;

	if (s != NULL && text != NULL &&
	    (r = dmsc_str_set(&s->what, "%s", step_text(op->kind))) ==
	    DMSC_E_OK && (r = dmsc_store_place_text(st, &op->file->place,
	    text)) == DMSC_E_OK)
		r = dmsc_str_set(&s->place, "%s", dmsc_buf_cstr(text));
	if (r == DMSC_E_OK) {
		s->apdus = dmsc_op_apdus(st, op, c, &s->bytes);
		out->apdus += s->apdus;
		out->bytes += s->bytes;
	}
	dmsc_buf_free(&text);
	return r;
}

/* Whether it is still the same card is asked before anything is written. */
static int
describe_check(const struct dmsc_build *b, struct dmsc_plan *out)
{
	unsigned n = dmsc_guard_same_apdus(b->st->g);
	struct dmsc_step *s;
	int r;

	if (n == 0 || (b->n_ops == 0 && !b->card))
		return DMSC_E_OK;
	if ((s = dmsc_list_add(&out->steps, &out->n_steps, sizeof *s)) ==
	    NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_str_set(&s->what, "%s", "same card")) != DMSC_E_OK)
		return r;
	s->apdus = n;
	out->apdus += n;
	return dmsc_str_set(&s->place, "%s",
	    dmsc_guard_iccid(b->st->g).left > 0 ? "3F00/2FE2" : "3F00");
}

static const char *
verdict_text(const struct dmsc_build *b)
{
	return b->verdict == DMSC_REFUSED || b->needs_in_place ? "refused" :
	    b->verdict == DMSC_ALLOWED ? "allowed" : "unknown";
}

static int
describe(struct dmsc_build *b, struct dmsc_plan *out)
{
	struct dmsc_count c = { .one_room = dmsc_room_wanted(b) == 1 };
	size_t i;
	int r;

	if ((r = dmsc_str_set(&out->way, "%s", dmsc_build_way(b))) !=
	    DMSC_E_OK || (r = dmsc_str_set(&out->verdict, "%s",
	    verdict_text(b))) != DMSC_E_OK)
		return r;
	if (b->why[0] != '\0' &&
	    (r = dmsc_str_set(&out->why, "%s", b->why)) != DMSC_E_OK)
		return r;
	r = describe_check(b, out);
	for (i = 0; r == DMSC_E_OK && i < b->n_ops; i++)
		if (!dmsc_op_idle(b->st, &b->ops[i]))
			r = describe_op(b->st, &b->ops[i], &c, out);
	return r == DMSC_E_OK && b->card ? dmsc_build_card_step(b, out) : r;
}

static int
no_right(struct dmsc_build *b)
{
	struct dmsc_err *e = b->st->e;
	struct dmsc_buf *where = dmsc_buf_new(DMSC_ERR_TEXT);

	if (where == NULL || dmsc_store_place_text(b->st, &b->refused_at,
	    where) != DMSC_E_OK) {
		dmsc_buf_free(&where);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	dmsc_fail(e, DMSC_E_AUTH, "%s is not allowed yet",
	    b->refused_mode == DMSC_MODE_CREATE_EF ? "making a file" :
	    "writing");
	dmsc_err_where(e, "%s", dmsc_buf_cstr(where));
	dmsc_buf_free(&where);
	return dmsc_guard_explain(b->st->g, &b->refused_at,
	    b->refused_mode);
}

/* What stops a commit before anything is written. */
static int
may_go(struct dmsc_build *b)
{
	struct dmsc_err *e = b->st->e;
	const char *id = NULL;
	int r;

	if (b->needs_in_place) {
		dmsc_fail(e, DMSC_E_PLAN, "only possible in place");
		/* A right that is missing too is told when that is asked. */
		dmsc_err_why(e, "%s", b->verdict != DMSC_REFUSED ? b->why :
		    "there is no second slot, and the card lets nobody make "
		    "one");
		return dmsc_err_next(e, "commit --in-place");
	}
	if (b->needs_pin)
		return no_right(b);
	if (!b->guard)
		return DMSC_E_OK;
	if ((r = dmsc_guard_identity(b->st->g, &id)) != DMSC_E_OK)
		return r;
	if (id != NULL && b->st->state_dir != NULL)
		return DMSC_E_OK;
	dmsc_fail(e, DMSC_E_PLAN, "not without a journal");
	return dmsc_err_why(e, "%s", id == NULL ? "the card has no identity "
	    "that its bytes could be kept under" : "there is no state folder "
	    "to keep its bytes in");
}

/* No PIN or key would help: the rule is there to be read. */
static int
next_rule(struct dmsc_build *b, struct dmsc_plan *out)
{
	struct dmsc_buf *place = dmsc_buf_new(DMSC_ERR_TEXT);
	int r = DMSC_E_NOMEM;

	if (place != NULL && (r = dmsc_store_place_text(b->st,
	    &b->refused_at, place)) == DMSC_E_OK)
		r = dmsc_str_set(&out->next, "file access %s",
		    dmsc_buf_cstr(place));
	dmsc_buf_free(&place);
	return r;
}

/* What a refused commit would say to type: the plan says it too. */
static int
plan_next(struct dmsc_build *b, struct dmsc_plan *out)
{
	struct dmsc_err *e = b->st->e, was = *e;
	int r = DMSC_E_OK;

	if (strcmp(out->verdict, "refused") != 0)
		return DMSC_E_OK;
	if (may_go(b) == DMSC_E_OK)
		r = next_rule(b, out);
	else if (e->n_next > 0)
		r = dmsc_str_set(&out->next, "%.*s",
		    (int)dmsc_err_next_len(e->next[0]), e->next[0]);
	*e = was;
	return r;
}

/* What became of signatures, to who asked. */
static void
give_signs(struct dmsc_build *b, struct dmsc_doc_signed **out, size_t *n)
{
	*out = b->signs;
	*n = b->n_signs;
	b->signs = NULL;
	b->n_signs = 0;
}

int
dmsc_store_plan(struct dmsc_store *st, bool in_place,
    struct dmsc_plan **out)
{
	struct dmsc_build b = { .st = st, .in_place = in_place };
	struct dmsc_plan *p = dmsc_view_new(&dmsc_plan_view);
	const char *id;
	int r;

	*out = NULL;
	if (p == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_uicc_begin(st->u)) == DMSC_E_OK) {
		r = dmsc_build_all(&b);
		if (r == DMSC_E_OK)
			r = dmsc_guard_identity(st->g, &id);
		if (r == DMSC_E_OK && ((r = describe(&b, p)) != DMSC_E_OK ||
		    (r = plan_next(&b, p)) != DMSC_E_OK))
			dmsc_fail(st->e, r, "out of memory");
		if (r == DMSC_E_OK)
			give_signs(&b, &p->signatures, &p->n_signatures);
		dmsc_uicc_end(st->u);
	}
	dmsc_build_clear(&b);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_plan_view, p);
		return r;
	}
	*out = p;
	return DMSC_E_OK;
}

/* Whether every document would go where it stands now. */
static bool
fits_in_place(const struct dmsc_build *b)
{
	const struct dmsc_target *t;
	size_t i;

	for (i = 0; i < b->n_targets; i++) {
		t = &b->targets[i];
		if (t->doc == NULL || t->doc->direct || (t->bytes != NULL &&
		    t->bytes->len > (t->doc->has_range ? t->doc->length :
		    t->doc->file.fcp.size)))
			return false;
	}
	return true;
}

static int
run_ops(struct dmsc_build *b, struct dmsc_tally *t, size_t *done)
{
	struct dmsc_op *op;
	int r = DMSC_E_OK;

	for (*done = 0; *done < b->n_ops; (*done)++) {
		op = &b->ops[*done];
		r = dmsc_op_run(b->st, op, &t->verified);
		if (r == DMSC_E_OK)
			continue;
		if (r == DMSC_E_AUTH)
			(void)dmsc_guard_explain(b->st->g, &op->file->place,
			    op->kind == DMSC_OP_CREATE ?
			    DMSC_MODE_CREATE_EF : DMSC_MODE_UPDATE);
		if (r == DMSC_E_SPACE) {
			dmsc_err_why(b->st->e, "the card has no memory for "
			    "another file");
			dmsc_err_next(b->st->e, fits_in_place(b) ?
			    "commit --in-place" : "docs");
		}
		return r;
	}
	return r;
}

static bool
touched_in_use(const struct dmsc_build *b, size_t done)
{
	return done < b->n_ops && (b->ops[done].kind == DMSC_OP_GUARD ||
	    b->ops[done].kind == DMSC_OP_SWITCH ||
	    b->ops[done].kind == DMSC_OP_STRAIGHT);
}

/* The link broke: what the card did is read, never assumed. The record of
 * the failure stands, with the outcome as its reason. */
static void
find_outcome(struct dmsc_store *st, struct dmsc_jentry *j)
{
	struct dmsc_err was = *st->e;
	struct dmsc_held h;
	bool old, fresh;
	int r;

	dmsc_uicc_forget(st->u);
	if ((r = dmsc_guard_same_card(st->g)) == DMSC_E_OK)
		r = dmsc_held_look(st, j, &h);
	*st->e = was;
	if (r != DMSC_E_OK) {
		dmsc_err_why(st->e, "the card could not be read again: what "
		    "it holds is not known yet");
		dmsc_err_next(st->e, "connect");
		dmsc_err_next(st->e, "recover");
		return;
	}
	fresh = h.odf == DMSC_HOLDS_NONE ? h.files == DMSC_HOLDS_NEW :
	    h.odf == DMSC_HOLDS_NEW;
	old = h.odf <= DMSC_HOLDS_OLD && h.files <= DMSC_HOLDS_OLD;
	if (fresh || old)
		r = dmsc_jentry_state(st, j, fresh ? "committed" : "undone");
	*st->e = was;
	dmsc_err_why(st->e, "read again: the card holds the %s", fresh ?
	    "new documents" : old ? "old documents" :
	    "commit half done ('recover' clears it)");
	(void)r;
}

/* The same for /card, where nobody knows what the card made of it. */
static void
card_outcome(struct dmsc_store *st, struct dmsc_jentry *j)
{
	struct dmsc_err was = *st->e;
	enum dmsc_holds h = DMSC_HOLDS_NONE;
	int r;

	dmsc_uicc_forget(st->u);
	dmsc_sappl_clear(&st->appl);
	dmsc_cardtree_stale(st);
	r = j == NULL ? DMSC_E_NOTFOUND : dmsc_guard_same_card(st->g);
	if (r == DMSC_E_OK)
		r = dmsc_cardmove_look(st, j, &h);
	if (r == DMSC_E_OK && (h == DMSC_HOLDS_NEW || h == DMSC_HOLDS_OLD))
		r = dmsc_jentry_state(st, j, h == DMSC_HOLDS_NEW ?
		    "committed" : "undone");
	*st->e = was;
	if (r == DMSC_E_OK) {
		dmsc_err_why(st->e, "read again: /card is %s", h ==
		    DMSC_HOLDS_NEW ? "as after the commit" : h ==
		    DMSC_HOLDS_OLD ? "as before" : "another one");
		return;
	}
	dmsc_err_why(st->e, "the card could not be read again: what became "
	    "of /card is not known yet");
	dmsc_err_next(st->e, "connect");
	dmsc_err_next(st->e, "scp open --keys SOURCE");
	dmsc_err_next(st->e, "recover");
}

/* Files that were made for nothing go again, where the card lets us. */
static void
unmake(struct dmsc_build *b, size_t done)
{
	struct dmsc_err was = *b->st->e;
	struct dmsc_place df;

	while (done-- > 0) {
		if (b->ops[done].kind != DMSC_OP_CREATE)
			continue;
		df = b->ops[done].file->place;
		df.n--;
		if (dmsc_uicc_select(b->st->u, &df, NULL) != DMSC_E_OK ||
		    dmsc_uicc_delete(b->st->u, (uint16_t)dmsc_place_fid(
		    &b->ops[done].file->place)) != DMSC_E_OK)
			break;
	}
	*b->st->e = was;
}

/* After a failure: what the journal entry says from now on. */
static void
failed(struct dmsc_build *b, struct dmsc_jentry *j, int code, size_t done)
{
	if (j == NULL)
		return;
	if (code == DMSC_E_TRANSPORT)
		find_outcome(b->st, j);
	else if (!dmsc_store_lost(code) && !touched_in_use(b, done))
		dmsc_jentry_remove(b->st, j);
	else if (!dmsc_store_lost(code)) {
		struct dmsc_err was = *b->st->e;
		struct dmsc_held h;

		if (dmsc_held_look(b->st, j, &h) == DMSC_E_OK &&
		    h.odf <= DMSC_HOLDS_OLD && h.files <= DMSC_HOLDS_OLD)
			dmsc_jentry_remove(b->st, j);
		*b->st->e = was;
	}
}

/* The working copy is on the card: what was made of it goes. */
static void
settle(struct dmsc_store *st, struct dmsc_build *b)
{
	size_t i;

	for (i = 0; i < b->n_targets; i++)
		if (!b->targets[i].own)
			dmsc_work_drop(st, b->targets[i].work);
	dmsc_build_spend(b);
	st->mend = false;
	if (b->n_ops > 0)
		dmsc_store_forget(st);
}

/* The files are switched, or there are none; then /card. Where it fails the
 * entry is about what was done. */
static int
write_card(struct dmsc_build *b, struct dmsc_jentry *j, int *verified)
{
	struct dmsc_store *st = b->st;
	int r = dmsc_build_card_write(b, verified);

	if (r == DMSC_E_OK) {
		dmsc_build_card_done(b, *verified);
		return r;
	}
	if (dmsc_store_lost(r)) {
		card_outcome(st, j);
		return r;
	}
	if (b->n_ops == 0) {
		dmsc_jentry_remove(st, j);
		return r;
	}
	dmsc_store_warn(st, "the documents were written, /card was not");
	if (j != NULL) {
		struct dmsc_err was = *st->e;

		dmsc_cardmove_drop(j);
		if (dmsc_jentry_state(st, j, "committed") == DMSC_E_OK)
			*st->e = was;
	}
	settle(st, b);
	return r;
}

static int
write_build(struct dmsc_build *b, struct dmsc_tally *t,
    struct dmsc_commit **out, size_t *done)
{
	struct dmsc_store *st = b->st;
	struct dmsc_jentry *j = NULL;
	const char *way = dmsc_build_way(b);
	int r;

	*done = 0;
	if ((r = may_go(b)) != DMSC_E_OK || (st->n_rooms == 0 &&
	    (r = dmsc_guard_same_card(st->g)) != DMSC_E_OK) ||
	    (r = dmsc_jentry_start(st, b, &j)) != DMSC_E_OK)
		return r;
	r = run_ops(b, t, done);
	if (r != DMSC_E_OK)
		failed(b, j, r, *done);
	if (r != DMSC_E_OK && !dmsc_store_lost(r) &&
	    !touched_in_use(b, *done))
		unmake(b, *done);
	if (r == DMSC_E_OK && b->card)
		r = write_card(b, j, &t->verified);
	if (r == DMSC_E_OK && j != NULL)
		r = dmsc_jentry_state(st, j, "committed");
	if (r == DMSC_E_OK)
		r = dmsc_tally_end(st, t, way, j, out);
	if (r == DMSC_E_OK)
		give_signs(b, &(*out)->signatures, &(*out)->n_signatures);
	if (r == DMSC_E_OK)
		settle(st, b);
	else if (b->n_ops > 0)
		dmsc_store_forget(st);
	dmsc_jentry_free(&j);
	return r;
}

/* A signature that was never on the card may be all that goes. */
static int
write_nothing(struct dmsc_build *b, const struct dmsc_tally *t,
    struct dmsc_commit **out)
{
	int r = dmsc_tally_end(b->st, t, "none", NULL, out);

	if (r == DMSC_E_OK) {
		give_signs(b, &(*out)->signatures, &(*out)->n_signatures);
		dmsc_build_spend(b);
	}
	return r;
}

/* A card that refuses CREATE FILE: with in_place there is another way. */
static bool
try_in_place(const struct dmsc_build *b, int code, size_t done)
{
	return b->in_place && !b->no_create && done < b->n_ops &&
	    b->ops[done].kind == DMSC_OP_CREATE &&
	    (code == DMSC_E_SW || code == DMSC_E_AUTH ||
	    code == DMSC_E_SPACE || code == DMSC_E_UNSUPPORTED);
}

/* Files from the card come before all else: the plan is made anew. */
static int
get_room(struct dmsc_build *b)
{
	int r;

	if ((r = may_go(b)) != DMSC_E_OK ||
	    (r = dmsc_guard_same_card(b->st->g)) != DMSC_E_OK)
		return r;
	return dmsc_room_ask(b);
}

static int
commit(struct dmsc_store *st, bool in_place, struct dmsc_commit **out)
{
	struct dmsc_build b = { .st = st, .in_place = in_place };
	unsigned rounds = ROOM_ROUNDS;
	struct dmsc_tally t;
	size_t done = 0;
	bool again, room;
	int r;

	dmsc_tally_start(st, &t);
	do {
		r = dmsc_build_all(&b);
		/* Directories that cannot be mended stay as they are. */
		st->mend = st->mend && (r != DMSC_E_OK || b.n_ops > 0);
		room = r == DMSC_E_OK && dmsc_room_wanted(&b) > 0 &&
		    rounds-- > 0;
		if (room)
			r = get_room(&b);
		else if (r == DMSC_E_OK)
			r = b.n_ops == 0 && !b.card ?
			    write_nothing(&b, &t, out) :
			    write_build(&b, &t, out, &done);
		again = r == DMSC_E_OK ? room : try_in_place(&b, r, done);
		dmsc_build_clear(&b);
		b.st = st;
		b.in_place = in_place;
		b.no_create = r != DMSC_E_OK;
	} while (again);
	dmsc_room_end(st, r != DMSC_E_OK && !dmsc_store_lost(r) && done == 0);
	return r;
}

/* A cut commit is cleared first: it has the same rights behind it. */
int
dmsc_store_commit(struct dmsc_store *st, bool in_place,
    struct dmsc_commit **out)
{
	struct dmsc_commit *cleared = NULL;
	char *cut = NULL;
	int r;

	*out = NULL;
	if (!dmsc_store_dirty(st)) {
		struct dmsc_tally t;

		dmsc_tally_start(st, &t);
		return dmsc_tally_end(st, &t, "none", NULL, out);
	}
	if ((r = dmsc_store_pending(st, &cut)) != DMSC_E_OK)
		return r;
	if (cut != NULL) {
		r = dmsc_store_recover(st, false, &cleared);
		if (r == DMSC_E_OK)
			dmsc_store_warn(st, "the cut commit %s was cleared",
			    cut);
	}
	dmsc_view_free(&dmsc_commit_view, cleared);
	free(cut);
	if (r != DMSC_E_OK || (r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	r = commit(st, in_place, out);
	dmsc_uicc_end(st->u);
	return r;
}
