"""`winback users put FILE`, as the command does it, beside a loop that does no more than store the users."""

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
from winback.bootstrap import local
from winback.cli.opened_local import OpenedLocal
from winback.cli.putting import AT_ONCE, USERS, put
from winback.settings import Settings

FILE: Final = "users.jsonl"
FIELDS: Final = (
    *("userId", "email", "name", "lastOrderDate", "orderCount", "averageOrderValue", "preferredCategories"),
    *("engagementScore", "createdAt", "updatedAt"),
)


def prepare(place: Place) -> None:
    people.write_file(place.shared / FILE, place.size, datetime.now(UTC))


def ours(place: Place) -> Measured:
    shop = local(Settings(data_dir=place.own))
    started = time.perf_counter()
    put(OpenedLocal(shop), USERS, str(place.shared / FILE), as_json=True)
    seconds = time.perf_counter() - started
    shop.close()
    return _counted(shop.store.path, "users", place.size, seconds)


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


def _batches(file: IO[str]) -> Iterator[list[str]]:
    while lines := list(islice(file, AT_ONCE)):
        yield lines


def _row(item: dict[str, Any]) -> list[object]:
    item["preferredCategories"] = json.dumps(item["preferredCategories"])
    return [item.get(name) for name in FIELDS]


def _counted(path: Path, table: str, size: int, seconds: float) -> Measured:
    ((count,),) = sqlite3.connect(path).execute(f"SELECT count(*) FROM {table}")
    if count != size:
        raise RuntimeError(f"{count} of {size} users are in {path.name}")
    return Measured(size, seconds)
