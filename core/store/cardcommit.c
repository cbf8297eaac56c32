/* A commit of /card: one Atomic, verified in the same message; its undo, and
 * what became of it where the link broke. */
#include "store/cardcommit.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "dm/dm.h"
#include "store/cardtree.h"
#include "store/conceal.h"

enum { MESSAGE_SLACK = 64 };

bool
dmsc_cardmove_is(const struct dmsc_move *m)
{
	return m->name != NULL && strcmp(m->name, DMSC_KIND_CARD) == 0 &&
	    m->from.n == 0 && m->to.n == 0;
}

static int
no_memory(struct dmsc_store *st)
{
	return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, DMSC_SHA256_LEN);
}

static int
put_text(struct dmsc_buf *b, const char *s)
{
	return dmsc_buf_put(b, dmsc_rd_of(s, strlen(s) + 1));
}

static int
put_own(struct dmsc_buf *b, const struct dmsc_node *n)
{
	int r;

	if ((r = put_text(b, dmsc_node_name(n))) != DMSC_E_OK ||
	    (r = put_text(b, dmsc_format_name(dmsc_node_format(n)))) !=
	    DMSC_E_OK || (r = put_text(b, dmsc_node_type(n))) != DMSC_E_OK ||
	    (r = put_text(b, dmsc_node_acl(n))) != DMSC_E_OK ||
	    (r = put_text(b, dmsc_node_title(n))) != DMSC_E_OK ||
	    (r = dmsc_buf_u32(b, (uint32_t)dmsc_node_value(n).left)) !=
	    DMSC_E_OK)
		return r;
	return dmsc_buf_put(b, dmsc_node_value(n));
}

int
dmsc_cardtree_digest(const struct dmsc_node *n, uint8_t out[DMSC_SHA256_LEN])
{
	size_t k = dmsc_node_children(n), i = 0;
	uint8_t (*sums)[DMSC_SHA256_LEN] = calloc(k + 1, sizeof *sums);
	struct dmsc_buf *b = dmsc_buf_new(2UL * DMSC_DOC_MAX);
	const struct dmsc_node *c = dmsc_node_first(n);
	int r = sums == NULL || b == NULL ? DMSC_E_NOMEM : put_own(b, n);

	for (; r == DMSC_E_OK && c != NULL && i < k; c = dmsc_node_next(c))
		if (!dmsc_node_is_secret(c))
			r = dmsc_cardtree_digest(c, sums[i++]);
	if (r == DMSC_E_OK && i > 0) {
		qsort(sums, i, sizeof *sums, by_bytes);
		r = dmsc_buf_put(b, dmsc_rd_of(sums, i * sizeof *sums));
	}
	if (r == DMSC_E_OK)
		r = dmsc_sha256(dmsc_buf_rd(b), out);
	dmsc_buf_free(&b);
	free(sums);
	return r;
}

/* The first n commands as one message, an Atomic; LIMIT above max. */
static int
message_of(struct dmsc_cardcmds *c, size_t n, size_t max, bool xml,
    struct dmsc_buf **out)
{
	struct dmsc_msg *m = NULL;
	int r = dmsc_cardcmds_message(c, n, c->changes, &m);

	*out = NULL;
	if (r == DMSC_E_OK && (*out = dmsc_buf_new(max)) == NULL)
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK)
		r = xml ? dmsc_msg_write_xml(m, true, *out, NULL) :
		    dmsc_msg_write(m, *out, NULL);
	if (r != DMSC_E_OK)
		dmsc_buf_free(out);
	dmsc_msg_free(&m);
	return r;
}

static int
message(struct dmsc_cardcmds *c, size_t max, struct dmsc_buf **out)
{
	return message_of(c, c->n, max, false, out);
}

int
dmsc_build_card_message(struct dmsc_build *b, struct dmsc_buf **out)
{
	return message_of(&b->cmds, b->cmds.changes, DMSC_DOC_MAX, true,
	    out);
}

static bool
has_secret(const struct dmsc_node *top)
{
	const struct dmsc_node *n, *up;

	for (n = top; n != NULL; n = dmsc_node_after(n)) {
		for (up = n; up != NULL && up != top;)
			up = dmsc_node_parent(up);
		if (up == NULL)
			return false;
		/* The card shows an account without its secrets. */
		if (strcmp(dmsc_node_name(n), "AppAuth") == 0 ||
		    (dmsc_node_is_secret(n) && dmsc_node_value(n).left > 0))
			return true;
	}
	return false;
}

