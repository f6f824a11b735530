class Fourth {
    int a() { return 1; }
}
