/* OpenSC 0.23 with its default driver: probes, EF.DIR, binding, one data
 * object. */
#include <string.h>

#include "base/text.h"
#include "device/walk.h"
#include "tlv/ber.h"

enum { RECORDS = 15, CHUNK = 256, LAST_OFFSET = 0x7FFF, NO_SIZE = 1024,
	BIG_SIZE = 0x8000, PATH_MAX_BYTES = 16, DIRECTORIES = 8,
	PATH_HEX = 2 * PATH_MAX_BYTES + 1, FID_HEX = 4 };

/* How files are reached: below the path of EF.DIR, or by the name. */
struct route {
	struct dmsc_walk *w;
	uint8_t path[PATH_MAX_BYTES];
	size_t n;
};

/* Some of what it sends to find out whose card this is. */
static const char *const probes[] = {
	"00A4040007A0000002472010", "00A404000CD27600012401",
	"00A404000BE828BD080FA000000167455349",
	"00A4040C0AA00000006203010C0101",
	"00A4040009A00000030800001000", "00A4040008A000000151000000",
	"00CADF3005", "00CB3FFF035C017E00", "00CA9F7F2D", "80CA9F7F00",
};

static bool
probe(struct dmsc_walk *w)
{
	size_t i;

	for (i = 0; i < sizeof probes / sizeof probes[0]; i++) {
		if (!dmsc_walk_send(w, "%s", probes[i]))
			return false;
		if ((w->sw & 0xFF00) == 0x9000 || (w->sw & 0xFF00) == 0x6100)
			return dmsc_walk_give_up(w, probes[i]);
	}
	return true;
}

static bool
is_app(struct dmsc_rd record, struct route *to, bool *path)
{
	struct dmsc_rd t, v;
	uint32_t tag;

	if (dmsc_tlv_next(&record, &tag, &t) != DMSC_E_OK || tag != 0x61 ||
	    dmsc_tlv_find(t, 0x4F, &v) != DMSC_E_OK ||
	    !dmsc_walk_same(v, DMSC_WALK_AID))
		return false;
	*path = dmsc_tlv_find(t, 0x51, &v) == DMSC_E_OK && v.left > 0;
	if (!*path)
		return true;
	if (v.left > 2 && v.p[0] == 0x3F && v.p[1] == 0)
		v = dmsc_rd_slice(v, 2, v.left);
	if (v.left > sizeof to->path)
		return false;
	memcpy(to->path, v.p, v.left);
	to->n = v.left;
	return true;
}

static bool
look_in_dir(struct dmsc_walk *w, struct route *to)
{
	bool path = false, found = false;
	unsigned n;

	if (!dmsc_walk_send(w, "00A4000C023F00") || w->sw != 0x9000 ||
	    !dmsc_walk_send(w, "00A4020C022F00") ||
	    !dmsc_walk_send(w, "00A40800022F00") || w->sw != 0x9000)
		return dmsc_walk_give_up(w, "EF.DIR");
	for (n = 1; n <= RECORDS; n++) {
		if (!dmsc_walk_send(w, "00B2%02X0400", n))
			return false;
		if (w->sw != 0x9000)
			break;
		if (!found)
			found = is_app(dmsc_buf_rd(w->rsp), to, &path);
	}
	if (!found)
		return dmsc_walk_give_up(w, "EF.DIR names no application");
	return path ? dmsc_walk_send(w, "00A4080C%02zX%02X%02X", to->n,
	    to->path[0], to->path[1]) && w->sw == 0x9000 :
	    dmsc_walk_send(w, "00A4040C0C" DMSC_WALK_AID) && w->sw == 0x9000;
}

static bool
select_in(struct route *to, const char *fid_hex, bool own)
{
	struct dmsc_walk *w = to->w;
	bool sent;

	if (strlen(fid_hex) > FID_HEX)		/* from the MF */
		sent = to->n == 2 && dmsc_walk_send(w, "00A40800%02zX%s",
		    strlen(fid_hex) / 2 - 2, fid_hex + FID_HEX);
	else if (to->n == 2)
		sent = dmsc_walk_send(w, "00A4080004%02X%02X%s", to->path[0],
		    to->path[1], fid_hex);
	else
		sent = dmsc_walk_send(w, "00A404000C" DMSC_WALK_AID) &&
		    w->sw == 0x9000 && dmsc_walk_send(w, own ?
		    "00A4090002%s" : "00A4000002%s", fid_hex);
	return sent && w->sw == 0x9000 && w->rsp->len > 2 &&
	    (w->rsp->p[0] == 0x62 || w->rsp->p[0] == 0x6F);
}

/* Tag 80 is a signed number: a negative size counts as none. */
static size_t
size_of(struct dmsc_rd fcp)
{
	struct dmsc_rd t, v;
	uint32_t tag;
	size_t n = 0;

	if (dmsc_tlv_next(&fcp, &tag, &t) != DMSC_E_OK ||
	    dmsc_tlv_find(t, 0x80, &v) != DMSC_E_OK || v.left == 0 ||
	    (v.p[0] & 0x80) != 0)
		return NO_SIZE;
	for (; v.left > 0; v = dmsc_rd_slice(v, 1, v.left))
		n = n << 8 | v.p[0];
	return n;
}

