/* Elements of a DDF into nodes of a description (codec/ddf.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "codec/codec.h"
#include "codec/ddf.h"
#include "codec/el.h"
#include "codec/inner.h"

enum { N_LEAST = 2, N_MOST = 65536, NAME = 48 };

struct ddf_in {
	struct dmsc_ddf *d;
	struct dmsc_ddf_node *stack[DMSC_TREE_DEPTH_MAX + 1];
	uint32_t seen[DMSC_TREE_DEPTH_MAX + 1];
	size_t depth, nodes;
	size_t skip;		/* levels of a vendor's element */
	bool started;
	unsigned collect;
	struct dmsc_buf *text;
	char why[128];
};

/* Parts of DFProperties and the like that were there. */
enum { SEEN_ACCESS = 1, SEEN_FORMAT = 2, SEEN_PROPERTIES = 4,
	SEEN_NAME = 8, SEEN_NODE = 16 };

static int
bad(struct ddf_in *in, const char *what, const char *name)
{
	(void)snprintf(in->why, sizeof in->why, "%s '%s'", what, name);
	return DMSC_E_FORMAT;
}

static struct dmsc_ddf_node *
top(struct ddf_in *in)
{
	return in->depth == 0 ? &in->d->top : in->stack[in->depth - 1];
}

static int
open_node(struct ddf_in *in)
{
	struct dmsc_ddf_node **slot, *n, *parent = top(in);

	if (in->depth == DMSC_COUNT(in->stack) ||
	    in->nodes++ == DMSC_DDF_NODES)
		return DMSC_E_LIMIT;
	if ((n = calloc(1, sizeof *n)) == NULL)
		return DMSC_E_NOMEM;
	slot = dmsc_list_add(&parent->nodes, &parent->n_nodes, sizeof *slot);
	if (slot == NULL) {
		free(n);
		return DMSC_E_NOMEM;
	}
	*slot = n;
	n->format = DMSC_DDF_ANY;
	n->access = DMSC_DDF_ALL;
	n->least = n->most = 1;
	n->is_cased = in->depth == 0 || parent->is_cased;
	if (in->depth > 0)
		in->seen[in->depth - 1] |= SEEN_NODE;
	in->seen[in->depth] = 0;
	in->stack[in->depth++] = n;
	return DMSC_E_OK;
}

static const struct { unsigned el, bit; } accesses[] = {
	{ EL_D_ADD, DMSC_DDF_ADD }, { EL_D_COPY, DMSC_DDF_COPY },
	{ EL_D_DELETE, DMSC_DDF_DELETE }, { EL_D_EXEC, DMSC_DDF_EXEC },
	{ EL_D_GET, DMSC_DDF_GET }, { EL_D_REPLACE, DMSC_DDF_REPLACE },
};

static int
open_access(struct ddf_in *in, unsigned el)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(accesses); i++)
		if (accesses[i].el == el) {
			top(in)->access |= accesses[i].bit;
			return DMSC_E_OK;
		}
	return bad(in, "unknown AccessType", dmsc_el_name(el));
}

static int
open_format(struct ddf_in *in, unsigned el)
{
	enum dmsc_format f;

	if (top(in)->format != DMSC_DDF_ANY)
		return bad(in, "a second DFFormat", dmsc_el_name(el));
	if (dmsc_format_parse(dmsc_el_name(el), &f) != DMSC_E_OK)
		return bad(in, "unknown DFFormat", dmsc_el_name(el));
	top(in)->format = (int)f;
	return DMSC_E_OK;
}

static int
open_occurrence(struct ddf_in *in, unsigned el)
{
	struct dmsc_ddf_node *n = top(in);

	n->least = el == EL_D_ONE || el == EL_D_ONEORMORE ||
	    el == EL_D_ONEORN;
	n->most = el == EL_D_ONE || el == EL_D_ZEROORONE ? 1 :
	    DMSC_DDF_NO_LIMIT;
	if (el == EL_D_ZEROORN || el == EL_D_ONEORN) {
		in->collect = el;
		return DMSC_E_OK;
	}
	return el == EL_D_ONE || el == EL_D_ZEROORONE ||
	    el == EL_D_ZEROORMORE || el == EL_D_ONEORMORE ? DMSC_E_OK :
	    bad(in, "unknown Occurrence", dmsc_el_name(el));
}

