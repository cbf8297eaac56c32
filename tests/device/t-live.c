/*
 * A device that is on: what a REFRESH names is read again and no more, and a
 * card that changes without end is left.
 */
#include <string.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/base.h"
#include "tap.h"

static struct dmsc_session *s;
static unsigned again;	/* how often the card changes once more */

static int
push(const char *const *files, size_t n)
{
	struct dmsc_buf *b = dmsc_buf_new(UINT8_MAX);
	int r = dmsc_card_command(s, "refresh", n, files, b);

	if (r == DMSC_E_OK)
		r = dmsc_card_push(s, dmsc_buf_rd(b));
	dmsc_buf_free(&b);
	return r;
}

static void
heard(void *arg, const struct dmsc_event *e)
{
	(void)arg;
	if (again > 0 && strcmp(e->name, "refresh") == 0 &&
	    push(NULL, 0) == DMSC_E_OK)
		again--;
}

static bool
power_on(bool dry)
{
	const struct dmsc_poweron_opts o = { .confirm = DMSC_CONFIRM_YES,
	    .dry = dry };
	struct dmsc_poweron *p = NULL;
	bool good = dmsc_device_poweron(s, &o, &p) == DMSC_E_OK &&
	    p->n_events == 0;

	dmsc_view_free(&dmsc_poweron_view, p);
	return good;
}

/* Asks the card: the APDUs that it took; 0 where it was not as want. */
static unsigned
ask(int want, size_t events)
{
	const struct dmsc_events_opts o = { .name = NULL };
	struct dmsc_events *l = NULL;
	int r = dmsc_events(s, &o, &l);
	unsigned n = r == want && l != NULL && l->n_events == events ?
	    l->apdus : 0;

	if (n == 0)
		printf("# %s, %zu events: %s\n", dmsc_e_name(r),
		    l != NULL ? l->n_events : 0, dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_events_view, l);
	return n;
}

static void
run(void)
{
	static const char *const notice[] = { "F0444D2D534301/4E01" };
	static const char *const odf[] = { "3F00/7F50/5031" };
	unsigned idle, looked = 0;

	ok(power_on(true) && !dmsc_events_on(s),
	    "a dry run leaves the toolkit alone");
	ok(power_on(false) && dmsc_events_on(s), "the device is on");
	idle = ask(DMSC_E_OK, 0);
	ok(idle == 1, "a card with nothing to say costs one APDU");
	ok(push(odf, 1) == DMSC_E_OK && (looked = ask(DMSC_E_OK, 1)) > 3,
	    "its documents are read again");
	ok(push(notice, 1) == DMSC_E_OK && ask(DMSC_E_OK, 1) < looked,
	    "not for a notice alone");
	again = 3;
	ok(push(NULL, 0) == DMSC_E_OK && ask(DMSC_E_OK, 4) > 0,
	    "a card that changes three times more is read each time");
	again = 100;
	ok(push(NULL, 0) == DMSC_E_OK && ask(DMSC_E_SW, 8) > 0 &&
	    strcmp(dmsc_session_err(s)->message,
	    "the card changes without end") == 0,
	    "one that does so without end is left");
	again = 0;
	dmsc_disconnect(s);
	ok(!dmsc_events_on(s), "disconnected, it is on no more");
}

int
main(void)
{
	char folder[TAP_FOLDER], image[TAP_FOLDER + 16], state[TAP_FOLDER];
	struct dmsc_setup setup = { .ui = { .event = heard } };
	struct dmsc_card_new_opts o = { .image = image + 4 };
	struct dmsc_image_info *info = NULL;

	if (!tap_folder(folder) || !tap_folder(state))
		return 99;
	setup.state_dir = state;
	(void)snprintf(image, sizeof image, "sim:%s/c.img", folder);
	if (dmsc_session_new(&setup, &s) != DMSC_E_OK ||
	    dmsc_card_new(s, &o, &info) != DMSC_E_OK ||
	    dmsc_connect(s, image) != DMSC_E_OK)
		return 99;
	dmsc_view_free(&dmsc_image_info_view, info);
	run();
	dmsc_session_free(&s);
	(void)unlink(image + 4);
	(void)rmdir(folder);
	return tap_done();
}
