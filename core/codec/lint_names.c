/* A set of names, so that no rule looks through all of them for each
 * (codec/lint_inner.h). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/lint_inner.h"

enum { FIRST = 16 };

/* The slot of name, or the free one where it belongs; there is one. The
 * table's address is the seed: names come from outside. */
static char **
slot_of(const struct lint_names *s, struct dmsc_rd name)
{
	uint64_t h = (uint64_t)(uintptr_t)s->slots ^ 0xCBF29CE484222325u;
	size_t i;

	for (i = 0; i < name.left; i++)
		h = (h ^ name.p[i]) * 0x100000001B3u;
	i = (size_t)(h ^ h >> 32) & (s->cap - 1);
	while (s->slots[i] != NULL && !dmsc_rd_eq_str(name, s->slots[i]))
		i = (i + 1) & (s->cap - 1);
	return &s->slots[i];
}

/* Never more than half full. */
static bool
grow(struct lint_names *s)
{
	struct lint_names wide = { NULL, s->n,
	    s->cap == 0 ? FIRST : s->cap * 2 };
	size_t i;

	if ((wide.slots = calloc(wide.cap, sizeof *wide.slots)) == NULL)
		return false;
	for (i = 0; i < s->cap; i++)
		if (s->slots[i] != NULL)
			*slot_of(&wide, dmsc_rd_str(s->slots[i])) =
			    s->slots[i];
	free(s->slots);
	*s = wide;
	return true;
}

int
lint_names_add(struct lint_names *s, struct dmsc_rd name)
{
	char **slot, *copy;

	if (s->n * 2 >= s->cap && !grow(s))
		return DMSC_E_NOMEM;
	if ((copy = dmsc_strndup(name)) == NULL)
		return DMSC_E_NOMEM;
	slot = slot_of(s, dmsc_rd_str(copy));
	if (*slot != NULL) {
		free(copy);
		return DMSC_E_EXISTS;
	}
	*slot = copy;
	s->n++;
	return DMSC_E_OK;
}

bool
lint_names_has(const struct lint_names *s, struct dmsc_rd name)
{
	return s->cap > 0 && *slot_of(s, name) != NULL;
}

void
lint_names_clear(struct lint_names *s)
{
	size_t i;

	for (i = 0; i < s->cap; i++)
		free(s->slots[i]);
	free(s->slots);
	memset(s, 0, sizeof *s);
}
