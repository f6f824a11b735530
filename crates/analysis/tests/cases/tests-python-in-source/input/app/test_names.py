"""Names of checks."""


def names(kind):
    return [kind]
