def start():
    return 1


def _own():
    pass
