#pragma once

class null_atomic_int {
 public:
  int value;
  int exchange(int new_value) {
    value = new_value;
    return value;
  }
};
