/*
 * Keys of secure channels come from every source there is; then a core image
 * of the process, taken while a channel is open, is searched for them and for
 * the channel's own keys, which are worked out from the trace. Its memory
 * must hold the latter while the channel is open, or the search is none; once
 * it is closed and the card let go, it must hold nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "crypto/aes.h"
#include "crypto/scp03.h"
#include "cli/hunt.h"
#include "tap.h"

enum { PATH_BYTES = 512, TEXT_MAX = 1 << 20, WAIT_MS = 20000, FD_OF_KEYS = 9,
	KEY = 16, PARTS = 3, RUN = 8, CHALLENGE = 8, ANSWER = 31,
	CARD_CHALLENGE_AT = 13 };

#define ICCID "8988211000000100019"
#define TRANSPORT "63E1B8F70A2D954C1F86E03BD7A95C42"

/* One set of three keys for each source; the last is worked out. */
static const struct {
	const char *name, *source, *hex;
} marks[] = {
	{ "keys from a file", "@marked.keys",
	    "9A41D7C25E0836BF71E4A95D08C6F2137B5C2E90D18A46F3BC07D5618E2AF934"
	    "C1E8360B5D79A2F4038D6EB7914CF05A" },
	{ "keys from the environment", "env:MARKED_KEYS",
	    "5F83B6E0147AC92DD0539E61F8A42B7C2E97401DB36C58FAE105C98AD2763F4B"
	    "840FD61C9B27E5A370CE1864BD93F25D" },
	{ "keys from a descriptor", "fd:9",
	    "E60A7D3952C41F8BA7F0936C4E25D81BD3168CF09A5B47E21C7E94A508F63DB2"
	    "3B9C60E7F1D52A48967AC30D85EB1F74" },
	{ "keys from a list", "csv:marked.csv?key=PLAIN&for=" ICCID,
	    "F3FAA8E879EAA7234AD5CFBC1D74BD1CF08DB22FD293056A3170FAB23D90FBAC"
	    "32833106536E95DF40B2D002CC92D33D" },
	{ "keys encrypted in a list", "csv:marked.csv?key=UNDER&for=" ICCID
	    "&transport=file:marked.transport&wrap=aes-cbc",
	    "47AA2DBAD9E2EC8D009F001680289E32A93F32A9A17251028E4EDC90253D9E30"
	    "3CE1268C9C8052E3FFEC3FEE8ED2305D" },
};
enum { MARKS = 5, FOUND = MARKS + 1 };

static struct {
	char dir[PATH_BYTES], src[PATH_BYTES], program[PATH_BYTES];
	int in, out;
	pid_t pid;
	char *text;
	size_t n;
	uint8_t keys[FOUND][PARTS * KEY];	/* the last: the channel's */
} it;

static void
give_up(const char *why)
{
	printf("Bail out! %s: %s\n%s\n", why, strerror(errno),
	    it.text != NULL ? it.text : "");
	if (it.pid > 0)
		(void)kill(it.pid, SIGKILL);
	exit(1);
}

static char *
path(const char *name)
{
	static char out[2 * PATH_BYTES];

	(void)snprintf(out, sizeof out, "%s/%s", it.dir, name);
	return out;
}

static void
put_keys(const char *name, const char *hex)
{
	FILE *f = fopen(path(name), "w");

	if (f == NULL || fprintf(f, "hex:%s\n", hex) < 0 || fclose(f) != 0)
		give_up(name);
}

/* A row with the keys of two marks, the second under the transport key. */
static void
put_list(void)
{
	static const uint8_t zero[16];
	uint8_t under[PARTS * KEY];
	char hex[2 * PARTS * KEY + 1];
	struct dmsc_buf *t = dmsc_buf_new(KEY);
	struct dmsc_aes *a;
	FILE *f = fopen(path("marked.csv"), "w");

	if (t == NULL || dmsc_hex_get(TRANSPORT, t) != DMSC_E_OK ||
	    dmsc_aes_new(dmsc_buf_rd(t), &a) != DMSC_E_OK ||
	    dmsc_aes_cbc(a, true, zero, dmsc_rd_of(it.keys[4], sizeof under),
	    under) != DMSC_E_OK || f == NULL)
		give_up("a list");
	if (fprintf(f, "ICCID,PLAIN:hex,UNDER:hex\n" ICCID ",%s,%s\n",
	    marks[3].hex, dmsc_hex(dmsc_rd_of(under, sizeof under), hex,
	    sizeof hex)) < 0 || fclose(f) != 0)
		give_up("a list");
	dmsc_aes_free(&a);
	dmsc_buf_free(&t);
}

