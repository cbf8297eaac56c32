/* Android's reader of the access rule files (UiccPkcs15 of its telephony). */
#include "device/walk.h"

enum { RULES_FID = 0x4300, REFRESH = 8, CHANNELS = 4, LONG = 0x80 };

/* The object with this tag at the front of r, or it gives up: all says that
 * nothing may follow. */
static bool
take(struct dmsc_rd *r, unsigned tag, bool all, struct dmsc_rd *value)
{
	struct dmsc_rd at = *r;
	uint8_t got, len, b;
	size_t n;

	if (dmsc_rd_u8(&at, &got) != DMSC_E_OK || got != tag ||
	    dmsc_rd_u8(&at, &len) != DMSC_E_OK)
		return false;
	for (n = len < LONG ? len : 0; len > LONG; len--) {
		if (dmsc_rd_u8(&at, &b) != DMSC_E_OK)
			return false;
		n = n << 8 | b;
	}
	if (dmsc_rd_take(&at, n, value) != DMSC_E_OK || (all && at.left > 0))
		return false;
	*r = at;
	return true;
}

/* SEQUENCE { OCTET STRING }: a path, or something else of that form. */
static bool
octets(struct dmsc_rd *r, bool all, struct dmsc_rd *out)
{
	struct dmsc_rd seq;

	return take(r, 0x30, all, &seq) && take(&seq, 0x04, true, out);
}

static bool
parse_odf(struct dmsc_rd file, unsigned *fid)
{
	struct dmsc_rd v, path;

	if (!take(&file, 0xA7, false, &v) || !octets(&v, true, &path))
		return false;
	*fid = dmsc_walk_fid(path);
	return *fid != DMSC_PLAY_FID_NONE;
}

/* 1: it is the one, 0: another one, -1: not readable, the walk ends. */
static int
parse_entry(struct dmsc_rd entry, const char *want, unsigned *fid)
{
	struct dmsc_rd v, seq, oid, path;

	if (!take(&entry, 0x30, false, &v) || !take(&entry, 0x30, false, &v))
		return -1;
	(void)take(&entry, 0xA0, false, &v);
	if (entry.left == 0 || entry.p[0] != 0xA1)
		return 0;
	if (!take(&entry, 0xA1, true, &v) || !take(&v, 0x30, true, &seq) ||
	    !take(&seq, 0x06, false, &oid))
		return -1;
	if (!dmsc_walk_same(oid, want))
		return 0;
	if (!octets(&seq, true, &path))
		return -1;
	*fid = dmsc_walk_fid(path);
	return 1;
}

static bool
parse_dodf(struct dmsc_rd file, const char *want, unsigned *fid)
{
	struct dmsc_rd entry;
	int found = 0;

	while (found == 0 && file.left > 0 &&
	    take(&file, 0xA1, false, &entry))
		found = parse_entry(entry, want, fid);
	return found == 1;
}

static bool
load(struct dmsc_walk *w, unsigned channel, unsigned fid)
{
	return dmsc_walk_send(w, "%02XA4000402%04X", channel, fid) &&
	    w->sw == 0x9000 && dmsc_walk_send(w, "%02XB0000000", channel) &&
	    w->sw == 0x9000;
}

static bool
open_channel(struct dmsc_walk *w, unsigned *channel)
{
	if (!dmsc_walk_send(w, "0070000001") || w->sw != 0x9000 ||
	    w->rsp->len != 1)
		return dmsc_walk_give_up(w, "the channel");
	*channel = w->rsp->p[0] % CHANNELS;
	if (dmsc_walk_send(w, "%02XA404040C" DMSC_WALK_AID "00", *channel) &&
	    w->sw == 0x9000)
		return true;
	(void)dmsc_walk_send(w, "007080%02X", *channel);
	return dmsc_walk_give_up(w, "the application");
}

static bool
close_channel(struct dmsc_walk *w, unsigned channel, bool good)
{
	if (dmsc_walk_send(w, "007080%02X", channel) && w->sw == 0x9000)
		return good;
	return dmsc_walk_give_up(w, "closing the channel");
}

