/* A simulated card from an image or blank, its reset, its facts. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "card/appl.h"
#include "card/tree.h"

enum { ANSWER_MAX = DMSC_APDU_RSP_MAX, ICCID_FID = 0x2FE2 };

static const struct dmsc_field info_fields[] = {
	DMSC_F(dmsc_image_info, file, DMSC_K_STR),
	DMSC_F(dmsc_image_info, profile, DMSC_K_STR),
	DMSC_F(dmsc_image_info, iccid, DMSC_K_STR),
	DMSC_F(dmsc_image_info, atr, DMSC_K_STR),
	DMSC_F(dmsc_image_info, life, DMSC_K_STR),
	DMSC_F(dmsc_image_info, files, DMSC_K_SIZE),
	DMSC_F(dmsc_image_info, size, DMSC_K_SIZE),
	DMSC_F(dmsc_image_info, free_bytes, DMSC_K_SIZE),
	DMSC_F(dmsc_image_info, writes, DMSC_K_SIZE),
	DMSC_F_END
};
const struct dmsc_view dmsc_image_info_view = {
	"image", sizeof(struct dmsc_image_info), info_fields
};

void
dmsc_card_volatile(struct dmsc_card *c)
{
	size_t i;

	c->secure = NULL;
	c->toolkit.download = dmsc_card_package;
	dmsc_card_appl_reset(c);
	dmsc_card_toolkit_reset(c);
	dmsc_card_deaf(c);
	for (i = 0; i < DMSC_CARD_CHANNELS; i++) {
		dmsc_card_scp_end(c, &c->channels[i]);
		c->channels[i].scp_home = DMSC_CARD_NONE;
		c->channels[i].open = i == 0;
		c->channels[i].df = c->mf;
		c->channels[i].ef = c->channels[i].app = DMSC_CARD_NONE;
		c->channels[i].record = 0;
		dmsc_card_se_end(&c->channels[i]);
	}
	memset(c->given, 0, sizeof c->given);
	for (i = 0; i < c->n_pins; i++)
		c->pins[i].verified = c->pins[i].fresh = false;
	dmsc_buf_reset(c->waiting);
}

/* A card over *m, which it owns from now on, also on failure. */
static int
card_over(struct dmsc_mem **m, const char *image, struct dmsc_card **out,
    struct dmsc_err *e)
{
	struct dmsc_card *c = calloc(1, sizeof *c);
	int r = DMSC_E_NOMEM;

	*out = NULL;
	if (c == NULL) {
		dmsc_mem_close(m);
		return dmsc_fail(e, r, "out of memory");
	}
	c->mem = *m;
	*m = NULL;
	c->waiting = dmsc_buf_new(ANSWER_MAX);
	if (image != NULL)
		c->image = strdup(image);
	if (c->waiting != NULL && (image == NULL || c->image != NULL))
		r = dmsc_card_load(c);
	if (r != DMSC_E_OK) {
		dmsc_fail(e, r, "cannot use the image");
		if (image != NULL)
			dmsc_err_where(e, "%s", image);
		dmsc_card_close(&c);
		return r;
	}
	dmsc_card_volatile(c);
	*out = c;
	return r;
}

int
dmsc_card_open(const char *image, struct dmsc_card **out,
    struct dmsc_err *e)
{
	struct dmsc_mem *m;
	int r = dmsc_mem_open(image, &m, e);

	*out = NULL;
	return r == DMSC_E_OK ? card_over(&m, image, out, e) : r;
}

int
dmsc_card_peek(const char *image, struct dmsc_card **out,
    struct dmsc_err *e)
{
	struct dmsc_mem *m;
	int r = dmsc_mem_peek(image, &m, e);

	*out = NULL;
	return r == DMSC_E_OK ? card_over(&m, image, out, e) : r;
}

/* One free block, life cycle initialisation, the shortest ATR. */
static int
format(struct dmsc_mem *m)
{
	static const uint8_t atr[] = { 5, 0x3B, 0x80, 0x80, 0x01, 0x01 };
	static const uint8_t profile[] = "\5blank";

	dmsc_mem_u8(m, DMSC_CARD_AT_LIFE, LIFE_INIT);
	dmsc_mem_put(m, DMSC_CARD_AT_ATR, dmsc_rd_of(atr, sizeof atr));
	dmsc_mem_put(m, DMSC_CARD_AT_PROFILE, dmsc_rd_of(profile,
	    sizeof profile - 1));
	dmsc_mem_u32(m, DMSC_MEM_HEAP, DMSC_MEM_HEAP_SIZE);
	return dmsc_mem_commit(m);
}

static int
blank(struct dmsc_card **out, struct dmsc_err *e)
{
	struct dmsc_mem *m;
	int r;

	*out = NULL;
	if ((r = dmsc_mem_new(&m)) != DMSC_E_OK)
		return dmsc_fail(e, r, "out of memory");
	if ((r = format(m)) != DMSC_E_OK) {
		dmsc_mem_close(&m);
		return dmsc_fail(e, r, "out of memory");
	}
	return card_over(&m, NULL, out, e);
}

int
dmsc_card_blank(const char *image, const uint64_t *seed,
    struct dmsc_card **out, struct dmsc_err *e)
{
	struct dmsc_card *c;
	int r;

	*out = NULL;
	if ((r = blank(&c, e)) != DMSC_E_OK)
		return r;
	if (image != NULL) {
		r = dmsc_card_save(c, image, e);
		dmsc_card_close(&c);
		if (r == DMSC_E_OK)
			r = dmsc_card_open(image, &c, e);
		if (r != DMSC_E_OK)
			return r;
	}
	if (seed != NULL) {
		c->seeded = true;
		c->seed = *seed;
	}
	*out = c;
	return DMSC_E_OK;
}

