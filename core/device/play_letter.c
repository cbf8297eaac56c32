/* A reader by the letter: OMA LwM2M Core, bootstrap from smartcard. */
#include <string.h>

#include "device/walk.h"
#include "tlv/ber.h"

enum { CHUNK = 255, RECORDS = 10, PATHS = 8, PATH_MOST = 16,
	BARE = 0xC0, LAST_OFFSET = 0x7FFF };

struct path {
	uint8_t p[PATH_MOST];
	size_t n;
	size_t index, length;	/* length 0: to the end */
};

static bool
select_path(struct dmsc_walk *w, const char *ch, const struct path *at)
{
	char hex[2 * PATH_MOST + 1];
	struct dmsc_rd r = dmsc_rd_of(at->p, at->n);

	if (at->n == 2) {
		(void)dmsc_hex(r, hex, sizeof hex);
		return dmsc_walk_send(w, "%sA40804047FFF%s00", ch, hex) &&
		    w->sw == 0x9000;
	}
	if (at->p[0] == 0x3F)
		r = dmsc_rd_slice(r, 2, r.left);
	(void)dmsc_hex(r, hex, sizeof hex);
	return dmsc_walk_send(w, "%sA40804%02zX%s00", ch, r.left, hex) &&
	    w->sw == 0x9000;
}

static size_t
size_of(struct dmsc_rd fcp)
{
	struct dmsc_rd t, v;
	size_t n = 0;

	if (dmsc_tlv_find(fcp, 0x62, &t) != DMSC_E_OK ||
	    dmsc_tlv_find(t, 0x80, &v) != DMSC_E_OK)
		return 0;
	for (; v.left > 0; v = dmsc_rd_slice(v, 1, v.left))
		n = n << 8 | v.p[0];
	return n;
}

/* The file, or its part, into out. */
static bool
read_path(struct dmsc_walk *w, const struct path *at, struct dmsc_buf *out)
{
	size_t end, off = at->index, n;
	bool good = select_path(w, "01", at);

	dmsc_buf_reset(out);
	end = good ? size_of(dmsc_buf_rd(w->rsp)) : 0;
	if (at->length > 0 && at->index + at->length < end)
		end = at->index + at->length;
	for (; good && off < end && off <= LAST_OFFSET; off += n) {
		n = end - off < CHUNK ? end - off : CHUNK;
		good = dmsc_walk_send(w, "01B0%04zX%02zX", off, n) &&
		    w->sw == 0x9000 && dmsc_buf_put(out,
		    dmsc_buf_rd(w->rsp)) == DMSC_E_OK;
	}
	return good;
}

static size_t
number(struct dmsc_rd v)
{
	size_t n = 0;

	for (; v.left > 0; v = dmsc_rd_slice(v, 1, v.left))
		n = n << 8 | v.p[0];
	return n;
}

/* Path ::= SEQUENCE { OCTET STRING, index, [0] length } */
static bool
parse_path(struct dmsc_rd seq, struct path *out)
{
	struct dmsc_rd v;

	memset(out, 0, sizeof *out);
	if (dmsc_tlv_find(seq, 0x04, &v) != DMSC_E_OK || v.left < 2 ||
	    v.left > sizeof out->p || v.left % 2 != 0)
		return false;
	memcpy(out->p, v.p, v.left);
	out->n = v.left;
	if (dmsc_tlv_find(seq, 0x02, &v) == DMSC_E_OK)
		out->index = number(v);
	if (dmsc_tlv_find(seq, 0x80, &v) == DMSC_E_OK)
		out->length = number(v);
	return true;
}

static bool
entry_is(struct dmsc_rd e, const char *want, struct path *out)
{
	struct dmsc_rd type, seq, v;

	return dmsc_tlv_find(e, 0xA1, &type) == DMSC_E_OK &&
	    dmsc_tlv_find(type, 0x30, &seq) == DMSC_E_OK &&
	    dmsc_tlv_find(seq, 0x06, &v) == DMSC_E_OK &&
	    dmsc_walk_same(v, want) &&
	    dmsc_tlv_find(seq, 0x30, &v) == DMSC_E_OK &&
	    parse_path(v, out);
}

