/* One document of a card into the device's tree: all its objects or none. */
#include "device/power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "device/brings.h"
#include "device/force.h"
#include "dm/dm.h"

bool
dmsc_power_all_there(struct dmsc_power *p, const struct dmsc_origin *o)
{
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	bool there = uri != NULL;
	const char *s;
	size_t k;

	for (k = 0; there && dmsc_origin_place(o, k, uri); k++)
		there = (s = dmsc_buf_cstr(uri)) != NULL &&
		    dmsc_tree_find(p->dev->tree, s) != NULL;
	dmsc_buf_free(&uri);
	return there;
}

enum consent { TAKE, REFUSE, UNANSWERED };

/* USE-1: the document asks for it; USE-2: it forbids; USE-3: it is silent
 * and the device's own setting decides. */
static enum consent
consent(struct dmsc_power *p, const char *document, const struct dmsc_tree *t)
{
	const struct dmsc_node *n = dmsc_tree_find(t,
	    DMSC_POWER_RULES "/UserConfirmation");
	char question[512];
	bool yes = false;

	if (n != NULL && dmsc_rd_eq_str(dmsc_node_value(n), "none"))
		return TAKE;
	if ((n == NULL || !dmsc_rd_eq_str(dmsc_node_value(n), "required")) &&
	    !p->o->ask_silent)
		return TAKE;
	if (p->o->confirm != DMSC_CONFIRM_ASK)
		return p->o->confirm == DMSC_CONFIRM_YES ? TAKE : REFUSE;
	(void)snprintf(question, sizeof question,
	    "Take '%s' from the card into the device?", document);
	if (p->ask == NULL || p->ask(p->arg, question, &yes) != DMSC_E_OK)
		return UNANSWERED;
	return yes ? TAKE : REFUSE;
}

/* The top of the tree where an MO would stand, where that is no card's to
 * give: what dmsc keeps there is believed. */
static const char *
devices_own(const struct dmsc_node *mo)
{
	static const char *const tops[] = { "Origin", "SC", "DCMO", "FUMO",
		"Inbox" };
	size_t i;

	while (dmsc_node_parent(mo) != NULL &&
	    dmsc_node_parent(dmsc_node_parent(mo)) != NULL)
		mo = dmsc_node_parent(mo);
	for (i = 0; i < DMSC_COUNT(tops); i++)
		if (strcmp(dmsc_node_name(mo), tops[i]) == 0)
			return tops[i];
	return NULL;
}

/* One MO of the document into the tree; what stands there and is not ours
 * stays, and the document is refused. */
static int
place_mo(struct dmsc_power *p, struct dmsc_origin *o,
    const struct dmsc_node *mo, struct dmsc_taken *t)
{
	const char *own = devices_own(mo);

	struct dmsc_buf *uri = dmsc_buf_new(4096);
	unsigned status = 0;
	const char *s;
	int r;

	if (own != NULL) {
		dmsc_buf_free(&uri);
		return dmsc_str_set(&t->why, "%s is the device's own", own) ==
		    DMSC_E_OK ? DMSC_E_EXISTS : DMSC_E_NOMEM;
	}
	if (uri == NULL)
		return dmsc_power_nomem(p);
	r = dmsc_dm_place(p->dev->tree, mo, false, uri, &status);
	s = dmsc_buf_cstr(uri);
	if (r == DMSC_E_OK && s != NULL)
		r = dmsc_origin_add_place(p->dev, o, s);
	else if (dmsc_str_set(&t->why, "%s: %s (%u)", dmsc_node_name(mo),
	    dmsc_dm_text(status), status) != DMSC_E_OK)
		r = DMSC_E_NOMEM;
	dmsc_buf_free(&uri);
	return r;
}

static int
place_all(struct dmsc_power *p, struct dmsc_origin *o,
    const struct dmsc_tree *doc, struct dmsc_taken *t)
{
	const struct dmsc_node *n;
	int r = dmsc_origin_add(p->dev, o);

	for (n = dmsc_dm_next_mo(doc, NULL); n != NULL && r == DMSC_E_OK;
	    n = dmsc_dm_next_mo(doc, n))
		if (strcmp(dmsc_node_name(n), DMSC_POWER_RULES) != 0)
			r = place_mo(p, o, n, t);
	return r;
}

/* Whether the policy in force, or the document's own, is against it. */
static int
admitted(struct dmsc_power *p, const struct dmsc_tree *tree,
    const struct dmsc_origin *fresh, struct dmsc_taken *t,
    struct dmsc_origin *old, bool *yes)
{
	char why[DMSC_ERR_TEXT];

