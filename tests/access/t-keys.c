/*
 * No key comes out. Marked PINs, unblocking values, administrative keys and
 * key sets are put into the memory of a card of each profile, its private keys
 * are found there; then every instruction in every class, with many P1 and P2,
 * data and Le, all tags of GET DATA, and whole files are asked for in every
 * state, also through secure channels: no answer has four bytes of a secret in
 * a row. DMSC_HARD=1: all of it; else a sample, DMSC_SEED=N another.
 */
#include "access/cards.h"
#include "card/pins.h"
#include "card/pkeys.h"

enum { RUN = 4, NEEDLES = 1 << 16, INS_SAMPLE = 13, SAMPLE = 9,
	TAG_SAMPLE = 997,
	ANSWER = 70000 };

/* Runs of secrets: a table of hashes. */
static struct {
	uint32_t slot[NEEDLES];
	size_t n;
} needles;

static struct {
	unsigned long sent, answered, bytes, found;
	uint64_t n;
} sum;

static uint32_t
mix(uint32_t x)
{
	x = (x ^ x >> 16) * 0x45D9F3Bu;
	x = (x ^ x >> 16) * 0x45D9F3Bu;
	return x ^ x >> 16;
}

/* Where v is, or would be. 0 is no run: it marks what is free. */
static size_t
slot_of(uint32_t v)
{
	size_t i = mix(v) % NEEDLES;

	while (needles.slot[i] != 0 && needles.slot[i] != v)
		i = (i + 1) % NEEDLES;
	return i;
}

static uint32_t
run_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
hide(const uint8_t *p, size_t n)
{
	size_t i, at;

	for (i = 0; i + RUN <= n; i++) {
		at = slot_of(run_at(p + i));
		if (needles.slot[at] == 0)
			needles.n++;
		needles.slot[at] = run_at(p + i);
	}
}

static bool
shows(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i + RUN <= n; i++)
		if (run_at(p + i) != 0 &&
		    needles.slot[slot_of(run_at(p + i))] != 0)
			return true;
	return false;
}

/* ---- secrets in a card */

/* n bytes that no card has elsewhere. */
static void
mark(uint8_t *p, size_t n, uint32_t seed)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(0x80 | mix(seed * 1000 + (uint32_t)i + 1));
	hide(p, n);
}

/* Values of an RSA key behind n and e: d, p, q and the rest. */
static void
hide_numbers(const uint8_t *p, size_t n)
{
	size_t head, len;

	while (n > 4 && p[0] == 0x02) {
		head = p[1] < 0x80 ? 2 : p[1] == 0x81 ? 3 : 4;
		len = head == 2 ? p[1] : head == 3 ? p[2] :
		    (size_t)p[2] << 8 | p[3];
		if (len > n - head)
			return;
		hide(p + head, len);
		p += head + len;
		n -= head + len;
	}
}

/* The secret part of a PKCS#8 structure. */
static void
hide_private(const uint8_t *p, size_t n)
{
	static const uint8_t ec[] = { 0x02, 0x01, 0x01, 0x04 },
	    ed[] = { 0x04, 0x22, 0x04 },
	    rsa[] = { 0x02, 0x03, 0x01, 0x00, 0x01 };
	size_t i;

	for (i = 0; i + 6 < n; i++) {
		if (memcmp(p + i, ec, sizeof ec) == 0 && p[i + 4] <= n - i - 5)
			hide(p + i + 5, p[i + 4]);
		if (memcmp(p + i, ed, sizeof ed) == 0 && p[i + 3] <= n - i - 4)
			hide(p + i + 4, p[i + 3]);
		if (memcmp(p + i, rsa, sizeof rsa) == 0)
			hide_numbers(p + i + sizeof rsa, n - i - sizeof rsa);
	}
}

