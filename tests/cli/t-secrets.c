/*
 * Marked secrets go into a prompt by every way there is; then its memory, its
 * command line, a core image and all that it has written are searched for
 * them: as they were typed, and in hex. The card is the embedded one, so that
 * its memory is searched too. Then the same in a stock lua5.4.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/hunt.h"
#include "tap.h"

enum { PATH_BYTES = 512, TEXT_MAX = 1 << 20, WAIT_MS = 20000, COLUMNS = 400,
	FD_OF_PIN = 9, MARK_MAX = 64 };

/* In memory: what the prompt or its card keeps by nature (a value in the
 * working copy, a PIN that the embedded card holds now, an environment) or
 * has no hand in (strings of Lua). */
static const struct {
	const char *name, *value;
	bool in_memory;
	bool echoed;		/* it was typed where it is seen */
} marks[] = {
	{ "a PIN typed at the question", "7351926", false, false },
	{ "a PIN from a file", "8462037", false, false },
	{ "a PIN from a descriptor", "2748195", false, false },
	{ "a PIN from the environment", "4819637", true, false },
	{ "a PIN typed where a source belongs", "6295174", false, true },
	{ "the new PIN of an unblock", "5170283", true, false },
	{ "the new PIN of a change", "9036415", true, false },
	{ "a PIN in a raw APDU", "1407583", false, true },
	{ "a PIN in Lua", "3906258", true, true },
	{ "a secret value from a file", "marked-secret-Qx81Zp", true, false },
	{ "a secret value on a line", "marked-secret-Wk52Lm", true, true },
	{ "a value of a private document", "marked-user-Hn37Tb", true,
	    false },
	{ "an administrative value in hex", "Kq93Vz17", false, false },
	{ "a value of a private document on a line", "marked-user-Jv64Rc",
	    true, true },
};
enum { M_TYPED, M_FILE, M_FD, M_ENV, M_WORD, M_UNBLOCK, M_CHANGE, M_APDU,
	M_LUA, M_SECRET, M_SECRET_LINE, M_PRIVATE, M_ADM, M_PRIVATE_LINE,
	MARKS };

static struct {
	char dir[PATH_BYTES], src[PATH_BYTES], program[PATH_BYTES];
	int fd;
	pid_t pid;
	char *text;		/* all that stood on the terminal */
	size_t n;
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
put_file(const char *name, const char *text)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) != 0)
		give_up(name);
}

static void
hex_of(const char *v, char *out, bool large)
{
	const char *digits = large ? "0123456789ABCDEF" : "0123456789abcdef";

	for (; *v != '\0'; v++) {
		*out++ = digits[(unsigned char)*v >> 4];
		*out++ = digits[*v & 0x0F];
	}
	*out = '\0';
}

static void
child(const char *terminal)
{
	struct winsize size = { 50, COLUMNS, 0, 0 };
	int fd, pin = open(path("fd.pin"), O_RDONLY);

	(void)setsid();
	fd = open(terminal, O_RDWR);
	if (fd < 0 || pin < 0 || chdir(it.dir) != 0 ||
	    dup2(pin, FD_OF_PIN) < 0)
		_exit(126);
	(void)ioctl(fd, TIOCSCTTY, 0);
	(void)ioctl(fd, TIOCSWINSZ, &size);
	(void)dup2(fd, 0);
	(void)dup2(fd, 1);
	(void)dup2(fd, 2);
	(void)setenv("XDG_STATE_HOME", path("state"), 1);
	(void)setenv("HOME", it.dir, 1);
	(void)setenv("DMSC_DATA_DIR", it.src, 1);
	(void)setenv("TERM", "dumb", 1);
	(void)setenv("NO_COLOR", "1", 1);
	(void)setenv("MARKED_PIN", marks[M_ENV].value, 1);
	execl(it.program, it.program, "--trace", "trace", (char *)NULL);
	_exit(127);
}

static void
begin(void)
{
	char name[PATH_BYTES];

	it.fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (it.fd < 0 || grantpt(it.fd) != 0 || unlockpt(it.fd) != 0 ||
	    ptsname_r(it.fd, name, sizeof name) != 0)
		give_up("no terminal");
	if ((it.text = calloc(1, TEXT_MAX)) == NULL)
		give_up("memory");
	if ((it.pid = fork()) == 0)
		child(name);
}

