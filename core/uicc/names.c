/* The table of well-known files (TS 102 221 13, TS 31.102 4.2, PKCS#15). */
#include "uicc/names.h"

#include <string.h>
#include <strings.h>

#include <dmsc/file.h>

#include "base/base.h"

static const uint8_t usim[] = { 0xA0, 0, 0, 0, 0x87, 0x10, 0x02 };
static const uint8_t isim[] = { 0xA0, 0, 0, 0, 0x87, 0x10, 0x04 };
static const uint8_t p15[] = { 0xA0, 0, 0, 0, 0x63, 'P', 'K', 'C', 'S', '-',
    '1', '5' };
static const uint8_t isd[] = { 0xA0, 0, 0, 0x01, 0x51, 0, 0, 0 };
static const uint8_t isdr[] = { 0xA0, 0, 0, 0x05, 0x59, 0x10, 0x10 };
static const uint8_t aram[] = { 0xA0, 0, 0, 0x01, 0x51, 'A', 'C', 'L' };
static const uint8_t dmsc[] = { 0xF0, 'D', 'M', '-', 'S', 'C', 0x01 };

static const struct uicc_app_name apps[] = {
	{ "ADF.USIM", "USIM", usim, sizeof usim },
	{ "ADF.ISIM", "ISIM", isim, sizeof isim },
	{ "ADF.PKCS15", "PKCS#15", p15, sizeof p15 },
	{ "ADF.PKCS#15", "PKCS#15", p15, sizeof p15 },
	{ "ADF.ISD", "issuer security domain", isd, sizeof isd },
	{ "ADF.ISD-R", "ISD-R", isdr, sizeof isdr },
	{ "ADF.ARA-M", "access rule application", aram, sizeof aram },
	{ "ADF.DM-SC", "DM-SC", dmsc, sizeof dmsc },
};

static const struct uicc_name rows[] = {
	{ "EF.DIR", "MF", 0x2F00, uicc_text_dir },
	{ "EF.PL", "MF", 0x2F05, uicc_text_languages },
	{ "EF.ARR", "MF", 0x2F06, uicc_text_arr },
	{ "EF.UMPC", "MF", 0x2F08, uicc_text_umpc },
	{ "EF.ICCID", "MF", 0x2FE2, uicc_text_iccid },
	{ "DF.TELECOM", "MF", 0x7F10, NULL },
	{ "DF.GSM", "MF", 0x7F20, NULL },
	{ "DF.PKCS15", "MF", 0x7F50, NULL },
	{ "EF.LI", "ADF.USIM", 0x6F05, uicc_text_languages },
	{ "EF.ARR", "ADF.USIM", 0x6F06, uicc_text_arr },
	{ "EF.IMSI", "ADF.USIM", 0x6F07, uicc_text_imsi },
	{ "EF.Keys", "ADF.USIM", 0x6F08, NULL },
	{ "EF.KeysPS", "ADF.USIM", 0x6F09, NULL },
	{ "EF.HPPLMN", "ADF.USIM", 0x6F31, NULL },
	{ "EF.UST", "ADF.USIM", 0x6F38, uicc_text_ust },
	{ "EF.GID1", "ADF.USIM", 0x6F3E, NULL },
	{ "EF.GID2", "ADF.USIM", 0x6F3F, NULL },
	{ "EF.MSISDN", "ADF.USIM", 0x6F40, NULL },
	{ "EF.SMSP", "ADF.USIM", 0x6F42, NULL },
	{ "EF.SPN", "ADF.USIM", 0x6F46, uicc_text_spn },
	{ "EF.EST", "ADF.USIM", 0x6F56, NULL },
	{ "EF.ACC", "ADF.USIM", 0x6F78, NULL },
	{ "EF.FPLMN", "ADF.USIM", 0x6F7B, NULL },
	{ "EF.LOCI", "ADF.USIM", 0x6F7E, NULL },
	{ "EF.AD", "ADF.USIM", 0x6FAD, uicc_text_ad },
	{ "EF.ECC", "ADF.USIM", 0x6FB7, NULL },
	{ "EF.ARR", "ADF.PKCS15", 0x6F06, uicc_text_arr },
	{ "EF.ODF", "ADF.PKCS15", 0x5031, NULL },
	{ "EF.TokenInfo", "ADF.PKCS15", 0x5032, NULL },
	{ "EF.UnusedSpace", "ADF.PKCS15", 0x5033, NULL },
	{ "EF.AODF", "ADF.PKCS15", 0x4401, NULL },
};

