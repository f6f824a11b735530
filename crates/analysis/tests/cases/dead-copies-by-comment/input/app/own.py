import json
import os


def _own():
    return 1


def home():
    return os.getcwd()
