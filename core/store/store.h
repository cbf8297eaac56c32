/*
 * Documents on a card: discover, open, working copy, plan, commit, journal.
 * The public contract is dmsc/doc.h; these are the same calls on a store.
 */
#ifndef DMSC_STORE_STORE_H
#define DMSC_STORE_STORE_H

#include "guard/guard.h"

#include <dmsc/doc.h>

struct dmsc_store;

/* Over a card that is connected; u, g and e stay the caller's. warn (may be
 * NULL) gets warnings. state_dir holds the journal ("journal/"). */
struct dmsc_store *dmsc_store_new(struct dmsc_uicc *u, struct dmsc_guard *g,
    const char *state_dir, struct dmsc_err *e,
    void (*warn)(void *arg, const char *text), void *arg);
void dmsc_store_free(struct dmsc_store **st);
/* The card was reset or swapped: what was read is read again when needed;
 * the working copy is kept where the card still holds the bytes it was made
 * from. */
void dmsc_store_forget(struct dmsc_store *st);
bool dmsc_store_dirty(const struct dmsc_store *st);

int dmsc_store_discover(struct dmsc_store *st, struct dmsc_discovery **out)
    DMSC_MUST_CHECK;
int dmsc_store_docs(struct dmsc_store *st, struct dmsc_doc_list **out)
    DMSC_MUST_CHECK;
int dmsc_store_stat(struct dmsc_store *st, const char *path,
    struct dmsc_doc **out) DMSC_MUST_CHECK;
int dmsc_store_at(struct dmsc_store *st, const char *path,
    const struct dmsc_tree **tree, const struct dmsc_node **node)
    DMSC_MUST_CHECK;
int dmsc_store_bytes(struct dmsc_store *st, const char *path, bool as_read,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* The edits, plan, commit, undo, recover, journal, import and export follow
 * dmsc/doc.h one to one: dmsc_store_set, _add, _rm, _mv, _cp, _acl, _tree,
 * _revert, _mkdoc, _rmdoc, _import, _export, _diff, _diff_tree, _plan,
 * _commit, _undo, _recover, _journal, _backup, _restore, _prepare. */

#endif
