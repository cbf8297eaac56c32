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

bool
dmsc_signed_may(const char *kind)
{
	return strcmp(kind, "arf") != 0 && !dmsc_beside_is(kind);
}

static const struct dmsc_beside signature = {
	DMSC_KIND_SIGNATURE, DMSC_SIGNED_SUFFIX, dmsc_signed_may
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

const struct dmsc_sdoc *
dmsc_signed_doc_of(struct dmsc_store *st, const struct dmsc_sdoc *d)
{
	return dmsc_beside_doc(st, &signature, d->label);
}

void
dmsc_signed_of(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_what *out)
{
	dmsc_beside_of(st, &signature, owner, out);
	/* A cut switch: it is that of the other slot. Of documents with one
	 * label it is the first's. */
	if (out->doc != NULL && owner->doc != NULL && (owner->doc->cut ||
	    !dmsc_signed_for(st, out->doc, owner)))
		out->doc = NULL;
	if (out->doc == NULL && out->work != NULL && !out->work->is_new)
		out->work = NULL;
}

static const char *
label_of(const struct dmsc_store *st, const struct dmsc_work *w)
{
	size_t i;

	for (i = 0; i < st->n_docs; i++)
		if (st->docs[i].work == w)
			return st->docs[i].label;
	return w->label;
}

bool
dmsc_signed_first(struct dmsc_store *st, const struct dmsc_sdoc *d)
{
	size_t i;

	for (i = 0; i < st->n_docs && &st->docs[i] != d; i++)
		if (st->docs[i].label != NULL && d->label != NULL &&
		    strcmp(st->docs[i].label, d->label) == 0 &&
		    dmsc_signed_may(st->docs[i].kind))
			return false;
	return true;
}

bool
dmsc_signed_awaits(const struct dmsc_work *w, const struct dmsc_sdoc *d)
{
	size_t n = dmsc_beside_owner(&signature, d->label);

	return n > 0 && d->oid != NULL &&
	    strcmp(d->oid, DMSC_OID_SIGNED_DATA) == 0 && w->label != NULL &&
	    dmsc_signed_may(w->kind) && strlen(w->label) == n &&
	    memcmp(w->label, d->label, n) == 0;
}

bool
dmsc_signed_owner_of(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_what *out)
{
	memset(out, 0, sizeof *out);
	out->rest = "";
	if (dmsc_signed_is(w->kind))
		dmsc_beside_owner_of(st, &signature, label_of(st, w), out);
	return out->doc != NULL || out->work != NULL;
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

int
dmsc_signed_new(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_work **out)
{
	return dmsc_beside_make(st, &signature, dmsc_what_label(owner),
	    owner->doc != NULL ? owner->doc->is_private :
	    owner->work->is_private, out);
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

int
dmsc_signed_only(struct dmsc_store *st, const struct dmsc_what *owner,
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
	return dmsc_signed_only(st, owner, NULL);
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
