/* What the mapping of Client Provisioning is made of (codec/cp_mo.h). */
#include "codec/cp_mo.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "codec/cpel.h"
#include "codec/inner.h"

void
dmsc_map_keep(struct map *m, int code)
{
	if (m->code == DMSC_E_OK)
		m->code = code;
}

/* Where n stands in the document, and why it stays behind. */
void
dmsc_map_leave(struct map *m, const struct dmsc_node *n, const char *why)
{
	struct dmsc_buf *uri = dmsc_buf_new(UINT16_MAX);
	int r = uri == NULL ? DMSC_E_NOMEM : dmsc_node_uri(n, uri);

	if (r == DMSC_E_OK && !m->quiet)
		r = dmsc_strs_add(m->left, m->n_left, "%s: %s",
		    dmsc_buf_cstr(uri), why);
	dmsc_map_keep(m, r);
	dmsc_buf_free(&uri);
}

bool
dmsc_map_is(const struct dmsc_node *n, const char *name)
{
	return dmsc_rd_eq_str(dmsc_cp_bare(dmsc_node_name(n)), name);
}

/* The value of the first parm of this name; empty where there is none. */
struct dmsc_rd
dmsc_map_value(const struct dmsc_node *n, const char *name)
{
	const struct dmsc_node *p = dmsc_node_child(n, name);

	return p == NULL ? dmsc_rd_of(NULL, 0) : dmsc_node_value(p);
}

/* base/to with its "#" as the next number of that list. */
void
dmsc_map_target(struct map *m, const char *base, const char *to,
    char uri[MAP_URI])
{
	const char *mark = strchr(to, '#');
	const struct dmsc_node *list;
	int n = mark == NULL ? (int)strlen(to) : (int)(mark - to);

	(void)snprintf(uri, MAP_URI, "%s/%.*s", base, n, to);
	if (mark == NULL)
		return;
	uri[strlen(uri) - 1] = '\0';
	list = dmsc_tree_find(m->t, uri);
	(void)snprintf(uri, MAP_URI, "%s/%.*s%zu%s", base, n, to,
	    (list == NULL ? 0 : dmsc_node_children(list)) + 1, mark + 1);
}

int
dmsc_map_put(struct map *m, const char *base, const char *to,
    enum dmsc_format f, struct dmsc_rd v)
{
	char uri[MAP_URI];

	dmsc_map_target(m, base, to, uri);
	return dmsc_tree_add(m->t, uri, f, NULL, v, NULL);
}

void
dmsc_map_text(struct map *m, const char *base, const char *to,
    const char *text)
{
	dmsc_map_keep(m, dmsc_map_put(m, base, to, DMSC_FMT_CHR,
	    dmsc_rd_str(text)));
}

static int
put_base64(struct map *m, const struct dmsc_node *p, const char *base,
    const char *to)
{
	struct dmsc_buf *raw = dmsc_buf_new(DMSC_DOC_MAX);
	int r = raw == NULL ? DMSC_E_NOMEM :
	    dmsc_b64_get(dmsc_node_value(p), raw);

	if (r == DMSC_E_FORMAT)
		dmsc_map_leave(m, p, "its value is no base64");
	else if (r == DMSC_E_OK)
		r = dmsc_map_put(m, base, to, DMSC_FMT_BIN, dmsc_buf_rd(raw));
	dmsc_buf_free(&raw);
	return r == DMSC_E_FORMAT ? DMSC_E_OK : r;
}

/* A flag is set by its presence, or by 1. */
static int
put_flag(struct map *m, const struct dmsc_node *p, const char *base,
    const char *to)
{
	struct dmsc_rd v = dmsc_node_value(p);
	bool off = dmsc_rd_eq_str(v, "0");

	if (!off && v.left > 0 && !dmsc_rd_eq_str(v, "1")) {
		dmsc_map_leave(m, p, "its value is neither 0 nor 1");
		return DMSC_E_OK;
	}
	return dmsc_map_put(m, base, to, DMSC_FMT_BOOL,
	    dmsc_rd_str(off ? "false" : "true"));
}

void
dmsc_map_parm(struct map *m, const struct dmsc_node *p,
    const struct map_row *row, const char *base)
{
	struct dmsc_rd v = dmsc_node_value(p);
	int r = DMSC_E_OK;

	if (row->how == DONE)
		return;
	if (row->how == NUMBER && dmsc_format_check(DMSC_FMT_INT, v) !=
	    DMSC_E_OK)
		dmsc_map_leave(m, p, "its value is no number");
	else if (row->how == BASE64)
		r = put_base64(m, p, base, row->to);
	else if (row->how == FLAG)
		r = put_flag(m, p, base, row->to);
	else
		r = dmsc_map_put(m, base, row->to, row->how == NUMBER ?
		    DMSC_FMT_INT : DMSC_FMT_CHR, v);
	if (r == DMSC_E_EXISTS)
		dmsc_map_leave(m, p, "the object has one of it");
	else
		dmsc_map_keep(m, r);
}

