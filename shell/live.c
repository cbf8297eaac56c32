/*
 * What a card says by itself while the shell does something else: after a
 * command, and at the prompt. Lines on standard error; JSON with --json.
 */
#include <string.h>
#include <unistd.h>

#include "impl.h"

enum { LINE_MAX_BYTES = 65536 };

/* The terminal may hold a line that is being typed: it makes room. */
static void
make_room(struct sh *sh)
{
	sh_progress_end(sh);
	(void)fflush(stdout);
	if (sh->above != NULL)
		sh->above();
}

void
sh_events_mine(struct sh *sh)
{
	if (!sh_options(sh)->json)
		sh->events_mine = true;
}

/* {"event":{...}} */
static void
say_json(const char *kind, const struct dmsc_view *v, const void *obj)
{
	struct dmsc_buf *b = dmsc_buf_new(LINE_MAX_BYTES);

	if (b != NULL && dmsc_json_view(v, obj, b) == DMSC_E_OK)
		fprintf(stderr, "{\"%s\":%s}\n", kind, dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
}

static void
say_event(const struct dmsc_event *e)
{
	size_t i;

	fprintf(stderr, "event: %s", e->name);
	if (e->detail != NULL)
		fprintf(stderr, ": %s", e->detail);
	for (i = 0; i < e->n_files; i++)
		fprintf(stderr, " %s", e->files[i]);
	fprintf(stderr, ": %s\n", e->answer);
}

void
sh_ui_event(void *arg, const struct dmsc_event *e)
{
	struct sh *sh = *(struct sh **)arg;

	if (sh == NULL || sh->events_mine || sh_options(sh)->quiet ||
	    (sh->call != NULL && sh->call->quiet))
		return;
	make_room(sh);
	if (sh_options(sh)->json)
		say_json("event", &dmsc_event_view, e);
	else
		say_event(e);
}

static void
say_sessions(struct sh *sh, const struct dmsc_events *l)
{
	const struct dmsc_talk *t;
	size_t i;

	for (i = 0; i < l->n_sessions && !sh_options(sh)->quiet; i++) {
		t = &l->sessions[i];
		make_room(sh);
		if (sh_options(sh)->json)
			say_json("session", &dmsc_talk_view, t);
		else
			fprintf(stderr, "device: session with %s: %zu "
			    "command%s%s\n", t->server != NULL ? t->server :
			    "the card", t->n_commands, sh_s(t->n_commands),
			    t->aborted ? ", ended by the card" : "");
	}
}

static void
say_documents(struct sh *sh, const struct dmsc_events *l)
{
	const struct dmsc_taken *t;
	size_t i;

	for (i = 0; i < l->n_documents && !sh_options(sh)->quiet; i++) {
		t = &l->documents[i];
		make_room(sh);
		if (sh_options(sh)->json)
			say_json("taken", &dmsc_taken_view, t);
		else
			fprintf(stderr, "device: %s: %s%s%s\n", t->document,
			    t->state, t->why != NULL ? ": " : "",
			    t->why != NULL ? t->why : "");
	}
}

int
sh_tick(struct sh *sh, bool ask)
{
	const struct sh_options *so = sh_options(sh);
	const struct dmsc_events_opts o = { .allow = so->cat,
	    .confirm = so->confirm };
	struct dmsc_err kept;
	struct dmsc_events *l = NULL;
	int r;

	if (!dmsc_events_on(sh->s))
		return DMSC_E_OK;
	kept = *sh_err(sh);
	r = dmsc_events_tick(sh->s, &o, ask, &l);
	if (l != NULL) {
		say_documents(sh, l);
		say_sessions(sh, l);
	}
	dmsc_view_free(&dmsc_events_view, l);
	if (r != DMSC_E_OK && r != DMSC_E_INTERRUPTED) {
		make_room(sh);
		fprintf(stderr, "dmsc: events: %s%s%s\n", sh_err(sh)->message,
		    sh_err(sh)->why[0] != '\0' ? ": " : "", sh_err(sh)->why);
	}
	*sh_err(sh) = kept;
	return r;
}

void
sh_happened(struct sh *sh, const char *what)
{
	const struct dmsc_events_opts o = { .allow = sh_options(sh)->cat,
	    .confirm = sh_options(sh)->confirm };
	struct dmsc_err kept = *sh_err(sh);
	struct dmsc_events *l = NULL;

	if (dmsc_events_on(sh->s) && dmsc_events_tell(sh->s, &o, what, NULL,
	    &l) == DMSC_E_OK && l != NULL) {
		say_documents(sh, l);
		say_sessions(sh, l);
	}
	dmsc_view_free(&dmsc_events_view, l);
	*sh_err(sh) = kept;
}
