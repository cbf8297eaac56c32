/* Elements of TNDS to a tree (reference 2.3, 2.4). */
#include "codec/tnds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "base/text.h"

enum { UNSET = -1, PATH_MAX_BYTES = 1 << 16 };

struct frame {			/* an open Node */
	struct dmsc_node *n;	/* NULL until its name is known */
	int format;
	bool typed, mime, has_value, opaque;
};

struct tnds_in {
	struct dmsc_tree *t;
	struct dmsc_node *base;
	struct frame frames[DMSC_TREE_DEPTH_MAX + 1];
	size_t depth;
	size_t skip;		/* levels inside an element of no use */
	unsigned collect;	/* the element whose text is kept */
	bool opaque, is_self, has_path;
	struct dmsc_buf *text, *value, *path;
	char name[DMSC_TREE_NAME_MAX + 1];
	const char *why;
	struct tnds_gone gone;
};

int
dmsc_tnds_in_new(struct dmsc_tree *t, struct dmsc_node *base,
    struct tnds_in **out)
{
	struct tnds_in *in = calloc(1, sizeof *in);

	*out = NULL;
	if (in == NULL)
		return DMSC_E_NOMEM;
	in->t = t;
	in->base = base;
	in->text = dmsc_buf_new(DMSC_DOC_MAX);
	in->value = dmsc_buf_new(DMSC_DOC_MAX);
	in->path = dmsc_buf_new(PATH_MAX_BYTES);
	*out = in;
	if (in->text == NULL || in->value == NULL || in->path == NULL) {
		dmsc_tnds_in_free(out);
		return DMSC_E_NOMEM;
	}
	return DMSC_E_OK;
}

void
dmsc_tnds_in_free(struct tnds_in **in)
{
	if (in == NULL || *in == NULL)
		return;
	dmsc_buf_free(&(*in)->text);
	dmsc_buf_free(&(*in)->value);
	dmsc_buf_free(&(*in)->path);
	free(*in);
	*in = NULL;
}

bool
dmsc_tnds_in_self(const struct tnds_in *in)
{
	return in->is_self;
}

void
dmsc_tnds_in_gone(const struct tnds_in *in, struct tnds_gone *out)
{
	*out = in->gone;
}

void
dmsc_tnds_gone(struct tnds_gone *g, const char *what, const char *in)
{
	if (g->n++ > 0)
		return;
	(void)snprintf(g->what, sizeof g->what, "%s", what);
	(void)snprintf(g->in, sizeof g->in, "%s", in == NULL ? "" : in);
}

const char *
dmsc_tnds_why(const struct tnds_in *in)
{
	return in->why;
}

static int
bad(struct tnds_in *in, int code, const char *why)
{
	in->why = why;
	return code;
}

static struct frame *
top(struct tnds_in *in)
{
	return &in->frames[in->depth - 1];
}

/* What stands in the element around makes no node. */
static int
gone(struct tnds_in *in, const char *what, unsigned around)
{
	struct dmsc_buf *uri;
	int r = DMSC_E_OK;

	if (in->gone.n > 0 || in->depth == 0 || top(in)->n == NULL) {
		dmsc_tnds_gone(&in->gone, what, dmsc_el_name(around));
		return r;
	}
	if ((uri = dmsc_buf_new(SIZE_MAX)) == NULL)
		return DMSC_E_NOMEM;
	if ((r = dmsc_node_uri(top(in)->n, uri)) == DMSC_E_OK &&
	    dmsc_buf_cstr(uri) == NULL)
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK)
		dmsc_tnds_gone(&in->gone, what, dmsc_buf_cstr(uri));
	dmsc_buf_free(&uri);
	return r;
}

/* An element of no use, and all in it. Name and Size only repeat what the
 * node says. */
static int
skip(struct tnds_in *in, unsigned el, const struct el_at *at)
{
	char what[64];

	in->skip = 1;
	if (at->parent == EL_D_RTPROPERTIES && (el == EL_D_NAME ||
	    el == EL_D_SIZE))
		return DMSC_E_OK;
	dmsc_el_say(el, at, what, sizeof what);
	return gone(in, what, at->parent);
}

