/* dmsc/lint.h: a document's tree against a device description. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/doc.h>

#include "codec/codec.h"
#include "codec/ddf.h"
#include "session/session.h"
#include "store/lint.h"

static int
hold(struct dmsc_session *s, const struct dmsc_ddf *d,
    const struct dmsc_tree *t, struct dmsc_lint_list *list)
{
	struct dmsc_lint_out o = { .ctx = list, .found = dmsc_lint_found };

	list->out = dmsc_view_new(&dmsc_lint_view);
	if (list->out != NULL)
		dmsc_ddf_check(d, t, &o);
	if (list->out != NULL && o.code == DMSC_E_OK)
		return DMSC_E_OK;
	dmsc_view_free(&dmsc_lint_view, list->out);
	list->out = NULL;
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

static int
description(struct dmsc_session *s, struct dmsc_rd ddf,
    struct dmsc_ddf **out)
{
	int r = dmsc_ddf_read(ddf, out, &s->err);

	if (r != DMSC_E_OK) {
		struct dmsc_err e = s->err;

		(void)dmsc_fail(&s->err, r, "the description: %s",
		    e.message);
		(void)dmsc_err_where(&s->err, "%s", e.where);
		(void)dmsc_err_why(&s->err, "%s", e.why);
	}
	return r;
}

int
dmsc_lint_ddf_bytes(struct dmsc_session *s, struct dmsc_rd ddf,
    struct dmsc_rd bytes, struct dmsc_lint **out)
{
	struct dmsc_lint_list list = { .out = NULL };
	struct dmsc_tree *t = NULL;
	struct dmsc_ddf *d = NULL;
	int r;

	*out = NULL;
	dmsc_err_clear(&s->err);
	if ((r = description(s, ddf, &d)) == DMSC_E_OK)
		r = dmsc_tree_parse(bytes, &t, NULL, &s->err);
	if (r == DMSC_E_OK)
		r = hold(s, d, t, &list);
	*out = list.out;
	dmsc_tree_free(&t);
	dmsc_ddf_free(&d);
	return r;
}

/* The document's part of "/LABEL/URI". */
static void
place(const char *path, char out[DMSC_ERR_TEXT])
{
	size_t n = *path == '/';

	n += strcspn(path + n, "/");
	(void)snprintf(out, DMSC_ERR_TEXT, "%.*s", (int)n, path);
}

int
dmsc_lint_ddf(struct dmsc_session *s, struct dmsc_rd ddf, const char *path,
    struct dmsc_lint **out)
{
	struct dmsc_buf *below = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_lint_list list = { .out = NULL };
	const struct dmsc_tree *t = NULL;
	const struct dmsc_node *n = NULL;
	struct dmsc_ddf *d = NULL;
	char at[DMSC_ERR_TEXT];
	int r;

	*out = NULL;
	if (below == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	dmsc_err_clear(&s->err);
	if ((r = description(s, ddf, &d)) == DMSC_E_OK)
		r = dmsc_at(s, path, &t, &n);
	if (r == DMSC_E_OK && (t == NULL || n == NULL)) {
		r = dmsc_fail(&s->err, DMSC_E_UNSUPPORTED, "'%s' is no "
		    "management tree", path);
		(void)dmsc_err_next(&s->err, "docs");
	}
	if (r == DMSC_E_OK)
		r = dmsc_node_uri(n, below);
	place(path, at);
	list.place = at;
	if (r == DMSC_E_OK && below->len > 0)
		list.below = dmsc_buf_cstr(below);
	if (r == DMSC_E_OK)
		r = hold(s, d, t, &list);
	*out = list.out;
	dmsc_ddf_free(&d);
	dmsc_buf_free(&below);
	return r;
}
