/* dmsc/file.h: the content of a file, read with its words, and written. */
#include <string.h>

#include "session/files.h"
#include "session/p15words.h"
#include "uicc/names.h"

enum { RECORDS_MAX = 254 };

static bool
is_df(const struct dmsc_uicc_fcp *f)
{
	return f->kind >= DMSC_FILE_MF && f->kind <= DMSC_FILE_ADF;
}

static bool
has_records(const struct dmsc_uicc_fcp *f)
{
	return f->kind == DMSC_FILE_LINEAR || f->kind == DMSC_FILE_CYCLIC;
}

static int
is_directory(struct dmsc_session *s)
{
	(void)dmsc_fail(&s->err, DMSC_E_USAGE,
	    "this is a directory, not a file");
	(void)dmsc_err_next(&s->err, "file ls");
	return DMSC_E_USAGE;
}

/* The words for bytes, NULL where there are none. */
static int
words(struct dmsc_session *s, const struct dmsc_place *p,
    struct dmsc_rd bytes, char **out)
{
	struct dmsc_buf *b = dmsc_buf_new(8192);
	int r = b == NULL ? DMSC_E_NOMEM : DMSC_E_OK;

	if (r == DMSC_E_OK && (dmsc_place_words(p, bytes, b) == DMSC_E_OK ||
	    dmsc_p15_words(p, bytes, b) == DMSC_E_OK))
		r = dmsc_str_set(out, "%s", dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
	return r == DMSC_E_OK ? r : dmsc_files_no_memory(s);
}

static int
add_record(struct dmsc_session *s, const struct dmsc_place *p,
    unsigned number, struct dmsc_rd bytes, struct dmsc_content *c)
{
	struct dmsc_record *rec = dmsc_list_add(&c->records, &c->n_records,
	    sizeof *rec);

	if (rec == NULL || (rec->bytes = dmsc_buf_from(bytes,
	    bytes.left)) == NULL)
		return dmsc_files_no_memory(s);
	rec->number = number;
	return words(s, p, bytes, &rec->text);
}

static int
read_records(struct dmsc_session *s, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *f, unsigned record, struct dmsc_content *c)
{
	unsigned first = record > 0 ? record : 1, i;
	unsigned last = record > 0 ? record : f->records > 0 ? f->records :
	    RECORDS_MAX;
	struct dmsc_buf *b = dmsc_buf_new(512);
	int r = DMSC_E_OK;

	if (b == NULL)
		return dmsc_files_no_memory(s);
	for (i = first; i <= last && r == DMSC_E_OK; i++) {
		dmsc_buf_reset(b);
		r = dmsc_uicc_read_record(s->uicc, i, f->record_len, b);
		if (r == DMSC_E_OK)
			r = add_record(s, p, i, dmsc_buf_rd(b), c);
	}
	dmsc_buf_free(&b);
	if (r == DMSC_E_NOTFOUND && record == 0 && c->n_records > 0) {
		dmsc_err_clear(&s->err);	/* past the last one */
		r = DMSC_E_OK;
	}
	return r;
}

static int
read_whole(struct dmsc_session *s, const struct dmsc_place *p,
    unsigned record, struct dmsc_content *c)
{
	int r;

	if (record > 0)
		return dmsc_fail(&s->err, DMSC_E_USAGE,
		    "this file has no records");
	if ((c->bytes = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return dmsc_files_no_memory(s);
	r = dmsc_uicc_read(s->uicc, 0, SIZE_MAX, c->bytes);
	return r == DMSC_E_OK ? words(s, p, dmsc_buf_rd(c->bytes),
	    &c->text) : r;
}

static int
read_content(struct dmsc_session *s, const struct dmsc_place *p,
    unsigned record, struct dmsc_content *c)
{
	const char *name = dmsc_place_name(p);
	struct dmsc_uicc_fcp f;
	int r;

	if ((r = dmsc_uicc_select(s->uicc, p, &f)) != DMSC_E_OK ||
	    (r = dmsc_files_path(s, p, &c->path)) != DMSC_E_OK)
		return r;
	if (name != NULL && dmsc_str_set(&c->name, "%s", name) != DMSC_E_OK)
		return dmsc_files_no_memory(s);
	if (is_df(&f))
		return is_directory(s);
	if (f.kind == DMSC_FILE_BERTLV)
		return dmsc_fail(&s->err, DMSC_E_UNSUPPORTED,
		    "files of BER-TLV structure are not read");
	r = has_records(&f) ? read_records(s, p, &f, record, c) :
	    read_whole(s, p, record, c);
	if (r == DMSC_E_AUTH)
		(void)dmsc_guard_explain(s->guard, p, DMSC_MODE_READ);
	return r;
}

int
dmsc_file_read(struct dmsc_session *s, const char *path, unsigned record,
    struct dmsc_content **out)
{
	struct dmsc_content *c;
	struct dmsc_place p;
	int r;

	*out = NULL;
	if ((r = dmsc_files_begin(s, path, &p)) != DMSC_E_OK)
		return r;
	if ((c = dmsc_view_new(&dmsc_content_view)) == NULL)
		r = dmsc_files_no_memory(s);
	else
		r = read_content(s, &p, record, c);
	r = dmsc_files_end(s, path, r);
	if (r != DMSC_E_OK) {
		dmsc_view_free(&dmsc_content_view, c);
		return r;
	}
	*out = c;
	return DMSC_E_OK;
}

struct change {
	size_t offset;
	unsigned record;
	struct dmsc_rd data;
};

static int
misfit(struct dmsc_session *s, const char *what, size_t size)
{
	(void)dmsc_fail(&s->err, DMSC_E_DATA, "%s", what);
	return dmsc_err_why(&s->err, "it has %zu bytes", size);
}

/* What can be known before anything is sent. */
static int
check(struct dmsc_session *s, const struct dmsc_uicc_fcp *f,
    const struct change *c)
{
	if (is_df(f))
		return is_directory(s);
	if (c->data.left == 0)
		return dmsc_fail(&s->err, DMSC_E_USAGE, "nothing to write");
	if (has_records(f) != (c->record > 0))
		return dmsc_fail(&s->err, DMSC_E_USAGE, has_records(f) ?
		    "this file is written by records" :
		    "this file has no records");
	if (c->record > 0 && f->record_len > 0 &&
	    c->data.left != f->record_len)
		return misfit(s, "the data does not fit the record",
		    f->record_len);
	if (c->record == 0 && f->size != SIZE_MAX && (c->offset > f->size ||
	    c->data.left > f->size - c->offset))
		return misfit(s, "the data reaches beyond the file",
		    f->size);
	return DMSC_E_OK;
}

/* A dry run says what the access rule forecasts. */
static int
forecast(struct dmsc_session *s, const struct dmsc_place *p,
    const struct dmsc_uicc_fcp *f)
{
	struct dmsc_buf *needs = dmsc_buf_new(256), *rule = dmsc_buf_new(256);
	unsigned ref;
	char which[16];
	int r = DMSC_E_OK;

	if (needs == NULL || rule == NULL)
		r = dmsc_files_no_memory(s);
	else if (dmsc_uicc_access(s->uicc, p, f, DMSC_MODE_UPDATE, needs,
	    rule, &ref) == DMSC_REFUSED) {
		r = dmsc_fail(&s->err, DMSC_E_AUTH, "not writable");
		(void)dmsc_err_why(&s->err, "%s asks for %s",
		    dmsc_buf_cstr(rule), dmsc_buf_cstr(needs));
		if (ref != 0) {
			dmsc_pin_which(ref, which, sizeof which);
			(void)dmsc_err_next(&s->err, "pin verify %s", which);
		}
	}
	dmsc_buf_free(&needs);
	dmsc_buf_free(&rule);
	return r;
}

static int
write_and_look(struct dmsc_session *s, const struct change *c,
    struct dmsc_buf *back)
{
	int r = c->record > 0 ?
	    dmsc_uicc_update_record(s->uicc, c->record, c->data) :
	    dmsc_uicc_update(s->uicc, c->offset, c->data);

	if (r != DMSC_E_OK)
		return r;
	r = c->record > 0 ? dmsc_uicc_read_record(s->uicc, c->record,
	    (unsigned)c->data.left, back) :
	    dmsc_uicc_read(s->uicc, c->offset, c->data.left, back);
	if (r == DMSC_E_AUTH) {
		dmsc_err_clear(&s->err);
		dmsc_session_warn(s, "written, not verified: reading back is "
		    "not allowed");
		return DMSC_E_OK;
	}
	if (r == DMSC_E_OK && !dmsc_rd_eq(dmsc_buf_rd(back), c->data))
		return dmsc_fail(&s->err, DMSC_E_MISMATCH,
		    "the card holds something else than was written");
	return r;
}

static int
write_content(struct dmsc_session *s, const struct dmsc_place *p,
    const struct change *c, bool dry)
{
	struct dmsc_uicc_fcp f;
	struct dmsc_buf *back;
	int r;

	if ((r = dmsc_guard_same_card(s->guard)) != DMSC_E_OK ||
	    (r = dmsc_uicc_select(s->uicc, p, &f)) != DMSC_E_OK ||
	    (r = check(s, &f, c)) != DMSC_E_OK)
		return r;
	if (dry)
		return forecast(s, p, &f);
	if ((back = dmsc_buf_new(DMSC_EF_MAX)) == NULL)
		return dmsc_files_no_memory(s);
	r = write_and_look(s, c, back);
	dmsc_buf_free(&back);
	if (r == DMSC_E_AUTH)
		(void)dmsc_guard_explain(s->guard, p, DMSC_MODE_UPDATE);
	return r;
}

int
dmsc_file_write(struct dmsc_session *s, const char *path, size_t offset,
    unsigned record, struct dmsc_rd data, bool dry)
{
	struct change c = { offset, record, data };
	struct dmsc_place p;
	int r;

	if ((r = dmsc_files_begin(s, path, &p)) != DMSC_E_OK)
		return r;
	r = write_content(s, &p, &c, dry);
	return dmsc_files_end(s, path, r);
}
