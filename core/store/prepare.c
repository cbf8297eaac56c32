/*
 * What a card lacks to hold documents in pairs is made: the PKCS#15
 * application, its directories, the other slots, a free pair. What is there
 * keeps its bytes. EF.DIR, and the first byte of a new entry of the ODF,
 * come last: a cut before them leaves the card as it was for every reader.
 */
#include "store/journal.h"
#include "store/room.h"

#include <string.h>

#include "base/base.h"
#include "tlv/ber.h"

enum {
	FID_P15 = 0x7F50, FID_DIR = 0x2F00, FID_ICCID = 0x2FE2,
	TAG_FCP = 0x62, TAG_DESCRIPTOR = 0x82, TAG_FID = 0x83,
	TAG_AID = 0x84, TAG_PINS = 0xC6, ODF_SIZE = 96, INFO_SIZE = 96,
	DIR_SIZE = 512, DOC_SIZE = 1024, ODF_ENTRY = 8, RECORDS = 254
};

struct work {
	struct dmsc_store *st;
	bool dry;
	char ***done;
	size_t *n_done;
	uint8_t sec_tag;		/* rules of public files */
	struct dmsc_buf *sec;
};

static int
say(struct work *w, const char *text, unsigned fid)
{
	int r = dmsc_strs_add(w->done, w->n_done, "%s %04X%s", text, fid,
	    w->dry ? " (not done: dry run)" : "");

	return r == DMSC_E_OK ? r :
	    dmsc_fail(w->st->e, r, "out of memory");
}

static int
explain(struct work *w, int r, const struct dmsc_place *p,
    enum dmsc_mode mode)
{
	if (r == DMSC_E_AUTH)
		(void)dmsc_guard_explain(w->st->g, p, mode);
	return r;
}

/* In a dry run: whether the card would refuse to make something at p. */
static int
foresee(struct work *w, const struct dmsc_place *p, enum dmsc_mode mode)
{
	struct dmsc_uicc_fcp fcp;
	unsigned pin;

	/* Where the folder is not there, it would be made first. */
	if (dmsc_uicc_select(w->st->u, p, &fcp) != DMSC_E_OK ||
	    dmsc_uicc_access(w->st->u, p, &fcp, mode, NULL, NULL, &pin) !=
	    DMSC_REFUSED) {
		dmsc_err_clear(w->st->e);
		return DMSC_E_OK;
	}
	dmsc_fail(w->st->e, DMSC_E_AUTH, "the card would refuse to make it");
	(void)dmsc_guard_explain(w->st->g, p, mode);
	return w->st->e->code = DMSC_E_PLAN;
}

/* A transparent file below p's DF with the public rules, then its content
 * (NULL: FF). */
static int
make_file(struct work *w, struct dmsc_place p, size_t size,
    const struct dmsc_buf *content)
{
	struct dmsc_sfile f = { .place = p };
	struct dmsc_op op = { .kind = DMSC_OP_CREATE, .file = &f,
	    .size = size, .sec_tag = w->sec_tag };
	struct dmsc_place df = p;
	int verified = 1, r;

	df.n--;
	if ((r = say(w, "made file", dmsc_place_fid(&p))) != DMSC_E_OK)
		return r;
	if (w->dry)
		return foresee(w, &df, DMSC_MODE_CREATE_EF);
	if ((op.sec = dmsc_buf_from(dmsc_buf_rd(w->sec), DMSC_EF_MAX)) ==
	    NULL)
		return dmsc_fail(w->st->e, DMSC_E_NOMEM, "out of memory");
	r = explain(w, dmsc_op_run(w->st, &op, &verified), &df,
	    DMSC_MODE_CREATE_EF);
	if (r == DMSC_E_OK && content != NULL) {
		op.kind = DMSC_OP_WRITE;
		op.after = dmsc_build_image(size, 0, dmsc_buf_rd(content),
		    dmsc_rd_of(NULL, 0));
		r = op.after == NULL ? dmsc_fail(w->st->e, DMSC_E_NOMEM,
		    "out of memory") : explain(w, dmsc_op_run(w->st, &op,
		    &verified), &p, DMSC_MODE_UPDATE);
	}
	dmsc_op_clear(&op);
	dmsc_sfile_clear(&f);
	return r;
}

