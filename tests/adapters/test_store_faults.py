"""When the disk or the file fails: nothing is half-written, and nobody believes in a commit that never was."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from builders import a_day, a_policy, a_user
from winback.adapters.local.store import FILE_NAME, LocalStore
from winback.domain.day import Day
from winback.domain.errors import Conflict, Refused, Retryable
from winback.ports import Add, Put

HUGE: Final = "x" * 1_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    with closing(LocalStore.open(tmp_path / "data")) as store:
        yield store


def fill_the_disk(store: LocalStore) -> None:
    """From now on the file may grow by a few pages only."""
    ((pages,),) = store.do(lambda writer: writer.execute("PRAGMA page_count").fetchall())
    store.do(lambda writer: writer.execute(f"PRAGMA max_page_count = {pages + 4}"))


def make_room(store: LocalStore) -> None:
    store.do(lambda writer: writer.execute("PRAGMA max_page_count = 1000000"))


def days(store: LocalStore) -> list[str]:
    return [day for (day,) in store.connection().execute("SELECT day_id FROM days ORDER BY day_id")]


def at_once(calls: list[Callable[[], None]], store: LocalStore) -> list[BaseException | None]:
    """Makes the calls from a thread each, while the writer is taken: they meet in one group. Gives what each raised."""
    raised: list[BaseException | None] = [None] * len(calls)
    about_to = threading.Barrier(len(calls) + 1)

    def make(number: int) -> None:
        about_to.wait()
        try:
            calls[number]()
        except Exception as error:
            raised[number] = error

    threads = [threading.Thread(target=make, args=(number,)) for number in range(len(calls))]
    with store.transaction():
        for thread in threads:
            thread.start()
        about_to.wait()
    for thread in threads:
        thread.join()
    return raised


def test_of_many_commits_at_once_only_the_failing_one_fails(store: LocalStore) -> None:
    store.commit(Add(a_day(day_id="taken")))
    names = [*(f"day-{number:02}" for number in range(40)), "taken"]

    raised = at_once([partial(store.commit, Add(a_day(day_id=name))) for name in names], store)

    assert [type(error) for error in raised] == [type(None)] * 40 + [Conflict]
    assert days(store) == names


def test_commits_made_at_once_share_their_flushes(store: LocalStore) -> None:
    statements: list[str] = []
    store.do(lambda writer: writer.set_trace_callback(statements.append))

    at_once([partial(store.commit, Put(a_user(user_id=f"u-{number}"))) for number in range(40)], store)

    assert statements.count("COMMIT") < 20


def test_on_a_full_disk_a_commit_happens_whole_or_not_at_all(store: LocalStore) -> None:
    fill_the_disk(store)
    with pytest.raises(Retryable):
        store.commit(Add(a_day(day_id="small")), Put(a_user(name=HUGE)))
    assert days(store) == []

    make_room(store)
    store.commit(Add(a_day(day_id="small")), Put(a_user(name=HUGE)))
    assert days(store) == ["small"]


def test_on_a_full_disk_nobody_is_told_of_a_commit_that_never_was(store: LocalStore) -> None:
    fill_the_disk(store)
    names = [f"day-{number:02}" for number in range(24)]
    small = [partial(store.commit, Add(a_day(day_id=name))) for name in names]

    # SQLite undoes the whole transaction for the one that finds no room, and with it what the others had in it.
    *raised, error = at_once([*small, partial(store.commit, Add(a_policy(campaign=HUGE)))], store)

    assert type(error) is Retryable
    assert {type(each) for each in raised} <= {type(None), Retryable}
    assert days(store) == [name for name, each in zip(names, raised, strict=True) if each is None]


def test_what_follows_an_undone_transaction_is_not_written_by_itself(store: LocalStore) -> None:
    fill_the_disk(store)

    def fill_and_go_on() -> None:
        with store.transaction():
            store.commit(Add(a_day(day_id="before")))
            with pytest.raises(Retryable):
                store.execute("INSERT INTO policies VALUES ('p', ?, 1)", HUGE)
            store.commit(Add(a_day(day_id="after")))

    with pytest.raises(Retryable):
        fill_and_go_on()
    assert days(store) == []


def test_a_file_that_cannot_be_written_is_retryable(store: LocalStore) -> None:
    store.do(lambda writer: writer.execute("PRAGMA query_only = 1"))
    with pytest.raises(Retryable, match="readonly"):
        store.commit(Add(a_day()))
    assert store.get(Day, a_day().day_id) is None


def test_a_lock_that_another_program_keeps_is_retryable(store: LocalStore) -> None:
    store.do(lambda writer: writer.execute("PRAGMA busy_timeout = 20"))
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Retryable, match="locked"):
            store.commit(Add(a_day()))
    store.commit(Add(a_day()))


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not at all " * 1000)
    with pytest.raises(Refused, match="file is not a database") as refused:
        LocalStore.open(tmp_path)
    assert "\n" not in str(refused.value)
