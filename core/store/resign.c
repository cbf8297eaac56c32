/*
 * What a commit does to signatures. One whose document or companion changes
 * does not hold any more: it is made anew, where there is a signer, or goes,
 * by the same switch. One that was put into the working copy stays as long as
 * what it was made for does.
 */
#include "store/resign.h"

#include <string.h>

#include "base/base.h"

static bool
is_dirty(const struct dmsc_what *w)
{
	return w->work != NULL && dmsc_work_dirty(w->work);
}

/* A signature that was put: whether it is for what stands there now. */
static int
compare(struct dmsc_store *st, const struct dmsc_what *owner,
    const struct dmsc_work *s, enum dmsc_fate *out)
{
	uint8_t now[DMSC_SHA256_LEN];
	int r = dmsc_signed_digest(st, owner, now);

	*out = memcmp(now, s->over, sizeof now) != 0 ? DMSC_FATE_STALE :
	    dmsc_work_dirty(s) ? DMSC_FATE_PUT : DMSC_FATE_NONE;
	return r;
}

int
dmsc_signed_fate(struct dmsc_store *st, const struct dmsc_what *owner,
    enum dmsc_fate *out)
{
	struct dmsc_what s, rules;

	*out = DMSC_FATE_NONE;
	dmsc_signed_of(st, owner, &s);
	if ((s.doc == NULL && s.work == NULL) ||
	    (owner->work != NULL && owner->work->removed))
		return DMSC_E_OK;
	if (s.work != NULL && s.work->removed) {
		*out = DMSC_FATE_REMOVED;
		return DMSC_E_OK;
	}
	if (s.work != NULL && s.work->bound)
		return compare(st, owner, s.work, out);
	dmsc_rules_of(st, owner, &rules);
	if (is_dirty(owner) || is_dirty(&rules) || is_dirty(&s))
		*out = DMSC_FATE_STALE;
	return DMSC_E_OK;
}

const char *
dmsc_signed_change(const struct dmsc_store *st, const struct dmsc_what *s,
    enum dmsc_fate f)
{
	if (f == DMSC_FATE_STALE)
		return st->signer.sign != NULL ? "signed anew" : "dropped";
	return f == DMSC_FATE_REMOVED ? "removed" : f == DMSC_FATE_NONE ? "" :
	    s->doc != NULL ? "signed anew" : "signed";
}

/* ---- in a build */

static struct dmsc_target *
target_of(struct dmsc_build *b, const struct dmsc_what *s)
{
	size_t i;

	for (i = 0; i < b->n_targets; i++)
		if (s->doc != NULL ? b->targets[i].doc == s->doc :
		    b->targets[i].work == s->work)
			return &b->targets[i];
	return NULL;
}

/* A target for a signature on the card that the working copy has not. */
static int
add_target(struct dmsc_build *b, struct dmsc_sdoc *d,
    struct dmsc_target **out)
{
	struct dmsc_work *w = dmsc_work_alone(d->name, d->kind);

	*out = w == NULL ? NULL : dmsc_list_add(&b->targets, &b->n_targets,
	    sizeof **out);
	if (*out == NULL) {
		if (w != NULL)
			dmsc_work_drop(b->st, w);
		return dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");
	}
	w->is_private = d->is_private;
	w->removed = true;
	(*out)->doc = d;
	(*out)->work = w;
	(*out)->own = true;
	(*out)->fid = dmsc_place_fid(&d->file.place);
	return DMSC_E_OK;
}

/* A new one that nobody wants any more is no target. */
static void
take_out(struct dmsc_build *b, struct dmsc_target *t)
{
	size_t i = (size_t)(t - b->targets);

	dmsc_buf_free(&t->bytes);
	memmove(t, t + 1, (--b->n_targets - i) * sizeof *t);
}

/* All of the document's, but for one on the card that is made anew. */
static int
drop(struct dmsc_build *b, const struct dmsc_what *owner,
    const struct dmsc_sdoc *but)
{
	struct dmsc_what s = { .rest = "" };
	struct dmsc_target *t;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < b->st->n_docs; i++) {
		s.doc = &b->st->docs[i];
		if (s.doc == but || !dmsc_signed_for(b->st, s.doc, owner))
			continue;
		if ((t = target_of(b, &s)) == NULL)
			r = add_target(b, s.doc, &t);
		else
			dmsc_buf_free(&t->bytes);
	}
	return r;
}

