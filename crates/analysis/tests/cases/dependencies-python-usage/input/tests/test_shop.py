import freezegun
import numpy
import shop
