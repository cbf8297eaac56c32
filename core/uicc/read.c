/*
 * READ and UPDATE BINARY in blocks, beyond offset 32767 by the odd
 * instructions, and records (TS 102 221 11.1.3 to 11.1.6).
 */
#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"
#include "uicc/inside.h"

enum { TAG_OFFSET = 0x54, TAG_DATA = 0x53, MODE_ABSOLUTE = 0x04,
	MODE_PREVIOUS = 0x03, ODD_BLOCK = 240,
	ODD_ROOM = UICC_LC_MAX - ODD_BLOCK,
	ODD_HEAD = 16, ODD_EXT_BLOCK = UICC_EXT_BLOCK - ODD_HEAD,
	SHORT_HEAD = 3, EXT_HEAD = 4, RECORDS_MAX = 254,
	DIR_FID = 0x2F00, BY_SFI = 0x80 };

unsigned
uicc_room(const struct dmsc_uicc *u, bool answer)
{
	struct dmsc_link_facts f;
	size_t n;

	dmsc_link_facts(u->link, &f);
	n = answer ? f.rsp_room : f.cmd_room;
	return n != 0 ? (unsigned)n : answer ? UICC_SHORT_MAX : UICC_LC_MAX;
}

unsigned
dmsc_uicc_read_block(const struct dmsc_uicc *u)
{
	return u->style.extended ? UICC_EXT_BLOCK : uicc_room(u, true);
}

unsigned
dmsc_uicc_update_block(const struct dmsc_uicc *u)
{
	return u->style.extended ? UICC_EXT_BLOCK : uicc_room(u, false);
}

/* At most so many bytes in one READ from offset on; what an odd READ asks
 * for has the head of an object 53 in front. */
static size_t
read_part(const struct dmsc_uicc *u, size_t offset, size_t left)
{
	if (offset < UICC_OFFSET_EVEN)
		return DMSC_MIN(left, (size_t)dmsc_uicc_read_block(u));
	if (left > UICC_SHORT_MAX - SHORT_HEAD && u->style.extended)
		return DMSC_MIN(left, (size_t)ODD_EXT_BLOCK);
	return DMSC_MIN(left, (size_t)UICC_SHORT_MAX -
	    (u->style.odd_raw == TRI_YES ? 0 : SHORT_HEAD));
}

static size_t
update_part(const struct dmsc_uicc *u, size_t offset, size_t left)
{
	size_t most = offset < UICC_OFFSET_EVEN ? dmsc_uicc_update_block(u) :
	    u->style.extended ? ODD_EXT_BLOCK :
	    DMSC_MIN((unsigned)ODD_BLOCK, uicc_room(u, false) - ODD_ROOM);

	return DMSC_MIN(left, most);
}

unsigned
dmsc_uicc_read_apdus(const struct dmsc_uicc *u, size_t offset, size_t n)
{
	unsigned apdus = 0;
	size_t part;

	for (; n > 0; n -= part, offset += part, apdus++)
		part = read_part(u, offset, n);
	return apdus;
}

unsigned
dmsc_uicc_update_apdus(const struct dmsc_uicc *u, size_t offset, size_t n)
{
	unsigned apdus = 0;
	size_t part;

	for (; n > 0; n -= part, offset += part, apdus++)
		part = update_part(u, offset, n);
	return apdus;
}

/* The data object 54 with an offset, then the object 53 with data. */
static int
odd_data(struct dmsc_buf *b, size_t offset, struct dmsc_rd data)
{
	uint8_t at[3] = { (uint8_t)(offset >> 16), (uint8_t)(offset >> 8),
	    (uint8_t)offset };
	struct dmsc_rd r = offset > 0xFFFF ? dmsc_rd_of(at, 3) :
	    dmsc_rd_of(at + 1, 2);
	int code = dmsc_tlv_put(b, TAG_OFFSET, r);

	if (code == DMSC_E_OK && data.left > 0)
		code = dmsc_tlv_put(b, TAG_DATA, data);
	return code;
}

