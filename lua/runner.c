/* Lua inside the program: files, chunks, tests and the prompt, each in a
 * state of its own, with exit statuses as the shell has them. */
#include "ops.h"

#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dl.h"
#include "runner.h"
#include "tools.h"

/* What a run is about; it passes into Lua as a light userdata. */
struct job {
	struct sh *sh;
	int (*run)(lua_State *L, struct job *j);	/* an exit status */
	const char *text;	/* path, code or module */
	const char *function;	/* of the module */
	const struct dmsc_card_new_opts *card;
	const struct sh_args *args;	/* of a command written in Lua */
	struct dmsc_buf *json;	/* its result */
	int argc;
	char **argv;
	int status;
};

/* ---- interruption: the signal handler knows the state that runs. Whatever
 * the script catches, it is raised again until the whole call has ended. */

enum { HOOK_STEPS = 1 };

static lua_State *volatile running;
static volatile sig_atomic_t early;	/* it came while none ran */

static void
stop(lua_State *L, lua_Debug *ar)
{
	(void)ar;
	(void)dl_raise(L, NULL, DMSC_E_INTERRUPTED);
}

static void
on_interrupt(int sig)
{
	lua_State *L = running;

	(void)sig;
	dl_interrupt();
	if (L != NULL)
		lua_sethook(L, stop, LUA_MASKCOUNT, HOOK_STEPS);
	else
		early = 1;
}

/* ---- errors */

/* Where the registry keeps what was said last. */
#define SAID "dmsc.said"

/* Text keeps a traceback; error tables pass as they are. */
static int
add_traceback(lua_State *L)
{
	const char *text = lua_tostring(L, 1);

	if (text == NULL)
		return 1;
	luaL_traceback(L, L, text, 1);
	return 1;
}

/* Says the error on top and pops it; returns its exit status. */
int
dl_report(lua_State *L)
{
	int status = dl_error_exit(L, -1);
	const char *at = NULL;

	if (status != DL_EXIT_LUA &&
	    lua_getfield(L, -1, "at") == LUA_TSTRING)
		at = lua_tostring(L, -1);
	if (status != DL_EXIT_LUA)
		lua_insert(L, -2);	/* at below the error */
	fflush(stdout);
	fprintf(stderr, "dmsc: %s%s%s\n", at == NULL ? "" : at,
	    at == NULL ? "" : ": ", luaL_tolstring(L, -1, NULL));
	lua_setfield(L, LUA_REGISTRYINDEX, SAID);
	lua_pop(L, status != DL_EXIT_LUA ? 2 : 1);
	return status;
}

/* Calls the function below its n arguments; OK leaves its results. */
int
dl_call(lua_State *L, int n, int results)
{
	int base = lua_gettop(L) - n, r;
	lua_State *outer = running;

	lua_pushcfunction(L, add_traceback);
	lua_insert(L, base);
	running = L;
	if (early != 0)
		lua_sethook(L, stop, LUA_MASKCOUNT, HOOK_STEPS);
	r = lua_pcall(L, n, results, base);
	running = outer;
	if (outer == NULL) {
		early = 0;
		lua_sethook(L, NULL, 0, 0);
	}
	lua_remove(L, base);
	return r;
}

/* ---- setting up */

/* Cards that the script made and left with changes. */
static int
dropped(lua_State *L)
{
	struct dl_card *c;
	int n = 0;

	lua_getfield(L, LUA_REGISTRYINDEX, DL_CARDS);
	for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
		c = luaL_testudata(L, -2, DL_CARD);
		if (c != NULL && c->s != NULL && !c->borrowed &&
		    dmsc_dirty(c->s))
			n++;
	}
	lua_pop(L, 1);
	if (n == 0)
		return 0;
	fprintf(stderr, "dmsc: %d card%s closed with changes, which were "
	    "dropped\nnext: card:commit()\n", n, n == 1 ? " was" : "s were");
	return dmsc_e_exit(DMSC_E_DROPPED);
}

/* os.exit: the program's own card is left in order first. */
static int
leave(lua_State *L)
{
	struct sh *sh = lua_touserdata(L, lua_upvalueindex(1));
	int status = lua_isboolean(L, 1) ? !lua_toboolean(L, 1) :
	    (int)luaL_optinteger(L, 1, 0);
	int end = dropped(L), own = sh_end(sh);

	dmsc_disconnect(sh_session(sh));
	if (status == 0)
		status = end != 0 ? end : own;
	lua_pushvalue(L, lua_upvalueindex(2));
	lua_pushinteger(L, status);
	lua_pushboolean(L, 1);
	lua_call(L, 2, 0);
	return 0;
}

