"""Users from a JSON Lines file into the store, beside a loop that does no more than store them."""

import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from benchmarks import people, plain
from benchmarks.measured import Measured, Place
from winback.adapters.local.store import LocalStore
from winback.domain.dynamo import plain as plain_item
from winback.domain.user import faults, user_of
from winback.ports import Put

FILE: Final = "users.jsonl"
BATCH: Final = 1_000
FIELDS: Final = (
    *("userId", "email", "name", "lastOrderDate", "orderCount", "averageOrderValue", "preferredCategories"),
    *("engagementScore", "createdAt", "updatedAt"),
)


def prepare(place: Place) -> None:
    people.write_file(place.shared / FILE, place.size, datetime.now(UTC))


def ours(place: Place) -> Measured:
    store = LocalStore.open(place.own)
    started = time.perf_counter()
    with (place.shared / FILE).open(encoding="utf-8") as file:
        for lines in _batches(file):
            _put(store, lines)
    return _counted(place.own / "winback.db", "users", place.size, time.perf_counter() - started)


def yardstick(place: Place) -> Measured:
    path = place.own / "plain.db"
    database = plain.connection(path)
    database.execute(f"CREATE TABLE people ({FIELDS[0]} TEXT PRIMARY KEY, {', '.join(FIELDS[1:])})")
    insert = f"INSERT OR REPLACE INTO people VALUES ({', '.join('?' * len(FIELDS))})"
    started = time.perf_counter()
    with (place.shared / FILE).open(encoding="utf-8") as file:
        for lines in _batches(file):
            database.execute("BEGIN IMMEDIATE")
            database.executemany(insert, [_row(json.loads(line)) for line in lines])
            database.execute("COMMIT")
    return _counted(path, "people", place.size, time.perf_counter() - started)


def _put(store: LocalStore, lines: list[str]) -> None:
    now = datetime.now(UTC)
    with store.transaction():
        for line in lines:
            user = user_of(plain_item(json.loads(line)))
            if faults(user, now):
                raise RuntimeError(f"a made-up user is not valid: {user!r}")
            store.commit(Put(user))


def _batches(file: IO[str]) -> Iterator[list[str]]:
    while lines := list(islice(file, BATCH)):
        yield lines


def _row(item: dict[str, Any]) -> list[object]:
    item["preferredCategories"] = json.dumps(item["preferredCategories"])
    return [item.get(name) for name in FIELDS]


def _counted(path: Path, table: str, size: int, seconds: float) -> Measured:
    ((count,),) = sqlite3.connect(path).execute(f"SELECT count(*) FROM {table}")
    if count != size:
        raise RuntimeError(f"{count} of {size} users are in {path.name}")
    return Measured(size, seconds)
