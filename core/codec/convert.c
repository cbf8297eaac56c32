/* Documents from one form into another (dmsc/convert.h). */
#include "codec/convert.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/cp.h"
#include "codec/inner.h"

static const struct dmsc_field fields[] = {
	DMSC_F(dmsc_conversion, from, DMSC_K_STR),
	DMSC_F(dmsc_conversion, to, DMSC_K_STR),
	DMSC_F(dmsc_conversion, bytes, DMSC_K_SIZE),
	DMSC_F_STRS(dmsc_conversion, warnings, n_warnings),
	DMSC_F_END
};
const struct dmsc_view dmsc_conversion_view = { "conversion",
    sizeof(struct dmsc_conversion), fields };

/* In the order of help and of messages. */
static const enum dmsc_form forms[] = { DMSC_FORM_TNDS, DMSC_FORM_TNDS_WBXML,
    DMSC_FORM_SYNCML, DMSC_FORM_SYNCML_WBXML, DMSC_FORM_CP,
    DMSC_FORM_CP_WBXML, DMSC_FORM_LWM2M, DMSC_FORM_JSON, DMSC_FORM_XML,
    DMSC_FORM_WBXML };
#define FORMS "tnds, tnds-wbxml, syncml, syncml-wbxml, cp, cp-wbxml, lwm2m, " \
	"json, xml, wbxml"

/* What is in hand. */
struct work {
	const struct dmsc_convert_opts *o;
	struct cv_doc d;
	enum dmsc_form to;
	struct dmsc_buf *out;
	size_t at;			/* where the result begins */
	struct dmsc_conversion *res;
	struct dmsc_err *e;
};

const char *
dmsc_form_at(size_t i)
{
	return i < DMSC_COUNT(forms) ? dmsc_form_name(forms[i]) : NULL;
}

const char *
dmsc_form_of_file(const char *file)
{
	const char *base = strrchr(file, '/'), *dot;
	size_t i;

	base = base == NULL ? file : base + 1;
	if ((dot = strrchr(base, '.')) == NULL || dot == base)
		return NULL;
	if (strcmp(dot, ".tlv") == 0)
		return "lwm2m";
	for (i = 0; i < DMSC_COUNT(forms); i++)
		if (strcmp(dot + 1, dmsc_form_name(forms[i])) == 0)
			return dmsc_form_name(forms[i]);
	return NULL;
}

static int
named(const char *name, enum dmsc_form *out, struct dmsc_err *e)
{
	if (dmsc_form_parse(name, out) == DMSC_E_OK &&
	    *out != DMSC_FORM_EMPTY)
		return DMSC_E_OK;
	(void)dmsc_fail(e, DMSC_E_USAGE, "no such form");
	(void)dmsc_err_where(e, "%s", name);
	(void)dmsc_err_why(e, "forms are " FORMS);
	return DMSC_E_USAGE;
}

/* Whether f is an encoding of XML, in WBXML or not. */
static bool
is_markup(enum dmsc_form f, bool wbxml)
{
	return wbxml ? f == DMSC_FORM_TNDS_WBXML ||
	    f == DMSC_FORM_SYNCML_WBXML || f == DMSC_FORM_CP_WBXML :
	    f == DMSC_FORM_TNDS || f == DMSC_FORM_SYNCML ||
	    f == DMSC_FORM_CP;
}

static int
unlike(struct work *w, enum dmsc_form is, enum dmsc_form named_as)
{
	(void)dmsc_fail(w->e, DMSC_E_DATA, "this is no %s",
	    dmsc_form_name(named_as));
	(void)dmsc_err_why(w->e, "it looks like %s", dmsc_form_name(is));
	return DMSC_E_DATA;
}

/* Where no form of ours is seen: what libwbxml may know. */
static enum dmsc_form
perhaps(struct dmsc_rd in)
{
	struct dmsc_rd text = dmsc_codec_trim(in);

	if (in.left > 0 && in.p[0] >= 1 && in.p[0] <= 3)
		return DMSC_FORM_WBXML;
	return text.left > 0 && text.p[0] == '<' ? DMSC_FORM_XML :
	    DMSC_FORM_UNKNOWN;
}

