"""Installs setuptools."""


def _after():
    pass
