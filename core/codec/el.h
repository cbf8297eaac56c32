/*
 * Elements of SyncML 1.2, MetInf 1.2 and DM DDF 1.2: their WBXML tokens
 * (reference 3.3, 3.4) as page << 8 | token, and their names.
 */
#ifndef DMSC_CODEC_EL_H
#define DMSC_CODEC_EL_H

#include <dmsc/bytes.h>

enum { PAGE_SYNCML, PAGE_METINF, PAGE_DDF, PAGES };

enum {
	EL_NONE = 0,
	EL_ADD = 0x005, EL_ALERT = 0x006, EL_ATOMIC = 0x008,
	EL_CHAL = 0x009, EL_CMD = 0x00A, EL_CMDID = 0x00B,
	EL_CMDREF = 0x00C, EL_COPY = 0x00D, EL_CRED = 0x00E,
	EL_DATA = 0x00F, EL_DELETE = 0x010, EL_EXEC = 0x011,
	EL_FINAL = 0x012, EL_GET = 0x013, EL_ITEM = 0x014,
	EL_LOCNAME = 0x016, EL_LOCURI = 0x017, EL_MAP = 0x018,
	EL_META = 0x01A, EL_MSGID = 0x01B, EL_MSGREF = 0x01C,
	EL_NORESP = 0x01D, EL_PUT = 0x01F, EL_REPLACE = 0x020,
	EL_RESPURI = 0x021, EL_RESULTS = 0x022, EL_SEARCH = 0x023,
	EL_SEQUENCE = 0x024, EL_SESSIONID = 0x025, EL_SOURCE = 0x027,
	EL_SOURCEREF = 0x028, EL_STATUS = 0x029, EL_SYNC = 0x02A,
	EL_SYNCBODY = 0x02B, EL_SYNCHDR = 0x02C, EL_SYNCML = 0x02D,
	EL_TARGET = 0x02E, EL_TARGETREF = 0x02F, EL_VERDTD = 0x031,
	EL_VERPROTO = 0x032, EL_MOREDATA = 0x034, EL_MOVE = 0x03B,
	EL_CORRELATOR = 0x03C,
	EL_M_EMI = 0x106, EL_M_FORMAT = 0x107, EL_M_MARK = 0x10B,
	EL_M_MAXMSGSIZE = 0x10C, EL_M_NEXTNONCE = 0x110,
	EL_M_SIZE = 0x112, EL_M_TYPE = 0x113, EL_M_MAXOBJSIZE = 0x115,
	EL_D_ACCESSTYPE = 0x205, EL_D_ACL = 0x206, EL_D_ADD = 0x207,
	EL_D_B64 = 0x208, EL_D_BIN = 0x209, EL_D_BOOL = 0x20A,
	EL_D_CHR = 0x20B, EL_D_CASESENSE = 0x20C, EL_D_CIS = 0x20D,
	EL_D_COPY = 0x20E, EL_D_CS = 0x20F, EL_D_DATE = 0x210,
	EL_D_DDFNAME = 0x211, EL_D_DEFAULTVALUE = 0x212, EL_D_DELETE = 0x213,
	EL_D_DESCRIPTION = 0x214, EL_D_DFFORMAT = 0x215,
	EL_D_DFPROPERTIES = 0x216, EL_D_DFTITLE = 0x217, EL_D_DFTYPE = 0x218,
	EL_D_DYNAMIC = 0x219, EL_D_EXEC = 0x21A, EL_D_FLOAT = 0x21B,
	EL_D_FORMAT = 0x21C, EL_D_GET = 0x21D, EL_D_INT = 0x21E,
	EL_D_MAN = 0x21F, EL_D_MGMTTREE = 0x220, EL_D_MIME = 0x221,
	EL_D_MOD = 0x222, EL_D_NAME = 0x223, EL_D_NODE = 0x224,
	EL_D_FNODE = 0x225, EL_D_NODENAME = 0x226, EL_D_NULL = 0x227,
	EL_D_OCCURRENCE = 0x228, EL_D_ONE = 0x229, EL_D_ONEORMORE = 0x22A,
	EL_D_ONEORN = 0x22B, EL_D_PATH = 0x22C, EL_D_PERMANENT = 0x22D,
	EL_D_REPLACE = 0x22E, EL_D_RTPROPERTIES = 0x22F, EL_D_SCOPE = 0x230,
	EL_D_SIZE = 0x231, EL_D_TIME = 0x232, EL_D_TITLE = 0x233,
	EL_D_TSTAMP = 0x234, EL_D_TYPE = 0x235, EL_D_VALUE = 0x236,
	EL_D_VERDTD = 0x237, EL_D_VERNO = 0x238, EL_D_XML = 0x239,
	EL_D_ZEROORMORE = 0x23A, EL_D_ZEROORN = 0x23B, EL_D_ZEROORONE = 0x23C
};

