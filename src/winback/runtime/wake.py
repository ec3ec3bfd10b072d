"""Wakes the one thread that waits for commits: at once for those of this process, within 20 ms for all others."""

import sqlite3
import threading
import time
from pathlib import Path

POLL_SECONDS = 0.02


class Wake:
    """Not for several waiters: whoever waits takes the wake-up with it."""

    def __init__(self, path: Path) -> None:
        self._rung = threading.Event()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._seen = self._version()

    def ring(self) -> None:
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Until a commit, a ring, or for `seconds` at most."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._rung.wait(POLL_SECONDS) or self._moved():
                break
        self._rung.clear()

    def close(self) -> None:
        self._connection.close()

    def _moved(self) -> bool:
        """`data_version` changes when any other connection, of whichever process, has committed."""
        version = self._version()
        moved = version != self._seen
        self._seen = version
        return moved

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
