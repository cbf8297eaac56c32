/* SOURCES in a session: what they need of the card is asked of the card in
 * use (dmsc/key.h). */
#include "session/source.h"

#include <string.h>

#include "session/session.h"
#include "uicc/names.h"

enum { ICCID_TEXT = 64 };

/* The card's ICCID in digits, "" where it tells none. */
static int
read_iccid(struct dmsc_session *s, char out[SESSION_ICCID])
{
	struct dmsc_buf *b;
	const char *id, *text;
	int r;

	if ((r = dmsc_session_need_card(s)) != DMSC_E_OK ||
	    (r = dmsc_guard_identity(s->guard, &id)) != DMSC_E_OK)
		return r;
	if ((b = dmsc_buf_new(ICCID_TEXT)) == NULL)
		return dmsc_fail(&s->err, DMSC_E_NOMEM, "out of memory");
	if (uicc_text_iccid(dmsc_guard_iccid(s->guard), b) == DMSC_E_OK &&
	    b->len < SESSION_ICCID && (text = dmsc_buf_cstr(b)) != NULL)
		memcpy(out, text, b->len + 1);
	dmsc_buf_free(&b);
	return DMSC_E_OK;
}

int
session_source_with(struct dmsc_session *s, const char *source,
    bool spend_try, struct session_with *out)
{
	bool needs;
	int r;

	memset(out, 0, sizeof *out);
	out->with.spend_try = spend_try;
	out->with.ask = s->ui.secret;
	out->with.arg = s->ui.arg;
	if ((r = dmsc_source_needs_card(source, &needs, &s->err)) !=
	    DMSC_E_OK || !needs)
		return r;
	r = read_iccid(s, out->iccid);
	if (r == DMSC_E_OK && out->iccid[0] != '\0')
		out->with.iccid = out->iccid;
	return r;
}

int
dmsc_source_secret(struct dmsc_session *s, const char *source,
    enum dmsc_key_form form, struct dmsc_secret **out)
{
	struct session_with w;
	int r = session_source_with(s, source, false, &w);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_source_read(source, form, &w.with,
	    out, &s->err);
}

int
dmsc_source_key(struct dmsc_session *s, const char *source, bool spend_try,
    struct dmsc_key **out)
{
	struct session_with w;
	int r = session_source_with(s, source, spend_try, &w);

	*out = NULL;
	return r != DMSC_E_OK ? r : dmsc_source_open(source, &w.with, out,
	    &s->err);
}
