/* Get: values, names of children, properties, lists (reference 1.7). */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "codec/tnds.h"
#include "dm/inside.h"

static unsigned
text_result(struct dmsc_responder *r, const struct dm_op *op,
    const char *text)
{
	struct dmsc_rd data = dmsc_rd_str(text);

	return dm_result(r, op, op->uri, NULL, NULL, &data);
}

/* Names of children, escaped, '/' between them. */
static unsigned
names(struct dmsc_responder *r, const struct dm_op *op,
    const struct dmsc_node *n)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	const struct dmsc_node *c = dmsc_node_first(n);
	int code = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	struct dmsc_rd data;
	unsigned status;

	for (; c != NULL && code == DMSC_E_OK; c = dmsc_node_next(c)) {
		if (++r->listed > DM_LISTED_MAX)
			code = DMSC_E_LIMIT;
		else if (b->len > 0)
			code = dmsc_buf_u8(b, '/');
		if (code == DMSC_E_OK)
			code = dmsc_uri_escape(dmsc_node_name(c), b);
	}
	status = code == DMSC_E_LIMIT ? DMSC_DM_TOO_LARGE :
	    dm_code(r, code);
	if (status == DMSC_DM_OK) {
		data = dmsc_buf_rd(b);
		status = dm_result(r, op, op->uri, "node", "text/plain",
		    &data);
	}
	dmsc_buf_free(&b);
	return status;
}

static unsigned
value(struct dmsc_responder *r, const struct dm_op *op,
    const struct dmsc_node *n)
{
	struct dmsc_rd data = dmsc_node_value(n);

	if (!dmsc_node_is_leaf(n))
		return names(r, op, n);
	if (r->o.peer_obj > 0 && data.left > r->o.peer_obj)
		return DMSC_DM_TOO_LARGE;
	return dm_result(r, op, op->uri, dmsc_format_name(
	    dmsc_node_format(n)), dmsc_node_type(n), &data);
}

static unsigned
property(struct dmsc_responder *r, const struct dm_op *op,
    const struct dmsc_node *n, enum dm_prop prop)
{
	static const unsigned needs[] = { [DM_P_SIZE] = DMSC_DM_SIZE,
	    [DM_P_TITLE] = DMSC_DM_TITLE, [DM_P_TSTAMP] = DMSC_DM_TSTAMP,
	    [DM_P_VERNO] = DMSC_DM_VERNO, [DM_P_UNKNOWN] = 0 };
	char number[24];
	int v = dmsc_node_verno(n);

	if (prop == DM_P_UNKNOWN ||
	    (needs[prop] != 0 && (r->o.props & needs[prop]) == 0) ||
	    (prop == DM_P_SIZE && !dmsc_node_is_leaf(n)))
		return DMSC_DM_UNSUPPORTED;
	switch (prop) {
	case DM_P_ACL:
		return text_result(r, op, dmsc_node_acl(n));
	case DM_P_FORMAT:
		return text_result(r, op,
		    dmsc_format_name(dmsc_node_format(n)));
	case DM_P_NAME:
		return text_result(r, op, dmsc_node_name(n));
	case DM_P_TITLE:
		return text_result(r, op, dmsc_node_title(n));
	case DM_P_TSTAMP:
		return text_result(r, op, dmsc_node_tstamp(n));
	case DM_P_TYPE:
		return text_result(r, op, dmsc_node_type(n));
	default:
		(void)snprintf(number, sizeof number, "%zu",
		    prop == DM_P_SIZE ? dmsc_node_value(n).left :
		    (size_t)(v < 0 ? 0 : v));
		return text_result(r, op, number);
	}
}

static unsigned
list_one(struct dmsc_responder *r, const struct dm_op *op,
    const struct dmsc_node *n, bool with_data, struct dmsc_buf *uri)
{
	struct dmsc_rd data = dmsc_node_value(n);
	const char *s, *type = dmsc_node_type(n);
	int code = dm_uri(n, uri);

	s = code == DMSC_E_OK ? dmsc_buf_cstr(uri) : NULL;
	if (s == NULL)
		return dm_code(r, DMSC_E_NOMEM);
	if (++r->listed > DM_LISTED_MAX ||
	    (r->o.peer_obj > 0 && with_data && data.left > r->o.peer_obj))
		return DMSC_DM_TOO_LARGE;
	return dm_result(r, op, s, dmsc_format_name(dmsc_node_format(n)),
	    *type == '\0' ? "text/plain" : type,
	    with_data && dmsc_node_is_leaf(n) ? &data : NULL);
}

