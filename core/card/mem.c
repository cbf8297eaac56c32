/* Atomic memory of the simulated card (card/mem.h): a redo journal. */
#include "card/mem.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "card/image.h"

/*
 * The journal: state (1: valid), 3 bytes 0, length and CRC of what follows,
 * then entries of offset (4), length (4) and bytes. It is written at once; a
 * torn one has a wrong CRC and counts as none.
 */
enum {
	J_STATE = 0, J_LEN = 4, J_CRC = 8, J_BODY = 12, J_VALID = 1,
	ENTRY = 8, FIRST_RANGES = 16
};

static uint32_t
crc32_of(struct dmsc_rd r)
{
	static const uint32_t t[16] = {
		0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
		0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
		0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
		0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
	};
	uint32_t crc = 0xFFFFFFFF;
	size_t i;

	for (i = 0; i < r.left; i++) {
		crc ^= r.p[i];
		crc = crc >> 4 ^ t[crc & 15];
		crc = crc >> 4 ^ t[crc & 15];
	}
	return ~crc;
}

uint32_t
dmsc_mem_get(const struct dmsc_mem *m, uint32_t at, unsigned n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | m->ram[at++];
	return v;
}

/* One write of the memory: where power may be cut. */
static int
nvm_write(struct dmsc_mem *m, uint32_t at, struct dmsc_rd r)
{
	if (m->dead)
		return DMSC_E_REMOVED;
	m->written = true;
	if (++m->writes == m->cut_at) {
		r = dmsc_rd_slice(r, 0, m->cut_bytes);
		m->dead = true;
	}
	if (m->fd < 0)
		memcpy(m->nvm + at, r.p, r.left);
	else if (dmsc_image_write(m->fd, at, r) != DMSC_E_OK) {
		m->dead = true;
		return DMSC_E_IO;
	}
	return m->dead ? DMSC_E_REMOVED : DMSC_E_OK;
}

static bool
add_range(struct dmsc_mem *m, uint32_t at, size_t len)
{
	size_t cap = m->cap_ranges == 0 ? FIRST_RANGES : m->cap_ranges * 2;
	struct dmsc_mem_range *grown;

	if (m->n_ranges == m->cap_ranges) {
		grown = realloc(m->ranges, cap * sizeof *grown);
		if (grown == NULL)
			return false;
		m->ranges = grown;
		m->cap_ranges = cap;
	}
	m->ranges[m->n_ranges].at = at;
	m->ranges[m->n_ranges++].len = (uint32_t)len;
	return true;
}

void
dmsc_mem_put(struct dmsc_mem *m, uint32_t at, struct dmsc_rd r)
{
	if (m->failed != DMSC_E_OK || r.left == 0 ||
	    memcmp(m->ram + at, r.p, r.left) == 0)
		return;
	m->failed = dmsc_buf_put(m->undo, dmsc_rd_of(m->ram + at, r.left));
	if (m->failed != DMSC_E_OK)
		return;
	if (!add_range(m, at, r.left)) {
		dmsc_buf_truncate(m->undo, m->undo->len - r.left);
		m->failed = DMSC_E_NOMEM;
		return;
	}
	memmove(m->ram + at, r.p, r.left);
}

void
dmsc_mem_u8(struct dmsc_mem *m, uint32_t at, unsigned v)
{
	uint8_t b = (uint8_t)v;

	dmsc_mem_put(m, at, dmsc_rd_of(&b, 1));
}

void
dmsc_mem_u32(struct dmsc_mem *m, uint32_t at, uint32_t v)
{
	uint8_t b[4];

	dmsc_u32_code(b, v);
	dmsc_mem_put(m, at, dmsc_rd_of(b, sizeof b));
}

void
dmsc_mem_loose(struct dmsc_mem *m, uint32_t at, struct dmsc_rd r)
{
	if (m->failed != DMSC_E_OK || r.left == 0)
		return;
	m->failed = nvm_write(m, at, r);
	memcpy(m->ram + at, r.p, r.left);
}

static void
forget_ranges(struct dmsc_mem *m)
{
	m->n_ranges = 0;
	m->failed = DMSC_E_OK;
	dmsc_buf_reset(m->undo);
}

void
dmsc_mem_rollback(struct dmsc_mem *m)
{
	size_t i = m->n_ranges, end = m->undo->len;

	while (i-- > 0) {
		end -= m->ranges[i].len;
		memcpy(m->ram + m->ranges[i].at, m->undo->p + end,
		    m->ranges[i].len);
	}
	forget_ranges(m);
}