/* The answer to B1: the content of 53, or raw as it is. */
static struct dmsc_rd
unwrap(struct dmsc_uicc *u, struct dmsc_rd all)
{
	struct dmsc_rd v, rest = all;
	uint32_t tag;

	if (u->style.odd_raw == TRI_YES || all.left == 0)
		return all;
	if (dmsc_tlv_next(&rest, &tag, &v) == DMSC_E_OK &&
	    tag == TAG_DATA && rest.left == 0) {
		u->style.odd_raw = TRI_NO;
		return v;
	}
	if (u->style.odd_raw == TRI_UNKNOWN)
		u->style.odd_raw = TRI_YES;
	return all;
}

static int
read_odd(struct dmsc_uicc *u, size_t offset, size_t want,
    struct dmsc_buf *out, unsigned *sw)
{
	struct dmsc_buf *b = dmsc_buf_new(UICC_LC_MAX);
	int r = DMSC_E_NOMEM;

	dmsc_buf_reset(u->all);
	if (b != NULL)
		r = odd_data(b, offset, dmsc_rd_of(NULL, 0));
	if (r != DMSC_E_OK)
		r = dmsc_fail(u->err, r, "the APDU cannot be built");
	else
		r = dmsc_uicc_cmd(u, INS_READ_ODD, 0, dmsc_buf_rd(b),
		    want > UICC_SHORT_MAX - SHORT_HEAD && u->style.extended ?
		    (int)want + EXT_HEAD : UICC_SHORT_MAX, u->all, sw);
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK || !dmsc_sw_ok(*sw))
		return r;
	r = dmsc_buf_put(out, dmsc_rd_slice(unwrap(u, dmsc_buf_rd(u->all)),
	    0, want));
	return r == DMSC_E_OK ? r : dmsc_fail(u->err, r, "%s",
	    r == DMSC_E_NOMEM ? "out of memory" : "the file is too long");
}

/* One READ: at most want bytes behind out, *n tells how many. */
static int
read_one(struct dmsc_uicc *u, size_t offset, size_t want,
    struct dmsc_buf *out, size_t *n, unsigned *sw)
{
	size_t start = out->len;
	int r;

	if (offset >= UICC_OFFSET_EVEN)
		r = read_odd(u, offset, want, out, sw);
	else
		r = dmsc_uicc_cmd(u, INS_READ, (unsigned)offset,
		    dmsc_rd_of(NULL, 0), (int)want, out, sw);
	if (r != DMSC_E_OK)
		return r;
	if (!dmsc_sw_ok(*sw))
		dmsc_buf_truncate(out, start);
	if (out->len - start > want)
		dmsc_buf_truncate(out, start + want);
	*n = out->len - start;
	return DMSC_E_OK;
}

/* A length that the card does not take: a smaller one. 0: none is left. */
static size_t
smaller(struct dmsc_uicc *u, size_t want)
{
	if (want > UICC_SHORT_MAX) {
		u->style.extended = false;
		return UICC_SHORT_MAX;
	}
	return want / 2;
}

static bool
length_wrong(unsigned sw)
{
	return sw == SW_LENGTH || (sw & 0xFF00) == 0x6C00;
}

/* size bytes from offset; told: the file is known to have them. */
static int
read_loop(struct dmsc_uicc *u, size_t offset, size_t size, bool told,
    struct dmsc_buf *out)
{
	size_t got = 0, n = 0, block = dmsc_uicc_read_block(u), want;
	unsigned sw;
	int r;

	while (got < size && block > 0) {
		want = read_part(u, offset + got, DMSC_MIN(block, size -
		    got));
		r = read_one(u, offset + got, want, out, &n, &sw);
		if (r != DMSC_E_OK)
			return r;
		if (length_wrong(sw) && (offset + got < UICC_OFFSET_EVEN ||
		    want > UICC_SHORT_MAX)) {
			block = smaller(u, want);
			if (block == 0 && got == 0)
				return dmsc_uicc_fail(u, sw, "read");
			continue;
		}
		got += n;
		if ((sw == SW_OFFSET || length_wrong(sw)) && got > 0)
			break;
		if (!dmsc_sw_ok(sw))
			return dmsc_uicc_fail(u, sw, "read");
		if (sw == SW_EOF || n == 0 || (n < want && !told &&
		    offset + got < UICC_OFFSET_EVEN))
			break;
	}
	return DMSC_E_OK;
}