/* The first of the document's gets other bytes, further ones go. */
static int
anew(struct dmsc_build *b, const struct dmsc_what *owner,
    const struct dmsc_what *s)
{
	struct dmsc_buf *cms = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_target *t;
	int r = cms != NULL ?
	    dmsc_signed_call(b->st, &b->st->signer, owner, cms) :
	    dmsc_fail(b->st->e, DMSC_E_NOMEM, "out of memory");

	/* It may have opened what was closed, not more. */
	if (r == DMSC_E_OK && s->doc != NULL)
		r = dmsc_sdoc_read(b->st, s->doc, false);
	if (r == DMSC_E_OK && (t = target_of(b, s)) == NULL)
		r = add_target(b, s->doc, &t);
	if (r == DMSC_E_OK) {
		dmsc_buf_free(&t->bytes);
		t->bytes = cms;
		cms = NULL;
		t->work->removed = false;
		r = drop(b, owner, s->doc);
	}
	dmsc_buf_free(&cms);
	return r;
}

static int
note(struct dmsc_build *b, const struct dmsc_what *owner, const char *change)
{
	struct dmsc_doc_signed *n = dmsc_list_add(&b->signs, &b->n_signs,
	    sizeof *n);
	int r = DMSC_E_NOMEM;

	if (n != NULL && (r = dmsc_str_set(&n->document, "%s",
	    dmsc_what_name(owner))) == DMSC_E_OK)
		r = dmsc_str_set(&n->change, "%s", change);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(b->st->e, r, "out of memory");
}

static int
stale(struct dmsc_build *b, const struct dmsc_what *owner,
    const struct dmsc_what *s)
{
	struct dmsc_target *t;

	if (b->st->signer.sign != NULL)
		return anew(b, owner, s);
	dmsc_store_warn(b->st, "/%s: its signature does not hold for what is "
	    "written: it is dropped ('commit --key' signs anew)",
	    dmsc_what_name(owner));
	if (s->doc == NULL && (t = target_of(b, s)) != NULL) {
		b->spent = true;
		take_out(b, t);
	}
	return drop(b, owner, NULL);
}

static int
settle(struct dmsc_build *b, const struct dmsc_what *owner)
{
	size_t before = b->n_targets;
	enum dmsc_fate f;
	struct dmsc_what s;
	int r;

	/* A cut switch: it is that of the other slot. */
	if (owner->doc != NULL && owner->doc->cut)
		return (r = drop(b, owner, NULL)) != DMSC_E_OK ||
		    before == b->n_targets ? r : note(b, owner, "dropped");
	if ((r = dmsc_signed_fate(b->st, owner, &f)) != DMSC_E_OK ||
	    f == DMSC_FATE_NONE)
		return r;
	dmsc_signed_of(b->st, owner, &s);
	if ((r = note(b, owner, dmsc_signed_change(b->st, &s, f))) ==
	    DMSC_E_OK && f == DMSC_FATE_STALE)
		r = stale(b, owner, &s);
	return r;
}

/* New ones whose document is not there any more. */
static void
orphans(struct dmsc_build *b)
{
	struct dmsc_target *t;
	size_t i = 0;

	while (i < b->n_targets) {
		t = &b->targets[i];
		if (t->doc == NULL && dmsc_signed_is(t->work->kind) &&
		    !dmsc_signed_taken(b->st, t->work->label)) {
			b->spent = true;
			take_out(b, t);
		} else
			i++;
	}
}

/* What lies on the card under the name of a new document's signature is of
 * another one. */
static int
stray(struct dmsc_build *b, const struct dmsc_what *owner)
{
	struct dmsc_target *t;
	struct dmsc_what s = { .rest = "" };
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < b->st->n_docs; i++) {
		s.doc = &b->st->docs[i];
		if (!dmsc_signed_awaits(owner->work, s.doc) ||
		    target_of(b, &s) != NULL)
			continue;
		if ((r = add_target(b, s.doc, &t)) == DMSC_E_OK)
			r = note(b, owner, "dropped");
	}
	return r;
}

/* The list of works may grow at its end while it is walked. */
int
dmsc_build_signatures(struct dmsc_build *b)
{
	struct dmsc_what owner = { .rest = "" };
	struct dmsc_store *st = b->st;
	struct dmsc_work *w;
	size_t i;
	int r = DMSC_E_OK;

	if (b->n_targets == 0 && !st->mend)
		return r;
	orphans(b);
	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++) {
		owner.doc = &st->docs[i];
		owner.work = owner.doc->work;
		r = settle(b, &owner);
	}
	owner.doc = NULL;
	for (w = st->works; r == DMSC_E_OK && w != NULL; w = w->next) {
		owner.work = w;
		if (w->is_new && (r = settle(b, &owner)) == DMSC_E_OK)
			r = stray(b, &owner);
	}
	return r;
}

void
dmsc_build_spend(struct dmsc_build *b)
{
	struct dmsc_work *w, *next;

	for (w = b->st->works; b->spent && w != NULL; w = next) {
		next = w->next;
		if (w->is_new && dmsc_signed_is(w->kind))
			dmsc_work_drop(b->st, w);
	}
}
