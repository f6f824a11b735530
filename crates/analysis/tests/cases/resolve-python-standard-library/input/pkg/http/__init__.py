from pkg.http.cookie import SimpleCookie

__all__ = ["SimpleCookie"]
