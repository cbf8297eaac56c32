/* The card's file system as ETSI TS 102 221 shows it. Room uicc. */
#ifndef DMSC_FILE_H
#define DMSC_FILE_H

#include <dmsc/bytes.h>
#include <dmsc/view.h>

struct dmsc_session;

/* One application of EF.DIR. */
struct dmsc_application {
	char *aid;	/* hex */
	char *label;
	char *path;	/* hex, tag 51 */
	char *name;	/* "USIM", "PKCS#15", ... where known */
};

/* A decoded FCP (TS 102 221, tag 62). */
struct dmsc_fcp {
	char *path;		/* "3F00/7F50/5031" */
	char *fid;		/* "5031" */
	char *name;		/* "EF.ODF" where known */
	char *kind;		/* "mf", "df", "adf", "transparent", "linear",
				 * "cyclic", "ber-tlv", "internal" */
	char *aid;		/* hex */
	size_t size;		/* bytes, tag 80 */
	unsigned record_len;
	unsigned records;
	char *life;		/* "creation", "initialisation", "activated",
				 * "deactivated", "terminated", "unknown" */
	int sfi;		/* -1: none */
	bool shareable;
	char *security;		/* "EF.ARR 6F06 record 2", "compact", ... */
	struct dmsc_buf *raw;	/* the whole template */
};
struct dmsc_file_list {
	struct dmsc_fcp *files;
	size_t n_files;
	bool complete;		/* false: only known names were tried */
};

/* One access mode of a file and what it asks for. */
struct dmsc_access {
	char *mode;	/* "read", "update", "create-ef", "delete", ... */
	char *needs;	/* "always", "never", "PIN1", "ADM1 or PIN1",
			 * "unknown" */
	char *have;	/* "allowed", "refused", "unknown" */
};
struct dmsc_access_list {
	char *path;
	char *rule;	/* "record 4 of EF.ARR 3F00/2F06" */
	struct dmsc_access *modes;
	size_t n_modes;
};

/* Content of a file. Exactly one of bytes and records is set. */
struct dmsc_record {
	unsigned number;
	struct dmsc_buf *bytes;
	char *text;	/* decoded, where the file is well known */
};
struct dmsc_content {
	char *path;
	char *name;
	char *text;	/* decoded, where the file is well known */
	struct dmsc_buf *bytes;
	struct dmsc_record *records;
	size_t n_records;
};

/* Who the card is. */
struct dmsc_pin_state {
	char *name;	/* "PIN1", "PIN81", "ADM1" */
	unsigned ref;
	char *state;	/* "enabled", "disabled", "blocked", "verified",
			 * "unknown" */
	int tries;	/* -1: unknown */
	int puk_tries;
};
struct dmsc_pin_list {
	struct dmsc_pin_state *pins;
	size_t n_pins;
};
struct dmsc_info {
	char *atr;
	char **atr_facts;	/* decoded, one a line */
	size_t n_atr_facts;
	char *identity;		/* "iccid:...", "eid:...", "cplc:..." */
	char *iccid;
	char *imsi;		/* NULL where it may not be read */
	struct dmsc_application *applications;
	size_t n_applications;
	struct dmsc_pin_state *pins;
	size_t n_pins;
	char *life;		/* of the MF */
	char *arr;		/* "EF.ARR 2F06, 12 rules" or NULL */
	char **provisioning;	/* what discover found, one a line */
	size_t n_provisioning;
	bool locked;		/* until a secure channel is open: PINs and
				 * provisioning data are not known */
};
extern const struct dmsc_view dmsc_application_view, dmsc_fcp_view,
    dmsc_file_list_view, dmsc_access_view, dmsc_access_list_view,
    dmsc_record_view, dmsc_content_view, dmsc_pin_state_view,
    dmsc_pin_list_view, dmsc_info_view;

/*
 * path: "3F00/2FE2", "2FE2", "7F50/5031", "A0000000871002/6F07" (an AID
 * first), "7FFF/6F07", or names "EF.ICCID", "ADF.USIM/EF.IMSI". NOTFOUND,
 * AUTH, SW and so on with the card's word.
 */
int dmsc_file_fcp(struct dmsc_session *s, const char *path,
    struct dmsc_fcp **out) DMSC_MUST_CHECK;
int dmsc_file_ls(struct dmsc_session *s, const char *path,
    struct dmsc_file_list **out) DMSC_MUST_CHECK;
int dmsc_file_tree(struct dmsc_session *s, const char *path,
    struct dmsc_file_list **out) DMSC_MUST_CHECK;
int dmsc_file_access(struct dmsc_session *s, const char *path,
    struct dmsc_access_list **out) DMSC_MUST_CHECK;
/* record 0: all. */
int dmsc_file_read(struct dmsc_session *s, const char *path, unsigned record,
    struct dmsc_content **out) DMSC_MUST_CHECK;
/* Writes at offset (transparent) or one record (record > 0, offset 0), then
 * reads back. dry: checks only. */
int dmsc_file_write(struct dmsc_session *s, const char *path, size_t offset,
    unsigned record, struct dmsc_rd data, bool dry) DMSC_MUST_CHECK;
/* The i-th well-known file and what it stands in ("MF", "ADF.USIM"); NULL:
 * there are no more. */
const char *dmsc_file_known(size_t i, const char **in);
int dmsc_info(struct dmsc_session *s, struct dmsc_info **out)
    DMSC_MUST_CHECK;

#endif
