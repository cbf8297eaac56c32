/*
 * Over the air (dmsc-card(7), OVER THE AIR): what the network brings, and the
 * packages (dm/ota.h) that the card takes out of short messages. What a
 * package does and its counter become lasting in one transaction.
 */
#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "card/applin.h"
#include "card/keys.h"
#include "card/tree.h"
#include "cat/cat.h"
#include "dm/dm.h"
#include "dm/ota.h"
#include "tlv/ber.h"

enum {
	PATH = 2 * DMSC_CARD_DEPTH, PATHS = DMSC_APPL_NOTICE_PATHS, COUNTER = 4,
	ANSWER_MAX = 65535, MF_FID = 0x3F00,
	INS_SELECT = 0xA4, INS_UPDATE = 0xD6, INS_UPDATE_ODD = 0xD7,
	INS_RECORD = 0xDC, INS_CREATE = 0xE0, OUTSIDE = 300
};

/* A package in work. */
struct taking {
	struct dmsc_card *c;
	struct dmsc_ota o;
	struct dmsc_ota_keys keys;
	uint32_t at;			/* the entry of the SCP03 keys */
	struct dmsc_card_who who;
	struct dmsc_ota_proof proof;
	struct dmsc_buf *plain;
	struct dmsc_buf *paths;		/* of changed files, from the MF */
	size_t n_paths;
	bool created;
};

int
dmsc_card_air(struct dmsc_card *c, struct dmsc_rd envelope,
    struct dmsc_buf *rsp)
{
	const struct dmsc_apdu_in a = { .cla = 0x80, .ins = 0xC2,
		.proprietary = true, .data = envelope };
	struct dmsc_card_call k = { c, &c->channels[0], &a, rsp };
	size_t start = rsp->len;
	unsigned sw;

	if (c->mem->dead)
		return DMSC_E_REMOVED;
	sw = dmsc_card_take_envelope(&k);
	if (c->mem->n_ranges > 0)
		dmsc_mem_rollback(c->mem);
	if (c->mem->dead) {
		dmsc_buf_truncate(rsp, start);
		return DMSC_E_REMOVED;
	}
	return dmsc_buf_u16(rsp, sw);
}

/* ---- which keys, and what is inside */

static struct dmsc_rd
key_of(const struct taking *t, unsigned part)
{
	const uint8_t *e = t->c->mem->ram + t->at;

	return dmsc_rd_of(e + part, e[K_LEN]);
}

/* Opens it: SW_OK. Nobody is told apart who has not the keys. */
static unsigned
open_package(struct taking *t)
{
	struct dmsc_scp_keys set = { .dek = { NULL, 0 } };
	int r;

	t->at = dmsc_card_keys(t->c, DMSC_CARD_NONE, t->o.version);
	if (t->at == 0 || !dmsc_card_key_server(t->c, t->o.version, &t->who))
		return SW_SECURITY;
	set.enc = key_of(t, K_ENC);
	set.mac = key_of(t, K_MAC);
	r = dmsc_ota_keys(&set, t->o.version, &t->keys);
	if (r == DMSC_E_OK)
		r = dmsc_ota_open(&t->o, &t->keys, t->plain);
	return r == DMSC_E_OK ? SW_OK : r == DMSC_E_NOMEM ? SW_MEMORY :
	    SW_SECURITY;
}

static uint32_t
last_counter(const struct taking *t)
{
	return dmsc_mem_get(t->c->mem, t->at + K_OTA, COUNTER);
}

/* Into the open transaction. */
static void
spend(struct taking *t)
{
	dmsc_mem_u32(t->c->mem, t->at + K_OTA, t->o.counter);
}

/* ---- a message */

/* The first Status that is no 2xx, else 200; how many are. */
static void
judge(struct taking *t, struct dmsc_rd answer)
{
	struct dmsc_appl_message env;
	struct dmsc_msg *m = NULL;
	uint32_t status;
	size_t i;

	t->proof.status = DMSC_DM_FAILED;
	if (dmsc_appl_message_get(answer, DMSC_APPL_MESSAGE, &env) !=
	    DMSC_E_OK || dmsc_msg_read(env.bytes, &m, NULL, NULL) !=
	    DMSC_E_OK)
		return;
	t->proof.status = DMSC_DM_OK;
	for (i = 0; i < m->n_cmds; i++) {
		const struct dmsc_cmd *s = m->cmds[i];

		if (s->kind != DMSC_CMD_STATUS || s->data == NULL ||
		    dmsc_msg_number(s->data, UINT16_MAX, &status) !=
		    DMSC_E_OK)
			continue;
		if (status >= OUTSIDE || status < DMSC_DM_OK) {
			if (t->proof.status == DMSC_DM_OK)
				t->proof.status = status;
		} else if (s->cmd_ref != NULL && strcmp(s->cmd_ref, "0") !=
		    0)
			t->proof.done++;
	}
	dmsc_msg_free(&m);
}

