/*
 * The inside of the simulated card, for the files of this room: a UICC as
 * ETSI TS 102 221 and 102 222 describe it, over the memory of card/mem.h.
 */
#ifndef DMSC_CARD_CARD_H
#define DMSC_CARD_CARD_H

#include "card/end.h"
#include "card/mem.h"
#include "cat/sms.h"
#include "crypto/receipt.h"
#include "crypto/scp03.h"

enum {
	DMSC_CARD_CHANNELS = 20,
	DMSC_CARD_PINS = 64,
	DMSC_CARD_NONE = -1,		/* no file */
	DMSC_CARD_DEPTH = 8,		/* DFs below each other */
	DMSC_CARD_DATA_MAX = 65533	/* with SW it fits a vpcd frame */
};

enum dmsc_card_sw {
	SW_OK = 0x9000, SW_MORE = 0x6100, SW_NO_MATCH = 0x6282,
	SW_INACTIVE = 0x6283, SW_TERMINATED = 0x6285, SW_TRIES = 0x63C0,
	SW_MEMORY = 0x6581, SW_LENGTH = 0x6700, SW_CHANNEL = 0x6881,
	SW_NO_SM = 0x6882, SW_NO_CHAIN = 0x6884, SW_STRUCTURE = 0x6981,
	SW_SECURITY = 0x6982, SW_BLOCKED = 0x6983, SW_UNUSABLE = 0x6984,
	SW_CONDITIONS = 0x6985, SW_NO_EF = 0x6986, SW_DATA = 0x6A80,
	SW_FUNCTION = 0x6A81, SW_NO_FILE = 0x6A82, SW_NO_RECORD = 0x6A83,
	SW_SPACE = 0x6A84, SW_P1P2 = 0x6A86, SW_NO_REF = 0x6A88,
	SW_FILE_EXISTS = 0x6A89, SW_NAME_EXISTS = 0x6A8A,
	SW_OFFSET = 0x6B00, SW_LE = 0x6C00, SW_INS = 0x6D00,
	SW_CLA = 0x6E00, SW_NOTHING = 0x6F00
};

/* Life cycle, of files and of the card. */
enum dmsc_card_life {
	LIFE_CREATION = 0x01, LIFE_INIT = 0x03, LIFE_INACTIVE = 0x04,
	LIFE_ACTIVE = 0x05, LIFE_TERMINATED = 0x0C
};

/* Bits of the access mode byte; b3 and b2 mean other things for a DF. */
enum dmsc_card_mode {
	MODE_READ, MODE_UPDATE, MODE_WRITE, MODE_DEACTIVATE, MODE_ACTIVATE,
	MODE_TERMINATE, MODE_DELETE, MODES,
	MODE_CREATE_EF = MODE_UPDATE, MODE_CREATE_DF = MODE_WRITE
};

enum dmsc_card_kind {
	KIND_TRANSPARENT = 0x01, KIND_LINEAR = 0x02, KIND_CYCLIC = 0x06,
	KIND_DF = 0x38, KIND_SHAREABLE = 0x40
};

/* What the access rule of a file says, kept until a rule changes: for both
 * security environments and each mode the SC_DO; p NULL: never. */
struct dmsc_card_rules {
	unsigned known;		/* equals card.rules_now when valid */
	struct dmsc_rd sc[2][MODES];
	struct dmsc_rd commands[2];	/* the rule, if it names commands */
};

/* A file, found again in the heap at each start. Views point into ram. */
struct dmsc_card_file {
	bool used;
	uint8_t desc;		/* descriptor byte */
	uint8_t kind;		/* the same without shareable */
	uint8_t life;
	uint8_t sfi;		/* 0: none */
	uint8_t records, newest;	/* newest: cyclic, from 0 */
	uint16_t fid;
	unsigned record_len;
	uint32_t block;		/* its place in the heap */
	uint32_t data, size;
	int parent, child, next;	/* indexes or NONE */
	int app;		/* the ADF that it is or lies in */
	bool has_rules_inside;	/* an EF.ARR that a rule named */
	struct dmsc_rd attrs;		/* as given to CREATE FILE */
	struct dmsc_rd aid, pins;	/* contents of 84 and C6 */
	struct dmsc_rd sec;
	uint8_t sec_tag;	/* 8B, 8C, AB, 0 */
	uint8_t fcp[256];
	size_t fcp_len;
	struct dmsc_card_rules rules;
};

