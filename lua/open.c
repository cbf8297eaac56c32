/* The entry of dmsc.so, for a stock lua5.4: require "dmsc". */
#include "dl.h"

__attribute__((visibility("default"))) int luaopen_dmsc(lua_State *L);

int
luaopen_dmsc(lua_State *L)
{
	return dl_open(L);
}
