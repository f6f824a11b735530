#include <stdio.h>
#include "config.h"
#include <second/log.h>

int main(void) { return 0; }
