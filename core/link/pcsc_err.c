/* PC/SC's return codes as ours, with what to do next. */
#include "link/pcsc_err.h"

#include "base/base.h"
#include "link/pcsc.h"

enum { HOLDERS_MAX = 200 };

static const struct {
	unsigned long rv;
	int code;
	const char *why, *next;
} codes[] = {
	{ 0x8010001D, DMSC_E_NOREADER, "the PC/SC service does not run",
	    "sudo systemctl start pcscd" },
	{ 0x8010001E, DMSC_E_NOREADER, "the PC/SC service has ended",
	    "sudo systemctl start pcscd" },
	{ 0x8010002E, DMSC_E_NOREADER, "the PC/SC service has no reader",
	    "readers" },
	{ 0x80100009, DMSC_E_NOREADER, "there is no such reader", "readers" },
	{ 0x80100017, DMSC_E_NOREADER, "the reader is gone", "readers" },
	{ 0x8010000C, DMSC_E_NOCARD, "there is no card in the reader",
	    "wait insert" },
	{ 0x80100069, DMSC_E_REMOVED, "the card was removed", "connect" },
	{ 0x80100068, DMSC_E_REMOVED,
	    "another program has reset the card", "connect" },
	{ 0x8010000B, DMSC_E_LOCKED, "another program holds the reader",
	    "readers" },
	{ 0x80100066, DMSC_E_TRANSPORT,
	    "the card is mute: it does not answer a reset", "doctor" },
	{ 0x80100067, DMSC_E_TRANSPORT, "the card could not be powered",
	    "doctor" },
	{ 0x80100065, DMSC_E_TRANSPORT, "the ATR cannot be understood",
	    "doctor" },
	{ 0x8010000F, DMSC_E_TRANSPORT,
	    "the card speaks neither T=0 nor T=1", "doctor" },
	{ 0x80100016, DMSC_E_TRANSPORT, "the exchange was cut", "reset" },
	{ 0x80100008, DMSC_E_TRANSPORT,
	    "the command or its answer is too long for PC/SC", "" },
	{ 0x80100006, DMSC_E_NOMEM, "PC/SC is out of memory", "" },
	{ 0x80100003, DMSC_E_TRANSPORT, "the PC/SC service was restarted",
	    "connect" },
};

unsigned long
dmsc_pcsc_code(LONG rv)
{
	return (unsigned long)rv & 0xFFFFFFFFul;
}

/* The library reads its environment once, at a process's first context. */
LONG
dmsc_pcsc_context(SCARDCONTEXT *out)
{
	static const char name[] = "PCSCLITE_NO_BLOCKING";
	bool ours = getenv(name) == NULL && setenv(name, "1", 0) == 0;
	LONG rv = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, out);

	if (ours)
		(void)unsetenv(name);
	return rv;
}

static void
name_holders(struct dmsc_err *e)
{
	struct dmsc_buf *b = dmsc_buf_new(HOLDERS_MAX);

	if (b == NULL)
		return;
	dmsc_pcsc_holders(b);
	if (b->len > 0)
		dmsc_err_why(e, "another program holds the reader, %s",
		    dmsc_buf_cstr(b));
	dmsc_buf_free(&b);
}

int
dmsc_pcsc_fail(struct dmsc_err *e, LONG rv, const char *what,
    const char *reader)
{
	unsigned long code = dmsc_pcsc_code(rv);
	size_t i = 0;

	while (i < DMSC_COUNT(codes) && codes[i].rv != code)
		i++;
	if (i == DMSC_COUNT(codes)) {
		dmsc_fail(e, DMSC_E_TRANSPORT, "%s", what);
		dmsc_err_why(e, "PC/SC says %08lX: %s", code,
		    pcsc_stringify_error(rv));
		dmsc_err_where(e, "%s", reader != NULL ? reader : "");
		return DMSC_E_TRANSPORT;
	}
	dmsc_fail(e, codes[i].code, "%s", what);
	dmsc_err_where(e, "%s", reader != NULL ? reader : "");
	dmsc_err_why(e, "%s", codes[i].why);
	if (codes[i].code == DMSC_E_LOCKED)
		name_holders(e);
	if (codes[i].next[0] != '\0')
		dmsc_err_next(e, "%s", codes[i].next);
	return codes[i].code;
}
