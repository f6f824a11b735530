#include "state.h"

static int make_default() {
  return 1;
}

static int size = make_default();
