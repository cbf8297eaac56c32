/*
 * The inside of planning and committing. A build is what a commit would do:
 * operations in the order in which they run, and moves, which say for the
 * journal which bytes stood where before and after.
 */
#ifndef DMSC_STORE_PLAN_H
#define DMSC_STORE_PLAN_H

#include "crypto/crypto.h"
#include "store/cardcmds.h"
#include "store/inside.h"

enum dmsc_opkind {
	DMSC_OP_ROOM,		/* files that the card makes: room.h */
	DMSC_OP_CREATE,		/* a file that is not in use yet */
	DMSC_OP_WRITE,		/* bytes that nobody reads yet */
	DMSC_OP_STRAIGHT,	/* one byte of a document in use */
	DMSC_OP_GUARD,		/* a file in use: header, body, header */
	DMSC_OP_SWITCH		/* the ODF, by one UPDATE BINARY */
};

struct dmsc_op {
	enum dmsc_opkind kind;
	struct dmsc_sfile *file;
	bool own;		/* file belongs to the operation */
	struct dmsc_buf *after;	/* the whole content then; CREATE: NULL */
	size_t head;		/* GUARD: offset of the header byte */
	bool sealed;		/* a new file that may not be read */
	size_t size;		/* CREATE */
	uint8_t sec_tag;	/* CREATE: its rules, as in an FCP */
	struct dmsc_buf *sec;
	struct dmsc_buf *room;	/* ROOM: the object that asks for it */
	char *what;		/* ROOM: for what */
};

/* One document or directory, or the ODF, before and after. */
struct dmsc_move {
	char *name;		/* of a document, NULL: a directory */
	bool secret;		/* its bytes are never written down */
	bool odf;
	struct dmsc_place from, to;
	uint8_t sha_from[DMSC_SHA256_LEN], sha_to[DMSC_SHA256_LEN];
	struct dmsc_buf *old;	/* where from == to: the bytes before */
	struct dmsc_buf *fresh;	/* of the ODF: the bytes after */
};

/* Where a changed document goes. */
struct dmsc_target {
	struct dmsc_sdoc *doc;	/* NULL: new */
	struct dmsc_work *work;
	struct dmsc_buf *bytes;	/* NULL: removed */
	unsigned fid;		/* of the file that holds it then */
	bool moved;		/* that is another file than now */
	bool own;		/* work is the build's, not the store's */
};

struct dmsc_build {
	struct dmsc_store *st;
	bool in_place;		/* guarded writing is allowed */
	bool no_create;		/* creating was tried and refused */
	struct dmsc_op *ops;
	size_t n_ops;
	struct dmsc_move *moves;
	size_t n_moves;
	struct dmsc_target *targets;
	size_t n_targets;
	struct dmsc_doc_signed *signs;	/* what becomes of signatures */
	size_t n_signs;
	bool spent;		/* new ones do not hold any more */
	struct dmsc_buf *odf;	/* as it will be */
	bool second;		/* a second directory is made: */
	unsigned second_fid;	/* where, 0: not yet known */
	bool again;		/* the first is named behind it once more */
	unsigned dir_to[DMSC_DIRS_MAX];	/* where directories move, 0: not */
	bool taken[(UINT8_MAX + 1) / 2];	/* pairs given out of 4D00 up */
	bool straight, pair, create, guard;
	enum dmsc_forecast may_create;
	bool asked_create;
	bool asked_card, by_card;	/* the card makes files itself */
	enum dmsc_forecast verdict;
	char why[DMSC_ERR_TEXT];
	bool needs_pin;		/* a right that a PIN or key would give */
	struct dmsc_place refused_at;	/* first, before one for a PIN */
	enum dmsc_mode refused_mode;
	bool needs_in_place;
	uint8_t rule[3];	/* of a private document that is new */
	bool card;		/* /card changes, by these */
	struct dmsc_cardcmds cmds;
};

