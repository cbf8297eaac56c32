/* Views and nodes as JSON text, over jansson (dmsc/json.h). */
#include <dmsc/json.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "codec/inner.h"

/* A JSON string; bytes that are no UTF-8 become U+FFFD. */
static json_t *
text_json(struct dmsc_rd r)
{
	struct dmsc_buf *b;
	json_t *j = NULL;
	size_t i;
	int code = DMSC_E_OK;

	if (r.left == 0)
		return json_string("");
	if (dmsc_is_utf8(r))
		return json_stringn((const char *)r.p, r.left);
	if ((b = dmsc_buf_new(SIZE_MAX)) == NULL)
		return NULL;
	for (i = 0; i < r.left && code == DMSC_E_OK; i++)
		code = r.p[i] < 0x80 ? dmsc_buf_u8(b, r.p[i]) :
		    dmsc_buf_str(b, "\xEF\xBF\xBD");
	if (code == DMSC_E_OK)
		j = json_stringn((const char *)b->p, b->len);
	dmsc_buf_free(&b);
	return j;
}

static json_t *
str_json(const char *s)
{
	return s == NULL ? json_null() : text_json(dmsc_rd_str(s));
}

/* {"hex": ...} */
static json_t *
hex_json(struct dmsc_rd r)
{
	struct dmsc_buf *b = dmsc_buf_new(SIZE_MAX);
	json_t *j = json_object();

	if (b == NULL || j == NULL || dmsc_hex_put(b, r) != DMSC_E_OK ||
	    json_object_set_new(j, "hex",
	    text_json(dmsc_buf_rd(b))) != 0) {
		json_decref(j);
		j = NULL;
	}
	dmsc_buf_free(&b);
	return j;
}

static json_t *view_json(const struct dmsc_view *v, const void *obj);

static json_t *
array_json(const struct dmsc_field *f, const void *obj)
{
	json_t *a = json_array(), *item;
	const char *at;
	size_t n, i;

	memcpy(&at, (const char *)obj + f->off, sizeof at);
	memcpy(&n, (const char *)obj + f->count_off, sizeof n);
	for (i = 0; i < n && a != NULL; i++) {
		if (f->kind == DMSC_K_LIST)
			item = view_json(f->sub, at + i * f->sub->size);
		else {
			const char *s;

			memcpy(&s, at + i * sizeof s, sizeof s);
			item = str_json(s);
		}
		if (json_array_append_new(a, item) != 0) {
			json_decref(a);
			a = NULL;
		}
	}
	return a;
}

static json_t *
pointed_json(const struct dmsc_field *f, const void *p)
{
	if (f->kind == DMSC_K_STR)
		return str_json(p);
	if (p == NULL)
		return json_null();
	return f->kind == DMSC_K_BYTES ? hex_json(dmsc_buf_rd(p)) :
	    view_json(f->sub, p);
}

static json_t *
number_json(const struct dmsc_field *f, const void *at)
{
	unsigned u;
	size_t z;
	int i;

	if (f->kind == DMSC_K_SIZE) {
		memcpy(&z, at, sizeof z);
		return json_integer((json_int_t)z);
	}
	if (f->kind == DMSC_K_UINT) {
		memcpy(&u, at, sizeof u);
		return json_integer((json_int_t)u);
	}
	memcpy(&i, at, sizeof i);
	if (f->kind == DMSC_K_TRI)
		return i < 0 ? json_null() : json_boolean(i != 0);
	if (f->kind == DMSC_K_COUNT && i < 0)
		return json_null();
	return json_integer(i);
}

static json_t *
field_json(const struct dmsc_field *f, const void *obj)
{
	const void *at = (const char *)obj + f->off, *p;

	switch (f->kind) {
	case DMSC_K_BOOL:
		return json_boolean(*(const bool *)at);
	case DMSC_K_STRS:
	case DMSC_K_LIST:
		return array_json(f, obj);
	case DMSC_K_STR:
	case DMSC_K_BYTES:
	case DMSC_K_SUB:
		memcpy(&p, at, sizeof p);
		return pointed_json(f, p);
	default:
		return number_json(f, at);
	}
}

static json_t *
view_json(const struct dmsc_view *v, const void *obj)
{
	const struct dmsc_field *f;
	json_t *j;

	if (obj == NULL)
		return json_null();
	j = json_object();
	for (f = v->fields; f->name != NULL && j != NULL; f++)
		if (json_object_set_new(j, f->name,
		    field_json(f, obj)) != 0) {
			json_decref(j);
			j = NULL;
		}
	return j;
}

struct drain {
	struct dmsc_buf *out;
	int code;
};

static int
drain(const char *text, size_t n, void *arg)
{
	struct drain *d = arg;

	d->code = dmsc_buf_put(d->out, dmsc_rd_of(text, n));
	return d->code == DMSC_E_OK ? 0 : -1;
}

