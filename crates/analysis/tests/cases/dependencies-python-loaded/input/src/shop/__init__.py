import requests

from shop.part import read

__all__ = ["read", "requests"]
