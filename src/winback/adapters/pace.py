"""Pace: at most n a second, evenly, over all threads."""

import threading
import time
from collections.abc import Callable


class Pace:
    """A token bucket that holds one token: no burst, so that no second of the receiving side's clock has more than n.

    `per_second` None is no limit.
    """

    def __init__(
        self,
        per_second: float | None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds_apart = 1 / per_second if per_second else 0.0
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = float("-inf")

    def wait(self, at_most_seconds: float) -> bool:
        """True when it is the caller's turn, in the order of the calls; False at once, and no turn taken, if that
        would be longer off."""
        if not self._seconds_apart:
            return True
        with self._lock:
            now = self._monotonic()
            turn = max(now, self._next)
            if turn - now > at_most_seconds:
                return False
            self._next = turn + self._seconds_apart
        if turn > now:
            self._sleep(turn - now)
        return True
