class Parser {
    int a() { return 1; }
}
