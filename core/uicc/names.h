/* Well-known files: their names, where they stand and what they say. */
#ifndef DMSC_UICC_NAMES_H
#define DMSC_UICC_NAMES_H

#include "uicc/uicc.h"

struct uicc_name {
	const char *name;	/* "EF.ICCID" */
	const char *in;		/* "MF", "ADF.USIM"; NULL: an application */
	uint16_t fid;
	/* Content (of a record where it has records) into words. */
	int (*text)(struct dmsc_rd bytes, struct dmsc_buf *out);
};
struct uicc_app_name {
	const char *name;	/* "ADF.USIM" */
	const char *shown;	/* "USIM" */
	const uint8_t *aid;	/* the part that all of them share */
	size_t aid_len;
};

/* The i-th row, NULL past the end. */
const struct uicc_name *uicc_name_row(size_t i);
const struct uicc_name *uicc_name_of(const struct dmsc_place *p);
/* The row of that name that stands in `in`, else the first of that name. */
const struct uicc_name *uicc_name_find(const char *name, size_t len,
    const struct dmsc_place *in);
const struct uicc_app_name *uicc_app_find(const char *name, size_t len);
const struct uicc_app_name *uicc_app_of(const uint8_t *aid, size_t n);
/* The place that `in` of a row names. */
int uicc_name_parent(const char *in, struct dmsc_place *out) DMSC_MUST_CHECK;

/* "EF.ICCID" or NULL. */
const char *dmsc_place_name(const struct dmsc_place *p);
/* Whether p is a file of the PKCS#15 application. */
bool uicc_in_p15(const struct dmsc_place *p);
/* "USIM", "PKCS#15" or NULL, for an AID. */
const char *dmsc_app_name(const uint8_t *aid, size_t n);
/* Content in words: NOTFOUND where the file is not known or odd. */
int dmsc_place_words(const struct dmsc_place *p, struct dmsc_rd bytes,
    struct dmsc_buf *out) DMSC_MUST_CHECK;

/* decode.c, rule.c: FORMAT or SHORT where the content is not as it should. */
int uicc_text_iccid(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;
int uicc_text_imsi(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;
int uicc_text_languages(struct dmsc_rd r, struct dmsc_buf *out)
    DMSC_MUST_CHECK;
int uicc_text_ad(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;
int uicc_text_ust(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;
int uicc_text_dir(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;
int uicc_text_spn(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;
int uicc_text_umpc(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;
int uicc_text_arr(struct dmsc_rd r, struct dmsc_buf *out) DMSC_MUST_CHECK;

#endif
