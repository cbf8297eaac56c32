/* Inside of the DM-SC application: its state, for its own files. */
#ifndef DMSC_CARD_APPLIN_H
#define DMSC_CARD_APPLIN_H

#include "card/appl.h"
#include "dm/cred.h"

/* An object on its way in, by STORE DATA. */
struct appl_blocks {
	struct dmsc_buf *have;		/* NULL: none */
	size_t whole;			/* bytes that its head announces */
	unsigned next;			/* number of the next block */
	const struct dmsc_card_channel *ch;
	bool secure;			/* what came so far, came by SCP03 */
	struct dmsc_card_who who;	/* from whom */
};

/* The session on the tree: one host at a time. */
struct appl_session {
	struct dmsc_responder *r;	/* NULL: none */
	const struct dmsc_card_channel *ch;
	struct dmsc_card_who who;
	char id[32 + 1];		/* SessionID, as much as counts */
	unsigned messages;		/* ours so far */
	bool owns_half;			/* what is stored half is theirs */
	/* Of the last message, which was handed on for a server: more of the
	 * answer is to be said; what its last command is not done with. */
	bool waits;
	char *more;			/* Target; NULL: nothing */
};

/* A server that has shown a credential of its own, until the application is
 * selected anew, the channel or its security ends, or a credential fails. */
struct appl_login {
	const struct dmsc_card_channel *ch;	/* NULL: nobody */
	bool secure;
	struct dmsc_card_who who;
};

struct dmsc_card_appl {
	struct dmsc_card *c;
	struct dmsc_appl_hello hello;	/* as the FCP has it; none: 0 */
	struct appl_blocks in;
	struct appl_session s;
	struct dmsc_appl_caps host;
	struct appl_login login;
	struct card_talk *talk;		/* with a device; NULL: none */
	size_t asked_for;		/* messages for it, announced */
};

/* Ends the session: what it did stays, what it would still say goes. */
void appl_leave(struct dmsc_card_appl *a);
void appl_forget(struct dmsc_card_appl *a);	/* blocks so far */
/* cred.c: a credential of l is about to be checked, and counts as wrong until
 * it was good: SW_BLOCKED after too many. */
unsigned appl_try(struct dmsc_card *c, const struct dmsc_cred_login *l);
unsigned appl_try_good(struct dmsc_card *c, const struct dmsc_cred_login *l);
/* session.c: the session with a device ends here. */
void dmsc_card_talk_end(struct dmsc_card_appl *a);
/* What opts of the responder say of this host and this speaker. */
void appl_opts(struct dmsc_card_appl *a, const struct dmsc_card_who *who,
    const struct dmsc_msg *m, bool xml, struct dmsc_dm_opts *o);
/* hooks.may: whether who of the session has authenticated for it. */
bool appl_may(void *ctx, const struct dmsc_node *n, const char *cmd);
/* hooks.exec: the device is asked for a session again, for a message that
 * waits in ./Outbox. outbox.c */
unsigned appl_exec(void *ctx, const struct dmsc_node *n,
    const struct dmsc_cmd *c, struct dmsc_rd arg);
size_t appl_room(void *ctx);
/* The ServerID of an account into out. False: it has none that an ACL can
 * name, or the owner's. */
bool appl_server(const struct dmsc_node *account, struct dmsc_card_who *out);
/* Who has logged in on ch by this method: false, nobody. By auth-md5 all
 * that follows is his; by auth-MAC STATE alone, as messages prove
 * themselves. */
bool appl_logged_in(struct dmsc_card_appl *a,
    const struct dmsc_card_channel *ch, unsigned how,
    struct dmsc_card_who *out);
/* The large object of who that is stored half; views until the next store.
 * half.c */
bool appl_half(struct dmsc_card *c, const struct dmsc_card_who *who,
    struct dmsc_dm_half *out);
/* Stores the tree, with what of large objects the session leaves. SW. */
unsigned appl_store(struct dmsc_card_appl *a);
bool appl_same(const struct dmsc_card_who *a, const struct dmsc_card_who *b);

#endif
