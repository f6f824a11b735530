#include "include/log.h"
#include "include/a.h"

int main() {
    return log(1) + log_inl(2) + a(1) + b(2);
}
