/*
 * Cards as found in the field: what is said of them, and that what is
 * written to them leaves all else as it was.
 */
#include "store/odd.h"

#include <stdarg.h>

enum { TEXT_MAX = 8192 };

static void
line(struct dmsc_buf *out, const char *fmt, ...)
    DMSC_PRINTF(2, 3);

static void
line(struct dmsc_buf *out, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	field_check(dmsc_buf_fmt(out, "%s", text));
}

static void
say_discovery(struct world *w, struct dmsc_buf *out)
{
	struct dmsc_discovery *d = NULL;
	size_t i;

	if (dmsc_discover(w->s, &d) != DMSC_E_OK) {
		line(out, "discover: %s\n", w->s->err.message);
		return;
	}
	line(out, "%s%s", d->found ? "found" : "", d->found ? "" : d->why);
	for (i = 0; i < d->n_kinds; i++)
		line(out, " %s", d->kinds[i]);
	line(out, "\n");
	dmsc_view_free(&dmsc_discovery_view, d);
}

static void
say_documents(struct world *w, struct dmsc_buf *out)
{
	struct dmsc_doc_list *l = NULL;
	const struct dmsc_doc *d;
	size_t i, k;

	if (dmsc_docs(w->s, &l) != DMSC_E_OK) {
		line(out, "docs: %s\n", w->s->err.message);
		return;
	}
	for (i = 0; i < l->n_documents; i++) {
		d = &l->documents[i];
		line(out, "%s %s %s%s%s%s\n", d->name, d->kind, d->place,
		    d->is_private ? " private" : "",
		    d->needs != NULL ? " " : "",
		    d->needs != NULL ? d->needs : "");
		for (k = 0; k < d->n_warnings; k++)
			line(out, "  %s\n", d->warnings[k]);
	}
	dmsc_view_free(&dmsc_doc_list_view, l);
}

static void
say_warnings(struct world *w, struct dmsc_buf *out)
{
	const char *const *v;
	size_t i, n = dmsc_warnings(w->s, &v);

	for (i = 0; i < n; i++)
		line(out, "! %s\n", v[i]);
}

static void
say_poweron(struct world *w, struct dmsc_buf *out)
{
	struct dmsc_poweron *p = NULL;
	struct dmsc_poweron_opts o = { .confirm = DMSC_CONFIRM_YES };
	int r;
	size_t i;

	world_remove(w, "state/devices");
	r = dmsc_device_poweron(w->s, &o, &p);
	line(out, "on:%s", p == NULL ? " " : "");
	if (p == NULL)
		line(out, "%s", dmsc_e_name(r));
	for (i = 0; p != NULL && i < p->n_documents; i++)
		line(out, "%s %s %s%s%s%s", i > 0 ? "," : "",
		    p->documents[i].document, p->documents[i].state,
		    p->documents[i].why != NULL ? " (" : "",
		    p->documents[i].why != NULL ? p->documents[i].why : "",
		    p->documents[i].why != NULL ? ")" : "");
	line(out, "\n");
	dmsc_view_free(&dmsc_poweron_view, p);
}

static bool
up(struct world *w, const struct field_card *f, bool create)
{
	return world_up(w, field_build(f, create)) == DMSC_E_OK;
}

static void
shows(struct world *w, const struct field_card *f)
{
	struct dmsc_buf *out = dmsc_buf_new(TEXT_MAX);
	const char *text;

	if (!ok(up(w, f, true), f->name))
		world_say(w, "# connect");
	else {
		say_discovery(w, out);
		say_documents(w, out);
		say_warnings(w, out);
		say_poweron(w, out);
	}
	text = dmsc_buf_cstr(out);
	if (!ok(text != NULL && strcmp(text, f->want) == 0, "said of it"))
		printf("@@@ %s\n%s@@@\n", f->name, text);
	dmsc_buf_free(&out);
	world_down(w);
}

/* The profile that people practise on. */
static const char practice[] =
    "found lwm2m dm cp\n"
    "Google Player arf 3F00/7F50/4200\n"
    "LwM2M Bootstrap lwm2m 3F00/7F50/6432\n"
    "  the object identifier is wrapped twice\n"
    "OperatorX dm 3F00/7F50/6433\n"
    "  the path is absolute, which some readers cannot follow\n"
    "Mail cp 3F00/7F50/6435\n"
    "  the path has an index and a length, which some readers ignore\n"
    "Personal dm 3F00/7F50/6434 private PIN81\n"
    "on: Google Player skipped (kind arf is not taken), LwM2M Bootstrap "
    "added, OperatorX added, Mail added, Personal skipped (needs PIN81)\n";

static void
profile(struct world *w)
{
	struct dmsc_buf *out = dmsc_buf_new(TEXT_MAX);
	const char *text;

	if (ok(world_up(w, world_card(w)) == DMSC_E_OK, "card new "
	    "--profile foreign")) {
		say_discovery(w, out);
		say_documents(w, out);
		say_warnings(w, out);
		say_poweron(w, out);
	}
	text = dmsc_buf_cstr(out);
	if (!ok(text != NULL && strcmp(text, practice) == 0, "said of it"))
		printf("%s\n", text);
	dmsc_buf_free(&out);
	world_down(w);
}

int
main(void)
{
	struct world w = { 0 };
	size_t i;

	if (ok(world_make(&w, "foreign"), "a folder")) {
		profile(&w);
		for (i = 0; i < ODD_CARDS; i++)
			shows(&w, odd_card(i));
	}
	world_end(&w);
	return tap_done();
}
