/*
 * Files of the simulated card: blocks of a heap in its memory, and the index
 * of them that is made at each start.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "card/pkeys.h"
#include "card/tree.h"
#include "tlv/ber.h"

/*
 * A block: length with this header (4), state (1), 3 bytes 0. A file behind
 * it: descriptor, life, FID (2), parent's block (4, MF 0), size (4), record
 * length (2), records, SFI, newest record, 0, length of the attributes (2);
 * then the attributes (84 A5 8B 8C AB 81 88 C6 as given to CREATE FILE) and
 * the content.
 */
enum {
	B_STATE = 4, B_HEADER = 8, B_FREE = 0, B_FILE = 1,
	F_DESC = 8, F_LIFE = 9, F_FID = 10, F_PARENT = 12, F_SIZE = 16,
	F_RECLEN = 20, F_RECORDS = 22, F_SFI = 23, F_NEWEST = 24,
	F_ATTRS = 26, F_HEADER = 28,
	HEAP_END = DMSC_MEM_HEAP + DMSC_MEM_HEAP_SIZE,
	FIRST_FILES = 64
};

int
dmsc_card_index(const struct dmsc_card *c, const struct dmsc_card_file *f)
{
	return (int)(f - c->files);
}

int
dmsc_card_child(const struct dmsc_card *c, int df, unsigned fid)
{
	int i;

	for (i = c->files[df].child; i != DMSC_CARD_NONE;
	    i = c->files[i].next)
		if (c->files[i].fid == fid)
			return i;
	return DMSC_CARD_NONE;
}

bool
dmsc_card_inside(const struct dmsc_card *c, int i, int above)
{
	while (i != DMSC_CARD_NONE && i != above)
		i = c->files[i].parent;
	return i != DMSC_CARD_NONE;
}

/* A place in the index, or NONE: no memory. */
static int
new_slot(struct dmsc_card *c)
{
	struct dmsc_card_file *grown;
	size_t i, cap;

	for (i = 0; i < c->n_files; i++)
		if (!c->files[i].used)
			return (int)i;
	if (c->n_files == c->cap_files) {
		cap = c->cap_files == 0 ? FIRST_FILES : c->cap_files * 2;
		grown = realloc(c->files, cap * sizeof *grown);
		if (grown == NULL)
			return DMSC_CARD_NONE;
		c->files = grown;
		c->cap_files = cap;
	}
	memset(&c->files[c->n_files], 0, sizeof c->files[0]);
	return (int)c->n_files++;
}

static void
read_attributes(struct dmsc_card_file *f)
{
	struct dmsc_rd attrs = f->attrs, v;
	uint32_t tag;

	while (attrs.left > 0 &&
	    dmsc_tlv_next(&attrs, &tag, &v) == DMSC_E_OK) {
		if (tag == 0x84)
			f->aid = v;
		else if (tag == 0xC6)
			f->pins = v;
		else if (tag == 0x8B || tag == 0x8C || tag == 0xAB) {
			f->sec = v;
			f->sec_tag = (uint8_t)tag;
		}
	}
}

static void
read_file(const struct dmsc_card *c, struct dmsc_card_file *f,
    uint32_t block)
{
	const struct dmsc_mem *m = c->mem;
	uint32_t attrs = dmsc_mem_get(m, block + F_ATTRS, 2);

	memset(f, 0, sizeof *f);
	f->used = true;
	f->block = block;
	f->desc = m->ram[block + F_DESC];
	f->kind = f->desc & (uint8_t)~KIND_SHAREABLE;
	f->life = m->ram[block + F_LIFE];
	f->fid = (uint16_t)dmsc_mem_get(m, block + F_FID, 2);
	f->size = dmsc_mem_get(m, block + F_SIZE, 4);
	f->record_len = dmsc_mem_get(m, block + F_RECLEN, 2);
	f->records = m->ram[block + F_RECORDS];
	f->sfi = m->ram[block + F_SFI];
	f->newest = m->ram[block + F_NEWEST];
	f->attrs = dmsc_rd_of(m->ram + block + F_HEADER, attrs);
	f->data = block + F_HEADER + attrs;
	f->parent = f->child = f->next = f->app = DMSC_CARD_NONE;
	read_attributes(f);
}

