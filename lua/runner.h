/* Lua inside the program: what its files share. */
#ifndef DMSC_LUA_RUNNER_H
#define DMSC_LUA_RUNNER_H

#include <lua.h>

/* Calls the function below its n arguments with a traceback on failure;
 * returns Lua's status. Ctrl-C raises INTERRUPTED in it. */
int dl_call(lua_State *L, int n, int results);
/* Says the error on top on standard error and pops it; its exit status. */
int dl_report(lua_State *L);
/* Reads and runs lines of standard input until its end. */
int dl_prompt(lua_State *L);

#endif
