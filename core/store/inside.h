/*
 * The inside of a store, for the files of this room. A store holds what was
 * read of the card's directories and documents ("the picture", gone with
 * dmsc_store_forget) and the working copy (kept).
 */
#ifndef DMSC_STORE_INSIDE_H
#define DMSC_STORE_INSIDE_H

#include "codec/codec.h"
#include "crypto/crypto.h"
#include "pkcs15/pkcs15.h"
#include "store/appl.h"
#include "store/kind.h"
#include "store/store.h"

enum {
	DMSC_FID_ODF = 0x5031,
	DMSC_FID_TOKENINFO = 0x5032,
	DMSC_FID_OURS = 0x4D00,		/* 4D00..4DFF are dmsc's files */
	DMSC_FID_OURS_MASK = 0xFF00,
	DMSC_FID_DODF1 = 0x4D00,
	DMSC_FID_DODF2 = 0x4D02,
	DMSC_FID_DODF3 = 0x4D04,
	DMSC_FID_DOCS = 0x4D10,		/* first pair of a document */
	DMSC_FID_DOCS_END = 0x4DF0,
	DMSC_DIRS_MAX = 16,		/* DODFs that we follow */
	DMSC_MAPPED_MAX = 64,		/* a path with names as numbers */
	DMSC_PAD = 0xFF,
	DMSC_DIR_END = 8	/* so much of it ends a directory of ours */
};

/* A transparent file of the card as far as it was read. */
struct dmsc_sfile {
	struct dmsc_place place;
	bool have_fcp;
	struct dmsc_uicc_fcp fcp;
	struct dmsc_buf *bytes;		/* from offset 0; NULL: nothing yet */
	bool whole;			/* bytes reach the end of the file */
};

/* The other file of a pair: looked for once, where it may be. */
struct dmsc_sslot {
	struct dmsc_sfile file;
	bool known, there;
};

/* One DODF that the ODF names, in order; one named twice is here once. */
struct dmsc_sdir {
	size_t odf_entry;
	bool listed;			/* its entries stand in the ODF */
	bool has_range;			/* it is a part of its file */
	size_t index, length;
	struct dmsc_sfile file;
	struct dmsc_sslot slot;
	bool broken;			/* it breaks off at dodf.used */
	struct dmsc_dodf dodf;		/* raw views into file.bytes */
	bool missing;			/* named but not there */
};

struct dmsc_sref {
	size_t dir, entry;
};

/* The working copy of one document. */
struct dmsc_work {
	struct dmsc_work *next;
	char *name;			/* as in paths */
	char *label;			/* for new ones */
	const char *kind;
	bool is_new, removed, is_private;
	size_t size;			/* asked for by mkdoc, 0: as needed */
	struct dmsc_buf *base;		/* bytes on the card it was made of */
	bool checked;			/* base compared with this picture */
	struct dmsc_boot *boot;		/* kind dm */
	struct dmsc_tree *was;		/* other kinds, as read */
	struct dmsc_tree *tree;		/* edited copy, NULL: as read */
	struct dmsc_buf *raw;		/* replaced bytes, NULL: as base */
	bool bound;			/* a signature that was put: of what */
	uint8_t over[DMSC_SHA256_LEN];	/* has this digest */
};

/* One document: all entries that name one file. */
struct dmsc_sdoc {
	char *name, *label, *app_name, *oid, *app_oid;
	const char *kind;
	bool is_private, modifiable, is_signed;
	char *needs;			/* what a refused read asks for */
	uint8_t auth_id[8];
	size_t auth_id_len;
	unsigned pin_ref;		/* of auth_id, 0: not known */
	bool has_range;			/* it is a part of its file */
	size_t index, length;
	struct dmsc_buf *part;		/* of that, where not the whole file
					 * was read */
	bool part_whole;
	bool direct;			/* it stands in the directory */
	bool is_dir;			/* its file is a directory */
	bool cut;			/* the directories name both slots */
	bool stays;			/* its path cannot be changed */
	struct dmsc_sref *refs;
	size_t n_refs;
	char **warnings;
	size_t n_warnings;
	struct dmsc_sfile file;
	size_t used;			/* of the document, once read */
	bool asked;			/* its content was asked for, not its
					 * kind alone: used may be told */
	struct dmsc_sslot slot;
	struct dmsc_work *work;		/* borrowed from the store's list */
};

