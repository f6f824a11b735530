#pragma once
#include "a.h"

inline int b(int value) {
    return value;
}
