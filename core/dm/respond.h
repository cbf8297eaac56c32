/*
 * The responder: SyncML DM 1.2 commands carried out on a tree with ACL
 * (reference 1, 4.5, 4.6, 5). It knows neither links nor files nor clocks;
 * who speaks (the ServerID), what the peer can take and what the nodes are
 * made for come from its caller: a card, or a device towards a server.
 *
 * One message is dmsc_responder_take, then dmsc_responder_give until nothing
 * is left, the peer asking for each further message with Alert 1222. Between
 * them the caller may store the tree; dmsc_responder_back takes all back that
 * the last take did to it.
 *
 * The cost of a command is the depth of its node and the size of what it
 * touches, never the size of the tree. The tree is the responder's while it
 * lives: nobody else may change it.
 */
#ifndef DMSC_DM_RESPOND_H
#define DMSC_DM_RESPOND_H

#include "codec/ddf.h"
#include "codec/msg.h"
#include "dm/dm.h"

/* What a node is made for, by its place (reference 1.2): filled with "all is
 * allowed" before the caller is asked. */
struct dmsc_dm_rule {
	unsigned access;	/* DMSC_DDF_ADD ...: what it itself allows */
	bool permanent;
	int format;		/* enum dmsc_format, or DMSC_DDF_ANY */
	size_t max;		/* bytes of a value */
	const char *const *mimes;	/* Types of a leaf; none: any */
	size_t n_mimes;
};

/* Properties that need not be there (reference 1.3). */
enum { DMSC_DM_SIZE = 1, DMSC_DM_TITLE = 2, DMSC_DM_TSTAMP = 4,
	DMSC_DM_VERNO = 8, DMSC_DM_PROPS = 15 };

struct dmsc_responder;
/* Nodes of the tree that are kept by somebody else: commands on them go past
 * the tree. */
struct dmsc_dm_elsewhere {
	void *ctx;
	/* A command outside Atomic and Sequence, or one of these: whether it
	 * is taken. Then it is obeyed and answered in rest. */
	bool (*takes)(void *ctx, struct dmsc_responder *r,
	    const struct dmsc_cmd *c);
	/* Behind the last command of a message. What it returns but OK is
	 * returned by the take. */
	int (*rest)(void *ctx, struct dmsc_responder *r);
};

/* What the caller knows and does. Each function may be NULL. A status that a
 * function returns is answered as it is. */
struct dmsc_dm_hooks {
	void *ctx;
	/* The node name below parent, which may not exist yet. parent NULL:
	 * the root. */
	void (*rule)(void *ctx, const struct dmsc_node *parent,
	    const char *name, struct dmsc_dm_rule *rule);
	/* On top of the ACL, for whoever commands, the owner too; cmd is as
	 * in dmsc_acl_allows. False: as where the ACL does not allow it. */
	bool (*may)(void *ctx, const struct dmsc_node *n, const char *cmd);
	/* Bytes that may still be added; NULL: the tree's own maximum. 0
	 * behind what added some: it was too much. */
	size_t (*room)(void *ctx);
	/* Exec of a node that there is and may be; NULL: 406. */
	unsigned (*exec)(void *ctx, const struct dmsc_node *n,
	    const struct dmsc_cmd *c, struct dmsc_rd arg);
	/* All Alerts but 1222; NULL: 1223 is 200, all else 406. */
	unsigned (*alert)(void *ctx, const struct dmsc_cmd *c);
	/* What the user typed or chose ("1-3": two Items) at the Alert just
	 * answered, 1102 to 1104, for its Status; empty: nothing. */
	struct dmsc_rd (*typed)(void *ctx);
	/* Takes back what Alerts inside an Atomic did; false: it cannot. */
	bool (*undo)(void *ctx);
	/* A Status or Results of the peer. */
	void (*answer)(void *ctx, const struct dmsc_cmd *c);
	const struct dmsc_dm_elsewhere *elsewhere;
};

struct dmsc_dm_opts {
	/* Who commands. NULL: the owner of the tree, whom no ACL binds; "":
	 * nobody known, who has what * has. */
	const char *server;
	bool binds_owner;	/* what nodes are made for binds him, too */
	size_t max_msg;		/* bytes of a message to the peer */
	size_t peer_obj;	/* the largest object that the peer takes */
	size_t max_obj;		/* and that we take; 0 everywhere: no limit */
	size_t max_reply;	/* bytes of answers held; 0: DMSC_DOC_MAX */
	size_t depth, total, segment;	/* of URIs, in characters but depth;
					 * 0: no limit but the tree's */
	bool inbox;		/* documents added to ./Inbox or below it go
				 * to their places, as dmsc_dm_place does */
	unsigned props;		/* DMSC_DM_SIZE ... that this tree keeps */
	const char *now;	/* TStamp of changes; NULL: none is set */
	bool xml;		/* answers go out as XML */
	struct dmsc_dm_hooks hooks;
};