/* The rules of a file that is there, for files to be made. */
static int
take_rules(struct work *w, const struct dmsc_place *p)
{
	struct dmsc_uicc_fcp fcp;
	int r;

	if ((r = dmsc_uicc_select(w->st->u, p, &fcp)) != DMSC_E_OK)
		return r;
	w->sec_tag = fcp.sec_tag;
	dmsc_buf_free(&w->sec);
	w->sec = dmsc_buf_from(fcp.sec, DMSC_EF_MAX);
	return w->sec != NULL ? DMSC_E_OK :
	    dmsc_fail(w->st->e, DMSC_E_NOMEM, "out of memory");
}

static int
df_template(const struct dmsc_uicc_fcp *mf, struct dmsc_buf *b)
{
	static const uint8_t df[] = { 0x78, 0x21 }, fid[] = { 0x7F, 0x50 };
	size_t at;
	int r;

	if ((r = dmsc_tlv_begin(b, TAG_FCP, &at)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_DESCRIPTOR, dmsc_rd_of(df, 2))) !=
	    DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_FID, dmsc_rd_of(fid, 2))) !=
	    DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_AID, dmsc_rd_of(dmsc_p15_aid,
	    sizeof dmsc_p15_aid))) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, mf->sec_tag, mf->sec)) != DMSC_E_OK ||
	    (r = dmsc_tlv_put(b, TAG_PINS, mf->pins)) != DMSC_E_OK)
		return r;
	return dmsc_tlv_end(b, at);
}

/* The application's DF, with the rules and PINs of the MF. */
static int
make_df(struct work *w)
{
	struct dmsc_place mf = { .aid_len = 0 };
	struct dmsc_uicc_fcp fcp;
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX);
	int r = DMSC_E_NOMEM;

	if (b == NULL)
		return dmsc_fail(w->st->e, r, "out of memory");
	if ((r = dmsc_uicc_select(w->st->u, &mf, &fcp)) == DMSC_E_OK &&
	    (r = df_template(&fcp, b)) != DMSC_E_OK)
		dmsc_fail(w->st->e, r, "cannot describe the application");
	if (r == DMSC_E_OK)
		r = explain(w, dmsc_uicc_create(w->st->u, dmsc_buf_rd(b)),
		    &mf, DMSC_MODE_CREATE_DF);
	dmsc_buf_free(&b);
	return r;
}

static int
put_odf_entry(struct dmsc_buf *b, unsigned fid)
{
	struct dmsc_p15_path p = { .len = 2 };

	p.path[0] = (uint8_t)(fid >> 8);
	p.path[1] = (uint8_t)fid;
	return dmsc_odf_put(b, 0xA7, &p);
}

