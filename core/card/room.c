/*
 * Room for documents, which the card itself manages (OSR-1; dmsc-card(7),
 * ROOM): it makes pairs of files below its PKCS#15 application, says where,
 * and lists them where it is told a label. What no directory names goes when
 * the next room is asked for, unless it was given since the last reset.
 */
/* req: OSR-1 */
#include <string.h>

#include "base/base.h"
#include "card/appl.h"
#include "card/dirs.h"
#include "card/tree.h"
#include "tlv/ber.h"

enum {
	FIRST_PAIR = 0x4D10, LAST_PAIR = 0x4DEE, FID_MF = 0x3F00,
	FID_ODF = 0x5031, DESC = KIND_TRANSPARENT | KIND_SHAREABLE,
	SIZE_MAX_OF_EF = 0xFFFFFF, SFI = 0x88, TAIL = 64, REFERENCED = 0x8B,
	PATH = 6, TAG_PATH = 0x80, EXPANDED_LEN = 3
};

/* What is asked for. */
struct ask {
	struct dmsc_card *c;
	int df, like;		/* the application; a file with the rules */
	uint8_t sec_tag;
	struct dmsc_rd sec;
	uint8_t own_sec[EXPANDED_LEN];
	uint32_t size;
	unsigned fid;		/* of the first slot */
	bool pair;
};

/* The owner, by a method that the hello takes for writing. */
static bool
may_ask(const struct dmsc_card_object *o)
{
	struct dmsc_appl_hello h;

	return o->who.owner && dmsc_card_hello(o->c, &h) &&
	    (h.to_write & o->who.how) != 0;
}

/* An EF of the application by its path from the MF, or NONE. */
static int
by_path(const struct dmsc_card *c, int df, struct dmsc_rd path)
{
	uint16_t fid = 0, up = 0;

	if (path.left < 4 || path.left % 2 != 0)
		return DMSC_CARD_NONE;
	while (path.left > 0) {
		up = fid;
		if (dmsc_rd_u16(&path, &fid) != DMSC_E_OK)
			return DMSC_CARD_NONE;
	}
	if (up != c->files[df].fid)
		return DMSC_CARD_NONE;
	df = dmsc_card_child(c, df, fid);
	return df != DMSC_CARD_NONE &&
	    c->files[df].kind == KIND_TRANSPARENT ? df : DMSC_CARD_NONE;
}

static bool
in_range(unsigned fid)
{
	return (fid & DIRS_MASK) == DIRS_FIRST;
}

static bool
in_documents(unsigned fid)
{
	return fid >= FIRST_PAIR && fid <= (LAST_PAIR | 1);
}

static size_t
pair_of(unsigned fid)
{
	return (fid & UINT8_MAX) / 2;
}

/* Files that no directory names go, but those given since reset. */
static unsigned
reclaim(struct dmsc_card *c, int df)
{
	struct dirs_named named;
	unsigned sw = dmsc_card_named(c, &named);
	int i, next;

	for (i = c->files[df].child; sw == SW_OK && i != DMSC_CARD_NONE;
	    i = next) {
		const struct dmsc_card_file *f = &c->files[i];

		next = f->next;
		if (in_documents(f->fid) && !named.pair[pair_of(f->fid)] &&
		    !c->given[pair_of(f->fid)])
			sw = dmsc_card_drop_files(c, &i, 1);
	}
	return sw;
}

/* The first pair of identifiers that nothing has. */
static unsigned
free_pair(const struct dmsc_card *c, int df, unsigned *sw)
{
	struct dirs_named named;
	unsigned fid;

	if ((*sw = dmsc_card_named(c, &named)) != SW_OK)
		return 0;
	for (fid = FIRST_PAIR; fid <= LAST_PAIR; fid += 2)
		if (!named.pair[pair_of(fid)] &&
		    dmsc_card_child(c, df, fid) == DMSC_CARD_NONE &&
		    dmsc_card_child(c, df, fid ^ 1) == DMSC_CARD_NONE)
			return fid;
	*sw = SW_SPACE;
	return 0;
}

static void
take_rules(struct ask *a, int like)
{
	const struct dmsc_card_file *f = &a->c->files[like];

	a->like = like;
	a->sec_tag = f->sec_tag;
	a->sec = f->sec;
}

