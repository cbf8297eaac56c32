/* Nodes from JSON text, over jansson (dmsc/json.h). */
#include <dmsc/json.h>

#include <jansson.h>
#include <string.h>

#include "codec/codec.h"
#include "codec/inner.h"

struct in {
	struct dmsc_tree *t;
	struct dmsc_err *e;
	const char *name;	/* of the node in hand */
};

static int
bad(struct in *in, int code, const char *what)
{
	(void)dmsc_fail(in->e, code, "not a node in JSON: %s", what);
	return dmsc_err_where(in->e, "%s", in->name), code;
}

/* The member as text; "" where it is absent, NULL where it is no text. */
static const char *
text_of(const json_t *j, const char *name)
{
	const json_t *m = json_object_get(j, name);

	return m == NULL ? "" : json_string_value(m);
}

static int
hex_value(struct in *in, const json_t *v, struct dmsc_node *n)
{
	const char *hex = text_of(v, "hex");
	struct dmsc_buf *b;
	int r;

	if (hex == NULL || json_object_size(v) != 1)
		return bad(in, DMSC_E_FORMAT, "value");
	if ((b = dmsc_buf_new(DMSC_DOC_MAX)) == NULL)
		return bad(in, DMSC_E_NOMEM, "value");
	if ((r = dmsc_hex_get(hex, b)) == DMSC_E_OK)
		r = dmsc_node_set_value(in->t, n, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r == DMSC_E_OK ? r : bad(in, r, "value");
}

static int
leaf(struct in *in, const json_t *j, struct dmsc_node *n)
{
	const json_t *v = json_object_get(j, "value");
	int r = DMSC_E_OK;

	if (json_is_object(v))
		return hex_value(in, v, n);
	if (json_is_string(v))
		r = dmsc_node_set_value(in->t, n,
		    dmsc_rd_of(json_string_value(v),
		    json_string_length(v)));
	else if (v != NULL && !json_is_null(v))
		r = DMSC_E_FORMAT;
	return r == DMSC_E_OK ? r : bad(in, r, "value");
}

static int
properties(struct in *in, const json_t *j, struct dmsc_node *n)
{
	const char *type = text_of(j, "type"), *acl = text_of(j, "acl"),
	    *title = text_of(j, "title");
	int r = DMSC_E_OK;

	if (type == NULL || acl == NULL || title == NULL)
		return bad(in, DMSC_E_FORMAT, "a property is no text");
	if (json_object_get(j, "type") != NULL)
		r = dmsc_node_set_type(in->t, n, type);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_acl(in->t, n, acl);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_title(in->t, n, title);
	return r == DMSC_E_OK ? r : bad(in, r, "a property");
}

static int node(struct in *in, const json_t *j, struct dmsc_node *parent);

static int
content(struct in *in, const json_t *j, struct dmsc_node *n)
{
	const json_t *nodes = json_object_get(j, "nodes");
	size_t i;
	int r;

	if ((r = properties(in, j, n)) != DMSC_E_OK)
		return r;
	if (dmsc_node_is_leaf(n))
		return nodes != NULL ? bad(in, DMSC_E_FORMAT,
		    "a leaf has no nodes") : leaf(in, j, n);
	if (json_object_get(j, "value") != NULL)
		return bad(in, DMSC_E_FORMAT,
		    "an interior node has no value");
	if (nodes != NULL && !json_is_array(nodes))
		return bad(in, DMSC_E_FORMAT, "nodes");
	/* LIMIT ends this where it goes deeper than a tree. */
	for (i = 0; i < json_array_size(nodes) && r == DMSC_E_OK; i++)
		r = node(in, json_array_get(nodes, i), n);
	return r;
}

static int
node(struct in *in, const json_t *j, struct dmsc_node *parent)
{
	const char *name = text_of(j, "name"), *format = text_of(j, "format");
	enum dmsc_format f = DMSC_FMT_CHR;
	struct dmsc_node *n;
	int r;

	if (!json_is_object(j) || name == NULL || format == NULL)
		return bad(in, DMSC_E_FORMAT, "name and format are needed");
	in->name = name;
	if (*format == '\0')
		f = json_object_get(j, "nodes") != NULL ? DMSC_FMT_NODE :
		    DMSC_FMT_CHR;
	else if (dmsc_format_parse(format, &f) != DMSC_E_OK)
		return bad(in, DMSC_E_FORMAT, "unknown format");
	if (strcmp(name, ".") == 0 && f == DMSC_FMT_NODE &&
	    dmsc_node_parent(parent) == NULL)
		return content(in, j, parent);
	if ((r = dmsc_node_add(in->t, parent, name, f, &n)) != DMSC_E_OK)
		return bad(in, r == DMSC_E_EXISTS ? DMSC_E_FORMAT : r,
		    dmsc_e_text(r));
	return content(in, j, n);
}

int
dmsc_json_read_node(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_node *parent, struct dmsc_err *e)
{
	struct in in = { dmsc_tree_new(DMSC_DOC_MAX), e, "" };
	json_error_t err;
	json_t *j;
	int r = DMSC_E_NOMEM;

	if (in.t == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read JSON");
	j = json_loadb((const char *)text.p, text.left,
	    JSON_REJECT_DUPLICATES, &err);
	if (j == NULL) {
		r = dmsc_fail(e, DMSC_E_FORMAT, "not JSON: %s", err.text);
		(void)dmsc_err_where(e, "line %d", err.line);
	} else if ((r = node(&in, j, dmsc_tree_root(in.t))) == DMSC_E_OK &&
	    (r = dmsc_codec_merge(t, parent, in.t,
	    dmsc_tree_root(in.t))) != DMSC_E_OK)
		(void)dmsc_fail(e, r, "cannot take the nodes in");
	json_decref(j);
	dmsc_tree_free(&in.t);
	return r;
}
