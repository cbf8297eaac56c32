/* Trees to LwM2M bootstrap documents (codec/lwm2m.h). */
#include "codec/lwm2m_inner.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { BYTE_MAX = 0xFF, TWO_MAX = 0xFFFF, HEADER = 8 };

struct out {
	struct dmsc_buf *b;
	size_t start;			/* of the document in b */
	struct dmsc_err *e;
	struct dmsc_tree *was;		/* as read; NULL: nothing was */
	struct lwm2m_map map;
	unsigned object;
};

static int
bad(const struct out *o, int code, const struct dmsc_node *n,
    const char *what)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_ERR_TEXT);

	(void)dmsc_fail(o->e, code, "cannot be written as LwM2M: %s", what);
	if (b != NULL && dmsc_node_uri(n, b) == DMSC_E_OK)
		(void)dmsc_err_where(o->e, "%s", dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return code;
}

static int
by_node(const void *key, const void *item)
{
	uintptr_t p = (uintptr_t)key,
	    q = (uintptr_t)((const struct lwm2m_item *)item)->node;

	return p < q ? -1 : p > q;
}

/* Where the node of the tree as read stood; NULL: none. */
static const struct lwm2m_item *
item(const struct out *o, const struct dmsc_node *was)
{
	if (was == NULL || o->map.n == 0)
		return NULL;
	return bsearch(was, o->map.items, o->map.n, sizeof *o->map.items,
	    by_node);
}

static const struct dmsc_node *
before(const struct dmsc_node *was, const struct dmsc_node *n)
{
	return was == NULL ? NULL :
	    dmsc_node_child(was, dmsc_node_name(n));
}

static int
told(const struct out *o, const struct dmsc_node *n, int r)
{
	return r == DMSC_E_OK ? r : bad(o, r, n, dmsc_e_text(r));
}

/* Done where n is as it was read, with a header of its own. */
static int
as_it_was(struct out *o, const struct dmsc_node *n,
    const struct dmsc_node *was, bool *done)
{
	const struct lwm2m_item *i = item(o, was);

	*done = i != NULL && !i->bare && dmsc_node_equal(was, n);
	return *done ? told(o, n, dmsc_buf_put(o->b, i->raw)) : DMSC_E_OK;
}

/* A TLV's header before what stands from at to the end. */
static int
header(struct out *o, size_t at, unsigned kind, unsigned id)
{
	size_t n = o->b->len - at, k = 1;
	uint8_t h[HEADER];

	if (n > DMSC_LWM2M_MAX)
		return DMSC_E_LIMIT;
	h[0] = (uint8_t)kind;
	if (id > BYTE_MAX) {
		h[0] |= LWM2M_ID16;
		h[k++] = (uint8_t)(id >> 8);
	}
	h[k++] = (uint8_t)id;
	if (n <= LWM2M_LEN_INLINE)
		h[0] |= (uint8_t)n;
	else if (n <= BYTE_MAX) {
		h[0] |= 1 << LWM2M_LEN_SHIFT;
		h[k++] = (uint8_t)n;
	} else {
		h[0] |= 2 << LWM2M_LEN_SHIFT;
		h[k++] = (uint8_t)(n >> 8);
		h[k++] = (uint8_t)n;
	}
	return dmsc_buf_insert(o->b, at, dmsc_rd_of(h, k));
}

/* Its number; DATA for a name that is none and for what has no place. */
static int
number(const struct out *o, const struct dmsc_node *n, bool leaf,
    unsigned *id)
{
	unsigned nth;

	if (!dmsc_lwm2m_id(dmsc_node_name(n), id, &nth))
		return bad(o, DMSC_E_DATA, n, "a name that is no number of "
		    "0 to 65535");
	if (*dmsc_node_acl(n) != '\0')
		return bad(o, DMSC_E_DATA, n, "it holds no ACL");
	if (leaf != dmsc_node_is_leaf(n))
		return bad(o, DMSC_E_DATA, n, leaf ? "a node below a "
		    "resource instance" : "a value where objects and "
		    "instances are");
	return DMSC_E_OK;
}

static int
no_title(const struct out *o, const struct dmsc_node *n)
{
	return *dmsc_node_title(n) == '\0' ? DMSC_E_OK :
	    bad(o, DMSC_E_DATA, n, "a title: objects alone have one, their "
	    "version");
}

