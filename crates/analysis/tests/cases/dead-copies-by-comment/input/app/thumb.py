"""Thumbnails.

This file is a copy of thumbs 1.2 by A. Author.
"""
import json


def _average():
    return 1


def thumb():
    return 2