static inline unsigned
el_page(unsigned el)
{
	return el >> 8;
}

/* NULL where the page has no such token. */
const char *dmsc_el_name(unsigned el);
const char *dmsc_el_ns(unsigned page);
struct el_at;
/* What an element is called that has no place: "Anchor", "token 3D of page
 * 0"; into out, which has n bytes. */
void dmsc_el_say(unsigned el, const struct el_at *at, char *out, size_t n);
/* EL_NONE where the page has no such name. */
unsigned dmsc_el_find(unsigned page, struct dmsc_rd name);

/* Where a token of WBXML stands; XML gives only from and parent. page is the
 * code page in force behind the token. */
struct el_at {
	size_t from, to;
	unsigned page;
	unsigned parent;	/* the element around, EL_NONE at the root */
	unsigned token;		/* of an element unknown: page << 8 | token */
	struct dmsc_rd name;	/* and its name, where it has one */
	const char *attr;	/* XML: its first attribute, or NULL */
};

/* Takes a document's elements in order. el may be EL_NONE: an element that
 * we do not know. Another code than OK ends the reading; why says more. */
struct el_sink {
	void *ctx;
	int (*open)(void *ctx, unsigned el, const struct el_at *at);
	int (*text)(void *ctx, struct dmsc_rd text, bool opaque);
	int (*close)(void *ctx, unsigned el, const struct el_at *at);
	const char *why;	/* NULL: nothing to add */
};

/* Reads one document. Bytes behind it are left: *used says where it ends
 * (NULL: they are an error). e says what is wrong and where. */
int dmsc_wbxml_read(struct dmsc_rd bytes, struct el_sink *s, size_t *used,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Entities of its own are refused, as is what goes too deep. */
int dmsc_xml_read(struct dmsc_rd bytes, struct el_sink *s,
    struct dmsc_err *e) DMSC_MUST_CHECK;

/* What stands before the first tag of a WBXML document. */
struct wbxml_head {
	unsigned version;
	uint32_t public_id, charset;
	struct dmsc_rd fpi;	/* where public_id is 0 */
	struct dmsc_rd strings;
};
int dmsc_wbxml_head(struct dmsc_rd *r, struct wbxml_head *out)
    DMSC_MUST_CHECK;
/* The same; UNSUPPORTED: in a character set that is not read here. */
int dmsc_wbxml_start(struct dmsc_rd *r, struct wbxml_head *out,
    const char **why) DMSC_MUST_CHECK;
int dmsc_wbxml_number(struct dmsc_rd *r, uint32_t *out) DMSC_MUST_CHECK;
/* The string at offset in the table, which must end inside it. */
int dmsc_wbxml_string(struct dmsc_rd table, uint32_t offset,
    struct dmsc_rd *out) DMSC_MUST_CHECK;
/* How much text a document of so many bytes may hold: its table's strings
 * may come again and again, but the whole stays linear. */
size_t dmsc_wbxml_text_max(size_t bytes);
/* c as UTF-8; 0 where it is no character that text may hold. */
size_t dmsc_wbxml_char(uint32_t c, uint8_t u[4]);

#endif
