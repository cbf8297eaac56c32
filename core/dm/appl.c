/* The objects of the DM-SC application (dm/appl.h): one table of fields for
 * each, written and read by the same two functions. */
#include "dm/appl.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum kind { K_U8, K_U16, K_U32, K_MASKS, K_BYTES, K_FLAG, K_NONCE, K_PATHS };
enum { N_MASKS = 3, PATH_MAX_LEN = 16, OBJECT_MAX = 1 << 24 };

/* A field: where it lies in its struct; max: bytes of what may be long. */
struct field {
	uint8_t tag;
	enum kind kind;
	size_t at, max;
	bool needed;
};
struct object {
	const struct field *fields;
	size_t n;
};

#define FIELD(s, tag, kind, member, max, needed) \
	{ tag, kind, offsetof(struct s, member), max, needed }
#define OBJECT(fields) { fields, DMSC_COUNT(fields) }

const uint8_t dmsc_appl_aid[DMSC_APPL_AID_LEN] = { 0xF0, 0x44, 0x4D, 0x2D,
	0x53, 0x43, 0x01 };

static const struct field hello_fields[] = {
	FIELD(dmsc_appl_hello, 0x80, K_U16, version, 0, true),
	FIELD(dmsc_appl_hello, 0x81, K_U8, methods, 0, true),
	FIELD(dmsc_appl_hello, 0x82, K_MASKS, to_read, 0, true),
	FIELD(dmsc_appl_hello, 0x83, K_U32, max_msg, 0, true),
	FIELD(dmsc_appl_hello, 0x84, K_U32, max_obj, 0, true),
};
static const struct field caps_fields[] = {
	FIELD(dmsc_appl_caps, 0x80, K_U16, version, 0, true),
	FIELD(dmsc_appl_caps, 0x81, K_U8, methods, 0, true),
	FIELD(dmsc_appl_caps, 0x82, K_U32, max_msg, 0, true),
	FIELD(dmsc_appl_caps, 0x83, K_U32, max_obj, 0, true),
	FIELD(dmsc_appl_caps, 0x84, K_BYTES, name, 64, false),
	FIELD(dmsc_appl_caps, 0x85, K_FLAG, obeys, 0, false),
};
/* The first one alone before authentication. */
static const struct field state_fields[] = {
	FIELD(dmsc_appl_state, 0x80, K_NONCE, nonce, 0, true),
	FIELD(dmsc_appl_state, 0x81, K_U32, counter, 0, true),
	FIELD(dmsc_appl_state, 0x82, K_U32, free_bytes, 0, true),
	FIELD(dmsc_appl_state, 0x83, K_U32, total, 0, true),
	FIELD(dmsc_appl_state, 0x84, K_BYTES, server, DMSC_APPL_SERVER_MAX,
	    true),
	FIELD(dmsc_appl_state, 0x85, K_FLAG, waits, 0, false),
	FIELD(dmsc_appl_state, 0x86, K_BYTES, half_uri, OBJECT_MAX, false),
	FIELD(dmsc_appl_state, 0x87, K_U32, half_size, 0, false),
	FIELD(dmsc_appl_state, 0x88, K_U32, half_have, 0, false),
	FIELD(dmsc_appl_state, 0x89, K_BYTES, half_sha, 32, false),
};
static const struct field message_fields[] = {
	FIELD(dmsc_appl_message, 0x80, K_BYTES, bytes, OBJECT_MAX, true),
	FIELD(dmsc_appl_message, 0x81, K_FLAG, xml, 0, false),
	FIELD(dmsc_appl_message, 0x82, K_BYTES, mac, 1024, false),
	FIELD(dmsc_appl_message, 0x83, K_BYTES, signature,
	    DMSC_APPL_SIGNED_MAX, false),
	FIELD(dmsc_appl_message, 0x84, K_FLAG, relayed, 0, false),
};
static const struct field room_fields[] = {
	FIELD(dmsc_appl_room, 0x80, K_U8, use, 0, true),
	FIELD(dmsc_appl_room, 0x81, K_U32, size, 0, true),
	FIELD(dmsc_appl_room, 0x82, K_BYTES, auth_id, 8, false),
	FIELD(dmsc_appl_room, 0x83, K_BYTES, label, 255, false),
	FIELD(dmsc_appl_room, 0x84, K_BYTES, oid, 64, false),
	FIELD(dmsc_appl_room, 0x85, K_FLAG, pair, 0, false),
	FIELD(dmsc_appl_room, 0x86, K_BYTES, path, PATH_MAX_LEN, false),
};
static const struct field files_fields[] = {
	FIELD(dmsc_appl_files, 0x80, K_BYTES, path, PATH_MAX_LEN, true),
	FIELD(dmsc_appl_files, 0x81, K_BYTES, second, PATH_MAX_LEN, false),
	FIELD(dmsc_appl_files, 0x82, K_U32, size, 0, true),
	FIELD(dmsc_appl_files, 0x83, K_U32, counter, 0, true),
};
static const struct field notice_fields[] = {
	FIELD(dmsc_appl_notice, 0x80, K_U8, why, 0, true),
	FIELD(dmsc_appl_notice, 0x81, K_U32, counter, 0, true),
	FIELD(dmsc_appl_notice, 0x82, K_PATHS, paths, PATH_MAX_LEN, false),
	FIELD(dmsc_appl_notice, 0x83, K_BYTES, package0, 512, false),
};
static const struct object hello_object = OBJECT(hello_fields),
    caps_object = OBJECT(caps_fields), state_object = OBJECT(state_fields),
    state_before = { state_fields, 1 },
    message_object = OBJECT(message_fields),
    room_object = OBJECT(room_fields), files_object = OBJECT(files_fields),
    notice_object = OBJECT(notice_fields);

