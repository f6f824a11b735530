static int pollCreate(void) { return 1; }
