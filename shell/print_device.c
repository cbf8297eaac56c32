/* What a device took in, and what a card said by itself. */
#include <stdio.h>

#include "tools.h"

void
sh_print_taken(struct sh *sh, const struct dmsc_taken *d, size_t n)
{
	static const char *const heads[] = { "DOCUMENT", "KIND", "STATE",
		"WHY", "PLACES" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i, k;

	for (i = 0; i < n; i++) {
		char places[DMSC_ERR_TEXT] = "";
		const char *cells[] = { d[i].document, d[i].kind, d[i].state,
			d[i].why != NULL ? d[i].why : "", places };
		size_t at = 0;

		for (k = 0; k < d[i].n_places && at < sizeof places; k++)
			at += (size_t)snprintf(places + at,
			    sizeof places - at, "%s%s", k > 0 ? " " : "",
			    d[i].places[k]);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}

void
sh_print_events(struct sh *sh, const struct dmsc_event *list, size_t n)
{
	static const char *const heads[] = { "EVENT", "ANSWER", "DETAIL",
		"FILES" };
	struct sh_table *t = sh_table_new(SH_COUNT(heads), heads);
	size_t i, k;

	for (i = 0; i < n; i++) {
		const struct dmsc_event *e = &list[i];
		char files[DMSC_ERR_TEXT] = "";
		const char *cells[] = { e->name, e->answer,
			e->detail != NULL ? e->detail : "", files };
		size_t at = 0;

		for (k = 0; k < e->n_files && at < sizeof files; k++)
			at += (size_t)snprintf(files + at, sizeof files - at,
			    "%s%s", k > 0 ? " " : "", e->files[k]);
		sh_table_row(t, cells);
	}
	sh_table_print(sh, &t);
}
