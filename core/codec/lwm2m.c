/*
 * LwM2M bootstrap documents to trees (LwM2M 1.0 Core appendix G and 6.3.3:
 * the file of a card and the LwM2M TLV; codec/lwm2m.h).
 */
#include "codec/lwm2m_inner.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

struct in {
	struct dmsc_tree *t;
	struct lwm2m_map *map;
	struct dmsc_err *e;
	struct dmsc_buf *tmp;		/* a value */
	const uint8_t *start;
	const uint8_t *pad;		/* only FF and 00 from here on */
	unsigned object;
};

struct tlv {
	unsigned kind, id;
	struct dmsc_rd value, raw;
};

static int
bad(const struct in *in, int code, const uint8_t *at, const char *what)
{
	(void)dmsc_fail(in->e, code, "not a LwM2M document: %s", what);
	(void)dmsc_err_where(in->e, "byte %zu", (size_t)(at - in->start));
	return code;
}

static int
tlv_length(struct dmsc_rd *r, unsigned type, uint32_t *out)
{
	uint16_t u16 = 0;
	uint8_t u8 = 0;
	int code;

	switch (type >> LWM2M_LEN_SHIFT & LWM2M_LEN_MASK) {
	case 0:
		*out = type & LWM2M_LEN_INLINE;
		return DMSC_E_OK;
	case 1:
		code = dmsc_rd_u8(r, &u8);
		*out = u8;
		return code;
	case 2:
		code = dmsc_rd_u16(r, &u16);
		*out = u16;
		return code;
	default:
		return dmsc_rd_u24(r, out);
	}
}

static int
next(const struct in *in, struct dmsc_rd *r, struct tlv *v)
{
	struct dmsc_rd at = *r;
	uint8_t type = 0, id8 = 0;
	uint16_t id16 = 0;
	uint32_t n = 0;
	int code;

	if ((code = dmsc_rd_u8(r, &type)) == DMSC_E_OK)
		code = (type & LWM2M_ID16) != 0 ? dmsc_rd_u16(r, &id16) :
		    dmsc_rd_u8(r, &id8);
	if (code == DMSC_E_OK)
		code = tlv_length(r, type, &n);
	if (code == DMSC_E_OK)
		code = dmsc_rd_take(r, n, &v->value);
	if (code != DMSC_E_OK)
		return bad(in, code, at.p, "it ends inside a TLV");
	v->kind = type & LWM2M_KIND;
	v->id = (type & LWM2M_ID16) != 0 ? id16 : id8;
	v->raw = dmsc_rd_of(at.p, at.left - r->left);
	return DMSC_E_OK;
}

static int
remember(struct in *in, const struct dmsc_node *n, struct dmsc_rd raw,
    bool bare)
{
	struct lwm2m_map *m = in->map;
	struct lwm2m_item *p;
	size_t cap;

	if (m == NULL)
		return DMSC_E_OK;
	if (m->n == m->cap) {
		cap = m->cap == 0 ? 32 : m->cap * 2;
		if ((p = realloc(m->items, cap * sizeof *p)) == NULL)
			return DMSC_E_NOMEM;
		m->items = p;
		m->cap = cap;
	}
	m->items[m->n++] = (struct lwm2m_item){ n, raw, bare };
	return DMSC_E_OK;
}

/* A node for v; what is there already gets "~2". raw.p is its place. */
static int
put(struct in *in, struct dmsc_node *parent, const struct tlv *v,
    enum dmsc_format f, struct dmsc_node **out)
{
	char name[LWM2M_NAME];
	unsigned nth = 1;
	int r;

	do {
		dmsc_lwm2m_name(v->id, nth, name);
		r = dmsc_node_add(in->t, parent, name, f, out);
	} while (r == DMSC_E_EXISTS && ++nth <= LWM2M_TWICE_MAX);
	if (r == DMSC_E_OK)
		r = remember(in, *out, v->raw, false);
	return r == DMSC_E_OK ? r : bad(in, r == DMSC_E_EXISTS ?
	    DMSC_E_LIMIT : r, v->raw.p, r == DMSC_E_EXISTS ?
	    "the same number too often" : dmsc_e_text(r));
}