struct dmsc_card_pin {
	uint8_t ref;
	int owner;		/* the DF of a local one, else NONE */
	uint32_t at;		/* its entry in memory */
	bool verified;
	bool fresh;		/* by VERIFY, for one signature */
};

/* The security environment of a channel (pso.c); key 0: none is set. */
struct dmsc_card_se {
	uint8_t sign_key, sign_alg, check_key, check_alg, hash_alg;
	bool for_check;		/* the last key set is to verify with */
	uint8_t digest_hash;	/* of the digest; 0: none */
	uint8_t digest[64];
	struct dmsc_buf *chain;	/* blocks of a chained command so far */
	uint16_t chain_of;	/* its P1 and P2 */
};

struct dmsc_card_channel {
	bool open;
	int df, ef, app;	/* indexes or NONE */
	unsigned record;	/* pointer, 0: not set */
	struct dmsc_scp *scp;	/* NULL: no secure channel */
	int scp_home;		/* the application whose keys, or NONE */
	uint32_t scp_keys;	/* their entry in memory */
	struct dmsc_secret *dek;	/* Key-DEK as it was when it opened */
	bool scp_ends;		/* with the answer to this command */
	struct dmsc_card_se se;
};

/* What is hashed for a receipt, until power is gone. */
struct dmsc_card_hears {
	bool on, noted;		/* noted: the command in work */
	struct dmsc_chain chain;
	uint8_t nonce[DMSC_RECEIPT_NONCE];
	size_t nonce_len;
};

/* Proactive commands that wait (toolkit.c); they outlive a reset. */
enum { DMSC_CARD_PUSHED = 16, DMSC_CARD_PROFILE = 64 };
struct dmsc_card_call;
struct dmsc_card_pushed {
	struct dmsc_buf *cmd;
	bool own;	/* by the card: dropped where the device cannot */
};
struct dmsc_card_toolkit {
	struct dmsc_card_pushed queue[DMSC_CARD_PUSHED];
	size_t n;
	uint8_t number;		/* of the card's last own command */
	bool profile, fetched;	/* since power on; the first one is out */
	uint8_t said[DMSC_CARD_PROFILE];	/* the profile */
	size_t said_len;
	struct dmsc_cat_join join;	/* messages in parts */
	/* A whole message that came by SMS-PP download: its answer's data
	 * goes to rsp; SW_OK, 62xx, 63xx. NULL: thrown away. */
	unsigned (*download)(struct dmsc_card_call *k,
	    struct dmsc_rd message);
};

struct dmsc_card {
	struct dmsc_mem *mem;
	struct dmsc_card_file *files;
	size_t n_files, cap_files;
	int mf;			/* index or NONE */
	size_t free_bytes;
	uint8_t life;
	unsigned rules_now;
	struct dmsc_card_pin pins[DMSC_CARD_PINS];
	size_t n_pins;
	struct dmsc_card_channel channels[DMSC_CARD_CHANNELS];
	struct dmsc_card_channel *secure;	/* of the command in work */
	const struct dmsc_apdu_in *now;		/* itself */
	struct dmsc_card_hears hears;
	bool t0_style;
	bool by_air;		/* a script of the owner runs: his keys count
				 * as shown, and what it does waits (ota.c) */
	struct dmsc_card_toolkit toolkit;
	struct dmsc_card_appl *appl;	/* appl.h; NULL: not asked for yet */
	bool given[(UINT8_MAX + 1) / 2];	/* pairs of 4Dxx since reset,
					 * room.c */
	struct dmsc_card_mo *mo;	/* its own tree (tree.h), NULL: not
					 * loaded */
	struct dmsc_buf *waiting;	/* for GET RESPONSE, t0_style */
	bool sealed;			/* the last answer is protected */
	unsigned waiting_channel;
	bool seeded;
	uint64_t seed;
	char *image;
};

struct dmsc_apdu_in {
	uint8_t cla, ins, p1, p2;
	unsigned channel;
	bool proprietary;	/* class 8X, CX */
	bool sm;		/* says that it is protected */
	bool chained;		/* not the last block of its chain */
	struct dmsc_rd data;
	size_t le;		/* 0: none; 256, 65536 for 00 */
};

/* A command: appends its data to rsp, returns SW. What it put into memory
 * lasts only if it called dmsc_card_keep. */
