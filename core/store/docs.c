/* The list of documents, and one of them, for people and programs. */
#include "store/cardtree.h"
#include "store/resign.h"

#include <string.h>

#include "base/base.h"

static int
text_of_place(struct dmsc_store *st, const struct dmsc_place *p, char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_ERR_TEXT);
	const char *text;
	int r = DMSC_E_NOMEM;

	if (b != NULL && (r = st->brief ? dmsc_place_text(p, b) :
	    dmsc_store_place_text(st, p, b)) == DMSC_E_OK) {
		text = dmsc_buf_cstr(b);
		r = text == NULL ? DMSC_E_NOMEM :
		    dmsc_str_set(out, "%s", text);
	}
	dmsc_buf_free(&b);
	return r;
}

static int
set(char **dst, const char *src)
{
	return src == NULL ? DMSC_E_OK : dmsc_str_set(dst, "%s", src);
}

static int
what_it_needs(const struct dmsc_sdoc *d, char **out)
{
	char name[DMSC_ERR_TEXT];

	if (d->pin_ref == 0)
		return set(out, d->needs);
	dmsc_pin_name(d->pin_ref, name, sizeof name);
	return set(out, name);
}

/* Of its file, or of the part of it that it is; 0: not known. */
static size_t
size_of(const struct dmsc_sdoc *d)
{
	size_t size = d->file.fcp.size;

	if (!d->file.have_fcp || size == SIZE_MAX)
		return 0;
	return !d->has_range ? size : d->index >= size ? 0 :
	    DMSC_MIN(d->length, size - d->index);
}

/* Changed rules are a change of their document, and so is a signature. */
static const char *
state_of(struct dmsc_store *st, const struct dmsc_what *w)
{
	const char *own = w->work != NULL ? dmsc_work_state(w->work) : "";
	struct dmsc_what rules, s;

	if (*own != '\0')
		return own;
	dmsc_rules_of(st, w, &rules);
	dmsc_signed_of(st, w, &s);
	return (rules.work != NULL && dmsc_work_dirty(rules.work)) ||
	    (s.work != NULL && dmsc_work_dirty(s.work)) ? "changed" : "";
}

/* Of the signature, as the working copy has it. What cannot be read now is
 * told when a commit needs it. */
static int
describe_signature(struct dmsc_store *st, const struct dmsc_what *w,
    struct dmsc_doc *out)
{
	enum dmsc_fate f;
	struct dmsc_what s;
	int r;

	if ((r = dmsc_signed_fate(st, w, &f)) != DMSC_E_OK) {
		if (dmsc_store_lost(r) || r == DMSC_E_NOMEM ||
		    r == DMSC_E_INTERRUPTED)
			return r;
		dmsc_err_clear(st->e);
		f = DMSC_FATE_NONE;
	}
	dmsc_signed_of(st, w, &s);
	if ((r = set(&out->signature, dmsc_signed_there(st, w) ? "present" :
	    "none")) != DMSC_E_OK || (r = set(&out->signature_change,
	    dmsc_signed_change(st, &s, f))) != DMSC_E_OK)
		return r;
	return f != DMSC_FATE_STALE || st->signer.sign != NULL ? r :
	    dmsc_strs_add(&out->warnings, &out->n_warnings, "its signature "
	    "does not hold for the working copy: a commit drops it, 'commit "
	    "--key' signs anew");
}

struct odd {
	struct dmsc_doc *doc;
	int code;
};

static void
add_odd(void *arg, const char *line)
{
	struct odd *o = arg;

	if (o->code == DMSC_E_OK)
		o->code = dmsc_strs_add(&o->doc->warnings,
		    &o->doc->n_warnings, "%s", line);
}

/* What the working copy loses is odd too. */
static int
describe_work(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_doc *out)
{
	struct odd o = { out, DMSC_E_OK };
	int r = w == NULL ? DMSC_E_OK : dmsc_work_gone(st, w, add_odd, &o);

	return r != DMSC_E_OK ? r : o.code;
}

