/* Trees as TNDS, nested style, in XML and WBXML (reference 2.3, 3.6). */
#include "codec/tnds.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

enum { CHARSET_UTF8 = 106 };

static const char fpi[] = "-//OMA//DTD-DM-DDF 1.2//EN";

static const unsigned format_els[] = { EL_D_FNODE, EL_D_CHR, EL_D_INT,
    EL_D_BOOL, EL_D_FLOAT, EL_D_DATE, EL_D_TIME, EL_D_BIN, EL_D_B64, EL_D_XML,
    EL_D_NULL };

static void
properties(struct emit *em, const struct dmsc_node *n)
{
	char verno[16];

	dmsc_emit_open(em, EL_D_RTPROPERTIES);
	if (*dmsc_node_acl(n) != '\0')
		dmsc_emit_leaf(em, EL_D_ACL, dmsc_rd_str(dmsc_node_acl(n)));
	dmsc_emit_open(em, EL_D_FORMAT);
	dmsc_emit_empty(em, format_els[dmsc_node_format(n)]);
	dmsc_emit_close(em);
	if (*dmsc_node_title(n) != '\0')
		dmsc_emit_leaf(em, EL_D_TITLE,
		    dmsc_rd_str(dmsc_node_title(n)));
	if (*dmsc_node_tstamp(n) != '\0')
		dmsc_emit_leaf(em, EL_D_TSTAMP,
		    dmsc_rd_str(dmsc_node_tstamp(n)));
	dmsc_emit_open(em, EL_D_TYPE);
	dmsc_emit_leaf(em, dmsc_node_is_leaf(n) ? EL_D_MIME : EL_D_DDFNAME,
	    dmsc_rd_str(dmsc_node_type(n)));
	dmsc_emit_close(em);
	if (dmsc_node_verno(n) >= 0) {
		(void)snprintf(verno, sizeof verno, "%d",
		    dmsc_node_verno(n));
		dmsc_emit_leaf(em, EL_D_VERNO, dmsc_rd_str(verno));
	}
	dmsc_emit_close(em);
}

static void
value(struct emit *em, const struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_node_value(n);

	if (dmsc_node_format(n) == DMSC_FMT_NULL)
		return;
	if (dmsc_node_format(n) != DMSC_FMT_BIN || v.left == 0) {
		dmsc_emit_leaf(em, EL_D_VALUE, v);
		return;
	}
	dmsc_emit_open(em, EL_D_VALUE);
	dmsc_emit_bytes(em, v);
	dmsc_emit_close(em);
}

/* A tree is no deeper than DMSC_TREE_DEPTH_MAX, so this is bounded. */
static void
node(struct emit *em, const struct dmsc_node *n, bool named)
{
	const struct dmsc_node *c;

	if (em->code != DMSC_E_OK)
		return;
	dmsc_emit_open(em, EL_D_NODE);
	dmsc_emit_leaf(em, EL_D_NODENAME,
	    dmsc_rd_str(named ? dmsc_node_name(n) : ""));
	properties(em, n);
	if (dmsc_node_is_leaf(n))
		value(em, n);
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		node(em, c, true);
	dmsc_emit_close(em);
}

void
dmsc_tnds_emit(struct emit *em, const struct dmsc_node *top,
    enum tnds_top how)
{
	const struct dmsc_node *c;

	dmsc_emit_open(em, EL_D_MGMTTREE);
	dmsc_emit_leaf(em, EL_D_VERDTD, dmsc_rd_str("1.2"));
	if (how != TNDS_CHILDREN)
		node(em, top, how == TNDS_NAMED);
	else
		for (c = dmsc_node_first(top); c != NULL;
		    c = dmsc_node_next(c))
			node(em, c, true);
	dmsc_emit_close(em);
}

/* more: of the string table, behind the public identifier. */
static int
head(struct dmsc_buf *out, unsigned version, struct dmsc_rd more)
{
	int r;

	if ((r = dmsc_buf_u8(out, version)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, 0)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, 0)) != DMSC_E_OK ||
	    (r = dmsc_buf_u8(out, CHARSET_UTF8)) != DMSC_E_OK ||
	    (r = dmsc_emit_number(out, (uint32_t)(sizeof fpi +
	    more.left))) != DMSC_E_OK ||
	    (r = dmsc_buf_put(out, dmsc_rd_of(fpi, sizeof fpi))) !=
	    DMSC_E_OK)
		return r;
	return dmsc_buf_put(out, more);
}

int
dmsc_tnds_head(struct dmsc_buf *out, unsigned version)
{
	return head(out, version, dmsc_rd_of(NULL, 0));
}

/* What repeats: names, types, lists, and values that are few. */
static void
count(struct pack *p, const struct dmsc_node *n)
{
	const struct dmsc_node *c;

	dmsc_pack_count(p, dmsc_node_name(n));
	dmsc_pack_count(p, dmsc_node_type(n));
	dmsc_pack_count(p, dmsc_node_acl(n));
	dmsc_pack_count(p, dmsc_node_title(n));
	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		count(p, c);
}

int
dmsc_tnds_write_packed(const struct dmsc_node *top, bool self,
    struct dmsc_buf *out)
{
	struct pack *p = dmsc_pack_new();
	struct dmsc_buf *table = dmsc_buf_new(DMSC_DOC_MAX);
	struct emit em = { .b = out, .pack = p };
	size_t at = out->len;

	if (p == NULL || table == NULL)
		em.code = DMSC_E_NOMEM;
	else {
		count(p, top);
		em.code = dmsc_pack_table(p, sizeof fpi, table);
	}
	if (em.code == DMSC_E_OK)
		em.code = head(out, 2, dmsc_buf_rd(table));
	dmsc_tnds_emit(&em, top, self ? TNDS_NAMED : TNDS_CHILDREN);
	if (em.code != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	dmsc_buf_free(&table);
	dmsc_pack_free(&p);
	return em.code;
}

int
dmsc_tnds_write_wbxml(const struct dmsc_node *top, bool self,
    struct dmsc_buf *out)
{
	struct emit em = { .b = out };
	size_t at = out->len;

	em.code = dmsc_tnds_head(out, 2);
	dmsc_tnds_emit(&em, top, self ? TNDS_NAMED : TNDS_CHILDREN);
	if (em.code != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return em.code;
}

int
dmsc_tnds_write_xml(const struct dmsc_node *top, bool self, bool indent,
    struct dmsc_buf *out)
{
	struct emit em = { .b = out, .xml = true, .indent = indent };
	size_t at = out->len;

	em.code = dmsc_buf_str(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	if (em.code == DMSC_E_OK && indent)
		em.code = dmsc_buf_u8(out, '\n');
	dmsc_tnds_emit(&em, top, self ? TNDS_NAMED : TNDS_CHILDREN);
	if (em.code == DMSC_E_OK && indent)
		em.code = dmsc_buf_u8(out, '\n');
	if (em.code != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return em.code;
}
