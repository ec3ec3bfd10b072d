"""Who waits for work is woken by a commit, of whichever process, and by nothing else before its time."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from winback.runtime.wake import Wake

LONG: Final = 20.0
"""Nobody waits so long for anything that is to come."""
SOON: Final = 2.0
WRITE: Final = (
    "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as file: file.execute('INSERT INTO t VALUES (1)')"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
    return path


@pytest.fixture
def wake(path: Path) -> Iterator[Wake]:
    with closing(Wake(path)) as wake:
        yield wake


def seconds_waited(wake: Wake, seconds: float) -> float:
    started = time.monotonic()
    wake.wait(seconds)
    return time.monotonic() - started


def test_a_ring_wakes(wake: Wake) -> None:
    threading.Timer(0.05, wake.ring).start()
    assert seconds_waited(wake, LONG) < SOON


def test_a_ring_before_the_wait_is_not_lost(wake: Wake) -> None:
    wake.ring()
    assert seconds_waited(wake, LONG) < SOON


def test_a_commit_of_another_process_wakes(wake: Wake, path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITE, path]) as writer:
        assert seconds_waited(wake, LONG) < LONG / 2
        assert writer.wait(LONG) == 0


def test_a_commit_before_the_wait_is_not_lost(wake: Wake, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO t VALUES (1)")
    assert seconds_waited(wake, LONG) < SOON


def test_a_commit_wakes_only_once(wake: Wake, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO t VALUES (1)")
    wake.wait(LONG)
    assert seconds_waited(wake, 0.1) >= 0.1


def test_what_is_rolled_back_does_not_wake(wake: Wake, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO t VALUES (1)")
        other.execute("ROLLBACK")
        assert seconds_waited(wake, 0.1) >= 0.1


def test_without_a_commit_it_ends_when_its_time_is_over(wake: Wake) -> None:
    assert 0.1 <= seconds_waited(wake, 0.1) < SOON