static void
plant_pins(struct world *w, uint8_t *ram)
{
	uint8_t *e;
	unsigned i;

	for (i = 0; i < DMSC_CARD_PINS; i++) {
		e = ram + DMSC_CARD_AT_PINS + i * P_SIZE;
		if (e[P_REF] == 0)
			continue;
		mark(e + P_VALUE, PIN_BYTES, 100 + i);
		if (e[P_PUK_MAX] != 0)
			mark(e + P_PUK, PIN_BYTES, 200 + i);
		memcpy(e[P_REF] == 0x01 ? w->secrets.pin1 : e[P_REF] == 0x81 ?
		    w->secrets.pin81 : w->secrets.adm, e + P_VALUE, e[P_REF]
		    == 0x01 || e[P_REF] == 0x81 || e[P_REF] == 0x0A ?
		    PIN_BYTES : 0);
	}
}

/* All sets get the same keys, which the states open channels with. */
static void
plant_keys(struct world *w, uint8_t *ram)
{
	uint8_t *e;
	unsigned i, k;

	mark(w->secrets.keys, sizeof w->secrets.keys, 300);
	for (i = 0; i < K_SETS; i++) {
		e = ram + DMSC_CARD_AT_KEYS + i * K_SIZE;
		for (k = 0; k < K_PARTS && e[K_VERSION] != 0; k++)
			memcpy(e + K_ENC + k * DMSC_AES_KEY_MAX,
			    w->secrets.keys + k * 16, 16);
	}
}

static size_t
find_private(const uint8_t *ram)
{
	size_t before = needles.n;
	const uint8_t *e;
	unsigned i;

	for (i = 0; i < Q_KEYS; i++) {
		e = ram + DMSC_MEM_KEYS + i * Q_SIZE;
		if (e[Q_REF] != 0)
			hide_private(e + Q_PRIVATE,
			    (size_t)e[Q_PRIVATE_LEN] << 8 |
			    e[Q_PRIVATE_LEN + 1]);
	}
	return needles.n - before;
}

static void
plant(struct world *w)
{
	size_t private;

	memset(&needles, 0, sizeof needles);
	plant_pins(w, w->saved);
	plant_keys(w, w->saved);
	private = find_private(w->saved);
	printf("# %s: %zu runs, %zu of them of private keys\n", w->name,
	    needles.n, private);
}

/* ---- what is asked */

static const struct state states[] = {
	{ .name = "nothing", .level = NO_LEVEL },
	{ .name = "PIN1", .pin1 = true, .level = NO_LEVEL },
	{ .name = "PIN81", .pin81 = true, .level = NO_LEVEL },
	{ .name = "all", .pin1 = true, .pin81 = true, .adm = true,
	    .level = NO_LEVEL },
	{ .name = "all, another channel", .pin1 = true, .pin81 = true,
	    .adm = true, .second = true, .level = NO_LEVEL },
	{ .name = "all, PIN1 disabled", .off = true, .pin81 = true,
	    .adm = true, .level = NO_LEVEL },
	{ .name = "SCP03 level 00, all", .level = 0x00, .pin1 = true,
	    .pin81 = true, .adm = true },
	{ .name = "SCP03 level 01", .level = 0x01 },
	{ .name = "SCP03 level 13", .level = 0x13 },
	{ .name = "SCP03 level 33, all", .level = 0x33, .pin1 = true,
	    .pin81 = true, .adm = true },
};

static bool
chosen(uint64_t seed, unsigned of)
{
	sum.n++;
	return seed == 0 || mix((uint32_t)(sum.n * 2654435761u + seed)) %
	    of == 0;
}

static void
found(const struct world *w, const uint8_t *cmd, size_t n)
{
	char hex[64];

	if (sum.found++ < 10)
		printf("# %s, %s: %s\n", w->name, w->state->name,
		    dmsc_hex(dmsc_rd_of(cmd, DMSC_MIN(n, 20U)), hex,
		    sizeof hex));
}

