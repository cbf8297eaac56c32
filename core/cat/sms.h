/*
 * Short messages that carry data to a card (SMS-PP download, TS 31.111 7.1):
 * SMS-DELIVER TPDUs (TS 23.040) in envelopes, and messages that are longer
 * than one, cut into parts and put together again. Pure.
 *
 * To send: dmsc_cat_sms_parts, then dmsc_cat_sms_put for each part. On the
 * card: dmsc_cat_sms_get of the envelope's data, then dmsc_cat_join.
 */
#ifndef DMSC_CAT_SMS_H
#define DMSC_CAT_SMS_H

#include <dmsc/bytes.h>

enum {
	CAT_SMS_WHOLE = 140,	/* bytes of data in one that stands alone */
	CAT_SMS_PART = 134,	/* in one of several */
	CAT_SMS_PARTS = 255, CAT_SMS_MAX = CAT_SMS_PARTS * CAT_SMS_PART,
	CAT_SMS_DIGITS = 20,
	CAT_SMS_TO_CARD = 0x7F,	/* protocol: download to the card */
	CAT_SMS_BYTES = 0xF6,	/* coding: 8 bits, class 2 (for the card) */
	CAT_JOINS = 4		/* messages in parts at the same time */
};

struct dmsc_cat_sms {
	char from[CAT_SMS_DIGITS + 2];		/* "+49170123", "" none */
	char centre[CAT_SMS_DIGITS + 2];	/* the service centre's */
	uint8_t protocol, coding;
	uint8_t time[7];	/* of the service centre, as sent */
	unsigned ref;		/* of the whole message, 0..255 */
	unsigned part, parts;	/* from 1; parts 1: not cut */
	struct dmsc_rd data;	/* put: the whole; get: this part, a view */
};

/* A message to a card from number (may be NULL). */
void dmsc_cat_sms_init(struct dmsc_cat_sms *s, const char *number,
    struct dmsc_rd data, unsigned ref);
/* How many envelopes n bytes take; 0: too long. */
unsigned dmsc_cat_sms_parts(size_t n);
/* Appends the part-th (from 1) envelope of s: ENVELOPE's data, 255 bytes at
 * most. USAGE for no such part or no such number. */
int dmsc_cat_sms_put(const struct dmsc_cat_sms *s, unsigned part,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* ENVELOPE's data: FORMAT, SHORT; UNSUPPORTED for a text of 7 or 16 bits;
 * NOTFOUND: an envelope of something else. */
int dmsc_cat_sms_get(struct dmsc_rd envelope, struct dmsc_cat_sms *out)
    DMSC_MUST_CHECK;
/* The TPDU alone. */
int dmsc_cat_deliver_get(struct dmsc_rd tpdu, struct dmsc_cat_sms *out)
    DMSC_MUST_CHECK;

/* What has come of messages in parts; all zero at first. */
struct dmsc_cat_joined {
	char from[CAT_SMS_DIGITS + 2];
	unsigned ref, parts, have;	/* parts 0: free */
	unsigned long age;
	struct dmsc_buf *part[CAT_SMS_PARTS];
};
struct dmsc_cat_join {
	struct dmsc_cat_joined m[CAT_JOINS];
	unsigned long clock;
};
/* Takes one part in, in any order, twice too. *whole: all of its message is
 * there, appended to out and forgotten. A fifth message in parts ends the
 * oldest one. NOMEM; LIMIT: it is larger than out, and forgotten. */
int dmsc_cat_join(struct dmsc_cat_join *j, const struct dmsc_cat_sms *s,
    struct dmsc_buf *out, bool *whole) DMSC_MUST_CHECK;
void dmsc_cat_join_end(struct dmsc_cat_join *j);

#endif