/* What the bytes are. What the user says is held against them, but for
 * LwM2M, whose bytes say little. */
static int
source(struct work *w, struct dmsc_rd in, enum dmsc_form *out)
{
	enum dmsc_form is = dmsc_form_guess(in), f;
	int r;

	if (w->o->from == NULL) {
		*out = is == DMSC_FORM_UNKNOWN ? perhaps(in) : is;
		if (is == DMSC_FORM_EMPTY)
			return dmsc_fail(w->e, DMSC_E_DATA,
			    "there is no document in it");
		if (*out != DMSC_FORM_UNKNOWN)
			return DMSC_E_OK;
		(void)dmsc_fail(w->e, DMSC_E_FORMAT, "no form that is known");
		(void)dmsc_err_why(w->e, "name it with --from: " FORMS);
		return DMSC_E_FORMAT;
	}
	if ((r = named(w->o->from, &f, w->e)) != DMSC_E_OK)
		return r;
	*out = f;
	if (f == DMSC_FORM_LWM2M || is == DMSC_FORM_UNKNOWN)
		return DMSC_E_OK;
	if (f == DMSC_FORM_XML || f == DMSC_FORM_WBXML) {
		if (is_markup(is, f == DMSC_FORM_WBXML))
			*out = is;
		return DMSC_E_OK;
	}
	return f == is ? DMSC_E_OK : unlike(w, is, f);
}

/* "xml" and "wbxml" of what the document is. */
static enum dmsc_form
encoding(const struct work *w, enum cv_kind kind, bool wbxml)
{
	bool message = w->d.form == DMSC_FORM_SYNCML ||
	    w->d.form == DMSC_FORM_SYNCML_WBXML;

	if (kind == CV_CP)
		return wbxml ? DMSC_FORM_CP_WBXML : DMSC_FORM_CP;
	if (kind == CV_DM && message)
		return wbxml ? DMSC_FORM_SYNCML_WBXML : DMSC_FORM_SYNCML;
	if (kind == CV_DM)
		return wbxml ? DMSC_FORM_TNDS_WBXML : DMSC_FORM_TNDS;
	return wbxml ? DMSC_FORM_WBXML : DMSC_FORM_XML;
}

static int
target(struct work *w)
{
	static const enum dmsc_form usual[] = { [CV_DM] = DMSC_FORM_TNDS,
	    [CV_CP] = DMSC_FORM_CP, [CV_LWM2M] = DMSC_FORM_JSON,
	    [CV_OTHER] = DMSC_FORM_XML };
	enum cv_kind kind = w->o->map ? CV_DM : w->d.kind;
	int r;

	w->to = kind == CV_OTHER && w->d.form == DMSC_FORM_XML ?
	    DMSC_FORM_WBXML : usual[kind];
	if (w->o->to == NULL)
		return DMSC_E_OK;
	if ((r = named(w->o->to, &w->to, w->e)) != DMSC_E_OK)
		return r;
	if (w->to == DMSC_FORM_XML || w->to == DMSC_FORM_WBXML)
		w->to = encoding(w, kind, w->to == DMSC_FORM_WBXML);
	return DMSC_E_OK;
}

static bool
holds(enum dmsc_form f, enum cv_kind kind)
{
	if (f == DMSC_FORM_JSON)
		return kind != CV_OTHER;
	return dmsc_cv_kind(f, dmsc_rd_of(NULL, 0)) == kind;
}

static int
cannot_hold(struct work *w)
{
	static const char *const whys[] = {
		[CV_DM] = "it is a tree of management objects",
		[CV_CP] = "it is Client Provisioning, whose characteristics "
		    "are no management objects",
		[CV_LWM2M] = "it is LwM2M, whose objects are no management "
		    "objects",
		[CV_OTHER] = "its language is none of ours"
	};

	(void)dmsc_fail(w->e, DMSC_E_DATA, "%s cannot hold this document",
	    dmsc_form_name(w->to));
	(void)dmsc_err_why(w->e, "%s", whys[w->d.kind]);
	return DMSC_E_DATA;
}

