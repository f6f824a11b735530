from .models import Queue

__all__ = ["Queue"]
