"""What a transaction has read is kept until it ends, and never longer than it is true."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, USER_ID, a_contact, a_day, a_user
from winback.adapters.local.bulk import put_all
from winback.adapters.local.store import LocalStore
from winback.domain.contact import Contact
from winback.domain.day import Day
from winback.domain.errors import Conflict
from winback.domain.user import User
from winback.ports import Add, Put, Remove, Replace, ShowScore

RENAMED = a_user(name="Ada Renamed")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    with closing(LocalStore.open(tmp_path)) as opened:
        opened.commit(Put(a_user()), Add(a_contact()))
        yield opened


def statements_of(store: LocalStore, act: Callable[[], object]) -> list[str]:
    told: list[str] = []
    with store.transaction():
        store.do(lambda writer: writer.set_trace_callback(told.append))
        act()
        store.do(lambda writer: writer.set_trace_callback(None))
    return told


def put_and_fail(store: LocalStore) -> None:
    with store.transaction():
        store.commit(Put(RENAMED))
        assert store.get(User, USER_ID) == RENAMED
        raise Conflict("the whole block is undone")


def test_a_transaction_reads_a_record_from_the_file_once(store: LocalStore) -> None:
    told = statements_of(store, lambda: [store.get(Contact, USER_ID) for _ in range(5)])
    assert len(told) == 1


def test_that_there_is_no_record_is_read_once_too(store: LocalStore) -> None:
    told = statements_of(store, lambda: [store.get(Contact, "nobody") for _ in range(5)])
    assert len(told) == 1


def test_what_a_transaction_replaced_is_read_anew(store: LocalStore) -> None:
    with store.transaction():
        before = store.get(Contact, USER_ID)
        assert before is not None
        store.commit(Replace(replace(before, due_at=NOW)))
        assert store.get(Contact, USER_ID) == replace(before, due_at=NOW, version=before.version + 1)


def test_what_a_transaction_added_is_read_anew(store: LocalStore) -> None:
    day = a_day()
    with store.transaction():
        assert store.get(Day, day.day_id) is None
        store.commit(Add(day))
        assert store.get(Day, day.day_id) == replace(day, version=1)


def test_a_user_put_removed_or_shown_a_score_is_read_anew(store: LocalStore) -> None:
    with store.transaction():
        assert store.get(User, USER_ID) == a_user()
        store.commit(Put(RENAMED))
        assert store.get(User, USER_ID) == RENAMED
        store.commit(ShowScore(USER_ID, RENAMED.engagement_score, 41))
        shown = store.get(User, USER_ID)
        assert shown is not None
        assert shown.engagement_score_computed == 41
        store.commit(Remove(User, USER_ID))
        assert store.get(User, USER_ID) is None


def test_users_put_in_bulk_are_read_anew(store: LocalStore) -> None:
    with store.transaction():
        assert store.get(User, USER_ID) == a_user()
        put_all(store, [RENAMED])
        assert store.get(User, USER_ID) == RENAMED


def test_a_lost_race_leaves_what_is_stored_to_be_read(store: LocalStore) -> None:
    with store.transaction():
        before = store.get(Contact, USER_ID)
        assert before is not None
        stale = replace(before, version=before.version + 7, due_at=NOW + timedelta(days=1))
        with pytest.raises(Conflict):
            store.commit(Put(RENAMED), Replace(stale))
        assert store.get(Contact, USER_ID) == before
        assert store.get(User, USER_ID) == a_user()


def test_the_next_transaction_sees_what_another_program_wrote_in_between(store: LocalStore) -> None:
    with store.transaction():
        assert store.get(User, USER_ID) == a_user()
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute("UPDATE users SET name = 'Ada Renamed'")
    with store.transaction():
        assert store.get(User, USER_ID) == RENAMED


def test_a_transaction_that_was_undone_leaves_nothing_known(store: LocalStore) -> None:
    with pytest.raises(Conflict):
        put_and_fail(store)
    with store.transaction():
        assert store.get(User, USER_ID) == a_user()
