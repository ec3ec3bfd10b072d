"""Events as text on topic and queue, and messages as SQS hands them out."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeVar

from winback.domain.event import Event
from winback.domain.reading import ID
from winback.domain.wire import from_wire, to_wire
from winback.ports import Message

T = TypeVar("T")
TEN: Final = 10
"""The most that SNS and SQS take in one call."""
_IDS: Final = ("eventId", "userId", "subjectId")


@dataclass(frozen=True, slots=True)
class SqsMessage(Message):
    """`receipt` is what SQS wants to see to end this one receive of the message."""

    receipt: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as it was handed out, not yet read: its body may hold anything."""

    message_id: str
    receipt: str = field(repr=False)
    receives: int
    body: str = field(repr=False)


def text_of(event: Event) -> str:
    return json.dumps(to_wire(event), separators=(",", ":"))


def event_in(text: str) -> Event | None:
    """The event a text describes; None if it is no event, or its ids are none of those that may stand in a log."""
    try:
        item: Any = json.loads(text)
        if not all(isinstance(item[name], str) and ID.fullmatch(item[name]) for name in _IDS):
            return None
        return from_wire(Event, item)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def in_tens(things: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(things)
    while ten := list(islice(remaining, TEN)):
        yield ten
