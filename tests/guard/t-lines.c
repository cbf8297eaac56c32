/*
 * Command files of random lines - PINs and keys by every command, raw APDUs,
 * Lua - run by the program itself on a card in an image, one process after the
 * other, many of them killed at some moment; the ledger is deleted or damaged
 * between them. After each process no counter in the image is below two: of
 * a PIN, a PUK, an administrative key, or a key set. DMSC_HARD=1: 5000
 * processes; DMSC_SEED=N begins elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "card/card.h"
#include "card/end.h"
#include "card/keys.h"
#include "card/pins.h"
#include "tap.h"

enum { PROCESSES = 40, HARD_PROCESSES = 5000, LINES = 20, LEAST = 2,
	KILL_US = 20000, RENEW = 25, PATH = 300 };

static struct {
	char dir[TAP_FOLDER], program[PATH], src[PATH];
	uint64_t seed;
	unsigned killed, wrong;
} it;

static unsigned
draw(unsigned n)
{
	it.seed = it.seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(it.seed >> 33) % n;
}

static const char *
path(const char *name)
{
	static char out[PATH];

	(void)snprintf(out, sizeof out, "%s/%s", it.dir, name);
	return out;
}

static void
put_text(const char *name, const char *text)
{
	FILE *f = fopen(path(name), "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
		printf("Bail out! %s: %s\n", name, strerror(errno));
		exit(1);
	}
}

static const struct {
	const char *name, *text;
} sources[] = {
	{ "pin1", "1234" }, { "pin81", "2468" }, { "puk", "12345678" },
	{ "adm", "hex:4444444444444444" }, { "new", "5555" },
	{ "bad1", "0001" }, { "bad2", "0002" }, { "bad3", "000003" },
	{ "bad4", "hex:0102030405060708" }, { "bad5", "87654321" },
};
static const char *const keys[] = { "good", "key1", "key2", "key3", "key4" };
static const char *const refs[] = { "1", "1", "81", "adm1", "0x0A", "2",
	"0x11", "adm6", "0x81", "0x55" };

static const char *
source(void)
{
	return sources[draw(DMSC_COUNT(sources))].name;
}

static const char *
ref(void)
{
	return refs[draw(DMSC_COUNT(refs))];
}

/* An APDU with a value, right or wrong. */
static void
raw_line(FILE *f)
{
	static const char *const heads[] = { "00200001", "00200081",
	    "0020000A", "00260001", "00280001", "80200001", "01200081",
	    "00210001" };
	static const char *const values[] = { "31323334FFFFFFFF",
	    "32343638FFFFFFFF", "4444444444444444", "30303031FFFFFFFF",
	    "30303032FFFFFFFF", "3132333435363738" };
	static const char *const two[] = { "00240001", "00240081",
	    "002C0001", "002C0081" };
	const char *v = values[draw(DMSC_COUNT(values))];

	if (draw(3) > 0)
		(void)fprintf(f, "apdu %s08%s\n",
		    heads[draw(DMSC_COUNT(heads))], v);
	else if (draw(2) == 0)
		(void)fprintf(f, "apdu %s10%s%s\n",
		    two[draw(DMSC_COUNT(two))], v, values[draw(6)]);
	else
		(void)fprintf(f, "apdu 80503%u00080102030405060708\napdu "
		    "00820001080102030405060708\n", draw(2));
}

static void
lua_line(FILE *f)
{
	switch (draw(3)) {
	case 0:
		(void)fprintf(f, "lua \"pcall(function() dmsc.current():"
		    "verify_pin { which = '%s', source = '@%s' } end)\"\n",
		    ref(), source());
		break;
	case 1:
		(void)fprintf(f, "lua \"pcall(function() dmsc.current():"
		    "secure_channel { keys = '@%s' } end)\"\n",
		    keys[draw(DMSC_COUNT(keys))]);
		break;
	default:
		(void)fprintf(f, "lua \"pcall(function() dmsc.current():apdu "
		    "'0020000%u083%u303033FFFFFFFF' end)\"\n", draw(2),
		    draw(10));
	}
}

static void
put_line(FILE *f)
{
	static const char *const others[] = { "reset", "pin status", "ls /",
	    "scp close", "scp status", ("apdu 00A4040C0CA000000063504B4353"
	    "2D3135"), "connect sim:card.img", "disconnect",
	    "pin verify 1 @pin1 && pin verify 81 @pin81" };

	switch (draw(12)) {
	case 0:
	case 1:
	case 2:
		(void)fprintf(f, "pin verify %s @%s\n", ref(), source());
		break;
	case 3:
		(void)fprintf(f, "pin change %s @%s @%s\n", ref(), source(),
		    source());
		break;
	case 4:
		(void)fprintf(f, "pin unblock %s @%s @%s\n", ref(), source(),
		    source());
		break;
	case 5:
		(void)fprintf(f, "pin %s %s @%s\n", draw(2) == 0 ? "enable" :
		    "disable", ref(), source());
		break;
	case 6:
	case 7:
		(void)fprintf(f, "scp open %s --keys @%s\n", draw(3) == 0 ?
		    "--lwm2m" : draw(3) == 0 ? "--kvn 30" : "",
		    keys[draw(DMSC_COUNT(keys))]);
		break;
	case 8:
		raw_line(f);
		break;
	case 9:
		lua_line(f);
		break;
	default:
		(void)fprintf(f, "%s\n", others[draw(DMSC_COUNT(others))]);
	}
}

