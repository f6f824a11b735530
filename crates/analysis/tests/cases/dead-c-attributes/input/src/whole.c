#include "part.c"
int w(void) { return from_part(); }