/* The interior node that Path names, made where it is missing. */
static int
path_node(struct tnds_in *in, struct dmsc_node **out)
{
	struct dmsc_rd p = dmsc_codec_trim(dmsc_buf_rd(in->path));
	struct dmsc_buf *uri = dmsc_buf_new(2 * PATH_MAX_BYTES);
	const char *text;
	int r;

	if (uri == NULL)
		return DMSC_E_NOMEM;
	if (dmsc_rd_eq_str(dmsc_rd_slice(p, 0, 2), "./"))
		p = dmsc_rd_slice(p, 2, p.left);
	else if (dmsc_rd_eq_str(p, "."))
		p.left = 0;
	r = dmsc_node_uri(in->base, uri);
	if (r == DMSC_E_OK && uri->len > 0 && p.left > 0)
		r = dmsc_buf_u8(uri, '/');
	if (r == DMSC_E_OK)
		r = dmsc_buf_put(uri, p);
	if (r == DMSC_E_OK && (text = dmsc_buf_cstr(uri)) == NULL)
		r = DMSC_E_NOMEM;
	if (r == DMSC_E_OK && (*out = dmsc_tree_find(in->t, text)) == NULL)
		r = strlen(text) == uri->len ? dmsc_tree_add(in->t, text,
		    DMSC_FMT_NODE, NULL, dmsc_rd_of(NULL, 0), out) :
		    DMSC_E_FORMAT;
	dmsc_buf_free(&uri);
	return r;
}

/* Where a top-level node goes. */
static int
top_node(struct tnds_in *in, struct dmsc_node **parent)
{
	const char *base = dmsc_node_name(in->base);
	int r;

	*parent = in->base;
	if (in->has_path && (r = path_node(in, parent)) != DMSC_E_OK)
		return bad(in, r, "Path");
	if (in->name[0] != '\0')
		return DMSC_E_OK;
	if (!in->has_path) {
		in->is_self = true;
		*parent = NULL;
	} else if (dmsc_node_parent(in->base) != NULL &&
	    strlen(base) < sizeof in->name)
		memcpy(in->name, base, strlen(base) + 1);
	else
		return bad(in, DMSC_E_FORMAT, "Path without NodeName");
	return DMSC_E_OK;
}

/* The node of the innermost frame, made as an interior one. */
static int
make(struct tnds_in *in)
{
	struct frame *f = top(in);
	struct dmsc_node *parent;
	int r;

	if (f->n != NULL)
		return DMSC_E_OK;
	if (in->depth > 1) {
		parent = in->frames[in->depth - 2].n;
		if (in->has_path)
			return bad(in, DMSC_E_FORMAT,
			    "Path belongs to the top level");
		if (in->name[0] == '\0')
			return bad(in, DMSC_E_FORMAT,
			    "a node inside needs a name");
	} else if ((r = top_node(in, &parent)) != DMSC_E_OK)
		return r;
	if (parent == NULL) {
		f->n = in->base;
		return DMSC_E_OK;
	}
	r = dmsc_node_add(in->t, parent, in->name, DMSC_FMT_NODE, &f->n);
	if (r == DMSC_E_EXISTS) {
		f->n = dmsc_node_child(parent, in->name);
		return dmsc_node_is_leaf(f->n) ? bad(in, DMSC_E_FORMAT,
		    "two nodes of one name") : DMSC_E_OK;
	}
	return r == DMSC_E_OK ? r : bad(in, r == DMSC_E_USAGE ?
	    DMSC_E_FORMAT : r, r == DMSC_E_USAGE ? "a leaf with children" :
	    "NodeName");
}

static int
open_node(struct tnds_in *in)
{
	int r;

	if (in->depth > 0) {
		if ((r = make(in)) != DMSC_E_OK)
			return r;
		if (top(in)->has_value)
			return bad(in, DMSC_E_FORMAT,
			    "a leaf with children");
	}
	if (in->depth == DMSC_COUNT(in->frames))
		return bad(in, DMSC_E_LIMIT, "nodes are nested too deep");
	in->depth++;
	memset(top(in), 0, sizeof *top(in));
	top(in)->format = UNSET;
	in->has_path = false;
	in->name[0] = '\0';
	return DMSC_E_OK;
}