int
dmsc_uicc_read(struct dmsc_uicc *u, size_t offset, size_t size,
    struct dmsc_buf *out)
{
	const struct uicc_channel *c = uicc_chan(u);
	bool told = size != SIZE_MAX;

	if (!told && c->known && c->have_fcp && c->fcp.size != SIZE_MAX) {
		told = true;
		size = c->fcp.size > offset ? c->fcp.size - offset : 0;
	}
	size = DMSC_MIN(size, DMSC_EF_MAX);
	return read_loop(u, offset, size, told, out);
}

int
dmsc_uicc_read_sfi(struct dmsc_uicc *u, unsigned sfi, size_t n,
    struct dmsc_buf *out)
{
	unsigned sw = 0;
	int r = dmsc_uicc_cmd(u, INS_READ, (BY_SFI | sfi) << 8,
	    dmsc_rd_of(NULL, 0), (int)n, out, &sw);

	uicc_chan(u)->known = false;	/* another file is selected by it */
	return r != DMSC_E_OK || dmsc_sw_ok(sw) ? r :
	    dmsc_uicc_fail(u, sw, "read the file");
}

static int
update_odd(struct dmsc_uicc *u, size_t offset, struct dmsc_rd data,
    unsigned *sw)
{
	struct dmsc_buf *b = dmsc_buf_new(UICC_EXT_BLOCK);
	int r = DMSC_E_NOMEM;

	if (b != NULL)
		r = odd_data(b, offset, data);
	if (r != DMSC_E_OK)
		r = dmsc_fail(u->err, r, "the APDU cannot be built");
	else
		r = dmsc_uicc_cmd(u, INS_UPDATE_ODD, 0, dmsc_buf_rd(b),
		    DMSC_LE_NONE, NULL, sw);
	dmsc_buf_free(&b);
	return r;
}

/* What is known of EF.DIR and the rules ends when they are written. */
static void
written(struct dmsc_uicc *u)
{
	const struct uicc_channel *c = uicc_chan(u);
	size_t i;
	bool matters = !c->known || (c->at.n == 1 && c->at.aid_len == 0 &&
	    c->at.fid[0] == DIR_FID);

	for (i = 0; i < u->n_rules && !matters; i++)
		matters = c->at.n > 0 && u->rules[i].arr.n > 0 &&
		    u->rules[i].arr.fid[u->rules[i].arr.n - 1] ==
		    c->at.fid[c->at.n - 1];
	if (matters)
		uicc_content_changed(u);
}

int
dmsc_uicc_update(struct dmsc_uicc *u, size_t offset, struct dmsc_rd data)
{
	struct dmsc_rd part;
	unsigned sw;
	bool odd;
	int r;

	written(u);
	while (data.left > 0) {
		odd = offset >= UICC_OFFSET_EVEN;
		part = dmsc_rd_slice(data, 0, update_part(u, offset,
		    data.left));
		if (odd)
			r = update_odd(u, offset, part, &sw);
		else
			r = dmsc_uicc_cmd(u, INS_UPDATE, (unsigned)offset,
			    part, DMSC_LE_NONE, NULL, &sw);
		if (r != DMSC_E_OK)
			return r;
		if (sw == SW_LENGTH && part.left > UICC_LC_MAX) {
			u->style.extended = false;
			continue;
		}
		if (!dmsc_sw_ok(sw))
			return dmsc_uicc_fail(u, sw, "write");
		data = dmsc_rd_slice(data, part.left, data.left);
		offset += part.left;
	}
	return DMSC_E_OK;
}

int
dmsc_uicc_read_record(struct dmsc_uicc *u, unsigned record, unsigned len,
    struct dmsc_buf *out)
{
	size_t start = out->len;
	unsigned sw;
	int r;

