/* Rules for TNDS: its elements in order, its nodes collected as written. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "codec/inner.h"
#include "codec/lint_inner.h"

enum { EL_DFPROPERTIES = 0x216 };

static size_t
where(const struct lint_tnds *t, size_t at)
{
	return t->fixed != DMSC_NO_OFFSET ? t->fixed : t->delta + at;
}

int
lint_doc_add(struct lint *l, const char *base, bool inbox)
{
	struct lint_doc *d = dmsc_list_add(&l->docs, &l->n_docs, sizeof *d);

	if (d == NULL)
		return DMSC_E_NOMEM;
	d->inbox = inbox;
	return dmsc_str_set(&d->base, "%s", base);
}

static struct lint_node *
open_of(const struct lint_tnds *t)
{
	return t->open == LINT_TOP ? NULL : &t->l->nodes[t->open];
}

static int
open_node(struct lint_tnds *t, size_t at)
{
	struct lint *l = t->l;
	size_t cap = l->cap_nodes == 0 ? 64 : l->cap_nodes * 2;
	struct lint_node *n;

	if (l->n_nodes == l->cap_nodes) {
		if ((n = realloc(l->nodes, cap * sizeof *n)) == NULL)
			return DMSC_E_NOMEM;
		l->nodes = n;
		l->cap_nodes = cap;
	}
	if (open_of(t) != NULL)
		open_of(t)->children++;
	n = &l->nodes[l->n_nodes];
	memset(n, 0, sizeof *n);
	n->at = at;
	n->parent = t->open;
	n->doc = l->n_docs - 1;
	n->format = LINT_NO_FORMAT;
	t->open = l->n_nodes++;
	return DMSC_E_OK;
}

static int
collect(struct lint_tnds *t, unsigned el, size_t at)
{
	t->collect = el;
	t->text.at = at;
	t->text.opaque = false;
	t->text.b = dmsc_buf_new(DMSC_DOC_MAX);
	return t->text.b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

/* The formats' elements have the formats' names. */
static void
take_format(struct lint_tnds *t, unsigned el, size_t at)
{
	const char *name = dmsc_el_name(el);
	struct lint_node *n = open_of(t);
	enum dmsc_format f;

	if (name != NULL && dmsc_format_parse(name, &f) == DMSC_E_OK)
		n->format = (int)f;
	else {
		n->format = LINT_BAD_FORMAT;
		dmsc_lint_say(t->l->o, DMSC_L_FORMAT_UNKNOWN, at, NULL,
		    "'%s' is no Format", name != NULL ? name : "?");
	}
}

static int
open_in_node(struct lint_tnds *t, unsigned el, unsigned parent, size_t at)
{
	struct lint_node *n = open_of(t);

	if (parent == EL_D_FORMAT) {
		take_format(t, el, at);
		return DMSC_E_OK;
	}
	if (el == EL_DFPROPERTIES && parent == EL_D_NODE) {
		n->df = true;
		t->skip = 1;
		dmsc_lint_say(t->l->o, DMSC_L_DFPROPS, at, NULL,
		    "DFProperties in a TNDS");
		return DMSC_E_OK;
	}
	n->props |= el == EL_D_RTPROPERTIES;
	if (el == EL_D_TYPE)
		n->typed = true;
	if (el == EL_D_MIME)
		n->mime = true;
	switch (el) {
	case EL_D_NODENAME:
	case EL_D_PATH:
	case EL_D_VALUE:
	case EL_D_ACL:
	case EL_D_TITLE:
	case EL_D_TSTAMP:
	case EL_D_VERNO:
	case EL_D_MIME:
	case EL_D_DDFNAME:
		return collect(t, el, at);
	default:
		return DMSC_E_OK;
	}
}

