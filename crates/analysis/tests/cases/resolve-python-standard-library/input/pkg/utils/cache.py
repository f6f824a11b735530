import redis

from .text import clean


class Cache:
    def connect(self, address):
        return redis.connect(clean(address))