static void
message(struct taking *t)
{
	struct dmsc_buf *answer = dmsc_buf_new(ANSWER_MAX);
	unsigned sw = SW_MEMORY;

	if (answer != NULL) {
		spend(t);
		sw = dmsc_card_obey(t->c, t->who.owner ? NULL :
		    t->who.server, dmsc_buf_rd(t->plain), answer);
	}
	if (sw == SW_DATA)
		t->proof.outcome = DMSC_OTA_UNKNOWN;
	else if (sw != SW_OK)
		t->proof.outcome = DMSC_OTA_FAILED;
	else {
		judge(t, dmsc_buf_rd(answer));
		t->proof.outcome = t->proof.status == DMSC_DM_OK ?
		    DMSC_OTA_DONE : DMSC_OTA_REFUSED;
	}
	dmsc_buf_free(&answer);
}

/* ---- commands */

/* The path of file i, 3F00 first, unless it is there already. */
static int
note_path(struct taking *t, int i)
{
	uint8_t path[PATH];
	struct dmsc_rd r, old = dmsc_buf_rd(t->paths), one;
	size_t at = sizeof path;

	for (; i != DMSC_CARD_NONE && at > 0; i = t->c->files[i].parent) {
		path[--at] = (uint8_t)t->c->files[i].fid;
		path[--at] = (uint8_t)(t->c->files[i].fid >> 8);
	}
	r = dmsc_rd_of(path + at, sizeof path - at);
	while (dmsc_cat_file(&old, &one))
		if (dmsc_rd_eq(one, r))
			return DMSC_E_OK;
	if (t->n_paths == PATHS)
		return DMSC_E_OK;
	t->n_paths++;
	return dmsc_buf_put(t->paths, r);
}

/* One command, if it is one of remote file management that writes. */
static unsigned
one_command(struct taking *t, struct dmsc_card_call *k, struct dmsc_rd cmd)
{
	unsigned ins = cmd.left > 1 ? cmd.p[1] : 0, sw;

	if (ins != INS_SELECT && ins != INS_UPDATE && ins != INS_UPDATE_ODD &&
	    ins != INS_RECORD && ins != INS_CREATE)
		return SW_INS;
	dmsc_buf_reset(k->rsp);
	t->created = t->created || ins == INS_CREATE;
	sw = dmsc_card_run(k, cmd);
	if (sw == SW_OK && ins != INS_SELECT && ins != INS_CREATE &&
	    note_path(t, k->ch->ef) != DMSC_E_OK)
		return SW_MEMORY;
	return sw;
}

static unsigned
all_commands(struct taking *t, struct dmsc_card_call *k, struct dmsc_rd list)
{
	struct dmsc_rd cmd;
	unsigned sw = SW_OK;
	uint32_t tag;

	while (sw == SW_OK && list.left > 0) {
		if (dmsc_tlv_next(&list, &tag, &cmd) != DMSC_E_OK ||
		    tag != DMSC_OTA_COMMAND)
			return SW_DATA;
		if ((sw = one_command(t, k, cmd)) == SW_OK)
			t->proof.done++;
	}
	return sw;
}

/* Nothing of the script was: what was found in memory is found anew. */
static void
take_back(struct taking *t)
{
	struct dmsc_card *c = t->c;

	dmsc_mem_rollback(c->mem);
	c->rules_now++;
	t->n_paths = 0;
	dmsc_buf_reset(t->paths);
	if (t->created && dmsc_card_load(c) != DMSC_E_OK)
		c->mem->dead = true;	/* until power comes back */
	if (t->created)
		dmsc_card_volatile(c);
}

