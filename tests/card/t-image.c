/* card: image files: reopened, locked, torn by a killed process, broken. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "card/lab.h"
#include "card/state.h"

static char path[TAP_FOLDER + 16];

static bool
file_is(struct dmsc_rd bytes)
{
	struct dmsc_buf *b = NULL;
	bool same = dmsc_file_slurp(path, 1 << 20, &b, NULL) == DMSC_E_OK &&
	    dmsc_rd_eq(dmsc_buf_rd(b), bytes);

	dmsc_buf_free(&b);
	return same;
}

static void
test_reopen(void)
{
	struct dmsc_card *c = lab_card(true), *again = NULL, *third = NULL;
	uint64_t want = state_of(c);
	struct dmsc_buf *before = NULL;
	struct dmsc_err e = { 0 };
	struct stat st = { 0 };
	char pid[40];

	ok(dmsc_card_save(c, path, &e) == DMSC_E_OK &&
	    stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "saved, for us alone");
	dmsc_card_close(&c);
	ok(dmsc_card_open(path, &c, &e) == DMSC_E_OK && state_of(c) == want,
	    "opened again");
	(void)snprintf(pid, sizeof pid, "process %ld holds it",
	    (long)getpid());
	ok(dmsc_card_open(path, &again, &e) == DMSC_E_LOCKED &&
	    again == NULL && strcmp(e.why, pid) == 0, "a second is locked out");
	ok(dmsc_card_save(c, path, &e) == DMSC_E_LOCKED,
	    "a held image is not replaced");
	ok(strcmp(lab_send(c, "0020000A08" ADM), "9000") == 0 &&
	    strcmp(lab_send(c, "00A4080C022FE2"), "9000") == 0 &&
	    strcmp(lab_send(c, "00D600000177"), "9000") == 0, "written");
	want = state_of(c);
	ok(dmsc_card_peek(path, &third, &e) == DMSC_E_OK &&
	    state_of(third) == want, "looked at while held");
	dmsc_card_close(&third);
	dmsc_card_close(&c);
	ok(dmsc_file_slurp(path, 1 << 20, &before, &e) == DMSC_E_OK &&
	    dmsc_card_open(path, &c, &e) == DMSC_E_OK && state_of(c) == want,
	    "the change is there");
	dmsc_card_close(&c);
	ok(file_is(dmsc_buf_rd(before)), "a look leaves the file as it was");
	dmsc_buf_free(&before);
}

static void
test_facts(void)
{
	struct dmsc_image_info *i = dmsc_view_new(&dmsc_image_info_view);
	struct dmsc_card *c = NULL;

	ok(dmsc_card_open(path, &c, NULL) == DMSC_E_OK &&
	    dmsc_card_facts(c, i) == DMSC_E_OK &&
	    strcmp(i->profile, "blank") == 0 &&
	    strcmp(i->atr, "3B80800101") == 0 &&
	    strcmp(i->life, "activated") == 0 && i->files == 13 &&
	    strcmp(i->file, path) == 0 && i->free_bytes < i->size &&
	    i->writes > 20 && strcmp(i->iccid, "7788211000000510084") == 0,
	    "facts");
	dmsc_view_free(&dmsc_image_info_view, i);
	dmsc_card_close(&c);
}

/* A process that is killed while it writes leaves a whole image. */
static void
test_kill(void)
{
	struct dmsc_card *c = NULL;
	const char *got;
	bool good = true, same;
	int round, status;
	size_t i;
	pid_t pid;

	for (round = 0; round < 8; round++) {
		if ((pid = fork()) == 0) {
			char up[32];
			unsigned n = 0;

			if (dmsc_card_open(path, &c, NULL) != DMSC_E_OK)
				_exit(1);
			(void)lab_send(c, "0020000A08" ADM);
			(void)lab_send(c, "00A4080C022FE2");
			for (;; n++) {
				(void)snprintf(up, sizeof up, "00D6000008"
				    "%02X%02X%02X%02X%02X%02X%02X%02X",
				    n & 255, n & 255, n & 255, n & 255,
				    n & 255, n & 255, n & 255, n & 255);
				(void)lab_send(c, up);
			}
		}
		(void)usleep(3000u + (unsigned)round * 1700u);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, &status, 0);
		good = WIFSIGNALED(status) &&
		    dmsc_card_open(path, &c, NULL) == DMSC_E_OK && good;
		if (c == NULL)
			break;
		(void)lab_send(c, "00A4080C022FE2");
		got = lab_send(c, "00B0000008");
		for (same = true, i = 2; i < 16; i++)
			same = same && got[i] == got[i - 2];
		good = good && (same || strncmp(got, "7788", 4) == 0);
		dmsc_card_close(&c);
	}
	ok(good, "a killed process leaves the old bytes or the new");
}

static void
test_missing(void)
{
	struct dmsc_card *c = NULL;
	struct dmsc_err e = { 0 };

	ok(dmsc_card_open("no-such.img", &c, &e) == DMSC_E_NOREADER &&
	    c == NULL && e.n_next == 1 &&
	    strcmp(e.next[0], "card new no-such.img") == 0, "no image");
	ok(dmsc_card_open("/dev/null", &c, &e) == DMSC_E_DATA && c == NULL,
	    "not an image");
}

/* Flipped and missing bytes: refused, and as before, or a card that answers.
 */
static void
test_broken(void)
{
	static const uint32_t near[] = { 0, 16, 20, 64, 68, 72, 76,
	    64 + DMSC_MEM_CARD, 64 + DMSC_CARD_AT_PINS,
	    64 + DMSC_MEM_HEAP };
	struct dmsc_buf *b = NULL;
	struct dmsc_card *c;
	bool good = dmsc_file_slurp(path, 1 << 20, &b, NULL) == DMSC_E_OK;
	size_t i, at;

	for (i = 0; good && i < 600; i++) {
		struct dmsc_buf *copy = dmsc_buf_from(dmsc_buf_rd(b), b->len);

		at = near[i % DMSC_COUNT(near)] + i / DMSC_COUNT(near) % 60;
		copy->p[at] ^= (uint8_t)(1u << i % 8);
		if (i % 20 == 19)
			dmsc_buf_truncate(copy, at);
		good = dmsc_file_spit(path, dmsc_buf_rd(copy), NULL) ==
		    DMSC_E_OK;
		c = NULL;
		if (dmsc_card_open(path, &c, NULL) == DMSC_E_OK) {
			(void)lab_send(c, "00A40004023F00");
			(void)lab_send(c, "00A4080C022F00");
			(void)lab_send(c, "00B2010400");
			(void)lab_send(c, "0020000108" PIN1234);
		} else
			good = good && file_is(dmsc_buf_rd(copy));
		dmsc_card_close(&c);
		dmsc_buf_free(&copy);
	}
	ok(good, "broken images are refused or answer");
	dmsc_buf_free(&b);
}

int
main(void)
{
	char folder[TAP_FOLDER];

	if (!tap_folder(folder))
		return 1;
	(void)snprintf(path, sizeof path, "%s/card.img", folder);
	test_reopen();
	test_facts();
	test_kill();
	test_missing();
	test_broken();
	(void)unlink(path);
	(void)rmdir(folder);
	return tap_done();
}
