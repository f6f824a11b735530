def edit():
    return 1
