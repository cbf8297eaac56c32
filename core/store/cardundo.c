/* What the card has of a commit of /card, and its undo (store/cardcommit.h). */
#include "store/cardcommit.h"

#include <string.h>

#include "base/base.h"
#include "codec/codec.h"
#include "dm/dm.h"
#include "store/cardtree.h"

const struct dmsc_jmove *
dmsc_cardmove_of(const struct dmsc_jentry *j)
{
	size_t i;

	for (i = 0; i < j->n_moves; i++)
		if (dmsc_cardmove_is(&j->moves[i].m))
			return &j->moves[i];
	return NULL;
}

void
dmsc_cardmove_drop(struct dmsc_jentry *j)
{
	size_t i, n = 0;

	for (i = 0; i < j->n_moves; i++) {
		if (!dmsc_cardmove_is(&j->moves[i].m)) {
			j->moves[n++] = j->moves[i];
			continue;
		}
		dmsc_move_clear(&j->moves[i].m);
		free(j->moves[i].holes);
	}
	j->n_moves = n;
}

int
dmsc_cardmove_look(struct dmsc_store *st, const struct dmsc_jentry *j,
    enum dmsc_holds *out)
{
	const struct dmsc_jmove *m = dmsc_cardmove_of(j);
	uint8_t sha[DMSC_SHA256_LEN];
	struct dmsc_tree *t = NULL;
	int r;

	*out = DMSC_HOLDS_NONE;
	if (m == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_store_dm_tree(st, ".", &t)) != DMSC_E_OK)
		return r;
	r = dmsc_cardtree_digest(dmsc_tree_root(t), sha);
	dmsc_tree_free(&t);
	if (r != DMSC_E_OK)
		return dmsc_fail(st->e, r, "cannot compute a digest");
	*out = memcmp(sha, m->m.sha_to, sizeof sha) == 0 ? DMSC_HOLDS_NEW :
	    memcmp(sha, m->m.sha_from, sizeof sha) == 0 ? DMSC_HOLDS_OLD :
	    DMSC_HOLDS_TORN;
	return DMSC_E_OK;
}

static int
cannot(struct dmsc_store *st, const struct dmsc_jentry *j,
    const struct dmsc_move *m, enum dmsc_holds now)
{
	if (now == DMSC_HOLDS_NEW || m->secret) {
		(void)dmsc_fail(st->e, DMSC_E_UNSUPPORTED,
		    "cannot be undone");
		(void)dmsc_err_where(st->e, "/card");
		return dmsc_err_why(st->e, m->secret ? "what it changed is "
		    "secret: the journal has its digest alone" :
		    "what it changed is too much for the journal");
	}
	(void)dmsc_fail(st->e, DMSC_E_MISMATCH,
	    "the card does not hold what the commit left");
	(void)dmsc_err_where(st->e, "%s", j->id);
	(void)dmsc_err_why(st->e, "/card was changed since");
	(void)dmsc_err_next(st->e, "journal");
	return DMSC_E_MISMATCH;
}

/* The commands of the one Atomic in m. */
static int
requests(const struct dmsc_msg *m, struct dmsc_request **out, size_t *n)
{
	const struct dmsc_cmd *a = m->n_cmds == 1 ? m->cmds[0] : NULL, *c;
	struct dmsc_request *v;
	size_t i;

	if (a == NULL || a->kind != DMSC_CMD_ATOMIC || a->n_cmds == 0)
		return DMSC_E_DATA;
	if ((v = calloc(a->n_cmds, sizeof *v)) == NULL)
		return DMSC_E_NOMEM;
	*out = v;
	*n = a->n_cmds;
	for (i = 0; i < a->n_cmds; i++) {
		c = a->cmds[i];
		if (c->n_items != 1)
			return DMSC_E_DATA;
		v[i].kind = c->kind;
		v[i].uri = c->items[0]->target.uri;
		v[i].format = c->items[0]->meta.format;
		v[i].type = c->items[0]->meta.type;
		v[i].has_data = c->items[0]->data.set;
		v[i].data = c->items[0]->data.bytes;
	}
	return DMSC_E_OK;
}

static int
send(struct dmsc_store *st, struct dmsc_request *v, size_t n)
{
	struct dmsc_requester *q = NULL;
	int r = dmsc_appl_requester(st, &q);

	if (r == DMSC_E_OK) {
		dmsc_requester_start(q, v, n, n > 1 ? n : 0);
		r = dmsc_appl_talk(st, q, NULL);
	}
	if (r == DMSC_E_OK)
		r = dmsc_cardtree_outcome(st, v, n, NULL, q);
	dmsc_requester_free(&q);
	dmsc_cardtree_stale(st);
	return r;
}

static int
take_back(struct dmsc_store *st, const struct dmsc_move *m)
{
	struct dmsc_request *v = NULL;
	struct dmsc_msg *msg = NULL;
	size_t n = 0;
	int r = dmsc_msg_read(dmsc_buf_rd(m->old), &msg, NULL, NULL);

	if (r == DMSC_E_OK)
		r = requests(msg, &v, &n);
	if (r != DMSC_E_OK) {
		(void)dmsc_fail(st->e, r == DMSC_E_NOMEM ? r : DMSC_E_DATA,
		    "the journal entry is broken");
		r = dmsc_err_where(st->e, "/card");
	} else
		r = send(st, v, n);
	dmsc_msg_free(&msg);
	free(v);
	return r;
}

int
dmsc_cardmove_undo(struct dmsc_store *st, const struct dmsc_jentry *j,
    bool dry, int *verified)
{
	const struct dmsc_jmove *m = dmsc_cardmove_of(j);
	enum dmsc_holds now = DMSC_HOLDS_NONE;
	int r;

	if (m == NULL)
		return DMSC_E_OK;
	if ((r = dmsc_cardmove_look(st, j, &now)) != DMSC_E_OK)
		return r;
	if (now != DMSC_HOLDS_NEW || m->m.old == NULL)
		return cannot(st, j, &m->m, now);
	if (dry)
		return DMSC_E_OK;
	if ((r = take_back(st, &m->m)) != DMSC_E_OK ||
	    (r = dmsc_cardmove_look(st, j, &now)) != DMSC_E_OK)
		return r;
	if (now == DMSC_HOLDS_OLD)
		return DMSC_E_OK;
	*verified = 0;
	(void)dmsc_fail(st->e, DMSC_E_SW, "the card did not keep what was "
	    "written");
	return dmsc_err_where(st->e, "/card");
}