static int
put_number(struct dmsc_buf *out, unsigned tag, uint32_t v, unsigned n)
{
	uint8_t b[4];

	dmsc_u32_code(b, v);
	return dmsc_tlv_put(out, tag, dmsc_rd_of(b + sizeof b - n, n));
}

static int
put_masks(struct dmsc_buf *out, unsigned tag, const unsigned *m)
{
	const uint8_t b[N_MASKS] = { (uint8_t)m[0], (uint8_t)m[1],
	    (uint8_t)m[2] };

	return dmsc_tlv_put(out, tag, dmsc_rd_of(b, sizeof b));
}

static int
put_paths(struct dmsc_buf *out, unsigned tag, const struct dmsc_rd *paths)
{
	size_t i;
	int r;

	for (i = 0; i < DMSC_APPL_NOTICE_PATHS && paths[i].left > 0; i++)
		if ((r = dmsc_tlv_put(out, tag, paths[i])) != DMSC_E_OK)
			return r;
	return DMSC_E_OK;
}

static int
put_bytes(struct dmsc_buf *out, const struct field *f,
    const struct dmsc_rd *v)
{
	if (v->left > f->max)
		return DMSC_E_LIMIT;
	return v->left == 0 && !f->needed ? DMSC_E_OK :
	    dmsc_tlv_put(out, f->tag, *v);
}

static int
put_field(struct dmsc_buf *out, const struct field *f, const void *s)
{
	const void *at = (const uint8_t *)s + f->at;

	switch (f->kind) {
	case K_U8:
		return put_number(out, f->tag, *(const unsigned *)at, 1);
	case K_U16:
		return put_number(out, f->tag, *(const unsigned *)at, 2);
	case K_U32:
		return !f->needed && *(const uint32_t *)at == 0 ? DMSC_E_OK :
		    put_number(out, f->tag, *(const uint32_t *)at, 4);
	case K_MASKS:
		return put_masks(out, f->tag, at);
	case K_FLAG:
		return !*(const bool *)at ? DMSC_E_OK :
		    dmsc_tlv_put(out, f->tag, dmsc_rd_of(NULL, 0));
	case K_NONCE:
		return dmsc_tlv_put(out, f->tag, dmsc_rd_of(at,
		    DMSC_APPL_NONCE));
	case K_PATHS:
		return put_paths(out, f->tag, at);
	case K_BYTES:
		break;
	}
	return put_bytes(out, f, at);
}

static int
put(struct dmsc_buf *out, unsigned tag, const struct object *o,
    const void *s)
{
	size_t at, i, start = out->len;
	int r = dmsc_tlv_begin(out, tag, &at);

	for (i = 0; r == DMSC_E_OK && i < o->n; i++)
		r = put_field(out, &o->fields[i], s);
	if (r == DMSC_E_OK)
		r = dmsc_tlv_end(out, at);
	if (r != DMSC_E_OK)
		dmsc_buf_truncate(out, start);
	return r;
}

