/* File lists (TS 102 223 clause 8.18). */
#include "cat/cat.h"

enum { MF_HIGH = 0x3F };

/* How many bytes the path at the front has. */
static size_t
path_len(struct dmsc_rd r)
{
	size_t n = 2;

	while (n + 1 < r.left && !(r.p[n] == MF_HIGH && r.p[n + 1] == 0))
		n += 2;
	return n;
}

bool
dmsc_cat_file(struct dmsc_rd *paths, struct dmsc_rd *path)
{
	return paths->left > 0 && dmsc_rd_take(paths, path_len(*paths), path)
	    == DMSC_E_OK;
}

int
dmsc_cat_files(struct dmsc_rd list, struct dmsc_rd *paths)
{
	struct dmsc_rd p;
	uint8_t count;
	unsigned n = 0;

	if (dmsc_rd_u8(&list, &count) != DMSC_E_OK)
		return DMSC_E_SHORT;
	*paths = list;
	if (list.left % 2 != 0)
		return DMSC_E_FORMAT;
	for (; dmsc_cat_file(&list, &p); n++)
		if (p.p[0] != MF_HIGH || p.p[1] != 0 ||
		    p.left > 2 * (size_t)CAT_FILE_MAX)
			return DMSC_E_FORMAT;
	return n == count ? DMSC_E_OK : DMSC_E_FORMAT;
}
