import b


def one():
    return b.two()
