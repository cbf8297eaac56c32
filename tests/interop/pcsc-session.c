/* The session over a real pcscd, with the demo card in a virtual reader: run
 * by pcscd.sh, which starts it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dmsc/api.h>

#include "base/text.h"
#include "session/session.h"
#include "tap.h"

static const char iccid[] = "8988211000000000011";
static const char verify[] = "002000010831323334FFFFFFFF";

static struct dmsc_session *
fresh(const char *folder)
{
	struct dmsc_setup setup = { .state_dir = folder };
	struct dmsc_session *s = NULL;

	ok(dmsc_session_new(&setup, &s) == DMSC_E_OK, "a session");
	return s;
}

/* The card in a process of its own. */
static pid_t
insert(struct dmsc_session *s, const char *image, const char *port)
{
	struct dmsc_setup setup = { .state_dir = dmsc_session_state_dir(s) };
	struct dmsc_session *server;
	char where[32];
	pid_t pid = fork();

	if (pid != 0) {
		ok(pid > 0 && dmsc_wait(s, true, 5000) == DMSC_E_OK,
		    "a card comes");
		return pid;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dmsc_session_new(&setup, &server) != DMSC_E_OK)
		_exit(1);
	(void)snprintf(where, sizeof where, "127.0.0.1:%s", port);
	_exit(dmsc_card_serve(server, image, where, NULL, NULL) != 0);
}

static void
pull(pid_t card)
{
	(void)kill(card, SIGKILL);
	(void)waitpid(card, NULL, 0);
}

static bool
is_connected(struct dmsc_session *s, const char *reader)
{
	int r = dmsc_connect(s, reader);

	if (r != DMSC_E_OK)
		printf("# %s: %s: %s\n", reader, dmsc_session_err(s)->message,
		    dmsc_session_err(s)->why);
	return r == DMSC_E_OK && dmsc_connected(s);
}

static int
sent(struct dmsc_session *s, const char *hex, unsigned sw)
{
	struct dmsc_buf *b = dmsc_buf_new(300);
	struct dmsc_apdu *a = NULL;
	int r = dmsc_hex_get(hex, b);

	if (r == DMSC_E_OK)
		r = dmsc_transmit(s, dmsc_buf_rd(b), 0, &a);
	if (r == DMSC_E_OK && a->sw != sw)
		r = DMSC_E_SW;
	if (r != DMSC_E_OK)
		printf("# %s: %s\n", hex, dmsc_session_err(s)->message);
	dmsc_view_free(&dmsc_apdu_view, a);
	dmsc_buf_free(&b);
	return r;
}

static void
test_names(struct dmsc_session *s)
{
	struct dmsc_connection *c = NULL;

	ok(is_connected(s, "Virtual PCD 00 00"), "by its whole name");
	ok(is_connected(s, "pcd 00 00"), "by a part of its name");
	ok(dmsc_connect(s, "Virtual") == DMSC_E_CHOICE, "by too little");
	ok(dmsc_connect(s, "8988211000000000020") == DMSC_E_NOREADER,
	    "by another card's ICCID");
	ok(is_connected(s, iccid), "by its ICCID");
	ok(dmsc_connection(s, &c) == DMSC_E_OK && c->identity != NULL &&
	    strcmp(c->identity + 6, iccid) == 0 && c->shared &&
	    strcmp(c->kind, "pcsc") == 0, "the connection");
	dmsc_view_free(&dmsc_connection_view, c);
	ok(is_connected(s, "0") && sent(s, "00A40004023F00", 0x9000) ==
	    DMSC_E_OK, "by its number, and a SELECT");
}

static void
test_exclusive(struct dmsc_session *s, struct dmsc_session *other)
{
	struct dmsc_connection *c = NULL;

	ok(is_connected(other, "0"), "two share the card");
	ok(sent(s, verify, 0x9000) == DMSC_E_LOCKED,
	    "no PIN is sent while another program may listen");
	dmsc_disconnect(other);
	ok(sent(s, "00200001", 0x63C3) == DMSC_E_OK, "no try was spent");
	ok(sent(s, verify, 0x9000) == DMSC_E_OK &&
	    dmsc_connection(s, &c) == DMSC_E_OK && !c->shared,
	    "from the first right on the card is ours alone");
	dmsc_view_free(&dmsc_connection_view, c);
	ok(dmsc_connect(other, "0") == DMSC_E_LOCKED &&
	    dmsc_connect(other, iccid) == DMSC_E_NOREADER, "not another's");
	dmsc_disconnect(s);
	ok(is_connected(other, "0") &&
	    sent(other, "00200001", 0x63C3) == DMSC_E_OK,
	    "the right has ended with the connection");
	dmsc_disconnect(other);
}

static void
test_pulled(struct dmsc_session *s, const char *image, const char *port,
    pid_t card)
{
	ok(is_connected(s, "0") && sent(s, "00A40004023F00", 0x9000) ==
	    DMSC_E_OK, "connected");
	pull(card);
	ok(sent(s, "00A40004023F00", 0x9000) == DMSC_E_REMOVED, "pulled");
	ok(dmsc_wait(s, false, 5000) == DMSC_E_OK, "seen");
	card = insert(s, image, port);
	ok(sent(s, "00A40004023F00", 0x9000) == DMSC_E_REMOVED,
	    "a new card is not taken for the old");
	ok(is_connected(s, "0") && sent(s, "00A40004023F00", 0x9000) ==
	    DMSC_E_OK, "connected anew");
	ok(dmsc_reset(s, true) == DMSC_E_OK &&
	    sent(s, "00A40004023F00", 0x9000) == DMSC_E_OK, "a cold reset");
	dmsc_disconnect(s);
	pull(card);
	ok(dmsc_wait(s, false, 5000) == DMSC_E_OK &&
	    dmsc_connect(s, "0") == DMSC_E_NOCARD, "an empty reader");
}

int
main(int argc, char **argv)
{
	struct dmsc_card_new_opts opts = { .iccid = iccid };
	struct dmsc_image_info *info = NULL;
	struct dmsc_session *s, *other;
	char folder[TAP_FOLDER], image[128];
	char rm[128];
	pid_t card;

	if (argc != 2 || !tap_folder(folder))
		return 2;
	(void)snprintf(image, sizeof image, "%s/c.img", folder);
	s = fresh(folder);
	other = fresh(folder);
	opts.image = image;
	if (!ok(dmsc_card_new(s, &opts, &info) == DMSC_E_OK, "a card"))
		return 1;
	dmsc_view_free(&dmsc_image_info_view, info);
	card = insert(s, image, argv[1]);
	test_names(s);
	test_exclusive(s, other);
	test_pulled(s, image, argv[1], card);
	dmsc_session_free(&s);
	dmsc_session_free(&other);
	(void)snprintf(rm, sizeof rm, "rm -rf %s", folder);
	(void)!system(rm);
	return tap_done();
}
