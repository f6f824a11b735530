#include "skip.h"

int use(Source &source) {
    Skip(source);
    return Plain(source);
}