static int
leaf(struct in *in, struct dmsc_node *parent, const struct tlv *v,
    unsigned resource)
{
	enum dmsc_format f = DMSC_FMT_BIN;
	struct dmsc_node *n;
	int r;

	dmsc_buf_reset(in->tmp);
	r = dmsc_lwm2m_get(dmsc_lwm2m_kind_of(in->object, resource),
	    v->value, &f, in->tmp);
	if (r != DMSC_E_OK)
		return bad(in, r, v->raw.p, dmsc_e_text(r));
	if ((r = put(in, parent, v, f, &n)) != DMSC_E_OK)
		return r;
	r = dmsc_node_set_value(in->t, n, dmsc_buf_rd(in->tmp));
	return r == DMSC_E_OK ? r : bad(in, r, v->raw.p, dmsc_e_text(r));
}

static int
multiple(struct in *in, struct dmsc_node *parent, const struct tlv *m)
{
	struct dmsc_rd r = m->value;
	struct dmsc_node *n;
	struct tlv v;
	int code;

	if ((code = put(in, parent, m, DMSC_FMT_NODE, &n)) != DMSC_E_OK)
		return code;
	while (r.left > 0 && code == DMSC_E_OK) {
		if ((code = next(in, &r, &v)) != DMSC_E_OK)
			return code;
		if (v.kind != LWM2M_RES_INSTANCE)
			return bad(in, DMSC_E_FORMAT, v.raw.p,
			    "a multiple resource holds its instances only");
		code = leaf(in, n, &v, m->id);
	}
	return code;
}

/* The resources of one instance, up to the padding where it may come. */
static int
resources(struct in *in, struct dmsc_node *n, struct dmsc_rd *r)
{
	struct tlv v;
	int code = DMSC_E_OK;

	while (r->left > 0 && code == DMSC_E_OK &&
	    (in->pad == NULL || r->p < in->pad)) {
		if ((code = next(in, r, &v)) != DMSC_E_OK)
			return code;
		if (v.kind == LWM2M_INSTANCE)
			return bad(in, DMSC_E_FORMAT, v.raw.p,
			    "an object instance inside an instance");
		/* A lone resource instance (41) was seen in the field. */
		code = v.kind == LWM2M_MULTIPLE ? multiple(in, n, &v) :
		    leaf(in, n, &v, v.id);
	}
	return code;
}

/* Resources where instances should be: those of instance 0. */
static int
bare_instance(struct in *in, struct dmsc_node *object, struct dmsc_rd *r)
{
	struct dmsc_rd at = *r;
	struct dmsc_node *n;
	size_t slot = in->map == NULL ? 0 : in->map->n;
	int code;

	code = dmsc_node_add(in->t, object, "0", DMSC_FMT_NODE, &n);
	if (code == DMSC_E_OK)
		code = remember(in, n, at, true);
	if (code != DMSC_E_OK)
		return bad(in, code, at.p, dmsc_e_text(code));
	code = resources(in, n, r);
	if (code == DMSC_E_OK && in->map != NULL)
		in->map->items[slot].raw.left = at.left - r->left;
	return code;
}

static int
instances(struct in *in, struct dmsc_node *object, struct dmsc_rd r)
{
	struct dmsc_node *n;
	struct dmsc_rd at;
	struct tlv v;
	int code = DMSC_E_OK;

	if (r.left > 0 && r.p[0] >= LWM2M_RES_INSTANCE)
		return bare_instance(in, object, &r);
	while (r.left > 0 && code == DMSC_E_OK) {
		if ((code = next(in, &r, &v)) != DMSC_E_OK)
			return code;
		if (v.kind != LWM2M_INSTANCE)
			return bad(in, DMSC_E_FORMAT, v.raw.p,
			    "a resource beside object instances");
		code = put(in, object, &v, DMSC_FMT_NODE, &n);
		at = v.value;
		if (code == DMSC_E_OK)
			code = resources(in, n, &at);
	}
	return code;
}

/* Identifier, version, length; the version is the node's title. */
static int
object(struct in *in, struct dmsc_rd *r)
{
	struct dmsc_rd at = *r, body = { NULL, 0 };
	uint8_t major = 0, minor = 0;
	struct tlv v = { 0, 0, { NULL, 0 }, { NULL, 0 } };
	uint16_t id = 0, n = 0;
	struct dmsc_node *node;
	char version[LWM2M_NAME];
	int code;

