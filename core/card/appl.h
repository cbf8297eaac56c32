/*
 * The DM-SC application of the simulated card (dmsc-card(7), THE DM-SC
 * APPLICATION), for the files of this room: who speaks, what each object
 * does, what is obeyed. A card has it where an ADF has its AID.
 */
#ifndef DMSC_CARD_APPL_H
#define DMSC_CARD_APPL_H

#include "card/card.h"
#include "codec/msg.h"
#include "dm/appl.h"
#include "dm/respond.h"

enum { DMSC_CARD_KVN_OWNER = 0x30,	/* SCP03 key version of the owner */
	DMSC_CARD_ADM_OWNER = 0x0A,	/* and his administrative key */
	DMSC_CARD_MSG_MAX = 49152,	/* bytes of a message to the card */
	DMSC_CARD_OBJ_MAX = 2 * 1024 * 1024,	/* of a value */
	DMSC_CARD_IN_MAX = 66048 };	/* of an object of blocks */
/* What ACLs call the owner, whom none binds: no server has this name. */
extern const char dmsc_card_owner[];

/* Who speaks. */
struct dmsc_card_who {
	unsigned how;		/* one of DMSC_APPL_METHODS; 0: nobody */
	bool owner;		/* server is "" then */
	char server[DMSC_APPL_SERVER_MAX + 1];	/* "" for nobody, too */
};

/* An object that has arrived whole, and its answer. */
struct dmsc_card_object {
	struct dmsc_card *c;
	struct dmsc_card_channel *ch;	/* NULL: over the air */
	struct dmsc_card_who who;	/* of the channel */
	struct dmsc_rd bytes;		/* with tag and length */
	struct dmsc_buf *answer;	/* appended to; empty: none */
};
/* Each returns SW. The table of them is in appl.c: it says for each whether
 * somebody must be known (else SW_SECURITY). */
unsigned dmsc_card_caps(struct dmsc_card_object *o);	/* appl.c */
unsigned dmsc_card_message(struct dmsc_card_object *o);	/* obey.c */
unsigned dmsc_card_room(struct dmsc_card_object *o);	/* room.c */
unsigned dmsc_card_release(struct dmsc_card_object *o);

/* The state; NULL: this card has no such application, or no memory is left.
 * Made when it is first asked for. */
struct dmsc_card_appl *dmsc_card_appl(struct dmsc_card *c);
/* With the card's volatile state, and with the card. */
void dmsc_card_appl_reset(struct dmsc_card *c);
void dmsc_card_appl_free(struct dmsc_card *c);
/* The channel has another application, or none: what came on it is
 * forgotten. */
void dmsc_card_appl_left(struct dmsc_card *c,
    const struct dmsc_card_channel *ch);
/* Its ADF: an index, or NONE. */
int dmsc_card_appl_adf(const struct dmsc_card *c);
/* What its FCP says. false: it says nothing that can be read. */
bool dmsc_card_hello(const struct dmsc_card *c, struct dmsc_appl_hello *out);
/* What the host on the other side said of itself, or what is assumed of one
 * that said nothing. */
const struct dmsc_appl_caps *dmsc_card_host(struct dmsc_card *c);
/* STORE DATA while the application is selected. */
bool dmsc_card_is_appl(const struct dmsc_card_call *k);
unsigned dmsc_card_blocks(struct dmsc_card_call *k);

/* Who speaks on a channel, by SCP03 or an administrative key. who.c */
void dmsc_card_speaks(struct dmsc_card *c, struct dmsc_card_channel *ch,
    struct dmsc_card_who *out);
/* Whom an account gives this SCP03 key version: false, nobody. */
bool dmsc_card_key_server(struct dmsc_card *c, unsigned version,
    struct dmsc_card_who *out);
/*
 * Who speaks in a message (cred.c). It comes in as of the channel; a
 * credential in it decides, whoever holds the channel, and of a message that
 * is handed on for another it alone. auth has 212 where it holds for what
 * follows on the channel, 200 where for this message. Nobody or wrong: how is
 * 0 and auth has 407 or 401, with a challenge where one helps; its texts are
 * m's. SW.
 */
unsigned dmsc_card_who(struct dmsc_card *c, struct dmsc_msg *m,
    const struct dmsc_appl_message *env, struct dmsc_card_who *who,
    struct dmsc_dm_auth *auth, struct dmsc_chal *chal);
/* The nonce for the next credential; it outlives power. */
unsigned dmsc_card_nonce(struct dmsc_card *c,
    uint8_t out[DMSC_APPL_NONCE]);
void dmsc_card_login(struct dmsc_card *c,
    const struct dmsc_card_channel *ch, const struct dmsc_card_who *who);
/* The login of this channel ends. */
void dmsc_card_login_end(struct dmsc_card *c,
    const struct dmsc_card_channel *ch);

/*
 * Obeys the object MESSAGE as from server (NULL: the owner), without a
 * credential being asked for, and stores what it did. Appends the object
 * MESSAGE that answers it. SW: SW_OK also where all is refused by Status.
 */
unsigned dmsc_card_obey(struct dmsc_card *c, const char *server,
    struct dmsc_rd message, struct dmsc_buf *answer);

/*
 * For files of this room that change the tree themselves (sessions from the
 * card, what devices tell): the session of the host in front ends, so that
 * nobody else holds the tree. dmsc_card_appl_keep makes what was changed
 * last, with all that is put in the open transaction; where it fails the tree
 * is as it was stored. NULL: no application, or no memory.
 */
struct dmsc_tree *dmsc_card_appl_tree(struct dmsc_card *c);
unsigned dmsc_card_appl_keep(struct dmsc_card *c);

/* Bytes of DMSC_TREE_OWN (tree.h): whose large object is half here, a hash;
 * the nonce of credentials, and how many were wrong (cred.c). */
enum { DMSC_CARD_OWN_HALF = 0, DMSC_CARD_OWN_HALF_LEN = 32,
	DMSC_CARD_OWN_CRED = 0x40, DMSC_CARD_OWN_CRED_LEN = 0x90 };
/* And near their end: the number of the last session that the device was
 * asked for (2 bytes), power-ons at which it was (1), not answered yet (1). */
enum { DMSC_CARD_OWN_TALK = 0x180, DMSC_CARD_OWN_TALK_LEN = 4 };

/*
 * The card has something to say (notice.c). Writes EF.NOTICE: why, the
 * counter, the paths (file identifiers from the MF, one behind the other,
 * each beginning 3F00; at most DMSC_APPL_NOTICE_PATHS of them), and where
 * commands for the device wait a Package #0, whatever why is; then queues a
 * REFRESH that names EF.NOTICE and them, where the device can. SW: SW_OK
 * too where this card has no EF.NOTICE.
 */
unsigned dmsc_card_announce(struct dmsc_card *c, enum dmsc_appl_why why,
    struct dmsc_rd paths);
/* After TERMINAL PROFILE, and after what changed the tree: asks the device
 * for a session where commands wait that it was not asked for yet. */
void dmsc_card_remind(struct dmsc_card *c, bool power_on);
/* Whether commands for the device wait (outbox.c). */
bool dmsc_card_outbox(struct dmsc_card *c);
unsigned dmsc_card_session(struct dmsc_card_object *o);	/* session.c */

/* The tree: as it is when a card is made, and what its nodes are made for.
 * roots.c */
int dmsc_card_roots(const struct dmsc_card *c, struct dmsc_tree *t,
    bool *added) DMSC_MUST_CHECK;
void dmsc_card_rule(void *ctx, const struct dmsc_node *parent,
    const char *name, struct dmsc_dm_rule *rule);

#endif