static int
build_journal(const struct dmsc_mem *m, struct dmsc_buf *j)
{
	const struct dmsc_mem_range *g;
	struct dmsc_rd body;
	size_t i;
	int r;

	if ((r = dmsc_buf_fill(j, 0, J_BODY)) != DMSC_E_OK)
		return r;
	for (i = 0; i < m->n_ranges; i++) {
		g = &m->ranges[i];
		if ((r = dmsc_buf_u32(j, g->at)) != DMSC_E_OK ||
		    (r = dmsc_buf_u32(j, g->len)) != DMSC_E_OK ||
		    (r = dmsc_buf_put(j, dmsc_rd_of(m->ram + g->at,
		    g->len))) != DMSC_E_OK)
			return r;
	}
	body = dmsc_rd_slice(dmsc_buf_rd(j), J_BODY, j->len);
	j->p[J_STATE] = J_VALID;
	dmsc_u32_code(j->p + J_LEN, (uint32_t)body.left);
	dmsc_u32_code(j->p + J_CRC, crc32_of(body));
	return DMSC_E_OK;
}

static int
end_journal(struct dmsc_mem *m)
{
	static const uint8_t none[1] = { 0 };

	m->ram[J_STATE] = 0;
	return nvm_write(m, DMSC_MEM_JOURNAL + J_STATE,
	    dmsc_rd_of(none, sizeof none));
}

static int
write_through(struct dmsc_mem *m, const struct dmsc_buf *j)
{
	size_t i;
	int r;

	if ((r = nvm_write(m, DMSC_MEM_JOURNAL, dmsc_buf_rd(j))) !=
	    DMSC_E_OK)
		return r;
	for (i = 0; i < m->n_ranges; i++) {
		r = nvm_write(m, m->ranges[i].at, dmsc_rd_of(m->ram +
		    m->ranges[i].at, m->ranges[i].len));
		if (r != DMSC_E_OK)
			return r;
	}
	return end_journal(m);
}

int
dmsc_mem_commit(struct dmsc_mem *m)
{
	struct dmsc_buf *j;
	int r = m->failed;

	if (r == DMSC_E_OK && m->n_ranges == 0)
		return DMSC_E_OK;
	dmsc_mem_u32(m, DMSC_MEM_COUNT + 4,
	    dmsc_mem_get(m, DMSC_MEM_COUNT + 4, 4) + 1);
	if ((r = m->failed) != DMSC_E_OK) {
		dmsc_mem_rollback(m);
		return r;
	}
	if ((j = dmsc_buf_new(DMSC_MEM_JOURNAL_SIZE)) == NULL)
		r = DMSC_E_NOMEM;
	else
		r = build_journal(m, j);
	if (r != DMSC_E_OK)
		dmsc_mem_rollback(m);
	else {
		r = write_through(m, j);
		forget_ranges(m);
	}
	dmsc_buf_free(&j);
	return r;
}

/* Finishes a transaction whose journal is whole. */
static int
repair(struct dmsc_mem *m, bool lasting)
{
	uint32_t len = dmsc_mem_get(m, J_LEN, 4);
	struct dmsc_rd body, bytes;
	uint32_t at, n;
	int r = DMSC_E_OK;

	if (m->ram[J_STATE] != J_VALID ||
	    len > DMSC_MEM_JOURNAL_SIZE - J_BODY)
		return DMSC_E_OK;
	body = dmsc_rd_of(m->ram + J_BODY, len);
	if (crc32_of(body) != dmsc_mem_get(m, J_CRC, 4))
		return DMSC_E_OK;
	while (r == DMSC_E_OK && body.left > 0) {
		if (dmsc_rd_u32(&body, &at) != DMSC_E_OK ||
		    dmsc_rd_u32(&body, &n) != DMSC_E_OK ||
		    dmsc_rd_take(&body, n, &bytes) != DMSC_E_OK ||
		    at < DMSC_MEM_CARD || at > m->size ||
		    n > m->size - at)
			return DMSC_E_DATA;
		memcpy(m->ram + at, bytes.p, n);
		if (lasting)
			r = nvm_write(m, at, bytes);
	}
	return r == DMSC_E_OK && lasting ? end_journal(m) : r;
}

/* Room for size bytes, once more for what outlives power without an image. A
 * card's keys are no part of a core image either. */
static bool
mem_home(struct dmsc_mem *m, uint32_t size, bool own_nvm)
{
	m->home = dmsc_secret_new((own_nvm ? 2 : 1) * (size_t)size);
	if (m->home == NULL)
		return false;
	m->size = size;
	m->ram = m->home->p;
	m->nvm = own_nvm ? m->ram + size : NULL;
	return true;
}