static void
set_up(void)
{
	const char *src = getenv("top_srcdir"), *tmp = getenv("TMPDIR");
	struct dmsc_buf *b;
	size_t i;

	if (realpath(src != NULL ? src : ".", it.src) == NULL ||
	    realpath("dmsc", it.program) == NULL)
		give_up("dmsc");
	(void)snprintf(it.dir, sizeof it.dir, "%s/dmsc-keys-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(it.dir) == NULL ||
	    (it.text = calloc(1, TEXT_MAX)) == NULL)
		give_up("no folder");
	put_keys("marked.keys", marks[0].hex);
	put_keys("fd.keys", marks[2].hex);
	for (i = 0; i < MARKS; i++) {
		b = dmsc_buf_new(PARTS * KEY);
		if (dmsc_hex_get(marks[i].hex, b) != DMSC_E_OK)
			give_up("hex");
		memcpy(it.keys[i], b->p, PARTS * KEY);
		dmsc_buf_free(&b);
	}
	put_keys("marked.transport", TRANSPORT);
	put_list();
}

static void
child(const int *in, const int *out)
{
	char env[256];
	int keys = open(path("fd.keys"), O_RDONLY);

	(void)snprintf(env, sizeof env, "hex:%s", marks[1].hex);
	if (keys < 0 || chdir(it.dir) != 0 || dup2(keys, FD_OF_KEYS) < 0)
		_exit(126);
	(void)dup2(in[0], 0);
	(void)dup2(out[1], 1);
	(void)dup2(out[1], 2);
	(void)close(in[1]);
	(void)close(out[0]);
	(void)setenv("XDG_STATE_HOME", it.dir, 1);
	(void)setenv("HOME", it.dir, 1);
	(void)setenv("DMSC_DATA_DIR", it.src, 1);
	(void)setenv("MARKED_KEYS", env, 1);
	execl(it.program, it.program, "-k", "--trace", "trace", (char *)NULL);
	_exit(127);
}

static void
begin(void)
{
	int in[2], out[2];

	if (pipe(in) != 0 || pipe(out) != 0)
		give_up("pipes");
	if ((it.pid = fork()) == 0)
		child(in, out);
	(void)close(in[0]);
	(void)close(out[1]);
	it.in = in[1];
	it.out = out[0];
}

/* Reads on until end has come since from. */
static void
wait_for(const char *end, size_t from)
{
	struct pollfd p = { it.out, POLLIN, 0 };
	ssize_t got;

	while (strstr(it.text + from, end) == NULL) {
		if (poll(&p, 1, WAIT_MS) <= 0)
			give_up(end);
		got = read(it.out, it.text + it.n, TEXT_MAX - 1 - it.n);
		if (got <= 0)
			give_up(end);
		it.n += (size_t)got;
		it.text[it.n] = '\0';
	}
}

/* One line; true when want is in what it says. */
static bool
type(const char *line, const char *want)
{
	static const char done[] = "lua \"print('do'..'ne')\"\n";
	size_t from = it.n;

	if (write(it.in, line, strlen(line)) < 0 ||
	    write(it.in, "\n", 1) < 0 ||
	    write(it.in, done, sizeof done - 1) < 0)
		give_up(line);
	wait_for("done\n", from);
	return ok(strstr(it.text + from, want) != NULL, line);
}

/* The challenges of the last INITIALIZE UPDATE that went well. */
static bool
challenges(uint8_t both[2 * CHALLENGE])
{
	char line[1024];
	FILE *f = fopen(path("trace"), "r");
	struct dmsc_buf *b = dmsc_buf_new(sizeof line);
	bool asked = false, found = false;

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		bool command = line[0] == '>';

		line[strcspn(line, "\n")] = '\0';
		dmsc_buf_reset(b);
		if (line[0] == '\0' || dmsc_hex_get(line + 2, b) !=
		    DMSC_E_OK)
			continue;
		if (!command && asked && b->len == ANSWER + 3) {
			memcpy(both + CHALLENGE, b->p + CARD_CHALLENGE_AT,
			    CHALLENGE);
			found = true;
		}
		asked = command && b->len > 5 && b->p[0] == 0x80 &&
		    b->p[1] == DMSC_SCP_INIT_UPDATE;
		if (asked)
			memcpy(both, b->p + 5, CHALLENGE);
	}
	if (f != NULL)
		(void)fclose(f);
	dmsc_buf_free(&b);
	return found;
}

/* The keys of the channel that was opened with set i. */
static bool
work_out(size_t i)
{
	static const unsigned what[PARTS] = { DMSC_SCP_K_ENC, DMSC_SCP_K_MAC,
	    DMSC_SCP_K_RMAC };
	static const size_t from[PARTS] = { 0, KEY, KEY };
	uint8_t both[2 * CHALLENGE];
	size_t k;

	if (!challenges(both))
		return false;
	for (k = 0; k < PARTS; k++)
		if (dmsc_scp_derive(dmsc_rd_of(it.keys[i] + from[k], KEY),
		    what[k], dmsc_rd_of(both, sizeof both),
		    it.keys[MARKS] + k * KEY, KEY) != DMSC_E_OK)
			return false;
	return true;
}

