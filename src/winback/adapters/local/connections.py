"""Connections to the embedded store: one that writes, and one for each thread that reads."""

import os
import sqlite3
import threading
from pathlib import Path

BUSY_SECONDS = 30.0


class Connections:
    """`writer` belongs to whoever holds the store's lock; `reader()` to the calling thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self.writer = self._open()
        self.writer.execute("PRAGMA journal_mode = WAL")

    def reader(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._open()
            found.execute("PRAGMA query_only = 1")
        return found

    def close(self) -> None:
        for connection in self._all:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        # FULL: what a caller was told is committed is on disk, also after the power went (I1).
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -32000")
        self._all.append(connection)
        return connection
