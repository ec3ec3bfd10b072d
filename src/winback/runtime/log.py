"""JSON log lines, one per step: ids and words, nothing personal. One file a day, kept for 14 days."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from winback.domain.event import Event
from winback.domain.instant import iso

KEPT: Final = timedelta(days=14)


class Function(StrEnum):
    """Who writes a line: the functions that the cloud has too."""

    STREAM_PROCESSOR = "stream-processor"
    EMAIL_PROCESSOR = "email-processor"
    SWEEP = "sweep"
    BACKEND = "backend"


FUNCTION_OF_STEP: Final = {
    "relay": Function.STREAM_PROCESSOR,
    "decide": Function.EMAIL_PROCESSOR,
    "write": Function.EMAIL_PROCESSOR,
    "deliver": Function.EMAIL_PROCESSOR,
    "sweep": Function.SWEEP,
    "settle": Function.EMAIL_PROCESSOR,
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One run of one step."""

    step: str
    result: str
    event: Event
    ms: float
    why: str = ""


Observer = Callable[[StepLine], None]
"""Whoever wants to know how each step went."""


def fields_of(line: StepLine) -> dict[str, object]:
    """What a log line says of a step."""
    event = line.event
    return {
        "step": line.step,
        "result": line.result,
        "event": event.type.value,
        "eventId": event.event_id,
        "userId": event.user_id,
        "subjectId": event.subject_id,
        "ms": line.ms,
        "why": line.why,
    }


class LogFolder:
    """Appends lines to `logs/winback-DATE.jsonl`; the date is that of the clock that is passed in.

    What cannot be written, on a full disk, is let go or written later: e-mails must not wait for the log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._day = ""
        self._file: IO[str] | None = None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def step(self, line: StepLine, now: datetime) -> None:
        self.write(FUNCTION_OF_STEP[line.step], now, **fields_of(line))

    def write(self, function: str, now: datetime, **fields: object) -> None:
        at = iso(now)
        text = json.dumps({"at": at, "function": function, **fields}, ensure_ascii=False)
        with self._lock, suppress(OSError):
            if at[:10] != self._day:
                self._turn(at[:10])
            if self._file is not None:
                self._file.write(text + "\n")

    def flush(self) -> None:
        """Lines become visible to other processes."""
        with self._lock, suppress(OSError):
            if self._file is not None:
                self._file.flush()

    def close(self) -> None:
        with self._lock, suppress(OSError):
            file, self._file, self._day = self._file, None, ""
            if file is not None:
                file.close()

    def prune(self, now: datetime) -> None:
        """Deletes the files of days that lie longer ago than logs are kept."""
        oldest = f"winback-{iso(now - KEPT)[:10]}.jsonl"
        for path in self._folder.glob("winback-*.jsonl"):
            if path.name < oldest:
                path.unlink(missing_ok=True)

    def _turn(self, day: str) -> None:
        before, self._file, self._day = self._file, None, ""
        if before is not None:
            before.close()
        path = self._folder / f"winback-{day}.jsonl"
        path.touch(mode=0o600)
        self._file, self._day = path.open("a", encoding="utf-8"), day


def lines(folder: Path, since: datetime, function: str | None = None) -> Iterator[dict[str, object]]:
    """The lines written since then, oldest first; a line cut short by a crash is left out."""
    first = f"winback-{iso(since)[:10]}.jsonl"
    for path in sorted(path for path in folder.glob("winback-*.jsonl") if path.name >= first):
        with path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                line = _parsed(text)
                if line and str(line.get("at")) >= iso(since) and function in (None, line.get("function")):
                    yield line


def _parsed(text: str) -> dict[str, object] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None
