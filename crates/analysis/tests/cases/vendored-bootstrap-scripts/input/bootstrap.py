"""Bootstrap a buildout-based project."""


def _eggs():
    pass
