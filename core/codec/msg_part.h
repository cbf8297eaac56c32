/*
 * Inside of the room codec: which element may stand where in a message, and
 * where it lies in the structs. Reader and writer walk these tables.
 */
#ifndef DMSC_CODEC_MSG_PART_H
#define DMSC_CODEC_MSG_PART_H

#include "codec/el.h"
#include "codec/emit.h"
#include "codec/msg.h"

/* What a fault is answered with. */
enum { MSG_BAD = 400, MSG_NOT_DM = 406, MSG_INCOMPLETE = 412 };

#define MSG_TNDS_XML "application/vnd.syncml.dmtnds+xml"
#define MSG_TNDS_WBXML "application/vnd.syncml.dmtnds+wbxml"

enum msg_kind {
	PART_WORD,	/* text; blanks around it are layout */
	PART_NUMBER,	/* a decimal */
	PART_TEXT,	/* text as it stands */
	PART_TEXTS,	/* any number of them */
	PART_FLAG,	/* an empty element */
	PART_DATA,
	PART_SHAPE,	/* a struct of its own */
	PART_ITEMS,
	PART_CMDS	/* commands, whatever their element */
};
struct msg_part {
	unsigned el;
	enum msg_kind kind;
	bool needed;
	size_t at;			/* in the struct */
	const struct msg_shape *shape;	/* PART_SHAPE */
};
enum { NO_FLAG = -1 };
struct msg_shape {
	unsigned el;			/* EL_NONE: several have it */
	const struct msg_part *parts;
	size_t n;
	int set;			/* a bool that says it is there */
};
extern const struct msg_shape dmsc_msg_root, dmsc_msg_meta, dmsc_msg_item_of;

const struct msg_shape *dmsc_cmd_shape(enum dmsc_cmd_kind kind);
/* OTHER for an element of SyncML that DM does not use as a command; -1 for
 * what is no command at all. */
int dmsc_cmd_of(unsigned el);

/* Memory of m, zeroed; NULL: none. */
void *dmsc_msg_alloc(struct dmsc_msg *m, size_t n);
int dmsc_msg_lost(const struct dmsc_msg *m);	/* why there is none */
const char *dmsc_msg_copy(struct dmsc_msg *m, struct dmsc_rd text);

/*
 * A MgmtTree's elements into a writer, which makes a TNDS document in WBXML,
 * or XML inside a message. Values of Format bin are base64 in XML alone.
 * Codes: FORMAT or UNSUPPORTED with a reason in why.
 */
struct msg_tree {
	struct emit *em;
	struct dmsc_buf *text;
	unsigned pending;	/* open, and not written yet */
	bool opaque, bin;
	char why[128];
};
int dmsc_msg_tree_open(struct msg_tree *t, unsigned el,
    const struct el_at *at) DMSC_MUST_CHECK;
int dmsc_msg_tree_text(struct msg_tree *t, struct dmsc_rd text, bool opaque)
    DMSC_MUST_CHECK;
int dmsc_msg_tree_close(struct msg_tree *t, unsigned el) DMSC_MUST_CHECK;
/* The elements of a TNDS document in WBXML into em, an XML writer. */
int dmsc_msg_tree_emit(struct emit *em, struct dmsc_rd doc,
    struct dmsc_err *e) DMSC_MUST_CHECK;

#endif
