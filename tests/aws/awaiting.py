"""Waiting for what another process brings about."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], seconds: float = 120, every: float = 0.5) -> T:
    """The first truth that is seen. Raises AssertionError with the last sight."""
    until = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < until, f"not within {seconds} s: {look.__name__} gives {seen!r}"
        time.sleep(every)
    return seen
