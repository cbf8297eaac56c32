/* Options of commands that take the keys of a secure channel. */
#include <string.h>

#include "tools.h"

enum { BYTE_MAX = 0xFF };

void
sh_keys_free(struct sh_keys *g)
{
	size_t i;

	for (i = 0; i < DMSC_SCP_SOURCES; i++)
		dmsc_key_free(&g->keys[i]);
}

int
sh_keys_get(struct sh *sh, const struct sh_args *a, bool ask,
    const char *prompt, struct sh_keys *g)
{
	const char *source;
	int i, r = DMSC_E_OK;

	memset(g, 0, sizeof *g);
	for (i = 0; r == DMSC_E_OK && (source = sh_opt_at(a, "keys", i)) !=
	    NULL; i++) {
		if (i == DMSC_SCP_SOURCES)
			return dmsc_fail(sh_err(sh), DMSC_E_USAGE,
			    "--keys is given more than three times");
		r = sh_key(sh, source, prompt, &g->keys[i]);
	}
	return i == 0 && ask ? sh_key(sh, NULL, prompt, &g->keys[0]) : r;
}

int
sh_byte(struct sh *sh, const struct sh_args *a, const char *opt, int none,
    int *out)
{
	const char *text = sh_opt(a, opt);
	char hex[16];
	unsigned long v;

	*out = none;
	if (text == NULL)
		return 0;
	(void)snprintf(hex, sizeof hex, "0x%s", text);
	if (strlen(text) > 2 || !sh_num_any(hex, BYTE_MAX, &v))
		return sh_usage(sh, "--%s is two hexadecimal digits", opt);
	*out = (int)v;
	return 0;
}
