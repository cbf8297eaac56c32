/* The replay end: answers from a recording (link/layers.h). */
#include "link/layers.h"

#include <string.h>
#include <strings.h>

#include <dmsc/view.h>

#include "base/base.h"
#include "base/file.h"
#include "base/text.h"

enum {
	RECORDING_MAX = 64 << 20,
	SHOWN = 100,		/* characters of a command in the record */
	/* What a masked byte of an answer becomes: "nothing here" where all of
	 * it is masked, else what stands in any text and in base64. */
	MASKED = 0xFF, MASKED_PART = 'x', SW_HEX = 4
};

enum kind { NOTHING, ATR, RESET, COMMAND, ANSWER, OTHERWISE, T0, T1 };

struct item {
	enum kind kind;
	const char *hex;	/* in text; behind the prefix */
	unsigned line;
};
struct replay {
	char *path;
	struct dmsc_buf *text;	/* cut into strings */
	struct item *items;
	size_t n, at;
	const char *otherwise;	/* loose: the answer to what is not there */
	const char *protocol;
	bool loose;
};

static const struct {
	const char *prefix;
	enum kind kind;
} kinds[] = {
	{ "atr ", ATR }, { "reset", RESET }, { "> ", COMMAND },
	{ "< ", ANSWER }, { "else ", OTHERWISE }, { "protocol T=0", T0 },
	{ "protocol T=1", T1 }, { "#", NOTHING },
};

static bool
is_hex(const char *s)
{
	size_t n = strspn(s, "0123456789ABCDEFabcdef*");

	return s[n] == '\0' && n % 2 == 0;
}

/* NULL: no line of a recording. An empty line is a comment. */
static const char *
line_kind(const char *line, enum kind *kind)
{
	size_t i;

	*kind = NOTHING;
	if (*line == '\0')
		return line;
	for (i = 0; i < DMSC_COUNT(kinds); i++)
		if (dmsc_begins(line, kinds[i].prefix)) {
			*kind = kinds[i].kind;
			line += strlen(kinds[i].prefix);
			return *kind == NOTHING || *kind == RESET ||
			    is_hex(line) ? line : NULL;
		}
	return NULL;
}

static int
add_line(struct replay *p, const char *line, unsigned number,
    struct dmsc_err *e)
{
	enum kind kind;
	const char *hex = line_kind(line, &kind);
	struct item *it;

	if (hex == NULL) {
		dmsc_fail(e, DMSC_E_DATA, "this is no line of a recording");
		return dmsc_err_where(e, "%s, line %u", p->path, number);
	}
	if (kind == OTHERWISE)
		p->otherwise = hex;
	else if (kind == T0 || kind == T1)
		p->protocol = kind == T0 ? "T=0" : "T=1";
	if (kind == NOTHING || kind >= OTHERWISE)
		return DMSC_E_OK;
	if ((it = dmsc_list_add(&p->items, &p->n, sizeof *it)) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	it->kind = kind;
	it->hex = hex;
	it->line = number;
	return DMSC_E_OK;
}

static int
no_recording(const char *path, struct dmsc_err *e)
{
	dmsc_fail(e, DMSC_E_NOREADER, "no recording '%s'", path);
	return dmsc_err_next(e, "help trace");
}

static int
load(struct replay *p, struct dmsc_err *e)
{
	char *line, *end;
	unsigned number;
	int r;

	r = dmsc_file_slurp(p->path, RECORDING_MAX, &p->text, e);
	if (r != DMSC_E_OK)
		return r == DMSC_E_NOTFOUND ? no_recording(p->path, e) : r;
	if (dmsc_buf_cstr(p->text) == NULL)
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	line = (char *)p->text->p;
	for (number = 1; *line != '\0' && r == DMSC_E_OK; number++) {
		if ((end = strchr(line, '\n')) != NULL)
			*end = '\0';
		r = add_line(p, line, number, e);
		if (end == NULL)
			break;
		line = end + 1;
	}
	return r;
}

/* Whether the text of a recorded command, masks included, is cmd. */
static bool
is_command(const char *hex, struct dmsc_rd cmd)
{
	char want[3];
	size_t i;

	if (strlen(hex) != 2 * cmd.left)
		return false;
	for (i = 0; i < cmd.left; i++, hex += 2) {
		if (hex[0] == '*' && hex[1] == '*')
			continue;
		(void)dmsc_hex(dmsc_rd_of(cmd.p + i, 1), want, sizeof want);
		if (strncasecmp(hex, want, 2) != 0)
			return false;
	}
	return true;
}

static unsigned
filler(const char *hex)
{
	size_t n = strspn(hex, "*");

	return n > 0 && strlen(hex) <= n + SW_HEX ? MASKED : MASKED_PART;
}

static int
put_answer(const char *hex, struct dmsc_buf *out)
{
	unsigned mask = filler(hex);
	char byte[3] = "";
	int r = DMSC_E_OK;

	for (; *hex != '\0' && r == DMSC_E_OK; hex += 2) {
		memcpy(byte, hex, 2);
		r = byte[0] == '*' ? dmsc_buf_u8(out, mask) :
		    dmsc_hex_get(byte, out);
	}
	return r;
}

/* The item that a command is answered by: p->n when there is none. */
static size_t
find(const struct replay *p, struct dmsc_rd cmd)
{
	size_t i, at;

	for (i = 0; i < p->n; i++) {
		at = (p->at + i) % p->n;
		if (p->items[at].kind == COMMAND &&
		    is_command(p->items[at].hex, cmd))
			return at;
		if (!p->loose)
			break;
	}
	return p->n;
}

static int
unexpected(const struct replay *p, const char *got, struct dmsc_err *e)
{
	const struct item *it = p->at < p->n ? &p->items[p->at] : NULL;

	/* At its end the card is silent; elsewhere it is the file that does
	 * not fit, and nothing is said of a card. */
	dmsc_fail(e, it == NULL || p->loose ? DMSC_E_TRANSPORT : DMSC_E_IO,
	    "not the recorded conversation");
	dmsc_err_where(e, "%s, line %u", p->path, it != NULL ? it->line : 0);
	if (it == NULL)
		return dmsc_err_why(e, "sent %s, recorded: nothing more", got);
	return dmsc_err_why(e, "sent %s, recorded %s%.*s", got,
	    it->kind == RESET ? "a reset" : "", (int)SHOWN, it->hex);
}

static int
replay_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct replay *p = h;
	char got[SHOWN + 1];
	size_t at;
	int r;

