#include "parse.h"

static int gone() { return 1; }

int parse(const char *text) { return text[0]; }
