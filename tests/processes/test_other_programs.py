"""Any program may write the file: the relay tells rightly what it did, and no row whatever stops it."""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any, Final

import pytest

from command_line import Up, running, until
from flow.world import a_world
from kills.shop import Shop
from winback.adapters.local.key import mailbox_key
from winback.adapters.local.store import FILE_NAME
from winback.steps.relay import safe_id

pytestmark = pytest.mark.xdist_group("processes")
PYTHON: Final = "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as file: file.executescript(sys.argv[2])"
PROGRAMS: Final = {"python": [sys.executable, "-c", PYTHON]}
if shell := shutil.which("sqlite3"):  # where the shell is there, what people type is tried too
    PROGRAMS["sqlite3"] = [shell, "-bail", "-cmd", ".timeout 30000"]
NEW: Final = "INSERT INTO users (user_id, email, order_count, engagement_score) VALUES "


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("programs") / "data")


@pytest.fixture(scope="module", autouse=True)
def up(shop: Shop) -> Iterator[Up]:
    with running(shop.folder) as up:
        yield up


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> list[str]:
    found: list[str] = PROGRAMS[request.param]
    return found


@pytest.fixture
def user_id(request: pytest.FixtureRequest) -> str:
    """One of its own for each test, so that they share the shop."""
    return "".join(letter for letter in request.node.name if letter.isalnum())[-100:]


def run(program: list[str], shop: Shop, sql: str) -> None:
    subprocess.run([*program, str(shop.folder / FILE_NAME), sql], check=True, timeout=60)


