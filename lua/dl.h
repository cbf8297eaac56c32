/*
 * The inside of the Lua binding: what its files share. Prefix dl_. No C
 * memory is held across a call that may raise: what core hands out lies in
 * a box or in a card, userdata that Lua closes, before anything is pushed.
 */
#ifndef DMSC_LUA_DL_H
#define DMSC_LUA_DL_H

#include <lauxlib.h>
#include <lua.h>

#include <dmsc/api.h>

struct sh;

/* Names of metatables and of places in the registry. */
#define DL_BOX "dmsc.box"
#define DL_BYTES "dmsc.bytes"
#define DL_CARD "dmsc.card"
#define DL_CARDS "dmsc.cards"		/* all open cards, weak keys */
#define DL_CSV "dmsc.csv"
#define DL_CURRENT "dmsc.current"	/* the card of dmsc.run */
#define DL_DEFAULT "dmsc.default"	/* the card of connect() */
#define DL_DEVICE "dmsc.device"
#define DL_DMSERVER "dmsc.dmserver"
#define DL_ERROR "dmsc.error"
#define DL_SECRET "dmsc.secret"
#define DL_SIGNER "dmsc.signer"

enum {
	DL_EXIT_LUA = 13,
	DL_EXIT_TEST = 14,
	DL_TREE_MAX = 64 * 1024 * 1024	/* bytes of a tree made by a script */
};

/* ---- card.c: a card is a session and, once a line ran, a shell over it */
struct dl_card {
	struct dmsc_session *s;	/* NULL: closed */
	struct sh *sh;
	bool borrowed;		/* the program's own: freed elsewhere */
};
/* The card at idx, open; else an argument error. */
struct dl_card *dl_card_check(lua_State *L, int idx);
/* Pushes the default card: the shell's inside dmsc, else one that is made at
 * first use. It may have no connection. */
struct dl_card *dl_card_default(lua_State *L);
/* Pushes a closed card that owns what is put into it. */
struct dl_card *dl_card_push(lua_State *L);
/* Makes the session of the card c; state NULL: the usual folder. Raises. */
void dl_card_open(lua_State *L, struct dl_card *c, const char *state);
int dl_connect(lua_State *L);
extern const luaL_Reg dl_card_meta[], dl_card_base[], dl_card_edit[],
    dl_card_store[], dl_card_dm[], dl_card_file[], dl_card_pin[],
    dl_card_receipt[], dl_card_scp[], dl_card_lint[], dl_card_lwm2m[],
    dl_card_ota[], dl_card_sign[], dl_card_run[], dl_card_events[];

/* ---- scp.c */
/* The member keys of the table at idx, the stack's top: a SOURCE or a secret,
 * or a list of three. What is read stays on the stack. */
void dl_keys_member(lua_State *L, struct dl_card *c, int idx, bool spend_try,
    struct dmsc_key *out[DMSC_SCP_SOURCES + 1]);

/* ---- box.c: what must be freed, held by Lua */
struct dl_box {
	const struct dmsc_view *view;
	void *obj;		/* of view */
	struct dmsc_buf *buf;
	struct dmsc_tree *tree;
};
struct dl_box *dl_box_push(lua_State *L, const struct dmsc_view *view);
/* The same with a buffer of at most max bytes. Raises without memory. */
struct dl_box *dl_box_buf(lua_State *L, size_t max);
void dl_box_clear(struct dl_box *b);
extern const luaL_Reg dl_box_meta[];
/* Ends a call that gave obj of b's view: its table, or raises for code. */
int dl_finish(lua_State *L, struct dl_card *c, struct dl_box *b, void *obj,
    int code);
/* Ends a call that gave nothing: true, or raises. */
int dl_done(lua_State *L, struct dl_card *c, int code);
/* obj as a plain table (view.c); NULL is nil. */
void dl_view_push(lua_State *L, const struct dmsc_view *v, const void *obj);

/* ---- events.c */
/* Whether the toolkit is allowed over PC/SC: cat of the options table at idx,
 * or --cat of the program. */
bool dl_cat(lua_State *L, struct dl_card *c, int idx);
/* After a call: what the card said by itself goes to the script's functions,
 * where there are some. The stack stays as it is. Raises. */
void dl_tick(lua_State *L, struct dl_card *c);
/* The events of the table on top, which stays, go to them. */
void dl_heard(lua_State *L, struct dl_card *c);

/* ---- error.c */
/* Raises the error table for code with s's record; s may be NULL. */
int dl_raise(lua_State *L, struct dmsc_session *s, int code);
int dl_raise_err(lua_State *L, const struct dmsc_err *e);
/* With the value on top of the stack as a further member. */
int dl_raise_with(lua_State *L, struct dmsc_session *s, int code,
    const char *name);
void dl_error_push(lua_State *L, const struct dmsc_err *e);
/* A member of the table on top; none for an empty text. */
void dl_text_set(lua_State *L, const char *name, const char *text);
/* The exit status of the error value at idx: the card's own, or 13. */
int dl_error_exit(lua_State *L, int idx);
extern const luaL_Reg dl_error_meta[];
/* For the Lua part alone: make_error, sha256. */
extern const luaL_Reg dl_inside_functions[];

/* ---- bytes.c */
void dl_bytes_push(lua_State *L, struct dmsc_rd r);
/* Bytes as they are, or a string as itself. */
struct dmsc_rd dl_raw_check(lua_State *L, int idx);
/* Bytes as they are, or a string as hex (idx is replaced by bytes). */
struct dmsc_rd dl_hex_check(lua_State *L, int idx);
bool dl_bytes_test(lua_State *L, int idx, struct dmsc_rd *out);
int dl_bytes_new(lua_State *L);
int dl_hex_new(lua_State *L);
extern const luaL_Reg dl_bytes_meta[], dl_bytes_methods[];

