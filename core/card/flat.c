/* The card's tree as a stream of bytes (card/flat.h). */
#include "card/flat.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/*
 * A node: format, flags of what follows, name (length, bytes), then as the
 * flags say Type, ACL, Title, TStamp (length, bytes), VerNo; then the number
 * of its children, who follow, or the length of its value and its bytes.
 * Lengths and numbers: seven bits in a byte, high ones first, bit 8 on all
 * but the last. The root comes first and has no name.
 *
 * A page begins with a large value and after one, else, where it can, with a
 * node.
 */
enum {
	HAS_TYPE = 1, HAS_ACL = 2, HAS_TITLE = 4, HAS_TSTAMP = 8,
	HAS_VERNO = 16,
	LARGE = 16 * PAGE_ROOM,
	NUMBER_MAX = 5,
	HALF_URI = 1, HALF_FORMAT = 2, HALF_TYPE = 4
};

static void
put_u8(struct dmsc_pages *p, unsigned v)
{
	const uint8_t b = (uint8_t)v;

	dmsc_pages_put(p, dmsc_rd_of(&b, 1));
}

static void
put_number(struct dmsc_pages *p, uint32_t v)
{
	uint8_t b[NUMBER_MAX];
	size_t n = sizeof b;

	b[--n] = (uint8_t)(v & 0x7F);
	while ((v >>= 7) != 0)
		b[--n] = (uint8_t)(v | 0x80);
	dmsc_pages_put(p, dmsc_rd_of(b + n, sizeof b - n));
}

static void
put_text(struct dmsc_pages *p, const char *s)
{
	put_number(p, (uint32_t)strlen(s));
	dmsc_pages_put(p, dmsc_rd_str(s));
}

static bool
has_type(const struct dmsc_node *n)
{
	return strcmp(dmsc_node_type(n),
	    dmsc_format_type(dmsc_node_format(n))) != 0;
}

static unsigned
flags_of(const struct dmsc_node *n)
{
	return (has_type(n) ? HAS_TYPE : 0u) |
	    (dmsc_node_acl(n)[0] != '\0' ? HAS_ACL : 0u) |
	    (dmsc_node_title(n)[0] != '\0' ? HAS_TITLE : 0u) |
	    (dmsc_node_tstamp(n)[0] != '\0' ? HAS_TSTAMP : 0u) |
	    (dmsc_node_verno(n) >= 0 ? HAS_VERNO : 0u);
}

static uint32_t
weight(const struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_node_value(n);
	const char *s = dmsc_node_name(n);
	uint32_t h = 0x811C9DC5u;

	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 0x01000193u;
	for (v = dmsc_rd_slice(v, 0, PAGE_ROOM); v.left > 0;
	    v = dmsc_rd_slice(v, 1, v.left))
		h = (h ^ v.p[0]) * 0x01000193u;
	return (h ^ h >> 15) * 0x2C1B3C6Du;
}

static void
put_value(struct dmsc_pages *p, struct dmsc_rd v)
{
	put_number(p, (uint32_t)v.left);
	if (v.left >= LARGE)
		dmsc_pages_break(p);
	dmsc_pages_put(p, v);
	if (v.left >= LARGE)
		dmsc_pages_break(p);
}

static void
put_node(struct dmsc_pages *p, const struct dmsc_node *n)
{
	unsigned flags = flags_of(n);

	dmsc_pages_mark(p, weight(n));
	put_u8(p, (unsigned)dmsc_node_format(n));
	put_u8(p, flags);
	put_text(p, dmsc_node_parent(n) == NULL ? "" : dmsc_node_name(n));
	if ((flags & HAS_TYPE) != 0)
		put_text(p, dmsc_node_type(n));
	if ((flags & HAS_ACL) != 0)
		put_text(p, dmsc_node_acl(n));
	if ((flags & HAS_TITLE) != 0)
		put_text(p, dmsc_node_title(n));
	if ((flags & HAS_TSTAMP) != 0)
		put_text(p, dmsc_node_tstamp(n));
	if ((flags & HAS_VERNO) != 0)
		put_number(p, (uint32_t)dmsc_node_verno(n));
	if (dmsc_node_is_leaf(n))
		put_value(p, dmsc_node_value(n));
	else
		put_number(p, (uint32_t)dmsc_node_children(n));
}

