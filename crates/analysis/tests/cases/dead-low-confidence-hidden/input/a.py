def _gone():
    return 1


def _named():
    return 2
