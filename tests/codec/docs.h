/* Seeded random documents: Client Provisioning and LwM2M, as trees. */
#ifndef DMSC_TESTS_CODEC_DOCS_H
#define DMSC_TESTS_CODEC_DOCS_H

#include <inttypes.h>

#include "codec/codec.h"
#include "codec/lwm2m.h"
#include "codec/trees.h"

static inline void
docs_cp_value(uint32_t *seed, struct dmsc_buf *out)
{
	static const char *const values[] = { "w7", "APPSRV", "IPV4", "IPV6",
	    "HTTP-BASIC", "DIGEST", "GSM-GPRS", "OBEX", "", "Acme APN", "1",
	    "TETRA-SDS" };

	dmsc_buf_reset(out);
	if (trees_draw(seed, 2) == 0)
		trees_value(seed, 0, out);
	else if (dmsc_buf_str(out, values[trees_draw(seed,
	    DMSC_COUNT(values))]) != DMSC_E_OK)
		dmsc_buf_reset(out);
}

/* A random document: names known and unknown, again and again. */
static inline struct dmsc_tree *
docs_cp(uint32_t seed)
{
	static const char *const names[] = { "APPLICATION", "APPADDR", "PORT",
	    "NAME", "INTERNET", "AAUTHTYPE", "PXLOGICAL", "own <&\">",
	    "ADDRTYPE", "BEARER", "TO-NAPID", "\xC3\x84" };
	struct dmsc_tree *t = dmsc_tree_new(DMSC_DOC_MAX);
	struct dmsc_node *at = dmsc_tree_root(t), *n;
	struct dmsc_buf *v = dmsc_buf_new(TREE_MAX);
	unsigned i, k, size = trees_draw(&seed, 40);
	char name[32];
	bool leaf;

	if (trees_draw(&seed, 2) == 0 && dmsc_node_set_title(t, at,
	    trees_draw(&seed, 2) == 0 ? "1.0" : "1.1") != DMSC_E_OK)
		size = 0;
	for (i = 0; i < size; i++) {
		const char *base = names[trees_draw(&seed,
		    DMSC_COUNT(names))];

		(void)snprintf(name, sizeof name, "%s", base);
		for (k = 2; dmsc_node_child(at, name) != NULL; k++)
			(void)snprintf(name, sizeof name, "%s~%u", base, k);
		leaf = dmsc_node_parent(at) != NULL &&
		    trees_draw(&seed, 3) != 0;
		if (dmsc_node_add(t, at, name, leaf ? DMSC_FMT_CHR :
		    DMSC_FMT_NODE, &n) != DMSC_E_OK)
			break;
		docs_cp_value(&seed, v);
		if (leaf && dmsc_node_set_value(t, n, dmsc_buf_rd(v)) !=
		    DMSC_E_OK)
			break;
		if (!leaf)
			at = n;
		else if (trees_draw(&seed, 4) == 0)
			at = dmsc_node_parent(at);
	}
	dmsc_buf_free(&v);
	return t;
}

static inline unsigned
docs_id(uint32_t *seed)
{
	return trees_draw(seed, trees_draw(seed, 2) == 0 ? 4 : 65536);
}

/* A number of up to bits bits. */
static inline uint64_t
docs_bits(uint32_t *seed, unsigned bits)
{
	uint64_t v = (uint64_t)trees_draw(seed, 1 << 22) << 42;

	v ^= (uint64_t)trees_draw(seed, 1 << 22) << 21;
	v ^= trees_draw(seed, 1 << 22);
	return bits == 0 ? 0 : v >> (64 - bits);
}

static inline int
docs_opaque(uint32_t *seed, struct dmsc_buf *b)
{
	static const uint32_t most[] = { 1, 8, 20, 300 };
	uint32_t n = trees_draw(seed, most[trees_draw(seed, 4)]);
	int r = DMSC_E_OK;

	while (n-- > 0 && r == DMSC_E_OK)
		r = dmsc_buf_u8(b, trees_draw(seed, 256));
	return r;
}

