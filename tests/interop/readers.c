/* What the readers share, and Nordic's: its decoder is as small as this one,
 * and as particular. */
#include "readers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interop/walk.h"

enum { ASN_LENGTH_MAX = 3, ASN_OID_MAX = 15, ASN_PATH_MAX = 7 };

void
reader_clear(struct reader_found *f)
{
	dmsc_buf_free(&f->bytes);
	memset(f, 0, sizeof *f);
}

bool
walk_give_up(struct walk *w, const char *why)
{
	if (w->out->why == NULL)
		w->out->why = why;
	return false;
}

bool
walk_send(struct walk *w, const char *fmt, ...)
{
	char hex[256];
	struct dmsc_buf *cmd = dmsc_buf_new(sizeof hex / 2);
	struct dmsc_err e = { 0 };
	bool sent;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(hex, sizeof hex, fmt, ap);
	va_end(ap);
	dmsc_buf_reset(w->rsp);
	w->sw = 0;
	sent = dmsc_hex_get(hex, cmd) == DMSC_E_OK &&
	    dmsc_link_xfer(w->l, dmsc_buf_rd(cmd), w->rsp, &e) == DMSC_E_OK;
	dmsc_buf_free(&cmd);
	w->out->apdus++;
	if (!sent) {
		printf("# %s: %s, %s\n", hex, e.message, e.why);
		return walk_give_up(w, "the link");
	}
	w->sw = (unsigned)w->rsp->p[w->rsp->len - 2] << 8 |
	    w->rsp->p[w->rsp->len - 1];
	dmsc_buf_truncate(w->rsp, w->rsp->len - 2);
	return true;
}

bool
walk_begin(struct walk *w, struct dmsc_link *l, struct reader_found *out)
{
	memset(out, 0, sizeof *out);
	w->l = l;
	w->out = out;
	w->sw = 0;
	w->rsp = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	return w->rsp != NULL;
}

void
walk_end(struct walk *w)
{
	dmsc_buf_free(&w->rsp);
}

bool
walk_keep(struct walk *w, unsigned fid)
{
	w->out->fid = fid;
	if (w->out->bytes == NULL)
		w->out->bytes = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	return w->out->bytes != NULL && dmsc_buf_put(w->out->bytes,
	    dmsc_buf_rd(w->rsp)) == DMSC_E_OK;
}

unsigned
walk_fid(struct dmsc_rd path)
{
	uint16_t fid;

	return dmsc_rd_u16(&path, &fid) == DMSC_E_OK ? fid : READER_FID_NONE;
}

bool
walk_same(struct dmsc_rd r, const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(r.left + 64);
	bool same = dmsc_hex_get(hex, b) == DMSC_E_OK &&
	    dmsc_rd_eq(r, dmsc_buf_rd(b));

	dmsc_buf_free(&b);
	return same;
}

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
			*fid = walk_fid(v);
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
	return walk_same(oid, want) || walk_same(oid, twice);
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
nordic_odf(struct walk *w, unsigned *fid)
{
	struct asn a = { .r = dmsc_buf_rd(w->rsp) };

	*fid = READER_FID_NONE;
	while (asn_head(&a))
		if (a.tag == 0xA7)
			asn_odf_entry(&a, fid);
		else
			(void)asn_value(&a);
	return asn_sound(&a) && *fid != READER_FID_NONE;
}

static bool
nordic_dodf(struct walk *w, const char *want, unsigned *fid)
{
	struct asn a = { .r = dmsc_buf_rd(w->rsp) };

	*fid = READER_FID_NONE;
	while (asn_head(&a))
		if (a.tag == 0xA1)
			asn_entry(&a, want, 0, fid);
		else
			(void)asn_value(&a);
	return asn_sound(&a) && *fid != READER_FID_NONE;
}

/* 9000, and data with it. */
static bool
nordic_send(struct walk *w, const char *hex)
{
	return walk_send(w, "%s", hex) && w->sw == 0x9000 && w->rsp->len > 0;
}

static bool
nordic_file(struct walk *w, unsigned fid)
{
	return walk_send(w, "01A40804047FFF%04X00", fid) &&
	    w->sw == 0x9000 && w->rsp->len > 0 &&
	    walk_send(w, "01B00000%02X", (unsigned)READER_BLOCK) &&
	    w->sw == 0x9000 && w->rsp->len > 0;
}

static bool
nordic_records(struct walk *w, const char *oid_hex)
{
	unsigned fid;

	if (!nordic_send(w, "01A404040C" WALK_AID "00"))
		return walk_give_up(w, "the application");
	if (!nordic_file(w, 0x5031) || !nordic_odf(w, &fid))
		return walk_give_up(w, "the ODF");
	if (!nordic_file(w, fid) || !nordic_dodf(w, oid_hex, &fid))
		return walk_give_up(w, "the DODF");
	if (!nordic_file(w, fid))
		return walk_give_up(w, "the document");
	return walk_keep(w, fid);
}

bool
reader_nordic(struct dmsc_link *l, const char *oid_hex,
    struct reader_found *out)
{
	struct walk w;
	bool good;

	if (!walk_begin(&w, l, out))
		return false;
	good = nordic_send(&w, "0070000001");
	if (good) {
		good = nordic_records(&w, oid_hex);
		if (!walk_send(&w, "01708001") || w.sw != 0x9000)
			good = walk_give_up(&w, "closing the channel");
	} else
		(void)walk_give_up(&w, "the channel");
	walk_end(&w);
	return good;
}
