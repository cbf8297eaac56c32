/* The device's own secure channel at power-on (session/power.h). */
#include "session/power.h"

#include <stdlib.h>
#include <string.h>

#include "device/seen.h"

enum { SFI_ICCID = 0x02 };

/* Whether the card in the reader says to be the one that was seen. Who says
 * the same number and is another has not its keys. */
static int
is_it(struct dmsc_session *s, const struct dmsc_seencard *seen, bool *is)
{
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX + 1);
	int r = b == NULL ? dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory") :
	    dmsc_uicc_read_sfi(s->uicc, SFI_ICCID, DMSC_SEEN_ICCID, b);

	*is = r == DMSC_E_OK && dmsc_rd_eq(dmsc_buf_rd(b),
	    dmsc_rd_of(seen->iccid, DMSC_SEEN_ICCID));
	dmsc_buf_free(&b);
	if (r == DMSC_E_OK || s->err.sw == 0)
		return r;
	dmsc_err_clear(&s->err);	/* no such file, or not by this */
	return DMSC_E_OK;
}

static int
open_by(struct dmsc_session *s, const struct dmsc_scp_opts *o)
{
	struct dmsc_scp_info *i = NULL;
	int r = dmsc_scp_open(s, o, &i);

	dmsc_view_free(&dmsc_scp_info_view, i);
	return r;
}

/* A refusal by status word has spent no try; other keys have. */
static bool
again(const struct dmsc_session *s)
{
	return s->err.sw != 0 && s->err.code != DMSC_E_AUTHFAIL &&
	    s->err.code != DMSC_E_CHANNEL;
}

static int
known_card(struct dmsc_session *s, const struct dmsc_scp_opts *o,
    const struct dmsc_seencard *seen, bool *done)
{
	struct dmsc_scp_opts brief = *o;
	bool is = false;
	int r = is_it(s, seen, &is);

	*done = r != DMSC_E_OK;
	if (r != DMSC_E_OK || !is)
		return r;
	if ((r = dmsc_guard_assume(s->guard, seen->card, dmsc_rd_of(
	    seen->iccid, DMSC_SEEN_ICCID))) != DMSC_E_OK) {
		*done = true;
		return r;
	}
	brief.known = seen->scp;
	r = open_by(s, &brief);
	*done = r == DMSC_E_OK || !again(s);
	if (!*done) {
		dmsc_err_clear(&s->err);
		dmsc_guard_forget(s->guard);
	}
	return *done ? r : DMSC_E_OK;
}

int
dmsc_power_channel(struct dmsc_session *s,
    const struct dmsc_poweron_opts *o)
{
	struct dmsc_device *d = NULL;
	struct dmsc_seencard seen;
	bool done = false;
	int r = dmsc_device_load(s->state_dir, o->device, &d, &s->err);

	if (r != DMSC_E_OK)
		return r;
	if (dmsc_seencard_get(d, &seen) && seen.scp != 0 &&
	    seen.card[0] != '\0' && o->channel->aid == NULL &&
	    !o->channel->lwm2m)
		r = known_card(s, o->channel, &seen, &done);
	free(seen.by);
	dmsc_device_free(&d);
	if (r != DMSC_E_OK || done)
		return r;
	if ((r = open_by(s, o->channel)) == DMSC_E_NOTFOUND) {
		s->err.n_next = 0;	/* no channel: --auth has none either */
		r = dmsc_err_next(&s->err, "device poweron");
	}
	return r;
}