static void
child(const char *const *argv)
{
	int null = open("/dev/null", O_RDWR);

	(void)dup2(null, 0);
	(void)dup2(null, 1);
	(void)dup2(null, 2);
	(void)setenv("XDG_STATE_HOME", it.dir, 1);
	(void)setenv("DMSC_DATA_DIR", it.src, 1);
	if (chdir(it.dir) == 0)
		execv(it.program, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* kill_us 0: it ends by itself. */
static void
run(const char *const *argv, unsigned kill_us)
{
	struct timespec t = { 0, (long)kill_us * 1000 };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		child(argv);
	if (kill_us > 0) {
		(void)nanosleep(&t, NULL);
		(void)kill(pid, SIGKILL);
	}
	(void)waitpid(pid, &status, 0);
	it.killed += WIFSIGNALED(status);
	it.wrong += WIFEXITED(status) && WEXITSTATUS(status) != 0;
	if ((WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == 127))
		ok(false, "the program runs");
}

static void
new_card(void)
{
	const char *argv[] = { it.program, "card", "new", "--force",
	    "--profile", draw(3) == 0 ? "demo" : "locked", "card.img",
	    NULL };

	run(argv, 0);
}

/* One process of random lines. */
static void
process(void)
{
	const char *argv[] = { it.program, "-k", "-r", "sim:card.img",
	    "./lines.dms", NULL };
	FILE *f = fopen(path("lines.dms"), "w");
	unsigned i;

	for (i = 0; f != NULL && i < LINES; i++)
		put_line(f);
	if (f != NULL)
		(void)fclose(f);
	run(argv, draw(2) == 0 ? 1 + draw(KILL_US) : 0);
}

/* Never the ledger and its key: nobody could tell that they have been. */
static void
sabotage(void)
{
	const char *name = path("dmsc/ledger");
	FILE *f;
	struct stat st;

	switch (draw(12)) {
	case 0:
		if (stat(path("dmsc/ledger.key"), &st) == 0)
			(void)unlink(path("dmsc/ledger"));
		break;
	case 1:
		if (stat(path("dmsc/ledger"), &st) == 0)
			(void)unlink(path("dmsc/ledger.key"));
		break;
	case 2:
		if ((f = fopen(name, "r+")) != NULL) {
			(void)fseek(f, (long)draw(500), SEEK_SET);
			(void)fputs("zero, or something else, over it", f);
			(void)fclose(f);
		}
		break;
	default:
		break;
	}
}

static const char *
too_low(void)
{
	struct dmsc_card *c = NULL;
	const char *text = NULL;
	const uint8_t *e;
	unsigned i;

	if (dmsc_card_peek(path("card.img"), &c, NULL) != DMSC_E_OK)
		return "the card cannot be looked at";
	for (i = 0; i < DMSC_CARD_PINS; i++) {
		e = c->mem->ram + DMSC_CARD_AT_PINS + i * P_SIZE;
		if (e[P_REF] != 0 && (e[P_TRIES] < LEAST ||
		    (e[P_PUK_MAX] != 0 && e[P_PUK_TRIES] < LEAST)))
			text = "the last but one try of a PIN is spent";
	}
	for (i = 0; i < K_SETS; i++) {
		e = c->mem->ram + DMSC_CARD_AT_KEYS + i * K_SIZE;
		if (e[K_VERSION] != 0 && e[K_TRIES] < LEAST)
			text = "the last but one try of a key set is spent";
	}
	dmsc_card_close(&c);
	return text;
}

static bool
set_up(void)
{
	const char *src = getenv("top_srcdir");
	char text[80];
	size_t i;

	if (realpath(src != NULL ? src : ".", it.src) == NULL ||
	    realpath("dmsc", it.program) == NULL || !tap_folder(it.dir))
		return false;
	for (i = 0; i < DMSC_COUNT(sources); i++)
		put_text(sources[i].name, sources[i].text);
	for (i = 1; i < DMSC_COUNT(keys); i++) {
		(void)snprintf(text, sizeof text,
		    "hex:%zu0123456789ABCDEF%015zX", i, i);
		put_text(keys[i], text);
	}
	put_text("good", "hex:8E1B5C42D7A9360F4C83F21E6DB0597A3A97C40E15F8B26"
	    "D91E3507C2BDA486FD2660B9F47E1AC358870F93D1A5CE4B2");
	return true;
}

int
main(void)
{
	unsigned n = getenv("DMSC_HARD") != NULL ? HARD_PROCESSES : PROCESSES,
	    i;
	const char *text = getenv("DMSC_SEED"), *wrong = NULL;
	char command[64];

	it.seed = 1;
	if (text != NULL && dmsc_num(text, 10, UINT64_MAX, &it.seed) !=
	    DMSC_E_OK)
		return 1;
	if (!set_up())
		return 1;
	for (i = 0; i < n && wrong == NULL; i++) {
		if (i % RENEW == 0)
			new_card();
		sabotage();
		process();
		wrong = too_low();
	}
	if (!ok(wrong == NULL, wrong == NULL ? "lines" : wrong))
		printf("# process %u\n", i);
	ok(it.wrong > n / 8, "some ended with a refusal");
	printf("# %u processes of %u lines, %u killed\n", n, LINES,
	    it.killed);
	(void)snprintf(command, sizeof command, "rm -rf %s", it.dir);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
