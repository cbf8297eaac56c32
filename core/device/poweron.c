/*
 * Power-on of the simulated device (use case 5.1; OMA DM 1.2 bootstrap from
 * the smart card, reference 8.4): look for provisioning data, read, decode,
 * take it into the device's tree, remove what is gone.
 *
 * APDUs: discovery and the directories, then one SELECT and the reads of each
 * document; unchanged data costs the same reads and nothing else, because
 * without a change counter only the bytes tell that they are unchanged.
 */
#include "device/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "device/brings.h"
#include "device/state.h"
#include "dm/dm.h"

#define RULES "DMSC"			/* the document's own rules MO */

struct run {
	struct dmsc_uicc *u;
	struct dmsc_guard *g;
	struct dmsc_store *st;
	struct dmsc_device *dev;
	const struct dmsc_poweron_opts *o;
	int (*ask)(void *arg, const char *question, bool *yes);
	void *arg;
	struct dmsc_poweron *report;
	struct dmsc_err *e;
	char card[64];
	int outcome;	/* the first code that is no reason to stop */
	struct dmsc_err said;	/* its record */
};

static int
no_memory(struct run *p)
{
	return dmsc_fail(p->e, DMSC_E_NOMEM, "out of memory");
}

static struct dmsc_taken *
add_row(struct run *p, const char *document, const char *kind)
{
	struct dmsc_taken *t = dmsc_list_add(&p->report->documents,
	    &p->report->n_documents, sizeof *t);

	if (t == NULL || dmsc_str_set(&t->document, "%s", document) !=
	    DMSC_E_OK || dmsc_str_set(&t->kind, "%s", kind) != DMSC_E_OK)
		return NULL;
	return t;
}

static int
row_state(struct run *p, struct dmsc_taken *t, const char *state,
    const char *why)
{
	if (dmsc_str_set(&t->state, "%s", state) != DMSC_E_OK)
		return no_memory(p);
	if (why != NULL && dmsc_str_set(&t->why, "%s", why) != DMSC_E_OK)
		return no_memory(p);
	return DMSC_E_OK;
}

static int
row_places(struct run *p, struct dmsc_taken *t, const struct dmsc_origin *o)
{
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	int r = uri == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	const char *s;
	size_t k;

	for (k = 0; r == DMSC_E_OK && dmsc_origin_place(o, k, uri); k++) {
		s = dmsc_buf_cstr(uri);
		r = s == NULL ? DMSC_E_NOMEM : dmsc_strs_add(&t->places,
		    &t->n_places, "./%s", s);
	}
	dmsc_buf_free(&uri);
	return r == DMSC_E_OK ? r : no_memory(p);
}