/* Runs of keys in where, as they are and in hex of both cases. */
static size_t
count(const char *where, size_t n, const uint8_t *run)
{
	char hex[2 * RUN + 1], small[2 * RUN + 1];
	size_t i;

	dmsc_hex(dmsc_rd_of(run, RUN), hex, sizeof hex);
	for (i = 0; i < sizeof hex; i++)
		small[i] = (char)(hex[i] >= 'A' && hex[i] <= 'F' ?
		    hex[i] + ('a' - 'A') : hex[i]);
	return memmem(where, n, run, RUN) != NULL ||
	    memmem(where, n, hex, strlen(hex)) != NULL ||
	    memmem(where, n, small, strlen(small)) != NULL;
}

static void
search(const char *where, size_t n, size_t *found)
{
	size_t i, at;

	for (i = 0; i < FOUND; i++)
		for (at = 0; at < PARTS * KEY; at += RUN)
			found[i] += count(where, n, it.keys[i] + at);
}

static void
none_but(const char *where, const size_t found[FOUND], size_t known)
{
	size_t i;

	for (i = 0; i < FOUND; i++)
		if (i != known && !ok(found[i] == 0, i < MARKS ?
		    marks[i].name : "the channel's keys"))
			printf("# %zu runs in %s\n", found[i], where);
}

static void
check_core(void)
{
	size_t found[FOUND] = { 0 };

	if (hunt_core(it.dir, it.pid, search, found) == 0)
		ok(true, "a core image # SKIP no gcore, or not allowed");
	else {
		/* The environment is what the system made of it. */
		none_but("a core image", found, 1);
		ok(found[1] > 0, "the search finds what is there");
	}
}

static void
check_memory(bool open)
{
	size_t found[FOUND] = { 0 };

	if (hunt_memory(it.pid, false, search, found) == 0)
		ok(true, "memory # SKIP /proc/PID/mem cannot be read here");
	else if (open)
		ok(found[MARKS] > 0, "open: the channel's keys are known");
	else
		none_but("memory", found, FOUND);
}

/* What it wrote, and what it said. */
static void
check_words(void)
{
	size_t found[FOUND] = { 0 };

	search(it.text, it.n, found);
	none_but("what it says", found, FOUND);
	memset(found, 0, sizeof found);
	if (hunt_file(path("trace"), search, found) == 0 ||
	    hunt_file(path("dmsc/ledger"), search, found) == 0)
		give_up("no trace, no ledger");
	none_but("the trace and the ledger", found, FOUND);
	memset(found, 0, sizeof found);
	(void)hunt_file(path("marked.keys"), search, found);
	ok(found[0] > 0, "the search finds keys in a file of keys");
}

static void
steps(void)
{
	char line[PATH_BYTES + 64];
	size_t i;

	type("card new --force --seed 1 --profile locked k.img", "k.img");
	type("connect sim:k.img", "");
	(void)snprintf(line, sizeof line,
	    "scp open --keys @%s/scripts/demo/scp-keys", it.src);
	type(line, "open");
	for (i = 0; i < MARKS; i++) {
		(void)snprintf(line, sizeof line, "key put 4%zu --keys '%s'", i,
		    marks[i].source);
		type(line, "DEK");
	}
	type("scp open --kvn 42 --keys fd:9", "open");
	type("ls /", "OperatorX");
	ok(work_out(2), "the channel's keys are worked out");
	check_memory(true);
	check_core();
	type("scp close", "closed");
	type("scp open --kvn 40 --keys @marked.keys --level 03", "open");
	ok(work_out(0), "and those of another");
	check_memory(true);
	check_core();
	type("scp close", "closed");
	type("connect sim", "");
	check_memory(false);
	check_core();
}

int
main(void)
{
	char command[PATH_BYTES + 16];
	int status = 0;

	if (getenv("SANITIZE") != NULL && getenv("SANITIZE")[0] != '\0') {
		printf("1..0 # SKIP the sanitizers' shadow is no memory of "
		    "ours\n");
		return 0;
	}
	set_up();
	begin();
	steps();
	check_words();
	(void)close(it.in);
	if (waitpid(it.pid, &status, 0) != it.pid)
		give_up("exit");
	ok(WIFEXITED(status), "the end");
	(void)snprintf(command, sizeof command, "rm -rf '%s'", it.dir);
	if (system(command) != 0)
		printf("# %s stays\n", it.dir);
	free(it.text);
	return tap_done();
}