/* A number of n bytes, no more, no fewer. */
static int
get_number(struct dmsc_rd v, size_t n, uint32_t *out)
{
	uint8_t b;

	if (v.left != n)
		return DMSC_E_FORMAT;
	*out = 0;
	while (dmsc_rd_u8(&v, &b) == DMSC_E_OK)
		*out = *out << 8 | b;
	return DMSC_E_OK;
}

static int
get_unsigned(struct dmsc_rd v, size_t n, unsigned *out)
{
	uint32_t u = 0;
	int r = get_number(v, n, &u);

	*out = u;
	return r;
}

static int
get_masks(struct dmsc_rd v, unsigned *out)
{
	size_t i;

	if (v.left != N_MASKS)
		return DMSC_E_FORMAT;
	for (i = 0; i < N_MASKS; i++)
		out[i] = v.p[i];
	return DMSC_E_OK;
}

static int
get_path(struct dmsc_rd v, const struct field *f, struct dmsc_rd *paths)
{
	size_t i = 0;

	while (i < DMSC_APPL_NOTICE_PATHS && paths[i].left > 0)
		i++;
	if (i == DMSC_APPL_NOTICE_PATHS || v.left == 0 || v.left > f->max)
		return DMSC_E_FORMAT;
	paths[i] = v;
	return DMSC_E_OK;
}

static int
get_field(const struct field *f, struct dmsc_rd v, void *s)
{
	void *at = (uint8_t *)s + f->at;

	switch (f->kind) {
	case K_U8:
		return get_unsigned(v, 1, at);
	case K_U16:
		return get_unsigned(v, 2, at);
	case K_U32:
		return get_number(v, 4, at);
	case K_MASKS:
		return get_masks(v, at);
	case K_FLAG:
		*(bool *)at = true;
		return v.left == 0 ? DMSC_E_OK : DMSC_E_FORMAT;
	case K_NONCE:
		if (v.left != DMSC_APPL_NONCE)
			return DMSC_E_FORMAT;
		memcpy(at, v.p, v.left);
		return DMSC_E_OK;
	case K_PATHS:
		return get_path(v, f, at);
	case K_BYTES:
		break;
	}
	*(struct dmsc_rd *)at = v;
	return v.left <= f->max ? DMSC_E_OK : DMSC_E_FORMAT;
}

/* The fields in r; each one's bit is set in *seen. */
static int
get(struct dmsc_rd r, const struct object *o, void *s, unsigned *seen)
{
	struct dmsc_rd v;
	uint32_t tag;
	size_t i;
	int e;

	*seen = 0;
	while (r.left > 0) {
		if ((e = dmsc_tlv_next(&r, &tag, &v)) != DMSC_E_OK)
			return e;
		for (i = 0; i < o->n && o->fields[i].tag != tag; i++)
			continue;
		if (i == o->n)
			continue;
		if ((*seen & 1u << i) != 0 && o->fields[i].kind != K_PATHS)
			return DMSC_E_FORMAT;
		*seen |= 1u << i;
		if ((e = get_field(&o->fields[i], v, s)) != DMSC_E_OK)
			return e;
	}
	return DMSC_E_OK;
}

static int
has_needed(const struct object *o, unsigned seen)
{
	size_t i;

	for (i = 0; i < o->n; i++)
		if (o->fields[i].needed && (seen & 1u << i) == 0)
			return DMSC_E_FORMAT;
	return DMSC_E_OK;
}

/* One object of this tag, and nothing behind it. */
static int
get_whole(struct dmsc_rd object, unsigned tag, const struct object *o,
    void *s)
{
	struct dmsc_rd v;
	unsigned seen;
	uint32_t t;
	int r = dmsc_tlv_next(&object, &t, &v);

	if (r == DMSC_E_OK && (t != tag || object.left != 0))
		r = DMSC_E_FORMAT;
	if (r == DMSC_E_OK)
		r = get(v, o, s, &seen);
	return r == DMSC_E_OK ? has_needed(o, seen) : r;
}

