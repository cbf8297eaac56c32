/* A line of the shell, split into words and commands. */
#include <stdlib.h>
#include <string.h>

#include "impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sh_list l;
	char *line = malloc(n + 1);

	if (line == NULL)
		return 0;
	memcpy(line, p, n);
	line[n] = '\0';
	memset(&l, 0, sizeof l);
	(void)sh_split(line, &l);
	sh_list_free(&l);
	free(line);
	return 0;
}