/* A rule that asks for the PIN: of a file that is there, or of EF.ARR. */
static unsigned
private_rules(struct ask *a, unsigned pin)
{
	struct dmsc_card *c = a->c;
	const struct dmsc_card_file *f;
	unsigned k;
	int i;

	for (i = c->files[a->df].child; i != DMSC_CARD_NONE;
	    i = c->files[i].next) {
		f = &c->files[i];
		if (in_range(f->fid) && dmsc_card_rule_asks(c, f, f->sec_tag,
		    f->sec, pin)) {
			take_rules(a, i);
			return SW_OK;
		}
	}
	if (a->sec_tag != REFERENCED || a->sec.left != EXPANDED_LEN)
		return SW_CONDITIONS;
	memcpy(a->own_sec, a->sec.p, EXPANDED_LEN);
	a->sec = dmsc_rd_of(a->own_sec, EXPANDED_LEN);
	for (k = 1; k <= UINT8_MAX; k++) {
		a->own_sec[2] = (uint8_t)k;
		if (dmsc_card_rule_asks(c, &c->files[a->like], REFERENCED,
		    a->sec, pin))
			return SW_OK;
	}
	return SW_CONDITIONS;
}

/* For a new document: the rules of the object directory, or private ones. */
static unsigned
new_rules(struct ask *a, struct dmsc_rd auth_id)
{
	int odf = dmsc_card_child(a->c, a->df, FID_ODF);
	unsigned pin;

	if (odf == DMSC_CARD_NONE)
		return SW_NO_FILE;
	take_rules(a, odf);
	if (auth_id.left == 0)
		return SW_OK;
	pin = dmsc_card_auth_pin(a->c, auth_id);
	return pin == 0 ? SW_NO_REF : private_rules(a, pin);
}

/* Which files, with which rules. */
static unsigned
understand(struct ask *a, const struct dmsc_appl_room *r)
{
	unsigned sw;
	int like;

	a->size = r->size;
	a->pair = r->pair;
	if (r->use == DMSC_APPL_DOC) {
		if ((sw = new_rules(a, r->auth_id)) != SW_OK)
			return sw;
	} else {
		like = by_path(a->c, a->df, r->path);
		if (like == DMSC_CARD_NONE)
			return SW_NO_FILE;
		take_rules(a, like);
		if (r->use == DMSC_APPL_BESIDE && !r->pair) {
			a->fid = a->c->files[like].fid ^ 1u;
			a->size = a->c->files[like].size;
			return !in_range(a->fid) || dmsc_card_child(a->c,
			    a->df, a->fid) != DMSC_CARD_NONE ?
			    SW_FILE_EXISTS : SW_OK;
		}
	}
	if (a->size == 0 || a->size > SIZE_MAX_OF_EF)
		return SW_DATA;
	a->fid = free_pair(a->c, a->df, &sw);
	return sw;
}

/* The files, by one transaction with what is put already. */
static unsigned
make(struct ask *a)
{
	struct dmsc_card_spec s[DMSC_CARD_PAIR] = { { .kind =
	    KIND_TRANSPARENT, .life = LIFE_ACTIVE, .desc = DESC,
	    .size = a->size } };
	struct dmsc_buf *tail = dmsc_buf_new(TAIL);
	int out[DMSC_CARD_PAIR];
	unsigned sw = SW_MEMORY;

	if (tail != NULL && (a->sec_tag == 0 || dmsc_tlv_put(tail,
	    a->sec_tag, a->sec) == DMSC_E_OK) && dmsc_tlv_put(tail, SFI,
	    dmsc_rd_of(NULL, 0)) == DMSC_E_OK) {
		s[0].tail = dmsc_buf_rd(tail);
		s[1] = s[0];
		s[0].fid = (uint16_t)a->fid;
		s[1].fid = (uint16_t)(a->fid ^ 1);
		sw = dmsc_card_add_files(a->c, a->df, s, a->pair ?
		    DMSC_CARD_PAIR : 1, out);
	}
	dmsc_buf_free(&tail);
	if (sw == SW_OK)
		a->c->given[pair_of(a->fid)] = true;
	return sw;
}

