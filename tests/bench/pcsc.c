/*
 * Time per APDU over PC/SC: a bare SCardTransmit loop, the session's transmit
 * and a Lua script, on the same card in the same reader, in turns. Each runs
 * as a process of its own, timed with many APDUs and with few; the difference
 * counts. Two connections in one process would disturb each other.
 *
 * Then the same under SCP03, level 33, beside a bare loop that sends the same
 * bytes (protected beforehand, answers left as they are) and one that sends
 * the plain command. These time their loops themselves.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include <dmsc/api.h>

#include "base/clock.h"
#include "base/text.h"
#include "bench/stat.h"
#include "crypto/key.h"
#include "crypto/scp03.h"

enum { ROUNDS = 31, WARM = 100, APDUS = 1000, TEXT = 16, WIRE_MAX = 300,
	PATH = 4096 };

static const uint8_t status[] = { 0x80, 0xF2, 0x00, 0x0C };

struct bare {
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD protocol, len;
	uint8_t rsp[258];
};

static bool
bare_open(struct bare *b, const char *reader)
{
	return SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &b->ctx)
	    == SCARD_S_SUCCESS && SCardConnect(b->ctx, reader,
	    SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
	    &b->card, &b->protocol) == SCARD_S_SUCCESS;
}

static bool
bare_send(struct bare *b, struct dmsc_rd cmd)
{
	b->len = sizeof b->rsp;
	return SCardTransmit(b->card, b->protocol == SCARD_PROTOCOL_T0 ?
	    SCARD_PCI_T0 : SCARD_PCI_T1, cmd.p, cmd.left, NULL, b->rsp,
	    &b->len) == SCARD_S_SUCCESS;
}

static void
bare_close(struct bare *b, DWORD how)
{
	(void)SCardDisconnect(b->card, how);
	(void)SCardReleaseContext(b->ctx);
}

/* n APDUs in a bare loop. */
static int
bare(const char *reader, int n)
{
	struct bare b;

	if (!bare_open(&b, reader))
		return 1;
	while (n-- > 0)
		if (!bare_send(&b, dmsc_rd_of(status, sizeof status)))
			return 1;
	bare_close(&b, SCARD_LEAVE_CARD);
	return 0;
}

/* n APDUs through the public API. */
static int
ours(const char *reader, int n)
{
	struct dmsc_session *s = NULL;
	struct dmsc_apdu *a = NULL;

	if (dmsc_session_new(NULL, &s) != DMSC_E_OK ||
	    dmsc_connect(s, reader) != DMSC_E_OK)
		return 1;
	while (n-- > 0) {
		if (dmsc_transmit(s, dmsc_rd_of(status, sizeof status), 0,
		    &a) != DMSC_E_OK)
			return 1;
		dmsc_view_free(&dmsc_apdu_view, a);
	}
	dmsc_session_free(&s);
	return 0;
}

/* ---- under SCP03, on the card of the profile "locked" */

static const uint8_t select_card[] = { 0x00, 0xA4, 0x04, 0x00, 8, 0xA0, 0, 0,
	1, 0x51, 0, 0, 0 };
static const uint8_t select_iccid[] = { 0x00, 0xA4, 0x08, 0x0C, 2, 0x2F,
	0xE2 };
static const uint8_t read_iccid[] = { 0x00, 0xB0, 0x00, 0x00, 0x0A };

/* Microseconds of one of n, which began then, for the parent. */
static int
told(uint64_t from, int n)
{
	printf("%.3f\n", (double)(dmsc_now_us() - from) / n);
	return 0;
}

static int
plain(const char *reader, int n)
{
	struct bare b;
	uint64_t from;
	int i;

	if (!bare_open(&b, reader) || !bare_send(&b, dmsc_rd_of(select_iccid,
	    sizeof select_iccid)))
		return 1;
	from = dmsc_now_us();
	for (i = 0; i < n; i++)
		if (!bare_send(&b, dmsc_rd_of(read_iccid,
		    sizeof read_iccid)) || b.len != 12)
			return 1;
	(void)told(from, n);
	bare_close(&b, SCARD_LEAVE_CARD);
	return 0;
}

