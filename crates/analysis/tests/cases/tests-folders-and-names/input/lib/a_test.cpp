int b() { return 1; }
