/* Rules for documents: which apply to what (codec/lint.h). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/json.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/cp.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"
#include "codec/lwm2m.h"

enum { URI_MAX = 1 << 16 };

struct dmsc_rd
lint_rd(const struct lint_text *t)
{
	return t->b == NULL ? dmsc_rd_of(NULL, 0) : dmsc_buf_rd(t->b);
}

const char *
lint_str(const struct lint_text *t)
{
	const char *s = t->b == NULL ? "" : dmsc_buf_cstr(t->b);

	return s == NULL ? "" : s;
}

void
lint_text_free(struct lint_text *t)
{
	dmsc_buf_free(&t->b);
	memset(t, 0, sizeof *t);
}

const char *
lint_shown(struct dmsc_rd v, char out[LINT_SHOWN + 1])
{
	size_t n = DMSC_MIN(v.left, (size_t)LINT_SHOWN);

	if (n > 0)
		memcpy(out, v.p, n);
	out[n] = '\0';
	return out;
}

bool
lint_one_of(struct dmsc_rd v, const char *const *of, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (dmsc_rd_eq_str(v, of[i]))
			return true;
	return false;
}

void
lint_nomem(const struct lint *l)
{
	l->o->code = DMSC_E_NOMEM;
}

void
lint_clear(struct lint *l)
{
	size_t i;

	for (i = 0; i < l->n_nodes; i++) {
		struct lint_node *n = &l->nodes[i];

		lint_text_free(&n->name);
		lint_text_free(&n->path);
		lint_text_free(&n->value);
		lint_text_free(&n->acl);
		lint_text_free(&n->title);
		lint_text_free(&n->tstamp);
		lint_text_free(&n->verno);
		lint_text_free(&n->type);
	}
	for (i = 0; i < l->n_docs; i++)
		free(l->docs[i].base);
	free(l->docs);
	free(l->nodes);
	free(l->places);
	dmsc_tree_free(&l->t);
}

int
lint_place_add(struct lint *l, const struct dmsc_node *n, size_t at,
    size_t value_at)
{
	size_t cap = l->cap_places == 0 ? 64 : l->cap_places * 2;
	struct lint_place *p;

	if (l->n_places == l->cap_places) {
		if ((p = realloc(l->places, cap * sizeof *p)) == NULL)
			return DMSC_E_NOMEM;
		l->places = p;
		l->cap_places = cap;
	}
	l->places[l->n_places++] = (struct lint_place){ n, at, value_at };
	return DMSC_E_OK;
}

static int
by_node(const void *a, const void *b)
{
	const struct lint_place *x = a, *y = b;
	uintptr_t p = (uintptr_t)x->n, q = (uintptr_t)y->n;

	return p < q ? -1 : p > q;
}

void
lint_places_sort(struct lint *l)
{
	if (l->n_places > 1)
		qsort(l->places, l->n_places, sizeof *l->places, by_node);
}

static const struct lint_place *
place(const struct lint *l, const struct dmsc_node *n)
{
	const struct lint_place key = { n, 0, 0 };

	return l->n_places == 0 ? NULL : bsearch(&key, l->places,
	    l->n_places, sizeof *l->places, by_node);
}

size_t
lint_at(const struct lint *l, const struct dmsc_node *n)
{
	const struct lint_place *p = place(l, n);

	return p == NULL ? DMSC_NO_OFFSET : p->at;
}

size_t
lint_value_at(const struct lint *l, const struct dmsc_node *n)
{
	const struct lint_place *p = place(l, n);

	return p == NULL ? DMSC_NO_OFFSET : p->value_at;
}

static void
say(const struct lint *l, enum dmsc_rule rule, const struct dmsc_node *n,
    size_t at, const char *fmt, va_list ap)
{
	struct dmsc_buf *uri = dmsc_buf_new(URI_MAX);
	char text[DMSC_ERR_TEXT];
	const char *s = NULL;

	(void)vsnprintf(text, sizeof text, fmt, ap);
	if (uri == NULL || dmsc_node_uri(n, uri) == DMSC_E_NOMEM ||
	    (s = dmsc_buf_cstr(uri)) == NULL)
		lint_nomem(l);
	else
		dmsc_lint_say(l->o, rule, at, s, "%s", text);
	dmsc_buf_free(&uri);
}

void
lint_node_say(const struct lint *l, enum dmsc_rule rule,
    const struct dmsc_node *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(l, rule, n, lint_at(l, n), fmt, ap);
	va_end(ap);
}

void
lint_value_say(const struct lint *l, enum dmsc_rule rule,
    const struct dmsc_node *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(l, rule, n, lint_value_at(l, n), fmt, ap);
	va_end(ap);
}

/* What stands behind the document and is no padding. */
static void
trailing(struct lint *l, size_t used)
{
	size_t i;

	for (i = used; i < l->bytes.left; i++)
		if (l->bytes.p[i] != 0xFF && l->bytes.p[i] != 0) {
			dmsc_lint_say(l->o, DMSC_L_TRAILING, i, NULL,
			    "%zu bytes stand behind the document",
			    l->bytes.left - i);
			return;
		}
}

/* "byte 12" and nothing else. */
static size_t
byte_of(const char *where)
{
	static const char byte[] = "byte ";
	uint64_t v;

	return dmsc_begins(where, byte) && dmsc_num(where + strlen(byte), 10,
	    UINT32_MAX, &v) == DMSC_E_OK ? (size_t)v : DMSC_NO_OFFSET;
}

