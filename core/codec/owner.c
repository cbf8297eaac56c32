/* Which Item made a node: a table by the node's address (codec/owner.h). */
#include "codec/owner.h"

#include <stdlib.h>

enum { FIRST = 64 };

/* The slot of n, or the free one where it belongs; there is one. */
static struct owner *
slot_of(const struct owners *o, const struct dmsc_node *n)
{
	uint64_t h = (uint64_t)(uintptr_t)n * UINT64_C(0x9E3779B97F4A7C15);
	size_t i = (size_t)(h >> 32) & (o->cap - 1);

	while (o->slots[i].n != NULL && o->slots[i].n != n)
		i = (i + 1) & (o->cap - 1);
	return &o->slots[i];
}

/* Never more than half full. */
static bool
grow(struct owners *o)
{
	struct owners wide = { NULL, o->n, o->cap == 0 ? FIRST : o->cap * 2 };
	size_t i;

	if ((wide.slots = calloc(wide.cap, sizeof *wide.slots)) == NULL)
		return false;
	for (i = 0; i < o->cap; i++)
		if (o->slots[i].n != NULL)
			*slot_of(&wide, o->slots[i].n) = o->slots[i];
	free(o->slots);
	*o = wide;
	return true;
}

struct owner *
dmsc_owner_of(struct owners *o, const struct dmsc_node *n)
{
	struct owner *s;

	if (o->n * 2 >= o->cap && !grow(o))
		return NULL;
	s = slot_of(o, n);
	if (s->n == NULL) {
		*s = (struct owner){ n, OWNER_NONE, NULL, OWNER_NONE };
		o->n++;
	}
	return s;
}

const struct owner *
dmsc_owner_find(const struct owners *o, const struct dmsc_node *n)
{
	const struct owner *s = o->cap == 0 ? NULL : slot_of(o, n);

	return s == NULL || s->n == NULL ? NULL : s;
}
