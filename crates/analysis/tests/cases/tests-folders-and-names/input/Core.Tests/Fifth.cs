class Fifth {
    int A() { return 1; }
}
