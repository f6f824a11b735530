#include <map>

namespace a {

int one(int n) {
    if (n) { return 1; }
    return 2;
}

int two() { return one(1); }

}  // namespace a