void
lint_unreadable(struct lint *l, const struct dmsc_err *e)
{
	size_t at = byte_of(e->where);
	const char *where = at == DMSC_NO_OFFSET ? e->where : "";

	if (e->code == DMSC_E_NOMEM)
		lint_nomem(l);
	else if (l->o->errors == l->before)
		dmsc_lint_say(l->o, DMSC_L_UNREADABLE, at, NULL,
		    "%s%s%s%s%s", e->message, *where != '\0' ? ", " : "",
		    where, *e->why != '\0' ? ": " : "", e->why);
}

/* Whether our readers take it. */
static size_t
readable(struct lint *l, enum dmsc_form form)
{
	struct dmsc_tree *t = NULL;
	struct dmsc_boot *b = NULL;
	struct dmsc_err e = { 0 };
	enum dmsc_form f;
	size_t used = l->bytes.left;
	int r;

	if (form == DMSC_FORM_SYNCML_WBXML)
		r = dmsc_boot_read(l->bytes, &b, &used, &e);
	else
		r = dmsc_tree_parse(l->bytes, &t, &f, &e);
	dmsc_tree_free(&t);
	dmsc_boot_free(&b);
	if (r != DMSC_E_OK)
		lint_unreadable(l, &e);
	else
		trailing(l, used);
	return used;
}

static void
tree_rules(struct lint *l, enum dmsc_form form)
{
	if (form == DMSC_FORM_TNDS || form == DMSC_FORM_TNDS_WBXML)
		lint_tnds(l, l->bytes, "", false, DMSC_NO_OFFSET);
	else
		lint_message(l, l->bytes, form == DMSC_FORM_SYNCML);
	lint_nodes(l);
	lint_accounts(l);
}

/* A tree, or LwM2M. */
static void
json(struct lint *l)
{
	struct dmsc_err e = { 0 };

	if (dmsc_json_read_node(l->bytes, l->t, dmsc_tree_root(l->t), &e) ==
	    DMSC_E_OK) {
		lint_accounts(l);
		return;
	}
	dmsc_tree_free(&l->t);
	if (e.code == DMSC_E_NOMEM ||
	    (l->t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		lint_nomem(l);
	else
		(void)lint_lwm2m(l, true);
}

static void
by_form(struct lint *l, enum dmsc_form form, bool on_card)
{
	size_t used;

	switch (form) {
	case DMSC_FORM_SYNCML:
		if (on_card)
			dmsc_lint_say(l->o, DMSC_L_NOT_WBXML, 0, NULL,
			    "the message is XML");
		/* fall through */
	case DMSC_FORM_TNDS:
	case DMSC_FORM_TNDS_WBXML:
	case DMSC_FORM_SYNCML_WBXML:
		lint_head(l, l->bytes, form, 0);
		tree_rules(l, form);
		used = readable(l, form);
		if (l->o->errors == l->before)
			lint_libwbxml(l, form, used);
		return;
	case DMSC_FORM_UNKNOWN:
	case DMSC_FORM_XML:
	case DMSC_FORM_WBXML:
		dmsc_lint_say(l->o, DMSC_L_UNKNOWN_FORM, 0, NULL,
		    "this is no document of a form that is known");
		return;
	case DMSC_FORM_LWM2M:
		trailing(l, lint_lwm2m(l, false));
		return;
	case DMSC_FORM_CP:
	case DMSC_FORM_CP_WBXML:
		used = lint_cp(l, form == DMSC_FORM_CP);
		trailing(l, used);
		if (l->o->errors == l->before)
			lint_libwbxml(l, form, used);
		return;
	case DMSC_FORM_JSON:
		json(l);
		return;
	case DMSC_FORM_EMPTY:
		return;
	}
}

enum dmsc_form
dmsc_lint_document(struct dmsc_rd bytes, bool on_card,
    struct dmsc_lint_out *o)
{
	struct lint l = { .bytes = bytes, .o = o, .before = o->errors };
	enum dmsc_form form = dmsc_form_guess(bytes);

	/* It ends in the end of an element; behind that is padding. */
	while (form == DMSC_FORM_TNDS_WBXML && (l.bytes.p[l.bytes.left - 1] ==
	    0xFF || l.bytes.p[l.bytes.left - 1] == 0))
		l.bytes.left--;
	if ((l.t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		lint_nomem(&l);
	else
		by_form(&l, form, on_card);
	lint_clear(&l);
	return form;
}

static bool
secret_below(const struct dmsc_node *n)
{
	const struct dmsc_node *c;

	if (dmsc_node_is_secret(n) && dmsc_node_value(n).left > 0)
		return true;
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (secret_below(c))
			return true;
	return false;
}

/* Any kind into a tree whose secrets are known by name or title. */
static int
read_any(struct dmsc_rd bytes, struct dmsc_tree **t)
{
	enum dmsc_form f = dmsc_form_guess(bytes);
	struct dmsc_err e = { 0 };
	size_t used;
	bool bare;
	int r;

	if (f != DMSC_FORM_LWM2M && f != DMSC_FORM_CP_WBXML)
		return dmsc_tree_parse(bytes, t, &f, &e);
	if ((*t = dmsc_tree_new(DMSC_DOC_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if (f == DMSC_FORM_CP_WBXML)
		return dmsc_cp_read_wbxml(bytes, *t, &used, &e);
	r = dmsc_lwm2m_read(bytes, *t, &used, &bare, &e);
	return r == DMSC_E_OK ? dmsc_lwm2m_titles(*t) : r;
}

bool
dmsc_lint_has_secret(struct dmsc_rd bytes)
{
	struct dmsc_tree *t = NULL;
	bool yes = read_any(bytes, &t) == DMSC_E_OK &&
	    secret_below(dmsc_tree_root(t));

	dmsc_tree_free(&t);
	return yes;
}
