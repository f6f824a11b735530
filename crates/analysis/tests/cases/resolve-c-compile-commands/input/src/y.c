#include "t.h"
int y;