static bool
keys_from(const char *file, struct dmsc_secret **out)
{
	const struct dmsc_key_with with = { 0 };
	char source[PATH];

	(void)snprintf(source, sizeof source, "@%s", file);
	return dmsc_source_read(source, DMSC_KEY_SECRET, &with, out, NULL) ==
	    DMSC_E_OK;
}

static struct dmsc_scp *
bare_channel(struct bare *b, const struct dmsc_secret *keys)
{
	static const uint8_t challenge[DMSC_SCP_S8] = { 1 };
	const size_t n = keys->len / 3;
	const struct dmsc_scp_keys k = { dmsc_rd_of(keys->p, n),
	    dmsc_rd_of(keys->p + n, n), dmsc_rd_of(keys->p + 2 * n, n) };
	struct dmsc_rd c = dmsc_rd_of(challenge, sizeof challenge);
	struct dmsc_buf *cmd = dmsc_buf_new(WIRE_MAX);
	struct dmsc_scp_hello h;
	struct dmsc_scp *s = NULL;
	bool good = bare_send(b, dmsc_rd_of(select_card,
	    sizeof select_card)) && dmsc_scp_ask(0, 0, c, cmd) == DMSC_E_OK &&
	    bare_send(b, dmsc_rd_of(cmd->p, cmd->len - 1));

	if (good && b->rsp[0] == 0x61) {	/* T=0 */
		uint8_t get[] = { 0, 0xC0, 0, 0, b->rsp[1] };

		good = bare_send(b, dmsc_rd_of(get, sizeof get));
	}
	good = good && dmsc_scp_hello(dmsc_rd_of(b->rsp, b->len - 2), &h) ==
	    DMSC_E_OK && dmsc_scp_host(&k, c, &h, &s) == DMSC_E_OK;
	dmsc_buf_reset(cmd);
	if (!good || dmsc_scp_login(s, 0, DMSC_SCP_ALL, cmd) != DMSC_E_OK ||
	    !bare_send(b, dmsc_buf_rd(cmd)) || b->rsp[0] != 0x90 ||
	    dmsc_scp_opened(s) != DMSC_E_OK)
		dmsc_scp_free(&s);
	dmsc_buf_free(&cmd);
	return s;
}

/* All commands protected before the first is sent: a bare word of refusal
 * stands for each answer, which changes nothing in the chain. */
static struct dmsc_buf **
protect_all(struct dmsc_scp *s, int n)
{
	static const uint8_t refused[] = { 0x6A, 0x82 };
	struct dmsc_buf **all = calloc((size_t)n + 1, sizeof *all);
	struct dmsc_buf *none = dmsc_buf_new(WIRE_MAX);
	int i;

	for (i = 0; all != NULL && i <= n; i++) {
		dmsc_buf_reset(none);
		all[i] = dmsc_buf_new(WIRE_MAX);
		if (dmsc_scp_wrap(s, i == 0 ? dmsc_rd_of(select_iccid,
		    sizeof select_iccid) : dmsc_rd_of(read_iccid,
		    sizeof read_iccid), all[i]) != DMSC_E_OK ||
		    dmsc_scp_unwrap(s, dmsc_rd_of(refused, sizeof refused),
		    none) != DMSC_E_OK)
			return NULL;
	}
	dmsc_buf_free(&none);
	return all;
}

