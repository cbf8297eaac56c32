/*
 * The card's PKCS#15 directories as the card itself sees and changes them:
 * for room that it gives and takes back (card/room.h).
 */
#ifndef DMSC_CARD_DIRS_H
#define DMSC_CARD_DIRS_H

#include "card/card.h"
#include "pkcs15/pkcs15.h"

enum { DIRS_FIRST = 0x4D00, DIRS_MASK = 0xFF00,
	DIRS_PAIRS = (UINT8_MAX + 1) / 2, DIRS_MAX = 16 };

/* Pairs of 4Dxx that a directory names, by half of their low byte. */
struct dirs_named {
	bool pair[DIRS_PAIRS];
};

/* The DF of the PKCS#15 application, or NONE. */
int dmsc_card_p15(const struct dmsc_card *c);
/* What is named, all where a directory cannot be read: SW_OK, SW_MEMORY. */
unsigned dmsc_card_named(const struct dmsc_card *c, struct dirs_named *out);
/* The PIN of an authId, 0: none. */
unsigned dmsc_card_auth_pin(const struct dmsc_card *c, struct dmsc_rd id);

/* Into the open transaction: a new document in all directories where it
 * belongs (SW_SPACE: there is no room for it in one); a pair in none. */
struct dirs_new {
	struct dmsc_rd label, oid, auth_id;
	unsigned fid;
};
unsigned dmsc_card_list(struct dmsc_card *c, const struct dirs_new *d);
unsigned dmsc_card_unlist(struct dmsc_card *c, unsigned fid);

#endif
