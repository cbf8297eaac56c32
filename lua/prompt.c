/* The prompt of the command 'lua': a line, or as many as a statement needs,
 * read from standard input and run; values of an expression are printed. */
#include "dl.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

enum { PIECE = 512 };

/* Pushes a line without its end; false at the end of the input. */
static bool
read_line(lua_State *L, const char *prompt)
{
	luaL_Buffer b;
	char *p;
	bool any = false, whole = false;
	size_t n;

	if (isatty(STDIN_FILENO)) {
		fputs(prompt, stdout);
		fflush(stdout);
	}
	luaL_buffinit(L, &b);
	while (!whole) {
		p = luaL_prepbuffsize(&b, PIECE);
		if (fgets(p, PIECE, stdin) == NULL)
			break;
		any = true;
		n = strlen(p);
		whole = n > 0 && p[n - 1] == '\n';
		luaL_addsize(&b, whole ? n - 1 : n);
	}
	luaL_pushresult(&b);
	return any;
}

/* True when the error on top says that the chunk wants more lines. */
static bool
unfinished(lua_State *L, int status)
{
	static const char mark[] = "<eof>";
	size_t n;
	const char *text;

	if (status != LUA_ERRSYNTAX)
		return false;
	text = lua_tolstring(L, -1, &n);
	return n >= sizeof mark - 1 &&
	    strcmp(text + n - (sizeof mark - 1), mark) == 0;
}

static int
load(lua_State *L, const char *code, size_t n)
{
	return luaL_loadbufferx(L, code, n, "=stdin", "t");
}

/* The line on top becomes a function, first as an expression; else more
 * lines are read. Leaves the function or an error; returns Lua's status. */
static int
load_statement(lua_State *L)
{
	const char *line, *code;
	size_t n;
	int r;

	line = lua_tostring(L, -1);
	code = lua_pushfstring(L, "return %s", line);
	if ((r = load(L, code, strlen(code))) == LUA_OK) {
		lua_replace(L, -3);
		lua_pop(L, 1);
		return r;
	}
	lua_pop(L, 2);
	for (;;) {
		line = lua_tolstring(L, -1, &n);
		r = load(L, line, n);
		if (!unfinished(L, r))
			break;
		if (!read_line(L, ">> ")) {
			lua_pop(L, 1);
			break;
		}
		lua_remove(L, -2);	/* the error */
		lua_pushliteral(L, "\n");
		lua_insert(L, -2);
		lua_concat(L, 3);
	}
	lua_remove(L, -2);
	return r;
}

/* The values above base as text, one a line, tables with their members. */
static void
print_values(lua_State *L, int base)
{
	int i, top = lua_gettop(L);

	lua_getglobal(L, "dmsc");
	for (i = base + 1; i <= top; i++) {
		lua_getfield(L, top + 1, "dump");
		lua_pushvalue(L, i);
		if (!lua_istable(L, i)) {
			(void)luaL_tolstring(L, i, NULL);
			lua_replace(L, -3);
			lua_pop(L, 1);
		} else if (dl_call(L, 1, 1) != LUA_OK) {
			(void)dl_report(L);
			continue;
		}
		puts(lua_tostring(L, -1));
		lua_pop(L, 1);
	}
}

int
dl_prompt(lua_State *L)
{
	bool terminal = isatty(STDIN_FILENO);
	int status = 0;

	while (status == 0 || terminal) {
		lua_settop(L, 1);
		if (!read_line(L, "lua> "))
			break;
		if (load_statement(L) != LUA_OK ||
		    dl_call(L, 0, LUA_MULTRET) != LUA_OK) {
			status = dl_report(L);
			dl_interrupt_end();
		} else {
			status = 0;
			print_values(L, 1);
		}
	}
	if (terminal)
		putchar('\n');
	return terminal ? 0 : status;
}
