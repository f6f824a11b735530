import os
import yaml
from dateutil import parser
import urllib3
import PIL.Image
import some_unknown_module
from . import part

try:
    import certifi
except ImportError:
    certifi = None

if os.name == "nt":
    import colorama


def export():
    import pandas

    return pandas, yaml, parser, urllib3, PIL, some_unknown_module, part
