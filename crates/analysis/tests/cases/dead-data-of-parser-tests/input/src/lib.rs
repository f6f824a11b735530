fn dead_one() {}
