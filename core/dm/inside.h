/* Inside of the room dm: what the files of the responder share. */
#ifndef DMSC_DM_INSIDE_H
#define DMSC_DM_INSIDE_H

#include "base/base.h"
#include "dm/respond.h"
#include "mo/steps.h"

enum { DM_URI_MAX = 1 << 16, DM_LISTED_MAX = 1 << 21 };

/* Texts of a reply; each may be NULL. */
enum { DM_T_MSG, DM_T_REF, DM_T_CMD, DM_T_TARGET, DM_T_SOURCE, DM_T_ITEM,
	DM_T_FORMAT, DM_T_TYPE, DM_T_NONCE, DM_TEXTS };
enum dm_reply_kind { DM_STATUS, DM_ALERT, DM_RESULT };
struct dm_reply {
	enum dm_reply_kind kind;
	unsigned status;		/* or the code of the Alert */
	char *text[DM_TEXTS];
	struct dmsc_buf *data;		/* NULL: none */
	bool opaque;
	bool chosen;			/* data: "1-3" is two Items */
	size_t sent;			/* bytes of data that are out */
	size_t cost;			/* bytes held by it */
};
struct dm_queue {
	struct dm_reply **v;
	size_t n, cap, at;		/* [at, n) wait */
};
struct dm_half {
	enum dmsc_cmd_kind kind;
	char *uri, *format, *type;	/* format, type: NULL, no Meta */
	size_t size;
	struct dmsc_buf *have;
};
struct dmsc_responder {
	struct dmsc_tree *t;
	struct dmsc_dm_opts o;
	struct dmsc_steps *steps;
	struct dm_queue statuses, results;
	size_t held;			/* bytes of both */
	size_t listed;			/* nodes that Gets walked over */
	size_t mark_statuses, mark_results;	/* before the last take */
	const char *msg_id;		/* of the message that is obeyed */
	struct dm_half *half, *begun;	/* now, and before the last take */
	size_t begun_len;
	bool cancelled, final;
	int code;			/* what ends the take */
};

/* One Item of a command, or what stands for one. */
struct dm_op {
	enum dmsc_cmd_kind kind;
	const struct dmsc_cmd *c;
	const char *uri, *source;	/* as written; NULL: none */
	const char *format, *type;	/* of the Meta; NULL: none */
	struct dmsc_rd data;
	bool has_data;
	struct dmsc_buf *failed;	/* URI of an implicit parent */
};

enum dm_prop { DM_P_NONE, DM_P_ACL, DM_P_FORMAT, DM_P_NAME, DM_P_SIZE,
	DM_P_TITLE, DM_P_TSTAMP, DM_P_TYPE, DM_P_VERNO, DM_P_UNKNOWN };
enum dm_list { DM_L_NONE, DM_L_STRUCT, DM_L_STRUCT_DATA, DM_L_TNDS,
	DM_L_UNKNOWN };
/* What a LocURI means in the tree. */
struct dm_target {
	struct dmsc_node *n;		/* NULL: there is none */
	struct dmsc_node *near;		/* n, or the nearest ancestor */
	const char *rest;		/* the segments that are missing */
	enum dm_prop prop;
	enum dm_list list;
	const char *tnds;		/* "+ACL-Value" behind TNDS */
	char *path;			/* the URI without a query */
};

/* What nodes are made for holds for who commands. */
static inline bool
dm_bound(const struct dmsc_responder *r)
{
	return r->o.server != NULL || r->o.binds_owner;
}
/* A tree's code as a status; NOMEM ends the take. */
unsigned dm_code(struct dmsc_responder *r, int code);
static inline bool
dm_good(unsigned status)
{
	return status >= 200 && status < 300;
}

/* 200, 404, 412, 414. The path is freed by dm_target_free. */
unsigned dm_target(struct dmsc_responder *r, const char *uri,
    struct dm_target *t);
/* The same of a URI that has no query, into t, which is all zero. */
unsigned dm_path(struct dmsc_responder *r, struct dmsc_rd path,
    struct dm_target *t);
void dm_target_free(struct dm_target *t);
/* "./A/B" with '?' in names escaped; "." for the root. */
int dm_uri(const struct dmsc_node *n, struct dmsc_buf *out) DMSC_MUST_CHECK;

bool dm_may(const struct dmsc_responder *r, const struct dmsc_node *n,
    const char *cmd);
bool dm_may_acl(const struct dmsc_responder *r, const struct dmsc_node *n);
void dm_rule(const struct dmsc_responder *r, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule);
void dm_rule_of(const struct dmsc_responder *r, const struct dmsc_node *n,
    struct dmsc_dm_rule *rule);
/* What n is or becomes must be as it was made for: 405, 413, 415. */
unsigned dm_fits(const struct dmsc_responder *r,
    const struct dmsc_dm_rule *rule, enum dmsc_format f, const char *type,
    struct dmsc_rd value);
