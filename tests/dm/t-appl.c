/*
 * dm: the objects between a host and the DM-SC application, byte for byte as
 * dmsc-card(7) has them, written and read; cut anywhere and bent they are
 * read to nothing wrong.
 */
#include <string.h>

#include "base/base.h"
#include "dm/appl.h"
#include "tap.h"

enum { MAX = 4096 };

/* Each reads one of the structs and writes that again. */
static int
hello(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_appl_hello h;
	int e = dmsc_appl_hello_get(r, &h);

	return e != DMSC_E_OK ? e : dmsc_appl_hello_put(out, &h);
}

static int
caps(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_appl_caps c;
	int e = dmsc_appl_caps_get(r, &c);

	return e != DMSC_E_OK ? e : dmsc_appl_caps_put(out, &c);
}

static int
state(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_appl_state s;
	int e = dmsc_appl_state_get(r, &s);

	return e != DMSC_E_OK ? e : dmsc_appl_state_put(out, &s);
}

static int
message(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_appl_message m;
	int e = dmsc_appl_message_get(r, DMSC_APPL_MESSAGE, &m);

	return e != DMSC_E_OK ? e :
	    dmsc_appl_message_put(out, DMSC_APPL_MESSAGE, &m);
}

static int
room(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_appl_room m;
	int e = dmsc_appl_room_get(r, &m);

	return e != DMSC_E_OK ? e : dmsc_appl_room_put(out, &m);
}

static int
files(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_appl_files f;
	int e = dmsc_appl_files_get(r, &f);

	return e != DMSC_E_OK ? e : dmsc_appl_files_put(out, &f);
}

static int
notice(struct dmsc_rd r, struct dmsc_buf *out)
{
	struct dmsc_appl_notice n;
	int e = dmsc_appl_notice_get(r, &n);

	return e != DMSC_E_OK ? e : dmsc_appl_notice_put(out, &n);
}

#define NONCE "8010000102030405060708090A0B0C0D0E0F"
static const struct {
	const char *name, *in, *out;	/* out NULL: as in */
	int (*again)(struct dmsc_rd r, struct dmsc_buf *out);
	int want;
} rows[] = {
	{ "hello", "E118800201008101078203111113830400010000840400100000",
	    NULL, hello, DMSC_E_OK },
	{ "hello behind what else A5 holds",
	    "800171E118800201008101078203111113830400010000840400100000",
	    "E118800201008101078203111113830400010000840400100000", hello,
	    DMSC_E_OK },
	{ "no hello", "800171", "", hello, DMSC_E_NOTFOUND },
	{ "hello without a largest object",
	    "E112800201008101078203111113830400010000", "", hello,
	    DMSC_E_FORMAT },
	{ "capabilities", "E21F800201008101038204000100008304001000008408"
	    "646D736320312E308500", NULL, caps, DMSC_E_OK },
	{ "capabilities, the least", "E2138002010081010382040001000083040010"
	    "0000", NULL, caps, DMSC_E_OK },
	{ "capabilities with what is not known yet", "E216800201008101038204"
	    "000100008304001000009F0100", "E2138002010081010382040001000083"
	    "0400100000", caps, DMSC_E_OK },
	{ "a flag with content", "E2168002010081010382040001000083040010"
	    "0000850100", "", caps, DMSC_E_FORMAT },
	{ "bytes behind it", "E213800201008101038204000100008304001000000"
	    "0", "", caps, DMSC_E_FORMAT },
	{ "state before authentication", "E312" NONCE, NULL, state,
	    DMSC_E_OK },
	{ "state of a server", "E32B" NONCE "8104000000058204000010008304"
	    "0004000084036F7078" "8500", NULL, state, DMSC_E_OK },
	{ "state of the owner", "E326" NONCE "8104000000058204000010008304"
	    "000400008400", NULL, state, DMSC_E_OK },
	{ "state with half a large object", "E338" NONCE "81040000000582040000"
	    "10008304000400008400" "86042E2F612F" "870400010000"
	    "880400000100", NULL, state, DMSC_E_OK },
	{ "state with half a large object, and its digest", "E35A" NONCE
	    "8104000000058204000010008304000400008400" "86042E2F612F"
	    "870400010000" "880400000100" "8920" "00112233445566778899AABBCC"
	    "DDEEFF00112233445566778899AABBCCDDEEFF", NULL, state,
	    DMSC_E_OK },
	{ "state with half of it", "E318" NONCE "810400000005", "", state,
	    DMSC_E_FORMAT },
	{ "a message", "E40880036D4501" "8201AA", NULL, message,
	    DMSC_E_OK },
	{ "a message for another", "E40580016D8400", NULL, message,
	    DMSC_E_OK },
	{ "two messages in one", "E40680016D80016D", "", message,
	    DMSC_E_FORMAT },
	{ "no message", "E4028100", "", message, DMSC_E_FORMAT },
	{ "another tag", "E50380016D", "", message, DMSC_E_FORMAT },
	{ "room for a document", "E518800101810400000400820101830541636D"
	    "65318500" "8401AA", "E518800101810400000400820101830541636D"
	    "65318401AA8500", room, DMSC_E_OK },
	{ "room to grow", "E511800103810400000800860" "63F007F504D10", NULL,
	    room, DMSC_E_OK },
	{ "files", "E61C80063F007F504D1081063F007F504D1182040000040083040"
	    "0000006", NULL, files, DMSC_E_OK },
	{ "a notice without a counter", "E903800101", "", notice,
	    DMSC_E_FORMAT },
	{ "a notice, FF behind it", "E915800101810400000007"
	    "82023F00820240028302ABCDFFFF",
	    "E91580010181040000000782023F00820240028302ABCD", notice,
	    DMSC_E_OK },
	{ "an empty notice", "FFFFFFFF", "", notice, DMSC_E_NOTFOUND },
};

