/* Which PC/SC readers there are, and waiting for a card in one of them. */
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "link/pcsc.h"
#include "link/pcsc_err.h"

#include <winscard.h>

enum {
	READERS_MAX = 16,	/* of pcscd; more are not listed */
	SLICE_MS = 250,		/* how soon an interrupt is seen */
	US_PER_MS = 1000
};

struct states {
	SCARDCONTEXT context;
	char *names;		/* from SCardListReaders */
	SCARD_READERSTATE state[READERS_MAX];
	DWORD n;
};

static void
close_states(struct states *s)
{
	if (s->names != NULL)
		(void)SCardFreeMemory(s->context, s->names);
	if (s->context != 0)
		(void)SCardReleaseContext(s->context);
	memset(s, 0, sizeof *s);
}

/* A context and the names; the states are not asked for yet. */
static LONG
open_states(struct states *s)
{
	DWORD size = SCARD_AUTOALLOCATE;
	const char *name;
	LONG rv;

	memset(s, 0, sizeof *s);
	rv = dmsc_pcsc_context(&s->context);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	rv = SCardListReaders(s->context, NULL, (LPSTR)&s->names, &size);
	if (rv != SCARD_S_SUCCESS)
		return rv;
	for (name = s->names; *name != '\0' && s->n < READERS_MAX;
	    name += strlen(name) + 1)
		s->state[s->n++].szReader = name;
	return s->n > 0 ? rv : SCARD_E_NO_READERS_AVAILABLE;
}

static const struct {
	DWORD bit;
	const char *name;
} state_names[] = {
	{ SCARD_STATE_UNKNOWN, "unknown" },
	{ SCARD_STATE_UNAVAILABLE, "unknown" },
	{ SCARD_STATE_EMPTY, "empty" },
	{ SCARD_STATE_MUTE, "mute" },
	{ SCARD_STATE_EXCLUSIVE, "exclusive" },
	{ SCARD_STATE_INUSE, "in use" },
	{ SCARD_STATE_UNPOWERED, "unpowered" },
	{ SCARD_STATE_PRESENT, "present" },
};

static const char *
state_name(DWORD state)
{
	size_t i;

	for (i = 0; i < DMSC_COUNT(state_names); i++)
		if (state & state_names[i].bit)
			return state_names[i].name;
	return "unknown";
}

static int
add_reader(struct dmsc_readers *out, const SCARD_READERSTATE *st,
    unsigned number)
{
	struct dmsc_reader_info *info;
	struct dmsc_rd atr = dmsc_rd_of(st->rgbAtr,
	    DMSC_MIN(st->cbAtr, (DWORD)DMSC_ATR_MAX));
	char hex[2 * DMSC_ATR_MAX + 1];

	info = dmsc_list_add(&out->readers, &out->n_readers, sizeof *info);
	if (info == NULL)
		return DMSC_E_NOMEM;
	info->number = (int)number;
	if (dmsc_str_set(&info->name, "%s", st->szReader) != DMSC_E_OK ||
	    dmsc_str_set(&info->kind, "pcsc") != DMSC_E_OK ||
	    dmsc_str_set(&info->state, "%s", state_name(st->dwEventState))
	    != DMSC_E_OK)
		return DMSC_E_NOMEM;
	return atr.left == 0 ? DMSC_E_OK :
	    dmsc_str_set(&info->atr, "%s", dmsc_hex(atr, hex, sizeof hex));
}

static int
no_service(struct dmsc_readers *out, LONG rv)
{
	struct dmsc_err e = { 0 };

	(void)dmsc_pcsc_fail(&e, rv, "PC/SC", NULL);
	if (e.n_next == 0 || strcmp(e.next[0], "readers") == 0)
		return dmsc_str_set(&out->service, "%s", e.why);
	return dmsc_str_set(&out->service, "%s (%s)", e.why, e.next[0]);
}

int
dmsc_pcsc_list(struct dmsc_readers *out, struct dmsc_err *e)
{
	struct states s;
	LONG rv = open_states(&s);
	int r = DMSC_E_OK;
	DWORD i;

	if (rv == SCARD_S_SUCCESS)
		rv = SCardGetStatusChange(s.context, 0, s.state, s.n);
	if (rv != SCARD_S_SUCCESS)
		r = no_service(out, rv);
	for (i = 0; rv == SCARD_S_SUCCESS && r == DMSC_E_OK && i < s.n; i++)
		r = add_reader(out, &s.state[i], (unsigned)i);
	close_states(&s);
	return r == DMSC_E_OK ? r : dmsc_fail(e, r, "out of memory");
}

/* Keeps only the reader of this name. */
static LONG
only(struct states *s, const char *name)
{
	DWORD i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->state[i].szReader, name) == 0) {
			s->state[0] = s->state[i];
			s->n = 1;
			return SCARD_S_SUCCESS;
		}
	return SCARD_E_UNKNOWN_READER;
}

/* Insert: a card in any; removal: all are surely without one. */
static bool
reached(const struct states *s, bool insert)
{
	static const DWORD none = SCARD_STATE_EMPTY | SCARD_STATE_UNAVAILABLE;
	DWORD i;

	for (i = 0; i < s->n; i++) {
		DWORD state = s->state[i].dwEventState;

		if (insert && (state & SCARD_STATE_PRESENT) != 0)
			return true;
		if (!insert && (state & none) == 0)
			return false;
	}
	return !insert;
}

static LONG
next_change(struct states *s, unsigned ms)
{
	DWORD i;
	LONG rv = SCardGetStatusChange(s->context, ms, s->state, s->n);

	for (i = 0; rv == SCARD_S_SUCCESS && i < s->n; i++)
		s->state[i].dwCurrentState = s->state[i].dwEventState;
	return dmsc_pcsc_code(rv) == dmsc_pcsc_code(SCARD_E_TIMEOUT) ?
	    SCARD_S_SUCCESS : rv;
}

static int
wait_loop(struct states *s, bool insert, unsigned timeout_ms,
    const volatile int *interrupted, struct dmsc_err *e)
{
	uint64_t start = dmsc_now_us(), spent;
	unsigned slice;
	LONG rv;

	for (;;) {
		spent = (dmsc_now_us() - start) / US_PER_MS;
		slice = SLICE_MS;
		if (timeout_ms > 0 && spent + SLICE_MS > timeout_ms)
			slice = spent >= timeout_ms ? 0 :
			    timeout_ms - (unsigned)spent;
		rv = next_change(s, slice);
		if (rv != SCARD_S_SUCCESS)
			return dmsc_pcsc_fail(e, rv,
			    "cannot watch the readers", NULL);
		if (reached(s, insert))
			return DMSC_E_OK;
		if (*interrupted != 0)
			return dmsc_fail(e, DMSC_E_INTERRUPTED,
			    "interrupted");
		if (slice == 0)
			return dmsc_fail(e, DMSC_E_NOCARD, insert ?
			    "no card came" : "the card was not removed");
	}
}

int
dmsc_pcsc_wait(const char *name, bool insert, unsigned timeout_ms,
    const volatile int *interrupted, struct dmsc_err *e)
{
	struct states s;
	LONG rv = open_states(&s);
	int r;

	if (rv == SCARD_S_SUCCESS && name != NULL)
		rv = only(&s, name);
	r = rv != SCARD_S_SUCCESS ?
	    dmsc_pcsc_fail(e, rv, "cannot watch the readers", name) :
	    wait_loop(&s, insert, timeout_ms, interrupted, e);
	close_states(&s);
	return r;
}