static int
describe(struct dmsc_store *st, struct dmsc_sdoc *d, struct dmsc_doc *out)
{
	const struct dmsc_what w = { .doc = d, .work = d->work };
	size_t i;
	int r;

	out->size = size_of(d);
	/* The first block tells it too, where one READ is long enough: not to
	 * depend on the reader, it is told when all was asked for. */
	out->used = d->asked ? (int)d->used : -1;
	out->is_private = d->is_private;
	out->modifiable = d->modifiable;
	if ((r = set(&out->name, d->name)) != DMSC_E_OK ||
	    (r = set(&out->label, d->label)) != DMSC_E_OK ||
	    (r = set(&out->kind, d->kind)) != DMSC_E_OK ||
	    (r = set(&out->oid, d->oid)) != DMSC_E_OK ||
	    (r = what_it_needs(d, &out->needs)) != DMSC_E_OK ||
	    (r = set(&out->state, state_of(st, &w))) != DMSC_E_OK ||
	    (r = text_of_place(st, &d->file.place, &out->place)) != DMSC_E_OK)
		return r;
	if (d->slot.there)
		r = text_of_place(st, &d->slot.file.place, &out->second_slot);
	for (i = 0; r == DMSC_E_OK && i < d->n_warnings; i++)
		r = dmsc_strs_add(&out->warnings, &out->n_warnings, "%s",
		    d->warnings[i]);
	if (r == DMSC_E_OK)
		r = describe_signature(st, &w, out);
	return r != DMSC_E_OK ? r : describe_work(st, d->work, out);
}

/* A document that only the working copy has. */
static int
describe_new(struct dmsc_store *st, struct dmsc_work *w,
    struct dmsc_doc *out)
{
	const struct dmsc_what it = { .work = w };
	int r;

	out->size = w->size;
	out->is_private = w->is_private;
	out->modifiable = true;
	if ((r = set(&out->name, w->name)) != DMSC_E_OK ||
	    (r = set(&out->label, w->label)) != DMSC_E_OK ||
	    (r = set(&out->kind, w->kind)) != DMSC_E_OK ||
	    (r = set(&out->place, "new")) != DMSC_E_OK ||
	    (r = set(&out->state, dmsc_work_state(w))) != DMSC_E_OK ||
	    (r = describe_signature(st, &it, out)) != DMSC_E_OK)
		return r;
	return describe_work(st, w, out);
}

/* Size, kind by content, and what a refused read asks for. The access rule
 * file is selected, never read. */
static int
look_at(struct dmsc_store *st, struct dmsc_sdoc *d)
{
	struct dmsc_buf *needs;
	bool skip = strcmp(d->kind, "arf") == 0 || (d->is_private &&
	    d->pin_ref != 0 && !dmsc_uicc_has_right(st->u, d->pin_ref));
	int r = skip ? dmsc_sfile_select(st, &d->file) :
	    dmsc_sdoc_read(st, d, true);

	if (r == DMSC_E_OK || dmsc_store_lost(r) || r == DMSC_E_NOMEM ||
	    r == DMSC_E_INTERRUPTED)
		return r;
	if (r == DMSC_E_NOTFOUND && st->e->sw == 0) {
		r = dmsc_sdoc_warn(d, "%s", st->e->message);
		dmsc_err_clear(st->e);
		return r;
	}
	dmsc_err_clear(st->e);
	if (r == DMSC_E_NOTFOUND)
		return dmsc_sdoc_warn(d, "the file is not there");
	if (r != DMSC_E_AUTH)
		return dmsc_sdoc_warn(d, "not readable: %s", dmsc_e_text(r));
	if ((needs = dmsc_buf_new(DMSC_ERR_TEXT)) == NULL)
		return DMSC_E_NOMEM;
	(void)dmsc_uicc_access(st->u, &d->file.place, &d->file.fcp,
	    DMSC_MODE_READ, needs, NULL, NULL);
	r = needs->len == 0 ? DMSC_E_OK :
	    set(&d->needs, dmsc_buf_cstr(needs));
	dmsc_buf_free(&needs);
	return r;
}

static int
list(struct dmsc_store *st, bool look, struct dmsc_doc_list *out)
{
	struct dmsc_work *w;
	struct dmsc_doc *doc;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++) {
		if (dmsc_beside_is(st->docs[i].kind))
			continue;
		if (look && (r = look_at(st, &st->docs[i])) != DMSC_E_OK)
			return r;
		doc = dmsc_list_add(&out->documents, &out->n_documents,
		    sizeof *doc);
		r = doc == NULL ? DMSC_E_NOMEM :
		    describe(st, &st->docs[i], doc);
	}
	for (w = st->works; r == DMSC_E_OK && w != NULL; w = w->next) {
		if (!w->is_new || dmsc_beside_is(w->kind))
			continue;
		doc = dmsc_list_add(&out->documents, &out->n_documents,
		    sizeof *doc);
		r = doc == NULL ? DMSC_E_NOMEM : describe_new(st, w, doc);
	}
	if (r == DMSC_E_OK && !st->brief && dmsc_appl_listed(st)) {
		doc = dmsc_list_add(&out->documents, &out->n_documents,
		    sizeof *doc);
		r = doc == NULL ? DMSC_E_NOMEM :
		    dmsc_cardtree_describe(st, doc);
	}
	return r;
}

