/*
 * Data objects that stand beside a document under its label: its companion
 * (LABEL.dmsc) and its signature (LABEL.p7s). They are no documents of their
 * own, they go with theirs: each is of a kind that no list shows.
 */
#ifndef DMSC_STORE_BESIDE_H
#define DMSC_STORE_BESIDE_H

#include "store/inside.h"

#define DMSC_RULES_SUFFIX ".dmsc"
#define DMSC_SIGNED_SUFFIX ".p7s"
struct dmsc_beside {
	const char *kind, *suffix;
	bool (*has)(const char *kind);	/* a document of this kind */
};

/* Whether an object of this kind is one. */
bool dmsc_beside_is(const char *kind);
/* Whether a data object with this label may be one, of any document. */
bool dmsc_beside_label(const char *label);
/* How much of the label (or name) is the document's; 0: it is none. */
size_t dmsc_beside_owner(const struct dmsc_beside *b, const char *label);
/* The document on the card that the object with this label is for. */
struct dmsc_sdoc *dmsc_beside_doc(struct dmsc_store *st,
    const struct dmsc_beside *b, const char *label);
/* The same, or a new one; doc and work NULL: none. */
void dmsc_beside_owner_of(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *label, struct dmsc_what *out);
/* The object of the document with this label, on the card or new; doc and
 * work NULL: none. */
void dmsc_beside_find(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *label, struct dmsc_what *out);
/* The same of a document, which may be of any kind or none. */
void dmsc_beside_of(struct dmsc_store *st, const struct dmsc_beside *b,
    const struct dmsc_what *owner, struct dmsc_what *out);
/* A new one in the working copy, for the document with the label owner. */
int dmsc_beside_make(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *owner, bool is_private, struct dmsc_work **out)
    DMSC_MUST_CHECK;
/* Whether a data object of this label would be one. */
bool dmsc_beside_taken(struct dmsc_store *st, const struct dmsc_beside *b,
    const char *label);

/* Of what a path named; it must be there. */
const char *dmsc_what_label(const struct dmsc_what *w);
const char *dmsc_what_kind(const struct dmsc_what *w);
const char *dmsc_what_name(const struct dmsc_what *w);

#endif
