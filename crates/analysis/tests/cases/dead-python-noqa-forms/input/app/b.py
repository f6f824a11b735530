# flake8: noqa
import c1
