int latest(void) {
    return 1;
}