static bool
next(struct dmsc_rd *r, uint32_t *tag, struct dmsc_rd *v)
{
	while (r->left > 0 && (r->p[0] == 0xFF || r->p[0] == 0))
		*r = dmsc_rd_slice(*r, 1, r->left);
	return r->left > 0 && dmsc_tlv_next(r, tag, v) == DMSC_E_OK;
}

static bool
look(struct dmsc_walk *w, const char *want, struct dmsc_buf *b,
    struct path *out)
{
	static const struct path odf = { { 0x50, 0x31 }, 2, 0, 0 };
	struct path dirs[PATHS];
	struct dmsc_rd r, v, seq;
	size_t n = 0, i;
	uint32_t tag;

	if (!read_path(w, &odf, b))
		return dmsc_walk_give_up(w, "the ODF");
	r = dmsc_buf_rd(b);
	while (n < PATHS && next(&r, &tag, &v))
		if (tag == 0xA7 && dmsc_tlv_find(v, 0x30, &seq) ==
		    DMSC_E_OK && parse_path(seq, &dirs[n]))
			n++;
	for (i = 0; i < n; i++) {
		if (!read_path(w, &dirs[i], b))
			continue;
		r = dmsc_buf_rd(b);
		while (next(&r, &tag, &v))
			if (tag == 0xA1 && entry_is(v, want, out))
				return true;
	}
	return dmsc_walk_give_up(w, "no such entry");
}

/* The path behind the AID in EF.DIR, and the folder selected by it. */
static bool
come_by_dir(struct dmsc_walk *w)
{
	static const struct path dir = { { 0x3F, 0, 0x2F, 0 }, 4, 0, 0 };
	struct dmsc_rd t, v;
	struct path at;
	unsigned i;

	if (!select_path(w, "01", &dir))
		return dmsc_walk_give_up(w, "EF.DIR");
	for (i = 1; i <= RECORDS; i++) {
		if (!dmsc_walk_send(w, "01B2%02X0400", i) || w->sw != 0x9000)
			break;
		if (dmsc_tlv_find(dmsc_buf_rd(w->rsp), 0x61, &t) !=
		    DMSC_E_OK || dmsc_tlv_find(t, 0x4F, &v) != DMSC_E_OK ||
		    !dmsc_walk_same(v, DMSC_WALK_AID) ||
		    dmsc_tlv_find(t, 0x51, &v) != DMSC_E_OK ||
		    v.left < 4 || v.left > sizeof at.p)
			continue;
		memcpy(at.p, v.p, v.left);
		at.n = v.left;
		return select_path(w, "01", &at) ||
		    dmsc_walk_give_up(w, "the path in EF.DIR");
	}
	return dmsc_walk_give_up(w, "EF.DIR names no path");
}

static bool
run(struct dmsc_walk *w, const char *want, bool by_dir, bool header)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct path at;
	bool good;

	if (b == NULL)
		return dmsc_walk_give_up(w, "no memory");
	good = (!by_dir || come_by_dir(w)) &&
	    ((dmsc_walk_send(w, "01A404040C" DMSC_WALK_AID "00") &&
	    w->sw == 0x9000) ||
	    dmsc_walk_give_up(w, "the application")) && look(w, want, b, &at) &&
	    (read_path(w, &at, b) || dmsc_walk_give_up(w, "the document"));
	if (good && header && b->len > 0 && b->p[0] >= BARE)
		good = dmsc_walk_give_up(w, "no header");
	dmsc_buf_reset(w->rsp);
	good = good && dmsc_buf_put(w->rsp, dmsc_buf_rd(b)) == DMSC_E_OK &&
	    dmsc_walk_keep(w, (unsigned)at.p[at.n - 2] << 8 | at.p[at.n - 1]);
	dmsc_buf_free(&b);
	return good;
}

bool
dmsc_play_letter(struct dmsc_link *l, const char *oid_hex, bool by_dir,
    bool header, struct dmsc_play_found *out)
{
	struct dmsc_walk w;
	bool good;

	if (!dmsc_walk_begin(&w, l, out))
		return false;
	good = dmsc_walk_send(&w, "0070000001") && w.sw == 0x9000;
	if (good) {
		good = run(&w, oid_hex, by_dir, header);
		if (!dmsc_walk_send(&w, "01708001") || w.sw != 0x9000)
			good = dmsc_walk_give_up(&w, "closing the channel");
	}
	dmsc_walk_end(&w);
	return good;
}
