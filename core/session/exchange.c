/* dmsc/doc.h: documents on the card to and from the forms of convert. */
#include <stdlib.h>
#include <string.h>

#include "codec/convert.h"
#include "codec/lwm2m.h"
#include "session/session.h"

/* "/LABEL" and nothing below. */
static bool
is_whole(const char *path)
{
	const char *slash = path[0] == '/' ? strchr(path + 1, '/') : NULL;

	return slash == NULL || slash[1] == '\0';
}

static int
no_memory(struct dmsc_session *s)
{
	return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
}

/* A node, or bytes as they are: nothing is converted. */
static int
plain(struct dmsc_session *s, const char *path, const char *form,
    struct dmsc_buf *out, struct dmsc_conversion **res)
{
	struct dmsc_conversion *c = dmsc_view_new(&dmsc_conversion_view);
	size_t at = out->len;
	int r;

	if (c == NULL || dmsc_str_set(&c->from, "%s", is_whole(path) ?
	    "raw" : "node") != DMSC_E_OK ||
	    dmsc_str_set(&c->to, "%s", form) != DMSC_E_OK)
		r = no_memory(s);
	else
		r = dmsc_export(s, path, form, out);
	if (r == DMSC_E_OK && strcmp(form, "json") == 0 &&
	    dmsc_buf_u8(out, '\n') != DMSC_E_OK)
		r = no_memory(s);
	if (r == DMSC_E_OK) {
		c->bytes = out->len - at;
		*res = c;
		return r;
	}
	dmsc_view_free(&dmsc_conversion_view, c);
	return r;
}

/* Of a node, or of a document that has nothing yet. */
static const char *
tree_form(const char *form)
{
	if (form == NULL || strcmp(form, "xml") == 0)
		return "tnds";
	return strcmp(form, "wbxml") == 0 ? "tnds-wbxml" : form;
}

/* The document's bytes, as the working copy would write them. */
static int
whole(struct dmsc_session *s, const char *path,
    const struct dmsc_convert_opts *o, struct dmsc_buf *out,
    struct dmsc_conversion **res)
{
	struct dmsc_convert_opts own = *o;
	struct dmsc_buf *bytes = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_doc *d = NULL;
	int r = bytes == NULL ? no_memory(s) :
	    dmsc_doc_bytes(s, path, false, bytes);

	if (r == DMSC_E_OK)
		r = dmsc_doc_stat(s, path, &d);
	if (r == DMSC_E_OK && strcmp(d->kind, "app") != 0 &&
	    dmsc_form_guess(dmsc_buf_rd(bytes)) == DMSC_FORM_EMPTY)
		r = plain(s, path, tree_form(o->to), out, res);
	else if (r == DMSC_E_OK) {
		/* Messages are for cards; TNDS is the XML for people. */
		if (strcmp(d->kind, "dm") == 0 && o->to != NULL &&
		    strcmp(o->to, "xml") == 0)
			own.to = "tnds";
		/* Its bytes alone say little. */
		if (strcmp(d->kind, "lwm2m") == 0)
			own.from = d->kind;
		r = dmsc_convert(dmsc_buf_rd(bytes), &own, out, res,
		    &s->err);
		if (r != DMSC_E_OK && s->err.where[0] == '\0')
			(void)dmsc_err_where(&s->err, "%s", path);
		if (r == DMSC_E_FORMAT)
			(void)dmsc_err_next(&s->err, "export --raw %s",
			    path);
	}
	dmsc_view_free(&dmsc_doc_view, d);
	dmsc_buf_free(&bytes);
	return r;
}

/* Whether the document that path is in is DM, as far as is known. */
static int
is_dm(struct dmsc_session *s, const char *path, bool *yes)
{
	struct dmsc_doc *d = NULL;
	char *doc = strdup(path), *slash = doc == NULL ? NULL :
	    strchr(doc + 1, '/');
	int r;

	if (slash != NULL)
		*slash = '\0';
	r = doc == NULL ? no_memory(s) : dmsc_doc_stat(s, doc, &d);
	*yes = r == DMSC_E_OK && strcmp(d->kind, "cp") != 0 &&
	    strcmp(d->kind, "lwm2m") != 0;
	dmsc_view_free(&dmsc_doc_view, d);
	free(doc);
	return r;
}

/* A node has the forms of trees; of another kind than DM, JSON alone. */
static int
node(struct dmsc_session *s, const char *path,
    const struct dmsc_convert_opts *o, struct dmsc_buf *out,
    struct dmsc_conversion **res)
{
	const char *form = tree_form(o->to);
	bool dm;
	int r;