/* Sets member name of dmsc.inside to the value on top, which is popped. */
static void
set_inside(lua_State *L, const char *name)
{
	luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
	lua_getfield(L, -1, "dmsc.inside");
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, name);
	lua_pop(L, 3);
}

static void
set_up(lua_State *L, struct job *j)
{
	struct dl_card *c;

	luaL_openlibs(L);
	luaL_requiref(L, "dmsc", dl_open, 0);
	lua_pop(L, 1);
	c = dl_card_push(L);
	c->s = sh_session(j->sh);
	c->sh = j->sh;
	c->borrowed = true;
	lua_setfield(L, LUA_REGISTRYINDEX, DL_DEFAULT);
	lua_getglobal(L, "os");
	lua_pushlightuserdata(L, j->sh);
	lua_getfield(L, -2, "exit");
	lua_pushcclosure(L, leave, 2);
	lua_setfield(L, -2, "exit");
	lua_pop(L, 1);
	lua_pushboolean(L, 1);
	set_inside(L, "program");
}

static int
start(lua_State *L)
{
	struct job *j = lua_touserdata(L, 1);

	set_up(L, j);
	j->status = j->run(L, j);
	return 0;
}

/* With --json standard output is for one value: what Lua prints goes to
 * standard error. The old one, or -1. */
static int
hush(struct sh *sh)
{
	int old;

	if (!sh_options(sh)->json)
		return -1;
	(void)fflush(stdout);
	if ((old = dup(STDOUT_FILENO)) >= 0)
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	return old;
}

static void
unhush(int old)
{
	(void)fflush(stdout);
	if (old < 0)
		return;
	(void)dup2(old, STDOUT_FILENO);
	(void)close(old);
}

/* What failed has been said; with --json it is the record too. */
static void
settle(lua_State *L, struct job *j)
{
	struct dmsc_err *e = dmsc_session_err(sh_session(j->sh));
	int code = e->code != DMSC_E_OK && dmsc_e_exit(e->code) == j->status ?
	    e->code : j->status == DL_EXIT_TEST ? DMSC_E_FAILED : DMSC_E_LUA;

	if (!sh_options(j->sh)->json || j->status == 0) {
		dmsc_err_clear(e);
		return;
	}
	if (code == e->code)
		return;
	lua_getfield(L, LUA_REGISTRYINDEX, SAID);
	(void)dmsc_fail(e, code, "%s", lua_isstring(L, -1) ?
	    lua_tostring(L, -1) : dmsc_e_text(code));
	lua_pop(L, 1);
}

/* One job from a new state to its end. */
static int
work(struct job *j)
{
	struct sigaction old, old_term, mine = { .sa_handler = on_interrupt };
	lua_State *L = luaL_newstate();
	int left, out;

	if (L == NULL) {
		fprintf(stderr, "dmsc: out of memory\n");
		return dmsc_e_exit(DMSC_E_NOMEM);
	}
	sigemptyset(&mine.sa_mask);
	(void)sigaction(SIGINT, &mine, &old);
	(void)sigaction(SIGTERM, &mine, &old_term);
	out = hush(j->sh);
	lua_pushcfunction(L, start);
	lua_pushlightuserdata(L, j);
	if (lua_pcall(L, 1, 0, 0) != LUA_OK)
		j->status = dl_report(L);
	left = dropped(L);
	unhush(out);
	(void)sigaction(SIGINT, &old, NULL);
	(void)sigaction(SIGTERM, &old_term, NULL);
	settle(L, j);
	lua_close(L);
	dl_at_work(NULL);
	return j->status == 0 ? left : j->status;
}

/* ---- files and chunks */

static void
set_arg(lua_State *L, const struct job *j)
{
	int i;

	lua_createtable(L, j->argc, 1);
	lua_pushstring(L, j->text);
	lua_rawseti(L, -2, 0);
	for (i = 0; i < j->argc; i++) {
		lua_pushstring(L, j->argv[i]);
		lua_rawseti(L, -2, i + 1);
	}
	lua_setglobal(L, "arg");
}

