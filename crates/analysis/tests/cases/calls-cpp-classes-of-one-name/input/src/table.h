class Table {
 public:
  void open();
  void open_block(int number);
};
