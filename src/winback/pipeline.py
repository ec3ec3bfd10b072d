"""The one table: which event type goes to which queue, and through which arrows.

The local runner, the Lambda entry points, the stack, the flow diagram in the docs and the flow page all read it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from winback.domain.event import Event, EventType
from winback.ports import World
from winback.steps.decide import decide
from winback.steps.deliver import deliver
from winback.steps.result import Step
from winback.steps.write import write

Arrow = Callable[[World, Event, datetime], Step]
EMAIL_QUEUE: Final = "email"


@dataclass(frozen=True, slots=True)
class Route:
    """Events of these types go to `queue` and through `arrows`, one after the other, until one is done."""

    types: frozenset[EventType]
    queue: str
    arrows: tuple[Arrow, ...]


ROUTES: Final = (
    Route(
        frozenset(
            {
                EventType.USER_CREATED,
                EventType.USER_UPDATED,
                EventType.USER_DELETED,
                EventType.ORDER_CREATED,
                EventType.ORDER_UPDATED,
                EventType.USER_AT_RISK,
                EventType.USER_DUE,
                EventType.EMAIL_REQUESTED,
            }
        ),
        EMAIL_QUEUE,
        (decide, write, deliver),
    ),
    Route(frozenset({EventType.EMAIL_APPROVED}), EMAIL_QUEUE, (deliver,)),
)


def arrows_of(kind: EventType) -> tuple[Arrow, ...]:
    """The arrows an event of this type goes through; none if nobody takes it."""
    return next((route.arrows for route in ROUTES if kind in route.types), ())


def queues() -> dict[str, frozenset[EventType]]:
    """For each queue the event types it takes."""
    taken: dict[str, frozenset[EventType]] = {}
    for route in ROUTES:
        taken[route.queue] = taken.get(route.queue, frozenset()) | route.types
    return taken
