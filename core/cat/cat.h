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
	CAT_USSD = 0x12, CAT_SMS = 0x13, CAT_DISPLAY_TEXT = 0x21,
	CAT_GET_INKEY = 0x22, CAT_GET_INPUT = 0x23, CAT_SELECT = 0x24,
	CAT_MENU = 0x25, CAT_LOCAL_INFO = 0x26, CAT_TIMER = 0x27,
	CAT_OPEN_CHANNEL = 0x40
};
/* Who speaks with whom. */
enum dmsc_cat_device { CAT_KEYPAD = 0x01, CAT_DISPLAY = 0x02, CAT_UICC = 0x81,
	CAT_TERMINAL = 0x82, CAT_NETWORK = 0x83 };
enum dmsc_cat_envelope { CAT_SMS_DOWNLOAD = 0xD1, CAT_MENU_CHOICE = 0xD3,
	CAT_EVENT = 0xD6, CAT_TIMER_UP = 0xD7 };
/* Tags of COMPREHENSION-TLV objects, without the comprehension bit. */
enum dmsc_cat_tag {
	CAT_T_DETAILS = 0x01, CAT_T_DEVICES = 0x02, CAT_T_RESULT = 0x03,
	CAT_T_DURATION = 0x04, CAT_T_ADDRESS = 0x06, CAT_T_TPDU = 0x0B,
	CAT_T_TEXT = 0x0D, CAT_T_ITEM = 0x10, CAT_T_LENGTH = 0x11,
	CAT_T_FILES = 0x12, CAT_T_IMEI = 0x14, CAT_T_HELP = 0x15,
	CAT_T_DEFAULT = 0x17, CAT_T_EVENTS = 0x19, CAT_T_TIMER = 0x24,
	CAT_T_TIME = 0x25, CAT_T_AID = 0x2F
};
/* Events that a card may ask for. */
enum dmsc_cat_event { CAT_E_ACTIVITY = 0x04, CAT_E_IDLE = 0x05,
	CAT_E_LANGUAGE = 0x07, CAT_E_DATA = 0x09 };
enum dmsc_cat_result {
	CAT_DONE = 0x00, CAT_MISSING_INFO = 0x02, CAT_FILES_READ = 0x03,
	CAT_ENDED = 0x10, CAT_NO_ANSWER = 0x12, CAT_BUSY = 0x20,
	CAT_REFUSED = 0x22, CAT_TIMER_STATE = 0x24, CAT_BEYOND = 0x30,
	CAT_TYPE_UNKNOWN = 0x31,
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
/* The next COMPREHENSION-TLV object of r; required: its tag says that who
 * does not know it must refuse. SHORT, FORMAT. */
int dmsc_cat_next(struct dmsc_rd *r, unsigned *tag, bool *required,
    struct dmsc_rd *value) DMSC_MUST_CHECK;
/* Appends one, its tag with the comprehension bit. */
int dmsc_cat_put(struct dmsc_buf *out, unsigned tag, struct dmsc_rd value)
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
enum dmsc_cat_coding { CAT_PACKED = 0x00, CAT_BYTES = 0x04, CAT_UCS2 = 0x08 };
int dmsc_cat_text(struct dmsc_rd value, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* The way back, the value of such an object: FORMAT; UNSUPPORTED for a
 * character that the coding has not. And how many characters they are. */
int dmsc_cat_text_put(struct dmsc_rd text, unsigned coding,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_cat_text_len(struct dmsc_rd text, size_t *n) DMSC_MUST_CHECK;

/* What a card has to say: appends a whole command D0; rest: its objects
 * behind the device identities. LIMIT: longer than can be fetched. */
int dmsc_cat_command(struct dmsc_buf *out, const uint8_t details[3],
    enum dmsc_cat_device to, struct dmsc_rd rest) DMSC_MUST_CHECK;
/* REFRESH. paths: of the files from the MF, one behind the other, each
 * beginning 3F00; aid: of the application; both may be empty. FORMAT, LIMIT. */
int dmsc_cat_refresh(struct dmsc_buf *out, unsigned number, unsigned mode,
    struct dmsc_rd paths, struct dmsc_rd aid) DMSC_MUST_CHECK;
/* Whether a TERMINAL PROFILE says that the device knows the command. */
bool dmsc_cat_can(struct dmsc_rd profile, unsigned type);

/* What a device has to say, whole envelopes appended: a timer that ran out, a
 * menu's item chosen, an event (rest: its own objects). */
int dmsc_cat_timer_up(unsigned id, const uint8_t time[3],
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_cat_choice(unsigned item, bool help, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_cat_happened(enum dmsc_cat_event event, enum dmsc_cat_device from,
    struct dmsc_rd rest, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* An envelope taken apart: its tag, and a walk of its objects. SHORT, FORMAT;
 * every object was looked at. */
int dmsc_cat_envelope(struct dmsc_rd data, unsigned *tag,
    struct dmsc_rd *objects) DMSC_MUST_CHECK;

/* "refresh"; NULL: no command that TS 102 223 knows. */
const char *dmsc_cat_type_name(unsigned type);
/* The way back; -1: there is none of this name. */
int dmsc_cat_type_of(const char *name);
/* An event of 99 ("user-activity"); -1: there is none of this name. */
int dmsc_cat_event_of(const char *name);
const char *dmsc_cat_result_text(unsigned result);
const char *dmsc_cat_refresh_text(unsigned qualifier);

#endif
