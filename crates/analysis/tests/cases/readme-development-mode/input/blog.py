def blog():
    return 1
