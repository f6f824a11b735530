class Handle {
 public:
  void finish() { return_slot(); }
  void return_slot() {}
};

void drain() {
  Handle handle;
  handle.release_slot();
}