/* What takes it back, where that is no secret and not too much. */
static int
inverse(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_move *m)
{
	struct dmsc_cardcmds c;
	size_t i;
	int r = dmsc_cardcmds_make(&c, w->tree, w->was);

	if (r != DMSC_E_OK)
		return no_memory(st);
	for (i = 0; i < c.n; i++)
		if (c.v[i].kind != DMSC_CMD_DELETE && has_secret(c.nodes[i]))
			m->secret = true;
	if (!m->secret)
		r = message(&c, DMSC_EF_MAX, &m->old);
	dmsc_cardcmds_clear(&c);
	return r == DMSC_E_NOMEM ? no_memory(st) : DMSC_E_OK;
}

static int
add_move(struct dmsc_build *b, const struct dmsc_work *w)
{
	struct dmsc_move *m = dmsc_list_add(&b->moves, &b->n_moves,
	    sizeof *m);

	if (m == NULL || dmsc_str_set(&m->name, "%s", w->name) != DMSC_E_OK ||
	    dmsc_cardtree_digest(dmsc_tree_root(w->was), m->sha_from) !=
	    DMSC_E_OK || dmsc_cardtree_digest(dmsc_tree_root(w->tree),
	    m->sha_to) != DMSC_E_OK)
		return no_memory(b->st);
	return inverse(b->st, w, m);
}

int
dmsc_build_card(struct dmsc_build *b)
{
	struct dmsc_store *st = b->st;
	struct dmsc_work *w = NULL;
	int r;

	if (!dmsc_cardtree_dirty(st))
		return DMSC_E_OK;
	if ((r = dmsc_appl_need(st)) != DMSC_E_OK ||
	    (r = dmsc_cardtree_open(st, &w)) != DMSC_E_OK ||
	    !dmsc_cardtree_dirty(st))
		return r;
	if (dmsc_cardcmds_make(&b->cmds, w->was, w->tree) != DMSC_E_OK ||
	    dmsc_cardcmds_gets(&b->cmds) != DMSC_E_OK)
		return no_memory(st);
	b->card = b->cmds.changes > 0;
	return b->card ? add_move(b, w) : DMSC_E_OK;
}

int
dmsc_build_card_step(struct dmsc_build *b, struct dmsc_plan *out)
{
	struct dmsc_step *s = dmsc_list_add(&out->steps, &out->n_steps,
	    sizeof *s);
	char aid[2 * DMSC_APPL_AID_LEN + 1];
	struct dmsc_buf *m = NULL;
	int r;

	if (s == NULL)
		return DMSC_E_NOMEM;
	r = message(&b->cmds, DMSC_DOC_MAX, &m);
	if (r == DMSC_E_OK && (r = dmsc_str_set(&s->what, "%s", "atomic")) ==
	    DMSC_E_OK)
		r = dmsc_str_set(&s->place, "%s", dmsc_hex(dmsc_rd_of(
		    dmsc_appl_aid, DMSC_APPL_AID_LEN), aid, sizeof aid));
	if (r == DMSC_E_OK) {
		s->bytes = m->len;
		s->apdus = 1 + dmsc_appl_apdus(b->st, m->len +
		    MESSAGE_SLACK);
		out->apdus += s->apdus;
		out->bytes += s->bytes;
	}
	dmsc_buf_free(&m);
	return r;
}

/* "./A/B" is "/card/A/B" to people; added: what goes below it. */
static int
said(struct dmsc_store *st, unsigned status, const char *what,
    const char *uri, const struct dmsc_node *added)
{
	int r = dmsc_appl_said(st, status, what, NULL);
	size_t n = strcspn(uri, "?");

	if (r != DMSC_E_OK)
		(void)dmsc_err_where(st->e, "/card%s%.*s%s%s", n > 1 ? "/" :
		    "", n > 1 ? (int)(n - 2) : 0, n > 1 ? uri + 2 : "",
		    added != NULL ? "/" : "",
		    added != NULL ? dmsc_node_name(added) : "");
	return r;
}

static const struct dmsc_node *
added(const struct dmsc_request *v, const struct dmsc_node *n)
{
	return v->kind == DMSC_CMD_ADD && v->format != NULL &&
	    strcmp(v->format, "xml") == 0 && !dmsc_node_is_leaf(n) ? n : NULL;
}

static const char *
word(enum dmsc_cmd_kind kind)
{
	return kind == DMSC_CMD_ADD ? "add" : kind == DMSC_CMD_DELETE ?
	    "delete" : "change";
}