/* Reads on until end stands last on the terminal. */
static void
wait_for(const char *end, size_t from)
{
	struct pollfd p = { it.fd, POLLIN, 0 };
	size_t n = strlen(end);
	ssize_t got;

	while (it.n < from + n || strcmp(it.text + it.n - n, end) != 0) {
		if (poll(&p, 1, WAIT_MS) <= 0)
			give_up(end);
		got = read(it.fd, it.text + it.n, TEXT_MAX - 1 - it.n);
		if (got <= 0)
			give_up(end);
		it.n += (size_t)got;
		it.text[it.n] = '\0';
	}
}

/* One line at the prompt, or an answer; true when want is in what follows. */
static bool
type(const char *line, const char *end, const char *want)
{
	size_t from = it.n;

	if (write(it.fd, line, strlen(line)) < 0 ||
	    write(it.fd, "\n", 1) < 0)
		give_up(line);
	wait_for(end, from + 1);
	return strstr(it.text + from, want) != NULL;
}

static void
steps(void)
{
	char line[256], hex[MARK_MAX];
	static const char prompt[] = "> ", secret[] =
	    "set /OperatorX/DMAcc/opx/AppAuth/client/AAuthSecret";

	wait_for(prompt, 1);
	ok(type("pin verify 1", "left): ", "PIN1 (3 tries"), "the question");
	ok(type(marks[M_TYPED].value, prompt, "2 tries left"), "a wrong PIN");
	ok(type("pin verify --spend-try --json 1 @file.pin", prompt,
	    "\"ok\":false"), "a wrong PIN from a file");
	ok(type("pin unblock 1 @puk @unblock.pin", prompt, "unblocked"),
	    "unblock");
	ok(type("pin change 1 @unblock.pin @change.pin", prompt, "changed"),
	    "change");
	ok(type("pin verify 1 fd:9", prompt, "left"), "from a descriptor");
	ok(type("pin verify --spend-try 1 env:MARKED_PIN", prompt, "left"),
	    "from the environment");
	ok(type("pin unblock 1 @puk @change.pin", prompt, "unblocked"),
	    "unblock again");
	(void)snprintf(line, sizeof line, "pin verify 1 %s",
	    marks[M_WORD].value);
	ok(type(line, prompt, "no source"), "a value on a line");
	hex_of(marks[M_APDU].value, hex, true);
	(void)snprintf(line, sizeof line, "apdu 0020000108 %sFF", hex);
	ok(type(line, prompt, "63C2"), "a raw APDU");
	(void)snprintf(line, sizeof line, "apdu 00 20 00 01 08 %sFF", hex);
	ok(type(line, prompt, "not sent"), "not sent again");
	(void)snprintf(line, sizeof line, "lua \"local s = dmsc.secret{"
	    "content='%s'} print(#s)\"", marks[M_LUA].value);
	ok(type(line, prompt, "\n7\r\n"), "a secret in Lua");
	ok(type("pin verify adm1 @adm.hex", prompt, "9 tries left"),
	    "a wrong administrative value");
	ok(type("pin verify adm1 @adm1", prompt, "verified") &&
	    type("pin verify 81 @pin81", prompt, "verified"), "rights");
	(void)snprintf(line, sizeof line, "%s --file secret.txt", secret);
	ok(type(line, prompt, prompt), "a secret value");
	ok(type("set /Personal/GreatApp/User --file private.txt", prompt,
	    prompt), "a private value");
	ok(type("diff /OperatorX", prompt, "** (20 bytes)"), "diff");
	ok(type("plan", prompt, "allowed"), "plan");
	ok(type("commit", prompt, "committed"), "commit");
	ok(type("find AAuth*", prompt, "** (20 bytes)") &&
	    type("tree /OperatorX", prompt, "** (20 bytes)") &&
	    type("ls -l /OperatorX/DMAcc/opx/AppAuth/client", prompt,
	    "** (20 bytes)"), "lists");
	(void)snprintf(line, sizeof line, "%s %s && commit", secret,
	    marks[M_SECRET_LINE].value);
	ok(type(line, prompt, "committed"), "a secret value on a line");
	(void)snprintf(line, sizeof line, "set /Personal/GreatApp/User %s "
	    "&& commit", marks[M_PRIVATE_LINE].value);
	ok(type(line, prompt, "committed"), "a private value on a line");
	ok(type("set /OperatorX/DMAcc/opx/Name known", prompt, prompt) &&
	    type("history", prompt, "set /OperatorX/DMAcc/opx/Name known"),
	    "a public value stays in the history");
	ok(type("journal", prompt, "OperatorX"), "journal");
	ok(type("backup b.json && export /OperatorX o.xml", prompt, "o.xml"),
	    "files that were asked for");
	ok(type("revert / && ls /", prompt, "Personal"), "no more changes");
}

