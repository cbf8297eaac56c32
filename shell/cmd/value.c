/* The value of an edit: from the line, a file or hexadecimal digits. */
#include "cmd/edit.h"
#include "tools.h"

enum { VALUE_MAX = 1 << 24 };

static int
from_hex(struct sh *sh, const char *hex, struct dmsc_buf **out)
{
	int r = (*out = dmsc_buf_new(VALUE_MAX)) == NULL ? DMSC_E_NOMEM :
	    dmsc_hex_get(hex, *out);

	if (r == DMSC_E_OK)
		return 0;
	dmsc_buf_free(out);
	return r == DMSC_E_NOMEM ? sh_nomem(sh) :
	    sh_usage(sh, "--hex wants whole bytes in hexadecimal digits");
}

int
sh_edit_value(struct sh *sh, const struct sh_args *a, int i, bool must,
    struct dmsc_buf **out)
{
	const char *arg = sh_arg(a, i), *file = sh_opt(a, "file");
	const char *hex = sh_opt(a, "hex");
	int given = (arg != NULL) + (file != NULL) + (hex != NULL);

	*out = NULL;
	if (given > 1 || (given == 0 && must))
		return sh_usage(sh, "one of VALUE, --file and --hex is needed");
	if (file != NULL)
		return sh_fail(sh, sh_slurp(sh, file, out));
	if (hex != NULL)
		return from_hex(sh, hex, out);
	*out = dmsc_buf_from(dmsc_rd_str(arg != NULL ? arg : ""), VALUE_MAX);
	return *out != NULL ? 0 : sh_nomem(sh);
}