	/* A recording that went on after a new connection has one more. */
	while (p->at < p->n && p->items[p->at].kind == ATR)
		p->at++;
	at = p->loose || p->at < p->n ? find(p, cmd) : p->n;
	if (at == p->n && !(p->loose && p->otherwise != NULL))
		return unexpected(p, dmsc_hex(cmd, got, sizeof got), e);
	if (at == p->n) {
		r = put_answer(p->otherwise, rsp);
	} else {
		p->at = at + 1;
		if (p->at >= p->n || p->items[p->at].kind != ANSWER)
			return dmsc_fail(e, DMSC_E_TRANSPORT,
			    "the recorded answer was lost");
		r = put_answer(p->items[p->at++].hex, rsp);
	}
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "the answer is too long");
}

static int
take_atr(struct replay *p, struct dmsc_buf *atr, struct dmsc_err *e)
{
	int r = DMSC_E_OK;

	if (p->at < p->n && p->items[p->at].kind == ATR)
		r = put_answer(p->items[p->at++].hex, atr);
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "the ATR is too long");
}

static int
replay_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct replay *p = h;
	size_t at = p->at;

	if (p->loose) {
		for (p->at = 0; p->at < p->n && p->items[p->at].kind != ATR;)
			p->at++;
		return take_atr(p, atr, e);
	}
	if (at >= p->n || p->items[at].kind != RESET)
		return unexpected(p, cold ? "a cold reset" : "a reset", e);
	p->at = at + 1;
	return take_atr(p, atr, e);
}

static void
replay_close(void **h, bool reset_card)
{
	struct replay *p = *h;

	(void)reset_card;
	dmsc_buf_free(&p->text);
	free(p->items);
	free(p->path);
	free(p);
	*h = NULL;
}

static void
replay_facts(void *h, struct dmsc_link_facts *out)
{
	const struct replay *p = h;

	out->protocol = p->protocol;
}

static const struct dmsc_link_ops replay_ops = {
	.name = "replay",
	.reset = replay_reset,
	.xfer = replay_xfer,
	.close = replay_close,
	.facts = replay_facts,
};

int
dmsc_replay_open(const char *path, bool loose, struct dmsc_link *out,
    struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct replay *p = calloc(1, sizeof *p);
	struct dmsc_link fresh = { &replay_ops, p };
	int r;

	if (p == NULL || (p->path = strdup(path)) == NULL) {
		free(p);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	p->loose = loose;
	dmsc_buf_reset(atr);
	if ((r = load(p, e)) == DMSC_E_OK)
		r = take_atr(p, atr, e);
	if (r != DMSC_E_OK) {
		dmsc_link_close(&fresh, false);
		return r;
	}
	*out = fresh;
	return DMSC_E_OK;
}
