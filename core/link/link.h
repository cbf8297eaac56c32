/*
 * The APDU link: one small interface that ends (pcsc, sim, replay) and layers
 * (trace, fault) implement. It knows no card and no status word.
 */
#ifndef DMSC_LINK_LINK_H
#define DMSC_LINK_LINK_H

#include <dmsc/bytes.h>
#include <dmsc/err.h>

enum {
	DMSC_APDU_CMD_MAX = 65544,	/* extended case 4 */
	DMSC_APDU_RSP_MAX = 65538,
	DMSC_ATR_MAX = 33
};

/* protocol: "T=0", "T=1" or NULL (none). shared: others may use the card.
 * rooms: the most data in a short command and answer, 0: 255 and 256. */
struct dmsc_link_facts {
	const char *protocol;
	bool shared;
	size_t cmd_room, rsp_room;
};

/*
 * All fail with a code and a started record in e: NOCARD, REMOVED (also a
 * reset by somebody else: the picture of the card is void), TRANSPORT,
 * LOCKED (reader held). h is the implementation's state.
 */
struct dmsc_link_ops {
	const char *name;			/* "pcsc", "sim", "replay" */
	/* Cold or warm reset; the ATR replaces atr's content. */
	int (*reset)(void *h, bool cold, struct dmsc_buf *atr,
	    struct dmsc_err *e);
	/* One APDU; rsp gets data and SW (2 bytes at least) appended. */
	int (*xfer)(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
	    struct dmsc_err *e);
	/* Begin (true) or end a transaction; NULL: not needed. */
	int (*lock)(void *h, bool on, struct dmsc_err *e);
	/* From shared to exclusive use; NULL: not needed. */
	int (*claim)(void *h, struct dmsc_err *e);
	/* Leaves the card; reset_card: ends rights on it. Sets *h NULL. */
	void (*close)(void **h, bool reset_card);
	/* How the card is reached; NULL: no protocol, not shared. */
	void (*facts)(void *h, struct dmsc_link_facts *out);
	/* A value that no recording may show; NULL: nothing is recorded. */
	void (*redact)(void *h, struct dmsc_rd value);
	/* Data of the APDUs that follow is secret, or no longer; NULL: nothing
	 * is recorded. */
	void (*hide)(void *h, bool on);
};
struct dmsc_link {
	const struct dmsc_link_ops *ops;
	void *h;
};

int dmsc_link_reset(struct dmsc_link *l, bool cold, struct dmsc_buf *atr,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Refuses commands under 4 bytes (USAGE) and answers under 2 (TRANSPORT). */
int dmsc_link_xfer(struct dmsc_link *l, struct dmsc_rd cmd,
    struct dmsc_buf *rsp, struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_link_lock(struct dmsc_link *l, bool on, struct dmsc_err *e)
    DMSC_MUST_CHECK;
int dmsc_link_claim(struct dmsc_link *l, struct dmsc_err *e) DMSC_MUST_CHECK;
/* Closing an empty link does nothing. */
void dmsc_link_close(struct dmsc_link *l, bool reset_card);
void dmsc_link_facts(const struct dmsc_link *l, struct dmsc_link_facts *out);
/*
 * These bytes are secret by content: traces show "**" for them, in APDUs that
 * were recorded already and in later ones. Under 4 bytes nothing happens.
 */
void dmsc_link_redact(struct dmsc_link *l, struct dmsc_rd value);
/* From now on (or no longer) all data, both ways, is secret by content. */
void dmsc_link_hide(struct dmsc_link *l, bool on);

/*
 * The command data of an APDU (ISO 7816-3 12.1), empty where it has none.
 * FORMAT when the lengths do not fit; data is then all that follows P1 P2
 * and one length byte.
 */
int dmsc_apdu_data(struct dmsc_rd cmd, struct dmsc_rd *data)
    DMSC_MUST_CHECK;

#endif
