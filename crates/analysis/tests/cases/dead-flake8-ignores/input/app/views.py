import sys
import os  # NOQA: E501,F401 kept for plugins


def index():
    return 1