/* The node after n, parents first. */
static const struct dmsc_node *
after(const struct dmsc_node *n)
{
	const struct dmsc_node *next = dmsc_node_first(n);

	while (next == NULL && n != NULL) {
		next = dmsc_node_next(n);
		n = dmsc_node_parent(n);
	}
	return next;
}

int
dmsc_flat_write(const struct dmsc_tree *t, struct dmsc_pages *p)
{
	const struct dmsc_node *n;

	for (n = dmsc_tree_root(t); n != NULL && p->failed == DMSC_E_OK;
	    n = after(n))
		put_node(p, n);
	return p->failed;
}

static int
get_number(struct dmsc_rd *r, uint32_t *out)
{
	uint8_t b = 0x80;
	size_t i;
	int e;

	for (*out = 0, i = 0; (b & 0x80) != 0; i++) {
		if (i == NUMBER_MAX)
			return DMSC_E_FORMAT;
		if ((e = dmsc_rd_u8(r, &b)) != DMSC_E_OK)
			return e;
		*out = *out << 7 | (b & 0x7Fu);
	}
	return DMSC_E_OK;
}

/* A text, ended in text, which holds whatever the stream does. */
static int
get_text(struct dmsc_rd *r, char *text)
{
	struct dmsc_rd v;
	uint32_t n;
	int e;

	if ((e = get_number(r, &n)) != DMSC_E_OK)
		return e;
	if ((e = dmsc_rd_take(r, n, &v)) != DMSC_E_OK)
		return e;
	memcpy(text, v.left > 0 ? v.p : (const uint8_t *)"", v.left);
	text[n] = '\0';
	return DMSC_E_OK;
}

static int
get_props(struct dmsc_rd *r, unsigned flags, struct dmsc_tree *t,
    struct dmsc_node *n, char *text)
{
	static int (*const set[])(struct dmsc_tree *, struct dmsc_node *,
	    const char *) = { dmsc_node_set_type, dmsc_node_set_acl,
		dmsc_node_set_title, dmsc_node_set_tstamp };
	uint32_t verno;
	size_t i;
	int e;

	for (i = 0; i < DMSC_COUNT(set); i++)
		if ((flags >> i & 1) != 0 &&
		    ((e = get_text(r, text)) != DMSC_E_OK ||
		    (e = set[i](t, n, text)) != DMSC_E_OK))
			return e;
	if ((flags & HAS_VERNO) == 0)
		return DMSC_E_OK;
	if ((e = get_number(r, &verno)) != DMSC_E_OK)
		return e;
	return verno > INT32_MAX ? DMSC_E_FORMAT :
	    dmsc_node_set_verno(t, n, (int)verno);
}

/* One node below parent (NULL: the root itself), and how many children it
 * has. */
static int
get_node(struct dmsc_rd *r, struct dmsc_tree *t, struct dmsc_node *parent,
    char *text, struct dmsc_node **out, uint32_t *children)
{
	struct dmsc_node *n = dmsc_tree_root(t);
	uint8_t format, flags;
	struct dmsc_rd v;
	uint32_t len;
	int e;

	if ((e = dmsc_rd_u8(r, &format)) != DMSC_E_OK ||
	    (e = dmsc_rd_u8(r, &flags)) != DMSC_E_OK ||
	    (e = get_text(r, text)) != DMSC_E_OK)
		return e;
	if (format > DMSC_FMT_NULL || (parent == NULL &&
	    format != DMSC_FMT_NODE))
		return DMSC_E_FORMAT;
	if (parent != NULL && (e = dmsc_node_add(t, parent, text,
	    (enum dmsc_format)format, &n)) != DMSC_E_OK)
		return e;
	*out = n;
	*children = 0;
	if ((e = get_props(r, flags, t, n, text)) != DMSC_E_OK ||
	    (e = get_number(r, &len)) != DMSC_E_OK)
		return e;
	if (format == DMSC_FMT_NODE) {
		*children = len;
		return DMSC_E_OK;
	}
	if ((e = dmsc_rd_take(r, len, &v)) != DMSC_E_OK || v.left == 0)
		return e;
	return dmsc_node_set_value(t, n, v);
}

