"""A REPLACE takes a row away without a delete: whoever it belonged to is told all the same, and once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from builders import a_user, an_order
from winback.adapters.local.store import LocalStore
from winback.ports import Put

MOVES: Final = {
    "insert or replace": "INSERT OR REPLACE INTO orders VALUES ('o-1', 'u-2', '2026-05-01T10:00:00Z', 20, 'placed')",
    "replace": "REPLACE INTO orders (order_id, user_id) VALUES ('o-1', 'u-2')",
    "upsert": "INSERT INTO orders (order_id, user_id) VALUES ('o-1', 'u-2')"
    " ON CONFLICT (order_id) DO UPDATE SET user_id = excluded.user_id",
    "update": "UPDATE orders SET user_id = 'u-2' WHERE order_id = 'o-1'",
    "update or replace of the key": "UPDATE OR REPLACE orders SET order_id = 'o-1' WHERE order_id = 'o-2'",
}
KEPT: Final = {
    "insert or replace": "INSERT OR REPLACE INTO orders VALUES ('o-1', 'u-1', '2026-05-01T10:00:00Z', 20, 'placed')",
    "upsert": "INSERT INTO orders (order_id, user_id) VALUES ('o-1', 'u-1')"
    " ON CONFLICT (order_id) DO UPDATE SET value = 20",
    "update of the key": "UPDATE orders SET order_id = 'o-3' WHERE order_id = 'o-1'",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    """Two clients with an order each; nothing waits for the relay."""
    with closing(LocalStore.open(tmp_path)) as opened:
        opened.commit(Put(a_user()), Put(a_user(user_id="u-2")))
        opened.commit(Put(an_order()), Put(an_order(order_id="o-2", user_id="u-2")))
        opened.relayed(opened.waiting(10))
        yield opened


def told(store: LocalStore, sql: str) -> list[str]:
    """Of whom another program's statement tells."""
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute(sql)
    return sorted(change.user_id for change in store.waiting(10))


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_an_order_that_goes_to_another_client_tells_of_both_once(store: LocalStore, move: str) -> None:
    assert told(store, move) == ["u-1", "u-2"]


@pytest.mark.parametrize("keep", KEPT.values(), ids=KEPT)
def test_an_order_that_stays_with_its_client_tells_of_that_one_once(store: LocalStore, keep: str) -> None:
    assert told(store, keep) == ["u-1"]


def test_an_order_that_moves_again_after_it_was_told_tells_again(store: LocalStore) -> None:
    there, back = MOVES["upsert"], MOVES["upsert"].replace("u-2", "u-1")
    for move in (there, back, there):
        assert told(store, move) == ["u-1", "u-2"]
        store.relayed(store.waiting(10))


def test_a_client_whose_id_takes_the_place_of_another_tells_of_both_ids(store: LocalStore) -> None:
    assert told(store, "UPDATE OR REPLACE users SET user_id = 'u-2' WHERE user_id = 'u-1'") == ["u-1", "u-2"]


def test_a_client_that_is_replaced_tells_of_itself(store: LocalStore) -> None:
    assert told(store, "REPLACE INTO users (user_id, email) VALUES ('u-1', 'new@example.com')") == ["u-1"]