/* Files that the card gave for a commit in work (room.h). */
struct dmsc_sroom {
	char *what;
	struct dmsc_place place;
	unsigned fid;
};

struct dmsc_store {
	struct dmsc_uicc *u;
	struct dmsc_guard *g;
	struct dmsc_err *e;
	char *state_dir;
	void (*warn)(void *arg, const char *text);
	void *warn_arg;
	bool brief;
	/* the picture */
	bool loaded;
	bool have_app;
	struct dmsc_place app;
	enum dmsc_p15_state state;
	char *why;			/* there are no documents */
	struct dmsc_sfile odf_file;
	struct dmsc_odf odf;
	bool shut;		/* the ODF may not be read */
	bool odf_broken;
	struct dmsc_sdir dirs[DMSC_DIRS_MAX];
	size_t last_dir;	/* that the last A7 of the ODF names */
	size_t n_dirs;
	struct dmsc_aodf aodf;
	struct dmsc_sfile aodf_file;
	struct dmsc_sdoc *docs;
	size_t n_docs;
	struct dmsc_sslot **looks;	/* files in our range, there or not */
	size_t n_looks;
	struct dmsc_uicc_fcp app_fcp;
	bool have_app_fcp;
	bool mixed;			/* a cut switch: directories differ */
	bool mend;			/* the next commit mends directories */
	struct dmsc_work *works;
	char *works_card;		/* identity, where a work is new */
	struct dmsc_doc_signer signer;	/* of commits; sign NULL: none */
	struct dmsc_sappl appl;		/* the card's own tree */
	struct dmsc_sroom *rooms;
	size_t n_rooms;
	struct dmsc_work *card_work;	/* and /card, NULL: not read */
	char *card_id;			/* of which card, NULL: see card_seen */
	uint32_t card_counter;		/* its change counter then */
	bool card_seen;			/* both are known */
	uint32_t card_rights;		/* what was proved then */
};

/* dirs.c: the application, directories and documents, read once. */
/* OK with have_app false and why where there is none. */
int dmsc_store_find_app(struct dmsc_store *st) DMSC_MUST_CHECK;
/* The ODF, and the list of DODFs that it names, not yet read. */
int dmsc_store_read_odf(struct dmsc_store *st) DMSC_MUST_CHECK;
int dmsc_store_read_dir(struct dmsc_store *st, struct dmsc_sdir *d)
    DMSC_MUST_CHECK;
/* The same, and all of it where another maker's padding may hide more. */
int dmsc_sdir_all(struct dmsc_store *st, struct dmsc_sdir *d)
    DMSC_MUST_CHECK;
/* All of the file of a directory, where its end was enough before. The
 * entries are parsed anew: views into them are void. */
int dmsc_sdir_whole(struct dmsc_store *st, struct dmsc_sdir *d)
    DMSC_MUST_CHECK;
/* dodfs.c: the directories that the ODF names, not yet read. */
int dmsc_store_list_dirs(struct dmsc_store *st) DMSC_MUST_CHECK;
/* The bytes of a directory as far as they were read. */
struct dmsc_rd dmsc_sdir_bytes(const struct dmsc_store *st,
    const struct dmsc_sdir *d);
int dmsc_store_load(struct dmsc_store *st) DMSC_MUST_CHECK;
void dmsc_store_clear_picture(struct dmsc_store *st);
void dmsc_sfile_clear(struct dmsc_sfile *f);
/* A file's place from a PKCS#15 path. FORMAT for an odd path. */
int dmsc_store_resolve(struct dmsc_store *st, const struct dmsc_p15_path *p,
    struct dmsc_place *out) DMSC_MUST_CHECK;