/* What all but objects begin with. Done as above. */
static int
begin(struct out *o, const struct dmsc_node *n, const struct dmsc_node *was,
    bool leaf, unsigned *id, bool *done)
{
	int r = as_it_was(o, n, was, done);

	if (r == DMSC_E_OK && !*done)
		r = number(o, n, leaf, id);
	return r != DMSC_E_OK || *done ? r : no_title(o, n);
}

static int
leaf(struct out *o, const struct dmsc_node *n, const struct dmsc_node *was,
    unsigned kind, unsigned resource)
{
	size_t at = o->b->len;
	unsigned id;
	bool done;
	int r;

	if ((r = begin(o, n, was, true, &id, &done)) != DMSC_E_OK || done)
		return r;
	if (kind == LWM2M_RESOURCE)
		resource = id;
	r = dmsc_lwm2m_put(dmsc_lwm2m_kind_of(o->object, resource),
	    dmsc_node_format(n), dmsc_node_value(n), o->b);
	if (r == DMSC_E_OK)
		r = header(o, at, kind, id);
	return r == DMSC_E_OK ? r : bad(o, r, n, r == DMSC_E_DATA ?
	    "the value does not fit its type" : dmsc_e_text(r));
}

static int
resource(struct out *o, const struct dmsc_node *n,
    const struct dmsc_node *was)
{
	const struct dmsc_node *c;
	size_t at = o->b->len;
	unsigned id;
	bool done;
	int r;

	if (dmsc_node_is_leaf(n))
		return leaf(o, n, was, LWM2M_RESOURCE, 0);
	if ((r = begin(o, n, was, false, &id, &done)) != DMSC_E_OK || done)
		return r;
	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = leaf(o, c, before(was, c), LWM2M_RES_INSTANCE, id);
	if (r != DMSC_E_OK)
		return r;
	return told(o, n, header(o, at, LWM2M_MULTIPLE, id));
}

/* bare: its resources without a header. */
static int
instance(struct out *o, const struct dmsc_node *n,
    const struct dmsc_node *was, bool bare)
{
	const struct dmsc_node *c;
	size_t at = o->b->len;
	unsigned id;
	bool done;
	int r;

	if ((r = begin(o, n, was, false, &id, &done)) != DMSC_E_OK || done)
		return r;
	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = resource(o, c, before(was, c));
	if (r != DMSC_E_OK || bare)
		return r;
	return told(o, n, header(o, at, LWM2M_INSTANCE, id));
}

/* Whether the object's one instance was bare and may stay so. */
static bool
stays_bare(const struct out *o, const struct dmsc_node *object,
    const struct dmsc_node *was)
{
	const struct dmsc_node *n = dmsc_node_first(object);
	const struct lwm2m_item *i;

	if (n == NULL || was == NULL || dmsc_node_next(n) != NULL ||
	    dmsc_node_first(n) == NULL ||
	    strcmp(dmsc_node_name(n), "0") != 0)
		return false;
	i = item(o, before(was, n));
	return i != NULL && i->bare;
}

static int
version(const struct out *o, const struct dmsc_node *n, uint8_t out[2],
    size_t *size)
{
	const char *title = dmsc_node_title(n), *dot = strchr(title, '.');
	uint64_t major = 0, minor = 0;
	char *front;
	int r;

	out[0] = 0;
	*size = 1;
	if (*title == '\0')
		return DMSC_E_OK;
	front = dmsc_strndup(dmsc_rd_of(title, dot == NULL ? 0 :
	    (size_t)(dot - title)));
	if (front == NULL)
		return bad(o, DMSC_E_NOMEM, n, "out of memory");
	r = dot == NULL ? DMSC_E_FORMAT :
	    dmsc_num(front, 10, BYTE_MAX, &major);
	free(front);
	if (r != DMSC_E_OK || major == 0 ||
	    dmsc_num(dot + 1, 10, BYTE_MAX, &minor) != DMSC_E_OK)
		return bad(o, DMSC_E_DATA, n, "a title that is no version "
		    "such as 1.1");
	out[0] = (uint8_t)major;
	out[1] = (uint8_t)minor;
	*size = 2;
	return DMSC_E_OK;
}

static int
object_header(struct out *o, const struct dmsc_node *n, size_t at)
{
	size_t len = o->b->len - at, size;
	uint8_t h[HEADER], v[2];
	int r;

	if ((r = version(o, n, v, &size)) != DMSC_E_OK)
		return r;
	if (len > DMSC_LWM2M_MAX)
		return bad(o, DMSC_E_LIMIT, n, "over 32 KB");
	h[0] = (uint8_t)(o->object >> 8);
	h[1] = (uint8_t)o->object;
	memcpy(h + 2, v, size);
	h[2 + size] = (uint8_t)(len >> 8);
	h[3 + size] = (uint8_t)len;
	r = dmsc_buf_insert(o->b, at, dmsc_rd_of(h, size + 4));
	return r == DMSC_E_OK ? r : bad(o, r, n, dmsc_e_text(r));
}

