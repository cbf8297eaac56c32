/*
 * The card application toolkit (ETSI TS 102 223): proactive commands taken
 * apart, terminal responses and envelopes built. Pure.
 */
#ifndef DMSC_CAT_CAT_H
#define DMSC_CAT_CAT_H

#include <dmsc/bytes.h>

enum dmsc_cat_type {
	CAT_REFRESH = 0x01, CAT_MORE_TIME = 0x02, CAT_POLL_INTERVAL = 0x03,
	CAT_POLLING_OFF = 0x04, CAT_EVENT_LIST = 0x05,
	CAT_DISPLAY_TEXT = 0x21, CAT_LOCAL_INFO = 0x26, CAT_TIMER = 0x27
};
/* Tags of COMPREHENSION-TLV objects, without the comprehension bit. */
enum dmsc_cat_tag {
	CAT_T_DETAILS = 0x01, CAT_T_DEVICES = 0x02, CAT_T_RESULT = 0x03,
	CAT_T_DURATION = 0x04, CAT_T_TEXT = 0x0D, CAT_T_FILES = 0x12,
	CAT_T_IMEI = 0x14, CAT_T_EVENTS = 0x19, CAT_T_TIMER = 0x24,
	CAT_T_TIME = 0x25
};
enum dmsc_cat_result {
	CAT_DONE = 0x00, CAT_MISSING_INFO = 0x02, CAT_FILES_READ = 0x03,
	CAT_NO_ANSWER = 0x12, CAT_BUSY = 0x20, CAT_REFUSED = 0x22,
	CAT_TIMER_STATE = 0x24, CAT_BEYOND = 0x30, CAT_TYPE_UNKNOWN = 0x31,
	CAT_DATA_UNKNOWN = 0x32, CAT_VALUES_MISSING = 0x36
};
enum { CAT_APDU_MAX = 255, CAT_PROACTIVE = 0xD0, CAT_TIMERS = 8,
	CAT_FILE_MAX = 8, CAT_NO_MORE = -1 };

struct dmsc_cat_cmd {
	uint8_t details[3];	/* number, type, qualifier */
	uint8_t from, to;
	struct dmsc_rd rest;	/* objects behind the device identities */
	unsigned verdict;	/* CAT_DONE, or with what to refuse it */
};
/* A fetched command; views point into it. SHORT or FORMAT where it has no
 * details to answer to; else OK, and what it lacks is the verdict. */
int dmsc_cat_parse(struct dmsc_rd fetched, struct dmsc_cat_cmd *out)
    DMSC_MUST_CHECK;
/* The value of an object: NOTFOUND. */
int dmsc_cat_find(const struct dmsc_cat_cmd *c, unsigned tag,
    struct dmsc_rd *value) DMSC_MUST_CHECK;
/* Appends TERMINAL RESPONSE's data; more CAT_NO_MORE: no additional byte. */
int dmsc_cat_respond(const struct dmsc_cat_cmd *c, unsigned result,
    int more, struct dmsc_rd extra, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* TERMINAL RESPONSE's data taken apart, on the card's side. */
int dmsc_cat_response(struct dmsc_rd data, uint8_t details[3],
    unsigned *result) DMSC_MUST_CHECK;
/* The paths of a whole and correct file list, and the next one of them:
 * false at the end. SHORT, FORMAT. */
int dmsc_cat_files(struct dmsc_rd list, struct dmsc_rd *paths)
    DMSC_MUST_CHECK;
bool dmsc_cat_file(struct dmsc_rd *paths, struct dmsc_rd *path);
/* Appends the text of a text string object as UTF-8; FORMAT. */
int dmsc_cat_text(struct dmsc_rd value, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* Appends the envelope of a timer that ran out. */
int dmsc_cat_timer_up(unsigned id, const uint8_t time[3],
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* "refresh"; NULL: no command that TS 102 223 knows. */
const char *dmsc_cat_type_name(unsigned type);
const char *dmsc_cat_result_text(unsigned result);
const char *dmsc_cat_refresh_text(unsigned qualifier);

#endif
