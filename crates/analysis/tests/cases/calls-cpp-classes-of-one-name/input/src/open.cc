#include "table.h"

void Table::open() {
  open_block(1);
}