/* A whole file into w->rsp. */
static bool
read_file(struct route *to, const char *fid_hex, bool own)
{
	struct dmsc_buf *all = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct dmsc_walk *w = to->w;
	size_t size, n;
	bool good;

	good = all != NULL && select_in(to, fid_hex, own);
	size = good ? size_of(dmsc_buf_rd(w->rsp)) : 0;
	while (good && all->len < size && all->len <= LAST_OFFSET) {
		n = size - all->len < CHUNK ? size - all->len : CHUNK;
		good = dmsc_walk_send(w, "00B0%04zX%02zX", all->len,
		    n % CHUNK) &&
		    (w->sw == 0x9000 || w->sw == 0x6282) &&
		    dmsc_buf_put(all, dmsc_buf_rd(w->rsp)) == DMSC_E_OK;
		if (good && w->rsp->len < n)
			break;
	}
	dmsc_buf_reset(w->rsp);
	good = good && dmsc_buf_put(w->rsp, dmsc_buf_rd(all)) == DMSC_E_OK;
	dmsc_buf_free(&all);
	return good;
}

/* Whether an opaqueDO is the one: its label or its OID; then its path. */
static bool
entry_is(struct dmsc_rd e, const char *want, char fid[PATH_HEX])
{
	struct dmsc_rd common, class, type, seq, v;
	bool mine;
	uint32_t tag;

	if (dmsc_tlv_next(&e, &tag, &common) != DMSC_E_OK || tag != 0x30 ||
	    dmsc_tlv_next(&e, &tag, &class) != DMSC_E_OK || tag != 0x30 ||
	    dmsc_tlv_next(&e, &tag, &type) != DMSC_E_OK || tag != 0xA1)
		return false;
	mine = (dmsc_tlv_find(common, 0x0C, &v) == DMSC_E_OK &&
	    dmsc_rd_eq_str(v, want)) ||
	    (dmsc_tlv_find(class, 0x06, &v) == DMSC_E_OK &&
	    dmsc_walk_same(v, want));
	if (!mine || dmsc_tlv_next(&type, &tag, &seq) != DMSC_E_OK ||
	    tag != 0x30 || dmsc_tlv_find(seq, 0x04, &v) != DMSC_E_OK ||
	    v.left > PATH_MAX_BYTES || v.left < 2 || (v.left > 2 &&
	    (v.p[0] != 0x3F || v.p[1] != 0)))
		return false;
	(void)dmsc_hex(v, fid, PATH_HEX);
	return true;
}

static bool
look_in_dodf(struct dmsc_rd file, const char *want, char fid[PATH_HEX])
{
	struct dmsc_rd entry;
	uint32_t tag;

	while (dmsc_tlv_next(&file, &tag, &entry) == DMSC_E_OK &&
	    tag == 0x30)
		if (entry_is(entry, want, fid))
			return true;
	return false;
}

/* The FIDs of all DODFs that the ODF names. */
static size_t
look_in_odf(struct dmsc_rd file, char fids[][5])
{
	struct dmsc_rd v, seq, path;
	uint32_t tag;
	size_t n = 0;

	while (n < DIRECTORIES && file.left > 0 && file.p[0] != 0 &&
	    file.p[0] != 0xFF &&
	    dmsc_tlv_next(&file, &tag, &v) == DMSC_E_OK)
		if (tag == 0xA7 && dmsc_tlv_find(v, 0x30, &seq) ==
		    DMSC_E_OK && dmsc_tlv_find(seq, 0x04, &path) ==
		    DMSC_E_OK && path.left == 2)
			(void)dmsc_hex(path, fids[n++], 5);
	return n;
}

static bool
bind_and_read(struct route *to, const char *want)
{
	char fids[DIRECTORIES][5], fid[PATH_HEX] = "";
	struct dmsc_walk *w = to->w;
	bool found = false;
	uint64_t number;
	size_t i, n;

	if (!read_file(to, "5031", true))
		return dmsc_walk_give_up(w, "the ODF");
	n = look_in_odf(dmsc_buf_rd(w->rsp), fids);
	if (!read_file(to, "5032", true))
		return dmsc_walk_give_up(w, "the token information");
	for (i = 0; i < n && !found; i++)
		found = read_file(to, fids[i], false) &&
		    look_in_dodf(dmsc_buf_rd(w->rsp), want, fid);
	if (!found)
		return dmsc_walk_give_up(w, "no such object");
	if (!read_file(to, fid, false))
		return dmsc_walk_give_up(w, "the document");
	return dmsc_num(fid + strlen(fid) - FID_HEX, 16, UINT16_MAX,
	    &number) == DMSC_E_OK &&
	    dmsc_walk_keep(w, (unsigned)number);
}

bool
dmsc_play_opensc(struct dmsc_link *l, const char *want, bool probing,
    struct dmsc_play_found *out)
{
	struct dmsc_walk w;
	struct route to = { .w = &w };
	bool good;

	if (!dmsc_walk_begin(&w, l, out))
		return false;
	good = (!probing || probe(&w)) && look_in_dir(&w, &to) &&
	    bind_and_read(&to, want);
	dmsc_walk_end(&w);
	return good;
}
