/* Cards that other processes serve: which one is meant (session/served.h). */
#include "session/served.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"
#include "card/control.h"

enum { FACTS_MAX = 12288 };

/* What a socket says of its card. */
struct facts {
	struct dmsc_buf *image, *reader, *iccid;
};

/* What is looked for; one of the two. */
struct wanted {
	const char *image;		/* its whole path */
	struct dmsc_rd iccid;
};

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

char *
session_served_folder(const struct dmsc_session *s)
{
	char *path = NULL;

	return dmsc_str_set(&path, "%s/served", s->state_dir) == DMSC_E_OK ?
	    path : NULL;
}

static void
facts_free(struct facts *f)
{
	dmsc_buf_free(&f->image);
	dmsc_buf_free(&f->reader);
	dmsc_buf_free(&f->iccid);
}

/* The next word, hex or "-", into b; false: there is none. */
static bool
word(char **at, struct dmsc_buf *b)
{
	char *p = *at, *end = strchr(p, ' ');

	if (*p == '\0')
		return false;
	if (end != NULL)
		*end++ = '\0';
	*at = end != NULL ? end : p + strlen(p);
	return strcmp(p, "-") == 0 || dmsc_hex_get(p, b) == DMSC_E_OK;
}

static bool
facts_of(const char *folder, const char *name, struct facts *f)
{
	struct dmsc_buf *b = dmsc_buf_new(FACTS_MAX);
	struct dmsc_err e = { 0 };
	const char *text = NULL;
	char *copy = NULL, *at;
	bool good = false;

	f->image = dmsc_buf_new(FACTS_MAX);
	f->reader = dmsc_buf_new(FACTS_MAX);
	f->iccid = dmsc_buf_new(FACTS_MAX);
	if (b != NULL && f->image != NULL && f->reader != NULL &&
	    f->iccid != NULL && dmsc_control_ask(folder, name, "facts",
	    dmsc_rd_of(NULL, 0), b, &e) == DMSC_E_OK)
		text = dmsc_buf_cstr(b);
	if (text != NULL && (copy = strdup(text)) != NULL) {
		at = copy;
		good = word(&at, f->image) && word(&at, f->reader) &&
		    word(&at, f->iccid);
	}
	free(copy);
	dmsc_buf_free(&b);
	if (!good)
		facts_free(f);
	return good;
}

static bool
is_wanted(const struct facts *f, const struct wanted *w)
{
	return w->image != NULL ?
	    dmsc_rd_eq_str(dmsc_buf_rd(f->image), w->image) :
	    w->iccid.left > 0 && dmsc_rd_eq(dmsc_buf_rd(f->iccid), w->iccid);
}

static int
several(struct dmsc_session *s)
{
	dmsc_fail(&s->err, DMSC_E_USAGE, "more than one card is meant");
	dmsc_err_why(&s->err, "cards with the same ICCID are served");
	return dmsc_err_next(&s->err, "the same line with -r sim:IMAGE");
}

/* Its socket; the caller frees. */
static int
look(struct dmsc_session *s, const char *folder, const struct wanted *w,
    char **out)
{
	struct facts f = { NULL, NULL, NULL };
	char **names = NULL;
	size_t n = 0, i;
	int r = dmsc_control_names(folder, &names, &n);

	*out = NULL;
	for (i = 0; r == DMSC_E_OK && i < n; i++) {
		if (!facts_of(folder, names[i], &f))
			continue;
		if (is_wanted(&f, w) && *out != NULL)
			r = several(s);
		else if (is_wanted(&f, w) &&
		    (*out = strdup(names[i])) == NULL)
			r = DMSC_E_NOMEM;
		facts_free(&f);
	}
	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (r != DMSC_E_OK) {
		free(*out);
		*out = NULL;
		return r == DMSC_E_NOMEM ? no_memory(s) : r;
	}
	return *out != NULL ? r : DMSC_E_NOTFOUND;
}

static int
find(struct dmsc_session *s, const struct wanted *w, char **out)
{
	char *folder = session_served_folder(s);
	int r = folder == NULL ? no_memory(s) : look(s, folder, w, out);

	free(folder);
	return r;
}

/* The image of "sim", "sim:IMAGE" or NULL; NULL: another reader. */
static char *
image_of(const struct dmsc_session *s, const char *reader)
{
	static const char prefix[] = "sim:";
	char *name = NULL, *path;

	if (reader == NULL || strcmp(reader, "sim") == 0)
		name = dmsc_session_sim_image(s);
	else if (dmsc_begins(reader, prefix))
		name = strdup(reader + sizeof prefix - 1);
	path = name != NULL ? realpath(name, NULL) : NULL;
	free(name);
	return path;
}

bool
dmsc_served(struct dmsc_session *s, const char *reader)
{
	struct wanted w = { .image = NULL };
	struct dmsc_err was = s->err;
	char *path = image_of(s, reader);

	free(s->served);
	s->served = NULL;
	w.image = path;
	if (path != NULL && find(s, &w, &s->served) != DMSC_E_OK)
		s->err = was;
	free(path);
	return s->served != NULL;
}

/* The one that is connected, by its ICCID. */
static int
connected(struct dmsc_session *s, char **out)
{
	struct wanted w = { .image = NULL };
	const char *id = NULL;
	int r = dmsc_session_need_card(s);

	if (r != DMSC_E_OK ||
	    (r = dmsc_guard_identity(s->guard, &id)) != DMSC_E_OK)
		return r;
	w.iccid = dmsc_guard_iccid(s->guard);
	return find(s, &w, out);
}

int
session_served_ask(struct dmsc_session *s, const char *verb,
    struct dmsc_rd bytes, struct dmsc_buf *out)
{
	char *folder = session_served_folder(s), *name = NULL;
	int r = DMSC_E_OK;

	if (folder == NULL)
		return no_memory(s);
	if (dmsc_connected(s) || s->served == NULL)
		r = connected(s, &name);
	if (r == DMSC_E_OK)
		r = dmsc_control_ask(folder, name != NULL ? name : s->served,
		    verb, bytes, out, &s->err);
	if (r == DMSC_E_NOTFOUND) {
		dmsc_fail(&s->err, r, "no process of this machine serves "
		    "that card");
		dmsc_err_next(&s->err, "card serve");
	}
	free(name);
	free(folder);
	return r;
}
