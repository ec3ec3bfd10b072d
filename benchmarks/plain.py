"""What the yardsticks share: a plain SQLite file with the same promise to the disk as ours."""

import sqlite3
from pathlib import Path


def connection(path: Path) -> sqlite3.Connection:
    """WAL and FULL as ours: what was committed survives a loss of power."""
    opened = sqlite3.connect(path, isolation_level=None)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    return opened
