#include "queue.h"

class Guarded {
    int pop() LOCKS_EXCLUDED(mutex_) { return 1; }
};

LIB_BEGIN_NAMESPACE
namespace detail {
void inner() {}
}
LIB_END_NAMESPACE

TEST_F(Stack, empty) {
    run();
}
