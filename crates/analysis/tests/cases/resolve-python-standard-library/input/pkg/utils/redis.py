from .cache import Cache


class RedisCache(Cache):
    pass
