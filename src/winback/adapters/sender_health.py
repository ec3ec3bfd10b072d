"""The health of a sender: when it is ill, since what was said, and when it is tried again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from winback.domain.errors import AddressRejected, Rejected, Retryable, SenderIll, Unsure

PROBE_EVERY: Final = timedelta(minutes=1)
MOST_TROUBLES_IN_A_ROW: Final = 5


class SenderHealth:
    """Ill by its own fault at once, by refusals when they strike five different addresses in a row.

    While it is ill one letter a minute goes out as a probe; the first success heals.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ill: tuple[datetime, str] | None = None
        # Refused or left in doubt since the last success.
        self._troubled: set[str] = set()

    def ill_until(self, now: datetime) -> tuple[datetime, str] | None:
        """The instant of the next try and what was said; None when well, or when a try may be made now."""
        with self._lock:
            return self._ill if self._ill and now < self._ill[0] else None

    @contextmanager
    def watch(self, address: str, now: datetime) -> Iterator[None]:
        """Around one hand-over to `address`: learns from how it ends. Raises SenderIll unless a try may be made now."""
        self._admit(now)
        try:
            yield
        except SenderIll as error:
            self._fall_ill(str(error), now)
            raise
        except (AddressRejected, Retryable):
            self._signed_in()
            raise
        except Rejected as error:
            # From the fifth on the sender is to blame, and e-mails stay untouched.
            if words := self._troubled_by(address, str(error), now):
                raise SenderIll(words, PROBE_EVERY) from error
            raise
        except Unsure as error:
            self._troubled_by(address, str(error), now)
            raise
        self._succeeded()

    def _admit(self, now: datetime) -> None:
        with self._lock:
            if self._ill is None:
                return
            next_try, words = self._ill
            if now < next_try:
                raise SenderIll(words, next_try - now)
            # This one is the probe: whoever comes beside it waits for the next minute, or for its success.
            self._ill = now + PROBE_EVERY, words

    def _fall_ill(self, words: str, now: datetime) -> None:
        with self._lock:
            self._ill = now + PROBE_EVERY, words

    def _troubled_by(self, address: str, said: str, now: datetime) -> str | None:
        with self._lock:
            if len(self._troubled) < MOST_TROUBLES_IN_A_ROW:
                self._troubled.add(address.lower())
            if len(self._troubled) < MOST_TROUBLES_IN_A_ROW:
                self._ill = None
                return None
            words = f"{MOST_TROUBLES_IN_A_ROW} e-mails in a row, each to another address, failed; the last: {said}"
            self._ill = now + PROBE_EVERY, words
            return words

    def _signed_in(self) -> None:
        """Whatever became of the letter, the server took the sender."""
        with self._lock:
            if len(self._troubled) < MOST_TROUBLES_IN_A_ROW:
                self._ill = None

    def _succeeded(self) -> None:
        with self._lock:
            self._ill = None
            self._troubled.clear()
