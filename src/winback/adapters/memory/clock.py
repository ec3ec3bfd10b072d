"""A clock that stands still until it is told to go on."""

from datetime import datetime, timedelta


class FixedClock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        """Takes no time at all: a lost race is tried again at once."""

    def advance(self, by: timedelta) -> datetime:
        """The new now."""
        self._now += by
        return self._now