/* Whether all MOs of an origin are still in the tree. */
static bool
all_there(struct run *p, const struct dmsc_origin *o)
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
consent(struct run *p, const char *document, const struct dmsc_tree *t)
{
	const struct dmsc_node *n = dmsc_tree_find(t,
	    RULES "/UserConfirmation");
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

/* One MO of the document into the tree; what stands there and is not ours
 * stays, and the document is refused. */
static int
place_mo(struct run *p, struct dmsc_origin *o, const struct dmsc_node *mo,
    struct dmsc_taken *t)
{
	struct dmsc_buf *uri = dmsc_buf_new(4096);
	unsigned status = 0;
	const char *s;
	int r;

	if (uri == NULL)
		return no_memory(p);
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
place_all(struct run *p, struct dmsc_origin *o, const struct dmsc_tree *doc,
    struct dmsc_taken *t)
{
	const struct dmsc_node *n;
	int r = dmsc_origin_add(p->dev, o);

	for (n = dmsc_dm_next_mo(doc, NULL); n != NULL && r == DMSC_E_OK;
	    n = dmsc_dm_next_mo(doc, n))
		if (strcmp(dmsc_node_name(n), RULES) != 0)
			r = place_mo(p, o, n, t);
	return r;
}

/* All MOs of one document, or none: the tree before is put back. */
static int
take(struct run *p, const struct dmsc_doc *doc, const struct dmsc_tree *tree,
    struct dmsc_origin *fresh, struct dmsc_taken *t)
{
	struct dmsc_tree *before = dmsc_tree_clone(p->dev->tree);
	struct dmsc_origin old;
	bool was, kept = false;
	int r = DMSC_E_OK;

	if (before == NULL)
		return no_memory(p);
	was = dmsc_origin_find(p->dev, p->card, doc->name, &old);
	if (was)
		r = dmsc_origin_remove(p->dev, &old, false, &kept);
	if (r == DMSC_E_OK)
		r = place_all(p, fresh, tree, t);
	if (r == DMSC_E_OK) {
		dmsc_tree_free(&before);
		p->report->changed = true;
		if ((r = row_state(p, t, was ? "replaced" : "added", NULL)) !=
		    DMSC_E_OK)
			return r;
		return row_places(p, t, fresh);
	}
	dmsc_tree_free(&p->dev->tree);
	p->dev->tree = before;
	if (r == DMSC_E_NOMEM)
		return no_memory(p);
	return row_state(p, t, "refused", NULL);
}

static int
decide(struct run *p, const struct dmsc_doc *doc,
    const struct dmsc_tree *tree, struct dmsc_origin *fresh,
    struct dmsc_taken *t)
{
	switch (consent(p, doc->name, tree)) {
	case TAKE:
		return take(p, doc, tree, fresh, t);
	case REFUSE:
		return row_state(p, t, "refused", "the user said no");
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
	return row_state(p, t, "skipped", "asks for confirmation");
}

/* The digest of the bytes, and whether the device has just these already. */
static int
is_unchanged(struct run *p, const struct dmsc_doc *doc,
    struct dmsc_rd bytes, struct dmsc_origin *fresh, bool *same)
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
	    strcmp(old.digest, fresh->digest) == 0 && all_there(p, &old);
	if (*same)
		*fresh = old;
	return DMSC_E_OK;
}

static int
broken(struct run *p, const struct dmsc_doc *doc, struct dmsc_taken *t)
{
	char why[DMSC_ERR_TEXT];

	(void)snprintf(why, sizeof why, "%s", p->e->message);
	if (p->outcome == DMSC_E_OK) {
		p->outcome = dmsc_fail(p->e, DMSC_E_DATA,
		    "the document is broken");
		dmsc_err_where(p->e, "/%s", doc->name);
		dmsc_err_why(p->e, "%s", why);
		dmsc_err_next(p->e, "export --raw /%s", doc->name);
		p->said = *p->e;
	}
	return row_state(p, t, "broken", why);
}

/* A document that may not be read is skipped, what was taken stays. */
static int
not_readable(struct run *p, const struct dmsc_doc *doc, int code,
    struct dmsc_taken *t)
{
	char why[DMSC_ERR_TEXT + 16];

	if (code != DMSC_E_AUTH && code != DMSC_E_SW &&
	    code != DMSC_E_NOTFOUND && code != DMSC_E_BLOCKED &&
	    code != DMSC_E_FORMAT && code != DMSC_E_DATA)
		return code;
	if (code == DMSC_E_FORMAT || code == DMSC_E_DATA)
		return broken(p, doc, t);
	if (doc->needs != NULL)
		(void)snprintf(why, sizeof why, "needs %s", doc->needs);
	else if (code == DMSC_E_NOTFOUND && p->e->sw != 0)
		(void)snprintf(why, sizeof why, "the file is not there");
	else
		(void)snprintf(why, sizeof why, "%s", p->e->message);
	return row_state(p, t, "skipped", why);
}

/* Nothing in it is for a device (any more): what it had brought goes. */
static int
for_others(struct run *p, const struct dmsc_doc *doc, struct dmsc_taken *t)
{
	char why[DMSC_ERR_TEXT];
	struct dmsc_origin old;
	bool kept;

	(void)snprintf(why, sizeof why, "%s", p->e->message);
	dmsc_err_clear(p->e);
	if (dmsc_origin_find(p->dev, p->card, doc->name, &old)) {
		if (dmsc_origin_remove(p->dev, &old, true, &kept) !=
		    DMSC_E_OK)
			return no_memory(p);
		p->report->changed = true;
	}
	return row_state(p, t, "skipped", why);
}

/* Rules of a document that is no message stand beside it on the card. */
static int
with_rules(struct run *p, const struct dmsc_doc *doc, struct dmsc_tree *tree)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	char *path = NULL;
	int r;

	if (strcmp(doc->kind, "dm") == 0)
		return DMSC_E_OK;
	if (dmsc_str_set(&path, "/%s/" RULES, doc->name) != DMSC_E_OK)
		return no_memory(p);
	r = dmsc_store_at(p->st, path, &t, &n);
	free(path);
	if (r == DMSC_E_NOTFOUND && p->e->sw == 0) {
		dmsc_err_clear(p->e);
		return DMSC_E_OK;
	}
	if (r != DMSC_E_OK || n == NULL)
		return r;
	if (dmsc_node_graft(tree, dmsc_tree_root(tree), RULES, n, NULL) !=
	    DMSC_E_OK)
		return no_memory(p);
	return DMSC_E_OK;
}

static int
take_bytes(struct run *p, const struct dmsc_doc *doc, struct dmsc_rd bytes,
    struct dmsc_taken *t)
{
	struct dmsc_tree *tree = NULL;
	struct dmsc_origin fresh;
	bool same = false;
	int r;

	if ((r = is_unchanged(p, doc, bytes, &fresh, &same)) != DMSC_E_OK)
		return r;
	if (same) {
		if ((r = row_state(p, t, "unchanged", NULL)) != DMSC_E_OK)
			return r;
		return row_places(p, t, &fresh);
	}
	r = dmsc_brings(doc->kind, doc->name, bytes, &tree, p->e);
	if (r == DMSC_E_NOMEM)
		return no_memory(p);
	if (r == DMSC_E_UNSUPPORTED)
		return for_others(p, doc, t);
	if (r != DMSC_E_OK)
		r = broken(p, doc, t);
	else if ((r = with_rules(p, doc, tree)) != DMSC_E_OK)
		r = not_readable(p, doc, r, t);
	else
		r = decide(p, doc, tree, &fresh, t);
	dmsc_tree_free(&tree);
	return r;
}

/* Whether the document's rules name the group that is asked for. */
static int
in_group(struct run *p, const char *path, bool *in)
{
	const struct dmsc_tree *t;
	const struct dmsc_node *n = NULL;
	char *uri = NULL;
	int r;

	*in = p->o->group == NULL;
	if (*in)
		return DMSC_E_OK;
	if (dmsc_str_set(&uri, "%s/" RULES "/Group", path) != DMSC_E_OK)
		return no_memory(p);
	r = dmsc_store_at(p->st, uri, &t, &n);
	free(uri);
	*in = r == DMSC_E_OK && n != NULL &&
	    dmsc_rd_eq_str(dmsc_node_value(n), p->o->group);
	if (r != DMSC_E_NOTFOUND || p->e->sw != 0)
		return r;
	dmsc_err_clear(p->e);
	return DMSC_E_OK;
}

static int
one_document(struct run *p, const struct dmsc_doc *doc)
{
	struct dmsc_taken *t = add_row(p, doc->name, doc->kind);
	struct dmsc_buf *bytes = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_buf *path = dmsc_buf_new(4096);
	const char *s = NULL;
	bool in = true;
	int r;

	if (t == NULL || bytes == NULL || path == NULL ||
	    dmsc_buf_fmt(path, "/%s", doc->name) != DMSC_E_OK ||
	    (s = dmsc_buf_cstr(path)) == NULL) {
		r = no_memory(p);
		goto done;
	}
	if (!dmsc_brings_kind(doc->kind)) {
		char why[48];

		(void)snprintf(why, sizeof why, "kind %s is not taken",
		    doc->kind);
		r = row_state(p, t, "skipped", why);
		goto done;
	}
	if ((r = in_group(p, s, &in)) != DMSC_E_OK || (in &&
	    (r = dmsc_store_bytes(p->st, s, true, bytes)) != DMSC_E_OK))
		r = not_readable(p, doc, r, t);
	else if (!in)
		r = row_state(p, t, "skipped", "not in the group");
	else if (bytes->len == 0)
		r = row_state(p, t, "skipped", "the file is empty");
	else
		r = take_bytes(p, doc, dmsc_buf_rd(bytes), t);
done:
	dmsc_buf_free(&bytes);
	dmsc_buf_free(&path);
	return r;
}

static bool
is_listed(const struct dmsc_doc_list *l, const struct dmsc_origin *o,
    const char *card)
{
	size_t i;

	if (l == NULL || strcmp(o->card, card) != 0)
		return false;
	for (i = 0; i < l->n_documents; i++)
		if (strcmp(l->documents[i].name, o->document) == 0)
			return true;
	return false;
}

/* What came from another card, or is on this one no longer, goes; policies
 * stay (use case 5.3). */
static int
remove_gone(struct run *p, const struct dmsc_doc_list *l)
{
	struct dmsc_origin o;
	struct dmsc_taken *t;
	bool kept;
	size_t i = 0;
	int r;

	while (dmsc_origin_at(p->dev, i, &o)) {
		if (is_listed(l, &o, p->card)) {
			i++;
			continue;
		}
		if ((t = add_row(p, o.document, o.kind)) == NULL)
			return no_memory(p);
		if ((r = row_places(p, t, &o)) != DMSC_E_OK)
			return r;
		if (dmsc_origin_remove(p->dev, &o, true, &kept) != DMSC_E_OK)
			return no_memory(p);
		r = row_state(p, t, kept ? "kept" : "removed",
		    kept ? "a policy stays" : strcmp(o.card, p->card) == 0 ?
		    "no longer on the card" : "from another card");
		if (r != DMSC_E_OK)
			return r;
		if (kept)
			i++;
		else
			p->report->changed = true;
	}
	return DMSC_E_OK;
}

static int
verify_pins(struct run *p)
{
	size_t i;
	int r = DMSC_E_OK;

	/* After the directories: a local PIN belongs to the application that
	 * they were read from. */
	for (i = 0; i < p->o->n_pins && r == DMSC_E_OK; i++)
		r = dmsc_guard_pin(p->g, DMSC_PIN_VERIFY, p->o->pins[i].ref,
		    p->o->pins[i].value, NULL, p->o->spend_try);
	return r;
}

static int
with_provisioning(struct run *p)
{
	struct dmsc_doc_list *l = NULL;
	unsigned long before, after, bytes;
	size_t i;
	int r;

	if ((r = dmsc_store_docs(p->st, &l)) != DMSC_E_OK)
		return r;
	if ((r = verify_pins(p)) == DMSC_E_OK)
		r = remove_gone(p, l);
	dmsc_uicc_counters(p->u, &before, &bytes);
	for (i = 0; i < l->n_documents && r == DMSC_E_OK; i++)
		r = one_document(p, &l->documents[i]);
	dmsc_uicc_counters(p->u, &after, &bytes);
	p->report->apdus_read = (unsigned)(after - before);
	dmsc_view_free(&dmsc_doc_list_view, l);
	return r;
}

static int
look(struct run *p)
{
	struct dmsc_discovery *d = NULL;
	int r;

	if ((r = dmsc_store_discover(p->st, &d)) != DMSC_E_OK)
		return r;
	if (dmsc_str_set(&p->report->provisioning, "%s", d->found ? "found" :
	    d->why != NULL ? d->why : "none") != DMSC_E_OK)
		r = no_memory(p);
	else
		r = d->found ? with_provisioning(p) : remove_gone(p, NULL);
	dmsc_view_free(&dmsc_discovery_view, d);
	return r;
}

static int
with_card(struct run *p, const char *state_dir)
{
	unsigned long apdus0, bytes0, apdus, bytes;
	const char *identity = NULL;
	int r;

	dmsc_uicc_counters(p->u, &apdus0, &bytes0);
	if ((r = dmsc_guard_identity(p->g, &identity)) != DMSC_E_OK)
		return r;
	if (identity != NULL) {
		(void)snprintf(p->card, sizeof p->card, "%s", identity);
		if (dmsc_str_set(&p->report->card, "%s", identity) !=
		    DMSC_E_OK)
			return no_memory(p);
	}
	p->st = dmsc_store_new(p->u, p->g, state_dir, p->e, NULL, NULL);
	if (p->st != NULL)
		dmsc_store_brief(p->st);
	r = p->st == NULL ? no_memory(p) : look(p);
	dmsc_store_free(&p->st);
	dmsc_uicc_counters(p->u, &apdus, &bytes);
	p->report->apdus = (unsigned)(apdus - apdus0);
	p->report->bytes = (size_t)(bytes - bytes0);
	return r;
}

static int
without_card(struct run *p)
{
	if (dmsc_str_set(&p->report->provisioning, "no card") != DMSC_E_OK)
		return no_memory(p);
	return remove_gone(p, NULL);
}

/* The file is written only where something changed. */
static int
keep(struct run *p)
{
	char last[64];

	dmsc_device_card(p->dev, last, sizeof last);
	if (p->o->dry || (!p->report->changed && strcmp(last, p->card) == 0 &&
	    p->report->n_documents > 0))
		return DMSC_E_OK;
	if (dmsc_device_set_card(p->dev, p->card) != DMSC_E_OK)
		return no_memory(p);
	return dmsc_device_save(p->dev, p->e);
}

int
dmsc_poweron_run(struct dmsc_uicc *u, struct dmsc_guard *g,
    const struct dmsc_poweron_env *env, const struct dmsc_poweron_opts *o,
    struct dmsc_poweron **out)
{
	struct run p = { .u = u, .g = g, .o = o, .ask = env->ask,
	    .arg = env->arg, .e = env->e, .outcome = DMSC_E_OK };
	int r;

	*out = NULL;
	r = dmsc_device_load(env->state_dir, o->device, &p.dev, p.e);
	if (r != DMSC_E_OK)
		return r;
	p.report = dmsc_view_new(&dmsc_poweron_view);
	if (p.report == NULL || dmsc_str_set(&p.report->device, "%s",
	    p.dev->name) != DMSC_E_OK)
		r = no_memory(&p);
	else
		r = u == NULL ? without_card(&p) :
		    with_card(&p, env->state_dir);
	if (r == DMSC_E_OK)
		r = keep(&p);
	dmsc_device_free(&p.dev);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_poweron_view, p.report);
		return r;
	}
	*out = p.report;
	if (p.outcome != DMSC_E_OK)
		*p.e = p.said;
	return p.outcome;
}
