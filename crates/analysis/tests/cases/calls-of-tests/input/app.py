def helper():
    return 1

def user():
    return helper()
