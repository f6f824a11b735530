#ifndef lua_h
#define lua_h

int lua_version(void);

/******************************************************************************
* Copyright (C) 2000 The Authors.
*
* Permission is hereby granted, free of charge, to any person obtaining
* a copy of this software and associated documentation files (the
* "Software"), to deal in the Software without restriction.
******************************************************************************/

#endif
