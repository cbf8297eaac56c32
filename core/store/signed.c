/*
 * Signatures of documents: a detached CMS SignedData over the document's
 * bytes and its companion's, in a data object LABEL.p7s with the application
 * identifier id-signedData. In the working copy each remembers what it is
 * for, so that a later edit of its document does not leave it standing.
 */
#include "store/signed.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum { SEQUENCE = 0x30, OID = 0x06, CONTENT = 0xA0 };

bool
dmsc_signed_is(const char *kind)
{
	return strcmp(kind, DMSC_KIND_SIGNATURE) == 0;
}

/* Whether a document of this kind can be signed. */
static bool
can_be_signed(const char *kind)
{
	return strcmp(kind, "arf") != 0 && !dmsc_beside_is(kind);
}

static const struct dmsc_beside signature = {
	DMSC_KIND_SIGNATURE, ".p7s", can_be_signed
};

int
dmsc_signed_mark(struct dmsc_store *st)
{
	struct dmsc_sdoc *d, *owner;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++) {
		d = &st->docs[i];
		if (strcmp(d->kind, "app") != 0 || d->is_dir ||
		    d->oid == NULL ||
		    strcmp(d->oid, DMSC_OID_SIGNED_DATA) != 0 ||
		    (owner = dmsc_beside_doc(st, &signature, d->label)) ==
		    NULL || owner->is_dir)
			continue;
		d->kind = DMSC_KIND_SIGNATURE;
		if (owner->is_signed)
			r = dmsc_sdoc_warn(owner, "it has more than one "
			    "signature: the first counts");
		owner->is_signed = true;
	}
	return r;
}

void
dmsc_signed_of(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_what *out)
{
	dmsc_beside_of(st, &signature, owner, out);
	/* A cut switch: it is that of the other slot. */
	if (out->doc != NULL && owner->doc != NULL && owner->doc->cut)
		out->doc = NULL;
	if (out->doc == NULL && out->work != NULL && !out->work->is_new)
		out->work = NULL;
}

size_t
dmsc_signed_owner(const struct dmsc_work *w)
{
	return dmsc_signed_is(w->kind) ?
	    dmsc_beside_owner(&signature, w->name) : 0;
}

bool
dmsc_signed_taken(struct dmsc_store *st, const char *label)
{
	return dmsc_beside_taken(st, &signature, label);
}

size_t
dmsc_signed_used(struct dmsc_rd bytes)
{
	struct dmsc_rd rest = bytes, value, raw;
	uint32_t tag;

	if (dmsc_tlv_next_raw(&rest, &tag, &value, &raw) == DMSC_E_OK &&
	    tag == SEQUENCE)
		return raw.left;
	return dmsc_unpadded(bytes);
}

/* ContentInfo (RFC 5652, 3) of SignedData, and nothing behind it. */
bool
dmsc_signed_is_cms(struct dmsc_rd bytes)
{
	static const uint8_t signed_data[] = { 0x2A, 0x86, 0x48, 0x86, 0xF7,
		0x0D, 0x01, 0x07, 0x02 };
	struct dmsc_rd value, type;
	uint32_t tag;

	return dmsc_tlv_next(&bytes, &tag, &value) == DMSC_E_OK &&
	    tag == SEQUENCE && bytes.left == 0 &&
	    dmsc_tlv_next(&value, &tag, &type) == DMSC_E_OK &&
	    tag == OID && dmsc_rd_eq(type, dmsc_rd_of(signed_data,
	    sizeof signed_data)) &&
	    dmsc_tlv_next(&value, &tag, &type) == DMSC_E_OK &&
	    tag == CONTENT && type.left > 0 && value.left == 0;
}

/* Whether s is there, in the working copy. */
static bool
is_there(const struct dmsc_what *s)
{
	return (s->doc != NULL || s->work != NULL) &&
	    (s->work == NULL || !s->work->removed);
}

bool
dmsc_signed_there(struct dmsc_store *st, const struct dmsc_what *owner)
{
	struct dmsc_what s;

	dmsc_signed_of(st, owner, &s);
	return is_there(&s);
}

bool
dmsc_signed_for(struct dmsc_store *st, const struct dmsc_sdoc *d,
    const struct dmsc_what *owner)
{
	return owner->doc != NULL && dmsc_signed_is(d->kind) &&
	    dmsc_beside_doc(st, &signature, d->label) == owner->doc;
}

