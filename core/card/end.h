/*
 * The simulated card filled into the link as an end, and served into a vpcd
 * reader. The rest of the room is private to it.
 */
#ifndef DMSC_CARD_END_H
#define DMSC_CARD_END_H

#include "link/link.h"

#include <dmsc/card.h>

struct dmsc_card;

/* An image file: locked while open (LOCKED with the holder's pid), DATA when
 * it is no image. NOREADER when it is not there. */
int dmsc_card_open(const char *image, struct dmsc_card **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* A copy in this process of an image that anyone may hold: for its facts. */
int dmsc_card_peek(const char *image, struct dmsc_card **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Writes the card to a new image file, by rename: it is whole or not there.
 * LOCKED when somebody holds the old one. c stays what it is. */
int dmsc_card_save(const struct dmsc_card *c, const char *image,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* A blank card in the initialisation life cycle. image NULL: in memory only.
 * seed NULL: random. */
int dmsc_card_blank(const char *image, const uint64_t *seed,
    struct dmsc_card **out, struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_card_close(struct dmsc_card **c);
int dmsc_card_facts(const struct dmsc_card *c, struct dmsc_image_info *out)
    DMSC_MUST_CHECK;

/* One command APDU in, data and SW appended to rsp (never empty). */
int dmsc_card_apdu(struct dmsc_card *c, struct dmsc_rd cmd,
    struct dmsc_buf *rsp) DMSC_MUST_CHECK;
/* Reset of all volatile state; the ATR into atr. */
int dmsc_card_reset(struct dmsc_card *c, struct dmsc_buf *atr)
    DMSC_MUST_CHECK;

/* Queues a proactive command (D0 and its length first). DATA when it is none
 * a card may send, LIMIT when too many wait. */
int dmsc_card_push_cmd(struct dmsc_card *c, struct dmsc_rd cmd)
    DMSC_MUST_CHECK;
/* An envelope that the network brings past the device in front of the card:
 * its answer and SW appended. REMOVED. */
int dmsc_card_air(struct dmsc_card *c, struct dmsc_rd envelope,
    struct dmsc_buf *rsp) DMSC_MUST_CHECK;
/* The card behind a link of dmsc_card_end, NULL: another end. */
struct dmsc_card *dmsc_card_of(const struct dmsc_link *l);

/* The link end; it owns c from then on. */
int dmsc_card_end(struct dmsc_card **c, struct dmsc_link *out)
    DMSC_MUST_CHECK;

/*
 * Power cuts for tests: the card's memory counts its writes, from 1 since
 * open, the last dmsc_card_cut or power_back. At the at-th only `bytes` of
 * it happen, then the card is dead (REMOVED) until dmsc_card_power_back,
 * which reopens its memory as a reader would. at 0: never.
 */
void dmsc_card_cut(struct dmsc_card *c, unsigned long at, size_t bytes);
unsigned long dmsc_card_writes(const struct dmsc_card *c);
int dmsc_card_power_back(struct dmsc_card *c) DMSC_MUST_CHECK;
/* T=0 style: case 4 answers 61xx (tests). */
void dmsc_card_t0_style(struct dmsc_card *c, bool on);

/* Serves c to a vpcd reader until *stop. ready (may be NULL) is called at
 * the first command of the reader; control: card/control.h, or NULL. */
struct dmsc_control;
struct dmsc_vpcd {
	const volatile int *stop;
	void (*ready)(void *arg);
	void *arg;
	struct dmsc_control *control;
};
int dmsc_card_vpcd(struct dmsc_card *c, const char *host_port,
    const struct dmsc_vpcd *v, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
