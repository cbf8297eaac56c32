/* LwM2M documents as JSON for people (codec/lwm2m.h), over jansson. */
#include "codec/lwm2m_inner.h"

#include <jansson.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

struct out {
	struct dmsc_buf *wire, *value;
	unsigned object;
	int code;		/* why there is no JSON */
};

/* {"text":...} where it can be read, else {"hex":...}. */
static json_t *
bytes_json(struct out *o, struct dmsc_rd v)
{
	json_t *j = json_object(), *text;

	if (v.left > 0 && dmsc_is_text(v))
		text = json_stringn((const char *)v.p, v.left);
	else {
		dmsc_buf_reset(o->value);
		if (dmsc_hex_put(o->value, v) != DMSC_E_OK) {
			json_decref(j);
			return NULL;
		}
		text = o->value->len == 0 ? json_string("") :
		    json_stringn((const char *)o->value->p, o->value->len);
	}
	if (json_object_set_new(j, v.left > 0 && dmsc_is_text(v) ? "text" :
	    "hex", text) == 0)
		return j;
	json_decref(j);
	return NULL;
}

static json_t *
typed_json(struct out *o, enum dmsc_format f)
{
	struct dmsc_rd v = dmsc_buf_rd(o->value);
	int64_t n;
	double d;
	json_t *j;

	if (f == DMSC_FMT_CHR)
		return v.left == 0 ? json_string("") :
		    json_stringn((const char *)v.p, v.left);
	if (f == DMSC_FMT_BOOL)
		return json_boolean(dmsc_rd_eq_str(v, "true"));
	if (f == DMSC_FMT_INT && dmsc_num_signed(dmsc_buf_cstr(o->value),
	    INT64_MIN, INT64_MAX, &n) == DMSC_E_OK)
		return json_integer((json_int_t)n);
	if (f == DMSC_FMT_FLOAT) {
		j = json_loadb((const char *)v.p, v.left, JSON_DECODE_ANY |
		    JSON_DECODE_INT_AS_REAL, NULL);
		d = json_real_value(j);
		json_decref(j);
		return json_real(d);
	}
	return bytes_json(o, dmsc_buf_rd(o->wire));
}

/* The value as the file would have it, and that by its type. */
static json_t *
leaf_json(struct out *o, const struct dmsc_node *n, unsigned resource)
{
	enum dmsc_lwm2m_kind kind = dmsc_lwm2m_kind_of(o->object, resource);
	enum dmsc_format f = DMSC_FMT_BIN;

	dmsc_buf_reset(o->wire);
	dmsc_buf_reset(o->value);
	o->code = dmsc_lwm2m_put(kind, dmsc_node_format(n),
	    dmsc_node_value(n), o->wire);
	if (o->code == DMSC_E_OK)
		o->code = dmsc_lwm2m_get(kind, dmsc_buf_rd(o->wire), &f,
		    o->value);
	return o->code != DMSC_E_OK ? NULL : typed_json(o, f);
}

/* "~2" of a name that stands twice goes behind the table's name. */
static int
set(json_t *j, const char *name, const char *known, json_t *member)
{
	const char *nth = strchr(name, '~');
	struct dmsc_buf *b;
	int r = -1;

	if (known == NULL)
		return json_object_set_new(j, name, member);
	if ((b = dmsc_buf_new(DMSC_TREE_NAME_MAX)) != NULL &&
	    dmsc_buf_fmt(b, "%s%s", known, nth == NULL ? "" : nth) ==
	    DMSC_E_OK && dmsc_buf_cstr(b) != NULL)
		r = json_object_set(j, dmsc_buf_cstr(b), member);
	json_decref(member);
	dmsc_buf_free(&b);
	return r;
}

static json_t *
node_json(struct out *o, const struct dmsc_node *n, int level,
    unsigned resource)
{
	const struct dmsc_lwm2m_res *res;
	json_t *j = json_object();
	const struct dmsc_node *c;
	const char *known;
	unsigned id, nth;
	int r = 0;

	if (level == 1 && *dmsc_node_title(n) != '\0')
		r = json_object_set_new(j, "version",
		    json_string(dmsc_node_title(n)));
	for (c = dmsc_node_first(n); c != NULL && r == 0;
	    c = dmsc_node_next(c)) {
		if (!dmsc_lwm2m_id(dmsc_node_name(c), &id, &nth) ||
		    dmsc_node_is_leaf(c) != (level > 2 ||
		    (level == 2 && dmsc_node_is_leaf(c)))) {
			o->code = DMSC_E_DATA;
			r = -1;
			break;
		}
		res = level == 2 ? dmsc_lwm2m_resource(o->object, id) : NULL;
		known = level == 0 ? dmsc_lwm2m_object_name(id) :
		    res == NULL ? NULL : res->path_name;
		if (level == 0)
			o->object = id;
		r = set(j, dmsc_node_name(c), known, dmsc_node_is_leaf(c) ?
		    leaf_json(o, c, level == 2 ? id : resource) :
		    node_json(o, c, level + 1, id));
	}
	if (r == 0)
		return j;
	json_decref(j);
	return NULL;
}

/* jansson goes on where an indentation is refused: what failed first is
 * kept. */
struct drained {
	struct dmsc_buf *b;
	int code;
};

static int
drain(const char *text, size_t n, void *arg)
{
	struct drained *d = arg;

	if (d->code == DMSC_E_OK)
		d->code = dmsc_buf_put(d->b, dmsc_rd_of(text, n));
	return d->code == DMSC_E_OK ? 0 : -1;
}

int
dmsc_lwm2m_write_json(const struct dmsc_tree *t, struct dmsc_buf *out)
{
	struct out o = { dmsc_buf_new(DMSC_LWM2M_MAX),
	    dmsc_buf_new(2 * DMSC_LWM2M_MAX), 0, DMSC_E_OK };
	struct drained d = { out, DMSC_E_OK };
	json_t *j = NULL;
	size_t at = out->len;
	int r = DMSC_E_NOMEM;

	if (o.wire != NULL && o.value != NULL) {
		j = node_json(&o, dmsc_tree_root(t), 0, 0);
		r = o.code != DMSC_E_OK ? o.code : DMSC_E_NOMEM;
	}
	if (j != NULL) {
		r = json_dump_callback(j, drain, &d, JSON_INDENT(2));
		r = d.code != DMSC_E_OK ? d.code : r != 0 ? DMSC_E_NOMEM :
		    dmsc_buf_u8(out, '\n');
	}
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, at);
	json_decref(j);
	dmsc_buf_free(&o.wire);
	dmsc_buf_free(&o.value);
	return r;
}
