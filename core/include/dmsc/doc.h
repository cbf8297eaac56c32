/*
 * Documents on a card and their working copy: discover, browse, edit, plan,
 * commit, undo. Room store. Paths are "/LABEL/node/node"; "/@FID" is exact.
 */
#ifndef DMSC_DOC_H
#define DMSC_DOC_H

#include <dmsc/bytes.h>
#include <dmsc/convert.h>
#include <dmsc/tree.h>
#include <dmsc/view.h>

struct dmsc_session;

/* What a document's own rules (./DMSC) say; each may be NULL. */
struct dmsc_doc_rules {
	char *confirmation;	/* "required", "none" */
	char *group;
	char *version;
	char *issuer;
};
struct dmsc_doc {
	char *name;		/* as in paths, escaped, "~2" where equal */
	char *label;		/* as on the card; may be NULL */
	char *kind;		/* "dm", "lwm2m", "cp", "app", "arf"; named
				 * itself, LABEL.dmsc "rules", LABEL.p7s
				 * "signature" */
	char *place;		/* "3F00/7F50/6432" */
	char *oid;		/* dotted, or NULL */
	size_t size;		/* of the file in use, or its part of it */
	int used;		/* bytes of the document, -1 until read */
	bool is_private;	/* "private" in JSON */
	bool modifiable;
	char *needs;		/* "PIN81" where the directory names one */
	char *signature;	/* "none", "present": in the working copy */
	char *second_slot;	/* place of the other slot, or NULL */
	char *state;		/* working copy: "", "changed", "new",
				 * "removed" */
	char *signature_change;	/* what a commit would do to it: "",
				 * "signed", "signed anew", "dropped",
				 * "removed" */
	struct dmsc_doc_rules *rules;	/* read by stat and for a group */
	char **warnings;	/* what is odd, one a line */
	size_t n_warnings;
};
struct dmsc_doc_list {
	struct dmsc_doc *documents;
	size_t n_documents;
};

struct dmsc_discovery {
	bool found;
	char *card;		/* "answers", "mute", "locked", "terminated" */
	char *place;		/* of the PKCS#15 application, or NULL */
	char *why;		/* when not found */
	char **kinds;		/* documents' kinds, each once */
	size_t n_kinds;
	unsigned apdus;
};

struct dmsc_step {
	char *what;		/* "same card", "create", "update",
				 * "update, guarded", "switch" */
	char *place;		/* file */
	size_t bytes;
	unsigned apdus;
};
/* What becomes of the signature of a document. */
struct dmsc_doc_signed {
	char *document;
	char *change;		/* as signature_change */
};
struct dmsc_plan {
	char *way;		/* "none", "straight", "pair", "create",
				 * "in place, guarded" */
	char *verdict;		/* "allowed", "refused", "unknown" */
	char *why;		/* of a verdict other than allowed */
	char *next;		/* what to type where it is refused, or NULL */
	struct dmsc_step *steps;
	size_t n_steps;
	unsigned apdus;		/* of the steps together */
	size_t bytes;
	struct dmsc_doc_signed *signatures;	/* that change */
	size_t n_signatures;
};
struct dmsc_commit {
	char *way;
	char **documents;
	size_t n_documents;
	int verified;		/* DMSC_K_TRI: -1 written, not verified */
	unsigned apdus;
	char *journal;		/* id of the journal entry */
	struct dmsc_doc_signed *signatures;	/* that changed */
	size_t n_signatures;
};
struct dmsc_journal_entry {
	char *id;
	char *time;		/* UTC, ISO 8601 */
	char *card;		/* identity */
	char *way;
	char *state;		/* "committed", "cut", "undone", "unknown",
				 * "handed over" */
	char **documents;
	size_t n_documents;
};
struct dmsc_journal {
	struct dmsc_journal_entry *entries;
	size_t n_entries;
};
extern const struct dmsc_view dmsc_doc_rules_view, dmsc_doc_view,
    dmsc_doc_list_view, dmsc_discovery_view, dmsc_step_view, dmsc_plan_view,
    dmsc_doc_signed_view,
    dmsc_commit_view, dmsc_journal_entry_view, dmsc_journal_view;

/* Fewest APDUs; a card that holds nothing is found = false, not an error. */
int dmsc_discover(struct dmsc_session *s, struct dmsc_discovery **out)
    DMSC_MUST_CHECK;
