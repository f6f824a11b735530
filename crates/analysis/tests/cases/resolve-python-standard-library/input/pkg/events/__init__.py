from pkg.events.base import Event

__all__ = ["Event"]
