/* A card with the DM-SC application for tests, and a plain host in front of
 * it: objects in blocks, messages in, Statuses out. */
#ifndef DMSC_TESTS_CARD_APP_H
#define DMSC_TESTS_CARD_APP_H

#include "card/appl.h"
#include "card/lab.h"
#include "card/tree.h"
#include "codec/msg.h"
#include "dm/appl.h"
#include "dm/world.h"
#include "session/profile.h"

#define APP_SELECT "00A4040C07F0444D2D534301"
#define APP_ADM1 "0020000A08" ADM
#define APP_PIN81 "0020008108" PIN2468

enum { APP_OBJECT_MAX = 70000, APP_SHORT = 255, APP_LONG = 65535 };

/* The profile on a blank card in memory, activated, with space bytes for the
 * tree (0: as the profile says); NULL, and it says why. */
static inline struct dmsc_card *
app_card_with(const char *profile, uint32_t space)
{
	const uint64_t seed = 11;
	uint8_t iccid[DMSC_ICCID_BYTES];
	struct dmsc_err e = { .code = 0 };
	struct dmsc_card *c = NULL, *keep;
	struct dmsc_link l = { NULL, NULL };
	volatile int stop = 0;
	struct dmsc_uicc *u;
	int r = DMSC_E_OK;

	dmsc_iccid_draw(seed, iccid);
	if (dmsc_card_blank(NULL, &seed, &c, &e) != DMSC_E_OK)
		return NULL;
	keep = c;
	if (dmsc_card_end(&c, &l) != DMSC_E_OK ||
	    (u = dmsc_uicc_new(&l, &e, &stop)) == NULL)
		return NULL;
	if (space != 0)
		r = dmsc_profile_space(u, space);
	if (r == DMSC_E_OK)
		r = dmsc_profile_apply(u, dmsc_profile_find(profile), iccid,
		    space != 0);
	if (r != DMSC_E_OK)
		printf("# no card: %s: %s\n", e.where, e.message);
	dmsc_uicc_free(&u);
	return r == DMSC_E_OK ? keep : NULL;
}

static inline bool
app_reset(struct dmsc_card *c)
{
	struct dmsc_buf *atr = dmsc_buf_new(DMSC_ATR_MAX);
	bool good = atr != NULL && dmsc_card_reset(c, atr) == DMSC_E_OK;

	dmsc_buf_free(&atr);
	return good;
}

static inline struct dmsc_card *
app_card(void)
{
	struct dmsc_card *c = app_card_with("dmsc", 0);

	if (c == NULL || !app_reset(c))
		abort();
	return c;
}

/* One APDU; its data into out (may be NULL), SW back; 0: no power. */
static inline unsigned
app_apdu(struct dmsc_card *c, struct dmsc_rd cmd, struct dmsc_buf *out)
{
	struct dmsc_buf *rsp = dmsc_buf_new(LAB_MAX);
	unsigned sw = 0;

	if (dmsc_card_apdu(c, cmd, rsp) == DMSC_E_OK && rsp->len >= 2) {
		sw = (unsigned)rsp->p[rsp->len - 2] << 8 |
		    rsp->p[rsp->len - 1];
		if (out != NULL && dmsc_buf_put(out, dmsc_rd_of(rsp->p,
		    rsp->len - 2)) != DMSC_E_OK)
			abort();
	}
	dmsc_buf_free(&rsp);
	return sw;
}

/* All that 61xx says is there. */
static inline unsigned
app_rest(struct dmsc_card *c, unsigned sw, struct dmsc_buf *out)
{
	static const uint8_t more[] = { 0x00, 0xC0, 0, 0, 0 };

	while (sw >> 8 == 0x61)
		sw = app_apdu(c, dmsc_rd_of(more, sizeof more), out);
	return sw;
}

/* One block of STORE DATA. */
static inline unsigned
app_block(struct dmsc_card *c, unsigned p1, unsigned p2, struct dmsc_rd r,
    struct dmsc_buf *out)
{
	struct dmsc_buf *cmd = dmsc_buf_new(LAB_MAX);
	bool far = r.left > APP_SHORT, good;
	unsigned sw = 0;

	good = dmsc_buf_u32(cmd, 0x80E20000u | p1 << 8 | (p2 & 0xFF)) ==
	    DMSC_E_OK && (far ? dmsc_buf_u24(cmd, (uint32_t)r.left) :
	    dmsc_buf_u8(cmd, (unsigned)r.left)) == DMSC_E_OK &&
	    dmsc_buf_put(cmd, r) == DMSC_E_OK &&
	    ((p1 & DMSC_APPL_P1_ANSWER) == 0 || (far ? dmsc_buf_u16(cmd, 0) :
	    dmsc_buf_u8(cmd, 0)) == DMSC_E_OK);
	if (good)
		sw = app_rest(c, app_apdu(c, dmsc_buf_rd(cmd), out), out);
	dmsc_buf_free(&cmd);
	return sw;
}

/* An object in blocks of n bytes; its answer into out. */
static inline unsigned
app_object(struct dmsc_card *c, struct dmsc_rd object, size_t n,
    struct dmsc_buf *out)
{
	unsigned sw = 0x9000, i;

