/*
 * The memory of OpenSSL (crypto/heap.h). Blocks of 32 bytes to 32 KB, each
 * twice the one before, are cut from mapped pieces and kept in lists once
 * they are free; larger ones are mapped alone. Each stands behind its size.
 */
#include "crypto/heap.h"

#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <openssl/crypto.h>

#include <dmsc/secret.h>

enum { PIECE = 256 * 1024, SMALLEST = 32, KINDS = 11, PAGE = 4096 };
#define LARGEST ((size_t)SMALLEST << (KINDS - 1))

struct block {
	size_t size;		/* with this head */
	struct block *next;	/* of its list while it is free */
	_Alignas(max_align_t) uint8_t bytes[];
};
struct heap {
	atomic_flag busy;
	struct block *unused[KINDS];
	uint8_t *piece;		/* what is left of the last one */
	size_t left;
};

/* OpenSSL's calls for memory are given nothing but a size: the one thing in
 * this room that outlives a call. */
static _Alignas(max_align_t) struct heap the = { .busy = ATOMIC_FLAG_INIT };

static void *
map(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	(void)madvise(p, n, MADV_DONTDUMP);
	(void)mlock(p, n);	/* best effort, as for secrets */
	return p;
}

static size_t
kind_of(size_t size)
{
	size_t k = 0;

	while (((size_t)SMALLEST << k) < size)
		k++;
	return k;
}

static struct block *
cut(struct heap *h, size_t size)
{
	struct block *b;

	if (h->left < size) {
		if ((b = map(PIECE)) == NULL)
			return NULL;
		h->piece = (uint8_t *)b;
		h->left = PIECE;
	}
	b = (struct block *)(void *)h->piece;
	h->piece += size;
	h->left -= size;
	return b;
}

static struct block *
small(struct heap *h, size_t kind)
{
	struct block *b;

	while (atomic_flag_test_and_set_explicit(&h->busy,
	    memory_order_acquire))
		(void)sched_yield();
	if ((b = h->unused[kind]) != NULL)
		h->unused[kind] = b->next;
	else
		b = cut(h, (size_t)SMALLEST << kind);
	atomic_flag_clear_explicit(&h->busy, memory_order_release);
	return b;
}

static void *
get(size_t n, const char *file, int line)
{
	size_t size = n + sizeof(struct block);
	struct block *b;

	(void)file;
	(void)line;
	if (n == 0 || n > SIZE_MAX / 2)
		return NULL;
	if (size <= LARGEST) {
		b = small(&the, kind_of(size));
		size = (size_t)SMALLEST << kind_of(size);
	} else {
		size = (size + PAGE - 1) / PAGE * PAGE;
		b = map(size);
	}
	if (b == NULL)
		return NULL;
	b->size = size;
	return b->bytes;
}

static struct block *
block_of(void *p)
{
	return (struct block *)(void *)((uint8_t *)p -
	    offsetof(struct block, bytes));
}

static void
put(void *p, const char *file, int line)
{
	struct block *b;
	size_t kind;

	(void)file;
	(void)line;
	if (p == NULL)
		return;
	b = block_of(p);
	dmsc_wipe(p, b->size - sizeof *b);
	if (b->size > LARGEST) {
		(void)munmap(b, b->size);
		return;
	}
	kind = kind_of(b->size);
	while (atomic_flag_test_and_set_explicit(&the.busy,
	    memory_order_acquire))
		(void)sched_yield();
	b->next = the.unused[kind];
	the.unused[kind] = b;
	atomic_flag_clear_explicit(&the.busy, memory_order_release);
}

static void *
resize(void *p, size_t n, const char *file, int line)
{
	size_t room;
	void *fresh;

	if (p == NULL)
		return get(n, file, line);
	if (n == 0) {
		put(p, file, line);
		return NULL;
	}
	room = block_of(p)->size - sizeof(struct block);
	if (n <= room)
		return p;
	if ((fresh = get(n, file, line)) == NULL)
		return NULL;
	memcpy(fresh, p, room);
	put(p, file, line);
	return fresh;
}

bool
dmsc_heap_is_ours(void)
{
	CRYPTO_malloc_fn now = NULL;

	CRYPTO_get_mem_functions(&now, NULL, NULL);
	return now == get;
}

/* Leaks and overruns are found in memory that the sanitizers know. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#endif

bool
dmsc_heap_begin(void)
{
#ifdef SANITIZED
	(void)resize;
	return false;
#else
	return CRYPTO_set_mem_functions(get, resize, put) == 1;
#endif
}