/* Of several on the card one stays, or none. */
static int
remove_all_but(struct dmsc_store *st, const struct dmsc_what *owner,
    const struct dmsc_work *but)
{
	struct dmsc_what s = { .rest = "" };
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++) {
		s.doc = &st->docs[i];
		s.work = s.doc->work;
		if ((but == NULL || s.work != but) &&
		    dmsc_signed_for(st, s.doc, owner))
			r = dmsc_work_remove(st, &s);
	}
	return r;
}

int
dmsc_signed_remove(struct dmsc_store *st, const struct dmsc_what *owner)
{
	struct dmsc_what s;

	dmsc_signed_of(st, owner, &s);
	if (s.doc == NULL && s.work != NULL)
		dmsc_work_drop(st, s.work);
	return remove_all_but(st, owner, NULL);
}

void
dmsc_signed_revert(struct dmsc_store *st, const struct dmsc_what *owner)
{
	struct dmsc_what s;
	size_t i;

	dmsc_signed_of(st, owner, &s);
	if (s.doc == NULL && s.work != NULL)
		dmsc_work_drop(st, s.work);
	for (i = 0; s.doc != NULL && i < st->n_docs; i++)
		if (st->docs[i].work != NULL &&
		    dmsc_signed_for(st, &st->docs[i], owner))
			dmsc_work_drop(st, st->docs[i].work);
}

/* ---- what is signed */

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
    bool as_read, struct dmsc_buf *out)
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
	return put_bytes(st, &rules, as_read, out);
}

int
dmsc_signed_digest(struct dmsc_store *st, const struct dmsc_what *owner,
    uint8_t sha[DMSC_SHA256_LEN])
{
	void (*warn)(void *arg, const char *text) = st->warn;
	struct dmsc_buf *b = dmsc_buf_new(DMSC_SIGNED_MAX);
	int r;

	if (b == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	st->warn = NULL;	/* what an edit loses is said elsewhere */
	r = dmsc_signed_put(st, owner, false, b);
	st->warn = warn;
	if (r == DMSC_E_OK &&
	    (r = dmsc_sha256(dmsc_buf_rd(b), sha)) != DMSC_E_OK)
		dmsc_fail(st->e, r, "cannot compute a digest");
	dmsc_buf_free(&b);
	return r;
}

/* ---- for the session */

/* A document that can be signed. */
static int
need(struct dmsc_store *st, const char *path, struct dmsc_what *w)
{
	int r = dmsc_store_need(st, path, w);

	if (r != DMSC_E_OK)
		return r;
	if (*w->rest == '\0' && can_be_signed(dmsc_what_kind(w)) &&
	    dmsc_what_label(w) != NULL)
		return DMSC_E_OK;
	dmsc_fail(st->e, DMSC_E_USAGE, *w->rest != '\0' ?
	    "a document is signed as a whole" :
	    dmsc_what_label(w) == NULL ? "a document without a label is "
	    "not signed" : "what it holds is not signed");
	return dmsc_err_where(st->e, "%s", path);
}

int
dmsc_store_signed_bytes(struct dmsc_store *st, const char *path,
    bool as_read, struct dmsc_buf *out)
{
	struct dmsc_what w;
	int r = need(st, path, &w);

	if (r == DMSC_E_OK && as_read && w.doc == NULL) {
		dmsc_fail(st->e, DMSC_E_NOTFOUND, "not on the card yet");
		return dmsc_err_where(st->e, "%s", path);
	}
	return r != DMSC_E_OK ? r : dmsc_signed_put(st, &w, as_read, out);
}

int
dmsc_store_signature(struct dmsc_store *st, const char *path, bool as_read,
    struct dmsc_buf *out)
{
	struct dmsc_what w, s;
	struct dmsc_rd bytes;
	int r;

	if ((r = need(st, path, &w)) != DMSC_E_OK)
		return r;
	dmsc_signed_of(st, &w, &s);
	if (as_read ? s.doc == NULL : !is_there(&s))
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
	int r;

	if ((b = dmsc_buf_new(DMSC_SIGNED_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_signed_put(st, w, false, b);
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
		return dmsc_beside_make(st, &signature, dmsc_what_label(w),
		    w->doc != NULL ? w->doc->is_private :
		    w->work->is_private, out);
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
	return remove_all_but(st, &w, s);
}

void
dmsc_store_signer(struct dmsc_store *st, const struct dmsc_doc_signer *signer)
{
	memset(&st->signer, 0, sizeof st->signer);
	if (signer != NULL)
		st->signer = *signer;
}
