"""The machine a run was made on, and the versions that decide its speed."""

import os
import platform
import sqlite3
from pathlib import Path

from winback import __version__
from winback.adapters.local.folder import file_system


def machine(folder: Path) -> dict[str, str | int | float]:
    """`disk` is the kind of file system below `folder`: on one in memory a flush costs nothing, which flatters all.

    `load` is how many processes wanted a core in the last minute, before any of ours.
    """
    return {
        "cores": _cores(),
        "load": round(os.getloadavg()[0], 2),
        "processor": _processor(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "winback": __version__,
        "disk": file_system(folder.resolve()) or "unknown",
    }


def is_busy() -> bool:
    """Whether others take so much of the machine that rates and latencies say little."""
    return os.getloadavg()[0] > _cores() / 2


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
