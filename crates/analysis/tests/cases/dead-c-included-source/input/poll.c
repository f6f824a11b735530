static int pollCreate(void) { return 2; }