/* Sends it, looks at the answer; the card is made anew if it changed. */
static bool
ask(struct world *w, const uint8_t *cmd, size_t n, struct dmsc_buf *rsp)
{
	unsigned sw = world_send(w, dmsc_rd_of(cmd, n), rsp);

	sum.sent++;
	sum.answered += rsp->len > 2;
	sum.bytes += rsp->len;
	if (shows(rsp->p, rsp->len))
		found(w, cmd, n);
	if (sw != 0 && (sw >> 8 == 0x6D || sw >> 8 == 0x6E || (sw >> 8 ==
	    0x69 && !w->locked)))
		return true;
	if (sw != 0 && memcmp(w->card->mem->ram + DMSC_MEM_CARD,
	    w->saved + DMSC_MEM_CARD, DMSC_MEM_SIZE - DMSC_MEM_CARD) == 0)
		return true;
	return world_enter(w, w->state);
}

static const uint16_t p1p2[] = { 0x0000, 0x0001, 0x0004, 0x000C, 0x0080,
	0x0081, 0x0100, 0x0104, 0x0266, 0x0400, 0x040C, 0x0804, 0x2F00, 0x3000,
	0x8000, 0x8100, 0x9E9A, 0x00E0, 0x0066, 0x9F7F };
static const char *const bodies[] = { "", "00", "01A0", "024D10", "023F0000",
	"08414243444546474800", "03540100 00", "04830101 00 00", "000000",
	"06B60384018100" };

/* Whether the card knows the command at all; false too when it is lost. */
static bool
known(struct world *w, unsigned cla, unsigned ins, struct dmsc_buf *rsp)
{
	const uint8_t cmd[] = { (uint8_t)cla, (uint8_t)ins, 0, 0, 0 };
	unsigned sw = world_send(w, dmsc_rd_of(cmd, sizeof cmd), rsp);

	return sw == 0 || (sw >> 8 != 0x6D && sw >> 8 != 0x6E &&
	    sw >> 8 != 0x68);
}

/* One command of a class with all P1, P2 and bodies; a few where the card
 * does not know it. */
static bool
sweep_ins(struct world *w, unsigned cla, unsigned ins, uint64_t seed,
    struct dmsc_buf *rsp)
{
	struct dmsc_buf *b = dmsc_buf_new(300);
	bool all = known(w, cla, ins, rsp), good = world_enter(w, w->state);
	size_t p, k;

	for (p = 0; p < (all ? DMSC_COUNT(p1p2) : 2); p++)
		for (k = 0; good && k < (all ? DMSC_COUNT(bodies) : 3); k++) {
			if (!chosen(seed, SAMPLE))
				continue;
			dmsc_buf_reset(b);
			good = dmsc_buf_u8(b, cla) == DMSC_E_OK &&
			    dmsc_buf_u8(b, ins) == DMSC_E_OK &&
			    dmsc_buf_u16(b, p1p2[p]) == DMSC_E_OK &&
			    dmsc_hex_get(bodies[k], b) == DMSC_E_OK &&
			    ask(w, b->p, b->len, rsp);
		}
	dmsc_buf_free(&b);
	return good;
}

static void
sweep(struct world *w, uint64_t seed, struct dmsc_buf *rsp)
{
	static const uint8_t classes[] = { 0x00, 0x01, 0x04, 0x0C, 0x10, 0x40,
	    0x60, 0x80, 0x81, 0x84, 0x8C, 0xA0, 0xC0, 0xE0 };
	unsigned ins;
	size_t c;

	for (c = 0; c < sizeof classes; c++)
		for (ins = 0; ins < 256; ins++)
			if (chosen(seed, INS_SAMPLE) && !sweep_ins(w,
			    classes[c], ins, seed, rsp)) {
				ok(false, "a command");
				return;
			}
}

