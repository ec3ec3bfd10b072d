"""`winback logs`: a line for every step, as it was written by `winback up`."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Any, Final

import typer

from winback.adapters.clock import SystemClock
from winback.cli.asked import settings
from winback.cli.asking import span
from winback.cli.output import Json, say
from winback.domain.instant import iso
from winback.runtime.log import Function, lines

_LOOK_EVERY_SECONDS: Final = 0.2
_TOLD: Final = ("at", "function", "step", "result", "event", "eventId", "userId", "subjectId", "ms", "why")


def logs(
    ctx: typer.Context,
    function: Annotated[Function | None, typer.Argument(help="Only what this function wrote.")] = None,
    since: Annotated[str, typer.Option(metavar="SPAN", help="How far to look back, such as 1m or 2d.")] = "10m",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    as_json: Json = False,
) -> None:
    """Print the log, a line for every step: ids and reasons, never a name or an address.

    \b
    winback logs --since 1m
    winback logs email-processor --follow
    """
    chosen = settings(ctx)
    folder = chosen.data_dir / "logs"
    begin = SystemClock(chosen.clock_ahead).now() - span(since)
    for entry in _followed(folder, begin, function) if follow else lines(folder, begin, function):
        say(json.dumps(entry) if as_json else _told(entry))
        sys.stdout.flush()  # whoever follows wants each line now


def _followed(folder: Path, begin: datetime, function: Function | None) -> Iterator[dict[str, object]]:
    """The lines since `begin`, and then every one that is added."""
    place = _Place(folder, begin)
    while True:
        for text in place.added():
            entry = _entry(text)
            if str(entry.get("at", "")) >= iso(begin) and function in (None, entry.get("function")):
                yield entry
        time.sleep(_LOOK_EVERY_SECONDS)


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


def _told(entry: dict[str, object]) -> str:
    """`12:03:22.120  email-processor  decide  done  USER_CREATED c-1  1.2 ms  hold: …`."""
    at = str(entry.get("at", ""))
    words = [at[:10], at[11:23], str(entry.get("function", "")).ljust(16), str(entry.get("step", "")).ljust(7)]
    words += [str(entry[name]) for name in ("result", "event", "userId") if entry.get(name)]
    if "ms" in entry:
        words.append(f"{entry['ms']} ms")
    words += [f"{name}={value}" for name, value in entry.items() if name not in _TOLD]
    return " ".join(words) + (f"  {entry['why']}" if entry.get("why") else "")
