#include "table.h"
static int in_table(void) { return 1; }
static int by_address(void) { return 2; }
static int __attribute__((constructor)) at_start(void) { return 3; }
__attribute__((unused)) static int allowed(void) { return 4; }
[[maybe_unused]] static int allowed_too(void) { return 4; }
static int in_macro(void) { return 5; }
#ifdef HAVE_X
static int other_system(void) { return 6; }
#endif
static int dead_one(void) { return 7; }
#define CALL in_macro()
static const struct { int (*f)(void); } table[] = { { in_table } };
int run(int (*g)(void)) { return run(&by_address) + CALL + table[0].f(); }
#ifdef HAVE_X
int second(void) { return other_system(); }
#endif