	if (o->map)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "whole documents are mapped, not nodes");
	if ((r = is_dm(s, path, &dm)) != DMSC_E_OK)
		return r;
	if (!dm && o->to == NULL)
		form = "json";
	if (dm || strncmp(form, "tnds", strlen("tnds")) != 0)
		return plain(s, path, form, out, res);
	(void)dmsc_fail(&s->err, DMSC_E_DATA, "%s cannot hold this node",
	    form);
	(void)dmsc_err_where(&s->err, "%s", path);
	(void)dmsc_err_why(&s->err, "it is no management object");
	return DMSC_E_DATA;
}

int
dmsc_export_as(struct dmsc_session *s, const char *path,
    const struct dmsc_convert_opts *o, struct dmsc_buf *out,
    struct dmsc_conversion **res)
{
	*res = NULL;
	if (o->to != NULL && strcmp(o->to, "raw") == 0)
		return plain(s, path, o->to, out, res);
	return is_whole(path) ? whole(s, path, o, out, res) :
	    node(s, path, o, out, res);
}

/* What the store would not know, or would lose: the form to give it instead,
 * NULL: as it is. A message's header and targets are of whole documents. */
static const char *
own_form(const char *path, struct dmsc_rd bytes)
{
	enum dmsc_form f = dmsc_form_guess(bytes);

	if (f == DMSC_FORM_JSON && dmsc_cv_kind(f, bytes) == CV_CP)
		return "cp-wbxml";
	return f == DMSC_FORM_SYNCML && is_whole(path) ? "syncml-wbxml" :
	    NULL;
}

/* TNDS becomes nodes: what is none of them would be lost. */
static int
nodes_alone(struct dmsc_session *s, struct dmsc_rd bytes)
{
	enum dmsc_form f = dmsc_form_guess(bytes);
	struct cv_more more = { "", "" };
	size_t used = bytes.left;
	int r;

	if (f != DMSC_FORM_TNDS && f != DMSC_FORM_TNDS_WBXML)
		return DMSC_E_OK;
	r = dmsc_cv_look(bytes, f == DMSC_FORM_TNDS, &more, &used, &s->err);
	if (r != DMSC_E_OK || more.what[0] == '\0')
		return r;
	(void)dmsc_fail(&s->err, DMSC_E_DATA, "a document of a card cannot "
	    "hold '%s' of %s", more.what, more.in[0] == '\0' ? "the root" :
	    more.in);
	(void)dmsc_err_why(&s->err, "it holds nodes alone");
	return DMSC_E_DATA;
}

int
dmsc_import(struct dmsc_session *s, const char *path, struct dmsc_rd bytes)
{
	struct dmsc_convert_opts o = { .to = own_form(path, bytes) };
	struct dmsc_conversion *c = NULL;
	struct dmsc_buf *own = NULL;
	size_t i;
	int r = dmsc_session_need_card(s);

	if (r == DMSC_E_OK)
		r = nodes_alone(s, bytes);
	if (r == DMSC_E_OK && o.to != NULL) {
		own = dmsc_buf_new(DMSC_DOC_MAX);
		r = own == NULL ? no_memory(s) :
		    dmsc_convert(bytes, &o, own, &c, &s->err);
		bytes = dmsc_buf_rd(own);
	}
	for (i = 0; r == DMSC_E_OK && c != NULL && i < c->n_warnings; i++)
		dmsc_session_warn(s, c->warnings[i]);
	if (r == DMSC_E_OK)
		r = dmsc_store_import(s->store, path, bytes);
	dmsc_view_free(&dmsc_conversion_view, c);
	dmsc_buf_free(&own);
	return r;
}

/* Documents of other kinds are the trees that the working copy shows. */
int
dmsc_parse_tree(struct dmsc_session *s, struct dmsc_rd bytes,
    struct dmsc_tree **out)
{
	enum dmsc_form f = dmsc_form_guess(bytes);
	enum cv_kind kind = dmsc_cv_kind(f, bytes);
	struct cv_doc d;
	int r;

	*out = NULL;
	if (kind != CV_CP && kind != CV_LWM2M)
		return dmsc_tree_parse(bytes, out, &f, &s->err);
	r = dmsc_cv_read(bytes, f, &d, &s->err);
	if (r == DMSC_E_OK && kind == CV_LWM2M &&
	    (r = dmsc_lwm2m_titles(d.t)) != DMSC_E_OK)
		(void)no_memory(s);
	if (r == DMSC_E_OK) {
		*out = d.t;
		d.t = NULL;
	}
	dmsc_cv_clear(&d);
	return r;
}
