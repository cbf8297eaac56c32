/* EF.NOTICE and the REFRESH that names it: what the card has to say by itself
 * (dmsc-card(7), SESSIONS WITH THE DEVICE). */
#include <string.h>

#include "base/base.h"
#include "card/talk.h"
#include "card/tree.h"
#include "cat/cat.h"
#include "dm/pkg0.h"

enum { MF = 0x3F00, NOTICE_MAX = 2048 };

static struct dmsc_card_file *
notice_file(struct dmsc_card *c)
{
	int adf = dmsc_card_appl_adf(c), i;

	if (adf == DMSC_CARD_NONE)
		return NULL;
	i = dmsc_card_child(c, adf, DMSC_APPL_EF_NOTICE);
	return i == DMSC_CARD_NONE || c->files[i].kind != KIND_TRANSPARENT ?
	    NULL : &c->files[i];
}

/* A new number, or that of a Package #0 that had no answer yet; one that had
 * none from power-on to power-on is made with the nonce of zeros. */
static int
make_package0(struct dmsc_card_appl *a, struct dmsc_buf *out)
{
	const struct dmsc_node *n = talk_account(a);
	struct dmsc_cred_login login;
	struct talk_asked asked;
	struct dmsc_pkg0 p = { .version = DMSC_PKG0_VERSION,
		.ui = DMSC_PKG0_BACKGROUND, .by_server = true };
	int r;

	if (n == NULL || dmsc_cred_of(n, "SRVCRED", DMSC_CRED_NONE,
	    &login) != DMSC_E_OK)
		return DMSC_E_OK;
	talk_get(a, &asked);
	if (!asked.waits)
		asked.session = asked.session % DMSC_PKG0_SESSION_MAX + 1;
	asked.waits = true;
	if (asked.times >= TALK_ZERO_FROM)
		login.nonce = dmsc_rd_of(dmsc_pkg0_zero,
		    sizeof dmsc_pkg0_zero);
	p.session = asked.session;
	p.server = dmsc_cred_server(n);
	if ((r = dmsc_pkg0_put(out, &p, &login)) == DMSC_E_OK)
		talk_put(a, &asked);
	return r;
}

/* The paths, each told from the next by its 3F00. */
static void
split(struct dmsc_rd paths, struct dmsc_appl_notice *n)
{
	struct dmsc_rd path;

	while (n->n_paths < DMSC_APPL_NOTICE_PATHS &&
	    dmsc_cat_file(&paths, &path))
		n->paths[n->n_paths++] = path;
}

/* Into the file, FF behind, with what else was put. */
static unsigned
write_notice(struct dmsc_card *c, struct dmsc_rd bytes)
{
	struct dmsc_card_file *f = notice_file(c);
	struct dmsc_buf *b;
	unsigned sw = SW_MEMORY;

	if (f == NULL)
		return SW_OK;
	if (bytes.left > f->size)
		return SW_SPACE;
	if ((b = dmsc_buf_new(f->size)) != NULL && dmsc_buf_put(b, bytes) ==
	    DMSC_E_OK && dmsc_buf_fill(b, 0xFF, f->size - bytes.left) ==
	    DMSC_E_OK) {
		dmsc_mem_put(c->mem, f->data, dmsc_buf_rd(b));
		sw = dmsc_card_keep(c);
	}
	dmsc_buf_free(&b);
	return sw;
}

static int
make_notice(struct dmsc_card_appl *a, enum dmsc_appl_why why,
    struct dmsc_rd paths, struct dmsc_buf *out)
{
	struct dmsc_appl_notice n = { .why = why };
	struct dmsc_buf *p0 = dmsc_buf_new(DMSC_PKG0_MAX);
	int r = p0 == NULL ? DMSC_E_NOMEM : DMSC_E_OK;
	size_t count;

	if (r == DMSC_E_OK && talk_waiting(a, &count) != NULL)
		r = make_package0(a, p0);
	split(paths, &n);
	n.package0 = dmsc_buf_rd(p0);
	n.counter = dmsc_card_counter(a->c);
	if (r == DMSC_E_OK)
		r = dmsc_appl_notice_put(out, &n);
	dmsc_buf_free(&p0);
	return r;
}

static unsigned
refresh(struct dmsc_card *c, struct dmsc_rd paths)
{
	const struct dmsc_card_file *f = notice_file(c);
	struct dmsc_buf *b = dmsc_buf_new(CAT_APDU_MAX);
	int adf = dmsc_card_appl_adf(c), r;

	if (f == NULL || b == NULL) {
		dmsc_buf_free(&b);
		return f == NULL ? SW_OK : SW_MEMORY;
	}
	if ((r = dmsc_buf_u16(b, MF)) == DMSC_E_OK &&
	    (r = dmsc_buf_u16(b, c->files[adf].fid)) == DMSC_E_OK &&
	    (r = dmsc_buf_u16(b, DMSC_APPL_EF_NOTICE)) == DMSC_E_OK &&
	    (r = dmsc_buf_put(b, paths)) == DMSC_E_OK)
		r = dmsc_card_queue_refresh(c, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r == DMSC_E_NOMEM ? SW_MEMORY : SW_OK;
}

unsigned
dmsc_card_announce(struct dmsc_card *c, enum dmsc_appl_why why,
    struct dmsc_rd paths)
{
	struct dmsc_card_appl *a = dmsc_card_appl(c);
	struct dmsc_buf *b = dmsc_buf_new(NOTICE_MAX);
	unsigned sw = SW_MEMORY;

	if (a == NULL || b == NULL) {
		dmsc_buf_free(&b);
		return a == NULL ? SW_OK : SW_MEMORY;
	}
	if (make_notice(a, why, paths, b) == DMSC_E_OK &&
	    (sw = write_notice(c, dmsc_buf_rd(b))) == SW_OK)
		sw = refresh(c, paths);
	dmsc_buf_free(&b);
	return sw;
}

/* The count of messages that wait is what was asked for. */
void
dmsc_card_remind(struct dmsc_card *c, bool power_on)
{
	struct dmsc_card_appl *a = dmsc_card_appl(c);
	struct talk_asked asked;
	size_t n;

	if (a == NULL)
		return;
	(void)talk_waiting(a, &n);
	if (power_on && n > 0) {
		talk_get(a, &asked);
		asked.times++;
		talk_put(a, &asked);
	}
	if (n > (power_on ? 0 : a->asked_for))
		(void)dmsc_card_announce(c, DMSC_APPL_ASKS,
		    dmsc_rd_of(NULL, 0));
	a->asked_for = n;
}

unsigned
talk_settle(struct dmsc_card_appl *a)
{
	struct talk_asked asked;
	unsigned sw;
	size_t n;

	(void)talk_waiting(a, &n);
	a->asked_for = n;
	talk_get(a, &asked);
	asked.times = 0;
	asked.waits = false;
	talk_put(a, &asked);
	if ((sw = dmsc_card_appl_keep(a->c)) != SW_OK)
		return sw;
	return n > 0 ? dmsc_card_announce(a->c, DMSC_APPL_ASKS,
	    dmsc_rd_of(NULL, 0)) : write_notice(a->c, dmsc_rd_of(NULL, 0));
}
