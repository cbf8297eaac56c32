/* The small card (fake.h). */
#include "uicc/fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tlv/ber.h"

static int
answer(struct dmsc_buf *rsp, struct dmsc_rd data, unsigned sw)
{
	int r = dmsc_buf_put(rsp, data);

	return r != DMSC_E_OK ? r : dmsc_buf_u16(rsp, sw);
}

static int
word(struct dmsc_buf *rsp, unsigned sw)
{
	return answer(rsp, dmsc_rd_of(NULL, 0), sw);
}

/* Data and SW as the card's habit is: at once, or by 61xx. */
static int
give(struct fake *f, struct dmsc_buf *rsp, struct dmsc_rd data)
{
	unsigned good = f->proactive ? 0x9110 : 0x9000;

	if (!f->t0 || data.left == 0)
		return answer(rsp, data, good);
	dmsc_buf_reset(f->waiting);
	if (dmsc_buf_put(f->waiting, data) != DMSC_E_OK)
		return DMSC_E_LIMIT;
	return word(rsp, 0x6100 | (data.left > 255 ? 0 :
	    (unsigned)data.left));
}

static int
get_response(struct fake *f, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	struct dmsc_rd all = dmsc_buf_rd(f->waiting), part;
	size_t le = cmd.p[4] == 0 ? 256 : cmd.p[4], left;
	uint8_t copy[65536];

	if (all.left == 0)
		return word(rsp, 0x6F00);
	part = dmsc_rd_slice(all, 0, le);
	left = all.left - part.left;
	if (answer(rsp, part, left > 0 ? 0x6100 | (left > 255 ? 0 :
	    (unsigned)left) :
	    f->proactive ? 0x9110 : 0x9000) != DMSC_E_OK)
		return DMSC_E_LIMIT;
	memcpy(copy, all.p + part.left, left);
	dmsc_buf_reset(f->waiting);
	return dmsc_buf_put(f->waiting, dmsc_rd_of(copy, left));
}

static const struct fake_file *
by_path(struct fake *f, const char *path)
{
	size_t i;

	for (i = 0; i < f->n_files; i++)
		if (strcmp(f->files[i].path, path) == 0)
			return &f->files[i];
	return NULL;
}

static bool
is_df(const struct fake_file *x)
{
	return x->bytes == NULL;
}

/* The path of the current DF. */
static void
current(const struct fake *f, char *out, size_t size)
{
	const char *cut = NULL;

	(void)snprintf(out, size, "%s", f->at == NULL ? "" : f->at->path);
	if (f->at == NULL || is_df(f->at))
		return;
	cut = strrchr(out, '/');
	out[cut == NULL ? 0 : cut - out] = '\0';
}

static void
append_fid(char *path, size_t size, struct dmsc_rd *data)
{
	size_t n = strlen(path);

	(void)snprintf(path + n, size - n, "%s%02X%02X", n > 0 ? "/" : "",
	    data->p[0], data->p[1]);
	*data = dmsc_rd_slice(*data, 2, data->left);
}

static const struct fake_file *
target(struct fake *f, unsigned p1, struct dmsc_rd data)
{
	char path[64] = "", hex[33];
	size_t i;

	if (p1 == 0x04) {
		(void)dmsc_hex(data, hex, sizeof hex);
		for (i = 0; i < f->n_files; i++)
			if (f->files[i].aid != NULL && strncmp(
			    f->files[i].aid, hex, strlen(hex)) == 0)
				return f->files[i].aid[0] != '\0' &&
				    !f->no_aid ? &f->files[i] : NULL;
		return NULL;
	}
	if (data.left == 2 && data.p[0] == 0x3F && data.p[1] == 0)
		return by_path(f, "");
	if (p1 == 0x00)
		current(f, path, sizeof path);
	else if (data.left > 2 && data.p[0] == 0x7F && data.p[1] == 0xFF) {
		if (f->adf == NULL || f->no_7fff)
			return NULL;
		(void)snprintf(path, sizeof path, "%s", f->adf->path);
		data = dmsc_rd_slice(data, 2, data.left);
	}
	while (data.left >= 2)
		append_fid(path, sizeof path, &data);
	return by_path(f, path);
}