static struct dmsc_mem *
mem_alloc(bool own_nvm, uint32_t size)
{
	struct dmsc_mem *m = calloc(1, sizeof *m);

	if (m == NULL)
		return NULL;
	m->fd = -1;
	m->undo = dmsc_buf_new(2 * DMSC_MEM_SIZE);
	if (!mem_home(m, size, own_nvm) || m->undo == NULL) {
		dmsc_mem_close(&m);
		return NULL;
	}
	return m;
}

int
dmsc_mem_new(struct dmsc_mem **out)
{
	*out = mem_alloc(true, DMSC_MEM_SIZE);
	return *out != NULL ? DMSC_E_OK : DMSC_E_NOMEM;
}

int
dmsc_mem_grow(struct dmsc_mem *m, uint32_t size)
{
	struct dmsc_secret *old = m->home;
	const uint8_t *ram = m->ram, *nvm = m->nvm;
	uint32_t had = m->size;

	if (size < had)
		return DMSC_E_LIMIT;
	if (size == had)
		return DMSC_E_OK;
	if (m->fd >= 0 && dmsc_image_grow(m->fd, size) != DMSC_E_OK)
		return DMSC_E_IO;
	if (!mem_home(m, size, nvm != NULL)) {
		m->home = old;
		return DMSC_E_NOMEM;
	}
	memcpy(m->ram, ram, had);
	if (nvm != NULL)
		memcpy(m->nvm, nvm, had);
	dmsc_secret_free(&old);
	return DMSC_E_OK;
}

int
dmsc_mem_open(const char *image, struct dmsc_mem **out, struct dmsc_err *e)
{
	struct dmsc_mem *m;
	uint32_t size;
	int r, fd = -1;

	*out = NULL;
	if ((r = dmsc_image_open(image, &fd, &size, e)) != DMSC_E_OK)
		return r;
	if ((m = mem_alloc(false, size)) == NULL) {
		dmsc_image_leave(&fd, false);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	m->fd = fd;
	r = dmsc_image_read(m->fd, image, m->ram, m->size, e);
	if (r == DMSC_E_OK && (r = repair(m, true)) != DMSC_E_OK) {
		dmsc_fail(e, r, "cannot repair the image");
		dmsc_err_where(e, "%s", image);
	}
	if (r != DMSC_E_OK)
		dmsc_mem_close(&m);
	*out = m;
	return r;
}

int
dmsc_mem_peek(const char *image, struct dmsc_mem **out, struct dmsc_err *e)
{
	struct dmsc_mem *m = NULL;
	uint32_t size;
	int fd = -1, r;

	*out = NULL;
	r = dmsc_image_look(image, &fd, &size, e);
	if (r == DMSC_E_OK && (m = mem_alloc(true, size)) == NULL)
		r = dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	if (r == DMSC_E_OK)
		r = dmsc_image_read(fd, image, m->ram, size, e);
	if (r == DMSC_E_OK && (r = repair(m, false)) != DMSC_E_OK)
		dmsc_fail(e, r, "cannot repair the image");
	dmsc_image_close(&fd);
	if (r != DMSC_E_OK)
		dmsc_mem_close(&m);
	*out = m;
	return r;
}

int
dmsc_mem_save(const struct dmsc_mem *m, const char *image,
    struct dmsc_err *e)
{
	return dmsc_image_save(image, dmsc_rd_of(m->ram, m->size), e);
}

void
dmsc_mem_close(struct dmsc_mem **m)
{
	if (*m == NULL)
		return;
	dmsc_image_leave(&(*m)->fd, (*m)->written);
	dmsc_secret_free(&(*m)->home);	/* wipes */
	free((*m)->ranges);
	dmsc_buf_free(&(*m)->undo);
	free(*m);
	*m = NULL;
}

void
dmsc_mem_cut(struct dmsc_mem *m, unsigned long at, size_t bytes)
{
	m->writes = 0;
	m->cut_at = at;
	m->cut_bytes = bytes;
}

int
dmsc_mem_power_back(struct dmsc_mem *m)
{
	int r = DMSC_E_OK;

	forget_ranges(m);
	dmsc_mem_cut(m, 0, 0);
	m->dead = false;
	if (m->fd < 0)
		memcpy(m->ram, m->nvm, m->size);
	else
		r = dmsc_image_read(m->fd, "image", m->ram, m->size, NULL);
	return r == DMSC_E_OK ? repair(m, true) : r;
}
