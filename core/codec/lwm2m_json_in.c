/* LwM2M documents from JSON (codec/lwm2m.h), over jansson. */
#include "codec/lwm2m_inner.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

enum { JSON_MAX = 1024 * 1024 };

struct in {
	struct dmsc_tree *t;
	struct dmsc_err *e;
	struct dmsc_buf *wire, *value;
	unsigned object;
};

static int
bad(const struct in *in, const struct dmsc_node *parent, const char *name,
    const char *what)
{
	struct dmsc_buf *b = dmsc_buf_new(DMSC_ERR_TEXT);

	(void)dmsc_fail(in->e, DMSC_E_DATA, "not LwM2M in JSON: %s", what);
	if (b != NULL && dmsc_node_uri(parent, b) == DMSC_E_OK)
		(void)dmsc_err_where(in->e, "%s%s%s", dmsc_buf_cstr(b),
		    b->len == 0 ? "" : "/", name);
	dmsc_buf_free(&b);
	return DMSC_E_DATA;
}

/* {"hex":...} or {"text":...}, alone. */
static bool
is_bytes(const json_t *j)
{
	return json_object_size(j) == 1 &&
	    (json_object_get(j, "hex") != NULL ||
	    json_object_get(j, "text") != NULL);
}

/* The bytes of the file for it into in->wire; NULL, or what is wrong. */
static const char *
bytes(struct in *in, const json_t *j)
{
	const json_t *hex = json_object_get(j, "hex"),
	    *text = json_object_get(j, "text");

	if (hex != NULL)
		return json_is_string(hex) && dmsc_hex_get(
		    json_string_value(hex), in->wire) == DMSC_E_OK ? NULL :
		    "hex digits are needed";
	return json_is_string(text) && dmsc_buf_put(in->wire,
	    dmsc_rd_of(json_string_value(text), json_string_length(text))) ==
	    DMSC_E_OK ? NULL : "text is needed";
}

static const char *
integer(struct in *in, const json_t *j, const struct dmsc_lwm2m_res *res)
{
	json_int_t n = json_integer_value(j);
	int r;

	if (!json_is_integer(j))
		return "a whole number is needed";
	if ((res->kind == DMSC_LWM2M_UINT && n < 0) ||
	    (res->max != 0 && (n < 0 || n > res->max)))
		return "out of range";
	r = dmsc_buf_fmt(in->value, "%" PRId64, (int64_t)n);
	return r == DMSC_E_OK ? NULL : dmsc_e_text(r);
}

static const char *
number(struct in *in, const json_t *j)
{
	struct dmsc_buf *b = in->value;
	char *text;
	int r;

	if (!json_is_number(j))
		return "a number is needed";
	if ((text = json_dumps(j, JSON_ENCODE_ANY)) == NULL)
		return dmsc_e_text(DMSC_E_NOMEM);
	r = dmsc_buf_str(b, text);
	free(text);
	return r == DMSC_E_OK ? NULL : dmsc_e_text(r);
}

static const char *
string(struct in *in, const json_t *j)
{
	int r;

	if (!json_is_string(j))
		return "a text is needed";
	r = dmsc_buf_put(in->value, dmsc_rd_of(json_string_value(j),
	    json_string_length(j)));
	return r == DMSC_E_OK ? NULL : dmsc_e_text(r);
}

/* The value by its type into in->value. */
static const char *
typed(struct in *in, const json_t *j, const struct dmsc_lwm2m_res *res)
{
	switch (res == NULL ? DMSC_LWM2M_UNKNOWN : res->kind) {
	case DMSC_LWM2M_STRING:
	case DMSC_LWM2M_OBJLNK:
		return string(in, j);
	case DMSC_LWM2M_INT:
	case DMSC_LWM2M_UINT:
	case DMSC_LWM2M_TIME:
		return integer(in, j, res);
	case DMSC_LWM2M_FLOAT:
		return number(in, j);
	case DMSC_LWM2M_BOOL:
		if (!json_is_boolean(j))
			return "true or false is needed";
		return dmsc_buf_str(in->value, json_is_true(j) ? "true" :
		    "false") == DMSC_E_OK ? NULL :
		    dmsc_e_text(DMSC_E_NOMEM);
	case DMSC_LWM2M_EXEC:
		return "it is executed and has no value";
	default:
		return "{\"hex\": ...} or {\"text\": ...} is needed";
	}
}

static int
add(struct in *in, struct dmsc_node *parent, const char *key,
    const char *name, enum dmsc_format f, struct dmsc_node **out)
{
	int r = dmsc_node_add(in->t, parent, name, f, out);

	if (r == DMSC_E_EXISTS)
		return bad(in, parent, key, "it stands twice");
	return r == DMSC_E_OK ? r : dmsc_fail(in->e, r, "cannot read JSON");
}

static int
leaf(struct in *in, struct dmsc_node *parent, const char *name,
    const struct dmsc_lwm2m_res *res, const json_t *j)
{
	enum dmsc_lwm2m_kind kind = res == NULL ? DMSC_LWM2M_UNKNOWN :
	    res->kind;
	enum dmsc_format f = DMSC_FMT_BIN;
	struct dmsc_node *n;
	const char *wrong;
	int r = DMSC_E_OK;

	dmsc_buf_reset(in->wire);
	dmsc_buf_reset(in->value);
	if (is_bytes(j))
		wrong = bytes(in, j);
	else if ((wrong = typed(in, j, res)) == NULL &&
	    dmsc_lwm2m_put(kind, DMSC_FMT_CHR, dmsc_buf_rd(in->value),
	    in->wire) != DMSC_E_OK)
		wrong = "it does not fit its type";
	if (wrong != NULL)
		return bad(in, parent, name, wrong);
	dmsc_buf_reset(in->value);
	r = dmsc_lwm2m_get(kind, dmsc_buf_rd(in->wire), &f, in->value);
	if (r != DMSC_E_OK)
		return dmsc_fail(in->e, r, "cannot read JSON");
	if ((r = add(in, parent, name, name, f, &n)) != DMSC_E_OK)
		return r;
	r = dmsc_node_set_value(in->t, n, dmsc_buf_rd(in->value));
	return r == DMSC_E_OK ? r : dmsc_fail(in->e, r, "cannot read JSON");
}

