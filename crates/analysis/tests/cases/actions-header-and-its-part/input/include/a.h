#pragma once
#include "b.h"

inline int a(int value) {
    return value;
}