const struct uicc_name *
uicc_name_row(size_t i)
{
	return i < DMSC_COUNT(rows) ? &rows[i] : NULL;
}

static bool
same_text(const char *row, const char *name, size_t len)
{
	return strlen(row) == len && strncasecmp(row, name, len) == 0;
}

const struct uicc_app_name *
uicc_app_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(apps); i++)
		if (same_text(apps[i].name, name, len))
			return &apps[i];
	return NULL;
}

const struct uicc_app_name *
uicc_app_of(const uint8_t *aid, size_t n)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(apps); i++)
		if (n >= apps[i].aid_len &&
		    memcmp(aid, apps[i].aid, apps[i].aid_len) == 0)
			return &apps[i];
	return NULL;
}

int
uicc_name_parent(const char *in, struct dmsc_place *out)
{
	const struct uicc_app_name *a;

	memset(out, 0, sizeof *out);
	if (strcmp(in, "MF") == 0)
		return DMSC_E_OK;
	if ((a = uicc_app_find(in, strlen(in))) == NULL)
		return DMSC_E_NOTFOUND;
	memcpy(out->aid, a->aid, a->aid_len);
	out->aid_len = a->aid_len;
	return DMSC_E_OK;
}

/* Whether p is a child of what `in` names; PKCS#15 has paths too. */
static bool
stands_in(const struct dmsc_place *p, const char *in)
{
	const struct uicc_app_name *a;

	if (p->aid_len > 0) {
		a = uicc_app_of(p->aid, p->aid_len);
		return p->n == 1 && a != NULL && strcmp(a->name, in) == 0;
	}
	if (p->n == 1)
		return strcmp(in, "MF") == 0;
	return p->n == 2 && (p->fid[0] == 0x7F50 || p->fid[0] == 0x5015) &&
	    strcmp(in, "ADF.PKCS15") == 0;
}

bool
uicc_in_p15(const struct dmsc_place *p)
{
	return stands_in(p, "ADF.PKCS15");
}

const char *
dmsc_file_known(size_t i, const char **in)
{
	if (i >= DMSC_COUNT(rows))
		return NULL;
	*in = rows[i].in;
	return rows[i].name;
}

const struct uicc_name *
uicc_name_find(const char *name, size_t len, const struct dmsc_place *in)
{
	const struct uicc_name *any = NULL;
	struct dmsc_place p;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		if (!same_text(rows[i].name, name, len))
			continue;
		if (any == NULL)
			any = &rows[i];
		if (in != NULL && dmsc_place_below(in, rows[i].fid, &p) ==
		    DMSC_E_OK && stands_in(&p, rows[i].in))
			return &rows[i];
	}
	return any;
}

const struct uicc_name *
uicc_name_of(const struct dmsc_place *p)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++)
		if (p->n > 0 && rows[i].fid == p->fid[p->n - 1] &&
		    stands_in(p, rows[i].in))
			return &rows[i];
	return NULL;
}

const char *
dmsc_place_name(const struct dmsc_place *p)
{
	const struct uicc_name *row = uicc_name_of(p);
	const struct uicc_app_name *a;

	if (row != NULL)
		return row->name;
	if (p->n > 0)
		return NULL;
	if (p->aid_len == 0)
		return "MF";
	a = uicc_app_of(p->aid, p->aid_len);
	return a == NULL ? NULL : a->name;
}

const char *
dmsc_app_name(const uint8_t *aid, size_t n)
{
	const struct uicc_app_name *a = uicc_app_of(aid, n);

	return a == NULL ? NULL : a->shown;
}

int
dmsc_place_words(const struct dmsc_place *p, struct dmsc_rd bytes,
    struct dmsc_buf *out)
{
	const struct uicc_name *row = uicc_name_of(p);
	size_t was = out->len;

	if (row == NULL || row->text == NULL)
		return DMSC_E_NOTFOUND;
	if (row->text(bytes, out) == DMSC_E_OK)
		return DMSC_E_OK;
	dmsc_buf_truncate(out, was);
	return DMSC_E_NOTFOUND;
}