	if (dmsc_policy_admits(p->dev, fresh, tree, old, why, yes,
	    &p->report->changed) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	return *yes ? DMSC_E_OK : dmsc_power_state(p, t, "refused", why);
}

/* What an origin brought goes, where it is there. */
static int
drop(struct dmsc_power *p, const char *card, const char *document, bool *was)
{
	struct dmsc_origin old;
	bool kept;

	*was = dmsc_origin_find(p->dev, card, document, &old);
	return *was ? dmsc_origin_remove(p->dev, &old, false, &kept) :
	    DMSC_E_OK;
}

/* In place of the document's older state, and of the policy from elsewhere. */
static int
replace(struct dmsc_power *p, const struct dmsc_tree *tree,
    struct dmsc_origin *fresh, const struct dmsc_origin *policy,
    struct dmsc_taken *t, bool *was)
{
	bool also;
	int r = drop(p, fresh->card, fresh->document, was);

	if (r == DMSC_E_OK && policy->node != NULL)
		r = drop(p, policy->card, policy->document, &also);
	if (r == DMSC_E_OK)
		r = dmsc_policy_yield(p->dev, tree);
	if (r == DMSC_E_OK)
		r = place_all(p, fresh, tree, t);
	return r != DMSC_E_OK ? r : dmsc_policy_taken(p->dev, fresh);
}

/* As long as the device's tree is as it is: no other doubt comes of it. */
static int
in_way(struct dmsc_power *p, struct dmsc_taken *t)
{
	bool doubt = p->doubt;
	int r = dmsc_power_state(p, t, "refused", NULL);

	p->doubt = doubt;
	p->in_way = true;
	return r;
}

/* All MOs of one document, or none: the tree before is put back. */
static int
take(struct dmsc_power *p, const struct dmsc_tree *tree,
    struct dmsc_origin *fresh, struct dmsc_taken *t)
{
	struct dmsc_tree *before;
	struct dmsc_origin policy;
	bool was = false, yes = false;
	int r = admitted(p, tree, fresh, t, &policy, &yes);

	if (r != DMSC_E_OK || !yes)
		return r;
	if ((before = dmsc_tree_clone(p->dev->tree)) == NULL)
		return dmsc_power_nomem(p);
	r = replace(p, tree, fresh, &policy, t, &was);
	if (r == DMSC_E_OK) {
		dmsc_tree_free(&before);
		p->report->changed = true;
		if ((r = dmsc_power_state(p, t, was ? "replaced" : "added",
		    NULL)) != DMSC_E_OK)
			return r;
		return dmsc_power_places(p, t, fresh);
	}
	dmsc_tree_free(&p->dev->tree);
	p->dev->tree = before;
	if (r == DMSC_E_NOMEM)
		return dmsc_power_nomem(p);
	return in_way(p, t);
}

static int
decide(struct dmsc_power *p, const struct dmsc_doc *doc,
    const struct dmsc_tree *tree, struct dmsc_origin *fresh,
    struct dmsc_taken *t)
{
	switch (consent(p, doc->name, tree)) {
	case TAKE:
		return take(p, tree, fresh, t);
	case REFUSE:
		return dmsc_power_state(p, t, "refused", "the user said no");
	case UNANSWERED:
		break;
	}
	if (p->outcome == DMSC_E_OK) {
		p->outcome = dmsc_fail(p->e, DMSC_E_NOANSWER,
		    "the document asks for confirmation");
		dmsc_err_where(p->e, "/%s", doc->name);
		dmsc_err_next(p->e, "device poweron --yes");
		dmsc_err_next(p->e, "device poweron --no");
		p->said = *p->e;
	}
	return dmsc_power_state(p, t, "skipped", "asks for confirmation");
}

/* The digest of the bytes, and whether the device has just these already. */
static int
is_unchanged(struct dmsc_power *p, const struct dmsc_doc *doc, struct dmsc_rd
    bytes, struct dmsc_origin *fresh, bool *same)
{
	uint8_t sum[DMSC_SHA256_LEN];
	struct dmsc_origin old;

	memset(fresh, 0, sizeof *fresh);
	(void)snprintf(fresh->card, sizeof fresh->card, "%s", p->card);
	(void)snprintf(fresh->document, sizeof fresh->document, "%s",
	    doc->name);
	(void)snprintf(fresh->kind, sizeof fresh->kind, "%s", doc->kind);
	if (dmsc_sha256(bytes, sum) != DMSC_E_OK)
		return dmsc_fail(p->e, DMSC_E_INTERNAL, "no SHA-256");
	(void)dmsc_hex(dmsc_rd_of(sum, sizeof sum), fresh->digest,
	    sizeof fresh->digest);
	*same = dmsc_origin_find(p->dev, p->card, doc->name, &old) &&
	    strcmp(old.digest, fresh->digest) == 0 &&
	    dmsc_power_all_there(p, &old);
	if (*same)
		*fresh = old;
	return DMSC_E_OK;
}

/* Nothing in it is for a device (any more): what it had brought goes. */
static int
for_others(struct dmsc_power *p, const struct dmsc_doc *doc, struct dmsc_taken
    *t)
{
	char why[DMSC_ERR_TEXT];
	struct dmsc_origin old;
	bool kept;

	(void)snprintf(why, sizeof why, "%s", p->e->message);
	dmsc_err_clear(p->e);
	if (dmsc_origin_find(p->dev, p->card, doc->name, &old)) {
		if (dmsc_origin_remove(p->dev, &old, true, &kept) !=
		    DMSC_E_OK)
			return dmsc_power_nomem(p);
		p->report->changed = true;
	}
	return dmsc_power_state(p, t, "skipped", why);
}

/* Rules of a document that is no message stand beside it on the card. */
static int
with_rules(struct dmsc_power *p, const struct dmsc_doc *doc, struct dmsc_tree
    *tree)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	char *path = NULL;
	int r;

