/*
 * Documents on a card: discover, open, working copy, plan, commit, journal.
 * The public contract is dmsc/doc.h; these are the same calls on a store.
 */
#ifndef DMSC_STORE_STORE_H
#define DMSC_STORE_STORE_H

#include "guard/guard.h"

#include <dmsc/dm.h>
#include <dmsc/doc.h>
#include <dmsc/lwm2m.h>
#include <dmsc/sign.h>

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
/* For a caller that wants bytes, not words (a device): places are not looked
 * up in EF.DIR and refusals not explained, which costs APDUs. */
void dmsc_store_brief(struct dmsc_store *st);
bool dmsc_store_dirty(const struct dmsc_store *st);

int dmsc_store_discover(struct dmsc_store *st, struct dmsc_discovery **out)
    DMSC_MUST_CHECK;
int dmsc_store_docs(struct dmsc_store *st, struct dmsc_doc_list **out)
    DMSC_MUST_CHECK;
int dmsc_store_docs_of_group(struct dmsc_store *st, const char *group,
    struct dmsc_doc_list **out) DMSC_MUST_CHECK;
int dmsc_store_stat(struct dmsc_store *st, const char *path,
    struct dmsc_doc **out) DMSC_MUST_CHECK;
int dmsc_store_at(struct dmsc_store *st, const char *path,
    const struct dmsc_tree **tree, const struct dmsc_node **node)
    DMSC_MUST_CHECK;
