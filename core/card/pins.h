/* An entry of the PIN table in the card's memory. */
#ifndef DMSC_CARD_PINS_H
#define DMSC_CARD_PINS_H

enum {
	P_REF = 0,		/* key reference, 0: free entry */
	P_FLAGS = 1,		/* as given to PUT DATA */
	P_ENABLED = 2,
	P_REPLACED = 3,		/* the universal PIN stands for it */
	P_OWNER = 4,		/* block of the DF of a local one, 4 bytes */
	P_TRIES = 8, P_MAX = 9, P_PUK_TRIES = 10, P_PUK_MAX = 11,
	P_VALUE = 12, P_PUK = 20, P_SIZE = 32,
	PIN_LEN = 8, LOCAL = 0x80, UNIVERSAL = 0x11,
	/* flags */
	PIN_ENABLED = 0x01, PIN_CAN_DISABLE = 0x02
};

#endif
