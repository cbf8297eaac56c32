/* The tables of SyncML DM 1.2's elements (codec/msg_part.h, reference 4.2). */
#include "codec/msg_part.h"

#include <stddef.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

#define SHAPE(e, p, s) { e, p, DMSC_COUNT(p), s }
#define AT(s, m) offsetof(struct dmsc_##s, m)

static const struct msg_part party_parts[] = {
	{ EL_LOCURI, PART_WORD, true, AT(party, uri), NULL },
	{ EL_LOCNAME, PART_TEXT, false, AT(party, name), NULL },
};
static const struct msg_shape target = SHAPE(EL_TARGET, party_parts,
    NO_FLAG);
static const struct msg_shape source = SHAPE(EL_SOURCE, party_parts,
    NO_FLAG);

static const struct msg_part meta_parts[] = {
	{ EL_M_FORMAT, PART_WORD, false, AT(meta, format), NULL },
	{ EL_M_TYPE, PART_WORD, false, AT(meta, type), NULL },
	{ EL_M_MARK, PART_WORD, false, AT(meta, mark), NULL },
	{ EL_M_SIZE, PART_NUMBER, false, AT(meta, size), NULL },
	{ EL_M_NEXTNONCE, PART_WORD, false, AT(meta, next_nonce), NULL },
	{ EL_M_MAXMSGSIZE, PART_NUMBER, false, AT(meta, max_msg), NULL },
	{ EL_M_MAXOBJSIZE, PART_NUMBER, false, AT(meta, max_obj), NULL },
	{ EL_M_EMI, PART_TEXTS, false, AT(meta, emi), NULL },
};
const struct msg_shape dmsc_msg_meta = SHAPE(EL_META, meta_parts, NO_FLAG);
#define META(s) { EL_META, PART_SHAPE, false, AT(s, meta), &dmsc_msg_meta }

static const struct msg_part cred_parts[] = {
	META(cred),
	{ EL_DATA, PART_DATA, true, AT(cred, data), NULL },
};
static const struct msg_shape cred = SHAPE(EL_CRED, cred_parts,
    (int)AT(cred, set));

static const struct msg_part chal_parts[] = {
	{ EL_META, PART_SHAPE, true, AT(chal, meta), &dmsc_msg_meta },
};
static const struct msg_shape chal = SHAPE(EL_CHAL, chal_parts,
    (int)AT(chal, set));

static const struct msg_part item_parts[] = {
	{ EL_TARGET, PART_SHAPE, false, AT(item, target), &target },
	{ EL_SOURCE, PART_SHAPE, false, AT(item, source), &source },
	META(item),
	{ EL_DATA, PART_DATA, false, AT(item, data), NULL },
	{ EL_MOREDATA, PART_FLAG, false, AT(item, more_data), NULL },
};
const struct msg_shape dmsc_msg_item_of = SHAPE(EL_ITEM, item_parts,
    NO_FLAG);

static const struct msg_part hdr_parts[] = {
	{ EL_VERDTD, PART_WORD, true, AT(hdr, ver_dtd), NULL },
	{ EL_VERPROTO, PART_WORD, true, AT(hdr, ver_proto), NULL },
	{ EL_SESSIONID, PART_WORD, true, AT(hdr, session_id), NULL },
	{ EL_MSGID, PART_WORD, true, AT(hdr, msg_id), NULL },
	{ EL_TARGET, PART_SHAPE, true, AT(hdr, target), &target },
	{ EL_SOURCE, PART_SHAPE, true, AT(hdr, source), &source },
	{ EL_RESPURI, PART_WORD, false, AT(hdr, resp_uri), NULL },
	{ EL_NORESP, PART_FLAG, false, AT(hdr, no_resp), NULL },
	{ EL_CRED, PART_SHAPE, false, AT(hdr, cred), &cred },
	META(hdr),
};
static const struct msg_shape hdr = SHAPE(EL_SYNCHDR, hdr_parts, NO_FLAG);

static const struct msg_part body_parts[] = {
	{ EL_NONE, PART_CMDS, false, AT(msg, cmds), NULL },
	{ EL_FINAL, PART_FLAG, false, AT(msg, final), NULL },
};
static const struct msg_shape body = SHAPE(EL_SYNCBODY, body_parts, NO_FLAG);

static const struct msg_part root_parts[] = {
	{ EL_SYNCHDR, PART_SHAPE, true, AT(msg, hdr), &hdr },
	{ EL_SYNCBODY, PART_SHAPE, true, 0, &body },
};
const struct msg_shape dmsc_msg_root = SHAPE(EL_SYNCML, root_parts, NO_FLAG);

#define ID { EL_CMDID, PART_WORD, true, AT(cmd, id), NULL }
#define ITEMS(n) { EL_ITEM, PART_ITEMS, n, AT(cmd, items), &dmsc_msg_item_of }
#define CORRELATOR { EL_CORRELATOR, PART_TEXT, false, AT(cmd, correlator), \
	NULL }
#define TARGETREF { EL_TARGETREF, PART_TEXTS, false, AT(cmd, target_refs), \
	NULL }
#define SOURCEREF { EL_SOURCEREF, PART_TEXTS, false, AT(cmd, source_refs), \
	NULL }
#define MSGREF(n) { EL_MSGREF, PART_WORD, n, AT(cmd, msg_ref), NULL }
#define CMDREF { EL_CMDREF, PART_WORD, true, AT(cmd, cmd_ref), NULL }

static const struct msg_part plain[] = { ID, META(cmd), ITEMS(true) };
static const struct msg_part exec[] = { ID, META(cmd), CORRELATOR,
	ITEMS(true) };
