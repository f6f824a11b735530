static int from_part(void) { return 1; }