/* GET DATA, and its BER-TLV sister, for all tags. */
static void
sweep_tags(struct world *w, uint64_t seed, struct dmsc_buf *rsp)
{
	static const uint8_t heads[][2] = { { 0x00, 0xCA }, { 0x80, 0xCA },
	    { 0x00, 0xCB }, { 0x80, 0xCB } };
	uint8_t cmd[5] = { 0 };
	size_t i;
	unsigned tag;

	for (i = 0; i < DMSC_COUNT(heads); i++)
		for (tag = 0; tag < 0x10000; tag++) {
			if (!chosen(seed, TAG_SAMPLE))
				continue;
			cmd[0] = heads[i][0] | (uint8_t)w->channel;
			cmd[1] = heads[i][1];
			cmd[2] = (uint8_t)(tag >> 8);
			cmd[3] = (uint8_t)tag;
			if (!ask(w, cmd, sizeof cmd, rsp)) {
				ok(false, "a tag");
				return;
			}
		}
}

static void
ask_for(struct world *w, uint32_t head, const char *data,
    struct dmsc_buf *rsp)
{
	struct dmsc_buf *b = dmsc_buf_new(100);

	if (dmsc_buf_u32(b, head | (uint32_t)w->channel << 24) != DMSC_E_OK ||
	    dmsc_hex_get(data, b) != DMSC_E_OK ||
	    dmsc_buf_u8(b, 0) != DMSC_E_OK || !ask(w, b->p, b->len, rsp))
		ok(false, "a file");
	dmsc_buf_free(&b);
}

/* All that a file has to say: its template, its content, all of it. */
static void
read_file(struct world *w, const struct item *f, struct dmsc_buf *rsp)
{
	const struct dmsc_card_file *file = &w->card->files[f->index];
	uint32_t size = file->size, at, n;
	char text[64];

	if (world_select(w, f) != SW_OK)
		return;
	ask_for(w, 0x80F20000, "", rsp);
	ask_for(w, 0x80F20001, "", rsp);
	(void)snprintf(text, sizeof text, "02%04X", f->fid);
	ask_for(w, 0x00A40004, text, rsp);
	for (at = 0; f->kind == KIND_TRANSPARENT && at < size; at += 255) {
		(void)world_select(w, f);
		ask_for(w, 0x00B00000 | at, "", rsp);
	}
	(void)world_select(w, f);
	ask_for(w, 0x00B10000, "03540100", rsp);
	for (n = 1; n <= file->records; n++)
		ask_for(w, 0x00B20004 | n << 8, "", rsp);
	if (file->records > 0)
		ask_for(w, 0x00A20104, "01FF", rsp);
}

/* ---- what the program says of the card */

static void
put_secret(const char *dir, const char *name, const uint8_t *p, size_t n)
{
	char path[128], hex[2 * 48 + 1];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	if ((f = fopen(path, "w")) == NULL || fprintf(f, "hex:%s\n",
	    dmsc_hex(dmsc_rd_of(p, n), hex, sizeof hex)) < 0)
		printf("# no file %s\n", path);
	if (f != NULL)
		(void)fclose(f);
}

/* The hex of a text as bytes, from each of its two halves on. */
static bool
shows_hex(const char *text, size_t n)
{
	uint8_t *b = malloc(n + 1);
	bool bad = false;
	size_t from, i, k;
	int v, d;

	for (from = 0; b != NULL && from < 2 && !bad; from++) {
		for (i = from, k = 0; i + 1 < n; i += 2) {
			for (v = 0, d = 0; d < 2; d++) {
				char c = text[i + (size_t)d];

				v = v * 16 + (c >= '0' && c <= '9' ? c - '0' :
				    c >= 'A' && c <= 'F' ? c - 'A' + 10 :
				    c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0);
			}
			b[k++] = (uint8_t)v;
		}
		bad = shows(b, k);
	}
	free(b);
	return bad;
}