/* Before n itself is changed, and its TStamp and VerNo. */
int dm_touch(struct dmsc_responder *r, struct dmsc_node *n)
    DMSC_MUST_CHECK;
int dm_stamp(struct dmsc_responder *r, struct dmsc_node *n) DMSC_MUST_CHECK;

/* Each carries out one Item and answers with its status; what it did to the
 * tree where that is no success is taken back by its caller. */
unsigned dm_add(struct dmsc_responder *r, struct dm_op *op);
unsigned dm_replace(struct dmsc_responder *r, struct dm_op *op);
unsigned dm_delete(struct dmsc_responder *r, struct dm_op *op);
unsigned dm_copy(struct dmsc_responder *r, struct dm_op *op);
/* The target gets what an Add or a Replace of from would give it. */
unsigned dm_copy_to(struct dmsc_responder *r, struct dm_op *op,
    const struct dmsc_node *from);
unsigned dm_exec(struct dmsc_responder *r, struct dm_op *op);
/* status, or why what t names may not be got: 404, 425. */
unsigned dm_gettable(struct dmsc_responder *r, unsigned status,
    const struct dm_target *t);
unsigned dm_get(struct dmsc_responder *r, struct dm_op *op);
/* The first half of dm_add and dm_replace: what can be said before all data
 * is here. */
unsigned dm_add_may(struct dmsc_responder *r, const struct dm_op *op,
    struct dm_target *t);
unsigned dm_add_at(const struct dmsc_responder *r,
    const struct dm_target *t);
unsigned dm_replace_may(struct dmsc_responder *r, const struct dm_op *op,
    struct dm_target *t);
/* The parents of t and its last name; made where they are missing. */
unsigned dm_parents(struct dmsc_responder *r, struct dm_target *t,
    struct dm_op *op, struct dmsc_node **parent, char *name);
/* A copy of from as child name of parent, checked as Adds are. */
unsigned dm_graft(struct dmsc_responder *r, struct dmsc_node *parent,
    const char *name, const struct dmsc_node *from, struct dmsc_node **out);
/* Data in the form that the node keeps; *own is freed by the caller. */
unsigned dm_value(struct dmsc_responder *r, const struct dm_op *op,
    enum dmsc_format *f, enum dmsc_format kept, struct dmsc_rd *value,
    struct dmsc_buf **own);
bool dm_is_tnds(const char *type);
/* A document of op's data in a tree of its own. self: base is the node that
 * the target names. */
unsigned dm_tnds(struct dmsc_responder *r, const struct dm_op *op,
    struct dmsc_tree **t, struct dmsc_node **base, bool *self);
unsigned dm_add_tnds(struct dmsc_responder *r, struct dm_op *op,
    struct dm_target *t);
/* inbox.c: an Add into the Inbox of a tree that has one. place.c: an MO of a
 * document to its place, as who commands may. */
bool dm_is_inbox(const struct dmsc_responder *r, const struct dm_target *t);
unsigned dm_inbox(struct dmsc_responder *r, const struct dm_op *op,
    const struct dm_target *t);
unsigned dm_place(struct dmsc_responder *r, const struct dmsc_node *mo);
unsigned dm_replace_tnds(struct dmsc_responder *r, const struct dm_op *op,
    struct dmsc_node *n);

/* The Status of c and its Item, which may be NULL. NULL: the take ends. */
struct dm_reply *dm_answer(struct dmsc_responder *r,
    const struct dmsc_cmd *c, const struct dmsc_item *it, unsigned status);
/* What may be read of n and below it, as TNDS; the top has no name. */
int dm_subtree(struct dmsc_responder *r, const struct dmsc_node *n,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* Runs op, and takes back what failed. */
unsigned dm_run(struct dmsc_responder *r, struct dm_op *op);
/* An Item of a large object. True: it is only a part, *status answers it;
 * false: op has all of it, or never was one. */
bool dm_chunk(struct dmsc_responder *r, struct dm_op *op,
    const struct dmsc_cmd *c, const struct dmsc_item *it, unsigned *status);
void dm_half_drop(struct dmsc_responder *r);
void dm_half_free(struct dm_half *h);

/* Replies. NULL: no memory, or too many; code is set. */
struct dm_reply *dm_reply(struct dmsc_responder *r, enum dm_reply_kind kind,
    const char *ref, unsigned status);
bool dm_reply_text(struct dmsc_responder *r, struct dm_reply *p, int which,
    const char *text);
bool dm_reply_data(struct dmsc_responder *r, struct dm_reply *p,
    struct dmsc_rd data);
/* A Result of op; 413 where it is too much. meta: NULL, none. */
unsigned dm_result(struct dmsc_responder *r, const struct dm_op *op,
    const char *uri, const char *format, const char *type,
    const struct dmsc_rd *data);
void dm_queue_cut(struct dmsc_responder *r, struct dm_queue *q, size_t n);
void dm_queue_tidy(struct dm_queue *q);

#endif
