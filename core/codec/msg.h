/*
 * SyncML DM 1.2 messages as plain structs, both encodings (reference 4).
 * One message owns all that hangs on it: texts, bytes and lists live until
 * dmsc_msg_free. Text that is NULL is absent; "" is there and empty.
 *
 * What is read is told apart by where it stands, in any order; it is written
 * in the order of the DTD. Bounded: DMSC_DOC_MAX bytes, DMSC_MSG_PARTS
 * commands, Items and entries of lists, DMSC_MSG_NEST levels of commands.
 */
#ifndef DMSC_CODEC_MSG_H
#define DMSC_CODEC_MSG_H

#include <dmsc/bytes.h>

#include "codec/codec.h"

enum { DMSC_MSG_PARTS = 65536, DMSC_MSG_NEST = 8 };

enum dmsc_cmd_kind {
	DMSC_CMD_ADD, DMSC_CMD_ALERT, DMSC_CMD_ATOMIC, DMSC_CMD_COPY,
	DMSC_CMD_DELETE, DMSC_CMD_EXEC, DMSC_CMD_GET, DMSC_CMD_REPLACE,
	DMSC_CMD_RESULTS, DMSC_CMD_SEQUENCE, DMSC_CMD_STATUS,
	DMSC_CMD_OTHER		/* of SyncML, but not of DM: Map, Put, ... */
};

/* Alert codes (reference 5.2). */
enum {
	DMSC_ALERT_DISPLAY = 1100, DMSC_ALERT_CONFIRM = 1101,
	DMSC_ALERT_INPUT = 1102, DMSC_ALERT_CHOICE = 1103,
	DMSC_ALERT_CHOICES = 1104, DMSC_ALERT_SERVER_MGMT = 1200,
	DMSC_ALERT_CLIENT_MGMT = 1201, DMSC_ALERT_NEXT_MESSAGE = 1222,
	DMSC_ALERT_SESSION_ABORT = 1223, DMSC_ALERT_CLIENT_EVENT = 1224,
	DMSC_ALERT_NO_END_OF_DATA = 1225, DMSC_ALERT_GENERIC = 1226
};
/* "NEXT MESSAGE"; NULL for a code that DM does not have. */
const char *dmsc_alert_name(unsigned code);

/*
 * What is wrong with a command, or with what is around all commands: the
 * message could be read, and this part of it is not to be carried out but
 * answered with status. NULL what: nothing. Only the first thing is told.
 */
struct dmsc_msg_fault {
	const char *what;	/* "element 'Anchor' in Meta is not DM's" */
	unsigned status;	/* 400, 406 (not DM's), 412 (a part lacks) */
};

struct dmsc_texts {
	const char **v;
	size_t n;
};
struct dmsc_party {			/* Target, Source */
	const char *uri, *name;		/* LocURI; NULL: no such party */
};
/* Numbers are kept as written; dmsc_msg_number reads them. */
struct dmsc_meta {
	const char *format, *type, *mark, *size, *next_nonce, *max_msg,
	    *max_obj;
	struct dmsc_texts emi;
};
/*
 * Data of an Item. opaque is WBXML's OPAQUE. A MgmtTree written as elements
 * becomes a TNDS document in WBXML (opaque), and its Type ends in +wbxml; in
 * XML it is written as elements again, with +xml. Bytes of Format bin are
 * b64 in XML, and stay what they are there when read back.
 */