	if ((code = dmsc_rd_u16(r, &id)) == DMSC_E_OK)
		code = dmsc_rd_u8(r, &major);
	if (code == DMSC_E_OK && major != 0)
		code = dmsc_rd_u8(r, &minor);
	if (code == DMSC_E_OK)
		code = dmsc_rd_u16(r, &n);
	if (code == DMSC_E_OK)
		code = dmsc_rd_take(r, n, &body);
	if (code != DMSC_E_OK)
		return bad(in, code, at.p, "it ends inside an object");
	v.id = in->object = id;
	v.raw = dmsc_rd_of(at.p, at.left - r->left);
	if ((code = put(in, dmsc_tree_root(in->t), &v, DMSC_FMT_NODE,
	    &node)) != DMSC_E_OK)
		return code;
	(void)snprintf(version, sizeof version, "%u.%u", (unsigned)major,
	    (unsigned)minor);
	if (major != 0 && (code = dmsc_node_set_title(in->t, node,
	    version)) != DMSC_E_OK)
		return bad(in, code, at.p, dmsc_e_text(code));
	return instances(in, node, body);
}

static int
file(struct in *in, struct dmsc_rd r, size_t *used)
{
	struct dmsc_rd body = { NULL, 0 };
	uint16_t count = 0, size = 0;
	int code;

	if ((code = dmsc_rd_u16(&r, &count)) == DMSC_E_OK)
		code = dmsc_rd_u16(&r, &size);
	if (code != DMSC_E_OK)
		return bad(in, code, in->start, "it ends inside its header");
	if ((size_t)(r.p - in->start) + size > DMSC_LWM2M_MAX)
		return bad(in, DMSC_E_LIMIT, in->start, "over 32 KB");
	if ((code = dmsc_rd_take(&r, size, &body)) != DMSC_E_OK)
		return bad(in, code, in->start, "its objects are cut off");
	*used = (size_t)(r.p - in->start);
	while (count > 0 && code == DMSC_E_OK) {
		code = object(in, &body);
		count--;
	}
	return code != DMSC_E_OK || body.left == 0 ? code :
	    bad(in, DMSC_E_FORMAT, body.p, "bytes behind the last object");
}

/* No header: the resources of 0/0, ended by padding. */
static int
blob(struct in *in, struct dmsc_rd r, size_t *used)
{
	struct dmsc_node *n;
	struct dmsc_rd raw;
	size_t end = r.left;
	int code;

	while (end > 0 && (r.p[end - 1] == 0xFF || r.p[end - 1] == 0))
		end--;
	if (end > DMSC_LWM2M_MAX)
		return bad(in, DMSC_E_LIMIT, in->start, "over 32 KB");
	code = dmsc_node_add(in->t, dmsc_tree_root(in->t), "0",
	    DMSC_FMT_NODE, &n);
	if (code == DMSC_E_OK)
		code = remember(in, n, r, true);
	if (code != DMSC_E_OK)
		return bad(in, code, in->start, dmsc_e_text(code));
	raw = r;
	in->pad = r.p + end;
	if ((code = bare_instance(in, n, &r)) != DMSC_E_OK)
		return code;
	if ((*used = raw.left - r.left) > DMSC_LWM2M_MAX)
		return bad(in, DMSC_E_LIMIT, in->start, "over 32 KB");
	if (in->map != NULL)
		in->map->items[0].raw.left = *used;
	return DMSC_E_OK;
}

static int
by_node(const void *a, const void *b)
{
	const struct lwm2m_item *x = a, *y = b;
	uintptr_t p = (uintptr_t)x->node, q = (uintptr_t)y->node;

	return p < q ? -1 : p > q;
}

int
dmsc_lwm2m_read_map(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    struct lwm2m_map *map, struct dmsc_err *e)
{
	struct in in = { t, map, e, NULL, bytes.p, NULL, 0 };
	int r;

	*used = 0;
	if (bytes.left == 0)
		return dmsc_fail(e, DMSC_E_SHORT, "not a LwM2M document: "
		    "it is empty");
	if ((in.tmp = dmsc_buf_new(DMSC_LWM2M_MAX)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read LwM2M");
	/* 16384 objects would not fit into a file: these are resources. */
	r = bytes.p[0] >= LWM2M_RES_INSTANCE ? blob(&in, bytes, used) :
	    file(&in, bytes, used);
	dmsc_buf_free(&in.tmp);
	if (r == DMSC_E_OK && map != NULL && map->n > 0)
		qsort(map->items, map->n, sizeof *map->items, by_node);
	return r;
}

int
dmsc_lwm2m_read(struct dmsc_rd bytes, struct dmsc_tree *t, size_t *used,
    bool *bare, struct dmsc_err *e)
{
	*bare = bytes.left > 0 && bytes.p[0] >= LWM2M_RES_INSTANCE;
	return dmsc_lwm2m_read_map(bytes, t, used, NULL, e);
}
