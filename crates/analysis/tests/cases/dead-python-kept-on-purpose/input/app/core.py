import json
import warnings
from contextlib import suppress

with suppress(ImportError):
    import multiprocessing


class Client:
    def fill(self):
        return 1

    def _fill_attributes(self):
        warnings.warn('use fill', DeprecationWarning)
        return self.fill()

    def _gone(self):
        return 2
