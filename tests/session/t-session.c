/* session: the handle, and a connection to the embedded card. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/file.h"
#include "session/session.h"
#include "tap.h"

static char folder[TAP_FOLDER];
static char state[64], image[80], trace_file[80];

static struct dmsc_session *
fresh(void)
{
	struct dmsc_setup setup = { .state_dir = state };
	struct dmsc_session *s = NULL;

	ok(dmsc_session_new(&setup, &s) == DMSC_E_OK, "a session");
	return s;
}

static void
test_handle(void)
{
	struct dmsc_session *s = fresh();
	const char *const *warnings;
	struct stat st;

	ok(stat(state, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "its folder is the owner's alone");
	ok(strcmp(dmsc_session_state_dir(s), state) == 0 &&
	    dmsc_session_data_dir(s) != NULL && dmsc_version()[0] != '\0',
	    "folders and version");
	dmsc_session_warn(s, "one");
	dmsc_session_warn(s, "two");
	dmsc_session_warn(s, "one");
	ok(dmsc_warnings(s, &warnings) == 2 && strcmp(warnings[1], "two") ==
	    0, "a warning is kept once");
	dmsc_warnings_clear(s);
	ok(dmsc_warnings(s, &warnings) == 0, "and cleared");
	dmsc_session_free(&s);
	ok(s == NULL, "free");
	dmsc_session_free(&s);
}

static void
test_unconnected(void)
{
	struct dmsc_session *s = fresh();
	struct dmsc_connection *c;
	struct dmsc_apdu *a;
	unsigned long apdus, bytes;

	ok(!dmsc_connected(s) && dmsc_transmit(s, dmsc_rd_of("\0\xA4\0\4", 4),
	    0, &a) == DMSC_E_NOREADER && a == NULL, "transmit: no card");
	ok(dmsc_connection(s, &c) == DMSC_E_NOREADER && c == NULL &&
	    strcmp(dmsc_session_err(s)->next[0], "connect") == 0,
	    "connection: no card, and what to do");
	ok(dmsc_reset(s, true) == DMSC_E_NOREADER, "reset: no card");
	dmsc_counters(s, &apdus, &bytes);
	ok(apdus == 0 && bytes == 0, "nothing was sent");
	dmsc_disconnect(s);
	ok(dmsc_connect(s, "sim:/nowhere/x.img") == DMSC_E_NOREADER &&
	    !dmsc_connected(s) && dmsc_session_err(s)->n_next == 1,
	    "an image that is not there");
	dmsc_session_free(&s);
}

static unsigned
sw_of(struct dmsc_session *s, const char *hex, unsigned flags, int want)
{
	struct dmsc_buf *b = dmsc_buf_new(300);
	struct dmsc_apdu *a = NULL;
	unsigned sw = 0;

	ok(dmsc_hex_get(hex, b) == DMSC_E_OK &&
	    dmsc_transmit(s, dmsc_buf_rd(b), flags, &a) == want, hex);
	if (a != NULL)
		sw = a->sw;
	else if (want == DMSC_E_OK)
		printf("# %s\n", dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_apdu_view, a);
	dmsc_buf_free(&b);
	return sw;
}

static void
test_facts(struct dmsc_session *s)
{
	struct dmsc_connection *c = NULL;
	struct dmsc_readers *l = NULL;
	struct dmsc_reader_info *last;

	ok(dmsc_connection(s, &c) == DMSC_E_OK && strcmp(c->reader, "sim") ==
	    0 && strcmp(c->kind, "sim") == 0 && c->atr[0] == '3' &&
	    c->identity != NULL && strncmp(c->identity, "iccid:8988211", 13)
	    == 0 && !c->shared, "the connection");
	dmsc_view_free(&dmsc_connection_view, c);
	ok(dmsc_readers(s, &l) == DMSC_E_OK && l->n_readers > 0, "readers");
	last = &l->readers[l->n_readers - 1];
	ok(strcmp(last->name, "sim") == 0 && strcmp(last->image, image) == 0
	    && strcmp(last->state, "in use") == 0 && last->number ==
	    -1, "the embedded card comes last");
	dmsc_view_free(&dmsc_readers_view, l);
}

static void
test_connected(void)
{
	struct dmsc_session *s = fresh(), *other = fresh();
	unsigned long apdus, bytes;

	ok(dmsc_connect(s, NULL) == DMSC_E_OK && dmsc_connected(s) &&
	    dmsc_file_there(image), "the card is made on first use");
	ok(dmsc_connect(other, "sim") == DMSC_E_LOCKED,
	    "one session holds an image");
	dmsc_counters(s, &apdus, &bytes);
	ok(apdus == 0 && bytes == 0, "counted from connect");
	ok(sw_of(s, "00A40004023F00", 0, DMSC_E_OK) == 0x9000, "SELECT MF");
	dmsc_counters(s, &apdus, &bytes);
	ok(apdus >= 1 && bytes > 9, "counted");
	test_facts(s);
	ok(dmsc_wait(s, true, 10) == DMSC_E_OK &&
	    dmsc_wait(s, false, 10) == DMSC_E_UNSUPPORTED, "wait");
	(void)sw_of(s, "00A400", 0, DMSC_E_USAGE);
	dmsc_session_interrupt(s);
	(void)sw_of(s, "00A40004023F00", 0, DMSC_E_INTERRUPTED);
	dmsc_session_clear_interrupt(s);
	(void)sw_of(s, "00A40004023F00", DMSC_APDU_RAW, DMSC_E_OK);
	dmsc_disconnect(s);
	ok(!dmsc_connected(s) && dmsc_connect(other, "sim") == DMSC_E_OK,
	    "free for another session");
	dmsc_session_free(&s);
	dmsc_session_free(&other);
}

static void
test_rights(void)
{
	static const char verify[] = "002000010831323334FFFFFFFF";
	struct dmsc_session *s = fresh();

	ok(dmsc_connect(s, NULL) == DMSC_E_OK, "connect");
	ok(sw_of(s, verify, 0, DMSC_E_OK) == 0x9000, "PIN1 verified");
	ok(dmsc_uicc_any_right(s->uicc), "the session knows");
	ok(dmsc_reset(s, false) == DMSC_E_OK &&
	    !dmsc_uicc_any_right(s->uicc) &&
	    sw_of(s, "00200001", 0, DMSC_E_OK) == 0x63C3,
	    "a reset ends the right");
	dmsc_session_free(&s);
}

static void
test_trace(void)
{
	static const char verify[] = "002000010831323334FFFFFFFF";
	struct dmsc_session *s = fresh();
	struct dmsc_buf *b = NULL;
	const char *text = "";

	ok(dmsc_trace(s, trace_file) == DMSC_E_OK &&
	    dmsc_connect(s, NULL) == DMSC_E_OK, "traced from the start");
	(void)sw_of(s, verify, 0, DMSC_E_OK);
	ok(dmsc_connect(s, NULL) == DMSC_E_OK, "connected again");
	(void)sw_of(s, "00A40004023F00", 0, DMSC_E_OK);
	ok(dmsc_trace(s, NULL) == DMSC_E_OK, "ended");
	(void)sw_of(s, "00A40004022FE2", 0, DMSC_E_OK);
	dmsc_session_free(&s);
	if (dmsc_file_slurp(trace_file, 1 << 20, &b, NULL) == DMSC_E_OK)
		text = dmsc_buf_cstr(b);
	ok(strncmp(text, "atr 3", 5) == 0, "the ATR is first");
	ok(strstr(text, "> 0020000108****************\n< 9000\n") != NULL &&
	    strstr(text, "31323334") == NULL, "the PIN is masked");
	ok(strstr(text, "> 00A40004023F00") != NULL &&
	    strstr(text, "> 00A40004022FE2") == NULL,
	    "it goes on over a new connection, not over its end");
	dmsc_buf_free(&b);
}

int
main(void)
{
	char rm[64];

	if (!tap_folder(folder))
		return 1;
	(void)snprintf(state, sizeof state, "%s/state", folder);
	(void)snprintf(image, sizeof image, "%s/card.img", state);
	(void)snprintf(trace_file, sizeof trace_file, "%s/t.apdu", folder);
	test_handle();
	test_unconnected();
	test_connected();
	test_rights();
	test_trace();
	(void)snprintf(rm, sizeof rm, "rm -rf %s", folder);
	(void)!system(rm);
	return tap_done();
}
