/* Memory, core image and files of a process, block by block, for those that
 * search them. Each block begins with the end of the last. */
#ifndef DMSC_TESTS_CLI_HUNT_H
#define DMSC_TESTS_CLI_HUNT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { HUNT_BLOCK = 1 << 16, HUNT_OVERLAP = 64, HUNT_LINE = 512 };

/* How many bytes there were; 0: it cannot be read. */
static inline size_t
hunt_file(const char *name,
    void (*see)(const char *block, size_t n, size_t *found), size_t *found)
{
	char *block = malloc(HUNT_BLOCK + HUNT_OVERLAP);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	size_t all = 0, n;
	ssize_t got;

	while (fd >= 0 && block != NULL && (got = pread(fd, block,
	    HUNT_BLOCK + HUNT_OVERLAP, (off_t)all)) > 0) {
		n = (size_t)got;
		see(block, n, found);
		all += n < HUNT_BLOCK ? n : HUNT_BLOCK;
	}
	if (fd >= 0)
		(void)close(fd);
	free(block);
	return all;
}

/* All that pid can write; stack: that too. */
static inline size_t
hunt_memory(pid_t pid, bool stack,
    void (*see)(const char *block, size_t n, size_t *found), size_t *found)
{
	char name[64], line[HUNT_LINE];
	char *block = malloc(HUNT_BLOCK + HUNT_OVERLAP);
	unsigned long from, to;
	size_t all = 0;
	ssize_t got;
	FILE *maps;
	int mem;

	(void)snprintf(name, sizeof name, "/proc/%d/mem", (int)pid);
	mem = open(name, O_RDONLY | O_CLOEXEC);
	(void)snprintf(name, sizeof name, "/proc/%d/maps", (int)pid);
	maps = fopen(name, "r");
	while (mem >= 0 && block != NULL && maps != NULL &&
	    fgets(line, sizeof line, maps) != NULL) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2 ||
		    strstr(line, " rw") == NULL ||
		    (!stack && strstr(line, "[stack]") != NULL))
			continue;
		for (; from < to; from += HUNT_BLOCK)
			if ((got = pread(mem, block, HUNT_BLOCK +
			    HUNT_OVERLAP, (off_t)from)) > 0) {
				all += (size_t)got;
				see(block, (size_t)got, found);
			}
	}
	if (maps != NULL)
		(void)fclose(maps);
	if (mem >= 0)
		(void)close(mem);
	free(block);
	return all;
}

/* A core image, as the system would write it, in dir; it is gone behind. */
static inline size_t
hunt_core(const char *dir, pid_t pid,
    void (*see)(const char *block, size_t n, size_t *found), size_t *found)
{
	char command[2 * HUNT_LINE], name[2 * HUNT_LINE];
	size_t all = 0;

	(void)snprintf(name, sizeof name, "%.400s/core.%d", dir, (int)pid);
	(void)snprintf(command, sizeof command,
	    "gcore -o '%.400s/core' %d >/dev/null 2>&1", dir, (int)pid);
	if (system(command) == 0)
		all = hunt_file(name, see, found);
	(void)unlink(name);
	return all;
}

#endif
