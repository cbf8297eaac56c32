/*
 * Management over the air: packages for a card, and bringing one to a
 * simulated card as the network would (dmsc-card(7), OVER THE AIR). Room
 * session.
 */
#ifndef DMSC_OTA_H
#define DMSC_OTA_H

#include <dmsc/key.h>
#include <dmsc/scp.h>

/* SCP03 keys: as dmsc_scp_opts has them; none: from[0] NULL. */
struct dmsc_ota_given {
	struct dmsc_key *from[DMSC_SCP_SOURCES + 1];
	bool test_keys;		/* keys that everybody knows are allowed */
};

struct dmsc_package_opts {
	struct dmsc_ota_given keys;
	unsigned version;	/* of the keys; 0: 30, the owner's */
	uint32_t counter;	/* 0: seconds since 1970 */
	const char *iccid;	/* for that card alone; NULL: any */
};
/* What anybody can read of a package. */
struct dmsc_package {
	unsigned version;	/* of the keys */
	size_t counter;
	char *card;		/* ICCID, or NULL */
	size_t size;
	unsigned messages;	/* short messages that it takes */
};
extern const struct dmsc_view dmsc_package_view;

/*
 * A package of content into out: a DM message (XML or WBXML), or commands as
 * dmsc_hand_over writes them. DATA: it is neither; LIMIT: too long; USAGE and
 * GUARD as dmsc_scp_open.
 */
int dmsc_package_make(struct dmsc_session *s, struct dmsc_rd content,
    const struct dmsc_package_opts *o, struct dmsc_buf *out,
    struct dmsc_package **info) DMSC_MUST_CHECK;
/* DATA: it is none. */
int dmsc_package_show(struct dmsc_session *s, struct dmsc_rd package,
    struct dmsc_package **out) DMSC_MUST_CHECK;

/* What became of it: the proof of receipt. */
struct dmsc_ota_result {
	char *outcome;		/* "done", "refused", "old", "other card",
				 * "unknown", "failed" */
	unsigned status;	/* of DM, or the last SW of commands */
	unsigned done;		/* commands that were carried out */
	size_t counter;		/* the card's, of these keys */
	size_t changes;		/* its change counter */
	unsigned messages;	/* short messages that were sent */
	int proven;		/* DMSC_K_TRI: the card's MAC holds; -1: no
				 * keys were given */
	struct dmsc_buf *proof;	/* the whole of it */
};
extern const struct dmsc_view dmsc_ota_result_view;

struct dmsc_ota_opts {
	struct dmsc_ota_given keys;	/* to check the proof with, or none */
	bool allow;		/* through PC/SC by ENVELOPE, as a device */
	const char *from;	/* the sender's number; NULL: none */
};
/*
 * Brings a package to the card: the embedded one, one that another process
 * serves (dmsc_served), or with allow any card in a reader. SW where the card
 * refused it, AUTH where it was not made with its keys; *out is set where
 * there is a proof, whatever it says. MISMATCH: the proof is not the card's.
 */
int dmsc_card_ota(struct dmsc_session *s, struct dmsc_rd package,
    const struct dmsc_ota_opts *o, struct dmsc_ota_result **out)
    DMSC_MUST_CHECK;

#endif
