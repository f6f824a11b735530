/* See Copyright Notice in lua.h */
#include "lua.h"

int lua_version(void)
{
    return 5;
}