static const struct { unsigned el; enum dmsc_format f; } formats[] = {
	{ EL_D_FNODE, DMSC_FMT_NODE }, { EL_D_CHR, DMSC_FMT_CHR },
	{ EL_D_INT, DMSC_FMT_INT }, { EL_D_BOOL, DMSC_FMT_BOOL },
	{ EL_D_FLOAT, DMSC_FMT_FLOAT }, { EL_D_DATE, DMSC_FMT_DATE },
	{ EL_D_TIME, DMSC_FMT_TIME }, { EL_D_BIN, DMSC_FMT_BIN },
	{ EL_D_B64, DMSC_FMT_B64 }, { EL_D_XML, DMSC_FMT_XML },
	{ EL_D_NULL, DMSC_FMT_NULL },
};

static int
open_format(struct tnds_in *in, unsigned el)
{
	size_t i;

	if (top(in)->format != UNSET)
		return bad(in, DMSC_E_FORMAT, "two Formats");
	for (i = 0; i < DMSC_COUNT(formats); i++)
		if (formats[i].el == el) {
			top(in)->format = (int)formats[i].f;
			return DMSC_E_OK;
		}
	return bad(in, DMSC_E_FORMAT, "unknown Format");
}

static int
collect(struct tnds_in *in, unsigned el)
{
	dmsc_buf_reset(in->text);
	in->collect = el;
	in->opaque = false;
	return DMSC_E_OK;
}

static int
open_in_node(struct tnds_in *in, unsigned el, const struct el_at *at)
{
	struct frame *f = top(in);
	int r;

	if (el == EL_D_NODENAME || el == EL_D_PATH)
		return f->n != NULL ? bad(in, DMSC_E_FORMAT,
		    "NodeName and Path come first") : collect(in, el);
	if (el != EL_D_RTPROPERTIES && el != EL_D_VALUE)
		return skip(in, el, at);
	if ((r = make(in)) != DMSC_E_OK || el == EL_D_RTPROPERTIES)
		return r;
	if (f->has_value || dmsc_node_children(f->n) > 0)
		return bad(in, DMSC_E_FORMAT, "a Value out of place");
	return collect(in, el);
}

static int
open_el(struct tnds_in *in, unsigned el, const struct el_at *at)
{
	unsigned around = at->parent;

	if (in->collect != EL_NONE)
		return bad(in, DMSC_E_FORMAT, "an element inside text");
	if (el == EL_D_MGMTTREE)
		return el_page(around) == PAGE_DDF ? bad(in, DMSC_E_FORMAT,
		    "a MgmtTree inside another") : DMSC_E_OK;
	if (around == EL_D_FORMAT)
		return open_format(in, el);
	if (el == EL_D_NODE && (around == EL_D_NODE ||
	    around == EL_D_MGMTTREE))
		return open_node(in);
	if (around == EL_D_NODE)
		return open_in_node(in, el, at);
	if (around == EL_D_RTPROPERTIES && (el == EL_D_FORMAT ||
	    el == EL_D_TYPE))
		return DMSC_E_OK;
	if ((around == EL_D_RTPROPERTIES && (el == EL_D_ACL ||
	    el == EL_D_TITLE || el == EL_D_TSTAMP || el == EL_D_VERNO)) ||
	    (around == EL_D_TYPE && (el == EL_D_MIME ||
	    el == EL_D_DDFNAME)) ||
	    (around == EL_D_MGMTTREE && el == EL_D_VERDTD))
		return collect(in, el);
	if (el_page(around) != PAGE_DDF)
		return bad(in, DMSC_E_FORMAT, "the root is no MgmtTree");
	return skip(in, el, at);
}

int
dmsc_tnds_open(void *ctx, unsigned el, const struct el_at *at)
{
	struct tnds_in *in = ctx;
	char what[64];
	int r;

	if (in->skip > 0) {
		in->skip++;
		return DMSC_E_OK;
	}
	r = open_el(in, el, at);
	if (r != DMSC_E_OK || at->attr == NULL || in->skip > 0)
		return r;
	(void)snprintf(what, sizeof what, "attribute %.48s", at->attr);
	return gone(in, what, el);
}

int
dmsc_tnds_text(void *ctx, struct dmsc_rd text, bool opaque)
{
	struct tnds_in *in = ctx;

	if (in->skip > 0)
		return DMSC_E_OK;
	if (in->collect == EL_NONE)
		return dmsc_codec_trim(text).left == 0 ? DMSC_E_OK :
		    gone(in, "text", EL_D_MGMTTREE);
	in->opaque |= opaque;
	return dmsc_buf_put(in->text, text);
}

