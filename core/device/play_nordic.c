/* Nordic's reader: its decoder is as small as this one, and as particular. */
#include <stdio.h>
#include <string.h>

#include "device/walk.h"

enum { ASN_LENGTH_MAX = 3, ASN_OID_MAX = 15, ASN_PATH_MAX = 7 };

/* ---- Nordic's decoder: what it cannot read is an error for good */

struct asn {
	struct dmsc_rd r;
	uint8_t tag;
	size_t len;
	bool error;
};

static bool
asn_long(struct asn *a)
{
	size_t n = a->len & 0x7F;
	uint8_t b;

	/* It counts the two bytes that it has read once more. */
	if (n > ASN_LENGTH_MAX || n + 2 > a->r.left)
		return false;
	for (a->len = 0; n > 0; n--) {
		if (dmsc_rd_u8(&a->r, &b) != DMSC_E_OK)
			return false;
		a->len = a->len << 8 | b;
	}
	return true;
}

static bool
asn_head(struct asn *a)
{
	uint8_t len;

	if (a->error || a->r.left < 2 ||
	    dmsc_rd_u8(&a->r, &a->tag) != DMSC_E_OK ||
	    dmsc_rd_u8(&a->r, &len) != DMSC_E_OK)
		return false;
	a->len = len;
	a->error = (a->tag & 0x1F) == 0x1F ||
	    ((len & 0x80) != 0 && !asn_long(a)) || a->len > a->r.left;
	return !a->error;
}

static struct dmsc_rd
asn_value(struct asn *a)
{
	struct dmsc_rd v = { NULL, 0 };

	if (dmsc_rd_take(&a->r, a->len, &v) != DMSC_E_OK)
		a->error = true;
	return v;
}

/* The end of a file: padding is no error, a cut entry is one. */
static bool
asn_sound(const struct asn *a)
{
	return !a->error || a->tag == 0xFF || a->len == 0xFF;
}

static void
asn_path(struct asn *a, unsigned *fid)
{
	struct asn in = { .r = asn_value(a) };
	struct dmsc_rd v;

	while (asn_head(&in)) {
		v = asn_value(&in);
		if (in.tag != 0x04)
			continue;
		if (v.left > ASN_PATH_MAX)
			in.error = true;
		else
			*fid = dmsc_walk_fid(v);
	}
	a->error = in.error;
}

/* A7: a Path inside. */
static void
asn_odf_entry(struct asn *a, unsigned *fid)
{
	struct asn in = { .r = asn_value(a) };

	while (asn_head(&in))
		if (in.tag == 0x30)
			asn_path(&in, fid);
		else
			(void)asn_value(&in);
	a->error = in.error;
}

static bool
asn_oid_is(struct dmsc_rd oid, const char *want)
{
	char twice[2 * ASN_OID_MAX + 5];

	(void)snprintf(twice, sizeof twice, "06%02zX%s", strlen(want) / 2,
	    want);
	return dmsc_walk_same(oid, want) || dmsc_walk_same(oid, twice);
}

/* SEQUENCE { OID, Path }: the Path counts behind the right OID. */
static void
asn_oid_do(struct asn *a, const char *want, unsigned *fid)
{
	struct asn in = { .r = asn_value(a) };
	struct dmsc_rd v;
	bool mine = false;

	while (asn_head(&in)) {
		if (in.tag == 0x30 && mine) {
			asn_path(&in, fid);
			continue;
		}
		v = asn_value(&in);
		if (in.tag != 0x06)
			continue;
		in.error = v.left > ASN_OID_MAX;
		mine = asn_oid_is(v, want);
	}
	a->error = in.error;
}

/* A1 of the directory, then A1 of the entry, then the SEQUENCE. */
static void
asn_entry(struct asn *a, const char *want, unsigned depth, unsigned *fid)
{
	struct asn in = { .r = asn_value(a) };

	while (asn_head(&in))
		if (depth == 0 && in.tag == 0xA1)
			asn_entry(&in, want, 1, fid);
		else if (depth == 1 && in.tag == 0x30)
			asn_oid_do(&in, want, fid);
		else
			(void)asn_value(&in);
	a->error = in.error;
}

static bool
nordic_odf(struct dmsc_walk *w, unsigned *fid)
{
	struct asn a = { .r = dmsc_buf_rd(w->rsp) };

	*fid = DMSC_PLAY_FID_NONE;
	while (asn_head(&a))
		if (a.tag == 0xA7)
			asn_odf_entry(&a, fid);
		else
			(void)asn_value(&a);
	return asn_sound(&a) && *fid != DMSC_PLAY_FID_NONE;
}

static bool
nordic_dodf(struct dmsc_walk *w, const char *want, unsigned *fid)
{
	struct asn a = { .r = dmsc_buf_rd(w->rsp) };

	*fid = DMSC_PLAY_FID_NONE;
	while (asn_head(&a))
		if (a.tag == 0xA1)
			asn_entry(&a, want, 0, fid);
		else
			(void)asn_value(&a);
	return asn_sound(&a) && *fid != DMSC_PLAY_FID_NONE;
}

/* 9000, and data with it. */
static bool
nordic_send(struct dmsc_walk *w, const char *hex)
{
	return dmsc_walk_send(w, "%s", hex) && w->sw == 0x9000 &&
	    w->rsp->len > 0;
}

static bool
nordic_file(struct dmsc_walk *w, unsigned fid)
{
	return dmsc_walk_send(w, "01A40804047FFF%04X00", fid) &&
	    w->sw == 0x9000 && w->rsp->len > 0 &&
	    dmsc_walk_send(w, "01B00000%02X", (unsigned)DMSC_PLAY_BLOCK) &&
	    w->sw == 0x9000 && w->rsp->len > 0;
}

static bool
nordic_records(struct dmsc_walk *w, const char *oid_hex)
{
	unsigned fid;

	if (!nordic_send(w, "01A404040C" DMSC_WALK_AID "00"))
		return dmsc_walk_give_up(w, "the application");
	if (!nordic_file(w, 0x5031) || !nordic_odf(w, &fid))
		return dmsc_walk_give_up(w, "the ODF");
	if (!nordic_file(w, fid) || !nordic_dodf(w, oid_hex, &fid))
		return dmsc_walk_give_up(w, "the DODF");
	if (!nordic_file(w, fid))
		return dmsc_walk_give_up(w, "the document");
	return dmsc_walk_keep(w, fid);
}

bool
dmsc_play_nordic(struct dmsc_link *l, const char *oid_hex,
    struct dmsc_play_found *out)
{
	struct dmsc_walk w;
	bool good;

	if (!dmsc_walk_begin(&w, l, out))
		return false;
	good = nordic_send(&w, "0070000001");
	if (good) {
		good = nordic_records(&w, oid_hex);
		if (!dmsc_walk_send(&w, "01708001") || w.sw != 0x9000)
			good = dmsc_walk_give_up(&w, "closing the channel");
	} else
		(void)dmsc_walk_give_up(&w, "the channel");
	dmsc_walk_end(&w);
	return good;
}
