/*
 * Names of documents in paths: label, else applicationName, else FID; '/',
 * '%', control bytes and a leading '.' or '@' are %XX; equal names get "~2",
 * "~3" in directory order; "/@FID" is always exact.
 */
#include "store/cardtree.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"

/* Escapes text; a leading '@' too, because "@FID" has a meaning. */
int
dmsc_store_escape(const char *text, char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(4 * DMSC_EF_MAX);
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (b == NULL)
		return r;
	r = DMSC_E_OK;
	if (*text == '@') {
		r = dmsc_buf_str(b, "%40");
		text++;
	}
	if (r == DMSC_E_OK)
		r = dmsc_uri_escape(text, b);
	if (r == DMSC_E_OK &&
	    (*out = dmsc_strndup(dmsc_buf_rd(b))) == NULL)
		r = DMSC_E_NOMEM;
	dmsc_buf_free(&b);
	return r;
}

static bool
taken(struct dmsc_store *st, const struct dmsc_sdoc *but,
    const char *name)
{
	size_t i;

	if (strcmp(name, DMSC_KIND_CARD) == 0 && dmsc_appl_listed(st))
		return true;
	for (i = 0; i < st->n_docs; i++)
		if (&st->docs[i] != but && st->docs[i].name != NULL &&
		    strcmp(st->docs[i].name, name) == 0)
			return true;
	return false;
}

int
dmsc_store_name(struct dmsc_store *st, struct dmsc_sdoc *d)
{
	const char *text = d->label != NULL ? d->label : d->app_name;
	char *plain = NULL;
	unsigned i;
	int r;

	if (text == NULL)
		r = dmsc_str_set(&plain, "%04X",
		    dmsc_place_fid(&d->file.place));
	else
		r = dmsc_store_escape(text, &plain);
	if (r == DMSC_E_OK)
		r = dmsc_str_set(&d->name, "%s", plain);
	for (i = 2; r == DMSC_E_OK && taken(st, d, d->name); i++)
		r = dmsc_str_set(&d->name, "%s~%u", plain, i);
	free(plain);
	return r;
}

int
dmsc_store_split(struct dmsc_store *st, const char *path, char **first,
    const char **rest)
{
	const char *end;

	*first = NULL;
	while (*path == '/')
		path++;
	end = path + strcspn(path, "/");
	if (end == path) {
		dmsc_fail(st->e, DMSC_E_USAGE, "a document is meant");
		return dmsc_err_where(st->e, "/");
	}
	*first = dmsc_strndup(dmsc_rd_of(path, (size_t)(end - path)));
	if (*first == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	while (*end == '/')
		end++;
	*rest = end;
	return DMSC_E_OK;
}

/* "%2f" and "%2F", or an escape that is not needed, name the same thing. */
static int
canonical(char **name)
{
	struct dmsc_buf *b;
	const char *text;
	char *fresh = NULL;
	int r;

	if (strchr(*name, '%') == NULL)
		return DMSC_E_OK;
	if ((b = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_uri_unescape(*name, b);
	if (r == DMSC_E_OK) {
		text = dmsc_buf_cstr(b);
		r = text == NULL ? DMSC_E_NOMEM :
		    dmsc_store_escape(text, &fresh);
	}
	dmsc_buf_free(&b);
	if (r != DMSC_E_OK)
		return r == DMSC_E_NOMEM ? r : DMSC_E_OK;
	free(*name);
	*name = fresh;
	return DMSC_E_OK;
}

static struct dmsc_sdoc *
by_fid(const struct dmsc_store *st, const char *text)
{
	uint64_t fid = 0;
	size_t i;

	if (dmsc_num(text, 16, UINT16_MAX, &fid) != DMSC_E_OK)
		return NULL;
	for (i = 0; i < st->n_docs; i++)
		if (dmsc_place_fid(&st->docs[i].file.place) == fid)
			return &st->docs[i];
	return NULL;
}

static void
by_name(struct dmsc_store *st, const char *name, struct dmsc_what *out)
{
	size_t i;

	if (*name == '@')
		out->doc = by_fid(st, name + 1);
	for (i = 0; out->doc == NULL && i < st->n_docs; i++)
		if (strcmp(st->docs[i].name, name) == 0)
			out->doc = &st->docs[i];
	out->work = out->doc != NULL ? out->doc->work :
	    dmsc_work_find(st, name);
}

int
dmsc_store_look(struct dmsc_store *st, const char *path,
    struct dmsc_what *out)
{
	char *first = NULL;
	int r;

	memset(out, 0, sizeof *out);
	if ((r = dmsc_store_split(st, path, &first, &out->rest)) !=
	    DMSC_E_OK)
		return r;
	if (dmsc_cardtree_named(st, first)) {
		out->card = true;
		out->work = st->card_work;
		free(first);
		return DMSC_E_OK;
	}
	if ((r = dmsc_store_load(st)) != DMSC_E_OK) {
		free(first);
		return r;
	}
	r = canonical(&first);
	if (r == DMSC_E_OK) {
		by_name(st, first, out);
		dmsc_rules_look(st, out);
	} else
		dmsc_fail(st->e, r, "out of memory");
	free(first);
	return r;
}

int
dmsc_store_need(struct dmsc_store *st, const char *path,
    struct dmsc_what *out)
{
	int r = dmsc_store_look(st, path, out);

	if (r == DMSC_E_AUTH && st->e->where[0] == '\0')
		return dmsc_err_where(st->e, "%s", path);
	if (r != DMSC_E_OK || out->card)
		return r;
	if ((out->doc != NULL || out->work != NULL) &&
	    (out->work == NULL || !out->work->removed))
		return DMSC_E_OK;
	if (out->owner != NULL)
		return dmsc_rules_missing(st, path);
	dmsc_fail(st->e, DMSC_E_NOTFOUND, "no such document");
	dmsc_err_where(st->e, "%s", path);
	if (out->work != NULL)
		dmsc_err_why(st->e, "it is removed in the working copy");
	else if (st->why != NULL && st->n_docs == 0)
		dmsc_err_why(st->e, "%s", st->why);
	if (out->work == NULL && st->state == DMSC_P15_BLANK)
		return dmsc_uicc_blank_next(st->e);
	return dmsc_err_next(st->e, "%s",
	    out->work != NULL ? "revert" : "ls /");
}
