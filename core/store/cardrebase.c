/* Edits of /card carried over to what the card holds now: where nobody else
 * touched the same nodes (store/cardtree.h). */
#include "store/cardtree.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "dm/dm.h"
#include "dm/respond.h"
#include "store/cardcmds.h"

/* The node that a command is about, NULL: none. */
static struct dmsc_node *
target(const struct dmsc_tree *t, const char *uri)
{
	char *plain = dmsc_strndup(dmsc_rd_of(uri, strcspn(uri, "?")));
	struct dmsc_node *n = plain == NULL ? NULL :
	    dmsc_tree_find(t, plain);

	free(plain);
	return n;
}

/* What is replaced or goes is as it was when it was edited. */
static bool
untouched(const struct dmsc_cardcmds *c, const struct dmsc_tree *was,
    const struct dmsc_tree *now)
{
	const struct dmsc_node *a, *b;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->v[i].kind == DMSC_CMD_ADD)
			continue;
		a = target(was, c->v[i].uri);
		b = target(now, c->v[i].uri);
		if (a == NULL || b == NULL ||
		    (dmsc_node_is_leaf(a) || c->v[i].kind == DMSC_CMD_DELETE ?
		    !dmsc_node_equal(a, b) : strcmp(dmsc_node_acl(a),
		    dmsc_node_acl(b)) != 0 || strcmp(dmsc_node_title(a),
		    dmsc_node_title(b)) != 0))
			return false;
	}
	return true;
}

/* As a card would do it for its owner. */
static int
obey(struct dmsc_tree *t, const struct dmsc_msg *m, bool *done)
{
	const struct dmsc_dm_opts o = { .server = NULL };
	struct dmsc_responder *r = NULL;
	struct dmsc_msg *out = dmsc_msg_new();
	size_t i;
	int e = out == NULL ? DMSC_E_NOMEM : dmsc_responder_new(t, &o, &r);

	if (e == DMSC_E_OK && (e = dmsc_responder_take(r, m, NULL)) ==
	    DMSC_E_OK) {
		out->hdr.session_id = out->hdr.msg_id = "1";
		out->hdr.target.uri = out->hdr.source.uri = "card";
		e = dmsc_responder_give(r, out);
	}
	*done = e == DMSC_E_OK;
	for (i = 0; e == DMSC_E_OK && i < out->n_cmds; i++)
		if (out->cmds[i]->data != NULL && out->cmds[i]->data[0] != '2')
			*done = false;
	dmsc_responder_free(&r);
	dmsc_msg_free(&out);
	return e;
}

static int
apply(struct dmsc_cardcmds *c, struct dmsc_tree *t, bool *done)
{
	struct dmsc_msg *m = NULL;
	int r = dmsc_cardcmds_message(c, c->n, c->n, &m);

	if (r == DMSC_E_OK)
		r = obey(t, m, done);
	dmsc_msg_free(&m);
	return r;
}

int
dmsc_cardtree_rebase(const struct dmsc_work *old, struct dmsc_work *fresh,
    bool *done)
{
	struct dmsc_cardcmds c;
	struct dmsc_tree *t = NULL;
	int r;

	*done = false;
	if ((r = dmsc_cardcmds_make(&c, old->was, old->tree)) != DMSC_E_OK)
		return r;
	if (untouched(&c, old->was, fresh->was)) {
		t = dmsc_tree_clone(fresh->was);
		r = t == NULL ? DMSC_E_NOMEM : apply(&c, t, done);
	}
	if (r == DMSC_E_OK && *done) {
		fresh->tree = t;
		t = NULL;
	}
	dmsc_tree_free(&t);
	dmsc_cardcmds_clear(&c);
	return r == DMSC_E_NOMEM ? r : DMSC_E_OK;
}