static int
put_fcp(struct fake *f, const struct fake_file *x, struct dmsc_buf *b)
{
	uint8_t desc[5] = { 0x41, 0x21, 0, 0, 0 };
	uint8_t size[3] = { (uint8_t)(x->size >> 16), (uint8_t)(x->size >> 8),
	    (uint8_t)x->size };
	size_t at, n = x->record_len > 0 ? 5 : 2;

	if (x->fcp != NULL)
		return dmsc_hex_get(x->fcp, b);
	if (is_df(x))
		desc[0] = 0x78;
	if (x->record_len > 0) {
		desc[0] = 0x42;
		desc[3] = (uint8_t)x->record_len;
		desc[4] = (uint8_t)(x->size / x->record_len);
	}
	if (dmsc_tlv_begin(b, 0x62, &at) != DMSC_E_OK ||
	    dmsc_tlv_put(b, 0x82, dmsc_rd_of(desc, n)) != DMSC_E_OK ||
	    dmsc_tlv_put_u8(b, 0x8A, 5) != DMSC_E_OK ||
	    (f->tells_size && !is_df(x) && dmsc_tlv_put(b, 0x80,
	    dmsc_rd_of(size, 3)) != DMSC_E_OK))
		return DMSC_E_LIMIT;
	return dmsc_tlv_end(b, at);
}

static struct dmsc_rd
field(struct dmsc_rd cmd)
{
	struct dmsc_rd data;

	return dmsc_apdu_data(cmd, &data) == DMSC_E_OK ? data :
	    dmsc_rd_of(NULL, 0);
}

