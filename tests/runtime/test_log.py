"""The log: one line a step, one file a day, for its owner alone, and never in the way of an e-mail."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, an_event
from winback.domain.event import EventType
from winback.runtime.log import Function, LogFolder, StepLine, lines

SENT = StepLine("deliver", "done", an_event(event_id="7", type=EventType.USER_AT_RISK), 41.5, "sent")
FILE_OF_TODAY = "winback-2026-06-10.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def log(folder: Path) -> Iterator[LogFolder]:
    with closing(LogFolder(folder)) as log:
        yield log


def steps(folder: Path, function: Function | None = None) -> list[object]:
    return [line["step"] for line in lines(folder, NOW - timedelta(days=30), function)]


def test_a_step_is_one_line_of_ids_and_words(log: LogFolder, folder: Path) -> None:
    log.step(SENT, NOW)
    log.flush()
    (text,) = (folder / FILE_OF_TODAY).read_text().splitlines()
    assert json.loads(text) == {
        "at": "2026-06-10T12:00:00.000Z",
        "function": "email-processor",
        "step": "deliver",
        "result": "done",
        "event": "USER_AT_RISK",
        "eventId": "7",
        "userId": "u-1",
        "subjectId": "u-1",
        "ms": 41.5,
        "why": "sent",
    }


def test_each_day_has_its_file_for_the_owner_alone(log: LogFolder, folder: Path) -> None:
    for days in range(3):
        log.step(SENT, NOW + timedelta(days=days))
    names = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert names == {f"winback-2026-06-{day}.jsonl": 0o600 for day in (10, 11, 12)}


def test_a_new_process_goes_on_in_the_file_of_the_day(folder: Path) -> None:
    for _ in range(2):
        with closing(LogFolder(folder)) as log:
            log.step(SENT, NOW)
    assert steps(folder) == ["deliver", "deliver"]


def test_lines_are_found_by_function_and_time(log: LogFolder, folder: Path) -> None:
    log.write(Function.BACKEND, NOW - timedelta(days=1), step="up")
    log.step(SENT, NOW)
    log.step(StepLine("relay", "published", an_event(), 0.0), NOW)
    log.flush()
    assert steps(folder) == ["up", "deliver", "relay"]
    assert steps(folder, Function.STREAM_PROCESSOR) == ["relay"]
    assert [line["step"] for line in lines(folder, NOW)] == ["deliver", "relay"]


def test_a_line_cut_short_by_a_crash_is_left_out(log: LogFolder, folder: Path) -> None:
    log.step(SENT, NOW)
    log.close()
    path = folder / FILE_OF_TODAY
    path.write_bytes(path.read_bytes() + b'{"at": "2026-06-10T12:00:01.000Z", "step": "wri\xc3')
    assert steps(folder) == ["deliver"]


def test_files_are_kept_for_fourteen_days(log: LogFolder, folder: Path) -> None:
    for days in (15, 14, 0):
        log.step(SENT, NOW - timedelta(days=days))
    (folder / "notes.txt").touch()
    log.prune(NOW)
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt", "winback-2026-05-27.jsonl", FILE_OF_TODAY]


def test_a_log_that_cannot_be_written_stops_nobody_and_goes_on_when_it_can(log: LogFolder, folder: Path) -> None:
    (folder / FILE_OF_TODAY).mkdir()
    log.step(SENT, NOW)
    log.flush()

    (folder / FILE_OF_TODAY).rmdir()
    log.step(SENT, NOW)
    log.flush()
    assert steps(folder) == ["deliver"]


def test_a_full_disk_stops_nobody(folder: Path) -> None:
    """`/dev/full` takes every file's opening and none of its bytes."""
    folder.mkdir()
    (folder / FILE_OF_TODAY).symlink_to("/dev/full")
    log = LogFolder(folder)
    for _ in range(1_000):
        log.step(SENT, NOW)
    log.flush()
    log.close()