/* Writes and drops j; NULL j is an allocation that failed. */
static int
put_json(json_t *j, size_t flags, struct dmsc_buf *out)
{
	struct drain d = { out, DMSC_E_OK };
	size_t at = out->len;
	int r;

	if (j == NULL)
		return DMSC_E_NOMEM;
	r = json_dump_callback(j, drain, &d, flags | JSON_ENCODE_ANY);
	json_decref(j);
	if (r == 0)
		return DMSC_E_OK;
	dmsc_buf_truncate(out, at);
	return d.code != DMSC_E_OK ? d.code : DMSC_E_NOMEM;
}

int
dmsc_json_view(const struct dmsc_view *v, const void *obj,
    struct dmsc_buf *out)
{
	return put_json(view_json(v, obj), JSON_COMPACT, out);
}

int
dmsc_json_string(const char *s, struct dmsc_buf *out)
{
	return put_json(str_json(s), JSON_COMPACT, out);
}

static json_t *
value_json(const struct dmsc_node *n)
{
	struct dmsc_rd v = dmsc_node_value(n);

	if (dmsc_node_format(n) == DMSC_FMT_NULL)
		return json_null();
	if (dmsc_node_format(n) == DMSC_FMT_BIN || !dmsc_is_text(v))
		return hex_json(v);
	return text_json(v);
}

static json_t *node_json(const struct dmsc_node *n, int depth);

static json_t *
children_json(const struct dmsc_node *n, int depth)
{
	json_t *a = json_array();
	const struct dmsc_node *c;

	for (c = dmsc_node_first(n); c != NULL && a != NULL;
	    c = dmsc_node_next(c))
		if (json_array_append_new(a, node_json(c, depth)) != 0) {
			json_decref(a);
			a = NULL;
		}
	return a;
}

/* 0 where done; text "" is left out. */
static int
set_unless_empty(json_t *j, const char *name, const char *text)
{
	return *text == '\0' ? 0 :
	    json_object_set_new(j, name, str_json(text));
}

/* A tree is no deeper than DMSC_TREE_DEPTH_MAX, so this is bounded. */
static json_t *
node_json(const struct dmsc_node *n, int depth)
{
	json_t *j = json_object();
	int r = 0;

	if (j == NULL ||
	    json_object_set_new(j, "name", str_json(dmsc_node_name(n))) ||
	    json_object_set_new(j, "format", json_string(
	    dmsc_format_name(dmsc_node_format(n)))) ||
	    json_object_set_new(j, "type", str_json(dmsc_node_type(n))) ||
	    set_unless_empty(j, "acl", dmsc_node_acl(n)) ||
	    set_unless_empty(j, "title", dmsc_node_title(n)) ||
	    set_unless_empty(j, "tstamp", dmsc_node_tstamp(n)) ||
	    (dmsc_node_verno(n) >= 0 && json_object_set_new(j, "verno",
	    json_integer(dmsc_node_verno(n)))))
		goto fail;
	if (dmsc_node_is_leaf(n))
		r = json_object_set_new(j, "value", value_json(n));
	else if (depth != 0)
		r = json_object_set_new(j, "nodes",
		    children_json(n, depth - 1));
	if (r == 0)
		return j;
fail:
	json_decref(j);
	return NULL;
}

int
dmsc_json_node(const struct dmsc_node *n, int depth, struct dmsc_buf *out)
{
	return put_json(node_json(n, depth), JSON_COMPACT, out);
}

/* A characteristic or a parm: what goes without saying is left out. */
static json_t *
cp_node_json(const struct dmsc_node *n)
{
	json_t *j = json_object(), *nodes = NULL;
	const struct dmsc_node *c;
	int r;

	if (dmsc_node_parent(n) == NULL)
		r = json_object_set_new(j, "kind", json_string("cp")) ||
		    set_unless_empty(j, "version", dmsc_node_title(n));
	else
		r = json_object_set_new(j, "name",
		    str_json(dmsc_node_name(n)));
	if (dmsc_node_is_leaf(n))
		r |= json_object_set_new(j, "value",
		    text_json(dmsc_node_value(n)));
	else
		r |= json_object_set_new(j, "nodes", nodes = json_array());
	for (c = dmsc_node_first(n); c != NULL && r == 0;
	    c = dmsc_node_next(c))
		r = json_array_append_new(nodes, cp_node_json(c));
	if (r == 0)
		return j;
	json_decref(j);
	return NULL;
}

int
dmsc_json_write(const struct dmsc_tree *t, bool cp, struct dmsc_buf *out)
{
	const struct dmsc_node *root = dmsc_tree_root(t);
	size_t at = out->len;
	int r = put_json(cp ? cp_node_json(root) : node_json(root, -1),
	    JSON_INDENT(2), out);

	if (r == DMSC_E_OK)
		r = dmsc_buf_u8(out, '\n');
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	return r;
}
