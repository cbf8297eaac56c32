/* Approval by the Management Authority's key on the card
 * (device/approve.h). */
#include "device/approve.h"

#include <string.h>

#include "base/base.h"
#include "crypto/crypto.h"

enum { SUM = 32, WORD_MAX = 255, CONTROL = 0x20 };

#define SETTING "Origin/Setting"
#define LEAF "Unapproved"
#define ASK "ask"
#define REJECT "reject"

int
dmsc_approve_sum(struct dmsc_rd data, char out[DMSC_APPROVE_SUM])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[SUM];
	size_t i;
	int r = dmsc_sha256_parts(&data, 1, sum);

	if (r != DMSC_E_OK)
		return r;
	for (i = 0; i < SUM; i++) {
		out[2 * i] = digits[sum[i] >> 4];
		out[2 * i + 1] = digits[sum[i] & 0x0F];
	}
	out[2 * SUM] = '\0';
	return DMSC_E_OK;
}

static bool
is_word(const char *s)
{
	size_t n;

	for (n = 0; s[n] != '\0'; n++)
		if ((unsigned char)s[n] < CONTROL || n == WORD_MAX)
			return false;
	return true;
}

int
dmsc_approve_text(const struct dmsc_approve *a, struct dmsc_buf *out)
{
	char sum[DMSC_APPROVE_SUM];
	int r;

	if (!is_word(a->name) || !is_word(a->version) || !is_word(a->device))
		return DMSC_E_FORMAT;
	if ((r = dmsc_approve_sum(a->data, sum)) != DMSC_E_OK)
		return r;
	return dmsc_buf_fmt(out, "DMSC-APPROVAL 1\noperation: %s\n"
	    "device: %s\nname: %s\nversion: %s\nsize: %zu\nsha256: %s\n",
	    a->operation, a->device, a->name, a->version, a->data.left, sum);
}

/* What another time may make good; all else is the card's word. */
static bool
is_later(int r)
{
	return r == DMSC_E_NOMEM || r == DMSC_E_INTERRUPTED ||
	    r == DMSC_E_REMOVED || r == DMSC_E_NOCARD ||
	    r == DMSC_E_TRANSPORT;
}

/* The card about the text for that device. */
static int
ask_for(struct dmsc_world *w, const struct dmsc_approve *a,
    const char *device, struct dmsc_rd signature)
{
	struct dmsc_approve of = *a;
	struct dmsc_buf *text = dmsc_buf_new(DMSC_APPROVE_TEXT);
	int r;

	of.device = device;
	r = text == NULL ? DMSC_E_NOMEM : dmsc_approve_text(&of, text);
	if (r != DMSC_E_OK)
		(void)dmsc_fail(w->e, r, r == DMSC_E_FORMAT ?
		    "its name or version is none" : "out of memory");
	else
		r = w->approve(w->ctx, dmsc_buf_rd(text), signature, w->e);
	dmsc_buf_free(&text);
	return r;
}

int
dmsc_approve_ask(struct dmsc_world *w, const struct dmsc_approve *a,
    struct dmsc_rd signature, bool *good, struct dmsc_buf *why)
{
	int r;

	*good = false;
	if (signature.left == 0)
		return dmsc_buf_str(why, "there is no approval");
	if (w->approve == NULL)
		return dmsc_fail(w->e, DMSC_E_NOCARD,
		    "there is no card that could approve");
	r = ask_for(w, a, DMSC_APPROVE_ANY, signature);
	if (r == DMSC_E_MISMATCH)	/* of another text */
		r = ask_for(w, a, a->device, signature);
	if (is_later(r))
		return r;
	*good = r == DMSC_E_OK;
	if (*good)
		return r;
	if (r == DMSC_E_MISMATCH)
		r = dmsc_buf_str(why, "the approval is of something else, or "
		    "was changed");
	else
		r = dmsc_buf_str(why, r == DMSC_E_SIGNER ? "the card has no "
		    "such key of an authority" : w->e->message);
	dmsc_err_clear(w->e);
	return r;
}

bool
dmsc_approve_asks(const struct dmsc_device *d)
{
	char text[sizeof REJECT];

	dmsc_device_text(dmsc_tree_find(d->tree, SETTING), LEAF, text,
	    sizeof text);
	return strcmp(text, ASK) == 0;
}

int
dmsc_approve_set(struct dmsc_device *d, bool ask)
{
	struct dmsc_node *n;
	int r = dmsc_device_need(d, SETTING, &n);

	return r != DMSC_E_OK ? r : dmsc_device_put(d, n, LEAF, DMSC_FMT_CHR,
	    dmsc_rd_str(ask ? ASK : REJECT));
}