static int
wire(const char *reader, const char *file, int n)
{
	struct dmsc_secret *keys = NULL;
	struct dmsc_buf **all = NULL;
	struct dmsc_scp *s = NULL;
	struct bare b;
	uint64_t from;
	int i;

	if (!keys_from(file, &keys) || !bare_open(&b, reader) ||
	    (s = bare_channel(&b, keys)) == NULL ||
	    (all = protect_all(s, n)) == NULL ||
	    !bare_send(&b, dmsc_buf_rd(all[0])))
		return 1;
	from = dmsc_now_us();
	for (i = 1; i <= n; i++) {
		uint8_t get[] = { 0, 0xC0, 0, 0, 0 };

		if (!bare_send(&b, dmsc_buf_rd(all[i])))
			return 1;
		if (b.rsp[0] == 0x61) {
			get[4] = b.rsp[1];
			if (!bare_send(&b, dmsc_rd_of(get, sizeof get)))
				return 1;
		}
	}
	if (b.len != 26) {
		printf("# an answer of %lu bytes\n", (unsigned long)b.len);
		return 1;
	}
	(void)told(from, n);
	bare_close(&b, SCARD_RESET_CARD);
	return 0;
}

static int
secure(const char *reader, const char *file, int n)
{
	struct dmsc_session *s = NULL;
	struct dmsc_scp_opts o = { .level = DMSC_SCP_ALL };
	struct dmsc_scp_info *info = NULL;
	struct dmsc_secret *keys = NULL;
	struct dmsc_apdu *a = NULL;
	uint64_t from;
	int i;

	if (!keys_from(file, &keys) || dmsc_session_new(NULL, &s) !=
	    DMSC_E_OK || dmsc_connect(s, reader) != DMSC_E_OK)
		return 1;
	o.keys[0] = keys;
	if (dmsc_scp_open(s, &o, &info) != DMSC_E_OK ||
	    dmsc_transmit(s, dmsc_rd_of(select_iccid, sizeof select_iccid), 0,
	    &a) != DMSC_E_OK)
		return 1;
	dmsc_view_free(&dmsc_apdu_view, a);
	from = dmsc_now_us();
	for (i = 0; i < n; i++) {
		if (dmsc_transmit(s, dmsc_rd_of(read_iccid,
		    sizeof read_iccid), 0, &a) != DMSC_E_OK ||
		    a->data->len != 10)
			return 1;
		dmsc_view_free(&dmsc_apdu_view, a);
	}
	(void)told(from, n);
	dmsc_session_free(&s);
	return 0;
}

/* ---- the parent */

/* The wall time of one process that sends n APDUs; the number is
 * appended to argv. */
static double
process(const char *const argv[], int n)
{
	char count[TEXT];
	const char *full[8];
	uint64_t from = dmsc_now_us();
	size_t i;
	int st = 0;
	pid_t pid;

	for (i = 0; argv[i] != NULL; i++)
		full[i] = argv[i];
	(void)snprintf(count, sizeof count, "%d", n);
	full[i] = count;
	full[i + 1] = NULL;
	if ((pid = fork()) == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 1);
		(void)execv(full[0], (char *const *)(uintptr_t)full);
		_exit(127);
	}
	(void)waitpid(pid, &st, 0);
	if (!WIFEXITED(st) || WEXITSTATUS(st) != 0)
		printf("# %s failed\n", argv[0]);
	return (double)(dmsc_now_us() - from);
}

/* A process with few APDUs and with many, in turns with others. */
struct turns {
	const char *const *argv;
	double few[ROUNDS], many[ROUNDS];
};

static void
one_turn(struct turns *t, int round)
{
	t->few[round] = process(t->argv, WARM);
	t->many[round] = process(t->argv, WARM + APDUS);
}

/* Microseconds an APDU: start and connection cancel out. Each by its fastest
 * round: other work on the machine only adds. */
static double
per_apdu(const struct turns *t)
{
	return (fastest(t->many, ROUNDS) - fastest(t->few, ROUNDS)) / APDUS;
}

static void
print_rate(const char *name, double us, double bare_us, double aim)
{
	printf("  %-38s %6.1f us, %.2f of the bare rate   aim %.2f: %s\n",
	    name, us, bare_us / us, aim, verdict(bare_us / us >= aim));
}

