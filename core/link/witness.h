/*
 * What a host records of a conversation so that a card's receipt for it can
 * be checked by others (crypto/receipt.h). The secure layer tells it what the
 * card's application received and sent. The record lies in a file without a
 * name; secrets are not in it: of data that is secret there is its digest.
 */
#ifndef DMSC_LINK_WITNESS_H
#define DMSC_LINK_WITNESS_H

#include "crypto/receipt.h"
#include "link/link.h"

struct dmsc_witness;

/* dir: where the file without a name is made. NOMEM, IO. */
int dmsc_witness_new(const char *dir, struct dmsc_rd seed,
    struct dmsc_rd nonce, struct dmsc_witness **out, struct dmsc_err *e)
    DMSC_MUST_CHECK;
void dmsc_witness_free(struct dmsc_witness **w);

/* An exchange as it was on this level of SCP03; rsp with SW behind. 61xx and
 * the GET RESPONSEs after it become one. */
void dmsc_witness_hear(struct dmsc_witness *w, unsigned level,
    struct dmsc_rd cmd, struct dmsc_rd rsp);
/* It went out, and no answer came. */
void dmsc_witness_lost(struct dmsc_witness *w, unsigned level,
    struct dmsc_rd cmd);
/* As in link.h. */
void dmsc_witness_redact(struct dmsc_witness *w, struct dmsc_rd value);
void dmsc_witness_hide(struct dmsc_witness *w, bool on);

/* What it comes to so far. */
struct dmsc_witness_sum {
	uint8_t hash[DMSC_SHA256_LEN];
	size_t exchanges, lost;
	int broken;		/* why something could not be recorded, or OK */
};
void dmsc_witness_sum(const struct dmsc_witness *w,
    struct dmsc_witness_sum *out);
/*
 * The transcript into a file that is open; withheld: how many data fields it
 * has as digests. lost: commands whose answers were lost are told ("< lost",
 * with which nothing verifies), else left out.
 */
int dmsc_witness_write(struct dmsc_witness *w, int fd, bool lost,
    size_t *withheld, struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
