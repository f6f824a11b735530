#include "table.h"

int main(void) {
    return table[0];
}