static int
warn(struct work *w, const char *text)
{
	return dmsc_strs_add(&w->res->warnings, &w->res->n_warnings, "%s",
	    text) == DMSC_E_OK ? DMSC_E_OK :
	    dmsc_fail(w->e, DMSC_E_NOMEM, "cannot convert");
}

static int
warn_padding(struct work *w)
{
	char text[96];

	(void)snprintf(text, sizeof text, "%zu bytes of padding behind the "
	    "document stay behind", w->d.padding);
	return warn(w, text);
}

static bool
is_message(enum dmsc_form f)
{
	return f == DMSC_FORM_SYNCML || f == DMSC_FORM_SYNCML_WBXML;
}

/* Whether the message says more than we would write for its tree. */
static int
is_foreign(struct work *w, bool *yes)
{
	struct dmsc_buf *ours = dmsc_buf_new(DMSC_DOC_MAX),
	    *a = dmsc_buf_new(DMSC_DOC_MAX), *b = dmsc_buf_new(DMSC_DOC_MAX);
	int r = DMSC_E_NOMEM;

	if (ours != NULL && a != NULL && b != NULL &&
	    (r = dmsc_cv_write(w->d.t, CV_DM, DMSC_FORM_SYNCML_WBXML, ours,
	    NULL)) == DMSC_E_OK && (r = dmsc_cv_message(dmsc_buf_rd(ours),
	    DMSC_FORM_SYNCML, a, NULL)) == DMSC_E_OK)
		r = dmsc_cv_message(w->d.bytes, DMSC_FORM_SYNCML, b, NULL);
	*yes = r != DMSC_E_OK ||
	    !dmsc_rd_eq(dmsc_buf_rd(a), dmsc_buf_rd(b));
	dmsc_buf_free(&ours);
	dmsc_buf_free(&a);
	dmsc_buf_free(&b);
	return r == DMSC_E_NOMEM ? dmsc_fail(w->e, r, "cannot convert") :
	    DMSC_E_OK;
}

/* What no form but the document's own has a place for. */
static int
left_behind(struct work *w, bool by_tree)
{
	bool foreign = false;
	int r = DMSC_E_OK;

	if (w->d.padding > 0)
		r = warn_padding(w);
	if (r == DMSC_E_OK && w->d.bare && w->to != DMSC_FORM_LWM2M)
		r = warn(w, "the document has no header: as LwM2M it would "
		    "get one");
	if (r == DMSC_E_OK && is_message(w->d.form) && by_tree)
		r = is_foreign(w, &foreign);
	if (r == DMSC_E_OK && foreign)
		r = warn(w, "the message's header and the targets of its "
		    "Adds stay behind");
	return r;
}

/* What was written makes the same tree again, or it is not handed on. */
static int
verify(struct work *w, const struct dmsc_tree *t)
{
	struct cv_doc again;
	struct dmsc_rd r = dmsc_rd_slice(dmsc_buf_rd(w->out), w->at, SIZE_MAX);
	int code = dmsc_cv_read(r, w->to, &again, w->e);

	if (code == DMSC_E_OK && again.t == NULL)
		code = dmsc_fail(w->e, DMSC_E_INTERNAL,
		    "what was written is not a tree");
	if (code == DMSC_E_OK)
		code = dmsc_cv_same(dmsc_tree_root(t),
		    dmsc_tree_root(again.t), w->to, w->e);
	dmsc_cv_clear(&again);
	return code;
}

/* Descriptions, and what else TNDS has beside a tree, in its other encoding:
 * libwbxml knows it. */
static bool
is_tnds(enum dmsc_form f)
{
	return f == DMSC_FORM_TNDS || f == DMSC_FORM_TNDS_WBXML;
}

