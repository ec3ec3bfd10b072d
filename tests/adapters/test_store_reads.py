"""Reads: whatever bytes another program wrote are read, and a fault of SQLite is told as one of ours."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from builders import NOW, USER_ID, a_contact, a_user, an_email, an_event, an_order
from winback.adapters.local import rows
from winback.adapters.local.store import LocalStore
from winback.adapters.local.topic import LocalTopic
from winback.domain.contact import Contact
from winback.domain.email import Email
from winback.domain.errors import Retryable
from winback.domain.event import EventType
from winback.domain.order import Order
from winback.domain.user import User, faults
from winback.ports import Add, Put

NO_UTF_8: Final = "CAST(x'41ff42' AS TEXT)"
READS: Final[dict[str, Callable[[LocalStore], object]]] = {
    "a user": lambda store: store.get(User, USER_ID),
    "a contact": lambda store: store.get(Contact, USER_ID),
    "orders": lambda store: store.orders_of(USER_ID),
    "who is due": lambda store: store.due(NOW, 10),
    "e-mails": lambda store: store.emails(None, 10, None),
    "changes": lambda store: store.waiting(10),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    with closing(LocalStore.open(tmp_path)) as opened:
        opened.commit(Put(a_user()), Put(an_order()), Put(an_order(order_id="o-2")), Add(a_contact(due_at=NOW)))
        opened.commit(Add(an_email()))
        yield opened


def written(store: LocalStore, sql: str) -> None:
    """By another program."""
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute(sql)


@pytest.mark.parametrize("column", ["status", "ordered_at"])
def test_an_order_that_is_no_utf_8_is_left_out_and_the_others_are_read(store: LocalStore, column: str) -> None:
    written(store, f"UPDATE orders SET {column} = {NO_UTF_8} WHERE order_id = 'o-2'")
    assert store.orders_of(USER_ID) == [an_order()]
    assert store.get(Order, "o-2") is None


def test_a_user_that_is_no_utf_8_is_read_with_its_fault_named(store: LocalStore) -> None:
    written(store, f"UPDATE users SET name = {NO_UTF_8}")
    user = store.get(User, USER_ID)
    assert user is not None
    assert [fault.field for fault in faults(user, NOW)] == ["name"]


def test_an_email_that_somebody_made_no_utf_8_keeps_no_list_from_being_read(store: LocalStore) -> None:
    written(store, f"UPDATE emails SET subject = {NO_UTF_8}")
    (email,) = store.emails(None, 10, None).items
    assert email.subject == "A\udcffB"
    assert store.get(Email, email.email_id) == email


def test_a_message_that_is_no_utf_8_is_a_dead_letter_beside_which_the_others_come(store: LocalStore) -> None:
    topic = LocalTopic(store, {"email": frozenset({EventType.USER_UPDATED})})
    topic.publish([an_event(event_id="c-1"), an_event(event_id="c-2")], NOW)
    written(store, f"UPDATE messages SET type = {NO_UTF_8} WHERE event_id = 'c-1'")
    (message,) = topic.receive("email", 10, NOW, timedelta(minutes=1))
    assert message.event.event_id == "c-2"
    assert len(topic.dead_letters()) == 1


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_read_that_sqlite_refuses_is_retryable(store: LocalStore, read: Callable[[LocalStore], object]) -> None:
    for table in ("users", "contacts", "orders", "emails", "changes"):
        store.execute(f"DROP TABLE {table}")
    with pytest.raises(Retryable, match="the store cannot be read now: no such table"):
        read(store)


def test_a_read_from_a_closed_store_is_retryable(tmp_path: Path) -> None:
    store = LocalStore.open(tmp_path)
    store.connection()
    store.close()
    with pytest.raises(Retryable, match="the store cannot be read now"):
        store.get(User, USER_ID)


def test_a_fault_of_sqlite_is_not_taken_for_one_of_the_text(store: LocalStore) -> None:
    statements: list[str] = []
    store.connection().set_trace_callback(statements.append)
    with pytest.raises(sqlite3.OperationalError):
        rows.read(store.connection(), "SELECT * FROM users, (SELECT abs(-9223372036854775808))", ())
    assert len(statements) == 1


def test_after_odd_bytes_texts_are_read_strictly_again(store: LocalStore) -> None:
    connection: Any = store.connection()
    assert rows.read(connection, f"SELECT {NO_UTF_8}", ()) == [("A\udcffB",)]
    assert connection.text_factory is str
