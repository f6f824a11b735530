#pragma once
#include "log-inl.h"

inline int log(int value) {
    return value;
}
