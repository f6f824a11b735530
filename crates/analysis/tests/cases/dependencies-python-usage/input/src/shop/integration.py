import certifi

NAME = certifi.__name__