static bool
readable(const struct dmsc_responder *r, const struct dmsc_node *n)
{
	struct dmsc_dm_rule rule;

	if (!dm_may(r, n, "Get"))
		return false;
	dm_rule_of(r, n, &rule);
	return !dm_bound(r) || (rule.access & DMSC_DDF_GET) != 0;
}

/* Nodes that may not be read are left out, with all below them. */
static unsigned
list(struct dmsc_responder *r, const struct dm_op *op,
    const struct dmsc_node *top, bool with_data)
{
	struct dmsc_buf *uri = dmsc_buf_new(DM_URI_MAX);
	const struct dmsc_node *n = top;
	unsigned status = uri == NULL ? dm_code(r, DMSC_E_NOMEM) : DMSC_DM_OK;
	bool may;

	while (n != NULL && status == DMSC_DM_OK) {
		if ((may = readable(r, n)))
			status = list_one(r, op, n, with_data, uri);
		if (may && dmsc_node_first(n) != NULL) {
			n = dmsc_node_first(n);
			continue;
		}
		while (n != top && dmsc_node_next(n) == NULL)
			n = dmsc_node_parent(n);
		n = n == top ? NULL : dmsc_node_next(n);
	}
	dmsc_buf_free(&uri);
	return status;
}

/* What a TNDS answer leaves out; '+' and '-' are not mixed. */
struct tnds_wants {
	bool acl, title, tstamp, verno, value;
};

static bool
tnds_wants(const char *s, struct tnds_wants *w)
{
	static const char *const words[] = { "ACL", "Title", "TStamp",
	    "VerNo", "Value", "Format", "Name", "Size", "Type" };
	bool set[DMSC_COUNT(words)], plus = *s == '+';
	char sign = *s;
	size_t i, n;

	for (i = 0; i < DMSC_COUNT(words); i++)
		set[i] = !plus;
	while (*s != '\0') {
		if (*s++ != sign)
			return false;
		n = strcspn(s, "+-");
		for (i = 0; i < DMSC_COUNT(words); i++)
			if (strlen(words[i]) == n &&
			    strncmp(s, words[i], n) == 0)
				break;
		if (i == DMSC_COUNT(words))
			return false;
		set[i] = plus;
		s += n;
	}
	*w = (struct tnds_wants){ set[0], set[1], set[2], set[3], set[4] };
	return true;
}

static int
tnds_one(struct dmsc_tree *t, struct dmsc_node *to,
    const struct dmsc_node *n, const struct tnds_wants *w)
{
	int code = dmsc_node_set_type(t, to, dmsc_node_type(n));

	if (code == DMSC_E_OK && w->acl)
		code = dmsc_node_set_acl(t, to, dmsc_node_acl(n));
	if (code == DMSC_E_OK && w->title)
		code = dmsc_node_set_title(t, to, dmsc_node_title(n));
	if (code == DMSC_E_OK && w->tstamp)
		code = dmsc_node_set_tstamp(t, to, dmsc_node_tstamp(n));
	if (code == DMSC_E_OK && w->verno)
		code = dmsc_node_set_verno(t, to, dmsc_node_verno(n));
	if (code == DMSC_E_OK && w->value && dmsc_node_value(n).left > 0)
		code = dmsc_node_set_value(t, to, dmsc_node_value(n));
	return code;
}

/* No deeper than a tree is. */
static int
tnds_below(struct dmsc_responder *r, struct dmsc_tree *t,
    struct dmsc_node *to, const struct dmsc_node *n,
    const struct tnds_wants *w)
{
	const struct dmsc_node *c;
	struct dmsc_node *copy;
	int code = DMSC_E_OK;

	for (c = dmsc_node_first(n); c != NULL && code == DMSC_E_OK;
	    c = dmsc_node_next(c)) {
		if (++r->listed > DM_LISTED_MAX)
			return DMSC_E_LIMIT;
		if (!readable(r, c))
			continue;
		code = dmsc_node_add(t, to, dmsc_node_name(c),
		    dmsc_node_format(c), &copy);
		if (code == DMSC_E_OK)
			code = tnds_one(t, copy, c, w);
		if (code == DMSC_E_OK)
			code = tnds_below(r, t, copy, c, w);
	}
	return code;
}

/* A copy of n, and of what may be read below it, in a tree of its own: *to;
 * the root where n is the root. */