/* The file of the entry with this OID, read. */
static bool
directory(struct dmsc_walk *w, unsigned channel, const char *oid, unsigned *fid)
{
	if (!load(w, channel, 0x5031) ||
	    !parse_odf(dmsc_buf_rd(w->rsp), fid))
		return dmsc_walk_give_up(w, "the ODF");
	if (!load(w, channel, *fid) ||
	    !parse_dodf(dmsc_buf_rd(w->rsp), oid, fid))
		return dmsc_walk_give_up(w, "the DODF");
	return load(w, channel, *fid) || dmsc_walk_give_up(w, "the document");
}

bool
dmsc_play_android(struct dmsc_link *l, const char *oid_hex,
    struct dmsc_play_found *out)
{
	unsigned channel = 0, fid;
	struct dmsc_walk w;
	bool good;

	if (!dmsc_walk_begin(&w, l, out))
		return false;
	if ((good = open_channel(&w, &channel))) {
		good = directory(&w, channel, oid_hex, &fid) &&
		    dmsc_walk_keep(&w, fid);
		good = close_channel(&w, channel, good);
	}
	dmsc_walk_end(&w);
	return good;
}

/* ACMF: SEQUENCE { refresh tag of 8 bytes, Path of the rules }. */
static bool
parse_main(struct dmsc_rd file, unsigned *fid)
{
	struct dmsc_rd v, tag, path;

	if (!take(&file, 0x30, false, &v) || !take(&v, 0x04, false, &tag) ||
	    tag.left != REFRESH || !octets(&v, true, &path))
		return false;
	*fid = dmsc_walk_fid(path);
	return true;
}

/* ACRF: the path of the last rule for the AID of carriers. */
static bool
parse_rules(struct dmsc_rd file, unsigned *fid)
{
	struct dmsc_rd rule, target, aid, path;
	bool found = false;

	while (take(&file, 0x30, false, &rule)) {
		if (rule.left == 0 || rule.p[0] != 0xA0)
			continue;
		if (!take(&rule, 0xA0, false, &target) ||
		    !take(&target, 0x04, true, &aid))
			break;
		if (!dmsc_walk_same(aid, "FFFFFFFFFFFF"))
			continue;
		if (!octets(&rule, true, &path))
			break;
		*fid = dmsc_walk_fid(path);
		found = true;
	}
	return found;
}

/* ACCF: SEQUENCE { hash } each. */
static bool
keep_hashes(struct dmsc_walk *w, unsigned fid)
{
	struct dmsc_buf *hashes = dmsc_buf_new(DMSC_APDU_RSP_MAX);
	struct dmsc_rd file = dmsc_buf_rd(w->rsp), hash;
	bool good = hashes != NULL;

	while (good && octets(&file, false, &hash))
		good = dmsc_buf_put(hashes, hash) == DMSC_E_OK;
	dmsc_buf_reset(w->rsp);
	good = good && dmsc_buf_put(w->rsp, dmsc_buf_rd(hashes)) ==
	    DMSC_E_OK && dmsc_walk_keep(w, fid);
	dmsc_buf_free(&hashes);
	return good;
}

static bool
rules(struct dmsc_walk *w, unsigned channel)
{
	unsigned fid;

	if (!directory(w, channel, "060A2A864886FC6B81480101", &fid) ||
	    !parse_main(dmsc_buf_rd(w->rsp), &fid) ||
	    !load(w, channel, fid)) {
		fid = RULES_FID;
		if (!load(w, channel, fid))
			return dmsc_walk_give_up(w, "the rules");
	}
	return parse_rules(dmsc_buf_rd(w->rsp), &fid) &&
	    load(w, channel, fid) && keep_hashes(w, fid);
}

bool
dmsc_play_android_rules(struct dmsc_link *l, struct dmsc_play_found *out)
{
	unsigned channel = 0;
	struct dmsc_walk w;
	bool good;

	if (!dmsc_walk_begin(&w, l, out))
		return false;
	if ((good = open_channel(&w, &channel))) {
		good = rules(&w, channel);
		good = close_channel(&w, channel, good);
	}
	dmsc_walk_end(&w);
	return good;
}