/* How the header of a message was received: 0 or 200, 212 with the next
 * nonce, 401 or 407 with a challenge, which all commands get too. */
struct dmsc_dm_auth {
	unsigned status;
	const struct dmsc_chal *chal;
};

/* t and the texts of o live longer than it. */
int dmsc_responder_new(struct dmsc_tree *t, const struct dmsc_dm_opts *o,
    struct dmsc_responder **out) DMSC_MUST_CHECK;
void dmsc_responder_free(struct dmsc_responder **r);
/* For the next message: another ServerID, limits, time. FORMAT: server is
 * none. */
int dmsc_responder_set(struct dmsc_responder *r,
    const struct dmsc_dm_opts *o) DMSC_MUST_CHECK;

/*
 * Obeys a message: all commands in their order, each wholly or not at all.
 * auth may be NULL. NOMEM, or LIMIT where there are too many answers: the
 * tree and what waits to be said are as before (hooks were called).
 */
int dmsc_responder_take(struct dmsc_responder *r, const struct dmsc_msg *in,
    const struct dmsc_dm_auth *auth) DMSC_MUST_CHECK;
/* The tree as it was before the last take; its answers are dropped. */
void dmsc_responder_back(struct dmsc_responder *r);
/* Whether the last take changed the tree. */
bool dmsc_responder_changed(const struct dmsc_responder *r);
/*
 * As many answers as one message holds into out, whose header is set:
 * Statuses, then Results. out->final is set where nothing is left. LIMIT:
 * max_msg is too small for a single one. On failure nothing is lost.
 */
int dmsc_responder_give(struct dmsc_responder *r, struct dmsc_msg *out)
    DMSC_MUST_CHECK;
bool dmsc_responder_waiting(const struct dmsc_responder *r);

/*
 * A large object that is half here (reference 4.6). A caller that keeps it
 * beyond its own end puts it back with dmsc_responder_resume. Texts and bytes
 * are the responder's, valid until the next take.
 */
struct dmsc_dm_half {
	enum dmsc_cmd_kind kind;	/* Add or Replace */
	const char *uri, *format, *type;
	size_t size;			/* as announced */
	struct dmsc_rd have;
};
bool dmsc_responder_half(const struct dmsc_responder *r,
    struct dmsc_dm_half *out);
int dmsc_responder_resume(struct dmsc_responder *r,
    const struct dmsc_dm_half *half) DMSC_MUST_CHECK;

/*
 * What an Add of a document with the children of from does (reference 2.4),
 * for trees in memory: a copy of from is put at uri (without a query),
 * missing parents are made. OK says that status is a DM status, 200 or a
 * refusal; on a refusal or an error the tree is unchanged. made may be NULL.
 */
int dmsc_responder_put(struct dmsc_responder *r, const char *uri,
    const struct dmsc_node *from, bool replace, struct dmsc_node **made,
    unsigned *status) DMSC_MUST_CHECK;

/*
 * For what goes past the tree (past.c), while it is asked. The Status of c, of
 * its Item it where that is not NULL, with chal where not NULL; an Item of
 * Results. NOMEM, LIMIT.
 */
int dmsc_responder_say(struct dmsc_responder *r, const struct dmsc_cmd *c,
    const struct dmsc_item *it, unsigned status, const struct dmsc_chal *chal)
    DMSC_MUST_CHECK;
int dmsc_responder_tell(struct dmsc_responder *r, const struct dmsc_cmd *c,
    const struct dmsc_item *it) DMSC_MUST_CHECK;
/* A copy of from, of another tree, at uri, as Copy does it; below an interior
 * node all is as it is in from. Its status. */
unsigned dmsc_responder_copy(struct dmsc_responder *r, const char *uri,
    const struct dmsc_node *from);
/* As a Delete of uri does it. Its status. */
unsigned dmsc_responder_delete(struct dmsc_responder *r, const char *uri);
/* What the server may read and copy at uri: a value, or a subtree as TNDS in
 * WBXML whose top has no name. Texts are the tree's. Its status. */
unsigned dmsc_responder_read(struct dmsc_responder *r, const char *uri,
    struct dmsc_meta *meta, struct dmsc_buf *out);

/* hooks.rule for a description (DDF); ctx is the struct dmsc_ddf. */
void dmsc_dm_ddf_rule(void *ctx, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule);

#endif