/* Links file i below its parent, in the order of the heap: as after the
 * next start. */
static void
link_file(struct dmsc_card *c, int i, int parent)
{
	int *at = &c->files[parent].child;

	while (*at != DMSC_CARD_NONE &&
	    c->files[*at].block < c->files[i].block)
		at = &c->files[*at].next;
	c->files[i].next = *at;
	*at = i;
	c->files[i].parent = parent;
	c->files[i].app = c->files[i].aid.left > 0 ? i :
	    c->files[parent].app;
}

static int
by_block(const struct dmsc_card *c, uint32_t block)
{
	size_t i;

	for (i = 0; i < c->n_files; i++)
		if (c->files[i].used && c->files[i].block == block)
			return (int)i;
	return DMSC_CARD_NONE;
}

static bool
block_is_sound(const struct dmsc_mem *m, uint32_t block, uint32_t len)
{
	uint32_t attrs, size, desc;

	if (len < B_HEADER || len > HEAP_END - block)
		return false;
	if (m->ram[block + B_STATE] == B_FREE)
		return true;
	if (len < F_HEADER)
		return false;
	attrs = dmsc_mem_get(m, block + F_ATTRS, 2);
	desc = m->ram[block + F_DESC] & ~(uint32_t)KIND_SHAREABLE;
	size = desc == KIND_DF ? 0 : dmsc_mem_get(m, block + F_SIZE, 4);
	return attrs <= len - F_HEADER && size <= len - F_HEADER - attrs;
}

static bool
file_is_sound(const struct dmsc_card_file *f)
{
	if (f->kind == KIND_DF || f->kind == KIND_TRANSPARENT)
		return f->record_len == 0 &&
		    (f->kind == KIND_DF || f->aid.left == 0);
	return (f->kind == KIND_LINEAR || f->kind == KIND_CYCLIC) &&
	    f->aid.left == 0 && f->record_len > 0 && f->record_len <= 255 &&
	    f->records > 0 && f->newest < f->records &&
	    f->size == f->record_len * f->records;
}

/* Parents first: a block may lie before its parent's. */
static int
link_all(struct dmsc_card *c, const uint32_t *parents)
{
	size_t i, linked = 0, before;
	int p;

	if (c->n_files == 0)
		return DMSC_E_OK;
	do {
		before = linked;
		for (i = 0; i < c->n_files; i++) {
			if (c->files[i].parent != DMSC_CARD_NONE ||
			    (int)i == c->mf)
				continue;
			p = by_block(c, parents[i]);
			if (p == DMSC_CARD_NONE ||
			    c->files[p].kind != KIND_DF || (p != c->mf &&
			    c->files[p].parent == DMSC_CARD_NONE))
				continue;
			link_file(c, (int)i, p);
			linked++;
		}
	} while (linked != before);
	return c->mf != DMSC_CARD_NONE && linked == c->n_files - 1 ?
	    DMSC_E_OK : DMSC_E_DATA;
}

