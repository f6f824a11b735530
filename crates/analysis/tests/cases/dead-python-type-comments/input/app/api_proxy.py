import collections
import json
import typing as t

if t.TYPE_CHECKING:
    from app.manager import Manager, Requirement


def find(requirement, manager):
    # type: (Requirement, Manager) -> t.Iterator[str]
    """Finds versions.

    >>> list(find(collections.OrderedDict(), None))
    []
    """
    yield from manager.of(requirement)