/* Occurrences of what in where. */
static size_t
count(const char *where, size_t n, const char *what)
{
	size_t len = strlen(what), found = 0;
	const char *p = where, *end = where + n;

	while (p < end && (p = memmem(p, (size_t)(end - p), what, len)) !=
	    NULL) {
		found++;
		p += len;
	}
	return found;
}

/* As it is and in hex, both cases. */
static size_t
count_all(const char *where, size_t n, const char *mark)
{
	char large[MARK_MAX], small[MARK_MAX];

	hex_of(mark, large, true);
	hex_of(mark, small, false);
	return count(where, n, mark) + count(where, n, large) +
	    (strcmp(large, small) != 0 ? count(where, n, small) : 0);
}

static void
see(const char *block, size_t n, size_t *found)
{
	size_t i;

	for (i = 0; i < MARKS; i++)
		found[i] += count_all(block, n, marks[i].value);
}

/* known: what is there in any case, or the search is no search. */
static void
check_found(const char *where, const size_t *found, size_t known)
{
	size_t i;

	for (i = 0; i < MARKS; i++)
		if (!marks[i].in_memory && !ok(found[i] == 0, marks[i].name))
			printf("# %zu times in %s\n", found[i], where);
	if (!ok(found[known] > 0, "the search finds what is there"))
		printf("# in %s\n", where);
}

static void
check_memory(size_t known)
{
	size_t found[MARKS] = { 0 };

	if (hunt_memory(it.pid, true, see, found) == 0)
		printf("# /proc/PID/mem cannot be read here\n");
	else
		check_found("memory", found, known);
}

/* What ps(1) shows to everybody; the environment is its owner's affair. */
static void
check_cmdline(void)
{
	size_t found[MARKS] = { 0 }, i, n;
	char name[64];

	(void)snprintf(name, sizeof name, "/proc/%d/cmdline", (int)it.pid);
	n = hunt_file(name, see, found);
	for (i = 0; i < MARKS; i++)
		if (found[i] > 0)
			ok(false, marks[i].name);
	ok(n > 0, "the command line");
}

static void
check_core(void)
{
	size_t found[MARKS] = { 0 };

	if (hunt_core(it.dir, it.pid, see, found) == 0)
		ok(true, "a core image # SKIP no gcore, or not allowed");
	else
		check_found("a core image", found, M_ENV);
}

static void
check_text(const char *name, const char *text, size_t n, bool terminal)
{
	size_t i, hits;

	for (i = 0; i < MARKS; i++) {
		hits = count_all(text, n, marks[i].value);
		if (terminal && marks[i].echoed) {
			/* The line itself, typed once (an APDU twice). */
			if (hits <= (i == M_APDU ? 2U : 1U))
				continue;
		} else if (hits == 0)
			continue;
		ok(false, marks[i].name);
		printf("# %zu times in %s\n", hits, name);
	}
	ok(true, name);
}

static void
check_file(const char *name)
{
	char *text = malloc(TEXT_MAX);
	FILE *f = fopen(name, "r");
	struct stat st;
	size_t n;

	if (f == NULL || text == NULL || stat(name, &st) != 0)
		give_up(name);
	n = fread(text, 1, TEXT_MAX, f);
	(void)fclose(f);
	check_text(strrchr(name, '/') + 1, text, n, false);
	ok((st.st_mode & 077) == 0, "it is ours alone");
	free(text);
}

