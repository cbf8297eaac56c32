/* The PC/SC end: one card in one reader (link/pcsc.h). */
#include "link/pcsc.h"

#include <string.h>

#include <dmsc/secret.h>

#include "base/base.h"
#include "base/clock.h"
#include "link/pcsc_err.h"

#include <winscard.h>

enum {
	BUSY_MS = 20, BUSY_TRIES = 500,		/* 10 s for another program */
	GONE_MS = 100, GONE_TRIES = 11,		/* pcscd asks each 400 ms */
	SW_SIZE = 2, LC_AT = 4
};

struct pcsc {
	SCARDCONTEXT context;
	SCARDHANDLE card;
	bool connected, exclusive, in_transaction;
	DWORD protocol;
	char *name;
	uint8_t rsp[DMSC_APDU_RSP_MAX];
};

/* True while another program's transaction is waited out. */
static bool
again(LONG rv, unsigned *tries)
{
	if (dmsc_pcsc_code(rv) != dmsc_pcsc_code(SCARD_E_SHARING_VIOLATION) ||
	    (*tries)++ == BUSY_TRIES)
		return false;
	dmsc_sleep_ms(BUSY_MS);
	return true;
}

static int
get_atr(struct pcsc *p, struct dmsc_buf *atr, struct dmsc_err *e)
{
	BYTE bytes[DMSC_ATR_MAX];
	DWORD n, state, protocol;
	unsigned tries = 0;
	LONG rv;
	int r;

	do {
		n = sizeof bytes;
		rv = SCardStatus(p->card, NULL, NULL, &state, &protocol,
		    bytes, &n);
	} while (again(rv, &tries));
	if (rv != SCARD_S_SUCCESS)
		return dmsc_pcsc_fail(e, rv, "cannot read the ATR", p->name);
	dmsc_buf_reset(atr);
	r = dmsc_buf_put(atr, dmsc_rd_of(bytes, n));
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "cannot keep the ATR");
}

static DWORD
share_mode(const struct pcsc *p)
{
	return p->exclusive ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED;
}

static int
pcsc_reset(void *h, bool cold, struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct pcsc *p = h;
	unsigned tries = 0;
	LONG rv;

	do
		rv = SCardReconnect(p->card, share_mode(p),
		    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
		    cold ? SCARD_UNPOWER_CARD : SCARD_RESET_CARD,
		    &p->protocol);
	while (again(rv, &tries));
	if (rv != SCARD_S_SUCCESS)
		return dmsc_pcsc_fail(e, rv, "cannot reset the card",
		    p->name);
	return get_atr(p, atr, e);
}

static bool
is_gone(LONG rv)
{
	unsigned long code = dmsc_pcsc_code(rv);

	return code == dmsc_pcsc_code(SCARD_W_REMOVED_CARD) ||
	    code == dmsc_pcsc_code(SCARD_W_RESET_CARD) ||
	    code == dmsc_pcsc_code(SCARD_E_NO_SMARTCARD);
}

/* A cut exchange is told apart from a card that has gone: pcscd sees that
 * only when it next asks the reader. */
static int
xfer_failed(struct pcsc *p, LONG rv, struct dmsc_err *e)
{
	DWORD n = 0, state, protocol;
	LONG now = SCARD_S_SUCCESS;
	int i;

	if (dmsc_pcsc_code(rv) != dmsc_pcsc_code(SCARD_E_NOT_TRANSACTED))
		return dmsc_pcsc_fail(e, rv, "no answer from the card",
		    p->name);
	for (i = 0; i < GONE_TRIES && !is_gone(now); i++) {
		if (i > 0)
			dmsc_sleep_ms(GONE_MS);
		n = 0;
		now = SCardStatus(p->card, NULL, NULL, &state, &protocol,
		    NULL, &n);
	}
	if (dmsc_pcsc_code(now) == dmsc_pcsc_code(SCARD_W_RESET_CARD))
		rv = SCARD_W_RESET_CARD;
	else if (is_gone(now))
		rv = SCARD_W_REMOVED_CARD;
	return dmsc_pcsc_fail(e, rv, "no answer from the card", p->name);
}

/*
 * T=0 has one length byte (ISO 7816-3 12.2): a command with data goes without
 * its Le, the answer waits behind 61xx.
 */
static struct dmsc_rd
as_tpdu(const struct pcsc *p, struct dmsc_rd cmd)
{
	if (p->protocol == SCARD_PROTOCOL_T0 && cmd.left > LC_AT + 1 &&
	    cmd.p[LC_AT] != 0 &&
	    cmd.left == (size_t)LC_AT + 2 + cmd.p[LC_AT])
		return dmsc_rd_slice(cmd, 0, cmd.left - 1);
	return cmd;
}