/* ODF, TokenInfo and three pairs of directories (image.c says what for). */
static int
make_directories(struct work *w, const struct dmsc_place *df)
{
	struct dmsc_place iccid = { .fid = { FID_ICCID }, .n = 1 }, p;
	struct dmsc_buf *odf = dmsc_buf_new(ODF_SIZE);
	struct dmsc_buf *info = dmsc_buf_new(INFO_SIZE);
	struct dmsc_buf *serial = dmsc_buf_new(INFO_SIZE);
	unsigned fid;
	int r = DMSC_E_NOMEM;

	if (odf == NULL || info == NULL || serial == NULL) {
		dmsc_fail(w->st->e, r, "out of memory");
		goto done;
	}
	if (dmsc_uicc_read_place(w->st->u, &iccid, NULL, serial) !=
	    DMSC_E_OK)
		dmsc_buf_reset(serial);
	if ((r = put_odf_entry(odf, DMSC_FID_DODF1)) != DMSC_E_OK ||
	    (r = put_odf_entry(odf, DMSC_FID_DODF2)) != DMSC_E_OK ||
	    (r = put_odf_entry(odf, DMSC_FID_DODF3)) != DMSC_E_OK ||
	    (r = dmsc_tokeninfo_put(info, dmsc_buf_rd(serial), "dmsc",
	    "DM bootstrap")) != DMSC_E_OK) {
		dmsc_fail(w->st->e, r, "cannot write the directories");
		goto done;
	}
	for (fid = DMSC_FID_DODF1; r == DMSC_E_OK &&
	    fid < DMSC_FID_DODF3 + 2; fid++)
		if ((r = dmsc_place_below(df, (uint16_t)fid, &p)) ==
		    DMSC_E_OK)
			r = make_file(w, p, DIR_SIZE, NULL);
	if (r == DMSC_E_OK && (r = dmsc_place_below(df, DMSC_FID_TOKENINFO,
	    &p)) == DMSC_E_OK)
		r = make_file(w, p, INFO_SIZE, info);
	if (r == DMSC_E_OK && (r = dmsc_place_below(df, DMSC_FID_ODF, &p)) ==
	    DMSC_E_OK)
		r = make_file(w, p, ODF_SIZE, odf);
done:
	dmsc_buf_free(&odf);
	dmsc_buf_free(&info);
	dmsc_buf_free(&serial);
	return r;
}

static bool
is_blank(const struct dmsc_buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (b->p[i] != DMSC_PAD)
			return false;
	return true;
}

/* The record of EF.DIR that says where the application is. */
static int
write_record(struct work *w, unsigned record, size_t len)
{
	static const uint8_t path[] = { 0x3F, 0x00, 0x7F, 0x50 };
	struct dmsc_place dir = { .fid = { FID_DIR }, .n = 1 };
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX);
	int r = DMSC_E_NOMEM;

	if (b == NULL || (r = dmsc_dir_put(b, dmsc_rd_of(dmsc_p15_aid,
	    sizeof dmsc_p15_aid), "PKCS#15", dmsc_rd_of(path, 4))) !=
	    DMSC_E_OK || b->len > len ||
	    (r = dmsc_buf_fill(b, DMSC_PAD, len - b->len)) != DMSC_E_OK)
		r = dmsc_fail(w->st->e, r == DMSC_E_OK ? DMSC_E_SPACE : r,
		    "a record of EF.DIR is too short");
	else
		r = explain(w, dmsc_uicc_update_record(w->st->u, record,
		    dmsc_buf_rd(b)), &dir, DMSC_MODE_UPDATE);
	dmsc_buf_free(&b);
	return r;
}

/* A record that is there and blank. */
static int
find_record(struct work *w, unsigned *record, size_t *len)
{
	struct dmsc_place dir = { .fid = { FID_DIR }, .n = 1 };
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX + 1);
	struct dmsc_uicc_fcp fcp;
	unsigned i;
	int r;

	*record = 0;
	if (b == NULL)
		return dmsc_fail(w->st->e, DMSC_E_NOMEM, "out of memory");
	r = dmsc_uicc_select(w->st->u, &dir, &fcp);
	for (i = 1; r == DMSC_E_OK && *record == 0 && i <= fcp.records &&
	    i <= RECORDS; i++) {
		dmsc_buf_reset(b);
		r = dmsc_uicc_read_record(w->st->u, i, fcp.record_len, b);
		if (r == DMSC_E_OK && is_blank(b))
			*record = i;
	}
	*len = r == DMSC_E_OK ? fcp.record_len : 0;
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK && *record == 0) {
		r = dmsc_fail(w->st->e, DMSC_E_SPACE,
		    "no room for another application");
		dmsc_err_where(w->st->e, "EF.DIR");
	}
	return r;
}