/* A property's text as a string, without the blanks around it; a Title is
 * for people and keeps its own. FORMAT: a NUL in it. */
static int
property_text(struct tnds_in *in, unsigned el, const char **s)
{
	struct dmsc_rd r;
	size_t from;

	if (dmsc_buf_cstr(in->text) == NULL)
		return DMSC_E_NOMEM;
	r = dmsc_buf_rd(in->text);
	if (el != EL_D_TITLE)
		r = dmsc_codec_trim(r);
	from = (size_t)(r.p - in->text->p);
	dmsc_buf_truncate(in->text, from + r.left);
	if ((*s = dmsc_buf_cstr(in->text)) == NULL)
		return DMSC_E_NOMEM;
	*s += from;
	return strlen(*s) == r.left && dmsc_is_utf8(r) ? DMSC_E_OK :
	    DMSC_E_FORMAT;
}

static int
close_property(struct tnds_in *in, unsigned el)
{
	struct frame *f = top(in);
	const char *s;
	uint64_t v;
	int r = property_text(in, el, &s);

	if (r != DMSC_E_OK)
		return bad(in, r, r == DMSC_E_FORMAT ?
		    "a property is no text" : dmsc_e_text(r));
	if (el == EL_D_ACL)
		r = dmsc_node_set_acl(in->t, f->n, s);
	else if (el == EL_D_TITLE)
		r = dmsc_node_set_title(in->t, f->n, s);
	else if (el == EL_D_TSTAMP)
		r = dmsc_node_set_tstamp(in->t, f->n, s);
	else if (el == EL_D_VERNO) {
		r = dmsc_num(s, 10, UINT16_MAX, &v);
		if (r == DMSC_E_OK)
			r = dmsc_node_set_verno(in->t, f->n, (int)v);
	} else {
		f->typed = true;
		f->mime = el == EL_D_MIME;
		r = dmsc_node_set_type(in->t, f->n, s);
	}
	return r == DMSC_E_OK ? r : bad(in, r, dmsc_el_name(el));
}

static int
close_name(struct tnds_in *in)
{
	struct dmsc_rd r = dmsc_buf_rd(in->text);

	if (r.left >= sizeof in->name)
		return bad(in, DMSC_E_LIMIT, "NodeName");
	if (r.left > 0) {
		if (memchr(r.p, '\0', r.left) != NULL)
			return bad(in, DMSC_E_FORMAT, "NodeName");
		memcpy(in->name, r.p, r.left);
	}
	in->name[r.left] = '\0';
	return DMSC_E_OK;
}

/* Base64 text of a bin value; other text stays as it is. */
static int
bin_value(struct tnds_in *in, struct dmsc_node *n)
{
	int r;

	dmsc_buf_reset(in->text);
	r = dmsc_b64_get(dmsc_buf_rd(in->value), in->text);
	if (r == DMSC_E_FORMAT)
		return dmsc_node_set_value(in->t, n, dmsc_buf_rd(in->value));
	return r != DMSC_E_OK ? r :
	    dmsc_node_set_value(in->t, n, dmsc_buf_rd(in->text));
}

/* Reference 2.3: which format a node has that says none. */
static enum dmsc_format
format_of(const struct frame *f)
{
	if (f->format != UNSET)
		return (enum dmsc_format)f->format;
	if (dmsc_node_children(f->n) > 0)
		return DMSC_FMT_NODE;
	return f->has_value || f->mime ? DMSC_FMT_CHR : DMSC_FMT_NODE;
}

static int
close_node(struct tnds_in *in)
{
	struct frame *f = top(in);
	enum dmsc_format fmt;
	struct dmsc_rd v = dmsc_rd_of(NULL, 0);
	int r;

	if ((r = make(in)) != DMSC_E_OK)
		return r;
	in->depth--;
	fmt = format_of(f);
	if (f->has_value)
		v = dmsc_buf_rd(in->value);
	if (fmt == DMSC_FMT_NODE)
		return v.left > 0 ? bad(in, DMSC_E_FORMAT,
		    "an interior node with a value") : DMSC_E_OK;
	if (dmsc_node_set_format(in->t, f->n, fmt) != DMSC_E_OK)
		return bad(in, DMSC_E_FORMAT, "a leaf with children");
	if (!f->typed && (r = dmsc_node_set_type(in->t, f->n,
	    dmsc_format_type(fmt))) != DMSC_E_OK)
		return r;
	r = fmt == DMSC_FMT_BIN && !f->opaque ? bin_value(in, f->n) :
	    dmsc_node_set_value(in->t, f->n, v);
	dmsc_buf_reset(in->value);
	return r == DMSC_E_OK ? r : bad(in, r == DMSC_E_USAGE ?
	    DMSC_E_FORMAT : r, "Value");
}