static inline int
docs_value(uint32_t *seed, const struct dmsc_lwm2m_res *res,
    struct dmsc_buf *b)
{
	static const char *const floats[] = { "0", "-1.5", "0.1", "1e+300",
	    "3.141592653589793", "16777216", "-0" };
	uint64_t v = docs_bits(seed, trees_draw(seed, 65));

	switch (res->kind) {
	case DMSC_LWM2M_STRING:
		return dmsc_buf_fmt(b, "%s%" PRIu64, trees_draw(seed, 2) == 0 ?
		    "coaps://h\xC3\xA9:" : "", v);
	case DMSC_LWM2M_INT:
	case DMSC_LWM2M_TIME:
		if (res->max != 0)
			return dmsc_buf_fmt(b, "%" PRIu64, v %
			    ((uint64_t)res->max + 1));
		return dmsc_buf_fmt(b, "%s%" PRIu64, v > 1 &&
		    trees_draw(seed, 2) == 0 ? "-" : "", v >> 1);
	case DMSC_LWM2M_UINT:
		return dmsc_buf_fmt(b, "%" PRIu64, res->max == 0 ? v : v %
		    ((uint64_t)res->max + 1));
	case DMSC_LWM2M_FLOAT:
		return dmsc_buf_str(b, floats[trees_draw(seed,
		    DMSC_COUNT(floats))]);
	case DMSC_LWM2M_BOOL:
		return dmsc_buf_str(b, (v & 1) != 0 ? "true" : "false");
	case DMSC_LWM2M_OBJLNK:
		return dmsc_buf_fmt(b, "%u:%u", trees_draw(seed, 65536),
		    trees_draw(seed, 65536));
	default:
		return docs_opaque(seed, b);
	}
}

/* One resource at random: of the table, or unknown. */
static inline void
docs_resource(uint32_t *seed, struct dmsc_tree *t, struct dmsc_buf *b)
{
	static const struct dmsc_lwm2m_res unknown = { 3303, 5700, NULL,
	    NULL, DMSC_FMT_BIN, DMSC_LWM2M_UNKNOWN, false, false, 0 };
	const struct dmsc_lwm2m_res *res;
	char uri[64];
	size_t n = 0, i;
	bool multiple;

	while (dmsc_lwm2m_resource_at(n) != NULL)
		n++;
	res = trees_draw(seed, 6) == 0 ? &unknown :
	    dmsc_lwm2m_resource_at(trees_draw(seed, (uint32_t)n));
	multiple = res->multiple ||
	    (res == &unknown && trees_draw(seed, 2) == 0);
	n = snprintf(uri, sizeof uri, "%u/%u/%u", res->object,
	    docs_id(seed), res->id) > 0 ? strlen(uri) : 0;
	for (i = multiple ? trees_draw(seed, 4) + 1 : 1; i > 0; i--) {
		if (multiple)
			(void)snprintf(uri + n, sizeof uri - n, "/%u",
			    docs_id(seed));
		dmsc_buf_reset(b);
		if (docs_value(seed, res, b) != DMSC_E_OK)
			return;
		(void)!dmsc_tree_add(t, uri, res->format, NULL,
		    dmsc_buf_rd(b), NULL);
	}
}

static inline struct dmsc_tree *
docs_lwm2m(uint32_t *seed)
{
	struct dmsc_tree *t = dmsc_tree_new(TREE_MAX);
	struct dmsc_buf *b = dmsc_buf_new(TREE_MAX);
	struct dmsc_node *n;
	uint32_t i, size = trees_draw(seed, 30);

	for (i = 0; i < size; i++)
		docs_resource(seed, t, b);
	for (n = dmsc_node_first(dmsc_tree_root(t)); n != NULL;
	    n = dmsc_node_next(n))
		if (trees_draw(seed, 2) == 0)
			(void)!dmsc_node_set_title(t, n,
			    trees_draw(seed, 2) == 0 ? "1.1" : "255.0");
	dmsc_buf_free(&b);
	return t;
}

#endif
