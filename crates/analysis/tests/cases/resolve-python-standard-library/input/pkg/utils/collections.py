from .functional import first


def head(values):
    return first(values)
