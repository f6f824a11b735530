#ifdef HAVE_EPOLL
#include "epoll.c"
#else
#include "poll.c"
#endif

int main(void) { return pollCreate(); }

#if 0
static void dump(void) {}
#endif

static void dead_one(void) {}
