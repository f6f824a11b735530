int own_command(void) {
    return 1;
}