static int
scan_heap(struct dmsc_card *c, uint32_t **parents)
{
	const struct dmsc_mem *m = c->mem;
	uint32_t block, len;
	int i;

	*parents = calloc(DMSC_MEM_HEAP_SIZE / F_HEADER, sizeof **parents);
	if (*parents == NULL)
		return DMSC_E_NOMEM;
	for (block = DMSC_MEM_HEAP; block < HEAP_END; block += len) {
		len = HEAP_END - block < B_HEADER ? 0 :
		    dmsc_mem_get(m, block, 4);
		if (!block_is_sound(m, block, len))
			return DMSC_E_DATA;
		if (m->ram[block + B_STATE] == B_FREE) {
			c->free_bytes += len;
			continue;
		}
		if ((i = new_slot(c)) == DMSC_CARD_NONE)
			return DMSC_E_NOMEM;
		read_file(c, dmsc_card_at(c, i), block);
		if (!file_is_sound(dmsc_card_at(c, i)))
			return DMSC_E_DATA;
		(*parents)[i] = dmsc_mem_get(m, block + F_PARENT, 4);
		if ((*parents)[i] != 0)
			continue;
		if (c->mf != DMSC_CARD_NONE ||
		    c->files[i].kind != KIND_DF)
			return DMSC_E_DATA;
		c->mf = i;
	}
	return DMSC_E_OK;
}

int
dmsc_card_load(struct dmsc_card *c)
{
	uint32_t *parents = NULL;
	size_t i;
	int r;

	dmsc_card_tree_drop(c);
	c->n_files = 0;
	c->free_bytes = 0;
	c->mf = DMSC_CARD_NONE;
	c->rules_now++;
	c->life = c->mem->ram[DMSC_CARD_AT_LIFE];
	if ((r = scan_heap(c, &parents)) == DMSC_E_OK)
		r = link_all(c, parents);
	free(parents);
	if (r != DMSC_E_OK)
		return r;
	dmsc_card_load_pins(c);
	for (i = 0; i < c->n_files; i++)
		dmsc_card_fcp(c, &c->files[i]);
	return DMSC_E_OK;
}

/* Free blocks, one behind the other. */
struct run {
	uint32_t start, len;
};

/* First fit; free neighbours count as one. False: no room. */
static bool
find_run(const struct dmsc_card *c, uint32_t need, struct run *out)
{
	const struct dmsc_mem *m = c->mem;
	uint32_t block, len;

	out->len = 0;
	for (block = DMSC_MEM_HEAP; block < HEAP_END; block += len) {
		len = dmsc_mem_get(m, block, 4);
		if (m->ram[block + B_STATE] != B_FREE) {
			out->len = 0;
			continue;
		}
		out->start = out->len == 0 ? block : out->start;
		out->len += len;
		if (out->len >= need)
			return true;
	}
	return false;
}

/* The headers of the rest and of the block (state file). */
static void
take_run(struct dmsc_card *c, const struct run *g, uint32_t need)
{
	struct dmsc_mem *m = c->mem;

	if (g->len - need >= F_HEADER) {
		dmsc_mem_u32(m, g->start + need, g->len - need);
		dmsc_mem_u32(m, g->start + need + B_STATE, 0);
	} else
		need = g->len;
	dmsc_mem_u32(m, g->start, need);
	dmsc_mem_u32(m, g->start + B_STATE, (uint32_t)B_FILE << 24);
}

/* Bytes into free memory, at once; but the headers of its blocks are needed
 * until the commit. */
static void
write_free(struct dmsc_card *c, const struct run *g, uint32_t at,
    struct dmsc_rd r)
{
	uint32_t end = at + (uint32_t)r.left, from = at, stop, seam, next;

	seam = g->start + dmsc_mem_get(c->mem, g->start, 4);
	while (from < end) {
		stop = DMSC_MIN(end, DMSC_MAX(from, seam));
		dmsc_mem_loose(c->mem, from, dmsc_rd_slice(r, from - at,
		    stop - from));
		from = stop;
		if (seam >= g->start + g->len)
			seam = end;
		if (seam >= end)
			continue;
		next = seam + dmsc_mem_get(c->mem, seam, 4);
		stop = DMSC_MIN(end, seam + B_HEADER);
		if (stop > from) {
			dmsc_mem_put(c->mem, from, dmsc_rd_slice(r,
			    from - at, stop - from));
			from = stop;
		}
		seam = next;
	}
}