static void
compare(const char *self, const char *reader, const char *dmsc,
    const char *script)
{
	const char *b_argv[] = { self, "--bare", reader, NULL };
	const char *o_argv[] = { self, "--session", reader, NULL };
	const char *l_argv[] = { dmsc, "-r", reader, script, NULL };
	struct turns b = { .argv = b_argv }, o = { .argv = o_argv },
	    l = { .argv = l_argv };
	int i;

	for (i = 0; i < ROUNDS; i++) {
		one_turn(&b, i);
		one_turn(&o, i);
		one_turn(&l, i);
	}
	printf("time per APDU through pcscd (the fastest of %d rounds)\n"
	    "  %-38s %6.1f us\n", ROUNDS, "bare SCardTransmit loop",
	    per_apdu(&b));
	print_rate("dmsc_transmit", per_apdu(&o), per_apdu(&b), 0.95);
	print_rate("a Lua script", per_apdu(&l), per_apdu(&b), 0.95);
}

/* What a child of ours says that one of APDUS took. */
static double
child(const char *how, const char *reader, const char *file)
{
	char count[TEXT], said[TEXT] = "";
	const char *argv[] = { "/proc/self/exe", how, reader, file, count,
	    NULL };
	int fds[2], st = 0;
	ssize_t n;
	pid_t pid;

	(void)snprintf(count, sizeof count, "%d", APDUS);
	if (pipe(fds) != 0)
		return 0;
	if ((pid = fork()) == 0) {
		(void)dup2(fds[1], 1);
		(void)execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	(void)close(fds[1]);
	n = read(fds[0], said, sizeof said - 1);
	(void)close(fds[0]);
	(void)waitpid(pid, &st, 0);
	if (n <= 0 || !WIFEXITED(st) || WEXITSTATUS(st) != 0)
		printf("# %s failed\n", how);
	return strtod(said, NULL);
}

static void
compare_secure(const char *reader, const char *keys)
{
	double p[ROUNDS], w[ROUNDS], s[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		p[i] = child("--plain", reader, keys);
		w[i] = child("--wire", reader, keys);
		s[i] = child("--scp", reader, keys);
	}
	printf("the same under SCP03, level 33: EF.ICCID read\n"
	    "  %-38s %6.1f us\n  %-38s %6.1f us\n",
	    "bare loop, plain: 5 out, 12 back", fastest(p, ROUNDS),
	    "bare loop, same bytes: 14 out, 26 back", fastest(w, ROUNDS));
	print_rate("dmsc_transmit, beside the same bytes", fastest(s, ROUNDS),
	    fastest(w, ROUNDS), 0.93);
	printf("  %-38s %18.2f\n", "  beside the plain loop",
	    fastest(p, ROUNDS) / fastest(s, ROUNDS));
}

static int
count(const char *text)
{
	uint64_t n;

	return dmsc_num(text, 10, WARM + APDUS, &n) == DMSC_E_OK ?
	    (int)n : 0;
}

/* pcsc READER DMSC SCRIPT; pcsc --secure READER KEYFILE; or, as its own
 * child, pcsc --bare READER N, pcsc --scp READER KEYFILE N. */
int
main(int argc, char **argv)
{
	if (argc == 5)
		return strcmp(argv[1], "--plain") == 0 ? plain(argv[2],
		    count(argv[4])) : strcmp(argv[1], "--wire") == 0 ?
		    wire(argv[2], argv[3], count(argv[4])) : secure(argv[2],
		    argv[3], count(argv[4]));
	if (argc != 4)
		return 2;
	if (strcmp(argv[1], "--secure") == 0) {
		compare_secure(argv[2], argv[3]);
		return 0;
	}
	if (strcmp(argv[1], "--bare") == 0)
		return bare(argv[2], count(argv[3]));
	if (strcmp(argv[1], "--session") == 0)
		return ours(argv[2], count(argv[3]));
	compare("/proc/self/exe", argv[1], argv[2], argv[3]);
	return 0;
}
