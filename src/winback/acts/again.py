"""A lost race starts again from the first read."""

from collections.abc import Callable
from typing import Final, TypeVar

from winback.domain.errors import Conflict, Unsure
from winback.ports import Clock

T = TypeVar("T")
TRIES: Final = 10


def again(clock: Clock, act: Callable[[], T]) -> T:
    """What `act` gives, tried up to ten times; it must begin with its reads. Raises Conflict after the last try."""
    for attempt in range(TRIES - 1):
        try:
            return act()
        except (Conflict, Unsure):  # guarded writes: one that may have happened meets itself and is refused
            clock.sleep(0.005 * 2**attempt)
    return act()
