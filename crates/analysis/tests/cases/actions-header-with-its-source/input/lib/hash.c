#include "hash.h"

int hash(int value) {
    return value * 31;
}