static const struct msg_part alert[] = { ID,
	{ EL_DATA, PART_NUMBER, false, AT(cmd, data), NULL }, CORRELATOR,
	ITEMS(false) };
static const struct msg_part group[] = { ID, META(cmd),
	{ EL_NONE, PART_CMDS, true, AT(cmd, cmds), NULL } };
static const struct msg_part results[] = { ID, MSGREF(false), CMDREF,
	META(cmd), TARGETREF, SOURCEREF, ITEMS(true) };
static const struct msg_part status[] = { ID, MSGREF(true), CMDREF,
	{ EL_CMD, PART_WORD, true, AT(cmd, cmd), NULL }, TARGETREF,
	SOURCEREF,
	{ EL_CRED, PART_SHAPE, false, AT(cmd, cred), &cred },
	{ EL_CHAL, PART_SHAPE, false, AT(cmd, chal), &chal },
	{ EL_DATA, PART_NUMBER, true, AT(cmd, data), NULL }, ITEMS(false) };
static const struct msg_part other[] = { ID };

static const struct msg_shape shapes[] = {
	[DMSC_CMD_ADD] = SHAPE(EL_ADD, plain, NO_FLAG),
	[DMSC_CMD_ALERT] = SHAPE(EL_ALERT, alert, NO_FLAG),
	[DMSC_CMD_ATOMIC] = SHAPE(EL_ATOMIC, group, NO_FLAG),
	[DMSC_CMD_COPY] = SHAPE(EL_COPY, plain, NO_FLAG),
	[DMSC_CMD_DELETE] = SHAPE(EL_DELETE, plain, NO_FLAG),
	[DMSC_CMD_EXEC] = SHAPE(EL_EXEC, exec, NO_FLAG),
	[DMSC_CMD_GET] = SHAPE(EL_GET, plain, NO_FLAG),
	[DMSC_CMD_REPLACE] = SHAPE(EL_REPLACE, plain, NO_FLAG),
	[DMSC_CMD_RESULTS] = SHAPE(EL_RESULTS, results, NO_FLAG),
	[DMSC_CMD_SEQUENCE] = SHAPE(EL_SEQUENCE, group, NO_FLAG),
	[DMSC_CMD_STATUS] = SHAPE(EL_STATUS, status, NO_FLAG),
	[DMSC_CMD_OTHER] = SHAPE(EL_NONE, other, NO_FLAG),
};
static const unsigned others[] = { EL_MAP, EL_PUT, EL_SEARCH, EL_SYNC,
    EL_MOVE };
static const struct { unsigned code; const char *name; } alerts[] = {
	{ DMSC_ALERT_DISPLAY, "DISPLAY" },
	{ DMSC_ALERT_CONFIRM, "CONFIRM OR REJECT" },
	{ DMSC_ALERT_INPUT, "TEXT INPUT" },
	{ DMSC_ALERT_CHOICE, "SINGLE CHOICE" },
	{ DMSC_ALERT_CHOICES, "MULTIPLE CHOICE" },
	{ DMSC_ALERT_SERVER_MGMT, "SERVER-INITIATED MGMT" },
	{ DMSC_ALERT_CLIENT_MGMT, "CLIENT-INITIATED MGMT" },
	{ DMSC_ALERT_NEXT_MESSAGE, "NEXT MESSAGE" },
	{ DMSC_ALERT_SESSION_ABORT, "SESSION ABORT" },
	{ DMSC_ALERT_CLIENT_EVENT, "CLIENT EVENT" },
	{ DMSC_ALERT_NO_END_OF_DATA, "NO END OF DATA" },
	{ DMSC_ALERT_GENERIC, "GENERIC ALERT" },
};

const struct msg_shape *
dmsc_cmd_shape(enum dmsc_cmd_kind kind)
{
	return (size_t)kind < DMSC_COUNT(shapes) ? &shapes[kind] :
	    &shapes[DMSC_CMD_OTHER];
}

int
dmsc_cmd_of(unsigned el)
{
	size_t i;

	for (i = 0; i < DMSC_CMD_OTHER; i++)
		if (shapes[i].el == el)
			return (int)i;
	for (i = 0; i < DMSC_COUNT(others); i++)
		if (others[i] == el)
			return DMSC_CMD_OTHER;
	return -1;
}

const char *
dmsc_cmd_name(enum dmsc_cmd_kind kind)
{
	const char *name = dmsc_el_name(dmsc_cmd_shape(kind)->el);

	return name == NULL ? "?" : name;
}

int
dmsc_cmd_parse(const char *name, enum dmsc_cmd_kind *out)
{
	unsigned el = dmsc_el_find(PAGE_SYNCML, dmsc_rd_str(name));
	int k = el == EL_NONE ? -1 : dmsc_cmd_of(el);

	if (k < 0 || k == DMSC_CMD_OTHER)
		return DMSC_E_FORMAT;
	*out = (enum dmsc_cmd_kind)k;
	return DMSC_E_OK;
}

const char *
dmsc_alert_name(unsigned code)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(alerts); i++)
		if (alerts[i].code == code)
			return alerts[i].name;
	return NULL;
}

int
dmsc_msg_number(const char *s, uint32_t max, uint32_t *out)
{
	uint64_t v;
	int r;

	if (s == NULL)
		return DMSC_E_FORMAT;
	if ((r = dmsc_num(s, 10, max, &v)) != DMSC_E_OK)
		return r;
	*out = (uint32_t)v;
	return DMSC_E_OK;
}