static int
run_file(lua_State *L, struct job *j)
{
	int i, r = luaL_loadfile(L, j->text);

	if (r == LUA_ERRFILE) {
		(void)dl_report(L);
		return dmsc_e_exit(DMSC_E_IO);
	}
	if (r != LUA_OK)
		return dl_report(L);
	set_arg(L, j);
	luaL_checkstack(L, j->argc + 1, "arguments");
	for (i = 0; i < j->argc; i++)
		lua_pushstring(L, j->argv[i]);
	return dl_call(L, j->argc, 0) == LUA_OK ? 0 : dl_report(L);
}

/* Chunks and the prompt find the module without require. */
static void
set_global(lua_State *L)
{
	luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
	lua_getfield(L, -1, "dmsc");
	lua_setglobal(L, "dmsc");
	lua_pop(L, 1);
}

static int
run_chunk(lua_State *L, struct job *j)
{
	set_global(L);
	if (luaL_loadbuffer(L, j->text, strlen(j->text), "=(command)") !=
	    LUA_OK || dl_call(L, 0, 0) != LUA_OK)
		return dl_report(L);
	return 0;
}

static int
run_prompt(lua_State *L, struct job *j)
{
	(void)j;
	set_global(L);
	return dl_prompt(L);
}

static void
set_text(lua_State *L, const char *name, const char *text)
{
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

/* dmsc.card_new knows profiles that are Lua files. */
static int
run_profile(lua_State *L, struct job *j)
{
	const struct dmsc_card_new_opts *o = j->card;

	set_global(L);
	lua_getglobal(L, "dmsc");
	lua_getfield(L, -1, "card_new");
	lua_newtable(L);
	set_text(L, "image", o->image);
	set_text(L, "profile", o->profile);
	set_text(L, "iccid", o->iccid);
	lua_pushboolean(L, o->force);
	lua_setfield(L, -2, "force");
	lua_pushinteger(L, (lua_Integer)o->space);
	lua_setfield(L, -2, "space");
	if (o->seed != NULL) {
		lua_pushinteger(L, (lua_Integer)*o->seed);
		lua_setfield(L, -2, "seed");
	}
	return dl_call(L, 1, 0) == LUA_OK ? 0 : dl_report(L);
}

/* ---- tests */

/* argv[0] is the file, argc the tests so far, status those that failed. */
static int
run_test(lua_State *L, struct job *j)
{
	enum { COUNTS = 3 };

	lua_pushstring(L, sh_options(j->sh)->reader);
	set_inside(L, "reader");
	lua_pushboolean(L, 1);
	set_inside(L, "runner");
	set_arg(L, &(struct job){ .text = j->text });
	lua_getglobal(L, "require");
	lua_pushliteral(L, "dmsc.test");
	lua_call(L, 1, 1);
	lua_getfield(L, -1, "_file");
	lua_pushstring(L, j->text);
	lua_pushinteger(L, j->argc);
	lua_pushinteger(L, j->status);
	if (dl_call(L, COUNTS, COUNTS) != LUA_OK)
		return -dl_report(L);
	if (!lua_isnil(L, -1))
		return -dl_report(L);
	j->argc = (int)lua_tointeger(L, -3);
	return (int)lua_tointeger(L, -2);
}

static int
test(struct sh *sh, int n, char **files)
{
	struct job j = { .sh = sh, .run = run_test };
	char ready[SH_PATH];
	int i;

	for (i = 0; i < n; i++) {
		j.text = sh_ready(sh, files[i], ready, sizeof ready);
		if (work(&j) < 0 || j.status < 0)
			return -j.status;
	}
	fprintf(sh_options(sh)->json ? stderr : stdout, "1..%d\n", j.argc);
	fflush(stdout);
	if (j.status == 0)
		return 0;
	if (sh_options(sh)->json)
		(void)dmsc_fail(dmsc_session_err(sh_session(sh)),
		    DMSC_E_FAILED, "%d test%s failed", j.status,
		    j.status == 1 ? "" : "s");
	return DL_EXIT_TEST;
}

static int
file(struct sh *sh, const char *path, int argc, char **argv)
{
	struct job j = { .sh = sh, .run = run_file, .text = path,
	    .argc = argc, .argv = argv };

	return work(&j);
}

static int
chunk(struct sh *sh, const char *code)
{
	struct job j = { .sh = sh, .run = run_chunk, .text = code };

	return work(&j);
}

static int
repl(struct sh *sh)
{
	struct job j = { .sh = sh, .run = run_prompt };

	return work(&j);
}

static int
profile(struct sh *sh, const struct dmsc_card_new_opts *o)
{
	struct job j = { .sh = sh, .run = run_profile, .card = o };

	return work(&j);
}

/* ---- commands that are written in Lua */

/* Into the table on top; what stands there already becomes a list. */
static void
add_option(lua_State *L, const char *name, const char *value)
{
	int was = lua_getfield(L, -1, name);

	if (was != LUA_TTABLE && was != LUA_TNIL) {
		lua_newtable(L);
		lua_insert(L, -2);
		lua_rawseti(L, -2, 1);
	}
	if (value == NULL)
		lua_pushboolean(L, 1);
	else
		lua_pushstring(L, value);
	if (was == LUA_TNIL) {
		lua_remove(L, -2);
		lua_setfield(L, -2, name);
		return;
	}
	lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
	lua_setfield(L, -2, name);
}

/* All that was given as one table: arguments by number, options by name (a
 * list where one was given more than once). */
static void
push_args(lua_State *L, const struct sh_args *a)
{
	const struct sh_opt *row;
	const char *value;
	int i;

	lua_newtable(L);
	for (i = 0; i < sh_argc(a); i++) {
		lua_pushstring(L, sh_arg(a, i));
		lua_rawseti(L, -2, i + 1);
	}
	for (i = 0; (row = sh_opt_given(a, i, &value)) != NULL; i++)
		add_option(L, row->name, value);
}

/* What concerns the program as a whole. */
static void
push_program(lua_State *L, struct sh *sh)
{
	const struct sh_options *o = sh_options(sh);

	lua_newtable(L);
	lua_pushboolean(L, o->json);
	lua_setfield(L, -2, "json");
	lua_pushboolean(L, o->quiet);
	lua_setfield(L, -2, "quiet");
	lua_pushboolean(L, o->dry_run);
	lua_setfield(L, -2, "dry_run");
	set_text(L, "reader", o->reader);
	set_text(L, "color", o->color);
}

static int
keep_json(lua_State *L, struct job *j)
{
	size_t n;
	const char *text = lua_tolstring(L, -1, &n);

	if (text == NULL)
		return 0;
	if ((j->json = dmsc_buf_new(n + 1)) == NULL ||
	    dmsc_buf_put(j->json, dmsc_rd_of(text, n)) != DMSC_E_OK)
		return sh_nomem(j->sh);
	return 0;
}

/* The first code that has this exit status. */
static int
code_of(int status)
{
#define DL_ROW(id, value, exits, text, next) \
	if ((exits) == status) \
		return DMSC_E_##id;
	DMSC_ERRORS(DL_ROW)
#undef DL_ROW
	return DMSC_E_LUA;
}

/* The function's results are a status, a text of JSON and, where the status
 * is not 0, what failed. */
static int
run_module(lua_State *L, struct job *j)
{
	enum { GIVEN = 2, BACK = 3 };
	const char *what;
	int status;

	lua_getglobal(L, "require");
	lua_pushstring(L, j->text);
	lua_call(L, 1, 1);
	lua_getfield(L, -1, j->function);
	push_args(L, j->args);
	push_program(L, j->sh);
	if (dl_call(L, GIVEN, BACK) != LUA_OK)
		return dl_report(L);
	status = (int)lua_tointeger(L, -BACK);
	if (status != 0 && (what = lua_tostring(L, -1)) != NULL)
		(void)dmsc_fail(dmsc_session_err(sh_session(j->sh)),
		    code_of(status), "%s", what);
	lua_pop(L, 1);
	return keep_json(L, j) != 0 ? dmsc_e_exit(DMSC_E_NOMEM) : status;
}

static int
module(struct sh *sh, const char *name, const char *function,
    const struct sh_args *a)
{
	struct job j = { .sh = sh, .run = run_module, .text = name,
	    .function = function, .args = a };
	int status = work(&j);

	if (j.json != NULL)
		sh_data_json(sh, &j.json);
	return status;
}

const struct sh_lua_ops dmsc_lua_ops = {
	.file = file, .chunk = chunk, .test = test, .repl = repl,
	.profile = profile, .module = module,
};