struct dmsc_card_call {
	struct dmsc_card *c;
	struct dmsc_card_channel *ch;
	const struct dmsc_apdu_in *a;
	struct dmsc_buf *rsp;
};
unsigned dmsc_card_select(struct dmsc_card_call *k);
unsigned dmsc_card_status(struct dmsc_card_call *k);
unsigned dmsc_card_store_data(struct dmsc_card_call *k);	/* eid.c */
unsigned dmsc_card_read_binary(struct dmsc_card_call *k);
unsigned dmsc_card_read_odd(struct dmsc_card_call *k);
unsigned dmsc_card_update_binary(struct dmsc_card_call *k);
unsigned dmsc_card_update_odd(struct dmsc_card_call *k);
unsigned dmsc_card_read_record(struct dmsc_card_call *k);
unsigned dmsc_card_update_record(struct dmsc_card_call *k);
unsigned dmsc_card_search_record(struct dmsc_card_call *k);
unsigned dmsc_card_create_file(struct dmsc_card_call *k);
unsigned dmsc_card_delete_file(struct dmsc_card_call *k);
unsigned dmsc_card_activate(struct dmsc_card_call *k);
unsigned dmsc_card_deactivate(struct dmsc_card_call *k);
unsigned dmsc_card_terminate_df(struct dmsc_card_call *k);
unsigned dmsc_card_terminate_ef(struct dmsc_card_call *k);
unsigned dmsc_card_terminate_card(struct dmsc_card_call *k);
unsigned dmsc_card_put_data(struct dmsc_card_call *k);
unsigned dmsc_card_verify(struct dmsc_card_call *k);
unsigned dmsc_card_change(struct dmsc_card_call *k);
unsigned dmsc_card_disable(struct dmsc_card_call *k);
unsigned dmsc_card_enable(struct dmsc_card_call *k);
unsigned dmsc_card_unblock(struct dmsc_card_call *k);
unsigned dmsc_card_channel(struct dmsc_card_call *k);
unsigned dmsc_card_challenge(struct dmsc_card_call *k);
unsigned dmsc_card_get_data(struct dmsc_card_call *k);
unsigned dmsc_card_put_key(struct dmsc_card_call *k);
unsigned dmsc_card_delete_key(struct dmsc_card_call *k);
unsigned dmsc_card_init_update(struct dmsc_card_call *k);

unsigned dmsc_card_mse(struct dmsc_card_call *k);	/* pso.c */
unsigned dmsc_card_pso(struct dmsc_card_call *k);
unsigned dmsc_card_generate(struct dmsc_card_call *k);	/* pkeys.c */
enum { DMSC_CARD_PSO = 0x2A };		/* the INS that may be chained */
/* Before any command: SW_OK, or why it breaks a chain. */
unsigned dmsc_card_chain(struct dmsc_card_call *k);
void dmsc_card_se_end(struct dmsc_card_channel *ch);

unsigned dmsc_card_profile(struct dmsc_card_call *k);	/* toolkit.c */
unsigned dmsc_card_fetch(struct dmsc_card_call *k);
unsigned dmsc_card_response(struct dmsc_card_call *k);
unsigned dmsc_card_envelope(struct dmsc_card_call *k);
unsigned dmsc_card_take_envelope(struct dmsc_card_call *k);
/* 91xx for 9000 where a command waits. */
unsigned dmsc_card_waits(const struct dmsc_card *c, unsigned sw);
void dmsc_card_toolkit_end(struct dmsc_card *c);
/* After power on. */
void dmsc_card_toolkit_reset(struct dmsc_card *c);
/* Whether the device has said that it knows commands of a type; true before
 * it said anything: the command then waits for its word. */
bool dmsc_card_device_can(const struct dmsc_card *c, unsigned type);
/*
 * A command that the card itself has for the device: rest, its objects behind
 * the device identities. UNSUPPORTED where the device cannot, LIMIT: too many
 * wait, or it is too long. queue_refresh: paths of files from the MF, one
 * behind the other, each beginning 3F00; it is made one with a REFRESH of the
 * card's that waits, and names all files (mode 00) where they are too many.
 */
int dmsc_card_queue(struct dmsc_card *c, unsigned type, unsigned qualifier,
    unsigned to, struct dmsc_rd rest) DMSC_MUST_CHECK;
int dmsc_card_queue_refresh(struct dmsc_card *c, struct dmsc_rd paths)
    DMSC_MUST_CHECK;

