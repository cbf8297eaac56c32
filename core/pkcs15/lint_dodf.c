/* Rules for data object directories (pkcs15/lint.h). */
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "pkcs15/lint_inner.h"
#include "pkcs15/part.h"
#include "tlv/ber.h"

struct in {
	struct dmsc_rd file;
	struct dmsc_dodf dir;
	bool first, last;	/* of the directories */
	const struct dmsc_aodf *aodf;
	struct dmsc_lint_out *o;
};

static size_t
end_of(const struct dmsc_dodf_entry *e)
{
	return e->at + e->raw.left;
}

/* The identifier that is wrapped twice. */
static size_t
oid_at(const struct in *in, const struct dmsc_dodf_entry *e)
{
	struct dmsc_rd r = e->raw, value, raw;
	struct dmsc_p15_object obj;
	uint32_t tag;

	if (dmsc_tlv_next(&r, &tag, &value) != DMSC_E_OK ||
	    dmsc_p15_object_read(value, &obj) != DMSC_E_OK)
		return e->at;
	r = obj.class;
	if (e->choice == DMSC_DO_OID &&
	    dmsc_tlv_next(&obj.type, &tag, &r) != DMSC_E_OK)
		return e->at;
	while (dmsc_tlv_next_raw(&r, &tag, &value, &raw) == DMSC_E_OK)
		if (tag == P15_OID)
			return (size_t)(raw.p - in->file.p);
	return e->at;
}

static void
label(const struct in *in, const struct dmsc_dodf_entry *e)
{
	struct dmsc_rd r = e->raw, value;
	struct dmsc_p15_object obj;
	uint32_t tag;

	if (e->label == NULL && e->app_name == NULL)
		dmsc_lint_say(in->o, DMSC_L_DO_NO_NAME, e->at, NULL,
		    "the entry has neither a label nor an application name");
	if (dmsc_tlv_next(&r, &tag, &value) != DMSC_E_OK ||
	    dmsc_p15_object_read(value, &obj) != DMSC_E_OK)
		return;
	while (dmsc_tlv_next(&obj.common, &tag, &value) == DMSC_E_OK)
		if (tag == P15_UTF8 && !dmsc_is_utf8(value))
			dmsc_lint_say(in->o, DMSC_L_DO_LABEL,
			    (size_t)(value.p - in->file.p), NULL,
			    "the label is no UTF-8");
}

static void
rights(const struct in *in, const struct dmsc_dodf_entry *e)
{
	struct dmsc_rd id = dmsc_rd_of(e->auth_id, e->auth_id_len);
	size_t i;

	if (e->is_private && id.left == 0)
		dmsc_lint_say(in->o, DMSC_L_PRIVATE_NO_AUTH, e->at, NULL,
		    "the entry is private, and no PIN is named for it");
	if (id.left > 0 && !e->is_private)
		dmsc_lint_say(in->o, DMSC_L_AUTH_PUBLIC, e->at, NULL,
		    "the entry names a PIN and is not private");
	if (id.left == 0 || in->aodf == NULL)
		return;
	for (i = 0; i < in->aodf->n; i++)
		if (dmsc_rd_eq(id, dmsc_rd_of(in->aodf->v[i].auth_id,
		    in->aodf->v[i].auth_id_len)))
			return;
	dmsc_lint_say(in->o, DMSC_L_AUTH_UNKNOWN, e->at, NULL,
	    "the AODF has no authentication object %02X", id.p[0]);
}

static void
path(const struct in *in, const struct dmsc_dodf_entry *e)
{
	struct dmsc_rd r = e->path_raw, value;
	uint32_t tag;

	if (!e->has_path)
		dmsc_lint_say(in->o, DMSC_L_DO_NO_PATH, e->at, NULL,
		    "the entry names no file");
	else if (dmsc_tlv_next(&r, &tag, &value) == DMSC_E_OK)
		lint_path(in->file, value, in->o);
}

static void
one(const struct in *in, const struct dmsc_dodf_entry *e)
{
	if (e->choice == DMSC_DO_EXTERNAL)
		dmsc_lint_say(in->o, DMSC_L_DO_EXTERNAL, e->at, NULL,
		    "an externalDO");
	else if (!e->understood)
		dmsc_lint_say(in->o, DMSC_L_DO_UNKNOWN, e->at, NULL,
		    "an entry with the tag %02X that cannot be read",
		    e->choice);
	if (!e->understood)
		return;
	if (e->oid_double)
		dmsc_lint_say(in->o, DMSC_L_OID_DOUBLE, oid_at(in, e), NULL,
		    "%s is wrapped twice", e->oid);
	label(in, e);
	rights(in, e);
	path(in, e);
}