int dmsc_store_bytes(struct dmsc_store *st, const char *path, bool as_read,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_store_is_private(struct dmsc_store *st, const char *path);
/* As docs; without look no file of a document is touched (size 0, kind by
 * its object identifier). */
int dmsc_store_list(struct dmsc_store *st, bool look,
    struct dmsc_doc_list **out) DMSC_MUST_CHECK;

/* The rest follows dmsc/doc.h one to one. */
int dmsc_store_set(struct dmsc_store *st, const char *path,
    struct dmsc_rd value, const enum dmsc_format *f, const char *type)
    DMSC_MUST_CHECK;
int dmsc_store_add(struct dmsc_store *st, const char *path,
    enum dmsc_format f, const char *type, struct dmsc_rd value)
    DMSC_MUST_CHECK;
int dmsc_store_rm(struct dmsc_store *st, const char *path) DMSC_MUST_CHECK;
int dmsc_store_mv(struct dmsc_store *st, const char *from, const char *to)
    DMSC_MUST_CHECK;
int dmsc_store_cp(struct dmsc_store *st, const char *from, const char *to)
    DMSC_MUST_CHECK;
int dmsc_store_acl(struct dmsc_store *st, const char *path, const char *acl)
    DMSC_MUST_CHECK;
int dmsc_store_tree(struct dmsc_store *st, const char *path,
    const struct dmsc_tree *t) DMSC_MUST_CHECK;
int dmsc_store_revert(struct dmsc_store *st, const char *path)
    DMSC_MUST_CHECK;
int dmsc_store_mkdoc(struct dmsc_store *st, const char *name,
    const char *kind, size_t size, bool is_private) DMSC_MUST_CHECK;
int dmsc_store_rmdoc(struct dmsc_store *st, const char *path)
    DMSC_MUST_CHECK;
int dmsc_store_import(struct dmsc_store *st, const char *path,
    struct dmsc_rd bytes) DMSC_MUST_CHECK;
int dmsc_store_export(struct dmsc_store *st, const char *path,
    const char *form, struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_store_diff(struct dmsc_store *st, const char *path,
    const char *other, struct dmsc_diff **out) DMSC_MUST_CHECK;
int dmsc_store_diff_tree(struct dmsc_store *st, const char *path,
    const struct dmsc_node *other, struct dmsc_diff **out) DMSC_MUST_CHECK;

int dmsc_store_lwm2m_set(struct dmsc_store *st, const char *path,
    const struct dmsc_lwm2m_account *a) DMSC_MUST_CHECK;
int dmsc_store_lwm2m_show(struct dmsc_store *st, const char *path,
    struct dmsc_lwm2m_list **out) DMSC_MUST_CHECK;

int dmsc_store_signed_bytes(struct dmsc_store *st, const char *path,
    bool as_read, struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_store_signature(struct dmsc_store *st, const char *path,
    bool as_read, struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_store_sign(struct dmsc_store *st, const char *path,
    struct dmsc_rd cms) DMSC_MUST_CHECK;
int dmsc_store_signed_doc(struct dmsc_store *st, const char *path,
    bool as_read, struct dmsc_signed_doc **out) DMSC_MUST_CHECK;
int dmsc_store_sign_doc(struct dmsc_store *st, const char *path,
    const struct dmsc_doc_signer *signer) DMSC_MUST_CHECK;
/* The card's trusted certificates, DER behind each other, to out. What cannot
 * be read is a warning. */
int dmsc_store_trusted(struct dmsc_store *st, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* As dmsc_verify_doc; now: seconds since 1970. For a device, too. */
int dmsc_store_verify(struct dmsc_store *st, const char *path,
    const struct dmsc_verify_opts *o, int64_t now,
    struct dmsc_verdict **out) DMSC_MUST_CHECK;
void dmsc_store_signer(struct dmsc_store *st,
    const struct dmsc_doc_signer *signer);

/* dmsc/dm.h */
bool dmsc_store_dm_there(struct dmsc_store *st);
int dmsc_store_dm_state(struct dmsc_store *st, struct dmsc_dm_state **out)
    DMSC_MUST_CHECK;
/* What the application is told of us. */
int dmsc_store_dm_told(struct dmsc_store *st, struct dmsc_dm_told **out)
    DMSC_MUST_CHECK;
int dmsc_store_dm_run(struct dmsc_store *st,
    const struct dmsc_dm_command *c, size_t n, bool atomic,
    struct dmsc_dm_answer **out) DMSC_MUST_CHECK;
int dmsc_store_dm_tree(struct dmsc_store *st, const char *uri,
    struct dmsc_tree **out) DMSC_MUST_CHECK;
int dmsc_store_dm_send(struct dmsc_store *st, struct dmsc_rd message,
    struct dmsc_dm_answer **out) DMSC_MUST_CHECK;
int dmsc_store_dm_login(struct dmsc_store *st,
    const struct dmsc_dm_login *o, struct dmsc_dm_state **out)
    DMSC_MUST_CHECK;

int dmsc_store_plan(struct dmsc_store *st, bool in_place,
    struct dmsc_plan **out) DMSC_MUST_CHECK;
int dmsc_store_commit(struct dmsc_store *st, bool in_place,
    struct dmsc_commit **out) DMSC_MUST_CHECK;
int dmsc_store_hand_over(struct dmsc_store *st,
    const struct dmsc_hand_opts *o, const char *path,
    struct dmsc_commit **out) DMSC_MUST_CHECK;
int dmsc_store_undo(struct dmsc_store *st, const char *id, bool dry,
    struct dmsc_commit **out) DMSC_MUST_CHECK;
int dmsc_store_recover(struct dmsc_store *st, bool dry,
    struct dmsc_commit **out) DMSC_MUST_CHECK;
int dmsc_store_journal(struct dmsc_store *st, bool all,
    struct dmsc_journal **out) DMSC_MUST_CHECK;
/* The id (to be freed) of a cut commit of this card, NULL: none. */
int dmsc_store_pending(struct dmsc_store *st, char **id) DMSC_MUST_CHECK;
int dmsc_store_backup(struct dmsc_store *st, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_store_restore(struct dmsc_store *st, struct dmsc_rd bytes)
    DMSC_MUST_CHECK;
/*
 * The directories as other people's readers see them: their bytes, and what
 * is known of each document. Views are the store's, valid until it reads the
 * card again; raw itself is freed with dmsc_raw_free.
 */
struct dmsc_raw_dir {
	unsigned fid;
	struct dmsc_rd bytes;
};
struct dmsc_raw_doc {
	const char *name, *kind;
	const char *oid;	/* or NULL */
	unsigned fid;
	bool is_private;
	bool there;		/* its file is */
	bool open;		/* everybody may read it */
	bool in_entry;		/* it has no file of its own */
	bool bare;		/* LwM2M without the header of the file */
	bool size_sign;		/* its size has the sign bit in two bytes */
	size_t index;		/* where it begins in its file */
	size_t used;		/* bytes of it; 0: empty or not read */
};
struct dmsc_raw {
	struct dmsc_rd odf;
	struct dmsc_raw_dir *dirs;
	size_t n_dirs;
	struct dmsc_raw_doc *docs;
	size_t n_docs;
	bool listed, by_path;	/* EF.DIR: the entry, its path */
	bool token_flags;
};
int dmsc_store_raw(struct dmsc_store *st, struct dmsc_raw **out)
    DMSC_MUST_CHECK;
void dmsc_raw_free(struct dmsc_raw **raw);
/* What is made or was there, one line each. PLAN, AUTH, SPACE. */
int dmsc_store_prepare(struct dmsc_store *st, bool dry, char ***done,
    size_t *n_done) DMSC_MUST_CHECK;

#endif
