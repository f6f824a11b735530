#pragma once
#include "log.h"

inline int log_inl(int value) {
    return value;
}