static int
by_tree(struct work *w)
{
	int r;

	if (w->d.t == NULL && is_tnds(w->d.form) && is_tnds(w->to))
		return dmsc_cv_other(w->d.bytes, w->d.form, w->to, w->out,
		    w->e);
	if (w->d.t == NULL) {
		(void)dmsc_fail(w->e, DMSC_E_DATA,
		    "%s cannot hold this document", dmsc_form_name(w->to));
		(void)dmsc_err_where(w->e, "%s%s%s", w->d.more.what,
		    w->d.more.in[0] == '\0' ? "" : " in ", w->d.more.in);
		(void)dmsc_err_why(w->e, "it holds trees alone");
		return DMSC_E_DATA;
	}
	r = dmsc_cv_write(w->d.t, w->d.kind, w->to, w->out, w->e);
	if (r == DMSC_E_OK)
		r = verify(w, w->d.t);
	return r == DMSC_E_OK ? left_behind(w, true) : r;
}

/* A message as a message; where its header is not as the standard wants it,
 * its tree in a message of ours. */
static int
by_message(struct work *w)
{
	int r = dmsc_cv_message(w->d.bytes, w->to, w->out, w->e);

	if (r == DMSC_E_OK)
		return left_behind(w, false);
	if (r != DMSC_E_NOMEM && w->d.t != NULL)
		return by_tree(w);
	if (r == DMSC_E_UNSUPPORTED) {
		r = DMSC_E_DATA;	/* the document is at fault */
		if (w->e != NULL)
			w->e->code = r;
	}
	return r;
}

/* The management objects that a provisioning document means. */
static int
map(struct work *w)
{
	struct dmsc_tree *mo;
	int r;

	if (w->d.kind != CV_CP) {
		(void)dmsc_fail(w->e, DMSC_E_DATA, "this is no Client "
		    "Provisioning");
		(void)dmsc_err_why(w->e, "management objects are made of "
		    "that alone");
		return DMSC_E_DATA;
	}
	if ((mo = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		return dmsc_fail(w->e, DMSC_E_NOMEM, "cannot convert");
	r = dmsc_cp_to_mo(w->d.t, mo, &w->res->warnings,
	    &w->res->n_warnings, w->e);
	dmsc_tree_free(r == DMSC_E_OK ? &w->d.t : &mo);
	if (r == DMSC_E_OK) {
		w->d.t = mo;
		w->d.kind = CV_DM;
	}
	return r;
}

static int
convert(struct work *w, struct dmsc_rd in)
{
	enum dmsc_form from = DMSC_FORM_UNKNOWN;
	int r;

	if ((r = source(w, in, &from)) != DMSC_E_OK ||
	    (r = dmsc_cv_read(in, from, &w->d, w->e)) != DMSC_E_OK ||
	    (r = target(w)) != DMSC_E_OK)
		return r;
	if (w->o->map && (r = map(w)) != DMSC_E_OK)
		return r;
	if (!holds(w->to, w->d.kind))
		return cannot_hold(w);
	if (is_message(from) && is_message(w->to))
		return by_message(w);
	return w->d.kind == CV_OTHER ? dmsc_cv_other(w->d.bytes, w->d.form,
	    w->to, w->out, w->e) : by_tree(w);
}

static int
result(struct work *w, struct dmsc_conversion **res)
{
	w->res->bytes = w->out->len - w->at;
	if (dmsc_str_set(&w->res->from, "%s", dmsc_form_name(w->d.form)) !=
	    DMSC_E_OK ||
	    dmsc_str_set(&w->res->to, "%s", dmsc_form_name(w->to)) !=
	    DMSC_E_OK)
		return dmsc_fail(w->e, DMSC_E_NOMEM, "cannot convert");
	*res = w->res;
	w->res = NULL;
	return DMSC_E_OK;
}

int
dmsc_convert(struct dmsc_rd in, const struct dmsc_convert_opts *o,
    struct dmsc_buf *out, struct dmsc_conversion **res, struct dmsc_err *e)
{
	struct work w = { .o = o, .out = out, .at = out->len, .e = e };
	int r;

	*res = NULL;
	if ((w.res = dmsc_view_new(&dmsc_conversion_view)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot convert");
	r = convert(&w, in);
	if (r == DMSC_E_OK)
		r = result(&w, res);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, w.at);
	dmsc_cv_clear(&w.d);
	dmsc_view_free(&dmsc_conversion_view, w.res);
	return r;
}
