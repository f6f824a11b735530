# Copied from https://code.example.org/recipes/576693 (MIT license).
# Only the class is used here.
import json
import os


def _repr():
    return 1


class Ordered(dict):
    home = os.getcwd()