int
dmsc_cardtree_outcome(struct dmsc_store *st, const struct dmsc_request *v,
    size_t n, const struct dmsc_node *const *nodes,
    const struct dmsc_requester *q)
{
	unsigned s;
	size_t i;

	for (i = 0; i < n; i++) {
		s = v[i].status;
		if (s != 0 && s != DMSC_DM_ROLLED_BACK &&
		    s != DMSC_DM_NOT_EXECUTED &&
		    dmsc_appl_code(s) != DMSC_E_OK)
			return said(st, s, word(v[i].kind), v[i].uri,
			    nodes == NULL ? NULL : added(&v[i], nodes[i]));
	}
	s = dmsc_requester_atomic(q);
	if (s == 0)
		s = dmsc_requester_header(q);
	return dmsc_appl_said(st, s == 0 ? DMSC_DM_FAILED : s,
	    "do all of it", NULL);
}

/* What the Gets gave: 1 as written, 0 not, -1 it may not be read. */
static int
verify(const struct dmsc_cardcmds *c, const struct dmsc_requester *q)
{
	const struct dmsc_request_items *l = dmsc_requester_results(q);
	int verified = c->n == c->changes ? -1 : 1, same;
	unsigned s;
	size_t i;

	for (i = c->changes; i < c->n; i++) {
		s = c->v[i].status;
		if (c->nodes[i] == NULL && dmsc_appl_code(s) == DMSC_E_OK)
			return 0;
		if (s != (c->nodes[i] == NULL ? DMSC_DM_NOT_FOUND :
		    DMSC_DM_OK))
			verified = -1;
	}
	for (i = 0; i < l->n; i++) {
		same = l->v[i].of < c->changes ? 1 : dmsc_cardcmds_same(c,
		    l->v[i].of, dmsc_buf_rd(l->v[i].data));
		if (same == 0)
			return 0;
		if (same < 0)
			verified = same;
	}
	return verified;
}

/* One command is all or nothing by itself, and may be a large object. */
static int
talk(struct dmsc_store *st, struct dmsc_cardcmds *c,
    struct dmsc_requester **q)
{
	int r = dmsc_appl_requester(st, q);

	if (r != DMSC_E_OK)
		return r;
	if ((r = dmsc_appl_go_on(st, c->v, c->changes > 1 ? 0 : c->n)) !=
	    DMSC_E_OK)
		return r;
	dmsc_requester_start(*q, c->v, c->n, c->changes > 1 ? c->changes : 0);
	if ((r = dmsc_appl_talk(st, *q, NULL)) != DMSC_E_LIMIT ||
	    c->changes < 2)
		return r;
	(void)dmsc_err_why(st->e, "a commit is one Atomic, which needs to "
	    "fit a message of %u bytes",
	    (unsigned)st->appl.hello.max_msg);
	return dmsc_err_next(st->e, "status");
}

int
dmsc_build_card_write(struct dmsc_build *b, int *verified)
{
	struct dmsc_store *st = b->st;
	struct dmsc_work *w = st->card_work;
	struct dmsc_requester *q = NULL;
	int r, v = 1;

	dmsc_cardtree_conceal(st, dmsc_tree_root(w->tree));
	if ((r = talk(st, &b->cmds, &q)) == DMSC_E_OK) {
		r = dmsc_cardtree_outcome(st, b->cmds.v, b->cmds.changes,
		    b->cmds.nodes, q);
		v = verify(&b->cmds, q);
	}
	dmsc_requester_free(&q);
	if (r != DMSC_E_OK)
		return r;
	if (v < *verified)
		*verified = v;
	dmsc_cardtree_stale(st);
	if (v != 0)
		return r;
	(void)dmsc_fail(st->e, DMSC_E_SW, "the card did not keep what was "
	    "written");
	return dmsc_err_where(st->e, "/card");
}

/* It is on the card: what was edited is what is read now, or it is read
 * again. */
void
dmsc_build_card_done(struct dmsc_build *b, int verified)
{
	struct dmsc_work *w = b->st->card_work;

	b->st->card_seen = false;	/* the counter is another by now */
	if (!b->card || w == NULL || verified != 1) {
		dmsc_cardtree_drop(b->st);
		return;
	}
	dmsc_tree_free(&w->was);
	w->was = w->tree;
	w->tree = NULL;
	w->checked = true;
	dmsc_buf_reset(w->base);
	if (dmsc_tnds_write_wbxml(dmsc_tree_root(w->was), false, w->base) !=
	    DMSC_E_OK)
		dmsc_cardtree_drop(b->st);
}
