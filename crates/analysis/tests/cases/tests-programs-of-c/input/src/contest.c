int contest(void) {
    return 1;
}
