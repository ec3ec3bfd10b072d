"""Connections kept between letters."""

import threading
import time
from typing import Final

from winback.adapters.local.smtp_connection import SmtpConnection

MOST_LETTERS: Final = 100
MOST_IDLE_SECONDS: Final = 30.0


class SmtpPool:
    """The last one back is the first one out, so that what is not needed grows old and is closed.

    A connection ends after 100 letters or 30 idle seconds: many servers end it soon after that themselves.
    """

    def __init__(self, most_letters: int = MOST_LETTERS, most_idle_seconds: float = MOST_IDLE_SECONDS) -> None:
        self._most_letters = most_letters
        self._most_idle_seconds = most_idle_seconds
        self._lock = threading.Lock()
        self._kept: list[tuple[float, SmtpConnection]] = []
        self._closed = False

    def take(self) -> SmtpConnection | None:
        """A kept connection, now the caller's alone; None if there is none."""
        oldest = time.monotonic() - self._most_idle_seconds
        with self._lock:
            idle = [connection for since, connection in self._kept if since < oldest]
            self._kept = self._kept[len(idle) :]
            taken = self._kept.pop()[1] if self._kept else None
        _close(idle)
        return taken

    def give_back(self, connection: SmtpConnection) -> None:
        """Keeps it if another letter may go over it, else closes it."""
        with self._lock:
            keep = connection.clean and connection.letters < self._most_letters and not self._closed
            if keep:
                self._kept.append((time.monotonic(), connection))
        if not keep:
            connection.close()

    def close(self) -> None:
        """Closes what is kept; what is still out is closed when it comes back."""
        with self._lock:
            self._closed = True
            kept = [connection for _, connection in self._kept]
            self._kept.clear()
        _close(kept)


def _close(connections: list[SmtpConnection]) -> None:
    for connection in connections:
        connection.close()
