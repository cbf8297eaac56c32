/* Where the session keeps its state and finds its data. */
#include "session/paths.h"

#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum {
	PARENTS = 4,		/* build/, build/tests/ROOM/, ... */
	MARKER_MAX = PATH_MAX
};

static const char marker[] = "dmsc.srcdir";	/* made by configure */

static const char *
env(const char *name)
{
	const char *v = getenv(name);

	return v != NULL && *v != '\0' ? v : NULL;
}

int
dmsc_path_state(const char *given, char **out)
{
	const struct passwd *pw;
	const char *v;

	*out = NULL;
	if (given != NULL)
		return dmsc_str_set(out, "%s", given);
	if ((v = env("XDG_STATE_HOME")) != NULL && v[0] == '/')
		return dmsc_str_set(out, "%s/dmsc", v);
	if ((v = env("HOME")) != NULL)
		return dmsc_str_set(out, "%s/.local/state/dmsc", v);
	return dmsc_str_set(out, "%s/.local/state/dmsc",
	    (pw = getpwuid(getuid())) != NULL ? pw->pw_dir : "");
}

/* The sources' folder that the marker in folder names, or NULL. */
static char *
read_marker(const char *folder)
{
	struct dmsc_buf *b = NULL;
	char *path = NULL, *src = NULL;
	const char *text;

	if (dmsc_str_set(&path, "%s/%s", folder, marker) == DMSC_E_OK &&
	    dmsc_file_slurp(path, MARKER_MAX, &b, NULL) == DMSC_E_OK &&
	    (text = dmsc_buf_cstr(b)) != NULL && text[0] == '/')
		src = dmsc_strndup(dmsc_rd_of(text, strcspn(text, "\n")));
	dmsc_buf_free(&b);
	free(path);
	return src;
}

/* The program stands in a build folder or a little below it. */
static char *
uninstalled(void)
{
	char exe[PATH_MAX], *slash, *src = NULL;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	int i;

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	for (i = 0; i < PARENTS && src == NULL; i++) {
		if ((slash = strrchr(exe, '/')) == NULL || slash == exe)
			break;
		*slash = '\0';
		src = read_marker(exe);
	}
	return src;
}

int
dmsc_path_data(const char *given, char **out)
{
	const char *v = given != NULL ? given : env("DMSC_DATA_DIR");

	*out = NULL;
	if (v != NULL)
		return dmsc_str_set(out, "%s", v);
	if ((*out = uninstalled()) != NULL)
		return DMSC_E_OK;
	return dmsc_str_set(out, "%s", DMSC_DATADIR);
}
