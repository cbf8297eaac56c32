/*
 * PKCS#15 object directories (ISO 7816-15) to structs and back. What is not
 * understood keeps its bytes and its order.
 */
#ifndef DMSC_PKCS15_PKCS15_H
#define DMSC_PKCS15_PKCS15_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

enum {
	DMSC_P15_ENTRIES_MAX = 2048, DMSC_P15_PATH_MAX = 16,
	/*
	 * A small reader (Nordic's) reads DMSC_P15_WINDOW bytes of the last
	 * DODF, takes the last oidDO that matches, and drops the directory
	 * when an entry is cut. It stops at padding: one byte of it stands
	 * before the first oidDO there that it shall not see, because it is
	 * private or ends behind the window. Others read on.
	 */
	DMSC_P15_WINDOW = 128, DMSC_P15_STOP = 0xFF
};

/* Path ::= SEQUENCE { OCTET STRING, index?, length? } */
struct dmsc_p15_path {
	uint8_t path[DMSC_P15_PATH_MAX];	/* file identifiers, as found */
	size_t len;				/* bytes */
	bool has_range;
	size_t index, length;
};

/* One entry of the ODF. raw is its TLV, borrowed from the input. */
struct dmsc_odf_entry {
	uint8_t tag;			/* A0 .. A8 */
	bool has_path;			/* else an inline list */
	struct dmsc_p15_path path;
	struct dmsc_rd list;		/* entries that stand here, no path */
	struct dmsc_rd raw;
	size_t at;			/* offset in the file */
};
struct dmsc_odf {
	struct dmsc_odf_entry *v;
	size_t n;
	size_t used;			/* bytes before the padding */
};

enum dmsc_do_choice { DMSC_DO_OPAQUE = 0x30, DMSC_DO_EXTERNAL = 0xA0,
	DMSC_DO_OID = 0xA1 };
struct dmsc_dodf_entry {
	uint8_t choice;			/* 30, A0, A1, or an unknown tag */
	bool understood;		/* false: raw alone is meant */
	char *label;			/* NULL: absent; else UTF-8 */
	char *app_name;
	bool is_private, modifiable;
	bool has_flags;
	uint8_t auth_id[8];
	size_t auth_id_len;
	char *oid;			/* dotted: oidDO's id or the class's */
	char *app_oid;			/* class attribute alone */
	bool oid_double;		/* oid was, is written wrapped twice */
	bool oid_odd;			/* oid is not where it belongs */
	bool has_path;
	struct dmsc_p15_path path;
	bool extra;			/* raw says more than these members */
	struct dmsc_rd direct;		/* the value itself, in raw; or 0 */
	struct dmsc_rd path_raw;	/* the Path, or what holds the value,
					 * in raw; none: left is 0 */
	struct dmsc_rd raw;
	size_t at;
};
struct dmsc_dodf {
	struct dmsc_dodf_entry *v;
	size_t n;
	size_t used;
};
/* One PIN of the AODF; its other authentication objects are passed over. */
enum { DMSC_PIN_LOCAL = 1 << 1, DMSC_PIN_INITIALIZED = 1 << 4,
	DMSC_PIN_PADDED = 1 << 5 };
struct dmsc_aodf_entry {
	char *label;
	uint8_t auth_id[8];
	size_t auth_id_len;
	unsigned pin_ref;
	unsigned flags;			/* bit n is ASN.1's bit n; written
					 * as INITIALIZED, PADDED when 0 */
	unsigned min_len, stored_len, max_len, pad;
	bool ascii;			/* type ascii-numeric or utf8 */
	struct dmsc_rd raw;
	size_t at;
};
struct dmsc_aodf {
	struct dmsc_aodf_entry *v;
	size_t n;
	size_t used;
};

/* Reading. 00 and FF padding before, between and after entries is skipped.
 * SHORT or FORMAT for a file that breaks off, LIMIT for too many entries:
 * what came before stays in *out (used says where it stopped) and is freed by
 * clear, as after OK. raw views point into file. */
int dmsc_odf_read(struct dmsc_rd file, struct dmsc_odf *out) DMSC_MUST_CHECK;
int dmsc_dodf_read(struct dmsc_rd file, struct dmsc_dodf *out)
    DMSC_MUST_CHECK;
int dmsc_aodf_read(struct dmsc_rd file, struct dmsc_aodf *out)
    DMSC_MUST_CHECK;
void dmsc_odf_clear(struct dmsc_odf *o);
void dmsc_dodf_clear(struct dmsc_dodf *d);
void dmsc_aodf_clear(struct dmsc_aodf *a);

/* Writing: appends one TLV. */
int dmsc_odf_put(struct dmsc_buf *b, unsigned tag,
    const struct dmsc_p15_path *path) DMSC_MUST_CHECK;
/* From choice, label, app_name, flags, auth_id, oid (A1) or app_oid (30) and
 * path, which must be there (DATA); a raw entry (understood false) is copied.
 * What raw alone says is lost when extra is set: to keep an entry put its raw,
 * to point it at another file use dmsc_dodf_put_moved. */
int dmsc_dodf_put(struct dmsc_buf *b, const struct dmsc_dodf_entry *e)
    DMSC_MUST_CHECK;
/* The bytes of raw with another path; NOTFOUND: raw has no path. */
int dmsc_dodf_put_moved(struct dmsc_buf *b, const struct dmsc_dodf_entry *e,
    const struct dmsc_p15_path *path) DMSC_MUST_CHECK;
int dmsc_aodf_put(struct dmsc_buf *b, const struct dmsc_aodf_entry *e)
    DMSC_MUST_CHECK;
/* TokenInfo with what is given of serial, manufacturer and label; the one
 * token flag is "makes random numbers". */
int dmsc_tokeninfo_put(struct dmsc_buf *b, struct dmsc_rd serial,
    const char *maker, const char *label) DMSC_MUST_CHECK;
/* What of it is shown. serial points into file; clear frees the texts, after
 * a failure too. */
struct dmsc_tokeninfo {
	size_t version;
	struct dmsc_rd serial;
	char *maker, *label;		/* NULL: absent */
};
int dmsc_tokeninfo_read(struct dmsc_rd file, struct dmsc_tokeninfo *out)
    DMSC_MUST_CHECK;
void dmsc_tokeninfo_clear(struct dmsc_tokeninfo *t);
/* An application template of EF.DIR: 61 { 4F, 50, 51 }; a NULL label and an
 * empty path are left out. */
int dmsc_dir_put(struct dmsc_buf *b, struct dmsc_rd aid, const char *label,
    struct dmsc_rd path) DMSC_MUST_CHECK;

/* DER OID content <-> dotted text. FORMAT: no OID; LIMIT: an arc beyond 64
 * bits. put appends the content without tag and length. */
int dmsc_oid_text(struct dmsc_rd content, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int dmsc_oid_put(struct dmsc_buf *b, const char *dotted) DMSC_MUST_CHECK;

extern const uint8_t dmsc_p15_aid[12];
#define DMSC_OID_DM	"2.23.43.7.1"
#define DMSC_OID_LWM2M	"2.23.43.9.1"
#define DMSC_OID_CP1	"2.23.43.5.1"
#define DMSC_OID_CP2	"2.23.43.5.2"
#define DMSC_OID_CP3	"2.23.43.5.3"
#define DMSC_OID_ARF	"1.2.840.114283.200.1.1"

#endif