static int
tnds_copy(struct dmsc_responder *r, const struct dmsc_node *n,
    const struct tnds_wants *w, struct dmsc_tree **t, struct dmsc_node **to)
{
	int code = DMSC_E_NOMEM;

	if ((*t = dmsc_tree_new(2UL * DMSC_DOC_MAX)) == NULL)
		return code;
	*to = dmsc_tree_root(*t);
	code = DMSC_E_OK;
	if (dmsc_node_parent(n) != NULL && (code = dmsc_node_add(*t, *to,
	    dmsc_node_name(n), dmsc_node_format(n), to)) == DMSC_E_OK)
		code = tnds_one(*t, *to, n, w);
	return code == DMSC_E_OK ? tnds_below(r, *t, *to, n, w) : code;
}

static int
tnds_bytes(struct dmsc_responder *r, const struct dmsc_node *n,
    const struct tnds_wants *w, struct dmsc_buf *out)
{
	bool self = dmsc_node_parent(n) != NULL;
	struct dmsc_tree *t;
	struct dmsc_node *to;
	int code = tnds_copy(r, n, w, &t, &to);

	if (code == DMSC_E_OK)
		code = r->o.xml ? dmsc_tnds_write_xml(to, self, false, out) :
		    dmsc_tnds_write_packed(to, self, out);
	dmsc_tree_free(&t);
	return code;
}

int
dm_subtree(struct dmsc_responder *r, const struct dmsc_node *n,
    struct dmsc_buf *out)
{
	const struct tnds_wants w = { .title = true, .value = true };
	struct emit em = { .b = out };
	struct dmsc_tree *t;
	struct dmsc_node *to;

	em.code = tnds_copy(r, n, &w, &t, &to);
	if (em.code == DMSC_E_OK)
		em.code = dmsc_tnds_head(out, 2);
	if (em.code == DMSC_E_OK)
		dmsc_tnds_emit(&em, to, TNDS_SELF);
	dmsc_tree_free(&t);
	return em.code;
}

static unsigned
tnds(struct dmsc_responder *r, const struct dm_op *op,
    const struct dm_target *t)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_DOC_MAX);
	struct tnds_wants w;
	struct dmsc_rd data;
	unsigned status;
	int code;

	if (!tnds_wants(t->tnds, &w)) {
		dmsc_buf_free(&b);
		return DMSC_DM_UNSUPPORTED;
	}
	code = b == NULL ? DMSC_E_NOMEM : tnds_bytes(r, t->n, &w, b);
	status = code == DMSC_E_LIMIT ? DMSC_DM_TOO_LARGE :
	    dm_code(r, code);
	if (status == DMSC_DM_OK) {
		data = dmsc_buf_rd(b);
		status = r->o.peer_obj > 0 && data.left > r->o.peer_obj ?
		    DMSC_DM_TOO_LARGE : dm_result(r, op, t->path, "xml",
		    r->o.xml ? "application/vnd.syncml.dmtnds+xml" :
		    "application/vnd.syncml.dmtnds+wbxml", &data);
	}
	dmsc_buf_free(&b);
	return status;
}

unsigned
dm_gettable(struct dmsc_responder *r, unsigned status,
    const struct dm_target *t)
{
	return status != DMSC_DM_OK ? status : t->n == NULL ?
	    DMSC_DM_NOT_FOUND : dm_may(r, t->n, "Get") ? DMSC_DM_OK :
	    DMSC_DM_DENIED;
}

unsigned
dm_get(struct dmsc_responder *r, struct dm_op *op)
{
	struct dm_target t;
	unsigned status = dm_gettable(r, dm_target(r, op->uri, &t), &t);
	struct dmsc_dm_rule rule;

	if (status == DMSC_DM_OK) {
		dm_rule_of(r, t.n, &rule);
		if (t.prop != DM_P_NONE)
			status = property(r, op, t.n, t.prop);
		else if (dm_bound(r) &&
		    (rule.access & DMSC_DDF_GET) == 0)
			status = DMSC_DM_NOT_ALLOWED;
		else if (t.list == DM_L_TNDS)
			status = tnds(r, op, &t);
		else if (t.list == DM_L_UNKNOWN)
			status = DMSC_DM_UNSUPPORTED;
		else
			status = t.list == DM_L_NONE ? value(r, op, t.n) :
			    list(r, op, t.n, t.list == DM_L_STRUCT_DATA);
	}
	dm_target_free(&t);
	return status;
}