/* ---- secret.c */
/* The secret at idx: a secret object, or a SOURCE that is read for the card
 * of s (idx is replaced by the object). Raises. */
struct dmsc_secret *dl_secret_check(lua_State *L, struct dmsc_session *s,
    int idx, bool pin);
/* The same for a key, which may stay in a token; for one call. */
struct dmsc_key *dl_key_check(lua_State *L, struct dmsc_session *s, int idx,
    bool spend_try);
/* The parts of the list at idx behind each other, in memory for secrets that
 * lies on the stack. */
struct dmsc_rd dl_parts_check(lua_State *L, int idx);
/* Frees those on the stack that were read from a SOURCE: no collector is
 * waited for. */
void dl_secret_done(lua_State *L);
int dl_secret_new(lua_State *L);
/* For the Lua part alone: key_check, key_wrap. */
extern const luaL_Reg dl_key_functions[];
extern const luaL_Reg dl_secret_meta[];

/* ---- csv.c */
int dl_csv(lua_State *L);
extern const luaL_Reg dl_csv_meta[], dl_csv_methods[];

/* ---- sign.c */
/* Pushes a signer of the members key, cert and pss of the table at idx. It is
 * freed when its use is over, and by Lua. Raises. */
struct dmsc_signer **dl_signer_push(lua_State *L, struct dl_card *c,
    int idx);
extern const luaL_Reg dl_signer_meta[], dl_cms_functions[];
int dl_verify(lua_State *L);
int dl_mac(lua_State *L);

/* ---- tree.c */
void dl_node_push(lua_State *L, const struct dmsc_node *n);
/* A leaf's value as Lua sees it: string, integer, number, boolean, bytes or
 * nil; the names of an interior node's children. */
void dl_value_push(lua_State *L, const struct dmsc_node *n);
/* The bytes of a leaf of this format. */
void dl_leaf_push(lua_State *L, enum dmsc_format f, struct dmsc_rd v);
/* The value at idx as the bytes of a leaf (idx may be replaced), and the
 * format that goes with its type. */
struct dmsc_rd dl_value_check(lua_State *L, int idx, enum dmsc_format *f);
/* The table at idx into the tree of b, below its root. Raises. */
void dl_tree_check(lua_State *L, int idx, struct dl_box *b);
extern const luaL_Reg dl_tnds_functions[];
int dl_parse(lua_State *L);

/* ---- pair.c: methods of a card */
extern const luaL_Reg dl_card_pair[];

/* ---- convert.c */
int dl_convert(lua_State *L);
int dl_card_export(lua_State *L);

/* ---- dm.c: what one Result holds, as Lua sees values */
void dl_result_push(lua_State *L, const struct dmsc_dm_result *r);

/* ---- apps.c, mount.c */
extern const luaL_Reg dl_device_apps[], dl_device_mount[];

/* ---- device.c: the name of the device at 1; the card whose session does the
 * work, at idx, or the one in use; the member confirm of the options at idx */
const char *dl_device_name(lua_State *L);
struct dl_card *dl_device_card(lua_State *L, int idx);
enum dmsc_confirm dl_device_confirm(lua_State *L, int idx);
extern const luaL_Reg dl_device_update[];

/* ---- the rest of the module's functions */
extern const luaL_Reg dl_device_functions[], dl_device_methods[];

/* ---- device_functions.c */
extern const luaL_Reg dl_device_function_methods[];
extern const luaL_Reg dl_sim_functions[], dl_lwm2m_functions[];
int dl_keys_hidden(lua_State *L);
int dl_receipt_verify(lua_State *L);
int dl_lint(lua_State *L);
int dl_lint_fix(lua_State *L);
int dl_lint_rules(lua_State *L);
int dl_readers(lua_State *L);

/* ---- opt.c: members of the options table at idx (nil: none) */
bool dl_opt_bool(lua_State *L, int idx, const char *name);
/* Left on the stack; NULL when absent. */
const char *dl_opt_str(lua_State *L, int idx, const char *name);
/* Bytes or a string, which stays on the stack; false: absent. */
bool dl_opt_raw(lua_State *L, int idx, const char *name,
    struct dmsc_rd *out);
lua_Integer dl_opt_int(lua_State *L, int idx, const char *name,
    lua_Integer absent);
/* A text argument or member that needs no NUL inside. */
const char *dl_text_check(lua_State *L, int idx);

/* ---- module.c */
/* Pushes the module; the state must have the standard libraries. */
int dl_open(lua_State *L);
/* The source of an embedded Lua module ("dmsc.test"), NULL when unknown. */
struct dl_source {
	const char *name;
	const unsigned char *text;
	size_t len;
};
extern const struct dl_source dl_sources[];	/* name NULL at the end */
/* Raises INTERRUPTED in the core call that runs now; for signal handlers. */
void dl_interrupt(void);
/* The interruption has been told: calls run again. */
void dl_interrupt_end(void);
/* Tells dl_interrupt which session is at work. */
void dl_at_work(struct dmsc_session *s);

/* ---- dmserver.c, for the Lua part alone */
extern const luaL_Reg dl_dmserver_functions[], dl_dmserver_meta[],
    dl_dmserver_methods[];

/* ---- lock.c */
extern const luaL_Reg dl_lock_functions[];

/* ---- temp.c: folders for a test's own card */
extern const luaL_Reg dl_temp_functions[];

#endif