int
dmsc_tnds_close(void *ctx, unsigned el, const struct el_at *at)
{
	struct tnds_in *in = ctx;
	struct dmsc_buf *swap;

	if (in->skip > 0) {
		in->skip--;
		return DMSC_E_OK;
	}
	in->collect = EL_NONE;
	switch (el) {
	case EL_D_NODE:
		return close_node(in);
	case EL_D_VERDTD:
		return dmsc_rd_eq_str(dmsc_codec_trim(dmsc_buf_rd(in->text)),
		    "1.2") ? DMSC_E_OK : gone(in, "VerDTD", at->parent);
	case EL_D_NODENAME:
		return close_name(in);
	case EL_D_PATH:
		in->has_path = true;
		dmsc_buf_reset(in->path);
		return dmsc_buf_put(in->path, dmsc_buf_rd(in->text));
	case EL_D_VALUE:
		top(in)->has_value = true;
		top(in)->opaque = in->opaque;
		swap = in->value;
		in->value = in->text;
		in->text = swap;
		return DMSC_E_OK;
	case EL_D_ACL:
	case EL_D_TITLE:
	case EL_D_TSTAMP:
	case EL_D_VERNO:
	case EL_D_MIME:
	case EL_D_DDFNAME:
		return close_property(in, el);
	default:
		return DMSC_E_OK;
	}
}

struct dmsc_node *
dmsc_tnds_base(struct dmsc_tree *t, const struct dmsc_node *parent)
{
	struct dmsc_node *base = dmsc_tree_root(t);

	if (dmsc_node_parent(parent) != NULL &&
	    dmsc_node_add(t, base, dmsc_node_name(parent), DMSC_FMT_NODE,
	    &base) != DMSC_E_OK)
		return NULL;
	return base;
}

int
dmsc_tnds_build(struct dmsc_rd bytes, struct dmsc_tree *t,
    struct dmsc_node *base, bool *is_self, struct tnds_gone *gone,
    struct dmsc_err *e)
{
	struct el_sink s = { .open = dmsc_tnds_open, .text = dmsc_tnds_text,
	    .close = dmsc_tnds_close };
	struct tnds_in *in;
	int r;

	if ((r = dmsc_tnds_in_new(t, base, &in)) != DMSC_E_OK)
		return dmsc_fail(e, r, "cannot read TNDS");
	s.ctx = in;
	if (bytes.left > 0 && bytes.p[0] > 3)
		r = dmsc_xml_read(dmsc_codec_trim(bytes), &s, e);
	else
		r = dmsc_wbxml_read(bytes, &s, NULL, e);
	if (r != DMSC_E_OK && in->why != NULL)
		(void)dmsc_err_why(e, "%s", in->why);
	*is_self = in->is_self;
	if (gone != NULL)
		*gone = in->gone;
	dmsc_tnds_in_free(&in);
	return r;
}

int
dmsc_tnds_read(struct dmsc_rd bytes, struct dmsc_tree *t,
    struct dmsc_node *parent, struct dmsc_err *e)
{
	struct dmsc_tree *own = dmsc_tree_new(DMSC_DOC_MAX);
	struct dmsc_node *base;
	bool is_self;
	int r;

	if (own == NULL || (base = dmsc_tnds_base(own, parent)) == NULL) {
		dmsc_tree_free(&own);
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read TNDS");
	}
	r = dmsc_tnds_build(bytes, own, base, &is_self, NULL, e);
	if (r == DMSC_E_OK) {
		r = dmsc_node_is_leaf(base) ? DMSC_E_FORMAT :
		    dmsc_codec_merge(t, parent, own, base);
		if (r != DMSC_E_OK)
			(void)dmsc_fail(e, r, "cannot take the TNDS in");
	}
	dmsc_tree_free(&own);
	return r;
}