/* An element whose parent names the choice that it makes. */
static int
open_choice(struct ddf_in *in, unsigned around, unsigned el)
{
	switch (around) {
	case EL_D_ACCESSTYPE:
		return open_access(in, el);
	case EL_D_DFFORMAT:
		return open_format(in, el);
	case EL_D_OCCURRENCE:
		return open_occurrence(in, el);
	case EL_D_SCOPE:
		top(in)->is_permanent = el == EL_D_PERMANENT;
		return el == EL_D_PERMANENT || el == EL_D_DYNAMIC ?
		    DMSC_E_OK : bad(in, "unknown Scope", dmsc_el_name(el));
	case EL_D_CASESENSE:
		top(in)->is_cased = el == EL_D_CS;
		return el == EL_D_CS || el == EL_D_CIS ? DMSC_E_OK :
		    bad(in, "unknown CaseSense", dmsc_el_name(el));
	default:
		if (el != EL_D_MIME && el != EL_D_DDFNAME)
			return bad(in, "unknown DFType", dmsc_el_name(el));
		in->collect = el;
		return DMSC_E_OK;
	}
}

static const unsigned groups[] = { EL_D_ACCESSTYPE, EL_D_DFFORMAT,
    EL_D_OCCURRENCE, EL_D_SCOPE, EL_D_DFTYPE, EL_D_CASESENSE };
static const unsigned texts[] = { EL_D_DEFAULTVALUE, EL_D_DESCRIPTION,
    EL_D_DFTITLE };

static bool
is_in(unsigned el, const unsigned *set, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (set[i] == el)
			return true;
	return false;
}

static int
open_property(struct ddf_in *in, unsigned el)
{
	if (is_in(el, texts, DMSC_COUNT(texts))) {
		in->collect = el;
		return DMSC_E_OK;
	}
	if (!is_in(el, groups, DMSC_COUNT(groups)))
		return bad(in, "no part of DFProperties:", dmsc_el_name(el));
	if (el == EL_D_ACCESSTYPE) {
		top(in)->access = 0;
		in->seen[in->depth - 1] |= SEEN_ACCESS;
	}
	if (el == EL_D_DFFORMAT)
		in->seen[in->depth - 1] |= SEEN_FORMAT;
	return DMSC_E_OK;
}

static int
open_in_node(struct ddf_in *in, unsigned el)
{
	if (el == EL_D_NODE)
		return open_node(in);
	if (el == EL_D_DFPROPERTIES) {
		in->seen[in->depth - 1] |= SEEN_PROPERTIES;
		return DMSC_E_OK;
	}
	if (el == EL_D_PATH && in->depth > 1)
		return bad(in, "only a top node has a", "Path");
	if (el != EL_D_NODENAME && el != EL_D_PATH)
		return bad(in, el == EL_D_RTPROPERTIES || el == EL_D_VALUE ?
		    "this is TNDS, no DDF: it has" : "no part of a Node:",
		    dmsc_el_name(el));
	in->collect = el;
	return DMSC_E_OK;
}

static int
open_in_root(struct ddf_in *in, unsigned el)
{
	if (el == EL_D_NODE)
		return open_node(in);
	if (el != EL_D_VERDTD && el != EL_D_MAN && el != EL_D_MOD)
		return bad(in, "no part of MgmtTree:", dmsc_el_name(el));
	in->collect = el;
	return DMSC_E_OK;
}

/* A vendor's own elements, in XML with a prefix, say nothing to us. */
static bool
is_vendors(unsigned el, const struct el_at *at)
{
	return el == EL_NONE && at->name.left > 0 &&
	    memchr(at->name.p, ':', at->name.left) != NULL;
}