/* On a channel that no device has, as the owner, in one transaction. */
static unsigned
script(struct taking *t, struct dmsc_rd list)
{
	struct dmsc_card_channel ch = { .open = true, .df = t->c->mf,
		.ef = DMSC_CARD_NONE, .app = DMSC_CARD_NONE,
		.scp_home = DMSC_CARD_NONE };
	struct dmsc_buf *rsp = dmsc_buf_new(ANSWER_MAX);
	const struct dmsc_apdu_in none = { 0 };
	struct dmsc_card_call k = { t->c, &ch, &none, rsp };
	unsigned sw = SW_MEMORY;

	if (rsp != NULL) {
		spend(t);
		t->c->by_air = true;
		t->c->secure = &ch;
		sw = all_commands(t, &k, list);
		t->c->by_air = false;
		t->c->secure = NULL;
		if (sw == SW_OK)
			sw = dmsc_card_keep(t->c);
		if (sw != SW_OK)
			take_back(t);
	}
	dmsc_card_se_end(&ch);
	dmsc_buf_free(&rsp);
	return sw;
}

static void
commands(struct taking *t, struct dmsc_rd list)
{
	unsigned sw = t->who.owner ? script(t, list) : SW_SECURITY;

	t->proof.status = sw;
	t->proof.outcome = sw == SW_OK ? DMSC_OTA_DONE : sw == SW_MEMORY ?
	    DMSC_OTA_FAILED : DMSC_OTA_REFUSED;
}

/* ---- the whole */

static void
carry_out(struct taking *t)
{
	struct dmsc_rd r = dmsc_buf_rd(t->plain), v = { NULL, 0 };
	uint32_t tag = 0;
	bool whole = dmsc_tlv_next(&r, &tag, &v) == DMSC_E_OK && r.left == 0;

	if (whole && tag == DMSC_OTA_MESSAGE)
		message(t);
	else if (whole && tag == DMSC_OTA_COMMANDS)
		commands(t, v);
	else
		t->proof.outcome = DMSC_OTA_UNKNOWN;
	if (t->proof.outcome == DMSC_OTA_FAILED) {
		dmsc_mem_rollback(t->c->mem);
		return;
	}
	/* Once, whatever came of it. */
	if (last_counter(t) < t->o.counter)
		spend(t);
	if (dmsc_card_keep(t->c) != SW_OK)
		t->proof.outcome = DMSC_OTA_FAILED;
}

/* The device learns what is not as it read it, where it can. */
static void
tell(struct taking *t, uint32_t before)
{
	if (t->n_paths > 0 || dmsc_card_counter(t->c) != before)
		(void)dmsc_card_announce(t->c, DMSC_APPL_CHANGED,
		    dmsc_buf_rd(t->paths));
}

static bool
for_this_card(const struct taking *t)
{
	return t->o.card.left == 0 || dmsc_rd_eq(t->o.card,
	    dmsc_card_iccid(t->c));
}

static unsigned
take(struct taking *t, struct dmsc_buf *rsp)
{
	uint32_t before = dmsc_card_counter(t->c);
	unsigned sw = open_package(t);

	if (sw != SW_OK)
		return sw;
	t->proof.version = t->o.version;
	if (!for_this_card(t))
		t->proof.outcome = DMSC_OTA_OTHER;
	else if (t->o.counter <= last_counter(t))
		t->proof.outcome = DMSC_OTA_OLD;
	else
		carry_out(t);
	if (!t->c->mem->dead && (t->proof.outcome == DMSC_OTA_DONE ||
	    t->proof.outcome == DMSC_OTA_REFUSED))
		tell(t, before);
	if (t->c->mem->dead)
		return SW_NOTHING;
	t->proof.counter = last_counter(t);
	t->proof.change = dmsc_card_counter(t->c);
	return dmsc_ota_proof_put(rsp, &t->proof, &t->keys) == DMSC_E_OK ?
	    SW_OK : SW_MEMORY;
}

/* A card without the application throws messages away, as any does with what
 * is not for it. */
unsigned
dmsc_card_package(struct dmsc_card_call *k, struct dmsc_rd bytes)
{
	struct taking t = { .c = k->c };
	unsigned sw = SW_MEMORY;
	int r;

	if (dmsc_card_appl_adf(k->c) == DMSC_CARD_NONE)
		return SW_OK;
	if ((r = dmsc_ota_get(bytes, &t.o)) != DMSC_E_OK)
		return r == DMSC_E_NOTFOUND ? SW_OK : SW_DATA;
	t.plain = dmsc_buf_new(DMSC_OTA_MAX);
	t.paths = dmsc_buf_new(PATHS * PATH);
	if (t.plain != NULL && t.paths != NULL)
		sw = take(&t, k->rsp);
	dmsc_wipe(&t.keys, sizeof t.keys);
	dmsc_buf_free(&t.plain);
	dmsc_buf_free(&t.paths);
	return sw;
}