static int
pcsc_xfer(void *h, struct dmsc_rd cmd, struct dmsc_buf *rsp,
    struct dmsc_err *e)
{
	struct pcsc *p = h;
	const SCARD_IO_REQUEST *pci = p->protocol == SCARD_PROTOCOL_T0 ?
	    SCARD_PCI_T0 : SCARD_PCI_T1;
	unsigned tries = 0;
	DWORD n;
	LONG rv;
	int r;

	cmd = as_tpdu(p, cmd);
	do {
		n = sizeof p->rsp;
		rv = SCardTransmit(p->card, pci, cmd.p, cmd.left, NULL,
		    p->rsp, &n);
	} while (again(rv, &tries));
	/* A virtual reader whose card goes meanwhile answers nothing. */
	if (rv == SCARD_S_SUCCESS && n < SW_SIZE)
		rv = SCARD_E_NOT_TRANSACTED;
	if (rv != SCARD_S_SUCCESS)
		return xfer_failed(p, rv, e);
	r = dmsc_buf_put(rsp, dmsc_rd_of(p->rsp, n));
	return r == DMSC_E_OK ? r :
	    dmsc_fail(e, r, "an answer of %lu bytes has no room",
	    (unsigned long)n);
}

/* With the card to ourselves there is nothing to begin. */
static int
pcsc_lock(void *h, bool on, struct dmsc_err *e)
{
	struct pcsc *p = h;
	LONG rv;

	if (on == p->in_transaction || (on && p->exclusive))
		return DMSC_E_OK;
	rv = on ? SCardBeginTransaction(p->card) :
	    SCardEndTransaction(p->card, SCARD_LEAVE_CARD);
	p->in_transaction = on && rv == SCARD_S_SUCCESS;
	if (rv == SCARD_S_SUCCESS)
		return DMSC_E_OK;
	return dmsc_pcsc_fail(e, rv, on ? "cannot begin a transaction" :
	    "cannot end the transaction", p->name);
}

static int
pcsc_claim(void *h, struct dmsc_err *e)
{
	struct pcsc *p = h;
	LONG rv;

	if (p->exclusive)
		return DMSC_E_OK;
	rv = SCardReconnect(p->card, SCARD_SHARE_EXCLUSIVE, p->protocol,
	    SCARD_LEAVE_CARD, &p->protocol);
	if (rv != SCARD_S_SUCCESS)
		return dmsc_pcsc_fail(e, rv,
		    "cannot have the card to ourselves", p->name);
	p->exclusive = true;
	return DMSC_E_OK;
}

static void
pcsc_close(void **h, bool reset_card)
{
	struct pcsc *p = *h;

	if (p->in_transaction)
		(void)SCardEndTransaction(p->card, SCARD_LEAVE_CARD);
	if (p->connected)
		(void)SCardDisconnect(p->card, reset_card ?
		    SCARD_RESET_CARD : SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(p->context);
	free(p->name);
	dmsc_wipe(p->rsp, sizeof p->rsp);
	free(p);
	*h = NULL;
}

static void
pcsc_facts(void *h, struct dmsc_link_facts *out)
{
	struct pcsc *p = h;

	out->protocol = p->protocol == SCARD_PROTOCOL_T0 ? "T=0" : "T=1";
	out->shared = !p->exclusive;
}

static const struct dmsc_link_ops pcsc_ops = {
	.name = "pcsc",
	.reset = pcsc_reset,
	.xfer = pcsc_xfer,
	.lock = pcsc_lock,
	.claim = pcsc_claim,
	.close = pcsc_close,
	.facts = pcsc_facts,
};

int
dmsc_pcsc_open(const char *name, struct dmsc_link *out,
    struct dmsc_buf *atr, struct dmsc_err *e)
{
	struct pcsc *p = calloc(1, sizeof *p);
	struct dmsc_link fresh = { &pcsc_ops, p };
	LONG rv;
	int r;

	if (p == NULL || (p->name = strdup(name)) == NULL) {
		free(p);
		return dmsc_fail(e, DMSC_E_NOMEM, "out of memory");
	}
	rv = dmsc_pcsc_context(&p->context);
	if (rv == SCARD_S_SUCCESS)
		rv = SCardConnect(p->context, name, SCARD_SHARE_SHARED,
		    SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &p->card,
		    &p->protocol);
	p->connected = rv == SCARD_S_SUCCESS;
	r = p->connected ? get_atr(p, atr, e) :
	    dmsc_pcsc_fail(e, rv, "cannot connect to the card", name);
	if (r != DMSC_E_OK) {
		dmsc_link_close(&fresh, false);
		return r;
	}
	*out = fresh;
	return DMSC_E_OK;
}