def contact(shop: Shop, user_id: str) -> dict[str, Any]:
    """What is known of a client; empty if nothing is."""
    with closing(sqlite3.connect(shop.folder / FILE_NAME, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT * FROM contacts WHERE user_id = ?", (user_id,)).fetchone()
        return dict(row) if row else {}


def events(shop: Shop, user_id: str) -> list[str]:
    return shop.values(f"SELECT type FROM messages WHERE user_id = '{user_id}' ORDER BY message_id")


def decided(shop: Shop, user_id: str, **expected: object) -> dict[str, Any]:
    """The contact, once it stands as expected and everything is worked off."""
    until(lambda: expected.items() <= contact(shop, user_id).items())
    shop.come_to_rest()
    return contact(shop, user_id)


def test_an_inserted_client_is_created_and_mailed(shop: Shop, program: list[str], user_id: str) -> None:
    run(program, shop, f"{NEW} ('{user_id}', '{user_id}@example.com', 5, 30)")
    decided(shop, user_id, verdict="MAIL")
    assert events(shop, user_id) == ["USER_CREATED"]
    assert shop.values(f"SELECT status FROM emails WHERE user_id = '{user_id}'") == ["SENT"]


@pytest.mark.parametrize(
    "statement",
    [
        f"{NEW.replace('INSERT', 'INSERT OR REPLACE')} ('ID', 'ID@example.com', 5, 70)",
        f"{NEW.replace('INSERT', 'REPLACE')} ('ID', 'ID@example.com', 5, 70)",
        f"{NEW} ('ID', 'other', 9, 70) ON CONFLICT (user_id) DO UPDATE SET engagement_score = 70",
        "UPDATE users SET engagement_score = 70 WHERE user_id = 'ID'",
        "DELETE FROM users WHERE user_id = 'ID'; " + f"{NEW} ('ID', 'ID@example.com', 5, 70)",
    ],
    ids=["insert or replace", "replace", "upsert", "update", "delete and insert"],
)
def test_a_known_client_written_again_is_updated(shop: Shop, program: list[str], user_id: str, statement: str) -> None:
    run(program, shop, f"{NEW} ('{user_id}', '{user_id}@example.com', 5, 60)")
    decided(shop, user_id, score=60.0)
    run(program, shop, statement.replace("ID", user_id))
    decided(shop, user_id, score=70.0)
    assert events(shop, user_id)[0] == "USER_CREATED"
    assert set(events(shop, user_id)[1:]) == {"USER_UPDATED"}


def test_a_client_whose_key_is_changed_is_deleted_and_created(shop: Shop, program: list[str], user_id: str) -> None:
    run(program, shop, f"{NEW} ('{user_id}', '{user_id}@example.com', 5, 60)")
    decided(shop, user_id, score=60.0)
    run(program, shop, f"UPDATE users SET user_id = '{user_id}-new' WHERE user_id = '{user_id}'")
    decided(shop, f"{user_id}-new", score=60.0)
    assert contact(shop, user_id)["deleted_at"] is not None
    assert events(shop, user_id) == ["USER_CREATED", "USER_DELETED"]
    assert events(shop, f"{user_id}-new") == ["USER_CREATED"]


def test_a_transaction_that_is_rolled_back_tells_nothing(shop: Shop, program: list[str], user_id: str) -> None:
    run(program, shop, f"BEGIN; {NEW} ('{user_id}', '{user_id}@example.com', 5, 30); ROLLBACK")
    run(program, shop, f"{NEW} ('{user_id}-after', '{user_id}@example.com', 5, 60)")
    decided(shop, f"{user_id}-after", score=60.0)
    assert contact(shop, user_id) == {}


MOVES: Final = {
    "update": "UPDATE orders SET user_id = 'TWO' WHERE order_id = 'ID'",
    "replace": "INSERT OR REPLACE INTO orders VALUES ('ID', 'TWO', '2026-05-01T10:00:00Z', 20, 'placed')",
    "upsert": "INSERT INTO orders VALUES ('ID', 'TWO', '2026-05-01T10:00:00Z', 20, 'placed')"
    " ON CONFLICT (order_id) DO UPDATE SET user_id = excluded.user_id",
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_an_order_that_goes_to_another_client_is_told_to_both(
    shop: Shop, program: list[str], user_id: str, move: str
) -> None:
    one, two, ordered_at = f"{user_id}-1", f"{user_id}-2", "2026-05-01T10:00:00.000Z"
    run(program, shop, f"{NEW} ('{one}', '1@example.com', 1, 60), ('{two}', '2@example.com', 1, 60)")
    run(program, shop, f"INSERT INTO orders VALUES ('{user_id}', '{one}', '2026-05-01T10:00:00Z', 20, 'placed')")
    decided(shop, one, last_order_at=ordered_at)
    run(program, shop, move.replace("ID", user_id).replace("TWO", two))
    decided(shop, two, last_order_at=ordered_at)
    decided(shop, one, last_order_at=None)


def test_a_delete_without_where_deletes_everybody(shop: Shop, program: list[str], user_id: str) -> None:
    rows = ", ".join(f"('{user_id}-{number}', '{number}@example.com', 5, 60)" for number in range(20))
    run(program, shop, NEW + rows)
    decided(shop, f"{user_id}-19", score=60.0)
    run(program, shop, "DELETE FROM users")
    until(lambda: shop.values("SELECT count(*) FROM contacts WHERE deleted_at IS NULL") == [0])
    assert events(shop, f"{user_id}-0")[-1] == "USER_DELETED"


BROKEN_ROWS: Final = {
    "text of 10 MB": ("name", "printf('%.10000000c', 'x')", "name"),
    "bytes that are no UTF-8": ("name", "CAST(x'41ff42' AS TEXT)", "name"),
    "bytes where text belongs": ("email", "x'00ff'", "email"),
    "an address that is none": ("email", "'nobody'", "email"),
    "no address": ("email", "NULL", "email"),
    "text for a count": ("order_count", "'many'", "orderCount"),
    "a count below zero": ("order_count", "-1", "orderCount"),
    "an endless count": ("order_count", "9e999", "orderCount"),
    "bytes for a value": ("average_order_value", "x'01'", "averageOrderValue"),
    "an endless value": ("average_order_value", "-9e999", "averageOrderValue"),
    "text for a score": ("engagement_score", "'low'", "engagementScore"),
    "a date that is none": ("last_order_date", "'yesterday'", "lastOrderDate"),
    "a number for a date": ("last_order_date", "20260101", "lastOrderDate"),
    "a date in the far future": ("last_order_date", "'2999-01-01T00:00:00Z'", "lastOrderDate"),
    "broken JSON": ("preferred_categories", "'[\"dresses\", '", "preferredCategories"),
    "JSON of another kind": ("preferred_categories", "'{\"a\": 1}'", "preferredCategories"),
    "deep JSON": ("preferred_categories", "replace(printf('%.100000c', '['), '', '')", "preferredCategories"),
    "bytes for JSON": ("preferred_categories", "x'ff'", "preferredCategories"),
    "a permission that is none": ("email_permission", "'perhaps'", "emailPermission"),
    "a zone that is none": ("time_zone", "'../etc/passwd'", "timeZone"),
    "a NUL in a text": ("name", "'Ada' || char(0)", "name"),
}


@pytest.mark.parametrize(("column", "value", "field"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
def test_a_row_that_breaks_a_rule_is_held_by_the_name_of_the_field(
    shop: Shop, user_id: str, column: str, value: str, field: str
) -> None:
    inserted = f"{NEW} ('{user_id}', '{user_id}@example.com', 5, 30)"
    broken = f"UPDATE users SET {column} = {value} WHERE user_id = '{user_id}'"
    run(PROGRAMS["python"], shop, f"BEGIN; {inserted}; {broken}; COMMIT")
    held = decided(shop, user_id, verdict="HOLD")
    assert field in held["why"]
    assert no_dead_letters(shop)


BROKEN_IDS: Final = {
    "none": "NULL",
    "an empty one": "''",
    "an address": "'ada@example.com'",
    "bytes": "x'00ff41'",
    "no UTF-8": "CAST(x'ff41' AS TEXT)",
    "with a NUL": "'a' || char(0) || 'b'",
    "too long": "printf('%.129c', 'u')",
    "very long": "printf('%.1000000c', 'u')",
    "with a quote": "'a''; DROP TABLE users; --'",
    "in another script": "'Алла'",
    "with a line break": "'a' || char(10)",
}


@pytest.mark.parametrize("expression", BROKEN_IDS.values(), ids=BROKEN_IDS)
def test_a_row_whose_id_breaks_the_rule_is_held_under_an_alias(shop: Shop, expression: str) -> None:
    run(PROGRAMS["python"], shop, f"{NEW} ({expression}, 'odd@example.com', 5, 30)")
    ((raw,),) = shop.rows(f"SELECT '!' || hex(coalesce({expression}, ''))")
    held = decided(shop, safe_id(replace(a_world(), key=mailbox_key(shop.folder)), raw), verdict="HOLD")
    assert "userId must be" in held["why"]
    assert no_dead_letters(shop)


BROKEN_ORDERS: Final = {
    "nothing at all": "NULL, NULL, NULL, NULL, NULL",
    "of nobody": "'o-nobody', 'nobody-at-all', '2026-05-01T10:00:00Z', 10, 'placed'",
    "at no time": "'ID', 'ID', 'soon', 10, 'placed'",
    "of a text": "'ID', 'ID', '2026-05-01T10:00:00Z', 'much', 'placed'",
    "below zero": "'ID', 'ID', '2026-05-01T10:00:00Z', -10, 'placed'",
    "in no known state": "'ID', 'ID', '2026-05-01T10:00:00Z', 10, 'lost'",
    "with bytes for a time": "'ID', 'ID', x'ff', 10, 'placed'",
    "with a time that is no UTF-8": "'ID', 'ID', CAST(x'ff41' AS TEXT), 10, 'placed'",
    "with a state that is no UTF-8": "'ID', 'ID', '2026-05-01T10:00:00Z', 10, CAST(x'ff41' AS TEXT)",
    "by a client of bytes": "'ID', x'ff', '2026-05-01T10:00:00Z', 10, 'placed'",
    "with a key that is no UTF-8": "CAST(x'ff42' AS TEXT), 'ID', '2026-05-01T10:00:00Z', 10, 'placed'",
}


@pytest.mark.parametrize("values", BROKEN_ORDERS.values(), ids=BROKEN_ORDERS)
def test_an_order_that_breaks_every_rule_stops_nobody(shop: Shop, user_id: str, values: str) -> None:
    run(PROGRAMS["python"], shop, f"{NEW} ('{user_id}', '{user_id}@example.com', 1, 60)")
    run(PROGRAMS["python"], shop, f"INSERT INTO orders VALUES ({values.replace('ID', user_id)})")
    run(PROGRAMS["python"], shop, f"UPDATE users SET engagement_score = 70 WHERE user_id = '{user_id}'")
    decided(shop, user_id, score=70.0)
    assert no_dead_letters(shop)


def no_dead_letters(shop: Shop) -> bool:
    return shop.values("SELECT reason FROM messages WHERE state = 'dead'") == []


def test_the_write_of_another_program_is_noticed_within_a_second(shop: Shop, user_id: str) -> None:
    seconds = []
    with closing(sqlite3.connect(shop.folder / FILE_NAME, timeout=30, isolation_level=None)) as connection:
        for number in range(7):
            shop.come_to_rest()
            connection.execute(f"{NEW} ('{user_id}-{number}', '{number}@example.com', 5, 60)")
            written = time.perf_counter()
            until(partial(contact, shop, f"{user_id}-{number}"))
            seconds.append(time.perf_counter() - written)
    assert median(seconds) < 1