	for (i = 0; sw == 0x9000 && object.left > 0; i++) {
		struct dmsc_rd block = dmsc_rd_slice(object, 0, n);

		object = dmsc_rd_slice(object, block.left, object.left);
		sw = app_block(c, DMSC_APPL_P1 | (object.left == 0 ?
		    DMSC_APPL_P1_LAST | DMSC_APPL_P1_ANSWER : 0), i, block,
		    out);
	}
	return sw;
}

static inline void
app_write(const struct dmsc_msg *m, bool xml, struct dmsc_buf *out)
{
	struct dmsc_appl_message env = { .xml = xml };
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX);

	if ((xml ? dmsc_msg_write_xml(m, false, b, NULL) :
	    dmsc_msg_write(m, b, NULL)) != DMSC_E_OK)
		abort();
	env.bytes = dmsc_buf_rd(b);
	if (dmsc_appl_message_put(out, DMSC_APPL_MESSAGE, &env) != DMSC_E_OK)
		abort();
	dmsc_buf_free(&b);
}

/* The message in an answer; NULL: none that can be read. */
static inline struct dmsc_msg *
app_read(const struct dmsc_buf *b)
{
	struct dmsc_appl_message env;
	struct dmsc_msg *m = NULL;

	return dmsc_appl_message_get(dmsc_buf_rd(b), DMSC_APPL_MESSAGE,
	    &env) == DMSC_E_OK && dmsc_msg_read(env.bytes, &m, NULL, NULL) ==
	    DMSC_E_OK ? m : NULL;
}

/* The Status in it of the first command; 0: none. */
static inline unsigned
app_status(const struct dmsc_buf *b)
{
	struct dmsc_msg *m = app_read(b);
	unsigned status = m != NULL ? world_status(m, "1") : 0;

	dmsc_msg_free(&m);
	return status;
}

/* A message; the answer to it, NULL where there is none. */
static inline struct dmsc_msg *
app_tell(struct dmsc_card *c, const struct dmsc_msg *m, size_t block,
    unsigned *sw)
{
	struct dmsc_buf *in = dmsc_buf_new(APP_OBJECT_MAX),
	    *out = dmsc_buf_new(APP_OBJECT_MAX);
	struct dmsc_msg *answer = NULL;

	app_write(m, false, in);
	*sw = app_object(c, dmsc_buf_rd(in), block, out);
	if (*sw == 0x9000 && (answer = app_read(out)) == NULL)
		*sw = 0;
	dmsc_buf_free(&in);
	dmsc_buf_free(&out);
	return answer;
}

/* One command in a message of its own: its DM status, or SW where there is
 * no message. */
static inline unsigned
app_do(struct dmsc_card *c, const char *cmd, const char *uri,
    const char *format, const char *data)
{
	struct dmsc_msg *m = world_msg("1"), *answer;
	unsigned sw, status;

	(void)world_cmd(m, NULL, cmd, uri, format, NULL, data);
	answer = app_tell(c, m, APP_SHORT, &sw);
	status = answer == NULL ? sw : world_status(answer, "1");
	dmsc_msg_free(&answer);
	dmsc_msg_free(&m);
	return status;
}

/* What Get answers: text in out, its status back. */
static inline unsigned
app_get(struct dmsc_card *c, const char *uri, struct dmsc_buf *out)
{
	struct dmsc_msg *m = world_msg("1"), *a;
	unsigned sw, status = 0;
	size_t i;

	dmsc_buf_reset(out);
	(void)world_cmd(m, NULL, "Get", uri, NULL, NULL, NULL);
	if ((a = app_tell(c, m, APP_SHORT, &sw)) != NULL)
		status = world_status(a, "1");
	for (i = 0; a != NULL && i < a->n_cmds; i++)
		if (a->cmds[i]->kind == DMSC_CMD_RESULTS &&
		    dmsc_buf_put(out, a->cmds[i]->items[0]->data.bytes) !=
		    DMSC_E_OK)
			abort();
	dmsc_msg_free(&a);
	dmsc_msg_free(&m);
	return a == NULL && status == 0 ? sw : status;
}

static inline bool
app_has(struct dmsc_card *c, const char *uri, const char *value)
{
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX);
	bool good = app_get(c, uri, b) == 200 &&
	    dmsc_rd_eq_str(dmsc_buf_rd(b), value);

	dmsc_buf_free(&b);
	return good;
}

/* The card's STATE. */
static inline unsigned
app_state(struct dmsc_card *c, struct dmsc_buf *keep,
    struct dmsc_appl_state *out)
{
	const struct dmsc_appl_caps caps = { .version = DMSC_APPL_VERSION,
	    .methods = DMSC_APPL_METHODS, .max_msg = 32768,
	    .max_obj = DMSC_CARD_OBJ_MAX, .name = dmsc_rd_str("test") };
	struct dmsc_buf *b = dmsc_buf_new(APP_SHORT);
	unsigned sw = 0;

	dmsc_buf_reset(keep);
	if (dmsc_appl_caps_put(b, &caps) == DMSC_E_OK)
		sw = app_object(c, dmsc_buf_rd(b), APP_SHORT, keep);
	if (sw == 0x9000 && dmsc_appl_state_get(dmsc_buf_rd(keep), out) !=
	    DMSC_E_OK)
		sw = 0;
	dmsc_buf_free(&b);
	return sw;
}

#endif