/* The file fid in the PKCS#15 application. */
struct dmsc_place dmsc_store_place(const struct dmsc_store *st,
    unsigned fid);
/* "3F00/7F50/6432" where EF.DIR tells the path, else by AID. */
int dmsc_store_place_text(struct dmsc_store *st, const struct dmsc_place *p,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
bool dmsc_store_empty(struct dmsc_rd bytes);	/* "nothing here" */
size_t dmsc_unpadded(struct dmsc_rd bytes);	/* without FF at the end */
/* pins.c: the PIN that the AODF names for each document. */
int dmsc_store_name_pins(struct dmsc_store *st) DMSC_MUST_CHECK;
/* Whether a failure says something about the card's content, not about the
 * link or this machine. */
bool dmsc_store_about_card(int code);
/* Codes that mean: the link broke, what the card did is unknown. */
bool dmsc_store_lost(int code);

/* group.c: directory entries into documents; kinds and names. */
int dmsc_store_group(struct dmsc_store *st) DMSC_MUST_CHECK;
const char *dmsc_store_kind_of_oid(const char *oid);
int dmsc_store_kind_by_content(struct dmsc_store *st, struct dmsc_sdoc *d)
    DMSC_MUST_CHECK;
/* a is the other slot of b. */
bool dmsc_place_same_pair(const struct dmsc_place *a,
    const struct dmsc_place *b);
void dmsc_sdoc_clear(struct dmsc_sdoc *d);
int dmsc_sdoc_warn(struct dmsc_sdoc *d, const char *fmt, ...)
    DMSC_PRINTF(2, 3) DMSC_MUST_CHECK;

/* name.c: names of documents and paths. */
int dmsc_store_name(struct dmsc_store *st, struct dmsc_sdoc *d)
    DMSC_MUST_CHECK;
int dmsc_store_escape(const char *text, char **out) DMSC_MUST_CHECK;
/* The first segment of path as text and the rest ("" or "a/b"). USAGE for a
 * path that names no document. */
int dmsc_store_split(struct dmsc_store *st, const char *path, char **first,
    const char **rest) DMSC_MUST_CHECK;
/* What the first segment names: a document of the card, a new one (work
 * alone), or both NULL: not there (no error). rest may be NULL. */
struct dmsc_what {
	struct dmsc_sdoc *doc;
	struct dmsc_work *work;
	bool card;		/* /card: no doc, work once it is opened */
	const char *owner;	/* of a path into rules: its label */
	bool owner_private;
	const char *rest;	/* once opened: as the tree has it */
	char mapped[DMSC_MAPPED_MAX];	/* what rest may point to */
};
int dmsc_store_look(struct dmsc_store *st, const char *path,
    struct dmsc_what *out) DMSC_MUST_CHECK;
/* As look; NOTFOUND where neither is there or it was removed. */
int dmsc_store_need(struct dmsc_store *st, const char *path,
    struct dmsc_what *out) DMSC_MUST_CHECK;

/* rules.c: documents' own rules, their companions. */
#define DMSC_KIND_RULES "rules"
bool dmsc_rules_is(const char *kind);
/* After grouping: data objects that are companions. */
void dmsc_rules_mark(struct dmsc_store *st);
/* A path /LABEL/DMSC... becomes one into the companion, which need not be
 * there. */
void dmsc_rules_look(struct dmsc_store *st, struct dmsc_what *w);
int dmsc_rules_missing(struct dmsc_store *st, const char *path);
/* For a path into rules: the companion is made where it is not there. */
int dmsc_rules_need(struct dmsc_store *st, const char *path)
    DMSC_MUST_CHECK;
/* Behind what needed it and gave r: r again. */
int dmsc_rules_end(struct dmsc_store *st, const char *path, int r)
    DMSC_MUST_CHECK;
int dmsc_rules_make(struct dmsc_store *st, const char *owner,
    bool is_private) DMSC_MUST_CHECK;
/* The companion of a document; doc and work NULL: none. */
void dmsc_rules_of(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_what *out);
/* The companion goes with its document: copied to another label, removed. */
int dmsc_rules_copy(struct dmsc_store *st, const struct dmsc_what *from,
    const char *label, bool is_private) DMSC_MUST_CHECK;
int dmsc_rules_remove(struct dmsc_store *st, const struct dmsc_what *owner)
    DMSC_MUST_CHECK;
/* How much of a companion's name is its document's; 0: w is none. */
size_t dmsc_rules_owner(const struct dmsc_work *w);
/* Whether a data object of this label would be a companion. */
bool dmsc_rules_taken(struct dmsc_store *st, const char *label);
/* What a document's rules say; *out NULL: nothing. */
int dmsc_rules_read(struct dmsc_store *st, const char *name,
    struct dmsc_doc_rules **out) DMSC_MUST_CHECK;
unsigned dmsc_place_fid(const struct dmsc_place *p);	/* last, 0: none */

/* signed.c: signatures of documents. */
#define DMSC_KIND_SIGNATURE "signature"
#define DMSC_OID_SIGNED_DATA "1.2.840.113549.1.7.2"
bool dmsc_signed_is(const char *kind);
/* After grouping: data objects that are signatures of documents. */
int dmsc_signed_mark(struct dmsc_store *st) DMSC_MUST_CHECK;
/* The signature of a document; doc and work NULL: none. */
void dmsc_signed_of(struct dmsc_store *st, const struct dmsc_what *owner,
    struct dmsc_what *out);
/* It goes with its document. */
int dmsc_signed_remove(struct dmsc_store *st, const struct dmsc_what *owner)
    DMSC_MUST_CHECK;
void dmsc_signed_revert(struct dmsc_store *st, const struct dmsc_what *owner);
/* Whether a data object of this label would be a signature. */
bool dmsc_signed_taken(struct dmsc_store *st, const char *label);
/* How much of the file of a signature it is. */
size_t dmsc_signed_used(struct dmsc_rd bytes);

/* content.c: bytes and trees. */
/* Reads the first block (peek) or all of the document's file. */
int dmsc_sdoc_read(struct dmsc_store *st, struct dmsc_sdoc *d, bool peek)
    DMSC_MUST_CHECK;
struct dmsc_rd dmsc_sdoc_bytes(const struct dmsc_sdoc *d);
/* They are all there. */
bool dmsc_sdoc_whole(const struct dmsc_sdoc *d);
/* Selects the file and keeps its FCP. */
int dmsc_sfile_select(struct dmsc_store *st, struct dmsc_sfile *f)
    DMSC_MUST_CHECK;
/* By its FCP: NOTFOUND for what READ BINARY does not read. */
int dmsc_sfile_readable(struct dmsc_store *st, const struct dmsc_sfile *f)
    DMSC_MUST_CHECK;
/* Both; it is the selected file then. */
int dmsc_sfile_ready(struct dmsc_store *st, struct dmsc_sfile *f)
    DMSC_MUST_CHECK;
/* The first block of it. */
int dmsc_sfile_peek(struct dmsc_store *st, struct dmsc_sfile *f)
    DMSC_MUST_CHECK;
int dmsc_sfile_read(struct dmsc_store *st, struct dmsc_sfile *f)
    DMSC_MUST_CHECK;
/* The other slot of the file f; there is false where there is none. */
int dmsc_sslot_find(struct dmsc_store *st, const struct dmsc_sfile *f,
    struct dmsc_sslot *s) DMSC_MUST_CHECK;
/* The file fid of the application, looked for once. */
int dmsc_sslot_at(struct dmsc_store *st, unsigned fid,
    struct dmsc_sslot **out) DMSC_MUST_CHECK;
/* Selects place: OK with *there false when no such file is there. */
int dmsc_sfile_probe(struct dmsc_store *st, struct dmsc_sfile *f,
    bool *there) DMSC_MUST_CHECK;

/* work.c: the working copy. */
/* The working copy of what w names, opened (read) when it was not. */
int dmsc_work_open(struct dmsc_store *st, struct dmsc_what *w)
    DMSC_MUST_CHECK;
struct dmsc_work *dmsc_work_find(const struct dmsc_store *st,
    const char *name);
struct dmsc_work *dmsc_work_new(struct dmsc_store *st, const char *name,
    const char *kind);
/* One in no list. */
struct dmsc_work *dmsc_work_alone(const char *name, const char *kind);
void dmsc_work_drop(struct dmsc_store *st, struct dmsc_work *w);
bool dmsc_work_dirty(const struct dmsc_work *w);
bool dmsc_work_changed(const struct dmsc_work *w);	/* its bytes */
const char *dmsc_work_state(const struct dmsc_work *w);
/* The tree now; DATA where a dm document is broken, USAGE for no tree. */
int dmsc_work_tree(struct dmsc_store *st, struct dmsc_work *w,
    const struct dmsc_tree **out) DMSC_MUST_CHECK;
/* The same to be edited. UNSUPPORTED for what is never touched. */
int dmsc_work_edit(struct dmsc_store *st, struct dmsc_work *w,
    struct dmsc_tree **out) DMSC_MUST_CHECK;
/* Replaces the content by bytes. */
int dmsc_work_replace(struct dmsc_store *st, struct dmsc_work *w,
    struct dmsc_rd bytes) DMSC_MUST_CHECK;
/* The same in two steps: all that may fail, then the change. */
struct dmsc_fresh {
	struct dmsc_boot *boot;
	struct dmsc_buf *raw;
};
int dmsc_work_ready(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_rd bytes, struct dmsc_fresh *out) DMSC_MUST_CHECK;
void dmsc_work_take(struct dmsc_work *w, struct dmsc_fresh *f);
void dmsc_fresh_clear(struct dmsc_fresh *f);
/* whole.c: marked as removed, or dropped where it is new. */
int dmsc_work_remove(struct dmsc_store *st, struct dmsc_what *w)
    DMSC_MUST_CHECK;
/* New documents belong to the card in use. */
int dmsc_work_note_card(struct dmsc_store *st) DMSC_MUST_CHECK;
/* After an edit of its tree: titles that the kind gives by name. */
int dmsc_work_titles(struct dmsc_store *st, struct dmsc_work *w)
    DMSC_MUST_CHECK;
/* The tree that base holds, whatever was imported since; in *boot or *was,
 * which the caller frees. */
int dmsc_work_card_tree(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_boot **boot, struct dmsc_tree **was) DMSC_MUST_CHECK;
int dmsc_work_bytes(struct dmsc_store *st, const struct dmsc_work *w,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* A line for each part of the message that its edits do not keep. */
int dmsc_work_gone(struct dmsc_store *st, const struct dmsc_work *w,
    void (*say)(void *arg, const char *line), void *arg) DMSC_MUST_CHECK;
/* After a load: works whose document is gone are dropped. */
int dmsc_work_match(struct dmsc_store *st) DMSC_MUST_CHECK;
/* Drops the work of d when the card holds other bytes now. */
int dmsc_work_check(struct dmsc_store *st, struct dmsc_sdoc *d)
    DMSC_MUST_CHECK;
void dmsc_store_warn(struct dmsc_store *st, const char *fmt, ...)
    DMSC_PRINTF(2, 3);

/* edit.c: helpers that import uses too. */
int dmsc_edit_fail(struct dmsc_store *st, int code, const char *path);
/* NOTFOUND: no node of this path in t, the document's. */
int dmsc_edit_missing(struct dmsc_store *st, const struct dmsc_tree *t,
    const char *path);
/* All below to becomes a copy of all below from. */
int dmsc_edit_children(struct dmsc_tree *t, struct dmsc_node *to,
    const struct dmsc_node *from) DMSC_MUST_CHECK;

#endif