static void
count_free(struct dmsc_card *c)
{
	uint32_t block;

	c->free_bytes = 0;
	for (block = DMSC_MEM_HEAP; block < HEAP_END;
	    block += dmsc_mem_get(c->mem, block, 4))
		if (c->mem->ram[block + B_STATE] == B_FREE)
			c->free_bytes += dmsc_mem_get(c->mem, block, 4);
}

/* The content of a new file: FF, or a pattern (TS 102 222: C1, C2) for each
 * record or the whole. */
static void
fill_content(struct dmsc_card *c, const struct run *g, uint32_t at,
    const struct dmsc_card_spec *s)
{
	size_t unit = s->record_len > 0 ? s->record_len : s->size, i, k;
	struct dmsc_rd p = s->repeat.left > 0 ? s->repeat : s->fill;
	uint8_t *fresh = malloc(s->size > 0 ? s->size : 1);

	if (fresh == NULL) {
		c->mem->failed = DMSC_E_NOMEM;
		return;
	}
	memset(fresh, 0xFF, s->size);
	for (i = 0; p.left > 0 && i < s->size; i++) {
		k = i % unit;
		fresh[i] = s->repeat.left > 0 ? p.p[k % p.left] :
		    p.p[DMSC_MIN(k, p.left - 1)];
	}
	write_free(c, g, at, dmsc_rd_of(fresh, s->size));
	free(fresh);
}

static void
put_header(struct dmsc_card *c, uint32_t block, int parent,
    const struct dmsc_card_spec *s)
{
	uint8_t h[F_HEADER - B_HEADER] = { 0 };
	uint32_t up = parent == DMSC_CARD_NONE ? 0 : c->files[parent].block;

	h[F_DESC - B_HEADER] = s->desc;
	h[F_LIFE - B_HEADER] = s->life;
	h[F_FID - B_HEADER] = (uint8_t)(s->fid >> 8);
	h[F_FID + 1 - B_HEADER] = (uint8_t)s->fid;
	h[F_RECLEN - B_HEADER] = (uint8_t)(s->record_len >> 8);
	h[F_RECLEN + 1 - B_HEADER] = (uint8_t)s->record_len;
	h[F_RECORDS - B_HEADER] = s->records;
	h[F_SFI - B_HEADER] = s->sfi;
	h[F_ATTRS - B_HEADER] = (uint8_t)(s->tail.left >> 8);
	h[F_ATTRS + 1 - B_HEADER] = (uint8_t)s->tail.left;
	dmsc_mem_put(c->mem, block + B_HEADER, dmsc_rd_of(h, sizeof h));
	dmsc_mem_u32(c->mem, block + F_PARENT, up);
	dmsc_mem_u32(c->mem, block + F_SIZE, s->size);
	dmsc_mem_put(c->mem, block + F_HEADER, s->tail);
}

/* The block of a new file; 0: there is no room. */
static uint32_t
put_file(struct dmsc_card *c, int parent, const struct dmsc_card_spec *s)
{
	uint32_t content = s->kind == KIND_DF ? 0 : s->size;
	uint32_t head = F_HEADER + (uint32_t)s->tail.left;
	struct run g;

	if (content > DMSC_MEM_HEAP_SIZE || !find_run(c, head + content, &g))
		return 0;
	if (content > 0)
		fill_content(c, &g, g.start + head, s);
	take_run(c, &g, head + content);
	put_header(c, g.start, parent, s);
	return g.start;
}

/* A place in the index that no other new file gets. */
static int
reserve(struct dmsc_card *c)
{
	int i = new_slot(c);

	if (i != DMSC_CARD_NONE) {
		memset(&c->files[i], 0, sizeof c->files[i]);
		c->files[i].used = true;
	}
	return i;
}

/* A file that was kept, into the index; its place there is free. */
static void
enter(struct dmsc_card *c, int i, int parent, uint32_t block)
{
	read_file(c, dmsc_card_at(c, i), block);
	if (parent == DMSC_CARD_NONE)
		c->mf = i;
	else
		link_file(c, i, parent);
	dmsc_card_fcp(c, dmsc_card_at(c, i));
	c->rules_now++;
}