struct dmsc_data {
	bool set, opaque;
	struct dmsc_rd bytes;
};
struct dmsc_cred {
	bool set;
	struct dmsc_meta meta;
	struct dmsc_data data;
};
struct dmsc_chal {
	bool set;
	struct dmsc_meta meta;
};
struct dmsc_item {
	struct dmsc_party target, source;
	struct dmsc_meta meta;
	struct dmsc_data data;
	bool more_data;
};
struct dmsc_cmd {
	enum dmsc_cmd_kind kind;
	const char *id;			/* CmdID */
	const char *msg_ref, *cmd_ref;	/* Results, Status */
	const char *cmd;		/* Status: "Add"; OTHER: its name */
	struct dmsc_texts target_refs, source_refs;
	struct dmsc_meta meta;
	const char *correlator;		/* Exec, Alert */
	struct dmsc_cred cred;		/* Status */
	struct dmsc_chal chal;		/* Status */
	const char *data;		/* the code of a Status or an Alert */
	struct dmsc_item **items;
	size_t n_items;
	struct dmsc_cmd **cmds;		/* of Atomic and Sequence */
	size_t n_cmds;
	struct dmsc_msg_fault fault;
};
struct dmsc_hdr {
	const char *ver_dtd, *ver_proto, *session_id, *msg_id;
	struct dmsc_party target, source;
	const char *resp_uri;
	bool no_resp;
	struct dmsc_cred cred;
	struct dmsc_meta meta;
};
struct dmsc_msg {
	struct dmsc_hdr hdr;
	struct dmsc_cmd **cmds;
	size_t n_cmds;
	bool final;
	struct dmsc_msg_fault fault;	/* outside of all commands */
	struct msg_mem *mem;
};

/*
 * Reads either encoding. Bytes behind a message in WBXML are left (used says
 * where it ends; NULL: they are an error). FORMAT or SHORT for what is no
 * message at all; what is only wrong inside is a fault.
 */
int dmsc_msg_read(struct dmsc_rd bytes, struct dmsc_msg **out, size_t *used,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* The first fault as an error: FORMAT, or UNSUPPORTED for 406. */
int dmsc_msg_check(const struct dmsc_msg *m, struct dmsc_err *e)
    DMSC_MUST_CHECK;
void dmsc_msg_free(struct dmsc_msg **m);	/* wipes: secrets travel */

/* A message without commands; VerDTD and VerProto are set. NULL: no
 * memory. */
struct dmsc_msg *dmsc_msg_new(void);
/* Each is owned by m. NULL: no memory, or more than DMSC_MSG_PARTS. parent
 * NULL: SyncBody. */
struct dmsc_cmd *dmsc_msg_cmd(struct dmsc_msg *m, struct dmsc_cmd *parent,
    enum dmsc_cmd_kind kind);
struct dmsc_item *dmsc_msg_item(struct dmsc_msg *m, struct dmsc_cmd *c);
const char *dmsc_msg_str(struct dmsc_msg *m, const char *fmt, ...)
    DMSC_PRINTF(2, 3);
int dmsc_msg_text(struct dmsc_msg *m, struct dmsc_texts *l, const char *s)
    DMSC_MUST_CHECK;
/* Copies the bytes. */
int dmsc_msg_data(struct dmsc_msg *m, struct dmsc_data *d,
    struct dmsc_rd bytes, bool opaque) DMSC_MUST_CHECK;

/*
 * Writes it. FORMAT, and e names it, where a needed part lacks, a fault
 * stands, or XML cannot hold a value. out's own maximum is a MaxMsgSize:
 * LIMIT. On failure out is as it was.
 */
int dmsc_msg_write(const struct dmsc_msg *m, struct dmsc_buf *out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
int dmsc_msg_write_xml(const struct dmsc_msg *m, bool indent,
    struct dmsc_buf *out, struct dmsc_err *e) DMSC_MUST_CHECK;

/* Meta of an Item, else of its command, else the default. */
const char *dmsc_item_format(const struct dmsc_cmd *c,
    const struct dmsc_item *it);	/* "chr" */
const char *dmsc_item_type(const struct dmsc_cmd *c,
    const struct dmsc_item *it);	/* "text/plain" */

const char *dmsc_cmd_name(enum dmsc_cmd_kind kind);	/* "Add" */
/* FORMAT for a name that is no command of DM. */
int dmsc_cmd_parse(const char *name, enum dmsc_cmd_kind *out)
    DMSC_MUST_CHECK;
/* A decimal: FORMAT where s is NULL or none, LIMIT above max. */
int dmsc_msg_number(const char *s, uint32_t max, uint32_t *out)
    DMSC_MUST_CHECK;

#endif