static int
make_application(struct work *w)
{
	struct dmsc_place dir = { .fid = { FID_DIR }, .n = 1 };
	struct dmsc_place df = { .fid = { FID_P15 }, .n = 1 };
	struct dmsc_place mf = { .aid_len = 0 };
	unsigned record = 0;
	size_t len = 0;
	int r;

	if ((r = take_rules(w, &dir)) != DMSC_E_OK ||
	    (r = find_record(w, &record, &len)) != DMSC_E_OK ||
	    (r = say(w, "made the PKCS#15 application", FID_P15)) !=
	    DMSC_E_OK)
		return r;
	r = w->dry ? foresee(w, &mf, DMSC_MODE_CREATE_DF) : make_df(w);
	if (r != DMSC_E_OK ||
	    (r = make_directories(w, &df)) != DMSC_E_OK || w->dry)
		return r;
	if ((r = dmsc_uicc_select(w->st->u, &dir, NULL)) != DMSC_E_OK)
		return r;
	return write_record(w, record, len);
}

/* Behind the last entry: all but the first byte, then the first byte. */
static int
append_odf(struct work *w, unsigned fid)
{
	struct dmsc_sfile *f = &w->st->odf_file;
	size_t at = w->st->odf.used;
	struct dmsc_buf *b = dmsc_buf_new(ODF_ENTRY * 2);
	int r = DMSC_E_NOMEM;

	if (b == NULL || (r = put_odf_entry(b, fid)) != DMSC_E_OK) {
		dmsc_fail(w->st->e, r, "cannot write the directories");
		goto done;
	}
	if (w->st->odf_broken || at + b->len > f->bytes->len) {
		r = dmsc_fail(w->st->e, DMSC_E_SPACE,
		    "no room for another directory");
		dmsc_err_where(w->st->e, "5031");
		goto done;
	}
	if ((r = say(w, "listed directory", fid)) != DMSC_E_OK || w->dry)
		goto done;
	if ((r = dmsc_uicc_select(w->st->u, &f->place, NULL)) == DMSC_E_OK &&
	    (r = dmsc_uicc_update(w->st->u, at + 1,
	    dmsc_rd_slice(dmsc_buf_rd(b), 1, b->len))) == DMSC_E_OK)
		r = dmsc_uicc_update(w->st->u, at,
		    dmsc_rd_slice(dmsc_buf_rd(b), 0, 1));
	r = explain(w, r, &f->place, DMSC_MODE_UPDATE);
done:
	dmsc_buf_free(&b);
	dmsc_store_forget(w->st);
	return r;
}

/* The pair fid and fid ^ 1, with content in fid, where it is not there. */
static int
need_pair(struct work *w, unsigned fid, size_t size,
    const struct dmsc_buf *content)
{
	struct dmsc_sfile f;
	unsigned i;
	bool there;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < 2; i++) {
		memset(&f, 0, sizeof f);
		f.place = dmsc_store_place(w->st, fid ^ i);
		r = dmsc_sfile_probe(w->st, &f, &there);
		if (r == DMSC_E_OK && !there)
			r = make_file(w, f.place, size, i == 0 ? content :
			    NULL);
		dmsc_sfile_clear(&f);
	}
	return r;
}

/* A second directory: the twins and the same oidDOs, as it would be after
 * the first commit that changes it. */
static int
second_directory(struct work *w)
{
	struct dmsc_buf *content = dmsc_buf_new(DMSC_EF_MAX);
	int r;

	if (content == NULL)
		return dmsc_fail(w->st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_dir_twins(&w->st->dirs[0].dodf, content)) != DMSC_E_OK)
		dmsc_fail(w->st->e, r, "cannot write a second directory");
	else if ((r = need_pair(w, DMSC_FID_DODF2, DMSC_MIN(DMSC_MAX(
	    (size_t)DIR_SIZE, content->len + content->len / 4), DMSC_EF_MAX),
	    content)) == DMSC_E_OK)
		r = append_odf(w, DMSC_FID_DODF2);
	dmsc_buf_free(&content);
	return r;
}

