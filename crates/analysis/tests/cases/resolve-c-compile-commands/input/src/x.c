#include "t.h"
#include <u.h>
int x;