/* Where in the directory entries stand. */
static void
order(const struct in *in)
{
	const struct dmsc_dodf_entry *v = in->dir.v, *other = NULL;
	size_t i;

	for (i = 0; i < in->dir.n; i++) {
		if (v[i].choice == DMSC_DO_OID && other != NULL &&
		    in->first) {
			dmsc_lint_say(in->o, DMSC_L_DODF_OPAQUE_FIRST,
			    other->at, NULL, "the entry %02X stands before "
			    "the oidDO at byte %zu", other->choice, v[i].at);
			break;
		}
		if (v[i].choice != DMSC_DO_OID && other == NULL)
			other = &v[i];
	}
	other = NULL;
	for (i = 0; i < in->dir.n; i++) {
		if (v[i].choice == DMSC_DO_OPAQUE && other != NULL) {
			dmsc_lint_say(in->o, DMSC_L_DODF_OID_FIRST, v[i].at,
			    NULL, "the opaqueDO stands behind the entry %02X "
			    "at byte %zu", other->choice, other->at);
			break;
		}
		if (v[i].choice != DMSC_DO_OPAQUE && other == NULL)
			other = &v[i];
	}
}

static bool
padded(const struct in *in, size_t i)
{
	size_t from = i == 0 ? 0 : end_of(&in->dir.v[i - 1]);

	return in->dir.v[i].at > from &&
	    in->file.p[from] == DMSC_P15_STOP;
}

/* What a reader that reads a block once would see. */
static void
windows(const struct in *in)
{
	size_t i;

	for (i = 0; i < in->dir.n && in->first; i++)
		if (end_of(&in->dir.v[i]) > LINT_BLOCK) {
			dmsc_lint_say(in->o, DMSC_L_OVER_256,
			    in->dir.v[i].at, NULL, "the entry ends at byte "
			    "%zu", end_of(&in->dir.v[i]));
			break;
		}
	for (i = 0; i < in->dir.n && in->last; i++) {
		if (padded(in, i))
			break;
		if (end_of(&in->dir.v[i]) <= DMSC_P15_WINDOW)
			continue;
		dmsc_lint_say(in->o, DMSC_L_OVER_128, in->dir.v[i].at, NULL,
		    "the entry ends at byte %zu; a byte of padding before it "
		    "would save those before", end_of(&in->dir.v[i]));
		break;
	}
}

static void
twice(const struct in *in, size_t i)
{
	const struct dmsc_dodf_entry *e = &in->dir.v[i], *f;
	size_t k;

	for (k = 0; k < i; k++) {
		f = &in->dir.v[k];
		if (f->understood && e->understood && f->has_path &&
		    e->has_path && f->choice == e->choice &&
		    !e->path.has_range && !f->path.has_range &&
		    dmsc_rd_eq(dmsc_rd_of(e->path.path, e->path.len),
		    dmsc_rd_of(f->path.path, f->path.len))) {
			dmsc_lint_say(in->o, DMSC_L_DO_TWICE, e->at, NULL,
			    "the file of the entry at byte %zu again",
			    f->at);
			return;
		}
	}
}

void
dmsc_lint_dodf(struct dmsc_rd file, bool first, bool last,
    const struct dmsc_aodf *aodf, struct dmsc_lint_out *o)
{
	struct in in = { .file = file, .first = first, .last = last,
	    .aodf = aodf, .o = o };
	size_t i;
	int r = dmsc_dodf_read(file, &in.dir);

	for (i = 0; i < in.dir.n; i++) {
		one(&in, &in.dir.v[i]);
		twice(&in, i);
	}
	order(&in);
	windows(&in);
	if (r == DMSC_E_NOMEM)
		o->code = r;
	else if (r != DMSC_E_OK)
		dmsc_lint_say(o, DMSC_L_DODF_BROKEN, in.dir.used, NULL,
		    "the directory breaks off: %s", dmsc_e_text(r));
	dmsc_dodf_clear(&in.dir);
}
