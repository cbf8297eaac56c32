/*
 * What is signed of a document, and its signature for the session: read, put
 * into the working copy, made by a signer.
 */
#include "store/cardtree.h"
#include "store/signed.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

/* The bytes of a document or a companion, behind what is in out. */
static int
put_bytes(struct dmsc_store *st, struct dmsc_what *w, bool as_read,
    struct dmsc_buf *out)
{
	size_t start = out->len;
	int r = DMSC_E_OK;

	if (w->doc != NULL && (w->work == NULL || as_read ||
	    !dmsc_work_dirty(w->work))) {
		if ((r = dmsc_sdoc_read(st, w->doc, false)) == DMSC_E_OK &&
		    (r = dmsc_buf_put(out, dmsc_rd_slice(dmsc_sdoc_bytes(
		    w->doc), 0, w->doc->used))) != DMSC_E_OK)
			dmsc_fail(st->e, r, "cannot keep the document");
	} else if (w->work != NULL && !as_read && !w->work->removed)
		r = dmsc_work_bytes(st, w->work, out);
	if (r == DMSC_E_OK)
		dmsc_buf_truncate(out, start + dmsc_unpadded(dmsc_rd_slice(
		    dmsc_buf_rd(out), start, out->len)));
	return r;
}

int
dmsc_signed_put(struct dmsc_store *st, const struct dmsc_what *owner,
    bool as_read, struct dmsc_buf *out, size_t *length)
{
	struct dmsc_what doc = *owner, rules;
	int r;

	if (doc.doc != NULL && doc.doc->work != NULL &&
	    (r = dmsc_work_check(st, doc.doc)) != DMSC_E_OK)
		return r;
	if (doc.doc != NULL)
		doc.work = doc.doc->work;
	dmsc_rules_of(st, &doc, &rules);
	if ((r = put_bytes(st, &doc, as_read, out)) != DMSC_E_OK)
		return r;
	*length = out->len;
	if ((r = put_bytes(st, &rules, as_read, out)) == DMSC_E_OK &&
	    out->len == *length)
		*length = 0;
	return r;
}

