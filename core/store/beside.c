/* Data objects that stand beside a document (store/beside.h). */
#include "store/beside.h"

#include <string.h>

#include "base/base.h"

bool
dmsc_beside_label(const char *label)
{
	const char *dot = label != NULL ? strrchr(label, '.') : NULL;

	return dot != NULL && (strcmp(dot, DMSC_RULES_SUFFIX) == 0 ||
	    strcmp(dot, DMSC_SIGNED_SUFFIX) == 0);
}

bool
dmsc_beside_is(const char *kind)
{
	return dmsc_rules_is(kind) || dmsc_signed_is(kind);
}

size_t
dmsc_beside_owner(const struct dmsc_beside *b, const char *label)
{
	size_t n = label == NULL ? 0 : strlen(label), m = strlen(b->suffix);

	return n > m && strcmp(label + n - m, b->suffix) == 0 ? n - m : 0;
}

static bool
is_label(const char *label, const char *owner, size_t n)
{
	return owner != NULL && strlen(owner) == n &&
	    memcmp(label, owner, n) == 0;
}

struct dmsc_sdoc *
dmsc_beside_doc(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *label)
{
	size_t i, n = dmsc_beside_owner(b, label);

	for (i = 0; n > 0 && i < st->n_docs; i++)
		if (is_label(label, st->docs[i].label, n) &&
		    b->has(st->docs[i].kind))
			return &st->docs[i];
	return NULL;
}

void
dmsc_beside_owner_of(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *label, struct dmsc_what *out)
{
	size_t n = dmsc_beside_owner(b, label);
	struct dmsc_work *w;

	memset(out, 0, sizeof *out);
	out->rest = "";
	out->doc = dmsc_beside_doc(st, b, label);
	if (out->doc != NULL)
		out->work = out->doc->work;
	for (w = st->works; n > 0 && out->doc == NULL && w != NULL;
	    w = w->next)
		if (w->is_new && b->has(w->kind) &&
		    is_label(label, w->label, n))
			out->work = w;
}

/* No memory is needed for it: an object is never overlooked. */
static bool
is_of(const struct dmsc_beside *b, const char *label, const char *owner)
{
	size_t n = strlen(owner);

	return label != NULL && strncmp(label, owner, n) == 0 &&
	    strcmp(label + n, b->suffix) == 0;
}

/* Of several with one label the first counts. */
void
dmsc_beside_find(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *label, struct dmsc_what *out)
{
	struct dmsc_work *w;
	size_t i;

	memset(out, 0, sizeof *out);
	out->rest = "";
	for (i = 0; label != NULL && i < st->n_docs; i++)
		if (strcmp(st->docs[i].kind, b->kind) == 0 &&
		    is_of(b, st->docs[i].label, label)) {
			out->doc = &st->docs[i];
			out->work = out->doc->work;
			return;
		}
	for (w = st->works; label != NULL && w != NULL; w = w->next)
		if (w->is_new && strcmp(w->kind, b->kind) == 0 &&
		    is_of(b, w->label, label))
			out->work = w;
}

const char *
dmsc_what_label(const struct dmsc_what *w)
{
	return w->doc != NULL ? w->doc->label : w->work != NULL ?
	    w->work->label : NULL;
}

const char *
dmsc_what_kind(const struct dmsc_what *w)
{
	return w->doc != NULL ? w->doc->kind : w->work->kind;
}

const char *
dmsc_what_name(const struct dmsc_what *w)
{
	return w->doc != NULL ? w->doc->name : w->work->name;
}

void
dmsc_beside_of(struct dmsc_store *st, const struct dmsc_beside *b,
    const struct dmsc_what *owner, struct dmsc_what *out)
{
	memset(out, 0, sizeof *out);
	out->rest = "";
	if ((owner->doc != NULL || owner->work != NULL) &&
	    b->has(dmsc_what_kind(owner)))
		dmsc_beside_find(st, b, dmsc_what_label(owner), out);
}

int
dmsc_beside_make(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *owner, bool is_private, struct dmsc_work **out)
{
	char *label = NULL, *name = NULL;
	int r;

	*out = NULL;
	if ((r = dmsc_work_note_card(st)) != DMSC_E_OK)
		return r;
	if (dmsc_str_set(&label, "%s%s", owner, b->suffix) != DMSC_E_OK ||
	    dmsc_store_escape(label, &name) != DMSC_E_OK ||
	    (*out = dmsc_work_new(st, name, b->kind)) == NULL) {
		free(label);
		free(name);
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	}
	free(name);
	(*out)->label = label;
	(*out)->is_new = (*out)->checked = true;
	(*out)->is_private = is_private;
	return DMSC_E_OK;
}

bool
dmsc_beside_taken(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *label)
{
	struct dmsc_what w;

	dmsc_beside_owner_of(st, b, label, &w);
	return w.doc != NULL || w.work != NULL;
}