/* The parms of n by their rows; characteristics are the caller's. */
void
dmsc_map_parms(struct map *m, const struct dmsc_node *n,
    const struct map_row *rows, size_t n_rows, const char *base)
{
	const struct dmsc_node *p;
	size_t i;

	for (p = dmsc_node_first(n); p != NULL; p = dmsc_node_next(p)) {
		if (!dmsc_node_is_leaf(p))
			continue;
		for (i = 0; i < n_rows && !dmsc_map_is(p, rows[i].parm); i++)
			;
		if (i < n_rows)
			dmsc_map_parm(m, p, &rows[i], base);
		else
			dmsc_map_leave(m, p, "no object has a place for it");
	}
}

/* The first characteristics of a kind count from 1; 0: there is none. */
static size_t
find_nap(const struct map *m, struct dmsc_rd id)
{
	const struct dmsc_node *n;
	size_t i = 0;

	for (n = dmsc_node_first(m->cp); n != NULL; n = dmsc_node_next(n)) {
		if (!dmsc_map_is(n, "NAPDEF"))
			continue;
		i++;
		if ((id.left > 0 &&
		    dmsc_rd_eq(dmsc_map_value(n, "NAPID"), id)) ||
		    (dmsc_rd_eq_str(id, "INTERNET") &&
		    dmsc_node_child(n, "INTERNET") != NULL))
			return i;
	}
	return 0;
}

/* Each PXPHYSICAL is an object of its own. */
size_t
dmsc_map_physicals(const struct dmsc_node *px)
{
	const struct dmsc_node *n;
	size_t count = 0;

	for (n = dmsc_node_first(px); n != NULL; n = dmsc_node_next(n))
		count += dmsc_map_is(n, "PXPHYSICAL");
	return DMSC_MAX(count, 1);
}

static size_t
find_proxy(const struct map *m, struct dmsc_rd id)
{
	const struct dmsc_node *n;
	size_t i = 1;

	for (n = dmsc_node_first(m->cp); n != NULL; n = dmsc_node_next(n)) {
		if (!dmsc_map_is(n, "PXLOGICAL"))
			continue;
		if (id.left > 0 &&
		    dmsc_rd_eq(dmsc_map_value(n, "PROXY-ID"), id))
			return i;
		i += dmsc_map_physicals(n);
	}
	return 0;
}

/* What TO-NAPID and TO-PROXY name; false: it is neither, or names nothing. */
static bool
reference(struct map *m, const struct dmsc_node *p, char *uri)
{
	bool nap = dmsc_map_is(p, "TO-NAPID");
	size_t i;

	if (!nap && !dmsc_map_is(p, "TO-PROXY"))
		return false;
	i = nap ? find_nap(m, dmsc_node_value(p)) :
	    find_proxy(m, dmsc_node_value(p));
	if (i == 0)
		dmsc_map_leave(m, p, "it names nothing in this document");
	(void)snprintf(uri, MAP_URI, "./%s/%zu", nap ? "NAP" : "Proxy", i);
	return i > 0;
}

void
dmsc_map_refs(struct map *m, const struct dmsc_node *n, const char *base,
    const char *pref, const char *list)
{
	const struct dmsc_node *p;
	char uri[MAP_URI];

	for (p = dmsc_node_first(n); p != NULL; p = dmsc_node_next(p)) {
		if (!reference(m, p, uri))
			continue;
		if (pref != NULL)
			dmsc_map_text(m, base, pref, uri);
		pref = NULL;
		dmsc_map_text(m, base, list, uri);
	}
}

/* An object with its identifier, readable and changeable by servers ids. */
void
dmsc_map_object(struct map *m, const char *uri, const char *id,
    struct dmsc_rd ids)
{
	struct dmsc_buf *acl = dmsc_buf_new(DMSC_DOC_MAX);
	struct dmsc_node *n = NULL;
	int s = (int)ids.left, r;
	const char *p = ids.left == 0 ? "" : (const char *)ids.p;

	r = dmsc_tree_add(m->t, uri, DMSC_FMT_NODE, id, dmsc_rd_of(NULL, 0),
	    &n);
	if (r == DMSC_E_OK)
		r = acl == NULL ? DMSC_E_NOMEM : dmsc_buf_fmt(acl,
		    "Delete=%.*s&Get=%.*s&Replace=%.*s", s, p, s, p, s, p);
	if (r == DMSC_E_OK && s > 0)
		r = dmsc_node_set_acl(m->t, n, dmsc_buf_cstr(acl));
	dmsc_buf_free(&acl);
	dmsc_map_keep(m, r);
}

/* Characteristics of n that nobody maps. */
void
dmsc_map_no_more(struct map *m, const struct dmsc_node *n)
{
	const struct dmsc_node *c;

	for (c = dmsc_node_first(n); c != NULL; c = dmsc_node_next(c))
		if (!dmsc_node_is_leaf(c))
			dmsc_map_leave(m, c, "no object has a place for it");
}