static void
check_program(struct world *w, const char *auth)
{
	static const char lines[] = "-c info -c backup -c docs "
	    "-c 'file tree' -c 'tree /' -c 'ls -l /' -c 'pin status' "
	    "-c 'export /OperatorX' -c 'export --raw /OperatorX' "
	    "-c 'scp status' -c 'key list' -c 'file read 5031' "
	    "-c 'file access 3F00' -c lint -c discover -c 'card show'";
	char dir[TAP_FOLDER], line[1500], image[128];
	struct dmsc_buf *all = dmsc_buf_new(1 << 24);
	char block[4096];
	size_t n = 0;
	FILE *f;

	if (!tap_folder(dir) || !world_enter(w, &states[0]))
		return;
	(void)snprintf(image, sizeof image, "%s/card.img", dir);
	put_secret(dir, "adm", w->secrets.adm, PIN_BYTES);
	put_secret(dir, "pin", w->secrets.pin81, PIN_BYTES);
	put_secret(dir, "scp", w->secrets.keys, sizeof w->secrets.keys);
	(void)snprintf(line, sizeof line, "cd %s && for j in '' -j; do "
	    "XDG_STATE_HOME=%s \"$OLDPWD/dmsc\" -k $j -r sim:card.img "
	    "--trace trace$j %s %s 2>&1; done; cat trace* dmsc/ledger", dir,
	    dir, auth, lines);
	f = dmsc_card_save(w->card, image, NULL) == DMSC_E_OK ?
	    popen(line, "r") : NULL;
	while (f != NULL && (n = fread(block, 1, sizeof block, f)) > 0)
		if (dmsc_buf_put(all, dmsc_rd_of(block, n)) != DMSC_E_OK)
			break;
	if (f != NULL)
		(void)pclose(f);
	ok(all->len > 20000 && !shows(all->p, all->len) &&
	    !shows_hex((const char *)all->p, all->len),
	    "the program's words show none");
	dmsc_hex(dmsc_rd_of(w->secrets.keys + 9, 8), block, sizeof block);
	ok(shows_hex(block, 16) && shows_hex(block + 1, 15),
	    "its search finds what is there");
	printf("# %zu bytes of words\n", all->len);
	(void)snprintf(line, sizeof line, "rm -rf %s", dir);
	if (system(line) != 0)
		printf("# %s stays\n", dir);
	dmsc_buf_free(&all);
}

static void
try_card(const char *name, struct dmsc_card *c, uint64_t seed, bool odd)
{
	struct dmsc_buf *rsp = dmsc_buf_new(ANSWER);
	struct world w;
	size_t i, k;

	memset(&w, 0, sizeof w);
	w.name = name;
	if (!ok(c != NULL && world_over(&w, c), name))
		exit(1);
	memset(&sum, 0, sizeof sum);
	plant(&w);
	for (i = 0; i < DMSC_COUNT(states); i++) {
		if (states[i].level >= 0 && !w.has_keys)
			continue;
		if (!world_enter(&w, &states[i])) {
			ok(false, states[i].name);
			continue;
		}
		for (k = 0; k < w.n; k++)
			read_file(&w, &w.files[k], rsp);
		sweep(&w, seed, rsp);
		sweep_tags(&w, seed, rsp);
	}
	if (!odd)
		check_program(&w, w.locked ? "--auth scp=@scp --auth 81=@pin" :
		    "--auth adm1=@adm --auth 81=@pin");
	ok(sum.found == 0, "no answer shows a key");
	ok(sum.answered > 500, "there were answers");
	ok(shows(w.saved, DMSC_MEM_SIZE) &&
	    shows(w.secrets.keys + 5, RUN) && !shows(w.secrets.keys, RUN - 1),
	    "the search finds what is there");
	printf("# %lu commands, %lu answers, %lu bytes\n", sum.sent,
	    sum.answered, sum.bytes);
	world_end(&w);
	dmsc_buf_free(&rsp);
}

int
main(void)
{
	return try_cards(try_card);
}
