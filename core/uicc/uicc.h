/*
 * The host side of a UICC (ETSI TS 102 221, ISO 7816-4): commands with 61xx,
 * 6Cxx and channels handled, selection, reading and writing of files.
 *
 * Every call fails with a code of dmsc_sw_code or of the link and a started
 * record; the caller adds the name of the thing (dmsc_err_where).
 */
#ifndef DMSC_UICC_UICC_H
#define DMSC_UICC_UICC_H

#include "link/link.h"

#include <dmsc/file.h>
#include <dmsc/sw.h>

enum {
	DMSC_UICC_PATH_MAX = 8,		/* file identifiers in a path */
	DMSC_EF_MAX = 65536,		/* bytes that we read of one EF */
	DMSC_LE_NONE = -1		/* no Le; 0..65536 else, 256: 00 */
};

struct dmsc_uicc;

/* A place: the application that is selected first (aid_len 0: from the MF)
 * and the file identifiers below it. An empty path is the DF itself. */
struct dmsc_place {
	uint8_t aid[16];
	size_t aid_len;
	uint16_t fid[DMSC_UICC_PATH_MAX];
	size_t n;
};
/* "3F00/7F50/5031", "A000.../5031", names: USAGE or NOTFOUND. No card. */
int dmsc_place_parse(const char *text, struct dmsc_place *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_place_text(const struct dmsc_place *p, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
bool dmsc_place_eq(const struct dmsc_place *a, const struct dmsc_place *b);
/* p with fid behind it: LIMIT when it is too deep. */
int dmsc_place_below(const struct dmsc_place *p, uint16_t fid,
    struct dmsc_place *out) DMSC_MUST_CHECK;

enum dmsc_file_kind {
	DMSC_FILE_UNKNOWN, DMSC_FILE_MF, DMSC_FILE_DF, DMSC_FILE_ADF,
	DMSC_FILE_TRANSPARENT, DMSC_FILE_LINEAR, DMSC_FILE_CYCLIC,
	DMSC_FILE_BERTLV, DMSC_FILE_INTERNAL
};
/* A parsed FCP. raw holds the whole answer; sec points into it. */
struct dmsc_uicc_fcp {
	enum dmsc_file_kind kind;
	uint16_t fid;		/* 0: absent */
	uint8_t aid[16];
	size_t aid_len;
	size_t size;		/* SIZE_MAX: not told */
	unsigned record_len, records;
	uint8_t life;		/* tag 8A, 0 absent */
	int sfi;		/* -1 none */
	bool shareable;
	uint8_t sec_tag;	/* 8B, 8C, AB or 0 */
	struct dmsc_rd sec;
	struct dmsc_rd pins;	/* content of C6 */
	uint8_t raw[260];
	size_t raw_len;
};
/* Tolerant of order and unknown tags; FORMAT or SHORT for bad bytes. */
int dmsc_fcp_parse(struct dmsc_rd answer, struct dmsc_uicc_fcp *out)
    DMSC_MUST_CHECK;
/* The at-th key of the PIN status template: 1 enabled, 0 disabled, -1 past
 * the end. */
int dmsc_fcp_pin(const struct dmsc_uicc_fcp *f, size_t at, unsigned *ref);
/* The printable form of the public API. */
int dmsc_fcp_view_of(const struct dmsc_uicc_fcp *f, const char *path,
    struct dmsc_fcp *out) DMSC_MUST_CHECK;

/* Over a link that stays the caller's. e gets the records of all calls;
 * interrupted (may be NULL) is looked at before each APDU. */
struct dmsc_uicc *dmsc_uicc_new(struct dmsc_link *l, struct dmsc_err *e,
    const volatile int *interrupted);
void dmsc_uicc_free(struct dmsc_uicc **u);	/* closes opened channels */
struct dmsc_link *dmsc_uicc_link(struct dmsc_uicc *u);
struct dmsc_err *dmsc_uicc_err(struct dmsc_uicc *u);
/* The card was reset or lost: selection, channels and rights are gone. */
void dmsc_uicc_forget(struct dmsc_uicc *u);
void dmsc_uicc_atr(struct dmsc_uicc *u, struct dmsc_rd atr);
struct dmsc_rd dmsc_uicc_atr_get(const struct dmsc_uicc *u);
/* APDUs and bytes both ways since new; either may be NULL. */
void dmsc_uicc_counters(const struct dmsc_uicc *u, unsigned long *apdus,
    unsigned long *bytes);
/* Answers since new by which the card said that something went wrong in it:
 * another time they may be others. */
unsigned long dmsc_uicc_faults(const struct dmsc_uicc *u);
/* The status word of the last answer, 0: none. */
unsigned dmsc_uicc_last_sw(const struct dmsc_uicc *u);
/* True once after a 91xx: the card has a proactive command to fetch. */
bool dmsc_uicc_proactive(struct dmsc_uicc *u);
/* Nobody else can move this card's selection (embedded card, exclusive use):
 * then it is believed across transactions too. A link without lock is ours
 * alone from the start; a transaction is enough for the time it lasts. */
void dmsc_uicc_alone(struct dmsc_uicc *u, bool alone);
/* A nestable transaction around a sequence. */
int dmsc_uicc_begin(struct dmsc_uicc *u) DMSC_MUST_CHECK;
void dmsc_uicc_end(struct dmsc_uicc *u);

/* Content of the file fid, in any folder, is kept out of recordings from now
 * on. False: it was before. */
bool dmsc_uicc_conceal(struct dmsc_uicc *u, unsigned fid);
void dmsc_uicc_reveal(struct dmsc_uicc *u, unsigned fid);
/* One command on the channel in use; data may be empty. rsp (may be NULL)
 * gets the data appended. OK whatever *sw says; 61xx and 6Cxx are done here,
 * and 61xx that ends in 91xx too. */
int dmsc_uicc_cmd(struct dmsc_uicc *u, unsigned cla_ins, unsigned p1p2,
    struct dmsc_rd data, int le, struct dmsc_buf *rsp, unsigned *sw)
    DMSC_MUST_CHECK;
/* A raw APDU as typed; the picture of the card is kept true. */
int dmsc_uicc_raw(struct dmsc_uicc *u, struct dmsc_rd cmd, bool raw,
    struct dmsc_buf *rsp, unsigned *sw) DMSC_MUST_CHECK;
/* Starts the record for an SW that is not OK: "cannot <what>". */
int dmsc_uicc_fail(struct dmsc_uicc *u, unsigned sw, const char *fmt, ...)
    DMSC_PRINTF(3, 4);

/* A logical channel for what follows; close goes back to the basic one. */
int dmsc_uicc_channel_open(struct dmsc_uicc *u) DMSC_MUST_CHECK;
/*
 * To select another application than the one in use ends the rights of its
 * own PINs: where one is held, a channel is opened for the look at p (NULL:
 * at several applications). *aside: end it with channel_close. A card that
 * opens no channel is looked at as it is.
 */
int dmsc_uicc_aside(struct dmsc_uicc *u, const struct dmsc_place *p,
    bool *aside) DMSC_MUST_CHECK;
void dmsc_uicc_channel_close(struct dmsc_uicc *u);
unsigned dmsc_uicc_channel(const struct dmsc_uicc *u);	/* in use */

/* Selects with as few APDUs as the known selection allows: a place that is
 * selected already costs none. fcp may be NULL (then P2 0C is allowed).
 * The ladder for real cards: P2 04, 0C, 00; path, then file by file. */
int dmsc_uicc_select(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp) DMSC_MUST_CHECK;
/* The same for an application that most cards do not have: where its AID
 * does not lead to it, EF.DIR and habits are not asked. */
int dmsc_uicc_select_once(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp) DMSC_MUST_CHECK;

/*
 * The DF of the PKCS#15 application by the ladder of real cards: AID, the
 * path in EF.DIR, 7F50, 5015. Remembered: asking again costs no APDU. OK with
 * state FOUND; NOTFOUND with one of the others, and why in the record; what
 * the link said (state MUTE) when it failed.
 */
enum dmsc_p15_state {
	DMSC_P15_FOUND,
	DMSC_P15_ABSENT,	/* the card answers and has none */
	DMSC_P15_MUTE,		/* no sensible answer to anything */
	DMSC_P15_LOCKED,
	DMSC_P15_TERMINATED,
	DMSC_P15_BLANK		/* not even a master file */
};
/* A record of a file that is not there (6A82) is extended where the card has
 * no master file either: it is blank. Returns the record's code. */
int dmsc_uicc_explain_blank(struct dmsc_uicc *u);
/* What helps then, as the record's next step. Returns its code. */
int dmsc_uicc_blank_next(struct dmsc_err *e);
int dmsc_uicc_pkcs15(struct dmsc_uicc *u, struct dmsc_place *out,
    enum dmsc_p15_state *state) DMSC_MUST_CHECK;

/* The selected transparent EF. size SIZE_MAX: to its end, known by 6282,
 * 6Cxx, 6B00, 6700 or short data. A file that ends before offset + size
 * gives what there is. */
int dmsc_uicc_read(struct dmsc_uicc *u, size_t offset, size_t size,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* n bytes of a file that its short identifier selects, in the current DF:
 * one APDU. */
int dmsc_uicc_read_sfi(struct dmsc_uicc *u, unsigned sfi, size_t n,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
/* In blocks of at most 255 (or what the card announces). */
int dmsc_uicc_update(struct dmsc_uicc *u, size_t offset, struct dmsc_rd data)
    DMSC_MUST_CHECK;
unsigned dmsc_uicc_read_block(const struct dmsc_uicc *u);	/* bytes */
unsigned dmsc_uicc_update_block(const struct dmsc_uicc *u);
/* The 16 bytes of an eUICC's EID, appended; nothing where the ATR does not
 * say that it is one, or it does not tell. */
int dmsc_uicc_eid(struct dmsc_uicc *u, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
/* How many APDUs the two take: a forecast, T=1 or extended lengths. */
unsigned dmsc_uicc_read_apdus(const struct dmsc_uicc *u, size_t offset,
    size_t n);
unsigned dmsc_uicc_update_apdus(const struct dmsc_uicc *u, size_t offset,
    size_t n);
/* The same for a SELECT: from a place elsewhere on the card, or, lost, where
 * nobody knows what is selected. */
unsigned dmsc_uicc_select_apdus(const struct dmsc_uicc *u,
    const struct dmsc_place *p, bool lost);
/* Whether the card has an application: by EF.DIR where it was read, else by
 * one SELECT. */
int dmsc_uicc_has_app(struct dmsc_uicc *u, struct dmsc_rd aid, bool *has)
    DMSC_MUST_CHECK;
int dmsc_uicc_read_record(struct dmsc_uicc *u, unsigned record, unsigned len,
    struct dmsc_buf *out) DMSC_MUST_CHECK;
int dmsc_uicc_update_record(struct dmsc_uicc *u, unsigned record,
    struct dmsc_rd data) DMSC_MUST_CHECK;
/* Select and read whole; NULL fcp allowed. */
int dmsc_uicc_read_place(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp, struct dmsc_buf *out) DMSC_MUST_CHECK;
/* CREATE FILE in the selected DF with a whole 62 template; DELETE FILE. */
int dmsc_uicc_create(struct dmsc_uicc *u, struct dmsc_rd fcp)
    DMSC_MUST_CHECK;
int dmsc_uicc_delete(struct dmsc_uicc *u, uint16_t fid) DMSC_MUST_CHECK;

/* Access rules (reference 2.5): a forecast with three answers. */
enum dmsc_forecast { DMSC_REFUSED, DMSC_ALLOWED, DMSC_FORECAST_UNKNOWN };
enum dmsc_mode {
	DMSC_MODE_READ, DMSC_MODE_UPDATE, DMSC_MODE_ACTIVATE,
	DMSC_MODE_DEACTIVATE, DMSC_MODE_DELETE, DMSC_MODE_CREATE_EF,
	DMSC_MODE_CREATE_DF, DMSC_MODE_TERMINATE
};
const char *dmsc_mode_name(enum dmsc_mode mode);	/* "create-ef" */
/*
 * Reads EF.ARR where the FCP names it (cached until forget). needs and rule
 * (each may be NULL) get texts: "PIN1", "rule 4 of EF.ARR". pin_ref gets the
 * first reference that would open it, 0 for none. Never fails because of
 * the card: then it is FORECAST_UNKNOWN.
 */
enum dmsc_forecast dmsc_uicc_access(struct dmsc_uicc *u,
    const struct dmsc_place *p, const struct dmsc_uicc_fcp *fcp,
    enum dmsc_mode mode, struct dmsc_buf *needs, struct dmsc_buf *rule,
    unsigned *pin_ref);
/* The key that its rule asks for, held or not; 0: none, or not one alone. */
unsigned dmsc_uicc_asks(struct dmsc_uicc *u, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *fcp, enum dmsc_mode mode);

/* "PIN1", "PIN81", "ADM1", "universal PIN", "key 0x55"; size at least 16. */
void dmsc_uicc_key_name(unsigned ref, char *out, size_t size);
/* PINs, bare: the guard stands above. tries -1: unknown. */
int dmsc_uicc_pin_query(struct dmsc_uicc *u, unsigned ref, int *tries,
    bool *verified, unsigned *sw) DMSC_MUST_CHECK;
/* The tries left of the PUK of ref, by an empty UNBLOCK. */
int dmsc_uicc_puk_query(struct dmsc_uicc *u, unsigned ref, int *tries,
    unsigned *sw) DMSC_MUST_CHECK;
/* ins 20, 24, 26, 28 or 2C; data already padded. */
int dmsc_uicc_pin_send(struct dmsc_uicc *u, unsigned ins, unsigned ref,
    struct dmsc_rd data, unsigned *sw) DMSC_MUST_CHECK;
/* From the PIN status templates seen so far: 1, 0, or -1 unknown. */
int dmsc_uicc_pin_enabled(const struct dmsc_uicc *u, unsigned ref);
/* Whether df is known to list the local reference ref (80 and up). */
bool dmsc_uicc_pin_listed(const struct dmsc_uicc *u,
    const struct dmsc_place *df, unsigned ref);
/* Whether df or something in it is known to be selected. */
bool dmsc_uicc_inside(struct dmsc_uicc *u, const struct dmsc_place *df);
/* What this session has verified, for forecasts and for disconnect. */
void dmsc_uicc_right(struct dmsc_uicc *u, unsigned ref, bool gained);
bool dmsc_uicc_has_right(const struct dmsc_uicc *u, unsigned ref);
bool dmsc_uicc_any_right(const struct dmsc_uicc *u);

/* Applications of EF.DIR, cached until forget; n may be 0. */
struct dmsc_uicc_app {
	uint8_t aid[16];
	size_t aid_len;
	char label[64];
	uint16_t path[DMSC_UICC_PATH_MAX];
	size_t path_n;
};
int dmsc_uicc_apps(struct dmsc_uicc *u, const struct dmsc_uicc_app **apps,
    size_t *n) DMSC_MUST_CHECK;

#endif
