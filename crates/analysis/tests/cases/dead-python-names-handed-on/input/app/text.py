SIZES = {"K": 1024}


def lower(value):
    return value.lower()


def upper(value):
    return value.upper()


def join(values):
    return "".join(values)


def human(value):
    return value
