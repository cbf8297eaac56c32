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
	return r == DMSC_E_OK ? r : bad(in, r == DMSC_E_USAGE ?
	    DMSC_E_FORMAT : r, "value");
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
	return r == DMSC_E_OK ? r : bad(in, r == DMSC_E_USAGE ?
	    DMSC_E_FORMAT : r, "value");
}

/* A member that nobody reads would be lost. */
static int
known(struct in *in, const json_t *j, const char *const *names)
{
	const char *key;
	json_t *m;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)j, key, m) {
		for (i = 0; names[i] != NULL && strcmp(names[i], key) != 0;)
			i++;
		if (names[i] != NULL)
			continue;
		(void)dmsc_fail(in->e, DMSC_E_FORMAT,
		    "not a node in JSON: a member '%s' is not known", key);
		return dmsc_err_where(in->e, "%s", in->name), DMSC_E_FORMAT;
	}
	return DMSC_E_OK;
}

static int
version_number(struct in *in, const json_t *j, struct dmsc_node *n)
{
	const json_t *v = json_object_get(j, "verno");
	json_int_t i = json_integer_value(v);

	if (v == NULL)
		return DMSC_E_OK;
	if (!json_is_integer(v) || i < 0 || i > UINT16_MAX)
		return DMSC_E_FORMAT;
	return dmsc_node_set_verno(in->t, n, (int)i);
}

static int
properties(struct in *in, const json_t *j, struct dmsc_node *n)
{
	static const char *const names[] = { "name", "format", "type", "acl",
	    "title", "tstamp", "verno", "value", "nodes", NULL };
	const char *type = text_of(j, "type"), *acl = text_of(j, "acl"),
	    *title = text_of(j, "title"), *tstamp = text_of(j, "tstamp");
	int r;

	if ((r = known(in, j, names)) != DMSC_E_OK)
		return r;
	if (type == NULL || acl == NULL || title == NULL || tstamp == NULL)
		return bad(in, DMSC_E_FORMAT, "a property is no text");
	if (json_object_get(j, "type") != NULL)
		r = dmsc_node_set_type(in->t, n, type);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_acl(in->t, n, acl);
	if (r == DMSC_E_OK)
		r = dmsc_node_set_title(in->t, n, title);
	if (r == DMSC_E_OK && *tstamp != '\0')
		r = dmsc_node_set_tstamp(in->t, n, tstamp);
	if (r == DMSC_E_OK)
		r = version_number(in, j, n);
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

/* NULL: e says why not. */
static json_t *
load(struct dmsc_rd text, struct dmsc_err *e)
{
	json_error_t err;
	json_t *j = json_loadb((const char *)text.p, text.left,
	    JSON_REJECT_DUPLICATES, &err);

	if (j == NULL) {
		(void)dmsc_fail(e, DMSC_E_FORMAT, "not JSON: %s", err.text);
		(void)dmsc_err_where(e, "line %d", err.line);
	}
	return j;
}

int
dmsc_json_read_node(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_node *parent, struct dmsc_err *e)
{
	struct in in = { dmsc_tree_new(DMSC_DOC_MAX), e, "" };
	json_t *j = NULL;
	int r = DMSC_E_FORMAT;

	if (in.t == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "cannot read JSON");
	if ((j = load(text, e)) != NULL &&
	    (r = node(&in, j, dmsc_tree_root(in.t))) == DMSC_E_OK &&
	    (r = dmsc_codec_merge(t, parent, in.t,
	    dmsc_tree_root(in.t))) != DMSC_E_OK)
		(void)dmsc_fail(e, r, "cannot take the nodes in");
	json_decref(j);
	dmsc_tree_free(&in.t);
	return r;
}

int
dmsc_json_read_cp(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	static const char *const names[] = { "kind", "version", "nodes",
	    NULL };
	struct in in = { t, e, "." };
	json_t *j = load(text, e);
	const char *version;
	size_t i;
	int r;

	if (j == NULL)
		return DMSC_E_FORMAT;
	if ((r = known(&in, j, names)) != DMSC_E_OK)
		goto done;
	version = text_of(j, "version");
	if (version == NULL || !json_is_array(json_object_get(j, "nodes"))) {
		r = bad(&in, DMSC_E_FORMAT, "version is text, nodes a list");
		goto done;
	}
	r = dmsc_node_set_title(t, dmsc_tree_root(t), version);
	for (i = 0; i < json_array_size(json_object_get(j, "nodes")) &&
	    r == DMSC_E_OK; i++)
		r = node(&in, json_array_get(json_object_get(j, "nodes"),
		    i), dmsc_tree_root(t));
done:
	json_decref(j);
	return r;
}

enum dmsc_form
dmsc_json_holds(struct dmsc_rd text)
{
	json_t *j = load(text, NULL);
	const char *kind = text_of(j, "kind");
	enum dmsc_form f = DMSC_FORM_LWM2M;

	if (kind != NULL && strcmp(kind, "cp") == 0)
		f = DMSC_FORM_CP;
	else if (json_is_string(json_object_get(j, "name")) ||
	    json_is_array(json_object_get(j, "nodes")))
		f = DMSC_FORM_TNDS;
	json_decref(j);
	return f;
}
