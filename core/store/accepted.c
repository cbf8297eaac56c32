/*
 * The last Version of a good signature, for each card and label: a file each
 * below accepted/ in the state folder, of three lines, the last without an
 * end: the card, the label, the version. Its name is a digest of the first
 * two.
 */
#include "store/verify.h"

#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"

enum { NAME_LEN = 16, RECORD_MAX = 1 << 16 };

struct record {
	char *folder, *path;
	struct dmsc_buf *head;		/* card and label, as in the file */
};

static void
record_clear(struct record *c)
{
	free(c->folder);
	free(c->path);
	dmsc_buf_free(&c->head);
}

/* OK and path NULL: there is nowhere to keep it. */
static int
record_of(struct dmsc_store *st, const char *label, struct record *out)
{
	uint8_t sha[DMSC_SHA256_LEN];
	char hex[2 * NAME_LEN + 1];
	const char *card = NULL;
	int r = dmsc_guard_identity(st->g, &card);

	if (r != DMSC_E_OK || card == NULL || st->state_dir == NULL)
		return r;
	if ((out->head = dmsc_buf_new(RECORD_MAX)) == NULL)
		return dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
	if ((r = dmsc_buf_fmt(out->head, "%s\n%s\n", card, label)) ==
	    DMSC_E_OK && (r = dmsc_sha256(dmsc_buf_rd(out->head), sha)) ==
	    DMSC_E_OK && (r = dmsc_str_set(&out->folder, "%s/accepted",
	    st->state_dir)) == DMSC_E_OK)
		r = dmsc_str_set(&out->path, "%s/%s", out->folder,
		    dmsc_hex(dmsc_rd_of(sha, NAME_LEN), hex, sizeof hex));
	return r == DMSC_E_OK ? r : dmsc_fail(st->e, r, "out of memory");
}

static int
broken(struct dmsc_store *st, const char *path)
{
	dmsc_fail(st->e, DMSC_E_DATA, "the record of the version that was "
	    "accepted is broken");
	dmsc_err_why(st->e, "without it no older one is known");
	return dmsc_err_where(st->e, "%s", path);
}

static int
parse(struct dmsc_store *st, const struct record *c, struct dmsc_rd file,
    char **out)
{
	struct dmsc_rd head = dmsc_buf_rd(c->head);
	struct dmsc_rd version = dmsc_rd_slice(file, head.left, file.left);

	if (!dmsc_rd_eq(dmsc_rd_slice(file, 0, head.left), head) ||
	    version.left == 0 || !dmsc_is_text(version))
		return broken(st, c->path);
	return (*out = dmsc_strndup(version)) != NULL ? DMSC_E_OK :
	    dmsc_fail(st->e, DMSC_E_NOMEM, "out of memory");
}

int
dmsc_accepted_get(struct dmsc_store *st, const char *label, char **out)
{
	struct record c = { .path = NULL };
	struct dmsc_buf *b = NULL;
	int r = record_of(st, label, &c);

	*out = NULL;
	if (r == DMSC_E_OK && c.path != NULL) {
		r = dmsc_file_slurp(c.path, RECORD_MAX, &b, st->e);
		if (r == DMSC_E_NOTFOUND) {
			dmsc_err_clear(st->e);
			r = DMSC_E_OK;
		} else if (r == DMSC_E_LIMIT)
			r = broken(st, c.path);
		else if (r == DMSC_E_OK)
			r = parse(st, &c, dmsc_buf_rd(b), out);
	}
	dmsc_buf_free(&b);
	record_clear(&c);
	return r;
}

int
dmsc_accepted_put(struct dmsc_store *st, const char *label, const char *was,
    const char *version)
{
	struct record c = { .path = NULL };
	int r;

	if (version == NULL || *version == '\0' ||
	    (was != NULL && dmsc_version_compare(version, was) <= 0))
		return DMSC_E_OK;
	if ((r = record_of(st, label, &c)) == DMSC_E_OK && c.path != NULL &&
	    (r = dmsc_file_mkdirs(c.folder, st->e)) == DMSC_E_OK) {
		if ((r = dmsc_buf_str(c.head, version)) != DMSC_E_OK)
			r = dmsc_fail(st->e, r, "out of memory");
		else
			r = dmsc_file_spit(c.path, dmsc_buf_rd(c.head),
			    st->e);
	}
	record_clear(&c);
	return r;
}
