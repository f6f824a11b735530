def f():
    from py.a import y
    return y
x = 1
