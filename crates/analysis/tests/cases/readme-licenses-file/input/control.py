def control():
    return 1
