/* readers: what -r can name. */
#include <string.h>

#include "tools.h"

static int
readers_run(struct sh *sh, const struct sh_args *a)
{
	static const char *const heads[] = { "NUMBER", "READER", "STATE",
		"ATR" };
	struct dmsc_readers *l = NULL;
	struct sh_table *t;
	size_t i;
	int r;

	(void)a;
	if ((r = dmsc_readers(sh_session(sh), &l)) != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_readers_view, l);
	t = sh_table_new(SH_COUNT(heads), heads);
	for (i = 0; i < l->n_readers; i++) {
		const struct dmsc_reader_info *x = &l->readers[i];
		bool sim = x->kind != NULL && strcmp(x->kind, "sim") == 0;
		char number[16];
		const char *cells[] = { sim ? "" : number, x->name, x->state,
			sim && x->image != NULL ? x->image : x->atr };

		(void)snprintf(number, sizeof number, "%d", x->number);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
	if (l->service != NULL)
		sh_warn(sh, "%s", l->service);
	return 0;
}

static const char *const readers_examples[] = { "readers", NULL };

const struct sh_cmd sh_cmd_readers = {
	.name = "readers", .group = SH_G_READER, .danger = SH_READ,
	.summary = "list the readers and what is in them",
	.details = "Numbers are those that -r takes. The embedded card is "
	    "listed as sim, with its image. Cards are not powered for the "
	    "list.",
	.max_args = 0, .examples = readers_examples,
	.see = "connect, wait, doctor", .run = readers_run,
};