void dmsc_move_clear(struct dmsc_move *m);
int dmsc_build_moves(struct dmsc_build *b) DMSC_MUST_CHECK;
void dmsc_build_clear(struct dmsc_build *b);
/* Plans all changes of the working copy. SPACE, PLAN with the record set. */
int dmsc_build_all(struct dmsc_build *b) DMSC_MUST_CHECK;
const char *dmsc_build_way(const struct dmsc_build *b);
/* resign.c: signatures that do not hold any more become targets. */
int dmsc_build_signatures(struct dmsc_build *b) DMSC_MUST_CHECK;
/* New ones of those leave the working copy, after the commit. */
void dmsc_build_spend(struct dmsc_build *b);
/* One operation more; after is taken over. */
int dmsc_build_op(struct dmsc_build *b, enum dmsc_opkind kind,
    struct dmsc_sfile *file, struct dmsc_buf **after) DMSC_MUST_CHECK;
/* fill.c. Image of a file of size bytes that holds bytes at offset at, FF
 * around (below at: what old has). */
struct dmsc_buf *dmsc_build_image(size_t size, size_t at,
    struct dmsc_rd bytes, struct dmsc_rd old);

/* Image of a file that holds old, with bytes from head on, in a room. */
struct dmsc_buf *dmsc_build_part(struct dmsc_rd old, size_t head,
    size_t room, struct dmsc_rd bytes);

/* where.c: which file takes the new bytes. */
/* A file for `bytes` in place of file, whose other slot is slot: *fid is
 * where they will be. first: the lowest FID of a new pair. */
struct dmsc_need {
	struct dmsc_sfile *file;	/* in use now; NULL: none */
	struct dmsc_sslot *slot;
	struct dmsc_rd bytes;
	struct dmsc_rd as_found;	/* rather these in the file in use */
	bool inside;			/* of a directory: not written there */
	bool part;			/* it is from head on, room bytes */
	size_t head, room;
	bool stays;			/* no other file */
	size_t least;			/* size of a new file at least */
	bool is_private;		/* a new document */
	struct dmsc_sfile *like;	/* no document: its rules are those */
	unsigned first, last;		/* FIDs of a new pair */
	uint8_t sec_tag;		/* rules of a new file */
	struct dmsc_rd sec;
	const char *what;		/* "/OperatorX", "directory 6430" */
};
/* *moved: that is another file than the one in use. */
int dmsc_where(struct dmsc_build *b, const struct dmsc_need *n,
    unsigned *fid, bool *moved) DMSC_MUST_CHECK;
/* pairs.c. Whether files may be made in the application: asked once. A
 * missing PIN is no refusal here; the plan says that it is needed. */
int dmsc_pairs_may(struct dmsc_build *b, bool *may) DMSC_MUST_CHECK;
/* A pair that is free, or (may) a new one; *fid 0: none. */
int dmsc_pairs_find(struct dmsc_build *b, const struct dmsc_need *n,
    bool may, unsigned *fid) DMSC_MUST_CHECK;
/* The other slot of n's file; *fid 0: there is none. */
int dmsc_pairs_other(struct dmsc_build *b, const struct dmsc_need *n,
    unsigned *fid) DMSC_MUST_CHECK;
/* forecast.c. Notes what the access rule of the file at p says about a mode;
 * and of a file of the store. */
void dmsc_forecast_at(struct dmsc_build *b, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *fcp, enum dmsc_mode mode);
void dmsc_where_forecast(struct dmsc_build *b, const struct dmsc_sfile *f,
    enum dmsc_mode mode);
/* Rules for the file of a document that is new. */
int dmsc_where_rules(struct dmsc_build *b, bool is_private, uint8_t *tag,
    struct dmsc_rd *sec) DMSC_MUST_CHECK;

/* entries.c. The authId of private documents, of PIN 81 where there is one,
 * else the first (8 bytes at most); its length. */
