"""What only the store on SQLite promises: its query plans, its flushes to disk, its numbers, its pruning."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from builders import NOW, a_body, a_user, days_ago
from winback.adapters.local.queries import QUERIES
from winback.adapters.local.rows import TABLES
from winback.adapters.local.store import LocalStore
from winback.domain.instant import iso
from winback.domain.user import User
from winback.ports import Add, Put, Remove

BY_NUMBER: Final = "INTEGER PRIMARY KEY"
INDEXES: Final = {
    "orders_of": "orders_by_user",
    "due": "contacts_due",
    "next_due": "contacts_due",
    "judged_below": "contacts_by_line",
    "judged_above": "contacts_by_line",
    "judged_between": "contacts_by_line",
    "lease_over": "emails_leased",
    "decisions_of": "decisions_by_user",
    "emails_of": "emails_by_user",
    "emails": "emails_by_time",
    "emails_by_status": "emails_by_status",
    "contacts": "contacts_by_risk_date",
    "contacts_at_risk": "contacts_at_risk",
    "changes_waiting": BY_NUMBER,
    "relayed": BY_NUMBER,
    "receive": "messages_open",
    "next_visible": "messages_open",
    "dead_letters": "messages_dead",
    "visible": "messages_open",
    "not_visible": "messages_open",
    "dead": "messages_dead",
    "fact": "sqlite_autoindex_facts_1",
    "prune_changes": BY_NUMBER,
    "prune_messages": "messages_done",
    "prune_bodies": "bodies_by_time",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    with closing(LocalStore.open(tmp_path / "data")) as store:
        yield store


def plan(store: LocalStore, sql: str) -> list[str]:
    """SQLite's own words for how it would go about the statement."""
    steps = store.connection().execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))
    return [detail for _, _, _, detail in steps]


def test_every_query_names_its_index_here() -> None:
    assert sorted(INDEXES) == sorted(QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_lives_on_its_index(store: LocalStore, name: str) -> None:
    index = INDEXES[name]
    used = f"USING {index}" if index == BY_NUMBER else f"INDEX {index} "
    assert any(used in step for step in plan(store, QUERIES[name]))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_neither_walks_a_table_nor_sorts(store: LocalStore, name: str) -> None:
    walks = [step for step in plan(store, QUERIES[name]) if step.startswith(("SCAN", "USE TEMP"))]
    # Pruning walks the few rows that its own inner query found.
    assert walks in ([], ["SCAN (subquery-2)"])


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_record_is_read_by_its_key(store: LocalStore, kind: type) -> None:
    (step,) = plan(store, TABLES[kind].get)
    assert step.startswith("SEARCH")


def test_the_writing_connection_flushes_every_commit(store: LocalStore) -> None:
    full = 2
    assert store.do(lambda writer: writer.execute("PRAGMA synchronous").fetchall()) == [(full,)]
    assert store.do(lambda writer: writer.execute("PRAGMA journal_mode").fetchall()) == [("wal",)]


def test_no_other_connection_of_the_store_can_write(store: LocalStore) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.connection().execute("DELETE FROM users")


def test_a_change_number_is_never_used_again(store: LocalStore) -> None:
    store.commit(Put(a_user()))
    store.commit(Remove(User, a_user().user_id))
    told = store.waiting(10)
    store.relayed(told)
    store.execute("DELETE FROM changes")

    store.commit(Put(a_user()))
    (fresh,) = store.waiting(10)
    assert int(fresh.change_id) > max(int(change.change_id) for change in told)


def test_changes_are_pruned_once_relayed_and_old(store: LocalStore) -> None:
    for number, days in enumerate((20, 20, 5, 20, 20)):
        store.commit(Put(a_user(user_id=f"u-{number}")))
        store.execute("UPDATE changes SET at = ? WHERE change_id = ?", iso(days_ago(days)), number + 1)
    store.relayed(store.waiting(4))

    assert store.prune(relayed_before=days_ago(14), bodies_before=days_ago(400)) == 3
    kept = store.connection().execute("SELECT key FROM changes ORDER BY change_id").fetchall()
    assert kept == [("u-2",), ("u-4",)]


def test_old_bodies_are_pruned_and_younger_ones_kept(store: LocalStore) -> None:
    store.commit(Add(a_body(email_id="e-old", created_at=NOW - timedelta(days=401))))
    store.commit(Add(a_body(email_id="e-young", created_at=NOW - timedelta(days=399))))

    assert store.prune(relayed_before=days_ago(14), bodies_before=days_ago(400)) == 1
    assert store.connection().execute("SELECT email_id FROM bodies").fetchall() == [("e-young",)]


def test_pruning_goes_in_small_batches_until_nothing_is_old(store: LocalStore) -> None:
    for number in range(5):
        store.commit(Put(a_user(user_id=f"u-{number}")))
    store.execute("UPDATE changes SET at = ?", iso(days_ago(20)))
    store.relayed(store.waiting(5))

    pruned = [store.prune(days_ago(14), days_ago(400), limit=2) for _ in range(4)]
    assert pruned == [2, 2, 1, 0]