int
dmsc_signed_digest(struct dmsc_store *st, const struct dmsc_what *owner,
    uint8_t sha[DMSC_SHA256_LEN])
{
	void (*warn)(void *arg, const char *text) = st->warn;
	struct dmsc_buf *b = dmsc_buf_new(DMSC_SIGNED_MAX);
	size_t length;
	int r;

	if (b == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	st->warn = NULL;	/* what an edit loses is said elsewhere */
	r = dmsc_signed_put(st, owner, false, b, &length);
	st->warn = warn;
	if (r == DMSC_E_OK &&
	    (r = dmsc_sha256(dmsc_buf_rd(b), sha)) != DMSC_E_OK)
		dmsc_fail(st->e, r, "cannot compute a digest");
	dmsc_buf_free(&b);
	return r;
}

/* The version in the bytes on the card, where the working copy has others. */
static int
version_read(struct dmsc_store *st, const struct dmsc_work *w, char **out)
{
	struct dmsc_boot *boot = NULL;
	struct dmsc_tree *was = NULL;
	const struct dmsc_node *n;
	int r = dmsc_work_card_tree(st, w, &boot, &was);

	if (r == DMSC_E_NOMEM)
		return r;
	if (r != DMSC_E_OK) {
		dmsc_err_clear(st->e);	/* then it has none */
		return DMSC_E_OK;
	}
	n = dmsc_tree_find(boot != NULL ? dmsc_boot_tree(boot) : was,
	    "DMSC/Version");
	if (n != NULL && dmsc_node_is_leaf(n) &&
	    (*out = dmsc_strndup(dmsc_node_value(n))) == NULL)
		r = DMSC_E_NOMEM;
	dmsc_boot_free(&boot);
	dmsc_tree_free(&was);
	return r;
}

static int
version_of(struct dmsc_store *st, const struct dmsc_what *owner,
    bool as_read, char **out)
{
	struct dmsc_doc_rules *rules = NULL;
	struct dmsc_what in = *owner;
	int r;

	if (strcmp(dmsc_what_kind(owner), "dm") != 0)
		dmsc_rules_of(st, owner, &in);
	if (as_read && in.work != NULL && dmsc_work_dirty(in.work))
		return version_read(st, in.work, out);
	r = dmsc_rules_read(st, dmsc_what_name(owner), &rules);
	if (rules != NULL) {
		*out = rules->version;
		rules->version = NULL;
	}
	dmsc_view_free(&dmsc_doc_rules_view, rules);
	return r;
}

void
dmsc_signed_doc_free(struct dmsc_signed_doc **d)
{
	if (*d == NULL)
		return;
	dmsc_buf_free(&(*d)->bytes);
	dmsc_buf_free(&(*d)->signature);
	free((*d)->label);
	free((*d)->version);
	free(*d);
	*d = NULL;
}

/* All of it but for the signature. */
int
dmsc_signed_make(struct dmsc_store *st, const struct dmsc_what *owner,
    bool as_read, struct dmsc_signed_doc **out)
{
	struct dmsc_signed_doc *d = calloc(1, sizeof *d);
	int r = DMSC_E_NOMEM;

	if (d != NULL &&
	    (d->bytes = dmsc_buf_new(DMSC_SIGNED_MAX)) != NULL &&
	    (d->signature = dmsc_buf_new(DMSC_DOC_MAX)) != NULL &&
	    (r = dmsc_str_set(&d->label, "%s", dmsc_what_label(owner))) ==
	    DMSC_E_OK && (r = version_of(st, owner, as_read, &d->version)) ==
	    DMSC_E_OK)
		r = dmsc_signed_put(st, owner, as_read, d->bytes,
		    &d->length);
	if (r == DMSC_E_NOMEM)
		dmsc_fail(st->e, r, "out of memory");
	if (r != DMSC_E_OK && d != NULL)
		dmsc_signed_doc_free(&d);
	*out = d;
	return r;
}

int
dmsc_signed_path(struct dmsc_store *st, const char *path, char **owner)
{
	size_t n = strlen(path), m = sizeof DMSC_SIGNED_SUFFIX - 1;
	struct dmsc_what w;
	int r;

	*owner = NULL;
	if (n <= m || strcmp(path + n - m, DMSC_SIGNED_SUFFIX) != 0)
		return DMSC_E_OK;
	if ((r = dmsc_store_look(st, path, &w)) != DMSC_E_OK ||
	    (w.doc != NULL && !dmsc_signed_is(w.doc->kind)))
		return r;	/* a document of that name */
	if (dmsc_str_set(owner, "%.*s", (int)(n - m), path) != DMSC_E_OK)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_store_look(st, *owner, &w);
	if (r == DMSC_E_OK && *w.rest == '\0' &&
	    (w.doc != NULL || w.work != NULL) &&
	    dmsc_signed_may(dmsc_what_kind(&w)))
		return r;
	free(*owner);
	*owner = NULL;
	return r;
}

void
dmsc_signed_bind(struct dmsc_store *st, struct dmsc_work *w)
{
	struct dmsc_what owner;

	memset(w->over, 0, sizeof w->over);
	w->bound = true;
	/* Where that fails it is for nothing, and goes. */
	if (dmsc_signed_owner_of(st, w, &owner) &&
	    dmsc_signed_digest(st, &owner, w->over) != DMSC_E_OK)
		dmsc_err_clear(st->e);
}

/* A document that can be signed. */
static int
need(struct dmsc_store *st, const char *path, struct dmsc_what *w)
{
	int r = dmsc_store_need(st, path, w);

	if (r == DMSC_E_OK && w->card)
		return dmsc_cardtree_never(st, "signed");
	if (r != DMSC_E_OK || (*w->rest == '\0' &&
	    dmsc_signed_may(dmsc_what_kind(w)) &&
	    dmsc_what_label(w) != NULL &&
	    (w->doc == NULL || dmsc_signed_first(st, w->doc))))
		return r;
	dmsc_fail(st->e, DMSC_E_USAGE, *w->rest != '\0' ?
	    "a document is signed as a whole" :
	    !dmsc_signed_may(dmsc_what_kind(w)) ?
	    "what it holds is not signed" :
	    dmsc_what_label(w) == NULL ? "a document without a label is "
	    "not signed" : "of documents with one label the first is signed");
	return dmsc_err_where(st->e, "%s", path);
}

/* The same, and on the card, where that is asked. */
static int
need_on(struct dmsc_store *st, const char *path, bool as_read,
    struct dmsc_what *w)
{
	int r = need(st, path, w);

	if (r != DMSC_E_OK || !as_read || w->doc != NULL)
		return r;
	dmsc_fail(st->e, DMSC_E_NOTFOUND, "not on the card yet");
	return dmsc_err_where(st->e, "%s", path);
}

int
dmsc_store_signed_bytes(struct dmsc_store *st, const char *path,
    bool as_read, struct dmsc_buf *out)
{
	struct dmsc_what w;
	size_t length;
	int r = need_on(st, path, as_read, &w);

	return r != DMSC_E_OK ? r :
	    dmsc_signed_put(st, &w, as_read, out, &length);
}

int
dmsc_store_signature(struct dmsc_store *st, const char *path, bool as_read,
    struct dmsc_buf *out)
{
	struct dmsc_what w, s;
	struct dmsc_rd bytes;
	int r;

	if ((r = need_on(st, path, as_read, &w)) != DMSC_E_OK)
		return r;
	dmsc_signed_of(st, &w, &s);
	if (as_read ? s.doc == NULL : !dmsc_signed_there(st, &w))
		return DMSC_E_OK;
	if (s.work != NULL && s.work->raw != NULL && !as_read)
		bytes = dmsc_buf_rd(s.work->raw);
	else if ((r = dmsc_sdoc_read(st, s.doc, false)) == DMSC_E_OK)
		bytes = dmsc_rd_slice(dmsc_sdoc_bytes(s.doc), 0, s.doc->used);
	else
		return r;
	r = dmsc_buf_put(out, bytes);
	return r == DMSC_E_OK ? r :
	    dmsc_fail(st->e, r, "cannot keep the signature");
}

static int
take_away(struct dmsc_store *st, const struct dmsc_what *w, const char *path)
{
	if (dmsc_signed_there(st, w))
		return dmsc_signed_remove(st, w);
	dmsc_fail(st->e, DMSC_E_NOTFOUND, "the document is not signed");
	return dmsc_err_where(st->e, "%s", path);
}

/* The document has something to sign, and cms is a signature. */
static int
may_sign(struct dmsc_store *st, const struct dmsc_what *w, struct dmsc_rd cms,
    const char *path)
{
	struct dmsc_buf *b;
	bool good = dmsc_signed_is_cms(cms), empty;
	size_t length;
	int r;

	if (w->doc != NULL && w->doc->cut) {
		dmsc_fail(st->e, DMSC_E_TORN, "a commit was cut");
		dmsc_err_where(st->e, "%s", path);
		return dmsc_err_next(st->e, "recover");
	}

	if ((b = dmsc_buf_new(DMSC_SIGNED_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_signed_put(st, w, false, b, &length);
	empty = b->len == 0;
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK || (good && !empty))
		return r;
	dmsc_fail(st->e, DMSC_E_DATA, empty ? "there is nothing to sign" :
	    "this is no CMS SignedData in DER");
	return dmsc_err_where(st->e, "%s", path);
}

/* The working copy of the signature, made where there is none. */
static int
open_work(struct dmsc_store *st, const struct dmsc_what *w,
    struct dmsc_work **out)
{
	struct dmsc_what s;
	int r;

	dmsc_signed_of(st, w, &s);
	if (s.doc == NULL && s.work == NULL)
		return dmsc_signed_new(st, w, out);
	if (s.doc != NULL && s.work != NULL && s.work->removed) {
		dmsc_work_drop(st, s.work);	/* it was not read */
		s.work = NULL;
	}
	if ((r = dmsc_work_open(st, &s)) == DMSC_E_OK)
		*out = s.work;
	return r;
}

int
dmsc_store_sign(struct dmsc_store *st, const char *path, struct dmsc_rd cms)
{
	struct dmsc_work *s = NULL;
	struct dmsc_what w;
	uint8_t over[DMSC_SHA256_LEN];
	int r;

	if ((r = need(st, path, &w)) != DMSC_E_OK)
		return r;
	if (cms.left == 0)
		return take_away(st, &w, path);
	if ((r = may_sign(st, &w, cms, path)) != DMSC_E_OK ||
	    (r = dmsc_signed_digest(st, &w, over)) != DMSC_E_OK ||
	    (r = open_work(st, &w, &s)) != DMSC_E_OK)
		return r;
	if ((r = dmsc_work_replace(st, s, cms)) != DMSC_E_OK) {
		if (s->is_new && s->raw == NULL)
			dmsc_work_drop(st, s);
		return r;
	}
	s->removed = false;
	s->bound = true;
	memcpy(s->over, over, sizeof s->over);
	return dmsc_signed_only(st, &w, s);
}

int
dmsc_store_signed_doc(struct dmsc_store *st, const char *path, bool as_read,
    struct dmsc_signed_doc **out)
{
	struct dmsc_what w;
	int r;

	*out = NULL;
	if ((r = need_on(st, path, as_read, &w)) != DMSC_E_OK ||
	    (r = dmsc_signed_make(st, &w, as_read, out)) != DMSC_E_OK)
		return r;
	r = dmsc_store_signature(st, path, as_read, (*out)->signature);
	if (r != DMSC_E_OK)
		dmsc_signed_doc_free(out);
	return r;
}

int
dmsc_signed_call(struct dmsc_store *st, const struct dmsc_doc_signer *signer,
    const struct dmsc_what *owner, struct dmsc_buf *out)
{
	struct dmsc_signed_doc *d = NULL;
	int r = dmsc_signed_make(st, owner, false, &d);

	if (r == DMSC_E_OK) {
		r = signer->sign(signer->ctx, d, out);
		if (r != DMSC_E_OK && st->e->code != r)
			dmsc_fail(st->e, r, "cannot sign");
		if (r != DMSC_E_OK && *st->e->where == '\0')
			dmsc_err_where(st->e, "/%s", dmsc_what_name(owner));
	}
	dmsc_signed_doc_free(&d);
	return r;
}

int
dmsc_store_sign_doc(struct dmsc_store *st, const char *path,
    const struct dmsc_doc_signer *signer)
{
	struct dmsc_buf *cms = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_what w;
	int r;

	if (cms == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = need(st, path, &w)) == DMSC_E_OK &&
	    (r = dmsc_signed_call(st, signer, &w, cms)) == DMSC_E_OK)
		r = dmsc_store_sign(st, path, dmsc_buf_rd(cms));
	dmsc_buf_free(&cms);
	return r;
}

void
dmsc_store_signer(struct dmsc_store *st, const struct dmsc_doc_signer *signer)
{
	memset(&st->signer, 0, sizeof st->signer);
	if (signer != NULL)
		st->signer = *signer;
}
