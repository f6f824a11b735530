#pragma once

class JSI_EXPORT State final {
 public:
  State() = default;
  State(int size) : size_(size) {}

 private:
  int size_;
};