size_t dmsc_private_auth(const struct dmsc_store *st, uint8_t *id);
/* The identifier that a kind of document is listed by; NULL: none. */
const char *dmsc_entry_oid(const char *kind);
/* Entry k of a directory as it will be; nothing where its document goes. */
int dmsc_entry_put(struct dmsc_build *b, size_t dir, size_t k,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* One new entry at offset at of out. */
int dmsc_entry_insert(struct dmsc_build *b, const struct dmsc_target *t,
    unsigned tag, struct dmsc_buf *out, size_t at) DMSC_MUST_CHECK;

/* image.c: a directory as it will be, in its file (stays) or another one;
 * *changed: its entries differ. */
int dmsc_dir_image(struct dmsc_build *b, size_t dir, bool stays,
    struct dmsc_buf *out, bool *changed) DMSC_MUST_CHECK;
/* The byte of padding at which small readers stop (pkcs15/pkcs15.h). */
int dmsc_dir_stop(struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Whether a small reader that reads the last directory once finds an LwM2M
 * document in these bytes, where the card has one for everybody. */
bool dmsc_dir_in_reach(const struct dmsc_store *st, struct dmsc_rd bytes);
/* Only one directory is there, and it has no opaqueDO. */
bool dmsc_dir_alone(const struct dmsc_store *st);

/* second.c: with a new document, where one directory is alone, and the card
 * has or makes files for another: it is listed in the ODF as it will be. */
int dmsc_build_second(struct dmsc_build *b) DMSC_MUST_CHECK;
/* A second directory for the documents of the first, which is d. */
int dmsc_dir_twins(const struct dmsc_dodf *d, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* The ODF as it will be, into b->odf. */
int dmsc_odf_image(struct dmsc_build *b) DMSC_MUST_CHECK;
/* Whether the file that path names lies in the application's own DF. */
bool dmsc_in_app(struct dmsc_store *st, const struct dmsc_p15_path *path);
/* A path of one file of the application. */
void dmsc_name_file(struct dmsc_p15_path *p, unsigned fid);
/* raw, in which path stands, with another file of the application at its
 * end. False: path does not stand there or leads elsewhere. */
bool dmsc_dir_patch(struct dmsc_store *st, struct dmsc_rd raw,
    const struct dmsc_p15_path *path, unsigned fid, struct dmsc_buf *out,
    int *r);

/* ops.c: doing it. */
/* The next range in which a and b differ at or after *from, at most block
 * bytes long, ending in a byte that differs. False: none. */
struct dmsc_range { size_t at, n; };
bool dmsc_next_range(struct dmsc_rd old, struct dmsc_rd now, size_t from,
    size_t block, struct dmsc_range *out);
size_t dmsc_ranges(struct dmsc_rd old, struct dmsc_rd now, size_t block,
    size_t *bytes);
/* count.c: the APDUs that a commit takes, one operation after another. */
struct dmsc_count {
	bool lost;		/* nobody knows what is selected */
	bool blind;		/* nothing is read back any more */
	bool in_df;		/* df is the one selected in */
	bool roomed;		/* the card has been asked for room */
	bool one_room;		/* once in all: what it gave is selected */
	bool stands;		/* the next file is the one selected */
	struct dmsc_place df;
};
unsigned dmsc_op_apdus(const struct dmsc_store *st, const struct dmsc_op *op,
    struct dmsc_count *c, size_t *bytes);
/* The file holds what it is to hold already. */
bool dmsc_op_idle(struct dmsc_store *st, const struct dmsc_op *op);
/* Runs one operation; *verified: 1, 0 or -1 (not readable). */
int dmsc_op_run(struct dmsc_store *st, struct dmsc_op *op, int *verified)
    DMSC_MUST_CHECK;
/* Reads the file; where that is not allowed its bytes are empty. */
int dmsc_sfile_know(struct dmsc_store *st, struct dmsc_sfile *f)
    DMSC_MUST_CHECK;
/* The template of CREATE FILE. */
int dmsc_op_fcp(const struct dmsc_op *op, struct dmsc_buf *b)
    DMSC_MUST_CHECK;
void dmsc_op_clear(struct dmsc_op *op);

#endif
