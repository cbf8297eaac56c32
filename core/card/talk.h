/* Inside of the card's session with a device: the files session.c (messages),
 * outbox.c (what waits and what became of it), notice.c (EF.NOTICE). */
#ifndef DMSC_CARD_TALK_H
#define DMSC_CARD_TALK_H

#include "card/applin.h"
#include "dm/cred.h"

enum {
	TALK_CHANGES = 8,		/* kept in ./Changes */
	TALK_ROUNDS = 1024,		/* messages of a session */
	TALK_FIRST_CMD = 1001,		/* CmdIDs of commands for the device,
					 * counted over the session; those of
					 * Statuses are below */
	TALK_RESULTS = 256, TALK_RESULT_MAX = 65536
};

/* A message of ./Outbox in work. */
struct talk_box {
	char name[DMSC_TREE_NAME_MAX + 1];	/* "": none */
	struct dmsc_msg *m;
	size_t at, part;		/* commands that are out; bytes of
					 * the next one */
	unsigned first, last;		/* CmdIDs; 0: none yet */
	unsigned status, second;	/* the first failure; the first one
					 * that follows from another */
	bool answered, again;		/* again: all of it is sent anew */
	unsigned results;
};
/* A Get for what has changed, and where its answer goes. */
struct talk_ask {
	char change[16];		/* child of ./Changes */
	const char *uri;		/* of s->m */
	unsigned cmd;			/* 0: not out yet */
	unsigned results;
};
struct card_talk {
	const struct dmsc_card_channel *ch;
	char id[32 + 1];
	unsigned msg, cmd;		/* MsgID, CmdID that went last */
	bool known;			/* the device: 212, or by its link */
	bool shown;			/* our credential was taken */
	bool zero;			/* the nonces are the zero ones */
	size_t max;			/* bytes of a message to it */
	bool started, open;		/* package 1 came; ours has no Final */
	unsigned refused;		/* times, of our credential */
	struct talk_box box;
	struct talk_ask asks[TALK_CHANGES];
	size_t n_asks, asked;
	uint8_t nonce[DMSC_APPL_NONCE];	/* of our challenge */
	bool challenged;
	struct dmsc_buf *half;		/* a Result that comes in parts */
};

/* A message on its way in, and the answer to it. */
struct round {
	struct dmsc_card_appl *a;
	struct dmsc_card_object *o;
	struct card_talk *s;
	struct dmsc_appl_message env;
	struct dmsc_msg *m, *out;
	struct dmsc_buf *wire;
	size_t max;			/* bytes of a message to it */
	unsigned status;		/* of its header */
	bool begins, aborts;
	unsigned ids;			/* of Statuses */
	int code;
};

/* sessout.c: a command of the answer; the commands for the device behind the
 * Statuses, in as many messages as it takes; header, credential, signature,
 * envelope. */
struct dmsc_cmd *talk_cmd(struct round *t, enum dmsc_cmd_kind kind,
    unsigned id);
int talk_begin(struct round *t) DMSC_MUST_CHECK;
int talk_command(struct round *t) DMSC_MUST_CHECK;
unsigned talk_say(struct round *t);

/* outbox.c. Changes of the tree in RAM: NOMEM or LIMIT. */
struct dmsc_node *talk_account(const struct dmsc_card_appl *a);
const struct dmsc_node *talk_waiting(const struct dmsc_card_appl *a,
    size_t *n);
int talk_next_box(struct dmsc_card_appl *a, struct card_talk *s)
    DMSC_MUST_CHECK;
int talk_end_box(struct dmsc_card_appl *a, struct card_talk *s)
    DMSC_MUST_CHECK;
void talk_drop_box(struct card_talk *s);
int talk_result(struct dmsc_card_appl *a, struct card_talk *s,
    const struct dmsc_cmd *c, unsigned ref) DMSC_MUST_CHECK;
int talk_change(struct dmsc_card_appl *a, struct card_talk *s,
    const struct dmsc_item *it) DMSC_MUST_CHECK;
/* What the device was asked for last; put into the open transaction. */
struct talk_asked {
	unsigned session;		/* 0: never */
	unsigned times;			/* power-ons without an answer */
	bool waits;			/* for the answer */
};
void talk_get(const struct dmsc_card_appl *a, struct talk_asked *out);
void talk_put(struct dmsc_card_appl *a, const struct talk_asked *v);
/* From the second power-on in vain, with the nonce of zeros. */
enum { TALK_ZERO_FROM = 2 };
/* The nonce of a credential of the account. */
int talk_set_nonce(struct dmsc_card_appl *a, const char *level,
    struct dmsc_rd nonce) DMSC_MUST_CHECK;
/* notice.c: after a session nothing is asked for any more, or again. */
unsigned talk_settle(struct dmsc_card_appl *a);

#endif
