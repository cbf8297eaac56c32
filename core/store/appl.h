/*
 * The host's end of the DM-SC application (dm/appl.h): found, greeted, asked.
 * Every call leaves a record that says what to type where it fails.
 */
#ifndef DMSC_STORE_APPL_H
#define DMSC_STORE_APPL_H

#include "crypto/crypto.h"
#include "dm/appl.h"
#include "dm/cred.h"
#include "dm/request.h"
#include "store/store.h"

#include <dmsc/dm.h>

/* What is known of it, gone with dmsc_store_forget. */
struct dmsc_sappl {
	bool looked, there;
	struct dmsc_appl_hello hello;
	bool greeted;			/* the card knows what we take */
	uint8_t nonce[DMSC_APPL_NONCE];
	bool known;			/* who we are; else nothing below */
	char *server;			/* "": the owner */
	uint32_t counter, free_bytes, total;
	bool waits;
	char *half_uri;			/* NULL: none */
	uint32_t half_size, half_have;
	uint8_t half_sha[DMSC_SHA256_LEN];	/* of those; 0: not told */
	unsigned msg_id;		/* of the last message to it */
	bool narrow;			/* it takes no extended lengths */
	/* Who has logged in: shown by each message (auth-MAC), or again where
	 * the application was left (auth-md5). user NULL: nobody. */
	char *login_server, *login_user;
	struct dmsc_secret *login_secret;
	enum dmsc_cred_scheme login_scheme;
};
void dmsc_sappl_clear(struct dmsc_sappl *a);

/* Selects it. NOTFOUND: the card has none. Costs no APDU while selected. */
int dmsc_appl_select(struct dmsc_store *st) DMSC_MUST_CHECK;
/* Whether EF.DIR lists it, or it was selected before; no error. */
bool dmsc_appl_listed(struct dmsc_store *st);
/* The same for a card whose EF.DIR need not be read: by SELECT. */
bool dmsc_appl_there(struct dmsc_store *st);
/* What CAPS tells the card; the name is static. */
void dmsc_appl_ours(struct dmsc_appl_caps *out);
/* What the card tells of itself now, by CAPS. */
int dmsc_appl_greet(struct dmsc_store *st) DMSC_MUST_CHECK;
/* Greeted, and the card knows who we are: AUTH, and what to type. */
int dmsc_appl_need(struct dmsc_store *st) DMSC_MUST_CHECK;
/* l of server is kept, and shown from now on; or nothing. */
int dmsc_appl_keep_login(struct dmsc_store *st, const char *server,
    const struct dmsc_cred_login *l) DMSC_MUST_CHECK;
void dmsc_appl_no_login(struct dmsc_store *st);
/* Shows what is kept where the card has forgotten it, for somebody left the
 * application: whether the card knows us then is in known. dmstate.c */
int dmsc_appl_log_in_again(struct dmsc_store *st) DMSC_MUST_CHECK;
/* What it told changes by what was just done: asked for anew when needed. */
void dmsc_appl_stale(struct dmsc_store *st);

/* One object in blocks, its answer appended. AUTH for 6982, and so on. */
int dmsc_appl_object(struct dmsc_store *st, struct dmsc_rd object,
    struct dmsc_buf *answer) DMSC_MUST_CHECK;
/* How many APDUs an object of n bytes takes: a forecast. */
unsigned dmsc_appl_apdus(const struct dmsc_store *st, size_t n);

/* Selected and greeted; bytes of a message to it. */
int dmsc_appl_ready(struct dmsc_store *st, size_t *max_msg) DMSC_MUST_CHECK;
/* A requester for the application, selected and greeted; its texts are
 * static. */
int dmsc_appl_requester(struct dmsc_store *st,
    struct dmsc_requester **out) DMSC_MUST_CHECK;
/*
 * Before n commands of ours: a large object of theirs that is half there goes
 * on where it was, where it is the same; else the card forgets what it has,
 * which may not be taken for the beginning of another one.
 */
int dmsc_appl_go_on(struct dmsc_store *st, struct dmsc_request *v, size_t n)
    DMSC_MUST_CHECK;
/*
 * All messages of q go, all answers come. Only what makes that impossible is
 * an error: statuses are for dmsc_appl_said. bytes may be NULL.
 */
int dmsc_appl_talk(struct dmsc_store *st, struct dmsc_requester *q,
    size_t *bytes) DMSC_MUST_CHECK;
/* A message as it is (xml: in XML; mac: of auth-MAC), its answer's commands
 * into q. */
int dmsc_appl_pass(struct dmsc_store *st, struct dmsc_requester *q,
    const struct dmsc_appl_message *m, size_t *bytes) DMSC_MUST_CHECK;

/* What a requester was told, as a view; apdus and bytes are 0. NOMEM. */
int dmsc_dm_given(struct dmsc_requester *q, struct dmsc_dm_answer **out)
    DMSC_MUST_CHECK;
/* The error of a status that is no success, OK of one that is. what: "add",
 * NULL: as the status says. */
int dmsc_appl_said(struct dmsc_store *st, unsigned status, const char *what,
    const char *uri);
/* The code of a DM status. */
int dmsc_appl_code(unsigned status);

#endif