/* A plain command APDU on k->ch, whatever k->a says: SW. */
unsigned dmsc_card_run(struct dmsc_card_call *k, struct dmsc_rd cmd);
/* ota.c: a message over the air; a package or not. */
unsigned dmsc_card_package(struct dmsc_card_call *k, struct dmsc_rd message);
/* Appends data: SW_OK, or SW_MEMORY. */
unsigned dmsc_card_say(struct dmsc_card_call *k, struct dmsc_rd r);
/* Makes what was put last: SW_OK, SW_SPACE or SW_MEMORY. */
unsigned dmsc_card_keep(struct dmsc_card *c);
/* After power on: selection, channels and rights as new. */
void dmsc_card_volatile(struct dmsc_card *c);
/* The EF that P1 or P2 names by SFI (0: the current one), made current;
 * SW_OK, or why not: kinds is a mask of 1 << kind. */
unsigned dmsc_card_ef(struct dmsc_card_call *k, unsigned sfi,
    unsigned kinds, struct dmsc_card_file **out);
/* Structure, life cycle and access rule for a file. */
unsigned dmsc_card_may(struct dmsc_card *c,
    const struct dmsc_card_file *f, enum dmsc_card_mode mode);

/* tree.c: raises the change counter where the open transaction changes a
 * file that the card's directories list. */
void dmsc_card_count_files(struct dmsc_card *c);
/* Because a file is made below df. */
void dmsc_card_count_below(struct dmsc_card *c, int df);

/* files.c */
static inline struct dmsc_card_file *
dmsc_card_at(struct dmsc_card *c, int i)
{
	return &c->files[i];
}
int dmsc_card_index(const struct dmsc_card *c,
    const struct dmsc_card_file *f);
int dmsc_card_load(struct dmsc_card *c) DMSC_MUST_CHECK;
int dmsc_card_child(const struct dmsc_card *c, int df, unsigned fid);
/* i itself or a DF above it. */
bool dmsc_card_inside(const struct dmsc_card *c, int i, int above);
/* What CREATE FILE asks for; views point into the command. */
struct dmsc_card_spec {
	uint8_t kind, life, desc, sfi, records;
	uint16_t fid;
	unsigned record_len;
	uint32_t size;
	struct dmsc_rd aid, tail;	/* tail: attributes to keep, as TLVs */
	struct dmsc_rd fill, repeat;	/* C1, C2 */
	bool copied;			/* it has a DMSC_CARD_TAG_COPY */
};
/* Of CREATE FILE on a blank card: what SELECT answers, word for word. */
enum { DMSC_CARD_TAG_COPY = 0xDF20 };
/* In the transaction, kept at the end. */
unsigned dmsc_card_add_file(struct dmsc_card *c, int parent,
    const struct dmsc_card_spec *s, int *out);
enum { DMSC_CARD_PAIR = 2 };
/* n (a pair at most) below one DF, by one transaction with what was put
 * before. */
unsigned dmsc_card_add_files(struct dmsc_card *c, int parent,
    const struct dmsc_card_spec *s, size_t n, int *out);
unsigned dmsc_card_drop_file(struct dmsc_card *c, int i);
/* The EFs of v, by one transaction with what was put before. */
unsigned dmsc_card_drop_files(struct dmsc_card *c, const int *v, size_t n);
void dmsc_card_set_life(struct dmsc_card *c, int i, unsigned life);
void dmsc_card_set_newest(struct dmsc_card *c, struct dmsc_card_file *f,
    unsigned newest);

/* fcp.c: f->fcp anew; all of them after a PIN was enabled or disabled */
void dmsc_card_fcp(struct dmsc_card *c, struct dmsc_card_file *f);
void dmsc_card_fcp_pins(struct dmsc_card *c);

/* rules.c */
bool dmsc_card_allowed(struct dmsc_card *c, const struct dmsc_card_file *f,
    enum dmsc_card_mode mode);
/* One SC_DO by itself, for a key of df; and whether it asks for a PIN. */
bool dmsc_card_holds(struct dmsc_card *c, int df, struct dmsc_rd sc);
bool dmsc_card_rule_names(struct dmsc_rd sc, unsigned ref);
/* Whether a file like f with the rule sec (tag 8B, 8C or AB) would ask for
 * ref before it is read. */
bool dmsc_card_rule_asks(struct dmsc_card *c, const struct dmsc_card_file *f,
    unsigned tag, struct dmsc_rd sec, unsigned ref);