/* All below folder but the card itself, which holds what it was given. */
static void
check_folder(const char *folder)
{
	char name[2 * PATH_BYTES];
	const struct dirent *e;
	struct stat st;
	DIR *d = opendir(folder);

	if (d == NULL)
		give_up(folder);
	while ((e = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof name, "%.500s/%s", folder,
		    e->d_name);
		if (e->d_name[0] == '.' || strncmp(e->d_name, "card.img",
		    strlen("card.img")) == 0 || stat(name, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			check_folder(name);
		else
			check_file(name);
	}
	(void)closedir(d);
}

static void
set_up(void)
{
	const char *src = getenv("top_srcdir"), *tmp = getenv("TMPDIR");
	char hex[MARK_MAX] = "hex:";

	if (realpath(src != NULL ? src : ".", it.src) == NULL ||
	    realpath("dmsc", it.program) == NULL)
		give_up("dmsc");
	(void)snprintf(it.dir, sizeof it.dir, "%s/dmsc-secrets-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(it.dir) == NULL || mkdir(path("state"), 0700) != 0)
		give_up("no folder");
	put_file("file.pin", marks[M_FILE].value);
	put_file("fd.pin", marks[M_FD].value);
	put_file("unblock.pin", marks[M_UNBLOCK].value);
	put_file("change.pin", marks[M_CHANGE].value);
	put_file("secret.txt", marks[M_SECRET].value);
	put_file("private.txt", marks[M_PRIVATE].value);
	hex_of(marks[M_ADM].value, hex + sizeof "hex:" - 1, true);
	put_file("adm.hex", hex);
	put_file("puk", "12345678");
	put_file("pin81", "2468");
	put_file("adm1", "hex:4444444444444444");
}

/* Values from a file, a descriptor, the environment and in hex: each is
 * sent and refused. */
static const char script[] =
    "local dmsc = require 'dmsc'\n"
    "local card, said = dmsc.connect 'sim', {}\n"
    "card:trace 'lua.trace'\n"
    "for _, one in ipairs { { '1', '@file.pin' }, { '1', 'fd:9' },\n"
    "    { '81', 'env:MARKED_PIN' }, { 'adm1', '@adm.hex' } } do\n"
    "  local ok, e = pcall(card.verify_pin, card, { which = one[1],\n"
    "      source = one[2], spend_try = true })\n"
    "  said[#said + 1] = ok and 'OK' or e.code\n"
    "end\n"
    "print(table.concat(said, ' '))\n"
    "io.stdout:flush()\n"
    "io.read()\n";

static void
lua_child(const int *in, const int *out)
{
	char cpath[2 * PATH_BYTES];
	int pin = open(path("fd.pin"), O_RDONLY);

	(void)snprintf(cpath, sizeof cpath, "%.*s/lua/?.so",
	    (int)(strrchr(it.program, '/') - it.program), it.program);
	if (pin < 0 || chdir(it.dir) != 0 || dup2(pin, FD_OF_PIN) < 0)
		_exit(126);
	(void)dup2(in[0], 0);
	(void)dup2(out[1], 1);
	(void)close(in[1]);
	(void)close(out[0]);
	(void)setenv("XDG_STATE_HOME", path("lua"), 1);
	(void)setenv("DMSC_DATA_DIR", it.src, 1);
	(void)setenv("LUA_CPATH", cpath, 1);
	(void)setenv("MARKED_PIN", marks[M_ENV].value, 1);
	execlp("lua5.4", "lua5.4", "script.lua", (char *)NULL);
	_exit(127);
}

static void
check_lua(void)
{
	static const char want[] = "AUTHFAIL AUTHFAIL AUTHFAIL AUTHFAIL\n";
	char said[sizeof want] = "";
	size_t n = 0;
	ssize_t got;
	int in[2], out[2], status = 0;

	put_file("script.lua", script);
	if (pipe(in) != 0 || pipe(out) != 0)
		give_up("pipes");
	if ((it.pid = fork()) == 0)
		lua_child(in, out);
	(void)close(out[1]);
	while (n + 1 < sizeof said && (got = read(out[0], said + n,
	    sizeof said - 1 - n)) > 0)
		n += (size_t)got;
	if (n > 0) {
		if (!ok(strcmp(said, want) == 0, "refused values in lua5.4"))
			printf("# %s\n", said);
		check_memory(M_ENV);
		check_cmdline();
		check_core();
	}
	(void)close(in[0]);
	(void)close(in[1]);
	(void)waitpid(it.pid, &status, 0);
	(void)close(out[0]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		ok(true, "a stock lua5.4 # SKIP there is none");
		return;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "its end");
	check_file(path("lua.trace"));
	check_folder(path("lua"));
}

static void
tear_down(void)
{
	char command[PATH_BYTES + 16];

	(void)snprintf(command, sizeof command, "rm -rf '%s'", it.dir);
	if (system(command) != 0)
		printf("# %s stays\n", it.dir);
	free(it.text);
}

int
main(void)
{
	int status = 0;

	if (getenv("SANITIZE") != NULL && getenv("SANITIZE")[0] != '\0') {
		printf("1..0 # SKIP the sanitizers' shadow is no memory of "
		    "ours\n");
		return 0;
	}
	set_up();
	begin();
	steps();
	check_memory(M_CHANGE);
	check_cmdline();
	check_core();
	if (write(it.fd, "exit\n", 5) < 0 ||
	    waitpid(it.pid, &status, 0) != it.pid)
		give_up("exit");
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the end");
	check_text("the terminal", it.text, it.n, true);
	check_file(path("trace"));
	check_folder(path("state"));
	check_lua();
	tear_down();
	return tap_done();
}
