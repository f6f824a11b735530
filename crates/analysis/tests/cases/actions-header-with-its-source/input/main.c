#include "lib/hash.h"

int main(void) {
    return hash(1);
}
