"""Whether a `winback up` uses a data folder, seen from outside."""

import fcntl
import os
from pathlib import Path


def running_in(folder: Path) -> int | None:
    """The process of the `winback up` that holds the folder's lock; None if nobody does."""
    try:
        with (folder / "winback.lock").open("r", encoding="utf-8") as file:
            process = int(file.read())
            # Asked first: while a lock is tried, even a shared one, a `winback up` that starts would be refused.
            if not _lives(process):
                return None
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return process
    except (OSError, ValueError):
        return None
    return None


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True  # somebody else's
    except (ProcessLookupError, OverflowError):
        return False
    return True