/* An image that somebody holds is not replaced. */
int
dmsc_card_save(const struct dmsc_card *c, const char *image,
    struct dmsc_err *e)
{
	struct dmsc_mem *old = NULL;
	int r = DMSC_E_OK;

	if (dmsc_file_there(image)) {
		r = dmsc_mem_open(image, &old, e);
		if (r == DMSC_E_LOCKED)
			return r;
	}
	r = dmsc_mem_save(c->mem, image, e);
	dmsc_mem_close(&old);
	return r;
}

void
dmsc_card_close(struct dmsc_card **c)
{
	size_t i;

	if (c == NULL || *c == NULL)
		return;
	for (i = 0; i < DMSC_CARD_CHANNELS; i++) {
		dmsc_scp_free(&(*c)->channels[i].scp);
		dmsc_secret_free(&(*c)->channels[i].dek);
		dmsc_card_se_end(&(*c)->channels[i]);
	}
	dmsc_card_deaf(*c);
	dmsc_card_appl_free(*c);
	dmsc_card_toolkit_end(*c);
	dmsc_card_tree_drop(*c);
	dmsc_mem_close(&(*c)->mem);
	dmsc_buf_free(&(*c)->waiting);
	free((*c)->files);
	free((*c)->image);
	free(*c);
	*c = NULL;
}

int
dmsc_card_reset(struct dmsc_card *c, struct dmsc_buf *atr)
{
	if (c->mem->dead)
		return DMSC_E_REMOVED;
	dmsc_card_volatile(c);
	dmsc_buf_reset(atr);
	return dmsc_buf_put(atr, dmsc_card_stored(c, DMSC_CARD_AT_ATR));
}

/* EF.ICCID, else what PUT DATA set. */
struct dmsc_rd
dmsc_card_iccid(const struct dmsc_card *c)
{
	struct dmsc_rd r = dmsc_card_stored(c, DMSC_CARD_AT_ICCID);
	const struct dmsc_card_file *f;
	int k;

	if (c->mf == DMSC_CARD_NONE ||
	    (k = dmsc_card_child(c, c->mf, ICCID_FID)) == DMSC_CARD_NONE)
		return r;
	f = &c->files[k];
	return f->kind == KIND_TRANSPARENT && f->size >= DMSC_CARD_ICCID ?
	    dmsc_rd_of(c->mem->ram + f->data, DMSC_CARD_ICCID) : r;
}

/* Digits with the nibbles swapped. */
static int
iccid_text(const struct dmsc_card *c, char **out)
{
	struct dmsc_rd r = dmsc_card_iccid(c);
	char digits[2 * DMSC_CARD_ICCID + 1];
	size_t i, n = 0;
	unsigned d;

	for (i = 0; i < 2 * r.left && i < sizeof digits - 1; i++) {
		d = i % 2 == 0 ? r.p[i / 2] & 15u : r.p[i / 2] >> 4;
		if (d > 9)
			break;
		digits[n++] = (char)('0' + d);
	}
	digits[n] = '\0';
	return n == 0 ? DMSC_E_OK : dmsc_str_set(out, "%s", digits);
}

static const char *
life_name(unsigned life)
{
	return life == LIFE_INIT ? "initialisation" :
	    life == LIFE_ACTIVE ? "activated" : "terminated";
}

int
dmsc_card_facts(const struct dmsc_card *c, struct dmsc_image_info *out)
{
	struct dmsc_rd p = dmsc_card_stored(c, DMSC_CARD_AT_PROFILE);
	char hex[2 * DMSC_ATR_MAX + 1];
	size_t i;
	int r;

	dmsc_hex(dmsc_card_stored(c, DMSC_CARD_AT_ATR), hex, sizeof hex);
	if ((r = dmsc_str_set(&out->profile, "%.*s", (int)p.left,
	    (const char *)p.p)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->atr, "%s", hex)) != DMSC_E_OK ||
	    (r = dmsc_str_set(&out->life, "%s", life_name(c->life))) !=
	    DMSC_E_OK || (r = iccid_text(c, &out->iccid)) != DMSC_E_OK)
		return r;
	if (c->image != NULL &&
	    (r = dmsc_str_set(&out->file, "%s", c->image)) != DMSC_E_OK)
		return r;
	for (out->files = 0, i = 0; i < c->n_files; i++)
		out->files += c->files[i].used ? 1 : 0;
	out->size = DMSC_MEM_HEAP_SIZE;
	out->free_bytes = c->free_bytes;
	out->writes = dmsc_mem_get(c->mem, DMSC_MEM_COUNT + 4, 4);
	return DMSC_E_OK;
}

void
dmsc_card_cut(struct dmsc_card *c, unsigned long at, size_t bytes)
{
	dmsc_mem_cut(c->mem, at, bytes);
}

unsigned long
dmsc_card_writes(const struct dmsc_card *c)
{
	return c->mem->writes;
}

int
dmsc_card_power_back(struct dmsc_card *c)
{
	int r = dmsc_mem_power_back(c->mem);

	dmsc_card_appl_free(c);
	if (r == DMSC_E_OK)
		r = dmsc_card_load(c);
	if (r == DMSC_E_OK)
		dmsc_card_volatile(c);
	return r;
}

void
dmsc_card_t0_style(struct dmsc_card *c, bool on)
{
	c->t0_style = on;
}
