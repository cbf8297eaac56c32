/*
 * Time per APDU over PC/SC: a bare SCardTransmit loop, the session's transmit
 * and a Lua script, on the same card in the same reader, in turns. Each runs
 * as a process of its own, timed with many APDUs and with few; the difference
 * counts. Two connections in one process would disturb each other.
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

enum { ROUNDS = 15, WARM = 200, APDUS = 2000, TEXT = 16 };

static const uint8_t status[] = { 0x80, 0xF2, 0x00, 0x0C };

/* n APDUs in a bare loop. */
static int
bare(const char *reader, int n)
{
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD protocol;
	uint8_t rsp[258];

	if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) !=
	    SCARD_S_SUCCESS || SCardConnect(ctx, reader, SCARD_SHARE_SHARED,
	    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol) !=
	    SCARD_S_SUCCESS)
		return 1;
	while (n-- > 0) {
		DWORD len = sizeof rsp;

		if (SCardTransmit(card, protocol == SCARD_PROTOCOL_T0 ?
		    SCARD_PCI_T0 : SCARD_PCI_T1, status, sizeof status, NULL,
		    rsp, &len) != SCARD_S_SUCCESS)
			return 1;
	}
	(void)SCardDisconnect(card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(ctx);
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

/* Microseconds an APDU: start and connection cancel out. */
static double
per_apdu(const char *const argv[])
{
	double few = process(argv, WARM);

	return (process(argv, WARM + APDUS) - few) / APDUS;
}

static void
print_rate(const char *name, double us[ROUNDS], double share[ROUNDS])
{
	double rate = median(share, ROUNDS);

	printf("  %-23s  %7.1f us, %.2f of the bare rate   aim 0.95: %s\n",
	    name, median(us, ROUNDS), rate, verdict(rate >= 0.95));
}

static void
compare(const char *self, const char *reader, const char *dmsc,
    const char *script)
{
	const char *b_argv[] = { self, "--bare", reader, NULL };
	const char *o_argv[] = { self, "--session", reader, NULL };
	const char *l_argv[] = { dmsc, "-r", reader, script, NULL };
	double b[ROUNDS], o[ROUNDS], l[ROUNDS], o_r[ROUNDS], l_r[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		b[i] = per_apdu(b_argv);
		o[i] = per_apdu(o_argv);
		l[i] = per_apdu(l_argv);
		o_r[i] = b[i] / o[i];
		l_r[i] = b[i] / l[i];
	}
	printf("time per APDU through pcscd (median of %d rounds)\n", ROUNDS);
	printf("  bare SCardTransmit loop  %7.1f us\n", median(b, ROUNDS));
	print_rate("dmsc_transmit", o, o_r);
	print_rate("a Lua script", l, l_r);
}

static int
count(const char *text)
{
	uint64_t n;

	return dmsc_num(text, 10, WARM + APDUS, &n) == DMSC_E_OK ?
	    (int)n : 0;
}

/* pcsc READER DMSC SCRIPT, or, as its own child, pcsc --bare READER N. */
int
main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	if (strcmp(argv[1], "--bare") == 0)
		return bare(argv[2], count(argv[3]));
	if (strcmp(argv[1], "--session") == 0)
		return ours(argv[2], count(argv[3]));
	compare("/proc/self/exe", argv[1], argv[2], argv[3]);
	return 0;
}