/* bare: the whole file is one instance's resources. */
static int
object(struct out *o, const struct dmsc_node *n,
    const struct dmsc_node *was, bool bare)
{
	const struct dmsc_node *c;
	size_t at = o->b->len;
	bool done = false, keep;
	int r;

	if ((r = as_it_was(o, n, was, &done)) != DMSC_E_OK || done)
		return r;
	if ((r = number(o, n, false, &o->object)) != DMSC_E_OK)
		return r;
	keep = stays_bare(o, n, was) && (bare || !item(o, was)->bare);
	for (c = dmsc_node_first(n); c != NULL && r == DMSC_E_OK;
	    c = dmsc_node_next(c))
		r = instance(o, c, before(was, c), keep);
	return r != DMSC_E_OK || bare ? r : object_header(o, n, at);
}

static bool
is_blob(const struct out *o, const struct dmsc_node *root,
    const struct dmsc_node *was)
{
	const struct dmsc_node *n = dmsc_node_first(root);
	const struct lwm2m_item *i;

	if (n == NULL || was == NULL || dmsc_node_next(n) != NULL ||
	    *dmsc_node_title(n) != '\0')
		return false;
	i = item(o, before(was, n));
	return i != NULL && i->bare && stays_bare(o, n, before(was, n));
}

static int
whole(struct out *o, const struct dmsc_node *root)
{
	const struct dmsc_node *was = o->was == NULL ? NULL :
	    dmsc_tree_root(o->was), *n;
	bool blob = is_blob(o, root, was);
	size_t len;
	uint8_t h[4];
	unsigned count = 0;
	int r = DMSC_E_OK;

	for (n = dmsc_node_first(root); n != NULL && r == DMSC_E_OK;
	    n = dmsc_node_next(n), count++)
		r = object(o, n, before(was, n), blob);
	len = o->b->len - o->start;
	if (r == DMSC_E_OK && len + sizeof h > DMSC_LWM2M_MAX)
		return bad(o, DMSC_E_LIMIT, root, "over 32 KB");
	if (r != DMSC_E_OK || blob)
		return r;
	h[0] = (uint8_t)(count >> 8);
	h[1] = (uint8_t)count;
	h[2] = (uint8_t)(len >> 8);
	h[3] = (uint8_t)len;
	r = dmsc_buf_insert(o->b, o->start, dmsc_rd_of(h, sizeof h));
	return r == DMSC_E_OK ? r : bad(o, r, root, dmsc_e_text(r));
}

/* t has no titles but what is to be written. */
static int
write_tree(struct out *o, const struct dmsc_tree *t, struct dmsc_rd as_read)
{
	size_t used = 0;
	int r = DMSC_E_OK;

	if (as_read.left > 0) {
		if ((o->was = dmsc_tree_new(LWM2M_TREE_MAX)) == NULL)
			return dmsc_fail(o->e, DMSC_E_NOMEM,
			    "cannot write LwM2M");
		r = dmsc_lwm2m_read_map(as_read, o->was, &used, &o->map,
		    o->e);
	}
	if (r != DMSC_E_OK)
		return r;
	if (o->was == NULL || !dmsc_node_equal(dmsc_tree_root(o->was),
	    dmsc_tree_root(t)))
		return whole(o, dmsc_tree_root(t));
	r = dmsc_buf_put(o->b, dmsc_rd_slice(as_read, 0, used));
	return r == DMSC_E_OK ? r : dmsc_fail(o->e, r, "cannot write LwM2M");
}

int
dmsc_lwm2m_write(const struct dmsc_tree *t, struct dmsc_rd as_read,
    struct dmsc_buf *out, struct dmsc_err *e)
{
	struct out o = { out, out->len, e, NULL, { NULL, 0, 0 }, 0 };
	struct dmsc_tree *plain = dmsc_tree_clone(t);
	int r;

	if (plain == NULL || dmsc_lwm2m_untitle(plain) != DMSC_E_OK)
		r = dmsc_fail(e, DMSC_E_NOMEM, "cannot write LwM2M");
	else
		r = write_tree(&o, plain, as_read);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, o.start);
	free(o.map.items);
	dmsc_tree_free(&o.was);
	dmsc_tree_free(&plain);
	return r;
}
