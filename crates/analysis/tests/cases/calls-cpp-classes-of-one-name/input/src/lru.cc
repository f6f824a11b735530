class Handle {
 public:
  void close() { release_slot(); }
  void release_slot() {}
};

void evict() {
  Handle handle;
  handle.return_slot();
}
