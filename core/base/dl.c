/* Libraries that are loaded when first used (base/dl.h). */
#include "base/dl.h"

#include <dlfcn.h>
#include <string.h>

bool
dmsc_dl_load(const char *file, const struct dmsc_dl_fn *f, size_t n,
    void *lib)
{
	void *dl = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE), *p;
	size_t i;

	for (i = 0; dl != NULL && i < n; i++) {
		if ((p = dlsym(dl, f[i].name)) == NULL)
			return false;
		memcpy((char *)lib + f[i].at, &p, sizeof p);
	}
	return dl != NULL;
}