static struct dmsc_buf *
bytes(const char *hex)
{
	struct dmsc_buf *b = dmsc_buf_new(MAX);

	return b == NULL || dmsc_hex_get(hex, b) != DMSC_E_OK ? NULL : b;
}

/* What is read of damaged bytes is written whole, or nothing is. */
static bool
bears(int (*again)(struct dmsc_rd r, struct dmsc_buf *out), struct dmsc_rd r)
{
	struct dmsc_buf *out = dmsc_buf_new(MAX), *twice = dmsc_buf_new(MAX);
	bool good = out != NULL && twice != NULL;

	if (good && again(r, out) == DMSC_E_OK)
		good = again(dmsc_buf_rd(out), twice) == DMSC_E_OK &&
		    dmsc_rd_eq(dmsc_buf_rd(out), dmsc_buf_rd(twice));
	else
		good = good && out->len == 0;
	dmsc_buf_free(&out);
	dmsc_buf_free(&twice);
	return good;
}

static bool
bent(size_t row)
{
	struct dmsc_buf *in = bytes(rows[row].in), *copy;
	bool good = in != NULL;
	size_t i, bit;

	for (i = 0; good && i < in->len; i++) {
		copy = dmsc_buf_from(dmsc_rd_of(in->p, i), MAX);
		good = copy != NULL && bears(rows[row].again,
		    dmsc_buf_rd(copy));
		dmsc_buf_free(&copy);
		for (bit = 0; good && bit < 8; bit++) {
			copy = dmsc_buf_from(dmsc_buf_rd(in), MAX);
			if ((good = copy != NULL)) {
				copy->p[i] ^= (uint8_t)(1u << bit);
				good = bears(rows[row].again,
				    dmsc_buf_rd(copy));
			}
			dmsc_buf_free(&copy);
		}
	}
	dmsc_buf_free(&in);
	return good;
}

static void
limits(void)
{
	static const uint8_t many[2 * DMSC_APPL_SERVER_MAX];
	struct dmsc_buf *out = dmsc_buf_new(MAX);
	struct dmsc_appl_state s = { .authenticated = true,
	    .server = { many, DMSC_APPL_SERVER_MAX + 1 } };
	struct dmsc_appl_notice n = { .why = DMSC_APPL_CHANGED };
	size_t i;

	ok(out != NULL && dmsc_appl_state_put(out, &s) == DMSC_E_LIMIT &&
	    out->len == 0, "a ServerID that is too long is not written");
	for (i = 0; i < DMSC_APPL_NOTICE_PATHS; i++)
		n.paths[i] = dmsc_rd_of(many, 4);
	ok(out != NULL && dmsc_appl_notice_put(out, &n) == DMSC_E_OK &&
	    dmsc_appl_notice_get(dmsc_buf_rd(out), &n) == DMSC_E_OK &&
	    n.n_paths == DMSC_APPL_NOTICE_PATHS,
	    "as many paths as a notice has");
	dmsc_buf_free(&out);
}

int
main(void)
{
	struct dmsc_buf *in, *want, *out;
	size_t i;

	for (i = 0; i < DMSC_COUNT(rows); i++) {
		in = bytes(rows[i].in);
		want = bytes(rows[i].out == NULL ? rows[i].in : rows[i].out);
		out = dmsc_buf_new(MAX);
		ok(in != NULL && want != NULL && out != NULL &&
		    rows[i].again(dmsc_buf_rd(in), out) == rows[i].want &&
		    dmsc_rd_eq(dmsc_buf_rd(out), dmsc_buf_rd(want)),
		    rows[i].name);
		ok(bent(i), "the same, cut and bent");
		dmsc_buf_free(&in);
		dmsc_buf_free(&want);
		dmsc_buf_free(&out);
	}
	limits();
	return tap_done();
}