int
dmsc_flat_read(struct dmsc_rd r, struct dmsc_tree *t)
{
	uint32_t left[DMSC_TREE_DEPTH_MAX + 2], children = 0;
	struct dmsc_node *at = NULL, *n = NULL;
	char *text = malloc(r.left + 1);
	size_t depth = 0;
	int e = text == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	for (left[0] = 1; e == DMSC_E_OK;) {
		while (depth > 0 && left[depth] == 0) {
			at = dmsc_node_parent(at);
			depth--;
		}
		if (left[depth] == 0)
			break;
		left[depth]--;
		e = get_node(&r, t, at, text, &n, &children);
		if (e == DMSC_E_OK && children > 0) {
			at = n;
			if (++depth > DMSC_TREE_DEPTH_MAX + 1)
				e = DMSC_E_FORMAT;
			else
				left[depth] = children;
		}
	}
	free(text);
	return e == DMSC_E_OK && r.left > 0 ? DMSC_E_FORMAT : e;
}

/* With its NUL, so that it is read where it lies. */
static void
put_string(struct dmsc_pages *p, const char *s)
{
	if (s != NULL)
		dmsc_pages_put(p, dmsc_rd_of(s, strlen(s) + 1));
}

void
dmsc_flat_write_half(const struct dmsc_dm_half *h, struct dmsc_pages *p)
{
	put_u8(p, (unsigned)h->kind);
	put_number(p, (uint32_t)h->size);
	put_u8(p, (h->uri != NULL ? HALF_URI : 0u) |
	    (h->format != NULL ? HALF_FORMAT : 0u) |
	    (h->type != NULL ? HALF_TYPE : 0u));
	put_string(p, h->uri);
	put_string(p, h->format);
	put_string(p, h->type);
	dmsc_pages_break(p);
	dmsc_pages_put(p, h->have);
}

static int
get_string(struct dmsc_rd *r, bool there, const char **out)
{
	const uint8_t *end;
	struct dmsc_rd v;

	*out = NULL;
	if (!there)
		return DMSC_E_OK;
	if (r->left == 0 || (end = memchr(r->p, 0, r->left)) == NULL)
		return DMSC_E_SHORT;
	*out = (const char *)r->p;
	return dmsc_rd_take(r, (size_t)(end - r->p) + 1, &v);
}

int
dmsc_flat_half(struct dmsc_rd r, struct dmsc_dm_half *out)
{
	uint8_t kind, flags;
	uint32_t size;
	int e;

	memset(out, 0, sizeof *out);
	if ((e = dmsc_rd_u8(&r, &kind)) != DMSC_E_OK ||
	    (e = get_number(&r, &size)) != DMSC_E_OK ||
	    (e = dmsc_rd_u8(&r, &flags)) != DMSC_E_OK ||
	    (e = get_string(&r, (flags & HALF_URI) != 0, &out->uri)) !=
	    DMSC_E_OK ||
	    (e = get_string(&r, (flags & HALF_FORMAT) != 0,
	    &out->format)) != DMSC_E_OK ||
	    (e = get_string(&r, (flags & HALF_TYPE) != 0, &out->type)) !=
	    DMSC_E_OK)
		return e;
	out->kind = (enum dmsc_cmd_kind)kind;
	out->size = size;
	out->have = r;
	return kind <= DMSC_CMD_REPLACE && r.left <= size ? DMSC_E_OK :
	    DMSC_E_FORMAT;
}