	if (record == 0 || record > UICC_LC_MAX)
		return dmsc_fail(u->err, DMSC_E_USAGE,
		    "record numbers are 1 to 255");
	r = dmsc_uicc_cmd(u, INS_READ_RECORD, record << 8 | MODE_ABSOLUTE,
	    dmsc_rd_of(NULL, 0), len == 0 || len > UICC_SHORT_MAX ?
	    UICC_SHORT_MAX : (int)len, out, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw)) {
		dmsc_buf_truncate(out, start);
		r = dmsc_uicc_fail(u, sw, "read record %u", record);
	}
	return r;
}

int
dmsc_uicc_update_record(struct dmsc_uicc *u, unsigned record,
    struct dmsc_rd data)
{
	const struct uicc_channel *c = uicc_chan(u);
	bool cyclic = c->known && c->have_fcp &&
	    c->fcp.kind == DMSC_FILE_CYCLIC;
	unsigned sw;
	int r;

	if (record == 0 || record > UICC_LC_MAX || data.left == 0 ||
	    data.left > UICC_LC_MAX)
		return dmsc_fail(u->err, DMSC_E_USAGE,
		    "records have numbers and lengths of 1 to 255");
	written(u);
	r = dmsc_uicc_cmd(u, INS_UPDATE_RECORD, cyclic ? MODE_PREVIOUS :
	    record << 8 | MODE_ABSOLUTE, data, DMSC_LE_NONE, NULL, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(u, sw, "write record %u", record);
	return r;
}

/* All records one behind the other. */
static int
read_records(struct dmsc_uicc *u, const struct dmsc_uicc_fcp *f,
    struct dmsc_buf *out)
{
	unsigned most = f->records > 0 ? f->records : RECORDS_MAX, i;
	int r;

	for (i = 1; i <= most; i++) {
		r = dmsc_uicc_read_record(u, i, f->record_len, out);
		if (r == DMSC_E_NOTFOUND && i > 1) {
			dmsc_err_clear(u->err);
			return DMSC_E_OK;
		}
		if (r != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

int
dmsc_uicc_read_place(struct dmsc_uicc *u, const struct dmsc_place *p,
    struct dmsc_uicc_fcp *fcp, struct dmsc_buf *out)
{
	struct dmsc_uicc_fcp own, *f = fcp == NULL ? &own : fcp;
	int r;

	if ((r = dmsc_uicc_begin(u)) != DMSC_E_OK)
		return r;
	r = dmsc_uicc_select(u, p, f);
	if (r == DMSC_E_OK && f->kind >= DMSC_FILE_MF &&
	    f->kind <= DMSC_FILE_ADF)
		r = dmsc_fail(u->err, DMSC_E_USAGE,
		    "this is a directory, not a file");
	else if (r == DMSC_E_OK && (f->kind == DMSC_FILE_LINEAR ||
	    f->kind == DMSC_FILE_CYCLIC))
		r = read_records(u, f, out);
	else if (r == DMSC_E_OK)
		r = dmsc_uicc_read(u, 0, SIZE_MAX, out);
	dmsc_uicc_end(u);
	return r;
}

int
dmsc_uicc_create(struct dmsc_uicc *u, struct dmsc_rd fcp)
{
	unsigned sw;
	int r;

	if (fcp.left == 0 || fcp.left > UICC_LC_MAX)
		return dmsc_fail(u->err, DMSC_E_USAGE,
		    "a template has 1 to 255 bytes");
	uicc_lost(u);		/* the new file should be current: look */
	uicc_content_changed(u);
	r = dmsc_uicc_cmd(u, INS_CREATE, 0, fcp, DMSC_LE_NONE, NULL, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(u, sw, "create the file");
	return r;
}

int
dmsc_uicc_delete(struct dmsc_uicc *u, uint16_t fid)
{
	uint8_t b[2] = { (uint8_t)(fid >> 8), (uint8_t)fid };
	unsigned sw;
	int r;

	uicc_lost(u);
	uicc_content_changed(u);
	r = dmsc_uicc_cmd(u, INS_DELETE, 0, dmsc_rd_of(b, 2), DMSC_LE_NONE,
	    NULL, &sw);
	if (r == DMSC_E_OK && !dmsc_sw_ok(sw))
		r = dmsc_uicc_fail(u, sw, "delete file %04X", fid);
	return r;
}
