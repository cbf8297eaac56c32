/* Libraries that are loaded when first used. */
#ifndef DMSC_BASE_DL_H
#define DMSC_BASE_DL_H

#include <stdbool.h>
#include <stddef.h>

/* A function, and where the pointer to it stands in the caller's struct. */
struct dmsc_dl_fn {
	const char *name;
	size_t at;
};
/* Loads file and fills lib. False: it is not there, or has not all of them.
 * What was loaded stays loaded: such libraries leave handlers behind. */
bool dmsc_dl_load(const char *file, const struct dmsc_dl_fn *f, size_t n,
    void *lib);

#endif