int
dmsc_store_list(struct dmsc_store *st, bool look, struct dmsc_doc_list **out)
{
	struct dmsc_doc_list *l;
	int r;

	*out = NULL;
	if ((r = dmsc_store_load(st)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	l = dmsc_view_new(&dmsc_doc_list_view);
	r = l == NULL ? DMSC_E_NOMEM : list(st, look, l);
	dmsc_uicc_end(st->u);
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_doc_list_view, l);
		return r;
	}
	*out = l;
	return DMSC_E_OK;
}

int
dmsc_store_docs(struct dmsc_store *st, struct dmsc_doc_list **out)
{
	return dmsc_store_list(st, true, out);
}

static int
stat_doc(struct dmsc_store *st, struct dmsc_sdoc *d, struct dmsc_doc *out)
{
	int r = look_at(st, d);

	if (r == DMSC_E_OK && !d->is_private &&
	    strcmp(d->kind, "arf") != 0) {
		r = dmsc_sdoc_read(st, d, false);
		if (r != DMSC_E_OK && !dmsc_store_lost(r)) {
			dmsc_err_clear(st->e);
			r = DMSC_E_OK;
		}
	}
	if (r == DMSC_E_OK)
		r = dmsc_sslot_find(st, &d->file, &d->slot);
	return r == DMSC_E_OK ? describe(st, d, out) : r;
}

/* Space is told to whom the card knows. */
static int
stat_card(struct dmsc_store *st, struct dmsc_doc *out)
{
	int r = dmsc_appl_greet(st);

	return r == DMSC_E_OK ? dmsc_cardtree_describe(st, out) : r;
}

/* What is not to be read now has nothing to say. */
static int
read_rules(struct dmsc_store *st, struct dmsc_doc *out)
{
	if (strcmp(out->kind, "arf") == 0 || dmsc_cardtree_is(out->kind) ||
	    (out->is_private && out->needs != NULL && out->used == 0))
		return DMSC_E_OK;
	return dmsc_rules_read(st, out->name, &out->rules);
}

int
dmsc_store_stat(struct dmsc_store *st, const char *path,
    struct dmsc_doc **out)
{
	struct dmsc_what w;
	struct dmsc_doc *doc;
	int r;

	*out = NULL;
	if ((r = dmsc_store_need(st, path, &w)) != DMSC_E_OK ||
	    (r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	doc = dmsc_view_new(&dmsc_doc_view);
	r = doc == NULL ? DMSC_E_NOMEM : w.card ? stat_card(st, doc) :
	    w.doc != NULL ? stat_doc(st, w.doc, doc) :
	    describe_new(st, w.work, doc);
	if (r == DMSC_E_OK)
		r = read_rules(st, doc);
	dmsc_uicc_end(st->u);
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_doc_view, doc);
		return r;
	}
	*out = doc;
	return DMSC_E_OK;
}

/* A document that may not be read is told of. */
static int
in_group(struct dmsc_store *st, struct dmsc_doc *d, const char *group,
    bool *in)
{
	int r;

	*in = false;
	if (strcmp(d->kind, "arf") == 0 || dmsc_cardtree_is(d->kind))
		return DMSC_E_OK;
	if (d->needs != NULL && d->is_private)
		dmsc_store_warn(st, "/%s is not looked into: it needs %s",
		    d->name, d->needs);
	r = read_rules(st, d);
	*in = r == DMSC_E_OK && d->rules != NULL && d->rules->group != NULL &&
	    strcmp(d->rules->group, group) == 0;
	return r;
}

int
dmsc_store_docs_of_group(struct dmsc_store *st, const char *group,
    struct dmsc_doc_list **out)
{
	struct dmsc_doc_list *l;
	size_t i, n = 0;
	bool in;
	int r = dmsc_store_list(st, true, out);

	if ((l = *out) == NULL)
		return r;
	for (i = 0; i < l->n_documents; i++) {
		if (r == DMSC_E_OK && (r = in_group(st, &l->documents[i],
		    group, &in)) == DMSC_E_OK && in)
			l->documents[n++] = l->documents[i];
		else
			dmsc_view_clear(&dmsc_doc_view, &l->documents[i]);
	}
	l->n_documents = n;
	if (r == DMSC_E_OK)
		return r;
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	dmsc_view_free(&dmsc_doc_list_view, l);
	*out = NULL;
	return r;
}
