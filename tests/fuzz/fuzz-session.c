/*
 * What a card sends a device in a session: EF.NOTICE first, then answers, each
 * behind two bytes with its length. The session ends, and the device's tree
 * can be written.
 */
#include "dm/appl.h"
#include "dm/pkg0.h"
#include "dm/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { OUT_MAX = 1 << 20, MESSAGES = 12 };

static int
say_next(void *ctx, const char *to, const struct dmsc_dm_packet *out,
    struct dmsc_dm_packet *in, struct dmsc_err *e)
{
	struct dmsc_rd *left = ctx, answer;
	struct dmsc_appl_message m;
	uint16_t n;

	(void)to;
	(void)e;
	if (out->bytes.left == 0)
		abort();
	if (dmsc_rd_u16(left, &n) != DMSC_E_OK ||
	    dmsc_rd_take(left, n, &answer) != DMSC_E_OK)
		return DMSC_E_TRANSPORT;
	if (dmsc_appl_message_get(answer, DMSC_APPL_SESSION, &m) !=
	    DMSC_E_OK)
		return DMSC_E_DATA;
	in->bytes = m.bytes;
	in->xml = m.xml;
	in->mac = m.mac;
	in->signature = m.signature;
	return DMSC_E_OK;
}

/* As EF.NOTICE, and its Package #0. */
static void
notice(struct dmsc_rd *in)
{
	static const struct dmsc_cred_login l = { .scheme = DMSC_CRED_MD5 };
	struct dmsc_appl_notice v;
	struct dmsc_rd file;
	bool zero;
	uint16_t n;

	if (dmsc_rd_u16(in, &n) == DMSC_E_OK &&
	    dmsc_rd_take(in, n, &file) == DMSC_E_OK &&
	    dmsc_appl_notice_get(file, &v) == DMSC_E_OK &&
	    dmsc_pkg0_check(v.package0, &l, &zero) == DMSC_E_OK &&
	    v.package0.left < DMSC_PKG0_HEAD)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dmsc_rd in = dmsc_rd_of(p, n);
	struct dmsc_buf *b = dmsc_buf_new(OUT_MAX);
	struct dmsc_dm_client c = plain;
	struct user u = { .status = 200, .trust = 200, .types = "1",
		.events = 2 };
	struct dmsc_dm_outcome out;
	struct dmsc_err e;

	notice(&in);
	c.tree = device();
	c.way = (struct dmsc_dm_way){ &in, say_next };
	c.hooks = (struct dmsc_dm_client_hooks){ .ctx = &u, .ask = ask,
	    .event = event, .event_told = event_told, .trust = trust,
	    .keep = keep, .random = draw };
	c.xml = n % 2 == 0;
	c.max_messages = MESSAGES;
	if (dmsc_dm_client_run(&c, &out, &e) > 0 ||
	    out.messages > MESSAGES + 1 || b == NULL ||
	    dmsc_tree_bytes(c.tree) > OUT_MAX)
		abort();
	dmsc_tree_free(&c.tree);
	dmsc_buf_free(&b);
	return 0;
}

#include "fuzz/replay.h"

static void
put(struct dmsc_buf *out, const struct dmsc_buf *object)
{
	if (dmsc_buf_u16(out, (unsigned)object->len) != DMSC_E_OK ||
	    dmsc_buf_put(out, dmsc_buf_rd(object)) != DMSC_E_OK)
		abort();
}

/* A notice, commands, and the end. */
const char *
fuzz_seed(unsigned i, struct dmsc_buf *out)
{
	static const char *const bodies[][2] = {
		{ OK1 GET("2", "./Apn/1?list=TNDS") SET("3", "./Apn/1/Addr",
		    "n"), OK("2") },
		{ OK1 "<Sequence><CmdID>5</CmdID><Alert><CmdID>6</CmdID>"
		    "<Data>1104</Data><Item><Data>DR=1&amp;MAXDT=9</Data>"
		    "</Item><Item><Data>Which?</Data></Item><Item><Data>a"
		    "</Data></Item></Alert>" SET("7", "./Apn/1/Addr", "x")
		    "</Sequence>", OK("2") },
		{ OK1 "<Add><CmdID>2</CmdID><Item><Target><LocURI>./N"
		    "</LocURI></Target><Meta><Size " M ">4</Size></Meta>"
		    "<Data>ab</Data><MoreData/></Item></Add>", "<Add><CmdID>"
		    "2</CmdID><Item><Target><LocURI>./N</LocURI></Target>"
		    "<Data>cd</Data></Item></Add>" },
	};
	static const char *const names[] = { "session-get", "session-ask",
	    "session-large" };
	const struct dmsc_appl_notice n = { .why = DMSC_APPL_ASKS,
	    .counter = 1, .package0 = dmsc_rd_str("0123456789abcdef"
	    "\002\350") };
	struct script s = { .xml = NULL };
	struct dmsc_appl_message m = { .xml = true };
	struct dmsc_buf *b;
	size_t k;

	if (i >= DMSC_COUNT(names))
		return NULL;
	b = dmsc_buf_new(OUT_MAX);
	s.out = dmsc_buf_new(OUT_MAX);
	if (dmsc_appl_notice_put(b, &n) != DMSC_E_OK)
		abort();
	put(out, b);
	for (k = 0; k < 2; k++) {
		const struct step t = { .says = bodies[i][k],
			.open = i == 2 && k == 0 };

		s.at = k + 1;
		dmsc_buf_reset(b);
		if (say(&s, &t) != DMSC_E_OK)
			abort();
		m.bytes = dmsc_buf_rd(s.out);
		if (dmsc_appl_message_put(b, DMSC_APPL_SESSION, &m) !=
		    DMSC_E_OK)
			abort();
		put(out, b);
	}
	dmsc_buf_free(&b);
	dmsc_buf_free(&s.out);
	return names[i];
}
