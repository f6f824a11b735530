import typing
from typing import Annotated

from pydantic import AfterValidator, BaseModel


def _check(value):
    return _trim(value)


def _trim(value):
    return value.strip()


def _answer(value):
    return value


def _never(value):
    return value + 1


class Event(BaseModel):
    name: Annotated[str, AfterValidator(_check)]

    if typing.TYPE_CHECKING:

        def _inspect(self) -> int:
            return 1

    def _hook(self):
        """What a class below may do."""

    def _abstract(self):
        raise NotImplementedError


def show(event: Event) -> Annotated[str, AfterValidator(_answer)]:
    return event.name
