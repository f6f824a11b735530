class Other {
    int a() { return 1; }
}
