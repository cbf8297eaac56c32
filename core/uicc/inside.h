/* What the files of the room uicc share with each other. */
#ifndef DMSC_UICC_INSIDE_H
#define DMSC_UICC_INSIDE_H

#include "uicc/uicc.h"

enum {
	UICC_CHANNELS = 20,
	UICC_KEYS = 256,
	UICC_LOCAL = 0x80,		/* key references of a DF of its own */
	UICC_CONCEALED = 128,
	UICC_ROUNDS = 300,		/* 61xx answers to one command */
	UICC_SHORT_MAX = 256,
	UICC_LC_MAX = 255,
	UICC_OFFSET_EVEN = 0x8000,	/* first offset beyond B0 and D6 */
	UICC_EXT_BLOCK = 0x8000,
	UICC_MF = 0x3F00,
	UICC_ADF = 0x7FFF		/* the current application */
};

enum uicc_ins {
	INS_VERIFY = 0x20, INS_CHANGE = 0x24,
	INS_DISABLE = 0x26, INS_ENABLE = 0x28, INS_UNBLOCK = 0x2C,
	INS_ACTIVATE = 0x44, INS_CHANNEL = 0x70, INS_SELECT = 0xA4,
	INS_READ = 0xB0, INS_READ_ODD = 0xB1, INS_READ_RECORD = 0xB2,
	INS_GET_RESPONSE = 0xC0, INS_UPDATE = 0xD6, INS_UPDATE_ODD = 0xD7,
	INS_UPDATE_RECORD = 0xDC, INS_CREATE = 0xE0, INS_DELETE = 0xE4
};
enum { SW_OK = 0x9000, SW_EOF = 0x6282, SW_LENGTH = 0x6700,
	SW_SECURITY = 0x6982, SW_NO_FILE = 0x6A82, SW_NO_RECORD = 0x6A83,
	SW_P1P2 = 0x6A86, SW_OFFSET = 0x6B00 };

/* What this card takes: learnt once, then no APDU is spent on it again. */
enum uicc_tri { TRI_UNKNOWN, TRI_YES, TRI_NO };
struct uicc_style {
	unsigned p2;		/* index of the SELECT ladder's P2 */
	bool p2_known;
	enum uicc_tri by_path;	/* P1 08 */
	enum uicc_tri by_7fff;	/* P1 08 with 7FFF in front */
	enum uicc_tri none_ok;	/* P2 0C */
	enum uicc_tri odd_raw;	/* B1 answers raw data, not 53 */
	bool gets;		/* answers come by 61xx and GET RESPONSE */
	bool extended;		/* ATR: extended Lc and Le */
};

struct uicc_channel {
	bool known;		/* at is what is selected */
	bool is_df;
	bool have_fcp;
	unsigned long epoch;	/* transaction in which at was learnt */
	struct dmsc_place at;
	uint8_t app[16];	/* the application selected last */
	size_t app_len;
	bool app_sure;		/* no other was tried in vain since */
	struct dmsc_uicc_fcp fcp;
};

struct uicc_rule {		/* one record of one EF.ARR, as read */
	struct dmsc_place arr;
	unsigned record;
	bool there;		/* the file */
	struct dmsc_buf *bytes;	/* NULL: could not be read */
};

struct dmsc_uicc {
	struct dmsc_link *link;
	struct dmsc_err *err;
	const volatile int *interrupted;
	struct dmsc_buf *atr;
	struct dmsc_buf *answer;	/* of one APDU, reused */
	struct dmsc_buf *all;		/* of one command, reused */
	unsigned long apdus, bytes;
	unsigned last_sw;
	unsigned long faults;
	unsigned depth;			/* of transactions */
	unsigned long epoch;
	bool alone;
	bool proactive;
	unsigned ch;			/* channel in use */
	unsigned ch_depth;
	bool aside;		/* the channel is for a look elsewhere */
	uint32_t opened;		/* bit per channel */
	struct uicc_style style;
	struct uicc_channel chan[UICC_CHANNELS];
	bool right[UICC_KEYS];
	bool gained;			/* some right since the last reset */
	enum uicc_tri enabled[UICC_KEYS];	/* of PINs, from C6 */
	struct dmsc_place local_df;	/* where those from 80 on belong */
	struct dmsc_uicc_app *apps;
	size_t n_apps;
	bool apps_known;
	struct uicc_rule *rules;
	size_t n_rules;
	struct dmsc_place p15;
	bool p15_known;			/* p15 and its state are right */
	enum dmsc_p15_state p15_state;
	bool p15_hint;			/* it was before the last reset */
	uint16_t concealed[UICC_CONCEALED];	/* files, by identifier */
	size_t n_concealed;
	bool conceal_all;
	bool hiding;			/* the last command's data */
};

/* cmd.c: as dmsc_uicc_cmd, for a channel of the caller's choice. */
int uicc_exchange(struct dmsc_uicc *u, struct dmsc_rd cmd,
    struct dmsc_buf *rsp, unsigned *sw) DMSC_MUST_CHECK;
int uicc_once(struct dmsc_uicc *u, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    unsigned *sw) DMSC_MUST_CHECK;
unsigned uicc_cla_channel(unsigned cla);	/* the channel in a CLA */

/* conceal.c: around one APDU. */
void uicc_hide_begin(struct dmsc_uicc *u, struct dmsc_rd cmd);
void uicc_hide_end(struct dmsc_uicc *u);

/* picture.c: what is believed about the card. */
struct uicc_channel *uicc_chan(struct dmsc_uicc *u);
bool uicc_trusted(const struct dmsc_uicc *u, const struct uicc_channel *c);
void uicc_selected(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_rd answer);
void uicc_lost(struct dmsc_uicc *u);		/* all channels' selection */
void uicc_content_changed(struct dmsc_uicc *u);	/* EF.DIR, EF.ARR */
void uicc_learn_pins(struct dmsc_uicc *u, const struct dmsc_place *df,
    struct dmsc_rd c6);
/* Forgets what is known of local PINs of another DF than df. */
void uicc_local_pins_of(struct dmsc_uicc *u, const struct dmsc_place *df);
/* The current DF of the channel in use; false when it is not known. */
bool uicc_current_df(struct dmsc_uicc *u, struct dmsc_place *out);
void uicc_fcp_copy(struct dmsc_uicc_fcp *to, const struct dmsc_uicc_fcp *from);

/* select.c: OK whatever *sw says. */
int uicc_reach(struct dmsc_uicc *u, const struct dmsc_place *p, bool fcp,
    unsigned *sw) DMSC_MUST_CHECK;
bool uicc_same_place(const struct dmsc_place *a, const struct dmsc_place *b);
bool uicc_same_app(const uint8_t *a, size_t n, const uint8_t *b, size_t m);

/* pin.c */
void uicc_pin_answered(struct dmsc_uicc *u, unsigned ins, unsigned ref,
    unsigned sw);

/* p15.c */
extern const uint8_t uicc_p15_aid[12];

/* atr.c */
bool uicc_atr_extended(struct dmsc_rd atr);

/* read.c: bytes in one short command, or answer: a secure channel leaves
 * less. */
unsigned uicc_room(const struct dmsc_uicc *u, bool answer);

#endif
