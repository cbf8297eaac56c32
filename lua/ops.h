/* What the program hands to the shell (sh_set_lua); needs no Lua header. */
#ifndef DMSC_LUA_OPS_H
#define DMSC_LUA_OPS_H

#include "sh.h"

extern const struct sh_lua_ops dmsc_lua_ops;

#endif