static int
on_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct ddf_in *in = ctx;
	char name[NAME];

	if (in->skip > 0 || (in->started && is_vendors(el, at))) {
		in->skip++;
		return DMSC_E_OK;
	}
	dmsc_el_say(el, at, name, sizeof name);
	if (in->collect != EL_NONE)
		return bad(in, "an element inside text:", name);
	dmsc_buf_reset(in->text);
	if (!in->started) {
		in->started = true;
		return el == EL_D_MGMTTREE ? DMSC_E_OK : bad(in,
		    "the root is no MgmtTree:", name);
	}
	if (el == EL_NONE || el_page(el) != PAGE_DDF)
		return bad(in, "no element of a DDF:", name);
	if (at->parent == EL_D_MGMTTREE)
		return open_in_root(in, el);
	if (at->parent == EL_D_NODE)
		return open_in_node(in, el);
	if (at->parent == EL_D_DFPROPERTIES)
		return open_property(in, el);
	if (is_in(at->parent, groups, DMSC_COUNT(groups)))
		return open_choice(in, at->parent, el);
	return bad(in, "an element out of place:", name);
}

static int
on_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct ddf_in *in = ctx;

	(void)opaque;
	if (in->skip > 0)
		return DMSC_E_OK;
	if (in->collect != EL_NONE)
		return dmsc_buf_put(in->text, text);
	return dmsc_codec_trim(text).left == 0 ? DMSC_E_OK :
	    bad(in, "text among", "elements");
}

