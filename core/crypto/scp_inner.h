/* One end of an SCP03 channel, for scp03.c and scp_msg.c. */
#ifndef DMSC_CRYPTO_SCP_INNER_H
#define DMSC_CRYPTO_SCP_INNER_H

#include "crypto/aes.h"
#include "crypto/scp03.h"

#include <dmsc/secret.h>

enum scp_state {
	SCP_ASKED,		/* INITIALIZE UPDATE is done */
	SCP_LOGIN,		/* host: EXTERNAL AUTHENTICATE is out */
	SCP_READY,		/* a command may come */
	SCP_BUSY,		/* a command is out, or in work */
	SCP_BROKEN
};
enum { SCP_HEADER = 4, SCP_SW = 2, SCP_SM = 0x04, SCP_FURTHER = 0x40,
	SCP_SM_FURTHER = 0x20, SCP_FURTHER_FIRST = 4 };

struct dmsc_scp {
	struct dmsc_secret *home;	/* this very memory */
	bool host;
	enum scp_state state;
	unsigned i, level;
	size_t n;			/* 8 or 16 */
	uint32_t counter;
	uint8_t chain[DMSC_SCP_BLOCK];
	uint8_t card_gram[DMSC_SCP_BLOCK], host_gram[DMSC_SCP_BLOCK];
	uint8_t challenge[DMSC_SCP_BLOCK];	/* the card's */
	struct dmsc_aes *enc;
	struct dmsc_cmac *mac, *rmac;
};

/* The parts of a command APDU; le is what stands at the end, 0 to 3 bytes. */
struct scp_apdu {
	uint8_t head[SCP_HEADER];
	bool wide;			/* extended lengths */
	struct dmsc_rd data, le;
};
int scp_apdu(struct dmsc_rd cmd, struct scp_apdu *out) DMSC_MUST_CHECK;
/* The C-MAC over a command whose data is `data`, into mac; total: Lc. */
int scp_c_mac(struct dmsc_scp *s, const struct scp_apdu *a,
    struct dmsc_rd data, uint8_t mac[DMSC_SCP_BLOCK]) DMSC_MUST_CHECK;
/* cla of channel 0, with or without secure messaging, for a channel. */
uint8_t scp_cla(unsigned cla, unsigned channel, bool sm);
bool scp_says_sm(unsigned cla);
int scp_broken(struct dmsc_scp *s, int code);

#endif
