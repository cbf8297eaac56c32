/* Descriptions in memory: order, freeing (codec/ddf.h). */
#include "codec/ddf.h"

#include <stdlib.h>
#include <string.h>

static int
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

int
dmsc_ddf_fold(const char *a, const char *b)
{
	while (*a != '\0' && fold(*a) == fold(*b)) {
		a++;
		b++;
	}
	return fold(*a) - fold(*b);
}

int
dmsc_ddf_by_name(const void *a, const void *b)
{
	const struct dmsc_ddf_node *const *x = a, *const *y = b;
	int r = dmsc_ddf_fold((*x)->name, (*y)->name);

	return r != 0 ? r : strcmp((*x)->name, (*y)->name);
}

static void
free_node(struct dmsc_ddf_node *n)
{
	size_t i;

	free(n->name);
	free(n->path);
	free(n->description);
	free(n->title);
	free(n->ddf_name);
	dmsc_buf_free(&n->default_value);
	for (i = 0; i < n->n_mimes; i++)
		free(n->mimes[i]);
	free(n->mimes);
	/* No deeper than DMSC_TREE_DEPTH_MAX. */
	for (i = 0; i < n->n_nodes; i++) {
		free_node(n->nodes[i]);
		free(n->nodes[i]);
	}
	free(n->nodes);
}

void
dmsc_ddf_free(struct dmsc_ddf **d)
{
	if (d == NULL || *d == NULL)
		return;
	free((*d)->ver_dtd);
	free((*d)->man);
	free((*d)->mod);
	free_node(&(*d)->top);
	free(*d);
	*d = NULL;
}