static void
path_to(const struct ask *a, unsigned fid, uint8_t out[PATH])
{
	unsigned df = a->c->files[a->df].fid;
	const uint8_t path[PATH] = { FID_MF >> 8, FID_MF & UINT8_MAX,
	    (uint8_t)(df >> 8), (uint8_t)df, (uint8_t)(fid >> 8),
	    (uint8_t)fid };

	memcpy(out, path, PATH);
}

static unsigned
say_files(const struct ask *a, struct dmsc_buf *answer)
{
	uint8_t one[PATH], two[PATH];
	struct dmsc_appl_files f = { .size = a->size,
	    .path = dmsc_rd_of(one, PATH),
	    .counter = dmsc_card_counter(a->c) };

	path_to(a, a->fid, one);
	path_to(a, a->fid ^ 1, two);
	if (a->pair)
		f.second = dmsc_rd_of(two, PATH);
	return dmsc_appl_files_put(answer, &f) == DMSC_E_OK ? SW_OK :
	    SW_MEMORY;
}

static unsigned
give(struct dmsc_card_object *o, const struct dmsc_appl_room *r)
{
	struct ask a = { .c = o->c, .df = dmsc_card_p15(o->c) };
	const struct dirs_new n = { .label = r->label, .oid = r->oid,
	    .auth_id = r->auth_id, .fid = 0 };
	struct dirs_new listed = n;
	unsigned sw;

	if (a.df == DMSC_CARD_NONE)
		return SW_NO_FILE;
	if ((sw = reclaim(o->c, a.df)) != SW_OK ||
	    (sw = understand(&a, r)) != SW_OK)
		return sw;
	listed.fid = a.fid;
	if (r->use == DMSC_APPL_DOC && r->label.left > 0)
		sw = dmsc_card_list(o->c, &listed);
	if (sw == SW_OK)
		sw = make(&a);
	if (sw != SW_OK) {
		dmsc_mem_rollback(o->c->mem);
		return sw;
	}
	return say_files(&a, o->answer);
}

unsigned
dmsc_card_room(struct dmsc_card_object *o)
{
	struct dmsc_appl_room r;

	if (!may_ask(o))
		return SW_SECURITY;
	if (dmsc_appl_room_get(o->bytes, &r) != DMSC_E_OK ||
	    r.use < DMSC_APPL_DOC || r.use > DMSC_APPL_GROW ||
	    (r.label.left > 0) != (r.oid.left > 0))
		return SW_DATA;
	return give(o, &r);
}

/* Both slots and their entries go at once. */
static unsigned
take_back(struct dmsc_card *c, int df, unsigned fid)
{
	int v[DMSC_CARD_PAIR];
	unsigned sw = dmsc_card_unlist(c, fid);
	size_t n = 0, k;
	int i;

	for (k = 0; k < DMSC_CARD_PAIR; k++) {
		i = dmsc_card_child(c, df, fid ^ (unsigned)k);
		if (i != DMSC_CARD_NONE)
			v[n++] = i;
	}
	if (sw == SW_OK)
		sw = dmsc_card_drop_files(c, v, n);
	if (sw != SW_OK)
		dmsc_mem_rollback(c->mem);
	else
		c->given[pair_of(fid)] = false;
	return sw;
}

unsigned
dmsc_card_release(struct dmsc_card_object *o)
{
	int df = dmsc_card_p15(o->c), i;
	struct dmsc_rd r = o->bytes, v, path;
	unsigned fid;
	uint32_t tag;

	if (!may_ask(o))
		return SW_SECURITY;
	if (dmsc_tlv_next(&r, &tag, &v) != DMSC_E_OK || r.left > 0 ||
	    dmsc_tlv_find(v, TAG_PATH, &path) != DMSC_E_OK)
		return SW_DATA;
	if (df == DMSC_CARD_NONE ||
	    (i = by_path(o->c, df, path)) == DMSC_CARD_NONE)
		return SW_NO_FILE;
	fid = o->c->files[i].fid;
	if (!in_documents(fid))
		return SW_CONDITIONS;
	return take_back(o->c, df, fid);
}