static int
set(struct ddf_in *in, char **to)
{
	struct dmsc_rd r = dmsc_codec_trim(dmsc_buf_rd(in->text));

	if (!dmsc_is_utf8(r) || (r.left > 0 && memchr(r.p, 0, r.left)))
		return bad(in, "no text:", dmsc_el_name(in->collect));
	free(*to);
	*to = dmsc_strndup(r);
	return *to == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
set_most(struct ddf_in *in, struct dmsc_ddf_node *n)
{
	char *text = NULL;
	uint64_t v;
	int r = set(in, &text);

	if (r == DMSC_E_OK && (dmsc_num(text, 10, N_MOST, &v) != DMSC_E_OK ||
	    v < N_LEAST))
		r = bad(in, "not a number from 2 to 65536:", text);
	if (r == DMSC_E_OK)
		n->most = (uint32_t)v;
	free(text);
	return r;
}

static int
add_mime(struct ddf_in *in, struct dmsc_ddf_node *n)
{
	char **slot;

	if (dmsc_codec_trim(dmsc_buf_rd(in->text)).left == 0)
		return DMSC_E_OK;
	slot = dmsc_list_add(&n->mimes, &n->n_mimes, sizeof *slot);
	return slot == NULL ? DMSC_E_NOMEM : set(in, slot);
}

static int
set_default(struct ddf_in *in, struct dmsc_ddf_node *n)
{
	dmsc_buf_free(&n->default_value);
	n->has_default = true;
	n->default_value = dmsc_buf_from(dmsc_buf_rd(in->text), SIZE_MAX);
	return n->default_value == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

static int
close_text(struct ddf_in *in, unsigned el)
{
	struct dmsc_ddf_node *n = top(in);

	switch (el) {
	case EL_D_VERDTD:
		return set(in, &in->d->ver_dtd);
	case EL_D_MAN:
		return set(in, &in->d->man);
	case EL_D_MOD:
		return set(in, &in->d->mod);
	case EL_D_NODENAME:
		if (in->seen[in->depth - 1] & SEEN_NAME)
			return bad(in, "a second", "NodeName");
		in->seen[in->depth - 1] |= SEEN_NAME;
		return set(in, &n->name);
	case EL_D_PATH:
		return set(in, &n->path);
	case EL_D_DEFAULTVALUE:
		return set_default(in, n);
	case EL_D_DESCRIPTION:
		return set(in, &n->description);
	case EL_D_DFTITLE:
		return set(in, &n->title);
	case EL_D_MIME:
		return add_mime(in, n);
	case EL_D_DDFNAME:
		return set(in, &n->ddf_name);
	default:
		return set_most(in, n);
	}
}

/* Texts that are absent are "". */
static int
fill(char **s)
{
	if (*s == NULL)
		*s = dmsc_strndup(dmsc_rd_of(NULL, 0));
	return *s == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
}

/* The children in order of their names; no two of one. */
static int
sort(struct ddf_in *in, struct dmsc_ddf_node *n)
{
	size_t i;

	if (n->n_nodes > 1)
		qsort(n->nodes, n->n_nodes, sizeof *n->nodes,
		    dmsc_ddf_by_name);
	for (i = 1; i < n->n_nodes; i++)
		if (n != &in->d->top && *n->nodes[i]->name != '\0' &&
		    strcmp(n->nodes[i - 1]->name, n->nodes[i]->name) == 0)
			return bad(in, "two nodes of one name:",
			    n->nodes[i]->name);
	return DMSC_E_OK;
}

static int
close_node(struct ddf_in *in)
{
	struct dmsc_ddf_node *n = top(in);
	uint32_t seen = in->seen[in->depth - 1];
	size_t i;
	int r;

	if ((r = fill(&n->name)) != DMSC_E_OK ||
	    (r = fill(&n->path)) != DMSC_E_OK ||
	    (r = fill(&n->description)) != DMSC_E_OK ||
	    (r = fill(&n->title)) != DMSC_E_OK ||
	    (r = fill(&n->ddf_name)) != DMSC_E_OK)
		return r;
	if ((seen & SEEN_PROPERTIES) && !(seen & SEEN_ACCESS))
		return bad(in, "no AccessType in the DFProperties of",
		    n->name);
	if ((seen & SEEN_PROPERTIES) && n->format == DMSC_DDF_ANY)
		return bad(in, "no DFFormat in the DFProperties of",
		    n->name);
	if ((seen & SEEN_NODE) && n->format == DMSC_DDF_ANY)
		n->format = DMSC_FMT_NODE;
	if ((seen & SEEN_NODE) && n->format != DMSC_FMT_NODE)
		return bad(in, "a leaf with nodes below:", n->name);
	n->below = n->n_nodes == 0 && n->format == DMSC_FMT_NODE ?
	    DMSC_DDF_ALL : n->access;
	for (i = 0; i < n->n_nodes; i++)
		n->below |= n->nodes[i]->below;
	in->depth--;
	return sort(in, n);
}

static int
on_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct ddf_in *in = ctx;
	int r = DMSC_E_OK;

	(void)at;
	if (in->skip > 0) {
		in->skip--;
		return DMSC_E_OK;
	}
	if (in->collect != EL_NONE) {
		r = close_text(in, el);
		in->collect = EL_NONE;
	} else if (el == EL_D_NODE)
		r = close_node(in);
	return r;
}

static int
elements(struct ddf_in *in, struct dmsc_rd bytes, struct dmsc_err *e)
{
	struct el_sink s = { in, on_open, on_text, on_close, NULL };
	int r;

	if (bytes.left > 0 && bytes.p[0] <= 3)
		r = dmsc_wbxml_read(bytes, &s, NULL, e);
	else
		r = dmsc_xml_read(dmsc_codec_trim(bytes), &s, e);
	if (r != DMSC_E_OK && in->why[0] != '\0')
		(void)dmsc_err_why(e, "%s", in->why);
	if (r != DMSC_E_OK)
		return r;
	if ((r = sort(in, &in->d->top)) != DMSC_E_OK ||
	    (r = fill(&in->d->ver_dtd)) != DMSC_E_OK ||
	    (r = fill(&in->d->man)) != DMSC_E_OK ||
	    (r = fill(&in->d->mod)) != DMSC_E_OK)
		return dmsc_fail(e, r, "cannot read the DDF");
	return in->d->top.n_nodes > 0 ? DMSC_E_OK :
	    dmsc_fail(e, DMSC_E_FORMAT, "the DDF describes no node");
}

int
dmsc_ddf_read(struct dmsc_rd bytes, struct dmsc_ddf **out,
    struct dmsc_err *e)
{
	struct ddf_in *in = calloc(1, sizeof *in);
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (in == NULL || (in->d = calloc(1, sizeof *in->d)) == NULL ||
	    (in->text = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		(void)dmsc_fail(e, r, "cannot read a DDF");
	else if ((r = elements(in, bytes, e)) == DMSC_E_OK) {
		*out = in->d;
		in->d = NULL;
	}
	if (in != NULL) {
		dmsc_ddf_free(&in->d);
		dmsc_buf_free(&in->text);
	}
	free(in);
	return r;
}