static int
multiple(struct in *in, struct dmsc_node *parent, const char *name,
    const struct dmsc_lwm2m_res *res, json_t *j)
{
	struct dmsc_node *n;
	const char *key;
	unsigned id, nth;
	json_t *v;
	int r;

	if (res != NULL && !res->multiple)
		return bad(in, parent, name, "one value is needed");
	if ((r = add(in, parent, name, name, DMSC_FMT_NODE, &n)) !=
	    DMSC_E_OK)
		return r;
	json_object_foreach(j, key, v) {
		if (!dmsc_lwm2m_id(key, &id, &nth))
			return bad(in, n, key, "no number of 0 to 65535");
		if ((r = leaf(in, n, key, res, v)) != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

static int
instance(struct in *in, struct dmsc_node *n, json_t *j)
{
	const struct dmsc_lwm2m_res *res;
	char name[LWM2M_NAME];
	const char *key;
	unsigned id, nth;
	json_t *v;
	int r;

	json_object_foreach(j, key, v) {
		if (!dmsc_lwm2m_resource_id(in->object, dmsc_rd_str(key),
		    &id, &nth))
			return bad(in, n, key, "no resource of this name or "
			    "number");
		dmsc_lwm2m_name(id, nth, name);
		res = dmsc_lwm2m_resource(in->object, id);
		if (json_is_object(v) && !is_bytes(v))
			r = multiple(in, n, name, res, v);
		else if (res != NULL && res->multiple)
			return bad(in, n, key, "instances such as {\"0\": "
			    "...} are needed");
		else
			r = leaf(in, n, name, res, v);
		if (r != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

static int
set_version(struct in *in, struct dmsc_node *n, const json_t *j)
{
	const char *text = json_string_value(j);
	unsigned major, minor;
	char again[LWM2M_NAME];

	if (text == NULL)
		return bad(in, n, "version", "a text is needed");
	/* Written back it must be the same: no blanks, no zeros before. */
	if (sscanf(text, "%3u.%3u", &major, &minor) == 2 && major > 0 &&
	    major <= UINT8_MAX && minor <= UINT8_MAX) {
		(void)snprintf(again, sizeof again, "%u.%u", major, minor);
		if (strcmp(again, text) == 0 && dmsc_node_set_title(in->t, n,
		    text) == DMSC_E_OK)
			return DMSC_E_OK;
	}
	return bad(in, n, "version", "1.0 to 255.255 is needed");
}

static int
object(struct in *in, struct dmsc_node *n, json_t *j)
{
	struct dmsc_node *i;
	const char *key;
	unsigned id, nth;
	json_t *v;
	int r = DMSC_E_OK;

	json_object_foreach(j, key, v) {
		if (strcmp(key, "version") == 0)
			r = set_version(in, n, v);
		else if (!dmsc_lwm2m_id(key, &id, &nth))
			return bad(in, n, key, "no number of 0 to 65535");
		else if (!json_is_object(v))
			return bad(in, n, key, "an object is needed");
		else if ((r = add(in, n, key, key, DMSC_FMT_NODE, &i)) ==
		    DMSC_E_OK)
			r = instance(in, i, v);
		if (r != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

static int
document(struct in *in, json_t *j)
{
	struct dmsc_node *root = dmsc_tree_root(in->t), *n;
	char name[LWM2M_NAME];
	const char *key;
	unsigned nth;
	json_t *v;
	int r;

	if (!json_is_object(j))
		return bad(in, root, "", "an object is needed");
	json_object_foreach(j, key, v) {
		if (!dmsc_lwm2m_object_id(dmsc_rd_str(key), &in->object,
		    &nth))
			return bad(in, root, key, "no object of this name or "
			    "number");
		if (!json_is_object(v))
			return bad(in, root, key, "an object is needed");
		dmsc_lwm2m_name(in->object, nth, name);
		if ((r = add(in, root, key, name, DMSC_FMT_NODE, &n)) !=
		    DMSC_E_OK || (r = object(in, n, v)) != DMSC_E_OK)
			return r;
	}
	return DMSC_E_OK;
}

int
dmsc_lwm2m_read_json(struct dmsc_rd text, struct dmsc_tree *t,
    struct dmsc_err *e)
{
	struct in in = { t, e, dmsc_buf_new(DMSC_LWM2M_MAX),
	    dmsc_buf_new(DMSC_LWM2M_MAX), 0 };
	json_error_t err;
	json_t *j = NULL;
	int r = DMSC_E_NOMEM;

	if (in.wire == NULL || in.value == NULL)
		(void)dmsc_fail(e, r, "cannot read JSON");
	else if (text.left > JSON_MAX)
		r = dmsc_fail(e, DMSC_E_LIMIT, "too much JSON for a LwM2M "
		    "document");
	else if ((j = json_loadb((const char *)text.p, text.left,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &err)) == NULL) {
		r = dmsc_fail(e, DMSC_E_FORMAT, "not JSON: %s", err.text);
		(void)dmsc_err_where(e, "line %d", err.line);
	} else
		r = document(&in, j);
	json_decref(j);
	dmsc_buf_free(&in.wire);
	dmsc_buf_free(&in.value);
	return r;
}