int
lint_tnds_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct lint_tnds *t = ctx;
	size_t here = where(t, at->from);

	if (t->skip > 0 || t->collect != EL_NONE) {
		t->skip++;
		return DMSC_E_OK;
	}
	if (el == EL_NONE) {
		dmsc_lint_say(t->l->o, at->parent == EL_D_FORMAT ?
		    DMSC_L_FORMAT_UNKNOWN : DMSC_L_UNKNOWN_TOKEN, here, NULL,
		    "an element that is not known");
		if (at->parent == EL_D_FORMAT && t->open != LINT_TOP)
			open_of(t)->format = LINT_BAD_FORMAT;
		t->skip = 1;
		return t->l->o->code;
	}
	if (el == EL_D_MGMTTREE) {
		t->in_tree = true;
		t->l->docs[t->l->n_docs - 1].at = here;
		return DMSC_E_OK;
	}
	if (!t->in_tree)
		return DMSC_E_OK;
	if (el == EL_D_VERDTD)
		return collect(t, el, here);
	if (el == EL_D_NODE)
		return open_node(t, here);
	return t->open == LINT_TOP ? DMSC_E_OK :
	    open_in_node(t, el, at->parent, here);
}

int
lint_tnds_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct lint_tnds *t = ctx;

	if (t->collect == EL_NONE || t->skip > 0)
		return DMSC_E_OK;
	t->text.opaque |= opaque;
	return dmsc_buf_put(t->text.b, text);
}

static void
close_verdtd(struct lint_tnds *t)
{
	struct dmsc_rd r = dmsc_codec_trim(lint_rd(&t->text));

	t->l->docs[t->l->n_docs - 1].has_verdtd = true;
	if (!dmsc_rd_eq_str(r, "1.2"))
		dmsc_lint_say(t->l->o, DMSC_L_VERDTD, t->text.at, NULL,
		    "VerDTD is '%.*s'", (int)DMSC_MIN(r.left, (size_t)16),
		    (const char *)r.p);
}

static struct lint_text *
member(struct lint_node *n, unsigned el)
{
	switch (el) {
	case EL_D_NODENAME:
		return &n->name;
	case EL_D_PATH:
		return &n->path;
	case EL_D_VALUE:
		return &n->value;
	case EL_D_ACL:
		return &n->acl;
	case EL_D_TITLE:
		return &n->title;
	case EL_D_TSTAMP:
		return &n->tstamp;
	case EL_D_VERNO:
		return &n->verno;
	default:
		return &n->type;
	}
}

static void
close_tree(struct lint_tnds *t)
{
	const struct lint_doc *d = &t->l->docs[t->l->n_docs - 1];

	t->in_tree = false;
	if (!d->has_verdtd)
		dmsc_lint_say(t->l->o, DMSC_L_NO_VERDTD, d->at, NULL,
		    "the MgmtTree has no VerDTD");
}

int
lint_tnds_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct lint_tnds *t = ctx;
	struct lint_text *to;

	(void)at;
	if (t->skip > 0) {
		t->skip--;
		return DMSC_E_OK;
	}
	if (el == EL_D_MGMTTREE && t->in_tree)
		close_tree(t);
	else if (el == EL_D_NODE && t->open != LINT_TOP)
		t->open = open_of(t)->parent;
	if (el != t->collect || el == EL_NONE)
		return t->l->o->code;
	t->collect = EL_NONE;
	if (el == EL_D_VERDTD) {
		close_verdtd(t);
		lint_text_free(&t->text);
		return t->l->o->code;
	}
	to = member(open_of(t), el);
	lint_text_free(to);
	*to = t->text;
	memset(&t->text, 0, sizeof t->text);
	return t->l->o->code;
}

void
lint_tnds_clear(struct lint_tnds *t)
{
	lint_text_free(&t->text);
}

void
lint_tnds(struct lint *l, struct dmsc_rd bytes, const char *base, bool inbox,
    size_t fixed)
{
	struct lint_tnds t = { .l = l, .fixed = fixed, .open = LINT_TOP };
	struct el_sink s = { &t, lint_tnds_open, lint_tnds_text,
	    lint_tnds_close, NULL };
	struct dmsc_rd r = bytes;
	struct dmsc_err e = { 0 };
	int code;

	if (lint_doc_add(l, base, inbox) != DMSC_E_OK) {
		lint_nomem(l);
		return;
	}
	if (bytes.left > 0 && bytes.p[0] > 3)
		r = dmsc_codec_trim(bytes);
	if (fixed == DMSC_NO_OFFSET)
		t.delta = (size_t)(r.p - l->bytes.p);
	code = r.left > 0 && r.p[0] > 3 ? dmsc_xml_read(r, &s, &e) :
	    dmsc_wbxml_read(r, &s, NULL, &e);
	if (code == DMSC_E_NOMEM)
		lint_nomem(l);
	lint_tnds_clear(&t);
}