unsigned
dmsc_card_add_files(struct dmsc_card *c, int parent,
    const struct dmsc_card_spec *s, size_t n, int *out)
{
	uint32_t block[DMSC_CARD_PAIR];
	unsigned sw = SW_OK;
	size_t k;

	for (k = 0; sw == SW_OK && k < n; k++) {
		if ((block[k] = put_file(c, parent, &s[k])) == 0)
			sw = SW_SPACE;
		out[k] = sw == SW_OK ? reserve(c) : DMSC_CARD_NONE;
		if (sw == SW_OK && out[k] == DMSC_CARD_NONE)
			sw = SW_MEMORY;
	}
	if (sw == SW_OK) {
		dmsc_card_count_below(c, parent);
		sw = dmsc_card_keep(c);
	}
	while (k-- > 0)
		if (out[k] != DMSC_CARD_NONE)
			c->files[out[k]].used = false;
	for (k = 0; sw == SW_OK && k < n; k++)
		enter(c, out[k], parent, block[k]);
	if (sw == SW_OK)
		count_free(c);
	return sw;
}

unsigned
dmsc_card_add_file(struct dmsc_card *c, int parent,
    const struct dmsc_card_spec *s, int *out)
{
	return dmsc_card_add_files(c, parent, s, 1, out);
}

static void
unlink_file(struct dmsc_card *c, int i)
{
	int *at = &c->files[c->files[i].parent].child;

	while (*at != i)
		at = &c->files[*at].next;
	*at = c->files[i].next;
}

unsigned
dmsc_card_drop_file(struct dmsc_card *c, int i)
{
	unsigned sw;
	size_t k;

	for (k = 0; k < c->n_files; k++)
		if (c->files[k].used && dmsc_card_inside(c, (int)k, i)) {
			dmsc_mem_u8(c->mem, c->files[k].block + B_STATE,
			    B_FREE);
			dmsc_card_drop_pins(c, (int)k);
			dmsc_card_drop_keys(c, (int)k);
			dmsc_card_drop_pkeys(c, (int)k);
		}
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	unlink_file(c, i);
	for (k = 0; k < c->n_files; k++)
		if (c->files[k].used && (int)k != i &&
		    dmsc_card_inside(c, (int)k, i))
			c->files[k].life = 0;	/* marked: parents needed */
	for (k = 0; k < c->n_files; k++)
		if (c->files[k].life == 0)
			c->files[k].used = false;
	c->files[i].used = false;
	dmsc_card_load_pins(c);
	c->rules_now++;
	count_free(c);
	return SW_OK;
}

unsigned
dmsc_card_drop_files(struct dmsc_card *c, const int *v, size_t n)
{
	unsigned sw;
	size_t k, ch;

	for (k = 0; k < n; k++)
		dmsc_mem_u8(c->mem, c->files[v[k]].block + B_STATE, B_FREE);
	if ((sw = dmsc_card_keep(c)) != SW_OK)
		return sw;
	for (k = 0; k < n; k++) {
		for (ch = 0; ch < DMSC_CARD_CHANNELS; ch++)
			if (c->channels[ch].ef == v[k])
				c->channels[ch].ef = DMSC_CARD_NONE;
		unlink_file(c, v[k]);
		c->files[v[k]].used = false;
	}
	c->rules_now++;
	count_free(c);
	return SW_OK;
}

void
dmsc_card_set_life(struct dmsc_card *c, int i, unsigned life)
{
	dmsc_mem_u8(c->mem, c->files[i].block + F_LIFE, life);
}

void
dmsc_card_set_newest(struct dmsc_card *c, struct dmsc_card_file *f,
    unsigned newest)
{
	dmsc_mem_u8(c->mem, f->block + F_NEWEST, newest);
}
