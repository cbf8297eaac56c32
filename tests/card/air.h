/* The network for tests of the card: packages with the keys of the profile
 * dmsc, in short messages. */
#ifndef DMSC_TESTS_CARD_AIR_H
#define DMSC_TESTS_CARD_AIR_H

#include "card/app.h"
#include "cat/sms.h"
#include "dm/ota.h"

enum { AIR_VERSION = 0x30, AIR_KEY = 16 };

static const uint8_t air_keys_of_30[2 * AIR_KEY] = {
	0x8E, 0x1B, 0x5C, 0x42, 0xD7, 0xA9, 0x36, 0x0F, 0x4C, 0x83, 0xF2,
	0x1E, 0x6D, 0xB0, 0x59, 0x7A, 0x3A, 0x97, 0xC4, 0x0E, 0x15, 0xF8,
	0xB2, 0x6D, 0x91, 0xE3, 0x50, 0x7C, 0x2B, 0xDA, 0x48, 0x6F };

static inline const struct dmsc_ota_keys *
air_keys(void)
{
	static struct dmsc_ota_keys keys;
	const struct dmsc_scp_keys set = {
		.enc = dmsc_rd_of(air_keys_of_30, AIR_KEY),
		.mac = dmsc_rd_of(air_keys_of_30 + AIR_KEY, AIR_KEY) };

	if (keys.n_enc == 0 &&
	    dmsc_ota_keys(&set, AIR_VERSION, &keys) != DMSC_E_OK)
		abort();
	return &keys;
}

/* A package of content with that counter. */
static inline struct dmsc_buf *
air_seal(uint32_t counter, struct dmsc_rd content)
{
	const struct dmsc_ota o = { .version = AIR_VERSION,
	    .counter = counter };
	struct dmsc_buf *b = dmsc_buf_new(DMSC_OTA_MAX);

	if (b == NULL || dmsc_ota_put(b, &o, air_keys(), content) != DMSC_E_OK)
		abort();
	return b;
}

/* The network brings it: SW of the last message, 0 without power; its data
 * as a proof that holds. */
static inline unsigned
air_bring(struct dmsc_card *c, const struct dmsc_buf *package,
    struct dmsc_ota_proof *proof)
{
	struct dmsc_buf *env = dmsc_buf_new(APP_SHORT),
	    *rsp = dmsc_buf_new(APP_SHORT);
	unsigned i, n = dmsc_cat_sms_parts(package->len), sw = 0;
	struct dmsc_cat_sms s;
	int r = DMSC_E_OK;

	memset(proof, 0, sizeof *proof);
	dmsc_cat_sms_init(&s, NULL, dmsc_buf_rd(package), 7);
	for (i = 1; r == DMSC_E_OK && i <= n; i++) {
		dmsc_buf_reset(env);
		dmsc_buf_reset(rsp);
		if (dmsc_cat_sms_put(&s, i, env) != DMSC_E_OK)
			abort();
		r = dmsc_card_air(c, dmsc_buf_rd(env), rsp);
	}
	if (r == DMSC_E_OK && rsp->len >= 2)
		sw = (unsigned)rsp->p[rsp->len - 2] << 8 |
		    rsp->p[rsp->len - 1];
	if (sw == 0x9000 && (dmsc_ota_proof_get(dmsc_rd_of(rsp->p,
	    rsp->len - 2), proof) != DMSC_E_OK ||
	    dmsc_ota_proof_check(proof, air_keys()) != DMSC_E_OK))
		sw = 1;
	proof->mac = proof->covered = dmsc_rd_of(NULL, 0);
	dmsc_buf_free(&env);
	dmsc_buf_free(&rsp);
	return sw;
}

/* A message of two Adds, in its envelope. */
static inline struct dmsc_buf *
air_message(void)
{
	struct dmsc_msg *m = world_msg("1");
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX);

	(void)world_cmd(m, NULL, "Add", "./Air", "node", NULL, NULL);
	(void)world_cmd(m, NULL, "Add", "./Air/Name", "chr", NULL, "new");
	app_write(m, false, b);
	dmsc_msg_free(&m);
	return b;
}

/* Two files below the PKCS#15 application, and a file that is made. */
static inline struct dmsc_buf *
air_script(const char *const *apdus)
{
	struct dmsc_buf *b = dmsc_buf_new(APP_OBJECT_MAX),
	    *one = dmsc_buf_new(APP_SHORT + 5);
	size_t at;

	if (dmsc_tlv_begin(b, DMSC_OTA_COMMANDS, &at) != DMSC_E_OK)
		abort();
	for (; *apdus != NULL; apdus++) {
		dmsc_buf_reset(one);
		if (dmsc_hex_get(*apdus, one) != DMSC_E_OK ||
		    dmsc_tlv_put(b, DMSC_OTA_COMMAND, dmsc_buf_rd(one)) !=
		    DMSC_E_OK)
			abort();
	}
	if (dmsc_tlv_end(b, at) != DMSC_E_OK)
		abort();
	dmsc_buf_free(&one);
	return b;
}

static const char *const air_writes[] = {
	"00A4080C047F504D11", "00D6000004AABBCCDD",
	"00A4080C047F504D01", "00D6000002AABB",
	"00A4080C027F50", "00E0000018" "62168202412183024DF0"
	    "8A01058B032F0601800200108800",
	"00A4080C047F504DF0", "00D60000021234", NULL };

#endif