int
dmsc_appl_hello_put(struct dmsc_buf *out, const struct dmsc_appl_hello *h)
{
	return put(out, DMSC_APPL_HELLO, &hello_object, h);
}

int
dmsc_appl_hello_get(struct dmsc_rd a5, struct dmsc_appl_hello *out)
{
	struct dmsc_rd v;
	unsigned seen;
	int r = dmsc_tlv_find(a5, DMSC_APPL_HELLO, &v);

	memset(out, 0, sizeof *out);
	if (r == DMSC_E_OK)
		r = get(v, &hello_object, out, &seen);
	return r == DMSC_E_OK ? has_needed(&hello_object, seen) : r;
}

int
dmsc_appl_caps_put(struct dmsc_buf *out, const struct dmsc_appl_caps *c)
{
	return put(out, DMSC_APPL_CAPS, &caps_object, c);
}

int
dmsc_appl_caps_get(struct dmsc_rd object, struct dmsc_appl_caps *out)
{
	memset(out, 0, sizeof *out);
	return get_whole(object, DMSC_APPL_CAPS, &caps_object, out);
}

int
dmsc_appl_state_put(struct dmsc_buf *out, const struct dmsc_appl_state *s)
{
	return put(out, DMSC_APPL_STATE, s->authenticated ? &state_object :
	    &state_before, s);
}

int
dmsc_appl_state_get(struct dmsc_rd object, struct dmsc_appl_state *out)
{
	struct dmsc_rd v;
	unsigned seen;
	uint32_t tag;
	int r = dmsc_tlv_next(&object, &tag, &v);

	memset(out, 0, sizeof *out);
	if (r == DMSC_E_OK && (tag != DMSC_APPL_STATE || object.left != 0))
		r = DMSC_E_FORMAT;
	if (r == DMSC_E_OK)
		r = get(v, &state_object, out, &seen);
	if (r != DMSC_E_OK)
		return r;
	out->authenticated = (seen & ~1u) != 0;
	return has_needed(out->authenticated ? &state_object : &state_before,
	    seen);
}

int
dmsc_appl_message_put(struct dmsc_buf *out, enum dmsc_appl_tag tag,
    const struct dmsc_appl_message *m)
{
	return put(out, tag, &message_object, m);
}

int
dmsc_appl_message_get(struct dmsc_rd object, enum dmsc_appl_tag tag,
    struct dmsc_appl_message *out)
{
	memset(out, 0, sizeof *out);
	return get_whole(object, tag, &message_object, out);
}

int
dmsc_appl_room_put(struct dmsc_buf *out, const struct dmsc_appl_room *r)
{
	return put(out, DMSC_APPL_ROOM, &room_object, r);
}

int
dmsc_appl_room_get(struct dmsc_rd object, struct dmsc_appl_room *out)
{
	memset(out, 0, sizeof *out);
	return get_whole(object, DMSC_APPL_ROOM, &room_object, out);
}

int
dmsc_appl_files_put(struct dmsc_buf *out, const struct dmsc_appl_files *f)
{
	return put(out, DMSC_APPL_FILES, &files_object, f);
}

int
dmsc_appl_files_get(struct dmsc_rd object, struct dmsc_appl_files *out)
{
	memset(out, 0, sizeof *out);
	return get_whole(object, DMSC_APPL_FILES, &files_object, out);
}

int
dmsc_appl_notice_put(struct dmsc_buf *out, const struct dmsc_appl_notice *n)
{
	return put(out, DMSC_APPL_NOTICE, &notice_object, n);
}

int
dmsc_appl_notice_get(struct dmsc_rd file, struct dmsc_appl_notice *out)
{
	struct dmsc_rd v;
	unsigned seen;
	uint32_t tag;
	int r;

	memset(out, 0, sizeof *out);
	if (file.left == 0 || file.p[0] != DMSC_APPL_NOTICE)
		return DMSC_E_NOTFOUND;
	if ((r = dmsc_tlv_next(&file, &tag, &v)) != DMSC_E_OK ||
	    (r = get(v, &notice_object, out, &seen)) != DMSC_E_OK)
		return r;
	while (out->n_paths < DMSC_APPL_NOTICE_PATHS &&
	    out->paths[out->n_paths].left > 0)
		out->n_paths++;
	return has_needed(&notice_object, seen);
}