static int
do_select(struct fake *f, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	const struct fake_file *x;
	struct dmsc_buf *b;
	unsigned p2 = cmd.p[3];
	int r;

	if ((p2 == 0x04 && f->no_p2_04) || (p2 == 0x0C && f->no_p2_0c) ||
	    (p2 == 0x00 && f->no_p2_00) || (cmd.p[2] == 8 && f->no_path))
		return word(rsp, 0x6A86);
	x = target(f, cmd.p[2], field(cmd));
	if (x == NULL)
		return word(rsp, 0x6A82);
	f->at = x;
	if (x->aid != NULL && cmd.p[2] == 0x04)
		f->adf = x;
	if (p2 == 0x0C)
		return word(rsp, f->proactive ? 0x9110 : 0x9000);
	b = dmsc_buf_new(300);
	r = put_fcp(f, x, b);
	if (r == DMSC_E_OK)
		r = give(f, rsp, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

/* A READ that reaches past the end, by the habit chosen. */
static int
past_end(struct fake *f, struct dmsc_rd rest, struct dmsc_buf *rsp)
{
	if (rest.left == 0 && f->end != END_6282)
		return word(rsp, 0x6B00);
	if (f->end == END_6C && rest.left < 256)
		return word(rsp, 0x6C00 | (unsigned)rest.left);
	if (f->end == END_6700)
		return word(rsp, 0x6700);
	if (f->end == END_6B00)
		return word(rsp, 0x6B00);
	return answer(rsp, rest, f->end == END_6282 ? 0x6282 : 0x9000);
}

static size_t
le_of(struct dmsc_rd cmd)
{
	if (cmd.left == 5)
		return cmd.p[4] == 0 ? 256 : cmd.p[4];
	if (cmd.left == 7)
		return (size_t)cmd.p[5] << 8 | cmd.p[6];
	return 256;
}

static int
do_read(struct fake *f, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	struct dmsc_rd all, d = field(cmd), part;
	size_t off = (size_t)cmd.p[2] << 8 | cmd.p[3], le = le_of(cmd);
	struct dmsc_buf *b;
	int r;

	if (f->at == NULL || is_df(f->at))
		return word(rsp, 0x6986);
	if (f->at->locked)
		return word(rsp, 0x6982);
	if (le > 256 && f->no_extended)
		return word(rsp, 0x6700);
	if (cmd.p[1] == 0xB1)
		off = d.left == 4 ? (size_t)d.p[2] << 8 | d.p[3] :
		    (size_t)d.p[2] << 16 | (size_t)d.p[3] << 8 | d.p[4];
	all = dmsc_rd_of(f->at->bytes, f->at->size);
	if (cmd.p[1] == 0xB0) {
		part = dmsc_rd_slice(all, off, le);
		return part.left < le ? past_end(f, part, rsp) :
		    give(f, rsp, part);
	}
	if (off >= all.left)
		return word(rsp, 0x6B00);
	if (f->odd_raw)
		return give(f, rsp, dmsc_rd_slice(all, off, le));
	b = dmsc_buf_new(300);
	r = dmsc_tlv_put(b, 0x53, dmsc_rd_slice(all, off, 250));
	if (r == DMSC_E_OK)
		r = give(f, rsp, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

static int
do_record(struct fake *f, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	unsigned len = f->at == NULL ? 0 : f->at->record_len;

	if (len == 0)
		return word(rsp, 0x6981);
	if ((size_t)cmd.p[2] * len > f->at->size)
		return word(rsp, 0x6A83);
	if (cmd.left > 4 && cmd.p[4] != len)
		return word(rsp, 0x6C00 | len);
	return give(f, rsp, dmsc_rd_of(f->at->bytes +
	    (size_t)(cmd.p[2] - 1) * len, len));
}

static int
do_channel(struct fake *f, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	uint8_t ch = 1;

	if (cmd.p[2] == 0x80) {
		f->channels &= ~(1u << cmd.p[3]);
		return word(rsp, 0x9000);
	}
	f->channels |= 1u << ch;
	return give(f, rsp, dmsc_rd_of(&ch, 1));
}

static int
run(struct fake *f, struct dmsc_rd cmd, struct dmsc_buf *rsp)
{
	switch (cmd.p[1]) {
	case 0xA4:
		return do_select(f, cmd, rsp);
	case 0xC0:
		return get_response(f, cmd, rsp);
	case 0xB0: case 0xB1:
		return do_read(f, cmd, rsp);
	case 0xB2:
		return do_record(f, cmd, rsp);
	case 0x70:
		return do_channel(f, cmd, rsp);
	case 0x20:
		return word(rsp, cmd.left <= 5 ? f->pin_sw : 0x9000);
	default:
		return word(rsp, 0x6D00);
	}
}

static int
xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp, struct dmsc_err *e)
{
	struct fake *f = h;
	size_t n = strlen(f->log);

	(void)e;
	f->apdus++;
	f->last_ch = cmd.p[0] & 3;
	if (n + 2 * cmd.left + 2 < sizeof f->log) {
		if (n > 0)
			f->log[n++] = '|';
		(void)dmsc_hex(cmd, f->log + n, sizeof f->log - n);
	}
	return f->always != 0 ? word(rsp, f->always) : run(f, cmd, rsp);
}

static void
leave(void **h, bool reset_card)
{
	(void)reset_card;
	*h = NULL;
}

struct dmsc_link
fake_link(struct fake *f)
{
	static const struct dmsc_link_ops ops = { .name = "fake",
	    .xfer = xfer, .close = leave };
	struct dmsc_link l = { &ops, f };

	f->waiting = dmsc_buf_new(65538);
	return l;
}

void
fake_clear(struct fake *f)
{
	dmsc_buf_free(&f->waiting);
}

struct dmsc_uicc *
fake_uicc(struct fake *f, struct dmsc_link *l, struct dmsc_err *e)
{
	dmsc_err_clear(e);
	*l = fake_link(f);
	return dmsc_uicc_new(l, e, NULL);
}
