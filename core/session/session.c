/* The session handle: its folders, record, warnings (dmsc/session.h). */
#include "session/session.h"

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <dmsc/view.h>

#include "base/file.h"
#include "session/paths.h"

int
dmsc_session_new(const struct dmsc_setup *setup, struct dmsc_session **out)
{
	static const struct dmsc_setup none = { .state_dir = NULL };
	struct dmsc_session *s;
	int r;

	*out = NULL;
	if (setup == NULL)
		setup = &none;
	if ((s = calloc(1, sizeof *s)) == NULL)
		return DMSC_E_NOMEM;
	s->ui = setup->ui;
	s->no_basic_channel = setup->no_basic_channel;
	r = dmsc_path_state(setup->state_dir, &s->state_dir);
	if (r == DMSC_E_OK)
		r = dmsc_path_data(setup->data_dir, &s->data_dir);
	if (r == DMSC_E_OK)
		(void)!dmsc_file_mkdirs(s->state_dir, NULL);
	/* Who needs the folder says so: reading a card does not. */
	if (r != DMSC_E_OK)
		dmsc_session_free(&s);
	*out = s;
	return r;
}

void
dmsc_session_free(struct dmsc_session **sp)
{
	struct dmsc_session *s = *sp;

	if (s == NULL)
		return;
	dmsc_disconnect(s);
	dmsc_session_free_rooms(s);
	dmsc_warnings_clear(s);
	free(s->trace);
	free(s->state_dir);
	free(s->data_dir);
	free(s->served);
	free(s);
	*sp = NULL;
}

struct dmsc_err *
dmsc_session_err(struct dmsc_session *s)
{
	return &s->err;
}

void
dmsc_session_interrupt(struct dmsc_session *s)
{
	s->interrupted = 1;
}

void
dmsc_session_clear_interrupt(struct dmsc_session *s)
{
	s->interrupted = 0;
}

const char *
dmsc_session_state_dir(const struct dmsc_session *s)
{
	return s->state_dir;
}

const char *
dmsc_session_data_dir(const struct dmsc_session *s)
{
	return s->data_dir;
}

char *
dmsc_session_sim_image(const struct dmsc_session *s)
{
	char *path = NULL;

	return dmsc_str_set(&path, "%s/card.img", s->state_dir) == DMSC_E_OK ?
	    path : NULL;
}

/* A warning that finds no memory is lost; the call it came from goes on. */
void
dmsc_session_warn(void *session, const char *text)
{
	struct dmsc_session *s = session;
	size_t i;

	for (i = 0; i < s->n_warnings; i++)
		if (strcmp(s->warnings[i], text) == 0)
			return;
	if (dmsc_strs_add(&s->warnings, &s->n_warnings, "%s", text) !=
	    DMSC_E_OK)
		return;
}

size_t
dmsc_warnings(const struct dmsc_session *s, const char *const **out)
{
	*out = (const char *const *)s->warnings;
	return s->n_warnings;
}

void
dmsc_warnings_clear(struct dmsc_session *s)
{
	size_t i;

	for (i = 0; i < s->n_warnings; i++)
		free(s->warnings[i]);
	free(s->warnings);
	s->warnings = NULL;
	s->n_warnings = 0;
}

const char *
dmsc_version(void)
{
	return PACKAGE_VERSION;
}
