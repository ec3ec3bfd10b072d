"""A package without what differs from one build to the next, or what no function needs."""

import os
import shutil
from pathlib import Path
from typing import Final

EARLIEST: Final = 315_532_800
"""1 January 1980, the first instant a zip can tell."""
NOTES: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"})
"""What an installer writes down of its own work."""


def tidy(folder: Path) -> None:
    """Takes out scripts, notes and compiled files; gives all files one mode and one time."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.parent.suffix == ".dist-info" and path.name in NOTES:
            path.unlink()
        else:
            path.chmod(0o644)
            os.utime(path, (EARLIEST, EARLIEST))
