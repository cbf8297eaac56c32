/* An entry of the table of key sets in the card's memory. */
#ifndef DMSC_CARD_KEYS_H
#define DMSC_CARD_KEYS_H

#include "crypto/aes.h"

enum {
	K_VERSION = 0,		/* 0: free entry */
	K_LEN = 1,		/* of one key */
	K_I = 2,		/* the parameter i of SCP03 */
	K_TRIES = 3, K_MAX = 4,
	K_SEQ = 5,		/* 3 bytes */
	K_OWNER = 8,		/* block of the application, 0: the card */
	K_ENC = 12, K_MAC = K_ENC + DMSC_AES_KEY_MAX,
	K_DEK = K_MAC + DMSC_AES_KEY_MAX,
	K_OTA = 108,		/* counter of the last package, 4 bytes */
	K_SIZE = 112, K_SETS = 12, K_PARTS = 3
};

#endif