/* pins.c */
void dmsc_card_load_pins(struct dmsc_card *c);
struct dmsc_card_pin *dmsc_card_pin(struct dmsc_card *c, int df,
    unsigned ref);
bool dmsc_card_pin_holds(struct dmsc_card *c, int df, unsigned ref);
bool dmsc_card_pin_enabled(const struct dmsc_card *c,
    const struct dmsc_card_pin *p);
/* The application of a channel has changed or ended. */
void dmsc_card_app_left(struct dmsc_card *c, int app);
unsigned dmsc_card_set_pin(struct dmsc_card *c, int df, unsigned ref,
    struct dmsc_rd value);
void dmsc_card_drop_pins(struct dmsc_card *c, int df);

/* scp.c: EXTERNAL AUTHENTICATE, as it came */
unsigned dmsc_card_ext_auth(struct dmsc_card_call *k, struct dmsc_rd cmd);
/* Now, or with the answer to the command in work if it is protected. */
void dmsc_card_scp_end(struct dmsc_card *c, struct dmsc_card_channel *ch);
/* Commands of the channel must be protected. */
bool dmsc_card_scp_binds(const struct dmsc_card_channel *ch);
/* The card that lets discovery alone pass in the clear: SW_OK or not; a file
 * that it lets anyone read, if its rule does. */
unsigned dmsc_card_passes(struct dmsc_card_call *k);
bool dmsc_card_is_open(const struct dmsc_card *c,
    const struct dmsc_card_file *f);

/* receipt.c: what came and went, for a receipt; nothing if none is wanted */
void dmsc_card_hear(struct dmsc_card *c, const struct dmsc_heard *h);
void dmsc_card_deaf(struct dmsc_card *c);
/* STORE DATA with one of their objects. */
bool dmsc_card_is_receipt(const struct dmsc_apdu_in *a);
unsigned dmsc_card_receipt(struct dmsc_card_call *k);

/* keys.c: key sets, of an application or (NONE) of the card itself */
bool dmsc_card_has_keys(const struct dmsc_card *c, int app);
bool dmsc_card_any_keys(const struct dmsc_card *c);
/* The entry of version kvn (0: the first), 0: none. */
uint32_t dmsc_card_keys(const struct dmsc_card *c, int app, unsigned kvn);
/* Tries, i, then ENC, MAC and DEK of one length. */
unsigned dmsc_card_set_keys(struct dmsc_card *c, int app, unsigned kvn,
    struct dmsc_rd v);
void dmsc_card_drop_keys(struct dmsc_card *c, int df);
/* The AID that selects the card's own keys. */
extern const uint8_t dmsc_card_isd[8];
/* manage.c: random, or drawn from the seed */
unsigned dmsc_card_random(struct dmsc_card *c, uint8_t *out, size_t n);

/* perso.c */
enum {
	DMSC_CARD_AT_LIFE = DMSC_MEM_CARD,
	DMSC_CARD_AT_PROFILE = DMSC_MEM_CARD + 1,	/* length, text */
	DMSC_CARD_PROFILE_MAX = 15,
	DMSC_CARD_AT_ATR = DMSC_MEM_CARD + 17,		/* length, bytes */
	DMSC_CARD_AT_ICCID = DMSC_MEM_CARD + 51,	/* length, bytes */
	DMSC_CARD_ICCID = 10,
	DMSC_CARD_AT_CHIP = DMSC_MEM_CARD + 0xE0,	/* serial, 00: none */
	DMSC_CARD_CHIP = 8,
	DMSC_CARD_AT_LOCKED = DMSC_MEM_CARD + 0xF0,
	DMSC_CARD_AT_RECEIPTS = DMSC_MEM_CARD + 0xF4,	/* given, 4 bytes */
	DMSC_CARD_AT_PINS = DMSC_MEM_CARD + 0x100,
	DMSC_CARD_AT_KEYS = DMSC_MEM_CARD + 0x900
};
/* As in EF.ICCID, 10 bytes; none where the card has none. open.c */
struct dmsc_rd dmsc_card_iccid(const struct dmsc_card *c);
/* How AT_LOCKED locks: an activated card, or one before that. */
enum { DMSC_CARD_LOCKED = 1, DMSC_CARD_LOCKED_NEW = 2 };
struct dmsc_rd dmsc_card_stored(const struct dmsc_card *c, uint32_t at);
/* The chip's serial: no bytes where it has none. */
struct dmsc_rd dmsc_card_chip(const struct dmsc_card *c);

#endif
