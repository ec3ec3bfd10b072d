"""The log of a data folder: files that `winback up` appends to."""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

import typer

from winback.adapters.clock import SystemClock
from winback.cli.asked import settings
from winback.domain.instant import iso
from winback.ports import Clock
from winback.runtime.log import Function, lines

_LOOK_EVERY_SECONDS: Final = 0.2


def log_of_folder(ctx: typer.Context) -> "FolderLog":
    chosen = settings(ctx)
    return FolderLog(chosen.data_dir / "logs", SystemClock(chosen.clock_ahead))


class FolderLog:
    """By the clock its lines were written by."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def lines(self, back: timedelta, function: Function | None) -> Iterator[dict[str, Any]]:
        return lines(self._folder, self._clock.now() - back, function)

    def followed(self, back: timedelta, function: Function | None) -> Iterator[dict[str, Any]]:
        begin = self._clock.now() - back
        place = _Place(self._folder, begin)
        while True:
            for text in place.added():
                entry = _entry(text)
                if str(entry.get("at", "")) >= iso(begin) and function in (None, entry.get("function")):
                    yield entry
            time.sleep(_LOOK_EVERY_SECONDS)

    def close(self) -> None:
        """Its files are closed with it."""


class _Place:
    """How far the files of the folder have been read; a line is read once it is whole."""

    def __init__(self, folder: Path, begin: datetime) -> None:
        self._folder = folder
        self._first = f"winback-{iso(begin)[:10]}.jsonl"
        self._files: dict[Path, IO[bytes]] = {}

    def added(self) -> Iterator[bytes]:
        for path in sorted(self._folder.glob("winback-*.jsonl")):
            if path.name >= self._first:
                yield from self._added_to(path)

    def _added_to(self, path: Path) -> Iterator[bytes]:
        file = self._files.get(path) or self._files.setdefault(path, path.open("rb"))
        while line := file.readline():
            if not line.endswith(b"\n"):
                file.seek(-len(line), 1)
                return
            yield line


def _entry(text: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(text)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