/* The missing slots of what is in our range, and one free pair. */
static int
missing_slots(struct work *w)
{
	struct dmsc_store *st = w->st;
	unsigned fid, last = DMSC_FID_DOCS - 2;
	size_t i;
	int r = DMSC_E_OK;

	for (i = 0; r == DMSC_E_OK && i < st->n_dirs; i++) {
		if (st->dirs[i].missing || st->dirs[i].listed)
			continue;
		/* one of another maker moves there with its next change */
		fid = DMSC_FID_OURS | (dmsc_place_fid(
		    &st->dirs[i].file.place) & UINT8_MAX);
		if ((r = take_rules(w, &st->dirs[i].file.place)) ==
		    DMSC_E_OK)
			r = need_pair(w, fid, st->dirs[i].file.fcp.size,
			    NULL);
	}
	for (i = 0; r == DMSC_E_OK && i < st->n_docs; i++) {
		fid = dmsc_place_fid(&st->docs[i].file.place);
		if ((fid & DMSC_FID_OURS_MASK) != DMSC_FID_OURS)
			continue;
		last = DMSC_MAX(last, fid & ~1u);
		if ((r = dmsc_sfile_select(st, &st->docs[i].file)) ==
		    DMSC_E_OK &&
		    (r = take_rules(w, &st->docs[i].file.place)) ==
		    DMSC_E_OK)
			r = need_pair(w, fid, st->docs[i].file.fcp.size,
			    NULL);
	}
	if (r == DMSC_E_OK &&
	    (r = take_rules(w, &st->odf_file.place)) == DMSC_E_OK)
		r = need_pair(w, last + 2, DOC_SIZE, NULL);
	return r;
}

/* Up to two rounds: a directory more changes the picture. */
static int
make_rest(struct work *w)
{
	struct dmsc_store *st = w->st;
	size_t round;
	int r;

	for (round = 0; round < 2; round++) {
		if ((r = dmsc_store_load(st)) != DMSC_E_OK)
			return r;
		if (!st->odf_file.whole)
			return dmsc_fail(st->e, DMSC_E_PLAN, "%s",
			    st->why != NULL ? st->why : "no directory");
		if ((r = take_rules(w, &st->odf_file.place)) != DMSC_E_OK)
			return r;
		if (st->n_dirs >= 2 || (w->dry && round > 0))
			break;
		if (st->n_dirs == 1)
			r = second_directory(w);
		else if ((r = need_pair(w, DMSC_FID_DODF1, DIR_SIZE, NULL)) ==
		    DMSC_E_OK)
			r = append_odf(w, DMSC_FID_DODF1);
		if (r != DMSC_E_OK)
			return r;
	}
	if ((r = dmsc_store_load(st)) != DMSC_E_OK)
		return r;
	return missing_slots(w);
}

static int
prepare(struct work *w)
{
	struct dmsc_store *st = w->st;
	int r;

	if ((r = dmsc_guard_same_card(st->g)) != DMSC_E_OK ||
	    (r = dmsc_store_load(st)) != DMSC_E_OK)
		return r;
	if (!st->have_app) {
		if (st->state != DMSC_P15_ABSENT) {
			dmsc_fail(st->e, DMSC_E_PLAN, "%s", st->why);
			return st->state != DMSC_P15_BLANK ? st->e->code :
			    dmsc_uicc_blank_next(st->e);
		}
		r = make_application(w);
		dmsc_store_forget(st);
		if (r != DMSC_E_OK || w->dry)
			return r;
	}
	/* That card makes what is missing when it is asked for. */
	return dmsc_room_of_card(st) ? DMSC_E_OK : make_rest(w);
}

int
dmsc_store_prepare(struct dmsc_store *st, bool dry, char ***done,
    size_t *n_done)
{
	struct work w = { .st = st, .dry = dry, .done = done,
	    .n_done = n_done };
	int r;

	*done = NULL;
	*n_done = 0;
	if ((r = dmsc_uicc_begin(st->u)) != DMSC_E_OK)
		return r;
	r = prepare(&w);
	dmsc_uicc_end(st->u);
	dmsc_buf_free(&w.sec);
	dmsc_store_forget(st);
	if (r != DMSC_E_OK)
		dmsc_folder_free(done, n_done);
	return r;
}
