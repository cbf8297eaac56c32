/*
 * Time per APDU over PC/SC: a bare SCardTransmit loop, the session's transmit
 * and a Lua script, on the same card in the same reader, in turns. The script
 * is timed as a whole process, less the same process with no APDU.
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

enum { ROUNDS = 15, APDUS = 1000, TEXT = 16 };

static const uint8_t status[] = { 0x80, 0xF2, 0x00, 0x0C };

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return v[n / 2];
}

static double
bare(SCARDHANDLE card)
{
	uint64_t from = dmsc_now_us();
	uint8_t rsp[258];
	int i;

	for (i = 0; i < APDUS; i++) {
		DWORD n = sizeof rsp;

		if (SCardTransmit(card, SCARD_PCI_T0, status, sizeof status,
		    NULL, rsp, &n) != SCARD_S_SUCCESS)
			return 0;
	}
	return (double)(dmsc_now_us() - from) / APDUS;
}

static double
ours(struct dmsc_session *s)
{
	uint64_t from = dmsc_now_us();
	struct dmsc_apdu *a = NULL;
	int i;

	for (i = 0; i < APDUS; i++) {
		if (dmsc_transmit(s, dmsc_rd_of(status, sizeof status), false,
		    &a) != DMSC_E_OK)
			return 0;
		dmsc_view_free(&dmsc_apdu_view, a);
	}
	return (double)(dmsc_now_us() - from) / APDUS;
}

/* The wall time of `dmsc -r READER SCRIPT N`. */
static double
process(const char *dmsc, const char *reader, const char *script, int n)
{
	char count[TEXT];
	uint64_t from = dmsc_now_us();
	int st = 0;
	pid_t pid;

	(void)snprintf(count, sizeof count, "%d", n);
	if ((pid = fork()) == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 1);
		(void)execl(dmsc, dmsc, "-r", reader, script, count,
		    (char *)NULL);
		_exit(127);
	}
	(void)waitpid(pid, &st, 0);
	if (!WIFEXITED(st) || WEXITSTATUS(st) != 0)
		printf("# the script failed\n");
	return (double)(dmsc_now_us() - from);
}

/* pcsc READER DMSC SCRIPT */
int
main(int argc, char **argv)
{
	struct dmsc_session *s = NULL;
	double b[ROUNDS], o[ROUNDS], l[ROUNDS];
	double o_ratio[ROUNDS], l_ratio[ROUNDS];
	SCARDCONTEXT ctx;
	SCARDHANDLE card;
	DWORD protocol;
	int i;

	if (argc != 4)
		return 2;
	if (dmsc_session_new(NULL, &s) != DMSC_E_OK ||
	    dmsc_connect(s, argv[1]) != DMSC_E_OK ||
	    SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &ctx) !=
	    SCARD_S_SUCCESS || SCardConnect(ctx, argv[1], SCARD_SHARE_SHARED,
	    SCARD_PROTOCOL_T0, &card, &protocol) != SCARD_S_SUCCESS) {
		(void)fprintf(stderr, "pcsc: no card in '%s'\n", argv[1]);
		return 1;
	}
	/* A ratio is taken within its round: what else the machine does then
	 * is the same for all three. */
	for (i = 0; i < ROUNDS; i++) {
		b[i] = bare(card);
		o[i] = ours(s);
		l[i] = (process(argv[2], argv[1], argv[3], APDUS) -
		    process(argv[2], argv[1], argv[3], 0)) / APDUS;
		o_ratio[i] = b[i] / o[i];
		l_ratio[i] = b[i] / l[i];
	}
	printf("time per APDU through pcscd (median of %d rounds)\n", ROUNDS);
	printf("  bare SCardTransmit loop  %7.1f us\n", median(b, ROUNDS));
	printf("  dmsc_transmit            %7.1f us, %.2f of the bare rate\n",
	    median(o, ROUNDS), median(o_ratio, ROUNDS));
	printf("  a Lua script             %7.1f us, %.2f of the bare rate\n",
	    median(l, ROUNDS), median(l_ratio, ROUNDS));
	(void)SCardDisconnect(card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(ctx);
	dmsc_session_free(&s);
	return 0;
}
