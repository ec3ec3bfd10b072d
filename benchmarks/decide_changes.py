"""Changes of engaged users, decided: each is told, judged and confirmed as "hold", and nobody is mailed."""

import sqlite3
import time
from datetime import UTC, datetime
from typing import Final

from benchmarks import people, plain
from benchmarks.measured import Measured, Place
from benchmarks.shop import opened, put_all, runner_of

BATCH: Final = 128
"""As many as the runner takes in one transaction."""


def ours(place: Place) -> Measured:
    shop = opened(place.own)
    runner = runner_of(shop)
    put_all(shop, people.engaged(place.size, datetime.now(UTC)))
    while runner.turn():
        pass
    with sqlite3.connect(shop.store.path) as other:  # as any program may
        other.execute("UPDATE users SET name = name || ' II'")
    started = time.perf_counter()
    while runner.turn():
        pass
    seconds = time.perf_counter() - started
    _check(other, place.size)
    return Measured(place.size, seconds)


def yardstick(place: Place) -> Measured:
    database = plain.connection(place.own / "plain.db")
    database.execute("CREATE TABLE waiting (number INTEGER PRIMARY KEY, person TEXT)")
    database.execute("CREATE TABLE people (person TEXT PRIMARY KEY, name TEXT, seen_at TEXT)")
    people_rows = [(item["userId"], item["name"]) for item in people.engaged(place.size, datetime.now(UTC))]
    database.execute("BEGIN")
    database.executemany("INSERT INTO people (person, name) VALUES (?, ?)", people_rows)
    database.execute("INSERT INTO waiting (person) SELECT person FROM people ORDER BY person")
    database.execute("COMMIT")
    started = time.perf_counter()
    while _batch(database):
        pass
    return Measured(place.size, time.perf_counter() - started)


def _batch(database: sqlite3.Connection) -> bool:
    database.execute("BEGIN IMMEDIATE")
    for _ in range(BATCH):
        row = database.execute("SELECT number, person FROM waiting ORDER BY number LIMIT 1").fetchone()
        if row is None:
            break
        number, person = row
        database.execute("UPDATE people SET seen_at = ? WHERE person = ?", (datetime.now(UTC).isoformat(), person))
        database.execute("DELETE FROM waiting WHERE number = ?", (number,))
    database.execute("COMMIT")
    return row is not None


def _check(database: sqlite3.Connection, size: int) -> None:
    """Both rounds of changes were told, handled and confirmed, and nobody was found at risk."""
    ((handled,),) = database.execute("SELECT count(*) FROM messages WHERE state = 'done'")
    ((held,),) = database.execute("SELECT count(*) FROM contacts WHERE verdict = 'HOLD' AND at_risk = 0")
    if (handled, held) != (2 * size, size):
        raise RuntimeError(f"{handled} messages are done and {held} clients held, not {2 * size} and {size}")
