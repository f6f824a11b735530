from collections import OrderedDict


def order(values):
    return sorted(values)