	if (strcmp(doc->kind, "dm") == 0)
		return DMSC_E_OK;
	if (dmsc_str_set(&path, "/%s/" DMSC_POWER_RULES, doc->name) !=
	    DMSC_E_OK)
		return dmsc_power_nomem(p);
	r = dmsc_store_at(p->st, path, &t, &n);
	free(path);
	if (r == DMSC_E_NOTFOUND && p->e->sw == 0) {
		dmsc_err_clear(p->e);
		return DMSC_E_OK;
	}
	if (r != DMSC_E_OK || n == NULL)
		return r;
	if (dmsc_node_graft(tree, dmsc_tree_root(tree), DMSC_POWER_RULES, n,
	    NULL) != DMSC_E_OK)
		return dmsc_power_nomem(p);
	return DMSC_E_OK;
}

/* What the device has already is a row of the report, and done is set. */
static int
begin(struct dmsc_power *p, const struct dmsc_doc *doc, struct dmsc_rd bytes,
    struct dmsc_origin *fresh, struct dmsc_taken *t, bool *done)
{
	int r = is_unchanged(p, doc, bytes, fresh, done);

	if (r != DMSC_E_OK || !*done)
		return r;
	r = dmsc_power_state(p, t, "unchanged", NULL);
	return r != DMSC_E_OK ? r : dmsc_power_places(p, t, fresh);
}

int
dmsc_power_take(struct dmsc_power *p, const struct dmsc_doc *doc,
    struct dmsc_rd bytes, struct dmsc_taken *t)
{
	struct dmsc_tree *tree = NULL;
	struct dmsc_origin fresh;
	bool done = false;
	int r = begin(p, doc, bytes, &fresh, t, &done);

	if (r != DMSC_E_OK || done)
		return r;
	r = dmsc_brings(doc->kind, doc->name, bytes, &tree, p->e);
	if (r == DMSC_E_NOMEM)
		return dmsc_power_nomem(p);
	if (r == DMSC_E_UNSUPPORTED)
		return for_others(p, doc, t);
	if (r != DMSC_E_OK)
		r = dmsc_power_broken(p, doc, t);
	else if ((r = with_rules(p, doc, tree)) != DMSC_E_OK)
		r = dmsc_power_unread(p, doc, r, t);
	else
		r = decide(p, doc, tree, &fresh, t);
	dmsc_tree_free(&tree);
	return r;
}

/* As TNDS it has bytes, and they say whether it is the same. */
int
dmsc_power_take_tree(struct dmsc_power *p, const struct dmsc_doc *doc,
    const struct dmsc_tree *mos, struct dmsc_taken *t)
{
	struct dmsc_buf *b = dmsc_buf_new(4UL * DMSC_DOC_MAX);
	struct dmsc_origin fresh;
	bool done = false;
	int r = b == NULL ? DMSC_E_NOMEM :
	    dmsc_tnds_write_xml(dmsc_tree_root(mos), false, false, b);

	if (r != DMSC_E_OK)
		r = dmsc_fail(p->e, r, "cannot write what the card's own tree "
		    "brings");
	if (r == DMSC_E_OK)
		r = begin(p, doc, dmsc_buf_rd(b), &fresh, t, &done);
	dmsc_buf_free(&b);
	return r != DMSC_E_OK || done ? r : decide(p, doc, mos, &fresh, t);
}
