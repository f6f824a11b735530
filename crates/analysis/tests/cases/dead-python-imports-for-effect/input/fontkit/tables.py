import json
import fontkit.codecs
from matplotlib import pyplot
from mpl_toolkits.mplot3d import axes3d

try:
    import cython
except ImportError:
    from fontkit.shadow import cython


def decode(data):
    pyplot.figure().add_subplot(111, projection="3d")
    return data.decode("x_mac_greek")
