/* file read and file write: the content of one file of the card. */
#include <string.h>

#include "tools.h"

enum { RECORD_MAX = 254, OFFSET_MAX = 0xFFFFFF, VALUE_MAX = 1 << 24 };

static const struct sh_opt read_opts[] = {
	{ 'R', "record", "N", "only record N" },
	{ 'x', "hex", NULL, "the bytes, though the content is known" },
	{ 0, NULL, NULL, NULL }
};

static void
print_part(struct sh *sh, const char *text, const struct dmsc_buf *bytes,
    bool hex)
{
	if (text != NULL && !hex)
		sh_print(sh, "%s\n", text);
	else
		sh_hexdump(sh, dmsc_buf_rd(bytes));
}

static void
print_content(struct sh *sh, const struct dmsc_content *c, bool hex)
{
	size_t i;

	if (c->bytes != NULL)
		print_part(sh, c->text, c->bytes, hex);
	for (i = 0; i < c->n_records; i++) {
		const struct dmsc_record *d = &c->records[i];

		sh_print(sh, "%srecord %u:%s%s", sh_style(sh, SH_DIM),
		    d->number, sh_style(sh, SH_PLAIN),
		    d->text != NULL && !hex ? " " : "\n");
		print_part(sh, d->text, d->bytes, hex);
	}
}

static int
record_of(struct sh *sh, const struct sh_args *a, unsigned long *record)
{
	const char *text = sh_opt(a, "record");

	*record = 0;
	if (text != NULL && (!sh_num(text, RECORD_MAX, record) ||
	    *record == 0))
		return sh_usage(sh, "'%s' is no record number", text);
	return 0;
}

static int
read_run(struct sh *sh, const struct sh_args *a)
{
	struct dmsc_content *c = NULL;
	unsigned long record;
	int r, status;

	if ((status = record_of(sh, a, &record)) != 0 ||
	    (status = sh_need_card(sh)) != 0)
		return status;
	r = dmsc_file_read(sh_session(sh), sh_arg(a, 0), (unsigned)record,
	    &c);
	if (r != DMSC_E_OK)
		return sh_fail(sh, r);
	sh_data(sh, &dmsc_content_view, c);
	print_content(sh, c, sh_has(a, "hex"));
	return 0;
}

static const char *const read_examples[] = { "file read EF.ICCID",
	"file read EF.DIR", "file read --hex 7F50/5031", NULL };

const struct sh_cmd sh_cmd_file_read = {
	.name = "file read", .group = SH_G_FILE, .danger = SH_READ,
	.synopsis = "PATH",
	.summary = "read a file of the card",
	.details = "Well-known files are decoded, others are shown as a hex "
	    "dump; records one by one.",
	.opts = read_opts, .min_args = 1, .max_args = 1,
	.examples = read_examples, .see = "file fcp, file write, cat",
	.complete = sh_complete_ef, .run = read_run,
};

static const struct sh_opt write_opts[] = {
	{ 'o', "offset", "N", "begin at byte N; 0x for hexadecimal" },
	{ 'R', "record", "N", "write record N" },
	{ 'F', "file", "FILE", "take the bytes from FILE" },
	{ 0, NULL, NULL, NULL }
};

static int
bytes_of(struct sh *sh, const struct sh_args *a, struct dmsc_buf **out)
{
	const char *hex = sh_arg(a, 1), *file = sh_opt(a, "file");

	*out = NULL;
	if ((hex != NULL) == (file != NULL))
		return sh_usage(sh, "one of HEX and --file is needed");
	if (file != NULL)
		return sh_fail(sh, sh_slurp(sh, file, out));
	if ((*out = dmsc_buf_new(VALUE_MAX)) == NULL)
		return sh_nomem(sh);
	if (dmsc_hex_get(hex, *out) == DMSC_E_OK)
		return 0;
	dmsc_buf_free(out);
	return sh_usage(sh, "the bytes are not whole hexadecimal bytes");
}

static int
write_run(struct sh *sh, const struct sh_args *a)
{
	const char *text = sh_opt(a, "offset");
	unsigned long offset = 0, record;
	struct dmsc_buf *b = NULL;
	int status;

	if (text != NULL && !sh_num_any(text, OFFSET_MAX, &offset))
		return sh_usage(sh, "'%s' is no offset", text);
	if ((status = record_of(sh, a, &record)) != 0)
		return status;
	if (record > 0 && offset > 0)
		return sh_usage(sh, "a record is written whole");
	if ((status = bytes_of(sh, a, &b)) == 0 &&
	    (status = sh_need_card(sh)) == 0)
		status = sh_fail(sh, dmsc_file_write(sh_session(sh),
		    sh_arg(a, 0), offset, (unsigned)record, dmsc_buf_rd(b),
		    sh_options(sh)->dry_run));
	if (status == 0)
		sh_print(sh, "%s%zu byte%s\n", sh_options(sh)->dry_run ?
		    "it would write " : "written: ", b->len, sh_s(b->len));
	dmsc_buf_free(&b);
	return status;
}

static const char *const write_examples[] = {
	"pin verify 1 @scripts/demo/pin1 && file write -n EF.PL 656E",
	NULL
};

const struct sh_cmd sh_cmd_file_write = {
	.name = "file write", .group = SH_G_FILE, .danger = SH_WRITE,
	.synopsis = "PATH [HEX]",
	.summary = "write bytes to a file of the card",
	.details = "One range of a transparent file, or one record, then "
	    "read back. There is no undo: documents are changed with set "
	    "and commit, which have one. With -n nothing is written.",
	.opts = write_opts, .min_args = 1, .max_args = 2,
	.examples = write_examples, .see = "file read, file access, set",
	.complete = sh_complete_ef, .run = write_run,
};
