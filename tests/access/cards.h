/* The cards that the tests of who may do what look at, one after another. */
#ifndef DMSC_TESTS_ACCESS_CARDS_H
#define DMSC_TESTS_ACCESS_CARDS_H

#include "access/odd.h"
#include "access/world.h"
#include "base/base.h"
#include "base/text.h"

/* seed 0: all there is (DMSC_HARD). The last card is the odd one. */
static int
try_cards(void (*try)(const char *name, struct dmsc_card *c, uint64_t seed,
    bool odd))
{
	static const char *const names[] = { "demo", "field", "foreign",
	    "locked" };
	const char *text = getenv("DMSC_SEED");
	uint64_t seed = 1;
	size_t i;

	if (text != NULL && dmsc_num(text, 10, UINT64_MAX, &seed) != DMSC_E_OK)
		return 1;
	if (getenv("DMSC_HARD") != NULL)
		seed = 0;
	for (i = 0; i < DMSC_COUNT(names); i++)
		try(names[i], world_profile(names[i]), seed, false);
	try("odd", odd_card(), seed, true);
	return tap_done();
}

#endif