int dmsc_docs(struct dmsc_session *s, struct dmsc_doc_list **out)
    DMSC_MUST_CHECK;
/* Those whose rules name the group; what cannot be read is left out, with a
 * warning. */
int dmsc_docs_of_group(struct dmsc_session *s, const char *group,
    struct dmsc_doc_list **out) DMSC_MUST_CHECK;
int dmsc_doc_stat(struct dmsc_session *s, const char *path,
    struct dmsc_doc **out) DMSC_MUST_CHECK;

/* Whether the document of path is private, or holds secrets that cannot be
 * told apart: 1, 0, -1 where it is not known. Reads nothing. */
int dmsc_path_is_private(struct dmsc_session *s, const char *path);

/*
 * What path names in the working copy. tree and node are borrowed, valid
 * until the next call that edits or reads the card; both NULL where the
 * document is no tree (bytes: dmsc_doc_bytes). NOTFOUND, AUTH and the like.
 */
int dmsc_at(struct dmsc_session *s, const char *path,
    const struct dmsc_tree **tree, const struct dmsc_node **node)
    DMSC_MUST_CHECK;
/* The document's bytes: as the working copy would write them, or as read. */
int dmsc_doc_bytes(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* Edits of the working copy. type NULL: keep, or the format's default. */
int dmsc_edit_set(struct dmsc_session *s, const char *path,
    struct dmsc_rd value, const enum dmsc_format *f, const char *type)
    DMSC_MUST_CHECK;
int dmsc_edit_add(struct dmsc_session *s, const char *path,
    enum dmsc_format f, const char *type, struct dmsc_rd value)
    DMSC_MUST_CHECK;
int dmsc_edit_rm(struct dmsc_session *s, const char *path) DMSC_MUST_CHECK;
int dmsc_edit_mv(struct dmsc_session *s, const char *from, const char *to)
    DMSC_MUST_CHECK;
int dmsc_edit_cp(struct dmsc_session *s, const char *from, const char *to)
    DMSC_MUST_CHECK;
int dmsc_edit_acl(struct dmsc_session *s, const char *path, const char *acl)
    DMSC_MUST_CHECK;
/* Replaces the whole tree at path by t (the shell's 'edit'). */
int dmsc_edit_tree(struct dmsc_session *s, const char *path,
    const struct dmsc_tree *t) DMSC_MUST_CHECK;
bool dmsc_dirty(const struct dmsc_session *s);
int dmsc_revert(struct dmsc_session *s, const char *path) DMSC_MUST_CHECK;

/* Documents as a whole, in the working copy too. size 0: as needed.
 * kind as above. EXISTS, PLAN (the card does not let us). */
int dmsc_mkdoc(struct dmsc_session *s, const char *name, const char *kind,
    size_t size, bool is_private) DMSC_MUST_CHECK;
int dmsc_rmdoc(struct dmsc_session *s, const char *path) DMSC_MUST_CHECK;
/*
 * A document from bytes in any form of dmsc/convert.h, recognised. Replaces
 * the content of path, or makes it.
 */
int dmsc_import(struct dmsc_session *s, const char *path,
    struct dmsc_rd bytes) DMSC_MUST_CHECK;
/* form: "tnds", "tnds-wbxml", "syncml", "syncml-wbxml", "cp", "cp-wbxml",
 * "lwm2m", "json", "raw"; NULL: that for people, which is tnds, for whole
 * documents of kind cp their XML, of kind lwm2m its JSON. */
int dmsc_export(struct dmsc_session *s, const char *path, const char *form,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* A whole document as dmsc_convert gives it; of a node, and for "raw", as
 * dmsc_export. *res is freed with dmsc_conversion_view. */
int dmsc_export_as(struct dmsc_session *s, const char *path,
    const struct dmsc_convert_opts *o, struct dmsc_buf *out,
    struct dmsc_conversion **res) DMSC_MUST_CHECK;

/* The difference of the working copy (of path, or all: "/") to the card;
 * with other != NULL, from path to other, both documents or nodes. */
int dmsc_doc_diff(struct dmsc_session *s, const char *path,
    const char *other, struct dmsc_diff **out) DMSC_MUST_CHECK;
/* From path to a tree from elsewhere (a file). */
int dmsc_doc_diff_tree(struct dmsc_session *s, const char *path,
    const struct dmsc_node *other, struct dmsc_diff **out) DMSC_MUST_CHECK;
int dmsc_parse_tree(struct dmsc_session *s, struct dmsc_rd bytes,
    struct dmsc_tree **out) DMSC_MUST_CHECK;

/*
 * Signatures. What is signed of a document is its bytes as they stand on the
 * card, without the FF behind them, and behind those, without anything
 * between, the bytes of its companion (LABEL.dmsc) where it has one. The
 * signature is a detached CMS SignedData, DER, in a data object LABEL.p7s. In
 * the working copy both are as a commit would write them; as_read: as the
 * card has them. A commit that changes what a signature is for signs anew or
 * drops the signature in the same switch.
 */
int dmsc_signed_bytes(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Nothing is put where there is none. */
int dmsc_signature(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Puts it into the working copy, in place of one that is there; empty: takes
 * it away (NOTFOUND: none). USAGE for what is no document or has no label,
 * DATA for what is no CMS or a document that is empty. */
int dmsc_edit_signature(struct dmsc_session *s, const char *path,
    struct dmsc_rd cms) DMSC_MUST_CHECK;
/* A document beside its signature. */
struct dmsc_signed_doc {
	char *label;
	char *version;		/* of its rules (DMSC/Version), or NULL */
	size_t length;		/* of its own bytes, where a companion's are
				 * behind them; else 0 */
	struct dmsc_buf *bytes;		/* what is signed */
	struct dmsc_buf *signature;	/* empty: it is not signed */
};
/* *out is freed with dmsc_signed_doc_free. */
int dmsc_signed_doc(struct dmsc_session *s, const char *path, bool as_read,
    struct dmsc_signed_doc **out) DMSC_MUST_CHECK;
void dmsc_signed_doc_free(struct dmsc_signed_doc **d);
/* Puts the signature of d->bytes into out, or sets the session's record and
 * fails. */
struct dmsc_doc_signer {
	int (*sign)(void *ctx, const struct dmsc_signed_doc *d,
	    struct dmsc_buf *out);
	void *ctx;
};
/* Signs the document of path in the working copy. */
int dmsc_sign_doc(struct dmsc_session *s, const char *path,
    const struct dmsc_doc_signer *signer) DMSC_MUST_CHECK;
/* What signs anew at a commit, and at a plan. */
/* Until the next call; NULL: signatures are dropped. */
int dmsc_sign_commits(struct dmsc_session *s,
    const struct dmsc_doc_signer *signer) DMSC_MUST_CHECK;

/* Reads the card, checks rights, sizes and space; writes nothing. */
int dmsc_plan(struct dmsc_session *s, bool in_place, struct dmsc_plan **out)
    DMSC_MUST_CHECK;
/* PLAN, SPACE, AUTH before anything is written; TRANSPORT with the outcome
 * read again. Nothing to do is OK with way "none". */
int dmsc_commit(struct dmsc_session *s, bool in_place,
    struct dmsc_commit **out) DMSC_MUST_CHECK;
/*
 * Writes to the file path (0600) what somebody else is to send: the APDUs of
 * a commit of documents, lines of hexadecimal digits with '#' before words;
 * or with dm that of /card, one DM message in XML. Nothing is written to the
 * card; the working copy is dropped, as after a commit, and the journal's
 * entry says "handed over". Rights that we lack do not hinder. PLAN where
 * nobody may write, or only in place, or where both change.
 */
struct dmsc_hand_opts {
	bool in_place, dm;
};
int dmsc_hand_over(struct dmsc_session *s, const struct dmsc_hand_opts *o,
    const char *path, struct dmsc_commit **out) DMSC_MUST_CHECK;
/* id NULL: the last one of this card. MISMATCH when the card does not hold
 * the bytes that the entry left. dry: checks only. */
int dmsc_undo(struct dmsc_session *s, const char *id, bool dry,
    struct dmsc_commit **out) DMSC_MUST_CHECK;
int dmsc_recover(struct dmsc_session *s, bool dry, struct dmsc_commit **out)
    DMSC_MUST_CHECK;
/* all: of every card, else of the card in use. */
int dmsc_journal(struct dmsc_session *s, bool all, struct dmsc_journal **out)
    DMSC_MUST_CHECK;

/* Every readable file and document, as one JSON text; and back (documents
 * into the working copy). */
int dmsc_backup(struct dmsc_session *s, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_restore(struct dmsc_session *s, struct dmsc_rd bytes)
    DMSC_MUST_CHECK;

#endif
