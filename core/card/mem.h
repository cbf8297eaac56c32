/*
 * The memory of the simulated card: one array of bytes that outlives power,
 * changed in transactions that are whole or not there, wherever power is
 * cut. Kept in an image file, or in this process alone.
 */
#ifndef DMSC_CARD_MEM_H
#define DMSC_CARD_MEM_H

#include <dmsc/bytes.h>
#include <dmsc/secret.h>

enum {
	DMSC_MEM_JOURNAL = 0,		/* redo journal of one transaction */
	DMSC_MEM_JOURNAL_SIZE = 0x12000,
	DMSC_MEM_CARD = 0x12000,	/* card block and PIN table */
	DMSC_MEM_CARD_SIZE = 0x1000,
	DMSC_MEM_COUNT = 0x12FF8,	/* transactions so far, 8 bytes */
	DMSC_MEM_HEAP = 0x13000,	/* files */
	DMSC_MEM_HEAP_SIZE = 0x40000,
	DMSC_MEM_KEYS = 0x53000,	/* key pairs */
	DMSC_MEM_KEYS_SIZE = 0x3400,
	DMSC_MEM_SIZE = 0x56400,	/* of most cards */
	DMSC_MEM_OLD_SIZE = 0x53000	/* of images without key pairs */
};

struct dmsc_mem_range {
	uint32_t at, len;
};
struct dmsc_mem {
	struct dmsc_secret *home;	/* of ram and nvm */
	uint32_t size;		/* DMSC_MEM_SIZE, or more: card/tree.h */
	uint8_t *ram;		/* what the card sees; anyone may read it */
	uint8_t *nvm;		/* without an image: what outlives power */
	int fd;			/* the image, -1: none */
	struct dmsc_mem_range *ranges;	/* of the open transaction */
	size_t n_ranges, cap_ranges;
	struct dmsc_buf *undo;	/* the old bytes of the ranges */
	int failed;		/* of the open transaction */
	unsigned long writes;	/* since open or cut */
	unsigned long cut_at;
	size_t cut_bytes;
	bool written;		/* since open */
	bool dead;		/* power is off */
};

int dmsc_mem_new(struct dmsc_mem **out) DMSC_MUST_CHECK;
/* More memory, all 00; outside a transaction; ram moves. LIMIT: there is
 * more already. */
int dmsc_mem_grow(struct dmsc_mem *m, uint32_t size) DMSC_MUST_CHECK;
/* The image, locked; a cut transaction is finished. NOREADER, LOCKED, DATA,
 * IO, NOMEM. */
int dmsc_mem_open(const char *image, struct dmsc_mem **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* A copy of the image in this process; the file is not locked or changed. */
int dmsc_mem_peek(const char *image, struct dmsc_mem **out,
    struct dmsc_err *e) DMSC_MUST_CHECK;
/* Writes a new image file: by rename, so that it is whole or not there. */
int dmsc_mem_save(const struct dmsc_mem *m, const char *image,
    struct dmsc_err *e) DMSC_MUST_CHECK;
void dmsc_mem_close(struct dmsc_mem **m);

/* Changes bytes inside the transaction; a failure shows at commit. */
void dmsc_mem_put(struct dmsc_mem *m, uint32_t at, struct dmsc_rd bytes);
void dmsc_mem_u8(struct dmsc_mem *m, uint32_t at, unsigned v);
void dmsc_mem_u32(struct dmsc_mem *m, uint32_t at, uint32_t v);
/* Writes at once, outside the transaction: for memory that nothing uses. */
void dmsc_mem_loose(struct dmsc_mem *m, uint32_t at, struct dmsc_rd bytes);
/* Makes all puts last, or (on failure) none. REMOVED: power was cut. */
int dmsc_mem_commit(struct dmsc_mem *m) DMSC_MUST_CHECK;
void dmsc_mem_rollback(struct dmsc_mem *m);

/* From now on writes are counted; the at-th does only `bytes`, then power is
 * off. */
void dmsc_mem_cut(struct dmsc_mem *m, unsigned long at, size_t bytes);
int dmsc_mem_power_back(struct dmsc_mem *m) DMSC_MUST_CHECK;

uint32_t dmsc_mem_get(const struct dmsc_mem *m, uint32_t at, unsigned n);

#endif
