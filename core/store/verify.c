/*
 * Whether the signature of a document holds: the one road for a session and
 * for a device that checks what it reads.
 */
#include "store/verify.h"

#include <string.h>

#include "base/base.h"
#include "crypto/cms.h"
#include "pkcs15/keydir.h"

enum { TRUSTED_MAX = 1 << 20, SEQUENCE = 0x30 };

static int
no_memory(struct dmsc_store *st)
{
	return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

/* ---- the card's trusted certificates */

/* What cannot be had is trusted by nobody; what is lost is said. */
static int
pass_over(struct dmsc_store *st, int r, const char *what)
{
	if (r != DMSC_E_FORMAT && r != DMSC_E_SHORT && r != DMSC_E_LIMIT &&
	    !dmsc_store_about_card(r))
		return r;
	dmsc_store_warn(st, "%s of the card cannot be read", what);
	dmsc_err_clear(st->e);
	return DMSC_E_OK;
}

static int
read_at(struct dmsc_store *st, const struct dmsc_p15_path *path,
    struct dmsc_sfile *f)
{
	int r = dmsc_store_resolve(st, path, &f->place);

	return r != DMSC_E_OK ? r : dmsc_sfile_read(st, f);
}

static int
put_certificate(struct dmsc_store *st, const struct dmsc_p15_path *path,
    struct dmsc_buf *out)
{
	struct dmsc_sfile f = { .bytes = NULL };
	struct dmsc_rd bytes;
	int r = read_at(st, path, &f);

	if (r == DMSC_E_OK) {
		bytes = dmsc_buf_rd(f.bytes);
		if (path->has_range)
			bytes = dmsc_rd_slice(bytes, path->index,
			    path->length);
		bytes = dmsc_rd_slice(bytes, 0, dmsc_signed_used(bytes));
		r = bytes.left == 0 || bytes.p[0] != SEQUENCE ?
		    DMSC_E_FORMAT : dmsc_buf_put(out, bytes) != DMSC_E_OK ?
		    no_memory(st) : DMSC_E_OK;
	}
	dmsc_sfile_clear(&f);
	return pass_over(st, r, "a trusted certificate");
}

static int
put_listed(struct dmsc_store *st, struct dmsc_rd list, struct dmsc_buf *out)
{
	struct dmsc_key_dir d = { .n = 0 };
	size_t i;
	int r = dmsc_keydir_read(DMSC_CDF_TRUSTED, list, &d);

	r = r == DMSC_E_NOMEM ? no_memory(st) :
	    pass_over(st, r, "a part of the trusted certificates");
	for (i = 0; r == DMSC_E_OK && i < d.n; i++)
		if (d.v[i].has_path)
			r = put_certificate(st, &d.v[i].path, out);
	dmsc_keydir_clear(&d);
	return r;
}

static int
put_directory(struct dmsc_store *st, const struct dmsc_odf_entry *e,
    struct dmsc_buf *out)
{
	struct dmsc_sfile f = { .bytes = NULL };
	int r;

	if (!e->has_path)
		return put_listed(st, e->list, out);
	if ((r = read_at(st, &e->path, &f)) != DMSC_E_OK)
		r = pass_over(st, r, "the list of trusted certificates");
	else
		r = put_listed(st, dmsc_buf_rd(f.bytes), out);
	dmsc_sfile_clear(&f);
	return r;
}

int
dmsc_store_trusted(struct dmsc_store *st, struct dmsc_buf *out)
{
	size_t i;
	int r = dmsc_store_load(st);

	for (i = 0; r == DMSC_E_OK && st->have_app && i < st->odf.n; i++)
		if (st->odf.v[i].tag == DMSC_CDF_TRUSTED)
			r = put_directory(st, &st->odf.v[i], out);
	return r;
}

/* ---- the verdict */

/* What one verification took from the card and from this machine. */
struct taken {
	struct dmsc_signed_doc *doc;
	struct dmsc_buf *trusted;
	char *accepted;
};

static int
take(struct dmsc_store *st, const char *path,
    const struct dmsc_verify_opts *o, struct taken *t)
{
	int r;

	if ((t->trusted = dmsc_buf_new(TRUSTED_MAX)) == NULL)
		return no_memory(st);
	if ((r = dmsc_store_signed_doc(st, path, o->as_read, &t->doc)) !=
	    DMSC_E_OK)
		return r;
	if (o->by_card && (r = dmsc_store_trusted(st, t->trusted)) !=
	    DMSC_E_OK)
		return r;
	return dmsc_accepted_get(st, t->doc->label, &t->accepted);
}

static int
judge(struct dmsc_store *st, const struct taken *t,
    const struct dmsc_verify_opts *o, int64_t now,
    struct dmsc_verdict **out)
{
	struct dmsc_cms_ask a = {
		.data = dmsc_buf_rd(t->doc->bytes),
		.signature = o->has_signature ? o->signature :
		    dmsc_buf_rd(t->doc->signature),
		.by_file = o->by_file, .by_card = o->by_card,
		.file = o->file, .card = dmsc_buf_rd(t->trusted),
		.now = now, .of_doc = true, .label = t->doc->label,
		.version = t->doc->version, .accepted = t->accepted,
		.length = t->doc->length
	};

	return dmsc_cms_check(&a, out, st->e);
}

int
dmsc_store_verify(struct dmsc_store *st, const char *path,
    const struct dmsc_verify_opts *o, int64_t now,
    struct dmsc_verdict **out)
{
	struct taken t = { .doc = NULL };
	int r;

	*out = NULL;
	if ((r = take(st, path, o, &t)) == DMSC_E_OK &&
	    (r = judge(st, &t, o, now, out)) != DMSC_E_OK)
		dmsc_err_where(st->e, "%s", path);
	/* What is not on the card may never be. */
	if (r == DMSC_E_OK && !o->forget && !dmsc_store_dirty(st))
		r = dmsc_accepted_put(st, t.doc->label, t.accepted,
		    (*out)->version);
	if (r != DMSC_E_OK && r != DMSC_E_MISMATCH && r != DMSC_E_SIGNER) {
		dmsc_view_free(&dmsc_verdict_view, *out);
		*out = NULL;
	}
	dmsc_signed_doc_free(&t.doc);
	dmsc_buf_free(&t.trusted);
	free(t.accepted);
	return r;
}
